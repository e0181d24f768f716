"""How loud a sound is, and what is wrong with its level: RMS, peak, DC, clipping, loudness, active speech level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from affekt.errors import InputError
from affekt.signals.filtering import Doubles, biquad, filtered, shaped

Samples = NDArray[np.float32]
Measure = Literal["loudness", "active", "rms", "peak"]
_BLOCK, _STEP = 0.4, 0.1  # seconds of a gating block of BS.1770 and from one to the next
_OFFSET = -0.691  # dB, so that a 997 Hz sine at full scale has -3.01 LKFS
# The two filters of BS.1770 at 48 kHz, as tabled.
_SHELF = biquad((1.53512485958697, -2.69169618940638, 1.19839281085285), (1.0, -1.69065929318241, 0.73248077421585))
_HIGH = biquad((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))
_SURROUND = (1.0, 1.0, 1.0, 0.0, 1.41, 1.41)  # weights of L, R, C, LFE, Ls, Rs
_MARGIN = 15.9  # dB between the active level and the threshold of activity, P.56
_ENVELOPE, _HANGOVER = 0.03, 0.2  # seconds, P.56
_FLAT = 1e-4  # of the peak: within it samples in a row count as cut off


@dataclass(frozen=True, slots=True)
class Levels:
    """`rms_db` and `peak_db` re full scale (-inf: silence), `dc` of full scale, `clipped` the share of samples."""

    rms_db: float
    peak_db: float
    dc: float
    clipped: float


@dataclass(frozen=True, slots=True)
class ActiveLevel:
    """The level of speech while there is speech, in dB re full scale (-inf: none), and its share of the time."""

    db: float
    activity: float


def decibels(power: float) -> float:
    """Return a power as decibels, -inf for none.

    >>> decibels(0.01), decibels(0)
    (-20.0, -inf)
    """
    return float(10 * np.log10(power)) if power > 0 else -np.inf


def levels(samples: Samples) -> Levels:
    """Return the levels of float32 (time,) or (channel, time) samples.

    The RMS is that without DC. Clipped are samples in rows of three or more at the highest or lowest value there is
    (within 1/10,000 of the peak): so a clipped sound is known again when it has been made quieter. No samples at all
    are silence.

    >>> wave = np.sin(np.arange(16000) / 16000 * 2 * np.pi * 100).astype("float32")
    >>> found = levels(wave)
    >>> round(found.rms_db, 2), round(found.peak_db, 2), round(found.dc, 6), found.clipped
    (-3.01, 0.0, 0.0, 0.0)
    >>> round(levels(np.clip(wave, -0.5, 0.5)).clipped, 1)
    0.7
    """
    if not samples.size:
        return Levels(-np.inf, -np.inf, 0.0, 0.0)
    given = np.atleast_2d(samples).astype(np.float64)
    dc = given.mean(axis=1)
    power = float(np.mean(np.square(given - dc[:, None])))
    peak = float(np.abs(given).max())
    return Levels(
        decibels(power if power > 1e-20 * peak**2 else 0.0),
        2 * decibels(peak),
        float(dc[np.abs(dc).argmax()]),
        float(np.mean([_clipped(channel) for channel in given])),
    )


def _clipped(samples: Doubles) -> float:
    low, high = float(samples.min()), float(samples.max())
    near = _FLAT * (high - low) / 2
    if high - low <= 1e-6 * max(-low, high):
        return 0.0  # silence and DC are flat, and not clipped
    count = 0
    for flat in (samples >= high - near, samples <= low + near):
        edges = np.flatnonzero(np.diff(np.r_[False, flat, False].astype(np.int8)))
        runs = edges[1::2] - edges[::2]
        count += int(runs[runs >= 3].sum())
    return count / len(samples)


def level_cautions(found: Levels) -> tuple[str, ...]:
    """Return what is odd about the levels of a recording, a phrase each: silence, very quiet, DC, clipping.

    >>> level_cautions(Levels(-75.0, -60.0, 0.0, 0.0)), level_cautions(Levels(-20.0, -3.0, 0.2, 0.05))
    (('very quiet (-75 dB)',), ('DC of 0.20 of full scale', '5.0 % of samples clipped'))
    """
    if np.isinf(found.rms_db):
        return ("silence",)
    said = [f"very quiet ({found.rms_db:.0f} dB)"] if found.rms_db < -60 else []
    said += [f"DC of {found.dc:.2f} of full scale"] if abs(found.dc) > 0.02 else []
    said += [f"{100 * found.clipped:.1f} % of samples clipped"] if found.clipped > 0.001 else []
    return tuple(said)


def without_dc(samples: Samples) -> Samples:
    """Return the samples less the mean of each channel."""
    if not samples.size:
        return samples
    mean = samples.mean(axis=-1, keepdims=True, dtype=np.float64)
    return np.asarray(samples - mean, np.float32)


def loudness(samples: Samples, rate: int) -> float:
    """Return the integrated loudness in LUFS (LKFS), -inf where all is below -70: silence.

    Channels K-weighted (a shelf for the head, a high pass), their power in blocks of .4 s, each .1 s, gated at -70 and
    then at 10 LU below the mean of what is left. `samples` float32 (time,) or (channel, time): one or two channels,
    or up to six as L, R, C, LFE, Ls, Rs; five are taken as those without LFE. A sound shorter than a block is taken
    as one. ITU-R BS.1770-4 (2015); at every rate a frequency is weighted as at 48 kHz. A full-scale
    sine of 997 Hz in one channel has -3.01. Raises `InputError` for more than six channels or a rate that is not
    over 4 kHz.

    >>> sine = 10 ** (-23 / 20) * np.sin(np.arange(480000) / 48000 * 2 * np.pi * 997).astype("float32")
    >>> round(loudness(np.stack([sine, sine]), 48000), 2)
    -23.0
    """
    given = np.atleast_2d(samples)
    if len(given) > 6 or rate <= 4000:
        raise InputError(f"Loudness is that of 1 to 6 channels above 4,000 Hz; got {len(given)} at {rate:,} Hz.")
    if not given.shape[1]:
        return -np.inf
    weights = np.delete(_SURROUND, 3) if len(given) == 5 else np.array(_SURROUND)[: len(given)]
    weighted = shaped(given, rate, _k_weighting)
    sums = np.concatenate([np.zeros((len(given), 1)), np.cumsum(np.square(weighted, dtype=np.float64), axis=1)], axis=1)
    size = min(round(_BLOCK * rate), given.shape[1])
    starts = (np.arange(1 + max(0, int((given.shape[1] - size) / (_STEP * rate)))) * _STEP * rate).astype(int)
    power = weights @ (sums[:, starts + size] - sums[:, starts]) / size
    power = power[power > 10 ** ((-70 - _OFFSET) / 10)]
    if not len(power):
        return -np.inf
    power = power[power > 0.1 * power.mean()]
    return _OFFSET + decibels(float(power.mean()))


def _k_weighting(hz: Doubles) -> Doubles:
    """The gain at a frequency of the two filters that the standard gives for 48 kHz, whatever the rate here."""
    omega = 2 * np.pi * np.minimum(hz, 24000) / 48000
    return np.abs(_SHELF(omega) * _HIGH(omega))


def active_level(samples: Samples, rate: int) -> ActiveLevel:
    """Return the active speech level of float32 (time,) samples: pauses over .2 s do not count.

    The level, and the time, for which an envelope (two exponential averages of .03 s) is over a threshold 15.9 dB
    below that level; stays on for .2 s. Method B of ITU-T P.56 (2011). Of steady sound it is the RMS; silence has
    -inf and no activity.

    >>> tone = np.sin(np.arange(32000) / 16000 * 2 * np.pi * 200).astype("float32")
    >>> half = active_level(np.concatenate([tone, np.zeros(32000, np.float32)]), 16000)
    >>> bool(abs(half.db + 3.01) < 0.8), bool(abs(half.activity - 0.5) < 0.1)
    (True, True)
    """
    given = np.asarray(samples, np.float64)
    total = float(np.square(given).sum())
    if not total:
        return ActiveLevel(-np.inf, 0.0)
    decay = float(np.exp(-1 / (rate * _ENVELOPE)))
    smooth = biquad(((1 - decay) ** 2, 0.0, 0.0), (1.0, -2 * decay, decay**2))
    # P.56 asks for 600 values of the envelope a second or more.
    step = max(1, rate // 1000)
    envelope = filtered(np.abs(given), rate, smooth, settle_s=0.8)[::step]
    hold = round(_HANGOVER * rate / step)
    place = np.arange(len(envelope))
    before: tuple[float, float] | None = None
    for exponent in range(20, -1, -1):  # from full scale down
        threshold = 2.0 ** (exponent - 20)
        over = envelope >= threshold
        if not over.any():
            continue
        last = np.maximum.accumulate(np.where(over, place, -(10**9)))
        active = float(np.mean(place - last <= hold))
        level = decibels(total / (len(given) * active))
        margin = level - 20 * np.log10(threshold)
        if margin >= _MARGIN:
            if before is not None:  # the crossing lies between two thresholds
                part = (_MARGIN - before[1]) / (margin - before[1])
                level = before[0] + part * (level - before[0])
            return ActiveLevel(level, min(1.0, total / len(given) / 10 ** (level / 10)))
        before = (level, margin)
    mean = decibels(total / len(given))  # too quiet for the lowest threshold
    return ActiveLevel(mean, 1.0)


def gain_to(samples: Samples, rate: int, *, to: float, measure: Measure = "loudness") -> float:
    """Return the factor that brings samples to the level `to`, in dB re full scale or LUFS; 1 for silence."""
    found = {
        "loudness": lambda: loudness(samples, rate),
        "active": lambda: active_level(samples, rate).db,
        "rms": lambda: levels(samples).rms_db,
        "peak": lambda: levels(samples).peak_db,
    }
    if measure not in found:
        raise InputError(f"Unknown measure {measure!r}; known are {', '.join(found)}.")
    now = found[measure]()
    return 1.0 if np.isinf(now) else float(10 ** ((to - now) / 20))


def normalised(samples: Samples, rate: int, *, to: float = -23.0, measure: Measure = "loudness") -> Samples:
    """Return the samples at the level `to`, quieter where they would go over full scale; silence as it is.

    `measure`: "loudness" (BS.1770, in LUFS; -23 is that of EBU R 128), "active" (P.56; one channel), "rms", "peak".

    >>> tone = np.sin(np.arange(16000) / 16000 * 2 * np.pi * 200).astype("float32")
    >>> round(levels(normalised(tone, 16000, to=-26, measure="rms")).rms_db, 6)
    -26.0
    """
    gain = gain_to(samples, rate, to=to, measure=measure)
    peak = float(np.abs(samples).max(initial=0.0))
    return np.asarray(samples * np.float32(min(gain, 1 / peak if peak else gain)), np.float32)
