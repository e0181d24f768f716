"""Agglomerative clustering by average linkage, of any number of vectors in bounded memory."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.errors import InputError

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
_AT_ONCE = 1000


def cluster_vectors(vectors: ArrayLike, *, threshold: float, clusters: int | None = None) -> Ints:
    """Return the cluster of each vector, int64 (item,), numbered from 0 in the order of their first items.

    vectors: (item, feature), each of length 1. The two clusters with the smallest mean cosine distance, in [0, 2], are
    joined until it passes `threshold`, or until there are `clusters`. Over 1,000 items go in stages: each thousand is
    clustered to half the threshold, then the means of those clusters are. Raises `InputError` for vectors of another
    shape, and no clusters.

    >>> cluster_vectors([[1, 0], [0, 1], [0.9, 0.1], [0.1, 0.9]], threshold=0.3).tolist()
    [0, 1, 0, 1]
    """
    # Single precision stays: the vectors of a day are many. Sums and distances are in double precision.
    table = np.asarray(vectors)
    if table.dtype != np.float32:
        table = table.astype(np.float64)
    if table.ndim != 2 or (clusters is not None and clusters < 1):
        raise InputError(f"Clustering takes vectors (item, feature) and 1 cluster or more, got shape {table.shape}.")
    if not len(table):
        return np.zeros(0, np.int64)
    means: NDArray[np.floating] = table
    weights: Floats = np.ones(len(table))
    owner: Ints = np.arange(len(table))
    while len(means) > _AT_ONCE:
        inner = np.concatenate(
            [
                _clustered(means[at : at + _AT_ONCE], weights[at : at + _AT_ONCE], threshold / 2, None) + at
                for at in range(0, len(means), _AT_ONCE)
            ]
        )
        inner = _in_order(inner)
        if inner.max() + 1 > 0.9 * len(means):
            # Hardly any two are alike: halve them, so that it ends.
            inner = _in_order(
                np.concatenate(
                    [
                        _clustered(means[at : at + _AT_ONCE], weights[at : at + _AT_ONCE], 2.0, _AT_ONCE // 2) + at
                        for at in range(0, len(means), _AT_ONCE)
                    ]
                )
            )
        count = int(inner.max()) + 1
        sums = np.zeros((count, table.shape[1]))
        for at in range(0, len(means), _AT_ONCE):
            some = slice(at, at + _AT_ONCE)
            np.add.at(sums, inner[some], means[some] * weights[some, None])
        weights = np.asarray(np.bincount(inner, weights), np.float64)
        means = sums / weights[:, None]
        owner = inner[owner]
    return _in_order(_clustered(means, weights, threshold, clusters)[owner])


def _clustered(given: NDArray[np.floating], weights: Floats, threshold: float, clusters: int | None) -> Ints:
    """Average linkage by nearest-neighbour chains (Murtagh 1983), O(n²); the merges are then cut by their height.

    The mean cosine distance of two sets of unit vectors is 1 minus the product of their means.
    """
    count, means = len(given), np.asarray(given, np.float64)
    distance = 1 - means @ means.T
    np.fill_diagonal(distance, np.inf)
    size, alive = weights.copy(), np.ones(count, np.bool_)
    merges: list[tuple[float, int, int]] = []
    chain: list[int] = []
    for _ in range(count - 1):
        if not chain:
            chain = [int(alive.argmax())]
        while True:
            last = chain[-1]
            near = int(distance[last].argmin())
            # Of equally near ones the one before, or the chain would go round.
            if len(chain) > 1 and distance[last, chain[-2]] <= distance[last, near]:
                near = chain[-2]
                break
            chain.append(near)
        one, other = chain.pop(), chain.pop()
        merges.append((float(distance[one, other]), one, other))
        mixed = (distance[one] * size[one] + distance[other] * size[other]) / (size[one] + size[other])
        mixed[[one, other]] = np.inf
        mixed[~alive] = np.inf
        distance[one], distance[:, one] = mixed, mixed
        distance[other], distance[:, other] = np.inf, np.inf
        alive[other] = False
        size[one] += size[other]
    merges.sort(key=lambda merge: merge[0])
    wanted = count - clusters if clusters is not None else sum(height <= threshold for height, _, _ in merges)
    parent = list(range(count))

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    for _, one, other in merges[: max(0, wanted)]:
        parent[root(other)] = root(one)
    return np.array([root(place) for place in range(count)], np.int64)


def _in_order(clusters: Ints) -> Ints:
    """Number clusters from 0 in the order of their first items."""
    _, first, place = np.unique(clusters, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    ordered: Ints = rank[place]
    return ordered
