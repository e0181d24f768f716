"""Tables of judgements from corpus records."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import numpy as np

from affekt.errors import InputError, unknown_name
from affekt.ratings.building import assemble
from affekt.ratings.table import Duplicates, Ratings, Scale
from affekt.types import LabelSpace, Rating, Record

_LISTED = 12


def ratings_of(
    records: Iterable[Record],
    space_or_dimensions: str | LabelSpace | Sequence[str],
    *,
    perspective: str | None = None,
    scale: tuple[float, float] | None = None,
    duplicates: Duplicates = "error",
    outside: Literal["error", "unanswered"] = "error",
) -> Ratings:
    """Return the table of what raters said of each record, over a label space or named dimensions.

    A label space (its name or itself) takes the raters' labels: exclusive ratings in an exclusive
    space where each rater names one label, multi-label otherwise. No label says none of these, save
    where the rating holds other values alone, such as a mark that the text is unclear: that is no
    answer. Labels are NaN where a record names them as `unrated`, and where a rater graded others
    one by one. A sequence of names takes the raters'
    values on these scales, interval ratings: `scale` is the one they share ((-1, 1) for valence,
    arousal, dominance, as readers give them). `perspective` keeps only the writer's or the readers'
    judgements. Records nobody rated stay as items without votes; the item is the record's id.

    A label outside the space (a worker's own word) is refused, or with ``outside="unanswered"`` not
    counted: a judgement of nothing else stays in the table as no answer.

    Raises `InputError` where records repeat an id, where no record holds a rating, or no rating holds the
    dimensions; `UnknownNameError` for labels the space lacks; see `Ratings` for the rest.

    >>> from affekt.types import Rating, Signal
    >>> votes = (Rating("ann", ("joy",)), Rating("ben", ("fear",)))
    >>> table = ratings_of([Record("t1", Signal("Oh!"), "train", ratings=votes)], "ekman")
    >>> table.items, table.raters, len(table)
    (('t1',), ('ann', 'ben'), 2)
    """
    if outside not in ("error", "unanswered"):
        raise InputError(f"outside must be 'error' or 'unanswered', got {outside!r}.")
    pairs: list[tuple[str, Rating]] = []
    unrated: dict[str, tuple[str, ...]] = {}
    places: dict[str, int] = {}
    for record in records:
        if record.id in places:
            raise InputError(
                f"Two records have the id {record.id!r}. Votes need to know their item: pick one split or task."
            )
        places[record.id] = len(places)
        if record.unrated:
            unrated[record.id] = record.unrated
        pairs += [(record.id, one) for one in record.ratings if perspective in (None, one.perspective)]
    if not pairs:
        whose = f" of perspective {perspective!r}" if perspective else ""
        raise InputError(
            f"None of the {len(places)} records holds a single rating{whose}. This corpus, or the files at hand, "
            "publish the aggregate alone."
        )
    if _names_dimensions(space_or_dimensions):
        values, fields = _dimensions(pairs, list(space_or_dimensions), scale)
    else:
        values, fields = _labels(pairs, space_or_dimensions, unrated, strict=outside == "error")
    table = assemble(
        [item for item, _ in pairs], [one.rater for _, one in pairs], values, duplicates=duplicates, **fields
    )
    # All records are items, in their order, rated or not.
    place = np.array([places[item] for item in table.items], np.int32)
    return Ratings(
        *(tuple(places), table.raters, table.columns, table.kind, place[table.item], table.rater, table.values),
        scale=table.scale,
        space=table.space,
    )


def _names_dimensions(wanted: str | LabelSpace | Sequence[str]) -> bool:
    return not isinstance(wanted, str | LabelSpace)


def _dimensions(
    pairs: list[tuple[str, Rating]], names: list[str], scale: tuple[float, float] | None
) -> tuple[Any, dict[str, Any]]:
    known = {name for _, one in pairs for name in one.values}
    for name in names:
        if name not in known:
            if not known:
                raise InputError(
                    f"These raters give labels and no values, so there is no {name!r}. Name a label space."
                )
            listed = ", ".join(sorted(known)[:_LISTED])
            raise unknown_name("dimension of these ratings", name, known, f"{listed}")
    if scale is None and set(names) <= {"valence", "arousal", "dominance"}:
        scale = (-1.0, 1.0)
    values = np.array([[one.values.get(name, np.nan) for name in names] for _, one in pairs], np.float32)
    return values, {"columns": names, "kind": "interval", "scale": None if scale is None else Scale(*scale)}


def _labels(
    pairs: list[tuple[str, Rating]], wanted: Any, unrated: dict[str, tuple[str, ...]], *, strict: bool
) -> tuple[Any, dict[str, Any]]:
    from affekt.affect.spaces import find_space

    space = find_space(wanted)
    place = {label: at for at, label in enumerate(space.labels)}
    values = np.zeros((len(pairs), len(space)), np.float32)
    most = 0
    for row, (item, one) in enumerate(pairs):
        labels = one.labels if strict else tuple(label for label in one.labels if label in place)
        for label in labels:
            values[row, place[label] if label in place else space.index(label)] = 1
        most = max(most, len(set(labels)))
        graded = place.keys() & one.values.keys()
        if graded:
            # The rater went through labels one by one: no label and all at zero says none of these.
            values[row, [at for label, at in place.items() if label not in graded and label not in one.labels]] = np.nan
        elif not labels and (one.labels or space.kind == "exclusive" or one.values):
            values[row] = np.nan
        if item in unrated:
            values[row, [place[label] for label in unrated[item] if label in place and label not in one.labels]] = (
                np.nan
            )
    one_each = space.kind == "exclusive" and most <= 1
    return values, {"columns": space.labels, "kind": "exclusive" if one_each else "multi-label", "space": space}
