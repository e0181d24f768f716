"""ASED: Amharic sentences by 65 speakers in five emotions.

Retta, Sutcliffe, Almekhlafi, Enku, Alemu, Gemechu, Berwo, Mhamed & Feng 2023, A New Amharic Speech Emotion Dataset
and Classification Benchmark, ACM TALLIP 22(1).
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

_EMOTIONS = {"n": "neutral", "f": "fear", "h": "happiness", "s": "sadness", "a": "anger"}
_SEXES = {"01": "female", "02": "male"}
# One of the official names has a capital letter.
_NAME = re.compile(rf"([{''.join(_EMOTIONS)}])\d-(\d\d)-(\d\d)-(01|02)-(\d\d)\.wav", re.IGNORECASE)

SPACE = find_space("ased")

CARD = CorpusCard(
    name="ased",
    summary="2,474 Amharic utterances by 65 speakers in five emotions",
    modality="speech",
    space=SPACE,
    licence="not verified",
    permissive=False,
    homepage="https://github.com/Ethio2021/ASED_V1",
    citation=SPACE.source,
    files=(SourceFile("ASED_V1.zip", None),),
    rows={"all": 2474},
    languages=("am",),
    notes=(
        "The label is the emotion asked for (judges left out what did not convey it, by the paper). `conditions` "
        "hold intended, sentence (numbered within the emotion), take and sex. The text is not published in writing. "
        "The home is from memory."
    ),
    layout_source=(
        "emo-box/EmoBox, data/ased/ased.jsonl (the names of all 2,474 recordings, which the reader parses), commit "
        "08280f279d47fb55d2c614061c70523d0a338d6b; the same in Strong-AI-Lab/emotion, datasets/ASED/process.py, "
        "commit de3e6055786b7fd224262c5fb4342fa2d1ee3648"
    ),
    raters="judges, number not verified, kept or left out a recording; one label published",
    speakers="65 speakers by the paper, no published split: make folds by speaker",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the recordings in the order of their names.

    Layout: ``a5-02-01-01-33.wav`` and so on, anywhere below `folder` or in an archive right in it.
    Raises `CorpusError`.
    """
    for clip in named_clips(folder, _NAME, like="a5-02-01-01-33.wav", columns=()):
        first, sentence, take, sex, number = clip.name.split("-")
        label, speaker = _EMOTIONS[first[0].lower()], f"speaker-{number}"
        yield Record(
            id=clip.name,
            signal=replace(clip.signal, language="am", modality="speech"),
            split="all",
            labels=(label,),
            speaker=speaker,
            group=speaker,
            conditions={"intended": label, "sentence": sentence, "take": take, "sex": _SEXES[sex]},
        )
