"""Deltas: how features move over time, as regression slopes over neighbouring frames."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from affekt.errors import InputError
from affekt.signals.spectrum import Floats


def deltas(features: ArrayLike, *, width: int = 2) -> Floats:
    r"""Return the slope of each feature over time, per frame, float32 (frame, feature).

    .. math:: d_t = \frac{\sum_{n=1}^{N} n (c_{t+n} - c_{t-n})}{2 \sum_{n=1}^{N} n^2}

    the regression line over 2 N + 1 frames, N = `width`; the first and the last frame repeat beyond the
    ends. features: (frame, feature). Applied twice it gives accelerations. Raises `InputError` for a
    width below 1, no frames, or another shape. Furui 1986, "Speaker-Independent Isolated Word Recognition
    Using Dynamic Features of Speech Spectrum"; the edges are HTK's.

    >>> deltas([[0.0], [1.0], [2.0], [3.0], [4.0]]).astype(float).round(2).ravel().tolist()
    [0.5, 0.8, 1.0, 0.8, 0.5]
    """
    rows = np.asarray(features, np.float32)
    if width < 1 or rows.ndim != 2 or not len(rows):
        raise InputError(
            f"Deltas of width {width} over features of shape {rows.shape}. Give a width of at least 1 and "
            "(frame, feature) with at least one frame."
        )
    return slopes(np.concatenate([rows[:1]] * width + [rows] + [rows[-1:]] * width), width)


def slopes(rows: Floats, width: int) -> Floats:
    """Return the regression slope around each row that has `width` rows on both sides, (frame - 2 width, feature)."""
    count = len(rows) - 2 * width
    total = np.zeros((count, rows.shape[1]), np.float32)
    for n in range(1, width + 1):
        total += np.float32(n) * (rows[width + n : width + n + count] - rows[width - n : width - n + count])
    return np.asarray(total / np.float32(width * (width + 1) * (2 * width + 1) / 3))


def with_deltas(features: ArrayLike, *, width: int = 2, orders: int = 2) -> Floats:
    """Return the features, their slopes and the slopes of those, float32 (frame, (1 + orders) · feature).

    >>> with_deltas(np.zeros((4, 13))).shape
    (4, 39)
    """
    parts = [np.asarray(features, np.float32)]
    for _ in range(orders):
        parts.append(deltas(parts[-1], width=width))
    return np.concatenate(parts, axis=1)
