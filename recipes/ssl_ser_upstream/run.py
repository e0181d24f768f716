"""ssl-ser-upstream: the grid of upstreams, aggregators and back-ends, one table of WA and UA.

    AFFEKT_DATA=… python recipes/ssl_ser_upstream/run.py
    python recipes/ssl_ser_upstream/run.py --upstreams hf:facebook/hubert-base-ls960,runs/speech-encoder/small

Every combination is an arm, on frames that each upstream reads once. The method's row is the combination that recalls
the labels of the speakers to stop by best; the others are named UPSTREAM/AGGREGATOR/BACK-END. Morais et al. 2022.
README.md says more.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from affekt.evaluation.experiment import run_experiment
from affekt.evaluation.records import write_results
from affekt.evaluation.settings import read_settings
from affekt.evaluation.speech_arms import fixed_split, speech_arm, speech_experiment
from affekt.training.speech.ssl_ser_upstream import Config as Method
from affekt.training.speech.ssl_ser_upstream import teach
from affekt.training.speech.upstreams import open_upstream


@dataclass(frozen=True)
class Config:
    corpus: str = "ravdess"
    upstreams: str = "log-mel,functionals,fresh:small,resemblyzer"
    pretrained: str = "runs/speech-encoder/small"
    aggregators: str = "mean,mean+std,attention"
    back_ends: str = "linear,mlp"
    epochs: int = 25
    seeds: int = 3
    resamples: int = 1000
    smoke: int = 0
    results: str = "results/ser.csv"


def main() -> None:
    config = read_settings(Config, __doc__)
    split = fixed_split(config.corpus, smoke=bool(config.smoke))
    upstreams = config.upstreams.split(",")
    if Path(config.pretrained, "speech_encoder.json").exists():
        upstreams.append(config.pretrained)
    if config.smoke:
        upstreams = ["mfcc", "fresh:tiny"]
    for upstream in upstreams:
        print(f"{upstream}: {open_upstream(upstream).licence}")
    arms = []
    for upstream in upstreams:
        for aggregator in config.aggregators.split(","):
            for back_end in config.back_ends.split(","):
                if aggregator != "mean" and open_upstream(upstream).view == "functionals":
                    continue  # A single frame has one aggregate.
                method = Method(upstream, aggregator, back_end, epochs=config.epochs)  # type: ignore[arg-type]
                settings = (method, open_upstream(upstream).key)
                name = f"{Path(upstream).name}/{aggregator}/{back_end}"
                arms.append(
                    speech_arm(name, partial(teach, config=method), split, settings=settings, smoke=bool(config.smoke))
                )
    # Which is the method is chosen by the speakers to stop by, of the first seed; nothing scored is looked at.
    first = [(speech_experiment("ssl-ser-upstream", split, [arm]), arm) for arm in arms]
    found = []
    for experiment, arm in first:
        rows = run_experiment(experiment, runs=Path("runs/ser"), seeds=range(config.seeds), resamples=10)
        found.append((next(row.value for row in rows if row.metric == "valid-uar"), arm))
    best = max(found, key=lambda pair: pair[0])[1]
    arms = [best, *(arm for arm in arms if arm is not best)]
    print(f"chosen: {best.name}")
    rows = run_experiment(
        speech_experiment("ssl-ser-upstream", split, arms),
        runs=Path("runs/ser"),
        seeds=range(config.seeds),
        resamples=config.resamples,
    )
    print_grid(rows, [arm.name for arm in arms])
    write_results(Path(config.results), rows)


def print_grid(rows, arms) -> None:
    """One table: a line a combination, its WA and UA."""
    value = {(row.model, row.metric): row.value for row in rows}
    print(f"{'upstream/aggregator/back-end':44} {'WA':>6} {'UA':>6}")
    for place, arm in enumerate(arms):
        model = "ssl-ser-upstream" if place == 0 else f"ssl-ser-upstream:{arm}"
        print(f"{arm:44} {value[model, 'accuracy']:6.3f} {value[model, 'uar']:6.3f}")


if __name__ == "__main__":
    main()
