"""Votes as agreement reads them: a row per vote, or a table of items by labels."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.errors import InputError
from affekt.metrics.inputs import Anything, Floats

Indices = NDArray[np.int64]


class Votes(NamedTuple):
    """Votes as places: `item` and `value` int64 (vote,), `items` how many items, `values` the distinct, in order."""

    item: Indices
    value: Indices
    items: int
    values: Anything


class Places(NamedTuple):
    """What distinct things an array holds, in order, and which of them each entry is."""

    place: Indices
    distinct: Anything


class LongVotes(NamedTuple):
    """A matrix of ratings as rows: item, rater and value, each (vote,)."""

    item: Indices
    rater: Indices
    value: Floats


def long_votes(matrix: ArrayLike) -> LongVotes:
    """Return the votes of a matrix (item, rater), NaN where a rater did not rate an item, as rows.

    The two forms say the same. Raises `InputError` where the matrix has another shape or no vote.

    >>> votes = long_votes([[1, 2], [float("nan"), 2]])
    >>> votes.item.tolist(), votes.rater.tolist(), votes.value.tolist()
    ([0, 0, 1], [0, 1, 1], [1.0, 2.0, 2.0])
    """
    table = np.asarray(matrix, np.float64)
    if table.ndim != 2:
        raise InputError(f"Ratings must be (item, rater) with NaN where there is none, got shape {table.shape}.")
    item, rater = np.nonzero(~np.isnan(table))
    if not item.size:
        raise InputError(f"The matrix of ratings, shape {table.shape}, holds no rating.")
    return LongVotes(item, rater, table[item, rater])


def as_votes(item: ArrayLike, value: ArrayLike) -> Votes:
    """Return votes as places of items and of distinct values.

    item, value: (vote,), numbers or names. Raises `InputError` where they differ in length, are
    empty, or a value is NaN or None: a vote that was not cast has no row.
    """
    names, given = np.asarray(item), np.asarray(value)
    if names.ndim != 1 or names.shape != given.shape:
        raise InputError(
            f"item and value must be (vote,), one of each per vote; got shapes {names.shape} and {given.shape}. "
            "A matrix (item, rater) becomes rows with long_votes."
        )
    if not names.size:
        raise InputError("There are no votes. Agreement needs at least two, on one item.")
    missing = np.zeros(len(given), np.bool_)
    if given.dtype.kind in "fO":  # NaN alone differs from itself
        missing = np.fromiter((v is None or v != v for v in given.tolist()), np.bool_, len(given))  # noqa: PLR0124
    if missing.any():
        raise InputError(
            f"value holds {int(missing.sum())} missing votes (NaN or None), the first in row "
            f"{int(np.flatnonzero(missing)[0])}. Leave those rows out."
        )
    items, values = places(names), places(given)
    return Votes(items.place, values.place, len(items.distinct), values.distinct)


def places(values: Anything) -> Places:
    """Return the distinct values in order, and the place of each entry among them."""
    if values.dtype.kind in "iu" and values.size:
        low, high = int(values.min()), int(values.max())
        if high - low < 4 * values.size + 1024:  # counting beats sorting
            shifted = values.astype(np.int64) - low
            used = np.bincount(shifted, minlength=high - low + 1) > 0
            return Places((np.cumsum(used) - 1)[shifted], np.flatnonzero(used) + low)
    if values.dtype.kind in "OUS":  # hashing beats sorting a million strings
        first: dict[object, int] = {}
        seen = np.fromiter((first.setdefault(v, len(first)) for v in values.tolist()), np.int64, len(values))
        try:
            order = sorted(first, key=lambda v: v)  # type: ignore[arg-type,return-value]
        except TypeError:
            order = sorted(first, key=str)
        rank = np.empty(len(order), np.int64)
        rank[[first[v] for v in order]] = np.arange(len(order))
        return Places(rank[seen], np.array(order, dtype=values.dtype))
    distinct, place = np.unique(values, return_inverse=True)
    return Places(place.astype(np.int64), distinct)


def vote_table(item: ArrayLike, value: ArrayLike) -> Floats:
    """Return how many votes each item gave each distinct value, (item, value), both in sorted order.

    Raises `InputError` as `as_votes` does.

    >>> vote_table(["a", "a", "b"], ["joy", "fear", "joy"]).tolist()
    [[1.0, 1.0], [0.0, 1.0]]
    """
    votes = as_votes(item, value)
    cells = votes.item * len(votes.values) + votes.value
    counts = np.bincount(cells, minlength=votes.items * len(votes.values))
    return counts.reshape(votes.items, len(votes.values)).astype(np.float64)


def as_counts(counts: ArrayLike) -> Floats:
    """Return a table of votes (item, label) as float64. Raises `InputError` where it is none."""
    table = np.asarray(counts, np.float64)
    if table.ndim != 2 or not table.size:
        raise InputError(f"Votes must be counts (item, label), got shape {table.shape}. Make them with vote_table.")
    if not np.isfinite(table).all() or (table < 0).any():
        raise InputError("Counts of votes must be 0 or more, without NaN: an item without votes is a row of zeros.")
    if (table != np.round(table)).any():
        raise InputError(
            f"Counts of votes must be whole, got {table[table != np.round(table)][0]:g}: "
            "shares of votes do not say how many raters there were."
        )
    return table


def rated_twice(counts: Floats) -> Floats:
    """Return the rows with two votes or more. Raises `InputError` where there is none."""
    kept: Floats = counts[counts.sum(1) >= 2]
    if not len(kept):
        raise InputError("No item has two votes. Agreement compares raters: it needs items that two of them rated.")
    return kept
