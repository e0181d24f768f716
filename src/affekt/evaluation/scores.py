"""The scores that suit a target, each with a bootstrap interval that resamples groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.corpora.targets import DIMENSIONS, Flags, Floats, Target
from affekt.evaluation.answers import Answers, Decided
from affekt.metrics.calibration import expected_calibration_error, skill
from affekt.metrics.classification import (
    accuracy,
    label_f1,
    macro_f1,
    mean_average_precision,
    micro_f1,
    unweighted_average_recall,
    weighted_f1,
)
from affekt.metrics.distribution import bernoulli_kl, js_divergence, kl_divergence
from affekt.metrics.multi_label import jaccard
from affekt.metrics.regression import ccc, pearson, rmse, spearman
from affekt.metrics.resampling import Estimate, bootstrap_interval, bootstrap_intervals, bootstrap_values
from affekt.metrics.weighing import Metric

ECE_MINIMUM = 0.1
"""Calibration error is taken over predictions from here up; most labels of most items sit near 0."""
FLOOR = 1e-4
"""Divergences from votes are taken from probabilities not nearer to 0 than this, which would make them infinite."""


class Score(NamedTuple):
    """A metric's value, its 95 % interval (NaN where it has none), and the items behind it."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Measure:
    """One metric, ready to be taken: the function, what it takes (item first), the groups of those items."""

    name: str
    metric: Metric
    arrays: tuple[NDArray[np.generic], ...]
    groups: NDArray[np.str_]
    n: int
    rows: NDArray[np.int64]


def score(
    target: Target, answers: Answers, decided: Decided | None, *, resamples: int = 1000, seed: int = 0
) -> dict[str, Score]:
    """Return every score that suits the target, by name, most telling first.

    - labels: ``macro_f1`` (over labels that occur among the items), ``micro_f1``, ``weighted_f1``; of an exclusive
      space ``accuracy``, ``uar``, and ``micro_f1_without_neutral`` where it has a neutral; of others ``jaccard``;
      ``f1:<label>``. An item that was not answered has no label and counts as missed.
    - probabilities of what was answered: ``map``; ``ece``, equal-mass calibration error over predictions from 0.1 up;
      ``brier_skill`` over the base rates of the scored items.
    - votes: ``kl_votes`` and ``js_votes`` of exclusive spaces, ``bernoulli_kl_votes`` of others, nats.
    - dimensions: ``pearson:``, ``spearman:``, ``ccc:``, ``rmse:`` and the name; intensities: ``pearson:`` and
      ``spearman:`` of the label's probability against its intensity; where the corpus rates what is no label of
      ours, of valence against it, as ``pearson:valence~distress``.
    - ``answered``: the share of items that got an answer, and further rates the subject measured.

    Labels that nobody judged for an item are left out of every sum. Intervals resample groups.
    """
    found: dict[str, Score] = {}
    for measure in measures(target, answers, decided):
        options = {"resamples": resamples, "seed": seed, "groups": measure.groups}
        if measure.name == "ece":
            estimate = _calibration(measure, resamples=resamples, seed=seed)
        else:
            estimate = bootstrap_interval(measure.metric, *measure.arrays, **options)  # type: ignore[arg-type]
        found[measure.name] = Score(*estimate, measure.n)
    if target.space is not None and decided is not None:
        truth, decision = _judged(target, decided)
        each = bootstrap_intervals(label_f1, truth, decision, resamples=resamples, seed=seed, groups=target.groups)
        counts, occurs = target.rated.sum(0).tolist(), np.flatnonzero(truth.any(axis=0)).tolist()
        for place in occurs:
            found[f"f1:{target.space.labels[place]}"] = Score(*each[place], int(counts[place]))
    none = float("nan")
    found["answered"] = Score(float(answers.answered.mean()), none, none, len(target))
    for name, rate in answers.rates.items():
        found[name] = Score(rate, none, none, len(target))
    return found


def measures(target: Target, answers: Answers, decided: Decided | None) -> Iterator[Measure]:
    """Yield the metrics of one number that suit the target and what was answered; see `score`."""
    everything = np.arange(len(target))
    if target.space is not None and decided is not None:
        truth, decision = _judged(target, decided)
        occurs = np.flatnonzero(truth.any(axis=0))
        parts: list[tuple[str, Metric, tuple[NDArray[np.generic], ...]]] = [
            ("macro_f1", macro_f1, (truth[:, occurs], decision[:, occurs])),
            ("micro_f1", micro_f1, (truth, decision)),
            ("weighted_f1", weighted_f1, (truth, decision)),
        ]
        if target.exclusive:
            classes = _classes(truth), _classes(decision)
            parts += [("accuracy", accuracy, classes), ("uar", unweighted_average_recall, classes)]
            if target.space.neutral is not None:
                felt = np.arange(truth.shape[1]) != target.space.index(target.space.neutral)
                parts.append(("micro_f1_without_neutral", micro_f1, (truth[:, felt], decision[:, felt])))
        else:
            parts.append(("jaccard", jaccard, (truth, decision)))
        for name, metric, arrays in parts:
            yield Measure(name, metric, arrays, target.groups, len(target), everything)
        if decided.probabilities is not None:
            yield from _of_probabilities(target, answers.answered, decided.probabilities)
    if answers.vad is not None and target.vad is not None:
        for place, name in enumerate(DIMENSIONS):
            yield from _correlations(target, name, target.vad[:, place], answers.vad[:, place], full=True)
    for name, told in target.intensities.items():
        probabilities = None if decided is None else decided.probabilities
        if target.space is not None and name in target.space and probabilities is not None:
            yield from _correlations(target, name, told, probabilities[:, target.space.index(name)])
        elif target.space is None and answers.vad is not None:
            yield from _correlations(target, f"valence~{name}", told, answers.vad[:, 0])


