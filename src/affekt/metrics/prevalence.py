"""How many: the share of items that have a label, estimated from a classifier that errs.

Counting what a classifier says counts its errors too, and the more so the rarer a label is. Everything here assumes
that texts of a label are alike in the labelled rows and in the items counted, and only their number differs (prior
probability shift): Forman 2008, "Quantifying Counts and Costs via Classification".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.errors import InputError
from affekt.metrics.inputs import Floats, as_numbers, as_probabilities, check_shapes, outcome_matrix
from affekt.metrics.reweighting import Labelled, reweighted_draws, reweighted_shares

Flags = NDArray[np.bool_]
Method = Literal["count", "adjusted-count", "probabilities", "adjusted-probabilities", "em", "reweighted"]
METHODS: tuple[Method, ...] = get_args(Method)
# On every corpus of shifted groups the others choose it (`results/shift.csv`).
DEFAULT_METHOD: Method = "reweighted"

# The rates of a label are held to those of all labels with the weight of this many rows.
_BORROWED = 4.0
_LEAST_CONTRAST = 0.02
_EM_STEPS = 500
_EM_TOLERANCE = 1e-5
# A resample of a large group draws no more rows than this: it errs on the wide side, and stays quick.
_DRAWN = 2000


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """Labelled rows that tell how the classifier errs: truth and decision, bool (row, label), and probability (row,
    label) in [0, 1], said of rows it was not fitted on. `exclusive`: each row has one label."""

    truth: Flags
    decision: Flags
    probability: Floats
    exclusive: bool = False

    def drawn(self, rows: NDArray[np.int64]) -> Known:
        """Return the rows at these places."""
        return replace(self, truth=self.truth[rows], decision=self.decision[rows], probability=self.probability[rows])

    @property
    def excess(self) -> Floats:
        """By how much each label is more frequent than its probabilities say, (label,)."""
        return np.asarray(self.truth.mean(0) - self.probability.mean(0))


@dataclass(frozen=True, slots=True, eq=False)
class Prevalence:
    """The share of items that have each label, with its interval; each (label,), in [0, 1]."""

    value: Floats
    low: Floats
    high: Floats


def adjusted_count(counted: ArrayLike, among_true: ArrayLike, among_false: ArrayLike) -> Floats:
    r"""Return the share of items that have a label, from the share that is said to; any shape, in [0, 1].

    .. math:: \pi = \frac{c - f}{t - f}

    counted: the share said to have it, or the mean probability; among_true: the same among items that have it (the
    hit rate), among_false: among those that have not (the false alarms). Clipped to [0, 1]. Where the two rates differ
    by less than 0.02 a count says nothing of the share, and `counted` itself is returned. Raises `InputError` for
    values outside [0, 1]. Forman 2008; with probabilities: Bella et al. 2010, "Quantification via Probability
    Estimators".

    >>> adjusted_count([0.3, 0.1], [0.8, 0.5], [0.1, 0.2]).round(3).tolist()
    [0.286, 0.0]
    """
    said, hits, alarms = (
        as_probabilities(name, values)
        for name, values in (("counted", counted), ("among_true", among_true), ("among_false", among_false))
    )
    contrast = hits - alarms
    tells = contrast >= _LEAST_CONTRAST
    found: Floats = np.where(tells, np.clip((said - alarms) / np.where(tells, contrast, 1.0), 0, 1), said)
    return found


def em_prevalence(
    probability: ArrayLike, prior: ArrayLike, *, exclusive: bool = False, start: ArrayLike | None = None
) -> Floats:
    r"""Return the share of items that have each label, (label,), by expectation-maximisation.

    .. math:: \pi' = \tfrac{1}{n} \sum_i \frac{p_i \pi / \pi_0}{p_i \pi / \pi_0 + (1 - p_i)(1 - \pi) / (1 - \pi_0)}

    until nothing changes: the shares under which calibrated probabilities, corrected for them, average to them. With
    `exclusive` the labels compete in one sum. probability: (item, label), calibrated where the shares were `prior`
    (label,), in (0, 1). `start` is where to begin (None: `prior`). Raises `InputError` for shapes that differ, values
    outside, and a prior of 0 or 1. Saerens, Latinne and Decaestecker 2002, "Adjusting the Outputs of a Classifier to
    New a Priori Probabilities".

    >>> said = [[0.9], [0.9], [0.9], [0.1]]
    >>> em_prevalence(said, [0.5]).round(2).tolist()
    [0.81]
    """
    given, before = as_probabilities("probability", probability), as_probabilities("prior", prior)
    if given.ndim != 2 or before.shape != given.shape[1:]:
        raise InputError(f"probability must be (item, label) and prior (label,), got {given.shape} and {before.shape}.")
    if before.min() <= 0 or before.max() >= 1:
        raise InputError("A prior of 0 or 1 cannot be corrected. Label rows that have the label, and rows without it.")
    now = before.copy() if start is None else np.clip(as_numbers("start", start), 1e-6, 1 - 1e-6)
    for _ in range(_EM_STEPS):
        raised = given * (now / before)
        rest = raised.sum(1, keepdims=True) if exclusive else raised + (1 - given) * ((1 - now) / (1 - before))
        after = (raised / np.maximum(rest, 1e-300)).mean(0)
        settled = np.abs(after - now).max() < _EM_TOLERANCE
        now = np.clip(after, 1e-9, 1 - 1e-9)
        if settled:
            break
    found: Floats = after
    return found


def estimate_prevalence(
    probability: ArrayLike,
    decision: ArrayLike,
    known: Known,
    *,
    method: Method = DEFAULT_METHOD,
    resamples: int = 200,
    level: float = 0.95,
    seed: int = 0,
) -> Prevalence:
    """Return the share of items that have each label, with a bootstrap interval.

    probability: (item, label), calibrated; decision: 0/1 (item, label). `method`: ``"count"`` of the decisions;
    ``"adjusted-count"`` for hit rate and false alarms among the labelled rows; ``"probabilities"``, their mean;
    ``"adjusted-probabilities"``; ``"em"``; ``"reweighted"`` labelled rows (`reweighted_shares`). The rates of a label
    with few rows are held to those of all labels.

    The interval draws items and labelled rows anew. That of ``"reweighted"`` also leaves open what the probabilities do
    not tell of the shift; the others hold the few labelled rows only, and are too narrow where labels shift that come
    together; counts that are not corrected draw items only, and their interval does not hold the classifier's errors.
    None holds a change in how texts of one label read. Raises `InputError` for different shapes, values outside
    [0, 1], no items, or an unknown method.

    >>> random = np.random.default_rng(0)
    >>> said = random.random((500, 1))
    >>> known = Known(random.random((500, 1)) < said, said > 0.5, said)
    >>> found = estimate_prevalence(said[said[:, 0] > 0.4], said[said[:, 0] > 0.4] > 0.5, known, method="probabilities")
    >>> bool(found.low[0] < 0.7 < found.high[0])
    True
    """
    pair = outcome_matrix(decision, probability)
    if method not in METHODS:
        raise InputError(f"Unknown method {method!r}. Allowed: {', '.join(METHODS)}.")
    check_shapes(known.truth, known.probability, names=("truth", "probability"))
    if known.truth.shape[1] != pair.truth.shape[1]:
        raise InputError(f"The labelled rows have {known.truth.shape[1]} labels, the items {pair.truth.shape[1]}.")
    if not 0 < level < 1 or resamples < 1:
        raise InputError(f"level must lie between 0 and 1 and resamples be at least 1, got {level} and {resamples}.")
    tails = [(1 - level) / 2, (1 + level) / 2]
    if method == "reweighted":
        rows = Labelled(known.truth, known.probability, known.exclusive)
        value = reweighted_shares(pair.probability, rows)
        anew = reweighted_draws(pair.probability, rows, resamples=resamples, seed=seed)
        return _with_interval(value, np.quantile(anew, tails, axis=0))
    estimate = _ESTIMATES[method]
    start = _Start(known.excess, None)
    value = estimate(pair.probability, pair.truth, known, start)
    start = _Start(known.excess, value)
    random = np.random.default_rng(seed)
    count, drawn = len(pair.truth), []
    for _ in range(resamples):
        places = random.integers(0, count, min(count, _DRAWN))
        labelled = known.drawn(random.integers(0, len(known.truth), len(known.truth)))
        drawn.append(estimate(pair.probability[places], pair.truth[places], labelled, start))
    return _with_interval(value, np.quantile(np.stack(drawn), tails, axis=0))


def held_rates(truth: Flags, said: ArrayLike) -> tuple[Floats, Floats]:
    """Return the mean of `said` (row, label) among rows that have each label, and among those that have not; (label,).

    Each is held to the mean over all labels with the weight of four rows.

    >>> true, false = held_rates(np.array([[True], [False]] * 50), [[1], [0]] * 50)
    >>> true.tolist(), false.tolist()
    ([1.0], [0.0])
    """
    values = np.asarray(said, np.float64)
    found = []
    for chosen in (truth, ~truth):
        sums, counts = (values * chosen).sum(0), chosen.sum(0)
        together = sums.sum() / max(1, counts.sum())
        found.append((sums + _BORROWED * together) / (counts + _BORROWED))
    return found[0], found[1]


def _with_interval(value: Floats, bounds: Floats) -> Prevalence:
    return Prevalence(value, np.minimum(bounds[0], value), np.maximum(bounds[1], value))


class _Start(NamedTuple):
    """The excess of all labelled rows, and the estimate from all items, where there is one."""

    excess: Floats
    value: Floats | None


def _shares(found: Floats, known: Known) -> Floats:
    """Return shares that add up to one where labels exclude each other."""
    total = found.sum()
    return found / total if known.exclusive and total > 0 else found


def _count(probability: Floats, decision: Flags, known: Known, start: _Start) -> Floats:
    return np.asarray(decision.mean(0))


def _adjusted_count(probability: Floats, decision: Flags, known: Known, start: _Start) -> Floats:
    return _shares(adjusted_count(decision.mean(0), *held_rates(known.truth, known.decision)), known)


def _probabilities(probability: Floats, decision: Flags, known: Known, start: _Start) -> Floats:
    return np.asarray(probability.mean(0))


def _adjusted_probabilities(probability: Floats, decision: Flags, known: Known, start: _Start) -> Floats:
    return _shares(adjusted_count(probability.mean(0), *held_rates(known.truth, known.probability)), known)


def _em(probability: Floats, decision: Flags, known: Known, start: _Start) -> Floats:
    # The mean probability, not the count of few rows: only so do the labelled rows themselves get their own shares
    # back. What a resample changes in the count moves it, so that the interval holds how few the rows are.
    mean = known.probability.mean(0)
    prior = np.clip(mean + known.excess - start.excess, np.maximum(0.25 * mean, 1e-6), 1 - 1e-6)
    if known.exclusive:
        prior = prior / prior.sum()
    return em_prevalence(probability, prior, exclusive=known.exclusive, start=start.value)


_ESTIMATES: dict[Method, Callable[[Floats, Flags, Known, _Start], Floats]] = {
    "count": _count,
    "adjusted-count": _adjusted_count,
    "probabilities": _probabilities,
    "adjusted-probabilities": _adjusted_probabilities,
    "em": _em,
}
