"""Metrics where an item may have several labels, or none: Jaccard, Hamming, rankings of labels.

For F1 and average precision per label see `classification`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from affekt.errors import InputError
from affekt.metrics.classification import ratio
from affekt.metrics.inputs import Flags, Floats, as_flags, as_numbers, check_shapes, flag_pair


class ScoredLabels(NamedTuple):
    """Which labels hold, bool (item, label), and how strongly each was predicted, float64 (item, label)."""

    truth: Flags
    score: Floats


def item_jaccard(truth: ArrayLike, prediction: ArrayLike) -> Floats:
    """Return the Jaccard index of each item's two label sets, (item,); see `jaccard`.

    >>> item_jaccard([[1, 1, 0]], [[1, 0, 1]]).round(3).tolist()
    [0.333]
    """
    pair = flag_pair(truth, prediction)
    shared, either = (pair.truth & pair.prediction).sum(axis=1), (pair.truth | pair.prediction).sum(axis=1)
    return np.where(either == 0, 1.0, ratio(shared, either))


def jaccard(truth: ArrayLike, prediction: ArrayLike) -> float:
    r"""Return the mean Jaccard index of true and predicted label sets, in [0, 1].

    .. math:: J = \frac{1}{n} \sum_i \frac{|T_i \cap P_i|}{|T_i \cup P_i|}

    truth, prediction: 0/1 (item, label). Two empty sets agree: their index is 1, as in the scorer of
    SemEval-2018 Task 1, where it is called multi-label accuracy (scikit-learn gives 0 by default).
    Raises `InputError` for different shapes, NaN, or no items. Jaccard 1901; Mohammad et al. 2018,
    "SemEval-2018 Task 1: Affect in Tweets".

    >>> round(jaccard([[1, 1, 0], [0, 0, 0]], [[1, 0, 1], [0, 0, 0]]), 3)
    0.667
    """
    return float(item_jaccard(truth, prediction).mean())


def hamming_loss(truth: ArrayLike, prediction: ArrayLike) -> float:
    """Return the share of label decisions that are wrong, in [0, 1]; 0 is best.

    truth, prediction: 0/1 (item, label). With many rare labels it is small for a prediction that
    never says anything. Raises `InputError` as `jaccard` does. Schapire and Singer 1999, "Improved
    Boosting Algorithms Using Confidence-Rated Predictions".

    >>> hamming_loss([[1, 0], [0, 1]], [[1, 1], [0, 1]])
    0.25
    """
    pair = flag_pair(truth, prediction)
    return float((pair.truth != pair.prediction).mean())


def label_ranking_average_precision(truth: ArrayLike, probability: ArrayLike) -> float:
    r"""Return label-ranking average precision (LRAP), in (0, 1].

    .. math:: \frac{1}{n} \sum_i \frac{1}{|T_i|} \sum_{k \in T_i}
        \frac{|\{j \in T_i : p_{ij} \ge p_{ik}\}|}{|\{j : p_{ij} \ge p_{ik}\}|}

    The mean over items of how pure the ranking is above each true label. truth: 0/1 (item, label);
    probability: (item, label), any scores. An item with no true label, or with all of them, counts 1:
    no ranking of it can be wrong. Raises `InputError` for different shapes, NaN, or no items. Schapire and
    Singer 2000, "BoosTexter".

    >>> round(label_ranking_average_precision([[1, 0, 0], [0, 0, 1]], [[0.75, 0.5, 1], [1, 0.2, 0.1]]), 3)
    0.417
    """
    pair = _scored(truth, probability)
    total = 0.0
    # (item, label, label) comparisons, some items at a time so that memory stays flat.
    for start in range(0, len(pair.score), 4096):
        held, score = pair.truth[start : start + 4096], pair.score[start : start + 4096]
        above = score[:, None, :] >= score[:, :, None]
        rank = above.sum(axis=2)
        hits = (above & held[:, None, :]).sum(axis=2)
        count = held.sum(axis=1)
        parts = np.where(held, hits / rank, 0.0).sum(axis=1)
        total += float(np.where(count == 0, 1.0, ratio(parts, count)).sum())
    return total / len(pair.score)


def ranking_loss(truth: ArrayLike, probability: ArrayLike) -> float:
    """Return the mean share of (true, false) label pairs that are ranked wrongly, in [0, 1]; ties count half.

    Items whose labels are all true or all false have no such pair and count 0. truth: 0/1 (item, label);
    probability: (item, label), any scores. Raises `InputError` as `label_ranking_average_precision` does.
    Schapire and Singer 2000, "BoosTexter" (where a tie counts in full).

    >>> ranking_loss([[1, 0, 0]], [[0.5, 0.7, 0.1]])
    0.5
    """
    pair = _scored(truth, probability)
    total = 0.0
    for start in range(0, len(pair.score), 4096):
        held, score = pair.truth[start : start + 4096], pair.score[start : start + 4096]
        pairs = held[:, :, None] & ~held[:, None, :]
        wrong = (score[:, :, None] < score[:, None, :]) + 0.5 * (score[:, :, None] == score[:, None, :])
        total += float(ratio((wrong * pairs).sum(axis=(1, 2)), pairs.sum(axis=(1, 2))).sum())
    return total / len(pair.score)


def impossible_pair_rate(prediction: ArrayLike, impossible: ArrayLike) -> float:
    """Return the share of items predicted with at least one pair of labels that never occur together.

    prediction: 0/1 (item, label); impossible: 0/1 (label, label), symmetric, 1 for a pair that raters
    never chose together. In [0, 1]. Raises `InputError` for other shapes. Chou et al. 2024, "Revisiting
    Modeling and Evaluation Approaches in Speech Emotion Recognition", whose penalty it measures.

    >>> impossible_pair_rate([[1, 1], [1, 0]], [[0, 1], [1, 0]])
    0.5
    """
    said, never = as_flags("prediction", prediction), as_flags("impossible", impossible)
    if said.ndim != 2 or never.shape != (said.shape[1], said.shape[1]):
        raise InputError(
            f"prediction must be (item, label) and impossible (label, label); got {said.shape} and {never.shape}."
        )
    if (never != never.T).any():
        raise InputError("impossible must be symmetric: a pair has no order.")
    pairs = never & ~np.eye(len(never), dtype=bool)
    clashes = (said.astype(np.float64) @ pairs * said).sum(axis=1)
    return float((clashes > 0).mean())


def _scored(truth: ArrayLike, score: ArrayLike) -> ScoredLabels:
    pair = ScoredLabels(as_flags("truth", truth), as_numbers("probability", score))
    check_shapes(*pair, names=("truth", "probability"))
    if pair.truth.ndim != 2:
        raise InputError(f"Truth must be (item, label) of 0 and 1, got shape {pair.truth.shape}.")
    return pair
