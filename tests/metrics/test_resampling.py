"""Resampling: fast forms equal plain ones, intervals cover, tests of differences hold their level."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest

from affekt.errors import InputError
from affekt.metrics import classification as c
from affekt.metrics.calibration import brier_score, brier_skill, label_brier_skill
from affekt.metrics.distribution import (
    bernoulli_kl,
    cross_entropy,
    js_divergence,
    kl_divergence,
    total_variation,
)
from affekt.metrics.multi_label import hamming_loss, jaccard
from affekt.metrics.ordinal import quadratic_weighted_kappa
from affekt.metrics.regression import ccc, interval_coverage, mae, pearson, rmse, spearman
from affekt.metrics.resampling import (
    bootstrap_interval,
    bootstrap_intervals,
    bootstrap_values,
    paired_difference,
    percentile_interval,
)
from affekt.metrics.single_label import weighted_average_recall
from affekt.metrics.verification import auroc
from affekt.metrics.weighing import RANKED, SUMS, weighted_form

random = np.random.default_rng(0)
N, LABELS = 40, 3
TRUTH = random.random((N, LABELS)) < [0.5, 0.2, 0.03]
SAID = np.round(np.clip(TRUTH * 0.4 + random.random((N, LABELS)) * 0.6, 0, 1), 1)  # rounded: ties
VALUES, GUESSES = random.normal(size=N), random.normal(size=N)
LOW, HIGH = VALUES - random.normal(size=N) ** 2 + 0.2, VALUES + 0.5
HIGH = np.maximum(LOW, HIGH)

SHARES = random.dirichlet(np.ones(LABELS), N)
LEVELS = random.integers(0, 5, N)

ARGUMENTS: dict[Callable[..., object], tuple[np.ndarray, ...]] = {
    **dict.fromkeys((c.label_f1, c.macro_f1, c.micro_f1, c.weighted_f1, c.accuracy), (TRUTH, SAID > 0.4)),
    **dict.fromkeys((c.label_average_precision, c.mean_average_precision, brier_score), (TRUTH, SAID)),
    **dict.fromkeys((brier_skill, label_brier_skill), (TRUTH, SAID, np.full((N, LABELS), 0.3))),
    **dict.fromkeys((pearson, ccc, rmse, mae), (VALUES, GUESSES)),
    interval_coverage: (VALUES, LOW, HIGH),
    **dict.fromkeys((jaccard, hamming_loss), (TRUTH, SAID > 0.4)),
    **dict.fromkeys((kl_divergence, js_divergence, cross_entropy, total_variation), (SHARES, SHARES[::-1])),
    bernoulli_kl: (SHARES, SHARES[::-1]),
    **dict.fromkeys((quadratic_weighted_kappa, weighted_average_recall), (LEVELS, LEVELS // 2)),
}


def test_every_form_is_tested() -> None:
    assert set(ARGUMENTS) == set(SUMS) | set(RANKED)


@pytest.mark.parametrize("metric", ARGUMENTS, ids=lambda metric: metric.__name__)
@pytest.mark.parametrize("grouped", [False, True])
def test_a_form_equals_calling_the_metric(metric: Callable[..., object], grouped: bool) -> None:
    groups = np.arange(N) // 3 if grouped else None
    arrays = ARGUMENTS[metric]
    fast = bootstrap_values(metric, *arrays, resamples=60, seed=3, groups=groups)
    # A partial is not in the table of forms, so the metric is called for every resample.
    plain = bootstrap_values(partial(metric), *arrays, resamples=60, seed=3, groups=groups)
    assert np.ptp(fast[~np.isnan(fast)]) > 0
    assert np.allclose(fast, plain, equal_nan=True, atol=1e-10)


def test_forms_know_what_is_degenerate() -> None:
    weights = np.array([[3.0, 0, 0], [0, 2, 1]])
    for metric in (pearson, ccc):
        form = weighted_form(metric, [0.1, 0.7, 0.2], [0.1, 0.3, 0.9])
        assert form is not None
        values = form(weights)
        assert math.isnan(values[0])
        assert math.isclose(values[1], metric([0.7, 0.7, 0.2], [0.3, 0.3, 0.9]))
    constant = weighted_form(ccc, [0.1, 0.7], [0.4, 0.4])
    assert constant is not None and constant(np.array([[1.0, 0.0], [1.0, 1.0]])).tolist() == [0.0, 0.0]
    assert weighted_form(spearman, [1, 2], [1, 2]) is None


def test_whole_groups_are_drawn() -> None:
    groups = np.repeat(np.arange(5), 4)
    seen = []

    def remember(numbers: np.ndarray) -> float:
        seen.append(np.bincount(numbers, minlength=20).reshape(5, 4))
        return 0.0

    bootstrap_values(remember, np.arange(20), resamples=30, groups=groups)
    assert len(seen) == 31
    for counts in seen:
        assert (counts == counts[:, :1]).all() and counts.sum() == 20
    assert len({counts.tobytes() for counts in seen}) > 10


def test_groups_of_like_items_widen_the_interval() -> None:
    level = np.repeat(np.random.default_rng(4).normal(size=30), 20)
    alone = bootstrap_interval(mae, level, np.zeros(600))
    grouped = bootstrap_interval(mae, level, np.zeros(600), groups=np.repeat(np.arange(30), 20))
    assert grouped.value == alone.value
    assert grouped.high - grouped.low > 3 * (alone.high - alone.low)


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    draw = np.random.default_rng(5)
    inside = 0
    for _ in range(200):
        values = draw.exponential(size=80)
        estimate = bootstrap_interval(mae, np.zeros(80), values, resamples=300, level=0.9)
        inside += estimate.low <= 1 <= estimate.high
    # 180 expected; percentile intervals of skewed data fall a little short.
    assert 160 <= inside <= 194


def test_same_seed_same_interval_and_the_level_orders_them() -> None:
    first = bootstrap_interval(rmse, VALUES, GUESSES, seed=7)
    assert first == bootstrap_interval(rmse, VALUES, GUESSES, seed=7)
    assert first != bootstrap_interval(rmse, VALUES, GUESSES, seed=8)
    wide = bootstrap_interval(rmse, VALUES, GUESSES, seed=7, level=0.99)
    assert wide.low <= first.low < first.value < first.high <= wide.high


def test_per_label_estimates() -> None:
    estimates = bootstrap_intervals(c.label_f1, TRUTH, SAID > 0.4, resamples=50)
    assert [e.value for e in estimates] == c.label_f1(TRUTH, SAID > 0.4).tolist()
    with pytest.raises(InputError, match="returns 3 values"):
        bootstrap_interval(c.label_f1, TRUTH, SAID > 0.4, resamples=5)
    with pytest.raises(InputError, match="returns 3 values"):
        paired_difference(c.label_f1, TRUTH, SAID > 0.4, SAID > 0.5, resamples=5)


def test_all_nan_has_no_bounds() -> None:
    low, high = percentile_interval(math.nan, np.array([math.nan]))[1:]
    assert math.isnan(low) and math.isnan(high)


def test_p_value_equals_the_exact_permutation_test() -> None:
    draw = np.random.default_rng(6)
    truth, a = np.zeros(10), draw.normal(size=10)
    b = a + draw.normal(0.4, 1, size=10)
    gaps = np.abs(a) - np.abs(b)
    signs = np.array(list(itertools.product([-1, 1], repeat=10)))
    exact = (np.abs(signs @ gaps) >= abs(gaps.sum()) - 1e-12).mean()
    assert 0.02 < exact < 0.98
    found = paired_difference(mae, truth, a, b, resamples=20_000)
    assert math.isclose(found.difference, gaps.mean())
    assert abs(found.p_value - exact) < 0.015
    # A partial is not in the table of forms, so the metric is called for every swap: the same swaps.
    slow = paired_difference(partial(mae), truth, a, b, resamples=400)
    assert np.allclose(slow, paired_difference(mae, truth, a, b, resamples=400))


def test_groups_are_swapped_whole() -> None:
    # Two groups, all of one better under a, all of the other under b: swapping items would see chance.
    truth, groups = np.zeros(40), np.repeat([0, 1], 20)
    a, b = np.where(groups, 1.0, 0.0), np.where(groups, 0.0, 1.5)
    assert paired_difference(mae, truth, a, b, resamples=400, groups=groups).p_value > 0.4
    same_sign = paired_difference(mae, truth, a, a + 1, resamples=400, groups=groups)
    assert same_sign.p_value > 0.4  # two groups cannot show anything
    assert paired_difference(mae, truth, a, a + 1, resamples=400).p_value < 0.01


def test_a_difference_and_its_mirror() -> None:
    better, worse = SAID > 0.4, SAID > 0.8
    one, other = (
        paired_difference(c.macro_f1, TRUTH, *pair, resamples=300) for pair in ((better, worse), (worse, better))
    )
    assert one.difference > 0 and math.isclose(one.difference, -other.difference)
    assert one.low < one.difference < one.high
    assert abs(one.p_value - other.p_value) < 1e-12


def test_no_difference_is_rarely_found() -> None:
    draw = np.random.default_rng(8)
    values = [
        paired_difference(mae, np.zeros(30), *draw.normal(size=(2, 30)), resamples=99).p_value for _ in range(200)
    ]
    assert 2 <= sum(p <= 0.1 for p in values) <= 36  # 20 expected


def test_bad_input_is_named() -> None:
    with pytest.raises(InputError, match="hold 2, 3 items"):
        bootstrap_interval(mae, [1, 2], [1, 2, 3])
    with pytest.raises(InputError, match="hold 0, 0 items"):
        bootstrap_interval(mae, [], [])
    with pytest.raises(InputError, match="a value per item"):
        bootstrap_interval(mae, 1.0, 2.0)
    with pytest.raises(InputError, match="resamples must be at least 1, got 0"):
        bootstrap_interval(mae, [1], [2], resamples=0)
    with pytest.raises(InputError, match=r"level must lie between 0 and 1, got 95"):
        bootstrap_interval(mae, [1], [2], level=95)
    with pytest.raises(InputError, match=r"a group for each of 2 items, got shape \(1,\)"):
        bootstrap_interval(mae, [1, 2], [2, 3], groups=[0])
    with pytest.raises(InputError, match="got 2 arrays"):
        paired_difference(mae, [1, 2], [2, 3])
    with pytest.raises(InputError, match="two predictions differ in shape"):
        paired_difference(c.macro_f1, TRUTH, SAID > 0.4, SAID[:, :2] > 0.4)
    with pytest.raises(InputError, match="0 and 1 only"):
        bootstrap_interval(c.macro_f1, TRUTH, SAID)
    with pytest.raises(InputError, match="NaN"):
        bootstrap_interval(pearson, [1, 2], [math.nan, 2])


def test_macro_f1_of_goemotions_size_is_fast() -> None:
    draw = np.random.default_rng(9)
    truth, said = draw.random((5427, 28)) < 0.05, draw.random((5427, 28)) < 0.05
    started = time.process_time()
    bootstrap_interval(c.macro_f1, truth, said, resamples=1000)
    assert time.process_time() - started < 2


def test_a_resample_that_lost_a_class_is_left_out() -> None:
    values = bootstrap_values(auroc, [0, 1, 1], [0.1, 0.2, 0.3], resamples=50)
    assert np.isnan(values).any() and (values[~np.isnan(values)] == 1).all()
    with pytest.raises(InputError, match="needs both"):
        bootstrap_values(auroc, [1, 1], [0.1, 0.2], resamples=5)
