"""Agreement of raters: kappas, AC1, the share of pairs that agree, entropy of votes.

Alpha (`krippendorff_alpha`, `multilabel_alpha`) and the intraclass correlations (`icc`) have files of
their own and are offered here too. Which one to take: alpha for any number of raters with votes
missing, kappa where a paper has it, ICC for numbers when it matters whether raters are a sample.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from affekt.errors import InputError
from affekt.metrics.icc import ICC, icc, icc_one_way, icc_one_way_interval
from affekt.metrics.inputs import Anything, Floats
from affekt.metrics.krippendorff import (
    krippendorff_alpha,
    krippendorff_interval,
    masi_distance,
    multilabel_alpha,
    multilabel_interval,
)
from affekt.metrics.votes import Indices, as_counts, as_votes, long_votes, places, rated_twice, vote_table

__all__ = [
    "ICC",
    "RaterPairs",
    "cohen_kappa",
    "fleiss_kappa",
    "gwet_ac1",
    "icc",
    "icc_one_way",
    "icc_one_way_interval",
    "item_agreement",
    "krippendorff_alpha",
    "krippendorff_interval",
    "long_votes",
    "masi_distance",
    "multilabel_alpha",
    "multilabel_interval",
    "pairwise_agreement",
    "rater_pairs",
    "vote_entropy",
    "vote_table",
]


class RaterPairs(NamedTuple):
    """Every two raters who share an item: who (names), on how many items, agreement and kappa, each (pair,)."""

    first: Anything
    second: Anything
    items: Indices
    agreement: Floats
    kappa: Floats


def cohen_kappa(
    first: ArrayLike,
    second: ArrayLike,
    *,
    weights: Literal["linear", "quadratic"] | None = None,
    labels: ArrayLike | None = None,
) -> float:
    r"""Return Cohen's kappa of two raters of the same items: 1 agreement, 0 what their habits give by chance.

    .. math:: \kappa_w = 1 - \frac{\sum_{jk} w_{jk} o_{jk}}{\sum_{jk} w_{jk} e_{jk}}

    o: how often first said j and second k; e: what their totals alone would give; w: 1 for j ≠ k,
    |j - k| (linear) or (j - k)² (quadratic) in steps along `labels`. first, second: (item,), names
    or numbers. `labels` is the order of the levels, all of them; without it, the distinct answers in
    sorted order, so that a level nobody used is no step. NaN where both gave one and the same answer
    throughout: chance then agrees as well. Raises `InputError` where they differ in length, are empty
    or hold what is not in `labels`. Cohen 1960, "A Coefficient of Agreement for Nominal Scales";
    weighted: Cohen 1968.

    >>> cohen_kappa(["joy", "joy", "fear", "fear"], ["joy", "fear", "fear", "fear"])
    0.5
    >>> round(cohen_kappa([1, 2, 3, 3], [1, 2, 3, 1], weights="quadratic"), 3)
    0.385
    """
    one, other = np.asarray(first), np.asarray(second)
    if one.ndim != 1 or one.shape != other.shape or not one.size:
        raise InputError(f"Two raters need one answer each per item, got shapes {one.shape} and {other.shape}.")
    votes = as_votes(np.tile(np.arange(len(one)), 2), np.concatenate([one, other]))
    place, size = votes.value, len(votes.values)
    if labels is not None:
        order = np.asarray(labels)
        unknown = ~np.isin(votes.values, order)
        if unknown.any():
            raise InputError(f"{votes.values[unknown][0]!r} is not among labels {order.tolist()}.")
        at = {label: i for i, label in enumerate(order.tolist())}
        place, size = np.array([at[value] for value in votes.values.tolist()])[place], len(order)
    seen = np.bincount(place[: len(one)] * size + place[len(one) :], minlength=size**2).reshape(size, size)
    chance = np.outer(seen.sum(1), seen.sum(0)) / len(one)
    weight = _weights(size, weights)
    expected = float((weight * chance).sum())
    return 1 - float((weight * seen).sum()) / expected if expected > 0 else float("nan")


def fleiss_kappa(counts: ArrayLike) -> float:
    r"""Return Fleiss' kappa of anonymous raters: 1 agreement, 0 what the use of the labels gives by chance.

    .. math:: \kappa = \frac{\bar P - \bar P_e}{1 - \bar P_e}, \quad
        \bar P = \frac{1}{N} \sum_i \frac{\sum_j n_{ij} (n_{ij} - 1)}{n_i (n_i - 1)}, \quad
        \bar P_e = \sum_j p_j^2

    counts: (item, label) votes; see `vote_table`. Raters need not be the same for each item. Fleiss
    has equally many per item; where their number varies n_i is the item's own, p_j is the share of j
    among the votes of all items kept, every item counts alike, and items with fewer than two votes are
    left out. NaN where all votes went to one label. Raises `InputError` where `counts` are none or no
    item has two. Fleiss 1971, "Measuring Nominal Scale Agreement among Many Raters".

    >>> round(fleiss_kappa([[3, 0], [0, 3], [2, 1]]), 3)
    0.55
    """
    table = rated_twice(as_counts(counts))
    share = table.sum(0) / table.sum()
    chance = float(share @ share)
    return float((_agreement(table).mean() - chance) / (1 - chance)) if (share > 0).sum() > 1 else float("nan")


def gwet_ac1(counts: ArrayLike) -> float:
    r"""Return Gwet's AC1: agreement beyond chance that stays sensible where one label is rare.

    .. math:: \gamma_1 = \frac{\bar P - P_e}{1 - P_e}, \quad
        P_e = \frac{1}{q - 1} \sum_j \pi_j (1 - \pi_j), \quad \pi_j = \frac{1}{n} \sum_i \frac{n_{ij}}{n_i}

    counts: (item, label) votes; q labels, those nobody chose too, so give every column. Where nearly
    all say "no", as of most emotions, kappa and alpha fall to 0 although raters agree; AC1 does not.
    1 where all votes went to one label of several. NaN with a single column. Raises `InputError` as
    `fleiss_kappa` does. Gwet 2008, "Computing inter-rater reliability and its variance in the
    presence of high agreement".

    >>> round(gwet_ac1([[3, 0], [3, 0], [2, 1]]), 3)
    0.723
    """
    table = as_counts(counts)
    paired = rated_twice(table)
    if table.shape[1] < 2:
        return float("nan")
    some = table[table.sum(1) > 0]
    share = (some / some.sum(1, keepdims=True)).mean(0)
    chance = float((share * (1 - share)).sum() / (table.shape[1] - 1))
    return float((_agreement(paired).mean() - chance) / (1 - chance))


def pairwise_agreement(counts: ArrayLike) -> float:
    """Return the mean share of pairs of raters who gave an item the same label, in [0, 1].

    counts: (item, label) votes. Not corrected for chance. Items with fewer than two votes are left
    out, the others count alike. Raises `InputError` as `fleiss_kappa` does.

    >>> round(pairwise_agreement([[3, 0], [2, 1]]), 3)
    0.667
    """
    return float(_agreement(rated_twice(as_counts(counts))).mean())


def item_agreement(counts: ArrayLike) -> Floats:
    """Return the share of an item's pairs of raters who agree, (item,); NaN with fewer than two votes.

    >>> item_agreement([[3, 0], [2, 1], [1, 0]]).round(3).tolist()
    [1.0, 0.333, nan]
    """
    return _agreement(as_counts(counts))


def vote_entropy(counts: ArrayLike, *, normalised: bool = False) -> Floats:
    r"""Return the entropy of each item's votes in bits, (item,): 0 where all agree.

    .. math:: H_i = -\sum_j \frac{n_{ij}}{n_i} \log_2 \frac{n_{ij}}{n_i}

    counts: (item, label) votes. With `normalised` it is divided by log2 of the number of labels and
    lies in [0, 1] (0 with one label). NaN for an item without votes. It grows with the number of
    raters, who can then differ in more ways: compare items with equally many. Raises `InputError`
    where `counts` are no counts. Shannon 1948.

    >>> vote_entropy([[2, 2], [4, 0], [0, 0]]).tolist()
    [1.0, 0.0, nan]
    """
    table = as_counts(counts)
    total = table.sum(1, keepdims=True)
    share = np.divide(table, total, out=np.full(table.shape, np.nan), where=total > 0)
    logs = np.log2(share, out=np.zeros_like(share), where=share > 0)
    entropy: Floats = np.abs((share * logs).sum(1))  # not minus zero
    return entropy / max(1.0, float(np.log2(table.shape[1]))) if normalised else entropy


def rater_pairs(item: ArrayLike, rater: ArrayLike, value: ArrayLike) -> RaterPairs:
    """Return agreement and Cohen's kappa of every two raters on the items both rated.

    item, rater, value: (vote,), a row per vote. Raters who share no item make no pair; where one
    rater judged an item twice each judgement counts. The mean kappa is Light's (1971); weigh it by
    `items`, for a pair with few items says little. Kappa is NaN where both always gave the same single
    answer. Raises `InputError` where lengths differ or nobody shares an item.

    >>> pairs = rater_pairs([0, 0, 1, 1, 2, 2], ["a", "b"] * 3, [1, 1, 0, 0, 1, 0])
    >>> pairs.first.tolist(), pairs.second.tolist(), pairs.items.tolist(), pairs.kappa.round(2).tolist()
    (['a'], ['b'], [3], [0.4])
    """
    votes = as_votes(item, value)
    who = places(np.asarray(rater))
    if who.place.shape != votes.item.shape:
        raise InputError(f"rater must name one rater per vote, got {who.place.shape} for {votes.item.shape} votes.")
    order = np.lexsort((who.place, votes.item))
    first, second = _within_items(votes.item[order])
    first, second = order[first], order[second]
    apart = who.place[first] != who.place[second]
    first, second = first[apart], second[apart]
    if not first.size:
        raise InputError("No two raters share an item. Agreement compares raters: it needs items that two rated.")
    one, other = votes.value[first], votes.value[second]
    pair = places(who.place[first] * len(who.distinct) + who.place[second])
    shared = np.bincount(pair.place)
    agreement = np.bincount(pair.place, one == other) / shared
    width = len(votes.values)
    habit = [np.unique(pair.place * width + said, return_counts=True) for said in (one, other)]
    chance = _dot_by_pair(habit[0], habit[1], width, len(shared)) / shared**2
    kappa = np.divide(agreement - chance, 1 - chance, out=np.full(len(shared), np.nan), where=chance < 1)
    names = who.distinct
    return RaterPairs(names[pair.distinct // len(names)], names[pair.distinct % len(names)], shared, agreement, kappa)


def _agreement(table: Floats) -> Floats:
    votes = table.sum(1)
    agreeing = (table * (table - 1)).sum(1)
    share: Floats = np.divide(agreeing, votes * (votes - 1), out=np.full(len(table), np.nan), where=votes >= 2)
    return share


def _weights(size: int, weights: str | None) -> Floats:
    if weights not in (None, "linear", "quadratic"):
        raise InputError(f"weights must be None, 'linear' or 'quadratic'; got {weights!r}.")
    steps = np.abs(np.subtract.outer(np.arange(size), np.arange(size))).astype(np.float64)
    return (steps > 0).astype(np.float64) if weights is None else steps if weights == "linear" else steps**2


def _within_items(item: Indices) -> tuple[Indices, Indices]:
    """Return every two places of equal `item`, which is in order: the earlier, and the later one."""
    starts = np.flatnonzero(np.diff(item, prepend=-1))
    size = np.diff(np.append(starts, len(item)))
    first, second = [], []
    for width in np.unique(size[size > 1]):
        early, late = np.triu_indices(int(width), 1)
        rows = starts[size == width][:, None]
        first.append((rows + early).ravel())
        second.append((rows + late).ravel())
    nothing = np.empty(0, np.int64)
    return np.concatenate([nothing, *first]), np.concatenate([nothing, *second])


def _dot_by_pair(one: tuple[Indices, Indices], other: tuple[Indices, Indices], width: int, pairs: int) -> Floats:
    """Return the sum over values of the products of two raters' totals, (pair,)."""
    shared, left, right = np.intersect1d(one[0], other[0], assume_unique=True, return_indices=True)
    return np.bincount(shared // width, one[1][left] * other[1][right], minlength=pairs).astype(np.float64)
