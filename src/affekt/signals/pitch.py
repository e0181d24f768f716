"""Pitch: the fundamental frequency of a voice, tracked over time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from affekt.errors import InputError
from affekt.signals.pitch_path import NOTHING, Candidates, Costs, PathFinder
from affekt.signals.spectrum import as_samples, check_finite

Floats = NDArray[np.float32]
WINDOW_S = 0.060
LAG_S = 0.100
_CANDIDATES = 6
_UNVOICED = 0.55  # the correlation that a voice has to beat
_OCTAVE_COST = 0.06  # what a candidate loses per octave below `high`
_SILENCE = 1e-4  # root mean square of the softest frame that is a voice: -80 dB of full scale
_BELOW_LOUDEST_DB = 45.0  # frames this much softer than what was lately heard are no voice
_FADE_DB = 3.0  # how fast "lately" fades, per second
_CORNER_HZ = 1500.0
_BLOCK = 512  # frames worked on at once


@dataclass(frozen=True, slots=True, eq=False)
class Pitch:
    """The pitch of each frame: `f0` float32 (frame,) Hz, NaN where unvoiced; `voicing` float32 (frame,) in [0, 1].

    Frame i starts i * `hop_s` seconds into the signal and lasts `window_s`.
    """

    f0: Floats
    voicing: Floats
    hop_s: float
    window_s: float

    @property
    def times(self) -> NDArray[np.float64]:
        """The middle of each frame's window in seconds."""
        return np.asarray(np.arange(len(self.f0)) * self.hop_s + self.window_s / 2, np.float64)


def pitch(
    samples: ArrayLike, rate: int = 16_000, *, low: float = 55.0, high: float = 600.0, hop_s: float = 0.010
) -> Pitch:
    """Return the fundamental frequency and the strength of voicing of each frame.

    samples: float (time,), full scale 1. Frames are left-aligned, 60 ms long (three periods of `low` where that is
    longer), the last is the last whole one; a shorter signal is filled with zeros to one frame. Candidates are peaks
    of each frame's autocorrelation divided by that of its Hann window, taken from a spectrum that falls off above
    1.5 kHz, which keeps formants and noise from making peaks of their own. Voicing is the highest of them, clipped to
    [0, 1]. A Viterbi search weighs their heights against jumps in octaves and changes of voicing; it decides each
    frame with 100 ms of further frames, the same whether the signal comes whole or in a stream (`PitchStream`).
    Unvoiced are also frames below -80 dB of full scale and 45 dB below the loudest so far, which fades by 3 dB a
    second. Raises `InputError` for samples that are not finite or not one channel, and for a range that the rate
    cannot hold. Memory does not grow with the sound, beside samples and result.

    Boersma 1993, "Accurate short-term analysis of the fundamental frequency and the harmonics-to-noise ratio of a
    sampled sound", Proc. IFA 17.

    >>> time = np.arange(16_000) / 16_000
    >>> voice = sum(np.sin(2 * np.pi * 120 * k * time) / k for k in range(1, 20))
    >>> found = pitch(0.1 * voice)
    >>> len(found.f0), found.f0.min().round(1).item(), found.f0.max().round(1).item()
    (95, 120.0, 120.0)
    """
    stream = PitchStream(rate, low=low, high=high, hop_s=hop_s)
    parts = [stream.push(samples), stream.finish()]
    return Pitch(
        np.concatenate([part.f0 for part in parts]),
        np.concatenate([part.voicing for part in parts]),
        hop_s,
        stream.window_s,
    )


def semitones(f0: ArrayLike, *, reference: float = 27.5) -> Floats:
    """Return frequencies in semitones above `reference` Hz, float32 of the shape of `f0`; NaN stays NaN.

    >>> semitones([27.5, 55.0, 440.0]).tolist()
    [0.0, 12.0, 48.0]
    """
    return np.asarray(12 * np.log2(np.asarray(f0, np.float64) / reference), np.float32)


