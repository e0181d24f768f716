"""EmoV-DB: the same CMU Arctic sentences read by four English speakers in up to five styles.

Adigwe, Tits, El Haddad, Ostadabbas & Dutoit 2018, The Emotional Voices Database: Towards Controlling the Emotion
Dimension in Voice Generation Systems.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.finding import files_in
from affekt.errors import CorpusError
from affekt.types import Record, Signal

_SPEAKERS = {"bea": "female", "jenie": "female", "josh": "male", "sam": "male"}
SPACE = find_space("emov-db")
_STYLES = SPACE.labels
# Releases differ: bea_Disgust or bea_Disgusted, amused_1-15_0001.wav or amused_1_15_0001.wav.
_FOLDER = re.compile(rf"({'|'.join(_SPEAKERS)})_({'|'.join(_STYLES)})(?:ed)?", re.IGNORECASE)
_FILE = re.compile(r"[A-Za-z]+_(\d+)[-_](\d+)_(\d{4})\.wav")

CARD = CorpusCard(
    name="emov_db",
    summary="7,000 CMU Arctic sentences read by four English speakers in up to five styles, same sentences across them",
    modality="speech",
    space=SPACE,
    licence="non-commercial purposes only (own licence, LICENSE.md)",
    permissive=False,
    homepage="https://github.com/numediart/EmoV-DB",
    citation=SPACE.source.partition(";")[0],
    files=tuple(
        SourceFile(f"{speaker}_{style.capitalize()}.tar.gz", None)
        for speaker in _SPEAKERS
        for style in _STYLES
        if speaker != "josh" or style in ("neutral", "amused", "sleepy")
    ),
    rows={"all": 7000},
    copies={"the list of OpenSLR 115 in EmoBox": {"all": 6887}},
    languages=("en",),
    notes=(
        "The label is the style asked for. `conditions` hold style and sentence, the number of the CMU Arctic "
        "sentence: takes of one speaker with the same sentence are pairs across styles. The text is not in the "
        "release; it is CMU Arctic's list. The number of rows is the sum of the README's counts; OpenSLR 115 has "
        "others, and its folders and names differ in spelling, which is read as well. The paper's French speaker is "
        "not released."
    ),
    layout_source=(
        "numediart/EmoV-DB, README.md, commit 07093e69dcad1a2a87ec5ac149810aa45cbbee77 (styles, counts, names); "
        "speechbrain/speechbrain, recipes/ZaionEmotionDataset/emotion_diarization/datasets/prepare_EMOVDB.py, commit "
        "1c67ddf6738229374804f61e34c79cea5a29350c (folders bea_Amused …); the folders and names of 6,887 recordings as "
        "in emo-box/EmoBox, data/emovdb/emovdb.jsonl, commit 08280f279d47fb55d2c614061c70523d0a338d6b, which the "
        "reader parses; Strong-AI-Lab/emotion, datasets/EmoV-DB/process.py, commit "
        "e37edec919a7685e55d08d2f4428176e9888a18c"
    ),
    raters="none: the label is the style asked for",
    speakers="four speakers, no published split; the sentences recur over speakers and styles",
    papers=("emov-db",),
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the takes by speaker, style and sentence.

    Layout: folders ``bea_Amused``, ``jenie_Neutral`` … in `folder`, with ``amused_1-15_0001.wav`` and so on.
    Raises `CorpusError` where there is none, or a recording in them is not named so.
    """
    folders = sorted(each for each in folder.glob("*_*") if each.is_dir() and each.name.split("_")[0] in _SPEAKERS)
    if not folders:
        raise CorpusError(f"{folder} has no folder named like bea_Amused. Unpack the publisher's archives there.")
    for each in folders:
        named = _FOLDER.fullmatch(each.name)
        if named is None:
            raise CorpusError(
                f"{each} is of no known style, allowed are {', '.join(_STYLES)}. Is it an official folder?"
            )
        speaker, style = named[1].lower(), named[2].lower()
        for path in files_in(each, "**/*.wav"):
            match = _FILE.fullmatch(path.name)
            if match is None:
                raise CorpusError(f"{path} is not named like amused_1-15_0001.wav. Is it one of the official files?")
            yield Record(
                id=f"{speaker}_{style}_{match[3]}_{match[1]}-{match[2]}",
                signal=Signal(source=each.name, language="en", modality="speech", path=path),
                split="all",
                labels=(style,),
                speaker=speaker,
                group=speaker,
                conditions={"style": style, "sentence": match[3], "sex": _SPEAKERS[speaker]},
            )
