"""Ordered classes: formulas written out, scikit-learn, properties."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.metrics import cohen_kappa_score

from affekt.errors import InputError
from affekt.metrics import ordinal as o
from affekt.metrics.single_label import k_best_accuracy

LEVELS = 5
PAIRS = st.integers(2, 30).flatmap(
    lambda n: st.tuples(*(hnp.arrays(int, n, elements=st.integers(0, LEVELS - 1)) for _ in "ab"))
)
FORECASTS = st.integers(1, 12).flatmap(
    lambda n: st.tuples(
        hnp.arrays(int, n, elements=st.integers(0, LEVELS - 1)),
        hnp.arrays(float, (n, LEVELS), elements=st.integers(1, 9)).map(lambda a: a / a.sum(axis=1, keepdims=True)),
    )
)


@given(PAIRS)
def test_kappas_equal_scikit_learn(pair: tuple[np.ndarray, np.ndarray]) -> None:
    truth, prediction = pair
    for weights, ours in (("quadratic", o.quadratic_weighted_kappa), ("linear", o.linear_weighted_kappa)):
        value = ours(truth, prediction)
        if len(np.unique(np.concatenate(pair))) == 1:
            assert math.isnan(value)
        else:
            expected = cohen_kappa_score(truth, prediction, weights=weights, labels=range(LEVELS))
            assert math.isclose(value, expected, abs_tol=1e-9), weights
            assert value <= 1


@given(PAIRS)
def test_adjacent_accuracy_grows_to_one(pair: tuple[np.ndarray, np.ndarray]) -> None:
    values = [o.adjacent_accuracy(*pair, within=steps) for steps in range(LEVELS)]
    assert values == sorted(values) and values[-1] == 1
    assert values[0] == np.mean(pair[0] == pair[1])
    assert values[1] == np.mean([abs(t - p) <= 1 for t, p in zip(*(side.tolist() for side in pair), strict=True)])


@given(FORECASTS)
def test_ranked_probability_score_equals_the_formula(forecast: tuple[np.ndarray, np.ndarray]) -> None:
    truth, probability = forecast
    score = 0.0
    for level, row in zip(truth.tolist(), probability.tolist(), strict=True):
        score += sum((sum(row[: k + 1]) - (level <= k)) ** 2 for k in range(LEVELS - 1)) / (LEVELS - 1)
    assert math.isclose(o.ranked_probability_score(truth, probability), score / len(truth), abs_tol=1e-12)
    sure = np.eye(LEVELS)[truth]
    assert o.ranked_probability_score(truth, sure) == 0
    assert math.isclose(
        o.ranked_probability_score(sure, probability), o.ranked_probability_score(truth, probability), abs_tol=1e-12
    )


@given(FORECASTS)
def test_seq2hr_equals_its_definition(forecast: tuple[np.ndarray, np.ndarray]) -> None:
    truth, probability = forecast
    hits = 0
    for level, row in zip(truth.tolist(), probability.tolist(), strict=True):
        first, second = sorted(range(LEVELS), key=lambda k: (-row[k], k))[:2]
        hits += abs(first - second) == 1 and level in (first, second)
    value = o.sequential_top2_hit_rate(truth, probability)
    assert value == hits / len(truth)
    assert value <= k_best_accuracy(truth, probability, k=2)


def test_seq2hr_by_hand() -> None:
    # Right and next to it; second and next to it; right but the second choice is far off; adjacent but wrong.
    rows = [[0.6, 0.4, 0, 0], [0.5, 0.4, 0.1, 0], [0.6, 0, 0, 0.4], [0, 0, 0.5, 0.5]]
    assert o.sequential_top2_hit_rate([0, 1, 0, 0], rows) == 0.5


def test_bad_levels() -> None:
    for wrong in ([0.5, 1], [-1, 0]):
        with pytest.raises(InputError, match="whole levels"):
            o.quadratic_weighted_kappa(wrong, [0, 1])
    with pytest.raises(InputError, match="from 0 to 2"):
        o.quadratic_weighted_kappa([0, 3], [0, 1], levels=3)
    with pytest.raises(InputError, match="within"):
        o.adjacent_accuracy([0], [0], within=-1)
    with pytest.raises(InputError, match="two levels"):
        o.sequential_top2_hit_rate([0], [[1.0]])
