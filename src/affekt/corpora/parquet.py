"""The rows of a Parquet table, which compact copies of corpora use, with the same errors as other tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from affekt.corpora.files import Row
from affekt.errors import CorpusError, MissingDependencyError

_AT_ONCE = 4096


def read_parquet(path: Path, *, columns: Sequence[str]) -> Iterator[Row]:
    """Yield the rows of `path` in their order, those of `columns` only, every cell as text (null: ``""``).

    Columns are called by their name in lower case; a row's `line` is its number from 1. Raises
    `CorpusError` where the file is absent, no Parquet file, or lacks a column.
    """
    try:
        import duckdb
    except ImportError as error:
        raise MissingDependencyError("Reading Parquet needs DuckDB. Install it with: pip install affekt") from error

    if not path.is_file():
        raise CorpusError(f"{path.name} is not in {path.parent}. Put the corpus's files there.")
    connection = duckdb.connect(config={"threads": 1})
    try:
        described = connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
        there = [str(name) for name, *_ in described]
        missing = [column for column in columns if column not in there]
        if missing:
            raise CorpusError(f"{path} has no column {', '.join(missing)}; it has {', '.join(there[:12])}.")
        wanted = ", ".join('"' + column.replace('"', '""') + '"' for column in columns)
        rows = connection.execute(f"SELECT {wanted} FROM read_parquet(?)", [str(path)])
        names = [column.lower() for column in columns]
        line = 0
        while chunk := rows.fetchmany(_AT_ONCE):
            for cells in chunk:
                line += 1
                texts = ("" if cell is None else str(cell) for cell in cells)
                yield Row(path.name, line, dict(zip(names, texts, strict=True)))
    except duckdb.Error as error:
        raise CorpusError(
            f"{path} cannot be read as Parquet ({str(error).splitlines()[0]}). Fetch the file again."
        ) from error
    finally:
        connection.close()
