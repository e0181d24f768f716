"""From the rows of a table to drafts of items: votes of one item gathered, bad rows put aside with the reason."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from affekt.corpora.exporting import COLUMNS
from affekt.corpora.own.cells import Vote, by_name, labels_of, number_of, text_of, votes_of
from affekt.ratings.opening import Source, quoted
from affekt.types import Modality, Span

DIMENSIONS = ("valence", "arousal", "dominance")
_DURATION = re.compile(r"(?:(\d+) days? )?(\d+):(\d\d):(\d\d(?:\.\d+)?)")
_MODALITIES: Mapping[str, Modality] = {
    **dict.fromkeys((".wav", ".mp3", ".flac", ".ogg", ".opus", ".m4a", ".aac"), "speech"),
    **dict.fromkeys((".jpg", ".jpeg", ".png", ".bmp", ".webp", ".gif", ".tif", ".tiff"), "image"),
    **dict.fromkeys((".mp4", ".avi", ".mov", ".mkv", ".webm", ".flv"), "video"),
}


class Rejected(NamedTuple):
    """A row that no item could be made of: its file, its number among the data rows from 1, and why."""

    file: str
    row: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}, row {self.row}: {self.reason}"


@dataclass(slots=True)
class Draft:
    """An item as its rows say it: labels as written, numbers on their own scales. `labels` None: nobody labelled it."""

    id: str
    text: str
    path: Path | None
    modality: Modality
    part: Span | None
    split: str | None
    language: str | None
    speaker: str | None
    group: str | None
    turn: int | None
    conditions: dict[str, str]
    labels: tuple[str, ...] | None = None
    unrated: tuple[str, ...] = ()
    votes: list[Vote] = field(default_factory=list)
    dimensions: list[tuple[str | None, dict[str, float]]] = field(default_factory=list)
    intensities: dict[str, float] = field(default_factory=dict)
    file: str = ""
    row: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """An opened table with the columns of each role; `split` is its file's, `names` the labels behind numbers."""

    source: Source
    roles: Mapping[str, tuple[str, ...]]
    split: str | None = None
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def exported(self) -> bool:
        """Whether affekt wrote this table: then every column is known, also those that hold names and values."""
        return set(COLUMNS) <= set(self.source.columns)

    @property
    def others(self) -> tuple[str, ...]:
        """The columns without a role, which are conditions; lists are none."""
        taken = {name for names in self.roles.values() for name in names}
        if self.exported:
            return tuple(name for name in COLUMNS if name not in taken)
        return tuple(name for name, column in self.source.columns.items() if name not in taken and not column.is_list)

    def cells(self) -> Iterator[dict[str, Any]]:
        """Yield the rows, each with its cells by column, as Python values."""
        wanted = [*(name for names in self.roles.values() for name in names), *self.others]
        picked = ", ".join(quoted(name) for name in wanted)
        rows = self.source.connection.execute(f"SELECT {picked} FROM votes")
        while chunk := rows.fetchmany(4096):
            for cells in chunk:
                yield dict(zip(wanted, cells, strict=True))

    def named(self, column: str, cell: Any) -> Any:
        """Return a label that the file keeps as a number (a ClassLabel of Hugging Face's) by its name, or as it is."""
        names = self.names.get(column)
        if names is None or cell is None:
            return cell
        if isinstance(cell, (list, tuple)):
            return [self.named(column, each) for each in cell]
        place = int(cell)
        return names[place] if 0 <= place < len(names) else None


def read_drafts(table: Table, separator: str | None, *, none_is_label: bool) -> tuple[list[Draft], list[Rejected]]:
    """Return the items of a table in their order, and the rows put aside.

    With a column of raters the rows of one id (without ids: of one text or file) are one item, each row a vote.
    """
    roles, file = table.roles, table.source.path.name
    long = "rater" in roles
    drafts: dict[str, Draft] = {}
    rejected: list[Rejected] = []
    for number, cells in enumerate(table.cells(), 1):
        try:
            draft = _draft(table, cells, number)
            rater = text_of(cells[roles["rater"][0]]) if long else None
            if long:
                known = drafts.setdefault(f"{draft.group} / {draft.id}", draft)
                if known.text != draft.text:
                    raise ValueError(f"the id {draft.id!r} stands with another text in row {known.row}")
                if any(vote.rater == rater is not None for vote in known.votes):
                    raise ValueError(f"rater judged the item {draft.id!r} twice")
                _add(table, cells, known, separator, rater=rater, none_is_label=none_is_label)
            else:
                _add(table, cells, draft, separator, rater=None, none_is_label=none_is_label)
                # Ids that stand twice stay, for `check` to name.
                drafts[f"{number} {draft.id}"] = draft
        except ValueError as error:
            rejected.append(Rejected(file, number, str(error)))
    return list(drafts.values()), rejected


