"""Ordered levels per emotion from sparse features: one score each, cut at learned places (the cumulative link)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.errors import InputError, MissingDependencyError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_CUT_RIDGE = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class CumulativeLink:
    """What was learned: `weights` (feature, emotion) and `cuts` (emotion, level - 1), ascending along levels."""

    weights: Floats
    cuts: Floats

    def score(self, features: Any) -> Floats:
        """Return the one score that all of an emotion's levels hang on, (item, emotion)."""
        return np.asarray(features @ self.weights, np.float64)

    def at_least(self, features: Any) -> Floats:
        """Return P(level ≥ k) for k = 1 …, (item, emotion, level - 1), in [0, 1], descending along k.

        Its first column is the probability that the emotion is there at all.
        """
        return _sigmoid(self.score(features)[:, :, None] - self.cuts)

    def probabilities(self, features: Any) -> Floats:
        """Return the probability of each level, (item, emotion, level); they add up to one."""
        upper = self.at_least(features)
        ends = np.concatenate([np.ones_like(upper[:, :, :1]), upper, np.zeros_like(upper[:, :, :1])], axis=2)
        return -np.diff(ends, axis=2)

    def expected(self, features: Any) -> Floats:
        """Return the expected level, (item, emotion), in [0, levels - 1]: the sum of P(level ≥ k)."""
        return np.asarray(self.at_least(features).sum(axis=2), np.float64)


@dataclass(frozen=True, slots=True)
class LinkOptions:
    """`levels` there are, from 0; the `penalty` on squared weights (as 1 / C of a logistic regression); at most so
    many `steps` of L-BFGS."""

    levels: int = 4
    penalty: float = 0.25
    steps: int = 100


def fit_cumulative_link(
    features: Any,
    low: ArrayLike,
    high: ArrayLike,
    *,
    options: LinkOptions = LinkOptions(),
    start: CumulativeLink | None = None,
) -> CumulativeLink:
    r"""Return the proportional-odds model of every emotion's level, fitted where levels are known only to a range.

    .. math:: P(y_{ie} \ge k) = \sigma(x_i^\top w_e - \theta_{ek}), \quad
       \min -\sum_{ie} \log P(l_{ie} \le y_{ie} \le h_{ie}) + \tfrac{\lambda}{2} \lVert w \rVert^2

    features: (item, feature), sparse or dense; low, high: whole levels (item, emotion), the least and the greatest
    that an item can have. A rated intensity has low = high; a label without intensity low = 1 and high the top; what
    nobody judged low = 0 and high the top, and teaches nothing. With two levels it is logistic regression. The cuts
    stay in order by construction, and a weak ridge keeps that of a level which nobody gave at a finite place.
    All emotions are fitted together by L-BFGS, from `start` or from zero. Raises `InputError` for other shapes, ranges
    that are empty or leave the levels, or nothing to fit; `MissingDependencyError` without SciPy. McCullagh 1980,
    "Regression Models for Ordinal Data"; censored likelihood: Tutz 2011, "Regression for Categorical Data".

    >>> x = np.repeat([[-1.0], [0.0], [1.0]], 20, axis=0)
    >>> level = np.repeat([[0], [1], [3]], 20, axis=0)
    >>> model = fit_cumulative_link(x, level, level)
    >>> model.expected([[-1.0], [0.0], [1.0]]).round().ravel().tolist()
    [0.0, 1.0, 3.0]
    """
    least, most = _ranges(features, low, high, options.levels)
    if options.penalty <= 0 or options.steps < 1:
        raise InputError(f"penalty must be above 0 and steps at least 1, got {options.penalty} and {options.steps}.")
    try:
        from scipy.optimize import minimize
    except ModuleNotFoundError as error:
        raise MissingDependencyError("A cumulative link needs SciPy. Install: pip install 'affekt[train]'") from error
    wide, emotions, inner = features.shape[1], least.shape[1], options.levels - 1
    begin = np.zeros((wide + inner, emotions))
    if start is None:
        shares = np.clip([(least >= k).mean(0) for k in range(1, options.levels)], 1e-3, 1 - 1e-3)
        cuts = np.maximum.accumulate(np.log(1 - shares) - np.log(shares), axis=0)
        begin[wide] = cuts[0]
        begin[wide + 1 :] = np.log(np.maximum(np.diff(cuts, axis=0), 0.3))
    else:
        begin[:wide], begin[wide] = start.weights, start.cuts[:, 0]
        begin[wide + 1 :] = np.log(np.maximum(np.diff(start.cuts, axis=1).T, 1e-3))
    across = features.T

    def objective(flat: Floats) -> tuple[float, Floats]:
        values = flat.reshape(wide + inner, emotions)
        weights, gaps = values[:wide], np.exp(values[wide + 1 :])
        cuts = _cuts(values[wide], gaps)
        loss, by_score, by_cut = _likelihood(np.asarray(features @ weights), least, most, cuts)
        slope = np.empty_like(values)
        slope[:wide] = across @ by_score + options.penalty * weights
        # A cut is the first plus all gaps up to it: what moves a gap moves the cuts above it.
        above = np.cumsum(by_cut[::-1], axis=0)[::-1]
        slope[wide], slope[wide + 1 :] = above[0], above[1:] * gaps
        slope[wide:] += _CUT_RIDGE * values[wide:]
        ridge = options.penalty * np.square(weights).sum() + _CUT_RIDGE * np.square(values[wide:]).sum()
        return loss + 0.5 * float(ridge), slope.ravel()

    settings = {"maxiter": options.steps, "maxcor": 8, "ftol": 1e-7}
    found = minimize(objective, begin.ravel(), jac=True, method="L-BFGS-B", options=settings)
    values = found.x.reshape(wide + inner, emotions)
    return CumulativeLink(values[:wide].copy(), _cuts(values[wide], np.exp(values[wide + 1 :])).T.copy())


