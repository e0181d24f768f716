"""The "emotions" set of music: 593 excerpts of songs, 72 features each, and which of six moods experts heard.

Trohidis, Tsoumakas, Kalliris & Vlahavas 2008, Multilabel Classification of Music into Emotions, ISMIR.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard
from affekt.corpora.files import Row, find_file, has_file, official_files, read_lines, read_table
from affekt.errors import CorpusError
from affekt.types import Record, Signal

SPACE = find_space("music-emotions")
_FEATURES = 72
_ARFF = ("data/multilabel/emotions.orig.arff", "emotions.orig.arff", "emotions.arff")
_COPY = "emotions.csv"
_RAW = "https://raw.githubusercontent.com/nicoladimauro/dcsn/dd0f7a43f5fededeeaf37905f48f918a25b8c2c7"

CARD = CorpusCard(
    name="music_emotions",
    summary="593 excerpts of songs as 72 features, with those of six moods that experts heard in them",
    modality="music",
    space=SPACE,
    licence="none stated (Mulan and OpenML distribute it freely; the repository read from is GPL-3.0)",
    permissive=False,
    homepage="http://mulan.sourceforge.net/datasets-mlc.html",
    citation=SPACE.source.partition(";")[0],
    files=official_files("music_emotions", _RAW),
    rows={"all": 593},
    languages=(),
    notes=(
        "The songs are not named and not here: an item is its row, from 1, whose 72 features (8 of rhythm, 64 of "
        "timbre) stand in `signal.path`, row `signal.member`. Several excerpts may come from one artist; nothing says "
        "so, so no split can be held to it. Mulan's 391 and 202 rows of train and test are not told apart here."
    ),
    layout_source=(
        "Mulan's file as kept in nicoladimauro/dcsn, data/multilabel/emotions.orig.arff.gz, commit "
        "dd0f7a43f5fededeeaf37905f48f918a25b8c2c7"
    ),
    raters="three experts, published as one answer",
    speakers="unknown: songs and artists are not named",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the excerpts in the order of the file.

    Layout: ``emotions.arff`` (72 numeric attributes, then six of 0 or 1), as Mulan has it; or
    ``emotions.csv``. Raises `CorpusError`.
    """
    rows = _copied(folder) if has_file(folder, _COPY) and not has_file(folder, *_ARFF) else _official(folder)
    path = find_file(folder, *_ARFF, _COPY)
    for number, row in enumerate(rows, 1):
        for label in SPACE:
            if row[label] not in ("0", "1"):
                raise row.error(f"{label} is {row[label]!r}, allowed are 0 and 1")
        yield Record(
            id=f"{number:03d}",
            signal=Signal(source=row.file, modality="music", path=path, member=str(number)),
            split="all",
            labels=tuple(label for label in SPACE if row[label] == "1"),
            group=f"row-{number:03d}",
        )


def _copied(folder: Path) -> Iterator[Row]:
    yield from read_table(folder, _COPY, columns=tuple(SPACE))


def _official(folder: Path) -> Iterator[Row]:
    """The rows of an ARFF table: attributes are declared one by one, rows stand after @data."""
    names: list[str] = []
    data = False
    for file, number, text in read_lines(folder, *_ARFF):
        words = text.split()
        if data and not text.startswith("%"):
            cells = [cell.strip() for cell in text.split(",")]
            row = Row(file, number, dict(zip(names, cells, strict=False)))
            if len(cells) != len(names):
                raise row.error(f"{len(cells)} cells where {len(names)} are declared")
            yield row
        elif words and words[0].lower() == "@attribute" and len(words) > 1:
            names.append(words[1].strip("'\""))
        elif words and words[0].lower() == "@data":
            data = True
            if len(names) != _FEATURES + len(SPACE) or tuple(names[_FEATURES:]) != SPACE.labels:
                raise Row(file, number, {}).error(
                    f"{len(names)} attributes that end in {names[-2:]}, expected are {_FEATURES} features and "
                    f"{', '.join(SPACE)}"
                )
    if not data:
        raise CorpusError(f"{find_file(folder, *_ARFF)} has no @data: it is no ARFF table. Fetch it again.")
