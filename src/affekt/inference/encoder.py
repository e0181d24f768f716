"""A transformer encoder in ONNX Runtime, fed in batches of texts alike in length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from affekt.inference.session import open_session
from affekt.inference.text import Floats, RawOutputs
from affekt.inference.tokens import END, START

# A batch of long texts is cut down so that it never holds more pieces than this.
_MOST_PIECES = 8192


class EncoderNetwork:
    """The network of an encoder card: ``ids`` to ``labels``, ``vad``, ``intensity``, ``features``."""

    def __init__(self, path: Path, *, threads: int | None, device: str) -> None:
        self._session = open_session(path, threads=threads, device=device)

    def run(self, ids: Sequence[Sequence[int]], *, batch_size: int) -> RawOutputs:
        """Return label logits, VAD with log-variance, intensity logits and encodings, in the order of `ids`."""
        return RawOutputs(*self._outputs(["labels", "vad", "intensity", "features"], ids, batch_size))

    def features(self, ids: Sequence[Sequence[int]], *, batch_size: int) -> Floats:
        """Return the pooled encoding, float32 (text, width)."""
        return self._outputs(["features"], ids, batch_size)[0]

    def _outputs(self, names: list[str], ids: Sequence[Sequence[int]], batch_size: int) -> list[Floats]:
        answers: list[Floats] = []
        for rows in batches_by_length([len(text) for text in ids], batch_size):
            outputs = self._session.run(names, {"ids": _padded([ids[i] for i in rows])})
            if not answers:
                answers = [np.empty((len(ids), output.shape[1]), np.float32) for output in outputs]
            for answer, output in zip(answers, outputs, strict=True):
                answer[rows] = output
        return answers


def batches_by_length(lengths: Sequence[int], size: int) -> Iterator[NDArray[np.int64]]:
    """Yield every index once, longest texts first, in batches of at most `size` with little padding."""
    order = np.argsort(-np.asarray(lengths), kind="stable")
    start = 0
    while start < len(order):
        most = max(1, min(size, _MOST_PIECES // (lengths[order[start]] + 2)))
        yield order[start : start + most]
        start += most


def _padded(ids: list[Sequence[int]]) -> NDArray[np.int64]:
    """Return int64 (text, piece): [CLS], the pieces, [SEP], then zeros."""
    batch = np.zeros((len(ids), max(map(len, ids)) + 2), np.int64)
    batch[:, 0] = START
    for row, text in zip(batch, ids, strict=True):
        row[1 : len(text) + 1] = text
        row[len(text) + 1] = END
    return batch
