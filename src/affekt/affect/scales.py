"""The conventions that points of affect are published in: rating scales, and the order of dimensions.

affekt holds valence, arousal, dominance in [-1, 1]. Every conversion here is linear and sends the
middle of a scale to the middle: a *bipolar* reading. Where a study's zero means "none of it" (arousal
from 0, calm, to 1), its middle is no neutral point, and what comes out still has its zero at -1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.errors import InputError, unknown_name
from affekt.types import VAD

Floats = NDArray[np.float64]

DIMENSIONS = ("valence", "arousal", "dominance")


@dataclass(frozen=True, slots=True)
class Scale:
    """A closed range that ratings lie in, and who publishes on it."""

    name: str
    low: float
    high: float
    used_by: str = ""

    @property
    def width(self) -> float:
        """The distance from end to end."""
        return self.high - self.low


_ALL = (
    Scale("-1..1", -1, 1, "affekt, AffectNet, Aff-Wild2, NRC VAD 2"),
    Scale("0-1", 0, 1, "NRC VAD 1"),
    Scale("1-5", 1, 5, "EmoBank, IEMOCAP, five-point SAM"),
    Scale("1-7", 1, 7, "MSP-Podcast, seven-point SAM"),
    Scale("1-9", 1, 9, "ANEW, Glasgow, Warriner, DEAP, nine-point SAM"),
    Scale("1-10", 1, 10, "EMOTIC"),
    Scale("0-100", 0, 100, "sliders"),
    Scale("-10..10", -10, 10, "AFEW-VA"),
)
SCALES: dict[str, Scale] = {scale.name: scale for scale in _ALL}

# Osgood's three are evaluation, potency, activity: his P is no pleasure.
ORDERS: dict[str, tuple[str, ...]] = {
    "VAD": ("valence", "arousal", "dominance"),
    "PAD": ("valence", "arousal", "dominance"),
    "AVD": ("arousal", "valence", "dominance"),
    "ADV": ("arousal", "dominance", "valence"),
    "VDA": ("valence", "dominance", "arousal"),
    "DAV": ("dominance", "arousal", "valence"),
    "DVA": ("dominance", "valence", "arousal"),
    "EPA": ("valence", "dominance", "arousal"),
    "VA": ("valence", "arousal"),
    "AV": ("arousal", "valence"),
}
_NAMES = {
    "valence": ("v", "pleasure", "pleasantness", "evaluation"),
    "arousal": ("a", "activation", "activity"),
    "dominance": ("d", "control", "power", "potency"),
}
_CANONICAL = {name: dimension for dimension, others in _NAMES.items() for name in (dimension, *others)}


def find_scale(scale: str | Scale | tuple[float, float]) -> Scale:
    """Return the scale of that name; any other is written by its ends, ``"0-10"``, ``"-4..4"`` or a pair.

    Raises `InputError` where it is none, or its ends are not in order.

    >>> find_scale("1-9").high, find_scale((0, 4)).name, find_scale("-4..4").low
    (9, '0..4', -4.0)
    """
    if isinstance(scale, Scale):
        ends = (scale.low, scale.high)
    elif isinstance(scale, str):
        if scale in SCALES:
            return SCALES[scale]
        number = r"(-?\d+(?:\.\d+)?)"
        found = re.fullmatch(rf"\s*{number}\s*(?:-|–|\.\.|to)\s*{number}\s*", scale)
        if found is None:
            raise InputError(f"{scale!r} is no scale. Write its ends, such as '1-9' or '-1..1'. Named: {_listing()}.")
        ends = (float(found[1]), float(found[2]))
    else:
        ends = scale
    low, high = ends
    if not (np.isfinite(low) and np.isfinite(high) and low < high):
        raise InputError(f"A scale runs from a lower to a higher number, got {low} to {high}.")
    return scale if isinstance(scale, Scale) else Scale(f"{low:g}..{high:g}", low, high)


def convert_scale(
    values: ArrayLike,
    source: str | Scale | tuple[float, float],
    target: str | Scale | tuple[float, float] = "-1..1",
    *,
    reverse: bool = False,
) -> Floats:
    """Return values moved linearly from one scale to another, in the shape given, float64.

    y = low' + (x - low) (high' - low') / (high - low); with `reverse` the source counts down, as SAM's
    manikin for valence does where 1 is the happy one. NaN stays NaN. Raises `InputError` for a value
    outside the source scale.

    >>> convert_scale([1, 5, 9, float("nan")], "1-9").tolist()
    [-1.0, 0.0, 1.0, nan]
    >>> convert_scale(0.25, "0-1", "1-5").item()
    2.0
    """
    old, new = find_scale(source), find_scale(target)
    numbers = _numbers(values)
    # A value a rounding error outside is on the end it should be on.
    slack = 1e-9 * old.width
    outside = (numbers < old.low - slack) | (numbers > old.high + slack)
    if outside.any():
        place = tuple(np.argwhere(outside)[0].tolist())
        raise InputError(
            f"{int(outside.sum())} values lie outside {old.low:g} to {old.high:g}, the first is {numbers[place]:g}"
            f"{f' at {place}' if place else ''}. Say what scale they are on; named: {_listing()}."
        )
    share = np.clip((numbers - old.low) / old.width, 0.0, 1.0)
    moved: Floats = new.low + (1.0 - share if reverse else share) * new.width
    return moved


def convert_spread(
    values: ArrayLike,
    source: str | Scale | tuple[float, float],
    target: str | Scale | tuple[float, float] = "-1..1",
) -> Floats:
    """Return standard deviations (or differences in size) moved from one scale to another: times the ratio of widths.

    NaN stays NaN. Raises `InputError` for a negative one.

    >>> convert_spread(1.6, "1-9").item()
    0.4
    """
    numbers = _numbers(values)
    if (numbers < 0).any():
        raise InputError(f"A standard deviation is not negative, got {float(np.nanmin(numbers)):g}.")
    return numbers * (find_scale(target).width / find_scale(source).width)


def dimension_order(order: str | Sequence[str]) -> tuple[str, ...]:
    """Return the dimensions that an order stands for: ``"ADV"``, or names in any usual wording.

    Raises `InputError` for an unknown order or name, or one that names a dimension twice.

    >>> dimension_order("EPA"), dimension_order(["activation", "pleasure"])
    (('valence', 'dominance', 'arousal'), ('arousal', 'valence'))
    """
    if isinstance(order, str):
        if order.upper() not in ORDERS:
            raise unknown_name("order of dimensions", order, ORDERS, "affekt.affect.scales.ORDERS")
        return ORDERS[order.upper()]
    unknown = [name for name in order if name.lower() not in _CANONICAL]
    if unknown:
        raise unknown_name("dimension", unknown[0], _CANONICAL, "affekt.affect.scales.DIMENSIONS")
    dimensions = tuple(_CANONICAL[name.lower()] for name in order)
    if len(set(dimensions)) != len(dimensions):
        raise InputError(f"{', '.join(order)} names a dimension twice. Name each once.")
    return dimensions


def reorder(points: ArrayLike, source: str | Sequence[str], target: str | Sequence[str] = "VAD") -> Floats:
    """Return points (..., dimension) with their dimensions in another order, float64.

    Dimensions that the target does not name are left out. Raises `InputError` where the target names
    one that the source has not, or the last axis is not as long as the source order.

    >>> reorder([0.1, 0.2, 0.3], "ADV").tolist()
    [0.3, 0.1, 0.2]
    """
    have, want = dimension_order(source), dimension_order(target)
    numbers = _numbers(points)
    if numbers.ndim == 0 or numbers.shape[-1] != len(have):
        raise InputError(f"Points in {', '.join(have)} need {len(have)} columns, got shape {numbers.shape}.")
    missing = [name for name in want if name not in have]
    if missing:
        raise InputError(f"These points have no {missing[0]}: they are in {', '.join(have)}.")
    return numbers[..., [have.index(name) for name in want]]


def read_points(
    points: ArrayLike,
    *,
    scale: str | Scale | tuple[float, float],
    order: str | Sequence[str] = "VAD",
    reversed_dimensions: Iterable[str] = (),
) -> Floats:
    """Return points of any convention as affekt holds them: float64 (..., 3), valence, arousal, dominance in [-1, 1].

    points: (..., dimension) in `order`, all on one `scale`; those in `reversed_dimensions` count down.
    A dimension that the order does not name is NaN. Raises `InputError` for values outside the scale.

    >>> read_points([[5, 9]], scale="1-9", order="AV").tolist()
    [[1.0, 0.0, nan]]
    """
    have = dimension_order(order)
    down = set(dimension_order(list(reversed_dimensions)))
    numbers = reorder(points, order, list(have))
    read = np.full((*numbers.shape[:-1], 3), np.nan)
    for column, name in enumerate(have):
        read[..., DIMENSIONS.index(name)] = convert_scale(numbers[..., column], scale, reverse=name in down)
    return read


def write_points(
    points: ArrayLike, *, scale: str | Scale | tuple[float, float], order: str | Sequence[str] = "VAD"
) -> Floats:
    """Return points of affekt (..., 3) in another convention: the way back from `read_points`.

    >>> write_points([0.0, 1.0, -1.0], scale="1-5", order="ADV").tolist()
    [5.0, 1.0, 3.0]
    """
    return convert_scale(reorder(points, "VAD", order), "-1..1", scale)


def vad_points(vads: Iterable[VAD]) -> Floats:
    """Return points as float64 (point, 3), valence, arousal, dominance.

    >>> vad_points([VAD(0.5, 0.0, -0.5)]).tolist()
    [[0.5, 0.0, -0.5]]
    """
    return np.array([(vad.valence, vad.arousal, vad.dominance) for vad in vads], np.float64).reshape(-1, 3)


def vad_spreads(vads: Iterable[VAD]) -> Floats:
    """Return their standard deviations as float64 (point, 3); one that is not known is 0."""
    rows = [(vad.valence_sd, vad.arousal_sd, vad.dominance_sd) for vad in vads]
    return np.array([[value or 0.0 for value in row] for row in rows], np.float64).reshape(-1, 3)


def _numbers(values: ArrayLike) -> Floats:
    try:
        numbers = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"Values must be numbers: {error}.") from error
    if np.isinf(numbers).any():
        raise InputError("Values must be finite or NaN, got an infinite one.")
    return numbers


def _listing() -> str:
    return ", ".join(SCALES)
