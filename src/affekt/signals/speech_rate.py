"""How fast somebody speaks: syllable nuclei heard in loudness and voicing, and the pauses between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.errors import InputError
from affekt.signals.contours import peaks, stretches
from affekt.signals.pitch import Pitch, pitch
from affekt.signals.spectrum import as_samples, check_finite, frames_of, framing, window

Numbers = NDArray[np.float64]
_WINDOW_S, _HOP_S = 0.064, 0.010
_FLOOR_DB = -100.0
_BLOCK = 512


@dataclass(frozen=True, slots=True, eq=False)
class SpeechRate:
    """What was counted: `nuclei` (syllable,) and `pauses` (pause, 2), seconds; `seconds` in all, `speaking_s` of them.

    Time before the first and after the last sound is neither pause nor speaking.
    """

    nuclei: Numbers
    pauses: Numbers
    seconds: float
    speaking_s: float

    @property
    def syllables(self) -> int:
        """How many syllables were heard."""
        return len(self.nuclei)

    @property
    def speech_rate(self) -> float:
        """Syllables per second from the first to the last sound, pauses included; 0 where there is none."""
        whole = self.speaking_s + self.paused_s
        return self.syllables / whole if whole else 0.0

    @property
    def articulation_rate(self) -> float:
        """Syllables per second of speaking, pauses left out; 0 where there is none."""
        return self.syllables / self.speaking_s if self.speaking_s else 0.0

    @property
    def paused_s(self) -> float:
        """How many seconds are pauses."""
        return float(np.diff(self.pauses, axis=1).sum())


def speech_rate(
    samples: ArrayLike,
    rate: int = 16_000,
    *,
    tracked: Pitch | None = None,
    dip_db: float = 2.0,
    below_loudest_db: float = 25.0,
    shortest_pause_s: float = 0.3,
) -> SpeechRate:
    """Return the syllable nuclei of a signal, its pauses, and the rates that follow from them.

    samples: float (time,), full scale 1; `tracked` is its `pitch`, found here where it is not given. A nucleus is a
    peak of intensity (64 ms, Hann-weighted, dB) with a dip of `dip_db` on both sides, voiced, and at most
    `below_loudest_db` below the loudest (the 99th percentile). A pause is `shortest_pause_s` or more below that,
    between sounds. Knows no language; quick reduced syllables are missed, a quarter of
    EMO-DB's, so rates are for comparing, not for counting. Raises `InputError` for samples that are
    not finite or not one channel.

    De Jong and Wempe 2009, "Praat script to detect syllable nuclei and measure speech rate automatically", Behavior
    Research Methods 41(2).

    >>> time = np.arange(32_000) / 16_000
    >>> voice = sum(np.sin(2 * np.pi * 150 * n * time) for n in range(1, 9)) * np.sin(np.pi * 4 * time) ** 2
    >>> found = speech_rate(0.05 * voice)
    >>> found.syllables, round(found.speech_rate)
    (8, 4)
    """
    given = as_samples(samples)
    check_finite(given, 0.0)
    if dip_db <= 0 or shortest_pause_s <= 0:
        raise InputError(f"dip_db and shortest_pause_s have to be above 0, got {dip_db} and {shortest_pause_s}.")
    found = pitch(given, rate, hop_s=_HOP_S) if tracked is None else tracked
    level = intensity(given, rate)
    seconds = len(given) / rate
    loud = level >= max(float(np.percentile(level, 99)) - below_loudest_db, _FLOOR_DB + 1)
    if not loud.any():
        return SpeechRate(np.zeros(0), np.zeros((0, 2)), seconds, 0.0)
    at = peaks(np.concatenate([[_FLOOR_DB], level, [_FLOOR_DB]]), prominence=dip_db) - 1
    middles = np.asarray(np.arange(len(level)) * _HOP_S + _WINDOW_S / 2, np.float64)
    nearest = np.round((middles[at] - found.window_s / 2) / found.hop_s).astype(np.int64)
    voiced = np.isfinite(found.f0)[np.clip(nearest, 0, len(found.f0) - 1)]
    sounding = stretches(loud, bridged=max(0, round(shortest_pause_s / _HOP_S) - 1))
    speaking = float(np.diff(sounding, axis=1).sum()) * _HOP_S
    edges = np.asarray(np.stack([sounding[:-1, 1], sounding[1:, 0]], axis=1) * _HOP_S + _WINDOW_S / 2, np.float64)
    return SpeechRate(middles[at[voiced & loud[at]]], edges, seconds, speaking)


def intensity(samples: ArrayLike, rate: int = 16_000) -> Numbers:
    """Return the level of each frame in dB of full scale, (frame,), from -100 up: 64 ms, Hann-weighted, 10 ms apart.

    samples: float (time,). Frames are left-aligned, the last is the last whole one, at least one.
    """
    given = as_samples(samples)
    cut = framing(rate, window_s=_WINDOW_S, hop_s=_HOP_S)
    if len(given) < cut.frame:
        given = np.concatenate([given, np.zeros(cut.frame - len(given), np.float32)])
    weight = window("hann", cut.frame).astype(np.float64)
    weight /= weight.sum()
    frames = frames_of(given, cut)
    power = [np.square(frames[at : at + _BLOCK]) @ weight for at in range(0, len(frames), _BLOCK)]
    return np.asarray(10 * np.log10(np.maximum(np.concatenate(power), 10 ** (_FLOOR_DB / 10))), np.float64)
