"""Maps by nearness: each label to the labels that lie nearest in VAD, or share most of its vocabulary.

Nobody published these maps: they follow from how people rate the words, or from how WordNet relates
them. They answer between any two emotion spaces, also where a cited map would be refused, and say
how far each label had to go.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from affekt.affect.geometry import gaussians_of, log_likelihoods
from affekt.affect.maps import Conversion, Loss, MapKind, Placement, own_rule
from affekt.affect.maps.placing import holds_together, terms_behind
from affekt.affect.scales import vad_points
from affekt.affect.vad import vad_of
from affekt.errors import ConversionError, InputError
from affekt.types import LabelSpace

SCOTT_2019 = "by the Glasgow norms of the words (Scott et al. 2019)"
_SAME = 1e-9


def nearest_in_vad(source: LabelSpace, target: LabelSpace, *, labels: int = 3, width: float = 1.0) -> Conversion:
    """Return the conversion that sends each label to the nearest `labels` of the target in valence-arousal-dominance.

    Distances are Euclidean, in [0, 2√3]. A label shares itself out by the likelihood of its place
    under each target's Gaussian, share ∝ Π_d N(x_d; μ_d, width · σ_d) over the three dimensions,
    where μ and σ are mean and deviation of the raters' norms: a smaller `width` is nearer to taking the
    nearest alone, which `labels=1` does. A label whose very place is in the target goes there whole.
    Neutral goes to neutral only.

    Raises `InputError` for `labels` below 1 or a `width` that is not positive, and what `vad_of` raises.

    >>> from affekt.affect.spaces import find_space
    >>> found = nearest_in_vad(find_space("goemotions"), find_space("ekman"), labels=1)
    >>> found.members["sadness"]
    ('disappointment', 'remorse', 'sadness')
    """
    if labels < 1:
        raise InputError(f"The number of nearest labels is at least 1, got {labels}.")
    if not (math.isfinite(width) and width > 0):
        raise InputError(f"The width of the Gaussians is positive, got {width}.")
    there = gaussians_of(target)
    there = replace(there, covariances=there.covariances * width**2)
    places = vad_points(place.vad for place in vad_of(source))
    gaps = np.linalg.norm(places[:, None] - there.means[None], axis=-1)
    likelihood = log_likelihoods(places, there)

    def shares(row: int, columns: NDArray[np.intp]) -> NDArray[np.float64]:
        logs = likelihood[row, columns]
        weights = np.exp(logs - logs.max())
        parts: NDArray[np.float64] = weights / weights.sum()
        return parts

    return _nearest(source, target, gaps, shares, labels, ("nearest in VAD", SCOTT_2019))


def nearest_in_vocabulary(source: LabelSpace, target: LabelSpace, *, labels: int = 3) -> Conversion:
    """Return the conversion that sends each label to the `labels` of the target that share most of its vocabulary.

    The distance is 1 − `affekt.affect.words.vocabulary.similarity`, in [0, 1], of the closest pair of
    terms (for labels of several terms at once, the mean over them); a label shares itself out in proportion to the
    similarities. A label that is similar to none is lost.

    Raises `InputError` for `labels` below 1.
    """
    if labels < 1:
        raise InputError(f"The number of nearest labels is at least 1, got {labels}.")
    alike = np.array([[_alike(source, label, target, other) for other in target] for label in source])

    def shares(row: int, columns: NDArray[np.intp]) -> NDArray[np.float64]:
        weights: NDArray[np.float64] = alike[row, columns]
        return weights / weights.sum() if weights.sum() > 0 else weights

    cited = "by the relations of the words in WordNet (Fellbaum 1998)"
    return _nearest(source, target, 1.0 - alike, shares, labels, ("shared vocabulary", cited))


def _nearest(
    source: LabelSpace,
    target: LabelSpace,
    gaps: NDArray[np.float64],
    shares: Callable[[int, NDArray[np.intp]], NDArray[np.float64]],
    labels: int,
    said: tuple[MapKind, str],
) -> Conversion:
    """Return the conversion by a table of distances (source label, target label) and a way to share labels out."""
    kind, citation = said
    feelings = np.array([column for column, label in enumerate(target) if label != target.neutral], dtype=np.intp)
    placements, loses = [], []
    for row, label in enumerate(source):
        if label == source.neutral:
            if target.neutral is None:
                loses.append(Loss(label, f"{target.name} has no label for the absence of emotion"))
            else:
                placements.append(Placement(label, (target.neutral,), kind, citation, (1.0,), (0.0,)))
            continue
        chosen = feelings[np.argsort(gaps[row, feelings], kind="stable")][:labels]
        same = chosen[gaps[row, chosen] < _SAME]
        chosen = same if len(same) else chosen
        parts = np.full(len(same), 1.0 / len(same)) if len(same) else shares(row, chosen)
        order = [place for place in np.argsort(-parts, kind="stable") if parts[place] > 0]
        if not order:
            loses.append(Loss(label, f"it is related to no label of {target.name}"))
            continue
        columns = chosen[order]
        placements.append(
            Placement(
                label,
                tuple(target.labels[column] for column in columns),
                kind,
                citation,
                tuple(parts[order].tolist()),
                tuple(gaps[row, columns].tolist()),
            )
        )
    if not placements:
        raise ConversionError(
            f"{source.name!r} cannot become {target.name!r}: no label of one is related to one of the other."
        )
    path = (source.name, target.name)
    return Conversion(source, target, kind, citation, own_rule(source), path, tuple(placements), tuple(loses), {})


def _alike(source: LabelSpace, label: str, target: LabelSpace, other: str) -> float:
    """Return how similar two labels are, in [0, 1]."""
    from affekt.affect.words.vocabulary import similarity

    table = [
        [1.0 if one.name == two.name else similarity(one.name, two.name) for two in terms_behind(target, other)]
        for one in terms_behind(source, label)
    ]
    if not table or not table[0]:
        return 0.0
    if holds_together(source, label) or holds_together(target, other):
        both = [max(row) for row in table] + [max(column) for column in zip(*table, strict=True)]
        return sum(both) / len(both)
    return max(max(row) for row in table)
