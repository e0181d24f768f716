"""Published speech methods beside their ablations: one speaker-disjoint split, the same clips for every arm."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.corpora.clips import Clips, read_clips
from affekt.evaluation.experiment import Arm, Experiment, Outcome
from affekt.evaluation.records import ResultRow
from affekt.metrics.calibration import debiased_calibration_error, expected_calibration_error
from affekt.metrics.classification import accuracy, macro_f1, unweighted_average_recall
from affekt.metrics.weighing import Metric
from affekt.training.speech.lesson import Lesson, Taught
from affekt.types import LabelSpace

PROTOCOL = "speakers-apart"


def top_label_ece(truth: ArrayLike, probability: ArrayLike) -> float:
    """Return the calibration error of the likeliest label, in [0, 1], by ten bins of equal mass.

    truth: int64 (item,); probability: (item, label).

    >>> top_label_ece([0, 1], [[0.5, 0.5], [0.5, 0.5]])
    0.0
    """
    said = np.asarray(probability)
    return expected_calibration_error(said.argmax(1) == np.asarray(truth), said.max(1), bins=10)


def top_label_ece_debiased(truth: ArrayLike, probability: ArrayLike) -> float:
    """Return `top_label_ece` with less of what chance adds to it (Kumar et al. 2019)."""
    said = np.asarray(probability)
    return debiased_calibration_error(said.argmax(1) == np.asarray(truth), said.max(1), bins=10)


def top_3(truth: ArrayLike, probability: ArrayLike) -> float:
    """Return how often the true label is among the three likeliest; truth: int64 (item,), probability: (item, label).

    >>> top_3([0, 3], [[0.4, 0.3, 0.2, 0.1]] * 2)
    0.5
    """
    said = np.argsort(-np.asarray(probability), 1, kind="stable")[:, :3]
    return float((said == np.asarray(truth)[:, None]).any(1).mean())


METRICS: Mapping[str, tuple[Metric, str]] = {
    "uar": (unweighted_average_recall, "decided"),
    "accuracy": (accuracy, "decided"),
    "macro_f1": (macro_f1, "matrix"),
    "ece": (top_label_ece, "probabilities"),
    "ece-debiased": (top_label_ece_debiased, "probabilities"),
}
TOP_3: Mapping[str, tuple[Metric, str]] = {"top-3": (top_3, "probabilities")}


@dataclass(frozen=True, slots=True, eq=False)
class SpeechSplit:
    """Clips to learn from, to stop by and to score on: three sets of speakers that share nobody."""

    train: Clips
    valid: Clips
    test: Clips


def fixed_split(corpus: str = "ravdess", *, cache: Path = Path("runs/views"), smoke: bool = False) -> SpeechSplit:
    """Return the split that all methods are compared on: the last fold is scored, the one before it stops.

    For RAVDESS: actors 1-16 to learn from, 17-20 to stop by, 21-24 to score. smoke: a few clips of each, for a run
    of seconds.
    """
    return split_of(read_clips(corpus, cache=cache), smoke=smoke)


def split_of(clips: Clips, *, smoke: bool = False) -> SpeechSplit:
    """Return clips parted by their folds: the last is scored, the one before it stops, the others teach."""
    last = int(clips.folds.max())
    parts = [clips.take(where) for where in (clips.folds < last - 1, clips.folds == last - 1, clips.folds == last)]
    return SpeechSplit(*([few(part) for part in parts] if smoke else parts))


def few(clips: Clips, most: int = 40) -> Clips:
    """Return at most so many clips, of every label and speaker in turn."""
    step = max(1, len(clips) // most)
    order = np.lexsort((np.arange(len(clips)), clips.labels))
    return clips.take(np.sort(order[::step]))


def speech_arm(
    name: str, teach: Callable[[Lesson], Taught], split: SpeechSplit, *, settings: object = "", smoke: bool = False
) -> Arm:
    """Return an arm that learns by `teach` from the split and answers its test clips."""

    def run(seed: int) -> Outcome:
        started = time.monotonic()
        taught = teach(Lesson(split.train, split.valid, seed=seed, smoke=smoke))
        probabilities = taught.answer(split.test)
        return outcome(probabilities, time.monotonic() - started, taught.parameters, taught.measured)

    return Arm(name, run, f"{settings} {smoke}")


def outcome(
    probabilities: NDArray[np.float64], seconds: float, parameters: int, measured: Mapping[str, float]
) -> Outcome:
    """Return what an arm answered, in the forms that `METRICS` take."""
    decided = probabilities.argmax(1)
    matrix = np.eye(probabilities.shape[1], dtype=bool)[decided]
    answers = {"decided": decided, "matrix": matrix, "probabilities": probabilities}
    return Outcome(answers, seconds, parameters, measured)


class Labelled(Protocol):
    """Items with a label each, of clips or of utterances."""

    @property
    def corpus(self) -> str:
        """What they are of."""

    @property
    def labels(self) -> NDArray[np.int64]:
        """int64 (item,), places in `space`."""

    @property
    def space(self) -> LabelSpace:
        """What the labels are."""


class HeldOut(Protocol):
    """A split of which a part is scored."""

    @property
    def test(self) -> Labelled:
        """The items that are scored."""


def speech_experiment(
    name: str, split: HeldOut, arms: Sequence[Arm], *, corpus: str = "", protocol: str = PROTOCOL
) -> Experiment:
    """Return the experiment of these arms on the split's test items; the first is the method itself."""
    labels = split.test.labels
    matrix = np.eye(len(split.test.space), dtype=bool)[labels]
    truth = {"decided": labels, "matrix": matrix, "probabilities": labels}
    return Experiment(name, corpus or split.test.corpus, "test", protocol, truth, METRICS, arms)


def print_rows(rows: Iterable[ResultRow]) -> None:
    """Print rows one a line: corpus, method, metric, value, interval."""
    for row in rows:
        interval = "" if row.low is None else f"  {row.low:.3f} {row.high:.3f}"
        print(f"{row.corpus:18} {row.model:34} {row.metric:30} {row.value:10.3f}{interval}")
