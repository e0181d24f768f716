"""dawn-transformer-ser: valence, arousal and dominance learned by concordance, at home and on other corpora.

    AFFEKT_DATA=… python recipes/dawn_transformer_ser/run.py
    AFFEKT_DATA=… affekt evaluate dawn-transformer-ser --suite speech-robustness --on ravdess,emodb,turev_db

A head on an upstream's frames learns the first corpus and is scored on its other speakers and on the other corpora.
Arms, three seeds each: concordance, the squared error, other upstreams. The second command is the audit: what noise,
speed, clipping … change, and the gaps between sexes and speakers. Wagner et al. 2023. README.md says more.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from affekt.corpora.clips import Clips, read_clips
from affekt.evaluation.experiment import Arm, Experiment, Outcome, run_experiment
from affekt.evaluation.records import write_results
from affekt.evaluation.settings import read_settings
from affekt.evaluation.speech_arms import PROTOCOL, SpeechSplit, few, print_rows, split_of
from affekt.metrics.regression import ccc
from affekt.training.speech.dawn_transformer_ser import Config as Method
from affekt.training.speech.dawn_transformer_ser import teach
from affekt.training.speech.lesson import Lesson
from affekt.training.speech.rated import rated

DIMENSIONS = ("valence", "arousal", "dominance")


@dataclass(frozen=True)
class Config:
    corpora: str = "ravdess,emodb,turev_db"
    upstreams: str = "functionals,resemblyzer"
    epochs: int = 60
    seeds: int = 3
    resamples: int = 1000
    smoke: int = 0
    results: str = "results/ser.csv"


def main() -> None:
    config = read_settings(Config, __doc__)
    home, *others = config.corpora.split(",")
    split = split_of(read_clips(home), smoke=bool(config.smoke))
    scored = {home: split.test}
    for name in others:
        clips = read_clips(name)
        scored[name] = few(clips, 24) if config.smoke else clips
    first, *rest = config.upstreams.split(",")
    plan = replace(Method().plan, epochs=config.epochs)
    methods = {"concordance": Method(first, plan=plan), "squared-error": Method(first, loss="squared-error", plan=plan)}
    methods |= {} if config.smoke else {name: Method(name, plan=plan) for name in rest}
    answered: dict[tuple[str, int], dict[str, Outcome]] = {}

    def outcomes(name: str, seed: int) -> dict[str, Outcome]:
        if (name, seed) not in answered:
            answered[name, seed] = learn(methods[name], split, scored, seed=seed, smoke=bool(config.smoke))
        return answered[name, seed]

    rows = []
    for corpus, clips in scored.items():
        arms = [
            Arm(name, lambda seed, name=name, corpus=corpus: outcomes(name, seed)[corpus], f"{method} {config.smoke}")
            for name, method in methods.items()
        ]
        rows += run_experiment(
            experiment(corpus, home, clips, arms),
            runs=Path("runs/ser"),
            seeds=range(config.seeds),
            resamples=config.resamples,
        )
    print_rows(rows)
    write_results(Path(config.results), rows)


def learn(
    method: Method, split: SpeechSplit, scored: dict[str, Clips], *, seed: int, smoke: bool
) -> dict[str, Outcome]:
    """What one head answers on every corpus."""
    started = time.monotonic()
    taught = teach(Lesson(split.train, split.valid, seed=seed, smoke=smoke), method)
    assert taught.rate is not None
    seconds = time.monotonic() - started
    found = {}
    for corpus, clips in scored.items():
        said = taught.rate(clips)
        answers: dict[str, NDArray[np.generic]] = {name: said[:, place] for place, name in enumerate(DIMENSIONS)}
        found[corpus] = Outcome(answers, seconds, taught.parameters, {"valid-ccc": taught.measured["valid-ccc"]})
    return found


def experiment(corpus: str, home: str, clips: Clips, arms: list[Arm]) -> Experiment:
    """Concordance of each dimension, over speakers who were not learned from or another corpus."""
    told = rated(clips)
    before = "mapped-" if told.mapped else ""
    truth = {name: told.values[:, place] for place, name in enumerate(DIMENSIONS)}
    metrics = {f"{before}ccc:{name}": (ccc, name) for name in DIMENSIONS}
    split, protocol = ("test", PROTOCOL) if corpus == home else (f"all:from:{home}", "cross-corpus")
    return Experiment(
        *("dawn-transformer-ser", corpus, split, protocol, truth, metrics, arms), groups=np.asarray(clips.speakers)
    )


if __name__ == "__main__":
    main()
