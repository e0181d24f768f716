"""SUBESCO: ten Bangla sentences by twenty actors in seven emotions, five takes each.

Sultana, Rahman, Selim & Iqbal 2021, SUST Bangla Emotional Speech Corpus (SUBESCO): An audio-only emotional speech
corpus for Bangla, PLOS ONE 16(4).
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
    **{"ANGRY": "anger", "DISGUST": "disgust", "FEAR": "fear", "HAPPY": "happiness"},
    **{"NEUTRAL": "neutral", "SAD": "sadness", "SURPRISE": "surprise"},
}
# One of the official names has a bracket too many.
_NAME = re.compile(rf"([FM])_(\d\d)_([A-Z]+)_S_(10|[1-9])_({'|'.join(_EMOTIONS)})_([1-5])\]?\.wav")

SPACE = find_space("subesco")

CARD = CorpusCard(
    name="subesco",
    summary="7,000 recordings of ten Bangla sentences by twenty actors in seven emotions, five takes each",
    modality="speech",
    space=SPACE,
    licence="not verified (from memory: CC BY 4.0)",
    permissive=False,
    homepage="https://zenodo.org/records/4526477",
    citation=SPACE.source,
    files=(SourceFile("SUBESCO.zip", None),),
    rows={"all": 7000},
    languages=("bn",),
    notes=(
        "The label is the emotion asked for; what 50 listeners heard is in the paper, not in the files. `conditions` "
        "hold intended, sentence, take and sex. Actors are told apart by sex and number (the name in the file names "
        "is left out). The home is from memory."
    ),
    layout_source=(
        "emo-box/EmoBox, data/subesco/subesco.jsonl (the names of all 7,000 recordings, which the reader parses), "
        "commit 08280f279d47fb55d2c614061c70523d0a338d6b; the same in Strong-AI-Lab/emotion, "
        "datasets/SUBESCO/process.py, commit 6c2e43140927a2c2d3e72d392be7e50aadb07716"
    ),
    raters="none read: the label is the emotion asked for",
    speakers="twenty actors (ten women, ten men), no published split: leave one out",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the recordings in the order of their names.

    Layout: ``F_10_FAHMEE_S_6_FEAR_5.wav`` and so on, anywhere below `folder` or in an archive right in it.
    Raises `CorpusError`.
    """
    for clip in named_clips(folder, _NAME, like="F_10_FAHMEE_S_6_FEAR_5.wav", columns=()):
        sex, number, _, _, sentence, emotion, take = clip.name.rstrip("]").split("_")
        label, speaker = _EMOTIONS[emotion], f"{sex}{number}"
        yield Record(
            id=f"{speaker}.{sentence}.{emotion.lower()}.{take}",
            signal=replace(clip.signal, language="bn", modality="speech"),
            split="all",
            labels=(label,),
            speaker=speaker,
            group=speaker,
            conditions={
                "intended": label,
                "sentence": sentence,
                "take": take,
                "sex": "female" if sex == "F" else "male",
            },
        )
