"""Transcripts of speech: word error rate, and which word became which."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from affekt.errors import InputError

Change = Literal["same", "substitution", "deletion", "insertion"]

# A sign of writing that is no letter, number or part of a word.
_SIGNS = re.compile(r"(?!(?<=\w)['’-](?=\w))[^\w\s]")

# What an edit costs; a substitution one more, so that of equally few edits those with the fewest substitutions win.
_EDIT = 1 << 32


class WordPair(NamedTuple):
    """A true word and the one recognised in its place; None where there is none on that side."""

    change: Change
    truth: str | None
    prediction: str | None


class WordError(NamedTuple):
    """The word error rate and its parts: how many words were substituted, left out, added and right, of how many."""

    rate: float
    substitutions: int
    deletions: int
    insertions: int
    hits: int
    words: int


def plain_words(text: str) -> list[str]:
    """Return the words of a text as two transcripts are compared: lower case, without punctuation.

    Apostrophes and hyphens within words stay.

    >>> plain_words("Well-known — isn't it?")
    ['well-known', "isn't", 'it']
    """
    return _SIGNS.sub(" ", text.replace("’", "'").lower()).replace("_", " ").split()


def align_words(truth: str | Sequence[str], prediction: str | Sequence[str]) -> list[WordPair]:
    """Return the true words beside those recognised, with the fewest substitutions, deletions and insertions.

    A str is cut at white space and not changed otherwise (`plain_words` does more); a sequence holds words, or
    characters for a character error rate. Of several best alignments one that keeps the most words. Levenshtein
    1966, "Binary Codes Capable of Correcting Deletions, Insertions, and Reversals".

    >>> [pair.change for pair in align_words("kids talk by the door", "kid talk by a the door")]
    ['substitution', 'same', 'same', 'insertion', 'same', 'same']
    """
    found, said = _listed(truth), _listed(prediction)
    numbers: dict[str, int] = {}
    left = np.array([numbers.setdefault(word, len(numbers)) for word in found], np.int64)
    right = np.array([numbers.setdefault(word, len(numbers)) for word in said], np.int64)
    # The edit distance, a row per true word. An insertion looks at its own row: solved for the row at once, as the
    # running minimum of what is there before insertions, minus how far along it is.
    along = np.arange(len(said) + 1) * _EDIT
    above = along.copy()
    moves = np.empty((len(found), len(said) + 1), np.int8)  # 0: keep or substitute, 1: delete, 2: insert
    for place, word in enumerate(left):
        across = np.concatenate([[np.iinfo(np.int64).max], above[:-1] + (right != word) * (_EDIT + 1)])
        down = above + _EDIT
        before = np.minimum(across, down)
        row = np.minimum.accumulate(before - along) + along
        moves[place] = np.where(across == row, 0, np.where(down == row, 1, 2))
        above = row
    pairs: list[WordPair] = []
    one, other = len(found), len(said)
    while one or other:
        move = 2 if not one else int(moves[one - 1, other])
        if move == 0:
            same = found[one - 1] == said[other - 1]
            pairs.append(WordPair("same" if same else "substitution", found[one - 1], said[other - 1]))
            one, other = one - 1, other - 1
        elif move == 1:
            pairs.append(WordPair("deletion", found[one - 1], None))
            one -= 1
        else:
            pairs.append(WordPair("insertion", None, said[other - 1]))
            other -= 1
    return pairs[::-1]


def word_error(truth: str | Sequence[str], prediction: str | Sequence[str]) -> WordError:
    r"""Return the word error rate of one transcript, at least 0; 0 is best, and it may pass 1.

    .. math:: WER = \frac{S + D + I}{N}

    of the alignment by `align_words`, :math:`N` true words. With no true words the rate is the number of words added.
    Over several transcripts: `pooled_word_error`.

    >>> word_error("kids are talking by the door", "kids talking buy the the door")
    WordError(rate=0.5, substitutions=1, deletions=1, insertions=1, hits=4, words=6)
    """
    changes = [pair.change for pair in align_words(truth, prediction)]
    counts = [changes.count(name) for name in ("substitution", "deletion", "insertion", "same")]
    return _rated(*counts)


def pooled_word_error(errors: Sequence[WordError]) -> WordError:
    """Return the error of several transcripts together: all their words count the same.

    >>> pooled_word_error([word_error("a b c", "a b"), word_error("d", "d")]).rate
    0.25
    """
    if not errors:
        raise InputError("There is no transcript to pool.")
    return _rated(*(sum(column) for column in list(zip(*errors, strict=True))[1:5]))


def _rated(substitutions: int, deletions: int, insertions: int, hits: int) -> WordError:
    words, wrong = substitutions + deletions + hits, substitutions + deletions + insertions
    return WordError(wrong / max(1, words), substitutions, deletions, insertions, hits, words)


def _listed(words: str | Sequence[str]) -> list[str]:
    return words.split() if isinstance(words, str) else list(words)
