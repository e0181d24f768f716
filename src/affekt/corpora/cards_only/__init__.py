"""Corpora that have a card and no reader: not public, behind an agreement, or of a layout nobody has shown.

A file per family, each with its `CARDS`; `affekt.corpora.index` joins them with the corpora that can be read.
What a card says was taken from the publisher's page, the paper or its code; what could not be checked is left
empty or says "not verified". A card moves out of here when its reader is written.
"""

from __future__ import annotations

from affekt.cards import CorpusCard
from affekt.corpora.cards_only import (
    conversation,
    faces,
    images,
    language_models,
    multimodal,
    music,
    physiology,
    speech,
    text,
)

CARDS: tuple[CorpusCard, ...] = (
    *text.CARDS,
    *conversation.CARDS,
    *speech.CARDS,
    *faces.CARDS,
    *images.CARDS,
    *multimodal.CARDS,
    *music.CARDS,
    *physiology.CARDS,
    *language_models.CARDS,
)
