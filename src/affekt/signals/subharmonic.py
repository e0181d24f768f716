"""Pitch by adding up harmonics, as the Geneva set of acoustic parameters defines it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from affekt.errors import InputError
from affekt.signals.pitch import WINDOW_S, Pitch
from affekt.signals.pitch_path import NOTHING, Candidates, Costs, PathFinder
from affekt.signals.spectrum import as_samples, check_finite, fft_length, window

Floats = NDArray[np.float32]
_LOWEST, _POINTS, _HARMONICS, _COMPRESSION = 25.0, 513, 15, 0.85
_CANDIDATES, _LAG = 6, 20
_COSTS = Costs(octave_jump=0.05, voicing_change=0.03)
_QUIETEST = 1e-3  # root mean square of the softest windowed frame that is a voice: -60 dB of full scale
_BLOCK = 256


def subharmonic_pitch(
    samples: ArrayLike,
    rate: int = 16_000,
    *,
    low: float = 55.0,
    high: float = 1000.0,
    hop_s: float = 0.010,
    threshold: float = 0.7,
) -> Pitch:
    r"""Return the fundamental frequency of each frame by subharmonic summation.

    .. math:: H(f) = \sum_{n=1}^{15} 0.85^{n-1} A(n f), \quad v(f) = 1 - \bar{H} / H(f)

    samples: float (time,), full scale 1; 60 ms frames, left-aligned, Gaussian-windowed. A is the amplitude spectrum
    with its peaks enhanced, smoothed over three bins, on an octave scale from 25 Hz to half of `rate`. Up to six peaks
    of H from `low` to `high` Hz are candidates; a Viterbi search picks one or "unvoiced", which is as good as a v of
    `threshold` and all there is below -60 dB of full scale. Voicing is v, clipped to [0, 1]. Less sure of the octave
    in noise than `pitch`. Raises `InputError` as `pitch` does.

    Hermes 1988, "Measurement of pitch by subharmonic summation", JASA 83(1); Eyben et al. 2016, IEEE TAC 7(2), 6.1.

    >>> time = np.arange(8000) / 16_000
    >>> found = subharmonic_pitch(0.1 * sum(np.sin(2 * np.pi * 200 * k * time) for k in range(1, 9)))
    >>> float(np.nanmedian(found.f0).round())
    200.0
    """
    given = as_samples(samples)
    check_finite(given, 0.0)
    if rate < 1 or not _LOWEST <= low < high <= rate / 4:
        raise InputError(
            f"Pitch by harmonics needs 25 <= low < high <= a quarter of the rate, got low={low}, high={high}, "
            f"rate={rate}."
        )
    size, hop = round(WINDOW_S * rate), round(hop_s * rate)
    if len(given) < size:
        given = np.concatenate([given, np.zeros(size - len(given), np.float32)])
    frames = sliding_window_view(given, size)[::hop]
    scale = _scale(rate, size, low, high)
    finder, voicing, found = PathFinder(_COSTS, _LAG), [], []
    for at in range(0, len(frames), _BLOCK):
        windowed = frames[at : at + _BLOCK] * scale.taper
        quiet = np.einsum("ij,ij->i", windowed, windowed) < size * _QUIETEST**2
        candidates = _candidates(harmonic_sum(windowed, scale), quiet, scale, threshold)
        found.append((candidates, finder.extend(candidates)))
        voicing.append(candidates.strength[:, 1:].max(axis=1))
    states = np.concatenate([*(chosen for _, chosen in found), finder.finish()])
    f0 = np.concatenate([candidates.f0 for candidates, _ in found])[np.arange(len(frames)), states]
    return Pitch(
        np.where(f0 > 0, f0, np.float32(np.nan)), np.clip(np.concatenate(voicing), 0, 1).astype(np.float32),
        hop_s, size / rate,
    )  # fmt: skip


class Scale(NamedTuple):
    """The octave scale: `hz` of its points, between which bins each lies, and the points of pitch from, to."""

    hz: NDArray[np.float64]
    bins: NDArray[np.int64]
    weights: Floats
    shifts: tuple[int, ...]
    first: int
    last: int
    taper: Floats
    fft: int


def _scale(rate: int, size: int, low: float, high: float) -> Scale:
    octaves = np.log2(rate / 2 / _LOWEST)
    hz = _LOWEST * 2 ** (np.arange(_POINTS) * octaves / (_POINTS - 1))
    fft = fft_length(size)
    place = hz * fft / rate
    bins = np.clip(place.astype(np.int64), 1, fft // 2 - 2)
    t = place - bins
    # Cubic interpolation (Catmull and Rom) from the four bins about each point.
    weights = np.stack([-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, t**3 - t**2]) / 2
    per_octave = (_POINTS - 1) / octaves
    shifts = tuple(round(float(np.log2(n) * per_octave)) for n in range(1, _HARMONICS + 1))
    first, last = np.searchsorted(hz, [low, high])
    return Scale(hz, bins, weights.astype(np.float32), shifts, max(1, int(first)), min(int(last), _POINTS - 2),
                 window("gauss", size), fft)  # fmt: skip


def harmonic_sum(windowed: Floats, scale: Scale) -> Floats:
    """Return the subharmonic sum of each windowed frame, float32 (frame, point of the octave scale)."""
    amplitude = np.abs(np.fft.rfft(windowed, scale.fft)).astype(np.float32)
    peak = np.zeros(amplitude.shape, bool)
    peak[:, 1:-1] = (amplitude[:, 1:-1] > amplitude[:, :-2]) & (amplitude[:, 1:-1] >= amplitude[:, 2:])
    near = peak.copy()
    for by in (1, 2):
        near[:, by:] |= peak[:, :-by]
        near[:, :-by] |= peak[:, by:]
    amplitude *= near
    smooth = amplitude / 2
    smooth[:, 1:] += amplitude[:, :-1] / 4
    smooth[:, :-1] += amplitude[:, 1:] / 4
    level = sum(smooth[:, scale.bins + by] * scale.weights[by + 1] for by in (-1, 0, 1, 2))
    level = np.maximum(np.asarray(level, np.float32), 0)
    total = level.copy()
    for number, shift in enumerate(scale.shifts[1:], start=1):
        total[:, : _POINTS - shift] += np.float32(_COMPRESSION**number) * level[:, shift:]
    return total


def _candidates(total: Floats, quiet: NDArray[np.bool_], scale: Scale, threshold: float) -> Candidates:
    """Return the highest peaks of the sum with their voicing as strength, "unvoiced" first."""
    left, here, right = (total[:, scale.first + by : scale.last + 1 + by] for by in (-1, 0, 1))
    peak = (here > left) & (here >= right)
    height = np.where(peak, here, 0)
    top = np.argpartition(height, height.shape[1] - _CANDIDATES, axis=1)[:, -_CANDIDATES:]
    row = np.arange(len(total))[:, None]
    a, b, c = left[row, top], here[row, top], right[row, top]
    shift = np.clip(0.5 * (a - c) / np.minimum(a - 2 * b + c, np.float32(-1e-12)), -0.5, 0.5)
    real = (height[row, top] > 1e-7) & ~quiet[:, None]
    f0 = np.where(real, scale.hz[0] * (scale.hz[1] / scale.hz[0]) ** (top + scale.first + shift), 0)
    voicing = 1 - total.mean(axis=1, keepdims=True) / np.maximum(b, np.float32(1e-7))
    unvoiced = np.full((len(total), 1), threshold, np.float32)
    return Candidates(
        np.concatenate([np.zeros_like(unvoiced), f0], axis=1).astype(np.float32),
        np.concatenate([unvoiced, np.where(real, voicing, NOTHING)], axis=1).astype(np.float32),
    )
