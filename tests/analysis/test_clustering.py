"""Average linkage beside scipy's, and in stages."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affekt.analysis import clustering
from affekt.analysis.clustering import cluster_vectors
from affekt.errors import InputError


def unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def same(one: np.ndarray, other: np.ndarray) -> bool:
    return (
        len(set(zip(one.tolist(), other.tolist(), strict=True))) == len(set(one.tolist())) == len(set(other.tolist()))
    )


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 25), st.integers(0, 10**6), st.floats(0.05, 1.2), st.integers(1, 5))
def test_the_same_clusters_as_scipy(count: int, seed: int, threshold: float, clusters: int) -> None:
    hierarchy = pytest.importorskip("scipy.cluster.hierarchy")
    vectors = unit(np.random.default_rng(seed).normal(size=(count, 4)))
    tree = hierarchy.linkage(vectors, "average", metric="cosine")
    assert same(cluster_vectors(vectors, threshold=threshold), hierarchy.fcluster(tree, threshold, "distance"))
    clusters = min(clusters, count)
    by_number = cluster_vectors(vectors, threshold=0.1, clusters=clusters)
    assert same(by_number, hierarchy.fcluster(tree, clusters, "maxclust"))
    assert by_number[0] == 0
    assert by_number.max() == clusters - 1


@pytest.mark.parametrize("noise", [0.1, 3.0])
def test_many_go_in_stages(monkeypatch: pytest.MonkeyPatch, noise: float) -> None:
    monkeypatch.setattr(clustering, "_AT_ONCE", 40)
    random = np.random.default_rng(0)
    truth = random.integers(0, 3, 500)
    vectors = unit(np.eye(8)[truth] + noise * random.normal(size=(500, 8)) / np.sqrt(8))
    found = cluster_vectors(vectors, threshold=0.5, clusters=3)
    assert len(set(found.tolist())) == 3
    if noise < 1:
        assert same(found, truth)
        assert same(cluster_vectors(vectors, threshold=0.5), truth)


def test_few_and_wrong() -> None:
    assert cluster_vectors(np.zeros((0, 3)), threshold=0.3).tolist() == []
    assert cluster_vectors([[1.0, 0.0]], threshold=0.3).tolist() == [0]
    assert cluster_vectors([[1.0, 0.0]] * 5, threshold=0.3, clusters=9).tolist() == [0, 1, 2, 3, 4]
    assert cluster_vectors([[1.0, 0.0]] * 5, threshold=0.3).tolist() == [0] * 5
    with pytest.raises(InputError, match="item, feature"):
        cluster_vectors([1.0, 2.0], threshold=0.3)
