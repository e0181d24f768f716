"""Mel spectra and cepstra against loops written from their formulas, and against librosa where there is one."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affekt.errors import InputError
from affekt.signals.deltas import deltas, with_deltas
from affekt.signals.mel import (
    FLOOR,
    Mel,
    hz_to_mel,
    lifter_weights,
    log_mel,
    mel_filterbank,
    mel_measure,
    mel_to_hz,
    mfcc,
)
from affekt.signals.spectrum import framing, measure, stft_power


def noise(samples: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(scale=0.1, size=samples).astype(np.float32)


def naive_filterbank(rate: int, fft: int, bands: int, low: float, high: float) -> np.ndarray:
    def mel(hz: float) -> float:
        return 2595 * math.log10(1 + hz / 700)

    def hz(place: float) -> float:
        return 700 * (10 ** (place / 2595) - 1)

    step = (mel(high) - mel(low)) / (bands + 1)
    weights = np.zeros((fft // 2 + 1, bands))
    for band in range(bands):
        left, middle, right = (hz(mel(low) + (band + side) * step) for side in range(3))
        for place in range(fft // 2 + 1):
            f = place * rate / fft
            if left < f <= middle:
                weights[place, band] = (f - left) / (middle - left)
            elif middle < f < right:
                weights[place, band] = (right - f) / (right - middle)
    return weights


@pytest.mark.parametrize(
    ("rate", "fft", "bands", "low", "high"), [(16_000, 512, 64, 50, 8000), (8000, 256, 20, 0, 3800)]
)
def test_filterbank_is_its_definition(rate: int, fft: int, bands: int, low: float, high: float) -> None:
    ours = mel_filterbank(rate, fft, Mel(bands=bands, low=low, high=high))
    np.testing.assert_allclose(ours, naive_filterbank(rate, fft, bands, low, high), atol=1e-6)


def test_log_mel_is_the_logarithm_of_weighted_power() -> None:
    sound = noise(8000)
    expected = np.log(stft_power(sound, 16_000).astype(float) @ naive_filterbank(16_000, 512, 64, 50, 8000))
    np.testing.assert_allclose(log_mel(sound), expected, atol=1e-5)
    assert log_mel(sound).dtype == np.float32


@given(st.floats(0, 24_000), st.sampled_from(["htk", "slaney"]))
def test_mel_and_back(hz: float, scale: str) -> None:
    assert mel_to_hz(hz_to_mel(hz, scale), scale) == pytest.approx(hz, rel=1e-9, abs=1e-9)


@given(st.lists(st.floats(0, 24_000), min_size=2, unique=True), st.sampled_from(["htk", "slaney"]))
def test_mel_rises_with_frequency(hz: list[float], scale: str) -> None:
    assert (np.diff(hz_to_mel(sorted(hz), scale)) >= 0).all()


def test_published_values_of_the_scales() -> None:
    assert hz_to_mel(1000) == pytest.approx(1000, abs=0.02)
    assert hz_to_mel(1000, "slaney") == 15
    assert hz_to_mel(6400, "slaney") == pytest.approx(42)


def test_mfcc_is_the_cosine_transform_of_log_mel() -> None:
    sound, bands = noise(4000), 40
    mel = log_mel(sound, bands=bands, low=20.0).astype(float)
    for lifter in (0, 22):
        expected = np.zeros((len(mel), 13))
        for order in range(13):
            scale = math.sqrt((1 if order == 0 else 2) / bands)
            weight = 1 + lifter / 2 * math.sin(math.pi * order / lifter) if lifter else 1
            for band in range(bands):
                expected[:, order] += weight * scale * mel[:, band] * math.cos(math.pi * order * (band + 0.5) / bands)
        np.testing.assert_allclose(mfcc(sound, lifter=lifter), expected, atol=2e-4)


def naive_deltas(rows: np.ndarray, width: int) -> np.ndarray:
    found = np.zeros(rows.shape)
    for t in range(len(rows)):
        for n in range(1, width + 1):
            found[t] += n * (rows[min(t + n, len(rows) - 1)] - rows[max(t - n, 0)])
    return found / (2 * sum(n * n for n in range(1, width + 1)))


@given(st.integers(1, 30), st.integers(1, 5), st.integers(0, 99))
def test_deltas_are_their_definition(count: int, width: int, seed: int) -> None:
    rows = np.random.default_rng(seed).normal(size=(count, 3)).astype(np.float32)
    np.testing.assert_allclose(deltas(rows, width=width), naive_deltas(rows.astype(float), width), atol=1e-5)
    both = with_deltas(rows, width=width)
    np.testing.assert_array_equal(both[:, 3:6], deltas(rows, width=width))
    np.testing.assert_array_equal(both[:, 6:], deltas(deltas(rows, width=width), width=width))


def test_a_louder_sound_moves_log_mel_by_its_gain() -> None:
    sound = noise(4000)
    np.testing.assert_allclose(log_mel(sound * 2) - log_mel(sound), 2 * math.log(2), atol=1e-4)
    quiet, loud = mfcc(sound), mfcc(sound * 2)
    np.testing.assert_allclose(loud[:, 1:], quiet[:, 1:], atol=1e-3)
    assert (loud[:, 0] > quiet[:, 0]).all()


def test_silence_is_the_floor() -> None:
    np.testing.assert_allclose(log_mel(np.zeros(1600)), math.log(FLOOR), rtol=1e-6)


def test_a_tone_peaks_in_the_band_around_it() -> None:
    for hz in (120, 440, 1000, 3000, 7000):
        mel = log_mel(np.sin(2 * np.pi * hz * np.arange(1600) / 16_000))
        edges = mel_to_hz(np.linspace(*hz_to_mel([50, 8000]), 66))
        peak = int(mel[0].argmax())
        assert edges[peak] < hz < edges[peak + 2]


def test_preemphasis_is_a_difference_within_the_frame() -> None:
    sound = noise(400)
    changed = sound - 0.97 * np.concatenate([sound[:1], sound[:-1]])
    ours = measure(sound, mel_measure(framing(16_000), Mel(preemphasis=0.97)))
    np.testing.assert_allclose(ours, log_mel(changed), atol=1e-4)


def test_narrow_bands_get_a_longer_transform_and_are_refused_as_a_bank() -> None:
    with pytest.raises(InputError, match="fewer bands"):
        mel_filterbank(16_000, 512, Mel(bands=128, low=0))
    mel = log_mel(noise(1600), bands=128, low=0)
    assert mel.shape == (8, 128)
    assert (mel > math.log(FLOOR)).all()


def test_settings_that_cannot_be_are_refused() -> None:
    for call in (
        lambda: log_mel([0.0], bands=0),
        lambda: log_mel([0.0], high=9000),
        lambda: log_mel([0.0], low=-1),
        lambda: log_mel([0.0], low=4000, high=4000),
        lambda: mfcc([0.0], coefficients=41),
        lambda: mfcc([0.0], coefficients=0),
        lambda: lifter_weights(3, -1),
        lambda: hz_to_mel(1, "bark"),  # type: ignore[arg-type]
        lambda: mel_measure(framing(16_000), Mel(preemphasis=2)),
        lambda: deltas(np.zeros((0, 2))),
        lambda: deltas(np.zeros(3)),
        lambda: deltas(np.zeros((3, 2)), width=0),
    ):
        with pytest.raises(InputError):
            call()


@pytest.mark.slow
@pytest.mark.parametrize("scale", ["htk", "slaney"])
@pytest.mark.parametrize("equal_area", [False, True])
def test_librosa_has_the_same_filterbank_and_spectra(scale: str, equal_area: bool) -> None:
    librosa = pytest.importorskip("librosa", reason="librosa is not installed")
    settings = Mel(bands=40, low=20.0, scale=scale, equal_area=equal_area)  # type: ignore[arg-type]
    norm = "slaney" if equal_area else None
    theirs = librosa.filters.mel(sr=16_000, n_fft=512, n_mels=40, fmin=20, htk=scale == "htk", norm=norm)
    np.testing.assert_allclose(mel_filterbank(16_000, 512, settings), theirs.T, atol=1e-6)
    sound = noise(16_000)
    # librosa puts the window of 400 into the middle of the 512 samples that it transforms.
    power = librosa.feature.melspectrogram(
        y=np.pad(sound, (56, 56)), sr=16_000, n_fft=512, win_length=400, hop_length=160, center=False,
        n_mels=40, fmin=20, htk=scale == "htk", norm=norm,
    )  # fmt: skip
    ours = measure(sound, mel_measure(framing(16_000), settings))
    np.testing.assert_allclose(ours, np.log(power.T), atol=1e-4)
    cepstra = librosa.feature.mfcc(S=np.log(power), n_mfcc=13)
    np.testing.assert_allclose(mfcc(sound, lifter=0, settings=settings), cepstra.T, atol=1e-3)
