"""A voice made of known parts: pulses at given times, of given heights, through resonances of given place and width."""

from __future__ import annotations

import numpy as np

RATE = 16_000


def pulses(f0, seconds, *, jitter=0.0, shimmer_db=0.0, seed=0):
    """Times (pulse,) and heights (pulse,) of a voice whose periods and levels vary at random by the given deviation."""
    generator = np.random.default_rng(seed)
    count = int(f0 * seconds) + 2
    periods = (1 + jitter * generator.standard_normal(count)) / f0
    heights = 10 ** (shimmer_db * generator.standard_normal(count) / 20)
    times = 0.01 + np.concatenate([[0.0], np.cumsum(periods)[:-1]])
    kept = times < seconds - 0.02
    return times[kept], heights[kept]


def voice(times, heights, seconds, *, formants=((700, 80), (1200, 90), (2500, 120)), tilt_hz=200.0):
    """Samples float32 (time,): band-limited pulses, tilted by 6 dB an octave above `tilt_hz`, through resonances."""
    size = int(seconds * RATE)
    hz = np.fft.rfftfreq(2 * size, 1 / RATE)
    spectrum = np.exp(-2j * np.pi * np.outer(hz, times)) @ heights
    spectrum = spectrum / (1 + 1j * hz / tilt_hz)
    turn = np.exp(-2j * np.pi * hz / RATE)
    for frequency, bandwidth in formants:
        radius = np.exp(-np.pi * bandwidth / RATE)
        angle = 2 * np.pi * frequency / RATE
        gain = 1 - 2 * radius * np.cos(angle) + radius**2
        spectrum = spectrum * gain / (1 - 2 * radius * np.cos(angle) * turn + radius**2 * turn**2)
    samples = np.fft.irfft(spectrum)[:size]
    return (0.3 * samples / np.abs(samples).max()).astype(np.float32)


def harmonics(f0, *, numbers=range(1, 16), phase_seed=0, level=0.1):
    """A sum of harmonics of a contour `f0` (time,) Hz at 16 kHz, at random phases, 1 / n high; none above 7.5 kHz."""
    generator = np.random.default_rng(phase_seed)
    f0 = np.asarray(f0, float)
    turns = np.cumsum(f0) / RATE
    parts = [np.where(n * f0 < 7500, np.sin(2 * np.pi * (n * turns + generator.random())) / n, 0) for n in numbers]
    samples = np.sum(parts, axis=0)
    return (level * samples / np.sqrt(np.mean(samples**2))).astype(np.float32)


def with_noise(samples, snr_db, seed=0):
    """Samples with white noise, `snr_db` weaker than they are."""
    noise = np.random.default_rng(seed).standard_normal(len(samples))
    noise *= np.sqrt(np.mean(samples**2.0) / np.mean(noise**2) / 10 ** (snr_db / 10))
    return (samples + noise).astype(np.float32)
