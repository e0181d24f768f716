"""The label behind the votes, weighing raters by what the votes themselves say of them.

Half of the models are crowd-kit's (Ustalov, Pavlichenko & Tseitlin 2024, JOSS 9(96)); MACE and the
weighed votes are affekt's own, since crowd-kit 1.4 gets the first wrong and fails on the others with
today's scikit-learn. What they presuppose is worth knowing before use on emotions: one true label per item, from which
raters stray. Where people rightly differ, keep the votes: `affekt.ratings.views.soft_labels`.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from affekt.errors import InputError, MissingDependencyError, unknown_name
from affekt.ratings.mace import fit_mace
from affekt.ratings.table import Ratings
from affekt.ratings.views import soft_labels

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
Method = Literal["votes", "wawa", "zero-based-skill", "dawid-skene", "one-coin", "mace", "glad", "m-msr"]
METHODS: tuple[str, ...] = get_args(Method)
_ROUNDS = 100


@dataclass(frozen=True, slots=True, eq=False)
class Aggregated:
    """What a method makes of the votes.

    `probabilities`: float64 (item, column); rows add up to one for exclusive ratings, each column
    is by itself for multi-label ones; NaN where nobody voted. `reliability`: (rater,), for
    multi-label ratings (rater, column): higher is better, see `aggregate` for each method's
    meaning; NaN for raters without votes; None where the method has none. `confusions`: (rater,
    true label, label said), rows adding up to one, for exclusive Dawid-Skene.
    """

    method: Method
    probabilities: Floats
    reliability: Floats | None = None
    confusions: Floats | None = None


def aggregate(ratings: Ratings, *, method: Method = "dawid-skene", seed: int = 0) -> Aggregated:
    """Return each label's probability of being the true one, and how reliable each rater is.

    - ``"votes"``: vote shares; no rater model, works for anonymous votes, needs no package.
    - ``"wawa"``: votes weighed by agreement with the majority; reliability: that agreement.
    - ``"zero-based-skill"``: the same, until it settles.
    - ``"dawid-skene"``: a confusion matrix per rater, by EM (Dawid & Skene 1979, JRSS C 28(1));
      reliability: the chance to say the true label, over the labels as frequent as estimated.
    - ``"one-coin"``: one such chance per rater for all labels (Zhang et al. 2016, JMLR 17).
    - ``"mace"``: raters know or spam (Hovy et al. 2013, NAACL), variational; reliability: the
      probability of knowing. `seed` draws its ten starts.
    - ``"glad"``: ability of raters, difficulty of items (Whitehill et al. 2009, NeurIPS);
      reliability: ability, any number, below 0 for those who say the opposite.
    - ``"m-msr"``: skills from the covariance of raters, robust against adversaries (Ma &
      Olshevsky 2020, NeurIPS); reliability: skill; `seed` draws its start.

    Multi-label ratings are aggregated column by column, present against absent. Raises `InputError` for ordinal and
    interval ratings, and for anonymous votes in all but ``"votes"``; `MissingDependencyError` without
    crowd-kit (Dawid-Skene, one-coin, GLAD and M-MSR are its).

    >>> votes = Ratings.from_votes(["t", "t", "t"], ["ann", "ben", "cleo"], ["joy", "joy", "fear"])
    >>> aggregate(votes, method="votes").probabilities.round(2).tolist()
    [[0.33, 0.67]]
    """
    if method not in METHODS:
        raise unknown_name("aggregation", method, METHODS, "METHODS")
    shares = soft_labels(ratings)
    if method == "votes":
        return Aggregated(method, shares)
    if (ratings.rater < 0).any():
        raise InputError(
            f"{method} weighs raters, but {int((ratings.rater < 0).sum())} votes are anonymous. "
            "Use method='votes', or name the raters."
        )
    fit = _fitter(method, seed)
    if ratings.kind == "exclusive":
        return _exclusive(ratings, method, fit, shares)
    probabilities = shares.copy()
    reliability = np.full((len(ratings.raters), len(ratings.columns)), np.nan)
    for column, answers in enumerate(ratings.values.T):
        rows = np.flatnonzero(~np.isnan(answers))
        said = answers[rows].astype(np.int64)
        if len(np.unique(said)) < 2:
            continue  # All say the same of every item: shares are 0 or 1, and nobody can be told from anybody.
        fitted = fit(ratings.item[rows], ratings.rater[rows], said)
        probabilities[fitted.items, column] = fitted.probabilities[:, list(fitted.labels).index(1)]
        reliability[fitted.raters, column] = fitted.reliability
    return Aggregated(method, probabilities, reliability)


@dataclass(frozen=True, slots=True, eq=False)
class _Fitted:
    """A fitted model: places of items, labels and raters, and what it found of them."""

    items: Places
    labels: Places
    probabilities: Floats
    raters: Places
    reliability: Floats
    confusions: Floats | None


def _exclusive(ratings: Ratings, method: Method, fit: Callable[..., _Fitted], shares: Floats) -> Aggregated:
    rows = np.flatnonzero((ratings.values == 1).any(1))
    said = (ratings.values[rows] == 1).argmax(1)
    raters, width = len(ratings.raters), len(ratings.columns)
    if len(np.unique(said)) < 2:
        return Aggregated(method, shares, np.full(raters, np.nan))
    fitted = fit(ratings.item[rows], ratings.rater[rows], said)
    probabilities = np.where(np.isnan(shares), np.nan, 0.0)
    probabilities[np.ix_(fitted.items, fitted.labels)] = fitted.probabilities
    reliability = np.full(raters, np.nan)
    reliability[fitted.raters] = fitted.reliability
    confusions = None
    if fitted.confusions is not None:
        confusions = np.full((raters, width, width), np.nan)
        place = np.ix_(fitted.raters, fitted.labels, np.arange(width))
        confusions[place] = 0.0
        confusions[np.ix_(fitted.raters, fitted.labels, fitted.labels)] = fitted.confusions
    return Aggregated(method, probabilities, reliability, confusions)


def _fitter(method: Method, seed: int) -> Callable[..., _Fitted]:
    if method == "mace":
        return partial(_mace, seed=seed)
    if method in ("wawa", "zero-based-skill"):
        return partial(_skilled, rounds=1 if method == "wawa" else _ROUNDS)
    try:
        import pandas
        from crowdkit.aggregation import GLAD, MMSR, DawidSkene, OneCoinDawidSkene
    except ImportError as error:
        raise MissingDependencyError(
            f"{method} needs crowd-kit. Install it with: pip install 'affekt[ratings]'"
        ) from error
    make: dict[str, Callable[[], Any]] = {
        "dawid-skene": DawidSkene,
        "one-coin": OneCoinDawidSkene,
        "glad": GLAD,
        "m-msr": lambda: MMSR(random_state=seed),
    }

    def fit(item: NDArray[Any], rater: NDArray[Any], said: NDArray[Any]) -> _Fitted:
        frame = pandas.DataFrame(
            {"task": item.astype(np.int64), "worker": rater.astype(np.int64), "label": said.astype(np.int64)}
        )
        model = make[method]()
        with warnings.catch_warnings():
            # Crowd-kit 1.4 speaks to pandas in ways that pandas 3 announces the end of.
            warnings.simplefilter("ignore", DeprecationWarning)
            warnings.simplefilter("ignore", FutureWarning)
            model.fit(frame)
        raters = np.unique(rater).astype(np.int64)
        if method == "m-msr":
            skills = model.skills_.reindex(raters).to_numpy(np.float64)
            return _weighed(item, rater, said, raters, skills)
        found = model.probas_
        found = found.fillna(0.0)
        labels = found.columns.to_numpy(np.int64)
        confusions = _confusions(model, raters, labels) if method == "dawid-skene" else None
        total = found.to_numpy(np.float64)
        return _Fitted(
            items=found.index.to_numpy(np.int64),
            labels=labels,
            probabilities=total / np.maximum(total.sum(1, keepdims=True), 1e-300),
            raters=raters,
            reliability=_reliability(method, model, raters, labels, confusions),
            confusions=confusions,
        )

    return fit


def _mace(item: Places, rater: Places, said: Places, *, seed: int) -> _Fitted:
    (items, i), (raters, r), (labels, k) = (np.unique(one, return_inverse=True) for one in (item, rater, said))
    fitted = fit_mace(i, r, k, labels=len(labels), seed=seed)
    return _Fitted(items, labels, fitted.probabilities, raters, fitted.knowing, None)


def _skilled(item: Places, rater: Places, said: Places, *, rounds: int) -> _Fitted:
    """Votes weighed by agreement with the leading label, which the weights then change, until it stays.

    Of labels that lead together each counts in part, so their order says nothing.
    """
    (items, i), (raters, r), (labels, k) = (np.unique(one, return_inverse=True) for one in (item, rater, said))
    skills, votes = np.ones(len(raters)), np.bincount(r)
    for _ in range(rounds):
        mass = np.bincount(i * len(labels) + k, skills[r], len(items) * len(labels)).reshape(len(items), -1)
        leads = mass >= mass.max(1, keepdims=True) * (1 - 1e-12)
        agreed = np.bincount(r, (leads / leads.sum(1, keepdims=True))[i, k], len(raters)) / votes
        if np.allclose(agreed, skills, atol=1e-9):
            break
        skills = agreed
    return _weighed(item, rater, said, raters, skills)


def _weighed(item: Places, rater: Places, said: Places, raters: Places, skills: Floats) -> _Fitted:
    """Shares of votes weighed by skill; a skill below 0 weighs nothing, and where all do, votes weigh the same."""
    (items, i), (labels, k) = (np.unique(one, return_inverse=True) for one in (item, said))
    weight = np.maximum(skills, 0)[np.searchsorted(raters, rater)]
    weight = np.where(np.bincount(i, weight)[i] > 0, weight, 1.0)
    mass = np.bincount(i * len(labels) + k, weight, len(items) * len(labels)).reshape(len(items), -1)
    return _Fitted(items, labels, mass / mass.sum(1, keepdims=True), raters, skills, None)


def _confusions(model: Any, raters: Places, labels: Places) -> Floats:
    """Crowd-kit keeps (rater, label said) by true label; here (rater, true label, label said)."""
    import pandas

    index = pandas.MultiIndex.from_product([raters, labels])
    table = model.errors_.reindex(index=index, columns=labels).fillna(0.0).to_numpy(np.float64)
    found = table.reshape(len(raters), len(labels), len(labels)).transpose(0, 2, 1)
    total = found.sum(2, keepdims=True)
    confusions: Floats = np.divide(found, total, out=np.full(found.shape, 1 / len(labels)), where=total > 0)
    return confusions


def _reliability(method: Method, model: Any, raters: Places, labels: Places, confusions: Floats | None) -> Floats:
    if confusions is not None:
        prior = model.priors_.reindex(labels).fillna(0.0).to_numpy(np.float64)
        chance: Floats = np.einsum("rkk,k->r", confusions, prior / prior.sum())
        return chance
    skills = model.alphas_ if method == "glad" else model.skills_
    found: Floats = skills.reindex(raters).to_numpy(np.float64)
    return found
