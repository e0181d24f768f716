"""Calibrating predicted opinion on held-out votes: temperature, vector scaling, disagreement."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.errors import InputError, MissingDependencyError
from affekt.metrics.distribution import as_distributions
from affekt.metrics.inputs import as_numbers, as_probabilities, check_shapes
from affekt.training.calibration import Platt, calibrated, fit_platt

Floats = NDArray[np.float64]

_STEPS = 100
_TOLERANCE = 1e-10
_EDGE = 1e-6


class VectorScale(NamedTuple):
    """What turns logits into calibrated ones, scale * logit + shift; each (label,)."""

    scale: Floats
    shift: Floats


def softmax(logits: ArrayLike) -> Floats:
    """Return exp(logits) with rows adding up to one, float64 (item, label).

    >>> softmax([[0.0, 0.0]]).tolist()
    [[0.5, 0.5]]
    """
    values = as_numbers("logits", logits)
    powers = np.exp(values - values.max(-1, keepdims=True))
    rows: Floats = powers / powers.sum(-1, keepdims=True)
    return rows


def fit_temperature(shares: ArrayLike, logits: ArrayLike, *, exclusive: bool = True) -> float:
    r"""Return the temperature T for which logits / T are closest to the held-out votes in cross-entropy.

    .. math:: \min_T \; -\sum_{ik} t_{ik} \ln \mathrm{softmax}(z_i / T)_k

    shares, logits: (item, label). Not `exclusive`: a sigmoid per label, and shares in [0, 1] of each.
    Convex in 1/T; solved by Newton steps. T lies in [0.01, 100]: a model whose logits tell nothing
    would want infinity. It never changes which label is first. Raises `InputError` for different
    shapes, NaN or shares that are none. Guo et al. 2017, "On Calibration of Modern Neural Networks".

    >>> round(fit_temperature([[0.75, 0.25]] * 4, [[np.log(9.0), 0.0]] * 4), 3)
    2.0
    """
    truth, values = _targets(shares, logits, exclusive)
    inverse = 1.0
    for _ in range(_STEPS):
        if exclusive:
            said = softmax(inverse * values)
            mean = (said * values).sum(1, keepdims=True)
            slope = ((said - truth) * values).sum()
            bend = (said * np.square(values - mean)).sum()
        else:
            said = 0.5 * (1 + np.tanh(0.5 * inverse * values))
            slope = ((said - truth) * values).sum()
            bend = (said * (1 - said) * np.square(values)).sum()
        # Near the bounds the curve is flat, and a full step could leave them.
        moved = float(np.clip(inverse - slope / max(bend, _TOLERANCE), inverse / 4, inverse * 4))
        moved = float(np.clip(moved, 0.01, 100))
        if abs(moved - inverse) < _TOLERANCE:
            break
        inverse = moved
    return 1 / inverse


def fit_vector_scale(shares: ArrayLike, logits: ArrayLike, *, ridge: float = 5.0) -> VectorScale:
    r"""Return a scale and a shift per label for which softmax(scale · logit + shift) is closest to the votes.

    .. math:: \min_{a, b} \; -\sum_{ik} t_{ik} \ln \mathrm{softmax}(a \odot z_i + b)_k
       + \tfrac{\rho}{2} \left( \lVert a - \bar a \rVert^2 + \lVert b \rVert^2 \right)

    shares, logits: (item, label), held out. Convex; `ridge` ρ pulls every scale to the one, ā, of
    `fit_temperature`, and shifts to 0, so that a label with few votes is hardly moved. Raises
    `InputError` as `fit_temperature` does, or for a negative ridge, and `MissingDependencyError`
    without scipy. Guo et al. 2017, section 4.2.

    >>> scaled = fit_vector_scale([[0.9, 0.1]] * 500, [[0.0, 0.0]] * 500, ridge=1e-3)
    >>> softmax(scaled.shift[None]).round(2).tolist()
    [[0.9, 0.1]]
    """
    try:
        from scipy.optimize import minimize
    except ImportError as error:
        raise MissingDependencyError(
            "fit_vector_scale needs scipy. Install it with: pip install 'affekt[train]'"
        ) from error
    truth, values = _targets(shares, logits, True)
    if ridge < 0:
        raise InputError(f"ridge must be at least 0, got {ridge}.")
    start = 1 / fit_temperature(truth, values)
    labels = values.shape[1]

    def loss(place: Floats) -> tuple[float, Floats]:
        scale, shift = place[:labels], place[labels:]
        moved = scale * values + shift
        top = moved.max(1, keepdims=True)
        log_sum = top + np.log(np.exp(moved - top).sum(1, keepdims=True))
        error = np.exp(moved - log_sum) - truth
        value = -(truth * (moved - log_sum)).sum() + ridge / 2 * (
            np.square(scale - start).sum() + np.square(shift).sum()
        )
        slope = np.concatenate([(error * values).sum(0) + ridge * (scale - start), error.sum(0) + ridge * shift])
        return float(value), slope

    found = minimize(loss, np.append(np.full(labels, start), np.zeros(labels)), jac=True, method="L-BFGS-B")
    return VectorScale(found.x[:labels], found.x[labels:])


def expected_disagreement(probabilities: ArrayLike) -> Floats:
    r"""Return the chance that two independent votes drawn from each distribution differ, (item,) in [0, 1 - 1/K].

    .. math:: 1 - \sum_k p_k^2

    probabilities: (item, label). Gini's index; Simpson 1949, "Measurement of Diversity".

    >>> expected_disagreement([[1.0, 0.0], [0.5, 0.5]]).tolist()
    [0.0, 0.5]
    """
    rows = as_distributions("probabilities", probabilities)
    chance: Floats = 1 - np.square(rows).sum(1)
    return chance


def observed_disagreement(counts: ArrayLike) -> Floats:
    r"""Return the share of pairs of raters who answered differently, (item,) in [0, 1].

    .. math:: 1 - \frac{\sum_k n_k (n_k - 1)}{n (n - 1)}

    counts: (item, label), votes in an exclusive space. Unlike 1 - Σ share², it is unbiased whatever
    the number of raters. NaN where fewer than two voted. Fleiss 1971, "Measuring Nominal Scale
    Agreement Among Many Raters", of whose P_i it is the rest.

    >>> observed_disagreement([[3, 0], [2, 1], [1, 0]]).round(3).tolist()
    [0.0, 0.667, nan]
    """
    votes = as_numbers("counts", counts)
    if votes.ndim != 2 or votes.min() < 0:
        raise InputError(f"counts must be votes (item, label), at least 0; got shape {votes.shape}.")
    total = votes.sum(1)
    pairs = total * (total - 1)
    same = (votes * (votes - 1)).sum(1)
    share: Floats = np.where(total >= 2, 1 - same / np.where(pairs > 0, pairs, 1), np.nan)
    return share


def fit_disagreement(counts: ArrayLike, probabilities: ArrayLike) -> Platt:
    """Return scale and shift that calibrate `expected_disagreement` on held-out votes; each (1,).

    The calibrated chance is sigmoid(scale · logit(expected) + shift): `calibrated_disagreement`. A
    model that hedges because it cannot tell predicts more disagreement than people show; this
    takes that out. Items with fewer than two votes are left out. Raises `InputError` where none is left.
    Platt 1999, with the share of disagreeing pairs as the target.
    """
    observed = observed_disagreement(counts)
    known = ~np.isnan(observed)
    if not known.any():
        raise InputError("Disagreement needs items with at least two votes; there is none.")
    return fit_platt(observed[known, None], _logit(expected_disagreement(probabilities))[known, None])


def calibrated_disagreement(probabilities: ArrayLike, platt: Platt) -> Floats:
    """Return the calibrated chance that two raters differ, (item,) in [0, 1].

    >>> platt = Platt(np.array([1.0]), np.array([0.0]))
    >>> calibrated_disagreement([[0.5, 0.5]], platt).round(3).tolist()
    [0.5]
    """
    return calibrated(_logit(expected_disagreement(probabilities))[:, None], platt)[:, 0]


def _logit(chance: Floats) -> Floats:
    inside = np.clip(chance, _EDGE, 1 - _EDGE)
    logit: Floats = np.log(inside / (1 - inside))
    return logit


def _targets(shares: ArrayLike, logits: ArrayLike, exclusive: bool) -> tuple[Floats, Floats]:
    truth = as_distributions("shares", shares) if exclusive else as_probabilities("shares", shares)
    values = as_numbers("logits", logits)
    check_shapes(truth, values, names=("shares", "logits"))
    return truth, values
