"""Values: references from the formulas in plain Python, SciPy, properties, degenerate input."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from affekt.errors import InputError
from affekt.metrics.regression import average_ranks, ccc, interval_coverage, mae, pearson, rmse, spearman

VALUES = st.floats(-1, 1, allow_nan=False).map(lambda value: round(value, 3))
ITEMS = st.lists(st.tuples(VALUES, VALUES), min_size=2, max_size=30)


def columns(items: list[tuple[float, float]]) -> tuple[list[float], list[float]]:
    return [t for t, _ in items], [p for _, p in items]


def ccc_by_formula(truth: list[float], prediction: list[float]) -> float:
    mt, mp = statistics.fmean(truth), statistics.fmean(prediction)
    covariance = statistics.fmean((t - mt) * (p - mp) for t, p in zip(truth, prediction, strict=True))
    spread = statistics.pvariance(truth) + statistics.pvariance(prediction) + (mt - mp) ** 2
    return 2 * covariance / spread


@given(ITEMS)
def test_equal_the_formulas(items: list[tuple[float, float]]) -> None:
    truth, prediction = columns(items)
    errors = [t - p for t, p in items]
    assert math.isclose(rmse(truth, prediction), math.sqrt(statistics.fmean(e * e for e in errors)), abs_tol=1e-12)
    assert math.isclose(mae(truth, prediction), statistics.fmean(map(abs, errors)), abs_tol=1e-12)
    if len(set(truth)) == 1 or len(set(prediction)) == 1:
        assert math.isnan(pearson(truth, prediction)) and math.isnan(spearman(truth, prediction))
        same = set(truth) == set(prediction)
        assert math.isnan(ccc(truth, prediction)) if same else ccc(truth, prediction) == 0
        return
    assert math.isclose(pearson(truth, prediction), statistics.correlation(truth, prediction), abs_tol=1e-9)
    assert math.isclose(ccc(truth, prediction), ccc_by_formula(truth, prediction), abs_tol=1e-9)
    assert math.isclose(spearman(truth, prediction), stats.spearmanr(truth, prediction).statistic, abs_tol=1e-9)
    assert np.allclose(average_ranks(truth), stats.rankdata(truth))


@given(ITEMS, st.floats(0.1, 10), st.floats(-5, 5))
def test_who_forgives_shift_and_scale(items: list[tuple[float, float]], scale: float, shift: float) -> None:
    truth, prediction = columns(items)
    r = pearson(truth, prediction)
    if math.isnan(r):
        return
    moved = [scale * p + shift for p in prediction]
    assert math.isclose(pearson(truth, moved), r, abs_tol=1e-6)
    assert math.isclose(pearson(truth, [-p for p in prediction]), -r, abs_tol=1e-12)
    # Lin: concordance is correlation times a penalty, so it never exceeds it.
    assert abs(ccc(truth, moved)) <= abs(r) + 1e-9
    assert math.isclose(ccc(truth, truth), 1) and math.isclose(ccc(truth, prediction), ccc(prediction, truth))


def test_extreme_magnitudes_do_not_leave_float64() -> None:
    assert math.isclose(pearson([1e-200, 2e-200, 4e-200], [1e200, 2e200, 4e200]), 1)
    assert math.isnan(pearson([0.1] * 3, [1, 2, 3])) and math.isnan(pearson([1], [2]))


@given(st.lists(st.tuples(VALUES, VALUES, VALUES), min_size=1))
def test_coverage_counts_inside(items: list[tuple[float, float, float]]) -> None:
    truth = [t for t, *_ in items]
    low, high = [min(a, b) for _, a, b in items], [max(a, b) for _, a, b in items]
    inside = [a <= t <= b for t, a, b in zip(truth, low, high, strict=True)]
    assert math.isclose(interval_coverage(truth, low, high), sum(inside) / len(inside))


@pytest.mark.parametrize("metric", [pearson, spearman, ccc, rmse, mae])
def test_bad_input_is_named(metric: Callable[..., float]) -> None:
    with pytest.raises(InputError, match=r"differ in shape: \(2,\) and \(3,\)"):
        metric([1, 2], [1, 2, 3])
    with pytest.raises(InputError, match="is empty"):
        metric([], [])
    with pytest.raises(InputError, match=r"prediction holds 1 NaN or infinite values, the first at \(1,\)"):
        metric([1, 2], [1, math.nan])
    with pytest.raises(InputError, match="one dimension at a time"):
        metric([[1, 2]], [[1, 2]])


def test_an_interval_upside_down_is_refused() -> None:
    with pytest.raises(InputError, match="its low is above its high"):
        interval_coverage([0.0], [1.0], [-1.0])
