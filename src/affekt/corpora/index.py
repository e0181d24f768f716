"""All corpora affekt knows, by name: their cards, and the readers of those it can read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from affekt.cards import CorpusCard
from affekt.corpora import (
    aesdd,
    aff_wild2,
    affectnet,
    amigos,
    appreddit,
    armanemo,
    ased,
    asvp_esd,
    att_hack,
    berst,
    brighter,
    brighter_votes,
    cafe,
    ceap_360vr,
    cheer_ekman,
    covid19_worry,
    cped,
    crema_d_votes,
    crowd_envent,
    daic_woz,
    dailydialog,
    dair_emotion,
    deam,
    deap,
    depechemood,
    dreamer,
    ecf,
    ecf_semeval2024,
    edos,
    eibench,
    emobank,
    emobench,
    emocontext,
    emodb,
    emogator,
    emonet_voice,
    emopia,
    emorynlp,
    emotionbench,
    emotionlines,
    emov_db,
    emovo,
    emowoz,
    empathetic_dialogues,
    empathic_reactions,
    enisear_appraisal,
    enterface05,
    eq_bench,
    esconv,
    esd,
    fer2013,
    ferplus,
    french_emotion_modes,
    github_emotion,
    glasgow_norms,
    goemotions,
    goemotions_raters,
    iemocap,
    isear,
    jl_corpus,
    k_emocon,
    longemotion,
    mahaemotions,
    mahnob_hci,
    meld,
    meld_st,
    mesd,
    mosi_features,
    mpi_personality,
    msp_podcast,
    mtg_jamendo_moodtheme,
    music_emotions,
    nemo,
    oreau,
    peld,
    pmemo,
    raf_db,
    ravdess,
    reccon,
    savee,
    seed,
    seed_iv,
    semeval_2007,
    semeval_2018,
    ser_ampel,
    shemo,
    stackoverflow_emotion,
    stress_predict,
    subesco,
    tess,
    thai_ser,
    turev_db,
    urdu_ser,
    vader_icwsm,
    vgmidi,
    warriner_vad,
    wesad,
    x_envent,
    xed,
    zed,
)
from affekt.corpora.cards_only import CARDS as WITHOUT_READER
from affekt.errors import CorpusError, UnknownNameError, unknown_name
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
    github_emotion,
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
    french_emotion_modes,
    covid19_worry,
    emobench,
    eq_bench,
    emotionbench,
    mpi_personality,
    longemotion,
    eibench,
    warriner_vad,
    depechemood,
    semeval_2007,
    semeval_2018,
    emotionlines,
    emocontext,
    emowoz,
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
    emonet_voice,
    thai_ser,
    turev_db,
    pmemo,
    vgmidi,
    mosi_features,
    stress_predict,
    ceap_360vr,
    mtg_jamendo_moodtheme,
    music_emotions,
    tess,
    msp_podcast,
    zed,
    wesad,
    deam,
    emopia,
    deap,
    dreamer,
    seed,
    seed_iv,
    shemo,
    jl_corpus,
    emovo,
    cafe,
    subesco,
    mesd,
    aesdd,
    urdu_ser,
    oreau,
    ased,
    asvp_esd,
    enterface05,
    raf_db,
    affectnet,
    aff_wild2,
    fer2013,
    k_emocon,
    daic_woz,
    mahnob_hci,
    amigos,
    berst,
    att_hack,
    meld_st,
    ser_ampel,
)

# Those that can be read come first.
CORPORA: dict[str, CorpusCard] = {card.name: card for card in (*(corpus.CARD for corpus in _ALL), *WITHOUT_READER)}
READERS: dict[str, Callable[[Path], Iterator[Record]]] = {corpus.CARD.name: corpus.read for corpus in _ALL}


def find_corpus(corpus: str | CorpusCard) -> CorpusCard:
    """Return the card of that name; a card is returned as it is. Hyphens count as underscores.

    Corpora that other packages add are known too (`affekt.corpora.plugins`). Raises `UnknownNameError`, which offers
    the nearest name.

    >>> find_corpus("glasgow-norms").rows
    {'all': 5553}
    >>> find_corpus("glasgow")
    Traceback (most recent call last):
    affekt.errors.UnknownNameError: Unknown corpus 'glasgow'. Did you mean 'glasgow_norms'? ...
    """
    if isinstance(corpus, CorpusCard):
        return corpus
    card = CORPORA.get(corpus.replace("-", "_"))
    if card is not None:
        return card
    from affekt.corpora.plugins import plugin_corpora

    added = plugin_corpora()
    if corpus in added.corpora:
        return added.corpora[corpus].card
    error = unknown_name("corpus", corpus, [*CORPORA, *added.corpora], "affekt corpora")
    raise UnknownNameError("\n".join((str(error), *added.problems)))


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
    if card.name not in CORPORA:
        from affekt.corpora.plugins import plugin_corpora

        found = plugin_corpora().corpora.get(card.name)
        if found is not None:
            return found.read
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
