"""Frame features of sound that comes in pieces: the rows of the whole, each as soon as it can be known.

A stream takes blocks of any size and hands out rows equal to those that the whole sound gives
(`measure`): frames are cut at the same places and read by the same code.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from affekt.errors import InputError
from affekt.signals.deltas import slopes
from affekt.signals.mel import Mel, mel_measure, mfcc_measure
from affekt.signals.spectral_set import spectral_measure
from affekt.signals.spectrum import Floats, Framing, Measure, as_samples, check_finite, energy_measure, framing, measure


class FeatureStream(Protocol):
    """What every stream of frame features is.

    `names`: the columns. `look_ahead`: how many later frames a row needs. `delay_s`: the algorithmic
    delay, from a frame's first sample to the last one its row needs: window + look-ahead.
    """

    names: tuple[str, ...]
    framing: Framing
    look_ahead: int
    delay_s: float

    def push(self, samples: ArrayLike) -> Floats:
        """Return the rows that `samples` complete, (frame, feature); often none."""
        ...

    def finish(self) -> Floats:
        """Return the rows that the end of the sound completes; the stream then takes no more."""
        ...


class FrameStream:
    """The rows of a `Measure` from sound that comes in blocks; equal to `measure` of the whole.

    Keeps less than one frame of sound (two where the measure looks back), however long it runs.

    >>> stream = FrameStream(energy_measure(framing(16_000)))
    >>> [len(stream.push(np.zeros(n))) for n in (100, 300, 16_000)], len(stream.finish()), stream.delay_s
    ([0, 1, 100], 0, 0.025)
    """

    look_ahead = 0

    def __init__(self, of: Measure) -> None:
        self.of, self.names, self.framing = of, of.names, of.framing
        self.delay_s = of.framing.frame / of.framing.rate
        self.frames = 0
        self._kept = np.empty(0, np.float32)
        # Where the kept samples begin, in frames: up to `before` frames that have been told already.
        self._first = 0
        # A hop longer than a frame leaves samples out, which may not have come yet.
        self._skip = 0
        self._finished = False

    def push(self, samples: ArrayLike) -> Floats:
        """Return the rows that `samples`, (time,), complete; `InputError` as `measure`, or after `finish`."""
        if self._finished:
            raise InputError("This stream is finished. Make another for more sound.")
        given = as_samples(samples)
        check_finite(given, (self._first * self.framing.hop + len(self._kept)) / self.framing.rate)
        skipped = min(self._skip, len(given))
        self._skip -= skipped
        self._kept = np.concatenate([self._kept, given[skipped:]])
        cut = self.framing
        known = self._first + (len(self._kept) - cut.frame) // cut.hop + 1 if len(self._kept) >= cut.frame else 0
        return self._rows(known)

    def finish(self) -> Floats:
        """Return the one row of a sound shorter than a frame; no row otherwise. May be called again."""
        ended, self._finished = self._finished, True
        if ended or self.frames:
            return np.empty((0, len(self.names)), np.float32)
        self._kept = np.concatenate([self._kept, np.zeros(self.framing.frame - len(self._kept), np.float32)])
        return self._rows(1)

    def _rows(self, known: int) -> Floats:
        if known <= self.frames:
            return np.empty((0, len(self.names)), np.float32)
        cut, told = self.framing, self.frames - self._first
        used = self._kept[: (known - 1 - self._first) * cut.hop + cut.frame]
        rows = measure(used, self.of)[told:]
        keep_from = max(0, known - self.of.before)
        drop = (keep_from - self._first) * cut.hop
        self._skip = max(0, drop - len(self._kept))
        # A copy, so that a long block is let go.
        self._kept = self._kept[drop:].copy()
        self._first, self.frames = keep_from, known
        return rows


class DeltaStream:
    """A stream's rows with their slopes beside them, equal to `with_deltas` of the whole.

    Each order looks `width` frames ahead: with width 2 and both orders a row comes 4 frames after its own.

    >>> stream = DeltaStream(FrameStream(energy_measure(framing(16_000))))
    >>> stream.names, stream.look_ahead, round(stream.delay_s, 3)
    (('energy_db', 'delta_energy_db', 'delta2_energy_db'), 4, 0.065)
    """

    def __init__(self, of: FeatureStream, *, width: int = 2, orders: int = 2) -> None:
        if width < 1 or orders < 1:
            raise InputError(f"Deltas of width {width} and {orders} orders. Both have to be at least 1.")
        self.of, self.framing = of, of.framing
        marks = ["", "delta_"] + [f"delta{order}_" for order in range(2, orders + 1)]
        self.names = tuple(mark + name for mark in marks for name in of.names)
        self.look_ahead = of.look_ahead + width * orders
        self.delay_s = of.delay_s + width * orders * of.framing.hop / of.framing.rate
        self._stages = [_Slopes(width, len(of.names)) for _ in range(orders)]
        # What each order has told that a later one has not reached yet.
        self._waiting = [np.empty((0, len(of.names)), np.float32) for _ in range(orders + 1)]

    def push(self, samples: ArrayLike) -> Floats:
        """Return the rows that `samples`, (time,), complete; raises as the stream below does."""
        return self._told(self.of.push(samples), ended=False)

    def finish(self) -> Floats:
        """Return the last rows, beyond which the last frame repeats."""
        return self._told(self.of.finish(), ended=True)

    def _told(self, rows: Floats, *, ended: bool) -> Floats:
        self._waiting[0] = np.concatenate([self._waiting[0], rows])
        for order, stage in enumerate(self._stages, 1):
            rows = stage.push(rows)
            if ended:
                rows = np.concatenate([rows, stage.finish()])
            self._waiting[order] = np.concatenate([self._waiting[order], rows])
        ready = len(self._waiting[-1])
        told = np.concatenate([waiting[:ready] for waiting in self._waiting], axis=1)
        self._waiting = [waiting[ready:].copy() for waiting in self._waiting]
        return told


class _Slopes:
    """One order of deltas over rows that come in pieces."""

    def __init__(self, width: int, features: int) -> None:
        self.width = width
        self._kept = np.empty((0, features), np.float32)
        self._ended = False

    def push(self, rows: Floats) -> Floats:
        if len(rows) and not len(self._kept):
            rows = np.concatenate([rows[:1]] * self.width + [rows])
        return self._slopes(rows)

    def finish(self) -> Floats:
        repeats = 0 if self._ended or not len(self._kept) else self.width
        self._ended = True
        return self._slopes(np.repeat(self._kept[-1:], repeats, axis=0))

    def _slopes(self, rows: Floats) -> Floats:
        self._kept = np.concatenate([self._kept, rows])
        if len(self._kept) <= 2 * self.width:
            return np.empty((0, self._kept.shape[1]), np.float32)
        told = slopes(self._kept, self.width)
        self._kept = self._kept[-2 * self.width :].copy()
        return told


def log_mel_stream(rate: int = 16_000, settings: Mel | None = None, *, hop_s: float = 0.010) -> FrameStream:
    """Return the stream of `log_mel`: algorithmic delay 25 ms.

    >>> log_mel_stream().push(np.zeros(16_000)).shape
    (98, 64)
    """
    return FrameStream(mel_measure(framing(rate, hop_s=hop_s), settings))


def mfcc_stream(
    rate: int = 16_000, *, coefficients: int = 13, lifter: float = 22.0, orders: int = 2, settings: Mel | None = None
) -> FeatureStream:
    """Return the stream of `mfcc` with `orders` deltas: delay 25 ms, and 20 ms more for each order.

    >>> mfcc_stream().look_ahead, round(mfcc_stream().delay_s, 3), mfcc_stream(orders=0).look_ahead
    (4, 0.065, 0)
    """
    plain = FrameStream(mfcc_measure(framing(rate), coefficients=coefficients, lifter=lifter, settings=settings))
    return DeltaStream(plain, orders=orders) if orders else plain


def energy_stream(rate: int = 16_000, *, window_s: float = 0.025, hop_s: float = 0.010) -> FrameStream:
    """Return the stream of `energy`: algorithmic delay 25 ms.

    >>> energy_stream().push(np.ones(400)).tolist()
    [[0.0]]
    """
    return FrameStream(energy_measure(framing(rate, window_s=window_s, hop_s=hop_s)))


def spectral_stream(rate: int = 16_000, *, window_s: float = 0.025, hop_s: float = 0.010) -> FrameStream:
    """Return the stream of `spectral_set`: algorithmic delay 25 ms.

    >>> spectral_stream().push(np.zeros(560)).shape
    (2, 10)
    """
    return FrameStream(spectral_measure(framing(rate, window_s=window_s, hop_s=hop_s)))
