"""GoEmotions and EmoBank scores: every promised row, equal to the metric it names, and telling models apart."""

from __future__ import annotations

import math

import numpy as np
import pytest

from affekt.affect.spaces import find_space
from affekt.errors import InputError
from affekt.evaluation import emobank, goemotions
from affekt.evaluation.emobank import score_emobank
from affekt.evaluation.goemotions import ECE, FittedOnDev, calibration_error, score_goemotions
from affekt.evaluation.records import ResultRow, RunInfo
from affekt.metrics.calibration import brier_skill, expected_calibration_error
from affekt.metrics.classification import label_f1, macro_f1, mean_average_precision, micro_f1
from affekt.metrics.regression import ccc, mae, pearson, rmse

RUN = RunInfo("text", "0.1.0", 1, "abc", "2025-01-31")
LABELS = find_space("goemotions").labels
random = np.random.default_rng(0)
RATE = np.geomspace(0.005, 0.3, 28)
HONEST = 1 / (1 + np.exp(-(np.log(RATE / (1 - RATE)) + 1.5 * random.normal(size=(2000, 28)))))
TRUTH = random.random(HONEST.shape) < HONEST
FITTED = FittedOnDev(np.linspace(0.1, 0.4, 28), 0.25, TRUTH.mean(0))


@pytest.fixture(scope="module")
def rows() -> dict[tuple[str, str, str], ResultRow]:
    found = score_goemotions(TRUTH, HONEST, FITTED, run=RUN, resamples=80)
    assert len({row.key for row in found}) == len(found)
    return {(row.protocol, row.model, row.metric): row for row in found}


def test_goemotions_values_are_the_metrics(rows: dict[tuple[str, str, str], ResultRow]) -> None:
    own, together = FITTED.thresholds <= HONEST, HONEST >= 0.25
    reference = np.broadcast_to(FITTED.prior, HONEST.shape)
    expected = {
        ("dev-label-thresholds", "text", "macro_f1"): macro_f1(TRUTH, own),
        ("dev-label-thresholds", "text", "micro_f1"): micro_f1(TRUTH, own),
        ("dev-label-thresholds", "text", "f1:joy"): label_f1(TRUTH, own)[LABELS.index("joy")],
        ("dev-global-threshold", "text", "macro_f1"): macro_f1(TRUTH, together),
        ("dev-global-threshold", "text", "micro_f1"): micro_f1(TRUTH, together),
        ("probabilities", "text", "map"): mean_average_precision(TRUTH, HONEST),
        ("probabilities", "text", ECE): expected_calibration_error(TRUTH, HONEST, minimum=0.1),
        ("probabilities", "text", "brier_skill"): brier_skill(TRUTH, HONEST, reference),
        ("probabilities", "train-prior", ECE): expected_calibration_error(TRUTH, reference, minimum=0.1),
    }
    for key, value in expected.items():
        assert math.isclose(rows[key].value, value), key
    for row in rows.values():
        assert row.low is not None and row.high is not None and row.low <= row.value <= row.high, row.metric
        assert (row.corpus, row.split, row.n, row.commit, row.date) == ("goemotions", "test", 2000, "abc", "2025-01-31")


def test_goemotions_rows_are_all_there(rows: dict[tuple[str, str, str], ResultRow]) -> None:
    metrics = {metric for _, model, metric in rows if model == "text"}
    enough = {label for label, many in zip(LABELS, TRUTH.sum(0) >= 50, strict=True) if many}
    assert 10 < len(enough) < 28
    assert {m for m in metrics if m.startswith("f1:")} == {f"f1:{label}" for label in LABELS}
    skills = {m.removeprefix("brier_skill:") for m in metrics if m.startswith("brier_skill:")}
    assert skills == enough
    least = min(rows["probabilities", "text", f"brier_skill:{label}"].value for label in enough)
    assert rows["probabilities", "text", "brier_skill_min"].value == least
    promised = {m for m in goemotions.CARD.metrics if "<" not in m}
    assert promised <= metrics and goemotions.CARD.primary in metrics
    # What does not depend on the model's seed says so.
    assert rows["probabilities", "train-prior", ECE].seed is None


