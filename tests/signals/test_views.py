"""What holds for every view of a sound."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from affekt.errors import InputError, UnknownNameError
from affekt.signals.deltas import with_deltas
from affekt.signals.mel import log_mel, mfcc
from affekt.signals.spectral_set import SPECTRAL_SET, spectral_set
from affekt.signals.spectrum import energy
from affekt.signals.views import PROSODY, VIEWS, view_of


def voice(seconds: float, rate: int = 16_000, f0: float = 150.0) -> np.ndarray:
    time = np.arange(round(seconds * rate)) / rate
    tones = sum(np.sin(2 * np.pi * f0 * k * time) / k for k in range(1, 15) if f0 * k < rate / 2)
    noise = np.random.default_rng(0).normal(scale=0.001, size=len(time))
    return (0.1 * np.asarray(tones) + noise).astype(np.float32)


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("samples", [0, 1, 160, 320, 399, 400, 401, 959, 8000])
def test_any_length_gives_rows_of_finite_numbers(name: str, samples: int) -> None:
    view, sound = view_of(name), voice(1)[:samples]
    rows = view(sound, 16_000)
    assert rows.dtype == np.float32
    assert rows.ndim == 2
    assert len(rows) >= 1
    assert rows.shape[1] == view.features
    assert np.isfinite(rows).all()
    np.testing.assert_array_equal(rows, view(sound.copy(), 16_000))


@pytest.mark.parametrize("name", VIEWS)
def test_silence_and_any_rate_are_viewed(name: str) -> None:
    assert np.isfinite(view_of(name)(np.zeros(16_000, np.float32), 16_000)).all()
    for rate in (8000, 44_100, 48_000):
        rows = view_of(name)(voice(0.5, rate), rate)
        assert np.isfinite(rows).all()
        assert rows.shape[1] == view_of(name).features


@pytest.mark.parametrize("name", VIEWS)
def test_samples_that_are_none_are_refused_by_every_view(name: str) -> None:
    for samples in (np.zeros((2, 800), np.float32), np.full(800, np.nan, np.float32), np.zeros(800, np.int16)):
        with pytest.raises(InputError):
            view_of(name)(samples, 16_000)


def test_views_are_what_they_say() -> None:
    sound = voice(1)
    np.testing.assert_array_equal(view_of("wave")(sound, 16_000)[:, 0], sound)
    np.testing.assert_array_equal(view_of("log-mel")(sound, 16_000), log_mel(sound))
    np.testing.assert_array_equal(view_of("mfcc")(sound, 16_000), with_deltas(mfcc(sound)))
    for name, view in VIEWS.items():
        assert view.name == name
        assert view.hop_s is None or view.hop_s in (0, 0.010)


def test_prosody_tells_pitch_in_semitones_and_the_rest_of_the_same_moment() -> None:
    sound = np.concatenate([voice(0.5, f0=110.0), np.zeros(8000, np.float32), voice(0.5, f0=220.0)])
    rows = dict(zip(PROSODY, view_of("prosody")(sound, 16_000).T, strict=True))
    middles = np.arange(len(rows["voiced"])) * 0.010 + 0.030
    first, second = (middles > 0.1) & (middles < 0.4), (middles > 1.1) & (middles < 1.4)
    np.testing.assert_allclose(rows["f0_semitones"][first], 24, atol=0.2)
    np.testing.assert_allclose(rows["f0_semitones"][second], 36, atol=0.2)
    silent = (middles > 0.6) & (middles < 0.9)
    assert rows["voiced"][first].all()
    assert not rows["voiced"][silent].any()
    assert not rows["f0_semitones"][silent].any()
    assert rows["energy_db"][silent].max() == -100
    # Frame 20 has its middle at 0.23 s, as the short frame 22 has to within half a hop.
    np.testing.assert_array_equal(rows["energy_db"][20], energy(sound, 16_000)[22, 0])
    np.testing.assert_array_equal(rows["flux"][20], spectral_set(sound)[22, SPECTRAL_SET.index("flux")])


def test_an_unknown_view_names_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="'log-mel'"):
        view_of("logmel")


def test_views_are_imported_without_what_only_some_of_them_need() -> None:
    code = (
        "import sys, affekt.signals.views; "
        "print([m for m in sys.modules if m.split('.')[0] in ('scipy', 'librosa', 'torch', 'soxr', 'soundfile')"
        " or m in ('affekt.signals.pitch', 'affekt.signals.functionals')])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
