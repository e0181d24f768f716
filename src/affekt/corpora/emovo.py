"""EMOVO: fourteen Italian sentences by six actors in seven emotions.

Costantini, Iaderola, Paoloni & Todisco 2014, EMOVO Corpus: an Italian Emotional Speech Database, LREC.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.finding import named_clips
from affekt.types import Record

_EMOTIONS = {
    **{"dis": "disgust", "gio": "joy", "neu": "neutral", "pau": "fear"},
    **{"rab": "anger", "sor": "surprise", "tri": "sadness"},
}
_SENTENCES = {
    "b1": "Gli operai si alzano presto",
    "b2": "I vigili sono muniti di pistola",
    "b3": "La cascata fa molto rumore",
    "l1": "L'autunno prossimo Tony partirà per la Spagna nella prima metà di ottobre",
    "l2": "Ora prendo la felpa di là ed esco per fare una passeggiata",
    "l3": "Un attimo dopo s'è incamminato ... ed è inciampato",
    "l4": "Vorrei il numero telefonico del Signor Piatti",
    "n1": "La casa forte vuole col pane",
    "n2": "La forza trova il passo e l'aglio rosso",
    "n3": "Il gatto sta scorrendo nella pera",
    "n4": "Insalata pastasciutta coscia d'agnello limoncello",
    "n5": "Uno quarantatré dieci mille cinquantasette venti",
    "d1": "Sabato sera cosa farà?",
    "d2": "Porti con te quella cosa?",
}
_NAME = re.compile(rf"({'|'.join(_EMOTIONS)})-([fm][123])-({'|'.join(_SENTENCES)})\.wav")

SPACE = find_space("emovo")

CARD = CorpusCard(
    name="emovo",
    summary="588 recordings of fourteen Italian sentences by six actors in seven emotions",
    modality="speech",
    space=SPACE,
    licence="not verified",
    permissive=False,
    homepage="http://voice.fub.it/activities/corpora/emovo/index.html",
    citation=SPACE.source,
    files=(SourceFile("emovo.zip", None),),
    rows={"all": 588},
    languages=("it",),
    notes=(
        "The label is the emotion asked for. `conditions` hold intended, sentence and sex; the sentences are the "
        "same for all actors and emotions, some of them nonsense (n1 to n5). The home is from memory."
    ),
    layout_source=(
        "emo-box/EmoBox, data/emovo/emovo.jsonl (the names of all 588 recordings, which the reader parses), commit "
        "08280f279d47fb55d2c614061c70523d0a338d6b; the same letters, and the sentences, in Strong-AI-Lab/emotion, "
        "datasets/EMOVO/process.py, commit de3e6055786b7fd224262c5fb4342fa2d1ee3648"
    ),
    raters="none: the label is the emotion asked for",
    speakers="six actors (three women, three men), no published split: leave one out",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the recordings in the order of their names.

    Layout: ``gio-f2-b2.wav`` and so on, anywhere below `folder` or in an archive right in it.
    Raises `CorpusError`.
    """
    for clip in named_clips(folder, _NAME, like="gio-f2-b2.wav", columns=()):
        emotion, speaker, sentence = clip.name.split("-")
        label = _EMOTIONS[emotion]
        yield Record(
            id=clip.name,
            signal=replace(clip.signal, text=_SENTENCES[sentence], language="it", modality="speech"),
            split="all",
            labels=(label,),
            speaker=speaker,
            group=speaker,
            conditions={
                "intended": label,
                "sentence": sentence,
                "sex": "female" if speaker[0] == "f" else "male",
            },
        )
