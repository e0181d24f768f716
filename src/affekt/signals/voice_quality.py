"""The quality of a voice: how even its cycles are, how much noise is in it, how its harmonics fall off."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from affekt.signals.formants import Formants, formants
from affekt.signals.pitch import WINDOW_S, Pitch, pitch
from affekt.signals.spectrum import as_samples, check_finite, fft_length, frame_power, window

Floats = NDArray[np.float32]
Numbers = NDArray[np.float64]
_SPAN = 0.2  # how far a cycle may be from the pitch's period, as a share of it
_BLOCK = 128
_NEAR = 4  # cycles on either side that tell where in a window the pulses lie
_HIGHEST_HARMONIC_HZ = 5500.0


@dataclass(frozen=True, slots=True, eq=False)
class Cycles:
    """The cycles of a voice, in order of time: `start` (cycle,) samples, `period` (cycle,) samples, both fractional.

    `amplitude` (cycle,) is the highest minus the lowest sample in a cycle, `likeness` (cycle,) its correlation with
    the next one, `segment` (cycle,) the voiced stretch it belongs to, `rate` the samples per second.
    """

    start: Numbers
    period: Numbers
    amplitude: Numbers
    likeness: Numbers
    segment: NDArray[np.int64]
    rate: int

    def joined(self, alike: float = 0.5) -> NDArray[np.bool_]:
        """Return whether each cycle and the next are neighbours, both at least that `alike`, (cycle - 1,)."""
        good = self.likeness >= alike
        return np.asarray((np.diff(self.segment) == 0) & good[1:] & good[:-1])


@dataclass(frozen=True, slots=True, eq=False)
class VoiceQuality:
    """Each measure float32 (frame,), on the frames of the pitch, NaN where unvoiced or not measurable.

    `jitter` local, a share of the period; `shimmer_db` local, dB; `hnr_db` harmonics to noise, dB; `h1_h2_db` and
    `h1_a3_db` the first harmonic over the second and over the strongest one about the third formant, dB.
    """

    jitter: Floats
    shimmer_db: Floats
    hnr_db: Floats
    h1_h2_db: Floats
    h1_a3_db: Floats


def voice_quality(samples: ArrayLike, rate: int = 16_000, *, tracked: Pitch | None = None) -> VoiceQuality:
    """Return jitter, shimmer, harmonics-to-noise ratio and harmonic differences of each frame of a signal.

    samples: float (time,), full scale 1; `tracked` is its `pitch`, found here where it is not given. Jitter and
    shimmer are averages over the cycles inside a frame's 60 ms; see `cycles`, `hnr` and `harmonic_levels` for the
    rest. Raises `InputError` as `pitch` does. The definitions are those of Eyben, Scherer, Schuller et al. 2016, "The
    Geneva Minimalistic Acoustic Parameter Set", IEEE TAC 7(2).

    >>> time = np.arange(8000) / 16_000
    >>> even = sum(np.sin(2 * np.pi * 100 * k * time) / k for k in range(1, 30))
    >>> found = voice_quality(0.1 * even)
    >>> bool(found.jitter.max() < 0.001), bool(found.hnr_db.min() > 20)
    (True, True)
    """
    given = as_samples(samples)
    check_finite(given, 0.0)
    found = pitch(given, rate) if tracked is None else tracked
    each = cycles(given, rate, found)
    jitter, shimmer = frame_perturbation(each, found)
    third = _aligned(formants(given, rate, hop_s=found.hop_s), len(found.f0))
    spread = [np.full(len(found.f0), np.nan, np.float32) for _ in range(3)]
    for some in voiced_blocks(found):
        spectrum, f0 = voice_spectrum(given, rate, found, frames=some), found.f0[some]
        levels = harmonic_levels(spectrum, rate, f0)
        spread[0][some] = hnr(spectrum, rate, f0, window_s=found.window_s)
        spread[1][some] = levels[:, 0] - levels[:, 1]
        spread[2][some] = levels[:, 0] - level_near(levels, f0, third[some])
    return VoiceQuality(jitter, shimmer, *spread)


def voiced_blocks(tracked: Pitch) -> list[NDArray[np.intp]]:
    """Return the voiced frames of a pitch track, some hundreds at a time: memory stays flat however long it is."""
    voiced = np.flatnonzero(np.isfinite(tracked.f0))
    return [voiced[at : at + 2 * _BLOCK] for at in range(0, len(voiced), 2 * _BLOCK)]


def _aligned(found: Formants, count: int) -> Floats:
    """Return the third formant of the first `count` frames."""
    third = found.frequency[:count, 2]
    return np.concatenate([third, np.full(count - len(third), np.nan, np.float32)])


def jitter_local(each: Cycles) -> float:
    r"""Return the local jitter of all cycles, a share of the period, 0 or more; NaN with no two neighbours.

    .. math:: \frac{\mathrm{mean} |T_n - T_{n-1}|}{\mathrm{mean} T_n}
    """
    joined = each.joined()
    if not joined.any():
        return float("nan")
    change = np.abs(np.diff(each.period))[joined].mean()
    return float(change / each.period[np.append(joined, False) | np.insert(joined, 0, False)].mean())


def shimmer_local_db(each: Cycles) -> float:
    r"""Return the local shimmer of all cycles in dB, 0 or more; NaN with no two neighbours.

    .. math:: \mathrm{mean} \left| 20 \log_{10} \frac{A_n}{A_{n-1}} \right|
    """
    joined = each.joined()
    return float(_level_steps(each)[joined].mean()) if joined.any() else float("nan")


def _level_steps(each: Cycles) -> Numbers:
    level = 20 * np.log10(np.maximum(each.amplitude, 1e-9))
    return np.abs(np.diff(level))


def frame_perturbation(each: Cycles, tracked: Pitch, *, alike: float = 0.5) -> tuple[Floats, Floats]:
    """Return local jitter and local shimmer in dB of the cycles inside each frame, (frame,); NaN where none.

    Cycles count with a neighbour where both are at least that `alike` to what follows them.
    """
    first = np.arange(len(tracked.f0)) * tracked.hop_s * each.rate
    last = first + tracked.window_s * each.rate
    voiced = np.isfinite(tracked.f0)
    if len(each.period) < 2:
        nothing = np.full(len(first), np.nan, np.float32)
        return nothing, nothing
    joined = each.joined(alike)
    begin = np.searchsorted(each.start, first)
    # A pair of cycles ends where the second one does.
    end = np.maximum(begin, np.searchsorted(each.start[1:] + each.period[1:], last, side="right"))
    change = _between(np.abs(np.diff(each.period)) * joined, begin, end)
    length = _between((each.period[:-1] + each.period[1:]) / 2 * joined, begin, end)
    steps, pairs = _between(_level_steps(each) * joined, begin, end), _between(joined.astype(float), begin, end)
    some = voiced & (pairs > 0)
    jitter = np.where(some, change / np.where(some, length, 1), np.nan)
    shimmer = np.where(some, steps / np.where(some, pairs, 1), np.nan)
    return jitter.astype(np.float32), shimmer.astype(np.float32)


def _between(values: Numbers, begin: NDArray[np.intp], end: NDArray[np.intp]) -> Numbers:
    """Return the sums of `values` from each `begin` up to each `end`."""
    total = np.concatenate([[0.0], np.cumsum(values)])
    return np.asarray(total[np.minimum(end, len(values))] - total[np.minimum(begin, len(values))])


def cycles(samples: ArrayLike, rate: int, tracked: Pitch) -> Cycles:
    """Return the cycles of the voiced stretches that a pitch track has.

    samples: float (time,). In each stretch the pitch is summed to a phase, which gives one place per cycle; the place
    moves to the highest peak of a window one period wide that has the pulses near by in its middle; the cycle's
    period is the lag at which the waveform one period wide about the peak is most like what follows (normalised
    cross-correlation, within 20 % of the pitch's period, refined by a parabola). None where all is unvoiced.
    """
    given = as_samples(samples)
    places = _places(given, rate, tracked)
    count = len(places.at)
    if not count:
        nothing = np.zeros(0)
        return Cycles(nothing, nothing, nothing, nothing, np.zeros(0, np.int64), rate)
    margin = int(3 * places.period.max()) + 4
    padded = np.concatenate([np.zeros(margin, np.float32), given, np.zeros(margin, np.float32)])
    period, amplitude, likeness = np.empty(count), np.empty(count), np.empty(count)
    peaks = np.empty(count, np.int64)
    # Cycles of like length are worked on together, so little of a block is filling.
    order = np.argsort(places.period, kind="stable")
    blocks = [order[at : at + _BLOCK] for at in range(0, count, _BLOCK)]
    for some in blocks:
        peaks[some] = _peaks(padded, places.taken(some, margin))
    places = _recentred(places, peaks - margin)
    for some in blocks:
        peaks[some] = _peaks(padded, places.taken(some, margin))
        period[some], amplitude[some], likeness[some] = _matched(padded, peaks[some], places.period[some])
    return Cycles((peaks - margin).astype(np.float64), period, amplitude, likeness, places.segment, rate)


class _Places(NamedTuple):
    """A place `at` for each cycle and its expected `period`, in samples; its stretch; which way its pulses point."""

    at: NDArray[np.int64]
    period: Numbers
    segment: NDArray[np.int64]
    sign: Floats

    def taken(self, some: NDArray[np.intp], margin: int) -> _Places:
        """Return the places of some cycles, counted from `margin` samples before the signal."""
        return _Places(self.at[some] + margin, self.period[some], self.segment[some], self.sign[some])


def _places(samples: Floats, rate: int, tracked: Pitch) -> _Places:
    """Return one place for each cycle of the voiced stretches."""
    voiced = np.isfinite(tracked.f0)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], voiced.astype(np.int8), [0]])))
    hop, half = tracked.hop_s * rate, tracked.window_s * rate / 2
    at, segment = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    period, sign = [np.zeros(0)], [np.zeros(0)]
    for number, (first, last) in enumerate(zip(edges[::2], edges[1::2], strict=True)):
        middles = np.arange(first, last) * hop + half
        begin, end = max(0, round(middles[0] - hop / 2)), min(len(samples), round(middles[-1] + hop / 2))
        rates = np.interp(np.arange(begin, end), middles, tracked.f0[first:last])
        turn = np.flatnonzero(np.diff(np.floor(np.cumsum(rates) / rate)) > 0)
        at.append(turn + begin)
        period.append(rate / rates[turn])
        segment.append(np.full(len(turn), number))
        # The sum of cubes tells on which side of zero the pulses stand.
        sign.append(np.full(len(turn), 1.0 if np.sum(samples[begin:end] ** 3) >= 0 else -1.0))
    return _Places(
        np.concatenate(at), np.concatenate(period), np.concatenate(segment), np.concatenate(sign).astype(np.float32)
    )


def _peaks(padded: Floats, places: _Places) -> NDArray[np.int64]:
    """Return the highest sample of each cycle that begins at a place."""
    longest = int(places.period.max()) + 1
    across = np.arange(longest)
    values = padded[places.at[:, None] + across] * places.sign[:, None]
    values[across >= places.period[:, None]] = -np.inf
    return np.asarray(places.at + values.argmax(axis=1))


def _recentred(places: _Places, peaks: NDArray[np.int64]) -> _Places:
    """Return the places moved so that the peaks near by lie in the middle of each cycle that begins at one.

    In cycles that begin at a pulse, one would have two of them and the next none.
    """
    turn = np.exp(2j * np.pi * (peaks - places.at) / places.period)
    middle = np.empty(len(turn), complex)
    for first, last in stretches_of(places.segment):
        near = np.convolve(turn[first:last], np.ones(2 * _NEAR + 1))
        middle[first:last] = near[_NEAR : _NEAR + last - first]
    shift = np.angle(middle) / (2 * np.pi) - 0.5
    return places._replace(at=places.at + np.round(shift * places.period).astype(np.int64))


def stretches_of(segment: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Return where each run of equal numbers begins and ends.

    >>> stretches_of(np.array([0, 0, 2]))
    [(0, 2), (2, 3)]
    """
    edges = [0, *(np.flatnonzero(np.diff(segment)) + 1).tolist(), len(segment)]
    return list(pairwise(edges)) if len(segment) else []


def _matched(padded: Floats, peaks: NDArray[np.int64], period: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Return the measured period, the amplitude and the likeness to what follows of the cycles about peaks."""
    size = np.round(period).astype(np.int64)
    longest, row = int(size.max()), np.arange(len(size))
    shortest_lag = np.floor(period * (1 - _SPAN)).astype(np.int64) - 1
    lags = int(np.ceil(2 * _SPAN * period.max())) + 4
    across = np.arange(longest)
    inside = across < size[:, None]
    begin = peaks - size // 2
    here = np.where(inside, padded[begin[:, None] + across], 0).astype(np.float32)
    amplitude = np.where(inside, here, -np.inf).max(axis=1) - np.where(inside, here, np.inf).min(axis=1)
    onward = padded[(begin + shortest_lag)[:, None] + np.arange(longest + lags)]
    product = np.einsum("clt,ct->cl", sliding_window_view(onward, longest, axis=1)[:, :lags], here)
    energy = np.concatenate([np.zeros((len(size), 1)), np.cumsum(onward.astype(np.float64) ** 2, axis=1)], axis=1)
    lag = np.arange(lags)
    there = energy[row[:, None], lag + size[:, None]] - energy[:, :lags]
    own = np.einsum("ct,ct->c", here, here)[:, None].astype(np.float64)
    likeness = product / np.sqrt(np.maximum(own * there, 1e-20))
    allowed = lag + shortest_lag[:, None] <= np.ceil(period * (1 + _SPAN))[:, None]
    allowed[:, 0] = False
    allowed[:, -1] = False
    best = np.where(allowed, likeness, -np.inf).argmax(axis=1)
    left, top, right = (likeness[row, best + by] for by in (-1, 0, 1))
    shift = np.clip(0.5 * (left - right) / np.minimum(left - 2 * top + right, -1e-12), -0.5, 0.5)
    return best + shortest_lag + shift, amplitude.astype(np.float64), top


def voice_spectrum(samples: ArrayLike, rate: int, tracked: Pitch, *, frames: NDArray[np.intp] | None = None) -> Floats:
    """Return the power spectra of frames of a pitch track, by default its voiced ones, float32 (frame, bin).

    The frames have the Gaussian window of the Geneva set (sigma 0.4) and zeros to twice a power of two.
    """
    given = as_samples(samples)
    size = round(tracked.window_s * rate)
    if len(given) < size:
        given = np.concatenate([given, np.zeros(size - len(given), np.float32)])
    every = sliding_window_view(given, size)[:: round(tracked.hop_s * rate)]
    wanted = np.flatnonzero(np.isfinite(tracked.f0)) if frames is None else frames
    taper, fft = window("gauss", size), 2 * fft_length(size)
    parts = [frame_power(every[wanted[at : at + _BLOCK]], taper, fft) for at in range(0, len(wanted), _BLOCK)]
    return np.concatenate(parts) if parts else np.zeros((0, fft // 2 + 1), np.float32)


def hnr(power: Floats, rate: int, f0: Floats, *, corrected: bool = True, window_s: float = WINDOW_S) -> Floats:
    r"""Return the harmonics-to-noise ratio of each voiced frame in dB, float32 (frame,), from -40 to 60.

    .. math:: 10 \log_{10} \frac{r(T)}{1 - r(T)}

    power: (frame, bin) as `voice_spectrum` gives it; f0: (frame,) Hz. r is the frame's autocorrelation over that of
    its window (its own where not `corrected`, as in the Geneva set), 1 at lag 0, T the highest peak within 10 % of
    the period. Boersma 1993, Proc. IFA 17.
    """
    if not len(power):
        return np.zeros(0, np.float32)
    fft = 2 * (power.shape[1] - 1)
    size = round(window_s * rate)
    longest = min(size - 1, int(1.1 * rate / f0.min()) + 2)
    correlation = np.fft.irfft(power)[:, : longest + 1].astype(np.float32)
    correlation /= np.maximum(correlation[:, :1], np.float32(1e-20))
    if corrected:
        taper = window("gauss", size).astype(np.float64)
        ideal = np.fft.irfft(np.abs(np.fft.rfft(taper, fft)) ** 2)[: longest + 1]
        correlation /= (ideal / ideal[0]).astype(np.float32)
    lag, period = np.arange(longest + 1), (rate / f0)[:, None]
    correlation[(lag < 0.9 * period) | (lag > 1.1 * period)] = -1
    row, best = np.arange(len(power)), np.clip(correlation.argmax(axis=1), 1, longest - 1)
    left, top, right = (correlation[row, best + by] for by in (-1, 0, 1))
    curve = np.minimum(left - 2 * top + right, np.float32(-1e-9))
    height = np.clip(top - (left - right) ** 2 / (8 * curve), 1e-4, 1 - 1e-6)
    return np.asarray(10 * np.log10(height / (1 - height)), np.float32)


def harmonic_levels(power: Floats, rate: int, f0: Floats) -> Floats:
    """Return the level of each harmonic in dB, float32 (frame, harmonic), NaN from half the rate on.

    power: (frame, bin) as `voice_spectrum` gives it; f0: (frame,) Hz. A harmonic is the highest bin within a quarter
    of F0 about its multiple.
    """
    if not len(power):
        return np.zeros((0, 3), np.float32)
    bins = power.shape[1]
    step = f0 * (2 * (bins - 1) / rate)
    count = int(_HIGHEST_HARMONIC_HZ / f0.min())
    level = np.full((len(power), max(3, count)), np.nan, np.float32)
    row = np.arange(len(power))[:, None]
    reach = max(1, int(step.max() / 4))
    across = np.arange(-reach, reach + 1)
    for harmonic in range(1, level.shape[1] + 1):
        middle = np.round(harmonic * step).astype(np.int64)
        some = (harmonic * f0 <= _HIGHEST_HARMONIC_HZ) & (middle < bins)
        if not some.any():
            break
        near = np.clip(middle[some, None] + across, 0, bins - 1)
        values = np.where(np.abs(across) <= np.maximum(1, step[some, None] / 4), power[row[some], near], 0)
        level[some, harmonic - 1] = 10 * np.log10(np.maximum(values.max(axis=1), 1e-12))
    return level


def level_near(levels: Floats, f0: Floats, hz: Floats) -> Floats:
    """Return the level of the strongest harmonic about a frequency of each frame in dB, (frame,).

    levels: (frame, harmonic) dB of `harmonic_levels`; `hz`: (frame,); the harmonics are those within 20 % of it, at
    least the nearest. NaN where `hz` is or where it lies above the harmonics.
    """
    harmonic = np.arange(1, levels.shape[1] + 1) * f0[:, None]
    distance = np.abs(harmonic - hz[:, None])
    near = (distance <= 0.2 * hz[:, None]) | (distance <= f0[:, None] / 2)
    found = np.where(near & np.isfinite(levels), levels, -np.inf).max(axis=1, initial=-np.inf)
    return np.where(np.isfinite(found), found, np.nan).astype(np.float32)
