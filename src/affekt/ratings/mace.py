"""MACE: which raters know and which spam, and what the items' labels are; variational, in NumPy.

Crowd-kit has this model too; its 1.4 starts every restart alike and, where raters or labels do not
first appear in sorted order, gives one rater's strategy to another; it also takes minutes where
this takes seconds. The tests compare the two where that one is right.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

_STARTS, _STEPS, _TOLERANCE = 10, 50, 1e-6
_KNOWING_PRIOR, _STRATEGY_PRIOR = 0.5, 10.0


class Mace(NamedTuple):
    """A fitted model: each label's probability (item, label), each rater's probability of knowing (rater,)."""

    probabilities: Floats
    knowing: Floats


class _Counts(NamedTuple):
    """What the votes say under the current model."""

    likelihood: float
    probabilities: Floats
    knowing: Floats
    spamming: Floats


def fit_mace(item: Places, rater: Places, said: Places, *, labels: int, seed: int = 0) -> Mace:
    r"""Return the model of votes given by places: item, rater, label said, each (vote,).

    .. math:: P(a_{ij} = a) = \theta_j [a = t_i] + (1 - \theta_j)\,\xi_{ja}

    a rater j knows with probability θ and then says the true label, else draws from a strategy ξ of
    their own; labels are equally likely before. Mean-field variational Bayes, Beta(½, ½) on θ and
    Dirichlet(10) on ξ as in the authors' program, from ten random starts, of which the likeliest
    is kept. An item without votes has even probabilities. Hovy, Berg-Kirkpatrick, Vaswani & Hovy 2013, "Learning
    Whom to Trust with MACE", NAACL.

    >>> votes = [(0, 0, 0), (0, 1, 0), (0, 2, 1), (1, 0, 1), (1, 1, 1), (1, 2, 1), (2, 0, 0), (2, 1, 0), (2, 2, 1)]
    >>> fitted = fit_mace(*np.array(votes).T, labels=2)
    >>> fitted.probabilities.argmax(1).tolist(), bool(fitted.knowing[0] > fitted.knowing[2])
    ([0, 1, 0], True)
    """
    random = np.random.default_rng(seed)
    items, raters = int(item.max(initial=-1)) + 1, int(rater.max(initial=-1)) + 1
    best: _Counts | None = None
    for _ in range(_STARTS):
        knowing = random.uniform(1, 2.5, (raters, 2))
        strategy = random.uniform(1, 2.5, (raters, labels))
        knowing, strategy = (given / given.sum(1, keepdims=True) for given in (knowing, strategy))
        before = -np.inf
        for _ in range(_STEPS):
            counts = _expect(item, rater, said, items, knowing, strategy)
            if abs(counts.likelihood - before) <= _TOLERANCE * max(1.0, abs(counts.likelihood)):
                break
            before = counts.likelihood
            knowing = _expected_share(counts.knowing + _KNOWING_PRIOR)
            strategy = _expected_share(counts.spamming + _STRATEGY_PRIOR)
        if best is None or counts.likelihood > best.likelihood:
            best = counts
    assert best is not None
    known = best.knowing + _KNOWING_PRIOR
    return Mace(best.probabilities, known[:, 1] / known.sum(1))


def _expect(  # each of these is a part of the model, and no two belong together
    item: Places, rater: Places, said: Places, items: int, knowing: Floats, strategy: Floats
) -> _Counts:
    labels, raters = strategy.shape[1], len(strategy)
    spam = knowing[rater, 0] * strategy[rater, said]
    told = spam + knowing[rater, 1]
    cell = item * labels + said
    log = np.bincount(cell, np.log(told) - np.log(spam), items * labels).reshape(items, labels)
    log += np.bincount(item, np.log(spam), items)[:, None] - np.log(labels)
    top = log.max(1, keepdims=True, initial=-np.inf)
    mass = np.exp(log - top)
    total = mass.sum(1, keepdims=True)
    probabilities = mass / total
    knew = probabilities[item, said] * knowing[rater, 1] / told
    counts = np.column_stack([np.bincount(rater, 1 - knew, raters), np.bincount(rater, knew, raters)])
    spamming = np.bincount(rater * labels + said, 1 - knew, raters * labels).reshape(raters, labels)
    likelihood = float((top + np.log(total)).sum())
    return _Counts(likelihood, probabilities, counts.astype(np.float64), spamming.astype(np.float64))


def _expected_share(counts: Floats) -> Floats:
    """exp E[log share] of a Dirichlet."""
    share: Floats = np.exp(_digamma(counts) - _digamma(counts.sum(1, keepdims=True)))
    return share


def _digamma(values: Floats) -> Floats:
    """The derivative of log gamma for values above 0: the recurrence up to 6, then the asymptotic series."""
    moved, found = values.copy(), np.zeros_like(values)
    while (small := moved < 6).any():
        found[small] -= 1 / moved[small]
        moved[small] += 1
    square = 1 / moved**2
    series = square * (1 / 12 - square * (1 / 120 - square * (1 / 252 - square * (1 / 240 - square / 132))))
    result: Floats = found + np.log(moved) - 0.5 / moved - series
    return result
