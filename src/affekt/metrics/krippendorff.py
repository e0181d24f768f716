"""Krippendorff's alpha: agreement of any number of raters, with votes missing, at any level of measurement.

Every form is one minus observed over expected disagreement. Neither is computed pair by pair: at
the nominal, ordinal and interval levels both are sums over items; other distances are summed over
the distinct values that an item received.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import ArrayLike

from affekt.errors import InputError
from affekt.metrics.inputs import Anything, Floats, as_flags
from affekt.metrics.resampling import Estimate, percentile_interval
from affekt.metrics.votes import Indices, Places, Votes, as_votes, places

Level = Literal["nominal", "ordinal", "interval", "ratio"]
SetDistance = Literal["masi", "jaccard", "nominal"]
_CELLS_AT_ONCE = 4_000_000
_MERGED_WIDTH = 64  # distinct values up to which items are likely to have equal votes


def krippendorff_alpha(item: ArrayLike, value: ArrayLike, *, level: Level = "nominal") -> float:
    r"""Return Krippendorff's alpha: 1 agreement, 0 what chance gives, below 0 systematic disagreement.

    .. math:: \alpha = 1 - \frac{D_o}{D_e}
        = 1 - (n - 1) \frac{\sum_u \frac{1}{m_u - 1} \sum_{c,k} n_{uc} n_{uk} \delta^2_{ck}}
                           {\sum_{c,k} n_c n_k \delta^2_{ck}}

    n_uc: votes of item u for value c; m_u: votes of item u; n: all of them. item, value: (vote,), a
    row per vote, in any order; raters need no names. δ² is 1 for different values (nominal), the
    squared distance of mid-ranks (ordinal), (c - k)² (interval), ((c - k) / (c + k))² (ratio; values
    of 0 or more). Items with a single vote cannot be compared and are left out, which is how alpha
    bears missing votes. NaN where every vote that counts is the same: without variation nothing
    shows whether raters can tell items apart, and 0 / 0 is not agreement. Raises `InputError` where
    no item has two votes (one rater alone), a value is missing, or is no number and the level needs
    one. Krippendorff 2019, *Content Analysis*, 4th edition, chapter 12; Hayes and Krippendorff 2007.

    >>> round(krippendorff_alpha([0, 0, 1, 1, 2, 2], ["joy", "joy", "fear", "fear", "joy", "fear"]), 3)
    0.444
    >>> krippendorff_alpha([0, 0, 1, 1], ["joy", "joy", "joy", "joy"])
    nan
    """
    return _units(as_votes(item, value), _level(level)).alpha()


def krippendorff_interval(
    item: ArrayLike,
    value: ArrayLike,
    *,
    level: Level = "nominal",
    resamples: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> Estimate:
    """Return alpha with its percentile interval from a bootstrap over items.

    Items are drawn with replacement, each with all of its votes, and alpha is worked out anew, its
    expected disagreement too. This is the ordinary bootstrap of Efron 1979 and not the algorithm of
    Krippendorff 2006, which draws pairs of votes as if those of one item were independent and so gives
    intervals that are too narrow (Zapf et al. 2016 compare them). Resamples without variation are left
    out. Arguments and errors as `krippendorff_alpha`; `confidence` in (0, 1).

    >>> krippendorff_interval([0, 0, 1, 1, 2, 2], [1, 1, 2, 2, 3, 3], level="interval", resamples=99)
    Estimate(value=1.0, low=1.0, high=1.0)
    """
    return _interval(_units(as_votes(item, value), _level(level), merged=True), resamples, confidence, seed)


def multilabel_alpha(item: ArrayLike, answers: ArrayLike, *, distance: SetDistance = "masi") -> float:
    r"""Return Krippendorff's alpha of answers that are sets of labels.

    The distance of two sets is MASI's, 1 - J·M, with Jaccard's J = |A ∩ B| / |A ∪ B| and M = 1 for
    equal sets, 2/3 where one holds the other, 1/3 where they overlap, 0 where they are disjoint; or
    Jaccard's, 1 - J; or nominal, 1 unless equal. Two empty sets are equal (distance 0); an empty set
    and another are disjoint (1). It stands in alpha's formula in place of δ², as in the paper.
    item: (vote,); answers: (vote, label) of 0 and 1, each row one rater's answer. NaN where all
    answers are equal. Raises `InputError` as `krippendorff_alpha` does. Passonneau 2006, "Measuring
    Agreement on Set-valued Items (MASI) for Semantic and Pragmatic Annotation".

    >>> round(multilabel_alpha([0, 0, 1, 1], [[1, 1], [1, 0], [0, 1], [0, 1]]), 3)
    0.5
    """
    return _answer_units(item, answers, distance).alpha()


def multilabel_interval(
    item: ArrayLike,
    answers: ArrayLike,
    *,
    distance: SetDistance = "masi",
    resamples: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> Estimate:
    """Return `multilabel_alpha` with its percentile interval from a bootstrap over items.

    See `krippendorff_interval` for the bootstrap, `multilabel_alpha` for arguments and errors.

    >>> multilabel_interval([0, 0, 1, 1], [[1, 1], [1, 1], [0, 1], [0, 1]], resamples=99)
    Estimate(value=1.0, low=1.0, high=1.0)
    """
    return _interval(_answer_units(item, answers, distance, merged=True), resamples, confidence, seed)


def masi_distance(first: ArrayLike, second: ArrayLike) -> Floats:
    """Return the MASI distance of each set of `first` and each of `second`, (first, second), in [0, 1].

    Both: (set, label) of 0 and 1. See `multilabel_alpha`.

    >>> masi_distance([[1, 1, 0]], [[1, 1, 0], [1, 0, 0], [1, 0, 1], [0, 0, 1]]).round(3).tolist()
    [[0.0, 0.667, 0.889, 1.0]]
    """
    return _masi(as_flags("first", first).astype(np.float64), as_flags("second", second).astype(np.float64))


class _Cells(NamedTuple):
    """The distinct values of each unit, in order of unit and value: which unit, which value, how many votes."""

    unit: Indices
    value: Indices
    votes: Floats


class _Disagreement(NamedTuple):
    """Sums over ordered pairs of votes: within units, each divided by m - 1, and over all votes."""

    observed: float
    expected: float


@dataclass(frozen=True, slots=True)
class _Units:
    """Items that two votes or more were cast on; `times` says how many items a unit stands for.

    `size`: votes of a unit. `disagreement` maps how often each unit counts (unit,) to its two sums.
    """

    size: Floats
    times: Floats
    disagreement: Callable[[Floats], _Disagreement]

    def alpha(self, times: Floats | None = None) -> float:
        weight = self.times if times is None else times
        observed, expected = self.disagreement(weight)
        return 1 - (float(weight @ self.size) - 1) * observed / expected if expected > 0 else float("nan")


def _level(level: str) -> Level:
    if level not in get_args(Level):
        raise InputError(f"level must be one of {', '.join(get_args(Level))}; got {level!r}.")
    return level  # type: ignore[return-value]


def _units(votes: Votes, level: Level, *, merged: bool = False) -> _Units:
    item, value = _paired(votes)
    # Only values that can be compared shape the ranks and the scale.
    numbers = None if level == "nominal" else _numbers(votes.values[value.distinct], level)
    cells, size, times = _counted(item, value.place, merged=merged)
    if numbers is None:
        return _Units(size, times, _nominal(cells, size))
    if level == "interval":
        return _Units(size, times, _of_numbers(cells, size, numbers))
    if level == "ordinal":
        return _Units(size, times, _ordinal(cells, size))
    return _Units(size, times, _any_distance(cells, size, numbers[:, None], _ratio))


def _answer_units(item: ArrayLike, answers: ArrayLike, distance: SetDistance, *, merged: bool = False) -> _Units:
    if distance not in get_args(SetDistance):
        raise InputError(f"distance must be one of {', '.join(get_args(SetDistance))}; got {distance!r}.")
    flags = as_flags("answers", answers)
    if flags.ndim != 2:
        raise InputError(f"answers must be (vote, label) of 0 and 1, got shape {flags.shape}.")
    packed = np.ascontiguousarray(np.packbits(flags, axis=1))
    whole = packed.view(np.dtype((np.void, packed.shape[1]))).ravel()
    _, first, answer = np.unique(whole, return_index=True, return_inverse=True)
    if distance == "nominal":
        return _units(as_votes(item, answer), "nominal", merged=merged)
    unit, value = _paired(as_votes(item, answer))
    cells, size, times = _counted(unit, value.place, merged=merged)
    sets = flags[first[value.distinct]].astype(np.float64)
    return _Units(size, times, _any_distance(cells, size, sets, _masi if distance == "masi" else _jaccard))


def _paired(votes: Votes) -> tuple[Indices, Places]:
    """Return the votes on items that have two, as places of those items and of the values among them."""
    kept = np.bincount(votes.item, minlength=votes.items)[votes.item] >= 2
    if not kept.any():
        raise InputError("No item has two votes. Agreement compares raters: it needs items that two of them rated.")
    return places(votes.item[kept]).place, places(votes.value[kept])


def _numbers(values: Anything, level: Level) -> Floats:
    if values.dtype.kind not in "iufb":
        raise InputError(
            f"Alpha at the {level} level needs numbers, got {str(values[0])!r}. "
            "Give each level its number, or use level='nominal'."
        )
    numbers = values.astype(np.float64)
    if not np.isfinite(numbers).all():
        raise InputError("value holds an infinite number. Alpha needs finite ones.")
    if level == "ratio" and (numbers < 0).any():
        raise InputError(f"Alpha at the ratio level needs values of 0 or more, got {numbers.min():g}.")
    return numbers


def _counted(unit: Indices, value: Indices, *, merged: bool) -> tuple[_Cells, Floats, Floats]:
    """Return cells, votes per unit and how many items each unit stands for: 1, or more where like ones are merged."""
    width = int(value.max()) + 1
    keys = unit * width + value
    if (int(unit.max()) + 1) * width <= 4 * len(keys) + 1024:
        every = np.bincount(keys)
        used = np.flatnonzero(every)
        counts = every[used]
    else:
        used, counts = np.unique(keys, return_counts=True)
    cells = _Cells(used // width, used % width, counts.astype(np.float64))
    times = np.ones(int(unit.max()) + 1)
    if merged and width <= _MERGED_WIDTH:
        cells, times = _merged(cells)
    size = np.bincount(cells.unit, cells.votes).astype(np.float64)
    return cells, size, times


def _merged(cells: _Cells) -> tuple[_Cells, Floats]:
    """Return units of equal votes as one each, and how many they were: a bootstrap then draws few kinds."""
    starts, widths = _runs(cells)
    unit, value, count, times = [], [], [], []
    seen = 0
    for width in np.unique(widths):
        rows = starts[widths == width][:, None] + np.arange(width)
        votes = np.concatenate([cells.value[rows], cells.votes[rows].astype(np.int64)], axis=1)
        kinds, how_many = np.unique(votes, axis=0, return_counts=True)
        unit.append(np.repeat(np.arange(len(kinds)) + seen, width))
        value.append(kinds[:, :width].ravel())
        count.append(kinds[:, width:].ravel())
        times.append(how_many)
        seen += len(kinds)
    together = _Cells(np.concatenate(unit), np.concatenate(value), np.concatenate(count).astype(np.float64))
    return together, np.concatenate(times).astype(np.float64)


def _runs(cells: _Cells) -> tuple[Indices, Indices]:
    """Return where each unit's cells start, and how many it has."""
    starts = np.flatnonzero(np.diff(cells.unit, prepend=-1))
    return starts, np.diff(np.append(starts, len(cells.unit)))


