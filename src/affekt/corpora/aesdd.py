"""AESDD: Greek utterances by actors in five emotions.

Vryzas, Kotsakis, Liatsou, Dimoulas & Kalliris 2018, Speech Emotion Recognition for Performance Interaction, Journal
of the Audio Engineering Society 66(6).
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

_EMOTIONS = {"a": "anger", "d": "disgust", "f": "fear", "h": "happiness", "s": "sadness"}
_NAME = re.compile(rf"([{''.join(_EMOTIONS)}])(\d\d) \((\d+)\)([ab]?)\.wav")

SPACE = find_space("aesdd")

CARD = CorpusCard(
    name="aesdd",
    summary="604 Greek utterances by six actors in five emotions",
    modality="speech",
    space=SPACE,
    licence="not verified",
    permissive=False,
    homepage="http://m3c.web.auth.gr/research/aesdd-speech-emotion-recognition/",
    citation=SPACE.source,
    files=(SourceFile("AESDD.zip", None),),
    rows={"all": 604},
    languages=("el",),
    notes=(
        "The label is the emotion asked for; there is no neutral. `conditions` hold intended and utterance. A letter "
        "after the actor marks a further take. The home is from memory; the corpus grows, read other releases with "
        "complete=False."
    ),
    layout_source=(
        "emo-box/EmoBox, data/aesdd/aesdd.jsonl (the names of all 604 recordings, which the reader parses), commit "
        "08280f279d47fb55d2c614061c70523d0a338d6b; the same in Strong-AI-Lab/emotion, datasets/AESDD/process.py, "
        "commit f2ebdd4e6a757986db15c8b12bd2a20e0f9c3401"
    ),
    raters="none: the label is the emotion asked for",
    speakers="six actors, no published split: leave one out",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the recordings in the order of their names.

    Layout: ``a03 (3).wav`` and so on, anywhere below `folder` or in an archive right in it.
    Raises `CorpusError`.
    """
    for clip in named_clips(folder, _NAME, like="a03 (3).wav", columns=()):
        utterance, _, rest = clip.name.partition(" ")
        label, speaker = _EMOTIONS[utterance[0]], f"actor-{int(rest.strip('()ab'))}"
        yield Record(
            id=clip.name,
            signal=replace(clip.signal, language="el", modality="speech"),
            split="all",
            labels=(label,),
            speaker=speaker,
            group=speaker,
            conditions={"intended": label, "utterance": utterance[1:]},
        )
