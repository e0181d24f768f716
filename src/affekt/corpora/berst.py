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
from affekt.corpora.finding import files_in
from affekt.corpora.parquet import read_parquet
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
    test. Or the Parquet files of its home, ``data/train-00000-of-00002.parquet`` and so on, which hold the recordings;
    ids are then of audio_id and the name of the recording. Raises `CorpusError`.
    """
    found = False
    for split in SPLITS:
        place = _place(folder, split)
        tables = files_in(folder, f"data/{split}-*.parquet") if place is None else []
        if place is not None:
            for row in read_table(place, "metadata.csv", columns=_COLUMNS):
                found = True
                yield _record(row, split, *_file(row, place, split))
        for table in tables:
            for row in read_parquet(table, columns=(*_COLUMNS, "audio.path")):
                found = True
                yield _record(row, split, *_stored(row, table))
    if not found:
        raise CorpusError(
            f"{folder} has no train/metadata.csv, validation/metadata.csv or test/metadata.csv, nor "
            f"data/train-00000-of-00002.parquet and so on. Put the files of {CARD.homepage} there."
        )


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


def _file(row: Row, place: Path, split: str) -> tuple[str, Path | None, str | None]:
    """The name of a recording, and where it is if it is there."""
    name = (row.cells.get("file_name") or row.cells.get("path") or "").strip().replace("\\", "/")
    inside = PurePosixPath(name)
    if not name or inside.is_absolute() or ".." in inside.parts:
        raise row.error(f"file_name (or path) is {name!r}, expected one below {split}/")
    path = place / inside
    named = inside.with_suffix("").as_posix().removeprefix("audio/").replace("/", "-")
    return named, path if path.is_file() else None, None


def _stored(row: Row, table: Path) -> tuple[str, Path | None, str | None]:
    """The name of a recording that a Parquet file holds, the file, and its place in it."""
    name = PurePosixPath(row["audio.path"])
    if not row["audio_id"].strip() or not name.stem:
        raise row.error("audio_id or the name of the recording is empty")
    return f"{PurePosixPath(row['audio_id'].strip()).stem}-{name.stem}", table, f"audio/{row.line - 1}{name.suffix}"


def _record(row: Row, split: str, name: str, path: Path | None, member: str | None) -> Record:
    emotion, shout = row["affect"].strip().lower(), row["shout_level"].strip().lower()
    if emotion not in SPACE:
        raise row.error(f"affect is {row['affect']!r}, allowed are {', '.join(SPACE)}")
    if shout not in SHOUTS:
        raise row.error(f"shout_level is {row['shout_level']!r}, allowed are {', '.join(SHOUTS)}")
    speaker, position = row["user_id"].strip(), row["phone_position"].strip()
    if not speaker or not position:
        raise row.error("user_id or phone_position is empty")
    return Record(
        id=f"{split}-{name}",
        signal=Signal(row["script"].strip(), row.file, language="en", modality="speech", path=path, member=member),
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
