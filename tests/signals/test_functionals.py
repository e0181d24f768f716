"""The 88 functionals: names, values of sounds that are known, and openSMILE's on real speech."""

from __future__ import annotations

import csv
import io
import os
import tarfile
from pathlib import Path

import numpy as np
import pytest
from synthetic_voice import RATE, harmonics, pulses, voice

from affekt.errors import InputError
from affekt.signals.descriptors import DESCRIPTORS, descriptors
from affekt.signals.functionals import FUNCTIONALS, functionals


def named(samples, rate=RATE):
    return dict(zip(FUNCTIONALS, functionals(samples, rate).tolist(), strict=True))


def test_there_are_88_names():
    assert len(FUNCTIONALS) == len(set(FUNCTIONALS)) == 88
    assert FUNCTIONALS[0] == "F0semitoneFrom27.5Hz_sma3nz_amean"
    assert FUNCTIONALS[-1] == "equivalentSoundLevel_dBp"


@pytest.mark.parametrize(
    "samples",
    [np.zeros(0), np.zeros(320), np.zeros(RATE), np.full(RATE, 0.5), 1e-6 * np.ones(5000), np.eye(1, 4000)[0]],
)
def test_nothing_is_ever_nan(samples):
    found = functionals(samples)
    assert found.shape == (88,)
    assert found.dtype == np.float32
    assert np.isfinite(found).all()


def test_noise_and_clipping_are_finite():
    noise = np.random.default_rng(0).standard_normal(RATE)
    for samples in (0.1 * noise, np.clip(20 * noise, -1, 1), 1e-5 * noise):
        assert np.isfinite(functionals(samples)).all()


def test_a_steady_voice():
    found = named(harmonics(np.full(2 * RATE, 220.0)))
    assert found["F0semitoneFrom27.5Hz_sma3nz_amean"] == pytest.approx(36.0, abs=0.1)
    assert found["F0semitoneFrom27.5Hz_sma3nz_stddevNorm"] < 0.002
    assert found["equivalentSoundLevel_dBp"] == pytest.approx(-20.0, abs=0.01)
    assert found["VoicedSegmentsPerSec"] == pytest.approx(1 / 1.95, rel=0.02)
    assert found["MeanVoicedSegmentLengthSec"] == pytest.approx(1.95, abs=0.02)
    assert found["MeanUnvoicedSegmentLength"] == 0
    assert found["jitterLocal_sma3nz_amean"] < 0.001
    assert found["HNRdBACF_sma3nz_amean"] > 5


def test_percentiles_and_range_belong_together():
    found = named(harmonics(np.geomspace(120, 240, 2 * RATE)))
    low, middle, high, width = (
        found[f"F0semitoneFrom27.5Hz_sma3nz_{what}"]
        for what in ("percentile20.0", "percentile50.0", "percentile80.0", "pctlrange0-2")
    )
    start = 12 * np.log2(120 / 27.5)
    assert [low, middle, high] == pytest.approx([start + 2.4, start + 6, start + 9.6], abs=0.3)
    assert width == pytest.approx(high - low, abs=1e-4)


def test_syllables_are_peaks_of_loudness_and_voiced_stretches():
    one = np.concatenate([np.zeros(2400, np.float32), harmonics(np.full(2400, 180.0))])
    found = named(np.concatenate([np.tile(one, 10), np.zeros(2400, np.float32)]))
    assert found["loudnessPeaksPerSec"] == pytest.approx(1 / 0.3, rel=0.1)
    assert found["VoicedSegmentsPerSec"] == pytest.approx(1 / 0.3, rel=0.1)


def test_louder_moves_loudness_and_level_but_not_the_voice():
    samples = voice(*pulses(150, 1.0), 1.0)
    soft, loud = named(0.25 * samples), named(samples)
    assert loud["equivalentSoundLevel_dBp"] - soft["equivalentSoundLevel_dBp"] == pytest.approx(12.04, abs=0.01)
    assert loud["loudness_sma3_amean"] / soft["loudness_sma3_amean"] == pytest.approx(16 ** (1 / 3), rel=1e-3)
    for name in ("F0semitoneFrom27.5Hz_sma3nz_amean", "HNRdBACF_sma3nz_amean", "slopeV0-500_sma3nz_amean"):
        assert loud[name] == pytest.approx(soft[name], rel=1e-3, abs=1e-5)


