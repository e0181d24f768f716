"""Thresholds: where a probability counts as the label being present, fitted on a development split."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.errors import InputError
from affekt.metrics.classification import macro_f1, ratio
from affekt.metrics.inputs import OutcomePair, outcome_matrix

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.int64]

_REACH = 12.0
_STEP = 0.02
_FOLDS = 5


class Smoothing(NamedTuple):
    """How `fit_thresholds` keeps rare labels from chasing luck: its options of the same names."""

    smoothing: float
    shrinkage: float


def fit_thresholds(
    truth: ArrayLike, probability: ArrayLike, *, smoothing: float = 0.4, shrinkage: float = 5.0
) -> Floats:
    """Return the probability from which each label counts as present, (label,) in [0, 1].

    truth: 0/1 (item, label); probability: (item, label). Each label's threshold maximises its F1,
    which maximises macro-F1. A label with twenty positives has a ragged F1 curve whose highest peak
    is luck, so

    - `smoothing` spreads every item over a Gaussian of that width in logits before the curve is
      searched (0: the curve as it is);
    - `shrinkage` moves the threshold, in logits, towards the one that suits all labels
      (`fit_global_threshold`), which weighs as much as that many positives (0: not at all). A label
      without positives gets the global threshold.

    The defaults are careful; how much helps depends on the model, and `choose_smoothing` finds it.
    O(n log n) per label. Raises `InputError` for different shapes, NaN, no items, or negative options.
    Lipton, Elkan and Naryanaswamy 2014, "Optimal Thresholding of Classifiers to Maximize F1 Measure".

    >>> truth = [[1], [1], [0], [0]]
    >>> fit_thresholds(truth, [[0.9], [0.6], [0.4], [0.1]], smoothing=0, shrinkage=0).tolist()
    [0.5]
    """
    pair = outcome_matrix(truth, probability)
    if smoothing < 0 or shrinkage < 0:
        raise InputError(f"smoothing and shrinkage must be at least 0, got {smoothing} and {shrinkage}.")
    return _shrunk(_peaks(*pair, width=smoothing), fit_global_threshold(*pair), pair.truth.sum(0), shrinkage)


def choose_smoothing(
    truth: ArrayLike,
    probability: ArrayLike,
    *,
    smoothings: Sequence[float] = (0.0, 0.2, 0.4, 0.8),
    shrinkages: Sequence[float] = (0.0, 5.0, 20.0),
    repeats: int = 4,
    seed: int = 0,
) -> Smoothing:
    """Return the options of `fit_thresholds` whose thresholds hold best on items they were not fitted on.

    truth: 0/1 (item, label); probability: (item, label), the split that thresholds are to be fitted
    on. Five-fold cross-validation, `repeats` times: thresholds of four folds decide on the fifth, the
    decisions of all folds give one macro-F1. A model whose probabilities are too low for its
    rare labels wants no shrinkage, one that is calibrated gains by it. Raises `InputError` for
    different shapes, NaN, fewer than ten items, or nothing to choose from.

    >>> random = np.random.default_rng(0)
    >>> said = random.random((200, 2))
    >>> choose_smoothing(random.random((200, 2)) < said, said, smoothings=[0.4], shrinkages=[0, 5])._fields
    ('smoothing', 'shrinkage')
    """
    pair = outcome_matrix(truth, probability)
    if len(pair.truth) < 2 * _FOLDS:
        raise InputError(f"Cross-validation needs at least {2 * _FOLDS} items, got {len(pair.truth)}.")
    if not smoothings or not shrinkages or repeats < 1:
        raise InputError("Give at least one smoothing, one shrinkage and one repeat to choose from.")
    choices = [Smoothing(*choice) for choice in product(smoothings, shrinkages)]
    scores = np.zeros(len(choices))
    random = np.random.default_rng(seed)
    for _ in range(repeats):
        fold = random.permutation(len(pair.truth)) % _FOLDS
        decisions = np.zeros((len(choices), *pair.truth.shape), np.bool_)
        for held in range(_FOLDS):
            kept = OutcomePair(pair.truth[fold != held], pair.probability[fold != held])
            together = fit_global_threshold(*kept)
            peaks = {width: _peaks(*kept, width=width) for width in smoothings}
            for place, choice in enumerate(choices):
                limits = _shrunk(peaks[choice.smoothing], together, kept.truth.sum(0), choice.shrinkage)
                decisions[place, fold == held] = pair.probability[fold == held] >= limits
        scores += [macro_f1(pair.truth, decision) for decision in decisions]
    return choices[int(np.argmax(scores))]


def fit_global_threshold(truth: ArrayLike, probability: ArrayLike) -> float:
    """Return the one threshold for all labels that gives the best macro-F1, in [0, 1].

    truth: 0/1 (item, label); probability: (item, label). Exact: every cut between two different
    probabilities is tried, in O(n log n) for n cells. 0.5 where no item has any label. Raises
    `InputError` for different shapes, NaN, or no items.

    >>> fit_global_threshold([[1, 0], [0, 1]], [[0.8, 0.2], [0.4, 0.6]])
    0.5
    """
    pair = outcome_matrix(truth, probability)
    if not pair.truth.any():
        return 0.5
    order = np.argsort(-pair.probability, axis=0, kind="stable")
    ranked = np.take_along_axis(pair.probability, order, 0)
    curves = _f1_curve(np.take_along_axis(pair.truth, order, 0))
    # Passing one cell changes one label's F1; the sum of changes down to a cut is the F1 there.
    steps = np.diff(curves, axis=0, prepend=0).T.ravel()
    flat = ranked.T.ravel()
    merged = np.argsort(-flat, kind="stable")
    return _best_cut(flat[merged], np.cumsum(steps[merged]))


def _f1_curve(ranked_truth: Flags) -> Floats:
    """Return F1 (item, label) when a label's first 1, 2, … items are taken."""
    hits = np.cumsum(ranked_truth, axis=0)
    taken = np.arange(1, len(hits) + 1)[:, None]
    return ratio(2 * hits, taken + hits[-1])


