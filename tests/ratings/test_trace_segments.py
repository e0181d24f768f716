"""Label rate and segment length: every label is of the very samples beside it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affekt.errors import InputError
from affekt.ratings.trace_segments import cut_segments, resample_trace


@given(
    st.sampled_from([0.5, 1.0, 2.0, 4.0, 5.0, 10.0]),
    st.sampled_from([1.0, 2.0, 3.0, 5.0]),
    st.sampled_from([0.5, 1.0, 2.0]),
    st.sampled_from(["mean", "linear"]),
)
def test_labels_are_of_the_samples_beside_them(rate: float, length: float, hop: float, way: str) -> None:
    """The trace says what time it is, and so does the sound: each label is the mean time of its samples."""
    sample_rate, seconds = 1000, 20.0
    if (length * rate) % 1 or (hop * rate) % 1:
        return
    sound = (np.arange(round(seconds * sample_rate)) + 0.5) / sample_rate
    times = np.arange(0, 20.3, 0.3)  # at no rate that divides the others
    trace = resample_trace(times, times, rate_hz=rate, seconds=seconds, way=way)  # type: ignore[arg-type]
    cut = cut_segments(trace, rate_hz=rate, segment_s=length, hop_s=hop, sample_rate=sample_rate, samples=len(sound))
    assert len(cut.labels) == (seconds - length) // hop + 1
    assert cut.labels.shape[1] == length * rate
    for labels, start, (first, last) in zip(cut.labels, cut.starts, cut.samples, strict=True):
        assert last - first == length * sample_rate
        assert start == first / sample_rate
        parts = sound[first:last].reshape(len(labels), -1)
        assert parts.shape[1] == cut.samples_per_label
        np.testing.assert_allclose(labels, parts.mean(1), atol=1e-9)


@given(st.integers(0, 10**6), st.sampled_from([0.7, 1.0, 3.0, 25.0]))
def test_means_are_those_of_a_fine_grid(seed: int, rate: float) -> None:
    random = np.random.default_rng(seed)
    times = np.cumsum(random.uniform(0.05, 0.9, 20))
    values = random.normal(size=20)
    found = resample_trace(times, values, rate_hz=rate, seconds=float(times[-1]) + 1)
    fine = (np.arange(round((times[-1] + 1) * 20_000)) + 0.5) / 20_000
    drawn = np.where((fine >= times[0]) & (fine <= times[-1]), np.interp(fine, times, values), np.nan)
    for step, value in enumerate(found):
        inside = drawn[(fine >= step / rate) & (fine < (step + 1) / rate)]
        if np.isnan(inside).any():
            assert np.isnan(value)
        else:
            assert value == pytest.approx(inside.mean(), abs=1e-3)


def test_gaps_stay_gaps() -> None:
    times, values = [0, 1, 2, 3, 4, 5], [0.0, 1.0, np.nan, 3.0, 4.0, 5.0]
    assert resample_trace(times, values, rate_hz=1, seconds=6).tolist() == pytest.approx(
        [0.5, np.nan, np.nan, 3.5, 4.5, np.nan], nan_ok=True
    )
    linear = resample_trace(times, values, rate_hz=1, seconds=6, way="linear")
    assert linear.tolist() == pytest.approx([0.5, np.nan, np.nan, 3.5, 4.5, np.nan], nan_ok=True)
    cut = cut_segments([np.nan, 1.0], rate_hz=1, segment_s=1, samples=40_000)
    np.testing.assert_array_equal(cut.labels, [[np.nan], [1.0]])


def test_ends_and_wrong_lengths() -> None:
    assert cut_segments(np.zeros(10), rate_hz=1, segment_s=4, samples=16_000 * 7).labels.shape == (1, 4)
    assert cut_segments(np.zeros(2), rate_hz=1, segment_s=4, samples=160_000).labels.shape == (0, 4)
    with pytest.raises(InputError, match=r"2\.5 labels at 1 Hz; 2 s is a whole number"):
        cut_segments(np.zeros(9), rate_hz=1, segment_s=2.5, samples=160_000)
    with pytest.raises(InputError, match="hop_s of 0 s"):
        cut_segments(np.zeros(9), rate_hz=1, segment_s=2, hop_s=0, samples=160_000)
    with pytest.raises(InputError, match="labels at 3 Hz"):
        cut_segments(np.zeros(9), rate_hz=3, segment_s=0.5, samples=160_000)
    with pytest.raises(InputError, match="rise"):
        resample_trace([1, 1], [0, 0], rate_hz=1, seconds=2)
    with pytest.raises(InputError, match="two points"):
        resample_trace([1], [0], rate_hz=1, seconds=2)
    with pytest.raises(InputError, match="above 0"):
        resample_trace([0, 1], [0, 0], rate_hz=0, seconds=2)
