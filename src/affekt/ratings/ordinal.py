"""What numbers on a scale say of each item: mean, median, spread, shares of levels, weighed by rater.

For ordinal ratings the median and the shares of levels stand on firm ground; means take the levels
to be evenly spaced.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.errors import InputError
from affekt.ratings.table import Ratings

Floats = NDArray[np.float64]


class LevelShares(NamedTuple):
    """The levels, ascending, (level,), and the share of answers at each, (item, level)."""

    levels: Floats
    shares: Floats


def means(ratings: Ratings, *, weights: ArrayLike | None = None) -> Floats:
    r"""Return the mean answer, float64 (item, column); NaN where nobody answered.

    .. math:: \frac{\sum_j w_{r(j)} x_j}{\sum_j w_{r(j)}}

    weights: one per rater, at least 0 (None: equal); anonymous answers weigh as the mean rater. NaN also where
    all who answered weigh nothing. Raises `InputError` for other weights.

    >>> from affekt.ratings import from_values
    >>> table = from_values(["t", "t"], ["ann", "ben"], [[1], [4]], columns=["arousal"])
    >>> means(table).tolist(), means(table, weights=[2, 1]).tolist()
    ([[2.5]], [[2.0]])
    """
    weight = _weights(ratings, weights)
    found = np.full((len(ratings.items), len(ratings.columns)), np.nan)
    for column, answers in enumerate(ratings.values.T):
        kept = ~np.isnan(answers)
        item, mass = ratings.item[kept], weight[kept]
        total = np.bincount(item, mass, len(found))
        summed = np.bincount(item, mass * answers[kept], len(found))
        np.divide(summed, total, out=found[:, column], where=total > 0)
    return found


def standard_deviations(ratings: Ratings, *, ddof: int = 1) -> Floats:
    r"""Return how far answers spread around their mean, float64 (item, column).

    .. math:: \sqrt{\sum_j (x_j - \bar x)^2 / (n - \mathrm{ddof})}

    NaN where no more than `ddof` answered: one rater's spread is unknown, not 0.

    >>> from affekt.ratings import from_values
    >>> table = from_values(["t", "t", "u"], ["ann", "ben", "ann"], [[1], [3], [5]], columns=["arousal"])
    >>> standard_deviations(table).round(3).tolist()
    [[1.414], [nan]]
    """
    if ddof not in (0, 1):
        raise InputError(f"ddof must be 0 (the answers at hand) or 1 (an estimate for all), got {ddof}.")
    mean = means(ratings)
    found = np.full(mean.shape, np.nan)
    for column, answers in enumerate(ratings.values.T):
        kept = ~np.isnan(answers)
        item = ratings.item[kept]
        number = np.bincount(item, minlength=len(found))
        squares = np.bincount(item, np.square(answers[kept] - mean[item, column]), len(found))
        np.divide(squares, number - ddof, out=found[:, column], where=number > ddof)
    spread: Floats = np.sqrt(found)
    return spread


def medians(ratings: Ratings, *, weights: ArrayLike | None = None) -> Floats:
    """Return the median answer, float64 (item, column); NaN where nobody answered.

    The value up to which half of the weight lies; where exactly half does, the middle between it
    and the next. weights: as in `means`.

    >>> from affekt.ratings import from_values
    >>> table = from_values(["t"] * 3, ["ann", "ben", "cleo"], [[1], [2], [5]], columns=["arousal"])
    >>> medians(table).tolist(), medians(table, weights=[1, 1, 3]).tolist()
    ([[2.0]], [[5.0]])
    """
    weight = _weights(ratings, weights)
    found = np.full((len(ratings.items), len(ratings.columns)), np.nan)
    for column, answers in enumerate(ratings.values.T):
        kept = np.flatnonzero(~np.isnan(answers) & (weight > 0))
        if not len(kept):
            continue
        kept = kept[np.lexsort((answers[kept], ratings.item[kept]))]
        item, value, mass = ratings.item[kept], answers[kept].astype(np.float64), weight[kept]
        first = np.flatnonzero(np.append(True, item[1:] != item[:-1]))
        length = np.diff(np.append(first, len(item)))
        run = np.cumsum(mass)
        before = run[first] - mass[first]
        total = run[first + length - 1] - before
        share = (run - np.repeat(before, length)) / np.repeat(total, length)
        # The first answer with at least half of the weight at or below it, up to rounding.
        reached = share >= 0.5 - 1e-9
        place = np.minimum.reduceat(np.where(reached, np.arange(len(item)), len(item)), first)
        half = np.abs(share[place] - 0.5) <= 1e-9
        after = np.minimum(place + 1, first + length - 1)
        found[item[first], column] = np.where(half, (value[place] + value[after]) / 2, value[place])
    return found


def level_shares(ratings: Ratings, column: str, *, levels: ArrayLike | None = None) -> LevelShares:
    """Return the share of answers at each level of one column, rows of items nobody answered NaN.

    `levels`: all levels a rater could choose; None: those that occur, of any item. Raises
    `InputError` for an answer that is no level, `UnknownNameError` for a column the table lacks.

    >>> from affekt.ratings import from_values
    >>> table = from_values(["t"] * 4, None, [[1], [2], [2], [5]], columns=["arousal"])
    >>> level_shares(table, "arousal").shares.tolist()
    [[0.25, 0.5, 0.25]]
    """
    answers = ratings.values[:, ratings.column(column)]
    kept = ~np.isnan(answers)
    seen = np.unique(answers[kept]).astype(np.float64)
    steps = seen if levels is None else np.unique(np.asarray(levels, np.float64))
    place = np.searchsorted(steps.astype(np.float32), answers[kept])
    off = (place == len(steps)) | (steps.astype(np.float32)[np.minimum(place, len(steps) - 1)] != answers[kept])
    if off.any():
        raise InputError(f"{answers[kept][off][0]:g} is none of the levels {', '.join(f'{step:g}' for step in steps)}.")
    cell = ratings.item[kept].astype(np.int64) * len(steps) + place
    counts = np.bincount(cell, minlength=len(ratings.items) * len(steps)).reshape(len(ratings.items), -1)
    number = counts.sum(1, keepdims=True)
    return LevelShares(steps, np.where(number > 0, counts / np.maximum(number, 1), np.nan))


def evaluator_weights(ratings: Ratings, column: str, *, leave_out: bool = False) -> Floats:
    r"""Return the weight of each rater in the evaluator-weighted estimator, (rater,), at least 0.

    .. math:: r_k = \max\bigl(0, \operatorname{corr}(x_k, \bar x)\bigr),\qquad
              \hat x_i = \frac{\sum_k r_k x_{ki}}{\sum_k r_k}

    over the items rater k answered, where the mean is that of all raters; with `leave_out` of the others alone,
    which does not let a rater agree with themselves. The estimate is ``means(ratings,
    weights=...)``. A rater with fewer than two items in common, or who always answers the same,
    weighs 0. Grimm & Kroschel 2005, "Evaluation of natural emotions using self assessment
    manikins", ASRU.

    >>> from affekt.ratings import from_values
    >>> said = [[1], [2], [3], [1], [2], [3], [3], [2], [1]]
    >>> table = from_values(["t", "u", "v"] * 3, ["ann"] * 3 + ["ben"] * 3 + ["cleo"] * 3, said, columns=["arousal"])
    >>> evaluator_weights(table, "arousal").round(3).tolist()
    [1.0, 1.0, 0.0]
    """
    place = ratings.column(column)
    answers = ratings.values[:, place].astype(np.float64)
    kept = ~np.isnan(answers)
    item, rater, answers = ratings.item[kept], ratings.rater[kept], answers[kept]
    summed = np.bincount(item, answers, len(ratings.items))
    number = np.bincount(item, minlength=len(ratings.items))
    if leave_out:
        others = number[item] - 1
        mean = np.divide(summed[item] - answers, others, out=np.full(len(answers), np.nan), where=others > 0)
    else:
        mean = (summed / np.maximum(number, 1))[item]
    named = (rater >= 0) & ~np.isnan(mean)
    return np.maximum(
        0, np.nan_to_num(grouped_correlation(rater[named], answers[named], mean[named], len(ratings.raters)))
    )


def grouped_correlation(group: NDArray[np.int32], first: Floats, second: Floats, groups: int) -> Floats:
    """Return Pearson's correlation within each group, (group,); NaN below two pairs or where one is constant.

    >>> grouped_correlation(np.array([0, 0, 0, 1]), np.array([1.0, 2, 3, 1]), np.array([2.0, 4, 6, 1]), 2).tolist()
    [1.0, nan]
    """
    number = np.maximum(np.bincount(group, minlength=groups), 1)
    a = first - (np.bincount(group, first, groups) / number)[group]
    b = second - (np.bincount(group, second, groups) / number)[group]
    spread = np.sqrt(np.bincount(group, a * a, groups) * np.bincount(group, b * b, groups))
    # Rounding leaves a constant a trace of spread.
    large = np.bincount(group, np.abs(first), groups) * np.bincount(group, np.abs(second), groups) / number
    known = spread > 1e-12 * np.maximum(large, 1e-300)
    together = np.bincount(group, a * b, groups)
    found: Floats = np.divide(together, spread, out=np.full(groups, np.nan), where=known).clip(-1, 1)
    return found


def _weights(ratings: Ratings, weights: ArrayLike | None) -> Floats:
    """The weight of each judgement."""
    if weights is None:
        return np.ones(len(ratings))
    given = np.asarray(weights, np.float64)
    if given.shape != (len(ratings.raters),) or not np.isfinite(given).all() or (given < 0).any():
        raise InputError(
            f"weights has shape {given.shape}; expected a number, at least 0, for each of {len(ratings.raters)} raters."
        )
    mean = given.mean() if len(given) else 1.0
    return np.append(given, mean)[ratings.rater]
