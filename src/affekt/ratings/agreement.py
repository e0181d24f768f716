"""How far the raters of a table agree, on all labels together and on each column by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from affekt.errors import InputError
from affekt.metrics.agreement import (
    ICC,
    fleiss_kappa,
    gwet_ac1,
    icc,
    icc_one_way_interval,
    krippendorff_interval,
    multilabel_interval,
    pairwise_agreement,
    rater_pairs,
)
from affekt.metrics.resampling import Estimate
from affekt.metrics.votes import places
from affekt.ratings.table import Ratings

NOTHING = Estimate(float("nan"), float("nan"), float("nan"))
_REGULAR = 0.9  # share of the items that a rater rated to count for the forms 2,1 and 2,k
_LEVELS = {"exclusive": "nominal", "multi-label": "MASI", "ordinal": "ordinal", "interval": "interval"}


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far raters agree on one thing: a column, or all labels at once (`column` None).

    `level` is alpha's: nominal, ordinal, interval, or MASI for sets of labels. `items` have two
    answers or more, `answers` are those on them. `alpha` and the others are corrected for chance, and
    NaN where every answer is the same; `pairs_agreeing` is not, and is the share of two raters' answers
    that are equal. `kappa` is the mean of Cohen's over pairs of raters, weighed by the items they
    share; NaN where raters are anonymous. For numbers, `icc_1` is ICC(1,1) with its bootstrap
    interval, and `icc_2` the forms 2,1 and 2,k over the `complete` items that all of `regulars` rated, the
    raters who rated nine items in ten; none where there are no two of either. Fields that do not
    apply are NaN or empty.
    """

    column: str | None
    level: str
    items: int
    answers: int
    alpha: Estimate
    pairs_agreeing: float
    fleiss: float = float("nan")
    ac1: float = float("nan")
    kappa: float = float("nan")
    icc_1: Estimate = NOTHING
    icc_2: tuple[ICC, ...] = ()
    complete: int = 0
    regulars: int = 0


class _Answers(NamedTuple):
    """Answers, a row each: item, rater (-1: anonymous) and what was said."""

    item: NDArray[np.int32]
    rater: NDArray[np.int32]
    value: NDArray[np.float64]


def agreement(
    ratings: Ratings, column: str | None = None, *, resamples: int = 1000, confidence: float = 0.95, seed: int = 0
) -> Agreement:
    """Return how far raters agree on `column`, or on all labels at once.

    Exclusive votes: nominal alpha over labels, or of one label against the rest. Multi-label: alpha of
    sets under MASI, or nominal alpha of yes and no. Ordinal and interval ratings: alpha of that level,
    and the intraclass correlations; they need a `column` where they have several. Intervals are
    bootstraps over items; see `affekt.metrics.krippendorff`. Raises `InputError` where no item has two
    answers, `UnknownNameError` for an unknown column.

    >>> votes = Ratings.from_votes(["t", "t", "u", "u"], ["ann", "ben"] * 2, ["joy", "joy", "fear", "joy"])
    >>> found = agreement(votes, resamples=99)
    >>> found.alpha.value, found.pairs_agreeing, found.items
    (0.0, 0.5, 2)
    """
    place = None if column is None else ratings.column(column)
    if place is None and len(ratings.columns) == 1:
        place, column = 0, ratings.columns[0]
    if ratings.kind in ("ordinal", "interval"):
        if place is None:
            raise InputError(
                f"Name a column: {', '.join(ratings.columns)}. Numbers on different scales have no common agreement."
            )
        return _of_numbers(ratings, place, resamples=resamples, confidence=confidence, seed=seed)
    if place is not None or ratings.kind == "exclusive":
        said = _exclusive(ratings) if place is None else _column(ratings, place)
        width = len(ratings.columns) if place is None else 2
        alpha = krippendorff_interval(
            said.item, said.value, level="nominal", resamples=resamples, confidence=confidence, seed=seed
        )
        return _of_votes(said, width, column, "nominal", alpha)
    rows = ~np.isnan(ratings.values).any(1)
    sets = ratings.values[rows]
    alpha = multilabel_interval(ratings.item[rows], sets, resamples=resamples, confidence=confidence, seed=seed)
    packed = np.packbits(sets.astype(bool), axis=1)
    _, answer = np.unique(packed, axis=0, return_inverse=True)
    said = _Answers(ratings.item[rows], ratings.rater[rows], answer.ravel().astype(np.float64))
    found = _of_votes(said, int(said.value.max()) + 1, None, "MASI", alpha)
    # Chance agreement over thousands of possible sets is no number anybody reports.
    return Agreement(None, "MASI", found.items, found.answers, alpha, found.pairs_agreeing)


