"""Whether a model hears everybody alike: its score for each sex, speaker, language …, and whether these are further
apart than chance would have it.

Wagner et al. 2023, "Dawn of the transformer era in speech emotion recognition", section on fairness: models that treat
the sexes alike and single speakers not. Groups that are heard alike differ in any sample, so that the gap between the
best and the worst is held to gaps of groups drawn anew: a permutation test.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from affekt.errors import InputError
from affekt.evaluation.scores import Score
from affekt.metrics.fairness import by_group
from affekt.metrics.resampling import Estimate
from affekt.metrics.weighing import Metric

Ints = NDArray[np.int64]
Words = NDArray[np.str_]
DRAWS = 400


@dataclass(frozen=True, slots=True)
class Gap:
    """The score of each group of one kind, such as "sex", and how far the best is from the worst.

    `gap` has a 95 % interval over speakers; `by_chance` is what it is on average where groups are drawn anew, `p` how
    often groups are as far apart then, by the variance of their scores.
    """

    kind: str
    metric: str
    groups: Mapping[str, Score]
    gap: Score
    by_chance: float
    p: float

    def scores(self) -> dict[str, Score | float]:
        """Return all numbers by name: ``by:sex=female/uar``, ``gap:sex/uar`` and so on."""
        found: dict[str, Score | float] = {
            f"by:{self.kind}={name}/{self.metric}": each for name, each in self.groups.items()
        }
        place = f"{self.kind}/{self.metric}"
        return found | {f"gap:{place}": self.gap, f"gap-by-chance:{place}": self.by_chance, f"gap-p:{place}": self.p}


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """A metric and what it takes, clip first; who speaks each clip; `alike`, what stays the same when clips change
    hands: their labels."""

    name: str
    metric: Metric
    truth: NDArray[np.generic]
    said: NDArray[np.generic]
    speakers: Words
    alike: Ints

    def __len__(self) -> int:
        return len(self.truth)

    def take(self, kept: NDArray[np.bool_]) -> Scored:
        """Return it for the clips where `kept` (clip,) is True."""
        arrays = (self.truth[kept], self.said[kept], self.speakers[kept], self.alike[kept])
        return Scored(self.name, self.metric, *arrays)


def gap_of(scored: Scored, kind: str, groups: Words, *, resamples: int = 1000, seed: int = 0) -> Gap | None:
    """Return the gap between groups (clip,); clips of group "" are left out. None where fewer than two have a score.

    Intervals resample speakers, or clips where the groups are the speakers. For chance, speakers are dealt out to the
    groups anew where each speaker has one group and there are four speakers at least; else clips are, within each
    label.

    >>> from affekt.metrics.classification import accuracy
    >>> labels, who = np.arange(80) % 2, np.array(["a", "b", "c", "d"] * 20)
    >>> alike = Scored("accuracy", accuracy, labels, labels * (np.arange(80) > 9), who, labels)
    >>> found = gap_of(alike, "speaker", who, resamples=50)
    >>> found.p > 0.05, sorted(found.groups)
    (True, ['a', 'b', 'c', 'd'])
    """
    told = groups != ""
    scored, groups = scored.take(told), groups[told]
    if len(np.unique(groups)) < 2:
        return None
    own = _one_group_each(scored.speakers, groups)
    units = scored.speakers if own and len(np.unique(scored.speakers)) > len(np.unique(groups)) else None
    arrays = (scored.truth, scored.said)
    try:
        found = by_group(scored.metric, *arrays, groups=groups, units=units, resamples=resamples, seed=seed)
    except InputError:
        return None
    if len(found.groups) < 2:
        return None
    random, drawn, values = np.random.default_rng([seed, 2]), [], np.array([x.value for x in found.groups.values()])
    whole = own and units is not None and len(np.unique(scored.speakers)) >= 4
    for _ in range(min(DRAWS, resamples)):
        other = _dealt_speakers(scored.speakers, groups, random) if whole else _dealt(scored.alike, groups, random)
        each = _values(scored, other)
        if len(each) > 1:
            drawn.append((float(np.ptp(each)), float(each.var())))
    by_chance = float(np.mean([gap for gap, _ in drawn])) if drawn else float("nan")
    # The range of many groups says little of all but two of them; of two it says the same.
    p = float((1 + sum(spread >= values.var() - 1e-12 for _, spread in drawn)) / (1 + len(drawn)))
    counted = {str(name): _score(each, found.counts[name]) for name, each in found.groups.items()}
    return Gap(kind, scored.name, counted, _score(found.gap, len(groups)), by_chance, p)


def _one_group_each(speakers: Words, groups: Words) -> bool:
    pairs = set(zip(speakers.tolist(), groups.tolist(), strict=True))
    return len(pairs) == len(np.unique(speakers))


def _dealt_speakers(speakers: Words, groups: Words, random: np.random.Generator) -> Words:
    """Each speaker's clips in the group of another speaker."""
    _, first, place = np.unique(speakers, return_index=True, return_inverse=True)
    return random.permutation(groups[first])[place]


def _dealt(alike: Ints, groups: Words, random: np.random.Generator) -> Words:
    """Each clip in the group of another of the same label."""
    other = groups.copy()
    for label in np.unique(alike):
        places = np.flatnonzero(alike == label)
        other[places] = groups[random.permutation(places)]
    return other


def _values(scored: Scored, groups: Words) -> NDArray[np.float64]:
    """The score of each group that has one."""
    values = []
    for name in np.unique(groups):
        inside = groups == name
        try:
            value = float(scored.metric(scored.truth[inside], scored.said[inside]))
        except InputError:
            continue
        if not np.isnan(value):
            values.append(value)
    return np.array(values, np.float64)


def _score(found: Estimate, count: int) -> Score:
    return Score(*found, count)
