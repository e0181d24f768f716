"""Tables of judgements from plain sequences: votes, values, counts, and tables joined."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, NamedTuple, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.errors import InputError
from affekt.ratings.pseudonyms import is_pseudonym
from affekt.ratings.table import Duplicates, RatingKind, Ratings
from affekt.types import LabelSpace

Name = TypeVar("Name", bound=Hashable)


class Coded(NamedTuple):
    """Distinct names in order of first appearance, and the place of each name among them."""

    names: tuple[str, ...]
    place: NDArray[np.int32]


def coded(names: Iterable[Any]) -> Coded:
    """Return the distinct names and the places of all; None and "" are -1.

    >>> coded(["b", "a", None, "b"])[0], coded(["b", "a", None, "b"])[1].tolist()
    (('b', 'a'), [0, 1, -1, 0])
    """
    places: dict[Any, int] = {}
    # Lists are walked faster than arrays of objects.
    names = names.tolist() if isinstance(names, np.ndarray) else names
    found = [-1 if name is None or name == "" else places.setdefault(name, len(places)) for name in names]
    return Coded(tuple(str(name) for name in places), np.array(found, np.int32))


def from_votes(
    items: Sequence[str],
    raters: Sequence[str | None] | None,
    labels: Sequence[str | Collection[str] | None],
    *,
    space: str | LabelSpace | None = None,
    time: ArrayLike | None = None,
    duplicates: Duplicates = "error",
) -> Ratings:
    """Return the table of one vote per place: item, rater (None: anonymous), label or labels.

    A vote is one label (exclusive ratings), a collection of labels (multi-label; an empty one says
    none of these), or None (no answer). Columns are the labels of `space`, or those that occur, sorted. `time`:
    seconds. `duplicates` says what becomes of a rater's further votes on the same item (at the same
    time): ``"error"``, ``"keep"`` all, or keep the ``"last"``. Raises `InputError`, and
    `UnknownNameError` for a label that `space` does not have.

    >>> table = from_votes(["t1", "t1", "t2"], ["ann", "ben", "ann"], ["joy", "fear", "joy"])
    >>> table.columns, table.values.tolist()
    (('fear', 'joy'), [[0.0, 1.0], [1.0, 0.0], [0.0, 1.0]])
    >>> from_votes(["t1"], None, [["joy", "fear"]]).kind
    'multi-label'
    """
    _check_lengths(items=items, raters=raters, labels=labels, time=time)
    found = _space(space)
    kind: RatingKind = (
        "exclusive" if all(label is None or isinstance(label, str) for label in labels) else "multi-label"
    )
    if kind == "exclusive":
        names, place = coded(labels)
        columns, column = _columns(names, found)
        values = np.zeros((len(place), len(columns)), np.float32)
        answered = np.flatnonzero(place >= 0)
        values[answered, column[place[answered]]] = 1
        values[place < 0] = np.nan
    else:
        sets = [(label,) if isinstance(label, str) else label for label in labels]
        row = np.repeat(np.arange(len(sets)), [0 if one is None else len(one) for one in sets])
        names, place = coded(label for one in sets if one is not None for label in one)
        columns, column = _columns(names, found)
        values = np.zeros((len(sets), len(columns)), np.float32)
        values[row, column[place]] = 1
        values[[one is None for one in sets]] = np.nan
    return assemble(items, raters, values, columns=columns, kind=kind, space=found, time=time, duplicates=duplicates)


def from_values(
    items: Sequence[str],
    raters: Sequence[str | None] | None,
    values: ArrayLike,
    *,
    columns: Sequence[str],
    scale: tuple[float, float] | None = None,
    kind: RatingKind | None = None,
    time: ArrayLike | None = None,
) -> Ratings:
    """Return the table of numbers: what each rater said of each of `columns`, (judgement, column).

    `kind` is interval if None (ordinal needs a `scale`); NaN stands for no answer. Raises
    `InputError` for votes outside the scale and for a rater's second answer on an item at the same time.

    >>> points = [[1, 3], [2, 5]]
    >>> table = from_values(["t1", "t1"], ["ann", "ben"], points, columns=["valence", "arousal"], scale=(1, 5))
    >>> table.kind, len(table)
    ('interval', 2)
    """
    _check_lengths(items=items, raters=raters, values=values, time=time)
    return assemble(items, raters, values, columns=columns, kind=kind or "interval", scale=scale, time=time)


def from_counts(
    items: Sequence[str],
    counts: ArrayLike,
    *,
    labels: Sequence[str],
    space: str | LabelSpace | None = None,
) -> Ratings:
    """Return the table of as many anonymous exclusive votes as the counts say.

    counts: whole numbers (item, label), at least 0; an item of zeros stays, without votes.
    Raises `InputError` for other numbers, `UnknownNameError` for a label `space` does not have.

    >>> table = from_counts(["clip"], [[2, 1]], labels=["joy", "fear"])
    >>> table.values.tolist(), table.rater.tolist()
    ([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]], [-1, -1, -1])
    """
    number = np.asarray(counts, np.float64)
    if number.shape != (len(items), len(labels)):
        raise InputError(f"counts has shape {number.shape}; expected {len(items)} items by {len(labels)} labels.")
    if number.size and (not np.isfinite(number).all() or (number < 0).any() or (number != np.floor(number)).any()):
        wrong = np.argwhere(~np.isfinite(number) | (number < 0) | (number != np.floor(number)))[0]
        raise InputError(
            f"Counts of votes are whole numbers from 0; {items[wrong[0]]!r} has {number[tuple(wrong)]:g} "
            f"for {labels[wrong[1]]!r}."
        )
    found = _space(space)
    columns, column = _columns(tuple(labels), found, ordered=True)
    flat = np.repeat(np.arange(number.size), number.astype(np.int64).ravel())
    item, label = np.divmod(flat, max(1, len(labels)))
    values = np.zeros((len(flat), len(columns)), np.float32)
    values[np.arange(len(flat)), column[label]] = 1
    return Ratings(
        *(tuple(items), (), columns, "exclusive", item.astype(np.int32), np.full(len(flat), -1, np.int32), values),
        space=found,
    )


def concatenate(
    tables: Sequence[Ratings],
    *,
    raters: Literal["shared", "apart"] | None = None,
    duplicates: Duplicates = "error",
) -> Ratings:
    """Return one table of the judgements of all, in order; items of the same name are the same item.

    Raters of the same name are the same person (``"shared"``), or not (``"apart"``: the second
    table's ann becomes ann-2). Where several tables name pseudonyms, affekt cannot know, and `raters` has to
    say. The tables need the same columns, kind, space and scale; `InputError` otherwise, as for a
    rater who judges an item in two tables (`duplicates`), or attributes that contradict.

    >>> one, two = (from_votes([item], ["ann"], ["joy"]) for item in ("t1", "t2"))
    >>> concatenate([one, two]).raters, len(concatenate([one, two], raters="apart").raters)
    (('ann',), 2)
    """
    if not tables:
        raise InputError("There are no tables to join.")
    first = tables[0]
    for other in tables[1:]:
        for what in ("columns", "kind", "scale", "space"):
            ours, theirs = getattr(first, what), getattr(other, what)
            if ours != theirs:
                shown = [getattr(value, "name", value) for value in (ours, theirs)]
                raise InputError(
                    f"Ratings with different {what} cannot be joined: {shown[0]} and {shown[1]}. "
                    "Bring them together first, with rescale() or convert()."
                )
    masked = sum(any(map(is_pseudonym, table.raters)) for table in tables)
    if masked > 1 and raters is None:
        raise InputError(
            "Several of these tables name raters by pseudonyms, which are given table by table. Say raters='shared' "
            "where they come from one table, raters='apart' where they were read one by one."
        )
    if raters == "apart":
        tables = [replace(table, raters=_numbered(table.raters, number)) for number, table in enumerate(tables, 1)]
    items, rater_names = (
        coded(name for table in tables for name in getattr(table, what)) for what in ("items", "raters")
    )
    item_place, rater_place, item_start, rater_start = [], [], 0, 0
    for table in tables:
        item_place.append(items.place[item_start + table.item])
        here = np.append(rater_names.place[rater_start : rater_start + len(table.raters)], -1)
        rater_place.append(here[table.rater])
        item_start, rater_start = item_start + len(table.items), rater_start + len(table.raters)
    timed = any(table.time is not None for table in tables)
    times = [np.full(len(table), np.nan) if table.time is None else table.time for table in tables]
    joined = replace(
        first,
        items=items.names,
        raters=rater_names.names,
        item=np.concatenate(item_place),
        rater=np.concatenate(rater_place),
        values=np.concatenate([table.values for table in tables]),
        time=np.concatenate(times) if timed else None,
        attributes=_joined_attributes(tables, rater_names.names),
    )
    return settle_duplicates(joined, duplicates)


def assemble(
    items: Iterable[str],
    raters: Iterable[str | None] | None,
    values: ArrayLike,
    *,
    duplicates: Duplicates = "error",
    time: ArrayLike | None = None,
    attributes: Mapping[str, Mapping[str, str | None]] | None = None,
    **rest: Any,
) -> Ratings:
    """Return the table of judgements given by name; `rest` are further fields of `Ratings`.

    `attributes` maps the name of an attribute to its value by rater id.
    """
    item = coded(items)
    if (item.place < 0).any():
        row = int(np.flatnonzero(item.place < 0)[0])
        raise InputError(f"Judgement {row} names no item. Every vote is about something: give it an id.")
    rater = Coded((), np.full(len(item.place), -1, np.int32)) if raters is None else coded(raters)
    rest["columns"] = tuple(rest["columns"])
    rest["attributes"] = {
        name: tuple(known.get(one) for one in rater.names) for name, known in (attributes or {}).items()
    }
    seconds = None if time is None else np.asarray(time, np.float64)
    table = Ratings(
        *(item.names, rater.names),
        item=item.place,
        rater=rater.place,
        values=_matrix(values),
        time=seconds,
        **rest,
    )
    return settle_duplicates(table, duplicates)


def duplicated(ratings: Ratings) -> NDArray[np.bool_]:
    """Return whether the same rater judges the same item again further down, (judgement,).

    Where the table has times, a judgement at another time is no duplicate. The anonymous never
    repeat themselves: nobody knows who they are.

    >>> duplicated(from_votes(["t", "t"], ["ann", "ann"], ["joy", "fear"], duplicates="keep")).tolist()
    [True, False]
    """
    count = len(ratings)
    again = np.zeros(count, np.bool_)
    named = np.flatnonzero(ratings.rater >= 0)
    if not len(named):
        return again
    pair = ratings.item[named].astype(np.int64) * len(ratings.raters) + ratings.rater[named]
    keys = [pair] if ratings.time is None else [ratings.time[named], pair]
    # Stable, so that among equal keys the last judgement stays last.
    order = np.lexsort(keys) if len(keys) > 1 else np.argsort(pair, kind="stable")
    same = np.ones(len(named) - 1, np.bool_)
    for key in keys:
        ranked = key[order]
        equal = ranked[1:] == ranked[:-1]
        if ranked.dtype == np.float64:
            equal |= np.isnan(ranked[1:]) & np.isnan(ranked[:-1])
        same &= equal
    again[named[order[:-1][same]]] = True
    return again


def settle_duplicates(ratings: Ratings, duplicates: Duplicates) -> Ratings:
    """Return the table with repeated judgements refused, kept, or all but the last left out."""
    if duplicates not in ("error", "keep", "last"):
        raise InputError(f"duplicates must be 'error', 'keep' or 'last', got {duplicates!r}.")
    if duplicates == "keep":
        return ratings
    again = duplicated(ratings)
    if not again.any():
        return ratings
    if duplicates == "last":
        return ratings.keep(~again)
    row = int(np.flatnonzero(again)[0])
    raise InputError(
        f"{int(again.sum())} votes are duplicated: a rater judged the same item again; the first is rater "
        f"{ratings.raters[ratings.rater[row]]!r} on item {ratings.items[ratings.item[row]]!r}. Say duplicates='last' "
        "to keep the last vote of each, or duplicates='keep' where raters were asked twice on purpose."
    )


def _matrix(values: ArrayLike) -> NDArray[np.float32]:
    try:
        matrix = np.asarray(values, np.float32)
    except (TypeError, ValueError) as error:
        raise InputError(f"values must be numbers (judgement, column): {error}.") from error
    return matrix[:, None] if matrix.ndim == 1 else matrix


def _space(space: str | LabelSpace | None) -> LabelSpace | None:
    if space is None:
        return None
    from affekt.affect.spaces import find_space

    return find_space(space)


def _columns(
    names: tuple[str, ...], space: LabelSpace | None, *, ordered: bool = False
) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """The columns, and the column of each name; without a space sorted, save where the names have an order."""
    if space is not None:
        return space.labels, np.array([space.index(name) for name in names], np.int64)
    if not names:
        raise InputError("No vote names a label. Say which labels there are with space=…")
    columns = names if ordered else tuple(sorted(names))
    place = {name: at for at, name in enumerate(columns)}
    return columns, np.array([place[name] for name in names], np.int64)


def _check_lengths(**lists: Any) -> None:
    lengths = {name: len(values) for name, values in lists.items() if values is not None}
    if len(set(lengths.values())) > 1:
        shown = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise InputError(f"The lists differ in length: {shown}. Give one of each per judgement.")


def _numbered(raters: tuple[str, ...], number: int) -> tuple[str, ...]:
    return raters if number == 1 else tuple(f"{rater}-{number}" for rater in raters)


def _joined_attributes(tables: Sequence[Ratings], raters: tuple[str, ...]) -> Mapping[str, tuple[str | None, ...]]:
    known: dict[str, dict[str, str | None]] = {}
    for table in tables:
        for name, values in table.attributes.items():
            ours = known.setdefault(name, {})
            for rater, value in zip(table.raters, values, strict=True):
                if value is not None and ours.get(rater) not in (None, value):
                    raise InputError(
                        f"The tables contradict: {name} of rater {rater!r} is {ours[rater]!r} and {value!r}. "
                        "Say raters='apart' where they are two people."
                    )
                ours[rater] = value if value is not None else ours.get(rater)
    return {name: tuple(values.get(rater) for rater in raters) for name, values in known.items()}
