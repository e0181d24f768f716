"""Parquet tables, as compact copies of corpora are: their rows, with the errors of other tables, and sounds in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from affekt.corpora.files import Row
from affekt.errors import CorpusError, MissingDependencyError

_AT_ONCE = 4096
_SOUNDS_AT_ONCE = 16


def read_parquet(path: Path, *, columns: Sequence[str]) -> Iterator[Row]:
    """Yield the rows of `path` in their order, those of `columns` only, every cell as text (null: ``""``).

    A part of a struct is asked for as ``audio.path``. Columns are called by their name in lower case; a row's `line` is
    its number from 1. Raises `CorpusError` where the file is absent, no Parquet file, or lacks a column.
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
        missing = [column for column in columns if not {column, column.partition(".")[0]} & set(there)]
        if missing:
            raise CorpusError(f"{path} has no column {', '.join(missing)}; it has {', '.join(there[:12])}.")
        wanted = ", ".join(_quoted(column if column in there else column.split(".")) for column in columns)
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


def _quoted(name: str | Sequence[str]) -> str:
    parts = (name,) if isinstance(name, str) else name
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)


class BytesOfRows:
    """The sounds or pictures that a Parquet table holds in a column of structs with ``bytes``, as Hugging Face writes
    them. Rows asked for in their order are read once, a few at a time; going back begins anew."""

    def __init__(self, path: Path) -> None:
        import duckdb

        self._path = path
        self._connection = duckdb.connect(config={"threads": 1})
        self._column, self._next, self._held = "", 0, list[tuple[bytes | None]]()

    def read(self, member: str) -> bytes:
        """Return the bytes of ``COLUMN/ROW`` (a suffix is let be). Raises `KeyError` where there are none."""
        column, _, row = member.partition("/")
        place = row.partition(".")[0]
        if not place.isdecimal():
            raise KeyError(member)
        wanted = int(place)
        if column != self._column or wanted < self._next - len(self._held):
            self._begin(column)
        while wanted >= self._next:
            self._held = self._connection.fetchmany(_SOUNDS_AT_ONCE)
            if not self._held:
                raise KeyError(member)
            self._next += len(self._held)
        content = self._held[wanted - self._next][0]
        if not content:
            raise KeyError(member)
        return bytes(content)

    def _begin(self, column: str) -> None:
        import duckdb

        try:
            self._connection.execute(f"SELECT {_quoted(column)}.bytes FROM read_parquet(?)", [str(self._path)])
        except duckdb.Error as error:
            raise CorpusError(
                f"{self._path} has no sounds in a column {column!r}: {str(error).splitlines()[0]}"
            ) from error
        self._column, self._next, self._held = column, 0, []

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
