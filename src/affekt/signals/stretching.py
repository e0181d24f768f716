"""Sound played faster or slower, higher or lower."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from affekt.errors import InputError
from affekt.signals.resampling import resample

Samples = NDArray[np.float32]
_WINDOW = 0.064  # seconds of a frame when speech is stretched: two or three periods of a low voice


class _Frames(NamedTuple):
    """How a sound is cut to be stretched: samples of a frame, and from one to the next."""

    size: int
    hop: int


def at_speed(samples: Samples, *, factor: float) -> Samples:
    """Return float32 (time,) samples played `factor` times as fast: length and pitch change.

    Ko, Peddinti, Povey & Khudanpur 2015, "Audio augmentation for speech recognition", Interspeech. Raises
    `InputError` outside 0.1 to 10.

    >>> len(at_speed(np.zeros(1000, np.float32), factor=1.25))
    800
    """
    _check(factor)
    return resample(samples, factor, 1.0)


def at_tempo(samples: Samples, rate: int, *, factor: float) -> Samples:
    """Return float32 (time,) samples `factor` times as fast at the same pitch.

    By waveform-similarity overlap-add: Verhelst & Roelands 1993, "An overlap-add technique based on waveform
    similarity (WSOLA)", ICASSP. Raises `InputError` outside 0.1 to 10.
    """
    _check(factor)
    return _stretched(samples, round(len(samples) / factor), rate)


def at_pitch(samples: Samples, rate: int, *, semitones: float) -> Samples:
    """Return float32 (time,) samples higher or lower by semitones, as many as before.

    Played at another speed, then stretched back by WSOLA: formants move with the pitch. Raises `InputError` beyond
    three octaves.
    """
    ratio = 2 ** (semitones / 12)
    _check(ratio)
    return _stretched(at_speed(samples, factor=ratio), len(samples), rate)


def _check(factor: float) -> None:
    if not 0.1 <= factor <= 10:
        raise InputError(f"Speeds from 0.1 to 10 times can be had, got {factor:g}.")


def _stretched(samples: Samples, length: int, rate: int) -> Samples:
    """Return samples stretched to `length` without another pitch, frame by frame where they go on most smoothly."""
    cut = _Frames(2 * max(8, int(_WINDOW * rate / 2)), max(8, int(_WINDOW * rate / 2)))
    if len(samples) < 2 * cut.size or length < 2 * cut.size:
        return np.resize(samples, length) if len(samples) else np.zeros(length, np.float32)
    window = np.hanning(cut.size + 1)[:-1].astype(np.float32)
    out, weight = np.zeros(length + cut.size, np.float32), np.zeros(length + cut.size, np.float32)
    play, last = len(samples) - cut.size, 0
    for at in range(0, length, cut.hop):
        place = min(play, round(at * len(samples) / length))
        if at:
            place = _smoothest(samples, min(play, last + cut.hop), place, cut)
        out[at : at + cut.size] += samples[place : place + cut.size] * window
        weight[at : at + cut.size] += window
        last = place
    return np.asarray((out / np.maximum(weight, 1e-3))[:length], np.float32)


def _smoothest(samples: Samples, onward: int, near: int, cut: _Frames) -> int:
    """Return the place within half a hop of `near` whose frame is most like the one at `onward`."""
    low, high = max(0, near - cut.hop // 2), min(len(samples) - cut.size, near + cut.hop // 2)
    alike = np.correlate(samples[low : high + cut.hop], samples[onward : onward + cut.hop], "valid")
    return low + int(alike[: high - low + 1].argmax())
