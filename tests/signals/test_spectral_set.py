"""The spectral set against its definitions, bin by bin."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affekt.signals.spectral_set import SPECTRAL_SET, spectral_set
from affekt.signals.spectrum import stft_power


def noise(samples: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(scale=0.1, size=samples).astype(np.float32)


def column(rows: np.ndarray, name: str) -> np.ndarray:
    return rows[:, SPECTRAL_SET.index(name)]


def naive(power: np.ndarray, before: np.ndarray, rate: int) -> list[float]:
    """The set of one frame, from the definitions in the docstring."""
    count = len(power)
    hz = [k * rate / (2 * (count - 1)) for k in range(count)]
    total = sum(power)
    share = [p / total for p in power]
    centroid = sum(f * p for f, p in zip(hz, share, strict=True))
    spread = math.sqrt(sum((f - centroid) ** 2 * p for f, p in zip(hz, share, strict=True)))
    flux = math.sqrt(sum((math.sqrt(a) - math.sqrt(b)) ** 2 for a, b in zip(power, before, strict=True)) / count)
    running, rolloff = 0.0, 0.0
    for f, p in zip(hz, share, strict=True):
        running += p
        if running >= 0.85:
            rolloff = f
            break
    level = [10 * math.log10(max(p, 1e-10)) for p in power]
    slopes = []
    for low, high in ((0, 500), (500, 1500)):
        inside = [(f, x) for f, x in zip(hz, level, strict=True) if low <= f <= high]
        slopes.append(float(np.polyfit([f for f, _ in inside], [x for _, x in inside], 1)[0]))
    above = sum(p for f, p in zip(hz, power, strict=True) if 1000 <= f <= 5000)
    below = sum(p for f, p in zip(hz, power, strict=True) if 50 <= f < 1000)
    first = max(x for f, x in zip(hz, level, strict=True) if f < 2000)
    second = max(x for f, x in zip(hz, level, strict=True) if 2000 <= f <= 5000)
    flatness = 10 ** (sum(level) / count / 10) / (total / count)
    entropy = -sum(p * math.log(p) for p in share if p > 0) / math.log(count)
    return [
        centroid, spread, flux, rolloff, *slopes, 10 * math.log10(above / below), first - second, flatness, entropy,
    ]  # fmt: skip


@pytest.mark.parametrize("rate", [8000, 16_000, 44_100])
def test_every_column_is_its_definition(rate: int) -> None:
    sound = np.cumsum(noise(rate // 10))
    sound -= sound.mean()
    rows, power = spectral_set(sound, rate), stft_power(sound, rate).astype(float)
    for at in range(len(rows)):
        expected = naive(power[at], power[max(0, at - 1)], rate)
        np.testing.assert_allclose(rows[at], expected, rtol=1e-4, atol=1e-5)


def test_noise_is_flat_and_a_tone_is_not() -> None:
    tone = np.sin(2 * np.pi * 3000 * np.arange(16_000) / 16_000)
    assert column(spectral_set(noise(16_000)), "flatness").mean() > 0.4
    assert column(spectral_set(noise(16_000)), "entropy").mean() > 0.8
    assert column(spectral_set(tone), "flatness").max() < 0.01
    assert column(spectral_set(tone), "entropy").max() < 0.35
    np.testing.assert_allclose(column(spectral_set(tone), "centroid_hz"), 3000, atol=1)
    assert column(spectral_set(tone), "spread_hz").max() < 30
    # The tone lies in the upper bands of both.
    assert column(spectral_set(tone), "alpha_ratio_db").min() > 30
    assert column(spectral_set(tone), "hammarberg_db").max() < -30


def test_a_tone_that_does_not_change_has_no_flux() -> None:
    tone = np.sin(2 * np.pi * 1000 * np.arange(1600) / 16_000)
    steady, stepped = spectral_set(tone), spectral_set(np.where(np.arange(1600) < 800, tone, tone * 3))
    assert column(steady, "flux").max() < 0.01
    assert column(stepped, "flux")[3] > 1
    assert column(stepped, "flux")[0] == 0


@given(st.integers(0, 999), st.floats(0.01, 100))
def test_only_the_flux_knows_the_level(seed: int, gain: float) -> None:
    sound = noise(1200, seed)
    quiet, loud = spectral_set(sound), spectral_set(sound * np.float32(gain))
    keep = [name != "flux" for name in SPECTRAL_SET]
    np.testing.assert_allclose(quiet[:, keep], loud[:, keep], rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(column(loud, "flux"), column(quiet, "flux") * gain, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("rate", [2000, 8000, 16_000, 96_000])
def test_ranges_hold_for_any_rate(rate: int) -> None:
    rows = spectral_set(noise(rate // 4), rate)
    assert np.isfinite(rows).all()
    for name, low, high in (
        ("centroid_hz", 0, rate / 2),
        ("spread_hz", 0, rate / 2),
        ("rolloff_hz", 0, rate / 2),
        ("flatness", 0, 1.000001),
        ("entropy", 0, 1.000001),
    ):
        assert column(rows, name).min() >= low
        assert column(rows, name).max() <= high


def test_silence_is_zero_everywhere() -> None:
    assert not spectral_set(np.zeros(1600)).any()
    assert not spectral_set([]).any()
    assert spectral_set([]).shape == (1, 10)


@pytest.mark.slow
def test_librosa_says_the_same_of_centroid_spread_rolloff_and_flatness() -> None:
    librosa = pytest.importorskip("librosa", reason="librosa is not installed")
    sound = np.cumsum(noise(16_000)).astype(np.float32)
    power, rows = stft_power(sound, 16_000).T.astype(float), spectral_set(sound)
    theirs = {
        "centroid_hz": librosa.feature.spectral_centroid(S=power, sr=16_000),
        "spread_hz": librosa.feature.spectral_bandwidth(S=power, sr=16_000),
        "rolloff_hz": librosa.feature.spectral_rolloff(S=power, sr=16_000, roll_percent=0.85),
        "flatness": librosa.feature.spectral_flatness(S=power, power=1.0),
    }
    for name, found in theirs.items():
        np.testing.assert_allclose(column(rows, name), found[0], rtol=1e-4, atol=1e-6)
