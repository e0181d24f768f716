"""DEAM: valence and arousal of 1,802 songs and excerpts, for the whole and every half second.

Aljanaki, Yang & Soleymani 2017, Developing a benchmark for emotional analysis of music, PLOS ONE 12(3).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.files import Row, has_file, read_table
from affekt.errors import CorpusError
from affekt.types import Record, Signal

_AVERAGED = "annotations/annotations averaged per song"
_STATIC = tuple(
    (f"{_AVERAGED}/song_level/static_annotations_averaged_songs_{songs}.csv", songs)
    for songs in ("1_2000", "2000_2058")
)
_DYNAMIC = f"{_AVERAGED}/dynamic (per second annotations)"
_COPY = "static_annotations.csv"
_COLUMNS = ("song_id", "valence_mean", "valence_std", "arousal_mean", "arousal_std")
_AUDIO = ("DEAM_audio/MEMD_audio", "MEMD_audio", "audio")
_MOMENT = re.compile(r"sample_(\d+)ms")

CARD = CorpusCard(
    name="deam",
    summary="1,802 songs and excerpts with valence and arousal, mean and spread, as a whole and every half second",
    modality="music",
    space=None,
    licence="not verified (from memory: CC BY-NC for the annotations; each song its own Creative Commons licence)",
    permissive=False,
    homepage="https://cvml.unige.ch/databases/DEAM/",
    citation="Aljanaki, Yang & Soleymani 2017, Developing a benchmark for emotional analysis of music, PLOS ONE 12(3)",
    files=(SourceFile("DEAM_Annotations.zip", None), SourceFile("DEAM_audio.zip", None)),
    rows={"all": 1802},
    languages=(),
    notes=(
        "`values` hold valence and arousal moved linearly from 1-9 to [-1, 1] and the standard deviation over "
        "listeners, valence_sd and arousal_sd, scaled along; dominance was not asked, so there is no vad. "
        "`affekt.corpora.deam.read_traces` gives the points every half second, which are published on [-1, 1] and "
        "leave out the first 15 seconds. `conditions` songs says which file: excerpts of 45 seconds (1_2000) or whole "
        "songs (2000_2058). Artists and the MediaEval sets of development and evaluation stand in the metadata files, "
        "whose form could not be checked: they are not read, nor are the raters' own answers. Several songs may be of "
        "one artist; the group is the song."
    ),
    layout_source=(
        "QuanHNguyen232/Music-Emotion-Recognition-Research, old/main_static.py, old/main_dynamic.py, old/mer/utils.py, "
        "commit 05f8bfba362fe11944a6d05f48fc92083826f7fb (folders, file names, columns); "
        "muselly/dsdiyeleonorescholler, README.md, commit 60592d851cf47a1edffa6117307cc483a490a53b (columns, scales, "
        "times); the static table joined to one: AMAAI-Lab/Music2Emotion, dataset/deam/meta/static_annotations.csv, "
        "commit c5f7984f78d9928b841f25bd05a47377c12c58ca, on which the reader was run"
    ),
    raters="crowd workers, about ten each song, published as means and standard deviations",
    speakers="artists may have several songs, no published split is read",
)


class Point(NamedTuple):
    """One moment of a song: its time in seconds, mean valence and arousal over listeners, both in [-1, 1]."""

    song: str
    time: float
    valence: float
    arousal: float


def read(folder: Path) -> Iterator[Record]:
    """Yield the songs in the order of their numbers.

    Layout: ``annotations/annotations averaged per song/song_level/static_annotations_averaged_songs_1_2000.csv`` and
    ``…_2000_2058.csv`` in `folder` or in its ``DEAM_Annotations/``, and ``MEMD_audio/2.mp3`` …, if they are there;
    or both tables in one, ``static_annotations.csv``. Raises `CorpusError`.
    """
    root = _root(folder)
    tables = ((_COPY, ""),) if has_file(folder, _COPY) and not has_file(root, _STATIC[0][0]) else _STATIC
    audio = [folder / place for place in _AUDIO if (folder / place).is_dir()]
    for name, songs in tables:
        for row in read_table(folder if name == _COPY else root, name, columns=_COLUMNS):
            song = _number(row)
            found = (place / f"{song}.mp3" for place in audio)
            yield Record(
                id=song,
                signal=Signal(
                    source=row.file, modality="music", path=next((path for path in found if path.is_file()), None)
                ),
                split="all",
                group=f"song-{song}",
                values={
                    "valence": row.signed("valence_mean", 1, 9),
                    "arousal": row.signed("arousal_mean", 1, 9),
                    # 1-9 is four times as long as [-1, 1].
                    "valence_sd": row.number("valence_std", 0, 8) / 4,
                    "arousal_sd": row.number("arousal_std", 0, 8) / 4,
                },
                conditions={"songs": songs or ("1_2000" if int(song) <= 2000 else "2000_2058")},
            )


def read_traces(folder: Path) -> Iterator[Point]:
    """Yield every point of every song's trace, song by song, a half second apart.

    Layout: ``annotations/annotations averaged per song/dynamic (per second annotations)/valence.csv`` and
    ``arousal.csv``: song_id and a column per moment (sample_15000ms …), empty after a song's end. Raises
    `CorpusError`, also where the two tables do not speak of the same songs and moments.
    """
    root = _root(folder)
    pairs = (read_table(root, f"{_DYNAMIC}/{name}.csv", columns=("song_id",)) for name in ("valence", "arousal"))
    valence, arousal = pairs
    for row in valence:
        other = next(arousal, None)
        if other is None or _number(other) != _number(row):
            raise row.error(f"arousal.csv has no song {_number(row)} at this place")
        moments = _moments(row)
        if moments.keys() != _moments(other).keys():
            raise row.error(f"song {_number(row)} has other moments here than in {other.file}")
        for time, column in moments.items():
            yield Point(_number(row), time, row.number(column, -1, 1), other.number(column, -1, 1))
    if next(arousal, None) is not None:
        raise CorpusError(f"{root / _DYNAMIC}/arousal.csv has more songs than valence.csv. Fetch both again.")


def _moments(row: Row) -> dict[float, str]:
    """The columns that hold a moment of this song, by their time in seconds."""
    found = {}
    for column, cell in row.cells.items():
        match = _MOMENT.fullmatch(column)
        if match is None and column != "song_id":
            raise row.error(f"there is a column {column!r}, allowed are song_id and sample_15000ms and so on")
        if match is not None and cell.strip() and not math.isnan(row.number(column, -1, 1)):
            found[int(match[1]) / 1000] = column
    return found


def _root(folder: Path) -> Path:
    return folder / "DEAM_Annotations" if (folder / "DEAM_Annotations").is_dir() else folder


def _number(row: Row) -> str:
    return str(int(row.number("song_id", 1, 2058)))
