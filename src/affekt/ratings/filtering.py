"""Keeping the items that raters agree on: the filter crowdsourced corpora are published through, and what it changes.

Wongpithayadisai et al. 2025, "THAI Speech Emotion Recognition (THAI-SER) corpus", keeps utterances of which more than
0.71 of the votes agree, and reports Krippendorff's alpha and how well people recognise the emotion that was asked for.
A filter by agreement raises alpha whatever the raters do, also where they guess; `agreement_curve` shows by how much.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from affekt.errors import InputError
from affekt.metrics.resampling import Estimate
from affekt.ratings.agreement import agreement
from affekt.ratings.table import Ratings

Floats = NDArray[np.float64]
_NOTHING = Estimate(float("nan"), float("nan"), float("nan"))


@dataclass(frozen=True, slots=True)
class FilteredAgreement:
    """What a threshold keeps. `least`: the agreement an item needs; `items`, `votes`: what is left; `alpha`: how far
    raters agree on it, NaN where no item has two answers; `recognised`: the share of items whose commonest label is the
    one that was assigned, NaN where that is not known."""

    least: float
    items: int
    votes: int
    alpha: Estimate
    recognised: float


def vote_shares(ratings: Ratings) -> Floats:
    """Return float64 (item, label): the share of the votes each label got; NaN where nobody judged.

    Each rater has one vote, split evenly between several labels; one who chose none of the labels (another emotion, or
    none) has voted for none of them, so shares add up to 1 or less. An answer that is missing is no vote.

    >>> votes = Ratings.from_votes(["a", "a", "a"], None, [["joy"], ["joy", "fear"], []])
    >>> dict(zip(votes.columns, vote_shares(votes)[0].round(3).tolist()))
    {'fear': 0.167, 'joy': 0.5}
    """
    if ratings.kind not in ("exclusive", "multi-label"):
        raise InputError(f"Votes are for labels; this table holds {ratings.kind} numbers.")
    voted = ~np.isnan(ratings.values).any(1)
    values, item = np.nan_to_num(ratings.values[voted]).astype(np.float64), ratings.item[voted]
    shares = values / np.maximum(values.sum(1, keepdims=True), 1)
    sums = np.zeros((len(ratings.items), len(ratings.columns)))
    np.add.at(sums, item, shares)
    counts = np.bincount(item, minlength=len(ratings.items))
    found: Floats = np.where(counts[:, None] > 0, sums / np.maximum(counts, 1)[:, None], np.nan)
    return found


def keep_agreed(ratings: Ratings, least: float, *, strictly: bool = False) -> Ratings:
    """Return the votes on items of which one label, and no other, has at least `least` of the votes.

    strictly: more than `least`. An item whose two commonest labels tie is dropped whatever their share, as is one that
    nobody judged; every vote on an item that is kept stays, also those against. Raises `InputError` for a share outside
    [0, 1], and where nothing is left.

    >>> votes = Ratings.from_votes(["a", "a", "a", "b", "b"], None, ["joy", "joy", "fear", "joy", "fear"])
    >>> keep_agreed(votes, 0.6).items
    ('a',)
    """
    kept = _agreed(ratings, least, strictly=strictly)
    if not kept.any():
        raise InputError(f"No item has {least:g} of its votes for one label. Ask for less.")
    return ratings.select(items=[name for name, keep in zip(ratings.items, kept, strict=True) if keep])


def agreement_curve(
    ratings: Ratings,
    thresholds: Sequence[float] = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0),
    *,
    assigned: Mapping[str, str] | None = None,
    resamples: int = 1000,
    seed: int = 0,
) -> list[FilteredAgreement]:
    """Return how many items, votes and how much agreement each threshold leaves; a threshold of 0 leaves all items.

    assigned: by item the label that was asked for (of an actor). Alpha is nominal where every vote is one label, of
    sets (MASI) where some are several. Where a threshold leaves nothing its row has no item. Raises `InputError`.
    """
    rows = []
    for least in thresholds:
        kept = np.ones(len(ratings.items), np.bool_) if least == 0 else _agreed(ratings, least)
        names = [name for name, keep in zip(ratings.items, kept, strict=True) if keep]
        if not names:
            rows.append(FilteredAgreement(least, 0, 0, _NOTHING, float("nan")))
            continue
        left = ratings.select(items=names)
        twice = len(left) and np.bincount(left.item[~np.isnan(left.values).any(1)], minlength=1).max() >= 2
        alpha = agreement(left, resamples=resamples, seed=seed).alpha if twice else _NOTHING
        rows.append(FilteredAgreement(least, len(names), len(left), alpha, _recognised(left, assigned)))
    return rows


def _agreed(ratings: Ratings, least: float, *, strictly: bool = False) -> NDArray[np.bool_]:
    if not 0 <= least <= 1:
        raise InputError(f"The share of votes an item needs lies in [0, 1], got {least:g}.")
    shares = np.nan_to_num(vote_shares(ratings))
    ordered = np.sort(shares, axis=1)[:, ::-1]
    # 5/7 of seven votes are five, whatever the rounding.
    top, near = ordered[:, 0], 1e-9
    enough = top > least + near if strictly else top >= least - near
    alone = top > ordered[:, 1] + near if shares.shape[1] > 1 else top > 0
    found: NDArray[np.bool_] = enough & alone
    return found


def _recognised(ratings: Ratings, assigned: Mapping[str, str] | None) -> float:
    """The share of items whose commonest label, alone, is the assigned one; items without an assigned one aside."""
    if assigned is None:
        return float("nan")
    shares = np.nan_to_num(vote_shares(ratings))
    alone = _agreed(ratings, 0.0)
    right = [
        bool(alone[row]) and ratings.columns[int(shares[row].argmax())] == assigned[name]
        for row, name in enumerate(ratings.items)
        if name in assigned
    ]
    return float(np.mean(right)) if right else float("nan")
