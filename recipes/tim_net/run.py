"""tim-net: all time scales fused by learned weights, from both ends of the clip, against parts of that.

    AFFEKT_DATA=… python recipes/tim_net/run.py

Arms, three seeds each: the whole network, its last time scale alone, one direction alone. Ye et al. 2023. README.md
says more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from affekt.evaluation.experiment import run_experiment
from affekt.evaluation.records import write_results
from affekt.evaluation.settings import read_settings
from affekt.evaluation.speech_arms import fixed_split, print_rows, speech_arm, speech_experiment
from affekt.training.speech.tim_net import Config as Method
from affekt.training.speech.tim_net import teach


@dataclass(frozen=True)
class Config:
    corpus: str = "ravdess"
    epochs: int = 20
    seeds: int = 3
    resamples: int = 1000
    smoke: int = 0
    results: str = "results/ser.csv"


def main() -> None:
    config = read_settings(Config, __doc__)
    split = fixed_split(config.corpus, smoke=bool(config.smoke))
    method = Method()
    method = replace(method, plan=replace(method.plan, epochs=config.epochs))
    kinds = {
        "all-scales": method,
        "last-scale": replace(method, fusion="last"),
        "forward-only": replace(method, fusion="forward"),
    }
    arms = [
        speech_arm(name, partial(teach, config=kind), split, settings=kind, smoke=bool(config.smoke))
        for name, kind in kinds.items()
    ]
    rows = run_experiment(
        speech_experiment("tim-net", split, arms),
        runs=Path("runs/ser"),
        seeds=range(config.seeds),
        resamples=config.resamples,
    )
    print_rows(rows)
    write_results(Path(config.results), rows)


if __name__ == "__main__":
    main()
