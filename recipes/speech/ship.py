"""What ships as `speech` and `speech-nano`: the recipe on all speakers, as ONNX in 8 bits, with its calibration.

    AFFEKT_DATA=… python recipes/speech/ship.py --temperature 1.3

Every figure of theirs comes from refits per fold (`affekt evaluate speech,speech-nano --suite ser --protocol folds`),
since these weights have heard every speaker. The temperature is that of the refits, as they print it: the clips here
are all learned from, and would make it too low.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from data import with_others
from run import Config as Recipe
from run import method

from affekt.corpora.clips import read_clips
from affekt.evaluation.settings import read_settings
from affekt.models.speech.net import SpeechNet
from affekt.training.speech import shipped
from affekt.training.speech.export import export_speech
from affekt.training.speech.lesson import Lesson


@dataclass(frozen=True)
class Config:
    corpus: str = "ravdess"
    others: str = ""
    temperature: float = 1.0
    seed: int = 0
    smoke: int = 0
    out: str = "runs/speech/ship"


def main() -> None:
    config = read_settings(Config, __doc__)
    clips = read_clips(config.corpus)
    last = clips.take(clips.folds == int(clips.folds.max()))
    lesson = Lesson(clips, last, seed=config.seed, smoke=bool(config.smoke))
    if config.smoke:
        lesson = Lesson(last, last, seed=config.seed, smoke=True)
    if config.others:
        lesson = with_others(lesson, tuple(config.others.split(",")))
    how = method(Recipe(smoke=config.smoke))
    for name, teach in (("speech", shipped.teach), ("speech_nano", shipped.teach_nano)):
        taught = teach(lesson, how)
        assert isinstance(taught.net, SpeechNet)
        folder = Path(config.out) / name
        export_speech(taught.net, folder / "model.onnx", spectra=list(lesson.train.view("log-mel")))
        labels = len(lesson.train.space)
        fit = {
            "scale": [round(1 / config.temperature, 6)] * labels,
            "shift": [0.0] * labels,
            "sd_factor": [1.0, 1.0, 1.0],
            "thresholds": {},
        }
        (folder / "fit.json").write_text(json.dumps(fit, indent=1) + "\n", encoding="utf-8")
        size = (folder / "model.onnx").stat().st_size
        said = taught.answer(last).argmax(1)
        print(
            f"{name}: {size:,} bytes, {taught.parameters:,} numbers, {np.mean(said == last.labels):.3f} of seen clips"
        )


if __name__ == "__main__":
    main()
