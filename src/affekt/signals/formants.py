"""Formants: the resonances of the vocal tract, from linear prediction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.errors import InputError
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

Floats = NDArray[np.float32]
FORMANTS = 3
_LOWEST, _MARGIN, _WIDEST = 50.0, 50.0, 3000.0  # Hz: poles outside shape the tilt, not a resonance
_BLOCK = 256


@dataclass(frozen=True, slots=True, eq=False)
class Formants:
    """The first three formants of each frame: `frequency` and `bandwidth`, float32 (frame, 3), Hz.

    NaN where a frame has fewer. Frame i starts i * `hop_s` seconds into the signal.
    """

    frequency: Floats
    bandwidth: Floats
    hop_s: float


def formants(
    samples: ArrayLike,
    rate: int = 16_000,
    *,
    window_s: float = 0.020,
    hop_s: float = 0.010,
    highest: float = 5500.0,
    order: int = 11,
) -> Formants:
    """Return frequency and bandwidth of the first three formants of each frame.

    samples: float (time,), full scale 1. Frames are left-aligned, Hamming-windowed, the last is the last whole one; a
    shorter signal is filled with zeros to one frame. The spectrum above `highest` is cut off, high frequencies are
    raised by 6 dB per octave from 50 Hz on, and the roots of a linear predictor of `order` are the resonances:
    a root of angle w and radius r has the frequency w / 2 pi times the rate and the bandwidth -ln(r) / pi times the
    rate. Five formants below 5.5 kHz suit an adult; children need `highest=8000`. Raises `InputError` for samples
    that are not finite or not one channel, and for an order below 2.

    Markel and Gray 1976, "Linear Prediction of Speech" (autocorrelation method); the frequency limit, the
    pre-emphasis and the margins are Praat's (Boersma and Weenink), which the Geneva set of Eyben et al. 2016 follows.

    >>> noise = np.random.default_rng(0).standard_normal(16_000)
    >>> found = formants(noise)
    >>> found.frequency.shape, bool((np.diff(found.frequency[:, :2]) > 0).all())
    ((99, 3), True)
    """
    given = as_samples(samples)
    cut = framing(rate, window_s=window_s, hop_s=hop_s)
    if len(given) < cut.frame:
        given = np.concatenate([given, np.zeros(cut.frame - len(given), np.float32)])
    check_finite(given, 0.0)
    fft, taper = fft_length(cut.frame), window("hamming", cut.frame)
    frames = frames_of(given, cut)
    parts = [
        formants_of_power(frame_power(frames[at : at + _BLOCK], taper, fft), rate, highest=highest, order=order)
        for at in range(0, len(frames), _BLOCK)
    ]
    both = np.concatenate(parts)
    return Formants(both[:, 0], both[:, 1], hop_s)


def formants_of_power(power: Floats, rate: int, *, highest: float = 5500.0, order: int = 11) -> Floats:
    """Return frequency and bandwidth of the formants, (frame, 2, 3) in Hz, from power spectra (frame, bin).

    The bins run from 0 to half of `rate`. See `formants`.
    """
    if order < 2:
        raise InputError(f"Formants need a predictor of order 2 or more, got {order}.")
    hz = bin_hz(rate, 2 * (power.shape[1] - 1))
    kept = max(order + 1, int(np.searchsorted(hz, min(highest, rate / 2), side="right")))
    new_rate = 2 * float(hz[kept - 1])
    turn = 2 * np.pi * hz[:kept] / new_rate
    decay = np.exp(-2 * np.pi * 50.0 / new_rate)
    emphasis = 1 + decay**2 - 2 * decay * np.cos(turn)
    autocorrelation = np.fft.irfft(power[:, :kept].astype(np.float64) * emphasis)[:, : order + 1]
    result = np.full((len(power), 2, FORMANTS), np.nan, np.float32)
    heard = autocorrelation[:, 0] > 1e-12
    if heard.any():
        result[heard] = _resonances(predictor(autocorrelation[heard]), new_rate)
    return result


def predictor(autocorrelation: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the polynomial of the linear predictor, (frame, order + 1), its first term 1; by Levinson and Durbin.

    autocorrelation: (frame, order + 1), that of lag 0 positive; a white floor 90 dB down keeps it solvable.

    >>> np.abs(predictor(np.array([[1.0, 0.5, 0.25]])).round(3)).tolist()
    [[1.0, 0.5, 0.0]]
    """
    count, order = len(autocorrelation), autocorrelation.shape[1] - 1
    lags = autocorrelation / autocorrelation[:, :1]
    lags[:, 0] += 1e-9
    terms = np.zeros((count, order + 1))
    terms[:, 0] = 1
    error = lags[:, 0].copy()
    for at in range(1, order + 1):
        reflection = -(terms[:, :at] * lags[:, at:0:-1]).sum(axis=1) / error
        terms[:, 1 : at + 1] += reflection[:, None] * terms[:, at - 1 :: -1]
        error *= np.maximum(1 - reflection**2, 1e-12)
    return terms


def _resonances(terms: NDArray[np.float64], rate: float) -> Floats:
    """Return frequency and bandwidth of the lowest resonances of each predictor, (frame, 2, 3)."""
    order = terms.shape[1] - 1
    companion = np.zeros((len(terms), order, order))
    companion[:, 0] = -terms[:, 1:]
    companion[:, np.arange(1, order), np.arange(order - 1)] = 1
    roots = np.linalg.eigvals(companion)
    frequency = np.angle(roots) * (rate / (2 * np.pi))
    bandwidth = -np.log(np.maximum(np.abs(roots), 1e-9)) * (rate / np.pi)
    real = (frequency > _LOWEST) & (frequency < rate / 2 - _MARGIN) & (bandwidth < _WIDEST)
    frequency = np.where(real, frequency, np.inf)
    first = np.argsort(frequency, axis=1)[:, :FORMANTS]
    row = np.arange(len(terms))[:, None]
    found = np.stack([frequency[row, first], bandwidth[row, first]], axis=1)
    missing = ~np.isfinite(found[:, :1]).repeat(2, axis=1)
    result = np.full((len(terms), 2, FORMANTS), np.nan, np.float32)
    result[:, :, : found.shape[2]] = np.where(missing, np.nan, found)
    return result
