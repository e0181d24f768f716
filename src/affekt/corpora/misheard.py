"""Transcripts as a recogniser with a given word error rate might write them: words taken for others, lost, added.

A named simulation: no recogniser runs. What is written for a word is one of the vocabulary that is spelt much alike,
as recognisers take words for others that sound alike; which words go wrong is chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from affekt.errors import InputError
from affekt.metrics.transcripts import word_error

Floats = NDArray[np.float32]
_NEAREST = 8  # words that one may be taken for
_TRIES = 4


@dataclass(frozen=True, slots=True)
class Mishearing:
    """How words go wrong: `wer`, errors per true word, at least 0, and how they are shared out among the three kinds.

    The shares are those that recognisers often show: most errors are substitutions, and more words are lost than added.
    """

    wer: float
    substitutions: float = 0.6
    deletions: float = 0.25
    insertions: float = 0.15

    def __post_init__(self) -> None:
        shares = (self.substitutions, self.deletions, self.insertions)
        if not 0 <= self.wer <= 1 or min(shares) < 0 or abs(sum(shares) - 1) > 1e-9:
            raise InputError(
                f"A word error rate is from 0 to 1 and its three shares add up to 1, got {self.wer:g} and "
                f"{', '.join(f'{share:g}' for share in shares)}."
            )


class Misheard(NamedTuple):
    """A transcript with errors: its words joined by blanks; how sure the recogniser says it is of each, float32
    (word,), drawn high for right words and lower for wrong ones; which are right, bool (word,)."""

    text: str
    confidence: Floats
    right: NDArray[np.bool_]


def mishear(
    texts: Sequence[str], how: Mishearing, *, vocabulary: Sequence[str] | None = None, seed: int = 0
) -> list[Misheard]:
    """Return each text as misheard, so that the word error rate over all of them comes to `how.wer`.

    vocabulary: what may be written in place of a word, the words of `texts` if None; with fewer than two different
    words only losses are left. Each text gets its part of the errors, and what a text cannot hold the next one does.
    Errors are counted by `affekt.metrics.transcripts.word_error`, so a word lost beside one added, which
    an alignment sees as one substitution, is one error. The same seed makes the same errors.

    >>> from affekt.metrics.transcripts import pooled_word_error
    >>> truth = ["the film was long and i did not like the end of it at all"] * 20
    >>> found = mishear(truth, Mishearing(0.3), seed=1)
    >>> wrong = pooled_word_error([word_error(a, b.text) for a, b in zip(truth, found)])
    >>> round(wrong.rate, 1)
    0.3
    """
    random = np.random.default_rng(seed)
    known = sorted(set(" ".join(texts).split() if vocabulary is None else vocabulary))
    alike = _Alike(known)
    found, owed = [], 0.0
    for text in texts:
        words = text.split()
        owed += how.wer * len(words)
        made, came = [(word, True) for word in words], 0
        wanted = round(owed)
        # Errors side by side may cancel: add some until the alignment counts as many as are due.
        extra = 0
        for _ in range(_TRIES if wanted else 0):
            tried = _spoil(words, wanted + extra, how, alike, random)
            counted = _errors(words, tried)
            if abs(counted - wanted) < abs(came - wanted):
                made, came = tried, counted
            if counted == wanted:
                break
            extra += wanted - counted
        owed -= came
        right = np.array([sure for _, sure in made], bool)
        confidence = np.where(right, random.beta(8, 2, len(made)), random.beta(3, 3, len(made))).astype(np.float32)
        found.append(Misheard(" ".join(word for word, _ in made), confidence, right))
    return found


def _errors(words: Sequence[str], made: Sequence[tuple[str, bool]]) -> int:
    error = word_error(words, [word for word, _ in made])
    return error.substitutions + error.deletions + error.insertions


def _spoil(
    words: Sequence[str], wanted: int, how: Mishearing, alike: _Alike, random: np.random.Generator
) -> list[tuple[str, bool]]:
    """Return the words with `wanted` errors put in, each beside whether it is right."""
    kinds = random.choice(3, wanted, p=[how.substitutions, how.deletions, how.insertions])
    if len(alike) < 2:
        kinds = np.ones(wanted, np.int64)
    added = int((kinds == 2).sum())
    changed = random.permutation(len(words))[: wanted - added]
    lost = set(changed[: int((kinds == 1).sum())].tolist())
    taken = set(changed.tolist()) - lost
    # A word is added beside one that stays: beside a lost one both would count as one substitution.
    stays = [place for place in range(len(words)) if place not in lost]
    after = random.choice(stays, added).tolist() if stays and added else []
    made: list[tuple[str, bool]] = []
    for place, word in enumerate(words):
        if place not in lost:
            made.append((alike.other(word, random), False) if place in taken else (word, True))
        made += [(alike.any(random), False)] * after.count(place)
    return made


class _Alike:
    """The words that each word is spelt most like: by the share of pairs of letters that both have."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = list(words)
        self._places = {word: place for place, word in enumerate(self.words)}
        pairs = [_letter_pairs(word) for word in self.words]
        self._numbers = {pair: number for number, pair in enumerate(sorted(set().union(*pairs)))}
        self._table = np.zeros((len(self.words), max(1, len(self._numbers))), np.float32)
        for row, each in enumerate(pairs):
            self._table[row, [self._numbers[pair] for pair in each]] = 1
        self._sizes = self._table.sum(1)
        self._found: dict[str, list[int]] = {}

    def __len__(self) -> int:
        return len(self.words)

    def any(self, random: np.random.Generator) -> str:
        """Return any word."""
        return self.words[int(random.integers(len(self.words)))]

    def other(self, word: str, random: np.random.Generator) -> str:
        """Return one of the words that `word` is spelt most like, and not itself."""
        if word not in self._found:
            row = np.zeros(self._table.shape[1], np.float32)
            row[[self._numbers[pair] for pair in _letter_pairs(word) if pair in self._numbers]] = 1
            both = self._table @ row
            likeness = both / np.maximum(self._sizes + row.sum() - both, 1)
            if word in self._places:
                likeness[self._places[word]] = -1
            others = min(_NEAREST, len(self.words) - (word in self._places))
            self._found[word] = np.argsort(-likeness, kind="stable")[:others].tolist()
        return self.words[int(random.choice(self._found[word]))]


def _letter_pairs(word: str) -> set[str]:
    padded = f"^{word}$"
    return {padded[at : at + 2] for at in range(len(padded) - 1)}
