"""Thresholds: exhaustive search as the reference, robustness for rare labels, degenerate input."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from affekt.errors import InputError
from affekt.metrics.classification import label_f1, macro_f1
from affekt.training.thresholds import Smoothing, choose_smoothing, fit_global_threshold, fit_thresholds

SHAPES = hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=15)
# Few distinct values make ties, arbitrary ones make neighbours that are hard to part.
CELLS = st.one_of(st.sampled_from([0.0, 0.1, 0.5, 0.9, 1.0]), st.floats(0, 1))
ITEMS = SHAPES.flatmap(lambda shape: st.tuples(hnp.arrays(bool, shape), hnp.arrays(float, shape, elements=CELLS)))


def drawn(items: int, *, rate: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Labels of given rates and the calibrated-looking probabilities of a fair model of them."""
    random = np.random.default_rng(seed)
    truth = random.random((items, len(rate))) < rate
    logit = np.log(rate / (1 - rate)) + 3 * truth - 0.5 + 1.3 * random.normal(size=truth.shape)
    return truth, 1 / (1 + np.exp(-logit))


@given(ITEMS)
def test_no_threshold_is_better_for_its_label(items: tuple[np.ndarray, np.ndarray]) -> None:
    truth, said = items
    limits = fit_thresholds(truth, said, smoothing=0, shrinkage=0)
    assert ((limits >= 0) & (limits <= 1)).all()
    reached = label_f1(truth, said >= limits)
    for label in range(truth.shape[1]):
        if truth[:, label].any():
            best = max(label_f1(truth[:, [label]], said[:, [label]] >= c)[0] for c in np.unique(said[:, label]))
            assert reached[label] >= best - 1e-12


@given(ITEMS)
def test_no_global_threshold_is_better(items: tuple[np.ndarray, np.ndarray]) -> None:
    truth, said = items
    limit = fit_global_threshold(truth, said)
    assert 0 <= limit <= 1
    best = max(macro_f1(truth, said >= c) for c in np.unique(said))
    assert macro_f1(truth, said >= limit) >= best - 1e-12


@given(ITEMS, st.floats(0.05, 2), st.floats(0, 50))
def test_robust_thresholds_stay_inside(
    items: tuple[np.ndarray, np.ndarray], smoothing: float, shrinkage: float
) -> None:
    truth, said = items
    limits = fit_thresholds(truth, said, smoothing=smoothing, shrinkage=shrinkage)
    assert limits.shape == (truth.shape[1],) and ((limits >= 0) & (limits <= 1)).all()
    together = fit_global_threshold(truth, said)
    assert (limits[~truth.any(0)] == together).all()


def test_shrinkage_moves_towards_the_global_threshold_and_rare_labels_more() -> None:
    truth, said = drawn(3000, rate=np.array([0.3, 0.01]), seed=0)
    together = fit_global_threshold(truth, said)
    distance = [
        np.abs(np.log(limits / (1 - limits)) - np.log(together / (1 - together)))
        for limits in (fit_thresholds(truth, said, shrinkage=s) for s in (0, 10, 1000))
    ]
    assert (distance[0] > distance[1]).all() and (distance[1] > distance[2]).all()
    assert distance[1][1] / distance[0][1] < distance[1][0] / distance[0][0]
    assert np.allclose(distance[1] / distance[0], truth.sum(0) / (truth.sum(0) + 10))


def test_a_smoothed_curve_peaks_where_a_smooth_one_does() -> None:
    # 200,000 items leave no luck: smoothing a little must not move the threshold much.
    truth, said = drawn(200_000, rate=np.array([0.2]), seed=1)
    plain = fit_thresholds(truth, said, smoothing=0, shrinkage=0)
    smooth = fit_thresholds(truth, said, smoothing=0.2, shrinkage=0)
    assert abs(plain[0] - smooth[0]) < 0.03


def test_each_option_helps_rare_labels_on_new_items() -> None:
    reached: dict[tuple[float, float], list[float]] = {}
    for seed in range(5):
        dev, said = drawn(2000, rate=np.linspace(0.003, 0.02, 30), seed=seed)
        new, new_said = drawn(20_000, rate=np.linspace(0.003, 0.02, 30), seed=100 + seed)
        for options in ((0, 0), (0.4, 0), (0, 5), (0.4, 5)):
            limits = fit_thresholds(dev, said, smoothing=options[0], shrinkage=options[1])
            reached.setdefault(options, []).append(macro_f1(new, new_said >= limits))
    plain, smoothed, shrunk, both = (np.mean(scores) for scores in reached.values())
    assert smoothed > plain + 0.005 and shrunk > plain + 0.005
    assert both > max(smoothed, shrunk)


def test_the_choice_is_by_items_not_fitted_on() -> None:
    truth, said = drawn(1500, rate=np.full(12, 0.02), seed=3)
    choice = choose_smoothing(truth, said, repeats=2)
    assert choice.smoothing > 0 and choice == choose_smoothing(truth, said, repeats=2)
    # Probabilities of one label on a tenth of the other's scale: shrinking would ruin it.
    truth, said = drawn(1500, rate=np.array([0.3, 0.05]), seed=4)
    scaled = said * [1.0, 0.02]
    assert choose_smoothing(truth, scaled, shrinkages=[0.0, 500.0]).shrinkage == 0
    assert choose_smoothing(truth, said, smoothings=[0.3], shrinkages=[5.0]) == Smoothing(0.3, 5.0)


def test_no_positives_at_all() -> None:
    assert fit_global_threshold([[0, 0]], [[0.2, 0.9]]) == 0.5
    assert fit_thresholds([[0, 0]], [[0.2, 0.9]]).tolist() == [0.5, 0.5]


def test_bad_input_is_named() -> None:
    with pytest.raises(InputError, match="differ in shape"):
        fit_thresholds([[1, 0]], [[0.5]])
    with pytest.raises(InputError, match=r"\(item, label\)"):
        fit_global_threshold([1, 0], [0.5, 0.4])
    with pytest.raises(InputError, match=r"at least 0, got -1 and 5\.0"):
        fit_thresholds([[1]], [[0.5]], smoothing=-1)
    with pytest.raises(InputError, match="at least 10 items, got 1"):
        choose_smoothing([[1]], [[0.5]])
    with pytest.raises(InputError, match="at least one smoothing"):
        choose_smoothing([[1]] * 10, [[0.5]] * 10, smoothings=[])


def test_goemotions_size_is_fast() -> None:
    truth, said = drawn(5426, rate=np.linspace(0.002, 0.3, 28), seed=5)
    started = time.process_time()
    fit_thresholds(truth, said)
    fit_thresholds(truth, said, smoothing=0)
    assert time.process_time() - started < 1
