"""TurEV-DB: Turkish words spoken by six amateurs in four emotions.

Canpolat, Ormanoğlu & Zeyrek 2020, Turkish Emotion Voice Database (TurEV-DB), SLTU-CCURL.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.finding import agree, named_clips
from affekt.errors import CorpusError
from affekt.types import Record, Signal

# The letters in the file names and the publisher's folders.
_EMOTIONS = {"kz": "anger", "sk": "calm", "mt": "happiness", "hl": "sadness"}
_FOLDERS = {"anger": "Angry", "calm": "Calm", "happiness": "Happy", "sadness": "Sad"}
_NAME = re.compile(rf"(\d{{4}})_({'|'.join(_EMOTIONS)})_([a-z]+)\d?\.wav")

SPACE = find_space("turev-db")

CARD = CorpusCard(
    name="turev_db",
    summary="1,735 recordings of single Turkish words by six amateur actors in four emotions",
    modality="speech",
    space=SPACE,
    licence="CC BY-NC-ND 4.0",
    permissive=False,
    homepage="https://github.com/Xeonen/TurEV-DB",
    citation=SPACE.source,
    files=(SourceFile("Sound Source/Angry/1234_kz_acik.wav", None),),
    rows={"all": 1735},
    languages=("tr",),
    notes=(
        "The label is the emotion played. The transcript is the word as the file names have it, without the Turkish "
        "letters (acik for açık). Everybody says the same words in every emotion, save 1157 (anger and sadness only) "
        "and 7895 (some words are missing). Sex and age are not published. The licence forbids edited or "
        "augmented versions to be passed on. The files are 1,735 wav in Sound Source of the publisher's Git. No split "
        "is published: make folds by speaker, or by word."
    ),
    layout_source=(
        "Xeonen/TurEV-DB, Sound Source, commit 8a998e44fc3dbc7a9e6328e83a2e3aa9a2c22c2f; the same in emo-box/EmoBox, "
        "EmoBox/preprocess/scripts/turevdb.py, commit fdc57b07574ee03ac9e6e952d51ce0df374e0303"
    ),
    raters="none published: the label is what the actor was asked to express",
    speakers="six actors, no published split: make folds by speaker",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the recordings in the order of their names.

    Layout: ``Sound Source/Angry/1234_kz_acik.wav`` and so on: speaker, emotion, word, in a folder per
    emotion, which has to agree; or ``metadata.csv`` beside ``audio.tar``. Raises `CorpusError`.
    """
    columns = ("emotion", "folder")
    for clip in named_clips(folder, _NAME, like="1234_kz_acik.wav", columns=columns):
        speaker, letters, word = clip.name.split("_")
        label = _EMOTIONS[letters]
        if clip.row is not None:
            agree(clip.row, "emotion", label)
            agree(clip.row, "folder", _FOLDERS[label])
        _check_folder(clip.signal, label)
        yield Record(
            id=clip.name,
            signal=replace(clip.signal, text=word.rstrip("0123456789"), language="tr", modality="speech"),
            split="all",
            labels=(label,),
            speaker=speaker,
            group=speaker,
            conditions={"intended": label},
        )


def _check_folder(signal: Signal, label: str) -> None:
    """Nothing, if the recording lies in its emotion's folder or in none of the publisher's."""
    place = signal.member or signal.source or ""
    folder = PurePosixPath(place).parent.name
    if folder in _FOLDERS.values() and folder != _FOLDERS[label]:
        raise CorpusError(f"{place} lies in the folder {folder}, but its name says {label}. Fetch the corpus again.")
