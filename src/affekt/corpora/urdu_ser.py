"""URDU: utterances from Urdu talk shows in four emotions.

Latif, Qayyum, Usman & Qadir 2018, Cross Lingual Speech Emotion Recognition: Urdu vs. Western Languages, FIT.
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

_EMOTIONS = {"A": "angry", "H": "happy", "N": "neutral", "S": "sad"}
_NAME = re.compile(rf"(S[FM]\d+)_(F\d+)_([{''.join(_EMOTIONS)}])(\d+)\.wav")

SPACE = find_space("urdu")

CARD = CorpusCard(
    name="urdu_ser",
    summary="400 utterances from Urdu talk shows in four emotions",
    modality="speech",
    space=SPACE,
    licence="not verified",
    permissive=False,
    homepage="https://github.com/siddiquelatif/URDU-Dataset",
    citation=SPACE.source,
    files=(SourceFile("URDU-Dataset.zip", None),),
    rows={"all": 400},
    languages=("ur",),
    notes=(
        "Spontaneous speech from television. `conditions` hold sex and file, the number that the makers gave a "
        "speaker's recording. The home is from memory."
    ),
    layout_source=(
        "emo-box/EmoBox, data/urdu/urdu.jsonl (the names of all 400 recordings, which the reader parses), commit "
        "08280f279d47fb55d2c614061c70523d0a338d6b; the same in Strong-AI-Lab/emotion, datasets/URDU/process.py, "
        "commit f2ebdd4e6a757986db15c8b12bd2a20e0f9c3401"
    ),
    raters="annotators, number not verified; one label published",
    speakers="speakers by name, no published split: make folds by speaker",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the recordings in the order of their names.

    Layout: ``SM20_F8_N012.wav`` and so on, anywhere below `folder` or in an archive right in it.
    Raises `CorpusError`.
    """
    for clip in named_clips(folder, _NAME, like="SM20_F8_N012.wav", columns=()):
        speaker, file, code = clip.name.split("_")
        yield Record(
            id=clip.name,
            signal=replace(clip.signal, language="ur", modality="speech"),
            split="all",
            labels=(_EMOTIONS[code[0]],),
            speaker=speaker,
            group=speaker,
            conditions={"file": file, "sex": "female" if speaker[1] == "F" else "male"},
        )
