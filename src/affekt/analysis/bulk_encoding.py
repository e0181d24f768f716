"""Opens a text file and says what is wrong with it if it is no UTF-8 text."""

from __future__ import annotations

import codecs
import gzip
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from affekt.analysis.bulk_source import MARK, is_gzipped
from affekt.errors import InputError

_HEAD = 1 << 20
_MAGIC = {
    b"PAR1": "a Parquet file",
    b"\x1f\x8b": "a gzipped file",
    b"PK\x03\x04": "a zip archive or a spreadsheet",
    b"\xd0\xcf\x11\xe0": "an old Office document",
    b"%PDF": "a PDF",
    b"SQLite format 3": "an SQLite database",
    b"\x28\xb5\x2f\xfd": "a zstd archive",
    b"ARROW1": "an Arrow file",
}
_BOMS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# A Latin letter of an 8-bit code page next to an ASCII letter: "café", "Müller", "don’t".
_LEGACY_LETTER = re.compile(rb"[A-Za-z][\x92\xc0-\xff]|[\x92\xc0-\xff][a-z]")
# Fewer broken lines than this share are broken rows of a UTF-8 file, not another encoding.
_LEGACY_SHARE = 0.01


@dataclass(frozen=True, slots=True)
class OpenText:
    """A text file open for reading, the file below it (whose position says how far we are), its
    size in bytes, and the name of its encoding."""

    stream: IO[str]
    raw: IO[bytes]
    size: int
    encoding: str

    @property
    def fraction(self) -> float:
        """How much of the file has been taken in, in [0, 1]."""
        return min(1.0, self.raw.tell() / self.size) if self.size else 1.0

    def close(self) -> None:
        """Close the file."""
        self.stream.close()
        self.raw.close()


def open_table_text(path: Path, encoding: str | None, *, newline: str) -> OpenText:
    r"""Return the text file `path`, open; ``.gz`` is unpacked.

    Bytes outside the encoding are decoded to marks (see `bulk_source.MARK`), so that a reader can
    set apart the rows they are in. `encoding` None means UTF-8 and has the file checked first.

    Raises `InputError` where the file is missing, empty, binary, in another encoding, or `encoding`
    is unknown.
    """
    head = _head(path)
    chosen = _checked_name(encoding) if encoding is not None else _detect(path, head)
    raw = path.open("rb", buffering=0)
    unpacked = gzip.GzipFile(fileobj=raw, mode="rb") if is_gzipped(path) else raw
    stream = io.TextIOWrapper(io.BufferedReader(unpacked, 1 << 17), chosen, errors="affekt.mark", newline=newline)
    return OpenText(stream, raw, path.stat().st_size, "utf-8" if chosen == "utf-8-sig" else chosen)


def _head(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise InputError(f"{str(path)!r} is a folder. Give one table file.")
        with gzip.open(path) if is_gzipped(path) else path.open("rb") as file:
            head: bytes = file.read(_HEAD)
    except FileNotFoundError as error:
        raise InputError(f"There is no file {str(path)!r}.") from error
    except (gzip.BadGzipFile, EOFError) as error:
        raise InputError(f"{str(path)!r} is named .gz, but is no whole gzip file.") from error
    except OSError as error:
        raise InputError(f"{str(path)!r} cannot be read: {error.strerror or error}.") from error
    if not head:
        raise InputError(f"{str(path)!r} is empty: there is nothing to read, not even a header.")
    return head


def _checked_name(encoding: str) -> str:
    try:
        found = codecs.lookup(encoding)
        "".encode(encoding)
    except LookupError as error:
        raise InputError(
            f"Unknown encoding {encoding!r}. Known are utf-8, utf-16, latin-1, cp1252, shift_jis …"
        ) from error
    return "utf-8-sig" if found.name == "utf-8" else encoding


def _detect(path: Path, head: bytes) -> str:
    name = repr(str(path))
    for magic, what in _MAGIC.items():
        if head.startswith(magic):
            raise InputError(f"{name} is {what} by its first bytes, and its name says something else. Rename it.")
    for mark, encoding in _BOMS.items():
        if head.startswith(mark):
            raise InputError(
                f"{name} is in {encoding.upper()}. Say so: encoding={encoding!r} (`--encoding {encoding}`)."
            )
    if b"\0" in head:
        even, odd = head[::2].count(0), head[1::2].count(0)
        if max(even, odd) > 0.2 * len(head) and min(even, odd) < 0.05 * len(head):
            encoding = "utf-16-le" if odd > even else "utf-16-be"
            raise InputError(f"{name} looks like UTF-16. Say so: encoding={encoding!r} (`--encoding {encoding}`).")
        raise InputError(f"{name} is binary, not text. If it is text all the same, name its encoding.")
    if _is_legacy(head):
        raise InputError(
            f"{name} is not in UTF-8. If it comes from a Western European system, read it with encoding='cp1252' "
            "(`--encoding cp1252`). With encoding='utf-8' the rows that are not UTF-8 are rejected."
        )
    return "utf-8-sig"


def _is_legacy(head: bytes) -> bool:
    """Return whether the non-ASCII bytes are letters of an 8-bit code page rather than damage."""
    lines = head.split(b"\n")
    if len(head) == _HEAD and len(lines) > 1:
        lines = lines[:-1]  # cut, perhaps within a character
    valid, broken = 0, []
    for line in lines:
        if line.isascii():
            continue
        try:
            line.decode("utf-8")
            valid += 1
        except UnicodeDecodeError:
            broken.append(line)
    if not broken or valid or len(broken) < _LEGACY_SHARE * len(lines):
        return False
    return all(_LEGACY_LETTER.search(line) for line in broken)


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    return "".join(chr(MARK + byte) for byte in bad), error.end


codecs.register_error("affekt.mark", _mark)
