"""Finding a corpus's files, plain, gzipped or zipped, and walking their rows with errors that name file and line."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from affekt.cards import SourceFile
from affekt.errors import CorpusError

_BROKEN = (EOFError, OSError, UnicodeError, zlib.error, zipfile.BadZipFile, csv.Error)
_PACKED = ("", ".gz", ".zip")
_PEEKED = 256


class Cells(NamedTuple):
    """One row of a table as it stands in the file."""

    file: str
    line: int
    cells: list[str]


class Line(NamedTuple):
    """One line of a text file, without its end."""

    file: str
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: its cells by column name in lower case, and where it stands."""

    file: str
    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def number(self, column: str, low: float, high: float) -> float:
        """Return the cell as a number. Raises `CorpusError` unless it lies in [low, high]."""
        try:
            value = float(self.cells[column])
        except ValueError:
            value = float("nan")
        if low <= value <= high:
            return value
        raise self.error(f"{column} is {self.cells[column]!r}, allowed are numbers from {low:g} to {high:g}")

    def signed(self, column: str, low: float, high: float) -> float:
        """Return the cell moved linearly from [low, high] to [-1, 1]. Raises `CorpusError`."""
        return 2 * (self.number(column, low, high) - low) / (high - low) - 1

    def share(self, column: str, low: float, high: float) -> float:
        """Return the cell moved linearly from [low, high] to [0, 1]. Raises `CorpusError`."""
        return (self.number(column, low, high) - low) / (high - low)

    def error(self, problem: str) -> CorpusError:
        """Return the error that says what is wrong in this row."""
        return CorpusError(f"{self.file}, line {self.line}: {problem}. Fetch the file again from the corpus's home.")


def find_file(folder: Path, *names: str) -> Path:
    """Return the first of `names` that lies in `folder`, as it is or with ``.gz`` or ``.zip`` added.

    Several names are the places one file has in the publisher's archive and in compact copies.
    Raises `CorpusError` if none is there.
    """
    for name in names:
        for packed in _PACKED:
            path = folder / f"{name}{packed}"
            if path.is_file():
                return path
    wanted = " or ".join(names)
    raise CorpusError(
        f"{wanted} is not in {folder} (nor with .gz or .zip added). Put the corpus's official files there."
    )


def has_file(folder: Path, *names: str) -> bool:
    """Return whether `find_file` would find one."""
    return any((folder / f"{name}{packed}").is_file() for name in names for packed in _PACKED)


def open_text(folder: Path, *names: str) -> TextIO:
    """Return the file open for reading as UTF-8 (a byte-order mark is dropped, line ends are kept).

    The stream's `name` is the path that was seen, ``…/train.tsv`` or ``…/train.tsv.gz``; out of a
    ``.zip`` it is the name in the archive. Raises `CorpusError` if none is there, the archive is broken, or
    the file begins like no UTF-8 text does.

    >>> import gzip, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "dev.tsv.gz").write_bytes(gzip.compress(b"Lovely.\\n"))
    ...     with open_text(Path(folder), "dev.tsv") as stream:
    ...         Path(stream.name).name, stream.read()
    ('dev.tsv.gz', 'Lovely.\\n')
    """
    path = find_file(folder, *names)
    stream = _in_archive(path) if path.suffix == ".zip" else _open(path)
    try:
        start = stream.peek(_PEEKED)[:_PEEKED]
    except _BROKEN as error:
        stream.close()
        raise _unreadable(str(path), error) from error
    if b"\0" in start or start.startswith((b"\xff\xfe", b"\xfe\xff")):
        stream.close()
        kind = "UTF-16 text" if start[:2] in (b"\xff\xfe", b"\xfe\xff") or start[1:2] == b"\0" else "no text"
        raise CorpusError(f"{path} is {kind}, expected is UTF-8. Fetch it again from the corpus's home, or save it so.")
    return io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")


def _open(path: Path) -> Any:
    return gzip.open(path) if path.suffix == ".gz" else path.open("rb")


def _in_archive(path: Path) -> Any:
    """The archive's one file that is called like it (macOS adds files of its own beside it)."""
    try:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if Path(name).name == path.stem:
                    return archive.open(name)
    except _BROKEN as error:
        raise _unreadable(str(path), error) from error
    raise CorpusError(f"{path} holds no file {path.stem}. Fetch it again from the corpus's home.")