def label_measure(target: Target, decided: Decided, label: str) -> Measure:
    """Return the F1 of one label, ready to be taken. Raises `UnknownNameError` where the space has no such label."""
    assert target.space is not None
    place = target.space.index(label)
    truth, decision = (flags[:, [place]] for flags in _judged(target, decided))
    everything = np.arange(len(target))
    return Measure(f"f1:{label}", macro_f1, (truth, decision), target.groups, len(target), everything)


def _of_probabilities(target: Target, answered: Flags, probabilities: Floats) -> Iterator[Measure]:
    """Yield what is measured on the probabilities of the items that were answered."""
    rows = np.flatnonzero(answered)
    if not len(rows):
        return
    truth, rated, said = target.truth[rows] & target.rated[rows], target.rated[rows], probabilities[rows]
    groups = target.groups[rows]
    # At probability 0 an unrated cell is ranked last and finds nothing, so precision does not see it.
    yield Measure("map", mean_average_precision, (truth, np.where(rated, said, 0.0)), groups, len(rows), rows)
    cells = rated & (said >= ECE_MINIMUM)
    if cells.any():
        items = np.broadcast_to(groups[:, None], cells.shape)[cells]
        error = partial(expected_calibration_error, minimum=ECE_MINIMUM)
        yield Measure("ece", error, (truth[cells], said[cells]), items, len(rows), rows)
    if rated.any() and 0 < truth[rated].mean() < 1:
        rates = truth.sum(0) / np.maximum(1, rated.sum(0))
        ours = np.where(rated, np.square(said - truth), 0.0).sum(axis=1)
        theirs = np.where(rated, np.square(rates - truth), 0.0).sum(axis=1)
        yield Measure("brier_skill", _skill, (ours, theirs), groups, len(rows), rows)
    if target.votes is not None and target.space is not None:
        voted = np.flatnonzero(answered & ~np.isnan(target.votes).any(axis=1))
        if len(voted):
            shares, given = target.votes[voted], probabilities[voted]
            if target.space.kind == "exclusive":
                given = np.clip(given, FLOOR, None)
                given = given / given.sum(axis=1, keepdims=True)
                named: tuple[tuple[str, Metric], ...] = (("kl_votes", kl_divergence), ("js_votes", js_divergence))
            else:
                given, named = np.clip(given, FLOOR, 1 - FLOOR), (("bernoulli_kl_votes", bernoulli_kl),)
            for name, metric in named:
                yield Measure(name, metric, (shares, given), target.groups[voted], len(voted), voted)


def _correlations(target: Target, name: str, told: Floats, said: Floats, *, full: bool = False) -> Iterator[Measure]:
    rows = np.flatnonzero(~np.isnan(told) & ~np.isnan(said))
    if len(rows) < 3:
        return
    named: Mapping[str, Metric] = {"pearson": pearson, "spearman": spearman}
    if full:
        named = {**named, "ccc": ccc, "rmse": rmse}
    for metric, function in named.items():
        yield Measure(f"{metric}:{name}", function, (told[rows], said[rows]), target.groups[rows], len(rows), rows)


def _judged(target: Target, decided: Decided) -> tuple[Flags, Flags]:
    """Return truth and decision with cells that nobody judged False in both: neither hit nor miss."""
    return target.truth & target.rated, decided.decision & target.rated


def _skill(ours: ArrayLike, theirs: ArrayLike) -> float:
    """Return the Brier skill from the squared errors of each item, ours and the base rates', summed over labels."""
    return float(skill(np.sum(ours), np.sum(theirs)))


def _classes(flags: Flags) -> NDArray[np.int64]:
    """Return the label of each item by its place, -1 where it has none."""
    places: NDArray[np.int64] = np.where(flags.any(axis=1), flags.argmax(axis=1), -1)
    return places


def resampled(measure: Measure, *, resamples: int = 1000, seed: int = 0) -> Floats:
    """Return the metric of each bootstrap resample of the measure's groups, (resample,).

    Calibration error is freed of the excess that resampling adds (noise in every bin, counted with either sign; see
    `affekt.evaluation.goemotions.calibration_error`) and taken of 300 resamples at most.
    """
    if measure.name != "ece":
        return bootstrap_values(measure.metric, *measure.arrays, resamples=resamples, seed=seed, groups=measure.groups)
    values = bootstrap_values(
        measure.metric, *measure.arrays, resamples=min(resamples, 300), seed=seed, groups=measure.groups
    )
    freed: Floats = values - (np.nanmean(values) - float(measure.metric(*measure.arrays)))
    return freed


def _calibration(measure: Measure, *, resamples: int, seed: int) -> Estimate:
    """Return the calibration error with its interval."""
    values = resampled(measure, resamples=resamples, seed=seed)
    low, high = np.quantile(values[~np.isnan(values)], [0.025, 0.975])
    return Estimate(float(measure.metric(*measure.arrays)), max(0.0, float(low)), float(high))


def primary(scores: Mapping[str, object]) -> str:
    """Return the name of the score to look at first: macro F1 of labels, else valence's correlation, else the first.

    >>> primary({"answered": Score(1, 1, 1, 2), "macro_f1": Score(0.5, 0.4, 0.6, 2)})
    'macro_f1'
    """
    return next((name for name in ("macro_f1", "pearson:valence") if name in scores), next(iter(scores)))
