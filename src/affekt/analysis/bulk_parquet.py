"""Parquet: only the text column is read here; the others are joined to the scores at the end, as they are."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from affekt.analysis.bulk_source import Chunk, Cut, Origin, Reject, TableSource, is_blank
from affekt.analysis.table import check_column, first_line, quoted
from affekt.errors import InputError

if TYPE_CHECKING:
    import duckdb


def parquet_scan(*paths: Path) -> str:
    """Return the SQL that scans Parquet files, one after the other, and reads nothing into their names."""
    listed = ", ".join(text_literal(_unglobbed(str(path))) for path in paths)
    return f"read_parquet([{listed}], hive_partitioning = false)"


class Size(NamedTuple):
    """How large Parquet files are: their rows, and the bytes of their columns before compression."""

    rows: int
    bytes: int


def parquet_uncompressed(connection: duckdb.DuckDBPyConnection, *paths: Path) -> Size:
    """Return the size of Parquet files, from their footers."""
    listed = ", ".join(text_literal(_unglobbed(str(path))) for path in paths)
    rows = connection.execute(f"SELECT sum(num_rows) FROM parquet_file_metadata([{listed}])").fetchall()[0][0]
    size = connection.execute(f"SELECT sum(total_uncompressed_size) FROM parquet_metadata([{listed}])").fetchall()[0][0]
    return Size(int(rows or 0), int(size or 0))


def text_literal(text: str) -> str:
    """Return `text` as an SQL string.

    >>> text_literal("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def open_parquet(path: Path, column: str, cut: Cut) -> TableSource:
    """Return the table in `path`, read in a stream.

    Raises `InputError` where it is no Parquet file or the column holds no text, `UnknownNameError`
    where there is no such column.
    """
    import duckdb

    if not path.is_file():
        raise InputError(f"There is no file {str(path)!r}.")
    try:
        connection = duckdb.connect(config={"threads": 1})
        described = connection.execute(f"DESCRIBE SELECT * FROM {parquet_scan(path)}").fetchall()
        rows = connection.execute(f"SELECT count(*) FROM {parquet_scan(path)}").fetchall()[0][0]
    except duckdb.Error as error:
        raise InputError(f"{str(path)!r} is no Parquet file that can be read: {first_line(error)}") from error
    types = {str(name): str(kind) for name, kind, *_ in described}
    check_column(column, tuple(types), repr(str(path)))
    if types[column] != "VARCHAR":
        raise InputError(
            f"The column {column!r} holds {types[column]}, not text. Choose the column that holds the texts."
        )
    chunks = _chunks(path, column, cut, int(rows))
    return TableSource(path, "parquet", tuple(types), chunks, chunks.close, int(rows))


def _chunks(path: Path, column: str, cut: Cut, rows: int) -> Generator[Chunk, None, None]:
    import duckdb

    connection = duckdb.connect(config={"threads": 1})
    index, first = 0, 0
    texts: list[str] = []
    kept: list[int] = []
    rejects: list[Reject] = []
    origins: list[Origin] = []
    number = characters = 0
    try:
        cursor = connection.execute(f"SELECT {quoted(column)} FROM {parquet_scan(path)}")
        while fetched := cursor.fetchmany(512):
            for (text,) in fetched:
                if is_blank(text):
                    rejects.append(cut.reject(number + 1, None, "no text", text or ""))
                else:
                    kept.append(number - first)
                    texts.append(text)
                    characters += len(text)
                    if cut.traced:
                        origins.append(Origin(number + 1, None, text))
                number += 1
                if cut.is_full(number - first, characters):
                    told = tuple(rejects), number / rows, tuple(kept)
                    yield Chunk(index, number - first, (), texts, *told, origins=tuple(origins))
                    index, first, characters = index + 1, number, 0
                    texts, kept, rejects, origins = [], [], [], []
        if number > first or index == 0:
            told = tuple(rejects), 1.0, tuple(kept)
            yield Chunk(index, number - first, (), texts, *told, origins=tuple(origins))
    except duckdb.Error as error:
        raise InputError(f"{str(path)!r} is damaged after row {number}: {first_line(error)}") from error
    finally:
        connection.close()


def _unglobbed(path: str) -> str:
    return "".join(f"[{character}]" if character in "*?[" else character for character in path)
