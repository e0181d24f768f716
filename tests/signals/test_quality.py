"""Quality of recordings: known noise, known bands, known clipping."""

from __future__ import annotations

import numpy as np
import pytest

import tone_reader
from affekt.errors import InputError
from affekt.signals.noise import pink_noise, white_noise, with_noise
from affekt.signals.quality import bandwidth, quality, signal_to_noise
from affekt.signals.resampling import resample

RATE = 16_000


def speech(seconds: int, generator: np.random.Generator, *, rate: int = RATE) -> np.ndarray:
    """Return voiced syllables and pauses, of changing length."""
    parts = []
    while sum(map(len, parts)) < seconds * rate:
        parts.append(tone_reader.voice(generator.uniform(0.3, 1.2), pitch=generator.uniform(100, 220), rate=rate))
        parts.append(np.zeros(int(generator.uniform(0.05, 0.3) * rate), np.float32))
    return np.concatenate(parts)[: seconds * rate]


@pytest.mark.parametrize("kind", ["white", "pink"])
@pytest.mark.parametrize("rate", [8000, 16_000, 44_100])
def test_known_noise_is_found(kind: str, rate: int) -> None:
    generator = np.random.default_rng(5)
    clean = speech(6, generator, rate=rate)
    noise = white_noise(len(clean), generator) if kind == "white" else pink_noise(len(clean), rate, generator)
    found = []
    for snr_db in (-5, 0, 5, 10, 15, 20):
        told = signal_to_noise(with_noise(clean, rate, noise, snr_db=snr_db), rate)
        # White noise above 8 kHz is left out with all else there: 4.4 dB of it at 44.1 kHz.
        beyond = 10 * np.log10(rate / RATE) if kind == "white" and rate > RATE else 0
        assert told == pytest.approx(snr_db + beyond, abs=2.5)
        found.append(told)
    assert np.all(np.diff(found) > 2)


def test_level_does_not_matter_and_edges_are_told() -> None:
    generator = np.random.default_rng(6)
    noisy = with_noise(speech(4, generator), RATE, white_noise(4 * RATE, generator), snr_db=10)
    assert signal_to_noise(noisy * np.float32(0.01), RATE) == pytest.approx(signal_to_noise(noisy, RATE), abs=0.01)
    assert np.isnan(signal_to_noise(np.zeros(RATE, np.float32), RATE))
    assert np.isnan(signal_to_noise(noisy[:100], RATE))
    assert signal_to_noise(speech(4, generator), RATE) > 30
    with pytest.raises(InputError, match="one channel"):
        signal_to_noise(noisy[None], RATE)


@pytest.mark.parametrize("rate", [16_000, 44_100, 48_000])
def test_a_narrow_band_is_known_at_any_rate(rate: int) -> None:
    generator = np.random.default_rng(7)
    narrow = white_noise(2 * 8000, generator) * np.float32(0.05)
    wide = resample(narrow[None], 8000, rate)[0]
    stored = np.round(wide * 32768).astype(np.int16).astype(np.float32) / 32768
    assert bandwidth(stored, rate) == pytest.approx(4000, abs=300)
    assert bandwidth(white_noise(rate, generator) * np.float32(0.1), rate) == pytest.approx(rate / 2, rel=0.01)
    assert bandwidth(np.zeros(100, np.float32), rate) == 0


def test_all_together() -> None:
    generator = np.random.default_rng(8)
    voice = tone_reader.voice(2, level=0.1)
    found = quality(np.clip(voice, -0.15, 0.15), RATE)
    assert found.clipped > 0.05
    assert found.peak_db == pytest.approx(20 * np.log10(0.15), abs=0.1)
    assert quality(voice, RATE).level_db == pytest.approx(-20, abs=2)
    assert quality(voice, RATE).clipped == 0
    assert quality(white_noise(RATE, generator), RATE).snr_db < -5
