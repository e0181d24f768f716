"""What happens to files on their way to a reader: the ways to damage one, as functions from bytes to bytes."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

Cells = list[list[str]]


class Damage(NamedTuple):
    """One damaged copy of a file: what was done, and its bytes now (None: the file is gone)."""

    what: str
    content: bytes | None


def is_text(content: bytes) -> bool:
    """Whether the file is text at all: sound, pictures, workbooks and Parquet are not."""
    if not content or b"\0" in content or content.startswith((b"RIFF", b"PK", b"PAR1")):
        return False
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def delimiter_of(name: str, text: str) -> str | None:
    """The delimiter of a table, None where the file is none."""
    first = text.split("\n", 1)[0]
    if name.endswith(".csv"):
        return "|" if "|" in first and "," not in first else ","
    if name.endswith((".tsv", ".txt", ".annotation")):
        return next((sign for sign in "\t;," if sign in first), None)
    return None


def _cells(text: str, delimiter: str) -> Cells:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def _table(rows: Cells, delimiter: str, quoting: Any = csv.QUOTE_MINIMAL) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


def same_but_rewritten(name: str, content: bytes) -> Iterator[Damage]:
    """Other newlines and a byte-order mark: what editors and git on Windows do."""
    if is_text(content):
        plain = content.replace(b"\r\n", b"\n").removeprefix(b"\xef\xbb\xbf")
        yield Damage("LF", plain)
        yield Damage("CRLF", plain.replace(b"\n", b"\r\n"))
        yield Damage("BOM", b"\xef\xbb\xbf" + plain)
        yield Damage("no last newline", plain.rstrip(b"\n"))
        yield Damage("empty last lines", plain + b"\n\n")


def recoded(name: str, content: bytes) -> Iterator[Damage]:
    """Other encodings and line ends than UTF-8's readers expect."""
    if is_text(content):
        text = content.decode("utf-8-sig")
        yield Damage("UTF-16", text.encode("utf-16"))
        yield Damage("UTF-16 without a mark", text.encode("utf-16-le"))
        yield Damage("Latin-1", text.encode("latin-1", errors="replace"))
        yield Damage("accents in Latin-1", text.replace("e", "é").encode("latin-1", errors="replace"))
        yield Damage("old Macintosh", text.replace("\r\n", "\r").replace("\n", "\r").encode())


def cut(name: str, content: bytes) -> Iterator[Damage]:
    """Half-finished downloads, and what stands in for a file that could not be fetched."""
    yield Damage("gone", None)
    yield Damage("empty", b"")
    for part in (3, 2):
        if len(content) > 8:
            yield Damage(f"cut at 1/{part}", content[: len(content) // part])
    yield Damage("Git LFS pointer", b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n")
    yield Damage("web page", b"<!DOCTYPE html>\n<p>Page not found</p>\n")


def rearranged(name: str, content: bytes) -> Iterator[Damage]:
    """Columns (keys) in another order, renamed, dropped, and other delimiters and quotes."""
    if not is_text(content):
        return
    text = content.decode("utf-8-sig")
    delimiter = delimiter_of(name, text)
    if delimiter is None:
        return
    rows = _cells(text, delimiter)
    width = max(map(len, rows))
    yield Damage("columns reversed", _table([row[::-1] for row in rows], delimiter))
    yield Damage("columns rotated", _table([row[1:] + row[:1] for row in rows], delimiter))
    yield Damage("everything quoted", _table(rows, delimiter, csv.QUOTE_ALL))
    yield Damage("no header", _table(rows[1:], delimiter))
    for other in {",", "\t", ";"} - {delimiter}:
        yield Damage(f"between {other!r}", _table(rows, other))
    for place in range(min(width, 40)):
        renamed = [[*rows[0][:place], f"x{place}", *rows[0][place + 1 :]], *rows[1:]]
        yield Damage(f"column {place} renamed", _table(renamed, delimiter))
        yield Damage(f"column {place} gone", _table([row[:place] + row[place + 1 :] for row in rows], delimiter))
        shifted = [rows[0][:place] + rows[0][place + 1 :], *rows[1:]]
        yield Damage(f"name of column {place} gone", _table(shifted, delimiter))


def wrong(name: str, content: bytes) -> Iterator[Damage]:
    """One cell or one JSON value that is not what it should be."""
    if not is_text(content):
        return
    text = content.decode("utf-8-sig")
    delimiter = delimiter_of(name, text)
    if delimiter is not None:
        rows = _cells(text, delimiter)
        for number in (1, len(rows) - 1):
            for place in range(min(len(rows[number]), 40) if number < len(rows) else 0):
                for value in ("zzz", "99999", ""):
                    one = [*rows[number][:place], value, *rows[number][place + 1 :]]
                    changed = [*rows[:number], one, *rows[number + 1 :]]
                    yield Damage(f"{value!r} in row {number}, cell {place}", _table(changed, delimiter))
        short = [*rows[:-1], rows[-1][:-1]]
        yield Damage("last row short", _table(short, delimiter))
        yield Damage("last row long", _table([*rows[:-1], [*rows[-1], "1"]], delimiter))
        return
    for what, value in _wrong_values(name, text):
        yield Damage(what, value.encode())


def _wrong_values(name: str, text: str) -> Iterator[tuple[str, str]]:
    try:
        if name.endswith(".jsonl"):
            first, *rest = text.splitlines()
            for what, value in _changed(json.loads(first)):
                yield what, "\n".join([json.dumps(value), *rest]) + "\n"
        elif name.endswith(".json"):
            for what, value in _changed(json.loads(text)):
                yield what, json.dumps(value)
    except ValueError:
        return


def _changed(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Copies of a JSON value with one leaf changed or one key gone; of a list only its first item."""
    if isinstance(value, dict):
        for key, item in list(value.items())[:40]:
            yield f"{path}.{key} gone", {other: kept for other, kept in value.items() if other != key}
            for what, new in _changed(item, f"{path}.{key}"):
                yield what, {**value, key: new}
    elif isinstance(value, list) and value:
        for what, new in _changed(value[0], f"{path}[0]"):
            yield what, [new, *value[1:]]
    elif not isinstance(value, list):
        for new in ("zzz", 99999, None):
            yield f"{path} is {new!r}", new


def litter(names: list[str]) -> Iterator[tuple[str, bytes]]:
    """Files that do not belong to a corpus and do no harm: what systems, archives and people leave behind."""
    for folder in sorted({name.rpartition("/")[0] for name in names}):
        below = f"{folder}/" if folder else ""
        yield f"{below}.DS_Store", b"\0\0\0\1Bud1\0"
        yield f"{below}Thumbs.db", b"\xd0\xcf\x11\xe0"
        yield f"{below}README.md", b"# Read me\n"
        yield f"{below}LICENSE.txt", b"All rights reserved.\n"
        yield f"{below}checksums.csv", b"file,sha256\n"
    for name in names:
        folder, _, last = name.rpartition("/")
        double = b"\0\5\x16\7\0\2\0\0Mac OS X"
        yield f"{folder}/._{last}" if folder else f"._{last}", double
        yield f"__MACOSX/{folder}/._{last}" if folder else f"__MACOSX/._{last}", double
        yield f"{name}.part", b"half"
        yield f"{name}~", b"old"


DAMAGES: dict[str, Callable[[str, bytes], Iterator[Damage]]] = {
    "same but rewritten": same_but_rewritten,
    "recoded": recoded,
    "cut": cut,
    "rearranged": rearranged,
    "wrong": wrong,
}
