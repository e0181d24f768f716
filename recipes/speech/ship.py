"""What ships as `speech` and `speech-nano`: the recipe on all speakers, as ONNX in 8 bits, with its calibration.

    AFFEKT_DATA=… python recipes/speech/ship.py --temperature 1.3
    AFFEKT_DATA=… python recipes/speech/ship.py --corpora emodb:2s+emogator --names speech-permissive

Every figure of theirs comes from refits per fold (`affekt evaluate speech,speech-nano --suite ser --on ravdess+emodb
--protocol folds`), since these weights have heard every speaker but those of samples/call.flac. The temperature is that
of the refits, as they print it: the clips here are all learned from, and would make it too low.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from run import Config as Recipe
from run import method

from affekt.corpora.joint_clips import read_joint_clips
from affekt.evaluation.settings import read_settings
from affekt.training.speech import shipped
from affekt.training.speech.lesson import Lesson


@dataclass(frozen=True)
class Config:
    corpora: str = "ravdess+emodb"
    without: str = "emodb/03,emodb/16,emodb:2s/03,emodb:2s/16"
    names: str = "speech,speech-nano"
    temperature: float = 1.0
    seed: int = 0
    smoke: int = 0
    out: str = "runs/speech/ship"


def main() -> None:
    config = read_settings(Config, __doc__)
    clips = read_joint_clips(config.corpora)
    clips = clips.take(~np.isin(clips.speakers, config.without.split(",")))
    last = clips.take(clips.folds == int(clips.folds.max()))
    lesson = Lesson(last if config.smoke else clips, last, seed=config.seed, smoke=bool(config.smoke))
    how = method(Recipe(smoke=config.smoke))
    for name in config.names.split(","):
        teach = shipped.teach_nano if name.endswith("-nano") else shipped.teach
        taught = teach(lesson, how)
        assert taught.file is not None
        folder = Path(config.out) / name.replace("-", "_")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "model.onnx").write_bytes(taught.file)
        labels = len(lesson.train.space)
        fit = {
            "scale": [round(1 / config.temperature, 6)] * labels,
            "shift": [0.0] * labels,
            "sd_factor": [1.0, 1.0, 1.0],
            "thresholds": {},
        }
        (folder / "fit.json").write_text(json.dumps(fit, indent=1) + "\n", encoding="utf-8")
        said = taught.answer(last).argmax(1)
        print(
            f"{name}: {len(taught.file):,} bytes, {taught.parameters:,} numbers, {len(lesson.train):,} clips of "
            f"{len(set(lesson.train.speakers))} speakers, {np.mean(said == last.labels):.3f} of seen clips"
        )


if __name__ == "__main__":
    main()
