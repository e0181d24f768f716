"""is2025-graph-prosody: modalities as nodes of a graph against other fusions, balanced classes, and an ensemble.

    AFFEKT_DATA=… python recipes/is2025_graph_prosody/run.py

Arms, three seeds each: graph attention, concatenation, cross-attention, the majority of the three, the graph without
balanced classes, and on RAVDESS the graph without quantised pitch. Ferreira et al. 2025. README.md says more.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

import numpy as np

from affekt.corpora.clips import read_clips
from affekt.evaluation.experiment import Arm, Outcome, run_experiment
from affekt.evaluation.fused_arms import FusedSplit, folds_split, fused_arm, mosi_split, some_clips
from affekt.evaluation.records import ResultRow, write_results
from affekt.evaluation.settings import read_settings
from affekt.evaluation.speech_arms import outcome, print_rows, speech_experiment
from affekt.models.is2025_graph_prosody.net import FUSIONS
from affekt.training.fused import Fused, FusedLesson
from affekt.training.speech.graph_prosody import Config as Method
from affekt.training.speech.graph_prosody import majority, prosodic, teach, with_balance


@dataclass(frozen=True)
class Config:
    corpora: str = "mosi_features,ravdess"
    bins: int = 256
    parts: int = 4
    epochs: int = 30
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
    split, smoke = split_of(corpus, config), bool(config.smoke)
    method = Method()
    method = replace(method, plan=replace(method.plan, epochs=config.epochs))
    fusions = {fusion: replace(method, fusion=fusion) for fusion in FUSIONS}
    # The ensemble takes the networks that the arms have taught.
    taught = cache(lambda fusion, seed: teach(FusedLesson(split.train, split.valid, seed, smoke), fusions[fusion]))
    told = (config.parts, config.bins, smoke)
    arms = [
        fused_arm(name, lambda lesson, name=name: taught(name, lesson.seed), split, settings=(kind, *told))
        for name, kind in fusions.items()
    ]
    arms.append(Arm("ensemble", partial(together, split, fusions, taught), f"{method} {told}"))
    further = with_balance(method, "none")
    arms.append(fused_arm("unbalanced", partial(teach, config=further), split, settings=(further, *told), smoke=smoke))
    if "f0" in split.train.tokens:
        rest = split.only(*(name for name in split.train.tokens if name != "f0"))
        arms.append(fused_arm("no-f0", partial(teach, config=method), rest, settings=(method, *told), smoke=smoke))
    return run_experiment(
        speech_experiment("is2025-graph-prosody", split, arms),
        runs=Path("runs/ser"),
        seeds=range(config.seeds),
        resamples=config.resamples,
    )


def split_of(corpus: str, config: Config) -> FusedSplit:
    """Utterances with several modalities: CMU-MOSI's vectors, or a corpus of speech with its prosody."""
    if corpus == "mosi_features":
        return mosi_split(smoke=bool(config.smoke))
    clips = read_clips(corpus)
    return folds_split(prosodic(some_clips(clips) if config.smoke else clips, bins=config.bins, parts=config.parts))


def together(split: FusedSplit, fusions: Mapping[str, Method], taught, seed: int) -> Outcome:  # type: ignore[no-untyped-def]
    """The majority of the fusions, and the mean of their probabilities."""
    started = time.monotonic()
    members: list[Fused] = [taught(fusion, seed) for fusion in fusions]
    decided, mean = majority([each.answer(split.test) for each in members])
    found = outcome(mean, time.monotonic() - started, sum(each.parameters for each in members), {})
    answers = {**found.answers, "decided": decided, "matrix": np.eye(mean.shape[1], dtype=bool)[decided]}
    return replace(found, answers=answers)


if __name__ == "__main__":
    main()
