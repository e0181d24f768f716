"""A reader of labels that somebody made up: their names and definitions, read in the space of `text`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from affekt.affect.words.own_labels import SPACE, own_labels
from affekt.errors import InputError
from affekt.inference.label_map import describe, load_label_map
from affekt.inference.opinion import check_votes
from affekt.inference.text import AnyReader, Floats, TextEstimates, TextReader
from affekt.types import LabelSpace

if TYPE_CHECKING:
    from affekt.cards import ModelCard

NEVER = 1.0
"""The threshold of a label that is not understood: no probability reaches it."""


class OpenReader:
    """The model of a card with `labels`, opened: the encoder of its one member, and a direction for each label.

    A label that is not understood (see `affekt.affect.words.own_labels`) gets the same probability for every text, how
    often a label holds at all, and is never among those present.
    """

    def __init__(self, card: ModelCard, base: AnyReader) -> None:
        if not isinstance(base, TextReader):
            raise InputError(
                f"Labels of your own are read by text, not by {card.members[0].name!r}. Leave the model out."
            )
        self.card = card
        self._base = base
        self._map = load_label_map(card.folder / "labels.npz")
        self._labels = own_labels(card.labels)
        sentences = [sentence for label in self._labels for sentence in describe(label)]
        # The labels are English by definition: nothing is gained by checking it, and short names would fail.
        encodings = base.encode(sentences, language=base.card.languages[0])[0]
        shaped = encodings.reshape(len(self._labels), -1, encodings.shape[1]).transpose(1, 0, 2)
        self._directions = self._map.directions(self._labels, shaped)
        self._known = np.array([label.how != "unknown" for label in self._labels])
        self._base_rate = float(self._map.probabilities(np.zeros(1))[0])

    @property
    def thresholds(self) -> Mapping[str, tuple[float, ...]]:
        """From which probability on each label counts as present."""
        limit = self._map.calibration.limit
        return {SPACE: tuple(limit if known else NEVER for known in self._known.tolist())}

    def pieces(self, text: str) -> list[int]:
        """Return the piece ids of a text."""
        return self._base.pieces(text)

    def estimate(
        self,
        texts: Sequence[str],
        *,
        batch_size: int = 64,
        language: str | None = None,
        raters: LabelSpace | None = None,
    ) -> TextEstimates:
        """Return the estimates for `texts`, in order; dimensions and intensity are those of the member.

        Raises `InputError` for `raters`: nobody's votes over these labels were learned.
        """
        if raters is not None:
            check_votes(self.card, raters)
        return self._scored(*self._base.encode(texts, batch_size=batch_size, language=language))

    def estimate_pieces(self, ids: Sequence[Sequence[int]], *, batch_size: int = 64) -> TextEstimates:
        """Return the estimates for texts given as piece ids, 0 where masked, without a language check."""
        return self._scored(*self._base.encode_pieces(ids, batch_size=batch_size))

    def features(self, texts: Sequence[str], *, batch_size: int = 64) -> Floats:
        """Return the encodings of the member, float32 (text, width)."""
        return self._base.features(texts, batch_size=batch_size)

    def _scored(self, encodings: NDArray[np.float32], estimates: TextEstimates) -> TextEstimates:
        said = self._map.probabilities(self._map.texts(encodings) @ self._directions.T)
        said[:, ~self._known] = self._base_rate
        said[~estimates.supported | estimates.empty] = np.nan
        return replace(estimates, probabilities=said.astype(np.float32), opinion=None, limits=None)
