"""Pitch tracking: tones, glides, missing fundamentals, noise, silence, streams, and speech against another tracker."""

from __future__ import annotations

import csv
import io
import os
import tarfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic_voice import RATE, harmonics, pulses, voice, with_noise

from affekt.errors import InputError
from affekt.signals.pitch import Pitch, PitchStream, pitch, quantise_f0, semitones
from affekt.signals.subharmonic import subharmonic_pitch


def cents(found: Pitch, truth) -> np.ndarray:
    """How far each voiced frame is from the truth at its middle."""
    at = np.clip((found.times * RATE).astype(int), 0, len(truth) - 1)
    voiced = np.isfinite(found.f0)
    return 1200 * np.abs(np.log2(found.f0[voiced] / np.asarray(truth)[at[voiced]]))


@pytest.mark.parametrize("f0", [60.0, 98.7, 150.0, 233.3, 440.0, 590.0])
def test_a_pure_tone_has_its_frequency(f0):
    found = pitch(harmonics(np.full(RATE // 2, f0), numbers=[1]))
    assert np.isfinite(found.f0).all()
    assert cents(found, np.full(RATE // 2, f0)).max() < 5
    assert found.voicing.min() > 0.95


@pytest.mark.parametrize("tracker", [pitch, subharmonic_pitch])
@pytest.mark.parametrize(("start", "end"), [(80, 160), (300, 120), (220, 500)])
def test_a_glide_is_followed(tracker, start, end):
    truth = np.geomspace(start, end, RATE)
    found = tracker(harmonics(truth))
    assert np.isfinite(found.f0).mean() > 0.97
    assert np.median(cents(found, truth)) < 15
    assert cents(found, truth).max() < 60


@pytest.mark.parametrize("tracker", [pitch, subharmonic_pitch])
@pytest.mark.parametrize("f0", [90.0, 140.0, 210.0])
def test_a_missing_fundamental_is_heard(tracker, f0):
    found = tracker(harmonics(np.full(RATE // 2, f0), numbers=range(3, 12)))
    assert np.isfinite(found.f0).mean() > 0.95
    assert np.median(cents(found, np.full(RATE // 2, f0))) < 15


@pytest.mark.parametrize(("snr_db", "errors", "found_share"), [(20, 0.0, 0.97), (10, 0.005, 0.95), (3, 0.01, 0.5)])
def test_noise_costs_voicing_before_it_costs_octaves(snr_db, errors, found_share):
    truth = 150 * 2 ** (0.5 * np.sin(2 * np.pi * 1.5 * np.arange(2 * RATE) / RATE))
    times = np.interp(np.arange(1, np.floor(np.cumsum(truth)[-1] / RATE)), np.cumsum(truth) / RATE, np.arange(2 * RATE))
    samples = with_noise(voice(times / RATE, np.ones(len(times)), 2.0), snr_db)
    found = pitch(samples)
    assert (cents(found, truth) > 1200 * np.log2(1.2)).mean() <= errors
    assert np.isfinite(found.f0).mean() > found_share


@pytest.mark.parametrize("f0", [75.0, 110.0, 180.0, 320.0])
@pytest.mark.parametrize("formants", [((300, 60), (2300, 90), (3000, 150)), ((700, 80), (1100, 90), (2500, 120))])
def test_a_vowel_has_no_octave_errors(f0, formants):
    found = pitch(voice(*pulses(f0, 1.0, jitter=0.005), 1.0, formants=formants))
    inside = (found.times > 0.06) & (found.times < 0.94)
    error = np.abs(np.log2(found.f0[inside] / f0))
    assert np.isfinite(error).all()
    assert error.max() < 0.1


@pytest.mark.parametrize("tracker", [pitch, subharmonic_pitch])
def test_silence_and_noise_are_unvoiced(tracker):
    silence = tracker(np.zeros(RATE, np.float32))
    assert np.isnan(silence.f0).all()
    assert (silence.voicing == 0).all()
    noise = tracker(0.1 * np.random.default_rng(0).standard_normal(2 * RATE).astype(np.float32))
    assert np.isnan(noise.f0).mean() > 0.97


def test_a_hum_far_below_the_voice_is_not_voiced():
    samples = harmonics(np.full(2 * RATE, 150.0))
    samples[RATE:] *= 10 ** (-60 / 20)
    found = pitch(samples)
    assert np.isfinite(found.f0[:90]).all()
    assert np.isnan(found.f0[105:]).all()


def test_voiced_and_unvoiced_parts_are_told_apart():
    parts = [harmonics(np.full(RATE // 2, 200.0)), np.zeros(RATE // 2), harmonics(np.full(RATE // 2, 120.0))]
    found = pitch(np.concatenate(parts))
    middle = found.times
    for begin, end, truth in ((0.04, 0.46, 200.0), (0.54, 0.96, None), (1.04, 1.46, 120.0)):
        inside = found.f0[(middle > begin) & (middle < end)]
        if truth is None:
            assert np.isnan(inside).all()
        else:
            assert np.abs(inside - truth).max() < 1


def test_frames_are_left_aligned_and_short_signals_have_one():
    assert len(pitch(np.zeros(RATE)).f0) == 1 + (RATE - 960) // 160
    assert len(pitch(np.zeros(20)).f0) == len(pitch(np.zeros(0)).f0) == 1
    assert pitch(np.zeros(RATE)).times[0] == pytest.approx(0.030)
    assert pitch(np.zeros(4800), low=30).window_s == pytest.approx(0.1)


@pytest.mark.parametrize("rate", [8000, 44_100, 48_000])
def test_other_rates_hear_the_same(rate):
    time = np.arange(rate) / rate
    samples = 0.1 * sum(np.sin(2 * np.pi * 130 * n * time) / n for n in range(1, 12))
    found = pitch(samples, rate)
    assert np.abs(found.f0 - 130).max() < 0.5
    assert 97 <= len(found.f0) + 2 <= 98


def test_what_cannot_be_tracked_is_refused():
    for samples in (np.zeros((2, 100)), np.array([0.0, np.nan])):
        with pytest.raises(InputError):
            pitch(samples)
        with pytest.raises(InputError):
            subharmonic_pitch(samples)
    for options in ({"low": 0}, {"low": 300, "high": 200}, {"high": 9000}, {"hop_s": 0.0}):
        with pytest.raises(InputError):
            pitch(np.zeros(1000), **options)
    with pytest.raises(InputError):
        subharmonic_pitch(np.zeros(1000), low=10)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 7000), max_size=12), st.integers(0, 99))
def test_a_stream_hears_what_the_whole_has(cuts, seed):
    generator = np.random.default_rng(seed)
    voiced = harmonics(100 + 80 * generator.random() + np.cumsum(generator.standard_normal(9000)) * 0.05)
    samples = np.concatenate([voiced, 0.02 * generator.standard_normal(3000), voiced[:4000]]).astype(np.float32)
    whole = pitch(samples)
    stream, parts, at = PitchStream(), [], 0
    for cut in cuts:
        parts.append(stream.push(samples[at : at + cut]))
        at += cut
    parts += [stream.push(samples[at:]), stream.finish()]
    np.testing.assert_array_equal(np.concatenate([part.f0 for part in parts]), whole.f0)
    np.testing.assert_array_equal(np.concatenate([part.voicing for part in parts]), whole.voicing)


def test_a_stream_tells_a_frame_once_its_look_ahead_is_there():
    stream, samples = PitchStream(), harmonics(np.full(RATE, 200.0))
    assert stream.look_ahead_s == pytest.approx(0.16)
    told = 0
    for at in range(0, RATE, 160):
        told += len(stream.push(samples[at : at + 160]).f0)
        heard = (at + 160) / RATE
        assert told == max(0, round((heard - stream.look_ahead_s) / 0.01) + 1)


def test_a_glide_takes_the_bins_in_order():
    truth = np.geomspace(100, 400, 2 * RATE)
    found = pitch(harmonics(truth))
    got = quantise_f0(found.f0, bins=24, low=100, high=400)
    at = (found.times * RATE).astype(int)
    expected = quantise_f0(truth[at], bins=24, low=100, high=400)
    assert np.isfinite(found.f0).all()
    assert (np.abs(got - expected) <= 1).all()
    assert (got == expected).mean() > 0.9
    assert (np.diff(got) >= 0).all()
    assert set(got) == set(range(1, 25))


@given(st.floats(60, 500), st.integers(1, 400))
def test_bins_are_equally_wide_in_semitones(f0, bins):
    width = float(semitones(600.0) - semitones(55.0)) / bins
    number = int(quantise_f0([f0], bins=bins)[0])
    assert 1 <= number <= bins
    low = float(semitones(55.0)) + (number - 1) * width
    assert low - 1e-3 <= float(semitones(f0)) <= low + width + 1e-3


def test_unvoiced_frames_have_bin_0_and_the_ends_hold_what_is_outside():
    assert quantise_f0([np.nan, 0.0, 10.0, 900.0], bins=8).tolist() == [0, 0, 1, 8]
    with pytest.raises(InputError):
        quantise_f0([100.0], bins=0)


def speech(corpus, count):
    """Some clips of a corpus at 16 kHz, evenly drawn."""
    folder = os.environ.get("AFFEKT_DATA")
    if not folder or not (Path(folder) / "speech" / corpus / "audio.tar").is_file():
        pytest.skip(f"needs AFFEKT_DATA with speech/{corpus}")
    soundfile = pytest.importorskip("soundfile")
    soxr = pytest.importorskip("soxr")
    root = Path(folder) / "speech" / corpus
    with (root / "metadata.csv").open(encoding="utf-8") as table:
        names = [row["file"] for row in csv.DictReader(table) if row["file"]]
    with tarfile.open(root / "audio.tar") as tar:
        for name in names[:: max(1, len(names) // count)][:count]:
            samples, rate = soundfile.read(io.BytesIO(tar.extractfile(name).read()), dtype="float32")
            yield soxr.resample(samples, rate, RATE) if rate != RATE else samples


@pytest.mark.slow
@pytest.mark.parametrize(("corpus", "gross", "agreement"), [("ravdess", 0.02, 0.85), ("emodb", 0.02, 0.8)])
def test_speech_is_heard_as_pyin_hears_it(corpus, gross, agreement):
    librosa = pytest.importorskip("librosa")
    both = wrong = same = frames = 0
    for samples in speech(corpus, 4):
        theirs, _, _ = librosa.pyin(
            samples[: 2 * RATE], fmin=55, fmax=600, sr=RATE, frame_length=960, hop_length=160, center=False
        )
        ours = pitch(samples[: 2 * RATE]).f0
        count = min(len(ours), len(theirs))
        ours, theirs = ours[:count], theirs[:count]
        voiced = np.isfinite(ours) & np.isfinite(theirs)
        both, frames = both + voiced.sum(), frames + count
        wrong += (np.abs(ours[voiced] / theirs[voiced] - 1) > 0.2).sum()
        same += (np.isfinite(ours) == np.isfinite(theirs)).sum()
    assert both > 100
    assert wrong / both <= gross
    assert same / frames >= agreement
