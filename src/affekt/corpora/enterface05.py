"""eNTERFACE'05: people of 14 nations say five English sentences per emotion before a camera.

Martin, Kotsia, Macq & Pitas 2006, The eNTERFACE'05 Audio-Visual Emotion Database, ICDE Workshops.
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

_EMOTIONS = ("anger", "disgust", "fear", "happiness", "sadness", "surprise")
_SUBJECT = re.compile(r"subject (\d+)")
# Names go wrong in several ways (s_3_su_4.avi, s16_su_3avi.avi, subject 11's are called s12_…): only their emotion
# is held against the folder.
_FILE = re.compile(r"s_?\d+_([a-z]{2})(?:_\d(?:avi)?)?\.avi")

SPACE = find_space("enterface")

CARD = CorpusCard(
    name="enterface05",
    summary="films of people of 14 nations who say five English sentences in each of six emotions",
    modality="video",
    space=SPACE,
    licence="not verified (free for research, as far as is known)",
    permissive=False,
    homepage="http://www.enterface.net/enterface05/",
    citation=SPACE.source,
    files=(SourceFile("enterface database", None),),
    rows={"all": 1293},
    languages=("en",),
    notes=(
        "The label is the emotion asked for; there is no neutral. Person, emotion and sentence are those of the "
        "folders, for the names of the files are wrong in places: those of subject 11 say s12, two sentences of "
        "subject 2 are swapped. Subject 6 has one film per emotion, whose sentences are not cut apart. `conditions` "
        "hold intended and sentence. The number of rows is that of EmoBox's list with the 30 films of one subject that "
        "their equal names hide in it: not counted on the corpus; read others with complete=False."
    ),
    layout_source=(
        "emo-box/EmoBox, data/enterface/enterface.jsonl (the folders and names of 1,263 films, which the reader "
        "parses), commit 08280f279d47fb55d2c614061c70523d0a338d6b; the errors in names also in Strong-AI-Lab/emotion, "
        "datasets/eNTERFACE/process.py, commit f2ebdd4e6a757986db15c8b12bd2a20e0f9c3401"
    ),
    raters="none: the label is the emotion asked for; two experts kept or left out a film (from memory)",
    speakers="44 subjects by folder, no published split: leave subjects out",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the films by subject, emotion and sentence.

    Layout: ``subject 1/anger/sentence 1/s1_an_1.avi`` and so on; ``subject 6/anger/s6_an.avi``. Raises `CorpusError`
    where no subject is there, or a film lies in the folder of another emotion.
    """
    subjects = sorted(
        (int(match[1]), each) for each in folder.glob("subject *") if (match := _SUBJECT.fullmatch(each.name))
    )
    if not subjects:
        raise CorpusError(f"{folder} has no folder named like subject 1. Put the corpus's official files there.")
    for subject, place in subjects:
        for emotion in _EMOTIONS:
            for path in files_in(place / emotion, "**/*.avi"):
                yield _record(path, subject, emotion, path.parent.name if path.parent.name != emotion else "")


def _record(path: Path, subject: int, emotion: str, sentence: str) -> Record:
    match = _FILE.fullmatch(path.name)
    if match is None or not emotion.startswith(match[1]):
        raise CorpusError(
            f"{path}: expected a name like s{subject}_{emotion[:2]}_1.avi in a folder of {emotion}. Is it one of the "
            "official films?"
        )
    speaker = f"subject-{subject}"
    number = sentence.rpartition(" ")[2]
    return Record(
        id=f"{speaker}.{emotion}" + (f".{number}" if number else ""),
        signal=Signal(source=path.name, language="en", modality="video", path=path),
        split="all",
        labels=(emotion,),
        speaker=speaker,
        group=speaker,
        conditions={"intended": emotion, **({"sentence": number} if number else {})},
    )
