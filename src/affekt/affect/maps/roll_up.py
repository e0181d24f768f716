"""Combining the probabilities of labels into the evidence for a group of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.errors import ConversionError

Rule = Literal["noisy-or", "max", "sum"]
RULES: tuple[Rule, ...] = ("noisy-or", "max", "sum")


def check_rule(rule: str) -> None:
    """Return nothing for a known rule. Raises `ConversionError` and lists them for any other."""
    if rule not in RULES:
        raise ConversionError(f"Unknown rule {rule!r} for combining probabilities. Allowed: {', '.join(RULES)}.")


def roll_up(
    probabilities: ArrayLike,
    members: Sequence[Sequence[int]],
    *,
    rule: Rule = "noisy-or",
    weights: Sequence[Sequence[float]] | None = None,
) -> NDArray[np.float64]:
    """Return float64 (item, group): the evidence that some member of each group holds, in [0, 1].

    noisy-or: 1 − Π(1 − wᵢpᵢ); max: max wᵢpᵢ; sum: min(1, Σ wᵢpᵢ). `probabilities` is (item, label) in
    [0, 1]; `members` lists the columns of each group, and an empty group gets 0. `weights`, in
    [0, 1] and in the order of `members`, say which part of a member belongs to the group; all of it
    if None. NaN stays NaN. Raises `ConversionError` for an unknown rule.

    >>> roll_up([[0.5, 0.5, 0.1]], [[0, 1], [2]]).round(3).tolist()
    [[0.75, 0.1]]
    >>> roll_up([[0.5, 0.5]], [[0, 1]], rule="sum", weights=[[1.0, 0.2]]).round(3).tolist()
    [[0.6]]
    """
    values = np.asarray(probabilities, dtype=np.float64)
    check_rule(rule)
    rolled = np.zeros((len(values), len(members)))
    for place, columns in enumerate(members):
        if not len(columns):
            continue
        # Rows lie together in memory, so that a sum has the same rounding whatever rows are beside it.
        group = np.take(values, list(columns), axis=1)
        if weights is not None:
            group = group * np.asarray(weights[place], dtype=np.float64)
        highest, total = group.max(axis=1), np.minimum(group.sum(axis=1), 1.0)
        if rule == "noisy-or":
            # Rounding may carry 1 − Π past the bounds that it keeps in exact arithmetic.
            rolled[:, place] = np.clip(1.0 - np.prod(1.0 - group, axis=1), highest, np.maximum(highest, total))
        else:
            rolled[:, place] = highest if rule == "max" else total
    return rolled
