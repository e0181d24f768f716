"""Filters given by their frequency response, applied to signals of any length with NumPy alone."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
Doubles = NDArray[np.float64]
Response = Callable[[Doubles], NDArray[np.complex128]]


def convolved(samples: NDArray[np.floating], impulse: NDArray[np.floating]) -> Doubles:
    """Return the whole convolution, ``time + len(impulse) - 1`` samples along the last axis, by overlap-add.

    >>> convolved(np.array([1.0, 2.0, 3.0]), np.array([1.0, -1.0])).round(9).tolist()
    [1.0, 1.0, 1.0, -3.0]
    """
    length, taps = samples.shape[-1], len(impulse)
    if not length or not taps:
        return np.zeros((*samples.shape[:-1], max(0, length + taps - 1)))
    size = 1 << (max(min(8 * taps, 2 * (length + taps)), 256) - 1).bit_length()
    while size < 2 * taps:
        size *= 2
    step = size - taps + 1
    spectrum = np.fft.rfft(impulse, size)
    out = np.zeros((*samples.shape[:-1], length + taps - 1))
    for at in range(0, length, step):
        block = np.fft.irfft(np.fft.rfft(samples[..., at : at + step], size) * spectrum, size)
        end = min(out.shape[-1], at + size)
        out[..., at:end] += block[..., : end - at]
    return out


def filtered(samples: NDArray[np.floating], rate: int, response: Response, *, settle_s: float = 0.5) -> Doubles:
    """Return the samples after a causal filter, as many as before, along the last axis.

    `response` gives the complex gain at frequencies in radians per sample; `settle_s` is how long its impulse
    response lasts: what comes later has to be negligible. A recursive filter is so applied without recursion.
    """
    taps = 1 << max(8, int(settle_s * rate - 1).bit_length())
    gains = response(np.asarray(np.arange(taps // 2 + 1) * (2 * np.pi / taps), np.float64))
    return convolved(samples, np.fft.irfft(gains, taps))[..., : samples.shape[-1]]


def shaped(
    samples: NDArray[np.floating], rate: int, gain: Callable[[Doubles], Doubles], *, settle_s: float = 0.25
) -> Doubles:
    """Return the samples with each frequency, in Hz, multiplied by a real gain: without delay, as many as before.

    `settle_s` is how fine the gain is: its wiggles are wider than ``1 / settle_s`` Hz.
    """
    taps = 1 << max(8, int(settle_s * rate - 1).bit_length())
    hz = np.asarray(np.fft.rfftfreq(taps, 1 / rate), np.float64)
    impulse = np.roll(np.fft.irfft(gain(hz), taps), taps // 2)
    return convolved(samples, impulse)[..., taps // 2 : taps // 2 + samples.shape[-1]]


def biquad(b: tuple[float, float, float], a: tuple[float, float, float]) -> Response:
    """Return the response of ``(b0 + b1/z + b2/z²) / (a0 + a1/z + a2/z²)``."""

    def response(omega: Doubles) -> NDArray[np.complex128]:
        z = np.exp(-1j * omega)
        gains: NDArray[np.complex128] = (b[0] + z * (b[1] + z * b[2])) / (a[0] + z * (a[1] + z * a[2]))
        return gains

    return response
