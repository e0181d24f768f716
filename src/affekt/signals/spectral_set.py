"""The spectral set: one number per frame for where, how widely and how fast a spectrum changes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.signals.mel import FLOOR
from affekt.signals.spectrum import (
    Floats,
    Framing,
    Measure,
    WindowName,
    bin_hz,
    fft_length,
    frame_power,
    framing,
    measure,
    window,
)

SPECTRAL_SET = (
    "centroid_hz",
    "spread_hz",
    "flux",
    "rolloff_hz",
    "slope_0_500",
    "slope_500_1500",
    "alpha_ratio_db",
    "hammarberg_db",
    "flatness",
    "entropy",
)
_ROLLOFF = 0.85
Doubles = NDArray[np.float64]


def spectral_set(
    samples: ArrayLike,
    rate: int = 16_000,
    *,
    window_s: float = 0.025,
    hop_s: float = 0.010,
    shape: WindowName = "hann",
) -> Floats:
    r"""Return the spectral set of each frame, float32 (frame, 10), columns as in `SPECTRAL_SET`.

    With P the power at frequency f, p = P / ΣP, A = √P, and L = 10 log10 P:

    - centroid: Σ f p, Hz; spread: √(Σ (f - centroid)² p), Hz (Peeters 2004);
    - flux: :math:`\sqrt{\tfrac{1}{K} \sum_k (A_k - A'_k)^2}` against the frame before, 0 in the first; it
      grows with level, as the Geneva set's does;
    - rolloff: the lowest f below which 85 % of the power lies, Hz (Scheirer and Slaney 1997);
    - slopes: the regression slope of L over f in 0-500 and 500-1500 Hz, dB per Hz;
    - alpha ratio: power in 1-5 kHz over power in 50-1000 Hz, dB;
    - Hammarberg index: the highest L in 0-2 kHz less the highest in 2-5 kHz, dB (Hammarberg et al. 1980);
    - flatness: geometric over arithmetic mean of P, in [0, 1] (Johnston 1988);
    - entropy: -Σ p log p / log K, in [0, 1] (Misra et al. 2004).

    Slopes, alpha ratio and Hammarberg index are those of the Geneva minimalistic set (Eyben et al. 2016, IEEE
    Transactions on Affective Computing 7(2)); bands end at half the rate where that is lower. P counts
    as at least 1e-10, 140 dB under a full-scale sine, in logarithms. A silent frame (no P reaches that) has 0
    everywhere but in flux. samples: (time,), full scale 1. Raises `InputError` as `measure` does.

    >>> tone = np.sin(2 * np.pi * 1000 * np.arange(16_000) / 16_000)
    >>> dict(zip(SPECTRAL_SET, spectral_set(tone)[5].astype(float).round(1).tolist()))["centroid_hz"]
    1000.0
    """
    return measure(samples, spectral_measure(framing(rate, window_s=window_s, hop_s=hop_s), shape=shape))


def spectral_measure(cut: Framing, *, shape: WindowName = "hann") -> Measure:
    """Return the measure of `spectral_set`, for streams; it sees one frame back, for the flux."""
    fft = fft_length(cut.frame)
    taper, layout = window(shape, cut.frame), _layout(bin_hz(cut.rate, fft))

    def read(frames: Floats) -> Floats:
        return _describe(frame_power(frames, taper, fft), layout)

    return Measure(cut, SPECTRAL_SET, read, before=1)


@dataclass(frozen=True, slots=True, eq=False)
class _Layout:
    """Which bins belong to which band, and what turns them into moments and slopes."""

    hz: Doubles  # (bin,)
    moments: Doubles  # (bin, 3): 1, f, f²
    slopes: Doubles  # (bin, 2)
    low: NDArray[np.bool_]  # 50-1000 Hz
    high: NDArray[np.bool_]  # 1-5 kHz
    lower_peak: NDArray[np.bool_]  # 0-2 kHz
    upper_peak: NDArray[np.bool_]  # 2-5 kHz


def _layout(hz: Doubles) -> _Layout:
    slopes = np.zeros((len(hz), 2))
    for column, (low, high) in enumerate(((0, 500), (500, 1500))):
        inside = (hz >= low) & (hz <= high)
        offset = hz[inside] - (hz[inside].mean() if inside.any() else 0)
        if inside.sum() > 1:
            slopes[inside, column] = offset / np.square(offset).sum()
    return _Layout(
        hz=hz,
        moments=np.stack([np.ones_like(hz), hz, hz**2], axis=1),
        slopes=slopes,
        low=(hz >= 50) & (hz < 1000),
        high=(hz >= 1000) & (hz <= 5000),
        lower_peak=hz < 2000,
        upper_peak=(hz >= 2000) & (hz <= 5000),
    )


def _describe(power: Floats, layout: _Layout) -> Floats:
    """Return the set for all frames but the first, from power (1 + frame, bin)."""
    amplitude = np.sqrt(power)
    flux = np.sqrt(np.square(np.diff(amplitude, axis=0)).mean(axis=1, dtype=np.float64))
    power = power[1:]
    exact = power.astype(np.float64)
    silent = power.max(axis=1) < FLOOR
    level = 10 * np.log10(np.maximum(exact, FLOOR))
    total, first, second = (exact @ layout.moments).T
    total[silent] = 1.0
    centroid = first / total
    spread = np.sqrt(np.maximum(0, second / total - centroid**2))
    reached = np.cumsum(exact, axis=1)
    rolloff = layout.hz[np.argmax(reached >= _ROLLOFF * reached[:, -1:], axis=1)]
    share = exact / total[:, None]
    entropy = -(share * np.log(np.maximum(share, 1e-300))).sum(axis=1) / np.log(share.shape[1])
    flatness = 10 ** (level.mean(axis=1) / 10) / np.maximum(exact, FLOOR).mean(axis=1)
    slopes = level @ layout.slopes
    columns = (
        centroid,
        spread,
        flux,
        rolloff,
        slopes[:, 0],
        slopes[:, 1],
        _power_db(exact, layout.high) - _power_db(exact, layout.low),
        _peak_db(level, layout.lower_peak) - _peak_db(level, layout.upper_peak),
        flatness,
        entropy,
    )
    rows = np.stack(columns, axis=1).astype(np.float32)
    rows[np.ix_(silent, [name != "flux" for name in SPECTRAL_SET])] = 0
    return rows


def _power_db(power: Doubles, bins: NDArray[np.bool_]) -> Doubles:
    return np.asarray(10 * np.log10(np.maximum(power[:, bins].sum(axis=1), FLOOR)))


def _peak_db(level: Doubles, bins: NDArray[np.bool_]) -> Doubles:
    return np.asarray(level[:, bins].max(axis=1, initial=10 * np.log10(FLOOR)))
