"""WordPiece tokenization with a memory: words met before cost a dictionary look-up.

BERT's tokenizer never looks across white space, so a text's pieces are its words' pieces, and a
word's pieces never change. The words themselves are cut by the `tokenizers` library.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tokenizers import Tokenizer

START, END = 101, 102
_REMEMBERED = 200_000


class FlatIds(NamedTuple):
    """The pieces of many texts in one array: text i is ``ids[offsets[i]:offsets[i + 1]]``.

    ids: int32 (piece,), without [CLS] and [SEP]; offsets: int64 (text + 1,).
    """

    ids: NDArray[np.int32]
    offsets: NDArray[np.int64]


class Piece(NamedTuple):
    """One piece of a text: its id and the characters of the text it covers."""

    id: int
    start: int
    end: int


class WordPieces:
    """The tokenizer both text models share. Texts must be normalised before (`signals.text`)."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        tokenizer.no_padding()
        tokenizer.no_truncation()
        self._tokenizer = tokenizer
        self._pieces: dict[str, tuple[int, ...]] = {}

    @staticmethod
    def load(path: Path) -> WordPieces:
        """Return the tokenizer of `path`, a ``tokenizer.json``; one per path and process."""
        return _load(path)

    def pieces(self, text: str) -> list[int]:
        """Return the piece ids of one text, without [CLS] and [SEP]."""
        known = self._pieces
        ids: list[int] = []
        for word in text.split():
            found = known.get(word)
            ids += found if found is not None else self._learn(word)
        return ids

    def encode(self, text: str) -> list[int]:
        """Return the piece ids of one text, with [CLS] and [SEP]."""
        return [START, *self.pieces(text), END]

    def flat(self, texts: list[str]) -> FlatIds:
        """Return the pieces of many texts in one array."""
        ids: list[int] = []
        offsets = np.zeros(len(texts) + 1, np.int64)
        for i, text in enumerate(texts):
            ids += self.pieces(text)
            offsets[i + 1] = len(ids)
        return FlatIds(np.array(ids, np.int32), offsets)

    def located(self, text: str) -> list[Piece]:
        """Return the pieces of one text with the characters each covers."""
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        return [Piece(i, *place) for i, place in zip(encoding.ids, encoding.offsets, strict=True)]

    def _learn(self, word: str) -> tuple[int, ...]:
        if len(self._pieces) >= _REMEMBERED:
            self._pieces.clear()
        ids = tuple(self._tokenizer.encode(word, add_special_tokens=False).ids)
        self._pieces[word] = ids
        return ids


@lru_cache(maxsize=4)
def _load(path: Path) -> WordPieces:
    from tokenizers import Tokenizer

    return WordPieces(Tokenizer.from_file(str(path)))
