"""Which modality a model follows where they disagree."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from affekt.errors import InputError
from affekt.metrics.classification import class_list
from affekt.metrics.inputs import check_shapes


class ConflictScores(NamedTuple):
    """Accuracy per subset, and the gap between the best and the worst of the subsets in conflict, in [0, 1]."""

    accuracy: Mapping[Hashable, float]
    counts: Mapping[Hashable, int]
    gap: float


class Reliance(NamedTuple):
    """Per modality, the share of conflicting items answered as that modality alone would be; `neither` the rest."""

    follows: Mapping[str, float]
    neither: float
    conflicts: int


def conflict_scores(
    truth: ArrayLike, prediction: ArrayLike, subset: ArrayLike, *, consistent: Hashable = "consistent"
) -> ConflictScores:
    """Return accuracy on items whose truth goes with one modality or another, and how far these are apart.

    truth, prediction: (item,) classes; subset: (item,), such as ``"audio-aligned"``, ``"video-aligned"``
    and ``"consistent"``, the last of which is not part of the gap. A model that weighs modalities fairly
    has a gap of 0; NaN with fewer than two subsets in conflict. Raises `InputError` for different shapes,
    NaN, no items. Han et al. 2025, "Benchmarking and Bridging Emotion Conflicts for Multimodal Emotion
    Reasoning" (CA-MER).

    >>> conflict_scores(["joy", "joy", "fear"], ["joy", "fear", "fear"], ["audio", "video", "audio"]).gap
    1.0
    """
    found, said, parts = (
        class_list(name, values) for name, values in (("truth", truth), ("prediction", prediction), ("subset", subset))
    )
    check_shapes(found, said)
    check_shapes(found, parts, names=("truth", "subset"))
    names = np.unique(parts).tolist()
    accuracy = {name: float((found == said)[parts == name].mean()) for name in names}
    apart = [value for name, value in accuracy.items() if name != consistent]
    gap = max(apart) - min(apart) if len(apart) > 1 else float("nan")
    return ConflictScores(accuracy, {name: int((parts == name).sum()) for name in names}, gap)


def modality_reliance(prediction: ArrayLike, cues: Mapping[str, ArrayLike]) -> Reliance:
    """Return how often a model goes with each modality where the modalities say different things.

    prediction: (item,) classes; cues: for each modality the class it shows, (item,). Items whose cues all agree
    are left out. Shares add up to more than 1 where several modalities agree against a third. Raises `InputError` for
    fewer than two modalities, different lengths, or no conflicting item.

    >>> modality_reliance(["joy", "fear"], {"audio": ["joy", "fear"], "video": ["fear", "fear"]}).follows
    {'audio': 1.0, 'video': 0.0}
    """
    if len(cues) < 2:
        raise InputError(f"Reliance compares modalities; got {len(cues)}.")
    said = class_list("prediction", prediction)
    shown = {name: class_list(name, values) for name, values in cues.items()}
    for name, values in shown.items():
        check_shapes(said, values, names=("prediction", name))
    first, *others = shown.values()
    conflict = np.any([first != other for other in others], axis=0)
    if not conflict.any():
        raise InputError("No item has modalities that say different things.")
    follows = {name: (said == values)[conflict] for name, values in shown.items()}
    neither = ~np.any(list(follows.values()), axis=0)
    return Reliance(
        {name: float(share.mean()) for name, share in follows.items()}, float(neither.mean()), int(conflict.sum())
    )
