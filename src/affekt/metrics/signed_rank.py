"""Wilcoxon's signed-rank test: whether paired differences lie about 0."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from affekt.metrics.inputs import as_numbers
from affekt.metrics.regression import average_ranks

_EXACT = 50


def signed_rank_p(differences: ArrayLike) -> float:
    """Return the two-sided p-value of Wilcoxon's signed-rank test that `differences` lie about 0.

    differences: (pair,). Zeros are left out, as Wilcoxon does. Exact with up to 50 differences of
    distinct size; else by the normal approximation with the variance lowered for ties, without
    continuity correction. 1 where all are 0. Raises `InputError` for none or NaN. Wilcoxon 1945,
    "Individual Comparisons by Ranking Methods".

    >>> round(signed_rank_p([1.2, 0.4, 2.0, -0.3, 0.9, 1.1]), 4)
    0.0625
    """
    given = as_numbers("differences", differences).ravel()
    values = given[given != 0]
    n = len(values)
    if n == 0:
        return 1.0
    ranks = average_ranks(np.abs(values))
    positive = float(ranks[values > 0].sum())
    _, ties = np.unique(ranks, return_counts=True)
    smaller = min(positive, n * (n + 1) / 2 - positive)
    # A zero left out is a tie too: the exact distribution no longer holds.
    if n <= _EXACT and n == len(given) and ties.max() == 1:
        return min(1.0, 2 * _share_up_to(int(smaller), n))
    variance = n * (n + 1) * (2 * n + 1) / 24 - float((ties**3 - ties).sum()) / 48
    return math.erfc((n * (n + 1) / 4 - smaller) / math.sqrt(2 * variance))


def _share_up_to(total: int, n: int) -> float:
    """Return the share of the 2**n choices among the ranks 1 to n that add up to at most `total`."""
    ways = np.zeros(n * (n + 1) // 2 + 1)
    ways[0] = 1.0
    for rank in range(1, n + 1):
        ways[rank:] = (ways[rank:] + ways[:-rank]) if rank < len(ways) else ways[rank:]
    return float(ways[: total + 1].sum() / 2.0**n)
