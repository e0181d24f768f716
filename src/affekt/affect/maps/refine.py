"""Splitting coarse labels into fine ones, by shares that somebody has to name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.affect.conversion import conversion
from affekt.affect.convert import check_probabilities
from affekt.affect.spaces import find_space
from affekt.errors import ConversionError, InputError
from affekt.types import LabelSpace

Shares = Mapping[str, float] | Literal["even"]


def refine(
    probabilities: ArrayLike, coarse: str | LabelSpace, fine: str | LabelSpace, *, shares: Shares
) -> NDArray[Any]:
    """Return probabilities (item, fine label) from those over coarser labels, each split among the labels under it.

    Which fine label falls under which coarse one is the cited conversion from `fine` to `coarse`.
    `shares` weigh the fine labels, by counts in a corpus for instance (0 where a label is left out);
    within each coarse label they are brought to add up to 1. ``"even"`` knows nothing. A child gets
    its share of its parent, q = w p, and of the smaller one if it has several: never more than a
    parent. Fine labels that fall under nothing get 0; between exclusive spaces mass is kept.

    This adds no information: rolling up again gives the coarse probabilities back, and the fine ones hold
    nothing but them and your shares. The floating type is kept; NaN stays NaN.

    Raises `ConversionError` where `fine` does not become `coarse`, or where both are exclusive and a
    coarse label has nothing under it that its mass could go to; `InputError` for bad shares or probabilities.

    >>> counts = {"joy": 3, "love": 1, "sadness": 2, "anger": 2, "surprise": 1, "fear": 1}
    >>> refine([[0, 0, 0, 0.8, 0, 0.1]], "ekman", "parrott", shares=counts).round(2).tolist()
    [[0.2, 0.6, 0.1, 0.0, 0.0, 0.0]]
    """
    above, below = find_space(coarse), find_space(fine)
    parents = conversion(below, above)
    weights = _weights(below, shares)
    values, kept = check_probabilities(probabilities, above)
    under = parents.weights > 0
    totals = np.where(under, weights[:, None], 0.0).sum(axis=0)
    if above.kind == below.kind == "exclusive" and not totals.all():
        childless = ", ".join(label for label, total in zip(above, totals, strict=True) if not total)
        raise ConversionError(
            f"{above.name!r} cannot be refined into {below.name!r}: nothing with a share falls under {childless}, so "
            "that mass would vanish. Give its labels a share, or refine into another space."
        )
    if above.kind == below.kind == "exclusive" and (under.sum(axis=1) > 1).any():
        several = below.labels[int(under.sum(axis=1).argmax())]
        raise ConversionError(
            f"{above.name!r} cannot be refined into {below.name!r}: {several} falls under several labels, which "
            "exclude each other. Refine into another space."
        )
    refined = np.zeros((len(values), len(below)))
    for place in range(len(below)):
        owners = np.flatnonzero(under[place])
        if len(owners):
            refined[:, place] = (values[:, owners] * _parts(weights[place], totals[owners])).min(axis=1)
    return refined.astype(kept)


def _parts(weight: np.float64, totals: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return which part of each parent a child gets."""
    return np.divide(weight, totals, out=np.zeros_like(totals), where=totals > 0)


def _weights(space: LabelSpace, shares: Shares) -> NDArray[np.float64]:
    if shares == "even":
        return np.ones(len(space))
    if not isinstance(shares, Mapping):
        raise InputError(f"Shares are 'even' or a weight for each label of {space.name}; got {shares!r}.")
    for label, weight in shares.items():
        space.index(label)
        if not 0 <= weight < float("inf"):
            raise InputError(f"A share is finite and at least 0; {label} has {weight}.")
    return np.array([shares.get(label, 0.0) for label in space], dtype=np.float64)
