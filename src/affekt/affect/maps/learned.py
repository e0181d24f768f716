"""Maps learned from items that carry labels of two spaces: counts of pairs, kept as tables in ``data/maps/``.

A table holds how often a label of one space met a label of the other, so it maps both ways. It says
how the raters of one corpus used the two sets of labels, on its kind of item and with its base rates.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from affekt.affect.maps import Conversion, Loss, Placement, own_rule
from affekt.affect.spaces import SPACES
from affekt.errors import ConversionError, InputError
from affekt.types import Kind, LabelSpace

# The tables that come with affekt, in the order in which they are asked.
TABLES = ("cped", "x-envent")
_FOLDER = Path(__file__).parents[1] / "data" / "maps"
_KINDS: tuple[Kind, ...] = get_args(Kind)
_FIELDS = ("corpus", "counted", "licence", "citation")


@dataclass(frozen=True, slots=True, eq=False)
class CountTable:
    """How often labels of two spaces met: `counts` float64 (row label, column label), at least 0.

    `counted` says what a pair is, `corpus` where it was counted, `licence` under which terms.
    """

    rows: LabelSpace
    columns: LabelSpace
    counts: NDArray[np.float64]
    corpus: str
    counted: str
    licence: str
    citation: str

    def turned(self) -> CountTable:
        """Return the same counts with rows and columns exchanged."""
        return CountTable(self.columns, self.rows, self.counts.T, *(getattr(self, field) for field in _FIELDS))

    def chances(self, *, smoothing: float = 0.5) -> NDArray[np.float64]:
        """Return P(column | row), float64 (row label, column label), rows adding up to 1.

        (n + s) / (N + s k) for n of the row's N pairs, k columns and smoothing s: with s = 1/2 the mean
        under Jeffreys' prior (add-half, Krichevsky & Trofimov 1981). A row that was never met is even.
        """
        counts = self.counts + smoothing
        totals = counts.sum(axis=1, keepdims=True)
        even = np.full_like(counts, 1.0 / counts.shape[1])
        np.divide(counts, totals, out=even, where=totals > 0)
        return even


def learned_conversion(
    source: LabelSpace, target: LabelSpace, *, table: CountTable | None = None, smoothing: float = 0.5
) -> Conversion:
    """Return the conversion that shares each label out by P(target | source), as counted in a corpus.

    `table` is your own (see `count_pairs` and `read_table`) or, if None, the first of affekt's that
    holds the two spaces, either way round. Where the target refines the source (`conversion` would
    refuse it), a label goes only to labels that fall under it, so that no child gets more than its
    parent. Labels that were never met are lost.

    Raises `ConversionError` where no table holds the two spaces, and `InputError` for a negative smoothing.

    >>> from affekt.affect.spaces import find_space
    >>> found = learned_conversion(find_space("sentiment"), find_space("cped"))
    >>> found.placements[2].label, found.placements[2].targets[0]
    ('positive', 'positive-other')
    """
    if not smoothing >= 0:
        raise InputError(f"Smoothing adds to counts and is at least 0, got {smoothing}.")
    found = _oriented(_find_table(source, target) if table is None else table, source, target)
    chances = found.chances(smoothing=smoothing)
    under = _hierarchy(source, target)
    if under is not None:
        chances = np.where(under, chances, 0.0)
        totals = chances.sum(axis=1, keepdims=True)
        chances = np.divide(chances, totals, out=chances, where=totals > 0)
    citation = f"counted in {found.corpus} ({found.counted}): {found.citation}; {found.licence}"
    placements, loses = [], []
    for row, label in enumerate(source):
        order = [column for column in np.argsort(-chances[row], kind="stable") if chances[row, column] > 0]
        if found.counts[row].sum() == 0 or not order:
            loses.append(Loss(label, f"it was never met in {found.corpus}"))
            continue
        targets = tuple(target.labels[column] for column in order)
        placements.append(Placement(label, targets, "learned", citation, tuple(chances[row, order].tolist())))
    path = (source.name, target.name)
    return Conversion(source, target, "learned", citation, own_rule(source), path, tuple(placements), tuple(loses), {})


def _hierarchy(source: LabelSpace, target: LabelSpace) -> NDArray[np.bool_] | None:
    """Return (source, target): whether a target label may come from a source label; None if the target is not finer."""
    from affekt.affect.conversion import conversion

    try:
        conversion(source, target)
    except ConversionError:
        pass
    else:
        return None
    try:
        weights = conversion(target, source).weights
    except ConversionError:
        return None
    parents = weights.T > 0
    allowed: NDArray[np.bool_] = parents | ~parents.any(axis=0, keepdims=True)
    return allowed


def _find_table(source: LabelSpace, target: LabelSpace) -> CountTable:
    known = []
    for name in TABLES:
        table = find_table(name)
        if {source, target} == {table.rows, table.columns}:
            return table
        known.append(f"{table.rows.name} and {table.columns.name}")
    raise ConversionError(
        f"No map between {source.name!r} and {target.name!r} was learned. There are tables for {'; '.join(known)}. "
        "Count your own with affekt.affect.maps.learned.count_pairs, and pass it to learned_conversion."
    )


def _oriented(table: CountTable, source: LabelSpace, target: LabelSpace) -> CountTable:
    if (table.rows, table.columns) == (source, target):
        return table
    if (table.columns, table.rows) == (source, target):
        return table.turned()
    raise ConversionError(
        f"The table holds {table.rows.name!r} and {table.columns.name!r}, not {source.name!r} and {target.name!r}."
    )


@lru_cache(maxsize=len(TABLES))
def find_table(name: str) -> CountTable:
    """Return one of affekt's tables.

    Raises `ConversionError` for a name that is none.

    >>> find_table("cped").licence
    'Apache-2.0'
    """
    if name not in TABLES:
        raise ConversionError(f"Unknown table {name!r} of a learned map. Allowed: {', '.join(TABLES)}.")
    return read_table(_FOLDER / f"{name}.tsv")


def count_pairs(
    pairs: Iterable[tuple[str, str, float]], rows: LabelSpace, columns: LabelSpace, **about: str
) -> CountTable:
    """Return how often labels met, from (row label, column label, weight) per pair.

    `about` is what the table says of itself: corpus, counted, licence, citation; each ``"unstated"``
    if left out. Raises `UnknownNameError` for a label outside its space and `InputError` for a weight
    that is negative or not finite, or for another keyword.

    >>> from affekt.affect.spaces import find_space
    >>> seen = [("surprise", "positive", 3.0), ("surprise", "negative", 1.0)]
    >>> table = count_pairs(seen, find_space("ekman"), find_space("sentiment"), corpus="four turns of ours")
    >>> table.chances(smoothing=0)[5].tolist()
    [0.25, 0.0, 0.75]
    """
    if unknown := set(about) - set(_FIELDS):
        raise InputError(f"A table says {', '.join(_FIELDS)} of itself; got {', '.join(sorted(unknown))}.")
    counts = np.zeros((len(rows), len(columns)))
    for row, column, weight in pairs:
        if not 0 <= weight < float("inf"):
            raise InputError(f"The weight of a pair is finite and at least 0; {row}, {column} has {weight}.")
        counts[rows.index(row), columns.index(column)] += weight
    return CountTable(rows, columns, counts, *(about.get(field, "unstated") for field in _FIELDS))


def write_table(table: CountTable, path: Path) -> None:
    """Write a table as tab-separated text: what it says of itself, then a row per row label."""
    lines = [f"# {field}: {getattr(table, field)}" for field in _FIELDS]
    lines += [f"# {axis}: {_described(space)}" for axis, space in (("rows", table.rows), ("columns", table.columns))]
    lines.append("\t".join(("label", *table.columns)))
    lines += ["\t".join((label, *(f"{n:g}" for n in row))) for label, row in zip(table.rows, table.counts, strict=True)]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def read_table(path: Path) -> CountTable:
    """Return the table that `write_table` wrote. Raises `InputError` where the file is none."""
    lines = path.read_text(encoding="utf-8").splitlines()
    about = dict(line[2:].split(": ", 1) for line in lines if line.startswith("# "))
    cells = [line.split("\t") for line in lines if line and not line.startswith("#")]
    missing = [field for field in (*_FIELDS, "rows", "columns") if field not in about]
    if missing or not cells or any(len(row) != len(cells[0]) for row in cells):
        what = f"its head does not say {', '.join(missing)}" if missing else "its rows differ in length"
        raise InputError(f"{path.name} is no table of a learned map: {what}.")
    rows = _space(about["rows"], tuple(row[0] for row in cells[1:]))
    columns = _space(about["columns"], tuple(cells[0][1:]))
    try:
        counts = np.array([[float(cell) for cell in row[1:]] for row in cells[1:]])
    except ValueError as error:
        raise InputError(f"{path.name} is no table of a learned map: {error}.") from error
    return CountTable(rows, columns, counts, *(about[field] for field in _FIELDS))


def _described(space: LabelSpace) -> str:
    return " | ".join((space.name, space.kind, space.neutral or "-", space.source))


def _space(described: str, labels: tuple[str, ...]) -> LabelSpace:
    """Return affekt's space of that name if it has these labels, or the one that the file describes."""
    name, kind, neutral, source = described.split(" | ", 3)
    known = SPACES.get(name)
    if known is not None and known.labels == labels:
        return known
    found = next((allowed for allowed in _KINDS if allowed == kind), None)
    if found is None:
        raise InputError(f"A label space is one of {', '.join(_KINDS)}; the table says {kind!r} of {name}.")
    return LabelSpace(name, labels, found, source, None if neutral == "-" else neutral)
