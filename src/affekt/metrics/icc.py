"""Intraclass correlations, named by their form: how much of what raters say is about the item."""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import ArrayLike

from affekt.errors import InputError
from affekt.metrics.f_distribution import f_quantile, f_tail
from affekt.metrics.inputs import Floats, as_numbers
from affekt.metrics.resampling import Estimate, percentile_interval
from affekt.metrics.votes import places

_LEAST_FREEDOM = 0.5
Form = Literal["1,1", "2,1", "3,1", "1,k", "2,k", "3,k"]


class ICC(NamedTuple):
    """An intraclass correlation, its interval, and the test that it is 0: F, degrees of freedom, p-value."""

    form: Form
    value: float
    low: float
    high: float
    f: float
    between: int
    within: int
    p_value: float


class _Squares(NamedTuple):
    """Mean squares of the two-way table, and its size: items n, raters k."""

    items: float
    raters: float
    rest: float
    within: float
    n: int
    k: int


def icc(ratings: ArrayLike, *, form: Form = "2,1", confidence: float = 0.95) -> ICC:
    r"""Return the intraclass correlation of one form, with its F-based interval.

    ratings: (item, rater), numbers, every rater having rated every item. Forms by Shrout and Fleiss
    1979, in brackets the names of McGraw and Wong 1996. R, C, E, W: mean squares of items, raters,
    the rest, and within items; n items, k raters.

    ====== ============ ================================== ================================================
    form   names        raters                             formula
    ====== ============ ================================== ================================================
    1,1    ICC(1)       others for each item               (R - W) / (R + (k - 1) W)
    2,1    ICC(A,1)     a sample; agreement of one         (R - E) / (R + (k - 1) E + k (C - E) / n)
    3,1    ICC(C,1)     these alone; consistency of one    (R - E) / (R + (k - 1) E)
    1,k    ICC(k)       others; the mean of k              (R - W) / R
    2,k    ICC(A,k)     a sample; the mean of k            (R - E) / (R + (C - E) / n)
    3,k    ICC(C,k)     these alone; the mean of k         (R - E) / R
    ====== ============ ================================== ================================================

    "2,1" says how well one rater taken at random stands for the others, "2,k" how well the mean of k
    does. Negative values happen and mean 0. The interval of 2,1 and 2,k uses Satterthwaite's degrees of
    freedom, as both papers do, and is NaN where these come near 0, which a negative value can bring.
    NaN where all ratings are equal; an interval of [1, 1] where raters agree fully. Raises `InputError`
    where a rating is missing (`icc_one_way` bears that), or there are fewer than two items or raters.

    >>> judges = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    >>> [round(icc(judges, form=form).value, 2) for form in ("1,1", "2,1", "3,1", "1,k", "2,k", "3,k")]
    [0.17, 0.29, 0.71, 0.44, 0.62, 0.91]
    """
    if form not in get_args(Form):
        raise InputError(f"form must be one of {', '.join(get_args(Form))}; got {form!r}.")
    if not 0 < confidence < 1:
        raise InputError(f"confidence must lie between 0 and 1, got {confidence}. Use 0.95 for 95 %.")
    squares = _squares(_table(ratings))
    n, k = squares.n, squares.k
    between, within = n - 1, n * (k - 1) if form[0] == "1" else (n - 1) * (k - 1)
    error = squares.within if form[0] == "1" else squares.rest
    if squares.items == 0 and error == 0:
        return ICC(form, *(float("nan"),) * 4, between, within, float("nan"))
    ratio = squares.items / error if error > 0 else float("inf")
    single = _single(squares, form)
    low, high = _bounds(squares, form, ratio, 1 - (1 - confidence) / 2)
    if form[2] == "k":
        single, low, high = (_stepped_up(value, k) for value in (single, low, high))
    return ICC(form, single, low, high, ratio, between, within, f_tail(ratio, between, within))


def icc_one_way(item: ArrayLike, value: ArrayLike) -> float:
    r"""Return ICC(1,1) where items have different numbers of ratings, from raters who need no names.

    .. math:: \frac{R - W}{R + (k_0 - 1) W}, \quad k_0 = \frac{1}{n - 1} \left(N - \sum_i k_i^2 / N\right)

    item, value: (rating,), a row per rating. Equals ``icc(..., form="1,1")`` where all have equally
    many; items with a single rating help to estimate R. NaN where all ratings are equal. Raises
    `InputError` where no item has two ratings, there is only one item, or a value is missing. Donner
    1986, "A Review of Inference Procedures for the Intraclass Correlation Coefficient".

    >>> round(icc_one_way([0, 0, 1, 1, 1, 2, 2], [1, 2, 4, 5, 4, 8, 9]), 3)
    0.963
    """
    sums = _item_sums(item, value)
    return float(_one_way(sums.sum(0, keepdims=True))[0])


def icc_one_way_interval(
    item: ArrayLike, value: ArrayLike, *, resamples: int = 1000, confidence: float = 0.95, seed: int = 0
) -> Estimate:
    """Return `icc_one_way` with its percentile interval from a bootstrap over items.

    Items are drawn with replacement, each with all of its ratings; `confidence` in (0, 1). Arguments
    and errors as `icc_one_way`.

    >>> icc_one_way_interval([0, 0, 1, 1, 2, 2], [1, 1, 4, 4, 8, 8], resamples=99)
    Estimate(value=1.0, low=1.0, high=1.0)
    """
    if resamples < 1:
        raise InputError(f"resamples must be at least 1, got {resamples}. 1000 is usual.")
    sums, random = _item_sums(item, value), np.random.default_rng(seed)
    count = len(sums)
    drawn = [
        np.bincount(random.integers(0, count, count), minlength=count).astype(np.float64) @ sums
        for _ in range(resamples)
    ]
    whole = float(_one_way(sums.sum(0, keepdims=True))[0])
    return percentile_interval(whole, _one_way(np.stack(drawn)), level=confidence)