def column_agreements(
    ratings: Ratings, *, resamples: int = 1000, confidence: float = 0.95, seed: int = 0
) -> tuple[Agreement, ...]:
    """Return `agreement` on every column that has an item with two answers, in the table's order.

    >>> votes = Ratings.from_votes(["t", "t", "u", "u"], None, [["joy"], ["joy", "fear"], [], []])
    >>> [(found.column, round(found.alpha.value, 2)) for found in column_agreements(votes, resamples=99)]
    [('fear', 0.0), ('joy', 1.0)]
    """
    found = []
    for place, column in enumerate(ratings.columns):
        item = ratings.item[~np.isnan(ratings.values[:, place])]
        if len(item) and np.bincount(item).max() >= 2:
            found.append(agreement(ratings, column, resamples=resamples, confidence=confidence, seed=seed))
    return tuple(found)


def rater_matrix(ratings: Ratings, column: str) -> NDArray[np.float64]:
    """Return what each rater said of each item in `column`, (item, rater); NaN where nothing.

    Where a rater judged an item twice it is the mean. Raises `InputError` where raters are anonymous,
    `UnknownNameError` for an unknown column.

    >>> rater_matrix(Ratings.from_votes(["t", "t", "u"], ["ann", "ben", "ann"], ["joy", "fear", "joy"]), "joy").tolist()
    [[1.0, 0.0], [1.0, nan]]
    """
    said = _column(ratings, ratings.column(column))
    if (said.rater < 0).any():
        raise InputError("These ratings do not say whose they are. A matrix (item, rater) needs named raters.")
    shape = (len(ratings.items), len(ratings.raters))
    cell = said.item.astype(np.int64) * shape[1] + said.rater
    count = np.bincount(cell, minlength=shape[0] * shape[1])
    total = np.bincount(cell, said.value, minlength=shape[0] * shape[1])
    matrix: NDArray[np.float64] = np.divide(total, count, out=np.full(len(count), np.nan), where=count > 0)
    return matrix.reshape(shape)


def _column(ratings: Ratings, place: int) -> _Answers:
    value = ratings.values[:, place]
    rows = ~np.isnan(value)
    return _Answers(ratings.item[rows], ratings.rater[rows], value[rows].astype(np.float64))


def _exclusive(ratings: Ratings) -> _Answers:
    # A label that a rater was not offered is NaN; the answer is the column that holds 1.
    rows = (ratings.values == 1).any(1)
    chosen = np.nan_to_num(ratings.values[rows]).argmax(1)
    return _Answers(ratings.item[rows], ratings.rater[rows], chosen.astype(np.float64))


def _of_votes(said: _Answers, width: int, column: str | None, level: str, alpha: Estimate) -> Agreement:
    counts = np.zeros((int(said.item.max()) + 1, width))
    np.add.at(counts, (said.item, said.value.astype(np.int64)), 1)
    return Agreement(
        column,
        level,
        *_compared(said),
        alpha,
        pairwise_agreement(counts),
        fleiss_kappa(counts),
        gwet_ac1(counts),
        _mean_kappa(said),
    )


def _of_numbers(ratings: Ratings, place: int, *, resamples: int, confidence: float, seed: int) -> Agreement:
    said, level = _column(ratings, place), _LEVELS[ratings.kind]
    options = {"resamples": resamples, "seed": seed}
    alpha = krippendorff_interval(said.item, said.value, level=level, confidence=confidence, **options)  # type: ignore[arg-type]
    value = places(said.value).place
    counts = np.zeros((0, 0))
    cells = said.item.astype(np.int64) * (int(value.max()) + 1) + value
    if ratings.kind == "ordinal":
        width = int(value.max()) + 1
        counts = np.bincount(cells, minlength=(int(said.item.max()) + 1) * width).reshape(-1, width).astype(np.float64)
    named = bool(len(ratings.raters)) and not (said.rater < 0).any()
    full = rater_matrix(ratings, ratings.columns[place]) if named else np.zeros((0, 0))
    rated = ~np.isnan(full)
    full = full[:, rated.sum(0) >= _REGULAR * rated.any(1).sum()]
    full = full[~np.isnan(full).any(1)]
    both = min(full.shape) >= 2
    several = len(np.unique(said.item)) >= 2
    return Agreement(
        ratings.columns[place],
        level,
        *_compared(said),
        alpha,
        pairwise_agreement(counts) if counts.size else float("nan"),
        icc_1=icc_one_way_interval(said.item, said.value, confidence=confidence, **options) if several else NOTHING,
        icc_2=tuple(icc(full, form=form, confidence=confidence) for form in ("2,1", "2,k")) if both else (),
        complete=len(full) if both else 0,
        regulars=full.shape[1] if both else 0,
    )


def _compared(said: _Answers) -> tuple[int, int]:
    """Return how many items have two answers or more, and how many answers those have."""
    size = np.bincount(said.item)
    return int((size >= 2).sum()), int(size[size >= 2].sum())


def _mean_kappa(said: _Answers) -> float:
    if not len(said.rater) or (said.rater < 0).any():
        return float("nan")
    try:
        pairs = rater_pairs(said.item, said.rater, said.value)
    except InputError:  # the same rater twice, and nobody else
        return float("nan")
    known = ~np.isnan(pairs.kappa)
    return float(np.average(pairs.kappa[known], weights=pairs.items[known])) if known.any() else float("nan")
