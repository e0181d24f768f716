"""Whether a score holds for everybody: the metric of each group, and the gap between groups, with intervals."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from affekt.errors import InputError
from affekt.metrics.inputs import Floats
from affekt.metrics.resampling import Estimate, bootstrap_interval, bootstrap_values, percentile_interval
from affekt.metrics.weighing import Metric


@dataclass(frozen=True, slots=True)
class GroupScores:
    """The metric of all items, of each group, and how far groups are apart.

    `groups` maps a group to its `Estimate`, `counts` to its number of items; `gap` is the highest group's
    value minus the lowest's. `skipped` maps groups that have no value to the reason.
    """

    overall: Estimate
    groups: Mapping[Hashable, Estimate]
    counts: Mapping[Hashable, int]
    gap: Estimate
    skipped: Mapping[Hashable, str]


def by_group(
    metric: Metric,
    *arrays: ArrayLike,
    groups: ArrayLike,
    units: ArrayLike | None = None,
    resamples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> GroupScores:
    """Return a metric for each speaker, sex, language or test set, with intervals, in one call.

    arrays: what the metric takes, item first; groups: (item,), the group of each. Intervals resample
    items within a group, or whole `units` (item,), such as speakers, where items of one unit are alike.
    The gap's interval resamples every group by itself. It is biased upwards: groups that are truly equal differ in any
    sample, so with small groups a gap above 0 is expected. A group whose metric cannot be computed
    (one class only, say) or is NaN is skipped with the reason. Raises `InputError` where lengths differ or no group
    has a value.

    >>> from affekt.metrics.classification import accuracy
    >>> scores = by_group(accuracy, [1, 1, 0, 0], [1, 1, 1, 0], groups=["f", "f", "m", "m"], resamples=99)
    >>> {group: found.value for group, found in scores.groups.items()}, scores.gap.value
    ({'f': 1.0, 'm': 0.5}, 0.5)
    """
    given = [np.asarray(array) for array in arrays]
    named = np.asarray(groups)
    alike = None if units is None else np.asarray(units)
    for array in (named, *given, *(() if alike is None else (alike,))):
        if len(array) != len(named) or not len(named):
            raise InputError("groups (and units) must name a group for each item, and there must be an item.")
    found: dict[Hashable, Estimate] = {}
    counts: dict[Hashable, int] = {}
    skipped: dict[Hashable, str] = {}
    drawn: list[Floats] = []
    for place, group in enumerate(np.unique(named).tolist()):
        inside = named == group
        counts[group] = int(inside.sum())
        parts = [array[inside] for array in given]
        within = None if alike is None else alike[inside]
        try:
            value = float(metric(*parts))
        except InputError as error:
            skipped[group] = str(error)
            continue
        if np.isnan(value):
            skipped[group] = "the metric is not defined for this group"
            continue
        values = bootstrap_values(metric, *parts, resamples=resamples, seed=seed + place, groups=within)
        found[group] = percentile_interval(value, values, level=level)
        drawn.append(values)
    if not found:
        raise InputError(f"No group has a value: {'; '.join(sorted(set(skipped.values())))}")
    overall = bootstrap_interval(metric, *given, resamples=resamples, level=level, seed=seed, groups=alike)
    each = [estimate.value for estimate in found.values()]
    spans = np.stack(drawn)
    gap = percentile_interval(max(each) - min(each), spans.max(axis=0) - spans.min(axis=0), level=level)
    return GroupScores(overall, found, counts, gap, skipped)
