"""An encoder that was trained on a table of one's own: its ONNX file with the tokenizer it was trained with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from affekt.errors import InputError
from affekt.inference.encoder import batches_by_length
from affekt.inference.session import open_session
from affekt.inference.text import Floats
from affekt.signals.text import normalise

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer


class EncoderAnswers(NamedTuple):
    """answers: float64 (text, output); features: float32 (text, width); pieces: those of each text, without what marks
    its ends. A text without pieces is a row of zeros."""

    answers: NDArray[np.float64]
    features: Floats
    pieces: list[list[int]]


class OwnEncoder:
    """``ids`` int64 (text, piece), 0 where padded, to ``answers`` (text, output) and ``features`` (text, width).

    A text past the window is read in windows, whose answers are averaged by their number of pieces. `lower` says
    that texts are normalised as the shipped models have it, `shift` what is added to the tokenizer's ids.
    """

    def __init__(
        self, session: InferenceSession, tokenizer: Tokenizer, *, lower: bool, shift: int, window: int
    ) -> None:
        self._session, self._tokenizer = session, tokenizer
        self._lower, self._shift, self._window = lower, shift, window

    @staticmethod
    def load(folder: Path, reading: Mapping[str, Any], *, threads: int | None, device: str) -> OwnEncoder:
        """Return the encoder of a folder; `reading` has lower, shift and window. Raises `InputError`."""
        from tokenizers import Tokenizer

        try:
            tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:  # tokenizers raises bare Exception
            raise InputError(f"Cannot read {folder / 'tokenizer.json'}: {error}") from error
        tokenizer.no_padding()
        tokenizer.no_truncation()
        session = open_session(folder / "model.onnx", threads=threads, device=device)
        lower, shift, window = bool(reading["lower"]), int(reading["shift"]), int(reading["window"])
        return OwnEncoder(session, tokenizer, lower=lower, shift=shift, window=window)

    def run(self, texts: Sequence[str], *, batch_size: int = 64) -> EncoderAnswers:
        """Return what the encoder answers to each text, in order."""
        encoded = self._tokenizer.encode_batch([normalise(text) if self._lower else text for text in texts])
        chunks, owners, lengths, pieces = [], [], [], []
        for place, each in enumerate(encoded):
            ids, special = [i + self._shift for i in each.ids], each.special_tokens_mask
            body = [i for i, mark in zip(ids, special, strict=True) if not mark]
            pieces.append(body)
            first = next((i for i, mark in enumerate(special) if not mark), len(ids))
            before, after = ids[:first], ids[first + len(body) :]
            room = self._window - len(before) - len(after)
            for start in range(0, len(body), room):
                part = body[start : start + room]
                chunks.append([*before, *part, *after])
                owners.append(place)
                lengths.append(len(part))
        answers, features = self._batches(chunks or [[1]], batch_size)
        weight = np.zeros((len(texts), 1))
        np.add.at(weight[:, 0], owners, lengths)
        found = []
        for array in (answers, features):
            rows = np.zeros((len(texts), array.shape[1]))
            if chunks:
                np.add.at(rows, owners, array * np.array(lengths, np.float64)[:, None])
            found.append(rows / np.maximum(weight, 1))
        return EncoderAnswers(found[0], found[1].astype(np.float32), pieces)

    def _batches(self, chunks: Sequence[Sequence[int]], batch_size: int) -> list[NDArray[np.float64]]:
        kept: list[NDArray[np.float64]] = []
        for rows in batches_by_length([len(each) for each in chunks], batch_size):
            ids = np.zeros((len(rows), len(chunks[rows[0]])), np.int64)
            for row, place in zip(ids, rows.tolist(), strict=True):
                row[: len(chunks[place])] = chunks[place]
            outputs = self._session.run(["answers", "features"], {"ids": ids})
            if not kept:
                kept = [np.zeros((len(chunks), output.shape[1])) for output in outputs]
            for whole, output in zip(kept, outputs, strict=True):
                whole[rows] = output
        return kept
