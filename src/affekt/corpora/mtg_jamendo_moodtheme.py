"""MTG-Jamendo, moods and themes: 17,982 tracks of music with the tags their uploaders gave.

Bogdanov, Won, Tovstogan, Porter & Serra 2019, The MTG-Jamendo Dataset for Automatic Music Tagging, ML4MD
workshop, ICML.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard
from affekt.corpora.files import Row, has_file, official_files, read_cells, read_table
from affekt.types import Record, Signal

SPACE = find_space("mtg-jamendo-moodtheme")
_SPLITS = ("train", "validation", "test")
_HEADER = ["TRACK_ID", "ARTIST_ID", "ALBUM_ID", "PATH", "DURATION", "TAGS"]
_TAG = "mood/theme---"
_COPY = "tracks.csv"
_RAW = "https://raw.githubusercontent.com/MTG/mtg-jamendo-dataset/1b4fa8c32e076c73b5175c1703ae805b4109309d"


def _name(split: str) -> str:
    return f"data/splits/split-0/autotagging_moodtheme-{split}.tsv"


CARD = CorpusCard(
    name="mtg_jamendo_moodtheme",
    summary="17,982 tracks of music with any of 56 tags of mood and theme, in the splits of the MediaEval tasks",
    modality="music",
    space=SPACE,
    licence="CC BY-NC-SA 4.0 (metadata); each track has a Creative Commons licence of its own",
    permissive=False,
    homepage="https://github.com/MTG/mtg-jamendo-dataset",
    citation=SPACE.source.partition(";")[0],
    files=official_files("mtg_jamendo_moodtheme", _RAW),
    rows={"train": 9949, "validation": 3802, "test": 4231},
    languages=(),
    notes=(
        "The labels are the uploaders' tags: what is not tagged may still hold. Many are themes (christmas, film), no "
        "emotions. The splits are split-0, in which no artist is in two; four more are published beside it. The group "
        "is the artist; `conditions` hold album and duration in seconds. A signal has a path where the tracks (152 GB, "
        "by the publisher's download script) lie under audio/, as audio/48/948.mp3."
    ),
    layout_source=(
        "MTG/mtg-jamendo-dataset, data/splits/split-0 and README.md, commit 1b4fa8c32e076c73b5175c1703ae805b4109309d"
    ),
    raters="the uploaders of the tracks, one each",
    speakers="no artist is in two splits",
    papers=("unified-mer-music",),
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the tracks of train, validation and test.

    Layout: ``data/splits/split-0/autotagging_moodtheme-train.tsv`` and so on (tags in as many columns as
    there are); or ``tracks.csv``. Raises `CorpusError`.
    """
    if has_file(folder, _COPY):
        columns = ("track_id", "artist_id", "album_id", "duration_s", "tags", "split")
        for row in read_table(folder, _COPY, columns=columns):
            if row["split"] not in _SPLITS:
                raise row.error(f"split is {row['split']!r}, allowed are {', '.join(_SPLITS)}")
            signal = Signal(source=row.file, modality="music")
            yield _record(row, row["tags"].split("|"), row["split"], signal)
        return
    tracks = folder / "audio"
    there = tracks.is_dir()
    for split in _SPLITS:
        for row, tags in _official(folder, split):
            path = tracks / row["path"]
            signal = Signal(source=row.file, modality="music", path=path if there and path.is_file() else None)
            yield _record(row, tags, split, signal)


def _official(folder: Path, split: str) -> Iterator[tuple[Row, list[str]]]:
    name = _name(split)
    rows = read_cells(folder, name, Path(name).name, delimiter="\t", quoted=False)
    columns = ("track_id", "artist_id", "album_id", "path", "duration_s")
    for number, (file, line, cells) in enumerate(rows):
        row = Row(file, line, dict(zip(columns, cells, strict=False)))
        if number == 0:
            if cells != _HEADER:
                raise row.error(f"the columns are {cells[:8]}, expected are {_HEADER}")
            continue
        tags = cells[len(columns) :]
        if not tags or not all(tag.startswith(_TAG) for tag in tags):
            raise row.error(f"the tags are {tags}, allowed are those that begin with {_TAG}")
        yield row, [tag.removeprefix(_TAG) for tag in tags]


def _record(row: Row, tags: Sequence[str], split: str, signal: Signal) -> Record:
    unknown = [tag for tag in tags if tag not in SPACE]
    if unknown:
        raise row.error(f"the tag {unknown[0]!r} is none of {', '.join(SPACE)}")
    return Record(
        id=row["track_id"],
        signal=signal,
        split=split,
        labels=tuple(tags),
        group=row["artist_id"],
        conditions={"album": row["album_id"], "duration_s": f"{row.number('duration_s', 0, 1e6):g}"},
    )
