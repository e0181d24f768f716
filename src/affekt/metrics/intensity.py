"""Intensities of many emotions at once, per emotion and by arousal, with answers that were refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from affekt.errors import InputError
from affekt.metrics.inputs import Floats, as_numbers, check_shapes
from affekt.metrics.regression import mae, pearson, rmse, spearman


class IntensityScores(NamedTuple):
    """Correlations and errors of one emotion or the mean of several; `refused` is the share without an answer."""

    pearson: float
    spearman: float
    rmse: float
    mae: float
    refused: float


class IntensityReport(NamedTuple):
    """The scores of each emotion, of each group of emotions, and their mean."""

    emotions: dict[str, IntensityScores]
    groups: dict[str, IntensityScores]
    mean: IntensityScores


def intensity_report(
    truth: ArrayLike, prediction: ArrayLike, labels: Sequence[str], *, groups: Sequence[str] | None = None
) -> IntensityReport:
    """Return how well the intensity of each emotion was estimated, per emotion, per group of emotions, and on average.

    truth: (item, emotion); prediction: the same shape, NaN where a model refused or its answer could not be
    read; `groups` names the group of each emotion, such as ``"high"``, ``"moderate"`` and ``"low"`` arousal.
    Refused answers are left out of the scores and counted. A correlation that is not defined is NaN and left
    out of means. Raises `InputError` for different shapes. Schuhmann et al. 2025, "EmoNet-Voice".

    >>> report = intensity_report([[0, 1], [2, 1]], [[0, 1], [1, np.nan]], ["joy", "awe"])
    >>> report.emotions["joy"].rmse.__round__(3), report.emotions["awe"].refused
    (0.707, 0.5)
    """
    found = as_numbers("truth", truth)
    said = np.asarray(prediction, dtype=np.float64)
    check_shapes(found, said)
    if found.ndim != 2 or found.shape[1] != len(labels):
        raise InputError(f"truth must be (item, {len(labels)}), got shape {found.shape}.")
    if groups is not None and len(groups) != len(labels):
        raise InputError(f"groups must name a group for each of {len(labels)} emotions, got {len(groups)}.")
    rows = np.array([_one(found[:, place], said[:, place]) for place in range(len(labels))])
    named = [] if groups is None else list(dict.fromkeys(groups))
    return IntensityReport(
        {label: IntensityScores(*row) for label, row in zip(labels, rows.tolist(), strict=True)},
        {name: _mean(rows[[group == name for group in groups or ()]]) for name in named},
        _mean(rows),
    )


def _one(truth: Floats, prediction: Floats) -> list[float]:
    known = ~np.isnan(prediction)
    refused = float(1 - known.mean())
    if not known.any():
        return [float("nan")] * 4 + [refused]
    return [metric(truth[known], prediction[known]) for metric in (pearson, spearman, rmse, mae)] + [refused]


def _mean(rows: Floats) -> IntensityScores:
    known = ~np.isnan(rows)
    sums = np.where(known, rows, 0.0).sum(axis=0)
    return IntensityScores(*np.where(known.any(axis=0), sums / np.maximum(1, known.sum(axis=0)), np.nan).tolist())
