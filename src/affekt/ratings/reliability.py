"""How each rater differs from the others on the same items: what they confuse, how they use the scale.

`affekt.ratings.raters` says how far they agree; here is in which way they do not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from affekt.errors import InputError
from affekt.ratings.ordinal import grouped_correlation
from affekt.ratings.table import Ratings
from affekt.ratings.views import vote_counts

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class ScaleUse:
    """How raters use a scale beside the others on the same items; each (rater,), NaN where nothing tells.

    `shared`: items others answered too. `shift`: mean of their answers less the others' mean
    (positive: lenient, or high). `spread`: the standard deviation of their answers over that of the
    others' (above 1: uses more of the scale). `correlation`: with the mean of the others.
    """

    shared: NDArray[np.int64]
    shift: Floats
    spread: Floats
    correlation: Floats


def rater_confusions(ratings: Ratings, *, prior: float = 0.0) -> Floats:
    """Return what each rater says where the others say what: (rater, others' label, own label).

    Rows add up to one; NaN where the others never said the label. The others' label of an item is
    the share of their votes, without the rater's own, so an undecided item counts in part for each
    label. `prior` votes are added to every cell. Exclusive ratings; items nobody else judged say nothing. Raises
    `InputError` for other kinds.

    >>> votes = Ratings.from_votes(["t", "t", "t"], ["ann", "ben", "cleo"], ["joy", "joy", "fear"])
    >>> rater_confusions(votes)[2].tolist()
    [[nan, nan], [1.0, 0.0]]
    """
    if ratings.kind != "exclusive":
        raise InputError(
            f"Confusions are of exclusive labels; these ratings are {ratings.kind}. For numbers see scale_use; for "
            "multi-label votes compare raters column by column: rater_rows in affekt.ratings.raters."
        )
    if not prior >= 0:
        raise InputError(f"prior is a number of votes, at least 0; got {prior:g}.")
    width, raters = len(ratings.columns), len(ratings.raters)
    counts = vote_counts(ratings)
    said = ratings.values == 1
    voted = np.flatnonzero(said.any(1) & (ratings.rater >= 0))
    item, rater = ratings.item[voted], ratings.rater[voted].astype(np.int64)
    own = said[voted].argmax(1)
    # A rater asked twice is still one person: all their votes on the item are their own.
    pair, place = np.unique(item.astype(np.int64) * max(1, raters) + rater, return_inverse=True)
    mine = np.zeros((len(pair), width))
    np.add.at(mine, (place, own), 1)
    others = counts[item] - mine[place]
    number = others.sum(1)
    known = number > 0
    share = others[known] / number[known, None]
    found = np.zeros((raters, width, width))
    for label in range(width):
        cell = rater[known] * width + own[known]
        found[:, label] = np.bincount(cell, share[:, label], raters * width).reshape(raters, width)
    found += prior
    total = found.sum(2, keepdims=True)
    confusions: Floats = np.divide(found, total, out=np.full(found.shape, np.nan), where=total > 0)
    return confusions


def scale_use(ratings: Ratings, column: str) -> ScaleUse:
    """Return shift, spread and correlation of each rater against the others on one column of numbers.

    The others' mean of an item leaves the rater out. Raises `InputError` for votes for labels.

    >>> from affekt.ratings import from_values
    >>> said = [[1], [3], [2], [4]]
    >>> table = from_values(["t", "u", "t", "u"], ["ann", "ann", "ben", "ben"], said, columns=["arousal"])
    >>> use = scale_use(table, "arousal")
    >>> use.shift.tolist(), use.spread.tolist()
    ([-1.0, 1.0], [1.0, 1.0])
    """
    if ratings.kind in ("exclusive", "multi-label"):
        raise InputError(f"These ratings are {ratings.kind} votes, which have no scale; see rater_confusions.")
    answers = ratings.values[:, ratings.column(column)].astype(np.float64)
    kept = np.flatnonzero(~np.isnan(answers))
    item, rater, answers = ratings.item[kept], ratings.rater[kept], answers[kept]
    raters, items = len(ratings.raters), len(ratings.items)
    summed, number = np.bincount(item, answers, items), np.bincount(item, minlength=items)
    named = rater >= 0
    item, rater, answers = item[named], rater[named], answers[named]
    pair, place = np.unique(item.astype(np.int64) * max(1, raters) + rater, return_inverse=True)
    mine, times = np.bincount(place, answers), np.bincount(place)
    if not len(pair):
        nothing = np.full(raters, np.nan)
        return ScaleUse(np.zeros(raters, np.int64), nothing, nothing, nothing)
    item, rater = np.divmod(pair, max(1, raters))
    others = number[item] - times
    known = others > 0
    rater = rater[known]
    own = (mine / times)[known]
    rest = (summed[item] - mine)[known] / others[known]
    shared = np.bincount(rater, minlength=raters)

    def mean(values: Floats) -> Floats:
        found: Floats = np.divide(
            np.bincount(rater, values, raters), shared, out=np.full(raters, np.nan), where=shared > 0
        )
        return found

    spreads = [np.sqrt(mean(np.square(values - mean(values)[rater]))) for values in (own, rest)]
    wide = spreads[1] > 1e-9
    return ScaleUse(
        shared.astype(np.int64),
        mean(own - rest),
        np.divide(spreads[0], spreads[1], out=np.full(raters, np.nan), where=wide),
        grouped_correlation(rater.astype(np.int32), own, rest, raters),
    )
