"""Metrics of ordered classes: intensities from none to high, ratings from 1 to 5."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.errors import InputError
from affekt.metrics.distribution import as_distributions
from affekt.metrics.inputs import Floats, as_numbers, check_shapes


class LevelPair(NamedTuple):
    """Truth and prediction as whole levels from 0, (item,)."""

    truth: NDArray[np.int64]
    prediction: NDArray[np.int64]


def quadratic_weighted_kappa(truth: ArrayLike, prediction: ArrayLike, *, levels: int | None = None) -> float:
    r"""Return the quadratic weighted kappa of ordered levels, at most 1; 0 is chance.

    .. math:: \kappa = 1 - \frac{\sum_{ij} (i - j)^2 O_{ij}}{\sum_{ij} (i - j)^2 E_{ij}}

    with O the observed and E the expected counts under independent margins. truth, prediction: (item,),
    whole levels 0 … levels - 1; levels in between that nobody uses count in the distance, so `levels`
    does not change the value and only checks the range. NaN where both are the same constant: chance
    then agrees fully too. Raises `InputError` for different shapes, levels outside or no whole numbers.
    Cohen 1968, "Weighted Kappa".

    >>> round(quadratic_weighted_kappa([0, 1, 2, 3], [0, 1, 2, 2]), 3)
    0.875
    """
    pair = _levels(truth, prediction, levels)
    t, p = pair.truth.astype(np.float64), pair.prediction.astype(np.float64)
    # The expected square under independent margins needs no table: E(t - p)² = var t + var p + (mean t - mean p)²,
    # and the observed one is that less twice the covariance.
    centre_t, centre_p = t.mean(), p.mean()
    t -= centre_t
    p -= centre_p
    expected = (t @ t + p @ p) / len(t) + (centre_t - centre_p) ** 2
    return float(2 * (t @ p) / len(t) / expected) if expected > 0 else float("nan")


def linear_weighted_kappa(truth: ArrayLike, prediction: ArrayLike, *, levels: int | None = None) -> float:
    r"""Return the kappa that weighs a mistake by its distance \|i - j\|, at most 1; 0 is chance.

    For arguments and degenerate cases see `quadratic_weighted_kappa`. Cohen 1968, "Weighted Kappa".

    >>> round(linear_weighted_kappa([0, 1, 2, 3], [0, 1, 2, 2]), 3)
    0.778
    """
    pair = _levels(truth, prediction, levels)
    count = int(max(pair.truth.max(), pair.prediction.max())) + 1
    margins = [np.bincount(side, minlength=count) / len(side) for side in pair]
    steps = np.abs(np.arange(count)[:, None] - np.arange(count))
    expected = float(margins[0] @ steps @ margins[1])
    observed = np.abs(pair.truth - pair.prediction).mean()
    return float(1 - observed / expected) if expected > 0 else float("nan")


def adjacent_accuracy(truth: ArrayLike, prediction: ArrayLike, *, within: int = 1) -> float:
    """Return the share of items predicted at most `within` levels off, in [0, 1].

    truth, prediction: (item,) whole levels. Raises `InputError` as `quadratic_weighted_kappa` does.
    Gaudette and Japkowicz 2009, "Evaluation Methods for Ordinal Classification".

    >>> adjacent_accuracy([0, 1, 2, 3], [1, 1, 0, 3])
    0.75
    """
    if within < 0:
        raise InputError(f"within must be at least 0 levels, got {within}.")
    pair = _levels(truth, prediction, None)
    return float((np.abs(pair.truth - pair.prediction) <= within).mean())


def ranked_probability_score(truth: ArrayLike, probability: ArrayLike) -> float:
    r"""Return the mean ranked probability score of predicted levels, in [0, 1]; 0 is best.

    .. math:: RPS = \frac{1}{K - 1} \sum_{k=1}^{K-1} \left(\sum_{j \le k} p_j - t_j\right)^2

    truth: (item,) whole levels, or (item, level) distributions of votes; probability: (item, level).
    Raises `InputError` for other shapes. Epstein 1969, "A Scoring System for Probability Forecasts of
    Ranked Categories".

    >>> ranked_probability_score([0], [[0.5, 0.5, 0.0]])
    0.125
    """
    said = as_distributions("probability", probability)
    found = np.asarray(truth)
    if found.ndim == 1:
        places = _levels(found, found, said.shape[1]).truth
        rows: Floats = (places[:, None] == np.arange(said.shape[1])).astype(np.float64)
    else:
        rows = as_distributions("truth", truth)
    check_shapes(rows, said, names=("truth", "probability"))
    if said.shape[1] < 2:
        raise InputError("A ranked probability score needs at least two levels.")
    ahead = np.cumsum(said - rows, axis=1)[:, :-1]
    return float(np.square(ahead).mean(axis=1).mean())


def sequential_top2_hit_rate(truth: ArrayLike, probability: ArrayLike) -> float:
    """Return the sequential top-2 hit rate (Seq2HR), in [0, 1].

    The share of items whose two most probable levels lie next to each other and include the true one:
    a prediction that is right to a level and knows its order. truth: (item,) whole levels; probability:
    (item, level); of equal probabilities the lower level comes first. At most top-2 accuracy; an
    accurate prediction whose second choice is far away does not count. Raises `InputError` for other
    shapes. Kuang, Song and Michoski 2024, "Emotion Classification from Multi-Channel EEG Signals Using
    HiSTN"; the definition is that of the authors' code.

    >>> sequential_top2_hit_rate([0, 1, 2], [[0.6, 0.3, 0.1], [0.1, 0.5, 0.4], [0.3, 0.1, 0.6]]).__round__(3)
    0.667
    """
    said = as_distributions("probability", probability)
    if said.shape[1] < 2:
        raise InputError("Seq2HR needs at least two levels.")
    found = _levels(truth, truth, said.shape[1]).truth
    if found.shape != said.shape[:1]:
        raise InputError(f"truth must hold one level for each of {len(said)} items, got shape {found.shape}.")
    best = np.argsort(-said, axis=1, kind="stable")[:, :2]
    adjacent = np.abs(best[:, 0] - best[:, 1]) == 1
    return float((adjacent & (best == found[:, None]).any(axis=1)).mean())


def _levels(truth: ArrayLike, prediction: ArrayLike, levels: int | None) -> LevelPair:
    whole = [np.asarray(values) for values in (truth, prediction)]
    top = np.inf if levels is None else levels
    if all(v.dtype.kind in "iu" and v.ndim == 1 and v.size and v.min() >= 0 and v.max() < top for v in whole):
        check_shapes(*whole)
        return LevelPair(*(values.astype(np.int64, copy=False) for values in whole))
    given = {"truth": as_numbers("truth", truth), "prediction": as_numbers("prediction", prediction)}
    check_shapes(*given.values())
    for name, values in given.items():
        if values.ndim != 1:
            raise InputError(f"{name} must be levels (item,), got shape {values.shape}.")
        wrong = (values != np.round(values)) | (values < 0) | (values >= top)
        if wrong.any():
            end = "" if levels is None else f" to {levels - 1}"
            raise InputError(f"{name} must hold whole levels from 0{end}, got {values[wrong][0]:g}. Shift the scale.")
    return LevelPair(*(values.astype(np.int64) for values in given.values()))
