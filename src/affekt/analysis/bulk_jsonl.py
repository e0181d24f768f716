"""JSON Lines, line by line: every line as written, every bad one known by its number."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from affekt.analysis.bulk_encoding import OpenText, open_table_text
from affekt.analysis.bulk_source import MARKED, Chunk, Cut, Origin, Reject, TableSource, is_blank
from affekt.analysis.columns import Clash, check_names
from affekt.analysis.table import check_column
from affekt.errors import InputError

_KINDS = {bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}


def open_jsonl(path: Path, column: str, cut: Cut, *, encoding: str | None, clash: Clash) -> TableSource:
    """Return the table in `path`: a JSON object on each line, whose `column` is the text.

    Lines that are no JSON object, or have no text there, are rejected; blank lines are skipped.
    Objects may have different keys. A key that clashes with an added name stops the job at
    whatever line it first comes.

    Raises `InputError` (see `open_table_text`) and `UnknownNameError` where none of the first rows
    has the column.
    """
    text = open_table_text(path, encoding, newline="\n")
    keys: dict[str, None] = {}
    chunks = _chunks(text, column, cut, keys, clash)
    try:
        first = next(chunks, None)
        if not keys:
            fault = f" Row 1: {first.rejects[0].reason}." if first and first.rejects else ""
            raise InputError(f"{str(path)!r} has no JSON object in its first lines.{fault} JSONL has one on each line.")
        check_column(column, tuple(keys), f"the first rows of {str(path)!r}")
    except BaseException:
        text.close()
        raise
    return TableSource(path, "jsonl", keys.keys(), itertools.chain([first] if first else [], chunks), text.close)


def _chunks(text: OpenText, column: str, cut: Cut, keys: dict[str, None], clash: Clash) -> Iterator[Chunk]:
    number, line_number, ended = 0, 0, False
    try:
        for index in itertools.count():
            lines: list[str] = []
            texts: list[str] = []
            rejects: list[Reject] = []
            origins: list[Origin] = []
            first, characters = number, 0
            while not cut.is_full(number - first, characters):
                line = text.stream.readline()
                if not line:
                    ended = True
                    break
                line_number += 1
                characters += len(line)
                line = line.strip()
                if not line:
                    continue
                number += 1
                row, reason = _parsed(line, column, text.encoding)
                if row.keys() - keys.keys():
                    keys.update(dict.fromkeys(row))
                    check_names(keys, clash)
                if reason:
                    rejects.append(cut.reject(number, line_number, reason, line))
                else:
                    lines.append(line)
                    texts.append(row[column])
                    if cut.traced:
                        origins.append(Origin(number, line_number, line))
            if number > first or index == 0:
                fraction = 1.0 if ended else text.fraction
                told = tuple(rejects), fraction
                yield Chunk(index, number - first, (lines,), texts, *told, is_lines=True, origins=tuple(origins))
            if ended:
                return
    except (EOFError, OSError) as error:
        raise InputError(
            f"The table ends in the middle after row {number}: {error}. Get a whole copy of it."
        ) from error
    finally:
        text.close()


def _parsed(line: str, column: str, encoding: str) -> tuple[dict[str, Any], str | None]:
    """Return the object of a line, and why it is rejected if it is."""
    if not line.isascii() and MARKED.search(line):
        return {}, f"bytes that are not {encoding}"
    try:
        row = json.loads(line, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        return {}, f"not JSON: {error.msg} at character {error.pos + 1}"
    except (ValueError, RecursionError) as error:
        return {}, f"not JSON: {error}"
    if not isinstance(row, dict):
        return {}, "not a JSON object"
    if "\\ud" in line or "\\uD" in line:
        try:
            json.dumps(row, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            return {}, "half of a surrogate pair, which is no character"
    value = row.get(column)
    if value is None:
        return row, "no text" if column in row else f"no field {column!r}"
    if not isinstance(value, str):
        return row, f"{_KINDS[type(value)]} in {column!r} where text should be"
    return row, "no text" if is_blank(value) else None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON value")