def quantise_f0(f0: ArrayLike, *, bins: int = 256, low: float = 55.0, high: float = 600.0) -> NDArray[np.int64]:
    r"""Return the bin of each frame's pitch, int (frame,): 0 where unvoiced, 1 to `bins` from `low` to `high` Hz.

    .. math:: 1 + \left\lfloor B \frac{\log(f / low)}{\log(high / low)} \right\rfloor

    f0: (frame,) Hz, NaN or 0 where unvoiced. The bins are equally wide in semitones; pitch outside the range is in
    the first or the last. Raises `InputError` for less than one bin and unless 0 < low < high. What a network reads
    as tokens beside words: "Enhancing Speech Emotion Recognition with Graph-Based Multimodal Fusion and Prosodic
    Features", Interspeech 2025.

    >>> quantise_f0([100, 150, 200, 399, np.nan], bins=24, low=100, high=400).tolist()
    [1, 8, 13, 24, 0]
    """
    if bins < 1 or not 0 < low < high:
        raise InputError(f"Bins of pitch need bins >= 1 and 0 < low < high, got bins={bins}, low={low}, high={high}.")
    given = np.asarray(f0, np.float64)
    voiced = np.isfinite(given) & (given > 0)
    place = np.log(np.where(voiced, given, low) / low) / np.log(high / low)
    # A hair above, so that a pitch on a bin's lower edge is in it whatever its logarithm rounds to.
    numbers = np.clip(np.floor(place * bins + 1e-9), 0, bins - 1).astype(np.int64)
    return np.where(voiced, numbers + 1, 0)


