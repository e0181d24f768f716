"""gst-speaker-emotion: emotions read off a speaker network's styles, group by group against all at once.

    AFFEKT_DATA=… python recipes/gst_speaker_emotion/run.py

The network learns who speaks, by triplets, from the training speakers of RAVDESS and all of EmoGator, and no emotion.
Arms: the two-stage classifier, the flat one, no style tokens, a network that has learned nothing. Sandler & Ross 2022.
README.md says more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from affekt.corpora.clips import read_clips
from affekt.evaluation.experiment import run_experiment
from affekt.evaluation.records import write_results
from affekt.evaluation.settings import read_settings
from affekt.evaluation.speech_arms import fixed_split, print_rows, speech_arm, speech_experiment
from affekt.training.speech.gst_speaker_emotion import Config as Method
from affekt.training.speech.gst_speaker_emotion import teach


@dataclass(frozen=True)
class Config:
    corpus: str = "ravdess"
    further: str = "emogator"
    steps: int = 250
    groups: int = 3
    seeds: int = 3
    resamples: int = 1000
    smoke: int = 0
    results: str = "results/ser.csv"


def main() -> None:
    config = read_settings(Config, __doc__)
    smoke = bool(config.smoke)
    split = fixed_split(config.corpus, smoke=smoke)
    further = [] if smoke else [read_clips(name) for name in config.further.split(",") if name]
    method = Method(steps=config.steps, groups=config.groups)
    kinds = {
        "hierarchical": method,
        "flat": replace(method, probe="flat"),
        "flat-no-tokens": replace(method, probe="flat", tokens=0),
        "flat-untrained": replace(method, probe="flat", trained=False),
    }
    arms = [
        speech_arm(
            name,
            partial(teach, config=replace(kind, further=further)),
            split,
            settings=f"{kind} {config.further}",
            smoke=smoke,
        )
        for name, kind in kinds.items()
    ]
    rows = run_experiment(
        speech_experiment("gst-speaker-emotion", split, arms),
        runs=Path("runs/ser"),
        seeds=range(config.seeds),
        resamples=config.resamples,
    )
    print_rows(rows)
    write_results(Path(config.results), rows)


if __name__ == "__main__":
    main()