def _nominal(cells: _Cells, size: Floats) -> Callable[[Floats], _Disagreement]:
    apart = (size**2 - np.bincount(cells.unit, cells.votes**2)) / (size - 1)

    def disagreement(times: Floats) -> _Disagreement:
        totals = np.bincount(cells.value, cells.votes * times[cells.unit])
        return _Disagreement(float(times @ apart), float(totals.sum() ** 2 - totals @ totals))

    return disagreement


def _of_numbers(cells: _Cells, size: Floats, numbers: Floats) -> Callable[[Floats], _Disagreement]:
    # Alpha does not change when all values move or scale; in [0, 1] about their mean, squares stay exact.
    scaled = (numbers - numbers.min()) / (float(np.ptp(numbers)) or 1.0)
    scaled -= float(scaled[cells.value] @ cells.votes) / float(cells.votes.sum())
    here = scaled[cells.value]
    first = np.bincount(cells.unit, cells.votes * here)
    second = np.bincount(cells.unit, cells.votes * here**2)
    apart = _within(cells, size, here)
    starts, widths = _runs(cells)
    lowest, highest = cells.value[starts], cells.value[starts + widths - 1]

    def disagreement(times: Floats) -> _Disagreement:
        drawn = times > 0
        if lowest[drawn].min() == highest[drawn].max():  # all alike, whatever rounding would say
            return _Disagreement(0.0, 0.0)
        total, mean, square = float(times @ size), float(times @ first), float(times @ second)
        return _Disagreement(float(times @ apart), 2 * (total * square - mean**2))

    return disagreement


