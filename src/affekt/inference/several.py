"""A reader of several models: each text goes to the first that reads its language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from affekt.affect.convert import convert_probabilities
from affekt.cards import ModelCard
from affekt.inference.opinion import check_votes
from affekt.inference.text import AnyReader, Floats, TextEstimates
from affekt.inference.word_numbers import WordNumbers
from affekt.types import LabelSpace


class SeveralReader:
    """The models of a card's `members`, opened, in its order; all answer in the card's space."""

    def __init__(self, card: ModelCard, readers: Sequence[AnyReader]) -> None:
        self.card = card
        self._readers = tuple(readers)
        self._numbers = WordNumbers()

    @property
    def thresholds(self) -> Mapping[str, tuple[float, ...]]:
        """The first model's thresholds; `TextEstimates.limits` are each text's own."""
        return self._readers[0].thresholds

    def pieces(self, text: str) -> list[int]:
        """Return a number for each word of a text, the same for the same word as long as the reader is open."""
        return self._numbers.of(text)

    def estimate(
        self,
        texts: Sequence[str],
        *,
        batch_size: int = 64,
        language: str | None = None,
        raters: LabelSpace | None = None,
    ) -> TextEstimates:
        """Return the estimates for `texts`, in order; see `TextReader.estimate`.

        What no member reads is not supported. Raises `InputError` for `raters`: the card names no votes.
        """
        if raters is not None:
            check_votes(self.card, raters)
        count, space = len(texts), self.card.space
        whole = _nothing(count, space)
        left = np.arange(count)
        for reader in self._readers:
            if not len(left):
                break
            part = reader.estimate([texts[i] for i in left.tolist()], batch_size=batch_size, language=language)
            _fill(whole, left, part, reader, space)
            left = left[~part.supported]
        return whole

    def estimate_pieces(self, ids: Sequence[Sequence[int]], *, batch_size: int = 64) -> TextEstimates:
        """Return the estimates for texts given as numbers of words, 0 where masked, by the reader of the first."""
        texts = [self._numbers.text(each) for each in ids]
        whole = _nothing(len(texts), self.card.space)
        for reader in self._readers:
            if texts and reader.estimate(texts[:1]).supported[0]:
                # One memory of words for all texts, and what is masked there is masked here.
                words = [[reader.pieces(word) if word else [0] for word in self._numbers.words(each)] for each in ids]
                cut = [[piece for pieces in each for piece in pieces] for each in words]
                part = reader.estimate_pieces(cut, batch_size=batch_size)
                _fill(whole, np.arange(len(texts)), part, reader, self.card.space)
                break
        return whole

    def features(self, texts: Sequence[str], *, batch_size: int = 64) -> Floats:
        """Return the encodings of every member side by side, float32 (text, width)."""
        return np.concatenate([reader.features(texts, batch_size=batch_size) for reader in self._readers], axis=1)


def _nothing(count: int, space: LabelSpace) -> TextEstimates:
    """Return estimates of texts that nobody has read yet."""
    labels, limits = (np.full((count, len(space)), np.nan, np.float32) for _ in range(2))
    vad, vad_sd = (np.full((count, 3), np.nan, np.float32) for _ in range(2))
    intensity = np.full(count, np.nan, np.float32)
    supported, empty = (np.zeros(count, np.bool_) for _ in range(2))
    return TextEstimates(labels, vad, vad_sd, intensity, supported, empty, limits={space.name: limits})


def _fill(
    whole: TextEstimates, rows: NDArray[np.int64], part: TextEstimates, reader: AnyReader, space: LabelSpace
) -> None:
    """Put what one member says of the texts `rows` into `whole`, in `space`; what it does not read it leaves."""
    whole.supported[rows] = part.supported
    whole.empty[rows] = part.empty
    read = part.supported & ~part.empty
    taken = rows[read]
    whole.probabilities[taken] = convert_probabilities(part.probabilities[read], reader.card.space, space)
    whole.vad[taken], whole.vad_sd[taken] = part.vad[read], part.vad_sd[read]
    whole.intensity[taken] = part.intensity[read]
    assert whole.limits is not None
    own = None if part.limits is None else part.limits.get(space.name)
    fixed = reader.thresholds.get(space.name, (0.5,) * len(space))
    whole.limits[space.name][taken] = np.array(fixed, np.float32) if own is None else own[read]
