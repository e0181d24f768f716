"""meralion-ser: categories and ratings learned together, against either alone, in three languages.

    AFFEKT_DATA=… python recipes/meralion_ser/run.py

Clips of RAVDESS (English), EMO-DB (German) and TurEV-DB (Turkish) in four emotions; half of the training clips have
lost one of their two labels. Arms: both losses, categories alone, ratings alone. MERaLiON 2025. README.md says more.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from affekt.corpora.clips import Clips, read_clips
from affekt.corpora.sound_views import JoinedViews
from affekt.evaluation.experiment import Arm, Experiment, Outcome, run_experiment
from affekt.evaluation.records import write_results
from affekt.evaluation.settings import read_settings
from affekt.evaluation.speech_arms import PROTOCOL, SpeechSplit, few, print_rows
from affekt.metrics.classification import unweighted_average_recall
from affekt.metrics.regression import ccc
from affekt.metrics.weighing import Metric
from affekt.training.speech.lesson import Lesson
from affekt.training.speech.meralion_ser import Config as Method
from affekt.training.speech.meralion_ser import mapped, partly, ratings_of, teach
from affekt.types import LabelSpace

# What each corpus calls the four; calm is the nearest that TurEV-DB has to neutral.
EMOTIONS = {
    "anger": ("anger", "angry"),
    "happiness": ("happiness", "happy"),
    "neutral": ("neutral", "calm"),
    "sadness": ("sadness", "sad"),
}
SPACE = LabelSpace("four-emotions", tuple(EMOTIONS), "exclusive", "the labels that all three corpora have")
DIMENSIONS = ("valence", "arousal", "dominance")


@dataclass(frozen=True)
class Config:
    corpora: str = "ravdess,emodb,turev_db"
    missing: float = 0.5
    epochs: int = 25
    seeds: int = 3
    resamples: int = 1000
    smoke: int = 0
    results: str = "results/ser.csv"


def main() -> None:
    config = read_settings(Config, __doc__)
    split = joined([read_clips(name) for name in config.corpora.split(",")], smoke=bool(config.smoke))
    languages = split.test.condition("language")
    truth: dict[str, NDArray[np.generic]] = {"decided": split.test.labels}
    metrics: dict[str, tuple[Metric, str]] = {"uar": (unweighted_average_recall, "decided")}
    rated = mapped(split.test).ratings
    for place, name in enumerate(DIMENSIONS):
        truth[name] = rated[:, place]
        metrics[f"ccc:{name}"] = (ccc, name)
    arms = [arm(name, split, config) for name in ("joint", "categories", "ratings")]
    experiments = [Experiment("meralion-ser", "three-languages", "test", PROTOCOL, truth, metrics, arms)]
    for language in sorted(set(languages.tolist())):
        own = languages == language
        cut = {name: values[own] for name, values in truth.items()}
        parted = [replace(each, run=_of(each, own), settings=f"{each.settings} {language}") for each in arms]
        corpus = f"three-languages@{language}"
        experiments.append(Experiment("meralion-ser", corpus, "test", PROTOCOL, cut, metrics, parted))
    rows = [
        row
        for experiment in experiments
        for row in run_experiment(
            experiment, runs=Path("runs/ser"), seeds=range(config.seeds), resamples=config.resamples
        )
    ]
    print_rows(rows)
    write_results(Path(config.results), rows)


def joined(corpora: list[Clips], *, smoke: bool) -> SpeechSplit:
    """The clips of all corpora in four emotions; of each its last fold is scored and the one before it stops."""
    parts: dict[str, list[Clips]] = {"train": [], "valid": [], "test": []}
    for clips in corpora:
        four = in_four(clips)
        last = int(four.folds.max())
        for name, where in (("train", four.folds < last - 1), ("valid", four.folds == last - 1)):
            parts[name].append(four.take(where))
        parts["test"].append(four.take(four.folds == last))
    chosen = [[few(part, 24) for part in each] if smoke else each for each in parts.values()]
    return SpeechSplit(*(together(each) for each in chosen))


def in_four(clips: Clips) -> Clips:
    """The clips whose label is one of the four emotions, in their space."""
    place = {word: number for number, words in enumerate(EMOTIONS.values()) for word in words}
    found = np.array([place.get(clips.space.labels[label], -1) for label in clips.labels.tolist()])
    kept = clips.take(found >= 0)
    return replace(kept, labels=found[found >= 0].astype(np.int64), space=SPACE)


def together(parts: list[Clips]) -> Clips:
    """Several corpora's clips as one; a condition that one does not tell is "" for its clips."""
    names = sorted({name for part in parts for name in part.conditions})
    conditions = {
        name: tuple(word for part in parts for word in part.conditions.get(name, ("",) * len(part))) for name in names
    }
    sizes = np.cumsum([0, *(len(part.views.view("log-mel")) for part in parts)])
    return Clips(
        corpus="three-languages",
        ids=tuple(name for part in parts for name in part.ids),
        labels=np.concatenate([part.labels for part in parts]),
        space=SPACE,
        speakers=tuple(f"{part.corpus}-{name}" for part in parts for name in part.speakers),
        sentences=tuple(text for part in parts for text in part.sentences),
        folds=np.concatenate([part.folds for part in parts]),
        conditions=conditions,
        views=JoinedViews([part.views for part in parts]),
        rows=np.concatenate([part.rows + start for part, start in zip(parts, sizes[:-1], strict=True)]),
    )


def arm(name: str, split: SpeechSplit, config: Config) -> Arm:
    method = Method(objective=name)  # type: ignore[arg-type]
    method = replace(method, plan=replace(method.plan, epochs=config.epochs))
    settings = f"{method.objective} {method.plan} {method.width} {config.missing} {config.corpora} {config.smoke}"
    answered: dict[int, Outcome] = {}

    def run(seed: int) -> Outcome:
        if seed in answered:
            return answered[seed]
        started = time.monotonic()
        told = replace(method, labelled=lambda clips: partly(clips, missing=config.missing, seed=seed))
        taught = teach(Lesson(split.train, split.valid, seed=seed, smoke=bool(config.smoke)), told)
        rated = ratings_of(taught.net, split.test, method.plan)  # type: ignore[arg-type]
        if name == "categories":
            # A network of categories alone rates by where its answers lie.
            places = mapped(replace(split.test, labels=np.arange(len(SPACE)), conditions={}, ids=SPACE.labels)).ratings
            rated = taught.answer(split.test) @ places
        answers: dict[str, NDArray[np.generic]] = {"decided": taught.answer(split.test).argmax(1)}
        answers |= {dimension: rated[:, place] for place, dimension in enumerate(DIMENSIONS)}
        answered[seed] = Outcome(answers, time.monotonic() - started, taught.parameters, taught.measured)
        return answered[seed]

    return Arm(name, run, settings)


def _of(whole: Arm, own: NDArray[np.bool_]):  # type: ignore[no-untyped-def]
    """The same answers, of one language's clips."""

    def run(seed: int) -> Outcome:
        outcome = whole.run(seed)
        return replace(outcome, answers={name: values[own] for name, values in outcome.answers.items()})

    return run


if __name__ == "__main__":
    main()
