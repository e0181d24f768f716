"""PMEmo: valence and arousal of pop songs' choruses, for the whole and every half second.

Zhang, Zhang, Li, Yang & Sun 2018, The PMEmo Dataset for Music Emotion Recognition, ICMR.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.files import Row, has_file, read_cells, read_table
from affekt.corpora.parquet import read_parquet
from affekt.errors import CorpusError
from affekt.types import Record, Signal

_STATIC = ("annotations/static_annotations.csv", "static_annotations.csv")
_STATIC_SD = ("annotations/static_annotations_std.csv", "static_annotations_std.csv")
_DYNAMIC = ("annotations/dynamic_annotations.csv", "dynamic_annotations.csv")
_DYNAMIC_SD = ("annotations/dynamic_annotations_std.csv", "dynamic_annotations_std.csv")
_SONGS = ("metadata.csv", "songs.csv")
_TOLD = ("title", "artist", "album", "chorus_start_time", "chorus_end_time")

CARD = CorpusCard(
    name="pmemo",
    summary="767 pop songs' choruses with valence and arousal, mean and spread, as a whole and every half second",
    modality="music",
    space=None,
    licence="MIT (annotations; the songs are their owners')",
    permissive=True,
    homepage="https://github.com/HuiZhangDB/PMEmo",
    citation="Zhang et al. 2018, The PMEmo Dataset for Music Emotion Recognition, ICMR",
    files=tuple(SourceFile(name, None) for name in (_STATIC[0], _STATIC_SD[0], _SONGS[0], _DYNAMIC[0], _DYNAMIC_SD[0])),
    rows={"all": 767},
    languages=(),
    notes=(
        "`values` hold valence and arousal moved linearly from 0-1 to [-1, 1] and the standard deviation over "
        "listeners, valence_sd and arousal_sd, scaled along; dominance was not asked, so there is no vad. "
        "`affekt.corpora.pmemo.read_traces` gives the points every half second, on the same scales (the first 15 "
        "seconds were removed by the makers). The compact copy has the means on 1-9, which are moved to the same "
        "[-1, 1]; its train, validation and test are Music2Emotion's, kept in `conditions`. No split is published; an "
        "artist has several songs, so the group is the artist. Listeners' skin conductance is not read."
    ),
    layout_source=(
        "HuiZhangDB/PMEmo, static_MER.ipynb and dynamic_MER.ipynb (file names, musicId, frameTime, columns), commit "
        "65e5f788b7da25085f8662fa3c986ad8eb8d7bfc; the copy: AMAAI-Lab/Music2Emotion, dataset/pmemo/meta, commit "
        "c5f7984f78d9928b841f25bd05a47377c12c58ca"
    ),
    raters="457 listeners, published as means and standard deviations",
    speakers="artists have several songs, no published split: make folds by group, the artist",
    papers=("unified-mer-music",),
)


class Point(NamedTuple):
    """One moment of a song: its time in seconds, valence and arousal in [-1, 1], their spread over listeners."""

    song: str
    time: float
    valence: float
    arousal: float
    valence_sd: float
    arousal_sd: float


def read(folder: Path) -> Iterator[Record]:
    """Yield the songs in the order of the annotations.

    Layout: ``annotations/static_annotations.csv`` and ``static_annotations_std.csv``, optionally
    ``metadata.csv`` and ``chorus/1.mp3`` …; or the tables ``static_annotations.csv`` and ``songs.csv`` of
    Music2Emotion. Raises `CorpusError`.
    """
    songs = _songs(folder)
    for row, song, values, split in _copied(folder) if _is_copy(folder) else _official(folder):
        told = songs.get(song, {})
        chorus = folder / "chorus" / f"{song}.mp3"
        yield Record(
            id=song,
            signal=Signal(source=row.file, modality="music", path=chorus if chorus.is_file() else None),
            split="all",
            group=told.get("artist") or f"song-{song}",
            values=values,
            conditions={**told, **split},
        )


def read_traces(folder: Path) -> Iterator[Point]:
    """Yield every point of every song's trace, song by song, a half second apart.

    Layout: ``annotations/dynamic_annotations.csv`` and ``dynamic_annotations_std.csv``, or
    ``dynamic_annotations.parquet`` (means and spreads on 0-1 in both). Raises `CorpusError`.
    """
    path = folder / "dynamic_annotations.parquet"
    if path.is_file():
        columns = ("song_id", "t", "valence_mean", "arousal_mean", "valence_std", "arousal_std")
        for row in read_parquet(path, columns=columns):
            time = row.number("t", 0, 1e5)
            yield Point(row["song_id"], time, *_means(row, "{}_mean"), *_spreads(row, "{}_std"))
        return
    spreads = read_table(folder, *_DYNAMIC_SD, columns=("musicid", "frametime", "arousal(std)", "valence(std)"))
    for row in read_table(folder, *_DYNAMIC, columns=("musicid", "frametime", "arousal(mean)", "valence(mean)")):
        other = _same(row, spreads, "musicid", "frametime")
        time = row.number("frametime", 0, 1e5)
        yield Point(_number(row, "musicid"), time, *_means(row, "{}(mean)"), *_spreads(other, "{}(std)"))


def _means(row: Row, named: str) -> tuple[float, float]:
    return row.signed(named.format("valence"), 0, 1), row.signed(named.format("arousal"), 0, 1)


def _spreads(row: Row, named: str) -> tuple[float, float]:
    # Twice: the scale grows from 0-1 to [-1, 1].
    return 2 * row.number(named.format("valence"), 0, 1), 2 * row.number(named.format("arousal"), 0, 1)


_Song = tuple[Row, str, dict[str, float], dict[str, str]]


def _is_copy(folder: Path) -> bool:
    header = next(read_cells(folder, *_STATIC), None)
    return header is not None and header.cells[0].strip().lower() == "song_id"


def _official(folder: Path) -> Iterator[_Song]:
    spreads = read_table(folder, *_STATIC_SD, columns=("musicid", "arousal(std)", "valence(std)"))
    for row in read_table(folder, *_STATIC, columns=("musicid", "arousal(mean)", "valence(mean)")):
        other = _same(row, spreads, "musicid")
        yield row, _number(row, "musicid"), _values(_means(row, "{}(mean)"), _spreads(other, "{}(std)")), {}


def _copied(folder: Path) -> Iterator[_Song]:
    columns = ("song_id", "valence_mean", "valence_std", "arousal_mean", "arousal_std", "split")
    for row in read_table(folder, *_STATIC, columns=columns):
        means = row.signed("valence_mean", 1, 9), row.signed("arousal_mean", 1, 9)
        split = {"music2emotion_split": row["split"]}
        yield row, _number(row, "song_id"), _values(means, _spreads(row, "{}_std")), split


def _values(means: tuple[float, float], spreads: tuple[float, float]) -> dict[str, float]:
    return dict(zip(("valence", "arousal", "valence_sd", "arousal_sd"), (*means, *spreads), strict=True))


def _same(row: Row, others: Iterator[Row], *keys: str) -> Row:
    """The next row of the table of spreads, which tells of the same moment. Raises `CorpusError`."""
    other = next(others, None)
    if other is None or any(row.number(key, 0, 1e6) != other.number(key, 0, 1e6) for key in keys):
        there = f"{[other[key] for key in keys]} in {other.file}" if other else "the table of spreads, which ends"
        raise row.error(f"{[row[key] for key in keys]} stands beside {there}; both tables need the same rows")
    return other


def _number(row: Row, column: str) -> str:
    """The song's number as a name: some tables write 1 as 1.0."""
    return str(int(row.number(column, 0, 1e6)))


def _songs(folder: Path) -> dict[str, dict[str, str]]:
    if not has_file(folder, *_SONGS):
        return {}
    rows = read_table(folder, *_SONGS, columns=("musicid", *_TOLD))
    songs = {_number(row, "musicid"): {name: row[name].strip() for name in _TOLD if row[name].strip()} for row in rows}
    if not songs:
        raise CorpusError(f"{folder} has a table of songs without songs. Fetch it again from {CARD.homepage}.")
    return songs
