"""Recordings that are the same: sample by sample, or by a fingerprint that outlives another level, codec or trim.

The fingerprint is that of Haitsma & Kalker 2002, "A Highly Robust Audio Fingerprinting System", ISMIR: 32 bits for each
step in time, the signs of how the energy of 33 bands from 300 to 2000 Hz changes from band to band and step to step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from affekt.errors import InputError
from affekt.signals.audio import Sound
from affekt.signals.resampling import resample

Bits = NDArray[np.uint32]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

# Share of bits that may differ. Copies in Opus at its lowest rate differ in .19 on average; an actor who says a
# sentence twice in the same way in .26 and more (RAVDESS).
ERROR = 0.25
_RATE, _WINDOW, _HOP = 5000, 1856, 58  # Hz, samples (.371 s) and step (.0116 s), as in the paper
_LOW, _HIGH, _BANDS = 300.0, 2000.0, 33
_LEAST = 64  # steps that two recordings have in common at least: .74 s, and the window
_QUIET = 1e-5  # of the loudest step's energy: below, bits are those of noise
_CROWDED = 64  # recordings that share a piece: of more, it is silence or hum and tells nothing
_VOTES = 2  # pieces shared at one shift that make two recordings worth comparing
_SDS = 8  # standard deviations of chance below .5 that an error has to be; other speech once had 6.3
_ONES = np.array([bin(n).count("1") for n in range(1 << 16)], np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class Fingerprint:
    """What tells a recording from others: `bits` (step,), which steps are `loud` enough, the sha256 of its samples."""

    bits: Bits
    loud: NDArray[np.bool_]
    digest: str


@dataclass(frozen=True, slots=True, eq=False)
class Alike:
    """Pairs of recordings that are the same: their places, `first` < `second`, and the share of bits that differ.

    `error` is 0 for the same samples; `shift` is how many seconds later the same sound comes in the second.
    """

    first: Ints
    second: Ints
    error: Floats
    exact: NDArray[np.bool_]
    shift: Floats

    def __len__(self) -> int:
        return len(self.first)


def fingerprint(recording: Sound) -> Fingerprint:
    """Return the fingerprint of a recording, its channels averaged; one under .4 seconds is too short and has no steps.

    Bit m of step n is 1 where E(n, m) - E(n, m + 1) - (E(n - 1, m) - E(n - 1, m + 1)) > 0, E the energy of a band of a
    Hann window of .371 s, a step each .0116 s. The digest is of the samples without zeros at either end.
    """
    samples = recording.mono()
    heard = np.flatnonzero(samples)
    core = samples[heard[0] : heard[-1] + 1] if len(heard) else samples[:0]
    digest = sha256(f"{recording.rate} ".encode() + np.ascontiguousarray(core).tobytes()).hexdigest()
    low = resample(samples, recording.rate, _RATE)
    if len(low) < _WINDOW + _HOP:
        return Fingerprint(np.zeros(0, np.uint32), np.zeros(0, np.bool_), digest)
    frames = np.lib.stride_tricks.sliding_window_view(low, _WINDOW)[::_HOP]
    power = np.abs(np.fft.rfft(frames * np.hanning(_WINDOW).astype(np.float32), axis=1)) ** 2
    edges = _LOW * (_HIGH / _LOW) ** (np.arange(_BANDS + 1) / _BANDS)
    starts = np.searchsorted(np.fft.rfftfreq(_WINDOW, 1 / _RATE), edges)
    energy = np.add.reduceat(power[:, : starts[-1]], starts[:-1], axis=1)
    change = np.diff(energy, axis=1)
    signs = (change[:-1] - change[1:]) > 0
    bits = (signs * (np.uint32(1) << np.arange(_BANDS - 1, dtype=np.uint32))).sum(1, dtype=np.uint32)
    total = energy.sum(1)[1:]
    return Fingerprint(bits, total > _QUIET * max(float(total.max()), 1e-20), digest)


def bit_error(one: Fingerprint, other: Fingerprint, shift: int) -> tuple[float, int]:
    """Return the share of bits that differ where step n of one is step n + `shift` of the other, and how many steps.

    Only steps that are loud in both are compared; (1.0, 0) where there is none.
    """
    start, end = max(0, -shift), min(len(one.bits), len(other.bits) - shift)
    if end <= start:
        return 1.0, 0
    both = one.loud[start:end] & other.loud[start + shift : end + shift]
    steps = int(both.sum())
    if not steps:
        return 1.0, 0
    differ = (one.bits[start:end] ^ other.bits[start + shift : end + shift])[both]
    return float(_ONES[differ & 0xFFFF].sum() + _ONES[differ >> 16].sum()) / (32 * steps), steps


def same_sounds(prints: Sequence[Fingerprint], *, error: float = ERROR, parts: Sequence[int] | None = None) -> Alike:
    """Return the pairs of recordings with the same samples, or fingerprints that differ in under `error` of their bits.

    Candidates share 16 neighbouring bits of a step twice or more at one shift, so that not every pair is compared; a
    pair needs 64 loud steps (.74 s) in common, and half of the shorter one, and less error than chance could bring
    over so many. `parts` has a set of bits per recording, the parts of a corpus it stands in: pairs within one and
    the same part are left out. Two takes of a sentence by one speaker can come near the default of .25 but hardly
    below. Raises `InputError` for an error outside (0, 0.5).
    """
    if not 0 < error < 0.5:
        raise InputError(f"error is a share of bits over 0 and under 0.5 (that of chance), got {error}.")
    bits = None if parts is None else np.asarray(parts, np.int64)
    found: dict[tuple[int, int], tuple[float, bool, float]] = {}
    by_digest: dict[str, list[int]] = {}
    for place, one in enumerate(prints):
        by_digest.setdefault(one.digest, []).append(place)
    for places in by_digest.values():
        for at, i in enumerate(places):
            for j in places[at + 1 :]:
                if bits is None or _apart(bits, i, j):
                    found[i, j] = (0.0, True, 0.0)
    for i, j, shift in _candidates(prints, bits):
        if found.get((i, j), (1.0, False, 0.0))[1]:
            continue
        differ, steps = bit_error(prints[i], prints[j], shift)
        enough = steps >= max(_LEAST, 0.5 * min(prints[i].loud.sum(), prints[j].loud.sum()))
        if enough and differ < min(error, _by_chance(steps), found.get((i, j), (error, False, 0.0))[0]):
            found[i, j] = (differ, False, shift * _HOP / _RATE)
    pairs = sorted(found)
    return Alike(
        np.array([i for i, _ in pairs], np.int64),
        np.array([j for _, j in pairs], np.int64),
        np.array([found[pair][0] for pair in pairs], np.float64),
        np.array([found[pair][1] for pair in pairs], np.bool_),
        np.array([found[pair][2] for pair in pairs], np.float64),
    )


def _apart(bits: Ints, i: int, j: int) -> bool:
    """Return whether two recordings stand in different parts; with one bit each, whether these differ."""
    return bool(bits[i] != bits[j] or bits[i] & (bits[i] - 1))


def _by_chance(steps: int) -> float:
    """Return the error that chance hardly ever reaches over so many steps: bits of neighbouring steps are alike.

    .5 - 8 s, with the paper's s = 3 / (2 √n) for n bits: .25 from 72 steps (.84 seconds) on, .235 for 64.
    """
    return float(0.5 - _SDS * 1.5 / np.sqrt(32 * steps))


def _candidates(prints: Sequence[Fingerprint], bits: Ints | None) -> list[tuple[int, int, int]]:
    """Return (first, second, shift) of recordings that share halves of steps again and again at that shift."""
    owner = np.concatenate([np.full(int(p.loud.sum()), place) for place, p in enumerate(prints)] or [np.zeros(0, int)])
    step = np.concatenate([np.flatnonzero(p.loud) for p in prints] or [np.zeros(0, int)])
    values = np.concatenate([p.bits[p.loud] for p in prints] or [np.zeros(0, np.uint32)])
    if not len(owner):
        return []
    votes: list[Ints] = []
    longest = int(step.max()) + 1
    size = len(prints)
    for half in (values & np.uint32(0xFFFF), values >> np.uint32(8) & np.uint32(0xFFFF), values >> np.uint32(16)):
        # The first of a run alone: one hum is not a thousand pieces.
        new = np.r_[True, (half[1:] != half[:-1]) | (owner[1:] != owner[:-1])]
        order = np.flatnonzero(new)[np.argsort(half[new], kind="stable")]
        shared, who, when = half[order], owner[order], step[order]
        for lag in range(1, _CROWDED):
            alike = shared[lag:] == shared[:-lag]
            if not alike.any():
                break
            at = np.flatnonzero(alike)
            i, j, shift = who[at], who[at + lag], when[at + lag] - when[at]
            swap = i > j
            i, j, shift = np.where(swap, j, i), np.where(swap, i, j), np.where(swap, -shift, shift)
            keep = i != j
            if bits is not None:
                keep &= (bits[i] != bits[j]) | ((bits[i] & (bits[i] - 1)) != 0)
            votes.append(((i * size + j) * (2 * longest) + shift + longest)[keep].astype(np.int64))
    keys, counts = np.unique(np.concatenate(votes), return_counts=True) if votes else (np.zeros(0, np.int64),) * 2
    pair, shift = np.divmod(keys[counts >= _VOTES], 2 * longest)
    first, second = np.divmod(pair, size)
    return list(zip(first.tolist(), second.tolist(), (shift - longest).tolist(), strict=True))
