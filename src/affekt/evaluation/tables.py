"""A subject that is a file of predictions: what somebody else's system said, item by item."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from affekt.corpora.targets import DIMENSIONS
from affekt.errors import InputError
from affekt.evaluation.answers import Answers, Question, Subject
from affekt.types import LabelSpace

SUFFIXES = (".csv", ".tsv", ".jsonl", ".parquet")
_LABEL_COLUMNS = ("labels", "label", "prediction", "predicted", "emotion")
_CUT = re.compile(r"[|;]")


def table_subject(path: Path, *, space: LabelSpace | None = None) -> Subject:
    """Return the subject whose answers stand in the CSV, TSV, JSONL or Parquet file at `path`.

    A row per item: ``id``, the corpus's own; then any of a probability per label (``joy`` or ``ekman.joy``, as
    `affekt annotate` writes them), ``label`` or ``labels`` (several parted by ``|`` or ``;``, in JSONL a list),
    ``valence``, ``arousal``, ``dominance`` in [-1, 1]. `space` is what the labels are in; without it that of the
    columns' prefix, else the space that is scored or the corpus's own, whichever holds them all. An item
    without a row, or with an empty one, counts as not answered. Raises `InputError`, also later, when asked,
    for doubled ids, unknown labels, values out of range, or if no id is the corpus's.
    """
    if not path.is_file():
        raise InputError(f"There is no file {path}. Give a .csv, .tsv, .jsonl or .parquet with a column 'id'.")
    version = sha256(path.read_bytes()).hexdigest()[:12]

    def answer(question: Question) -> Answers:
        return read_answers(path, question, space=space)

    return Subject(path.stem, version, answer, reads=False)


def read_answers(path: Path, question: Question, *, space: LabelSpace | None = None) -> Answers:
    """Return what the file at `path` answers to `question`; see `table_subject`."""
    rows: dict[str, Mapping[str, Any]] = {}
    columns: dict[str, None] = {}
    for row in _rows(path):
        # Of a folder of sound the path is the id, as `affekt annotate FOLDER` writes it.
        name = str(row.get("id") or row.get("path") or "")
        if not name:
            raise InputError(f"Row {len(rows) + 1} of {path} has no 'id'. Predictions are joined to items by it.")
        if name in rows:
            raise InputError(f"{path} has two rows for the item {name!r}. Keep one prediction per item.")
        rows[name] = row
        columns.update(dict.fromkeys(row))
    ids = [record.id for record in question.records]
    known = {record.id for record in question.learning} | set(ids)
    if not known.intersection(rows):
        raise InputError(
            f"No id of {path} is one of the corpus: it has {next(iter(rows), 'none')!r}, the corpus {ids[0]!r}. "
            "`affekt corpora export` writes the corpus's ids."
        )
    return _answers(path, [rows.get(name, {}) for name in ids], tuple(columns), _candidates(space, question, columns))


def _candidates(space: LabelSpace | None, question: Question, columns: Mapping[str, None]) -> list[LabelSpace]:
    if space is not None:
        return [space]
    from affekt.affect.spaces import SPACES

    prefixed = [SPACES[name] for name in dict.fromkeys(c.partition(".")[0] for c in columns) if name in SPACES]
    return [*prefixed, *(each for each in (question.space, question.corpus_space) if each is not None)]


def _answers(path: Path, rows: list[Mapping[str, Any]], columns: tuple[str, ...], spaces: list[LabelSpace]) -> Answers:
    kept = [not row or str(row.get("status", "ok") or "ok") == "ok" for row in rows]
    rows = [row if keep else {} for row, keep in zip(rows, kept, strict=True)]
    vad = None
    if any(name in columns for name in DIMENSIONS):
        vad = np.array([[_number(path, row, name, -1.0, 1.0) for name in DIMENSIONS] for row in rows])
    answered = np.zeros(len(rows), np.bool_) if vad is None else ~np.isnan(vad).all(axis=1)
    for space in spaces:
        named = {label: next((c for c in (f"{space.name}.{label}", label) if c in columns), None) for label in space}
        if all(named.values()):
            said = np.array([[_number(path, row, named[label] or "", 0.0, 1.0) for label in space] for row in rows])
            told = ~np.isnan(said).any(axis=1)
            if np.isnan(said[~told]).sum() < said[~told].size:
                raise InputError(f"{path} has rows with a probability for some labels of {space.name} only.")
            return Answers(told, space, said, vad=vad)
    column = next((name for name in _LABEL_COLUMNS if name in columns), None)
    if column is None:
        if vad is None:
            wanted = f"a column for each label of {spaces[0].name}, " if spaces else ""
            raise InputError(
                f"{path} predicts nothing that can be scored: it has {', '.join(columns)}. Needed beside 'id': "
                f"{wanted}'label' or 'labels', or {', '.join(DIMENSIONS)}."
            )
        return Answers(answered, vad=vad)
    given = [_labels(row.get(column)) for row in rows]
    said_labels = dict.fromkeys(label for labels in given for label in labels or ())
    fitting = next((space for space in spaces if all(label in space for label in said_labels)), None)
    if fitting is None:
        nearest = spaces[0] if spaces else None
        strange = next((label for label in said_labels if nearest is None or label not in nearest), "")
        raise InputError(
            f"{path} names the label {strange!r}, none of {nearest.name if nearest else 'any space asked for'}. "
            "Say what its labels are in with --answers-in SPACE (`affekt spaces`)."
        )
    chosen = np.array([[label in (labels or ()) for label in fitting] for labels in given], np.bool_)
    told = np.array([labels is not None for labels in given], np.bool_)
    return Answers(told.reshape(-1), fitting, chosen=chosen.reshape(len(rows), len(fitting)), vad=vad)


def _labels(cell: Any) -> tuple[str, ...] | None:
    """Return the labels of a cell; None where there is no cell, or an empty one that might be a missing answer."""
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return None
    if isinstance(cell, list | tuple | np.ndarray):
        return tuple(str(label) for label in cell)
    parts = tuple(part.strip() for part in _CUT.split(str(cell)))
    return tuple(part for part in parts if part) or None


def _number(path: Path, row: Mapping[str, Any], name: str, low: float, high: float) -> float:
    cell = row.get(name)
    if cell is None or cell == "":
        return math.nan
    try:
        value = float(cell)
    except (TypeError, ValueError) as error:
        raise InputError(f"{path}, item {row.get('id')}: {name} is {cell!r}, which is no number.") from error
    if not math.isnan(value) and not low - 1e-6 <= value <= high + 1e-6:
        raise InputError(f"{path}, item {row.get('id')}: {name} is {value:g}; it must lie in [{low:g}, {high:g}].")
    return min(max(value, low), high) if not math.isnan(value) else value


def _rows(path: Path) -> Iterator[Mapping[str, Any]]:
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        import duckdb

        with duckdb.connect() as connection:
            try:
                found = connection.execute("SELECT * FROM read_parquet(?)", [str(path)])
                names = [column[0] for column in found.description or ()]
                for row in found.fetchall():
                    yield dict(zip(names, row, strict=True))
            except duckdb.Error as error:
                raise InputError(f"Cannot read {path} as Parquet: {error}.") from error
        return
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8: {error}. Save it as UTF-8.") from error
    if suffix == ".jsonl":
        for number, line in enumerate(text.splitlines(), 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as error:
                raise InputError(f"Line {number} of {path} is no JSON: {error}.") from error
            if not isinstance(row, dict):
                raise InputError(f"Line {number} of {path} is no JSON object.")
            yield row
        return
    try:
        for cells in csv.DictReader(io.StringIO(text), delimiter="\t" if suffix == ".tsv" else ",", strict=True):
            if None in cells or None in cells.values():
                raise InputError(f"{path}, item {cells.get('id')}: the row has not as many cells as there are columns.")
            yield cells
    except csv.Error as error:
        raise InputError(f"{path} is no {suffix[1:].upper()}: {error}.") from error
