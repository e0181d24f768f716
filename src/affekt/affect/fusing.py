"""Labels that lie too close to be told apart, merged into one Gaussian each.

As the emotion mixtures of Cardia Neto, Ferrari & Berretti (2026), arXiv:2602.06778, come from 151 terms
to a few: by how much the distributions overlap, keeping mean and covariance of what is merged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.affect.geometry import EmotionGaussians
from affekt.errors import InputError
from affekt.types import LabelSpace

Floats = NDArray[np.float64]


def bhattacharyya_distances(gaussians: EmotionGaussians) -> Floats:
    r"""Return how far the Gaussians of labels are from overlapping: float64 (label, label), symmetric, zero diagonal.

    .. math:: D_{kj} = \tfrac18 (\mu_k - \mu_j)^\top \bar\Sigma^{-1} (\mu_k - \mu_j)
              + \tfrac12 \ln \frac{|\bar\Sigma|}{\sqrt{|\Sigma_k| |\Sigma_j|}},
              \quad \bar\Sigma = \tfrac12 (\Sigma_k + \Sigma_j)

    In [0, ∞); the classes' Bayes error is at most exp(-D) / 2. Bhattacharyya 1943, "On a measure of
    divergence between two statistical populations".

    >>> from affekt.affect.geometry import gaussians_of
    >>> bool(bhattacharyya_distances(gaussians_of("sentiment"))[0, 2] > 1)
    True
    """
    means, covariances = gaussians.means, gaussians.covariances
    middle = (covariances[:, None] + covariances[None]) / 2
    away = means[:, None] - means[None]
    solved = np.linalg.solve(middle, away[..., None])[..., 0]
    own = np.linalg.slogdet(covariances)[1]
    overlap = np.linalg.slogdet(middle)[1] - (own[:, None] + own[None]) / 2
    distances = np.maximum((away * solved).sum(-1) / 8 + overlap / 2, 0.0)
    np.fill_diagonal(distances, 0.0)
    return np.asarray((distances + distances.T) / 2)


def merge_labels(
    gaussians: EmotionGaussians, groups: Mapping[str, Sequence[str]], *, weights: ArrayLike | None = None
) -> EmotionGaussians:
    """Return one Gaussian for each group of labels, with the mean and covariance of their mixture.

    groups: new label to the labels it is made of; a label may be in several groups or in none.
    weights: (label,), how much of a label there is, equal by default. The new space is exclusive and
    named after the old one. Raises `InputError` for an empty group or weights that are not positive,
    `UnknownNameError` for a label of another space.

    >>> from affekt.affect.geometry import gaussians_of
    >>> merged = merge_labels(gaussians_of("ekman"), {"bad": ["anger", "fear", "sadness"], "good": ["joy"]})
    >>> merged.space.labels, bool(merged["bad"].arousal_sd > 0.4)
    (('bad', 'good'), True)
    """
    space = gaussians.space
    amount = np.ones(len(space)) if weights is None else np.asarray(weights, np.float64)
    if amount.shape != (len(space),) or not (amount > 0).all():
        raise InputError(f"Weights are {len(space)} positive numbers, one for each label of {space.name}.")
    means, covariances = [], []
    for name, labels in groups.items():
        if not labels:
            raise InputError(f"The group {name!r} is empty. Name at least one label of {space.name}.")
        members = [space.index(label) for label in labels]
        share = amount[members] / amount[members].sum()
        mean = share @ gaussians.means[members]
        away = gaussians.means[members] - mean
        means.append(mean)
        covariances.append(
            np.einsum("k,kde->de", share, gaussians.covariances[members]) + (share[:, None] * away).T @ away
        )
    merged = LabelSpace(f"{space.name}-merged", tuple(groups), "exclusive", f"merged from {space.name}: {space.source}")
    return EmotionGaussians(merged, np.array(means), np.array(covariances), gaussians.source)


def fuse_labels(gaussians: EmotionGaussians, count: int) -> EmotionGaussians:
    """Return `count` Gaussians: labels joined by complete linkage on Bhattacharyya distance, and merged.

    A group is named by its labels, joined by " + ". Raises `InputError` unless count is from 1 to the
    number of labels.

    >>> from affekt.affect.geometry import gaussians_of
    >>> len(fuse_labels(gaussians_of("ekman"), 3).space)
    3
    """
    labels = gaussians.space.labels
    if not 1 <= count <= len(labels):
        raise InputError(f"count is from 1 to {len(labels)}, got {count}.")
    distances = bhattacharyya_distances(gaussians)
    np.fill_diagonal(distances, np.inf)
    groups = [[i] for i in range(len(labels))]
    while len(groups) > count:
        first, second = sorted(np.unravel_index(int(np.argmin(distances)), distances.shape))
        # Complete linkage: two groups are as far apart as their farthest members.
        farthest = np.maximum(distances[first], distances[second])
        distances[first], distances[:, first] = farthest, farthest
        distances[first, first] = np.inf
        distances = np.delete(np.delete(distances, second, 0), second, 1)
        groups[first] += groups.pop(int(second))
    names = {" + ".join(labels[i] for i in sorted(group)): [labels[i] for i in sorted(group)] for group in groups}
    return merge_labels(gaussians, names)
