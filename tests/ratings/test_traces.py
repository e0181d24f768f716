"""Continuous traces: one grid, delays found and undone, several raters fused."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affekt.errors import InputError
from affekt.ratings import Ratings, from_values
from affekt.ratings.traces import Traces, align, consensus_trace, estimate_delays, fuse, resample, standardise

DATA = os.environ.get("AFFEKT_DATA")
RATE = 10.0


def _wave(count: int = 600, seed: int = 0) -> np.ndarray:
    noise = np.random.default_rng(seed).standard_normal(count + 60)
    smooth = np.convolve(noise, np.hanning(41), mode="valid")
    return smooth[:count] if len(smooth) >= count else np.interp(np.arange(count), np.arange(len(smooth)), smooth)


def _late(delays: list[int], noise: float = 0.0, count: int = 500) -> tuple[Traces, np.ndarray]:
    wave = _wave(count + 100)
    random = np.random.default_rng(1)
    truth = wave[50 : 50 + count]
    values = np.stack([wave[50 - lag : 50 - lag + count] for lag in delays])
    values = values + noise * random.standard_normal(values.shape)
    return Traces(tuple(f"r{place}" for place in range(len(delays))), np.arange(count) / RATE, values), truth


def _points(rows: list[tuple[str, float, float]]) -> Ratings:
    rater, time, value = zip(*rows, strict=True)
    return from_values(["c"] * len(rows), list(rater), [[one] for one in value], columns=["valence"], time=list(time))


def test_resampling_is_linear_and_leaves_gaps_empty() -> None:
    made = _points([("a", 0, 0), ("a", 1, 1), ("a", 5, 5), ("b", 1, 2), ("b", 2, 4)])
    traces = resample(made, "c", "valence", rate_hz=2, longest_gap=2)
    expected = [0, 0.5, 1, *[np.nan] * 7, 5]
    np.testing.assert_allclose(traces.values[0], expected)
    np.testing.assert_allclose(traces.values[1], [np.nan, np.nan, 2, 3, 4, *[np.nan] * 6])
    assert traces.raters == ("a", "b")
    whole = resample(made, "c", "valence", rate_hz=2, longest_gap=10)
    np.testing.assert_allclose(whole.values[0], np.arange(11) / 2)
    part = resample(made, "c", "valence", rate_hz=1, span=(1, 2))
    assert part.times.tolist() == [1, 2]


def test_points_at_the_same_time_are_averaged() -> None:
    made = from_values(["c"] * 3, ["a"] * 3, [[0], [2], [4]], columns=["v"], time=[0.0, 0.0001, 1.0])
    again = Ratings(
        *(made.items, made.raters, made.columns, made.kind),
        *(made.item, made.rater, made.values),
        time=np.array([0.0, 0.0, 1.0]),
    )
    assert resample(again, "c", "v", rate_hz=1).values.tolist() == [[1.0, 4.0]]


@given(st.lists(st.integers(0, 20), min_size=3, max_size=3))
def test_delays_to_a_reference_are_found(delays: list[int]) -> None:
    traces, truth = _late(delays)
    found = estimate_delays(traces, longest=3, reference=truth)
    np.testing.assert_allclose(found * RATE, delays, atol=1e-9)


@settings(max_examples=20)
@given(st.lists(st.integers(0, 15), min_size=3, max_size=5))
def test_delays_among_raters_are_found_up_to_a_common_one(delays: list[int]) -> None:
    traces, _ = _late(delays, noise=0.05)
    found = estimate_delays(traces, longest=4) * RATE
    np.testing.assert_allclose(found - found[0], np.array(delays) - delays[0], atol=1.01)
    assert abs(np.median(found)) <= 1


def test_alignment_brings_late_raters_together() -> None:
    traces, truth = _late([0, 12, 25, 7], noise=0.1)
    before = fuse(traces, method="mean").values
    aligned = align(traces, estimate_delays(traces, longest=3, reference=truth))
    after = fuse(aligned, method="mean").values
    both = ~np.isnan(after)
    assert np.corrcoef(after[both], truth[both])[0, 1] > 0.99 > np.corrcoef(before, truth)[0, 1]


def test_moving_there_and_back_keeps_the_middle() -> None:
    traces, _ = _late([0, 5])
    there = align(traces, [0.4, -0.3])
    back = align(there, [-0.4, 0.3])
    middle = slice(10, -10)
    np.testing.assert_array_equal(back.values[:, middle], traces.values[:, middle])
    assert np.isnan(there.values[0, -4:]).all()
    np.testing.assert_array_equal(align(traces, [np.nan, 0.0]).values, traces.values)


def test_gaps_do_not_hide_a_delay() -> None:
    traces, truth = _late([8, 3])
    traces.values[0, 100:180] = np.nan
    np.testing.assert_allclose(estimate_delays(traces, longest=2, reference=truth), [0.8, 0.3])


def test_a_constant_trace_has_no_delay_and_no_weight() -> None:
    traces, truth = _late([4, 0, 0])
    traces.values[2] = 3.0
    found = estimate_delays(traces, longest=2, reference=truth)
    assert np.isnan(found[2])
    assert np.isnan(estimate_delays(traces, longest=2)[2])
    assert fuse(traces).weights[2] == 0
    assert (standardise(traces).values[2] == 0).all()


def test_the_evaluator_weighted_estimator_against_its_formula() -> None:
    traces, truth = _late([0, 0, 0, 0])
    noise = np.random.default_rng(3).standard_normal(traces.values.shape) * np.array([[0.1], [0.5], [3.0], [8.0]])
    noisy = Traces(traces.raters, traces.times, traces.values + noise)
    found = fuse(noisy, method="ewe")
    mean = noisy.values.mean(0)
    weights = np.array([max(0, np.corrcoef(one, mean)[0, 1]) for one in noisy.values])
    np.testing.assert_allclose(found.weights, weights / weights.sum())
    np.testing.assert_allclose(found.values, weights @ noisy.values / weights.sum())
    better = fuse(noisy, method="ewe", leave_out=True).values
    assert np.corrcoef(better, truth)[0, 1] > np.corrcoef(mean, truth)[0, 1]


def test_fusing_over_gaps_takes_who_is_there() -> None:
    traces = Traces(("a", "b"), np.arange(3.0), np.array([[1, np.nan, np.nan], [3, 5, np.nan]]))
    for method in ("mean", "median"):
        np.testing.assert_array_equal(fuse(traces, method=method).values, [2, 5, np.nan])  # type: ignore[arg-type]


def test_the_order_of_raters_says_nothing() -> None:
    traces, _ = _late([0, 9, 4], noise=0.3)
    turned = Traces(traces.raters[::-1], traces.times, traces.values[::-1])
    np.testing.assert_allclose(fuse(traces).values, fuse(turned).values)


def test_a_consensus_in_one_call() -> None:
    traces, truth = _late([0, 10, 5], noise=0.05, count=300)
    rows = [
        (name, float(t), float(v))
        for name, one in zip(traces.raters, traces.values, strict=True)
        for t, v in zip(traces.times, one, strict=True)
    ]
    made = _points(rows)
    late = consensus_trace(made, "c", "valence", rate_hz=RATE)
    mended = consensus_trace(made, "c", "valence", rate_hz=RATE, longest_delay=2, normalise=True)
    lag = 5  # The common delay that no rater can show: the median one.

    def agreement(values: np.ndarray) -> float:
        moved = values[lag:]
        both = ~np.isnan(moved)
        return float(np.corrcoef(moved[both], truth[: len(moved)][both])[0, 1])

    assert agreement(mended.values) > max(0.995, agreement(late.values))


def test_what_is_refused() -> None:
    made = _points([("a", 0, 0), ("a", 1, 1)])
    for rate in (0, -1, float("nan")):
        with pytest.raises(InputError, match="rate_hz"):
            resample(made, "c", "valence", rate_hz=rate)
    with pytest.raises(InputError, match="needs two"):
        resample(made, "c", "valence", rate_hz=0.5)
    with pytest.raises(InputError, match="have none"):
        resample(from_values(["c"], ["a"], [[1]], columns=["valence"]), "c", "valence", rate_hz=1)
    nobody = from_values(["c"], None, [[1]], columns=["valence"], time=[0.0])
    with pytest.raises(InputError, match="No named rater"):
        resample(nobody, "c", "valence", rate_hz=1)
    traces, truth = _late([0])
    with pytest.raises(InputError, match="against others or a reference"):
        estimate_delays(traces, longest=1)
    with pytest.raises(InputError, match="Resample finer"):
        estimate_delays(traces, longest=0.01, reference=truth)
    with pytest.raises(InputError, match="reference has shape"):
        estimate_delays(traces, longest=1, reference=[1.0])
    with pytest.raises(InputError, match="delays has shape"):
        align(traces, [0.0, 1.0])
    with pytest.raises(InputError, match="method must be"):
        fuse(traces, method="best")  # type: ignore[arg-type]


@pytest.mark.skipif(not DATA, reason="needs the corpora: set AFFEKT_DATA")
def test_the_traces_of_360_degree_videos() -> None:
    from affekt.ratings.reading import read_ratings

    assert DATA is not None
    made = read_ratings(Path(DATA) / "physio/ceap-360vr-annotations/continuous_annotations.parquet")
    traces = resample(made, "V1", "valence", rate_hz=2)
    assert len(traces.raters) == 32
    assert np.nanmin(traces.values) >= 1
    assert np.nanmax(traces.values) <= 9
    delays = estimate_delays(traces, longest=5)
    assert (np.abs(delays[~np.isnan(delays)]) <= 5).all()
    plain, aligned = fuse(standardise(traces)), fuse(standardise(align(traces, delays)))
    assert np.nanstd(aligned.values) > np.nanstd(plain.values)
