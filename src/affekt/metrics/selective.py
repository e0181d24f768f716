"""Knowing when not to answer: risk against coverage, and what acting on a probability is worth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from affekt.errors import InputError
from affekt.metrics.inputs import Floats, as_numbers, check_shapes, outcome_pair


@dataclass(frozen=True, slots=True, eq=False)
class RiskCoverage:
    """The error among the items answered (`risk`) when only the surest share (`coverage`) is answered.

    Both (step,), coverage ascending to 1; `confidence` is the lowest confidence answered at each step.
    """

    coverage: Floats
    risk: Floats
    confidence: Floats


def risk_coverage(loss: ArrayLike, confidence: ArrayLike) -> RiskCoverage:
    """Return the risk-coverage curve: the mean loss of the items at or above each confidence.

    loss: (item,), at least 0, such as 1 for a wrong answer, or a squared error; confidence: (item,), any
    scale. Items of equal confidence are answered together, so their order makes no difference. Raises
    `InputError` for different shapes, NaN, no items or a negative loss. El-Yaniv and Wiener 2010, "On the
    Foundations of Noise-free Selective Classification".

    >>> curve = risk_coverage([0, 1, 0, 1], [0.9, 0.6, 0.8, 0.5])
    >>> curve.coverage.tolist(), curve.risk.round(2).tolist()
    ([0.25, 0.5, 0.75, 1.0], [0.0, 0.0, 0.33, 0.5])
    """
    losses, sure = as_numbers("loss", loss), as_numbers("confidence", confidence)
    check_shapes(losses, sure, names=("loss", "confidence"))
    if losses.ndim != 1:
        raise InputError(f"loss must be (item,), got shape {losses.shape}.")
    if losses.min() < 0:
        raise InputError(f"loss must be at least 0, got {losses.min():g}.")
    order = np.argsort(-sure, kind="stable")
    ranked = sure[order]
    last = np.append(np.flatnonzero(ranked[1:] != ranked[:-1]), len(ranked) - 1)
    answered = last + 1
    return RiskCoverage(answered / len(ranked), np.cumsum(losses[order])[last] / answered, ranked[last])


def area_under_risk_coverage(loss: ArrayLike, confidence: ArrayLike) -> float:
    """Return the area under the risk-coverage curve (AURC), at least 0; lower is better.

    The mean, over items, of the risk when all items at least as sure are answered. A confidence that
    says nothing scores the mean loss. Raises `InputError` as `risk_coverage` does. Geifman, Uziel and
    El-Yaniv 2019, "Bias-Reduced Uncertainty Estimation for Deep Neural Classifiers".

    >>> round(area_under_risk_coverage([0, 1, 0, 1], [0.9, 0.6, 0.8, 0.5]), 3)
    0.208
    """
    curve = risk_coverage(loss, confidence)
    return float((np.diff(curve.coverage, prepend=0.0) * curve.risk).sum())


def excess_area_under_risk_coverage(loss: ArrayLike, confidence: ArrayLike) -> float:
    """Return how far the AURC is above that of the best possible order, at least 0 (E-AURC).

    The best order answers the items with the smallest loss first. Raises `InputError` as `risk_coverage` does.

    >>> excess_area_under_risk_coverage([0, 1, 0, 1], [0.9, 0.6, 0.8, 0.5])
    0.0
    """
    losses = as_numbers("loss", loss)
    best = np.cumsum(np.sort(losses)) / np.arange(1, len(losses) + 1)
    return max(0.0, area_under_risk_coverage(losses, confidence) - float(best.mean()))


@dataclass(frozen=True, slots=True, eq=False)
class DecisionCurve:
    """Net benefit at each threshold, (threshold,): of acting on the model, on everybody (`act_always`).

    Acting on nobody has a net benefit of 0.
    """

    threshold: Floats
    model: Floats
    act_always: Floats


def net_benefit(truth: ArrayLike, probability: ArrayLike, *, threshold: float) -> float:
    r"""Return the net benefit of acting where the probability reaches `threshold`, at most the base rate.

    .. math:: \frac{TP}{n} - \frac{FP}{n} \cdot \frac{t}{1 - t}

    The threshold says how many needless alarms one found case is worth: at 0.2, four. truth: 0/1 (item,);
    probability: (item,) in [0, 1]. Raises `InputError` for different shapes, NaN, values outside or a threshold
    that is not in (0, 1). Vickers and Elkin 2006, "Decision Curve Analysis".

    >>> net_benefit([1, 0, 0, 1], [0.9, 0.6, 0.1, 0.3], threshold=0.5)
    0.0
    """
    if not 0 < threshold < 1:
        raise InputError(f"threshold must lie between 0 and 1, got {threshold}.")
    pair = outcome_pair(truth, probability)
    act = pair.probability >= threshold
    hits, alarms = (act & pair.truth).mean(), (act & ~pair.truth).mean()
    return float(hits - alarms * threshold / (1 - threshold))


def decision_curve(truth: ArrayLike, probability: ArrayLike, *, thresholds: ArrayLike | None = None) -> DecisionCurve:
    """Return the net benefit over a range of thresholds, beside that of acting on everybody.

    `thresholds`: (threshold,) in (0, 1); None: 0.01 to 0.99. A model is of use at the thresholds where it
    is above both acting on everybody and 0. For `Raises` and the paper see `net_benefit`.

    >>> decision_curve([1, 0], [0.9, 0.2], thresholds=[0.5]).model.tolist()
    [0.5]
    """
    pair = outcome_pair(truth, probability)
    levels = np.arange(1, 100) / 100 if thresholds is None else as_numbers("thresholds", thresholds)
    model = [net_benefit(pair.truth, pair.probability, threshold=float(level)) for level in levels]
    rate = pair.truth.mean()
    return DecisionCurve(levels, np.array(model), rate - (1 - rate) * levels / (1 - levels))
