"""Framing, windows and power against sums written out."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affekt.errors import AffektError, InputError, UnknownNameError
from affekt.signals.spectrum import (
    WINDOWS,
    Framing,
    bin_hz,
    energy,
    energy_measure,
    frames_of,
    framing,
    measure,
    measure_blocks,
    power_measure,
    stft_power,
    window,
)


def noise(samples: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(scale=0.1, size=samples).astype(np.float32)


def naive_power(samples: np.ndarray, cut: Framing, shape: np.ndarray, fft: int) -> np.ndarray:
    """The definition: one sum per frame and bin, in double precision."""
    turns = np.exp(-2j * np.pi * np.outer(np.arange(cut.frame), np.arange(fft // 2 + 1)) / fft)
    rows, start = [], 0
    while start + cut.frame <= len(samples):
        rows.append(np.abs((samples[start : start + cut.frame].astype(np.float64) * shape) @ turns) ** 2)
        start += cut.hop
    return np.array(rows)


@pytest.mark.parametrize("name", WINDOWS)
def test_power_is_the_squared_sum_of_its_definition(name: str) -> None:
    samples, cut = noise(3000), framing(8000)
    n = np.arange(cut.frame)
    shapes = {
        "hann": np.sin(np.pi * n / cut.frame) ** 2,
        "hamming": 0.08 + 0.92 * np.sin(np.pi * n / cut.frame) ** 2,
        "gauss": np.exp(-0.5 * (((n + 0.5) / cut.frame * 2 - 1) / 0.4) ** 2),
        "rectangular": np.ones(cut.frame),
    }
    power = stft_power(samples, 8000, shape=name)
    expected = naive_power(samples, cut, shapes[name], 256)
    assert power.dtype == np.float32
    assert power.shape == expected.shape == (cut.count(3000), 129)
    np.testing.assert_allclose(power, expected, rtol=1e-4, atol=1e-5 * expected.max())


def test_power_keeps_parseval() -> None:
    samples = noise(400)
    power = stft_power(samples, 16_000, shape="rectangular")[0].astype(np.float64)
    both_sides = (2 * power.sum() - power[0] - power[-1]) / 512
    assert both_sides == pytest.approx(np.square(samples.astype(np.float64)).sum(), rel=1e-5)


def test_a_sine_on_a_bin_has_the_power_that_the_docstring_says() -> None:
    tone = 0.5 * np.cos(2 * np.pi * 1000 * np.arange(400) / 16_000)
    power = stft_power(tone, 16_000, fft=400)
    assert power[0, 25] == pytest.approx((0.5 * window("hann", 400).sum() / 2) ** 2, rel=1e-4)
    assert bin_hz(16_000, 400)[25] == 1000


@given(st.integers(0, 5000), st.integers(1, 700), st.integers(1, 900))
def test_the_count_is_that_of_whole_frames_and_at_least_one(samples: int, frame: int, hop: int) -> None:
    cut = Framing(16_000, frame, hop)
    whole = sum(1 for start in range(0, samples, hop) if start + frame <= samples)
    assert cut.count(samples) == max(1, whole)
    assert len(frames_of(np.zeros(samples, np.float32), cut)) == whole
    assert len(cut.times(3)) == 3


@given(st.integers(0, 1200))
def test_short_signals_are_padded_to_one_frame(samples: int) -> None:
    sound = noise(samples)
    power = stft_power(sound, 16_000)
    assert len(power) == max(1, 1 + (samples - 400) // 160)
    if samples < 400:
        np.testing.assert_array_equal(power, stft_power(np.pad(sound, (0, 400 - samples)), 16_000))


def test_later_sound_changes_no_frame() -> None:
    sound = noise(20_000)
    np.testing.assert_array_equal(
        stft_power(sound[:9000], 16_000), stft_power(sound, 16_000)[: framing(16_000).count(9000)]
    )


def test_energy_is_the_mean_square_in_db() -> None:
    sound = noise(2000)
    expected = [10 * np.log10(np.mean(sound[s : s + 400].astype(float) ** 2)) for s in range(0, 1601, 160)]
    np.testing.assert_allclose(energy(sound, 16_000)[:, 0], expected, rtol=1e-5)
    sine = np.sin(2 * np.pi * 1000 * np.arange(1600) / 16_000)
    assert energy(sine, 16_000)[0, 0] == pytest.approx(-3.01, abs=0.01)
    assert energy(np.zeros(1600), 16_000).max() == -100


@pytest.mark.parametrize("rate", [8000, 11_025, 22_050, 44_100, 48_000, 96_000])
def test_any_rate_is_cut_into_the_same_times(rate: int) -> None:
    cut = framing(rate)
    assert cut.frame / rate == pytest.approx(0.025, abs=1 / rate)
    assert abs(cut.count(rate) - 98) <= 1
    assert stft_power(noise(rate), rate).shape[0] == cut.count(rate)


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        (np.zeros((2, 800)), "one channel"),
        (np.zeros(800, np.int16), "divided by 32768"),
        (np.array([0.0] * 500 + [np.nan]), "sample 500"),
        (np.array([0.0] * 559 + [np.nan] * 300), "sample 559"),
        (np.array([np.inf] * 500), "inf"),
    ],
)
def test_samples_that_are_none_are_refused(samples: np.ndarray, message: str) -> None:
    with pytest.raises(InputError, match=message):
        stft_power(samples, 16_000)


def test_settings_out_of_range_are_refused() -> None:
    for call in (
        lambda: framing(0),
        lambda: framing(16_000, hop_s=0),
        lambda: framing(16_000, window_s=-1),
        lambda: stft_power([0.0], 16_000, fft=256),
    ):
        with pytest.raises(AffektError):
            call()
    with pytest.raises(UnknownNameError, match="hann"):
        window("han", 4)  # type: ignore[arg-type]


def test_measuring_keeps_memory_flat() -> None:
    sound, of = np.zeros(16_000 * 120, np.float32), power_measure(framing(16_000))
    tracemalloc.start()
    rows = sum(len(block) for block in measure_blocks(sound, of))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert rows == framing(16_000).count(len(sound))
    # The spectra of two minutes would be 12 MB.
    assert peak < 4e6


def test_an_empty_sound_is_one_frame_of_silence() -> None:
    assert measure([], energy_measure(framing(16_000))).tolist() == [[-100.0]]