def _cuts(first: Floats, gaps: Floats) -> Floats:
    """The cuts, (level - 1, emotion)."""
    return np.concatenate([first[None], first + np.cumsum(gaps, axis=0)])


def _likelihood(score: Floats, least: Ints, most: Ints, cuts: Floats) -> tuple[float, Floats, Floats]:
    """Return minus the log-likelihood, and its slopes by score (item, emotion) and by cut (level - 1, emotion)."""
    inner, emotions = cuts.shape
    ends = np.concatenate([np.full((1, emotions), -np.inf), cuts, np.full((1, emotions), np.inf)])
    column = np.arange(emotions)
    a, b = score - ends[least, column], score - ends[most + 1, column]
    # sigma(a) - sigma(b) = sigma(a) sigma(-b) (1 - e^(b - a)): nothing cancels however far the score lies out.
    rest = -np.expm1(b - a)
    loss = (np.logaddexp(0, -a) + np.logaddexp(0, b) - np.log(rest)).sum()
    by_score = _sigmoid(a) + _sigmoid(b) - 1
    # The density at a cut over the probability between the cuts, in logarithms for the same reason.
    by_low = np.exp(np.logaddexp(0, b) - np.logaddexp(0, a)) / rest
    by_high = np.exp(np.logaddexp(0, -a) - np.logaddexp(0, -b)) / rest
    by_cut = np.empty((inner, emotions))
    for k in range(inner):
        by_cut[k] = (by_low * (least == k + 1)).sum(0) - (by_high * (most == k)).sum(0)
    return float(loss), by_score, by_cut


def _ranges(features: Any, low: ArrayLike, high: ArrayLike, levels: int) -> tuple[Ints, Ints]:
    least, most = np.asarray(low), np.asarray(high)
    if least.ndim != 2 or least.shape != most.shape or least.shape[0] != features.shape[0]:
        raise InputError(
            f"low and high must be (item, emotion) for {features.shape[0]} items, got {least.shape} and {most.shape}."
        )
    if not least.size or levels < 2:
        raise InputError(f"Nothing to fit: {least.shape[0]} items, {least.shape[1]} emotions, {levels} levels.")
    if (least < 0).any() or (most >= levels).any() or (least > most).any() or (least % 1).any() or (most % 1).any():
        raise InputError(f"Levels must be whole, from 0 to {levels - 1}, and low never above high.")
    return least.astype(np.int64), most.astype(np.int64)


def _sigmoid(values: Floats) -> Floats:
    with np.errstate(over="ignore"):
        return np.asarray(1 / (1 + np.exp(-values)), np.float64)
