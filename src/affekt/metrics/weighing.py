"""Metrics in a form that a thousand resamples share: each item's part is worked out once.

A resample is a weight per item, how often it was drawn. Most metrics are functions of sums over
items, so all resamples are one matrix product (`SUMS`); average precision needs its items in order,
and sorts once (`RANKED`). A metric in neither table is simply called again for every resample. The
tables say nothing new about a metric: a test holds each form to the function it stands for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.metrics.calibration import brier_score, brier_skill, label_brier_skill, skill
from affekt.metrics.classification import (
    accuracy,
    label_average_precision,
    label_f1,
    macro_f1,
    mean_average_precision,
    micro_f1,
    ratio,
    weighted_f1,
)
from affekt.metrics.distribution import (
    bernoulli_kl,
    cross_entropy,
    item_bernoulli_kl,
    item_cross_entropy,
    item_js,
    item_kl,
    item_total_variation,
    js_divergence,
    kl_divergence,
    total_variation,
)
from affekt.metrics.inputs import Flags, Floats, flag_pair, outcome_matrix
from affekt.metrics.multi_label import hamming_loss, item_jaccard, jaccard
from affekt.metrics.ordinal import quadratic_weighted_kappa
from affekt.metrics.regression import ccc, interval_coverage, mae, pearson, rmse
from affekt.metrics.single_label import weighted_average_recall

Metric = Callable[..., float | Floats]
Indices = NDArray[np.int64]
WeightedMetric = Callable[[Floats], Floats]


class SumForm(NamedTuple):
    """A metric as a function of sums: `items` gives (item, statistic), `finish` takes their sums.

    `finish` maps (resample, statistic) to (resample,), or (resample, label) for a metric per label.
    """

    items: Callable[..., Floats]
    finish: Callable[[Floats], Floats]


def weighted_form(metric: Metric, *arrays: ArrayLike) -> WeightedMetric | None:
    """Return a function from weights (resample, item) to the metric's values (resample, …), or None.

    None where the metric has no such form and has to be called for every resample.

    >>> form = weighted_form(rmse, [0.0, 0.0], [1.0, 3.0])
    >>> form(np.array([[1, 1], [2, 0]])).round(3).tolist()
    [2.236, 1.0]
    """
    if metric in SUMS:
        form = SUMS[metric]
        statistics = form.items(*arrays)
        return lambda weights: form.finish(weights @ statistics)
    return RANKED[metric](*arrays) if metric in RANKED else None


def _f1_items(truth: ArrayLike, prediction: ArrayLike) -> Floats:
    pair = flag_pair(truth, prediction)
    return np.concatenate([pair.truth & pair.prediction, pair.truth, pair.prediction], axis=1, dtype=np.float64)


def _label_f1(sums: Floats) -> Floats:
    hits, actual, predicted = np.split(sums, 3, axis=1)
    return ratio(2 * hits, actual + predicted)


def _macro_f1(sums: Floats) -> Floats:
    mean: Floats = _label_f1(sums).mean(1)
    return mean


def _micro_f1(sums: Floats) -> Floats:
    hits, actual, predicted = (part.sum(1) for part in np.split(sums, 3, axis=1))
    return ratio(2 * hits, actual + predicted)


def _weighted_f1(sums: Floats) -> Floats:
    actual = np.split(sums, 3, axis=1)[1]
    return ratio((_label_f1(sums) * actual).sum(1), actual.sum(1))


def _means(items: Callable[..., Floats]) -> SumForm:
    """Return the form of a mean over items: the sum of a value and of one."""

    def with_ones(*arrays: ArrayLike) -> Floats:
        values = items(*arrays)
        return np.column_stack([values, np.ones(len(values))])

    return SumForm(with_ones, lambda sums: sums[:, 0] / sums[:, -1])


def _hits(truth: ArrayLike, prediction: ArrayLike) -> Floats:
    same = np.asarray(truth) == np.asarray(prediction)
    hits: Floats = same.reshape(len(same), -1).all(1).astype(np.float64)
    return hits


def _squares(truth: ArrayLike, prediction: ArrayLike) -> Floats:
    return np.square(np.asarray(truth, np.float64) - np.asarray(prediction, np.float64))


def _square_sums(truth: ArrayLike, prediction: ArrayLike) -> Floats:
    squares = _squares(truth, prediction)
    # A resample draws items, and an item has the same number of cells each time.
    means: Floats = squares.reshape(len(squares), -1).mean(1)
    return means


def _skill_items(truth: ArrayLike, probability: ArrayLike, reference: ArrayLike) -> Floats:
    theirs = np.broadcast_to(np.asarray(reference, np.float64), np.shape(probability))
    return np.column_stack([_square_sums(truth, probability), _square_sums(truth, theirs)])


def _label_skill_items(truth: ArrayLike, probability: ArrayLike, reference: ArrayLike) -> Floats:
    theirs = np.broadcast_to(np.asarray(reference, np.float64), np.shape(probability))
    return np.concatenate([_squares(truth, probability), _squares(truth, theirs)], axis=1)


def _skill(sums: Floats) -> Floats:
    ours, theirs = np.split(sums, 2, axis=1)
    return skill(ours, theirs)


def _moments(truth: ArrayLike, prediction: ArrayLike) -> Floats:
    # Both lose the same constant (CCC needs their distance), so the squares below stay small.
    t, p = np.asarray(truth, np.float64), np.asarray(prediction, np.float64)
    t, p = t - t.mean(), p - t.mean()
    return np.column_stack([np.ones_like(t), t, p, t * t, p * p, t * p])


class _Spread(NamedTuple):
    truth: Floats
    prediction: Floats
    together: Floats
    apart: Floats


def _spread(sums: Floats) -> _Spread:
    """Return variances, covariance and distance of means; a variance that is only rounding is 0."""
    n, t, p, tt, pp, tp = sums.T
    truth, prediction = tt / n - (t / n) ** 2, pp / n - (p / n) ** 2
    truth = np.where(truth <= 1e-13 * tt / n, 0.0, truth)
    prediction = np.where(prediction <= 1e-13 * pp / n, 0.0, prediction)
    together = np.where((truth == 0) | (prediction == 0), 0.0, tp / n - t * p / n**2)
    return _Spread(truth, prediction, together, (t - p) / n)


def _pearson(sums: Floats) -> Floats:
    spread = _spread(sums)
    sizes = np.sqrt(spread.truth * spread.prediction)
    return np.where(sizes == 0, np.nan, np.clip(ratio(spread.together, sizes), -1, 1))


def _ccc(sums: Floats) -> Floats:
    spread = _spread(sums)
    whole = spread.truth + spread.prediction + spread.apart**2
    return np.where(whole == 0, np.nan, ratio(2 * spread.together, whole))


def _quadratic_kappa(sums: Floats) -> Floats:
    # The observed square over the one expected under independent margins is what CCC takes from one.
    return _ccc(sums)


def _wrong_labels(truth: ArrayLike, prediction: ArrayLike) -> Floats:
    pair = flag_pair(truth, prediction)
    shares: Floats = (pair.truth != pair.prediction).mean(axis=1)
    return shares


def _covered(truth: ArrayLike, low: ArrayLike, high: ArrayLike) -> Floats:
    return ((np.asarray(low) <= truth) & (truth <= np.asarray(high))).astype(np.float64)


def _root(form: SumForm) -> SumForm:
    return SumForm(form.items, lambda sums: np.sqrt(form.finish(sums)))


SUMS: dict[Metric, SumForm] = {
    label_f1: SumForm(_f1_items, _label_f1),
    macro_f1: SumForm(_f1_items, _macro_f1),
    micro_f1: SumForm(_f1_items, _micro_f1),
    weighted_f1: SumForm(_f1_items, _weighted_f1),
    accuracy: _means(_hits),
    brier_score: _means(_square_sums),
    brier_skill: SumForm(_skill_items, lambda sums: _skill(sums)[:, 0]),
    label_brier_skill: SumForm(_label_skill_items, _skill),
    pearson: SumForm(_moments, _pearson),
    ccc: SumForm(_moments, _ccc),
    rmse: _root(_means(_squares)),
    mae: _means(lambda truth, prediction: np.abs(np.subtract(truth, prediction, dtype=np.float64))),
    interval_coverage: _means(_covered),
    weighted_average_recall: _means(_hits),
    quadratic_weighted_kappa: SumForm(_moments, _quadratic_kappa),
    jaccard: _means(item_jaccard),
    hamming_loss: _means(_wrong_labels),
    kl_divergence: _means(item_kl),
    js_divergence: _means(item_js),
    cross_entropy: _means(item_cross_entropy),
    total_variation: _means(item_total_variation),
    bernoulli_kl: _means(item_bernoulli_kl),
}


class _Ranking(NamedTuple):
    """One label's items, most probable first: where steps that hold a positive end, and the positives."""

    order: Indices
    ends: Indices
    positives: Indices
    firsts: Indices


