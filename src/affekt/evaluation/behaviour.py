"""Behaviour tests: does a system read negation, degree, contrast, emoji, and the same for everyone.

Every system is a plain function from texts to one number each, its valence. Systems use that number
differently (a lexicon's compound, the difference of two probabilities), so nothing is compared on a
system's own scale. The plain sentences of the capability ``vocabulary`` fix a ruler per system:
zero is its median over neutral sentences, one is half the distance from the lowest decile of the
plainly negative to the highest decile of the plainly positive ones, that is, from zero to what the
system itself calls strong. (Medians would not do: a system that has never seen half of the words
would get a tiny ruler, on which everything moves.) All limits below are lengths on that ruler, so
that a timid system is not excused and a loud one not favoured.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from affekt.errors import InputError
from affekt.evaluation.behaviour_cases import Case, Expectation
from affekt.metrics.resampling import bootstrap_interval, percentile_interval

POLARITY = 0.1
"""A text reads as positive above this and negative below minus this; "not lower" forgives as much."""
MARGIN = 0.05
"""A text must move at least this far to rise or fall."""
DRIFT = 0.25
"""Two texts read the same, and a text reads neutral, within this."""

PEOPLE = ("people", "names")
"""The capabilities whose two texts differ in who is spoken of, and nothing else."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scores:
    """What a system makes of some texts. `valence`: float64 (text,), about [-1, 1]; NaN where it refused."""

    valence: Floats


System = Callable[[Sequence[str]], Scores]


@dataclass(frozen=True, slots=True)
class Ruler:
    """A system's own scale: its `zero` on neutral sentences, the `unit` from there to a strong one."""

    zero: float
    unit: float


@dataclass(frozen=True, slots=True)
class Verdicts:
    """A system's answers to the cases.

    `values`: float64 (case, 2), valence of the first and second text on the system's ruler; NaN where
    it refused, and for the second text where a case has one. `passed`, `refused`: bool (case,).
    """

    cases: tuple[Case, ...]
    ruler: Ruler
    values: Floats
    passed: NDArray[np.bool_]
    refused: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Finding:
    """One row of the report: a value with its 95 % interval (NaN where it has none) over `n` cases."""

    metric: str
    value: float
    low: float
    high: float
    n: int


def run_behaviour(system: System, cases: Sequence[Case]) -> Verdicts:
    """Return how `system` did on `cases`; it is asked once, for every distinct text.

    A refused text (NaN) fails every case it is in. Raises `InputError` where the system returns
    another number of scores than texts, or cannot be put on a ruler: the cases hold no
    ``vocabulary``, or plainly positive texts do not score above plainly negative ones.
    """
    texts = list(dict.fromkeys(text for case in cases for text in case.texts))
    valence = np.asarray(system(texts).valence, dtype=np.float64)
    if valence.shape != (len(texts),):
        raise InputError(f"A system returns one valence per text: got shape {valence.shape} for {len(texts)} texts.")
    score = dict(zip(texts, valence.tolist(), strict=True))
    ruler = fit_ruler(cases, score)
    values = np.full((len(cases), 2), np.nan)
    for row, case in enumerate(cases):
        for column, text in enumerate(case.texts):
            values[row, column] = (score[text] - ruler.zero) / ruler.unit
    second = np.array([len(case.texts) == 2 for case in cases], dtype=bool)
    refused = np.isnan(values[:, 0]) | (second & np.isnan(values[:, 1]))
    passed = np.array([meets(case.expectation, *pair) for case, pair in zip(cases, values.tolist(), strict=True)])
    return Verdicts(tuple(cases), ruler, values, passed.astype(bool), refused)


def fit_ruler(cases: Sequence[Case], score: Mapping[str, float]) -> Ruler:
    """Return the ruler of a system from its `score` of each text of the ``vocabulary`` cases.

    Raises `InputError` where there are none, or positive texts do not score above negative ones.
    """

    def valences(expectation: Expectation) -> Floats:
        chosen = [c.texts[0] for c in cases if c.capability == "vocabulary" and c.expectation == expectation]
        known = np.array([score[text] for text in chosen if not np.isnan(score[text])])
        if not known.size:
            raise InputError(f"The ruler needs the system's scores of {expectation} vocabulary cases; there are none.")
        return known

    positive, negative = valences("positive"), valences("negative")
    middle = float(np.median(positive)), float(np.median(negative))
    if not middle[0] - middle[1] > 1e-6:
        raise InputError(
            f"Plainly positive texts score {middle[0]:.3g}, plainly negative ones {middle[1]:.3g}: positive must be "
            "higher. Check that the system returns valence, positive minus negative."
        )
    strong = float(np.quantile(positive, 0.9)) - float(np.quantile(negative, 0.1))
    return Ruler(zero=float(np.median(valences("neutral"))), unit=strong / 2)


def meets(expectation: Expectation, first: float, second: float = float("nan")) -> bool:
    """Return whether values on the ruler are what was expected; NaN never is.

    >>> meets("not positive", 0.02), meets("rises", -0.8, -0.1), meets("same", 0.5, 0.9)
    (True, True, False)
    """
    moved = second - first
    return {
        "positive": first > POLARITY,
        "negative": first < -POLARITY,
        "neutral": abs(first) <= DRIFT,
        "not positive": first <= POLARITY,
        "not negative": first >= -POLARITY,
        "rises": moved >= MARGIN,
        "falls": moved <= -MARGIN,
        "not lower": moved >= -POLARITY,
        "not higher": moved <= POLARITY,
        "same": abs(moved) <= DRIFT,
    }[expectation]


