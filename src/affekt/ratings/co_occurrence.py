"""Which labels come together: in one rater's answer, or in the votes of an item; and which never do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from affekt.errors import InputError
from affekt.ratings.table import Ratings

Floats = NDArray[np.float64]
Within = Literal["answer", "item"]
Measure = Literal["conditional", "jaccard"]


@dataclass(frozen=True, slots=True, eq=False)
class CoOccurrence:
    """How often labels come together. `counts`: float64 (column, column), units that hold both labels.

    The diagonal counts the units that hold the label. `asked`: float64 (column, column), units in
    which both labels were answered at all. A unit is one rater's answer or an item: `within`.
    """

    columns: tuple[str, ...]
    within: Within
    counts: Floats
    asked: Floats

    @property
    def conditional(self) -> Floats:
        """P(column label | row label), (column, column), in [0, 1]; rows of labels nobody gave are NaN."""
        return _share(self.counts, np.repeat(np.diag(self.counts)[:, None], len(self.columns), axis=1))

    @property
    def jaccard(self) -> Floats:
        """Units with both over units with either, (column, column), in [0, 1]; NaN where neither occurs."""
        single = np.diag(self.counts)
        return _share(self.counts, single[:, None] + single[None, :] - self.counts)

    @property
    def pmi(self) -> Floats:
        """Pointwise mutual information in bits, (column, column): log2 of P(a, b) / (P(a) P(b)).

        0 where labels come together as often as by chance, minus infinity where never; NaN where one
        does not occur. Church and Hanks 1990.
        """
        single = np.diag(self.counts)
        together = _share(self.counts * self.asked, single[:, None] * single[None, :])
        with np.errstate(divide="ignore"):
            bits: Floats = np.log2(together)
        return bits

    def pairs(self) -> tuple[tuple[str, str, int], ...]:
        """Return the pairs of labels with how often they come together, most often first."""
        first, second = np.triu_indices(len(self.columns), 1)
        counts = self.counts[first, second]
        order = np.argsort(-counts, kind="stable")
        return tuple((self.columns[first[i]], self.columns[second[i]], int(counts[i])) for i in order)


def co_occurrence(ratings: Ratings, *, within: Within = "item") -> CoOccurrence:
    """Return how often two labels come together, over all votes.

    ``within="answer"``: in one rater's answer, which only multi-label ratings have. ``"item"``: among
    the votes of an item, whoever cast them; no vote is a minority too small to count. Levels of
    ordinal ratings count where they are above the lowest of the scale. Raises `InputError` for interval
    ratings, and for ``"answer"`` with exclusive ones.

    >>> votes = Ratings.from_votes(["t", "t", "u"], None, [["joy"], ["joy", "pride"], ["fear"]])
    >>> found = co_occurrence(votes)
    >>> found.columns, found.pairs()[0], found.conditional[1].tolist()
    (('fear', 'joy', 'pride'), ('joy', 'pride', 1), [0.0, 1.0, 1.0])
    """
    if within not in get_args(Within):
        raise InputError(f"within must be 'answer' or 'item', got {within!r}.")
    if ratings.kind == "interval":
        raise InputError(
            "Interval ratings are numbers, not labels that could come together. "
            "Make votes of them first: affekt.ratings.views.present(ratings, level)."
        )
    if within == "answer" and ratings.kind == "exclusive":
        raise InputError("An exclusive answer holds one label. Count over the votes of an item: within='item'.")
    values = ratings.values
    lowest = ratings.scale.low if ratings.kind == "ordinal" and ratings.scale else 0.0
    said, answered = values > lowest, ~np.isnan(values)
    if within == "item":
        said, answered = _by_item(ratings, said), _by_item(ratings, answered)
    held, asked = said.astype(np.float64), answered.astype(np.float64)
    return CoOccurrence(ratings.columns, within, held.T @ held, asked.T @ asked)


def penalization_matrix(
    ratings: Ratings, *, within: Within = "item", measure: Measure = "conditional", rare: float | None = None
) -> Floats:
    r"""Return what it costs to predict two labels together, float64 (column, column), in [0, 1].

    .. math:: P_{ab} = 1 - c_{ab} / \max_{j \ne a} c_{aj}, \quad P_{aa} = 0

    c: how often the labels come together among the votes, as P(b | a) (``"conditional"``, a row per
    label, so the matrix is not symmetric) or by Jaccard (symmetric counts, still scaled by row). Each
    row is scaled by the label it goes with most: that pair costs nothing, a pair that no rater ever
    made costs 1. With `rare`, in [0, 1], a pair costs 1 where its share c is at most `rare` and 0
    otherwise. Labels that nobody gave cost 1 with every other. Take it from the training votes only.

    After Chou, Lee & Busso 2022, "Exploiting Co-occurrence Frequency of Emotions in Perceptual
    Evaluations To Train A Speech Emotion Classifier" (Interspeech), and Chou & Lee 2025,
    arXiv:2510.05934: penalties per class from how often emotions co-occur in the ratings of the
    training set, greater for pairs that seldom do. The scaling by the row's largest count is ours. Raises
    `InputError` as `co_occurrence` does, and for `rare` outside [0, 1].

    >>> votes = Ratings.from_votes(["t", "t", "u", "u"], None, ["joy", "pride", "fear", "fear"])
    >>> penalization_matrix(votes).tolist()
    [[0.0, 1.0, 1.0], [1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]
    """
    if measure not in get_args(Measure):
        raise InputError(f"measure must be 'conditional' or 'jaccard', got {measure!r}.")
    if rare is not None and not 0 <= rare <= 1:
        raise InputError(f"rare is a share of co-occurrence in [0, 1], got {rare}.")
    found = co_occurrence(ratings, within=within)
    share = np.nan_to_num(found.conditional if measure == "conditional" else found.jaccard)
    np.fill_diagonal(share, 0.0)
    if rare is not None:
        penalty = (share <= rare).astype(np.float64)
    else:
        most = share.max(1, keepdims=True)
        penalty = 1 - np.divide(share, most, out=np.zeros_like(share), where=most > 0)
    np.fill_diagonal(penalty, 0.0)
    return penalty


def _by_item(ratings: Ratings, flags: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return whether any judgement of an item holds each flag, (item, column)."""
    width = len(ratings.columns)
    row, column = np.nonzero(flags)
    cells = ratings.item[row].astype(np.int64) * width + column
    found: NDArray[np.bool_] = np.bincount(cells, minlength=len(ratings.items) * width).reshape(-1, width) > 0
    return found


def _share(part: Floats, whole: Floats) -> Floats:
    share: Floats = np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)
    return share
