"""Metrics where every item has one class: recall, F1 with classes left out, k-best accuracy, confusion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.errors import InputError
from affekt.metrics.classification import (
    accuracy,
    class_list,
    class_names,
    ratio,
    spans_few,
    unweighted_average_recall,
)
from affekt.metrics.inputs import Anything, Floats, as_numbers, check_shapes

Average = Literal["macro", "micro", "weighted"]

__all__ = [
    "ConfusionMatrix",
    "balanced_accuracy",
    "class_f1",
    "class_recall",
    "confusion_matrix",
    "k_best_accuracy",
    "weighted_average_recall",
]


class ConfusionMatrix(NamedTuple):
    """How often each true class (row) was predicted as each class (column); int64 (class, class)."""

    classes: tuple[Any, ...]
    counts: NDArray[np.int64]


def confusion_matrix(
    truth: ArrayLike, prediction: ArrayLike, *, classes: Sequence[Any] | None = None
) -> ConfusionMatrix:
    """Return the confusion matrix over `classes`, or over those that occur, sorted.

    truth, prediction: (item,) classes of any type. Raises `InputError` for different shapes, NaN, no
    items, or a value that is none of `classes`.

    >>> confusion_matrix(["joy", "joy", "fear"], ["joy", "fear", "fear"]).counts.tolist()
    [[1, 0], [1, 1]]
    """
    found, said = _pair(truth, prediction)
    if classes is None and found.dtype.kind in "iu" and said.dtype.kind in "iu":
        low = min(int(found.min()), int(said.min()))
        width = max(int(found.max()), int(said.max())) - low + 1
        if width <= 1024:
            cells = np.subtract(found, low, dtype=np.int64) * width + np.subtract(said, low, dtype=np.int64)
            table = np.bincount(cells, minlength=width**2).reshape(width, width)
            used = np.flatnonzero(table.sum(axis=0) + table.sum(axis=1))
            return ConfusionMatrix(tuple((used + low).tolist()), table[np.ix_(used, used)].astype(np.int64))
    named = class_names(found, said) if classes is None else tuple(classes)
    rows, columns = _places("truth", found, named), _places("prediction", said, named)
    counts = np.bincount(rows * len(named) + columns, minlength=len(named) ** 2)
    return ConfusionMatrix(named, counts.reshape(len(named), len(named)).astype(np.int64))


def weighted_average_recall(truth: ArrayLike, prediction: ArrayLike) -> float:
    """Return the mean of the classes' recall weighted by how often they occur: plain accuracy, in [0, 1].

    Papers on speech call it WA or WAR, and its unweighted counterpart UA or UAR
    (`unweighted_average_recall`). Raises `InputError` as `accuracy` does.

    >>> weighted_average_recall(["joy", "joy", "fear", "fear"], ["joy", "joy", "fear", "joy"])
    0.75
    """
    return accuracy(*_pair(truth, prediction))


def balanced_accuracy(truth: ArrayLike, prediction: ArrayLike, *, adjusted: bool = False) -> float:
    """Return the unweighted average recall; `adjusted`, moved so that chance is 0 and perfect 1.

    (UAR - 1/K) / (1 - 1/K) with K the classes that occur in `truth`; NaN where there is one. Raises
    `InputError` as `unweighted_average_recall` does.

    >>> balanced_accuracy(["joy", "joy", "fear"], ["joy", "fear", "fear"], adjusted=True)
    0.5
    """
    recall = unweighted_average_recall(truth, prediction)
    if not adjusted:
        return recall
    chance = 1 / len(np.unique(np.asarray(truth)))
    return (recall - chance) / (1 - chance) if chance < 1 else float("nan")


def class_recall(truth: ArrayLike, prediction: ArrayLike, classes: Sequence[Any]) -> Floats:
    """Return the recall of each of `classes`, (class,); NaN for one that does not occur in `truth`.

    >>> class_recall(["joy", "joy"], ["joy", "fear"], ["joy", "fear"]).tolist()
    [0.5, nan]
    """
    counts = confusion_matrix(truth, prediction, classes=classes).counts
    actual = counts.sum(axis=1)
    return np.where(actual > 0, ratio(np.diag(counts), actual), np.nan)


def class_f1(
    truth: ArrayLike,
    prediction: ArrayLike,
    *,
    average: Average = "macro",
    exclude: Sequence[Any] = (),
    classes: Sequence[Any] | None = None,
) -> float:
    """Return the F1 of single-label predictions, in [0, 1], over all classes but those in `exclude`.

    truth, prediction: (item,) classes of any type; `classes` are those averaged over (None: those that
    occur in truth or prediction). Excluded classes stay in the data: an excluded class predicted as
    joy is a false alarm of joy, and the other way round a miss. ``"micro"`` with ``exclude=("neutral",)``
    is how DailyDialog is scored, where four in five turns are neutral; ``"weighted"`` without exclusion
    how MELD and IEMOCAP are. Equals scikit-learn's ``f1_score(labels=…)``. A class nobody has or is
    given has F1 0. Raises `InputError` for different shapes, NaN, no items, nothing left to average.

    >>> truth, said = ["neutral", "joy", "fear", "joy"], ["joy", "joy", "fear", "neutral"]
    >>> round(class_f1(truth, said, average="micro", exclude=["neutral"]), 3)
    0.667
    """
    found, said = _pair(truth, prediction)
    named = class_names(found, said) if classes is None else tuple(classes)
    kept = [name for name in named if name not in exclude]
    if not kept:
        raise InputError(f"No class is left to average over: all of {', '.join(map(str, named))} are excluded.")
    if average not in ("macro", "micro", "weighted"):
        raise InputError(f"average must be 'macro', 'micro' or 'weighted', got {average!r}.")
    right = found == said
    masks = [found == name for name in kept]
    actual = np.array([np.count_nonzero(mask) for mask in masks])
    predicted = np.array([np.count_nonzero(said == name) for name in kept])
    hits = np.array([np.count_nonzero(mask & right) for mask in masks])
    if average == "micro":
        return float(ratio(2 * hits.sum(), actual.sum() + predicted.sum()))
    scores = ratio(2 * hits, actual + predicted)
    if average == "macro":
        return float(scores.mean())
    return float(ratio((scores * actual).sum(), actual.sum()))


def k_best_accuracy(truth: ArrayLike, probability: ArrayLike, *, k: int = 2) -> float:
    """Return the share of items whose true class is among the `k` most probable, in [0, 1].

    truth: (item,) class places from 0, or bool (item, label), where any true label counts;
    probability: (item, label), any scores. Of equal scores the earlier label comes first, as in
    scikit-learn's ``top_k_accuracy_score``. k = 1 is accuracy; papers write 2-best, hit@2 or top-2.
    Raises `InputError` for other shapes, a place outside, or k outside 1 … labels.

    >>> k_best_accuracy([2, 0], [[0.2, 0.5, 0.3], [0.1, 0.5, 0.4]])
    0.5
    """
    scores = as_numbers("probability", probability)
    if scores.ndim != 2:
        raise InputError(f"probability must be (item, label), got shape {scores.shape}.")
    if not 1 <= k <= scores.shape[1]:
        raise InputError(f"k must lie between 1 and {scores.shape[1]}, the number of labels; got {k}.")
    found = np.asarray(truth)
    if found.ndim == 1:
        places = as_numbers("truth", found)
        if len(places) != len(scores):
            check_shapes(found, scores[:, 0], names=("truth", "probability"))
        if ((places != np.round(places)) | (places < 0) | (places >= scores.shape[1])).any():
            raise InputError(f"truth must hold places of labels, 0 to {scores.shape[1] - 1}.")
        found = places.astype(np.int64)[:, None] == np.arange(scores.shape[1])
    check_shapes(found, scores, names=("truth", "probability"))
    best = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    return float(np.take_along_axis(found.astype(bool), best, axis=1).any(axis=1).mean())


def _pair(truth: ArrayLike, prediction: ArrayLike) -> tuple[Anything, Anything]:
    found, said = class_list("truth", truth), class_list("prediction", prediction)
    check_shapes(found, said)
    if found.ndim != 1:
        raise InputError(f"Truth must be (item,), got shape {found.shape}. For several labels an item see multi_label.")
    return found, said


def _places(name: str, values: Anything, classes: tuple[Any, ...]) -> NDArray[np.int64]:
    if values.dtype.kind in "iu" and spans_few(values) and all(isinstance(c, int) for c in classes):
        low, high = int(values.min()), int(values.max())
        table = np.full(high - low + 1, -1, np.int64)
        for place, label in enumerate(classes):
            if low <= label <= high:
                table[label - low] = place
        places: NDArray[np.int64] = table[values - low]
    else:
        places = np.full(len(values), -1, np.int64)
        for place, label in enumerate(classes):
            places[values == label] = place
    if (places < 0).any():
        lost = values[places < 0][0]
        raise InputError(f"{name} holds {lost.item()!r}, none of the classes {', '.join(map(str, classes))}.")
    return places