def findings(verdicts: Verdicts, *, resamples: int = 1000, seed: int = 0) -> list[Finding]:
    """Return the rows of the report, with 95 % percentile intervals.

    - ``pass_rate:<capability>`` and ``pass_rate:<capability>/<test>``: share of cases passed;
      ``refusal_rate:<capability>``: share with a refused text.
    - for every swap of people (``female-male`` …): ``gap:<groups>``, the first group's mean value
      minus the second's, mean over templates; ``gap_max:<groups>``, the size of that gap in the
      template where it is largest; ``flip_rate:<groups>``, share of pairs of which one reads positive,
      neutral or negative and the other not so. Gaps are in units of the ruler.
    - ``ruler:zero`` and ``ruler:unit``, the ruler on the system's own scale, without an interval.

    Intervals resample templates (`resamples` times), not cases: cases of one template are near
    copies. Those of the swaps resample pairs of people as well, since a list of names is a sample
    too (the pigeonhole bootstrap, Owen 2007, Annals of Applied Statistics). ``gap_max`` is the
    largest of sizes, so chance alone lifts it above zero: compare it between systems.
    """
    cases = verdicts.cases
    capability = np.array([case.capability for case in cases])
    test = np.array([case.test for case in cases])
    template = np.array([f"{case.test}: {case.template}" for case in cases])

    def share(metric: str, hit: NDArray[np.bool_], here: NDArray[np.bool_]) -> Finding:
        estimate = bootstrap_interval(_mean, hit[here], groups=template[here], resamples=resamples, seed=seed)
        return Finding(metric, *estimate, int(here.sum()))

    rows = []
    for name in dict.fromkeys(capability.tolist()):
        here = capability == name
        tests = list(dict.fromkeys(test[here].tolist()))
        rows.append(share(f"pass_rate:{name}", verdicts.passed, here))
        rows.append(share(f"refusal_rate:{name}", verdicts.refused, here))
        if len(tests) > 1:
            rows += [share(f"pass_rate:{name}/{each}", verdicts.passed, here & (test == each)) for each in tests]
    rng = np.random.default_rng(seed)
    for groups in dict.fromkeys(case.test for case in cases if case.capability in PEOPLE):
        rows += _gaps(verdicts, groups, rng, resamples)
    none = float("nan")
    plain = int((capability == "vocabulary").sum())
    rows.append(Finding("ruler:zero", verdicts.ruler.zero, none, none, plain))
    rows.append(Finding("ruler:unit", verdicts.ruler.unit, none, none, plain))
    return rows


def _mean(hits: NDArray[Any]) -> float:
    return float(np.mean(hits))


def _gaps(verdicts: Verdicts, groups: str, rng: np.random.Generator, resamples: int) -> list[Finding]:
    here = [i for i, c in enumerate(verdicts.cases) if c.capability in PEOPLE and c.test == groups]
    rows: dict[str, list[int]] = {}
    for i in here:
        rows.setdefault(verdicts.cases[i].template, []).append(i)
    # Every template meets every pair of people, in one order: float64 (template, pair, side).
    values = verdicts.values[np.array(list(rows.values()))]
    known = ~np.isnan(values).any(axis=2)
    gap = np.where(known, values[..., 0] - values[..., 1], 0.0)
    flip = np.where(known, _polarity(values[..., 0]) != _polarity(values[..., 1]), False).astype(np.float64)
    templates, pairs = known.shape
    by_template, by_pair = _weights(templates, rng, resamples), _weights(pairs, rng, resamples)

    def mean(table: Floats) -> tuple[float, Floats]:
        """Return the mean over all known cells, and over those of each resample."""
        total = np.einsum("rt,tp,rp->r", by_template, table, by_pair)
        count = np.einsum("rt,tp,rp->r", by_template, known.astype(np.float64), by_pair)
        return _ratio(table.sum(), known.sum()).item(), _ratio(total, count)

    within = np.abs(_ratio(by_pair @ gap.T, by_pair @ known.T.astype(np.float64)))
    # fmax passes over NaN, which a template has whose pairs were all refused.
    largest = np.fmax.reduce(np.where(by_template > 0, within, np.nan), axis=1)
    steepest = np.fmax.reduce(np.abs(_ratio(gap.sum(axis=1), known.sum(axis=1)))).item()
    n = int(known.sum())
    (average, averages), (flipped, flips) = mean(gap), mean(flip)
    return [
        Finding(f"gap:{groups}", *percentile_interval(average, averages), n),
        Finding(f"gap_max:{groups}", *percentile_interval(steepest, largest), n),
        Finding(f"flip_rate:{groups}", *percentile_interval(flipped, flips), n),
    ]


def _ratio(total: Any, count: Any) -> Floats:
    """Return `total` over `count`, and NaN where there is nothing."""
    total, count = np.asarray(total, dtype=np.float64), np.asarray(count, dtype=np.float64)
    ratio: Floats = np.full(np.broadcast(total, count).shape, np.nan)
    np.divide(total, count, out=ratio, where=count > 0)
    return ratio


def _polarity(values: Floats) -> Floats:
    """Return -1, 0 or 1: which side of zero, or neither."""
    return np.sign(np.where(np.abs(values) > POLARITY, values, 0.0))


def _weights(count: int, rng: np.random.Generator, resamples: int) -> Floats:
    """Return how often each of `count` units is drawn: float64 (resample, unit)."""
    return rng.multinomial(count, np.full(count, 1 / count), size=resamples).astype(np.float64)
