"""Principal preserved component analysis: the dimensions of a label space that raters keep apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.errors import InputError
from affekt.metrics.regression import spearman
from affekt.metrics.signed_rank import signed_rank_p
from affekt.ratings.table import Ratings

Floats = NDArray[np.float64]


class Components(NamedTuple):
    """Directions of a label space, float64 (column, component), and the covariance along each, most first."""

    components: Floats
    covariance: Floats


@dataclass(frozen=True, slots=True, eq=False)
class PreservedComponents:
    """What raters agree about, direction by direction, most first.

    `components`: float64 (column, component), of unit length. `covariance` (component,): between
    the two halves of raters, of all items. `correlation` and `partial_correlation` (rater, component):
    Spearman's, of a rater left out with the mean of the others, the partial one without what earlier
    components explain. `p_value` (component,): Wilcoxon's signed-rank test of the partial
    correlations over raters, Bonferroni-corrected. `raters` are those left out in turn; `items` is how
    many items had enough raters.
    """

    columns: tuple[str, ...]
    components: Floats
    covariance: Floats
    correlation: Floats
    partial_correlation: Floats
    p_value: Floats
    raters: tuple[str, ...]
    items: int

    def significant(self, level: float = 0.05) -> int:
        """Return how many components raters preserve: correlated above 0, the corrected p-value below `level`."""
        return int(self._preserved(level).sum())

    def _preserved(self, level: float) -> NDArray[np.bool_]:
        preserved: NDArray[np.bool_] = (self.p_value < level) & (self.partial_correlation.mean(0) > 0)
        return preserved

    @property
    def rotated(self) -> Floats:
        """The significant components after a varimax rotation, (column, component): easier to name."""
        return varimax(self.components[:, self._preserved(0.05)])


def preserved_components(
    ratings: Ratings, *, without: str | None = None, minimum_items: int = 2, seed: int = 0
) -> PreservedComponents:
    """Return the principal preserved components of a table of votes or levels.

    The method of GoEmotions (Demszky et al. 2020, section 4.3, ACL), after Cowen et al. 2019, "The
    primacy of categories in the recognition of 12 emotions in speech prosody across two cultures":

    1. keep the items with three raters or more; drop judgements for the neutral label (`without`;
       by default the neutral of the table's space) and votes for nothing, and leave neutral out, as
       well as columns in which every answer is the same;
    2. leave out one rater at a time. On that rater's items split the others at random into two
       halves, take the means, and find the components (`principal_preserved`);
    3. for each component correlate (Spearman) the scores of the rater left out with those of the mean
       of the others, from the second on with earlier components partialled out of both;
    4. over raters, test the partial correlations against 0 by Wilcoxon's signed-rank test, with
       Bonferroni's correction for the number of components.

    The components returned come from all items, halves drawn likewise. Raters for whom a correlation is
    undefined (too few items, always the same answer) or who share fewer than `minimum_items` items are left
    out of the test. Deterministic given `seed`.

    The test takes raters for independent, though each is correlated with the others: where a few raters
    share all items it is passed too easily, by components of tiny correlation. Read `correlation`
    beside `p_value`; the paper's 82 raters shared few items. With n raters no p-value is below the
    number of components times 2 ** (1 - n): six raters cannot show six components. There are as many
    components as answers can vary in: where each names one label, one fewer than labels. Raises
    `InputError` where raters are anonymous, no item has three, or no rater is left; `UnknownNameError`
    for an unknown label.
    """
    table = _Table.of(ratings, without)
    random = np.random.default_rng(seed)
    names, plain, partial = [], [], []
    for rater in np.unique(table.rater):
        found = _left_out(table, int(rater), minimum_items, random)
        if found is not None:
            names.append(ratings.raters[rater])
            plain.append(found[0])
            partial.append(found[1])
    if not names:
        raise InputError(
            "No rater's scores vary on items that two others rated: there is nothing to correlate. "
            "PPCA needs raters with many shared items and varied answers."
        )
    x, y = table.halves(np.arange(len(table.item)), random)
    within, covariance = principal_preserved(x, y)
    found_all = Components(_upright(table.basis @ within), covariance)
    correlations = np.array(partial)
    count = correlations.shape[1]
    p_value = np.array([min(1.0, count * signed_rank_p(correlations[:, i])) for i in range(count)])
    return PreservedComponents(
        table.columns, *found_all, np.array(plain), correlations, p_value, tuple(names), table.items
    )


def principal_preserved(first: ArrayLike, second: ArrayLike) -> Components:
    r"""Return the directions along which two sets of ratings of the same items covary, most first.

    .. math:: \operatorname{eig}(X^\top Y + Y^\top X)

    with column means taken off X and Y; divided by twice the number of items the eigenvalues are
    covariances. first, second: (item, column). Each direction has its largest entry positive. Raises
    `InputError` where shapes differ. Cowen et al. 2019.

    >>> found = principal_preserved([[1, 0], [0, 1], [1, 0]], [[1, 0], [0, 0], [1, 1]])
    >>> found.components.round(2).tolist(), found.covariance.round(3).tolist()
    ([[0.99, 0.16], [-0.16, 0.99]], [0.231, -0.12])
    """
    x, y = np.asarray(first, np.float64), np.asarray(second, np.float64)
    if x.ndim != 2 or x.shape != y.shape or not x.size:
        raise InputError(f"Two sets of ratings must both be (item, column), got shapes {x.shape} and {y.shape}.")
    x, y = x - x.mean(0), y - y.mean(0)
    cross = x.T @ y
    covariance, components = np.linalg.eigh((cross + cross.T) / (2 * len(x)))
    components = components[:, ::-1]
    return Components(_upright(components), covariance[::-1].copy())


def varimax(components: ArrayLike, *, rounds: int = 100) -> Floats:
    """Return components turned so that each loads on few columns, (column, component).

    The rotation maximises the variance of squared loadings; what the components span stays. Kaiser
    1958, "The varimax criterion for analytic rotation in factor analysis".

    >>> varimax(np.array([[1, 1], [1, -1], [0, 0]]) / 2**0.5).round(3).max(0).tolist()
    [1.0, 1.0]
    """
    loadings = np.asarray(components, np.float64)
    # Loadings all of one size are a saddle, where the steps below would not move: start beside them.
    nudge = np.random.default_rng(0).normal(0, 0.1, (loadings.shape[1],) * 2)
    rotation = np.linalg.qr(np.eye(loadings.shape[1]) + nudge)[0]
    reached = 0.0
    for _ in range(rounds if loadings.shape[1] > 1 else 0):
        turned = loadings @ rotation
        target = turned**3 - turned * np.square(turned).mean(0)
        left, sizes, right = np.linalg.svd(loadings.T @ target)
        rotation = left @ right
        if sizes.sum() <= reached * (1 + 1e-10):
            break
        reached = float(sizes.sum())
    turned = np.asarray(loadings @ rotation)
    if not turned.size:
        return np.zeros(loadings.shape)
    return _upright(turned)


def _upright(components: Floats) -> Floats:
    """Return the directions with their largest entry positive: either sign means the same."""
    largest = np.take_along_axis(components, np.abs(components).argmax(0)[None], 0)
    upright: Floats = components * np.where(largest < 0, -1.0, 1.0)
    return upright


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """The judgements that count, in order of item: places of items and raters, values (judgement, direction).

    `basis` (column, direction) spans what answers can vary in: one label each leaves one direction less than labels.
    """

    columns: tuple[str, ...]
    item: NDArray[np.int64]
    rater: NDArray[np.int64]
    values: Floats
    items: int
    basis: Floats

    @staticmethod
    def of(ratings: Ratings, without: str | None) -> _Table:
        if len(ratings.raters) < 3 or (ratings.rater < 0).any():
            raise InputError(
                "PPCA leaves out one rater at a time, so it needs at least three raters with ids that persist over "
                f"items; this table has {len(ratings.raters)} named raters"
                + (" and anonymous judgements." if (ratings.rater < 0).any() else ".")
            )
        neutral = without if without is not None else ratings.space.neutral if ratings.space else None
        if without is not None:
            ratings.column(without)
        kept = np.array([column != neutral for column in ratings.columns])
        values = ratings.values[:, kept].astype(np.float64)
        rows = ~np.isnan(values).any(1)
        if not kept.all():
            rows &= ~(ratings.values[:, ~kept] == 1).any(1)
        if ratings.kind in ("exclusive", "multi-label"):
            rows &= (values == 1).any(1)
        item, rater, values = ratings.item[rows], ratings.rater[rows], values[rows]
        # A rater who judged an item twice is one rater.
        pair, place = np.unique(item.astype(np.int64) * len(ratings.raters) + rater, return_inverse=True)
        mean = np.zeros((len(pair), values.shape[1]))
        np.add.at(mean, place, values)
        mean /= np.bincount(place)[:, None]
        item, rater = pair // len(ratings.raters), pair % len(ratings.raters)
        enough = np.bincount(item)[item] >= 3
        if not enough.any():
            raise InputError("No item has three raters who chose a label. PPCA leaves one out and splits the others.")
        item, place = np.unique(item[enough], return_inverse=True)
        varied = np.ptp(mean[enough], axis=0) > 0
        if not varied.any():
            raise InputError("Every answer is the same: there is nothing to correlate.")
        columns = tuple(np.array(ratings.columns, object)[kept][varied].tolist())
        said = mean[enough][:, varied]
        _, sizes, directions = np.linalg.svd(said - said.mean(0), full_matrices=False)
        basis = directions[sizes > 1e-9 * sizes[0]].T
        return _Table(columns, place.astype(np.int64), rater[enough], said @ basis, len(item), basis)

    def halves(self, rows: NDArray[np.int64], random: np.random.Generator) -> tuple[Floats, Floats]:
        """Return the mean of a random half of each item's judgements among `rows`, and of the rest, (item, column)."""
        shuffled = rows[np.lexsort((random.random(len(rows)), self.item[rows]))]
        item = self.item[shuffled]
        starts = np.flatnonzero(np.diff(item, prepend=-1))
        size = np.diff(np.append(starts, len(item)))
        rank = np.arange(len(item)) - np.repeat(starts, size)
        early = rank < np.repeat(size // 2, size)
        place = np.repeat(np.arange(len(size)), size)
        return (
            _means(self.values[shuffled[early]], place[early], len(size)),
            _means(self.values[shuffled[~early]], place[~early], len(size)),
        )


def _left_out(
    table: _Table, rater: int, minimum_items: int, random: np.random.Generator
) -> tuple[Floats, Floats] | None:
    """Return a rater's correlations with the others, plain and partial, (component,) each; None where undefined."""
    own = np.flatnonzero(table.rater == rater)
    if len(own) < max(2, minimum_items):
        return None
    others = np.flatnonzero(np.isin(table.item, table.item[own]) & (table.rater != rater))
    components = principal_preserved(*table.halves(others, random)).components
    place = np.unique(table.item[others], return_inverse=True)[1]
    mean = _means(table.values[others], place, len(own))
    said = table.values[own]
    left, rest = (said - said.mean(0)) @ components, (mean - mean.mean(0)) @ components
    plain, partial = [], []
    for i in range(components.shape[1]):
        plain.append(_spearman(left[:, i], rest[:, i]))
        before = rest[:, :i]
        partial.append(plain[0] if i == 0 else _spearman(_rest(left[:, i], before), _rest(rest[:, i], before)))
        if np.isnan(plain[-1]) or np.isnan(partial[-1]):
            return None
    return np.array(plain), np.array(partial)


def _rest(values: Floats, explained: Floats) -> Floats:
    """Return what a linear fit on `explained` leaves of `values`; both have mean 0."""
    left: Floats = values - explained @ np.linalg.lstsq(explained, values, rcond=None)[0]
    return left


def _spearman(first: Floats, second: Floats) -> float:
    # Equal up to rounding is equal: ranks would make something of it.
    scale = max(1.0, float(np.abs(first).max()), float(np.abs(second).max()))
    return spearman(np.round(first / scale, 12), np.round(second / scale, 12))


def _means(values: Floats, place: NDArray[np.int64], count: int) -> Floats:
    total = np.zeros((count, values.shape[1]))
    np.add.at(total, place, values)
    mean: Floats = total / np.bincount(place, minlength=count)[:, None]
    return mean
