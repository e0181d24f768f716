"""TESS: 200 words in one carrier phrase by a younger and an older actress in seven emotions.

Pichora-Fuller & Dupuis 2020, Toronto emotional speech set (TESS), Borealis, 10.5683/SP2/E8H2MF.
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

# The last part of a file name: ps is pleasant surprise.
_EMOTIONS = {
    **{"angry": "anger", "disgust": "disgust", "fear": "fear", "happy": "happiness"},
    **{"ps": "pleasant surprise", "sad": "sadness", "neutral": "neutral"},
}
# The older and the younger actress; their ages are the makers'.
_SPEAKERS = {"OAF": "64", "YAF": "26"}
_NAME = re.compile(rf"({'|'.join(_SPEAKERS)})_([a-z]+)_({'|'.join(_EMOTIONS)})\.wav")

SPACE = find_space("tess")

CARD = CorpusCard(
    name="tess",
    summary="200 words in one carrier phrase by a younger and an older actress in seven emotions",
    modality="speech",
    space=SPACE,
    licence="Creative Commons, non-commercial (which one: not verified)",
    permissive=False,
    homepage="https://tspace.library.utoronto.ca/handle/1807/24487",
    citation=SPACE.source.partition(";")[0],
    files=(SourceFile("dataverse_files.zip", None),),
    rows={"all": 2800},
    languages=("en",),
    notes=(
        "The label is the emotion asked for. `conditions` hold intended, word, sex and age; the words are the same for "
        "both actresses and all emotions. Publishers of copies put the recordings into folders OAF_angry … or leave "
        "them flat; both are read, names alone count. With two actresses a fold is one of them."
    ),
    layout_source=(
        "emo-box/EmoBox, data/tess/tess.jsonl (the names of all 2,800 recordings, which the reader parses), commit "
        "08280f279d47fb55d2c614061c70523d0a338d6b; the same in Strong-AI-Lab/emotion, datasets/TESS/process.py, commit "
        "f2ebdd4e6a757986db15c8b12bd2a20e0f9c3401"
    ),
    raters="none: the label is the emotion asked for",
    speakers="two actresses, no published split; the words are the same for both",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the recordings in the order of their names.

    Layout: ``OAF_back_angry.wav`` and so on, anywhere below `folder` or in an archive right in it. Raises
    `CorpusError`.
    """
    for clip in named_clips(folder, _NAME, like="OAF_back_angry.wav", columns=()):
        speaker, word, emotion = clip.name.split("_")
        label = _EMOTIONS[emotion]
        yield Record(
            id=clip.name,
            signal=replace(clip.signal, text=f"Say the word {word}", language="en", modality="speech"),
            split="all",
            labels=(label,),
            speaker=speaker,
            group=speaker,
            conditions={"intended": label, "word": word, "sex": "female", "age": _SPEAKERS[speaker]},
        )
