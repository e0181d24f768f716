"""asr-transcript-ser: how word errors hurt, by seven ways of joining words and sound, either alone, and a fixed rule.

    AFFEKT_DATA=… python recipes/asr_transcript_ser/run.py

Arms, three seeds each: modality-gated, early, late, cross-attention, tensor, non-local gate, invariant-specific, words
alone, sound alone, and the rule that `affekt analyze --transcript` joins by. Li, Bell & Lai 2024. README.md says more.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from affekt.analysis.words import gate_words
from affekt.corpora.paired import Floats, Paired, even, mosi_paired, speaker_fold, spoken_words
from affekt.evaluation.experiment import Arm, Experiment, Outcome, run_experiment
from affekt.evaluation.records import write_results
from affekt.evaluation.settings import read_settings
from affekt.evaluation.speech_arms import print_rows
from affekt.inference.text import open_reader
from affekt.metrics.classification import unweighted_average_recall
from affekt.metrics.transcripts import pooled_word_error, word_error
from affekt.metrics.weighing import Metric
from affekt.models.asr_transcript_ser.net import FUSIONS
from affekt.models.index import find_model
from affekt.training.asr_transcript_ser import Config as Method
from affekt.training.asr_transcript_ser import as_recognised, at_mixed_rates, teach
from affekt.training.paired import PairedTaught

NAME = "asr-transcript-ser"


@dataclass(frozen=True)
class Config:
    text_model: str = "text"
    levels: str = "0,0.1,0.2,0.4,0.6"
    epochs: int = 15
    seeds: int = 3
    resamples: int = 1000
    smoke: int = 0
    results: str = "results/ser.csv"


@dataclass(frozen=True)
class Material:
    """What is learned from and stopped by, at mixed rates; what is scored, at each; and the rates that came of it."""

    train: Paired
    valid: Paired
    tests: dict[str, Paired]
    measured: dict[str, float]


def main() -> None:
    config = read_settings(Config, __doc__)
    material = prepare(config)
    method = Method()
    method = replace(method, plan=replace(method.plan, epochs=2 if config.smoke else config.epochs))

    @cache
    def taught(fusion: str, seed: int) -> PairedTaught:
        named = replace(method, fusion=fusion, plan=replace(method.plan, seed=seed))  # type: ignore[arg-type]
        return teach(material.train, material.valid, named)

    told = f"{method} {config.text_model} {config.levels} {config.smoke}"
    order = ("gated", *(fusion for fusion in FUSIONS if fusion != "gated"), "words", "sound")
    arms = [Arm(fusion, partial(run_arm, taught, fusion, material), f"{fusion} {told}") for fusion in order]
    arms.append(Arm("rule", partial(run_rule, taught, material), told))
    labels = next(iter(material.tests.values())).labels
    metrics: dict[str, tuple[Metric, str]] = {
        f"uar@wer={level}": (unweighted_average_recall, level) for level in material.tests
    }
    metrics["uar-lost"] = (lost, "all")
    truth = dict.fromkeys([*material.tests, "all"], labels)
    speakers = next(iter(material.tests.values())).speakers
    rows = run_experiment(
        Experiment(NAME, "mosi_features", "test", "speakers-apart", truth, metrics, arms, speakers),
        runs=Path("runs/ser"),
        seeds=range(config.seeds),
        resamples=config.resamples,
    )
    print_rows(rows)
    write_results(Path(config.results), rows)


def prepare(config: Config) -> Material:
    """CMU-MOSI with the text model's encodings of transcripts: as they are, and as misheard at each rate."""
    reader = open_reader(find_model("text-nano" if config.smoke else config.text_model))

    def encode(texts: Sequence[str]) -> list[Floats]:
        return spoken_words(texts, reader.features)

    # Of the transcripts themselves nothing is encoded: mishearing at 0 does that.
    whole = mosi_paired()
    known = sorted(set(" ".join(whole.texts).split()))
    train, test = whole.part("train"), whole.part("test")
    held = speaker_fold(train.speakers, 6) == 5
    parts = [train.take(~held), train.take(held), test]
    if config.smoke:
        parts = [part.take(np.arange(0, len(part), max(1, len(part) // 60))) for part in parts]
    taught, stop = (
        at_mixed_rates(part, encode, vocabulary=known, seed=10 * seed) for seed, part in enumerate(parts[:2])
    )
    tests = {
        level: as_recognised(parts[2], float(level), encode, vocabulary=known, seed=99)
        for level in config.levels.split(",")
    }
    measured = {
        f"wer-at-{level}": pooled_word_error(
            [word_error(one, other) for one, other in zip(parts[2].texts, heard.texts, strict=True)]
        ).rate
        for level, heard in tests.items()
    }
    train, valid, *heard = even(taught, stop, *tests.values())
    return Material(train, valid, dict(zip(tests, heard, strict=True)), measured)


def run_arm(taught, fusion: str, material: Material, seed: int) -> Outcome:  # type: ignore[no-untyped-def]
    """What a way of joining answers at each rate."""
    started = time.monotonic()
    net: PairedTaught = taught(fusion, seed)
    said = [net.answer(heard) for heard in material.tests.values()]
    return outcome(said, material, started, net.parameters, {"epoch": net.measured["epoch"]})


def run_rule(taught, material: Material, seed: int) -> Outcome:  # type: ignore[no-untyped-def]
    """What comes of both sides alone by the rule of `affekt analyze`: the sound leads, sure words move it."""
    started = time.monotonic()
    words, sound = taught("words", seed), taught("sound", seed)
    said = []
    for heard in material.tests.values():
        weight = np.array([each.mean() for each in heard.confidence]) ** 2
        said.append(gate_words(sound.answer(heard), words.answer(heard), weight))
    return outcome(said, material, started, words.parameters + sound.parameters, material.measured)


def outcome(
    said: Sequence[np.ndarray], material: Material, started: float, parameters: int, measured: dict[str, float]
) -> Outcome:
    """The decisions at each rate, and all beside each other."""
    decided = dict(zip(material.tests, (rows.argmax(1) for rows in said), strict=True))
    answers = decided | {"all": np.stack(list(decided.values()), 1)}
    return Outcome(answers, time.monotonic() - started, parameters, measured)


def lost(truth: ArrayLike, decided: ArrayLike) -> float:
    """How much recall is lost against the first of several decisions, a mean over the others."""
    recalls = [unweighted_average_recall(truth, each) for each in np.asarray(decided).T]
    return float(recalls[0] - np.mean(recalls[1:]))


if __name__ == "__main__":
    main()