class PitchStream:
    """The pitch of a signal that is still coming: the frames are those that `pitch` has for the whole.

    A frame comes out `look_ahead_s` after it starts: its window, then 100 ms to decide its path.
    """

    def __init__(self, rate: int = 16_000, *, low: float = 55.0, high: float = 600.0, hop_s: float = 0.010) -> None:
        self._plan = _plan(rate, low, high, hop_s)
        self._lag = round(LAG_S / hop_s)
        self._path = PathFinder(Costs(), self._lag)
        self._kept = np.zeros(0, np.float32)
        self._skip = self._seen = 0
        self._waiting: list[tuple[Candidates, Floats]] = []
        self._frames, self._loudest = 0, -np.inf

    @property
    def window_s(self) -> float:
        """How long a frame is."""
        return self._plan.size / self._plan.rate

    @property
    def look_ahead_s(self) -> float:
        """How long after its start a frame comes out."""
        return self.window_s + self._lag * self._plan.hop / self._plan.rate

    def push(self, samples: ArrayLike) -> Pitch:
        """Return the frames that are decided by now, after taking in further samples."""
        given = as_samples(samples)
        check_finite(given, self._seen / self._plan.rate)
        self._seen += len(given)
        skipped = min(self._skip, len(given))
        self._skip -= skipped
        self._kept = np.concatenate([self._kept, given[skipped:]]) if len(self._kept) else given[skipped:]
        found: list[Pitch] = []
        while len(self._kept) >= self._plan.size:
            count = min(_BLOCK, (len(self._kept) - self._plan.size) // self._plan.hop + 1)
            found.append(self._take(count))
        return self._joined(found)

    def finish(self) -> Pitch:
        """Return the frames that were not yet decided. The stream is then at its end."""
        found: list[Pitch] = []
        if self._frames == 0:
            self._kept = np.concatenate([self._kept, np.zeros(self._plan.size - len(self._kept), np.float32)])
            found.append(self._take(1))
        found.append(self._chosen(self._path.finish()))
        return self._joined(found)

    def _take(self, count: int) -> Pitch:
        plan = self._plan
        frames = sliding_window_view(self._kept, plan.size)[:: plan.hop][:count]
        correlation, energy = _correlation(frames, plan)
        level = 10 * np.log10(np.maximum(energy / plan.size, 1e-12))
        # The loudest frame so far fades with time; a sum of logarithms, so one running maximum does it.
        fading = (self._frames + np.arange(count)) * (_FADE_DB * plan.hop / plan.rate)
        loudest = np.maximum(np.maximum.accumulate(level + fading), self._loudest)
        soft = (level < loudest - fading - _BELOW_LOUDEST_DB) | (energy < plan.size * _SILENCE**2)
        self._loudest, self._frames = float(loudest[-1]), self._frames + count
        found = _candidates(correlation, soft, plan)
        voicing = np.where(soft, 0, correlation[:, plan.shortest : plan.longest + 1].max(axis=1))
        self._waiting.append((found, np.clip(voicing, 0, 1).astype(np.float32)))
        used = count * plan.hop
        self._skip += max(0, used - len(self._kept))
        self._kept = self._kept[used:]
        return self._chosen(self._path.extend(found))

    def _chosen(self, states: NDArray[np.int8]) -> Pitch:
        """Return the pitch of as many waiting frames as have been decided."""
        f0 = np.concatenate([found.f0 for found, _ in self._waiting] or [np.zeros((0, 1), np.float32)])
        strength = np.concatenate([found.strength for found, _ in self._waiting] or [np.zeros((0, 1), np.float32)])
        voicing = np.concatenate([voicing for _, voicing in self._waiting] or [np.zeros(0, np.float32)])
        count = len(states)
        self._waiting = [(Candidates(f0[count:], strength[count:]), voicing[count:])] if count < len(f0) else []
        chosen = f0[np.arange(count), states]
        return Pitch(
            np.where(chosen > 0, chosen, np.float32(np.nan)),
            voicing[:count],
            self._plan.hop / self._plan.rate,
            self.window_s,
        )

    def _joined(self, parts: list[Pitch]) -> Pitch:
        empty = np.zeros(0, np.float32)
        return Pitch(
            np.concatenate([empty, *(part.f0 for part in parts)]),
            np.concatenate([empty, *(part.voicing for part in parts)]),
            self._plan.hop / self._plan.rate,
            self.window_s,
        )


class _Plan(NamedTuple):
    """Everything the tracker needs that does not change: sizes in samples, lags in samples, tables."""

    rate: int
    hop: int
    size: int
    spread: int
    shortest: int
    longest: int
    window: Floats
    weight: Floats
    taper: Floats


def _plan(rate: int, low: float, high: float, hop_s: float) -> _Plan:
    if rate < 1 or not 0 < low < high:
        raise InputError(f"Pitch needs a rate of 1 Hz or more and 0 < low < high, got {rate}, low={low}, high={high}.")
    if high > rate / 4:
        raise InputError(f"high={high} Hz is too high at {rate} Hz: at most a quarter of the rate. Lower it.")
    hop = round(hop_s * rate)
    if hop < 1:
        raise InputError(f"hop_s={hop_s} is less than one sample at {rate} Hz.")
    size = round(max(WINDOW_S, 3 / low) * rate)
    longest = int(rate / low) + 1
    spread = _next_fast(size + longest + 2)
    window = np.hanning(size + 2)[1:-1].astype(np.float32)
    frequency = np.fft.rfftfreq(spread, 1 / rate)
    weight = 1 / (1 + (frequency / _CORNER_HZ) ** 4)
    ideal = np.fft.irfft(np.abs(np.fft.rfft(window.astype(np.float64), spread)) ** 2)[: longest + 2]
    return _Plan(
        rate, hop, size, spread, max(2, int(rate / high)), longest, window,
        weight.astype(np.float32), (ideal / ideal[0]).astype(np.float32),
    )  # fmt: skip


def _next_fast(size: int) -> int:
    """Return the least even number from `size` up whose only prime factors are 2, 3 and 5."""
    while True:
        rest = size
        for prime in (2, 3, 5):
            while rest % prime == 0:
                rest //= prime
        if rest == 1 and size % 2 == 0:
            return size
        size += 1


def _correlation(frames: Floats, plan: _Plan) -> tuple[Floats, Floats]:
    """Return the autocorrelation (frame, lag), 1 at lag 0, and the energy of each frame."""
    level = frames - frames.mean(axis=1, keepdims=True)
    energy = np.asarray(np.einsum("ij,ij->i", level, level), np.float32)
    power = np.abs(np.fft.rfft(level * plan.window, plan.spread))
    power = power * power * plan.weight
    full = np.fft.irfft(power, plan.spread)[:, : plan.longest + 2].astype(np.float32)
    full /= np.maximum(full[:, :1], np.float32(1e-20))
    full /= plan.taper
    return full, energy


def _candidates(correlation: Floats, soft: NDArray[np.bool_], plan: _Plan) -> Candidates:
    """Return the highest peaks of each frame with their octave cost, "unvoiced" first."""
    lags = np.arange(plan.shortest, plan.longest + 1)
    left, here, right = (correlation[:, plan.shortest + by : plan.longest + 1 + by] for by in (-1, 0, 1))
    peak = (here > left) & (here >= right) & (here > 0.1) & ~soft[:, None]
    bias = (_OCTAVE_COST * np.log2(lags / plan.shortest)).astype(np.float32)
    height = np.where(peak, here - bias, NOTHING)
    wanted = min(_CANDIDATES, height.shape[1])
    top = np.argpartition(height, height.shape[1] - wanted, axis=1)[:, -wanted:]
    row = np.arange(len(height))[:, None]
    a, b, c = left[row, top], here[row, top], right[row, top]
    curve = np.minimum(a - 2 * b + c, np.float32(-1e-9))
    shift = np.clip(0.5 * (a - c) / curve, -0.5, 0.5)
    lag = lags[top] + shift
    strength = height[row, top]
    lacking = strength <= NOTHING / 2
    better = np.where(lacking, 0, -0.25 * (a - c) * shift)
    f0 = np.where(lacking, 0, plan.rate / lag)
    unvoiced = np.full((len(height), 1), _UNVOICED, np.float32)
    return Candidates(
        np.concatenate([np.zeros_like(unvoiced), f0], axis=1).astype(np.float32),
        np.concatenate([unvoiced, np.minimum(strength + better, 1)], axis=1).astype(np.float32),
    )
