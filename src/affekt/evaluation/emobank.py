"""Scores on EmoBank: how well valence, arousal and dominance are told, and how surely."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from affekt.cards import EvaluationCard
from affekt.errors import InputError
from affekt.evaluation.records import ResultRow, RunInfo, Scored
from affekt.metrics.inputs import as_numbers
from affekt.metrics.regression import ccc, interval_coverage, mae, pearson, rmse
from affekt.metrics.resampling import bootstrap_interval

DIMENSIONS = ("valence", "arousal", "dominance")

CARD = EvaluationCard(
    name="emobank",
    corpus="emobank",
    split="dev",
    # Dev is the test here: a model is tuned, stopped and calibrated on a document-disjoint slice of train.
    protocol="dev-as-test",
    metrics=tuple(f"{m}:{d}" for d in DIMENSIONS for m in ("pearson", "ccc", "rmse", "mae", "coverage_90")),
    primary="pearson:valence",
)
_METRICS = {"pearson": pearson, "ccc": ccc, "rmse": rmse, "mae": mae}


def score_emobank(
    truth: ArrayLike,
    mean: ArrayLike,
    sd: ArrayLike,
    *,
    run: RunInfo,
    split: str = "dev",
    groups: ArrayLike | None = None,
    resamples: int = 1000,
) -> list[ResultRow]:
    """Return the rows of one model on EmoBank, each with its 95 % bootstrap interval.

    truth, mean, sd: (item, 3), valence, arousal and dominance in [-1, 1]. Per dimension:
    ``pearson``, ``ccc``, ``rmse``, ``mae`` (on that scale; the corpus's own 1–5 is twice as wide)
    and ``coverage_90``, the share of items inside the central 90 % interval mean ± 1.645 sd. With `groups`
    (item,), the documents, whole documents are resampled: sentences of one are alike.
    Raises `InputError` where shapes do not fit.
    """
    told, said, spread = (as_numbers(name, v) for name, v in (("truth", truth), ("mean", mean), ("sd", sd)))
    for name, array in (("truth", told), ("mean", said), ("sd", spread)):
        if array.ndim != 2 or array.shape != (len(told), len(DIMENSIONS)):
            raise InputError(f"{name} must be ({len(told)}, 3): valence, arousal, dominance; got shape {array.shape}.")
    if spread.min() < 0:
        raise InputError(f"sd must be at least 0, got {spread.min():g}.")
    half = NormalDist().inv_cdf(0.95) * spread
    place = Scored("emobank", split, CARD.protocol, len(told), run)
    rows = []
    for k, dimension in enumerate(DIMENSIONS):
        for name, metric in _METRICS.items():
            score = bootstrap_interval(metric, told[:, k], said[:, k], resamples=resamples, groups=groups)
            rows.append(place.row(f"{name}:{dimension}", score))
        low, high = np.clip(said[:, k] - half[:, k], -1, 1), np.clip(said[:, k] + half[:, k], -1, 1)
        score = bootstrap_interval(interval_coverage, told[:, k], low, high, resamples=resamples, groups=groups)
        rows.append(place.row(f"coverage_90:{dimension}", score))
    return rows
