"""Two or more evaluations of the same items: how far apart they are, and whether that could be chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from affekt.errors import InputError
from affekt.evaluation.runner import Evaluation
from affekt.evaluation.scores import Measure, measures
from affekt.metrics.resampling import PairedDifference, paired_difference

NOT_PAIRED = ("ece", "brier_skill")
"""Scores that are taken over cells or against base rates, and so are not compared prediction against prediction."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How much higher evaluation number `first` scores than number `second` on the same `n` items; `p_value` is the
    one to quote, corrected where several were compared."""

    first: int
    second: int
    metric: str
    found: PairedDifference
    n: int
    p_value: float

    def numbers(self) -> dict[str, float | int | None]:
        """Return difference, low, high, p and n as plain JSON values."""
        found = self.found
        named = {"difference": found.difference, "low": found.low, "high": found.high, "p": self.p_value}
        plain = {name: float(value) if np.isfinite(value) else None for name, value in named.items()}
        return {**plain, "n": self.n}


def compare(
    evaluations: Sequence[Evaluation], *, metrics: Sequence[str] = (), resamples: int = 1000, seed: int = 0
) -> list[Comparison]:
    """Return the paired differences of every two evaluations of the same items, metric by metric.

    `metrics` names those to compare (none: every metric that both have and that is taken item by item); of
    dimensions, over the items both answered. p is two-sided, by approximate randomization over groups; see
    `affekt.metrics.resampling.paired_difference`. Raises `InputError` where they are not of the same items, or a
    metric cannot be paired.
    """
    for name in metrics:
        if name in NOT_PAIRED or any(name not in _paired_measures(each) for each in evaluations):
            raise InputError(f"{name} is not taken item by item of all of them, so it has no paired test.")
    rows = []
    for (i, first), (j, second) in combinations(enumerate(evaluations), 2):
        if [record.id for record in first.target.records] != [record.id for record in second.target.records]:
            raise InputError("Only scores of the same items can be compared. Use one corpus, split, space and seed.")
        ours, theirs = (_paired_measures(each) for each in (first, second))
        for name in metrics or ours:
            if name in theirs:
                shared = _shared(ours[name], theirs[name])
                found = paired_difference(*shared.arguments, resamples=resamples, seed=seed, groups=shared.groups)
                rows.append(Comparison(i, j, name, found, shared.n, found.p_value))
    return rows


def holm(rows: Sequence[Comparison]) -> list[Comparison]:
    """Return the comparisons with p corrected for their number, metric by metric.

    Holm 1979, "A Simple Sequentially Rejective Multiple Test Procedure": with p sorted, the i-th of m is multiplied
    by m - i + 1, never below one before it, at most 1.
    """
    corrected = list(rows)
    for name in dict.fromkeys(row.metric for row in rows):
        places = [i for i, row in enumerate(rows) if row.metric == name and np.isfinite(row.p_value)]
        places.sort(key=lambda i: rows[i].p_value)
        least = 0.0
        for rank, place in enumerate(places):
            least = min(1.0, max(least, rows[place].p_value * (len(places) - rank)))
            corrected[place] = replace(rows[place], p_value=least)
    return corrected


@dataclass(frozen=True, slots=True, eq=False)
class _Shared:
    arguments: tuple[Any, ...]
    groups: NDArray[np.str_]
    n: int


def _paired_measures(found: Evaluation) -> dict[str, Measure]:
    given = measures(found.target, found.answers, found.decided)
    return {measure.name: measure for measure in given if measure.name not in NOT_PAIRED}


def _shared(a: Measure, b: Measure) -> _Shared:
    """Return metric, truth and both predictions of the items that both answered."""
    _, ours, theirs = np.intersect1d(a.rows, b.rows, assume_unique=True, return_indices=True)
    truth, said = a.arrays[0][ours], a.arrays[1][ours]
    return _Shared((a.metric, truth, said, b.arrays[1][theirs]), a.groups[ours], len(ours))
