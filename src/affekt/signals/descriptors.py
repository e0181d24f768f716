"""The twenty-five low-level descriptors of the extended Geneva set of acoustic parameters, frame by frame."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.signals.formants import formants_of_power
from affekt.signals.mel import Mel, cosines, lifter_weights, mel_filterbank
from affekt.signals.pitch import Pitch
from affekt.signals.resampling import resample
from affekt.signals.spectrum import (
    as_samples,
    bin_hz,
    check_finite,
    fft_length,
    frame_power,
    frames_of,
    framing,
    window,
)
from affekt.signals.subharmonic import subharmonic_pitch
from affekt.signals.voice_quality import (
    cycles,
    frame_perturbation,
    harmonic_levels,
    hnr,
    level_near,
    voice_spectrum,
    voiced_blocks,
)

Floats = NDArray[np.float32]
RATE = 16_000
BANDS = 26
_SILENCE = 1e-12
_BLOCK = 256
_FORMANTS = np.array([16, 19, 22])  # the columns of their frequencies

DESCRIPTORS = (
    "loudness",
    "alpha_ratio_db",
    "hammarberg_db",
    "slope_0_500",
    "slope_500_1500",
    "flux",
    "mfcc_1",
    "mfcc_2",
    "mfcc_3",
    "mfcc_4",
    "f0_semitones",
    "jitter",
    "shimmer_db",
    "hnr_db",
    "h1_h2_db",
    "h1_a3_db",
    *(f"f{n}_{what}" for n in (1, 2, 3) for what in ("hz", "bandwidth_hz", "level_db")),
)


class Descriptors(NamedTuple):
    """The descriptors of each frame before they are smoothed: `values` float32 (frame, 25), columns `DESCRIPTORS`.

    NaN stands where a frame has no such thing: the voice's in unvoiced frames, the spectrum's in digital silence.
    `pitch` is the track they lie on, `power` the mean square of all samples.
    """

    values: Floats
    pitch: Pitch
    power: float


def descriptors(samples: ArrayLike, rate: int = RATE) -> Descriptors:
    """Return the low-level descriptors of each frame, 10 ms apart, left-aligned.

    samples: float (time,), full scale 1; other rates than 16 kHz are resampled. Pitch, jitter, shimmer,
    harmonics-to-noise ratio and harmonic differences read 60 ms, the rest 20 ms under a Hamming window. Only frames
    that hold 60 ms count, at least one: a shorter signal is filled with zeros. Raises `InputError` as `pitch` does.

    >>> found = descriptors(np.zeros(8000))
    >>> found.values.shape, float(found.values[0, 0])
    ((45, 25), 0.0)
    """
    given = as_samples(samples)
    check_finite(given, 0.0)
    if rate != RATE:
        given = resample(given, rate, RATE)
    power = float(np.mean(np.square(given, dtype=np.float64))) if len(given) else 0.0
    track = subharmonic_pitch(given, RATE)
    count = len(track.f0)
    cut = framing(RATE, window_s=0.020)
    need = (count - 1) * cut.hop + cut.frame
    if len(given) < need:
        given = np.concatenate([given, np.zeros(need - len(given), np.float32)])
    frames, taper, fft = frames_of(given, cut)[:count], window("hamming", cut.frame), fft_length(cut.frame)
    tables = _tables(fft)
    values = np.full((count, len(DESCRIPTORS)), np.nan, np.float32)
    before = None
    for at in range(0, count, _BLOCK):
        spectrum = frame_power(frames[at : at + _BLOCK], taper, fft)
        values[at : at + _BLOCK, :10] = _spectral(spectrum, before, tables)
        voiced = np.flatnonzero(np.isfinite(track.f0[at : at + _BLOCK]))
        found = formants_of_power(spectrum[voiced], RATE)
        values[np.ix_(voiced + at, _FORMANTS)] = found[:, 0]
        values[np.ix_(voiced + at, _FORMANTS + 1)] = found[:, 1]
        before = spectrum[-1:]
    _describe_voice(values, given, track)
    return Descriptors(values, track, power)


def _describe_voice(values: Floats, samples: Floats, track: Pitch) -> None:
    """Fill in what only voiced frames have."""
    if not np.isfinite(track.f0).any():
        return
    values[:, 11], values[:, 12] = frame_perturbation(cycles(samples, RATE, track), track, alike=0.0)
    for some in voiced_blocks(track):
        spectrum, f0 = voice_spectrum(samples, RATE, track, frames=some), track.f0[some]
        levels = harmonic_levels(spectrum, RATE, f0)
        values[some, 10] = np.maximum(12 * np.log2(f0 / 27.5), 1)
        values[some, 13] = hnr(spectrum, RATE, f0, corrected=False)
        # The set counts harmonics above F0: its H1 is at 2 F0, and levels are relative to F0's.
        values[some, 14] = levels[:, 1] - levels[:, 2]
        for column in _FORMANTS:
            values[some, column + 2] = level_near(levels, f0, values[some, column]) - levels[:, 0]
        values[some, 15] = levels[:, 1] - levels[:, 0] - values[some, 24]


class _Tables(NamedTuple):
    """What turns a power spectrum into descriptors: matrices and the bins of each band."""

    mel: Floats
    ears: Floats
    turn: Floats
    slopes: tuple[tuple[slice, Floats], ...]
    low: slice
    high: slice
    lower: slice
    upper: slice


def _tables(fft: int) -> _Tables:
    hz = bin_hz(RATE, fft)
    mel = mel_filterbank(RATE, fft, Mel(bands=BANDS, low=20.0, high=8000.0))
    middles = (hz @ mel) / mel.sum(axis=0)
    turn = cosines(BANDS, 5) * lifter_weights(5, 22.0)
    slopes = []
    for low, high in ((0, 500), (500, 1500)):
        band = _band(hz, low, high)
        offset = hz[band] - hz[band].mean()
        slopes.append((band, (offset / np.square(offset).sum()).astype(np.float32)))
    return _Tables(
        mel, equal_loudness(middles).astype(np.float32), turn[:, 1:].astype(np.float32), tuple(slopes),
        _band(hz, 50, 999), _band(hz, 1000, 5000), _band(hz, 0, 1999), _band(hz, 2000, 5000),
    )  # fmt: skip


def _band(hz: NDArray[np.float64], low: float, high: float) -> slice:
    return slice(int(np.searchsorted(hz, low)), int(np.searchsorted(hz, high, side="right")))


def equal_loudness(hz: ArrayLike) -> NDArray[np.float64]:
    r"""Return how sensitive the ear is to each frequency, relative, as Hermansky's curve has it at 40 dB.

    .. math:: E(f) = \left(\frac{w^2}{w^2 + 6.3 \cdot 10^6}\right)^2 \frac{w^2 + 56.8 \cdot 10^6}{w^2 + 0.38 \cdot 10^9}
              \cdot \frac{9.58 \cdot 10^{26}}{w^6 + 9.58 \cdot 10^{26}}, \quad w = 2 \pi f

    hz: any shape. Hermansky 1990, "Perceptual linear predictive (PLP) analysis of speech", JASA 87(4), equation 7.

    >>> equal_loudness([100, 1000, 4000]).round(3).tolist()
    [0.001, 0.171, 0.528]
    """
    w = (2 * np.pi * np.asarray(hz, np.float64)) ** 2
    return np.asarray((w / (w + 6.3e6)) ** 2 * (w + 56.8e6) / (w + 0.38e9) * 9.58e26 / (w**3 + 9.58e26))


def _spectral(power: Floats, before: Floats | None, tables: _Tables) -> Floats:
    """Return the ten spectral descriptors of each frame, (frame, 10), given the spectrum before the first."""
    silent = power.max(axis=1) < _SILENCE
    level = 10 * np.log10(np.maximum(power, np.float32(1e-12)))
    bands = power @ tables.mel
    amplitude = np.sqrt(power)
    last = amplitude[:1] if before is None else np.sqrt(before)
    change = np.diff(np.concatenate([last, amplitude]), axis=0)
    low, high = power[:, tables.low].sum(axis=1), power[:, tables.high].sum(axis=1)
    columns = np.empty((len(power), 10), np.float32)
    columns[:, 0] = np.cbrt(bands * tables.ears).sum(axis=1)
    columns[:, 1] = 10 * np.log10(np.maximum(high, 1e-12) / np.maximum(low, 1e-12))
    columns[:, 2] = level[:, tables.lower].max(axis=1) - level[:, tables.upper].max(axis=1)
    for column, (band, weights) in enumerate(tables.slopes, start=3):
        columns[:, column] = level[:, band] @ weights
    columns[:, 5] = np.sqrt(np.square(change).mean(axis=1))
    columns[:, 6:] = np.log(np.maximum(bands, np.float32(1e-12))) @ tables.turn
    columns[silent, 1:] = np.nan
    return columns
