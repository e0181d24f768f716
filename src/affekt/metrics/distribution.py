"""Predicted distributions against the distribution of human votes: divergences, distances, spread.

Truth and prediction are distributions, a row per item: (item, label), at least 0, each row adding up
to one. Every measure is the mean over items; `item_…` gives one value per item, so that anything can
be resampled or broken down. Logarithms are natural: the unit is the nat.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from affekt.errors import InputError, MissingDependencyError
from affekt.metrics.inputs import Floats, as_numbers, as_probabilities, check_shapes

_ROUNDING = 1e-4


class DistributionPair(NamedTuple):
    """Truth and prediction as float64 (item, label), rows adding up to one exactly."""

    truth: Floats
    prediction: Floats


def as_distributions(name: str, values: ArrayLike) -> Floats:
    """Return `values` as float64 (item, label) with rows adding up to one.

    Raises `InputError` for another shape, values outside [0, 1] or rows whose sum is off by more than
    1e-4; what is off by less is rounding and is divided out.
    """
    array = as_probabilities(name, values)
    if array.ndim != 2:
        raise InputError(f"{name} must be distributions (item, label), got shape {array.shape}.")
    sums = array @ np.ones(array.shape[1])
    error = np.abs(sums - 1)
    if error.max() > _ROUNDING:
        place = int(np.flatnonzero(error > _ROUNDING)[0])
        raise InputError(
            f"Row {place} of {name} adds up to {sums[place]:.4g}, not to 1. Divide vote counts by their sum, and "
            "leave out items without votes."
        )
    rows: Floats = array if error.max() < 1e-12 else array / sums[:, None]
    return rows


def distribution_pair(truth: ArrayLike, prediction: ArrayLike) -> DistributionPair:
    """Return both as distributions of one shape. Raises `InputError` as `as_distributions` does."""
    pair = DistributionPair(as_distributions("truth", truth), as_distributions("prediction", prediction))
    check_shapes(*pair)
    return pair


def item_cross_entropy(truth: ArrayLike, prediction: ArrayLike) -> Floats:
    """Return the cross-entropy of each item, (item,); see `cross_entropy`.

    >>> item_cross_entropy([[0.5, 0.5]], [[0.5, 0.5]]).round(3).tolist()
    [0.693]
    """
    pair = distribution_pair(truth, prediction)
    # 0 - x rather than -x, which would make a negative zero.
    entropy: Floats = 0.0 - _weighted_logs(pair.truth, pair.prediction)
    return entropy


def cross_entropy(truth: ArrayLike, prediction: ArrayLike) -> float:
    r"""Return the mean cross-entropy of the prediction to the votes, in nats, at least 0.

    .. math:: H(t, p) = -\sum_k t_k \ln p_k

    Infinite where a label that somebody chose is given probability 0. It is the mean negative
    log-likelihood of one vote. Raises `InputError` as `as_distributions` does. Peterson et al. 2019,
    "Human Uncertainty Makes Classification More Robust".

    >>> round(cross_entropy([[1, 0]], [[0.8, 0.2]]), 3)
    0.223
    """
    return float(item_cross_entropy(truth, prediction).mean())


def item_entropy(distribution: ArrayLike) -> Floats:
    """Return the entropy of each row in nats, (item,), from 0 (all agree) to ln(labels).

    >>> item_entropy([[1, 0], [0.5, 0.5]]).round(3).tolist()
    [0.0, 0.693]
    """
    rows = as_distributions("distribution", distribution)
    return item_cross_entropy(rows, rows)


def item_kl(truth: ArrayLike, prediction: ArrayLike) -> Floats:
    """Return the Kullback-Leibler divergence of each item, (item,); see `kl_divergence`.

    >>> item_kl([[0.5, 0.5]], [[0.9, 0.1]]).round(3).tolist()
    [0.511]
    """
    t, p = distribution_pair(truth, prediction)
    with np.errstate(divide="ignore"):
        ratios = np.divide(t, p, out=np.ones_like(t), where=t > 0)
    # Rounding can carry a divergence of nearly 0 below it.
    divergence: Floats = np.maximum(_weighted_logs(t, ratios), 0.0)
    return divergence


def kl_divergence(truth: ArrayLike, prediction: ArrayLike) -> float:
    r"""Return the mean Kullback-Leibler divergence from the prediction to the votes, in nats, at least 0.

    .. math:: KL(t \| p) = \sum_k t_k \ln \frac{t_k}{p_k}

    0 where they are equal; infinite where a label that somebody chose is given probability 0. Raises
    `InputError` as `as_distributions` does. Kullback and Leibler 1951, "On Information and Sufficiency".

    >>> round(kl_divergence([[1, 0], [0.5, 0.5]], [[0.8, 0.2], [0.5, 0.5]]), 3)
    0.112
    """
    return float(item_kl(truth, prediction).mean())


def item_js(truth: ArrayLike, prediction: ArrayLike) -> Floats:
    """Return the Jensen-Shannon divergence of each item, (item,); see `js_divergence`.

    >>> item_js([[1, 0]], [[0, 1]]).round(3).tolist()
    [0.693]
    """
    pair = distribution_pair(truth, prediction)
    middle = (pair.truth + pair.prediction) / 2
    halves: Floats = (item_kl(pair.truth, middle) + item_kl(pair.prediction, middle)) / 2
    return halves


def js_divergence(truth: ArrayLike, prediction: ArrayLike) -> float:
    r"""Return the mean Jensen-Shannon divergence, in nats, from 0 to ln 2.

    .. math:: JS(t, p) = \tfrac12 KL(t \| m) + \tfrac12 KL(p \| m), \quad m = \tfrac12 (t + p)

    Symmetric, and finite also where a probability is 0. Its square root is a distance. Raises
    `InputError` as `as_distributions` does. Lin 1991, "Divergence Measures Based on the Shannon Entropy".

    >>> round(js_divergence([[1, 0]], [[0.5, 0.5]]), 3)
    0.216
    """
    return float(item_js(truth, prediction).mean())


def item_total_variation(truth: ArrayLike, prediction: ArrayLike) -> Floats:
    """Return the total variation distance of each item, (item,); see `total_variation`."""
    pair = distribution_pair(truth, prediction)
    halves: Floats = np.abs(pair.truth - pair.prediction).sum(axis=1) / 2
    return halves


def total_variation(truth: ArrayLike, prediction: ArrayLike) -> float:
    r"""Return the mean total variation distance, in [0, 1].

    .. math:: TV(t, p) = \tfrac12 \sum_k |t_k - p_k|

    The share of votes that would have to move to another label; 1 minus the "intersection" of
    label-distribution learning. Raises `InputError` as `as_distributions` does.

    >>> total_variation([[1, 0]], [[0.75, 0.25]])
    0.25
    """
    return float(item_total_variation(truth, prediction).mean())


class LabelDistributionScores(NamedTuple):
    """The six measures of label-distribution learning, means over items.

    `chebyshev`, `clark`, `canberra`, `kl`: lower is better; `cosine`, `intersection`: higher is.
    """

    chebyshev: float
    clark: float
    canberra: float
    kl: float
    cosine: float
    intersection: float


def label_distribution_scores(truth: ArrayLike, prediction: ArrayLike) -> LabelDistributionScores:
    r"""Return the six measures by which papers on label-distribution learning compare.

    Chebyshev :math:`\max_k |t_k - p_k|`; Clark
    :math:`\sqrt{\sum_k (t_k - p_k)^2 / (t_k + p_k)^2}`; Canberra
    :math:`\sum_k |t_k - p_k| / (t_k + p_k)`; KL; cosine; intersection :math:`\sum_k \min(t_k, p_k)`.
    A label both give 0 adds nothing to Clark and Canberra. Raises `InputError` as `as_distributions`
    does. Geng 2016, "Label Distribution Learning", IEEE TKDE 28(7).

    >>> scores = label_distribution_scores([[0.5, 0.5]], [[1, 0]])
    >>> scores.chebyshev, round(scores.clark, 3), round(scores.canberra, 3), round(scores.cosine, 3)
    (0.5, 1.054, 1.333, 0.707)
    """
    t, p = distribution_pair(truth, prediction)
    apart, together = np.abs(t - p), t + p
    shares = apart / np.where(together > 0, together, 1.0)
    lengths = np.linalg.norm(t, axis=1) * np.linalg.norm(p, axis=1)
    return LabelDistributionScores(
        float(apart.max(axis=1).mean()),
        float(np.sqrt(np.square(shares).sum(axis=1)).mean()),
        float(shares.sum(axis=1).mean()),
        kl_divergence(t, p),
        float(np.clip((t * p).sum(axis=1) / lengths, 0, 1).mean()),
        float(np.minimum(t, p).sum(axis=1).mean()),
    )


def item_bernoulli_kl(truth: ArrayLike, prediction: ArrayLike) -> Floats:
    """Return the divergence of each item summed over labels, (item,); see `bernoulli_kl`."""
    t, p = as_probabilities("truth", truth), as_probabilities("prediction", prediction)
    check_shapes(t, p)
    if t.ndim != 2:
        raise InputError(f"truth must be vote shares (item, label), got shape {t.shape}.")
    with np.errstate(divide="ignore", invalid="ignore"):
        chosen = np.where(t > 0, t * (np.log(t) - np.log(p)), 0.0)
        refused = np.where(t < 1, (1 - t) * (np.log1p(-t) - np.log1p(-p)), 0.0)
    summed: Floats = np.maximum(chosen + refused, 0.0).sum(axis=1)
    return summed


def bernoulli_kl(truth: ArrayLike, prediction: ArrayLike) -> float:
    r"""Return the mean divergence of multi-label vote shares, in nats, summed over labels, at least 0.

    .. math:: \sum_k t_k \ln \frac{t_k}{p_k} + (1 - t_k) \ln \frac{1 - t_k}{1 - p_k}

    For raters who may choose several labels: each label is a yes or no of its own. truth, prediction:
    (item, label) in [0, 1]. Infinite where a probability of 0 or 1 is contradicted by a vote. Raises
    `InputError` for different shapes, NaN or values outside.

    >>> round(bernoulli_kl([[0.5, 0.0]], [[0.5, 0.0]]), 3)
    0.0
    """
    return float(item_bernoulli_kl(truth, prediction).mean())


def item_wasserstein(
    truth: ArrayLike,
    prediction: ArrayLike,
    *,
    positions: ArrayLike | None = None,
    circumference: float | None = None,
    distances: ArrayLike | None = None,
) -> Floats:
    """Return the Wasserstein-1 distance of each item, (item,); see `wasserstein`."""
    pair = distribution_pair(truth, prediction)
    labels = pair.truth.shape[1]
    if distances is not None:
        if positions is not None or circumference is not None:
            raise InputError("Give either positions (with or without circumference) or distances, not both.")
        return _transport(pair, _label_metric(distances, labels))
    places = np.arange(labels, dtype=np.float64) if positions is None else as_numbers("positions", positions)
    if places.shape != (labels,):
        raise InputError(f"positions must hold one number for each of {labels} labels, got shape {places.shape}.")
    order = np.argsort(places, kind="stable")
    ahead = np.cumsum((pair.truth - pair.prediction)[:, order], axis=1)
    ranked = places[order]
    if circumference is None:
        along: Floats = (np.abs(ahead[:, :-1]) * np.diff(ranked)).sum(axis=1)
        return along
    if not ranked[-1] - ranked[0] < circumference:
        raise InputError(
            f"positions run from {ranked[0]:g} to {ranked[-1]:g}: on a circle of {circumference:g} they must span less."
        )
    gaps = np.diff(np.append(ranked, ranked[0] + circumference))
    # Round a circle mass may go either way; the best turn is the weighted median of what is ahead.
    turn = _weighted_median(ahead, gaps)
    around: Floats = (np.abs(ahead - turn[:, None]) * gaps).sum(axis=1)
    return around


def wasserstein(
    truth: ArrayLike,
    prediction: ArrayLike,
    *,
    positions: ArrayLike | None = None,
    circumference: float | None = None,
    distances: ArrayLike | None = None,
) -> float:
    """Return the mean Wasserstein-1 (earth mover's) distance on a metric between labels, at least 0.

    How far, on average, votes have to be moved: mistaking annoyance for anger costs less than for joy.
    `positions` (label,) puts labels on a line (None: 0, 1, 2 …, for ordinal ones); with
    `circumference` the line is closed, for a wheel (degrees and 360). `distances` (label, label) is
    any metric, such as Euclidean distances in VAD; it is solved as a linear program and needs scipy.
    The unit is that of positions or distances. Raises `InputError` for input of another shape,
    `MissingDependencyError`. Rubner, Tomasi and Guibas 2000, "The Earth Mover's Distance"; circle:
    Rabin, Delon and Gousseau 2011, "Transportation Distances on the Circle".

    >>> wasserstein([[1, 0, 0]], [[0, 0, 1]]), wasserstein([[1, 0, 0, 0]], [[0, 0, 0, 1]], circumference=4)
    (2.0, 1.0)
    """
    return float(
        item_wasserstein(
            truth, prediction, positions=positions, circumference=circumference, distances=distances
        ).mean()
    )


def _weighted_logs(weights: Floats, values: Floats) -> Floats:
    """Return Σ w ln v of each row; a weight of 0 counts 0, whatever its value."""
    with np.errstate(divide="ignore"):
        logs = np.log(values, out=np.zeros_like(values), where=weights > 0)
    summed: Floats = np.einsum("ij,ij->i", weights, logs)
    return summed


def _weighted_median(values: Floats, weights: Floats) -> Floats:
    """Return for each row the value at which half of the weight is reached, (row,)."""
    order = np.argsort(values, axis=1)
    reached = np.cumsum(weights[order], axis=1) >= weights.sum() / 2
    places = order[np.arange(len(values)), reached.argmax(axis=1)]
    median: Floats = values[np.arange(len(values)), places]
    return median


def _label_metric(distances: ArrayLike, labels: int) -> Floats:
    matrix = as_numbers("distances", distances)
    if matrix.shape != (labels, labels):
        raise InputError(f"distances must be ({labels}, {labels}), one for each pair of labels, got {matrix.shape}.")
    if (matrix < 0).any() or np.diag(matrix).any() or not np.allclose(matrix, matrix.T):
        raise InputError("distances must be a metric: at least 0, symmetric, 0 on the diagonal.")
    return matrix


def _transport(pair: DistributionPair, distances: Floats) -> Floats:
    try:
        from scipy.optimize import linprog
    except ImportError as error:
        raise MissingDependencyError(
            "wasserstein with distances needs scipy. Install it with: pip install scipy"
        ) from error
    labels = len(distances)
    leaving = np.kron(np.eye(labels), np.ones(labels))
    arriving = np.kron(np.ones(labels), np.eye(labels))
    # One of the 2K conditions follows from the others; leaving it out spares the solver rounding.
    conditions = np.vstack([leaving, arriving[:-1]])
    costs = np.empty(len(pair.truth))
    for place, (t, p) in enumerate(zip(pair.truth, pair.prediction, strict=True)):
        found = linprog(distances.ravel(), A_eq=conditions, b_eq=np.concatenate([t, p[:-1]]), method="highs")
        if not found.success:
            raise InputError(f"No transport found for item {place}: {found.message}")
        costs[place] = max(0.0, found.fun)
    return costs


def within_rater_spread(mean: ArrayLike, spread: ArrayLike, prediction: ArrayLike, *, widths: float = 1.0) -> float:
    """Return the share of items predicted within the raters' own spread, in [0, 1].

    mean, spread, prediction: (item,): the raters' mean and standard deviation, and what was predicted;
    an item counts where \\|prediction - mean\\| is at most `widths` times the spread. Where raters agreed
    fully the prediction has to be exact. Raises `InputError` for different shapes, NaN, no items or a
    negative spread.

    >>> within_rater_spread([0.0, 0.0], [0.5, 0.1], [0.3, 0.3])
    0.5
    """
    centre, width, said = (
        as_numbers(name, values) for name, values in (("mean", mean), ("spread", spread), ("prediction", prediction))
    )
    check_shapes(centre, width, names=("mean", "spread"))
    check_shapes(centre, said, names=("mean", "prediction"))
    if width.min() < 0:
        raise InputError(f"spread must be at least 0, got {width.min():g}.")
    return float((np.abs(said - centre) <= widths * width + 1e-12).mean())


def within_vote_spread(counts: ArrayLike, prediction: ArrayLike) -> float:
    r"""Return the share of items predicted at least as close to the raters as they are to each other.

    counts: (item, label), votes; prediction: (item, label), distributions. An item counts where the
    total variation between prediction and vote shares is at most that between one rater and the others,

    .. math:: \sum_k \frac{c_k}{n} \left(1 - \frac{c_k - 1}{n - 1}\right)

    in [0, 1]. Items with fewer than two votes have no spread: leave them out. Raises `InputError`.

    >>> within_vote_spread([[2, 1], [3, 0]], [[0.5, 0.5], [0.5, 0.5]])
    0.5
    """
    votes = as_numbers("counts", counts)
    if votes.ndim != 2 or votes.min() < 0:
        raise InputError(f"counts must be votes (item, label), at least 0; got shape {votes.shape}.")
    total = votes.sum(axis=1, keepdims=True)
    if (total < 2).any():
        place = int(np.flatnonzero(total[:, 0] < 2)[0])
        raise InputError(f"Item {place} has {total[place, 0]:g} votes; spread needs two. Leave such items out.")
    among = (votes / total * (1 - (votes - 1) / (total - 1))).sum(axis=1)
    # An absent label adds 0 × (1 + 1 / (n - 1)), which is 0 as it should be.
    return float((item_total_variation(votes / total, prediction) <= among + 1e-12).mean())
