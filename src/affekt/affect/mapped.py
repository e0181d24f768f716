"""Valence, arousal and dominance of an answer in labels: where the labels lie as words, marked as mapped."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from affekt.affect.geometry import EmotionGaussians, gaussians_of, point_of
from affekt.affect.spaces import KINDS_OF_EMOTION
from affekt.errors import AffektError
from affekt.types import LabelSpace, MappedVAD


def mapped_points(probabilities: ArrayLike, space: LabelSpace) -> tuple[MappedVAD | None, ...]:
    """Return where answers over a space lie, a point with its standard deviations for each, marked `mapped`.

    probabilities: (item, label), those of a row divided by their sum first. A point is the mean of the words' places in
    the Glasgow norms by these shares, its deviation that of the mixture: how far the labels lie apart and how raters of
    a word differ (`affekt.affect.geometry.point_of`). It claims nothing beyond the labels. None for a row of NaN or
    zeros, and for every row of a space whose labels are no emotions or no words of the norms.

    >>> from affekt.affect.spaces import find_space
    >>> (sure,) = mapped_points([[1, 0, 0, 0, 0, 0]], find_space("ekman"))
    >>> sure.mapped, sure.valence < 0 < sure.arousal
    (True, True)
    """
    rows = np.asarray(probabilities, np.float64)
    places = _places(space)
    if places is None or not len(rows):
        return (None,) * len(rows)
    total = rows.sum(1, keepdims=True)
    known = total[:, 0] > 0
    shares = np.where(known[:, None], rows / np.where(known[:, None], total, 1.0), 1 / len(space))
    found = point_of(shares, places)
    columns = np.concatenate([found.mean, np.sqrt(np.diagonal(found.covariance, axis1=1, axis2=2))], axis=1)
    return tuple(
        _point(row) if good else None for row, good in zip(np.round(columns, 4).tolist(), known.tolist(), strict=True)
    )


def _point(row: list[float]) -> MappedVAD:
    return MappedVAD(*row)


@lru_cache(maxsize=64)
def _places(space: LabelSpace) -> EmotionGaussians | None:
    if space.kind not in KINDS_OF_EMOTION or not space.labels:
        return None
    try:
        return gaussians_of(space)
    except AffektError:
        return None
