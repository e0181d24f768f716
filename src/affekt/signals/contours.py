"""What a contour does over time: smoothed, its rises and falls, its peaks, its stretches."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float32]


class Slopes(NamedTuple):
    """Mean and standard deviation of how steeply a contour rises and falls, in its unit per second, each 0 or more."""

    rising_mean: float
    rising_deviation: float
    falling_mean: float
    falling_deviation: float


def smoothed(values: Floats) -> Floats:
    """Return each column's mean over three frames, float32 (frame, column); NaN stays NaN and counts for nobody.

    values: (frame, column). The first and the last frame are averaged with one neighbour.

    >>> smoothed(np.array([[1.0], [4.0], [np.nan], [3.0]], np.float32))[:, 0].tolist()
    [2.5, 2.5, nan, 3.0]
    """
    known = np.isfinite(values)
    total, count = np.where(known, values, np.float32(0)), known.astype(np.float32)
    both = []
    for part in (total, count):
        wide = part.copy()
        wide[1:] += part[:-1]
        wide[:-1] += part[1:]
        both.append(wide)
    return np.where(known, both[0] / np.maximum(both[1], 1), np.float32(np.nan))


def turning_points(contour: ArrayLike) -> NDArray[np.intp]:
    """Return where a contour ends, begins and turns from rising to falling or back, (point,).

    Of a level stretch the last frame counts.

    >>> turning_points([0, 1, 2, 2, 1, 3]).tolist()
    [0, 3, 4, 5]
    """
    given = np.asarray(contour, np.float64)
    if len(given) < 2:
        return np.arange(len(given))
    step = np.sign(np.diff(given))
    moving = np.flatnonzero(step)
    turns = moving[1:][step[moving[1:]] != step[moving[:-1]]]
    return np.unique(np.concatenate([[0], turns, [len(given) - 1]]))


def slopes(contour: ArrayLike, hop_s: float = 0.010, *, prominence: float = 0.0) -> Slopes:
    """Return how steeply a contour rises to its peaks and falls from them; 0 where it has none.

    contour: (frame,), `hop_s` seconds apart. A rise is the straight line from the valley before a peak to the peak, a
    fall the one to the valley after it; peaks are those of `peaks`.

    >>> slopes([0, 1, 2, 1.5, 1], hop_s=1.0)
    Slopes(rising_mean=1.0, rising_deviation=0.0, falling_mean=0.5, falling_deviation=0.0)
    """
    given = np.asarray(contour, np.float64)
    top = peaks(given, prominence=prominence)
    if not len(top):
        return Slopes(0.0, 0.0, 0.0, 0.0)
    bounds = [0, *top.tolist(), len(given) - 1]
    # Of a level valley the fall ends where it begins, and the rise begins where it ends.
    after = np.array([first + int(given[first : last + 1].argmin()) for first, last in pairwise(bounds)])[1:]
    before = np.array([last - int(given[first : last + 1][::-1].argmin()) for first, last in pairwise(bounds)])[:-1]
    rise = (given[top] - given[before])[top > before] / ((top - before)[top > before] * hop_s)
    fall = (given[top] - given[after])[after > top] / ((after - top)[after > top] * hop_s)
    return Slopes(*_mean_and_deviation(rise), *_mean_and_deviation(fall))


def _mean_and_deviation(values: NDArray[np.float64]) -> tuple[float, float]:
    return (float(values.mean()), float(values.std())) if len(values) else (0.0, 0.0)


def peaks(contour: ArrayLike, *, prominence: float) -> NDArray[np.intp]:
    """Return the peaks of a contour that stand out from the valleys on both sides by `prominence`, (peak,).

    contour: (frame,). Scanned once: a peak is taken when the contour has since fallen by `prominence` from it, and the
    next is looked for when it has risen by as much again. Neither end of the contour is a peak.

    >>> peaks([0, 3, 1, 1.5, 0, 2, 0], prominence=1.0).tolist()
    [1, 5]
    """
    given = np.asarray(contour, np.float64)
    found: list[int] = []
    points = turning_points(given)
    if not len(points):
        return np.zeros(0, np.intp)
    top, bottom, rising = int(points[0]), float(given[points[0]]), False
    for point, value in zip(points.tolist(), given[points].tolist(), strict=True):
        if rising:
            if value > given[top]:
                top = point
            elif given[top] > value and given[top] - value >= prominence:
                found.append(top)
                bottom, rising = value, False
        elif value > bottom and value - bottom >= prominence:
            top, rising = point, True
        else:
            bottom = min(bottom, value)
    return np.asarray(found, np.intp)


def stretches(inside: NDArray[np.bool_], *, bridged: int = 0) -> NDArray[np.intp]:
    """Return the first frame of each stretch of True and the first after it, (stretch, 2).

    Gaps of up to `bridged` frames do not part a stretch.

    >>> stretches(np.array([True, True, False, True])).tolist()
    [[0, 2], [3, 4]]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[0], np.asarray(inside, np.int8), [0]])))
    if bridged and len(edges) > 2:
        short = np.flatnonzero(edges[2::2] - edges[1:-1:2] <= bridged)
        edges = np.delete(edges, np.concatenate([2 * short + 1, 2 * short + 2]))
    return edges.reshape(-1, 2)