def _best_cut(ranked: Floats, scores: Floats) -> float:
    """Return the threshold half way below the best place to cut; equal probabilities are never parted."""
    ends = np.append(np.flatnonzero(np.diff(ranked)), len(ranked) - 1)
    end = int(ends[np.argmax(scores[ends])])
    below = ranked[end + 1] if end + 1 < len(ranked) else 0.0
    middle = (ranked[end] + below) / 2
    # Between neighbouring floats the half-way point can round down to the lower one.
    return float(middle if middle > below else ranked[end])


def _shrunk(fitted: Floats, together: float, positives: Indices, shrinkage: float) -> Floats:
    """Return the labels' own thresholds moved towards the global one; (label,)."""
    own = ratio(positives, positives + shrinkage)
    moved = _probability(own * _logit(fitted) + (1 - own) * _logit(np.array(together)))
    # Where one of the two weighs all, it must not lose digits on the way through logits.
    return np.where(own == 1, fitted, np.where(own == 0, together, moved))


def _peaks(truth: Flags, probability: Floats, *, width: float) -> Floats:
    """Return the threshold at the peak of each label's F1 curve, (label,)."""
    columns = zip(truth.T, probability.T, strict=True)
    return np.array([_smoothed_peak(*column, width=width) if width else _peak(*column) for column in columns])


def _peak(truth: Flags, probability: Floats) -> float:
    order = np.argsort(-probability, kind="stable")
    return _best_cut(probability[order], _f1_curve(truth[order][:, None])[:, 0])


def _smoothed_peak(truth: Flags, probability: Floats, *, width: float) -> float:
    """Return the threshold at the peak of the F1 curve of items spread by `width` logits."""
    cells = int(2 * _REACH / _STEP) + 1
    place = np.rint((_logit(probability) + _REACH) / _STEP).astype(np.int64)
    offsets = np.arange(-int(4 * width / _STEP), int(4 * width / _STEP) + 1) * _STEP
    kernel = np.exp(-0.5 * np.square(offsets / width))
    kernel /= kernel.sum()
    counts = (np.bincount(place, minlength=cells), np.bincount(place[truth], minlength=cells))
    # "full" keeps what spreads past the ends; from a cell upwards is what its threshold takes.
    taken, hits = (np.cumsum(np.convolve(count, kernel)[::-1])[::-1] for count in counts)
    scores = ratio(2 * hits, taken + truth.sum())
    peak = (int(np.argmax(scores)) - len(kernel) // 2 - 0.5) * _STEP - _REACH
    return float(_probability(np.array(np.clip(peak, -_REACH, _REACH))))


def _logit(probability: Floats) -> Floats:
    inside = np.clip(probability, 1e-300, 1 - 1e-16)
    logit: Floats = np.clip(np.log(inside) - np.log1p(-inside), -_REACH, _REACH)
    return logit


def _probability(logit: Floats) -> Floats:
    probability: Floats = 1 / (1 + np.exp(-logit))
    return probability
