"""The language check: is this English, as far as its word pieces tell?

Both text models read English only, and both see a text as WordPiece ids. The check is a linear
model over the same ids, one integer per piece of the vocabulary, so it costs a gather and a few
sums per text, and it can look at stretches of a text as easily as at the whole.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.errors import InputError

WEIGHTS = Path(__file__).parent / "data" / "language.npz"

# [UNK]: every word in a script that the vocabulary lacks, so two in a row are two words.
UNKNOWN = 100

# Eight letters in a row of Thai, Lao, Tibetan, Burmese or Khmer: more than a word or a kaomoji.
_UNSPACED = re.compile("[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff]{8}")

# Larger than any text's summed evidence, so that a text never sees the one before it.
_APART = np.int64(1) << 32


@dataclass(frozen=True, slots=True)
class Decision:
    """How much evidence against English refuses a text; fitted on dev by ``recipes/language``.

    Evidence is counted in nats over the strongest run of words. `word` is the most that one word may
    add to it or take away, and `run` is more than two of these: a word or a full name, however
    foreign, refuses nothing. A run refuses at `run` nats, or at `share` nats per word of the text
    where that is more (a quotation does not make a long text foreign), but always at `enough`; and at
    `short_run` where the text has fewer than `short_words` words.
    """

    word: float = 2.5
    run: float = 5.1
    share: float = 0.25
    enough: float = 12.0
    short_run: float = 6.75
    short_words: float = 4.0


@dataclass(frozen=True, slots=True)
class LanguageCheck:
    """Tells English from other languages and from mixtures with them.

    `evidence: int8 (piece,)` is what each piece of the vocabulary says against English, in steps of
    `step` nats; `starts: bool (piece,)` is True where a piece with a letter or digit begins a word,
    `tags: bool (piece,)` where a sign makes the word after it part of a handle, a hashtag or an
    address (``@ # / = _``), which is no word of any language.
    `bias` is the log-odds of English with no evidence at all.

    >>> check = LanguageCheck.load()
    >>> ids = [2023, 2003, 2307, 7367, 8093, 19817, 21159, 8004, 2002, 10421]  # this is great | sehr traurig heute
    >>> (check.score(ids, [0, 3, 10]) > 0).tolist()
    [True, False]
    """

    evidence: NDArray[np.int8]
    starts: NDArray[np.bool_]
    tags: NDArray[np.bool_]
    step: float
    bias: float
    decision: Decision = field(default_factory=Decision)

    @staticmethod
    def load() -> LanguageCheck:
        """Return the shipped check, read once per process."""
        return _load(WEIGHTS)

    def score(self, ids: ArrayLike, offsets: ArrayLike) -> NDArray[np.float32]:
        """Return the log-odds that each text as a whole is English, float32 (text,).

        `ids: int (piece,)` holds the pieces of all texts one after another, `offsets: int (text + 1,)`
        where each begins, and the end. Above 0 speaks for English; a text without letters has the bias.
        A text that is half English scores between the two: `supported` looks closer.

        Raises `InputError` where ids and offsets do not fit each other or the vocabulary.
        """
        pieces, bounds = self._checked(ids, offsets)
        sums = np.zeros(len(pieces) + 1, dtype=np.int64)
        np.cumsum(self.evidence[pieces], out=sums[1:])
        return (self.bias - self.step * (sums[bounds[1:]] - sums[bounds[:-1]])).astype(np.float32)

    def supported(self, ids: ArrayLike, offsets: ArrayLike, *, texts: Sequence[str] | None = None) -> NDArray[np.bool_]:
        """Return whether each text is one that an English model may read, bool (text,).

        False only where a run of several words is clearly in another language (see `Decision`).
        Single words, interjections, names, numbers, punctuation, emoji and links are True, and so is
        the empty text. Arguments and errors are those of `score`.

        Thai, Khmer, Burmese and others put no spaces between words, and the vocabulary lacks most of
        their letters, so a whole sentence is one unknown piece. Give `texts`, the texts themselves, to
        have those refused too; for ASCII texts it costs next to nothing.

        >>> LanguageCheck.load().supported([2023, 2003, 2307], [0, 0, 3]).tolist()
        [True, True]
        >>> LanguageCheck.load().supported([100], [0, 1], texts=["ฉันมีความสุขมาก"]).tolist()
        [False]
        """
        pieces, bounds = self._checked(ids, offsets)
        run, words = self._strongest_run(pieces, bounds)
        decision = self.decision
        limit = np.clip(decision.share * words, decision.run, decision.enough)
        supported: NDArray[np.bool_] = run < np.where(words < decision.short_words, decision.short_run, limit)
        if texts is not None:
            if len(texts) != len(supported):
                raise InputError(f"{len(texts)} texts do not fit offsets for {len(supported)}.")
            for place, text in enumerate(texts):
                if not text.isascii() and _UNSPACED.search(text):
                    supported[place] = False
        return supported

    def strongest_run(self, ids: ArrayLike, offsets: ArrayLike) -> NDArray[np.float64]:
        """Return the evidence against English of each text's most foreign run of words, in nats, float64 (text,).

        The greatest sum over neighbouring words (Kadane's), each word cut to what `Decision` lets it
        say; 0 where no word speaks against English. Arguments and errors are those of `score`.
        """
        return self._strongest_run(*self._checked(ids, offsets))[0]

    def _strongest_run(
        self, pieces: NDArray[np.int64], bounds: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Nats of the strongest run, and number of words, per text."""
        # Integers throughout: the same text gives the same sum in whichever batch it comes.
        texts = len(bounds) - 1
        starts = self.starts[pieces]
        filled = bounds[:-1] < bounds[1:]
        heads = starts.copy()
        heads[bounds[:-1][filled]] = True
        first = np.flatnonzero(heads)
        run = np.zeros(texts)
        counted = np.zeros(len(pieces) + 1, dtype=np.int64)
        np.cumsum(starts, out=counted[1:])
        words = counted[bounds[1:]] - counted[bounds[:-1]]
        if not len(first):
            return run, words
        word = np.add.reduceat(self.evidence[pieces], first, dtype=np.int32)
        edges = np.searchsorted(first, bounds)
        begins = edges[:-1][filled]
        # "chika chika chika" is one piece of evidence, not three; handles and hashtags are none.
        opening = pieces[first]
        mute = np.zeros(len(word), dtype=np.bool_)
        mute[1:] = (word[1:] == word[:-1]) & (opening[1:] == opening[:-1]) & (opening[1:] != UNKNOWN)
        mute[1:] |= self.tags[pieces[first[1:] - 1]]
        mute[begins] = False
        most = round(self.decision.word / self.step)
        said = np.clip(word, -most, most).astype(np.int64)
        said[mute] = 0
        after = np.cumsum(said)
        apart = np.zeros(len(word), dtype=np.int64)
        apart[begins[1:]] = _APART
        np.cumsum(apart, out=apart)
        lowest = np.minimum.accumulate(after - said - apart) + apart
        run[filled] = self.step * np.maximum(0, np.maximum.reduceat(after - lowest, begins))
        return run, words

    def _checked(self, ids: ArrayLike, offsets: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Ids and offsets as arrays that fit each other."""
        pieces, bounds = np.asarray(ids), np.asarray(offsets)
        if not len(pieces):
            pieces = pieces.astype(np.int64)
        if pieces.ndim != 1 or bounds.ndim != 1 or pieces.dtype.kind not in "iu" or bounds.dtype.kind not in "iu":
            raise InputError(
                f"ids and offsets are flat arrays of integers, got {pieces.dtype} {pieces.shape} "
                f"and {bounds.dtype} {bounds.shape}."
            )
        if not len(bounds) or bounds[0] != 0 or bounds[-1] != len(pieces) or (bounds[1:] < bounds[:-1]).any():
            raise InputError(
                f"offsets must rise from 0 to the number of ids ({len(pieces)}), one more than there are texts."
            )
        if len(pieces) and not 0 <= pieces.min() <= pieces.max() < len(self.evidence):
            raise InputError(
                f"ids must lie between 0 and {len(self.evidence) - 1}, got {pieces.min()} to {pieces.max()}. "
                "Use the tokenizer of the text models."
            )
        return pieces, bounds


@cache
def _load(path: Path) -> LanguageCheck:
    with np.load(path, allow_pickle=False) as stored:
        evidence = stored["evidence"]
        starts, tags = (np.unpackbits(stored[name], count=len(evidence)) > 0 for name in ("starts", "tags"))
        decision = Decision(**{each.name: float(stored[each.name]) for each in fields(Decision)})
        return LanguageCheck(evidence, starts, tags, float(stored["step"]), float(stored["bias"]), decision)
