"""BERSt: shouted and spoken English by actors at home, their phone at 19 positions, with seven emotion prompts.

Tuttösí et al. 2025, BERSting at the Screams: A Benchmark for Distanced, Emotional and Shouted Speech Recognition,
Computer Speech & Language 95.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.files import Row, has_file, read_table
from affekt.errors import CorpusError
from affekt.types import Record, Signal

SPACE = find_space("berst")
SPLITS = ("train", "validation", "test")
SHOUTS = ("shout", "no-shout", "n/a")
_COLUMNS = (
    *("user_id", "age", "current_language", "first_language", "gender", "phone_model", "audio_id", "affect"),
    *("phone_position", "script", "shout_level"),
)
# First that matches; a position that no word tells is a group of its own.
_GROUPS = (
    ("another room", r"(another|other|different|next|adjacent) room|outside|hallway|\bdoor\b|\bfloor (above|below)"),
    ("covered", r"pocket|\bbag\b|backpack|purse|drawer|blanket|pillow|towel|cushion|cover|under|behind|inside"),
    ("across the room", r"across|(other|far|opposite) (side|end|corner)|corner|\bfar\b|[3-9] ?m(et|\b)"),
    ("some steps away", r"\b[12](\.\d+)? ?(-|to|–) ?[123] ?m|\b[12] ?m(et|\b)|steps? away|arm'?s? length"),
    ("near", r"\bnear|\bnext to|close|\bhand|\bface|mouth|\bear\b|chest|\bbody|\blap\b|in front|beside"),
)

CARD = CorpusCard(
    name="berst",
    summary="BERSt: almost 4 hours of shouted and spoken English from 98 actors at home, phone at 19 positions",
    modality="speech",
    space=SPACE,
    licence="CC BY 4.0",
    permissive=True,
    homepage="https://huggingface.co/datasets/Rosie-Lab/BERSt",
    citation=SPACE.source,
    files=tuple(SourceFile(f"raw_{split}-data.zip", None) for split in SPLITS),
    rows={"train": 3503, "validation": 488, "test": 532},
    languages=("en",),
    notes=(
        "The label is the emotion asked for, which nobody judged by ear; the text is one of 13 phrases without sense, "
        "corrected to what was said. `conditions` hold shout (shout, no-shout, n/a), position (as written in the "
        "table), position_group (by the words of it: near, some steps away, across the room, covered, another room; "
        "the 19 names were not seen, and one that no word tells is a group of its own), sex, age, first_language, "
        "current_language, phone. Its README counts 4,526 recordings, its tables 4,523."
    ),
    layout_source=(
        "columns, splits and values: the dataset card of the copy macabdul9/BERSt on Hugging Face (revision d61ce2d), "
        "and public code that checks revision fed35c477427cff44206464b7f85e68d1fc99062 of Rosie-Lab/BERSt row by row; "
        "folders and file_name: public code that builds its Parquet files from raw_train-data.zip and so on"
    ),
    raters="none: the label is the emotion asked for",
    speakers="98 actors: 78 in train, 10 in validation, 10 in test, none in two",
    papers=("berst",),
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the recordings split by split in the order of their tables.

    Layout: ``train/metadata.csv`` (or ``berst-data/train/metadata.csv``) with file_name or path, which is that of the
    recording below ``train/``, user_id, affect, shout_level, phone_position, script and more; so for validation and
    test. Raises `CorpusError`.
    """
    found = [split for split in SPLITS if _place(folder, split) is not None]
    if not found:
        raise CorpusError(
            f"{folder} has no train/metadata.csv, validation/metadata.csv or test/metadata.csv. Unpack "
            f"raw_train-data.zip and so on of {CARD.homepage} there."
        )
    for split in found:
        place = _place(folder, split) or folder
        for row in read_table(place, "metadata.csv", columns=_COLUMNS):
            yield _record(row, place, split)


def position_group(position: str) -> str:
    """Return the group a position of the phone belongs to, by its words; the position itself where none tells.

    >>> position_group("In a backpack"), position_group("Other side of the room"), position_group("Different room")
    ('covered', 'across the room', 'another room')
    """
    words = " ".join(position.lower().split())
    return next((name for name, told in _GROUPS if re.search(told, words)), words)


def _place(folder: Path, split: str) -> Path | None:
    places = (folder / split, folder / "berst-data" / split, folder / split / split)
    return next((place for place in places if has_file(place, "metadata.csv")), None)


def _record(row: Row, place: Path, split: str) -> Record:
    emotion, shout = row["affect"].strip().lower(), row["shout_level"].strip().lower()
    if emotion not in SPACE:
        raise row.error(f"affect is {row['affect']!r}, allowed are {', '.join(SPACE)}")
    if shout not in SHOUTS:
        raise row.error(f"shout_level is {row['shout_level']!r}, allowed are {', '.join(SHOUTS)}")
    name = (row.cells.get("file_name") or row.cells.get("path") or "").strip().replace("\\", "/")
    inside = PurePosixPath(name)
    if not name or inside.is_absolute() or ".." in inside.parts:
        raise row.error(f"file_name (or path) is {name!r}, expected one below {split}/")
    speaker, position = row["user_id"].strip(), row["phone_position"].strip()
    if not speaker or not position:
        raise row.error("user_id or phone_position is empty")
    path = place / inside
    return Record(
        id=f"{split}-{inside.with_suffix('').as_posix().removeprefix('audio/').replace('/', '-')}",
        signal=Signal(
            row["script"].strip(), row.file, language="en", modality="speech", path=path if path.is_file() else None
        ),
        split=split,
        labels=(emotion,),
        speaker=speaker,
        group=speaker,
        conditions={
            "intended": emotion,
            "shout": shout,
            "position": position,
            "position_group": position_group(position),
            "sex": row["gender"].strip().lower(),
            "age": row["age"].strip(),
            "first_language": row["first_language"].strip(),
            "current_language": row["current_language"].strip(),
            "phone": row["phone_model"].strip(),
        },
    )
