"""WordPiece tokenization with a memory: words met before cost a dictionary look-up.

Neither normalising nor BERT's tokenizer looks across white space, so a text's pieces are its words'
pieces, and a word's pieces never change. New words are normalised (`signals.text.normalise`) and cut
by the `tokenizers` library.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from affekt.signals.text import normalise

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


class WordPieces:
    """The tokenizer both text models share. Texts come as they are: words are normalised when first met."""

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

    def _learn(self, word: str) -> tuple[int, ...]:
        if len(self._pieces) >= _REMEMBERED:
            self._pieces.clear()
        ids = tuple(self._tokenizer.encode(normalise(word), add_special_tokens=False).ids)
        self._pieces[word] = ids
        return ids


@lru_cache(maxsize=4)
def _load(path: Path) -> WordPieces:
    from tokenizers import Tokenizer

    return WordPieces(Tokenizer.from_file(str(path)))
