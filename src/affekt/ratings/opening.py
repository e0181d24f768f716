"""Tables of ratings as DuckDB reads them: CSV, TSV, JSONL, Parquet; every cell of a text table is text first."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from affekt.errors import InputError, MissingDependencyError
from affekt.ratings.pseudonyms import pseudonyms

SAMPLE = 20_000
_SUFFIXES = (".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".json", ".parquet")
_LISTED = 25


class Column(NamedTuple):
    """What a sample of a column holds: how many cells, how many different, and which numbers."""

    filled: int
    distinct: int
    numbers: int
    low: float
    high: float
    whole: bool
    is_list: bool

    @property
    def numeric(self) -> bool:
        """Whether every cell that holds anything holds a number."""
        return self.filled > 0 and self.numbers == self.filled


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """An opened table: its file, its connection, and what its columns seem to hold."""

    path: Path
    connection: Any
    columns: dict[str, Column]
    sampled: int

    @property
    def rows(self) -> int:
        """The number of rows."""
        return int(self.connection.execute("SELECT count(*) FROM votes").fetchone()[0])

    def check(self, column: str) -> str:
        """Return `column`. Raises `UnknownNameError` where the file has none of that name."""
        if column not in self.columns:
            raise unknown_column(column, self)
        return column

    def texts(self, columns: Sequence[str]) -> list[NDArray[Any]]:
        """Return the columns as arrays of text (None: empty); lists stay lists."""
        picked = [
            quoted(name) if self.columns[name].is_list else f"nullif(trim({quoted(name)}::VARCHAR), '')"
            for name in columns
        ]
        return self._fetch(picked)

    def numbers(self, columns: Sequence[str]) -> NDArray[np.float64]:
        """Return the columns as float64 (row, column), NaN where a cell is empty.

        Raises `InputError` where a cell holds something else.
        """
        picked = []
        for name in columns:
            text = f"nullif(trim({quoted(name)}::VARCHAR), '')"
            number = f"CASE WHEN lower({text}) IN ('nan', 'na', 'none', 'null') THEN NULL ELSE {text} END"
            boolean = f"CASE lower({number}) WHEN 'true' THEN '1' WHEN 'false' THEN '0' ELSE {number} END"
            picked.append(f"CASE WHEN ({number}) IS NULL THEN 'nan'::DOUBLE ELSE TRY_CAST({boolean} AS DOUBLE) END")
        found = self._fetch(picked)
        for name, cells in zip(columns, found, strict=True):
            if isinstance(cells, np.ma.MaskedArray) and np.ma.getmaskarray(cells).any():
                row = int(np.flatnonzero(np.ma.getmaskarray(cells))[0])
                raise InputError(
                    f"{self.path}: column {name!r} holds something that is no number in data row {row + 1}. "
                    "Correct the cell, or name the column that holds the values: value=…"
                )
        return np.column_stack([np.ma.getdata(cells).astype(np.float64) for cells in found])

    def seconds(self, column: str) -> NDArray[np.float64]:
        """Return a column of times as seconds: numbers as they are, dates since 1970."""
        if self.columns[column].numeric or not self.columns[column].filled:
            return self.numbers([column])[:, 0]
        (cells,) = self._fetch([f"epoch(TRY_CAST({quoted(column)}::VARCHAR AS TIMESTAMP))"])
        (texts,) = self.texts([column])
        unread = np.ma.getmaskarray(cells) & np.array([text is not None for text in texts])
        if unread.any():
            row = int(np.flatnonzero(unread)[0])
            raise InputError(
                f"{self.path}: column {column!r} holds {texts[row]!r} in data row {row + 1}, which is neither a "
                "number of seconds nor a date such as 2026-01-31 12:00:00."
            )
        return np.ma.filled(np.ma.asarray(cells, dtype=np.float64), np.nan)

    def _fetch(self, expressions: Sequence[str]) -> list[NDArray[Any]]:
        named = ", ".join(f"{expression} AS c{place}" for place, expression in enumerate(expressions))
        found = self.connection.execute(f"SELECT {named} FROM votes").fetchnumpy()
        arrays = []
        for place in range(len(expressions)):
            cells = found[f"c{place}"]
            if cells.dtype == object and isinstance(cells, np.ma.MaskedArray):
                held = np.array(cells.data, copy=True)
                held[np.ma.getmaskarray(cells)] = None
                cells = held
            arrays.append(cells)
        return arrays


def quoted(name: str) -> str:
    """Return a column's name as SQL wants it.

    >>> print(quoted('Worker 1 "answer"'))
    "Worker 1 ""answer""\"
    """
    return '"' + name.replace('"', '""') + '"'


def unknown_column(column: str, source: Source) -> InputError:
    """Return the error for a column the file does not have."""
    names = pseudonyms(list(source.columns))
    nearest = get_close_matches(column, names, n=1, cutoff=0.5)
    hint = f" Did you mean {nearest[0]!r}?" if nearest else ""
    return InputError(f"Unknown column {column!r}.{hint} {source.path.name} has: {', '.join(names[:_LISTED])}.")


def open_table(path: Path) -> Source:
    """Return the opened table of a ``.csv``, ``.tsv``, ``.jsonl`` (all also ``.gz``) or ``.parquet`` file.

    Raises `InputError` for a file that is missing, empty, or of another kind.
    """
    try:
        import duckdb
    except ImportError as error:
        raise MissingDependencyError("Reading tables needs DuckDB. Install it with: pip install affekt") from error
    suffixes = [suffix.lower() for suffix in path.suffixes]
    packed = bool(suffixes) and suffixes[-1] == ".gz"
    kind = suffixes[-2] if packed and len(suffixes) > 1 else suffixes[-1] if suffixes else ""
    if kind not in _SUFFIXES:
        raise InputError(f"{path} is no table of ratings affekt reads. Allowed: {', '.join(_SUFFIXES)}, also .gz.")
    if not path.is_file():
        raise InputError(f"There is no file {path}.")
    if path.stat().st_size == 0:
        raise InputError(f"{path} is empty.")
    literal = "'" + str(path).replace("'", "''") + "'"
    if kind == ".parquet":
        reader = f"read_parquet({literal})"
    elif kind in (".jsonl", ".ndjson", ".json"):
        reader = f"read_json({literal}, sample_size=-1)"
    else:
        delimiter = _delimiter(path, kind, packed=packed)
        reader = (
            f"read_csv({literal}, delim='{delimiter}', header=true, all_varchar=true, quote='\"', escape='\"', "
            "null_padding=false, max_line_size=16777216)"
        )
    connection = duckdb.connect()
    try:
        # Text is parsed once; a Parquet file is read column by column, so a view leaves pictures in it alone.
        made = "VIEW" if kind == ".parquet" else "TABLE"
        connection.execute(f"CREATE TEMP {made} votes AS SELECT * FROM {reader}")
        described = [row for row in connection.execute("DESCRIBE votes").fetchall() if row[1] != "BLOB"]
        source = Source(path, connection, {row[0]: _EMPTY for row in described}, 0)
        return _sampled(source, {row[0]: str(row[1]).endswith("[]") for row in described})
    except duckdb.Error as error:
        raise InputError(f"{path} cannot be read as a table: {str(error).splitlines()[0]}") from error


_EMPTY = Column(0, 0, 0, float("nan"), float("nan"), False, False)


def _sampled(source: Source, lists: dict[str, bool]) -> Source:
    asked = []
    for name, is_list in lists.items():
        text = f"nullif(trim({quoted(name)}::VARCHAR), '')"
        number = f"TRY_CAST(CASE lower({text}) WHEN 'true' THEN '1' WHEN 'false' THEN '0' ELSE {text} END AS DOUBLE)"
        filled = (
            f"CASE WHEN lower({text}) IN ('nan', 'na', 'none', 'null') AND {number} IS NULL THEN NULL ELSE {text} END"
        )
        asked += [
            f"count({text if is_list else filled})",
            f"count(DISTINCT {text})",
            f"count({number})",
            f"min({number})",
            f"max({number})",
            f"bool_and({number} = floor({number}))",
        ]
    head = f"(SELECT * FROM votes LIMIT {SAMPLE})"
    (answers,) = source.connection.execute(f"SELECT count(*), {', '.join(asked)} FROM {head}").fetchall()
    if not answers[0]:
        raise InputError(f"{source.path} has a header but no rows.")
    columns = {}
    for place, (name, is_list) in enumerate(lists.items()):
        filled, distinct, numbers, low, high, whole = answers[1 + 6 * place : 7 + 6 * place]
        known = low is not None
        columns[name] = Column(
            *(int(filled), int(distinct), int(numbers)),
            *(float(low) if known else float("nan"), float(high) if known else float("nan")),
            *(bool(whole), is_list),
        )
    return Source(source.path, source.connection, columns, int(answers[0]))


def _delimiter(path: Path, kind: str, *, packed: bool) -> str:
    if kind == ".tsv":
        return "\t"
    try:
        with gzip.open(path, "rt", encoding="utf-8-sig") if packed else path.open(encoding="utf-8-sig") as lines:
            header = next(iter(lines), "")
    except (UnicodeDecodeError, gzip.BadGzipFile, EOFError) as error:
        raise InputError(f"{path} is no UTF-8 text: {error}. Save it as UTF-8.") from error
    return max((",", ";", "\t"), key=header.count)
