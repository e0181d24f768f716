"""Telling two classes apart by a score: ROC curve, its area, equal error rate, detection cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from affekt.errors import InputError
from affekt.metrics.inputs import Flags, Floats, as_flags, as_numbers, check_shapes
from affekt.metrics.regression import average_ranks


@dataclass(frozen=True, slots=True, eq=False)
class RocCurve:
    """False and true alarms at every threshold, highest first, from (0, 0) to (1, 1); each (step,).

    `threshold`: a pair counts as positive from this score on; the first is infinite.
    """

    false_positive_rate: Floats
    true_positive_rate: Floats
    threshold: Floats


def roc_curve(truth: ArrayLike, score: ArrayLike) -> RocCurve:
    """Return the receiver operating characteristic of a score.

    truth: 0/1 (item,); score: (item,), any scale, higher for positives. Equal scores are one step. Raises
    `InputError` for different shapes, NaN, or where one of the two classes is absent. Fawcett 2006, "An
    Introduction to ROC Analysis".

    >>> curve = roc_curve([0, 1, 1], [0.1, 0.1, 0.9])
    >>> curve.false_positive_rate.tolist(), curve.true_positive_rate.tolist()
    ([0.0, 0.0, 1.0], [0.0, 0.5, 1.0])
    """
    found, said = _scored(truth, score)
    order = np.argsort(-said, kind="stable")
    ranked, hits = said[order], np.cumsum(found[order])
    last = np.append(np.flatnonzero(ranked[1:] != ranked[:-1]), len(ranked) - 1)
    true, false = hits[last], last + 1 - hits[last]
    return RocCurve(np.append(0.0, false / false[-1]), np.append(0.0, true / true[-1]), np.append(np.inf, ranked[last]))


def auroc(truth: ArrayLike, score: ArrayLike) -> float:
    r"""Return the area under the ROC curve, in [0, 1]; 0.5 is chance.

    .. math:: P(s^+ > s^-) + \tfrac12 P(s^+ = s^-)

    the probability that a positive scores higher than a negative, by Mann and Whitney's ranks. Arguments and
    `Raises` as `roc_curve`. Hanley and McNeil 1982, "The Meaning and Use of the Area under a ROC Curve".

    >>> auroc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.75
    """
    found, said = _scored(truth, score)
    positives = int(found.sum())
    ranks = average_ranks(said)[found].sum()
    return float((ranks - positives * (positives + 1) / 2) / (positives * (len(found) - positives)))


def equal_error_rate(truth: ArrayLike, score: ArrayLike) -> float:
    """Return the error rate at which false alarms and misses are equally frequent, in [0, 1]; 0 is best.

    Where no threshold makes the two equal, the ROC curve is followed in a straight line between its two
    nearest points. Arguments and `Raises` as `roc_curve`. Martin et al. 1997, "The DET Curve in Assessment of
    Detection Task Performance".

    >>> equal_error_rate([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.5
    """
    curve = roc_curve(truth, score)
    missed = 1 - curve.true_positive_rate
    gap = curve.false_positive_rate - missed
    after = int(np.flatnonzero(gap >= 0)[0])
    if gap[after] == 0:
        return float(missed[after])
    before = after - 1
    share = -gap[before] / (gap[after] - gap[before])
    return float(missed[before] + share * (missed[after] - missed[before]))


def minimum_detection_cost(
    truth: ArrayLike,
    score: ArrayLike,
    *,
    prior: float = 0.01,
    miss_cost: float = 1.0,
    false_alarm_cost: float = 1.0,
) -> float:
    r"""Return the least normalised detection cost over all thresholds (minDCF), in [0, 1].

    .. math:: \min_\theta \frac{c_m \pi P_m(\theta) + c_f (1 - \pi) P_f(\theta)}{\min(c_m \pi, c_f (1 - \pi))}

    with `prior` the probability of a positive; 1 is what answering always the same costs. Arguments and
    `Raises` as `roc_curve`. Martin and Przybocki 2000, "The NIST 1999 Speaker Recognition Evaluation".

    >>> minimum_detection_cost([0, 1], [0.2, 0.7])
    0.0
    """
    if not 0 < prior < 1 or miss_cost <= 0 or false_alarm_cost <= 0:
        raise InputError(
            f"prior must lie in (0, 1) and costs be positive; got {prior}, {miss_cost}, {false_alarm_cost}."
        )
    curve = roc_curve(truth, score)
    missing, alarming = miss_cost * prior, false_alarm_cost * (1 - prior)
    costs = missing * (1 - curve.true_positive_rate) + alarming * curve.false_positive_rate
    return float(costs.min() / min(missing, alarming))


def _scored(truth: ArrayLike, score: ArrayLike) -> tuple[Flags, Floats]:
    found, said = as_flags("truth", truth), as_numbers("score", score)
    check_shapes(found, said, names=("truth", "score"))
    if found.ndim != 1:
        raise InputError(f"truth must be (item,), got shape {found.shape}.")
    if found.all() or not found.any():
        only = "positive" if found.all() else "negative"
        raise InputError(f"All items are {only}: telling two classes apart needs both.")
    return found, said
