"""Metrics of values on a scale: correlations, errors, coverage of intervals."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from affekt.errors import InputError
from affekt.metrics.inputs import Floats, as_numbers, check_shapes, number_pair


def pearson(truth: ArrayLike, prediction: ArrayLike) -> float:
    r"""Return Pearson's correlation, in [-1, 1].

    .. math:: r = \frac{\sum (t - \bar t)(p - \bar p)}{\sqrt{\sum (t - \bar t)^2 \sum (p - \bar p)^2}}

    truth, prediction: (item,). NaN where either is constant (so also for one item): its correlation
    is not defined. Raises `InputError` for different shapes, NaN, or no items. Pearson 1895, "Note
    on Regression and Inheritance in the Case of Two Parents".

    >>> round(pearson([1, 2, 3], [1, 2, 4]), 3)
    0.982
    """
    pair = number_pair(truth, prediction)
    if _constant(pair.truth) or _constant(pair.prediction):
        return float("nan")
    # Scaling by the range first keeps tiny and huge values from leaving float64 when squared.
    scaled = [values / np.abs(values).max() for values in pair]
    t, p = (_centred(values, values.mean()) for values in scaled)
    sizes = float(np.linalg.norm(t)) * float(np.linalg.norm(p))
    return float(np.clip(t @ p / sizes, -1, 1)) if sizes > 0 else float("nan")


def spearman(truth: ArrayLike, prediction: ArrayLike) -> float:
    """Return Spearman's rank correlation, in [-1, 1]: Pearson's of the ranks, equal values sharing theirs.

    truth, prediction: (item,). NaN where either is constant. Raises `InputError` as `pearson` does.
    Spearman 1904, "The Proof and Measurement of Association between Two Things".

    >>> round(spearman([1, 2, 3, 4], [1, 20, 300, 30]), 3)
    0.8
    """
    pair = number_pair(truth, prediction)
    return pearson(average_ranks(pair.truth), average_ranks(pair.prediction))


def average_ranks(values: ArrayLike) -> Floats:
    """Return the rank of each value from 1, (item,); equal values share the mean of their ranks.

    >>> average_ranks([10, 30, 10, 20]).tolist()
    [1.5, 4.0, 1.5, 3.0]
    """
    _, place, count = np.unique(as_numbers("values", values), return_inverse=True, return_counts=True)
    ranks: Floats = (np.cumsum(count) - (count - 1) / 2)[place]
    return ranks


def ccc(truth: ArrayLike, prediction: ArrayLike) -> float:
    r"""Return the concordance correlation coefficient, in [-1, 1].

    .. math:: \rho_c = \frac{2 \operatorname{cov}(t, p)}{\sigma_t^2 + \sigma_p^2 + (\bar t - \bar p)^2}

    with population variances. truth, prediction: (item,). Unlike Pearson's it falls when the
    prediction is shifted or scaled. 0 where one is constant; NaN where both are the same constant.
    Raises `InputError` as `pearson` does. Lin 1989, "A Concordance Correlation Coefficient to
    Evaluate Reproducibility".

    >>> ccc([1, 2, 3], [1, 2, 3]), round(ccc([1, 2, 3], [2, 3, 4]), 3)
    (1.0, 0.571)
    """
    pair = number_pair(truth, prediction)
    means = pair.truth.mean(), pair.prediction.mean()
    t, p = _centred(pair.truth, means[0]), _centred(pair.prediction, means[1])
    spread = (t @ t + p @ p) / len(t) + (means[0] - means[1]) ** 2
    return float(2 * (t @ p) / len(t) / spread) if spread > 0 else float("nan")


def rmse(truth: ArrayLike, prediction: ArrayLike) -> float:
    r"""Return the root mean squared error, at least 0, in the unit of the values.

    .. math:: \sqrt{\tfrac{1}{n} \sum (t - p)^2}

    truth, prediction: (item,). Raises `InputError` as `pearson` does.

    >>> rmse([0, 0], [3, 3])
    3.0
    """
    pair = number_pair(truth, prediction)
    return float(np.sqrt(np.square(pair.truth - pair.prediction).mean()))


def mae(truth: ArrayLike, prediction: ArrayLike) -> float:
    r"""Return the mean absolute error, at least 0, in the unit of the values.

    .. math:: \tfrac{1}{n} \sum |t - p|

    truth, prediction: (item,). Raises `InputError` as `pearson` does.

    >>> mae([0, 0], [1, -2])
    1.5
    """
    pair = number_pair(truth, prediction)
    apart = pair.truth - pair.prediction
    return float(np.abs(apart, out=apart).mean())


def interval_coverage(truth: ArrayLike, low: ArrayLike, high: ArrayLike) -> float:
    """Return the share of items whose truth lies in [low, high], in [0, 1].

    truth, low, high: (item,). Compare it with the coverage that the intervals promise. Raises
    `InputError` for different shapes, NaN, no items, or a low above its high. Christoffersen 1998,
    "Evaluating Interval Forecasts".

    >>> interval_coverage([0.1, 0.5], [0.0, 0.0], [0.3, 0.3])
    0.5
    """
    below = number_pair(truth, low)
    above = as_numbers("high", high)
    check_shapes(below.truth, above, names=("truth", "high"))
    upside_down = below.prediction > above
    if upside_down.any():
        place = int(np.flatnonzero(upside_down)[0])
        raise InputError(
            f"Interval {place} is [{below.prediction[place]:g}, {above[place]:g}]: its low is above its high."
        )
    return float(((below.prediction <= below.truth) & (below.truth <= above)).mean())


def _constant(values: Floats) -> bool:
    # The ends differ in nearly all data, which spares a pass over it.
    return bool(values[0] == values[-1] and (values == values[0]).all())


def _centred(values: Floats, mean: np.float64) -> Floats:
    # The mean of equal values can miss them by a rounding error, which would pass for variance.
    centred: Floats = np.zeros_like(values) if _constant(values) else values - mean
    return centred
