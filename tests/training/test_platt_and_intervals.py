"""Calibration: the optimum by gradient and by scikit-learn, what it does for rare labels, coverage."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from affekt.errors import InputError
from affekt.metrics.calibration import brier_score, expected_calibration_error
from affekt.metrics.regression import interval_coverage
from affekt.training.calibration import Platt, calibrated, fit_interval_scale, fit_platt


def sigmoid(logit: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-logit))


@given(st.integers(0, 10_000), st.floats(0.1, 20), st.floats(0.2, 30))
def test_the_gradient_vanishes(seed: int, ridge: float, size: float) -> None:
    random = np.random.default_rng(seed)
    logit = random.normal(size=(40, 3)) * size - 2
    truth = random.random((40, 3)) < [0.5, 0.1, 0.0]  # the last label has no positives
    scale, shift = fit_platt(truth, logit, ridge=ridge)
    error = sigmoid(np.clip(scale * logit + shift, -700, 700)) - truth
    slack = 1e-5 * (1 + np.abs(logit).sum(0))
    assert (np.abs((error * logit).sum(0) + ridge * (scale - 1)) < slack).all()
    assert (np.abs(error.sum(0) + ridge * shift) < slack).all()


def test_equals_a_general_optimizer() -> None:
    random = np.random.default_rng(0)
    logit = random.normal(size=300) * 2
    truth = random.random(300) < sigmoid(0.5 * logit - 1)

    def loss(x: np.ndarray) -> float:
        p = sigmoid(x[0] * logit + x[1])
        return -np.log(np.where(truth, p, 1 - p)).sum() + 1.5 * ((x[0] - 1) ** 2 + x[1] ** 2)

    expected = minimize(loss, [1, 0]).x
    platt = fit_platt(truth[:, None], logit[:, None], ridge=3.0)
    assert np.allclose([platt.scale[0], platt.shift[0]], expected, atol=1e-4)


def test_equals_scikit_learn_where_the_ridge_is_nothing() -> None:
    random = np.random.default_rng(1)
    logit = random.normal(size=(2000, 1)) * 2
    truth = random.random((2000, 1)) < sigmoid(0.7 * logit - 0.5)
    platt = fit_platt(truth, logit, ridge=1e-6)
    reference = LogisticRegression(C=1e8, tol=1e-8).fit(logit, truth[:, 0])
    assert np.allclose([platt.scale[0], platt.shift[0]], [reference.coef_[0, 0], reference.intercept_[0]], atol=1e-3)


def test_an_overconfident_model_is_calibrated_on_new_items() -> None:
    random = np.random.default_rng(2)
    honest = random.normal(size=(8000, 4)) * 1.5 - 1
    truth = random.random(honest.shape) < sigmoid(honest)
    loud = honest * 2.5 + [0, 1, -1, 2]
    platt = fit_platt(truth[:4000], loud[:4000])
    assert np.allclose(platt.scale, 0.4, atol=0.05)
    new, before, after = truth[4000:], sigmoid(loud[4000:]), calibrated(loud[4000:], platt)
    assert expected_calibration_error(new, before) > 0.08
    assert expected_calibration_error(new, after) < 0.015
    assert brier_score(new, after) < brier_score(new, before)


def test_a_rare_label_is_left_nearly_alone() -> None:
    random = np.random.default_rng(3)
    logit = random.normal(size=(200, 2)) - 5
    truth = np.zeros((200, 2), bool)
    truth[np.argmax(logit[:, 0]), 0] = True  # one positive that happens to rank first: separable
    platt = fit_platt(truth, logit)
    assert (np.abs(platt.scale - 1) < 1).all() and np.isfinite(platt.shift).all()
    assert fit_platt(truth, logit, ridge=1e6).scale.round(3).tolist() == [1, 1]


def test_soft_labels_and_extreme_logits() -> None:
    logit = np.array([[800.0], [-800.0], [3.0], [-3.0]])
    platt = fit_platt([[0.9], [0.1], [0.8], [0.3]], logit)
    assert np.isfinite(platt.scale).all() and 0 < platt.scale[0] < 0.1
    assert calibrated([[1e4, -1e4]], Platt(np.ones(2), np.zeros(2))).tolist() == [[1.0, 0.0]]


@given(st.integers(0, 1000), st.sampled_from([0.5, 0.8, 0.9]), st.floats(0.1, 5))
def test_scaled_intervals_cover_what_they_were_fitted_on(seed: int, coverage: float, wrong: float) -> None:
    random = np.random.default_rng(seed)
    sd = random.random(150) + 0.2
    truth = random.normal(size=150) * sd
    factor = fit_interval_scale(truth, np.zeros(150), sd * wrong, coverage=coverage)
    half = {0.5: 0.67449, 0.8: 1.28155, 0.9: 1.64485}[coverage] * factor * wrong * sd * (1 + 1e-5)
    covered = interval_coverage(truth, -half, half)
    assert coverage <= covered <= coverage + 0.02


def test_new_items_are_covered_whatever_the_errors_look_like() -> None:
    random = np.random.default_rng(4)
    covered = []
    for _ in range(60):
        errors = random.standard_t(2, size=1100)
        half = 1.64485 * fit_interval_scale(errors[:100], np.zeros(100), np.ones(100))
        covered.append(np.mean(np.abs(errors[100:]) <= half))
    assert 0.885 < np.mean(covered) < 0.92


def test_bad_input_is_named() -> None:
    with pytest.raises(InputError, match="differ in shape"):
        fit_platt([[1]], [[1.0, 2.0]])
    with pytest.raises(InputError, match=r"\(item, label\)"):
        fit_platt([1], [1.0])
    with pytest.raises(InputError, match=r"Truth must lie in \[0, 1\]"):
        fit_platt([[2]], [[1.0]])
    with pytest.raises(InputError, match="ridge must be above 0"):
        fit_platt([[1]], [[1.0]], ridge=0)
    with pytest.raises(InputError, match="sd must be above 0"):
        fit_interval_scale([0.0], [0.0], [0.0])
    with pytest.raises(InputError, match=r"coverage must lie between 0 and 1, got 90"):
        fit_interval_scale([0.0], [0.0], [1.0], coverage=90)
    with pytest.raises(InputError, match=r"0\.9 needs at least 9 held-out items, got 8"):
        fit_interval_scale([0.0] * 8, [0.0] * 8, [1.0] * 8)
    assert fit_interval_scale([0.0] * 9, [0.0] * 9, [1.0] * 9) == 0
