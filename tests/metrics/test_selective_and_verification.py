"""Answering less, deciding, telling apart: definitions by loops, scikit-learn, audmetric."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn import metrics as sk

from affekt.errors import InputError
from affekt.metrics import selective as s
from affekt.metrics import verification as v

LOSSES = st.integers(1, 25).flatmap(
    lambda n: st.tuples(
        hnp.arrays(float, n, elements=st.sampled_from([0.0, 0.5, 1.0])),
        hnp.arrays(float, n, elements=st.sampled_from([0.1, 0.4, 0.5, 0.9])),
    )
)
SCORED = (
    st.integers(2, 30)
    .flatmap(
        lambda n: st.tuples(
            hnp.arrays(bool, n), hnp.arrays(float, n, elements=st.sampled_from([0.1, 0.3, 0.4, 0.7, 0.9]))
        )
    )
    .filter(lambda pair: pair[0].any() and not pair[0].all())
)


@given(LOSSES)
def test_risk_coverage_equals_its_definition(pair: tuple[np.ndarray, np.ndarray]) -> None:
    loss, sure = pair
    curve = s.risk_coverage(loss, sure)
    for coverage, risk, level in zip(curve.coverage, curve.risk, curve.confidence, strict=True):
        answered = sure >= level
        assert coverage == pytest.approx(answered.mean()) and risk == pytest.approx(loss[answered].mean())
    assert curve.coverage[-1] == 1 and curve.risk[-1] == pytest.approx(loss.mean())
    area = np.mean([loss[sure >= level].mean() for level in sure])
    assert s.area_under_risk_coverage(loss, sure) == pytest.approx(area)
    assert s.excess_area_under_risk_coverage(loss, sure) >= 0
    assert s.excess_area_under_risk_coverage(np.unique(loss), -np.unique(loss)) == pytest.approx(0)
    assert s.area_under_risk_coverage(loss, np.zeros_like(loss)) == pytest.approx(loss.mean())


@given(SCORED, st.floats(0.05, 0.95))
def test_net_benefit_equals_the_formula(pair: tuple[np.ndarray, np.ndarray], threshold: float) -> None:
    truth, said = pair
    hits = sum(t and p >= threshold for t, p in zip(truth, said, strict=True))
    alarms = sum(not t and p >= threshold for t, p in zip(truth, said, strict=True))
    expected = hits / len(truth) - alarms / len(truth) * threshold / (1 - threshold)
    assert s.net_benefit(truth, said, threshold=threshold) == pytest.approx(expected)
    curve = s.decision_curve(truth, said, thresholds=[threshold])
    assert curve.model[0] == pytest.approx(expected)
    assert curve.act_always[0] == pytest.approx(s.net_benefit(truth, np.ones(len(truth)), threshold=threshold))
    assert curve.model[0] <= truth.mean() + 1e-12


@given(SCORED)
def test_roc_equals_scikit_learn(pair: tuple[np.ndarray, np.ndarray]) -> None:
    ours = v.roc_curve(*pair)
    false, true, thresholds = sk.roc_curve(*pair, drop_intermediate=False)
    assert np.allclose(ours.false_positive_rate, false) and np.allclose(ours.true_positive_rate, true)
    assert np.allclose(ours.threshold, thresholds)
    assert v.auroc(*pair) == pytest.approx(sk.roc_auc_score(*pair))
    assert v.auroc(pair[0], -pair[1]) == pytest.approx(1 - v.auroc(*pair))


@given(SCORED)
def test_equal_error_rate_lies_on_the_curve(pair: tuple[np.ndarray, np.ndarray]) -> None:
    rate = v.equal_error_rate(*pair)
    assert 0 <= rate <= 1
    curve = v.roc_curve(*pair)
    # The point (rate, 1 - rate) is on the ROC curve, drawn with straight lines.
    heights = [np.interp(rate, curve.false_positive_rate, curve.true_positive_rate)]
    vertical = np.isclose(curve.false_positive_rate, rate)
    if vertical.any():
        heights += [curve.true_positive_rate[vertical].min(), curve.true_positive_rate[vertical].max()]
    assert min(heights) - 1e-9 <= 1 - rate <= max(heights) + 1e-9
    assert 0 <= v.minimum_detection_cost(*pair, prior=0.2) <= 1


def test_equal_error_rate_equals_audmetric() -> None:
    import audmetric

    random = np.random.default_rng(0)
    truth = random.random(400) < 0.4
    score = truth * 0.8 + random.normal(size=400)
    expected, _ = audmetric.equal_error_rate(truth, score)
    assert v.equal_error_rate(truth, score) == pytest.approx(expected, abs=0.01)


def test_perfect_and_worst() -> None:
    assert v.equal_error_rate([0, 0, 1], [0.1, 0.2, 0.9]) == 0 and v.equal_error_rate([1, 0], [0, 1]) == 1
    assert v.minimum_detection_cost([0, 1], [1.0, 0.0]) == 1
    by_hand = v.minimum_detection_cost([0, 0, 1, 1], [0.1, 0.5, 0.4, 0.9], prior=0.5)
    assert by_hand == pytest.approx(0.5)
    assert s.net_benefit([1, 0, 0, 0], [1, 0, 0, 0], threshold=0.3) == 0.25


def test_bad_input() -> None:
    with pytest.raises(InputError, match="needs both"):
        v.auroc([1, 1], [0.1, 0.2])
    with pytest.raises(InputError, match="prior"):
        v.minimum_detection_cost([0, 1], [0, 1], prior=0)
    with pytest.raises(InputError, match="threshold"):
        s.net_benefit([0, 1], [0, 1], threshold=1)
    with pytest.raises(InputError, match="at least 0"):
        s.risk_coverage([-1], [0])
    assert math.isinf(v.roc_curve([0, 1], [0, 1]).threshold[0])
