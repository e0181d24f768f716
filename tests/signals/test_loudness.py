"""Levels and loudness, against the values their standards give."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import lfilter

from affekt.errors import InputError
from affekt.signals.filtering import biquad, convolved, filtered, shaped
from affekt.signals.loudness import (
    ActiveLevel,
    active_level,
    level_cautions,
    levels,
    loudness,
    normalised,
    without_dc,
)

# The table of ITU-R BS.1770-4 for 48 kHz.
SHELF = ([1.53512485958697, -2.69169618940638, 1.19839281085285], [1.0, -1.69065929318241, 0.73248077421585])
HIGH = ([1.0, -2.0, 1.0], [1.0, -1.99004745483398, 0.99007225036621])


def sine(db: float, seconds: float, rate: int = 48000, hz: float = 1000.0) -> np.ndarray:
    return (10 ** (db / 20) * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def stereo(*parts: tuple[float, float]) -> np.ndarray:
    one = np.concatenate([sine(db, seconds) for db, seconds in parts])
    return np.stack([one, one])


def test_a_full_scale_sine_has_minus_3_01() -> None:
    for rate in (8000, 16000, 22050, 44100, 48000, 96000):
        assert loudness(sine(0, 5, rate, 997), rate) == pytest.approx(-3.01, abs=0.03)


# EBU Tech 3341 (2016), minimum requirements test signals 1 to 6: integrated loudness within 0.1 LU.
EBU = {
    "1": (stereo((-23, 20)), -23.0),
    "2": (stereo((-33, 20)), -33.0),
    "3": (stereo((-36, 10), (-23, 60), (-36, 10)), -23.0),
    "4": (stereo((-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)), -23.0),
    "5": (stereo((-26, 20), (-20, 20.1), (-26, 20)), -23.0),
    "6": (np.stack([sine(db, 20) for db in (-28, -28, -24, -30, -30)]), -23.0),
}


@pytest.mark.parametrize(
    ("samples", "wanted"), [pytest.param(*EBU[n], id=n, marks=[pytest.mark.slow] if n in "345" else []) for n in EBU]
)
def test_the_signals_of_ebu_tech_3341(samples: np.ndarray, wanted: float) -> None:
    assert loudness(samples, 48000) == pytest.approx(wanted, abs=0.1)


def test_the_filters_are_those_of_the_table() -> None:
    noise = np.random.default_rng(0).standard_normal(96000).astype(np.float32) * np.float32(0.1)
    weighted = lfilter(*HIGH, lfilter(*SHELF, noise.astype(np.float64)))
    size, step = 19200, 4800
    power = np.array([np.mean(weighted[at : at + size] ** 2) for at in range(0, len(noise) - size + 1, step)])
    power = power[power > 0.1 * power.mean()]
    assert loudness(noise, 48000) == pytest.approx(-0.691 + 10 * np.log10(power.mean()), abs=1e-3)


def test_other_rates_agree_where_the_sound_is_the_same() -> None:
    generator = np.random.default_rng(1)
    hz, phases = generator.uniform(100, 3000, 20), generator.uniform(0, 6, 20)

    def mixture(rate: int) -> np.ndarray:
        time = np.arange(3 * rate) / rate
        return sum(0.02 * np.sin(2 * np.pi * f * time + p) for f, p in zip(hz, phases, strict=True)).astype(np.float32)

    wanted = loudness(mixture(48000), 48000)
    for rate in (8000, 16000, 44100):
        assert loudness(mixture(rate), rate) == pytest.approx(wanted, abs=0.15)


def test_silence_short_clips_and_many_channels() -> None:
    assert loudness(np.zeros((2, 48000), np.float32), 48000) == -np.inf
    assert loudness(np.zeros((1, 0), np.float32), 48000) == -np.inf
    assert loudness(sine(-80, 5), 48000) == -np.inf
    assert loudness(sine(-20, 0.02), 48000) == pytest.approx(-23, abs=2)
    with pytest.raises(InputError, match="1 to 6 channels"):
        loudness(np.zeros((8, 100), np.float32), 48000)


@given(st.floats(-40, 0), st.floats(-0.4, 0.4))
def test_rms_peak_and_dc_are_what_was_put_in(db: float, dc: float) -> None:
    found = levels(sine(db, 0.5, 16000, 100) + np.float32(dc))
    assert found.rms_db == pytest.approx(db - 3.0103, abs=0.01)
    assert found.dc == pytest.approx(dc, abs=1e-5)
    assert found.peak_db == pytest.approx(20 * np.log10(10 ** (db / 20) + abs(dc)), abs=0.01)
    assert found.clipped == 0
    assert abs(levels(without_dc(sine(db, 0.5, 16000, 100) + np.float32(dc))).dc) < 1e-6


@pytest.mark.parametrize("limit", [0.2, 0.5, 0.9])
def test_clipping_is_the_share_cut_off_even_when_quieter(limit: float) -> None:
    wave = sine(0, 1.0, 16000, 99)
    share = np.mean(np.abs(wave) >= limit)
    for gain in (1.0, 0.01):
        found = levels(np.clip(wave, -limit, limit) * np.float32(gain))
        assert found.clipped == pytest.approx(share, abs=0.01)
        assert any("clipped" in said for said in level_cautions(found))


def test_cautions_name_silence_quiet_and_dc() -> None:
    assert level_cautions(levels(np.zeros(100, np.float32))) == ("silence",)
    assert level_cautions(levels(np.full(100, 0.3, np.float32))) == ("silence",)
    assert level_cautions(levels(sine(-70, 1))) == ("very quiet (-73 dB)",)
    assert level_cautions(levels(sine(-20, 1))) == ()
    assert levels(np.zeros(0, np.float32)).rms_db == -np.inf


def reference_active_level(samples: np.ndarray, rate: int) -> ActiveLevel:
    """P.56 method B written sample by sample as the recommendation has it, thresholds 6 dB apart."""
    g = np.exp(-1 / (rate * 0.03))
    p = lfilter([1 - g], [1, -g], np.abs(samples.astype(np.float64)))
    q = lfilter([1 - g], [1, -g], p)
    hang, thresholds = int(np.ceil(0.2 * rate)), 2.0 ** np.arange(-20, 1)
    counts, held = np.zeros(21), np.full(21, hang)
    for value in q:
        over = value >= thresholds
        held = np.where(over, 0, held + 1)
        counts += over | (held < hang)
    total = float(np.sum(samples.astype(np.float64) ** 2))
    active = 10 * np.log10(total / np.maximum(counts, 1e-9))
    margin = active - 20 * np.log10(thresholds)
    at = next(i for i in range(20) if margin[i] >= 15.9 > margin[i + 1])
    part = (margin[at] - 15.9) / (margin[at] - margin[at + 1])
    db = active[at] + part * (active[at + 1] - active[at])
    return ActiveLevel(float(db), total / len(samples) / 10 ** (db / 10))


@pytest.mark.parametrize("pause", [0.0, 0.5, 2.0])
def test_active_level_is_that_of_p56(pause: float) -> None:
    rate, generator = 2000, np.random.default_rng(3)
    bursts = [generator.standard_normal(rate) * 0.1 * np.hanning(rate) for _ in range(4)]
    samples = np.concatenate([np.r_[b, np.zeros(int(pause * rate))] for b in bursts]).astype(np.float32)
    found, wanted = active_level(samples, rate), reference_active_level(samples, rate)
    assert found.db == pytest.approx(wanted.db, abs=0.05)
    assert found.activity == pytest.approx(wanted.activity, abs=0.01)


def test_pauses_do_not_lower_the_active_level() -> None:
    speech = np.random.default_rng(0).standard_normal(32000).astype(np.float32) * np.float32(0.05)
    alone = active_level(speech, 16000)
    paused = active_level(np.concatenate([speech, np.zeros(96000, np.float32)]), 16000)
    assert alone.db == pytest.approx(levels(speech).rms_db, abs=0.1) and alone.activity == pytest.approx(1, abs=0.02)
    assert paused.db == pytest.approx(alone.db, abs=0.8) and paused.activity == pytest.approx(0.28, abs=0.04)
    assert active_level(np.zeros(100, np.float32), 16000) == ActiveLevel(-np.inf, 0.0)


def test_normalised_reaches_the_level_and_never_clips() -> None:
    tone = sine(-40, 2, 16000)
    assert loudness(normalised(tone, 16000), 16000) == pytest.approx(-23, abs=0.01)
    assert active_level(normalised(tone, 16000, to=-26, measure="active"), 16000).db == pytest.approx(-26, abs=0.01)
    assert levels(normalised(tone, 16000, to=-3, measure="peak")).peak_db == pytest.approx(-3, abs=0.01)
    assert np.abs(normalised(tone, 16000, to=20)).max() == pytest.approx(1, abs=1e-6)
    assert not normalised(np.zeros(100, np.float32), 16000).any()
    with pytest.raises(InputError, match="Unknown measure"):
        normalised(tone, 16000, measure="lufs")  # type: ignore[arg-type]


@given(st.integers(0, 3000), st.integers(1, 700))
def test_convolution_is_convolution(length: int, taps: int) -> None:
    generator = np.random.default_rng(length)
    samples, impulse = generator.standard_normal(length), generator.standard_normal(taps)
    wanted = np.convolve(samples, impulse) if length else np.zeros(max(0, taps - 1))
    np.testing.assert_allclose(convolved(samples, impulse), wanted, atol=1e-9)


def test_filters_are_those_of_the_recursion() -> None:
    samples = np.random.default_rng(0).standard_normal((2, 20000))
    b, a = (0.2, 0.3, 0.1), (1.0, -1.2, 0.5)
    np.testing.assert_allclose(filtered(samples, 16000, biquad(b, a)), lfilter(b, a, samples), atol=1e-9)
    tone = sine(0, 1, 16000, 1000)
    np.testing.assert_allclose(
        shaped(tone, 16000, lambda hz: np.where(hz < 4000, 0.5, 0))[800:-800], tone[800:-800] / 2, atol=1e-3
    )
