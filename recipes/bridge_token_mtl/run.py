"""bridge-token-mtl: categories and dimensions learned together, against either alone, and bridge tokens against none.

    AFFEKT_DATA=… python recipes/bridge_token_mtl/run.py

Arms, three seeds each, ten folds of speakers: joint, categories alone, ratings alone, joint without bridge tokens.
Ispas, Deschamps-Berger & Devillers 2023. README.md says more.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from affekt.affect.geometry import vad_of
from affekt.corpora.paired import Paired, even, mosi_paired, speaker_fold
from affekt.corpora.toned_words import Toning, toned_words
from affekt.evaluation.experiment import Arm, Experiment, Outcome, run_experiment
from affekt.evaluation.records import ResultRow, write_results
from affekt.evaluation.settings import read_settings
from affekt.evaluation.speech_arms import print_rows
from affekt.metrics.classification import accuracy, unweighted_average_recall
from affekt.metrics.regression import ccc
from affekt.metrics.weighing import Metric
from affekt.models.bridge_token_mtl.net import BridgeNet
from affekt.training.bridge_token_mtl import Config as Method
from affekt.training.bridge_token_mtl import answers, teach

DIMENSIONS = ("valence", "arousal")


@dataclass(frozen=True)
class Config:
    corpora: str = "toned-words,mosi_features"
    utterances: int = 1000
    folds: int = 10
    epochs: int = 8
    seeds: int = 3
    resamples: int = 1000
    smoke: int = 0
    results: str = "results/ser.csv"


def main() -> None:
    config = read_settings(Config, __doc__)
    rows = [row for corpus in config.corpora.split(",") for row in rows_of(corpus, config)]
    print_rows(rows)
    write_results(Path(config.results), rows)


def rows_of(corpus: str, config: Config) -> list[ResultRow]:
    """Every arm on one corpus."""
    paired = utterances(corpus, config)
    method = Method()
    method = replace(method, plan=replace(method.plan, epochs=2 if config.smoke else config.epochs))
    kinds = {
        "joint": method,
        "categories-alone": replace(method, objective="categories"),
        "ratings-alone": replace(method, objective="ratings"),
        "no-bridge-tokens": replace(method, tokens=0),
    }
    folds = 2 if config.smoke else config.folds
    arms = [
        Arm(name, partial(run_arm, kind, paired, folds), f"{kind} {folds} {config.utterances} {config.smoke}")
        for name, kind in kinds.items()
    ]
    known = [place for place in range(len(DIMENSIONS)) if not np.isnan(paired.ratings[:, place]).any()]
    metrics: dict[str, tuple[Metric, str]] = {
        "uar": (unweighted_average_recall, "decided"),
        "accuracy": (accuracy, "decided"),
        **{f"ccc-{DIMENSIONS[place]}": (partial(concordance, place=place), "ratings") for place in known},
    }
    truth = {"decided": paired.labels, "ratings": paired.ratings}
    protocol = f"{folds}-folds-speakers-apart"
    return run_experiment(
        Experiment("bridge-token-mtl", corpus, "all", protocol, truth, metrics, arms, paired.speakers),
        runs=Path("runs/ser"),
        seeds=range(config.seeds),
        resamples=config.resamples,
    )


def utterances(corpus: str, config: Config) -> Paired:
    """Toned words with four categories, valence and arousal; or CMU-MOSI with the valence of its two labels, mapped."""
    if corpus == "toned-words":
        count = 80 if config.smoke else config.utterances
        return toned_words(count, Toning("apart", vocabulary=12, noise=1.0, quadrants=True)).paired
    paired = mosi_paired()
    if config.smoke:
        paired = paired.take(np.arange(0, len(paired), len(paired) // 80))
    places = {term.label: term.vad.valence for term in vad_of("sentiment")}
    ratings = np.full((len(paired), 3), np.nan, np.float32)
    ratings[:, 0] = [places[paired.space.labels[label]] for label in paired.labels]
    return replace(paired, ratings=ratings)


def run_arm(method: Method, paired: Paired, folds: int, seed: int) -> Outcome:
    """Teach a network per fold, the fold after it stops; every utterance is answered by one that did not hear it."""
    started = time.monotonic()
    fold = speaker_fold(paired.speakers, folds + (folds < 3))
    decided, ratings = np.zeros(len(paired), np.int64), np.zeros(paired.ratings.shape)
    parameters, count = 0, int(fold.max()) + 1
    for held in range(count):
        stop = (held + 1) % count
        whole = [paired.take(where) for where in ((fold != held) & (fold != stop), fold == stop, fold == held)]
        train, valid, test = even(*whole)
        taught = teach(train, valid, replace(method, plan=replace(method.plan, seed=seed)))
        assert isinstance(taught.net, BridgeNet)
        said = answers(taught.net, test, train, method)
        decided[fold == held], ratings[fold == held] = said.categories.argmax(1), said.ratings
        parameters = taught.parameters
    return Outcome({"decided": decided, "ratings": ratings}, time.monotonic() - started, parameters)


def concordance(truth: ArrayLike, said: ArrayLike, *, place: int) -> float:
    """The concordance of one dimension."""
    return ccc(np.asarray(truth)[:, place], np.asarray(said)[:, place])


if __name__ == "__main__":
    main()
