"""Sound at another rate, whole or block by block: the band-limited resampler of soxr."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from affekt.errors import InputError, MissingDependencyError

Samples = NDArray[np.float32]


def resample(samples: Samples, rate: float, to: float) -> Samples:
    """Return samples at another rate, band-limited at the lower of the two Nyquist frequencies.

    `samples` are float32 (time,) or (channel, time), rates in Hz; the result has the same number of axes and
    ``time * to / rate`` samples, to the nearest. No sound at all stays none. soxr's "high quality" pass: flat to
    .91 of the Nyquist frequency, 20 bits of dynamic range. Raises `InputError` for a rate that is not over 0.

    >>> tone = np.sin(np.arange(8000) / 8000 * 2 * np.pi * 100).astype("float32")
    >>> other = resample(tone, 8000, 4000)
    >>> len(other), bool(np.abs(other - tone[::2])[50:-50].max() < 1e-4)
    (4000, True)
    """
    step = Resampler(rate, to, channels=1 if samples.ndim == 1 else len(samples))
    two = np.atleast_2d(samples)
    done = step.whole(two)
    return done[0] if samples.ndim == 1 else done


class Resampler:
    """Resampling block by block: what comes out, joined, is what `resample` makes of the whole.

    >>> tone = np.sin(np.arange(8000) / 20).astype("float32")[None]
    >>> stream = Resampler(8000, 16000)
    >>> parts = [stream.push(tone[:, at : at + 1000]) for at in range(0, 8000, 1000)]
    >>> joined = np.concatenate([*parts, stream.finish()], axis=1)
    >>> bool(np.array_equal(joined[0], resample(tone[0], 8000, 16000)))
    True
    """

    def __init__(self, rate: float, to: float, *, channels: int = 1) -> None:
        if not (rate > 0 and to > 0 and np.isfinite(rate) and np.isfinite(to)):
            raise InputError(f"A rate is more than 0 Hz; got {rate} Hz to be made {to} Hz.")
        self.rate, self.to, self.channels = rate, to, channels
        self._stream = None if rate == to else _soxr().ResampleStream(rate, to, channels, dtype="float32")

    def push(self, samples: Samples, *, last: bool = False) -> Samples:
        """Return what can be said, as (channel, time), after the next (channel, time) samples; maybe nothing yet."""
        if self._stream is None:
            return np.ascontiguousarray(samples, np.float32)
        done = self._stream.resample_chunk(np.ascontiguousarray(samples.T, np.float32), last=last)
        return np.ascontiguousarray(done.reshape(-1, self.channels).T)

    def finish(self) -> Samples:
        """Return the rest, as (channel, time), after the last samples."""
        return self.push(np.zeros((self.channels, 0), np.float32), last=True)

    def whole(self, samples: Samples) -> Samples:
        """Return (channel, time) samples resampled in one go."""
        if self._stream is None or samples.shape[1] == 0:
            return np.ascontiguousarray(samples, np.float32)
        return self.push(samples, last=True)


def _soxr() -> Any:
    try:
        import soxr
    except ImportError as error:
        raise MissingDependencyError("Resampling sound needs soxr. Install it with: pip install soxr") from error
    return soxr
