"""A network small enough for NumPy: token tables, one look to each side, pooling, one hidden layer.

A convolution of width three over static embeddings is three table look-ups: what a piece says when
it stands before, at, and after a place. The tables are multiplied out once, when the file is opened.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from affekt.inference.text import Floats, RawOutputs

# Pieces worked on at once: small enough for the second-level cache, large enough to be rid of Python.
_BLOCK = 2048


class StaticNetwork:
    """The network of a `text-nano` card.

    tables: float32 (piece, 3 · hidden): contribution of a piece to the place after, at and before it
    (in this order); the other arrays as `StaticNetwork.load` documents.
    """

    def __init__(self, tables: Floats, arrays: dict[str, Floats]) -> None:
        self._after, self._here, self._before = (np.ascontiguousarray(part) for part in np.split(tables, 3, axis=1))
        self._arrays = arrays

    @staticmethod
    def load(path: Path) -> StaticNetwork:
        """Return the network kept in an ``.npz`` file.

        tokens: int8 (piece, width) with token_scale: float16 (piece, 1); mix: float32 (width, 3 · hidden)
        and mix_bias: float32 (hidden,); hidden: float32 (2 · hidden, features) with hidden_bias; labels,
        vad, intensity: float32 (features, output) with biases.
        """
        with np.load(path, allow_pickle=False) as kept:
            arrays = {name: kept[name] for name in kept.files}
        scale = arrays.pop("token_scale").astype(np.float32)
        tokens = arrays.pop("tokens").astype(np.float32) * scale
        return StaticNetwork(tokens @ arrays.pop("mix"), arrays)

    def run(self, ids: Sequence[Sequence[int]], *, batch_size: int = 0) -> RawOutputs:
        """Return label logits, VAD with log-variance, intensity logits and encodings; texts never meet,
        so `batch_size` has nothing to say."""
        features, arrays = self.features(ids), self._arrays
        labels, vad, intensity = (
            features @ arrays[head] + arrays[f"{head}_bias"] for head in ("labels", "vad", "intensity")
        )
        return RawOutputs(labels, vad, intensity, features)

    def features(self, ids: Sequence[Sequence[int]], *, batch_size: int = 0) -> Floats:
        """Return what the heads read, float32 (text, feature)."""
        lengths = np.fromiter(map(len, ids), np.int64, len(ids))
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        flat = np.fromiter(chain.from_iterable(ids), np.int64, int(offsets[-1]))
        width = self._here.shape[1]
        pooled = np.empty((len(ids), 2 * width), np.float32)
        first = 0
        while first < len(ids):
            last = int(np.searchsorted(offsets, offsets[first] + _BLOCK, side="right")) - 1
            last = max(first + 1, min(last, len(ids)))
            self._pool(
                flat[offsets[first] : offsets[last]], offsets[first : last + 1] - offsets[first], pooled[first:last]
            )
            first = last
        hidden = pooled @ self._arrays["hidden"] + self._arrays["hidden_bias"]
        return np.asarray(np.maximum(hidden, 0), np.float32)

    def _pool(self, flat: NDArray[np.int64], offsets: NDArray[np.int64], pooled: Floats) -> None:
        """Fill pooled: (text, 2 · hidden) with the mean and the maximum over each text's pieces."""
        width = self._here.shape[1]
        starts = offsets[:-1]
        # mode="clip" spares the copy that take() otherwise makes; ids are below the table's length.
        x = self._here.take(flat, axis=0, mode="clip")
        edges = starts[1:]
        after = self._after.take(flat[:-1], axis=0, mode="clip")
        after[edges - 1] = 0
        x[1:] += after
        before = self._before.take(flat[1:], axis=0, mode="clip", out=after)
        before[edges - 1] = 0
        x[:-1] += before
        x += self._arrays["mix_bias"]
        np.maximum(x, 0, out=x)
        counts = np.diff(offsets).astype(np.float32)
        if not flat.all():
            x[flat == 0] = 0
            counts = np.maximum(np.add.reduceat((flat != 0).astype(np.float32), starts), 1)
        np.divide(np.add.reduceat(x, starts, axis=0), counts[:, None], out=pooled[:, :width])
        np.maximum.reduceat(x, starts, axis=0, out=pooled[:, width:])