def _table(ratings: ArrayLike) -> Floats:
    table = np.asarray(ratings, np.float64)
    if table.ndim != 2 or min(table.shape) < 2:
        raise InputError(f"ICC needs (item, rater) with at least two of each, got shape {table.shape}.")
    missing = np.isnan(table).any(1)
    if missing.any():
        raise InputError(
            f"{int(missing.sum())} of {len(table)} items lack a rating. Keep the items that all raters rated, or use "
            "icc_one_way or krippendorff_alpha(level='interval'), which bear missing ratings."
        )
    return as_numbers("ratings", table)


def _squares(table: Floats) -> _Squares:
    n, k = table.shape
    scale = float(np.abs(table).max()) or 1.0
    scaled = table / scale
    mean, rows, columns = scaled.mean(), scaled.mean(1), scaled.mean(0)
    rest = scaled - rows[:, None] - columns + mean
    found = [
        k * np.square(rows - mean).sum() / (n - 1),
        n * np.square(columns - mean).sum() / (k - 1),
        np.square(rest).sum() / ((n - 1) * (k - 1)),
        np.square(scaled - rows[:, None]).sum() / (n * (k - 1)),
    ]
    # Below this a mean square is what rounding left of equal numbers.
    items, raters, error, within = (float(square) if square > 1e-28 else 0.0 for square in found)
    return _Squares(items, raters, error, within, n, k)


def _single(s: _Squares, form: Form) -> float:
    if form[0] == "1":
        return (s.items - s.within) / (s.items + (s.k - 1) * s.within)
    shift = s.k * (s.raters - s.rest) / s.n if form[0] == "2" else 0.0
    whole = s.items + (s.k - 1) * s.rest + shift
    return (s.items - s.rest) / whole if whole > 0 else float("nan")


def _stepped_up(single: float, k: int) -> float:
    """Return the reliability of a mean of k from that of one (Spearman-Brown)."""
    below = 1 + (k - 1) * single
    return k * single / below if below > 0 else float("-inf")


def _bounds(s: _Squares, form: Form, ratio: float, upper: float) -> tuple[float, float]:
    n, k = s.n, s.k
    if form[0] != "2":
        within = n * (k - 1) if form[0] == "1" else (n - 1) * (k - 1)
        if np.isinf(ratio):
            return 1.0, 1.0
        low, high = ratio / f_quantile(upper, n - 1, within), ratio * f_quantile(upper, within, n - 1)
        return (low - 1) / (low + k - 1), (high - 1) / (high + k - 1)
    if s.rest == 0 and s.raters == 0:
        return 1.0, 1.0
    rho = _single(s, form)
    a = k * rho / (n * (1 - rho))
    b = 1 + k * rho * (n - 1) / (n * (1 - rho))
    freedom = (a * s.raters + b * s.rest) ** 2 / (
        (a * s.raters) ** 2 / (k - 1) + (b * s.rest) ** 2 / ((n - 1) * (k - 1))
    )
    if not freedom >= _LEAST_FREEDOM:
        return float("nan"), float("nan")
    far, near = f_quantile(upper, n - 1, freedom), f_quantile(upper, freedom, n - 1)
    spread = k * s.raters + (k * n - k - n) * s.rest
    low = n * (s.items - far * s.rest) / (far * spread + n * s.items)
    high = n * (near * s.items - s.rest) / (spread + n * near * s.items)
    return low, high


def _item_sums(item: ArrayLike, value: ArrayLike) -> Floats:
    """Return what `_one_way` adds up, (item, statistic), of values about their mean in units of their range."""
    numbers, names = as_numbers("value", value), np.asarray(item)
    if names.ndim != 1 or names.shape != numbers.shape:
        raise InputError(f"item and value must be (rating,), got shapes {names.shape} and {numbers.shape}.")
    place = places(names).place
    size = np.bincount(place).astype(np.float64)
    if len(size) < 2 or size.max() < 2:
        raise InputError("ICC needs two items or more, and an item with two ratings.")
    numbers = (numbers - numbers.mean()) / (float(np.ptp(numbers)) or 1.0)
    first = np.bincount(place, numbers)
    within = np.bincount(place, np.square(numbers - (first / size)[place]))
    return np.column_stack([np.ones_like(size), size, size**2, first, first**2 / size, within])


def _one_way(sums: Floats) -> Floats:
    """Return ICC(1,1) of each row of summed statistics; NaN where it is undefined."""
    n, total, squares, first, second, within = sums.T
    with np.errstate(divide="ignore", invalid="ignore"):
        between = (second - first**2 / total) / (n - 1)
        within = within / (total - n)
        usual = (total - squares / total) / (n - 1)
        whole = between + (usual - 1) * within
        value: Floats = np.where((n > 1) & (total > n) & (whole > 1e-28), (between - within) / whole, np.nan)
    return value
