"""Tables of ratings from files: long and wide, votes and numbers, cells of several labels, counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Unpack

import numpy as np
from numpy.typing import NDArray

from affekt.errors import InputError
from affekt.ratings.building import assemble, coded, from_counts
from affekt.ratings.layouts import ColumnNames, Guess, Layout, guess_from
from affekt.ratings.matching import Matched, match_labels
from affekt.ratings.opening import Source, open_table
from affekt.ratings.pseudonyms import pseudonyms
from affekt.ratings.table import Duplicates, Ratings
from affekt.types import LabelSpace

_LEVELS = 11
_SHORT = {"v": "valence", "a": "arousal", "d": "dominance"}
Floats = NDArray[np.float32]


def guess_layout(path: Path, *, layout: Layout | None = None, **columns: Unpack[ColumnNames]) -> Guess:
    """Return how `read_ratings` would read the file; ``str()`` of it says so in words. Raises `InputError`."""
    return guess_from(open_table(path), layout=layout, **columns)


def read_ratings(
    path: Path,
    *,
    space: str | LabelSpace | None = None,
    scale: tuple[float, float] | None = None,
    layout: Layout | Guess | None = None,
    duplicates: Duplicates = "error",
    **columns: Unpack[ColumnNames],
) -> Ratings:
    """Return the ratings of a CSV, TSV, JSONL or Parquet file (text also ``.gz``), every vote of it.

    The layout and the columns are guessed from their names and contents, save those that `layout`
    and the arguments `item`, `rater`, `label`, `value`, `time` and `attributes` name;
    `guess_layout` says what was guessed, and its answer may be given as `layout`. Layouts:

    - ``"long"``: a row per vote, a cell holding a label or several (``joy|anger``, or a list);
    - ``"long by label"``: a row per item, rater and label, with a value;
    - ``"columns"``: a row per judgement, a column per label or dimension (valence, arousal …);
    - ``"wide"``: a row per item, a column per rater, holding labels or numbers;
    - ``"wide by label"``: a row per item and label, a column per rater (BRIGHTER's single annotators);
    - ``"counts"``: a row per item with the number of votes for each label; the raters are anonymous.

    An empty cell is no answer (in wide tables: not asked). Labels are matched to `space` without
    case and punctuation; without one, columns are the labels that occur, sorted, or a known space
    that has just these. Numbers are votes where all are 0 or 1, ordinal where whole and few,
    interval otherwise; `scale` is what the raters could answer (ordinal without it: the range
    seen). Attributes belong to raters. Raises `InputError` for columns that allow two readings,
    votes outside the scale, mixed scales and duplicated votes (`duplicates`: see `from_votes`),
    `UnknownNameError` for a label `space` lacks.
    """
    source = open_table(path)
    guess = layout if isinstance(layout, Guess) else guess_from(source, layout=layout, **columns)
    if space is not None:
        from affekt.affect.spaces import find_space

        space = find_space(space)
    return _READERS[guess.layout](_Job(source, guess, space, scale, duplicates))


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    """What is read, and how."""

    source: Source
    guess: Guess
    space: LabelSpace | None
    scale: tuple[float, float] | None
    duplicates: Duplicates

    @property
    def label(self) -> str:
        """The column of labels."""
        assert self.guess.label is not None
        return self.guess.label

    def items(self) -> NDArray[Any]:
        """The item of each row; all have one."""
        columns = (self.guess.item, *self.guess.further)
        parts = [
            self._filled(cells, column, "item")
            for column, cells in zip(columns, self.source.texts(columns), strict=True)
        ]
        if len(parts) == 1:
            return parts[0]
        joined = [" / ".join(map(str, row)) for row in zip(*(cells.tolist() for cells in parts), strict=True)]
        return np.array(joined, object)

    def labels(self) -> tuple[Matched, NDArray[np.int64]]:
        """The columns and the column of each row."""
        (cells,) = self.source.texts([self.label])
        names = coded(self._filled(cells, self.label, "label"))
        matched = match_labels(names.names, self.space)
        return matched, matched.place[names.place]

    def raters(self) -> NDArray[Any] | None:
        """The rater of each row; None where all are anonymous."""
        return self.source.texts([self.guess.rater])[0] if self.guess.rater else None

    def time(self) -> NDArray[np.float64] | None:
        """The seconds of each row."""
        return self.source.seconds(self.guess.time) if self.guess.time else None

    def attributes(self) -> dict[str, dict[str, str | None]]:
        """The value of each attribute by rater id. Raises `InputError` where a rater has two."""
        if not self.guess.attributes:
            return {}
        raters = self.raters()
        if raters is None:
            raise InputError("attributes belong to raters, and no column names the rater. Say rater='…'.")
        found: dict[str, dict[str, str | None]] = {}
        for name, cells in zip(self.guess.attributes, self.source.texts(self.guess.attributes), strict=True):
            known: dict[str, set[str]] = {}
            for rater, value in {*zip(raters.tolist(), cells.tolist(), strict=True)}:
                if rater is not None and value is not None:
                    known.setdefault(rater, set()).add(value)
            for values in known.values():
                if len(values) > 1:
                    raise InputError(
                        f"{self.source.path}: one rater has two values of {name!r}, "
                        f"{' and '.join(pseudonyms(sorted(values)[:2]))}. An attribute belongs to the rater; leave "
                        "out what changes between judgements."
                    )
            found[name] = {rater: values.pop() for rater, values in known.items()}
        return found

    def _filled(self, cells: NDArray[Any], column: str, what: str) -> NDArray[Any]:
        missing = np.flatnonzero([cell is None for cell in cells])
        if len(missing):
            raise InputError(
                f"{self.source.path}: {len(missing)} rows have no {what} in column {column!r}, the first is data row "
                f"{missing[0] + 1}. Fill them in, or name another column: {what}='…'."
            )
        return cells


def _long(job: _Job) -> Ratings:
    (cells,) = job.source.texts([job.label])
    values, fields = _votes(cells, job)
    fields |= {"time": job.time(), "attributes": job.attributes()}
    return assemble(job.items(), job.raters(), values, duplicates=job.duplicates, **fields)


def _wide(job: _Job) -> Ratings:
    items, raters = job.items(), job.guess.raters
    held = [job.source.columns[name] for name in raters]
    if all(column.numeric or not column.filled for column in held):
        numbers = job.source.numbers(raters)
        row, place = np.nonzero(~np.isnan(numbers))
        values = numbers[row, place][:, None].astype(np.float32)
        fields = _numbers(values, Matched(job.guess.values or ("rating",), np.zeros(1, np.int64), None), job)
    else:
        cells = np.empty((len(items), len(raters)), object)
        for at, column in enumerate(job.source.texts(raters)):
            cells[:, at] = column
        row, place = np.nonzero(np.array([[cell is not None for cell in line] for line in cells.tolist()]))
        values, fields = _votes(cells[row, place], job)
    return assemble(items[row], np.array(raters, object)[place], values, duplicates=job.duplicates, **fields)


def _columns(job: _Job) -> Ratings:
    names = job.guess.values
    numbers = job.source.numbers(names).astype(np.float32)
    if {name.lower() for name in names} <= set(_SHORT):
        names = tuple(_SHORT[name.lower()] for name in names)
    if job.scale is None:
        _check_mixed(numbers, names, job.source)
    matched = match_labels(names, job.space, ordered=True)
    if len(matched.columns) < len(names):
        raise InputError(f"{job.source.path}: several columns stand for one label: {', '.join(names)}.")
    values = np.full((len(numbers), len(matched.columns)), np.nan, np.float32)
    values[:, matched.place] = numbers
    fields = _numbers(values, matched, job) | {"time": job.time(), "attributes": job.attributes()}
    return assemble(job.items(), job.raters(), values, duplicates=job.duplicates, **fields)


def _long_by_label(job: _Job) -> Ratings:
    items, raters, time = job.items(), job.raters(), job.time()
    matched, column = job.labels()
    numbers = job.source.numbers(job.guess.values[:1])[:, 0].astype(np.float32)
    row = np.arange(len(items))
    rater = np.full(len(items), -1, np.int32) if raters is None else coded(raters).place
    keys = [coded(items).place.astype(np.int64), rater.astype(np.int64)]
    if time is not None:
        keys.append(np.unique(time, return_inverse=True)[1].astype(np.int64))
    # Nobody knows which lines of the anonymous are one person's: each is a judgement by itself.
    keys.append(np.where(rater < 0, row, -1))
    judgement = keys[0]
    for key in keys[1:]:
        judgement = np.unique(judgement * (key.max(initial=0) + 2) + key + 1, return_inverse=True)[1]
    turn = _turns(judgement, column, len(matched.columns), job, items)
    kept = np.flatnonzero(turn == 0) if job.duplicates == "last" else row
    judgement = (judgement * (turn.max(initial=0) + 1) + turn)[kept]
    _, first, place = np.unique(judgement, return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    values = np.full((len(order), len(matched.columns)), np.nan, np.float32)
    values[rank[place], column[kept]] = numbers[kept]
    fields = _numbers(values, matched, job) | {"attributes": job.attributes()}
    first = kept[first[order]]
    fields["time"] = None if time is None else time[first]
    return assemble(items[first], None if raters is None else raters[first], values, duplicates="keep", **fields)


def _wide_by_label(job: _Job) -> Ratings:
    items, raters = job.items(), job.guess.raters
    matched, column = job.labels()
    numbers = job.source.numbers(raters).astype(np.float32)
    item = coded(items)
    turn = _turns(item.place.astype(np.int64), column, len(matched.columns), job, items)
    kept = np.flatnonzero(turn == 0) if job.duplicates == "last" else np.arange(len(items))
    shape = (len(item.names), int(turn[kept].max(initial=0)) + 1, len(matched.columns), len(raters))
    block = np.full(shape, np.nan, np.float32)
    block[item.place[kept], turn[kept], column[kept]] = numbers[kept]
    place, again, who = np.nonzero(~np.isnan(block).all(2))
    values = block[place, again, :, who]
    names = np.array(item.names, object)[place]
    return assemble(names, np.array(raters, object)[who], values, duplicates="keep", **_numbers(values, matched, job))


def _counts(job: _Job) -> Ratings:
    matched = match_labels(job.guess.values, job.space, ordered=True)
    counts = np.zeros((job.source.rows, len(matched.columns)))
    counts[:, matched.place] = job.source.numbers(job.guess.values)
    items = job.items()
    distinct, times = np.unique(items.astype(str), return_counts=True)
    if (times > 1).any():
        raise InputError(
            f"{job.source.path}: {job.guess.item} {str(distinct[times > 1][0])!r} has {times.max()} rows of counts. "
            f"Say which columns name an item together: item=({job.guess.item!r}, …)."
        )
    return from_counts(items.tolist(), counts, labels=matched.columns, space=matched.space)


_READERS: dict[str, Callable[[_Job], Ratings]] = {
    "long": _long,
    "long by label": _long_by_label,
    "columns": _columns,
    "wide": _wide,
    "wide by label": _wide_by_label,
    "counts": _counts,
}


def _votes(cells: NDArray[Any], job: _Job) -> tuple[Floats, dict[str, Any]]:
    """Votes (row, column) of cells. Each different cell is split once, so a million rows cost little."""
    different: dict[Any, int] = {}
    place = np.empty(len(cells), np.int64)
    for row, cell in enumerate(cells):
        key = tuple(cell) if isinstance(cell, list | np.ndarray) else cell
        place[row] = -1 if key is None else different.setdefault(key, len(different))
    separator, sets = job.guess.separator, []
    for key in different:
        parts = key if isinstance(key, tuple) else key.split(separator) if separator else (key,)
        sets.append([str(part).strip() for part in parts if part is not None and str(part).strip()])
    names = coded(part for one in sets for part in one)
    if not names.names:
        raise InputError(f"{job.source.path} names no label. Name the column that does: label='…'.")
    matched = match_labels(names.names, job.space)
    votes = np.zeros((len(sets) + 1, len(matched.columns)), np.float32)
    votes[np.repeat(np.arange(len(sets)), [len(one) for one in sets]), matched.place[names.place]] = 1
    votes[-1] = np.nan
    several = any(isinstance(key, tuple) for key in different) or (votes[:-1].sum(1) > 1).any()
    kind = "multi-label" if several else "exclusive"
    return votes[place], {"columns": matched.columns, "kind": kind, "space": matched.space}


def _numbers(values: Floats, matched: Matched, job: _Job) -> dict[str, Any]:
    """The kind and the scale that numbers (judgement, column) have."""
    fields: dict[str, Any] = {"columns": matched.columns, "space": matched.space}
    answers = values[~np.isnan(values)]
    levels = np.unique(answers)
    if job.scale is None and np.isin(levels, (0, 1)).all():
        one_each = values.shape[1] > 1 and (((values == 1).sum(1) == 1) | np.isnan(values).all(1)).all()
        return fields | {"kind": "exclusive" if one_each else "multi-label"}
    if len(levels) <= _LEVELS and (levels == np.floor(levels)).all() and (job.scale or len(levels) > 1):
        return fields | {"kind": "ordinal", "scale": job.scale or (float(levels[0]), float(levels[-1]))}
    return fields | {"kind": "interval", "scale": job.scale}


def _turns(judgement: NDArray[np.int64], column: NDArray[np.int64], width: int, job: _Job, items: Any) -> Any:
    """How many rows before this one (`last`: after it) answer the same label in the same judgement."""
    key = judgement * width + column
    order = np.argsort(key, kind="stable")
    ranked = key[order]
    start = np.flatnonzero(np.append(True, ranked[1:] != ranked[:-1])) if len(key) else np.zeros(0, np.int64)
    length = np.diff(np.append(start, len(key)))
    rank = np.arange(len(key)) - np.repeat(start, length)
    turn = np.empty(len(key), np.int64)
    turn[order] = np.repeat(length, length) - 1 - rank if job.duplicates == "last" else rank
    if job.duplicates == "error" and turn.any():
        first = int(np.flatnonzero(turn)[0])
        raise InputError(
            f"{int((turn > 0).sum())} votes are duplicated: the same label of the same item and rater stands there "
            f"again, first for item {str(items[first])[:60]!r}. Say duplicates='last' to keep the last, "
            "duplicates='keep' for all, or name the column that tells the items apart: item='…'."
        )
    return turn


def _check_mixed(values: Floats, names: Sequence[str], source: Source) -> None:
    """Refuse columns on plainly different scales: shares beside points."""
    shares, points = [], []
    for name, column in zip(names, values.T, strict=True):
        answers = column[~np.isnan(column)]
        if len(answers) and np.abs(answers).max() <= 1 and (answers != np.floor(answers)).any():
            shares.append(name)
        elif len(answers) and np.abs(answers).max() > 2:
            points.append(name)
    if shares and points:
        raise InputError(
            f"{source.path} mixes scales: {', '.join(shares)} within 1, {', '.join(points)} beyond 2. Read them one by "
            f"one: value={shares[0]!r}, scale=(0, 1)."
        )
