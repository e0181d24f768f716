"""Jitter, shimmer, harmonics-to-noise ratio and harmonic differences of voices made of known parts."""

from __future__ import annotations

import numpy as np
import pytest
from synthetic_voice import RATE, harmonics, pulses, voice, with_noise

from affekt.signals.pitch import pitch
from affekt.signals.voice_quality import (
    cycles,
    harmonic_levels,
    hnr,
    jitter_local,
    shimmer_local_db,
    voice_quality,
    voice_spectrum,
)


def measured(times, heights, seconds=2.0):
    samples = voice(times, heights, seconds)
    return cycles(samples, RATE, pitch(samples))


def inside(times):
    """The pulses that lie well inside the voiced stretch."""
    return (times > 0.1) & (times < 1.9)


@pytest.mark.parametrize("f0", [90.0, 130.0, 220.0])
@pytest.mark.parametrize("jitter", [0.005, 0.01, 0.02])
def test_jitter_is_that_of_the_pulses(f0, jitter):
    times, heights = pulses(f0, 2.0, jitter=jitter)
    periods = np.diff(times)
    truth = np.abs(np.diff(periods)).mean() / periods.mean()
    assert jitter_local(measured(times, heights)) == pytest.approx(truth, rel=0.35 if f0 < 200 else 0.45)


@pytest.mark.parametrize("f0", [90.0, 130.0])
@pytest.mark.parametrize("shimmer_db", [0.3, 0.6, 1.2])
def test_shimmer_is_that_of_the_pulses(f0, shimmer_db):
    times, heights = pulses(f0, 2.0, shimmer_db=shimmer_db)
    truth = np.abs(20 * np.diff(np.log10(heights))).mean()
    assert shimmer_local_db(measured(times, heights)) == pytest.approx(truth, rel=0.3)


def test_an_even_voice_has_next_to_none():
    each = measured(*pulses(120.0, 2.0))
    assert jitter_local(each) < 0.001
    assert shimmer_local_db(each) < 0.1


def test_every_cycle_is_found_once():
    times, heights = pulses(140.0, 2.0, jitter=0.01)
    each = measured(times, heights)
    found = each.start / RATE
    truth = times[inside(times)]
    got = found[(found > 0.1) & (found < 1.9)]
    assert abs(len(got) - len(truth)) <= 1
    assert np.abs(np.diff(got) - 1 / 140).max() < 0.25 / 140


@pytest.mark.parametrize("f0", [110.0, 200.0])
@pytest.mark.parametrize("snr_db", [5, 10, 20])
def test_harmonics_to_noise_ratio_is_that_of_the_mixture(f0, snr_db):
    samples = with_noise(harmonics(np.full(2 * RATE, f0), numbers=range(1, 30)), snr_db)
    found = voice_quality(samples)
    assert np.nanmedian(found.hnr_db) == pytest.approx(snr_db, abs=1.5)


@pytest.mark.parametrize("difference_db", [-6.0, 0.0, 10.0])
def test_harmonic_differences_are_those_of_the_harmonics(difference_db):
    time = np.arange(RATE) / RATE
    level = 10 ** (-difference_db / 20)
    samples = 0.1 * (np.sin(2 * np.pi * 150 * time) + level * np.sin(2 * np.pi * 300 * time + 1))
    samples = samples + 0.001 * sum(np.sin(2 * np.pi * 150 * n * time) for n in range(3, 30))
    found = voice_quality(samples)
    assert np.nanmedian(found.h1_h2_db) == pytest.approx(difference_db, abs=0.5)


def test_a_voice_that_falls_off_more_steeply_has_a_higher_h1_a3():
    soft, hard = (voice(*pulses(120, 1.0), 1.0, tilt_hz=tilt) for tilt in (100.0, 2000.0))
    assert np.nanmedian(voice_quality(soft).h1_a3_db) > np.nanmedian(voice_quality(hard).h1_a3_db) + 10


def test_levels_of_harmonics_against_the_formula():
    time = np.arange(RATE) / RATE
    samples = (0.2 * np.sin(2 * np.pi * 200 * time) + 0.05 * np.sin(2 * np.pi * 400 * time)).astype(np.float32)
    found = pitch(samples)
    levels = harmonic_levels(voice_spectrum(samples, RATE, found), RATE, found.f0)
    assert np.median(levels[:, 0] - levels[:, 1]) == pytest.approx(20 * np.log10(4), abs=0.3)


def test_silence_has_no_quality():
    found = voice_quality(np.zeros(RATE))
    for measure in (found.jitter, found.shimmer_db, found.hnr_db, found.h1_h2_db, found.h1_a3_db):
        assert measure.shape == pitch(np.zeros(RATE)).f0.shape
        assert np.isnan(measure).all()
    nothing = cycles(np.zeros(RATE), RATE, pitch(np.zeros(RATE)))
    assert np.isnan(jitter_local(nothing))
    assert np.isnan(shimmer_local_db(nothing))
    assert hnr(np.zeros((0, 1025), np.float32), RATE, np.zeros(0, np.float32)).shape == (0,)


def test_frames_without_voice_are_nan_and_the_others_are_not():
    samples = np.concatenate([voice(*pulses(150, 0.6), 0.6), np.zeros(RATE // 2, np.float32)])
    track = pitch(samples)
    found = voice_quality(samples, tracked=track)
    voiced = np.isfinite(track.f0)
    assert np.isfinite(found.hnr_db).tolist() == voiced.tolist()
    assert np.isfinite(found.jitter[voiced]).mean() > 0.9
    assert np.isnan(found.jitter[~voiced]).all()
