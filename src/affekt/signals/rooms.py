"""Rooms: their impulse responses by the image method, reverberation time, and speech heard in them from afar."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from affekt.errors import InputError
from affekt.signals.filtering import convolved, shaped

Samples = NDArray[np.float32]
Doubles = NDArray[np.float64]
SPEED = 343.0  # metres per second, air of 20 °C
_FINE = 16  # places between two samples at which an echo can arrive
_TAPS = 81  # samples of the low pass an echo is heard through (Peterson 1986)


@dataclass(frozen=True, slots=True)
class Room:
    """A shoebox: metres (length, width, height), where the `source` and the `microphone` are, and its `rt60`.

    `rt60` is in how many seconds the sound decays by 60 dB, 0 for no walls at all.
    """

    size: tuple[float, float, float] = (6.0, 5.0, 3.0)
    source: tuple[float, float, float] = (2.0, 3.5, 1.5)
    microphone: tuple[float, float, float] = (4.5, 1.6, 1.2)
    rt60: float = 0.5

    def __post_init__(self) -> None:
        for name, place in (("source", self.source), ("microphone", self.microphone)):
            if not all(0 < at < side for at, side in zip(place, self.size, strict=True)):
                raise InputError(f"The {name} at {place} is outside a room of {self.size} metres.")
        if not 0 <= self.rt60 <= 5:
            raise InputError(f"rt60 is 0 to 5 seconds, got {self.rt60}.")

    @property
    def distance(self) -> float:
        """Metres from source to microphone."""
        return float(np.linalg.norm(np.subtract(self.source, self.microphone)))


def drawn_room(generator: np.random.Generator, *, rt60: float, distance: float | None = None) -> Room:
    """Return a room of 3 to 10 by 3 to 8 by 2.5 to 3.5 metres, source and microphone somewhere over half a metre from
    walls, `distance` metres apart (None: as it comes; the room is as large as that needs)."""
    size = np.array([generator.uniform(3, 10), generator.uniform(3, 8), generator.uniform(2.5, 3.5)])
    if distance is not None:
        size[:2] = np.maximum(size[:2], 1.2 + distance)
    low, high = np.full(3, 0.5), size - 0.5
    source = generator.uniform(low, high)
    for _ in range(1000):
        if distance is None:
            microphone = generator.uniform(low, high)
        else:
            way = generator.standard_normal(3) * (1, 1, 0.2)
            microphone = source + distance * way / np.linalg.norm(way)
        if np.all(microphone > 0.3) and np.all(microphone < size - 0.3) and np.linalg.norm(microphone - source) > 0.2:
            break
        source = generator.uniform(low, high)
    else:
        raise InputError(f"No place {distance} m apart was found in a room. Distances are about 0.2 m and more.")
    return Room(_three(size), _three(source), _three(microphone), rt60)


def _three(place: NDArray[np.floating]) -> tuple[float, float, float]:
    x, y, z = (float(at) for at in place)
    return x, y, z


def room_response(room: Room, rate: int, *, generator: np.random.Generator | None = None) -> Samples:
    """Return the impulse response from source to microphone, float32 (time,), 1 at one metre without walls.

    Every mirror image of the source in the six walls sounds 1 / distance weak and distance / 343 m/s late, times the
    reflection coefficient once for each wall passed: Allen & Berkley 1979, "Image method for efficiently simulating
    small-room acoustics", JASA 65(4). Echoes arrive between samples, through a Hann-windowed low pass (Peterson 1986,
    JASA 80(5)), and what is below 20 Hz, where coefficients of one sign pile up, is taken out. One coefficient for
    all walls is found such that the decay of the energy of the images, from -5 to -35 dB, is that of `rt60`: Sabine's
    and Eyring's formulas are off by a third in such rooms. `generator` moves images by up to 8 cm, which breaks up the
    sweeping echoes of a perfect box (De Sena et al. 2015, IEEE TASLP 23(4)). Raises `InputError` for a rate under
    1 kHz.
    """
    if rate < 1000:
        raise InputError(f"The rate of an impulse response is 1,000 Hz or more, got {rate}.")
    reach = max(room.rt60 * 1.1, 2 * room.distance / SPEED + 0.002) if room.rt60 else room.distance / SPEED + 0.002
    away, bounces = _images(room, reach * SPEED if room.rt60 else 0.0, generator)
    reflection = _reflection(away, bounces, room.rt60) if room.rt60 else 0.0
    gains = np.where(bounces == 0, 1.0, reflection ** bounces.astype(np.float64)) / away
    arrives = away / SPEED * rate * _FINE
    first = np.floor(arrives).astype(np.int64)
    size = (int(reach * rate) + _TAPS) * _FINE
    part, kept = arrives - first, first + 1 < size
    fine = np.bincount(first[kept], ((1 - part) * gains)[kept], size).astype(np.float64)
    fine += np.bincount(first[kept] + 1, (part * gains)[kept], size)
    # A windowed sinc at the fine rate, whose middle lies on a sample: echoes keep their time.
    half = _TAPS // 2 * _FINE
    place = np.arange(-half, half + 1) / _FINE
    low_pass = np.sinc(0.9 * place) * 0.9 * (0.5 + 0.5 * np.cos(np.pi * place / (_TAPS / 2)))
    response = convolved(fine, low_pass)[half : half + size : _FINE]
    if room.rt60:
        response = shaped(response, rate, lambda hz: np.clip((hz - 10) / 20, 0, 1), settle_s=0.5)
    return np.asarray(response[: int(reach * rate)], np.float32)


def _images(room: Room, reach: float, generator: np.random.Generator | None) -> tuple[Doubles, NDArray[np.int64]]:
    """Return how far every image is, up to `reach` metres, and how many walls its sound meets; the source first."""
    axes: list[tuple[Doubles, NDArray[np.int64]]] = []
    for side, source, microphone in zip(room.size, room.source, room.microphone, strict=True):
        n = np.arange(-int(reach / (2 * side)) - 1, int(reach / (2 * side)) + 2)
        # Even images stand at 2 n side + source and meet |2 n| walls, odd ones at 2 n side - source and |2 n - 1|.
        places = np.concatenate([2 * n * side + source, 2 * n * side - source]) - microphone
        axes.append((places, np.concatenate([np.abs(2 * n), np.abs(2 * n - 1)])))
    (x, of_x), (y, of_y), (z, of_z) = axes
    flat = np.hypot(y[:, None], z[None, :]).ravel()
    of_flat = (of_y[:, None] + of_z[None, :]).ravel()
    near = flat <= max(reach, room.distance)
    flat, of_flat = flat[near], of_flat[near]
    far, met = [np.array([room.distance])], [np.zeros(1, np.int64)]
    for at, count in zip(x, of_x, strict=True):
        away, bounces = np.hypot(at, flat), of_flat + count
        kept = (away <= reach) & (bounces > 0)
        far.append(away[kept])
        met.append(bounces[kept])
    away, bounces = np.concatenate(far), np.concatenate(met)
    if generator is not None:
        away[1:] = np.maximum(room.distance, away[1:] + generator.uniform(-0.08, 0.08, len(away) - 1))
    return away, bounces


def _reflection(away: Doubles, bounces: NDArray[np.int64], rt60: float) -> float:
    """Return the reflection coefficient with which the energy of the images decays in `rt60` seconds."""
    bins = (away / SPEED * 500).astype(np.int64)  # of 2 ms
    most = int(bounces.max()) + 1
    counts = np.bincount(bins * most + bounces, 1 / away**2, (int(bins.max()) + 1) * most).reshape(-1, most)
    low, high = 0.01, 0.9999
    for _ in range(30):
        middle = (low + high) / 2
        energy = counts @ middle ** (2.0 * np.arange(most))
        if _decay(np.cumsum(energy[::-1])[::-1], 500) < rt60:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _decay(left: Doubles, rate: float) -> float:
    """Return the seconds for 60 dB by a line through what is `left` of the energy, -5 to -35 dB."""
    with np.errstate(divide="ignore"):
        curve = 10 * np.log10(left / left[0])
    among = np.flatnonzero((curve <= -5) & (curve >= -35))
    if len(among) < 3:
        return 0.0
    slope = np.polyfit(among / rate, curve[among], 1)[0]
    return float(-60 / slope) if slope < 0 else np.inf


def reverberation_time(response: Samples, rate: int) -> float:
    """Return the reverberation time (T30) of an impulse response in seconds; 0 where it does not reverberate.

    A line through Schroeder's curve, the energy still to come, from -5 to -35 dB, continued to -60: Schroeder 1965,
    "New method of measuring reverberation time", JASA 37(3); ISO 3382-2.

    >>> decay = 10 ** (-3 * np.arange(16000) / 16000 / 0.4)
    >>> round(reverberation_time((decay * np.random.default_rng(0).standard_normal(16000)).astype("float32"), 16000), 1)
    0.4
    """
    energy = np.square(response, dtype=np.float64)
    if not energy.any():
        return 0.0
    begin = int(energy.argmax())
    left = np.cumsum(energy[begin:][::-1])[::-1]
    return _decay(left[left > 0], rate)


def noise_response(rate: int, generator: np.random.Generator, *, rt60: float, direct_db: float = 0.0) -> Samples:
    """Return an impulse response of decaying noise: 1 at the start, then `rt60` seconds for 60 dB.

    `direct_db` is the level of the direct sound over that of all the rest. Far quicker than a room, without early
    echoes. Raises `InputError` for an `rt60` that is not over 0.
    """
    if not 0 < rt60 <= 10:
        raise InputError(f"rt60 is over 0 and up to 10 seconds, got {rt60}.")
    length = max(2, round(rt60 * 1.2 * rate))
    tail = generator.standard_normal(length) * 10 ** (-3 * np.arange(length) / rate / rt60)
    tail[0] = 0
    tail *= 10 ** (-direct_db / 20) / np.sqrt(float(np.square(tail).sum()))
    tail[0] = 1
    return np.asarray(tail, np.float32)


def reverberated(samples: Samples, response: Samples, *, keep_level: bool = True) -> Samples:
    """Return float32 (time,) samples heard through an impulse response, as many as before.

    The direct sound (the highest point of the response) stays where it was. `keep_level` gives the result the RMS
    that the samples have; without it the response's own weakening by distance is heard.
    """
    if not samples.size or not response.size:
        return samples
    begin = int(np.abs(response).argmax())
    wet = convolved(samples.astype(np.float64), response)[begin : begin + len(samples)]
    if keep_level:
        before, after = float(np.mean(np.square(samples, dtype=np.float64))), float(np.mean(np.square(wet)))
        wet *= np.sqrt(before / after) if after else 1.0
    return np.asarray(wet, np.float32)


def air_absorption(hz: Doubles, *, celsius: float = 20.0, humidity: float = 50.0) -> Doubles:
    """Return how many decibels air takes from each frequency per metre, at sea level: ISO 9613-1:1993.

    >>> (1000 * air_absorption(np.array([1000.0, 8000.0]), celsius=20, humidity=70)).round(1).tolist()
    [5.0, 77.6]
    """
    kelvin = celsius + 273.15
    ratio = kelvin / 293.15
    vapour = humidity * 10 ** (-6.8346 * (273.16 / kelvin) ** 1.261 + 4.6151)
    oxygen = 24 + 4.04e4 * vapour * (0.02 + vapour) / (0.391 + vapour)
    nitrogen = ratio**-0.5 * (9 + 280 * vapour * np.exp(-4.170 * (ratio ** (-1 / 3) - 1)))
    relaxing = 0.01275 * np.exp(-2239.1 / kelvin) * oxygen / (oxygen**2 + hz**2)
    relaxing = relaxing + 0.1068 * np.exp(-3352.0 / kelvin) * nitrogen / (nitrogen**2 + hz**2)
    lost: Doubles = 8.686 * hz**2 * (1.84e-11 * np.sqrt(ratio) + ratio**-2.5 * relaxing)
    return lost


def at_distance(
    samples: Samples, rate: int, generator: np.random.Generator, *, metres: float, rt60: float = 0.5
) -> Samples:
    """Return speech recorded close by as it is heard `metres` away in a room: weaker, reverberant, duller.

    Re one metre, at which the level is that of the samples: the direct sound is 1 / `metres` as strong, the room
    (drawn, `rt60` seconds) adds its echoes, and both the air (ISO 9613-1) and the microphone standing off the axis of
    the mouth take high frequencies away: a shelf from 1 to 8 kHz by 6 dB, reached at 4 metres. Raises `InputError`
    outside 0.2 to 30 metres.
    """
    if not 0.2 <= metres <= 30:
        raise InputError(f"A distance is 0.2 to 30 metres, got {metres}.")
    response = room_response(drawn_room(generator, rt60=rt60, distance=metres), rate, generator=generator)
    wet = reverberated(samples, response, keep_level=False)
    off_axis = 6 * min(1.0, max(0.0, np.log2(max(metres, 1.0)) / 2))

    def gain(hz: Doubles) -> Doubles:
        lost = air_absorption(hz) * metres + off_axis * np.clip(np.log2(np.maximum(hz, 1) / 1000) / 3, 0, 1)
        return np.asarray(10 ** (-lost / 20), np.float64)

    return np.asarray(shaped(wet, rate, gain), np.float32)