def test_a_breathy_voice_is_noisier_and_steeper():
    pressed, breathy = voice(*pulses(150, 1.0), 1.0, tilt_hz=2000), voice(*pulses(150, 1.0), 1.0, tilt_hz=60)
    breathy = breathy + 0.01 * np.random.default_rng(0).standard_normal(RATE).astype(np.float32)
    one, other = named(pressed), named(breathy)
    assert one["HNRdBACF_sma3nz_amean"] > other["HNRdBACF_sma3nz_amean"]
    assert one["alphaRatioV_sma3nz_amean"] > other["alphaRatioV_sma3nz_amean"] + 3


def test_other_rates_are_resampled():
    time = np.arange(48_000) / 48_000
    samples = 0.1 * sum(np.sin(2 * np.pi * 200 * n * time) / n for n in range(1, 20))
    assert named(samples, 48_000)["F0semitoneFrom27.5Hz_sma3nz_amean"] == pytest.approx(34.35, abs=0.1)


def test_descriptors_of_a_block_boundary_are_those_of_the_frame():
    samples = voice(*pulses(150, 4.0), 4.0)
    whole = descriptors(samples).values
    later = descriptors(samples[160 * 250 :]).values
    spectral = [DESCRIPTORS.index(name) for name in ("loudness", "alpha_ratio_db", "mfcc_1", "slope_0_500")]
    np.testing.assert_allclose(whole[250:300, spectral], later[:50, spectral], rtol=1e-4, atol=1e-4)
    flux = DESCRIPTORS.index("flux")
    np.testing.assert_allclose(whole[251:300, flux], later[1:50, flux], rtol=1e-4)


def test_bad_input_is_refused():
    for samples in (np.array([np.nan]), np.zeros((2, 5))):
        with pytest.raises(InputError):
            functionals(samples)


@pytest.mark.slow
def test_real_speech_ranks_as_with_opensmile():
    folder = os.environ.get("AFFEKT_DATA")
    if not folder or not (Path(folder) / "speech" / "emodb" / "audio.tar").is_file():
        pytest.skip("needs AFFEKT_DATA with speech/emodb")
    opensmile = pytest.importorskip("opensmile")
    soundfile = pytest.importorskip("soundfile")
    stats = pytest.importorskip("scipy.stats")
    root = Path(folder) / "speech" / "emodb"
    with (root / "metadata.csv").open(encoding="utf-8") as table:
        names = [row["file"] for row in csv.DictReader(table) if row["file"]]
    smile = opensmile.Smile(opensmile.FeatureSet.eGeMAPSv02, opensmile.FeatureLevel.Functionals)
    assert tuple(smile.feature_names) == FUNCTIONALS
    ours, theirs = [], []
    with tarfile.open(root / "audio.tar") as tar:
        for name in names[::14][:24]:
            samples, rate = soundfile.read(io.BytesIO(tar.extractfile(name).read()), dtype="float32")
            # openSMILE cuts samples to 16 bits, so both get what is left.
            samples = (np.trunc(samples * 32767) / 32767).astype(np.float32)
            ours.append(functionals(samples, rate))
            theirs.append(smile.process_signal(samples, rate).to_numpy()[0])
    pairs = zip(np.array(ours).T, np.array(theirs).T, strict=True)
    ranks = np.array([stats.spearmanr(one, other).statistic for one, other in pairs])
    assert np.median(ranks) >= 0.93
    assert ranks[FUNCTIONALS.index("loudness_sma3_amean")] > 0.99
    assert ranks[FUNCTIONALS.index("F0semitoneFrom27.5Hz_sma3nz_amean")] > 0.97
