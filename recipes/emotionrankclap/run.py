"""emotionrankclap: two towers ordered by valence and arousal, against pairs drawn together.

    AFFEKT_DATA=… python recipes/emotionrankclap/run.py

Speech is an upstream's frames, their mean and deviation; words are sentences about how it is spoken, read by our text
model. Arms, three seeds each: Rank-N-Contrast, the loss of pairs. Scored by Kendall's tau between likeness and
nearness, and by the labels of the nearest sentences. Chandra et al. 2025. README.md says more.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from affekt.corpora.clips import Clips
from affekt.evaluation.experiment import Arm, Outcome, run_experiment
from affekt.evaluation.records import write_results
from affekt.evaluation.settings import read_settings
from affekt.evaluation.speech_arms import SpeechSplit, fixed_split, outcome, print_rows, speech_experiment
from affekt.training.speech.emotionrankclap import Config as Method
from affekt.training.speech.emotionrankclap import (
    Paired,
    clip_places,
    ordinality,
    similarities,
    speaking_styles,
    train_towers,
)
from affekt.training.speech.upstreams import open_upstream, upstream_frames
from affekt.training.speech.wavlm_adaptation import sentence_vectors


@dataclass(frozen=True)
class Config:
    corpus: str = "ravdess"
    upstream: str = "functionals"
    epochs: int = 40
    seeds: int = 3
    resamples: int = 1000
    smoke: int = 0
    results: str = "results/ser.csv"


def main() -> None:
    config = read_settings(Config, __doc__)
    split = fixed_split(config.corpus, smoke=bool(config.smoke))
    upstream = "mfcc" if config.smoke else config.upstream
    pairs = [paired(clips, upstream, seed=place) for place, clips in enumerate((split.train, split.valid, split.test))]
    epochs = 2 if config.smoke else config.epochs
    arms = [
        Arm(
            name,
            partial(run, split=split, pairs=pairs, loss=loss, epochs=epochs),
            f"{upstream} {epochs} {config.smoke}",
        )
        for name, loss in (("rank-n-contrast", "rank"), ("pairs", "clip"))
    ]
    rows = run_experiment(
        speech_experiment("emotionrankclap", split, arms),
        runs=Path("runs/ser"),
        seeds=range(config.seeds),
        resamples=config.resamples,
    )
    print_rows(rows)
    write_results(Path(config.results), rows)


def paired(clips: Clips, upstream: str, *, seed: int) -> Paired:
    frames = upstream_frames(open_upstream(upstream), clips, cache=Path("runs/views"))
    sound = np.stack([np.concatenate([each[-1].mean(0), each[-1].std(0)]) for each in frames])
    words = sentence_vectors(speaking_styles(clips, seed=seed))
    return Paired(sound.astype(np.float32), words, clip_places(clips))


def run(seed: int, *, split: SpeechSplit, pairs: list[Paired], loss: str, epochs: int) -> Outcome:
    started = time.monotonic()
    train, valid, test = pairs
    towers = train_towers(train, valid, Method(loss, epochs=epochs, seed=seed))  # type: ignore[arg-type]
    # A clip's label is read off the training sentences: how alike it is to those of each label.
    alike, labels = similarities(towers.net, Paired(test.sound, train.words, test.places)), split.train.labels
    scores = np.stack([alike[:, labels == k].mean(1) for k in range(len(split.train.space))], 1)
    raised = np.exp(10 * (scores - scores.max(1, keepdims=True)))
    measured = {"tau": ordinality(towers.net, test), "valid-tau": towers.tau}
    trained = sum(each.numel() for each in towers.net.parameters())
    return outcome(raised / raised.sum(1, keepdims=True), time.monotonic() - started, trained, measured)


if __name__ == "__main__":
    main()
