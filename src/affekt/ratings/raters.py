"""Each rater beside the others who judged the same items: how alike, and leaning which way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from affekt.metrics.regression import pearson
from affekt.ratings.table import Ratings

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RaterRow:
    """One rater of a table.

    `judgements` they made; `shared`, on items that others judged too. `agreement`: the mean share of the
    others' answers that equal theirs, in [0, 1]; NaN for interval ratings. `reliability`: for votes
    kappa against the others, which is agreement beyond what their own habits give by chance; for
    numbers Pearson's correlation with the mean of the others; the mean over columns where it is
    defined, else NaN. `bias`: per column, how much more they give (share of votes, or points on the scale)
    than the others on the same items; NaN where nothing is shared.
    """

    rater: str
    judgements: int
    shared: int
    agreement: float
    reliability: float
    bias: tuple[float, ...]


def rater_rows(ratings: Ratings) -> tuple[RaterRow, ...]:
    """Return a row per named rater, in the table's order; none for anonymous judgements, though they count as others.

    >>> votes = Ratings.from_votes(["t", "t", "u", "u"], ["ann", "ben"] * 2, ["joy", "joy", "fear", "joy"])
    >>> ann = rater_rows(votes)[0]
    >>> ann.judgements, ann.agreement, ann.bias
    (2, 0.5, (0.5, -0.5))
    """
    if not ratings.raters:
        return ()
    others = _others(ratings)
    order = np.argsort(ratings.rater, kind="stable")
    ends = np.searchsorted(ratings.rater[order], np.arange(len(ratings.raters) + 1))
    return tuple(_row(ratings, name, order[ends[i] : ends[i + 1]], others) for i, name in enumerate(ratings.raters))


@dataclass(frozen=True, slots=True)
class _Others:
    """What the other raters of a judgement's item said: mean and share of equal answers, (judgement, column)."""

    mean: Floats
    equal: Floats


def _others(ratings: Ratings) -> _Others:
    values = ratings.values.astype(np.float64)
    answered = ~np.isnan(values)
    held = np.nan_to_num(values)
    item = ratings.item.astype(np.int64)
    # Anonymous judgements are each somebody of their own.
    who = np.where(ratings.rater < 0, len(ratings.raters) + np.arange(len(item)), ratings.rater)
    own = np.unique(item * (len(ratings.raters) + len(item) + 1) + who, return_inverse=True)[1]
    mean, equal = np.full(values.shape, np.nan), np.full(values.shape, np.nan)
    for place in range(values.shape[1]):
        yes, value = answered[:, place].astype(np.float64), held[:, place]
        count = _rest(item, own, yes)
        some = (count > 0) & answered[:, place]
        mean[some, place] = _rest(item, own, value)[some] / count[some]
        if ratings.kind != "interval":
            level = np.unique(value, return_inverse=True)[1]
            width = int(level.max(initial=0)) + 1
            same = _rest(item * width + level, own * width + level, yes)
            equal[some, place] = same[some] / count[some]
    return _Others(mean, equal)


def _rest(group: NDArray[np.int64], own: NDArray[np.int64], value: Floats) -> Floats:
    """Return the sum of `value` over each row's group, less the rater's own rows."""
    rest: Floats = (np.bincount(group, value)[group] - np.bincount(own, value)[own]).astype(np.float64)
    return rest


def _row(ratings: Ratings, name: str, rows: NDArray[np.int64], others: _Others) -> RaterRow:
    said, rest = ratings.values[rows].astype(np.float64), others.mean[rows]
    shared = ~np.isnan(rest)
    some = shared.any(1)
    with_others = int(some.sum())
    nothing = (float("nan"),) * len(ratings.columns)
    if not with_others:
        return RaterRow(name, len(rows), 0, float("nan"), float("nan"), nothing)
    bias = tuple(_mean(said[shared[:, i], i] - rest[shared[:, i], i]) for i in range(said.shape[1]))
    if ratings.kind == "exclusive":
        agreement = _mean(rest[some][said[some] == 1])
        # Columns not offered to them say nothing; shares of the others' votes add up to one over the rest.
        chance = float(np.nan_to_num(said[some]).mean(0) @ np.nan_to_num(rest[some]).mean(0))
        reliability = (agreement - chance) / (1 - chance) if chance < 1 else float("nan")
    else:
        agreement = _mean(others.equal[rows][shared])
        score = _yes_no if ratings.kind == "multi-label" else _alike
        found = [score(said[shared[:, i], i], rest[shared[:, i], i]) for i in range(said.shape[1])]
        known = [value for value in found if not np.isnan(value)]
        reliability = float(np.mean(known)) if known else float("nan")
    return RaterRow(name, len(rows), with_others, agreement, reliability, bias)


def _yes_no(said: Floats, rest: Floats) -> float:
    """Return kappa of one rater's yes and no against the others' share of yes."""
    if not said.size:
        return float("nan")
    agreed = float((said * rest + (1 - said) * (1 - rest)).mean())
    chance = float(said.mean() * rest.mean() + (1 - said.mean()) * (1 - rest.mean()))
    return (agreed - chance) / (1 - chance) if chance < 1 else float("nan")


def _alike(said: Floats, rest: Floats) -> float:
    return pearson(rest, said) if len(said) > 1 else float("nan")


def _mean(values: Floats) -> float:
    return float(values.mean()) if values.size else float("nan")
