"""A small encoder of our own, pretrained on the speech there is without labels, for later recipes to start from.

    AFFEKT_DATA=… python recipes/speech_encoder/run.py
    python recipes/speech_encoder/run.py --size medium --epochs 60 --folder runs/speech-encoder/medium

By the recipe of emotion2vec on RAVDESS, EMO-DB, TurEV-DB and EmoGator. The speakers of each corpus's fixed split who
are stopped by and scored (its last two folds) are left out unless `--everyone 1` says otherwise. A killed run goes on
where it was. README.md says more.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from affekt.corpora.clips import Clips, read_clips
from affekt.corpora.sound_views import JoinedViews
from affekt.evaluation.settings import read_settings
from affekt.evaluation.speech_arms import few
from affekt.training.fine_tuning import Progress
from affekt.training.speech.emotion2vec import Pretraining, pretrain
from affekt.training.speech.upstreams import save_trunk


@dataclass(frozen=True)
class Config:
    corpora: str = "ravdess,emodb,turev_db,emogator"
    size: str = "small"
    epochs: int = 40
    batch: int = 32
    learning_rate: float = 1e-3
    seed: int = 0
    everyone: int = 0
    smoke: int = 0
    folder: str = "runs/speech-encoder/small"


def main() -> None:
    config = read_settings(Config, __doc__)
    clips = heard([read_clips(name) for name in config.corpora.split(",")], config)
    how = Pretraining(
        size="tiny" if config.smoke else config.size,
        epochs=1 if config.smoke else config.epochs,
        batch=config.batch,
        learning_rate=config.learning_rate,
        seed=config.seed,
    )
    folder = Path(config.folder)
    made = pretrain(clips, how, checkpoint=folder / "pretraining.pt", tell=told)
    licence = "CC BY-NC-SA 4.0 and CC BY-NC-ND 4.0, those of RAVDESS and TurEV-DB: not for commercial use"
    about = f"emotion2vec's recipe on {len(clips)} clips of {config.corpora}; {how}"
    save_trunk(made.encoder, folder, licence=licence, about=about)
    size = sum(each.numel() for each in made.encoder.parameters())
    print(f"{folder}: {size:,} parameters, {made.seconds:.0f} s, targets vary by {made.variance:.4f}")
    print(f"frame loss {made.frame_loss:.3f}, utterance loss {made.utterance_loss:.3f}")


def heard(parts: list[Clips], config: Config) -> Clips:
    """The clips of all corpora as one, their labels without a meaning in common, since nobody looks at them."""
    from dataclasses import replace

    kept = [clips if config.everyone else clips.take(clips.folds < clips.folds.max() - 1) for clips in parts]
    kept = [few(clips, 8) for clips in kept] if config.smoke else kept
    starts = np.cumsum([0, *(len(clips.views.view("log-mel")) for clips in parts)])
    return replace(
        kept[0],
        corpus="+".join(clips.corpus for clips in kept),
        ids=tuple(f"{clips.corpus}/{each}" for clips in kept for each in clips.ids),
        labels=np.zeros(sum(map(len, kept)), np.int64),
        speakers=tuple(f"{clips.corpus}/{each}" for clips in kept for each in clips.speakers),
        sentences=tuple(each for clips in kept for each in clips.sentences),
        folds=np.concatenate([clips.folds for clips in kept]),
        conditions={},
        views=JoinedViews([clips.views for clips in parts]),
        rows=np.concatenate([clips.rows + start for clips, start in zip(kept, starts, strict=False)]),
    )


def told(progress: Progress) -> None:
    if progress.step % 50 == 0:
        print(f"step {progress.step} of {progress.steps}, loss {progress.loss:.3f}, {progress.seconds_left:.0f} s left")


if __name__ == "__main__":
    main()
