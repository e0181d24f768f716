"""mdat-cross-language: graph attention and co-attention, taught in some languages and brought to another by k shots.

    AFFEKT_DATA=… python recipes/mdat_cross_language/run.py

Arms, three seeds each: both attentions, without the graph, without co-attention, without either. Zaidi et al. 2023.
README.md says more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

import numpy as np
from planted import planted

from affekt.corpora.clips import read_clips
from affekt.corpora.utterances import Utterances, join_utterances
from affekt.evaluation.experiment import run_experiment
from affekt.evaluation.fused_arms import FusedSplit, fused_arm, mosi_split, some_clips
from affekt.evaluation.records import ResultRow, write_results
from affekt.evaluation.settings import read_settings
from affekt.evaluation.speech_arms import speech_experiment
from affekt.training.fused import Fused, FusedLesson, FusedPlan
from affekt.training.speech.mdat import Config as Method
from affekt.training.speech.mdat import adapt, draw_shots, spoken_parts, teach
from affekt.types import LabelSpace

FOUR = LabelSpace("four-emotions", ("anger", "happiness", "sadness", "neutral"), "exclusive", "common to the corpora")
# Calm is neutral in Turkish, where no other neutral was played, and beside it in English.
NAMES = {"angry": "anger", "happy": "happiness", "sad": "sadness", "calm": "neutral"}


@dataclass(frozen=True)
class Config:
    languages: str = "ravdess,emodb,turev_db"
    shots: str = "0,5,10,20"
    parts: int = 6
    epochs: int = 12
    fusion: int = 1
    seeds: int = 3
    resamples: int = 1000
    smoke: int = 0
    results: str = "results/ser.csv"


def main() -> None:
    config = read_settings(Config, __doc__)
    config = replace(config, languages="ravdess,emodb") if config.smoke else config
    shots = tuple(int(each) for each in config.shots.split(","))[: 2 if config.smoke else None]
    rows = across("synthetic-b", *synthetic(bool(config.smoke)), shots=shots, config=config, methods=planted_arms())
    parts = {name: spoken(name, config) for name in config.languages.split(",")}
    for target in parts:
        rows += across(target, *left_out(parts, target), shots=shots, config=config, methods=arms_of(config))
    if config.fusion:
        rows += fused(config)
    print_shots(rows)
    write_results(Path(config.results), rows)


def print_shots(rows: Sequence[ResultRow]) -> None:
    """Unweighted recall a line for each language and arm: at every number of shots, with its interval."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        if row.metric == "uar" or row.metric.startswith("uar:minus:"):
            at = row.protocol.removeprefix("other-languages+").removesuffix("-shots")
            what = f"{row.model} {row.metric.removeprefix('uar:')}"
            found.setdefault((row.corpus, what), []).append(f"{at}: {row.value:+.3f} [{row.low:+.3f}, {row.high:+.3f}]")
    for (corpus, what), values in found.items():
        print(f"{corpus:14} {what:44} {'  '.join(values)}")


def arms_of(config: Config) -> dict[str, Method]:
    """The method and what is left of it without one attention, or both."""
    method = Method()
    return ablated(replace(method, plan=replace(method.plan, epochs=config.epochs)))


def planted_arms() -> dict[str, Method]:
    """The same for the synthetic languages, which are small and whose attention has to find one word."""
    plan = FusedPlan(epochs=20, batch=32, learning_rate=4e-3, patience=20)
    going_on = FusedPlan(epochs=20, batch=32, learning_rate=1e-3, stop="last", patience=20)
    return ablated(Method(width=32, dropout=0.0, plan=plan, adapting=going_on))


def ablated(method: Method) -> dict[str, Method]:
    return {
        "dual": method,
        "no-graph": replace(method, graph=False),
        "no-co-attention": replace(method, co=False),
        "neither": replace(method, graph=False, co=False),
    }


