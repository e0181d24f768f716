"""CSV and TSV, row by row: every cell as written, every bad row known by its number."""

from __future__ import annotations

import csv
import io
import itertools
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from affekt.analysis.bulk_encoding import OpenText, open_table_text
from affekt.analysis.bulk_source import MARKED, Chunk, Cut, Format, Origin, Reject, TableSource, file_format, is_blank
from affekt.analysis.table import check_column
from affekt.errors import InputError

FIELD_CHARACTERS = 16 << 20
_PROBE = 1 << 20


@dataclass(frozen=True, slots=True)
class Dialect:
    """How cells are parted: the delimiter, and whether quotes mean anything."""

    delimiter: str
    quoting: bool

    def reader(self, lines: Iterator[str]) -> Iterator[list[str]]:
        """Return the rows of `lines`; broken quoting raises `csv.Error`."""
        quoting: Any = csv.QUOTE_MINIMAL if self.quoting else csv.QUOTE_NONE
        return csv.reader(lines, delimiter=self.delimiter, quoting=quoting, strict=True)


class Lines:
    """The lines of a file, with those of the current row held so that they can be given again."""

    def __init__(self, stream: Iterator[str]) -> None:
        self._stream = stream
        self._again: deque[str] = deque()
        self.row: list[str] = []
        self.number = 0
        self.characters = 0
        self.is_marked = False

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._stream)
        self.row.append(line)
        self.number += 1
        self.characters += len(line)
        if not line.isascii() and MARKED.search(line):
            self.is_marked = True
        return line

    def begin_row(self) -> None:
        """Forget the lines of the row before."""
        self.row.clear()
        self.is_marked = False

    def keep_first_line(self) -> None:
        """Give all lines of the row but the first again: an open quote swallowed them."""
        again = self.row[1:]
        del self.row[1:]
        self._again.extendleft(reversed(again))
        self.number -= len(again)
        self.characters -= sum(map(len, again))


def open_delimited(
    path: Path, column: str, cut: Cut, *, encoding: str | None = None, delimiter: str | None = None
) -> TableSource:
    """Return the table in `path`: the first row names the columns.

    Quotes are read as CSV reads them. In TSV they are read so only if the first rows have quoted
    cells that all come out right; otherwise they are text, as in most corpora. Rows with another
    number of fields, broken quotes, undecodable bytes or no text are rejected; blank lines are
    skipped.

    Raises `InputError` (see `open_table_text`; also where the header cannot be read) and
    `UnknownNameError` where there is no such column.
    """
    kind = file_format(path)
    csv.field_size_limit(max(csv.field_size_limit(), FIELD_CHARACTERS))
    dialect = _dialect(path, kind, encoding, delimiter)
    text = open_table_text(path, encoding, newline="")
    try:
        lines = Lines(text.stream)
        rows = dialect.reader(lines)
        names = _header(path, lines, rows, text.encoding)
        check_column(column, names, repr(str(path)), _delimiter_hint(names, dialect))
    except BaseException:
        text.close()
        raise
    chunks = _chunks(text, lines, rows, names, (names.index(column), cut))
    return TableSource(path, kind, names, chunks, text.close)


def _delimiter_hint(names: tuple[str, ...], dialect: Dialect) -> str:
    others = [mark for mark in ";\t|," if mark in names[0] and mark != dialect.delimiter]
    if len(names) > 1 or not others:
        return ""
    return f" The header has {others[0]!r} in it: if that parts the cells, give delimiter={others[0]!r}."


def _header(path: Path, lines: Lines, rows: Iterator[list[str]], encoding: str) -> tuple[str, ...]:
    try:
        cells = next((row for row in rows if row), None)
    except csv.Error as error:
        raise InputError(f"The header of {str(path)!r} cannot be read: {error}.") from error
    if cells is None:
        raise InputError(f"{str(path)!r} has no header: its lines are all blank.")
    if lines.is_marked:
        raise InputError(
            f"The header of {str(path)!r} is not in {encoding}. Name the encoding, for instance encoding='cp1252' "
            "(`--encoding cp1252`)."
        )
    # pandas writes its index under an empty name.
    return tuple(cell or f"column_{place}" for place, cell in enumerate(cells, 1))


