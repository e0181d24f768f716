"""speaker-normalization: emotion learned, the speaker unlearned, against the same network left to itself.

    AFFEKT_DATA=… python recipes/speaker_normalization/run.py

Arms: the reversed gradient with a speaker head that is kept ahead, without (λ = 0), and with a head that learns only
as often as the encoder. Gat et al. 2022. README.md says more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from affekt.evaluation.experiment import run_experiment
from affekt.evaluation.records import write_results
from affekt.evaluation.settings import read_settings
from affekt.evaluation.speech_arms import fixed_split, print_rows, speech_arm, speech_experiment
from affekt.training.speech.speaker_normalization import Config as Method
from affekt.training.speech.speaker_normalization import teach


@dataclass(frozen=True)
class Config:
    corpus: str = "ravdess"
    scale: float = 0.3
    epochs: int = 25
    seeds: int = 3
    resamples: int = 1000
    smoke: int = 0
    results: str = "results/ser.csv"


def main() -> None:
    config = read_settings(Config, __doc__)
    split = fixed_split(config.corpus, smoke=bool(config.smoke))
    method = Method(scale=config.scale)
    method = replace(method, plan=replace(method.plan, epochs=config.epochs))
    kinds = {
        "normalized": method,
        "not-normalized": replace(method, scale=0.0),
        "head-not-ahead": replace(method, head_steps=0),
    }
    arms = [
        speech_arm(name, partial(teach, config=kind), split, settings=kind, smoke=bool(config.smoke))
        for name, kind in kinds.items()
    ]
    rows = run_experiment(
        speech_experiment("speaker-normalization", split, arms),
        runs=Path("runs/ser"),
        seeds=range(config.seeds),
        resamples=config.resamples,
    )
    print_rows(rows)
    write_results(Path(config.results), rows)


if __name__ == "__main__":
    main()
