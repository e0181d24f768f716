"""Noise, and sounds mixed at a signal-to-noise ratio."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from affekt.errors import InputError
from affekt.signals.loudness import active_level, levels

Samples = NDArray[np.float32]


def white_noise(length: int, generator: np.random.Generator) -> Samples:
    """Return `length` samples of noise with as much power at every frequency, RMS 1."""
    return generator.standard_normal(length, np.float32)


def pink_noise(length: int, rate: int, generator: np.random.Generator, *, low: float = 20.0) -> Samples:
    """Return `length` samples of noise with as much power in every octave, RMS 1; nothing below `low` Hz."""
    return coloured_noise(length, rate, generator, slope_db=-10 * np.log10(2), low=low)


def coloured_noise(
    length: int, rate: int, generator: np.random.Generator, *, slope_db: float, low: float = 20.0
) -> Samples:
    """Return `length` samples of noise whose power changes by `slope_db` an octave, RMS 1; nothing below `low` Hz."""
    if not length:
        return np.zeros(0, np.float32)
    hz = np.fft.rfftfreq(2 * length, 1 / rate)
    gains = np.where(hz >= low, np.maximum(hz, low) ** (slope_db / (20 * np.log10(2))), 0.0)
    phases = np.fft.rfft(generator.standard_normal(2 * length))
    noise = np.fft.irfft(phases * gains, 2 * length)[:length]
    power = float(np.mean(np.square(noise)))
    return np.asarray(noise / np.sqrt(power) if power else noise, np.float32)


def babble(
    length: int, rate: int, generator: np.random.Generator, voices: Sequence[Samples], *, talkers: int = 5
) -> Samples:
    """Return `length` samples of several people who talk at once, RMS 1.

    Of `voices` (float32 (time,) each, at `rate`) `talkers` are drawn, all of them before one comes again; each is
    brought to the same active level, begins anywhere, and is repeated to the end. Raises `InputError` for no voice,
    or only silent ones.
    """
    heard = [voice for voice in voices if voice.size and np.any(voice)]
    if not heard or talkers < 1:
        raise InputError(f"Babble is made of at least one clip of speech and one talker; got {len(heard)}, {talkers}.")
    order: list[int] = []
    while len(order) < talkers:
        order += generator.permutation(len(heard)).tolist()
    mixed = np.zeros(length)
    for place in order[:talkers]:
        level = active_level(heard[place], rate).db
        mixed += looped(heard[place], length, generator).astype(np.float64) * 10 ** (-level / 20)
    power = float(np.mean(np.square(mixed))) if length else 0.0
    return np.asarray(mixed / np.sqrt(power) if power else mixed, np.float32)


def looped(samples: Samples, length: int, generator: np.random.Generator) -> Samples:
    """Return `length` of the samples from anywhere on, from their beginning again at their end."""
    if not samples.size:
        raise InputError("An empty sound cannot be repeated. Leave it out.")
    if samples.size >= length:
        start = int(generator.integers(0, samples.size - length + 1))
        return samples[start : start + length]
    return np.resize(np.roll(samples, -int(generator.integers(0, samples.size))), length)


def with_noise(samples: Samples, rate: int, noise: Samples, *, snr_db: float) -> Samples:
    """Return float32 (time,) samples with as long a noise, `snr_db` below the level of active speech (ITU-T P.56).

    The noise is measured by its RMS without DC. Silence gets no noise, since there is no level to go by; silent
    noise changes nothing. May go over full scale. Raises `InputError` for noise of another length.

    >>> generator = np.random.default_rng(0)
    >>> tone = np.sin(np.arange(16000) / 8).astype("float32")
    >>> noisy = with_noise(tone, 16000, white_noise(16000, generator), snr_db=10)
    >>> round(float(10 * np.log10(np.mean(tone**2) / np.mean((noisy - tone) ** 2))), 1)
    9.9
    """
    if len(noise) != len(samples):
        raise InputError(f"Noise is as long as the sound: {len(noise):,} against {len(samples):,}. Use `looped`.")
    speech, quiet = active_level(samples, rate).db, levels(noise).rms_db
    if np.isinf(speech) or np.isinf(quiet):
        return samples
    gain = np.float32(10 ** ((speech - snr_db - quiet) / 20))
    return np.asarray(samples + gain * noise, np.float32)
