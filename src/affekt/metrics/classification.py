"""Metrics of labels: precision, recall, F1, average precision, accuracy, unweighted average recall.

Multi-label truth and prediction are matrices (item, label) of 0 and 1. Where every item has one
class, `class_matrix` makes such a matrix; `accuracy` and `unweighted_average_recall` take the
classes as they are.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.errors import InputError
from affekt.metrics.inputs import Anything, Flags, Floats, check_shapes, flag_pair, outcome_matrix, outcome_pair


class LabelScores(NamedTuple):
    """Scores per label, each (label,); `support` is how many items have the label."""

    precision: Floats
    recall: Floats
    f1: Floats
    support: NDArray[np.int64]


class F1Scores(NamedTuple):
    """F1 averaged over labels (`macro`), over decisions (`micro`), over labels by support (`weighted`)."""

    macro: float
    micro: float
    weighted: float


def ratio(part: ArrayLike, whole: ArrayLike) -> Floats:
    """Return part / whole, and 0 where whole is 0.

    >>> ratio([1, 0], [4, 0]).tolist()
    [0.25, 0.0]
    """
    whole = np.asarray(whole, np.float64)
    empty = whole == 0
    divided: Floats = np.where(empty, 0.0, np.asarray(part, np.float64) / np.where(empty, 1.0, whole))
    return divided


def class_matrix(values: ArrayLike, classes: Sequence[Any]) -> Flags:
    """Return bool (item, class), true where an item's value is that class.

    Raises `InputError` for a value that is none of `classes`.

    >>> class_matrix(["joy", "fear"], ["fear", "joy"]).astype(int).tolist()
    [[0, 1], [1, 0]]
    """
    found = class_list("values", values)
    matrix: Flags = found[:, None] == np.asarray(list(classes))[None, :]
    lost = ~matrix.any(1)
    if lost.any():
        raise InputError(f"{found[lost][0].item()!r} is none of the classes {', '.join(map(str, classes))}.")
    return matrix


def label_scores(truth: ArrayLike, prediction: ArrayLike) -> LabelScores:
    r"""Return precision, recall, F1 and support of each label.

    .. math:: P = \frac{TP}{TP + FP} \quad R = \frac{TP}{TP + FN} \quad F_1 = \frac{2 TP}{2 TP + FP + FN}

    truth, prediction: 0/1 (item, label). Scores lie in [0, 1]. A ratio of nothing is 0: precision of
    a label never predicted, recall of a label nobody has, F1 of a label that is neither.
    Raises `InputError` for different shapes, NaN, or no items. van Rijsbergen 1979,
    *Information Retrieval*, chapter 7.

    >>> scores = label_scores([[1, 0], [1, 1]], [[1, 0], [0, 0]])
    >>> scores.f1.round(3).tolist(), scores.support.tolist()
    ([0.667, 0.0], [2, 1])
    """
    pair = flag_pair(truth, prediction)
    hits, actual, predicted = (pair.truth & pair.prediction).sum(0), pair.truth.sum(0), pair.prediction.sum(0)
    return LabelScores(
        ratio(hits, predicted), ratio(hits, actual), ratio(2 * hits, actual + predicted), actual.astype(np.int64)
    )


def label_f1(truth: ArrayLike, prediction: ArrayLike) -> Floats:
    """Return the F1 of each label, (label,); see `label_scores`.

    >>> label_f1([[1, 0], [1, 1]], [[1, 1], [1, 1]]).round(3).tolist()
    [1.0, 0.667]
    """
    return label_scores(truth, prediction).f1


def macro_f1(truth: ArrayLike, prediction: ArrayLike) -> float:
    """Return the mean of the labels' F1, in [0, 1]; see `label_scores`.

    Every label counts alike, also one that nobody has (its F1 is 0, as in scikit-learn). This is
    the mean of F1s, not the F1 of mean precision and mean recall: Opitz and Burst 2019, "Macro F1
    and Macro F1".

    >>> round(macro_f1([[1, 0], [1, 1]], [[1, 1], [1, 1]]), 3)
    0.833
    """
    return float(label_f1(truth, prediction).mean())


def micro_f1(truth: ArrayLike, prediction: ArrayLike) -> float:
    """Return the F1 of all decisions of all labels taken together, in [0, 1]; see `label_scores`.

    >>> round(micro_f1([[1, 0], [1, 1]], [[1, 1], [1, 1]]), 3)
    0.857
    """
    pair = flag_pair(truth, prediction)
    return float(ratio(2 * (pair.truth & pair.prediction).sum(), pair.truth.sum() + pair.prediction.sum()))


def weighted_f1(truth: ArrayLike, prediction: ArrayLike) -> float:
    """Return the mean of the labels' F1 weighted by support, in [0, 1]; 0 where nobody has any label.

    >>> round(weighted_f1([[1, 0], [1, 1]], [[1, 1], [1, 1]]), 3)
    0.889
    """
    scores = label_scores(truth, prediction)
    return float(ratio((scores.f1 * scores.support).sum(), scores.support.sum()))


def f1_scores(truth: ArrayLike, prediction: ArrayLike) -> F1Scores:
    """Return macro, micro and weighted F1 of 0/1 matrices (item, label); see `label_scores`.

    >>> f1_scores([[1, 0], [0, 1]], [[1, 0], [0, 1]])
    F1Scores(macro=1.0, micro=1.0, weighted=1.0)
    """
    return F1Scores(macro_f1(truth, prediction), micro_f1(truth, prediction), weighted_f1(truth, prediction))


def average_precision(truth: ArrayLike, probability: ArrayLike) -> float:
    r"""Return the average precision of one ranking, in [0, 1].

    .. math:: AP = \sum_n (R_n - R_{n-1}) P_n

    over the distinct values of `probability`, highest first: equal probabilities are one step, so
    the order of items does not matter. truth: 0/1 (item,); probability: (item,) in [0, 1].
    NaN where no item is positive. Raises `InputError` for different shapes, NaN, or no items.
    Manning, Raghavan and Schütze 2008, *Introduction to Information Retrieval*, section 8.4.

    >>> round(average_precision([1, 0, 1], [0.9, 0.8, 0.1]), 3)
    0.833
    """
    pair = outcome_pair(truth, probability)
    if pair.truth.ndim != 1:
        raise InputError(f"Truth must be (item,), got shape {pair.truth.shape}. See mean_average_precision.")
    positives = pair.truth.sum()
    if positives == 0:
        return float("nan")
    order = np.argsort(-pair.probability, kind="stable")
    ranked = pair.probability[order]
    last = np.append(np.flatnonzero(ranked[1:] != ranked[:-1]), len(ranked) - 1)
    hits = np.cumsum(pair.truth[order])[last]
    return float((np.diff(hits, prepend=0) * hits / (last + 1)).sum() / positives)


def label_average_precision(truth: ArrayLike, probability: ArrayLike) -> Floats:
    """Return the average precision of each label, (label,), NaN for a label that no item has.

    >>> label_average_precision([[1, 0], [0, 0]], [[0.9, 0.2], [0.1, 0.3]]).tolist()
    [1.0, nan]
    """
    pair = outcome_matrix(truth, probability)
    columns = zip(pair.truth.T, pair.probability.T, strict=True)
    return np.array([average_precision(outcome, said) for outcome, said in columns])


def mean_average_precision(truth: ArrayLike, probability: ArrayLike) -> float:
    """Return the mean of the labels' average precision, in [0, 1], over labels that some item has.

    truth: 0/1 (item, label); probability: (item, label). NaN where no item has any label.

    >>> round(mean_average_precision([[1, 0], [0, 1]], [[0.9, 0.8], [0.1, 0.7]]), 3)
    0.75
    """
    scores = label_average_precision(truth, probability)
    known = scores[~np.isnan(scores)]
    return float(known.mean()) if known.size else float("nan")


def accuracy(truth: ArrayLike, prediction: ArrayLike) -> float:
    """Return the share of items predicted exactly, in [0, 1].

    truth, prediction: (item,) classes of any type, or 0/1 (item, label), where every label has to
    be right. Raises `InputError` for different shapes, NaN, or no items.

    >>> accuracy(["joy", "fear", "joy"], ["joy", "joy", "joy"]).__round__(3)
    0.667
    """
    found, said = class_list("truth", truth), class_list("prediction", prediction)
    check_shapes(found, said)
    return float((found == said).reshape(len(found), -1).all(1).mean())


def unweighted_average_recall(truth: ArrayLike, prediction: ArrayLike) -> float:
    r"""Return the mean over classes of their recall, in [0, 1].

    .. math:: UAR = \frac{1}{K} \sum_{k=1}^{K} \frac{TP_k}{TP_k + FN_k}

    truth, prediction: (item,) classes of any type. The K classes are those that occur in `truth`; a
    class only predicted costs recall elsewhere and has none itself. Raises `InputError` as
    `accuracy` does. Schuller, Steidl and Batliner 2009, "The INTERSPEECH 2009 Emotion Challenge".

    >>> unweighted_average_recall(["joy", "joy", "fear"], ["joy", "fear", "fear"])
    0.75
    """
    found, said = class_list("truth", truth), class_list("prediction", prediction)
    check_shapes(found, said)
    if found.ndim != 1:
        raise InputError(f"Truth must be (item,), got shape {found.shape}. For matrices take label_scores(…).recall.")
    right = found == said
    if found.dtype.kind in "iu" and spans_few(found):
        # Misses and hits of each class side by side, counted at once.
        cells = 2 * (found - found.min()) + right
        misses, hits = np.bincount(cells, minlength=2 * (int(cells.max()) // 2 + 1)).reshape(-1, 2).T
        actual = misses + hits
        return float((hits[actual > 0] / actual[actual > 0]).mean())
    return float(np.mean([right[found == name].mean() for name in class_names(found)]))


def spans_few(values: Anything) -> bool:
    """Return whether whole numbers lie close together, so that a table of their range is small."""
    return values.size > 0 and int(values.max()) - int(values.min()) < 65_536


def class_names(*values: Anything) -> tuple[Any, ...]:
    """Return the classes that occur in the arrays, sorted.

    >>> class_names(np.array([3, 1, 3]), np.array([2]))
    (1, 2, 3)
    """
    together = np.concatenate(values)
    if together.dtype.kind in "iu" and spans_few(together):
        # Counting is several times faster than the sort of np.unique.
        low = together.min()
        return tuple((np.flatnonzero(np.bincount(together - low)) + low).tolist())
    return tuple(np.unique(together).tolist())


def class_list(name: str, values: ArrayLike) -> Anything:
    """Return classes of any type as an array. Raises `InputError` where it is empty or holds NaN or None."""
    array = np.asarray(values)
    if array.size == 0:
        raise InputError(f"{name} is empty (shape {array.shape}). A metric needs at least one item.")
    missing = sum(_is_missing(value) for value in array.flat) if array.dtype.kind in "Ofc" else 0
    if missing:
        raise InputError(f"{name} holds {missing} NaN or None. Leave those items out.")
    return array


def _is_missing(value: object) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))
