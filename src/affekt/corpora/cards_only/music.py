"""Music corpora without a reader: none at present."""

from __future__ import annotations

from affekt.cards import CorpusCard

CARDS: tuple[CorpusCard, ...] = ()