def _ordinal(cells: _Cells, size: Floats) -> Callable[[Floats], _Disagreement]:
    """Return the disagreement of ranks.

    Krippendorff's sum of n_g from c to k, less half of n_c and n_k, is the distance of two mid-ranks.
    """

    def disagreement(times: Floats) -> _Disagreement:
        totals = np.bincount(cells.value, cells.votes * times[cells.unit])
        if (totals > 0).sum() < 2:
            return _Disagreement(0.0, 0.0)
        rank = (np.cumsum(totals) - totals / 2) / totals.sum() - 0.5
        expected = 2 * float(totals.sum()) * float(totals @ rank**2)
        return _Disagreement(float(times @ _within(cells, size, rank[cells.value])), expected)

    return disagreement


def _within(cells: _Cells, size: Floats, here: Floats) -> Floats:
    """Return the squared distances of all ordered pairs of a unit's votes, divided by m - 1: (unit,)."""
    mean = np.bincount(cells.unit, cells.votes * here) / size
    squares = np.bincount(cells.unit, cells.votes * (here - mean[cells.unit]) ** 2)
    squares[_runs(cells)[1] == 1] = 0.0  # equal votes leave nothing, not even a rounding error
    apart: Floats = 2 * size * squares / (size - 1)
    return apart


def _any_distance(
    cells: _Cells, size: Floats, values: Floats, distance: Callable[[Floats, Floats], Floats]
) -> Callable[[Floats], _Disagreement]:
    """Return the disagreement under a distance between rows of `values` (value, …)."""
    apart = np.zeros(len(size))
    starts, widths = _runs(cells)
    at_once = max(1, _CELLS_AT_ONCE // values.shape[1])
    for width in np.unique(widths[widths > 1]):
        rows = starts[widths == width]
        for i, j in combinations(range(int(width)), 2):
            for part in (rows[k : k + at_once] for k in range(0, len(rows), at_once)):
                one, other = part + i, part + j
                far = distance(values[cells.value[one], None], values[cells.value[other], None])[:, 0, 0]
                apart[cells.unit[part]] += 2 * cells.votes[one] * cells.votes[other] * far
    apart /= size - 1
    # Of few values every distance is kept; of many, they are worked out a part at a time.
    table = distance(values, values) if len(values) ** 2 <= _CELLS_AT_ONCE else None

    def disagreement(times: Floats) -> _Disagreement:
        totals = np.bincount(cells.value, cells.votes * times[cells.unit], minlength=len(values))
        if table is not None:
            return _Disagreement(float(times @ apart), float(totals @ table @ totals))
        used = np.flatnonzero(totals)
        rows = max(1, _CELLS_AT_ONCE // len(used))
        expected = sum(
            float(totals[part] @ distance(values[part], values[used]) @ totals[used])
            for part in (used[k : k + rows] for k in range(0, len(used), rows))
        )
        return _Disagreement(float(times @ apart), expected)

    return disagreement


def _ratio(first: Floats, second: Floats) -> Floats:
    one, other = first[..., :, None, 0], second[..., None, :, 0]
    total = one + other
    share = np.divide(one - other, total, out=np.zeros(total.shape), where=total > 0)
    return np.square(share)


def _jaccard(first: Floats, second: Floats) -> Floats:
    both = first @ np.swapaxes(second, -1, -2)
    either = first.sum(-1)[..., :, None] + second.sum(-1)[..., None, :] - both
    apart: Floats = 1 - np.divide(both, either, out=np.ones_like(both), where=either > 0)
    return apart


def _masi(first: Floats, second: Floats) -> Floats:
    both = first @ np.swapaxes(second, -1, -2)
    one, other = first.sum(-1)[..., :, None], second.sum(-1)[..., None, :]
    either = one + other - both
    overlap = np.divide(both, either, out=np.ones_like(both), where=either > 0)
    kind = np.where(both == either, 1.0, np.where((both == one) | (both == other), 2 / 3, 1 / 3))
    apart: Floats = 1 - overlap * kind
    return apart


def _interval(units: _Units, resamples: int, confidence: float, seed: int) -> Estimate:
    if resamples < 1:
        raise InputError(f"resamples must be at least 1, got {resamples}. 1000 is usual.")
    random = np.random.default_rng(seed)
    kinds, items = len(units.times), int(units.times.sum())
    values = []
    owner = np.repeat(np.arange(kinds), units.times.astype(np.int64)) if kinds < items else None
    for _ in range(resamples):
        # A binomial draw per kind costs as much as drawing some forty items.
        if kinds * 40 < items:
            times = random.multinomial(items, units.times / items)
        else:
            drawn = random.integers(0, items, items, dtype=np.int32)
            times = np.bincount(drawn if owner is None else owner[drawn], minlength=kinds)
        values.append(units.alpha(times.astype(np.float64)))
    return percentile_interval(units.alpha(), np.asarray(values), level=confidence)
