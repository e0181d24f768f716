"""Options that say how a table of one's own is a corpus, which every verb that takes a corpus shares."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from affekt.errors import InputError

if TYPE_CHECKING:
    from affekt.corpora.own.description import Description

_FILE = click.Path(dir_okay=False, path_type=Path)
_NAMES = ("columns", "labels_in", "label_map", "scale", "separator", "row_language", "split_by")


def own_options(command: Any) -> Any:
    """Add the options that tell how a table of one's own is read; `take_description` gathers them."""
    options = (
        click.option(
            "--column",
            "columns",
            multiple=True,
            metavar="ROLE=NAME",
            help="Of your own table: which column is what, where its name does not tell. Roles: text, path, id, "
            "labels, votes, rater, valence, arousal, dominance, speaker, group, split, language … Labels may be A,B.",
        ),
        click.option("--labels-in", metavar="NAME", help="Of your own table: the space its labels are in."),
        click.option("--map", "label_map", type=_FILE, help="Of your own table: a file of own label, tab, label."),
        click.option(
            "--scale",
            multiple=True,
            metavar="LOW,HIGH",
            help="Of your own table: the scale of valence, arousal and dominance; of one, valence=1,9.",
        ),
        click.option("--separator", metavar="SIGN", help="Of your own table: what parts the labels of a cell."),
        click.option("--row-language", metavar="CODE", help="Of your own table: the language of every row."),
        click.option(
            "--split-by",
            type=click.Choice(("speaker", "group", "random")),
            help="Of your own table: draw train, dev and test, no speaker or group in two of them.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def take_description(on: dict[str, Any]) -> Description | None:
    """Take the options of `own_options` out of `on`; return what they say, None where none was given.

    Raises `InputError` and `UnknownNameError` for what cannot be.
    """
    given = {name: on.pop(name, None) for name in _NAMES}
    if not any(given.values()):
        return None
    from affekt.affect.spaces import find_space
    from affekt.corpora.own.description import Description, read_mapping

    return Description(
        columns=_columns(given["columns"]),
        space=find_space(given["labels_in"]) if given["labels_in"] else None,
        mapping=read_mapping(given["label_map"]) if given["label_map"] else {},
        scale=scales_of(given["scale"] or ()),
        separator=given["separator"],
        language=given["row_language"],
        split_by=given["split_by"],
    )


def _columns(given: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    columns: dict[str, tuple[str, ...]] = {}
    for one in given:
        role, sign, name = one.partition("=")
        if not sign or not name:
            raise InputError(f"--column takes ROLE=NAME, such as text=body; got {one!r}.")
        several = role in ("labels", "votes", "intensities")
        names = tuple(part.strip() for part in name.split(",")) if several else (name,)
        columns[role] = (*columns.get(role, ()), *names)
    return columns


def scales_of(given: tuple[str, ...]) -> Mapping[str, tuple[float, float]]:
    """Return the lowest and highest answer by dimension, of ``LOW,HIGH`` or ``v=LOW,HIGH``. Raises `InputError`."""
    found: dict[str, tuple[float, float]] = {}
    for one in given:
        dimension, sign, bounds = one.rpartition("=")
        try:
            low, high = (float(part) for part in bounds.split(","))
        except ValueError as error:
            raise InputError(f"--scale takes LOW,HIGH, such as 1,9 or valence=-3,3; got {one!r}.") from error
        found |= dict.fromkeys((dimension,) if sign else ("valence", "arousal", "dominance"), (low, high))
    return found
