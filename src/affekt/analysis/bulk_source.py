"""What the files of a bulk job are read into: chunks of rows, with the rows that cannot be read set apart."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from affekt.errors import InputError

Format = Literal["csv", "tsv", "jsonl", "parquet"]

_SUFFIXES: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".pq": "parquet",
}
# A chunk ends early where its text is this long: rows have no upper size, memory has.
CHUNK_CHARACTERS = 8 << 20
# Where a byte was not in the encoding, the decoded text has this plus the byte; no valid text has it.
MARK = 0xDC00
MARKED = re.compile("[\udc00-\udcff]")


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that is left out: its number (data rows from 1), the line of the file it starts on (from
    1; None in Parquet), why, and the row as written (None where it must not be kept)."""

    row: int
    line: int | None
    reason: str
    input: str | None

    def to_json(self) -> str:
        """Return the reject as one line of JSON."""
        record = {"row": self.row, "line": self.line, "reason": self.reason, "input": self.input}
        text = json.dumps({key: value for key, value in record.items() if value is not None}, ensure_ascii=False)
        # A JSON string may escape half a surrogate pair; UTF-8 cannot hold one.
        return text.encode("utf-8", "backslashreplace").decode()


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a text that is read stands: its row (from 1), the line it starts on (None in Parquet), and as written."""

    row: int
    line: int | None
    written: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """Consecutive rows of a source; a source without rows has one chunk without rows.

    `columns` are what the part file keeps of the rows that are read, a list (row,) each: the cells
    of CSV and TSV, the line of JSONL, nothing of Parquet. `texts` are what the model reads. `kept`
    says, for Parquet, which of the `rows` rows `texts` belong to. `is_lines` says that the one
    column is the lines of JSONL. `fraction` in [0, 1] is how much of the source lies before the end
    of the chunk. `origins` say of each text where it stands, if the cut asks for that.
    """

    index: int
    rows: int
    columns: tuple[list[str], ...]
    texts: list[str]
    rejects: tuple[Reject, ...]
    fraction: float
    kept: tuple[int, ...] | None = None
    is_lines: bool = False
    origins: tuple[Origin, ...] = ()


@dataclass(frozen=True, slots=True)
class TableSource:
    """An opened source: the names of its columns (of JSONL, those met so far: more come with the chunks), its chunks
    (to be taken once), what closes it, and the number of its rows where that is known beforehand."""

    path: Path
    format: Format
    names: Collection[str]
    chunks: Iterator[Chunk]
    close: Callable[[], None]
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class Cut:
    """How a source is cut into chunks, what is kept of a rejected row, and whether chunks say where each text stands
    (`traced`: those that are read may be rejected yet)."""

    chunk_rows: int
    no_text: bool = False
    traced: bool = False

    def reject(self, row: int, line: int | None, reason: str, text: str) -> Reject:
        """Return the reject, with the row as written unless no text is to be kept."""
        return Reject(row, line, reason, None if self.no_text else shown(text.rstrip("\r\n")))

    def is_full(self, rows: int, characters: int) -> bool:
        """Return whether a chunk of this size is to be closed."""
        return rows >= self.chunk_rows or characters >= CHUNK_CHARACTERS


def file_format(path: Path, what: str = "table") -> Format:
    """Return the format that a file's name says; ``.gz`` after it is looked through.

    >>> file_format(Path("reviews.csv.gz"))
    'csv'

    Raises `InputError` for any other ending.
    """
    suffixes = [suffix.lower() for suffix in path.suffixes]
    last = suffixes[-2] if len(suffixes) > 1 and suffixes[-1] == ".gz" else suffixes[-1] if suffixes else ""
    found = _SUFFIXES.get(last)
    if found is None or (found == "parquet" and suffixes[-1] == ".gz"):
        raise InputError(
            f"The {what} {str(path)!r} has no ending that says its format. Name it .csv, .tsv, .jsonl (each also "
            "with .gz) or .parquet."
        )
    return found


def is_gzipped(path: Path) -> bool:
    """Return whether the name says the file is gzipped."""
    return path.suffix.lower() == ".gz"


def shown(text: str) -> str:
    r"""Return `text` with undecodable bytes written as escapes.

    >>> shown("caf\udce9")
    'caf\\xe9'
    """
    return text if text.isascii() else MARKED.sub(lambda found: f"\\x{ord(found.group()) - MARK:02x}", text)


def is_blank(text: str | None) -> bool:
    """Return whether there is no text, or nothing in it but white space."""
    return not text or text.isspace()
