"""Scores on GoEmotions: F1 at thresholds fitted on dev, average precision, calibration, skill."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.affect.spaces import find_space
from affekt.cards import EvaluationCard
from affekt.errors import InputError
from affekt.evaluation.records import ResultRow, RunInfo, Scored
from affekt.metrics.calibration import brier_skill, expected_calibration_error, label_brier_skill
from affekt.metrics.classification import label_f1, macro_f1, mean_average_precision, micro_f1
from affekt.metrics.inputs import as_flags, as_probabilities, check_shapes
from affekt.metrics.resampling import Estimate, bootstrap_interval, bootstrap_intervals, bootstrap_values
from affekt.types import LabelSpace

Floats = NDArray[np.float64]

ECE_MINIMUM = 0.1
"""Calibration error is taken over predictions from here up; of 28 labels nearly all others sit near 0."""
ENOUGH_POSITIVES = 50
"""Brier skill is held to account for labels with at least this many positives in the split."""
ECE = "ece_equal_mass_from_0.1"

CARD = EvaluationCard(
    name="goemotions",
    corpus="goemotions",
    split="test",
    protocol="dev-label-thresholds",
    metrics=("macro_f1", "micro_f1", "f1:<label>", "map", ECE, "brier_skill", "brier_skill:<label>", "brier_skill_min"),
    primary="macro_f1",
)


@dataclass(frozen=True, slots=True, eq=False)
class FittedOnDev:
    """What scoring takes from other splits: a threshold per label and one for all, fitted on dev (never
    on the split that is scored), and the share of train items with each label; (label,), float, (label,)."""

    thresholds: ArrayLike
    threshold: float
    prior: ArrayLike


def score_goemotions(
    truth: ArrayLike,
    probabilities: ArrayLike,
    fitted: FittedOnDev,
    *,
    run: RunInfo,
    split: str = "test",
    resamples: int = 1000,
    space: LabelSpace | None = None,
) -> list[ResultRow]:
    """Return the rows of one model on GoEmotions, each with its 95 % bootstrap interval.

    truth: 0/1 (item, label); probabilities: (item, label), in the order of the space's labels.

    - protocol ``dev-label-thresholds``: ``macro_f1``, ``micro_f1``, ``f1:<label>``
    - protocol ``dev-global-threshold``: ``macro_f1``, ``micro_f1``
    - protocol ``probabilities``: ``map``; equal-mass calibration error over predictions from 0.1 up;
      Brier skill over the train-prior predictor of all cells, of each label with 50 positives or
      more, and the least of those (``brier_skill_min``, where there is any)
    - the same calibration error of the train-prior predictor, under the model name ``train-prior``

    `space` is goemotions, or a space its labels were rolled up into; the corpus column then
    reads ``goemotions:<space>``. Raises `InputError` where shapes do not fit.
    """
    space = space or find_space("goemotions")
    happened, said = as_flags("truth", truth), as_probabilities("probabilities", probabilities)
    limits, prior = as_probabilities("thresholds", fitted.thresholds), as_probabilities("prior", fitted.prior)
    check_shapes(happened, said, names=("truth", "probabilities"))
    if happened.shape[1:] != (len(space),):
        raise InputError(f"Truth must be (item, {len(space)}) for {space.name}, got shape {happened.shape}.")
    for name, array in (("thresholds", limits), ("prior", prior)):
        if array.shape != (len(space),):
            raise InputError(f"{name} must hold {len(space)} values for {space.name}, got shape {array.shape}.")
    corpus = "goemotions" if space.name == "goemotions" else f"goemotions:{space.name}"
    place = Scored(corpus, split, "dev-label-thresholds", len(happened), run)
    return [
        *_decision_rows(happened, said >= limits, place, resamples, space),
        *_decision_rows(happened, said >= fitted.threshold, replace(place, protocol="dev-global-threshold"), resamples),
        *_probability_rows(happened, said, prior, replace(place, protocol="probabilities"), resamples, space),
    ]


def calibration_error(truth: ArrayLike, probabilities: ArrayLike, *, resamples: int = 1000) -> Estimate:
    """Return the equal-mass calibration error over predictions from 0.1 up, with a 95 % interval.

    Resampling adds noise to every bin, and the error counts noise of either sign, so the resampled
    values lie above the measured one. Their mean excess is taken off the interval, which then says
    how far the measured value would vary; it is cut at 0. NaN where no prediction reaches 0.1.
    """
    measure = partial(expected_calibration_error, minimum=ECE_MINIMUM)
    value = measure(truth, probabilities)
    values = bootstrap_values(measure, truth, probabilities, resamples=resamples)
    known = values[~np.isnan(values)]
    if np.isnan(value) or not known.size:
        return Estimate(value, float("nan"), float("nan"))
    low, high = np.quantile(known - (known.mean() - value), [0.025, 0.975])
    return Estimate(value, max(0.0, float(low)), float(high))


def _decision_rows(
    truth: NDArray[np.bool_],
    decision: NDArray[np.bool_],
    place: Scored,
    resamples: int,
    space: LabelSpace | None = None,
) -> Iterator[ResultRow]:
    for name, metric in (("macro_f1", macro_f1), ("micro_f1", micro_f1)):
        yield place.row(name, bootstrap_interval(metric, truth, decision, resamples=resamples))
    if space is not None:
        for label, score in zip(
            space, bootstrap_intervals(label_f1, truth, decision, resamples=resamples), strict=True
        ):
            yield place.row(f"f1:{label}", score)


def _probability_rows(
    truth: NDArray[np.bool_], said: Floats, prior: Floats, place: Scored, resamples: int, space: LabelSpace
) -> Iterator[ResultRow]:
    reference = np.broadcast_to(prior, said.shape)
    yield place.row("map", bootstrap_interval(mean_average_precision, truth, said, resamples=resamples))
    yield place.row(ECE, calibration_error(truth, said, resamples=resamples))
    yield place.row("brier_skill", bootstrap_interval(brier_skill, truth, said, reference, resamples=resamples))
    skills = bootstrap_intervals(label_brier_skill, truth, said, reference, resamples=resamples)
    enough = truth.sum(0) >= ENOUGH_POSITIVES
    counted = [(label, score) for label, score, many in zip(space, skills, enough, strict=True) if many]
    for label, score in counted:
        yield place.row(f"brier_skill:{label}", score)
    if counted:
        # The interval is that of the least skilled label: the least of each resample would be biased down.
        yield place.row("brier_skill_min", min(score for _, score in counted))
    baseline = RunInfo("train-prior", "1", None, place.run.commit, place.run.date)
    yield replace(place, run=baseline).row(ECE, calibration_error(truth, reference, resamples=resamples))
