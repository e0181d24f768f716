"""The plane of valence and arousal as a circle, and the parts that points of affect are sorted into."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.errors import InputError

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

RUSSELL_1980 = (
    "Russell (1980), A circumplex model of affect, Journal of Personality and Social Psychology 39(6), 1161-1178"
)
MEHRABIAN_1996 = (
    "Mehrabian (1996), Pleasure-arousal-dominance: A general framework for describing and measuring individual "
    "differences in temperament, Current Psychology 14(4), 261-292"
)

# Russell's eight concepts, 45 degrees apart from pleasure on.
CIRCLE = ("pleasure", "excitement", "arousal", "distress", "displeasure", "depression", "sleepiness", "relaxation")
# Counted as quadrants are, against the clock from both positive.
QUADRANTS = ("pleasant-activated", "unpleasant-activated", "unpleasant-deactivated", "pleasant-deactivated")
# Mehrabian's temperaments; the bits of the index are valence (4), arousal (2), dominance (1).
OCTANTS = ("bored", "disdainful", "anxious", "hostile", "docile", "relaxed", "dependent", "exuberant")


class Polar(NamedTuple):
    """Where points lie: degrees from pleasure towards arousal in [0, 360), and the distance from neutral."""

    angle: Floats
    intensity: Floats


class PlanePoint(NamedTuple):
    """Valence and arousal of points."""

    valence: Floats
    arousal: Floats


def to_polar(valence: ArrayLike, arousal: ArrayLike) -> Polar:
    """Return angle and intensity of points in the plane, in the shape given.

    angle = atan2(arousal, valence) in degrees: pleasure 0, arousal 90, displeasure 180, sleepiness 270.
    intensity = the distance from neutral, in [0, √2]. At neutral itself the angle is NaN. NaN stays NaN.
    Russell 1980, "A circumplex model of affect".

    >>> angle, intensity = to_polar([0.5, 0.0], [0.5, -0.3])
    >>> angle.tolist(), intensity.round(2).tolist()
    ([45.0, 270.0], [0.71, 0.3])
    """
    v, a = np.broadcast_arrays(np.asarray(valence, np.float64), np.asarray(arousal, np.float64))
    intensity = np.hypot(v, a)
    angle = np.degrees(np.arctan2(a, v)) % 360.0
    # A hair below zero degrees is rounded up to a full turn.
    angle = np.where(angle >= 360.0, 0.0, angle)
    return Polar(np.where(intensity == 0, np.nan, angle), intensity)


def from_polar(angle: ArrayLike, intensity: ArrayLike) -> PlanePoint:
    """Return valence and arousal of angles (degrees) and intensities: the way back from `to_polar`.

    An intensity of 0 is neutral whatever the angle. Raises `InputError` for a negative intensity or a
    point outside [-1, 1].

    >>> [round(float(x), 3) for x in from_polar(135.0, 1.0)]
    [-0.707, 0.707]
    """
    turn, length = np.broadcast_arrays(np.asarray(angle, np.float64), np.asarray(intensity, np.float64))
    if (length < 0).any():
        raise InputError(f"An intensity is not negative, got {float(np.nanmin(length)):g}.")
    radians = np.radians(turn)
    nothing = length == 0
    valence = np.where(nothing, 0.0, length * np.cos(radians))
    arousal = np.where(nothing, 0.0, length * np.sin(radians))
    outside = np.fmax(np.abs(valence), np.abs(arousal)) > 1 + 1e-9
    if outside.any():
        first = int(np.flatnonzero(outside)[0])
        raise InputError(
            f"Intensity {length.flat[first]:g} at {turn.flat[first]:g} degrees lies outside [-1, 1]. "
            "The circle of intensity 1 lies inside whatever the angle."
        )
    return PlanePoint(np.clip(valence, -1, 1), np.clip(arousal, -1, 1))


def angular_distance(first: ArrayLike, second: ArrayLike) -> Floats:
    """Return the shorter way round between angles, in degrees, [0, 180].

    >>> angular_distance(350, 20).item()
    30.0
    """
    turned = np.abs(np.asarray(first, np.float64) - np.asarray(second, np.float64)) % 360.0
    return np.asarray(np.minimum(turned, 360.0 - turned))


def circle_term(angle: ArrayLike) -> Indices:
    """Return which of Russell's eight concepts (`CIRCLE`) each angle is nearest to; -1 where the angle is NaN.

    >>> [CIRCLE[i] for i in circle_term([10, 80, 350])]
    ['pleasure', 'arousal', 'pleasure']
    """
    turn = np.asarray(angle, np.float64)
    eighths = np.floor(np.nan_to_num(turn) / 45.0 + 0.5).astype(np.int64) % 8
    return np.where(np.isnan(turn), -1, eighths)


def quadrant(valence: ArrayLike, arousal: ArrayLike) -> Indices:
    """Return which quadrant (`QUADRANTS`, 0 to 3) points lie in; -1 where a coordinate is NaN. Zero counts as positive.

    >>> quadrant([0.5, -0.5], [0.2, -0.2]).tolist()
    [0, 2]
    """
    v, a = np.broadcast_arrays(np.asarray(valence, np.float64), np.asarray(arousal, np.float64))
    found = np.where(a >= 0, np.where(v >= 0, 0, 1), np.where(v >= 0, 3, 2))
    return np.where(np.isnan(v) | np.isnan(a), -1, found)


def octant(points: ArrayLike) -> Indices:
    """Return which temperament (`OCTANTS`, 0 to 7) points (..., 3) lie in; -1 where a coordinate is NaN.

    Valence, arousal and dominance positive is exuberant, its opposite bored; dependent (+ + -) is
    opposite disdainful, relaxed (+ - +) anxious, docile (+ - -) hostile. Zero counts as positive.
    An octant and its opposite add up to 7. Mehrabian 1996.

    >>> OCTANTS[octant([-0.4, 0.5, -0.3])]
    'anxious'
    """
    numbers = _points(points)
    found = ((numbers >= 0) @ np.array([4, 2, 1])).astype(np.int64)
    return np.where(np.isnan(numbers).any(-1), -1, found)


def quantise(values: ArrayLike, levels: int, *, low: float = -1.0, high: float = 1.0) -> Indices:
    """Return the level, 0 to `levels` - 1, of values in [low, high] cut into parts of one width; -1 for NaN.

    A value on a cut belongs to the part above it, `high` to the last. Raises `InputError` for a value
    outside, or fewer than one level.

    >>> quantise([-1, -0.4, 0, 0.4, 1], 3).tolist()
    [0, 0, 1, 2, 2]
    """
    numbers = np.asarray(values, np.float64)
    if levels < 1 or not low < high:
        raise InputError(f"Levels are at least 1 between two ends in order, got {levels} from {low:g} to {high:g}.")
    if (numbers < low).any() or (numbers > high).any():
        raise InputError(f"Values must lie in [{low:g}, {high:g}]. Bring them there with affekt.affect.scales.")
    # Cut at the very numbers that level_edges returns, so that nothing hangs on how a division rounds.
    parts = np.searchsorted(level_edges(levels, low=low, high=high)[1:-1], numbers, side="right").astype(np.int64)
    return np.where(np.isnan(numbers), -1, parts)


def level_edges(levels: int, *, low: float = -1.0, high: float = 1.0) -> Floats:
    """Return the ends of the parts that `quantise` cuts, float64 (levels + 1,)."""
    return np.linspace(low, high, levels + 1)


def level_centres(levels: int, *, low: float = -1.0, high: float = 1.0) -> Floats:
    """Return the middle of each part that `quantise` cuts, float64 (levels,).

    >>> level_centres(2).tolist()
    [-0.5, 0.5]
    """
    edges = level_edges(levels, low=low, high=high)
    return np.asarray((edges[:-1] + edges[1:]) / 2)


def thirds(values: ArrayLike, *, cut: Literal["width", "count"] = "width") -> Indices:
    """Return low (0), middle (1) or high (2) of each value, in the shape given; -1 for NaN.

    ``"width"`` cuts [-1, 1] at -1/3 and 1/3, as the NRC VAD lexicon tells polar words; ``"count"``
    cuts at the terciles of the values, so that each third holds as many.

    >>> thirds([-0.9, 0.1, 0.5]).tolist(), thirds([0.1, 0.2, 0.9], cut="count").tolist()
    ([0, 1, 2], [0, 1, 2])
    """
    if cut == "width":
        return quantise(values, 3)
    numbers = np.asarray(values, np.float64)
    known = numbers[~np.isnan(numbers)]
    if not known.size:
        return np.full(numbers.shape, -1, np.int64)
    low, high = np.quantile(known, [1 / 3, 2 / 3])
    return np.where(np.isnan(numbers), -1, (numbers >= low).astype(np.int64) + (numbers >= high))


def _points(points: ArrayLike) -> Floats:
    numbers = np.asarray(points, np.float64)
    if numbers.ndim == 0 or numbers.shape[-1] != 3:
        raise InputError(f"Points are (..., 3): valence, arousal, dominance. Got shape {numbers.shape}.")
    return numbers
