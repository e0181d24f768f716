"""Tables in which people labelled some rows: the texts, and the labels of each."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from affekt.errors import InputError, UnknownNameError

if TYPE_CHECKING:
    from affekt.ratings.opening import Source
    from affekt.types import LabelSpace

# What people write where they looked and found nothing.
_NOTHING = ("none", "[]", "-")


def labels_of(source: Source, column: str, space: LabelSpace) -> list[list[str] | None]:
    """Return the labels of each row of a table, None where the cell is empty: nobody labelled that row.

    A cell holds labels with ``|``, ``,`` or ``;`` between them, or a list; ``none``, ``-`` and an empty list say that
    the row was looked at and has none, where the space has no label of that name. Case and punctuation do not matter.
    Raises `UnknownNameError` for a column that is not there and a label that the space does not have.
    """
    from affekt.ratings.layouts import plain

    source.check(column)
    place_of = {plain(label): label for label in space}
    (cells,) = source.texts([column])
    found: list[list[str] | None] = []
    for row, cell in enumerate(cells):
        names = _names(cell, space)
        if names is None:
            found.append(None)
            continue
        unknown = [name for name in names if plain(name) not in place_of]
        if unknown:
            try:
                space.index(unknown[0])
            except UnknownNameError as error:
                raise UnknownNameError(f"Row {row + 1} of {source.path.name}, column {column!r}: {error}") from error
        found.append(list(dict.fromkeys(place_of[plain(name)] for name in names)))
    return found


def texts_of(source: Source, column: str) -> list[str | None]:
    """Return the texts of a table, None where there is none. Raises `InputError` for a column that is not there."""
    source.check(column)
    (cells,) = source.texts([column])
    return [None if cell is None else str(cell) for cell in cells]


def space_of(name: str | None, fallback: LabelSpace) -> LabelSpace:
    """Return the label space of that name, or the other one without a name. Raises `UnknownNameError`."""
    from affekt.affect.spaces import find_space

    return fallback if name is None or name == fallback.name else find_space(name)


def open_labelled(path: Path) -> Source:
    """Return an opened table. Raises `InputError`, in words that fit any table."""
    from affekt.ratings.opening import open_table

    try:
        return open_table(path)
    except InputError as error:
        raise InputError(str(error).replace("no table of ratings affekt reads", "no table affekt reads")) from error


def _names(cell: Any, space: LabelSpace) -> list[str] | None:
    if cell is None:
        return None
    if isinstance(cell, str):
        text = cell.strip()
        if text.lower() in _NOTHING and text.lower() not in space.labels:
            return []
        if text.startswith("[") and text.endswith("]"):
            text = re.sub(r"[\"']", "", text[1:-1])
        if text in space.labels:
            return [text]
        return [name.strip() for name in re.split(r"[|,;]", text) if name.strip()]
    return [str(name) for name in cell if name is not None]
