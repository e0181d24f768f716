"""Character n-grams of a text, as numbers: what the `text-multi` model and its language check see.

A word is what white space parts. Its n-grams of one to five characters, its edges counted as spaces, the word itself
and each pair of neighbouring words are hashed (CRC-32), so that no list of n-grams is kept: McNamee and
Mayfield 2004, "Character N-Gram Tokenization for European Language Text Retrieval"; Weinberger et al. 2009, "Feature
Hashing for Large Scale Multitask Learning".
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

LONGEST = 5
# The language check looks at n-grams up to this length: longer ones are words' own affair.
LONGEST_FOR_LANGUAGE = 3
KEY_BITS = 24
LANGUAGE_BITS = 15
_REMEMBERED = 200_000
# A line without white space is cut here: a megabyte of one letter is no word.
_LONGEST_WORD = 2_000

Hashes = NDArray[np.uint32]


class Word(NamedTuple):
    """The n-grams of one word: `grams` (gram,) all of them, `short` (gram,) those the language check sees."""

    grams: Hashes
    short: Hashes


class Weighed(NamedTuple):
    """The different n-grams of a text, ``keys`` uint32 (gram,) ascending, with their weights, float32 (gram,)."""

    keys: Hashes
    weights: NDArray[np.float32]


class GramCutter:
    """Cuts texts into words and n-grams, and remembers the words it met."""

    def __init__(self) -> None:
        self._known: dict[str, Word] = {}

    def word(self, word: str) -> Word:
        """Return the n-grams of a word as `split_words` gives it."""
        found = self._known.get(word)
        if found is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            found = self._known[word] = _cut(word)
        return found

    def weigh(self, words: Sequence[str]) -> Weighed:
        r"""Return the n-grams of the words of a text, each weighing :math:`1 + \log n` for n occurrences, length 1.

        An empty word stands for one that was taken away: no pair reaches across it.

        >>> cutter = GramCutter()
        >>> weighed = cutter.weigh(["so", "sad"])
        >>> len(weighed.keys), round(float((weighed.weights**2).sum()), 3)
        (22, 1.0)
        """
        parts = [self.word(word).grams for word in words if word]
        pairs = [crc32(f"\x02{a} {b}".encode()) for a, b in pairwise(words) if a and b]
        if not parts:
            return Weighed(np.zeros(0, np.uint32), np.zeros(0, np.float32))
        parts.append(np.array(pairs, np.uint32))
        keys, counts = np.unique(np.concatenate(parts) >> np.uint32(32 - KEY_BITS), return_counts=True)
        weights = 1 + np.log(counts)
        return Weighed(keys, (weights / np.sqrt(weights @ weights)).astype(np.float32))

    def buckets(self, words: Sequence[str]) -> NDArray[np.int64]:
        """Return the buckets of the short n-grams of all words, int64 (gram,), as often as they occur."""
        parts = [self.word(word).short for word in words if word]
        if not parts:
            return np.zeros(0, np.int64)
        return (np.concatenate(parts) & np.uint32((1 << LANGUAGE_BITS) - 1)).astype(np.int64)


def split_words(text: str) -> list[str]:
    """Return the words of a text: NFKC, lower case, parted by white space.

    >>> split_words("So  SAD today…")
    ['so', 'sad', 'today...']
    """
    words = unicodedata.normalize("NFKC", text).lower().split()
    if all(len(word) <= _LONGEST_WORD for word in words):
        return words
    return [word[i : i + _LONGEST_WORD] for word in words for i in range(0, len(word), _LONGEST_WORD)]


def _cut(word: str) -> Word:
    padded = f" {word} "
    by_length = [
        [crc32(padded[i : i + n].encode("utf-8", "replace")) for i in range(len(padded) - n + 1)]
        for n in range(1, LONGEST + 1)
    ]
    by_length[0] = by_length[0][1:-1]
    whole = [crc32(f"\x01{word}".encode("utf-8", "replace"))]
    short = [gram for length in by_length[:LONGEST_FOR_LANGUAGE] for gram in length] + whole
    every = [gram for length in by_length for gram in length] + whole
    return Word(np.array(every, np.uint32), np.array(short, np.uint32))
