"""SER_AMPEL: Italian older adults, acted in films and series, and natural in talks drawn out by questions.

Grossi & Gasparini 2023, SER_AMPEL: a multi-source dataset for speech emotion recognition of Italian older adults,
Ambient Assisted Living (Italian Forum).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.files import Row, read_table
from affekt.types import Record, Signal

SPACE = find_space("ekman-neutral")
PROTOCOLS = ("acted", "natural")

CARD = CorpusCard(
    name="ser_ampel",
    summary="Italian older adults: acted speech from films and series, and natural talk drawn out by questions",
    modality="speech",
    space=SPACE,
    licence="not stated",
    permissive=False,
    homepage="https://arxiv.org/abs/2311.14483",
    citation="Grossi & Gasparini 2023, SER_AMPEL: a multi-source dataset for speech emotion recognition of Italian "
    "older adults",
    files=(SourceFile("labels.csv", None),),
    rows={},
    languages=("it",),
    notes=(
        "No home was found (the address is the paper's), and part of the clips come from films, which bars their "
        "release: ask the authors (University of Milano-Bicocca). Neither its files nor its labels are described in "
        "public, and its number of clips per split is not published: affekt assumes a table of yours, labels.csv, "
        "and the six emotions of Ekman with neutral. `conditions` hold protocol (acted, natural), sex and age; "
        "`affekt evaluate METHOD --suite ser --on ser_ampel --protocol across:protocol` learns from one protocol and "
        "scores on the other."
    ),
    access="not public",
    layout="none public",
    layout_source="none: affekt assumes a table with file, speaker, protocol and emotion",
    speakers="actors in the acted part, older adults in the natural one",
    sensitive="talks of older adults about their own lives",
    papers=("ser-ampel",),
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the recordings in the order of the table.

    Layout, which is ours: ``labels.csv`` with file (below `folder`), speaker, protocol (acted or natural) and
    emotion; sex, age and text if they are there. Raises `CorpusError`.
    """
    for row in read_table(folder, "labels.csv", columns=("file", "speaker", "protocol", "emotion")):
        yield _record(row, folder)


def _record(row: Row, folder: Path) -> Record:
    if row["protocol"] not in PROTOCOLS:
        raise row.error(f"protocol is {row['protocol']!r}, allowed are {' and '.join(PROTOCOLS)}")
    if row["emotion"] not in SPACE:
        raise row.error(f"emotion is {row['emotion']!r}, allowed are {', '.join(SPACE)}")
    inside = PurePosixPath(row["file"].strip())
    if not inside.parts or inside.is_absolute() or ".." in inside.parts or not row["speaker"].strip():
        raise row.error(f"file is {row['file']!r} and speaker {row['speaker']!r}, expected a file below the table")
    path = folder / inside
    told = {name: row.cells.get(name, "").strip() for name in ("sex", "age")}
    return Record(
        id=inside.with_suffix("").as_posix(),
        signal=Signal(
            row.cells.get("text", "").strip(),
            row.file,
            language="it",
            modality="speech",
            path=path if path.is_file() else None,
        ),
        split="all",
        labels=(row["emotion"],),
        speaker=row["speaker"].strip(),
        group=row["speaker"].strip(),
        conditions={"protocol": row["protocol"], **{name: value for name, value in told.items() if value}},
    )
