"""Calibration: bins by hand, scikit-learn, properties, degenerate input."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss

from affekt.errors import InputError
from affekt.metrics.calibration import (
    brier_score,
    brier_skill,
    debiased_calibration_error,
    expected_calibration_error,
    label_brier_skill,
    reliability_curve,
)

ITEMS = st.lists(st.tuples(st.booleans(), st.floats(0, 1).map(lambda p: round(p, 2))), min_size=1, max_size=60)


def error_by_bins(bins: list[list[tuple[bool, float]]]) -> float:
    total = sum(map(len, bins))
    gaps = (abs(sum(p for _, p in b) - sum(y for y, _ in b)) for b in bins)
    return sum(gaps) / total


@given(ITEMS, st.integers(1, 20))
def test_equal_width_error_equals_the_formula(items: list[tuple[bool, float]], bins: int) -> None:
    truth, said = zip(*items, strict=True)
    filled: dict[int, list[tuple[bool, float]]] = {}
    for outcome, p in items:
        filled.setdefault(min(int(p * bins), bins - 1), []).append((outcome, p))
    ours = expected_calibration_error(truth, said, bins=bins, binning="equal-width")
    assert math.isclose(ours, error_by_bins(list(filled.values())), abs_tol=1e-12)


@given(st.lists(st.booleans(), min_size=10, max_size=60), st.integers(2, 10), st.randoms(use_true_random=False))
def test_equal_mass_error_equals_the_formula(truth: list[bool], bins: int, random: object) -> None:
    said = [(i + 0.5) / len(truth) for i in range(len(truth))]  # all different, lowest first
    parts = [[(truth[i], said[i]) for i in range(len(truth)) if i * bins // len(truth) == k] for k in range(bins)]
    order = list(range(len(truth)))
    random.shuffle(order)  # type: ignore[attr-defined]
    ours = expected_calibration_error([truth[i] for i in order], [said[i] for i in order], bins=bins)
    assert math.isclose(ours, error_by_bins(parts), abs_tol=1e-12)


@given(ITEMS, st.sampled_from(["equal-mass", "equal-width"]), st.floats(0, 0.9))
def test_properties(items: list[tuple[bool, float]], binning: str, minimum: float) -> None:
    truth, said = zip(*items, strict=True)
    options = {"binning": binning, "minimum": minimum}
    error = expected_calibration_error(truth, said, **options)
    curve = reliability_curve(truth, said, **options)
    kept = [(y, p) for y, p in items if p >= minimum]
    assert curve.count.sum() == len(kept) and (curve.count > 0).all()
    assert (np.diff(curve.probability) > 0).all()
    if not kept:
        assert math.isnan(error)
        return
    # Between the gap of the averages (one bin) and 1; the order of items does not matter.
    one = abs(sum(p for _, p in kept) - sum(y for y, _ in kept)) / len(kept)
    assert one - 1e-12 <= error <= 1
    assert math.isclose(expected_calibration_error(truth[::-1], said[::-1], **options), error, abs_tol=1e-12)


def test_the_curve_equals_scikit_learn() -> None:
    random = np.random.default_rng(0)
    said = random.random(2000)
    truth = random.random(2000) < said**2
    ours = reliability_curve(truth, said, bins=10, binning="equal-width")
    frequency, probability = calibration_curve(truth, said, n_bins=10)
    assert np.allclose(ours.frequency, frequency) and np.allclose(ours.probability, probability)


def test_equal_mass_bins_are_equal_and_never_part_a_tie() -> None:
    distinct = reliability_curve(np.zeros(100), np.linspace(0, 1, 100), bins=8)
    assert distinct.count.max() - distinct.count.min() <= 1
    constant = reliability_curve([1, 0, 0, 0], [0.25] * 4, bins=8)
    assert constant.count.tolist() == [4] and constant.frequency.tolist() == [0.25]
    assert expected_calibration_error([1, 0, 0, 0], [0.25] * 4) == 0


def test_a_calibrated_predictor_has_little_error_and_an_overconfident_one_much() -> None:
    random = np.random.default_rng(1)
    said = random.random(40_000)
    truth = random.random(40_000) < 0.5 + (said - 0.5) / 2
    assert expected_calibration_error(truth, 0.5 + (said - 0.5) / 2) < 0.02
    assert abs(expected_calibration_error(truth, said) - 0.125) < 0.01


@given(ITEMS, st.floats(0.01, 0.99))
def test_brier_equals_formula_and_scikit_learn(items: list[tuple[bool, float]], reference: float) -> None:
    truth, said = zip(*items, strict=True)
    score = sum((p - y) ** 2 for y, p in items) / len(items)
    assert math.isclose(brier_score(truth, said), score, abs_tol=1e-12)
    if len(set(truth)) == 2:
        assert math.isclose(brier_score(truth, said), brier_score_loss(truth, said), abs_tol=1e-12)
    theirs = sum((reference - y) ** 2 for y, _ in items) / len(items)
    assert math.isclose(brier_skill(truth, said, reference), 1 - score / theirs, abs_tol=1e-9)
    column = np.array(truth)[:, None], np.array(said)[:, None]
    assert math.isclose(label_brier_skill(*column, [reference])[0], 1 - score / theirs, abs_tol=1e-9)


def test_skill_where_the_reference_is_perfect() -> None:
    assert brier_skill([0, 0], [0.0, 0.0], 0.0) == 0
    assert brier_skill([0, 0], [0.1, 0.0], 0.0) == -math.inf


def test_bad_input_is_named() -> None:
    for metric in (brier_score, expected_calibration_error, reliability_curve):
        with pytest.raises(InputError, match="differ in shape"):
            metric([0, 1], [0.5])
        with pytest.raises(InputError, match=r"must lie in \[0, 1\], got 1\.5"):
            metric([0, 1], [0.5, 1.5])
        with pytest.raises(InputError, match="NaN"):
            metric([0, 1], [0.5, math.nan])
        with pytest.raises(InputError, match="is empty"):
            metric([], [])
    with pytest.raises(InputError, match="bins must be at least 1, got 0"):
        reliability_curve([0], [0.5], bins=0)
    with pytest.raises(InputError, match="'equal-mass' or 'equal-width', got 'quantile'"):
        reliability_curve([0], [0.5], binning="quantile")  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"minimum must lie in \[0, 1\), got 1"):
        reliability_curve([0], [0.5], minimum=1)
    with pytest.raises(InputError, match="Probability and reference differ in shape"):
        brier_skill([0, 1], [0.5, 0.5], [0.5, 0.5, 0.5])


def test_debiased_is_what_sampling_the_error_gives() -> None:
    random = np.random.default_rng(3)
    said = random.uniform(size=400)
    truth = random.uniform(size=400) < said**1.5
    curve = reliability_curve(truth, said, bins=10)
    distance, share = curve.probability - curve.frequency, curve.count / curve.count.sum()
    spread = np.sqrt(curve.frequency * (1 - curve.frequency) / curve.count)
    sampled = np.abs(distance + spread * random.standard_normal((200_000, len(distance)))).mean(0)
    assert debiased_calibration_error(truth, said) == pytest.approx(
        (share * (2 * abs(distance) - sampled)).sum(), abs=1e-3
    )


def test_debiased_is_less_for_the_calibrated_and_the_same_for_the_wrong() -> None:
    random, plain, found = np.random.default_rng(4), [], []
    for _ in range(60):
        said = random.uniform(size=300)
        truth = random.uniform(size=300) < said
        plain.append(expected_calibration_error(truth, said, bins=10))
        found.append(debiased_calibration_error(truth, said))
    assert np.mean(plain) > 0.05 and np.mean(found) < 0.65 * np.mean(plain)
    wrong = np.full(200, 0.9)
    assert debiased_calibration_error(np.arange(200) % 2, wrong, bins=1) == pytest.approx(0.4, abs=1e-6)
    assert math.isnan(debiased_calibration_error([1, 0], [0.1, 0.2], minimum=0.5))
