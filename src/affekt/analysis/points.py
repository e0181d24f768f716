"""Where readings of sound lie in valence, arousal and dominance: as the model was taught, or as its labels do."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.affect.mapped import mapped_points
from affekt.inference.speech import SpeechEstimates
from affekt.types import VAD, LabelSpace, MappedVAD

_PARTS = ("valence", "arousal", "dominance")
_SPREADS = ("valence_sd", "arousal_sd", "dominance_sd")


def point_between(
    estimates: SpeechEstimates,
    place: int,
    said: Sequence[float],
    space: LabelSpace,
    between: tuple[float, float] | None = None,
) -> VAD | None:
    """Return where sound `place` lies, or its stretch `between` two times in seconds; `said`: its labels."""
    if estimates.vad is None:
        return mapped_points([said], space)[0]
    if between is None:
        return _heard(estimates.vad[place], estimates.vad_sd)
    rows = estimates.vad_frames[place]
    first, last = (round(each / estimates.hop_s) for each in between)
    part = rows[first : max(last, first + 1)]
    return _heard(part.mean(0) if len(part) else estimates.vad[place], estimates.vad_sd)


def points_over_time(
    estimates: SpeechEstimates, place: int, said: ArrayLike, space: LabelSpace
) -> tuple[VAD | None, ...]:
    """Return where every stretch of `hop_s` seconds of sound `place` lies; `said`: its labels, (stretch, label)."""
    if estimates.vad is None:
        return mapped_points(said, space)
    return tuple(_heard(row, estimates.vad_sd) for row in estimates.vad_frames[place])


def known_points(points: Sequence[VAD | None]) -> tuple[VAD, ...]:
    """Return the points where all are known, else none."""
    known = tuple(point for point in points if point is not None)
    return known if len(known) == len(points) else ()


def mean_point(points: Sequence[VAD | None], weights: ArrayLike) -> VAD | None:
    """Return the mean of points by their weights; its deviation is that of a moment drawn from them.

    The law of total variance: of mapped points it is what the mean of their labels maps to. None where one is unknown.

    >>> mean_point([VAD(0.5, 0, 0, 0.1, 0.1, 0.1), VAD(-0.5, 0, 0, 0.1, 0.1, 0.1)], [1, 1]).valence_sd
    0.5099
    """
    known = known_points(points)
    if not known:
        return None
    shares = np.asarray(weights, np.float64)
    shares = shares / shares.sum()
    rows = np.array([[getattr(point, name) for name in _PARTS] for point in known], np.float64)
    mean = shares @ rows
    spreads = [[getattr(point, name) for name in _SPREADS] for point in known]
    within = np.square(np.array([[math.nan if each is None else each for each in row] for row in spreads]))
    spread = np.sqrt(shares @ (within + np.square(rows - mean)))
    return _vad(mean, spread, mapped=known[0].mapped)


def _heard(row: NDArray[np.floating], spread: NDArray[np.floating] | None) -> VAD:
    return _vad(row, np.full(3, np.nan) if spread is None else spread)


def _vad(row: NDArray[np.floating], spread: NDArray[np.floating], *, mapped: bool = False) -> VAD:
    """Return a point; a standard deviation of NaN is not known."""
    valence, arousal, dominance = _rounded(row)
    sds = [None if math.isnan(value) else value for value in _rounded(spread)]
    made = MappedVAD if mapped else VAD
    return made(valence, arousal, dominance, sds[0], sds[1], sds[2])


def _rounded(row: NDArray[np.floating]) -> list[float]:
    values: list[float] = np.round(np.asarray(row, np.float64), 4).tolist()
    return values
