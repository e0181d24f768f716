"""Whether the truth is among the first few answers, for everybody: k-best accuracy per group, in one call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from numpy.typing import ArrayLike

from affekt.metrics.fairness import GroupScores, by_group
from affekt.metrics.single_label import k_best_accuracy


def k_best_by_group(
    truth: ArrayLike,
    probability: ArrayLike,
    groupings: Mapping[str, ArrayLike],
    *,
    ks: Sequence[int] = (1, 2, 3),
    units: ArrayLike | None = None,
    resamples: int = 1000,
) -> dict[str, dict[int, GroupScores]]:
    """Return 1-, 2- and 3-best accuracy per speaker, sex, test set …: a dictionary by grouping and k.

    truth: (item,) class places, or bool (item, label), where any true label counts; probability:
    (item, label); groupings: the name of each way to part the items, and the group of each item.
    `units` (item,), such as speakers, are drawn whole. Raises what `k_best_accuracy` and `by_group` do.
    Mitra et al. 2025, "Modeling speech emotion with label variance and analyzing performance across
    speakers and unseen acoustic conditions": one score over all hides whom a model fails.

    >>> said = [[0.6, 0.4], [0.7, 0.3], [0.2, 0.8], [0.9, 0.1]]
    >>> found = k_best_by_group([0, 1, 1, 0], said, {"sex": ["f", "m", "m", "f"]}, ks=(1, 2), resamples=50)
    >>> {group: score.value for group, score in found["sex"][1].groups.items()}, found["sex"][2].overall.value
    ({'f': 1.0, 'm': 0.5}, 1.0)
    """
    return {
        name: {
            k: by_group(
                partial(k_best_accuracy, k=k), truth, probability, groups=groups, units=units, resamples=resamples
            )
            for k in ks
        }
        for name, groups in groupings.items()
    }