def read_lines(folder: Path, *names: str) -> Iterator[Line]:
    """Yield every line that is not empty, numbered from 1.

    Lines end with a newline only: some texts hold other characters that Python counts as line ends.
    Raises `CorpusError` where the file is absent or unreadable.
    """
    with open_text(folder, *names) as stream:
        file = Path(stream.name).name
        try:
            for number, line in enumerate(stream, 1):
                text = line.rstrip("\r\n")
                if text:
                    yield Line(file, number, text)
        except _BROKEN as error:
            raise _unreadable(stream.name, error) from error


def read_cells(folder: Path, *names: str, delimiter: str = ",", quoted: bool = True) -> Iterator[Cells]:
    """Yield every row of a table that is not empty, the header too, as a list of cells.

    `quoted` says whether double quotes have a meaning. A line break inside a cell is a newline, however the
    file writes it. Raises `CorpusError` where the file is absent or unreadable.
    """
    with open_text(folder, *names) as stream:
        file = Path(stream.name).name
        reader = csv.reader(stream, delimiter=delimiter, quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE)
        try:
            for cells in reader:
                if not cells:
                    continue
                broken = any("\r\n" in cell for cell in cells)
                plain = [cell.replace("\r\n", "\n") for cell in cells] if broken else cells
                yield Cells(file, reader.line_num, plain)
        except _BROKEN as error:
            raise _unreadable(stream.name, error) from error


def read_table(
    folder: Path, *names: str, columns: Sequence[str], delimiter: str = ",", quoted: bool = True
) -> Iterator[Row]:
    """Yield the rows of a table whose first row names its columns (compared in lower case).

    `columns` must be there, in any order; others come along. Raises `CorpusError` where the file is absent or
    unreadable, a column is missing or there twice, a row is short, or it has cells without a column.
    """
    rows = read_cells(folder, *names, delimiter=delimiter, quoted=quoted)
    first = next(rows, None)
    header = [] if first is None else [column.strip().lower() for column in first.cells]
    missing = [column for column in columns if column not in header]
    if missing:
        raise CorpusError(
            f"{find_file(folder, *names)} has no column {', '.join(missing)}; its first row is {header[:12]}. "
            "Is it the official file?"
        )
    twice = [column for column in columns if header.count(column) > 1]
    if twice:
        raise CorpusError(
            f"{find_file(folder, *names)} has the column {', '.join(twice)} twice. Is it the official file?"
        )
    needed = max(header.index(column) for column in columns) + 1
    for file, line, cells in rows:
        row = Row(file, line, dict(zip(header, cells, strict=False)))
        if len(cells) < needed:
            raise row.error(f"{len(cells)} cells where at least {needed} are expected")
        # A name lost from the header moves every cell right of it under another name.
        if any(cells[len(header) :]):
            raise row.error(f"{len(cells)} cells under {len(header)} columns")
        yield row


def _unreadable(name: str, error: Exception) -> CorpusError:
    if isinstance(error, UnicodeDecodeError):
        byte = error.object[error.start]
        return CorpusError(
            f"{name} is no UTF-8 text (it holds the byte 0x{byte:02x}). Fetch the file again from the corpus's home, "
            "or save it as UTF-8 if a program saved it otherwise."
        )
    return CorpusError(f"{name} cannot be read ({error}). Fetch the file again from the corpus's home.")


def official_files(corpus: str, base: str) -> tuple[SourceFile, ...]:
    """Return the files of `corpus` listed in ``checksums.txt``, published below the address `base`.

    The list has the format of ``sha256sum``; it was taken from the publishers' own commits.
    """
    from urllib.parse import quote

    return tuple(SourceFile(name, f"{base}/{quote(name)}", sha256) for name, sha256 in checksums(corpus).items())


@cache
def checksums(corpus: str) -> dict[str, str]:
    """Return file name → sha256 for the files of one corpus in ``checksums.txt``."""
    lines = (Path(__file__).parent / "checksums.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("  ", 1) for line in lines)
    return {name.split("/", 1)[1]: sha256 for sha256, name in pairs if name.split("/", 1)[0] == corpus}
