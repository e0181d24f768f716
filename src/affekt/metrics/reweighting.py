"""Prevalence by weighing labelled rows until they look like the items counted: for labels that come together, too."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from affekt.errors import InputError
from affekt.metrics.inputs import Floats

Flags = NDArray[np.bool_]

# How far labels may have shifted: standard deviations of the logarithm of a label's weight.
SHIFTS = (0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 1.0, 1.4)
_STEPS = 15
_HALVINGS = 6
_SETTLED = 1e-3
# A label that was seen in no row, and one whose probabilities never differ, leave no variance to divide by.
_LEAST_VARIANCE = 1e-5
# The mean of more items than this is normal as far as anybody can tell.
_MANY = 1000
# So many numbers at most in one array of resamples.
_BLOCK = 4_000_000


class Doubt(NamedTuple):
    """What resamples of `reweighted_draws` allow for beside chance.

    shift: standard deviation of the logarithm of a label's weight, > 0; relabelled: the share of labelled rows, in
    [0, 1], whose labels are drawn anew from their probabilities, so that a label which no row has can be there. The
    defaults were chosen corpus by corpus on the others (`results/shift.csv`).
    """

    shift: float = 1.5
    relabelled: float = 0.3


class Labelled(NamedTuple):
    """Labelled rows: labels, bool (row, label), and probabilities of rows the model was not fitted on, (row, label)."""

    truth: Flags
    probability: Floats
    exclusive: bool


def reweighted_shares(probability: Floats, labelled: Labelled) -> Floats:
    r"""Return the share of items that have each label, (label,), from labelled rows weighted to look like the items.

    .. math:: w_i \propto e^{\beta \cdot y_i}, \quad d(\beta) = c - \textstyle\sum_i w_i p_i, \quad
       \beta = \arg\min d^\top V^{-1} d + |\beta|^2 / \sigma^2, \quad \pi = \textstyle\sum_i w_i y_i + d

    c: the mean probabilities of the items; p, y: probabilities and labels of the labelled rows; V: the covariance of
    the difference d, from both samples. So each label is some times as frequent as in the labelled rows, alone and
    with others, which is the shift of prevalence that Lipton et al. assume for exclusive labels, here for sets of them.
    How far is `likely_shift`, sigma: items that look like the labelled rows get about their shares. What the weights
    leave of d is added, the rectifier of prediction-powered inference. Clipped to [0, 1]; exclusive labels sum to one.
    Items whose mean is that of the labelled rows get their shares.

    probability: (item, label), calibrated, at least one item. Raises `InputError` without items or labelled rows.
    Lipton, Wang and Smola 2018, "Detecting and Correcting for Label Shift with Black Box Predictors";
    Azizzadenesheli et al. 2019, "Regularized Learning for Domain Adaptation under Label Shifts"; Angelopoulos et al.
    2023, "Prediction-powered inference".

    >>> random = np.random.default_rng(0)
    >>> truth = random.random((400, 1)) < 0.2
    >>> said = np.where(truth, 0.6, 0.1) + random.uniform(-0.1, 0.1, (400, 1))
    >>> labelled = Labelled(truth[:200], said[:200], exclusive=False)
    >>> items = np.concatenate([said[200:], said[200:][truth[200:, 0]].repeat(5, axis=0)])
    >>> reweighted_shares(said[:200], labelled).round(3).tolist() == truth[:200].mean(0).round(3).tolist()
    True
    >>> bool(reweighted_shares(items, labelled)[0] > 0.45)
    True
    """
    precision = _precision(probability, labelled)
    mean, once = probability.mean(0)[None], np.ones((1, len(labelled.truth)))
    given = _Resamples(mean, once, labelled.truth[None].astype(np.float64), labelled.probability)
    prior = _Prior(np.zeros_like(mean), likely_shift(probability, labelled))
    return np.asarray(_solve(given, precision, prior, labelled.exclusive)[0])


def likely_shift(probability: Floats, labelled: Labelled) -> float:
    r"""Return how far labels have shifted, as the standard deviation of the logarithm of a label's weight.

    The logarithm's mean over `SHIFTS`, each weighted by the likelihood of the difference d between the mean
    probabilities of items and labelled rows, which is about normal with covariance
    :math:`V + \sigma^2 J J^\top`, J being the covariance of probabilities and labels in the labelled rows
    (empirical Bayes: Morris 1983, "Parametric Empirical Bayes Inference"). Raises as `reweighted_shares` does.

    >>> truth = np.arange(400)[:, None] % 4 == 0
    >>> labelled = Labelled(truth, np.where(truth, 0.7, 0.1), exclusive=False)
    >>> same, more = (likely_shift(labelled.probability[rows], labelled) for rows in (slice(None), truth[:, 0]))
    >>> same < 0.3 < more
    True
    """
    precision = _precision(probability, labelled)
    said = labelled.probability - labelled.probability.mean(0)
    slope = said.T @ (labelled.truth - labelled.truth.mean(0)) / len(said)
    rest = probability.mean(0) - labelled.probability.mean(0)
    spread = np.linalg.inv(precision) + np.square(SHIFTS)[:, None, None] * (slope @ slope.T)
    reached = np.linalg.solve(spread, np.broadcast_to(rest[:, None], (len(SHIFTS), len(rest), 1)))[:, :, 0] @ rest
    log = -0.5 * (np.linalg.slogdet(spread)[1] + reached)
    weight = np.exp(log - log.max())
    return float(np.exp(weight @ np.log(SHIFTS) / weight.sum()))


def reweighted_draws(
    probability: Floats, labelled: Labelled, *, resamples: int, seed: int = 0, doubt: Doubt | None = None
) -> Floats:
    """Return `reweighted_shares` of resamples, (resample, label), whose quantiles are an interval.

    Each draws the items and the labelled rows anew, some labels of these from their probabilities, and the place that
    the weights are held to from a normal distribution, so that what the probabilities do not tell of a shift stays
    open (randomised maximum a posteriori: Papandreou and Yuille 2011, "Perturb-and-MAP Random Fields"). Raises
    `InputError` as `reweighted_shares` does.

    >>> said = np.tile([[0.8], [0.2]], (100, 1))
    >>> labelled = Labelled(np.arange(200)[:, None] % 2 == 0, said, exclusive=False)
    >>> drawn = reweighted_draws(said, labelled, resamples=100)
    >>> drawn.shape, bool(np.quantile(drawn, 0.025) < 0.5 < np.quantile(drawn, 0.975))
    ((100, 1), True)
    """
    allowed = Doubt() if doubt is None else doubt
    precision = _precision(probability, labelled)
    random = np.random.default_rng(seed)
    rows, labels = labelled.truth.shape
    block = max(1, _BLOCK // (rows * labels))
    found = []
    for begin in range(0, resamples, block):
        many = min(block, resamples - begin)
        means, times = _means(random, many, probability), _times(random, many, rows)
        truth = _relabelled(random, many, labelled, allowed.relabelled)
        prior = _Prior(random.normal(0, allowed.shift, (many, labels)), allowed.shift)
        given = _Resamples(means, times, truth, labelled.probability)
        found.append(_solve(given, precision, prior, labelled.exclusive))
    return np.concatenate(found)


class _Prior(NamedTuple):
    """Where the logarithms of the weights are held to, (resample, label), and how loosely."""

    place: Floats
    width: float


def _precision(probability: Floats, labelled: Labelled) -> Floats:
    """The inverse covariance of the difference between both mean probabilities, (label, label)."""
    if not len(probability) or not len(labelled.truth):
        raise InputError("There is nothing to count: give at least one item and one labelled row.")
    total = np.zeros((probability.shape[1], probability.shape[1]))
    for sample in (probability, labelled.probability):
        centred = sample - sample.mean(0)
        total += (centred.T @ centred / len(sample) + _LEAST_VARIANCE * np.eye(len(total))) / len(sample)
    return np.asarray(np.linalg.inv(total))


def _means(random: np.random.Generator, many: int, probability: Floats) -> Floats:
    """The mean probabilities of the items drawn anew, (resample, label); of many items, by the normal limit."""
    items = len(probability)
    if items <= _MANY:
        return np.asarray(_times(random, many, items) @ probability / items)
    spread = np.cov(probability.T).reshape(2 * probability.shape[1:]) / items
    return np.clip(random.multivariate_normal(probability.mean(0), spread, many, method="eigh"), 0, 1)


def _times(random: np.random.Generator, many: int, rows: int) -> Floats:
    """How often each row is drawn in each resample, (resample, row)."""
    drawn = random.integers(0, rows, (many, rows)) + np.arange(many)[:, None] * rows
    return np.bincount(drawn.ravel(), minlength=many * rows).reshape(many, rows).astype(np.float64)


def _relabelled(random: np.random.Generator, many: int, labelled: Labelled, share: float) -> Floats:
    """The labels of the labelled rows, some of them drawn from their probabilities, (resample, row, label)."""
    rows, labels = labelled.truth.shape
    truth = np.repeat(labelled.truth[None].astype(np.float64), many, axis=0)
    resample, row = np.nonzero(random.random((many, rows)) < share)
    said = labelled.probability[row]
    if labelled.exclusive:
        limits = said.cumsum(1)
        chosen = (random.random((len(row), 1)) * limits[:, -1:] > limits).sum(1)
        truth[resample, row] = np.arange(labels) == np.minimum(chosen, labels - 1)[:, None]
    else:
        truth[resample, row] = random.random(said.shape) < said
    return truth


class _Resamples(NamedTuple):
    """What is solved: mean probabilities of the items (resample, label), how often each labelled row was drawn
    (resample, row), its labels (resample, row, label) and probabilities (row, label)."""

    mean: Floats
    times: Floats
    labels: Floats
    said: Floats

    def some(self, chosen: NDArray[np.int64]) -> _Resamples:
        return _Resamples(self.mean[chosen], self.times[chosen], self.labels[chosen], self.said)


class _State(NamedTuple):
    """Weights of the labelled rows (resample, row), what they leave of the difference (resample, label), the loss."""

    weight: Floats
    rest: Floats
    loss: Floats


def _solve(given: _Resamples, precision: Floats, prior: _Prior, exclusive: bool) -> Floats:
    """The shares of each resample, (resample, label), by damped Gauss-Newton steps in all resamples at once."""
    now = prior.place.copy()
    going = np.arange(len(now))
    for _ in range(_STEPS):
        here, held = given.some(going), _Prior(prior.place[going], prior.width)
        before = _state(now[going], here, precision, held)
        weighted = before.weight[:, :, None] * here.labels
        slope = here.said.T @ weighted - (before.weight @ here.said)[:, :, None] * weighted.sum(1)[:, None]
        steep = precision @ slope
        curve = np.swapaxes(slope, 1, 2) @ steep + np.eye(slope.shape[2]) / prior.width**2
        down = np.einsum("rlk,rl->rk", steep, before.rest) - (now[going] - held.place) / prior.width**2
        step = np.linalg.solve(curve, down[:, :, None])[:, :, 0]
        for _ in range(_HALVINGS):
            worse = _state(now[going] + step, here, precision, held).loss > before.loss
            if not worse.any():
                break
            step[worse] /= 2
        else:
            step[worse] = 0
        now[going] += step
        going = going[np.abs(step).max(1) > _SETTLED]
        if not len(going):
            break
    found = _state(now, given, precision, prior)
    shares = np.clip(np.einsum("rn,rnk->rk", found.weight, given.labels) + found.rest, 0, 1)
    return np.asarray(shares / shares.sum(1, keepdims=True) if exclusive else shares)


def _state(now: Floats, given: _Resamples, precision: Floats, prior: _Prior) -> _State:
    power = (given.labels @ now[:, :, None])[:, :, 0]
    weight = given.times * np.exp(power - power.max(1, keepdims=True))
    weight /= weight.sum(1, keepdims=True)
    rest = given.mean - weight @ given.said
    away = (now - prior.place) / prior.width
    return _State(weight, rest, 0.5 * (((rest @ precision) * rest).sum(1) + (away * away).sum(1)))
