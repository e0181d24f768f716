"""Batches of token ids: alike in length, padded to the longest of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray


def pad(ids: Sequence[Sequence[int]]) -> NDArray[np.int64]:
    """Return int64 (text, token), 0 where a text has ended.

    >>> pad([[101, 7, 102], [101, 102]]).tolist()
    [[101, 7, 102], [101, 102, 0]]
    """
    padded = np.zeros((len(ids), max(map(len, ids))), np.int64)
    for row, text in zip(padded, ids, strict=True):
        row[: len(text)] = text
    return padded


def length_batches(
    lengths: Sequence[int] | NDArray[np.int64], *, size: int, seed: int, pool: int = 64
) -> Iterator[NDArray[np.int64]]:
    """Yield every index once, in shuffled batches of `size` whose texts are alike in length.

    Indices are shuffled, cut into pools of `pool` batches, and sorted by length inside each pool:
    little padding, and still a different mixture in each epoch (give each its own `seed`).
    """
    random = np.random.default_rng(seed)
    order = random.permutation(len(lengths))
    lengths = np.asarray(lengths)
    batches = []
    for start in range(0, len(order), size * pool):
        drawn = order[start : start + size * pool]
        drawn = drawn[np.argsort(lengths[drawn], kind="stable")]
        batches += [drawn[i : i + size] for i in range(0, len(drawn), size)]
    for i in random.permutation(len(batches)):
        yield batches[i]
