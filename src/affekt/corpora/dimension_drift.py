"""Whether two splits of a corpus have the same valence, arousal and dominance: the mean, and the whole distribution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from affekt.errors import InputError
from affekt.types import Record

DIMENSIONS = ("valence", "arousal", "dominance")
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class DimensionDrift:
    """How far one dimension of two splits lies apart.

    `change` is the mean of the second less that of the first, in affekt's units ([-1, 1]), with its 95 % interval `low`
    to `high`; `effect` the change in pooled standard deviations (Hedges' g); `distance` that of Kolmogorov and
    Smirnov, in [0, 1]. `p` and `p_distance` say how often splits drawn at random from both differ as much in mean and
    in distribution; `dimension_drifts` corrects both for how many are looked at.
    """

    first: str
    second: str
    dimension: str
    change: float
    low: float
    high: float
    effect: float
    distance: float
    p: float
    p_distance: float


def dimension_drift(
    first: Sequence[Record], second: Sequence[Record], dimension: str, *, draws: int = 999, seed: int = 0
) -> DimensionDrift:
    """Return how far two lists of records lie apart in one dimension, and how likely that is by chance.

    p = (1 + permutations as far apart) / (1 + permutations), where whole groups (documents, dialogues) change sides,
    as items of one are alike; the interval is that of a bootstrap of groups. g = (m2 - m1) / s (1 - 3 / (4 n - 9)), s
    pooled over n items (Hedges 1981, "Distribution theory for Glass's estimator of effect size"). Raises
    `InputError` for another dimension, or where a list has fewer than two values or groups.

    >>> from affekt.types import VAD, Signal
    >>> one = [Record(str(n), Signal("…"), "train", vad=VAD(n / 50, 0, 0)) for n in range(40)]
    >>> two = [Record(str(n), Signal("…"), "test", vad=VAD(-n / 50, 0, 0)) for n in range(40)]
    >>> found = dimension_drift(one, two, "valence")
    >>> round(found.change, 2), found.high < -0.6, found.p, round(found.distance, 3)
    (-0.78, True, 0.001, 0.975)
    """
    if dimension not in DIMENSIONS:
        raise InputError(f"Unknown dimension {dimension!r}. Allowed: {', '.join(DIMENSIONS)}.")
    (values, groups), (others, other_groups) = _values(first, dimension), _values(second, dimension)
    if min(len(values), len(others)) < 2 or min(groups.max(initial=-1), other_groups.max(initial=-1)) < 1:
        raise InputError(f"Drift of {dimension} needs two values in two groups of each split; one has fewer.")
    together = np.concatenate([values, others])
    owner = np.concatenate([groups, other_groups + groups.max() + 1])
    mine, count = int(groups.max()) + 1, int(owner.max()) + 1
    order = np.argsort(together, kind="stable")
    ends = np.flatnonzero(np.r_[np.diff(together[order]) > 0, True])
    apart = [_apart(together, owner >= mine, order, ends)]
    generator = np.random.default_rng(seed)
    for _ in range(draws):
        side = np.zeros(count, np.bool_)
        side[generator.permutation(count)[mine:]] = True
        apart.append(_apart(together, side[owner], order, ends))
    table = np.abs(np.array(apart))
    as_far = (table[1:] >= table[0] - 1e-12).sum(0)
    change, distance = apart[0]
    totals = np.bincount(owner, together, count).astype(np.float64)
    sums = totals, np.bincount(owner, minlength=count).astype(np.float64)
    means = [_resampled(sums, part, generator, draws) for part in (np.arange(mine), np.arange(mine, count))]
    low, high = np.quantile(means[1] - means[0], [0.025, 0.975])
    size = len(together)
    pooled = np.sqrt((values.var() * len(values) + others.var() * len(others)) / (size - 2))
    effect = change / pooled * (1 - 3 / (4 * size - 9)) if pooled > 0 else 0.0
    p, p_distance = ((1 + as_far) / (1 + draws)).tolist()
    names = first[0].split, second[0].split
    return DimensionDrift(
        *names, dimension, float(change), float(low), float(high), float(effect), float(distance), p, p_distance
    )


def dimension_drifts(splits: Mapping[str, Sequence[Record]], *, seed: int = 0) -> tuple[DimensionDrift, ...]:
    """Return how far each two splits lie apart in each dimension that both have, p corrected for all by Holm 1979.

    Holm, "A simple sequentially rejective multiple test procedure", over both p values of every pair and dimension.
    """
    found = []
    for one, other in combinations(splits, 2):
        for dimension in DIMENSIONS:
            try:
                found.append(dimension_drift(splits[one], splits[other], dimension, seed=seed))
            except InputError:  # not measured there
                continue
    corrected = _holm([p for drift in found for p in (drift.p, drift.p_distance)])
    return tuple(
        replace(drift, p=corrected[2 * place], p_distance=corrected[2 * place + 1]) for place, drift in enumerate(found)
    )


def _values(records: Sequence[Record], dimension: str) -> tuple[Floats, NDArray[np.int64]]:
    """Return the values that were measured, and the number of the group of each."""
    kept = [r for r in records if r.vad is not None and not np.isnan(getattr(r.vad, dimension))]
    numbers: dict[object, int] = {}
    groups = [
        numbers.setdefault(r.group if r.group is not None else ("item", i), len(numbers)) for i, r in enumerate(kept)
    ]
    return np.array([getattr(r.vad, dimension) for r in kept], np.float64), np.array(groups, np.int64)


def _apart(
    values: Floats, second: NDArray[np.bool_], order: NDArray[np.int64], ends: NDArray[np.int64]
) -> tuple[float, float]:
    """Return the difference of means and the distance of Kolmogorov and Smirnov between two sides."""
    size = int(second.sum())
    other = len(values) - size
    steps = np.where(second, 1 / max(1, size), -1 / max(1, other))
    return float((values * steps).sum()), float(np.abs(np.cumsum(steps[order])[ends]).max())


def _resampled(
    sums: tuple[Floats, Floats], part: NDArray[np.int64], generator: np.random.Generator, draws: int
) -> Floats:
    """Return the means of `draws` lists of groups drawn with replacement from those of one side."""
    total, size = sums[0][part], sums[1][part]
    found = np.empty(draws)
    for at in range(draws):
        drawn = generator.integers(0, len(part), len(part))
        found[at] = total[drawn].sum() / size[drawn].sum()
    return found


def _holm(values: Sequence[float]) -> list[float]:
    order = np.argsort(values, kind="stable")
    raised = np.asarray(values, np.float64)[order] * np.arange(len(values), 0, -1)
    found = np.empty(len(values))
    found[order] = np.minimum(1.0, np.maximum.accumulate(raised)) if len(values) else raised
    return [float(value) for value in found]
