"""Slices of a corpus that share no document, dialogue or speaker."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import combinations
from typing import Literal

from affekt.errors import CorpusError
from affekt.types import Record

By = Literal["group", "speaker", "id"]


@dataclass(frozen=True, slots=True)
class Split:
    """A corpus in two: what stays, and what is held out. Both keep the order of the records.

    `disjoint` says what the two share none of, and `check_split` holds it to that: "id", "group",
    "speaker", "text" (spelling aside), "language", "corpus", "condition:NAME", or "after:NAME" (all that is
    held comes later than all that stays, by the condition of that name). `name` says which of several it is.
    """

    kept: tuple[Record, ...]
    held: tuple[Record, ...]
    disjoint: tuple[str, ...] = ()
    name: str = ""


def hold_out(records: Sequence[Record], *, fraction: float, seed: int, by: By = "group") -> Split:
    """Return the records in two parts that share no group; about `fraction` of them are held out.

    Groups are drawn in the order of sha256(seed, group), so the draw does not depend on the order of
    the records. A group is taken as long as the held part stays within `fraction`; if the first does
    not fit, the smallest group is held. A record without a group is a group of its own.

    Raises `ValueError` unless 0 < fraction < 1 and there are at least two groups.

    >>> from affekt.types import Signal
    >>> records = [Record(str(n), Signal("…"), "train", group=f"document {n // 4}") for n in range(40)]
    >>> split = hold_out(records, fraction=0.25, seed=1)
    >>> len(split.kept), len(split.held)
    (32, 8)
    """
    if not 0 < fraction < 1:
        raise ValueError(f"fraction must lie between 0 and 1, got {fraction}.")
    sizes: dict[tuple[str, str], int] = defaultdict(int)
    for record in records:
        sizes[group_of(record, by)] += 1
    if len(sizes) < 2:
        raise ValueError(f"Holding out needs at least two groups, got {len(sizes)} (by={by!r}).")
    room = fraction * len(records)
    drawn: set[tuple[str, str]] = set()
    for group in sorted(sizes, key=lambda group: (_draw(seed, group), group)):
        if sizes[group] <= room:
            drawn.add(group)
            room -= sizes[group]
    if not drawn:
        drawn.add(min(sizes, key=lambda group: (sizes[group], _draw(seed, group), group)))
    kept: list[Record] = []
    held: list[Record] = []
    for record in records:
        (held if group_of(record, by) in drawn else kept).append(record)
    return Split(tuple(kept), tuple(held), ("id", by) if by != "id" else ("id",))


def group_of(record: Record, by: By = "group") -> tuple[str, str]:
    """Return what `record` must stay together with: its group, or its own id where it has none."""
    value = getattr(record, by)
    return ("id", record.id) if value is None else (by, value)


def check_disjoint(*parts: Iterable[Record], by: By = "group") -> None:
    """Return nothing if no two parts share a group. Raises `CorpusError` that names shared ones."""
    groups = [{group_of(record, by) for record in part} for part in parts]
    for (first, one), (second, other) in combinations(enumerate(groups), 2):
        shared = sorted(value for _, value in one & other)
        if shared:
            raise CorpusError(
                f"Parts {first} and {second} share {len(shared)} of {by}: {', '.join(shared[:5])}"
                f"{' …' if len(shared) > 5 else ''}. Split with hold_out(..., by={by!r})."
            )


def _draw(seed: int, group: tuple[str, str]) -> str:
    return sha256(f"{seed}\0{group[0]}\0{group[1]}".encode()).hexdigest()
