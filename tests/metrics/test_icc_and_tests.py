"""Intraclass correlations, the F distribution and the signed-rank test: published figures, SciPy, formulas."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from affekt.errors import InputError
from affekt.metrics.f_distribution import f_quantile, f_tail
from affekt.metrics.icc import icc, icc_one_way, icc_one_way_interval
from affekt.metrics.signed_rank import signed_rank_p

# Shrout and Fleiss 1979, table 2: six subjects, four judges.
JUDGES = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
# Values: their table 4. Intervals: what psych::ICC of R gives for the same data.
PUBLISHED = {
    "1,1": (0.17, -0.133, 0.723),
    "2,1": (0.29, 0.019, 0.761),
    "3,1": (0.71, 0.342, 0.946),
    "1,k": (0.44, -0.884, 0.912),
    "2,k": (0.62, 0.071, 0.927),
    "3,k": (0.91, 0.676, 0.986),
}


@pytest.mark.parametrize("form", PUBLISHED)
def test_shrout_and_fleiss(form) -> None:
    ours = icc(JUDGES, form=form)
    assert np.allclose([ours.value], [PUBLISHED[form][0]], atol=0.005)
    assert np.allclose([ours.low, ours.high], PUBLISHED[form][1:], atol=0.002)


def test_the_f_test_belongs_to_the_form() -> None:
    one, two = icc(JUDGES, form="1,1"), icc(JUDGES, form="3,1")
    assert (one.between, one.within) == (5, 18) and (two.between, two.within) == (5, 15)
    assert one.f == pytest.approx(1.79, abs=0.01) and two.f == pytest.approx(11.03, abs=0.01)
    assert one.p_value == pytest.approx(stats.f.sf(one.f, 5, 18)) and two.p_value < 0.001


MATRIX = st.integers(2, 7).flatmap(
    lambda k: st.lists(st.lists(st.integers(1, 9), min_size=k, max_size=k), min_size=2, max_size=8)
)


@given(MATRIX)
def test_forms_equal_the_anova_formulas(matrix) -> None:
    x = np.array(matrix, float)
    n, k = x.shape
    r = k * ((x.mean(1) - x.mean()) ** 2).sum() / (n - 1)
    c = n * ((x.mean(0) - x.mean()) ** 2).sum() / (k - 1)
    w = ((x - x.mean(1, keepdims=True)) ** 2).sum() / (n * (k - 1))
    e = ((x - x.mean(1, keepdims=True) - x.mean(0) + x.mean()) ** 2).sum() / ((n - 1) * (k - 1))
    wanted = {
        "1,1": (r - w, r + (k - 1) * w),
        "2,1": (r - e, r + (k - 1) * e + k * (c - e) / n),
        "3,1": (r - e, r + (k - 1) * e),
        "1,k": (r - w, r),
        "2,k": (r - e, r + (c - e) / n),
        "3,k": (r - e, r),
    }
    for form, (above, below) in wanted.items():
        ours = icc(matrix, form=form)
        if math.isnan(ours.value) or not math.isfinite(ours.value) or abs(below) < 1e-9:
            continue
        assert math.isclose(ours.value, above / below, abs_tol=1e-7), form
        assert ours.value <= 1 + 1e-9
        if form[0] != "2":
            assert ours.low <= ours.value + 1e-9 and ours.value <= ours.high + 1e-9


@given(MATRIX)
def test_unbalanced_one_way_is_the_balanced_form_where_it_is_balanced(matrix) -> None:
    x = np.array(matrix, float)
    item = np.repeat(np.arange(len(x)), x.shape[1])
    ours, balanced = icc_one_way(item, x.ravel()), icc(matrix, form="1,1").value
    assert math.isclose(ours, balanced, abs_tol=1e-7) or (math.isnan(ours) and math.isnan(balanced))


def test_unbalanced_one_way_equals_its_formula() -> None:
    item, value = [0, 0, 1, 1, 1, 2, 2, 3], [1, 2, 4, 5, 4, 8, 9, 3]
    groups = [[1, 2], [4, 5, 4], [8, 9], [3]]
    total, mean = len(value), np.mean(value)
    between = sum(len(g) * (np.mean(g) - mean) ** 2 for g in groups) / 3
    within = sum(((np.array(g) - np.mean(g)) ** 2).sum() for g in groups) / (total - 4)
    size = (total - sum(len(g) ** 2 for g in groups) / total) / 3
    assert icc_one_way(item, value) == pytest.approx((between - within) / (between + (size - 1) * within))


def test_perfect_constant_and_missing() -> None:
    perfect = [[1, 1], [5, 5], [9, 9]]
    for form in PUBLISHED:
        found = icc(perfect, form=form)
        assert (found.value, found.low, found.high) == (1, 1, 1) and found.p_value == 0
        assert math.isnan(icc([[3, 3], [3, 3]], form=form).value)
    assert math.isnan(icc_one_way([0, 0, 1, 1], [0.1 + 0.2] * 4))
    with pytest.raises(InputError, match="1 of 2 items lack"):
        icc([[1, math.nan], [2, 3]])
    with pytest.raises(InputError, match="at least two"):
        icc([[1], [2]])
    with pytest.raises(InputError, match="form must"):
        icc(JUDGES, form="4,1")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="two items"):
        icc_one_way([0, 1], [1, 2])
    with pytest.raises(InputError, match="confidence"):
        icc(JUDGES, confidence=95)


@pytest.mark.parametrize("form", ["1,1", "2,1", "3,1"])
def test_intervals_cover_the_truth_about_as_often_as_they_say(form) -> None:
    random = np.random.default_rng(7)
    hits = 0
    for _ in range(300):
        item, noise = random.normal(0, 1, (20, 1)), random.normal(0, 1, (20, 4))
        rater = random.normal(0, 0.5, (1, 4)) if form == "2,1" else 0.0
        found = icc(item + rater + noise, form=form, confidence=0.9)
        truth = 1 / 2.25 if form == "2,1" else 0.5
        hits += found.low <= truth <= found.high
    assert 0.84 <= hits / 300 <= 0.96


def test_the_bootstrap_interval_holds_the_value() -> None:
    random = np.random.default_rng(1)
    item = np.repeat(np.arange(80), 3)[:-1]
    value = random.normal(0, 1, 80)[item] + random.normal(0, 1, 239)
    found = icc_one_way_interval(item, value, resamples=500)
    assert found.low < found.value < found.high and 0.2 < found.high - found.low < 0.5
    exact = icc(value[:237].reshape(-1, 3), form="1,1")
    assert abs(found.low - exact.low) < 0.08 and abs(found.high - exact.high) < 0.08


@given(st.floats(0.01, 40), st.floats(0.5, 400), st.floats(0.5, 400))
def test_f_tail_equals_scipy(value, numerator, denominator) -> None:
    assert math.isclose(f_tail(value, numerator, denominator), stats.f.sf(value, numerator, denominator), abs_tol=1e-10)


@given(st.floats(0.005, 0.995), st.floats(1, 300), st.floats(1, 300))
def test_f_quantile_equals_scipy(probability, numerator, denominator) -> None:
    ours = f_quantile(probability, numerator, denominator)
    assert math.isclose(ours, stats.f.ppf(probability, numerator, denominator), rel_tol=1e-6)


def test_f_at_its_ends() -> None:
    assert f_tail(0, 3, 4) == 1 and f_tail(math.inf, 3, 4) == 0
    for arguments in ((1.5, 3, 4), (0.5, 0, 4)):
        with pytest.raises(InputError):
            f_quantile(*arguments)


@given(st.lists(st.floats(-5, 5).map(lambda v: round(v, 1)), min_size=1, max_size=80), st.booleans())
def test_signed_rank_equals_scipy(values, distinct) -> None:
    differences = np.array(values) + (np.arange(1, len(values) + 1) * 1e-5 if distinct else 0)
    if not differences.any():
        assert signed_rank_p(differences) == 1
        return
    given_sizes = np.abs(differences[differences != 0])
    exact = len(differences) <= 50 and (differences != 0).all() and len(set(given_sizes)) == len(given_sizes)
    theirs = stats.wilcoxon(differences, method="exact" if exact else "approx", correction=False).pvalue
    assert math.isclose(signed_rank_p(differences), theirs, abs_tol=1e-9)