def test_the_train_prior_looks_calibrated_and_has_no_skill(rows: dict[tuple[str, str, str], ResultRow]) -> None:
    assert rows["probabilities", "train-prior", ECE].value < 0.001
    prior = np.broadcast_to(FITTED.prior, TRUTH.shape)
    found = score_goemotions(TRUTH, prior, FITTED, run=RUN, resamples=20)
    assert {row.value for row in found if row.metric.startswith("brier_skill")} == {0.0}
    assert rows["probabilities", "text", "brier_skill_min"].value > 0.05


def test_calibration_intervals_hold_the_value_and_tell_overconfidence() -> None:
    loud = HONEST**0.5
    honest, wrong = (calibration_error(TRUTH, said, resamples=80) for said in (HONEST, loud))
    assert 0 <= honest.low <= honest.value <= honest.high < wrong.low <= wrong.value <= wrong.high
    nothing = calibration_error(TRUTH, np.zeros(TRUTH.shape), resamples=5)
    assert all(math.isnan(number) for number in nothing)


def test_another_space_and_a_handful_of_items() -> None:
    space = find_space("ekman")
    k = len(space)
    fitted = FittedOnDev([0.3] * k, 0.3, [0.1] * k)
    found = score_goemotions(TRUTH[:30, :k], HONEST[:30, :k], fitted, run=RUN, resamples=10, space=space)
    assert {row.corpus for row in found} == {"goemotions:ekman"}
    assert "brier_skill_min" not in {row.metric for row in found}  # nobody has 50 positives


def test_goemotions_shapes_are_checked() -> None:
    with pytest.raises(InputError, match=r"\(item, 28\) for goemotions, got shape \(2000, 27\)"):
        score_goemotions(TRUTH[:, 1:], HONEST[:, 1:], FITTED, run=RUN)
    with pytest.raises(InputError, match="Truth and probabilities differ in shape"):
        score_goemotions(TRUTH, HONEST[1:], FITTED, run=RUN)
    with pytest.raises(InputError, match=r"thresholds must hold 28 values for goemotions, got shape \(1,\)"):
        score_goemotions(TRUTH, HONEST, FittedOnDev([0.5], 0.5, FITTED.prior), run=RUN)


SD = random.random((600, 3)) * 0.1 + 0.05
MEAN = random.normal(size=(600, 3)) * [0.3, 0.1, 0.1]
VAD = np.clip(MEAN + SD * random.normal(size=(600, 3)), -1, 1)


def test_emobank_values_are_the_metrics() -> None:
    found = score_emobank(VAD, MEAN, SD, run=RUN, resamples=200)
    values = {row.metric: row.value for row in found}
    assert set(values) == set(emobank.CARD.metrics) and emobank.CARD.primary in values
    for k, dimension in enumerate(("valence", "arousal", "dominance")):
        for metric in (pearson, ccc, rmse, mae):
            assert math.isclose(values[f"{metric.__name__}:{dimension}"], metric(VAD[:, k], MEAN[:, k]))
        inside = np.abs(VAD[:, k] - MEAN[:, k]) <= 1.6448536 * SD[:, k]
        assert math.isclose(values[f"coverage_90:{dimension}"], inside.mean())
        assert 0.86 < values[f"coverage_90:{dimension}"] < 0.94
    assert all(row.low <= row.value <= row.high and row.protocol == "dev-as-test" for row in found)  # type: ignore[operator]


def test_documents_widen_the_interval() -> None:
    groups = np.repeat(np.arange(20), 30)
    like = MEAN + np.repeat(random.normal(size=(20, 3)), 30, axis=0) * 0.2  # a document's own error
    width = [
        {row.metric: row.high - row.low for row in score_emobank(MEAN, like, SD, run=RUN, resamples=200, groups=g)}  # type: ignore[operator]
        for g in (None, groups)
    ]
    assert width[1]["rmse:valence"] > 2 * width[0]["rmse:valence"]


def test_emobank_shapes_are_checked() -> None:
    with pytest.raises(InputError, match=r"mean must be \(600, 3\): valence, arousal, dominance; got shape \(600, 2\)"):
        score_emobank(VAD, MEAN[:, :2], SD, run=RUN)
    with pytest.raises(InputError, match="sd must be at least 0, got -0"):
        score_emobank(VAD, MEAN, -SD, run=RUN)
