"""neural-factor-analysis: latents of clips, apart from what is said, against the mean over frames.

    AFFEKT_DATA=… python recipes/neural_factor_analysis/run.py
    python recipes/neural_factor_analysis/run.py --upstream runs/speech-encoder/small --joint-epochs 4

Arms, three seeds each: latents, the frames' mean; with `--joint-epochs` also latents of the encoder trained by the
bound. Lin et al. 2023. README.md says more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from affekt.evaluation.experiment import run_experiment
from affekt.evaluation.records import write_results
from affekt.evaluation.settings import read_settings
from affekt.evaluation.speech_arms import fixed_split, print_rows, speech_arm, speech_experiment
from affekt.training.speech.neural_factor_analysis import Config as Method
from affekt.training.speech.neural_factor_analysis import teach
from affekt.training.speech.upstreams import open_upstream


@dataclass(frozen=True)
class Config:
    corpus: str = "ravdess"
    upstream: str = "mfcc"
    units: int = 32
    latents: int = 64
    rounds: int = 10
    joint_epochs: int = 0
    seeds: int = 3
    resamples: int = 1000
    smoke: int = 0
    results: str = "results/ser.csv"


def main() -> None:
    config = read_settings(Config, __doc__)
    split = fixed_split(config.corpus, smoke=bool(config.smoke))
    method = Method(config.upstream, units=config.units, latents=config.latents, rounds=config.rounds)
    kinds = {"latents": method, "mean-frames": replace(method, pooled=True)}
    if config.joint_epochs:
        kinds = {"jointly-trained": replace(method, joint_epochs=config.joint_epochs), **kinds}
    key = open_upstream(config.upstream).key
    arms = [
        speech_arm(name, partial(teach, config=kind), split, settings=(kind, key), smoke=bool(config.smoke))
        for name, kind in kinds.items()
    ]
    rows = run_experiment(
        speech_experiment("neural-factor-analysis", split, arms),
        runs=Path("runs/ser"),
        seeds=range(config.seeds),
        resamples=config.resamples,
    )
    print_rows(rows)
    write_results(Path(config.results), rows)


if __name__ == "__main__":
    main()