def across(
    name: str,
    split: FusedSplit,
    pool: Utterances,
    *,
    shots: tuple[int, ...],
    config: Config,
    methods: Mapping[str, Method],
) -> list[ResultRow]:
    """Every arm at every number of shots of each label, scored on speakers of the new language that gave none."""
    smoke, rows = bool(config.smoke), []

    @cache
    def source(arm: str, seed: int) -> Fused:
        return teach(FusedLesson(split.train, split.valid, seed, smoke), methods[arm])

    def brought(lesson: FusedLesson, arm: str, count: int) -> Fused:
        return adapt(source(arm, lesson.seed), lesson, draw_shots(pool, count, seed=lesson.seed), methods[arm])

    for count in shots:
        arms = [
            fused_arm(arm, partial(brought, arm=arm, count=count), split, settings=(kind, config.parts), smoke=smoke)
            for arm, kind in methods.items()
        ]
        protocol = f"other-languages+{count}-shots"
        experiment = speech_experiment("mdat-cross-language", split, arms, corpus=name, protocol=protocol)
        rows += run_experiment(experiment, runs=Path("runs/ser"), seeds=range(config.seeds), resamples=config.resamples)
    return rows


def synthetic(smoke: bool) -> tuple[FusedSplit, Utterances]:
    """The planted languages: taught in one, brought to the other."""
    size = 60 if smoke else 500
    split = FusedSplit(planted("a", size, 0), planted("a", size // 2, 1), planted("b", size, 2))
    return split, planted("b", size, 3)


def spoken(corpus: str, config: Config) -> Utterances:
    """Cepstra and prosody of a corpus's clips in the four common emotions, each brought to mean 0 and deviation 1.

    By the clips of that corpus, whose labels are not looked at: channels differ more than languages.
    """
    clips = read_clips(corpus)
    names = [NAMES.get(label, label) for label in clips.space.labels]
    kept = clips.take(np.isin(clips.labels, [i for i, name in enumerate(names) if name in FOUR]))
    if config.smoke:
        kept = some_clips(kept, 12)
    labels = np.array([FOUR.index(names[label]) for label in kept.labels])
    found = spoken_parts(kept, parts=config.parts)
    tokens = {name: brought_home(values) for name, values in found.tokens.items()}
    return replace(found, labels=labels, space=FOUR, tokens=tokens)


def brought_home(values: np.ndarray) -> np.ndarray:
    flat = values.reshape(-1, values.shape[-1])
    return ((values - flat.mean(0)) / np.maximum(flat.std(0), 1e-6)).astype(np.float32)


def left_out(parts: Mapping[str, Utterances], target: str) -> tuple[FusedSplit, Utterances]:
    """All other languages to learn from (their last fold to stop by); half of the target's speakers give shots."""
    others = [each for name, each in parts.items() if name != target]
    last = [each.folds == each.folds.max() for each in others]
    train = join_utterances([each.take(~where) for each, where in zip(others, last, strict=True)])
    valid = join_utterances([each.take(where) for each, where in zip(others, last, strict=True)])
    speakers = np.unique(np.asarray(parts[target].speakers), return_inverse=True)[1]
    giving = speakers % 2 == 0
    return FusedSplit(train, valid, parts[target].take(~giving)), parts[target].take(giving)


def fused(config: Config) -> list[ResultRow]:
    """The same arms where words and voice are real: CMU-MOSI's vectors of one language."""
    split, smoke = mosi_split(smoke=bool(config.smoke)).only("audio", "text"), bool(config.smoke)
    arms = [
        fused_arm(name, partial(teach, config=kind), split, settings=kind, smoke=smoke)
        for name, kind in arms_of(config).items()
    ]
    experiment = speech_experiment("mdat-cross-language", split, arms, corpus="mosi_features")
    return run_experiment(experiment, runs=Path("runs/ser"), seeds=range(config.seeds), resamples=config.resamples)


if __name__ == "__main__":
    main()
