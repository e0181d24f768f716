"""What a table of votes says of each item: counts, shares, and the rules that make a consensus of them.

Every view reads all votes. Which rule keeps how many items is the point of having them side by
side: strict majority leaves out whatever raters disagree on, plurality ties, the all-inclusive rule
nothing (Chou & Lee: see `all_inclusive`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.errors import InputError
from affekt.ratings.table import Ratings

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Consensus:
    """The labels a rule gives each item, (item, column), and whether it decides the item, (item,).

    The labels of an item it does not decide are all False.
    """

    labels: Flags
    decided: Flags


def vote_counts(ratings: Ratings) -> Floats:
    """Return how many judgements say each label, float64 (item, column); zeros where nobody judged.

    Raises `InputError` for ordinal and interval ratings, which hold no votes: see `present`, `means`.

    >>> vote_counts(Ratings.from_votes(["t", "t", "u"], None, ["joy", "fear", "joy"])).tolist()
    [[1.0, 1.0], [0.0, 1.0]]
    """
    _check_votes(ratings)
    width = len(ratings.columns)
    said = np.flatnonzero(ratings.values.ravel() == 1)
    row = said // width
    cell = ratings.item[row].astype(np.int64) * width + (said - row * width)
    return np.bincount(cell, minlength=len(ratings.items) * width).reshape(-1, width).astype(np.float64)


def answer_counts(ratings: Ratings) -> Floats:
    """Return how many judgements answered each column (were not NaN), float64 (item, column).

    >>> answer_counts(Ratings.from_votes(["t", "t", "u"], None, ["joy", None, "fear"])).tolist()
    [[1.0, 1.0], [1.0, 1.0]]
    """
    shape = (len(ratings.items), len(ratings.columns))
    number = np.bincount(ratings.item, minlength=shape[0]).astype(np.float64)
    counts = np.repeat(number[:, None], shape[1], axis=1)
    missing = np.flatnonzero(np.isnan(ratings.values.ravel()))
    if len(missing):
        row = missing // shape[1]
        cell = ratings.item[row].astype(np.int64) * shape[1] + (missing - row * shape[1])
        counts -= np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape)
    return counts


def soft_labels(ratings: Ratings, *, prior: float | ArrayLike = 0.0) -> Floats:
    r"""Return the share of votes for each label, float64 (item, column), in [0, 1].

    .. math:: \frac{v_{ik} + a_k}{\sum_j (v_{ij} + a_j)}

    for exclusive ratings, where rows add up to one; for multi-label ones each column by itself,
    :math:`(v_{ik} + a_k) / (n_{ik} + 2 a_k)` with :math:`n_{ik}` the raters who answered. `prior` is
    :math:`a`, in votes, one number or one per column: 1 is Laplace's rule, 0 the plain share. Rows
    (multi-label: cells) without a vote are NaN whatever the prior: nobody's opinion is no opinion.
    Raises `InputError` for a negative prior and for ordinal or interval ratings.

    >>> votes = Ratings.from_votes(["t", "t", "t"], None, ["joy", "fear", "joy"])
    >>> soft_labels(votes).round(3).tolist(), soft_labels(votes, prior=1).tolist()
    ([[0.333, 0.667]], [[0.4, 0.6]])
    """
    weight = np.asarray(prior, np.float64)
    if not (np.isfinite(weight).all() and (weight >= 0).all()):
        raise InputError(f"prior is a number of votes, at least 0; got {prior!r}.")
    if weight.ndim > 1 or weight.size not in (1, len(ratings.columns)):
        raise InputError(f"prior is one number or one per column ({len(ratings.columns)}), got shape {weight.shape}.")
    counts = vote_counts(ratings)
    if ratings.kind == "exclusive":
        votes = counts.sum(1, keepdims=True)
        total = votes + np.broadcast_to(weight, counts.shape[1:]).sum()
    else:
        votes = answer_counts(ratings)
        total = votes + 2 * weight
    shares: Floats = np.where(votes > 0, (counts + weight) / np.where(votes > 0, total, 1), np.nan)
    return shares


def majority(ratings: Ratings) -> Consensus:
    """Return what more than half of the votes say.

    Exclusive ratings: the label of more than half of the votes, if there is one. Multi-label: every
    label that more than half of those asked say; decided where each label has more than half for
    it or against it (no exact half).

    >>> rule = majority(Ratings.from_votes(["t", "t", "t", "u", "u"], None, ["joy", "fear", "joy", "joy", "fear"]))
    >>> rule.labels.tolist(), rule.decided.tolist()
    ([[False, True], [False, False]], [True, False])
    """
    counts, answers = vote_counts(ratings), answer_counts(ratings)
    if ratings.kind == "exclusive":
        labels = counts > counts.sum(1, keepdims=True) / 2
        decided = labels.any(1)
    else:
        labels = counts > answers / 2
        decided = (answers > 0).any(1) & ~((counts == answers / 2) & (answers > 0)).any(1)
    return _consensus(labels, decided)


def plurality(ratings: Ratings, *, ties: Literal["undecided", "shared"] = "undecided") -> Consensus:
    """Return the label with most votes.

    Where several have as many, the item is undecided, or all of them hold (``ties="shared"``).
    Multi-label votes count one by one; an item whose raters all say none of these is decided, with
    no label.

    >>> votes = Ratings.from_votes(["t", "t"], None, ["joy", "fear"])
    >>> plurality(votes).decided.tolist(), plurality(votes, ties="shared").labels.tolist()
    ([False], [[True, True]])
    """
    if ties not in ("undecided", "shared"):
        raise InputError(f"ties must be 'undecided' or 'shared', got {ties!r}.")
    counts = vote_counts(ratings)
    most = counts.max(1, keepdims=True)
    labels = (counts == most) & (most > 0)
    decided = judged(ratings)
    if ties == "undecided":
        decided &= labels.sum(1) < 2
    return _consensus(labels, decided)


def all_inclusive(ratings: Ratings, *, share: float | None = None) -> Consensus:
    """Return every label that any rater gave: the rule that keeps every item somebody judged.

    Minority votes count as much as a majority's, and labels co-occur; the distribution behind it is
    `soft_labels`. `share` asks for at least that share of the item's votes (for multi-label ratings,
    of all labels given); at most 1/K for K labels, so that every item still keeps a label. Chou,
    Goncalves, Leem, Salman, Lee & Busso 2024, "Minority Views Matter: Evaluating Speech Emotion
    Classifiers With Human Subjective Annotations by an All-Inclusive Aggregation Rule"; Chou & Lee
    2025, arXiv:2510.05934.

    >>> rule = all_inclusive(Ratings.from_votes(["t", "t", "t"], None, ["joy", "fear", "joy"]))
    >>> rule.labels.tolist(), rule.decided.tolist()
    ([[True, True]], [True])
    """
    counts = vote_counts(ratings)
    width = len(ratings.columns)
    if share is not None and not 0 < share <= 1 / width:
        raise InputError(
            f"share must lie in (0, 1/{width}], got {share:g}: above it an item may lose all its labels, which is what "
            "the all-inclusive rule is there to avoid. For any other share see threshold()."
        )
    labels = counts > 0
    if share is not None:
        labels &= counts >= share * counts.sum(1, keepdims=True) * (1 - 1e-12)
    return _consensus(labels, judged(ratings))


def union(ratings: Ratings) -> Consensus:
    """Return every label that at least one rater says; decided where anybody judged.

    >>> union(Ratings.from_votes(["t", "t"], None, [["joy", "pride"], ["joy"]])).labels.tolist()
    [[True, True]]
    """
    return _consensus(vote_counts(ratings) > 0, judged(ratings))


def intersection(ratings: Ratings) -> Consensus:
    """Return the labels that all who answered say; decided where anybody judged.

    For exclusive ratings it decides only where all agree: otherwise no label is left.

    >>> intersection(Ratings.from_votes(["t", "t"], None, [["joy", "pride"], ["joy"]])).labels.tolist()
    [[True, False]]
    """
    counts = vote_counts(ratings)
    if ratings.kind == "exclusive":
        labels = (counts == counts.sum(1, keepdims=True)) & (counts > 0)
        return _consensus(labels, labels.any(1))
    everybody: Flags = np.logical_and(counts == answer_counts(ratings), counts > 0)
    return _consensus(everybody, judged(ratings))


def threshold(ratings: Ratings, share: float) -> Consensus:
    """Return the labels with at least `share` of the votes (multi-label: of those who answered).

    `share` lies in (0, 1]. Decided where anybody judged; for exclusive ratings, where a label is left.
    GoEmotions keeps labels that two of three or five raters gave; here 2/5.

    >>> threshold(Ratings.from_votes(["t"] * 3, None, ["joy", "fear", "joy"]), 0.5).labels.tolist()
    [[False, True]]
    """
    if not 0 < share <= 1:
        raise InputError(f"share must lie in (0, 1], got {share!r}.")
    shares = np.nan_to_num(soft_labels(ratings))
    # 2/3 of three votes are two, whatever the rounding.
    labels: Flags = np.logical_and(shares >= share * (1 - 1e-12), shares > 0)
    decided = judged(ratings)
    if ratings.kind == "exclusive":
        decided &= labels.any(1)
    return _consensus(labels, decided)


def one_rater(ratings: Ratings, rater: str) -> Ratings:
    """Return the judgements of one rater, over all items. Raises `UnknownNameError`.

    >>> one_rater(Ratings.from_votes(["t", "u"], ["ann", "ben"], ["joy", "joy"]), "ben").item.tolist()
    [1]
    """
    return ratings.select(raters=[rater])


def present(ratings: Ratings, level: float) -> Ratings:
    """Return multi-label votes made of levels: a column holds where it is at least `level`.

    BRIGHTER's intensities 0-3 become its emotions with ``level=1``. Unanswered stays unanswered.
    Raises `InputError` for votes, and for a level outside the scale.

    >>> from affekt.ratings import from_values
    >>> levels = from_values(["t"], ["ann"], [[0, 2]], columns=["fear", "joy"], scale=(0, 3), kind="ordinal")
    >>> present(levels, 1).values.tolist()
    [[0.0, 1.0]]
    """
    if ratings.kind in ("exclusive", "multi-label"):
        raise InputError(f"These ratings are {ratings.kind} votes already; levels are ordinal or interval ratings.")
    if ratings.scale is not None and not ratings.scale.low <= level <= ratings.scale.high:
        raise InputError(f"level must lie on the scale {ratings.scale.low:g} to {ratings.scale.high:g}, got {level:g}.")
    said = np.where(np.isnan(ratings.values), np.nan, ratings.values >= np.float32(level))
    return replace(ratings, kind="multi-label", values=said.astype(np.float32), scale=None)


def judged(ratings: Ratings) -> Flags:
    """Return whether anybody answered anything of each item, (item,).

    >>> judged(Ratings.from_votes(["t", "u"], None, ["joy", None])).tolist()
    [True, False]
    """
    answered = ~np.isnan(ratings.values).all(1) if np.isnan(ratings.values[:, 0]).any() else slice(None)
    found: Flags = np.bincount(ratings.item[answered], minlength=len(ratings.items)) > 0
    return found


def _consensus(labels: ArrayLike, decided: Flags) -> Consensus:
    return Consensus(np.asarray(labels, np.bool_) & decided[:, None], decided)


def _check_votes(ratings: Ratings) -> None:
    if ratings.kind not in ("exclusive", "multi-label"):
        raise InputError(
            f"These ratings are {ratings.kind}: numbers, not votes for labels. Count levels with present(ratings, "
            "level), or see means(), medians() and standard_deviations() in affekt.ratings.ordinal."
        )
