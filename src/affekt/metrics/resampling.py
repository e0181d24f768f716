"""How sure a score is: bootstrap intervals, and paired tests of two predictions for the same items."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.errors import InputError
from affekt.metrics.inputs import Anything, Floats
from affekt.metrics.weighing import SUMS, Metric, weighted_form

Indices = NDArray[np.int64]
_WEIGHTS_AT_ONCE = 2_000_000


class Estimate(NamedTuple):
    """A score and the interval that resampling gives it."""

    value: float
    low: float
    high: float


class PairedDifference(NamedTuple):
    """How much better prediction a scores than b, the interval of that, and its two-sided p-value."""

    difference: float
    low: float
    high: float
    p_value: float


@dataclass(frozen=True, slots=True)
class _Items:
    """The units that are drawn: unit i holds the items `order[starts[i]:starts[i + 1]]`."""

    order: Indices
    starts: Indices
    unit: Indices

    def drawn(self, units: Indices) -> Indices:
        """Return the items of the drawn units, unit after unit."""
        lengths = np.diff(self.starts)[units]
        ends = np.cumsum(lengths)
        places = np.arange(ends[-1]) + np.repeat(self.starts[:-1][units] - (ends - lengths), lengths)
        drawn: Indices = self.order[places]
        return drawn


def bootstrap_values(
    metric: Metric, *arrays: ArrayLike, resamples: int = 1000, seed: int = 0, groups: ArrayLike | None = None
) -> Floats:
    """Return the metric of each bootstrap resample, (resample,) or (resample, label).

    arrays: what the metric takes, item first in each. Items are drawn with replacement, as many as
    there are; with `groups` (item,) whole groups are, as many as there are groups, which is what items
    of one document or speaker need, being alike. Metrics known to `weighing` are computed for
    all resamples together, any other callable once per resample; the draws are the same. A resample
    that the metric refuses though it takes the whole (only one class is left in it) is NaN.
    Raises `InputError` where arrays differ in length or the metric refuses them. Efron 1979,
    "Bootstrap Methods: Another Look at the Jackknife"; groups: Davison and Hinkley 1997, section 3.8.

    >>> from affekt.metrics.regression import mae
    >>> bootstrap_values(mae, [0.0, 0.0, 0.0], [1.0, 1.0, 4.0], resamples=2).round(3).tolist()
    [2.0, 1.0]
    """
    given = _same_length(arrays)
    whole = np.asarray(metric(*given), np.float64)  # The metric's own checks, on the whole data.
    items = _items(len(given[0]), groups)
    form = None if metric in SUMS else weighted_form(metric, *given)
    # Sums of items are sums of units: a group's are added up once, not in each resample.
    sums = np.add.reduceat(SUMS[metric].items(*given)[items.order], items.starts[:-1]) if metric in SUMS else None
    values = []
    for units in _draws(items, resamples=resamples, seed=seed):
        if sums is not None:
            values += list(SUMS[metric].finish(_counts(units, len(items.starts) - 1) @ sums))
        elif form is None:
            values += [_drawn_value(metric, [array[items.drawn(row)] for array in given], whole.shape) for row in units]
        else:
            values += list(form(_counts(units, len(items.starts) - 1)[:, items.unit]))
    return np.stack(values)


def _drawn_value(metric: Metric, drawn: list[Anything], shape: tuple[int, ...]) -> Floats:
    """Return the metric of one resample; NaN where it refuses what it took of the whole (a class got lost)."""
    try:
        return np.asarray(metric(*drawn), np.float64)
    except InputError:
        return np.full(shape, np.nan)


def percentile_interval(value: float, values: Floats, *, level: float = 0.95) -> Estimate:
    """Return `value` with the central `level` of resampled `values` (resample,), leaving out NaN.

    NaN bounds where all are NaN. Raises `InputError` where `level` is not in (0, 1).

    >>> percentile_interval(0.5, np.arange(100) / 100, level=0.9)
    Estimate(value=0.5, low=0.04, high=0.94)
    """
    if not 0 < level < 1:
        raise InputError(f"level must lie between 0 and 1, got {level}. Use 0.95 for 95 %.")
    # The bounds are resampled values themselves: nothing is interpolated between infinite skills.
    known = values[~np.isnan(values)]
    if not known.size:
        return Estimate(float(value), float("nan"), float("nan"))
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2], method="inverted_cdf")
    return Estimate(float(value), float(low), float(high))


def bootstrap_interval(
    metric: Metric,
    *arrays: ArrayLike,
    resamples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
    groups: ArrayLike | None = None,
) -> Estimate:
    """Return the metric of all items with its percentile bootstrap interval.

    For a metric that returns one number; see `bootstrap_intervals` for one per label and
    `bootstrap_values` for the arguments. Resamples where the metric is NaN are left out.
    Efron and Tibshirani 1993, *An Introduction to the Bootstrap*, chapter 13.

    >>> from affekt.metrics.regression import mae
    >>> bootstrap_interval(mae, [0.0] * 4, [1.0, 1.0, 2.0, 2.0], resamples=200)
    Estimate(value=1.5, low=1.0, high=2.0)
    """
    estimates = bootstrap_intervals(metric, *arrays, resamples=resamples, level=level, seed=seed, groups=groups)
    if len(estimates) != 1:
        raise InputError(f"The metric returns {len(estimates)} values. Use bootstrap_intervals for a metric per label.")
    return estimates[0]


def bootstrap_intervals(
    metric: Metric,
    *arrays: ArrayLike,
    resamples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
    groups: ArrayLike | None = None,
) -> list[Estimate]:
    """Return an `Estimate` for each value the metric returns, such as one per label.

    >>> from affekt.metrics.classification import label_f1
    >>> [e.value for e in bootstrap_intervals(label_f1, [[1, 0], [1, 1]], [[1, 0], [1, 0]], resamples=9)]
    [1.0, 0.0]
    """
    values = bootstrap_values(metric, *arrays, resamples=resamples, seed=seed, groups=groups)
    whole = np.atleast_1d(metric(*map(np.asarray, arrays)))
    columns = values.reshape(len(values), -1).T
    return [percentile_interval(value, column, level=level) for value, column in zip(whole, columns, strict=True)]


def paired_difference(
    metric: Metric,
    *arrays: ArrayLike,
    resamples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
    groups: ArrayLike | None = None,
) -> PairedDifference:
    """Return metric(truth, a) - metric(truth, b) with bootstrap interval and randomization p-value.

    arrays: truth, prediction a, prediction b, item first. The interval resamples items and scores
    both predictions on the same draw. The p-value is approximate randomization, two-sided: under the null hypothesis
    each item's (with `groups`, each group's) two predictions may be swapped, and p = (1 + swaps at
    least as far apart) / (1 + swaps), so it is never 0. NaN where the difference is.
    Raises `InputError` as `bootstrap_interval` does. Noreen 1989, *Computer-Intensive Methods for
    Testing Hypotheses*; Yeh 2000, "More accurate tests for the statistical significance of result
    differences".

    >>> from affekt.metrics.regression import mae
    >>> paired_difference(mae, [0.0] * 8, [1.0] * 8, [1.0] * 8, resamples=99)
    PairedDifference(difference=0.0, low=0.0, high=0.0, p_value=1.0)
    """
    given = _same_length(arrays)
    if len(given) != 3:
        raise InputError(f"A paired difference takes truth, prediction a and prediction b, got {len(given)} arrays.")
    truth, a, b = given
    if a.shape != b.shape:
        raise InputError(f"The two predictions differ in shape: {a.shape} and {b.shape}.")
    difference = _scalar(metric(truth, a)) - _scalar(metric(truth, b))
    drawn = [bootstrap_values(metric, truth, said, resamples=resamples, seed=seed, groups=groups) for said in (a, b)]
    low, high = percentile_interval(difference, drawn[0] - drawn[1], level=level)[1:]
    swapped = _swapped_differences(metric, given, _items(len(truth), groups), resamples, seed)
    if np.isnan(difference):
        return PairedDifference(difference, low, high, float("nan"))
    # Sums in another order differ in the last digits, and an equal swap has to count as equal.
    reached = np.abs(swapped) >= abs(difference) - 1e-12 * max(1.0, abs(difference))
    return PairedDifference(difference, low, high, float((1 + reached.sum()) / (1 + resamples)))


def _swapped_differences(metric: Metric, arrays: list[Anything], items: _Items, resamples: int, seed: int) -> Floats:
    """Return metric a minus metric b after swapping a and b for random units, (resample,)."""
    truth, a, b = arrays
    # Apart from the bootstrap's draws, which the interval has used.
    random = np.random.default_rng([seed, 1])
    form = SUMS.get(metric)
    differences: list[Floats] = []
    for rows in _chunks(resamples, len(truth)):
        swaps = random.random((rows, len(items.starts) - 1)) < 0.5
        swaps = swaps[:, items.unit]
        if form is None:
            for swap in swaps:
                pick = swap.reshape(-1, *(1,) * (a.ndim - 1))
                one, other = np.where(pick, b, a), np.where(pick, a, b)
                differences.append(np.asarray(_scalar(metric(truth, one)) - _scalar(metric(truth, other))))
            continue
        ours, theirs = form.items(truth, a), form.items(truth, b)
        moved = swaps.astype(np.float64) @ (theirs - ours)
        differences += list(form.finish(ours.sum(0) + moved) - form.finish(theirs.sum(0) - moved))
    return np.asarray(differences, np.float64)


def _scalar(value: float | Floats) -> float:
    if np.ndim(value) != 0:
        raise InputError(f"The metric returns {np.size(value)} values. Compare predictions by a metric of one number.")
    return float(value)


def _same_length(arrays: tuple[ArrayLike, ...]) -> list[Anything]:
    given = [np.asarray(array) for array in arrays]
    if not given or any(array.ndim == 0 for array in given):
        raise InputError("A metric to resample takes arrays with a value per item.")
    lengths = [len(array) for array in given]
    if len(set(lengths)) > 1 or lengths[0] == 0:
        raise InputError(
            f"The arrays hold {', '.join(map(str, lengths))} items. They need the same number, at least 1."
        )
    return given


def _items(count: int, groups: ArrayLike | None) -> _Items:
    if groups is None:
        each = np.arange(count)
        return _Items(each, np.arange(count + 1), each)
    named = np.asarray(groups)
    if named.shape != (count,):
        raise InputError(f"groups must name a group for each of {count} items, got shape {named.shape}.")
    _, unit, sizes = np.unique(named, return_inverse=True, return_counts=True)
    return _Items(np.argsort(unit, kind="stable"), np.append(0, np.cumsum(sizes)), unit.astype(np.int64))


def _draws(items: _Items, *, resamples: int, seed: int) -> Iterator[Indices]:
    """Yield units drawn with replacement, (resample, unit), some resamples at a time."""
    random = np.random.default_rng(seed)
    units = len(items.starts) - 1
    for rows in _chunks(resamples, len(items.order)):
        yield random.integers(0, units, (rows, units))


def _chunks(resamples: int, items: int) -> Iterator[int]:
    if resamples < 1:
        raise InputError(f"resamples must be at least 1, got {resamples}. 1000 is usual.")
    at_once = max(1, _WEIGHTS_AT_ONCE // items)
    for start in range(0, resamples, at_once):
        yield min(at_once, resamples - start)


def _counts(units: Indices, count: int) -> Floats:
    """Return how often each unit was drawn, (resample, unit)."""
    cells = units + np.arange(len(units))[:, None] * count
    return np.bincount(cells.ravel(), minlength=len(units) * count).reshape(len(units), count).astype(np.float64)
