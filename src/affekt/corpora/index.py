"""All corpora affekt knows, by name: their cards, and the readers of those it can read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from affekt.cards import CorpusCard
from affekt.corpora import (
    appreddit,
    armanemo,
    brighter,
    brighter_votes,
    ceap_360vr,
    cheer_ekman,
    covid19_worry,
    cped,
    crema_d_votes,
    crowd_envent,
    dailydialog,
    dair_emotion,
    depechemood,
    ecf,
    ecf_semeval2024,
    edos,
    eibench,
    emobank,
    emobench,
    emodb,
    emogator,
    emorynlp,
    emotionbench,
    emotionlines,
    emov_db,
    empathetic_dialogues,
    empathic_reactions,
    enisear_appraisal,
    eq_bench,
    esconv,
    esd,
    ferplus,
    glasgow_norms,
    goemotions,
    goemotions_raters,
    iemocap,
    isear,
    longemotion,
    mahaemotions,
    meld,
    mosi_features,
    mpi_personality,
    mtg_jamendo_moodtheme,
    music_emotions,
    nemo,
    peld,
    pmemo,
    ravdess,
    reccon,
    savee,
    semeval_2018,
    stackoverflow_emotion,
    stress_predict,
    turev_db,
    vader_icwsm,
    vgmidi,
    warriner_vad,
    x_envent,
    xed,
)
from affekt.corpora.cards_only import CARDS as WITHOUT_READER
from affekt.errors import CorpusError, unknown_name
from affekt.types import Record

_ALL = (
    goemotions,
    goemotions_raters,
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
    meld,
    emorynlp,
    cped,
    ecf,
    ecf_semeval2024,
    reccon,
    esconv,
    cheer_ekman,
    mahaemotions,
    armanemo,
    covid19_worry,
    emobench,
    eq_bench,
    emotionbench,
    mpi_personality,
    longemotion,
    eibench,
    warriner_vad,
    depechemood,
    semeval_2018,
    emotionlines,
    peld,
    ravdess,
    emodb,
    iemocap,
    savee,
    esd,
    emov_db,
    nemo,
    crema_d_votes,
    ferplus,
    emogator,
    turev_db,
    pmemo,
    vgmidi,
    mosi_features,
    stress_predict,
    ceap_360vr,
    mtg_jamendo_moodtheme,
    music_emotions,
)

# Those that can be read come first.
CORPORA: dict[str, CorpusCard] = {card.name: card for card in (*(corpus.CARD for corpus in _ALL), *WITHOUT_READER)}
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
        raise unknown_name("corpus", corpus, CORPORA, "affekt corpora")
    return card


def find_reader(corpus: str | CorpusCard) -> Callable[[Path], Iterator[Record]]:
    """Return the reader of a corpus: give it the folder that holds the official files.

    Raises `UnknownNameError`, and `CorpusError` where a corpus has a card and no reader; it says why,
    and where to ask for the corpus.

    >>> find_reader("glasgow_norms").__module__
    'affekt.corpora.glasgow_norms'
    >>> find_reader("cusemo")
    Traceback (most recent call last):
    affekt.errors.CorpusError: affekt has a card and no reader for cusemo: its files are not public. ...
    """
    card = find_corpus(corpus)
    if card.name in READERS:
        return READERS[card.name]
    why = _WHY[card.layout]
    if card.access == "not public":
        why = "its files are not public"
    where = f"Ask at {card.homepage}" if card.homepage else f"Ask the authors of: {card.citation}"
    raise CorpusError(
        f"affekt has a card and no reader for {card.name}: {why}. {where} (access: {card.access}; licence: "
        f"{card.licence}). `affekt corpora {card.name}` prints what is known of it."
    )


_WHY = {
    "none public": "no public description of its file layout was found",
    "unverified": "its file layout could not be checked against the publisher's files, code or documentation",
    "verified": "its reader is not written yet",
}