def _draft(table: Table, cells: Mapping[str, Any], number: int) -> Draft:
    def cell(role: str) -> str | None:
        names = table.roles.get(role)
        return text_of(cells[names[0]]) if names else None

    text, named = cell("text") or "", cell("path")
    path, modality = None, _modality(named)
    if named is not None:
        path = Path(named) if Path(named).is_absolute() else table.source.path.parent / named
    elif not text:
        raise ValueError("no text" if "text" in table.roles else "no file")
    split = cell("split")
    if "split" in table.roles and split is None:
        raise ValueError(f"no split in column {table.roles['split'][0]!r}")
    turn = cell("turn")
    if turn is not None and not turn.lstrip("-").isdigit():
        raise ValueError(f"turn is {turn!r}, allowed are whole numbers")
    item = cell("id")
    if item is None:
        if "id" in table.roles:
            raise ValueError(f"no id in column {table.roles['id'][0]!r}")
        where = f"{table.split}-" if table.split else ""
        item = (text or str(named)) if "rater" in table.roles else f"{where}row-{number}"
    told = by_name(cells["conditions"]) if table.exported else {name: cells[name] for name in table.others}
    conditions = {name: said for name, each in told.items() if (said := text_of(each)) is not None}
    return Draft(
        *(item, text, path, modality, _part(table, cells)),
        split=(split or table.split or "all").lower() if split else table.split,
        language=cell("language"),
        speaker=cell("speaker"),
        group=cell("group"),
        turn=None if turn is None else int(turn),
        conditions=conditions,
        file=table.source.path.name,
        row=number,
    )


def _part(table: Table, cells: Mapping[str, Any]) -> Span | None:
    """Return the stretch of the file that is meant, in seconds; None: all of it, or to an end that is not told."""
    if not {"start", "end"} <= set(table.roles):
        return None
    start, end = (_seconds(cells[table.roles[role][0]]) for role in ("start", "end"))
    return None if end is None else Span(start or 0.0, end, "second")


def _seconds(cell: Any) -> float | None:
    """Return seconds, from a number or as audformat writes them.

    >>> _seconds("1.5"), _seconds("0 days 00:01:01.500000"), _seconds("NaT")
    (1.5, 61.5, None)
    """
    text = text_of(cell)
    if text is None or text == "NaT":
        return None
    found = _DURATION.fullmatch(text)
    if found is None:
        return number_of(text)
    days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def _modality(named: str | None) -> Modality:
    if named is None:
        return "text"
    suffix = Path(named).suffix.lower()
    if suffix not in _MODALITIES:
        raise ValueError(f"{named!r} is no sound, picture or video affekt knows ({', '.join(_MODALITIES)})")
    return _MODALITIES[suffix]


def _add(
    table: Table,
    cells: Mapping[str, Any],
    draft: Draft,
    separator: str | None,
    *,
    rater: str | None,
    none_is_label: bool,
) -> None:
    """Add what one row says of an item: labels, votes, numbers. Raises `ValueError`, before anything is added."""
    roles = table.roles
    labels, unrated = _labels(table, cells, separator, none_is_label=none_is_label)
    votes = _votes(table, cells, separator)
    values = {}
    for name in DIMENSIONS:
        if name in roles:
            value = _number(cells, roles[name][0])
            if value is not None:
                values[name] = value
    intensities = {}
    for name in roles.get("intensities", ()):
        value = _number(cells, name)
        if value is not None:
            if not 0 <= value <= 1:
                raise ValueError(f"{name} is {value:g}, allowed are intensities from 0 to 1")
            intensities[name] = value
    if values:
        draft.dimensions.append((rater, values))
    if table.exported:
        unrated = tuple(cells["unrated"] or ())
        intensities = by_name(cells["intensities"])
    draft.intensities |= intensities
    draft.votes += votes
    if "rater" in roles:
        if labels is not None or values:
            draft.votes.append(Vote(rater, labels or ()))
    else:
        draft.labels, draft.unrated = labels, unrated


def _votes(table: Table, cells: Mapping[str, Any], separator: str | None) -> tuple[Vote, ...]:
    """Return the votes of a row: of one column all that it holds, of several one each, by a rater called after it."""
    columns = table.roles.get("votes", ())
    if len(columns) < 2:
        return tuple(vote for name in columns for vote in votes_of(table.named(name, cells[name]), separator))
    said = ((name, labels_of(table.named(name, cells[name]), separator)) for name in columns)
    return tuple(Vote(name, labels) for name, labels in said if labels is not None)


def _labels(
    table: Table, cells: Mapping[str, Any], separator: str | None, *, none_is_label: bool
) -> tuple[tuple[str, ...] | None, tuple[str, ...]]:
    """Return the labels of a row as written (None: nobody labelled it), and those of a column each not judged."""
    columns = table.roles.get("labels", ())
    if len(columns) < 2:
        found = [labels_of(table.named(name, cells[name]), separator, none_is_label=none_is_label) for name in columns]
        return (found[0] if found else None), ()
    given, unrated = [], []
    for name in columns:
        value = _number(cells, name)
        if value is None:
            unrated.append(name)
        elif value not in (0, 1):
            raise ValueError(f"{name} is {value:g}; labels in a column each are 0 or 1 (say intensities=… for degrees)")
        elif value:
            given.append(name)
    return (None if len(unrated) == len(columns) else tuple(given)), tuple(unrated)


def _number(cells: Mapping[str, Any], name: str) -> float | None:
    try:
        return number_of(cells[name])
    except ValueError as error:
        raise ValueError(f"{name} is {text_of(cells[name])!r}, which is no number") from error


def cells_of(table: Table, role: str) -> Sequence[Any]:
    """Return all cells of a role's one column, to find the separator by."""
    names = table.roles.get(role, ())
    if len(names) != 1:
        return ()
    found = table.source.connection.execute(f"SELECT DISTINCT {quoted(names[0])} FROM votes").fetchall()
    return [cell for (cell,) in found]
