"""Calibration fitted on held-out data: Platt scaling of logits, scaling of predicted deviations."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.errors import InputError
from affekt.metrics.inputs import as_numbers, check_shapes, number_pair

Floats = NDArray[np.float64]

_STEPS = 100
_TOLERANCE = 1e-9


class Platt(NamedTuple):
    """What turns logits into calibrated ones, scale * logit + shift; each (label,)."""

    scale: Floats
    shift: Floats


def fit_platt(truth: ArrayLike, logit: ArrayLike, *, ridge: float = 2.0) -> Platt:
    r"""Return scale and shift of each label, so that sigmoid(scale · logit + shift) is calibrated.

    .. math:: \min_{a, b} \; -\sum_i \left[ y_i \log \sigma(a z_i + b) + (1 - y_i) \log \sigma(-a z_i - b) \right]
       + \tfrac{\rho}{2} \left[ (a - 1)^2 + b^2 \right]

    truth: 0/1 (item, label), or a judge's soft labels in [0, 1]; logit: (item, label). The `ridge`
    ρ pulls towards leaving the logits alone: hardly, for a label with hundreds of positives;
    enough, for one with few or none, that it is never driven to certainty. All labels are solved
    together by Newton steps, halved where they overshoot. Raises `InputError` for different shapes,
    NaN, no items, or a ridge that is not positive. Platt 1999, "Probabilistic Outputs for Support
    Vector Machines", whose smoothed targets the ridge replaces; Lin, Lin and Weng 2007 (Newton).

    >>> platt = fit_platt([[1], [1], [0], [0]] * 50, [[9.0], [-3.0], [3.0], [-9.0]] * 50)
    >>> bool(platt.scale[0] < 0.2), platt.shift.round(3).tolist()
    (True, [0.0])
    """
    targets, logits = as_numbers("truth", truth), as_numbers("logit", logit)
    check_shapes(targets, logits, names=("truth", "logit"))
    if targets.ndim != 2:
        raise InputError(f"Truth must be (item, label), got shape {targets.shape}.")
    if targets.min() < 0 or targets.max() > 1:
        raise InputError(f"Truth must lie in [0, 1], got {targets.min():g} to {targets.max():g}.")
    if not ridge > 0:
        raise InputError(f"ridge must be above 0, got {ridge}. A label without positives has no optimum otherwise.")
    scale, shift = np.ones(logits.shape[1]), np.zeros(logits.shape[1])
    loss = _loss(targets, logits, scale, shift, ridge)
    for _ in range(_STEPS):
        down = _newton_step(targets, logits, scale, shift, ridge)
        size = np.ones_like(scale)
        while True:
            tried = (scale - size * down.scale, shift - size * down.shift)
            reached = _loss(targets, logits, *tried, ridge)
            worse = reached > loss + _TOLERANCE * np.abs(loss)
            if not worse.any():
                break
            size[worse] /= 2
        scale, shift, loss = *tried, reached
        if max(np.abs(size * down.scale).max(), np.abs(size * down.shift).max()) < _TOLERANCE:
            break
    return Platt(scale, shift)


def calibrated(logit: ArrayLike, platt: Platt) -> Floats:
    """Return calibrated probabilities (item, label) of logits (item, label).

    >>> calibrated([[0.0, 2.0]], Platt(np.array([1.0, 0.5]), np.array([0.0, -1.0]))).tolist()
    [[0.5, 0.5]]
    """
    return _sigmoid(platt.scale * as_numbers("logit", logit) + platt.shift)


def fit_interval_scale(truth: ArrayLike, mean: ArrayLike, sd: ArrayLike, *, coverage: float = 0.9) -> float:
    r"""Return the factor for `sd` that makes central Gaussian intervals cover `coverage` of new items.

    .. math:: \frac{Q(|t - m| / s)}{\Phi^{-1}(\tfrac{1}{2} + \tfrac{1}{2} \text{coverage})}

    Q is the ⌈(n + 1) · coverage⌉-th smallest of n: split conformal prediction, so the promise holds
    on average whatever the errors' distribution, if the held-out items are like the new ones.
    truth, mean, sd: (item,) of one dimension, held out from training. Raises `InputError` for
    different shapes, NaN, an sd that is not positive, a coverage outside (0, 1), or fewer items than
    the coverage needs. Lei et al. 2018, "Distribution-Free Predictive Inference for Regression".

    >>> errors = np.linspace(-1, 1, 99)
    >>> round(fit_interval_scale(errors, np.zeros(99), np.full(99, 0.5)), 3)
    1.117
    """
    pair = number_pair(truth, mean)
    deviation = as_numbers("sd", sd)
    check_shapes(pair.truth, deviation, names=("truth", "sd"))
    if deviation.min() <= 0:
        raise InputError(f"sd must be above 0, got {deviation.min():g}.")
    if not 0 < coverage < 1:
        raise InputError(f"coverage must lie between 0 and 1, got {coverage}. Use 0.9 for 90 %.")
    rank = math.ceil((len(deviation) + 1) * coverage - 1e-9)
    if rank > len(deviation):
        needed = math.ceil(coverage / (1 - coverage) - 1e-9)
        raise InputError(f"A coverage of {coverage} needs at least {needed} held-out items, got {len(deviation)}.")
    errors = np.abs(pair.truth - pair.prediction) / deviation
    return float(np.partition(errors, rank - 1)[rank - 1] / NormalDist().inv_cdf(0.5 + coverage / 2))


def _loss(targets: Floats, logits: Floats, scale: Floats, shift: Floats, ridge: float) -> Floats:
    """Return the penalised loss of each label, (label,)."""
    moved = scale * logits + shift
    # log(1 + exp(z)) - y z, the cross-entropy without an overflow.
    data: Floats = (np.logaddexp(0, moved) - targets * moved).sum(0)
    return data + ridge / 2 * (np.square(scale - 1) + np.square(shift))


def _newton_step(targets: Floats, logits: Floats, scale: Floats, shift: Floats, ridge: float) -> Platt:
    """Return inverse Hessian times gradient of each label's loss."""
    said = _sigmoid(scale * logits + shift)
    error, weight = said - targets, said * (1 - said)
    gradient = ((error * logits).sum(0) + ridge * (scale - 1), error.sum(0) + ridge * shift)
    aa, ab, bb = (weight * logits**2).sum(0) + ridge, (weight * logits).sum(0), weight.sum(0) + ridge
    determinant = aa * bb - ab**2
    return Platt(
        (bb * gradient[0] - ab * gradient[1]) / determinant, (aa * gradient[1] - ab * gradient[0]) / determinant
    )


def _sigmoid(logit: Floats) -> Floats:
    # By tanh: exp of a large negative logit would overflow.
    probability: Floats = 0.5 * (1 + np.tanh(0.5 * logit))
    return probability
