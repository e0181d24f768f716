"""EmoBank: English sentences of seven genres with valence, arousal, dominance from writer's and reader's view.

Buechel & Hahn 2017, EmoBank, EACL.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.files import Row, read_table
from affekt.types import VAD, Rating, Record, Signal

_RAW = "https://raw.githubusercontent.com/JULIELab/EmoBank/248ce2a43e165a66d31aeaed83cff9641d6654e0/corpus"
_SCALE = {"valence": "v", "arousal": "a", "dominance": "d"}
_NAMES = (
    "emobank.csv",
    "reader.csv",
    "writer.csv",
    "individual_reader_ratings.csv",
    "individual_writer_ratings.csv",
    "meta.tsv",
)

CARD = CorpusCard(
    name="emobank",
    summary="10k English sentences with valence, arousal, dominance as the writer and as the reader sees them",
    modality="text",
    space=None,
    licence="CC BY-SA 4.0",
    permissive=True,
    homepage="https://github.com/JULIELab/EmoBank",
    citation="Buechel & Hahn 2017, EmoBank, EACL",
    files=tuple(SourceFile(name, f"{_RAW}/{name}") for name in _NAMES),
    rows={"train": 8062, "dev": 1000, "test": 1000},
    languages=("en",),
    notes=(
        "Valence, arousal, dominance are moved linearly from 1-5 to [-1, 1]; `vad` is the weighted mean of both "
        "perspectives (emobank.csv), `values` hold reader.valence … writer.dominance, `ratings` every single "
        "rating; the publisher gives no rater ids. The group is the document: the official split is not "
        "document-disjoint. Share-alike: weights trained on it carry CC BY-SA."
    ),
    copies={"without the test split": {"train": 8062, "dev": 1000}},
    layout_source="JULIELab/EmoBank, corpus/, 248ce2a43e165a66d31aeaed83cff9641d6654e0",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the sentences in the file's order, all ratings moved from 1-5 to [-1, 1].

    Layout: ``emobank.csv``, ``reader.csv``, ``writer.csv``, ``individual_reader_ratings.csv``,
    ``individual_writer_ratings.csv``, ``meta.tsv`` in `folder` or in its ``corpus/``. `group` is the
    document. Raises `CorpusError`.
    """
    columns = ("id", "document")
    documents = {row["id"]: row["document"] for row in _table(folder, "meta.tsv", columns, delimiter="\t")}
    ratings: dict[str, list[Rating]] = defaultdict(list)
    means: dict[str, dict[str, float]] = defaultdict(dict)
    for perspective in ("reader", "writer"):
        for row in _table(folder, f"individual_{perspective}_ratings.csv", ("id", *_SCALE.values())):
            if row["id"] not in documents:
                raise row.error(f"{row['id']!r} is not in meta.tsv")
            ratings[row["id"]].append(Rating(None, (), _values(row), perspective))
        for row in _table(folder, f"{perspective}.csv", ("id", *_SCALE.values())):
            if row["id"] not in documents:
                raise row.error(f"{row['id']!r} is not in meta.tsv")
            means[row["id"]] |= {f"{perspective}.{name}": value for name, value in _values(row).items()}
    for row in _table(folder, "emobank.csv", ("id", "split", "v", "a", "d", "text")):
        item = row["id"]
        if item not in documents or item not in ratings:
            lacking = "meta.tsv" if item not in documents else "individual_{reader,writer}_ratings.csv"
            raise row.error(f"{item!r} is not in {lacking}")
        yield Record(
            id=item,
            signal=Signal(row["text"], source=row.file, language="en"),
            split=row["split"],
            vad=VAD(**_values(row)),
            ratings=tuple(ratings[item]),
            group=documents[item],
            values=means[item],
        )


def _table(folder: Path, name: str, columns: tuple[str, ...], delimiter: str = ",") -> Iterator[Row]:
    return read_table(folder, name, f"corpus/{name}", columns=columns, delimiter=delimiter)


def _values(row: Row) -> dict[str, float]:
    return {name: row.signed(column, 1, 5) for name, column in _SCALE.items()}
