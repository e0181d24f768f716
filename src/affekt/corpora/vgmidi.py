"""VGMIDI: phrases of game music for piano in MIDI, each of high or low valence and arousal.

Ferreira & Whitehead 2019, Learning to Generate Music with Sentiment, ISMIR.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.files import Row, read_table
from affekt.errors import CorpusError
from affekt.types import Record, Signal

_TABLE = "vgmidi_labelled.csv"
_ARCHIVE = "labelled/phrases.zip"
_RAW = "https://raw.githubusercontent.com/lucasnfe/vgmidi/1e62f0af8c866ded8e665cefad06dc02c35cb739"

CARD = CorpusCard(
    name="vgmidi",
    summary="204 phrases of 200 pieces of game music for piano in MIDI, each of high or low valence and arousal",
    modality="music",
    space=None,
    licence="not stated in its README",
    permissive=False,
    homepage="https://github.com/lucasnfe/vgmidi",
    citation="Ferreira & Whitehead 2019, Learning to Generate Music with Sentiment, ISMIR",
    files=(SourceFile(_TABLE, f"{_RAW}/{_TABLE}", "22d491bfa4cf92a681317d99af890677d97b6f3e4624bc5b6b3ca99d7935d790"),),
    rows={"all": 204},
    languages=(),
    notes=(
        "`values` hold the published valence and arousal, -1 or 1; dominance was not asked, so there is no vad. The "
        "group is the piece, by its id; `conditions` are series, console, game, piece. What each of the 30 listeners "
        "traced over time is in labelled/annotations/vgmidi_raw_1.json and _2.json per piece, which cannot be cut into "
        "these phrases without guessing: it is not read. The 3,850 unlabelled pieces are not read either."
    ),
    layout_source=(
        "lucasnfe/vgmidi, vgmidi_labelled.csv, commit 1e62f0af8c866ded8e665cefad06dc02c35cb739; the reader was run on "
        "it"
    ),
    raters="30 listeners each piece, published as one sign per dimension and phrase",
    speakers="no splits; a few pieces have several phrases: split by piece",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the phrases in the order of the table.

    Layout: ``vgmidi_labelled.csv`` with id, series, console, game, piece, midi, valence, arousal; the MIDI files lie
    where its midi column says or in ``labelled/phrases.zip``, if they are there. Raises `CorpusError`.
    """
    packed = _members(folder / _ARCHIVE)
    columns = ("id", "series", "console", "game", "piece", "midi", "valence", "arousal")
    for row in read_table(folder, _TABLE, columns=columns):
        midi = PurePosixPath(row["midi"])
        if midi.is_absolute() or ".." in midi.parts or midi.suffix != ".mid":
            raise row.error(f"midi is {row['midi']!r}, expected the path of a .mid file below the corpus")
        yield Record(
            id=midi.stem,
            signal=_signal(folder, midi, row.file, packed),
            split="all",
            group=row["id"],
            values={name: _sign(row, name) for name in ("valence", "arousal")},
            conditions={name: row[name] for name in ("series", "console", "game", "piece")},
        )


def _members(archive: Path) -> frozenset[str]:
    """The names in the archive of phrases; none where it is not there."""
    if not archive.is_file():
        return frozenset()
    try:
        with zipfile.ZipFile(archive) as opened:
            return frozenset(opened.namelist())
    except (OSError, zipfile.BadZipFile) as error:
        raise CorpusError(f"{archive} cannot be read ({error}). Fetch it again from the corpus's home.") from error


def _signal(folder: Path, midi: PurePosixPath, source: str, packed: frozenset[str]) -> Signal:
    """The phrase's file, unpacked or in the archive; without a path where it is in neither."""
    if (folder / midi).is_file():
        return Signal(source=source, modality="music", path=folder / midi)
    member = f"{midi.parent.name}/{midi.name}"
    if member in packed:
        return Signal(source=source, modality="music", path=folder / _ARCHIVE, member=member)
    return Signal(source=source, modality="music")


def _sign(row: Row, column: str) -> float:
    if row[column] not in ("1", "-1"):
        raise row.error(f"{column} is {row[column]!r}, allowed are -1 and 1")
    return float(row[column])
