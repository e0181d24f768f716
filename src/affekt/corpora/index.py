"""All corpora affekt can read, by name: their cards and their readers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from affekt.cards import CorpusCard
from affekt.corpora import (
    appreddit,
    brighter,
    brighter_votes,
    crowd_envent,
    dailydialog,
    dair_emotion,
    edos,
    emobank,
    empathetic_dialogues,
    empathic_reactions,
    enisear_appraisal,
    glasgow_norms,
    goemotions,
    isear,
    stackoverflow_emotion,
    vader_icwsm,
    x_envent,
    xed,
)
from affekt.errors import UnknownNameError, unknown_name
from affekt.types import Record

_ALL = (
    goemotions,
    emobank,
    glasgow_norms,
    brighter,
    brighter_votes,
    xed,
    edos,
    empathic_reactions,
    vader_icwsm,
    crowd_envent,
    dair_emotion,
    empathetic_dialogues,
    dailydialog,
    isear,
    x_envent,
    stackoverflow_emotion,
    enisear_appraisal,
    appreddit,
)

CORPORA: dict[str, CorpusCard] = {corpus.CARD.name: corpus.CARD for corpus in _ALL}
READERS: dict[str, Callable[[Path], Iterator[Record]]] = {corpus.CARD.name: corpus.read for corpus in _ALL}


def find_corpus(corpus: str | CorpusCard) -> CorpusCard:
    """Return the card of that name; a card is returned as it is. Hyphens count as underscores.

    Raises `UnknownNameError`, which offers the nearest name.

    >>> find_corpus("glasgow-norms").rows
    {'all': 5553}
    >>> find_corpus("glasgow")
    Traceback (most recent call last):
    affekt.errors.UnknownNameError: Unknown corpus 'glasgow'. Did you mean 'glasgow_norms'? ...
    """
    if isinstance(corpus, CorpusCard):
        return corpus
    card = CORPORA.get(corpus.replace("-", "_"))
    if card is None:
        listing = unknown_name("corpus", corpus, CORPORA, "affekt.corpora.index.CORPORA").args[0]
        raise UnknownNameError(f"{str(listing).partition(' List them')[0]} Known are: {', '.join(CORPORA)}.")
    return card
