"""ShEMO: Persian utterances from radio plays by 87 speakers, each labelled by 12 annotators.

Mohamad Nezami, Jamshid Lou & Karami 2019, ShEMO: a large-scale validated database for Persian speech emotion
detection, Language Resources and Evaluation 53:1-16.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.finding import named_clips
from affekt.errors import CorpusError
from affekt.types import Record

_EMOTIONS = {
    **{"A": "anger", "F": "fear", "H": "happiness"},
    **{"N": "neutral", "S": "sadness", "W": "surprise"},
}
_NAME = re.compile(rf"([FM]\d\d)([{''.join(_EMOTIONS)}])(\d\d)\.wav")
_TEXTS = "transcript/final text"

SPACE = find_space("shemo")

CARD = CorpusCard(
    name="shemo",
    summary="3,000 Persian utterances from radio plays by 87 speakers, each labelled by 12 annotators",
    modality="speech",
    space=SPACE,
    licence="not stated in its repository",
    permissive=False,
    homepage="https://github.com/mansourehk/ShEMO",
    citation=SPACE.source,
    files=(SourceFile("ShEMO.zip", None),),
    rows={"all": 3000},
    copies={"the list that EmoBox uses": {"all": 2838}},
    languages=("fa",),
    notes=(
        "The label is what most of 12 annotators heard; their votes are not published. `conditions` hold sex. The "
        "text comes along where transcript/final text holds it. 3 h 25 min; Fleiss' kappa 64 %."
    ),
    layout_source=(
        "emo-box/EmoBox, data/shemo/shemo.jsonl (the names of all 2,838 recordings, which the reader parses), commit "
        "08280f279d47fb55d2c614061c70523d0a338d6b; the same letters, and the transcripts, in Strong-AI-Lab/emotion, "
        "datasets/ShEMO/process.py, commit de3e6055786b7fd224262c5fb4342fa2d1ee3648"
    ),
    raters="12 annotators each utterance, majority published",
    speakers="87 speakers; no official split; the paper evaluates by sex",
    papers=("shemo",),
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the recordings in the order of their names.

    Layout: ``male/M36S02.wav`` and so on, anywhere below `folder` or in an archive right in it; texts in
    ``transcript/final text/M36S02.ort``, if they are there. Raises `CorpusError`.
    """
    for clip in named_clips(folder, _NAME, like="male/M36S02.wav", columns=()):
        speaker, letter = clip.name[:3], clip.name[3]
        text = folder / _TEXTS / f"{clip.name}.ort"
        yield Record(
            id=clip.name,
            signal=replace(clip.signal, text=_text(text), language="fa", modality="speech"),
            split="all",
            labels=(_EMOTIONS[letter],),
            speaker=speaker,
            group=speaker,
            conditions={"sex": "female" if speaker[0] == "F" else "male"},
        )


def _text(path: Path) -> str:
    """What was said, without the marks of writing direction; nothing where the file is not there."""
    if not path.is_file():
        return ""
    try:
        return path.read_text(encoding="utf-8-sig").replace("\u200e", "").replace("\u200f", "").strip()
    except UnicodeDecodeError as error:
        raise CorpusError(f"{path} is no UTF-8 text. Fetch it again from {CARD.homepage}.") from error