def _ranking(truth: Flags, probability: Floats) -> _Ranking:
    order = np.argsort(-probability, kind="stable")
    step = np.append(0, np.cumsum(np.diff(probability[order]) != 0))
    positives = np.flatnonzero(truth[order])
    steps, firsts = np.unique(step[positives], return_index=True)
    return _Ranking(order, np.searchsorted(step, steps, side="right"), order[positives], firsts)


def _label_average_precision(truth: ArrayLike, probability: ArrayLike) -> WeightedMetric:
    pair = outcome_matrix(truth, probability)
    rankings = [_ranking(*columns) for columns in zip(pair.truth.T, pair.probability.T, strict=True)]

    def evaluate(weights: Floats) -> Floats:
        by_item = np.ascontiguousarray(weights.T)
        values = np.full((len(weights), len(rankings)), np.nan)
        for label, ranking in enumerate(rankings):
            if not len(ranking.positives):
                continue
            starts = np.append(0, ranking.ends[:-1])
            seen = np.add.reduceat(by_item[ranking.order[: ranking.ends[-1]]], starts, axis=0).cumsum(0)
            gained = np.add.reduceat(by_item[ranking.positives], ranking.firsts, axis=0)
            hits = gained.cumsum(0)
            areas = (gained * ratio(hits, seen)).sum(0)
            values[:, label] = np.where(hits[-1] > 0, ratio(areas, hits[-1]), np.nan)
        return values

    return evaluate


def _mean_average_precision(truth: ArrayLike, probability: ArrayLike) -> WeightedMetric:
    evaluate = _label_average_precision(truth, probability)

    def mean(weights: Floats) -> Floats:
        values = evaluate(weights)
        known = (~np.isnan(values)).sum(1)
        return np.where(known > 0, ratio(np.nansum(values, axis=1), known), np.nan)

    return mean


RANKED: dict[Metric, Callable[..., WeightedMetric]] = {
    label_average_precision: _label_average_precision,
    mean_average_precision: _mean_average_precision,
}