def _dialect(path: Path, kind: Format, encoding: str | None, delimiter: str | None) -> Dialect:
    chosen = delimiter or ("\t" if kind == "tsv" else ",")
    if len(chosen) != 1 or chosen in '"\r\n':
        raise InputError(f"The delimiter must be one character, not a quote or a line end; got {delimiter!r}.")
    if kind == "csv":
        return Dialect(chosen, True)
    text = open_table_text(path, encoding, newline="")
    try:
        sample = text.stream.read(_PROBE)
    except (EOFError, OSError):
        sample = ""  # met again, and answered, when the rows are read
    finally:
        text.close()
    return Dialect(chosen, _is_quoted(sample, chosen, whole=len(sample) < _PROBE))


def _is_quoted(sample: str, delimiter: str, *, whole: bool) -> bool:
    """Return whether quotes part cells in a sample: there are some at a cell's start, and none is out of place."""
    if not (sample.startswith('"') or '\n"' in sample or f'{delimiter}"' in sample):
        return False
    rows = Dialect(delimiter, True).reader(iter(io.StringIO(sample, newline="")))
    widths: list[int] = []
    try:
        widths.extend(len(row) for row in rows if row)
    except csv.Error as error:
        # A cut sample may end within a quoted cell. One that runs over many lines is a lone quote.
        is_cut = not whole and "unexpected end" in str(error)
        if not is_cut or len(widths) < 0.9 * sample.count("\n"):
            return False
    return len(set(widths if whole else widths[:-1])) <= 1


def _chunks(
    text: OpenText, lines: Lines, rows: Iterator[list[str]], names: tuple[str, ...], how: tuple[int, Cut]
) -> Iterator[Chunk]:
    (place, cut), width, number = how, len(names), 0
    try:
        for index in itertools.count():
            kept: list[list[str]] = []
            rejects: list[Reject] = []
            origins: list[Origin] = []
            first, lines.characters, ended = number, 0, False
            while not cut.is_full(number - first, lines.characters):
                lines.begin_row()
                line = lines.number + 1
                try:
                    row = next(rows)
                except StopIteration:
                    ended = True
                    break
                except csv.Error as error:
                    reason = _quote_reason(error)
                    lines.keep_first_line()
                else:
                    if not row and width > 1:
                        continue
                    reason = f"bytes that are not {text.encoding}" if lines.is_marked else _fault(row, width, place)
                number += 1
                if reason:
                    rejects.append(cut.reject(number, line, reason, "".join(lines.row)))
                else:
                    kept.append(row)
                    if cut.traced:
                        origins.append(Origin(number, line, "".join(lines.row)))
            columns = tuple(map(list, zip(*kept, strict=True))) if kept else tuple([] for _ in names)
            if number > first or index == 0:
                fraction = 1.0 if ended else text.fraction
                told = tuple(rejects), fraction
                yield Chunk(index, number - first, columns, columns[place], *told, origins=tuple(origins))
            if ended:
                return
    except (EOFError, OSError) as error:
        raise InputError(
            f"The table ends in the middle after row {number}: {error}. Get a whole copy of it."
        ) from error
    finally:
        text.close()


def _fault(row: list[str], width: int, place: int) -> str | None:
    if len(row) != width and row:
        return f"{len(row)} {'field' if len(row) == 1 else 'fields'} where the header has {width}"
    return "no text" if not row or is_blank(row[place]) else None


def _quote_reason(error: csv.Error) -> str | None:
    if "field limit" in str(error):
        return f"a field of more than {FIELD_CHARACTERS:,} characters"
    return "quotes that are not closed, or not doubled inside a quoted field"
