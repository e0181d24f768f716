"""The last seconds of a sound, held so that any stretch of them can be read: as spectra made once, or as samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from affekt.inference.speech import SoundReader, SpeechEstimates, SpeechReader
from affekt.signals.mel import Mel
from affekt.signals.streaming import log_mel_stream
from affekt.types import Span

Samples = NDArray[np.float32]
RATE, _HOP, _FRAME = 16_000, 160, 400  # Hz; samples from frame to frame of the spectra, and of a frame


@dataclass(frozen=True, slots=True)
class Cut:
    """A stretch of whole frames of 10 ms: `first` and how many; `begin` and `end` are its samples at 16 kHz.

    >>> cut = cut_of(Span(0.5, 4.0, "second"), 3.0)
    >>> cut, cut.begin, cut.end, cut.span.end
    (Cut(first=100, frames=298), 16000, 63920, 3.995)
    """

    first: int
    frames: int

    @property
    def begin(self) -> int:
        """The first sample."""
        return self.first * _HOP

    @property
    def end(self) -> int:
        """The sample after the last."""
        return (self.first + self.frames - 1) * _HOP + _FRAME

    @property
    def span(self) -> Span:
        """The stretch in seconds."""
        return Span(round(self.begin / RATE, 6), round(self.end / RATE, 6), "second")


def cut_of(span: Span, window_s: float) -> Cut:
    """Return the frames that lie within the last `window_s` seconds of a span; one at least."""
    first = int(np.ceil(max(span.start, span.end - window_s) * RATE / _HOP - 1e-6))
    last = int(np.floor((span.end * RATE - _FRAME) / _HOP + 1e-6))
    return Cut(first, max(1, last - first + 1))


class Held(Protocol):
    """What holds the last seconds of a sound at 16 kHz."""

    def push(self, samples: Samples) -> None:
        """Take in the next float32 (time,) samples."""

    def forget(self, before_s: float) -> None:
        """Let go of what nobody will ask for."""

    def estimate(self, reader: SoundReader, cut: Cut) -> SpeechEstimates:
        """Return what the reader says of a stretch."""


def open_held(reader: SoundReader) -> Held:
    """Return what holds sound for a reader: spectra for a network that takes them, else samples."""
    if isinstance(reader, SpeechReader) and reader.takes_spectra:
        return _Spectra(reader.card.bands)
    return _Samples()


class _Spectra:
    """Log-mel frames, each worked out once; they are those of the stretch by itself."""

    def __init__(self, bands: int) -> None:
        self._stream = log_mel_stream(RATE, Mel(bands=bands))
        self._rows = np.zeros((0, bands), np.float32)
        self._first = 0

    def push(self, samples: Samples) -> None:
        self._rows = np.concatenate([self._rows, self._stream.push(samples)])

    def forget(self, before_s: float) -> None:
        drop = min(len(self._rows), max(0, int(before_s * RATE / _HOP) - self._first))
        self._rows, self._first = self._rows[drop:], self._first + drop

    def estimate(self, reader: SoundReader, cut: Cut) -> SpeechEstimates:
        assert isinstance(reader, SpeechReader)
        at = cut.first - self._first
        return reader.estimate_spectra([self._rows[at : at + cut.frames]])


class _Samples:
    """The samples themselves."""

    def __init__(self) -> None:
        self._samples: Samples = np.zeros(0, np.float32)
        self._first = 0

    def push(self, samples: Samples) -> None:
        self._samples = np.concatenate([self._samples, samples])

    def forget(self, before_s: float) -> None:
        drop = min(len(self._samples), max(0, int(before_s * RATE) - self._first))
        self._samples, self._first = self._samples[drop:], self._first + drop

    def estimate(self, reader: SoundReader, cut: Cut) -> SpeechEstimates:
        return reader.estimate([self._samples[cut.begin - self._first : cut.end - self._first]])
