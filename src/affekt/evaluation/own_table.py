"""From a table and the names of its label columns to records and what is to be learned of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from affekt.affect.spaces import find_space
from affekt.corpora.opening import OpenCorpus, is_own, open_corpus
from affekt.corpora.own.columns import is_table, open_own
from affekt.corpora.own.description import OWN, Description
from affekt.corpora.targets import DIMENSIONS
from affekt.errors import InputError, UnknownNameError, unknown_name
from affekt.ratings.layouts import plain
from affekt.ratings.opening import Source
from affekt.training.frozen_head import HeadKind
from affekt.training.own_targets import Task
from affekt.types import LabelSpace, Record

TargetKind = Literal["exclusive", "multi-label", "ordinal", "dimensional", "votes"]
KINDS: tuple[TargetKind, ...] = ("exclusive", "multi-label", "ordinal", "dimensional", "votes")
_ANY = (-1e12, 1e12)
_CLASSES = 20  # whole numbers of at most so many kinds are taken for the names of classes


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be learned: from the `source`, a table or folder of one's own or a corpus by name, the `labels`.

    labels: columns of the table (or dimensions of the corpus); none: those found by their names (or the corpus's
    labels). text: the column of texts, None: found by its name. kind: None for what the columns hold; `levels` are the
    labels of an ordinal one, lowest first; `scale` the lowest and highest of numbers, ``""`` for all. `space` asks for
    the corpus's labels in another space. The rest of what is to be known of a table is in its `description`.
    """

    source: str
    labels: tuple[str, ...] = ()
    text: str | None = None
    kind: TargetKind | None = None
    levels: tuple[str, ...] = ()
    scale: Mapping[str, tuple[float, float]] = field(default_factory=dict, hash=False)
    space: str | None = None
    description: Description | None = None
    folder: Path | None = None


@dataclass(frozen=True, slots=True, eq=False)
class AskedTable:
    """The corpus that was read, and the task."""

    corpus: OpenCorpus
    task: Task


def read_asked(asked: Asked) -> AskedTable:
    """Return the records of a source and the task. Raises `InputError` and `UnknownNameError` for what does not fit."""
    if len(set(asked.levels)) != len(asked.levels) or len(asked.levels) == 1:
        raise InputError(f"Levels are two or more different labels, lowest first; got {', '.join(asked.levels)}.")
    if asked.kind == "ordinal" and not asked.levels:
        raise InputError("Say the levels, lowest first: --ordinal low,mid,high.")
    if is_own(asked.source) and not asked.source.endswith(".py"):
        return _of_table(asked)
    return _of_corpus(asked)


def _of_corpus(asked: Asked) -> AskedTable:
    if asked.text is not None:
        raise InputError(f"{asked.source} has a reader, which knows its text: --column is for tables of your own.")
    corpus = open_corpus(asked.source, asked.description, folder=asked.folder)
    records, own = corpus.records, corpus.card.space
    numbers = _numbers_of(records)
    if asked.labels or asked.kind == "dimensional" or own is None:
        wanted = asked.labels or tuple(numbers)
        for name in wanted:
            if name not in numbers:
                raise unknown_name("number", name, numbers, f"affekt corpora {asked.source}")
        if not wanted:
            raise InputError(f"{asked.source} has neither labels nor numbers that could be learned.")
        return AskedTable(corpus, _dimensional(corpus.card.name, wanted))
    space = find_space(asked.space) if asked.space else own
    if asked.levels:
        return AskedTable(corpus, Task("ordinal", _leveled(own, asked.levels)))
    return AskedTable(corpus, Task("exclusive" if space.kind == "exclusive" else "multi-label", space))


def _leveled(own: LabelSpace, levels: tuple[str, ...]) -> LabelSpace:
    if set(levels) != set(own.labels):
        raise InputError(f"The levels are {', '.join(levels)}, the labels of {own.name} {', '.join(own.labels)}.")
    return replace(own, labels=levels)


def _of_table(asked: Asked) -> AskedTable:
    path, said = Path(asked.source), asked.description or Description()
    columns = dict(said.columns)
    if asked.text is not None:
        columns["text"] = (asked.text,)
    source = open_own(path) if is_table(path) and path.is_file() else None
    if source is not None:
        _check_columns(source, asked, columns)
    kind = asked.kind or ("ordinal" if asked.levels else _kind(source, asked.labels))
    if asked.levels and kind != "ordinal":
        raise InputError(f"--ordinal is for levels, but the kind is said to be {kind}. Leave one of the two out.")
    name = said.name or path.name.partition(".")[0]
    if kind == "dimensional":
        return _numbers(asked, replace(said, columns=columns))
    if asked.labels:
        # Labels a column each and one column of labels are one role; several columns of names are raters' votes.
        columns["votes" if kind == "votes" else "labels"] = asked.labels
    if asked.levels:
        said = replace(said, space=LabelSpace(name, asked.levels, "exclusive", OWN))
    # Numbers that stand beside the labels are not learned, whatever their scale.
    scale = {**dict.fromkeys(DIMENSIONS, _ANY), **said.scale}
    corpus = open_corpus(path, replace(said, columns=columns, scale=scale))
    notes = [note for note in corpus.notes if not note.startswith("It has no splits")]
    corpus = replace(corpus, notes=tuple(notes))
    own = corpus.card.space
    if own is None:
        raise InputError(
            f"No column of {path.name} is known to hold labels. Say which: --labels COLUMN (several: --labels A,B)."
        )
    space = find_space(asked.space) if asked.space and asked.space != own.name else own
    if kind == "multi-label" and space.kind == "exclusive":
        own = space = replace(space, kind="multi-label")
        corpus = replace(corpus, card=replace(corpus.card, space=own))
    head: HeadKind = "ordinal" if asked.levels else "exclusive" if space.kind == "exclusive" else "multi-label"
    return AskedTable(corpus, Task(head, space))


def _check_columns(source: Source, asked: Asked, columns: Mapping[str, tuple[str, ...]]) -> None:
    """Raise where a column is not there, is two things at once, or holds something else than it has to."""
    for name in (*asked.labels, *columns.get("text", ())):
        source.check(name)
    text = next(iter(columns.get("text", ())), None)
    if text is not None and text in asked.labels:
        raise InputError(f"The column {text!r} is said to hold both the text and the labels. They are two columns.")
    if text is not None and source.columns[text].numeric:
        words = [name for name, each in source.columns.items() if not each.numeric and name not in asked.labels]
        hint = f" Did you mean {words[0]!r}?" if words else ""
        raise InputError(f"The column {text!r} holds numbers where text should be.{hint} Are the columns mixed up?")
    for name in asked.labels:
        if not source.columns[name].filled:
            raise InputError(f"The column {name!r} of {source.path.name} is empty: there are no labels to learn.")


def _kind(source: Source | None, labels: tuple[str, ...]) -> TargetKind:
    """Return what columns hold: numbers, a label in a column each, one column of labels, or a vote in each."""
    if source is None or not labels:
        return "exclusive"
    held = [source.columns[name] for name in labels]
    if all(plain(name) in DIMENSIONS and each.numeric for name, each in zip(labels, held, strict=True)):
        return "dimensional"
    if len(labels) == 1:
        numbers = held[0].numeric and not (held[0].whole and held[0].distinct <= _CLASSES)
        return "dimensional" if numbers else "exclusive"
    if all(each.numeric for each in held):
        flags = all(each.whole and each.low >= 0 and each.high <= 1 for each in held)
        return "multi-label" if flags else "dimensional"
    if any(each.numeric for each in held):
        mixed = [name for name, each in zip(labels, held, strict=True) if each.numeric]
        raise InputError(
            f"Of the label columns {', '.join(mixed)} hold numbers, the others do not. Train on labels or on numbers."
        )
    return "votes"


def _numbers(asked: Asked, said: Description) -> AskedTable:
    """Return a table with its numbers as dimensions in [-1, 1], or as degrees from 0 to 1 of their scale."""
    if not asked.labels:
        raise InputError("Say which columns hold the numbers: --labels valence,arousal.")
    whole = asked.scale.get("")
    scale = {name: bounds for name, bounds in {**dict.fromkeys(asked.labels, whole), **asked.scale}.items() if bounds}
    for name in scale:
        if name and name not in asked.labels:
            raise unknown_name("column of numbers", name, asked.labels, "affekt train --help")
    named = {name: plain(name) for name in asked.labels if plain(name) in DIMENSIONS}
    columns = {role: names for role, names in said.columns.items() if role not in ("labels", "votes")}
    columns |= {role: (name,) for name, role in named.items()}
    told = {role: scale[name] for name, role in named.items() if name in scale}
    others = [name for name in asked.labels if name not in named]
    corpus = open_corpus(Path(asked.source), replace(said, columns=columns, scale={**said.scale, **told}))
    records = corpus.records
    if others:
        records = tuple(_with_degrees(record, others, scale) for record in records)
    notes = tuple(note for note in corpus.notes if not note.startswith("It has no splits"))
    wanted = tuple(named.get(name, name) for name in asked.labels)
    bare = replace(corpus, records=records, notes=notes, card=replace(corpus.card, space=None))
    return AskedTable(bare, _dimensional(corpus.card.name, wanted))


def _with_degrees(record: Record, names: Sequence[str], scale: Mapping[str, tuple[float, float]]) -> Record:
    found = {}
    for name in names:
        cell = record.conditions.get(name)
        if cell is None:
            continue
        low, high = scale.get(name, (0.0, 1.0))
        try:
            value = float(cell)
        except ValueError as error:
            raise InputError(f"{name} of {record.id} is {cell!r}, which is no number.") from error
        if not low <= value <= high:
            raise InputError(
                f"{name} of {record.id} is {value:g}, off its scale of {low:g} to {high:g}. Say its scale: --scale "
                f"{name}=LOW,HIGH."
            )
        found[name] = (value - low) / (high - low)
    return replace(record, intensities=found)


def _numbers_of(records: Sequence[Record]) -> dict[str, None]:
    """Return the names of the numbers that a corpus's records have."""
    vad = [name for name in DIMENSIONS if any(r.vad is not None and getattr(r.vad, name) == getattr(r.vad, name)
                                               for r in records)]  # fmt: skip
    return dict.fromkeys([*vad, *(name for record in records for name in record.intensities)])


def _dimensional(name: str, wanted: tuple[str, ...]) -> Task:
    degrees = tuple(each for each in wanted if each not in DIMENSIONS)
    if not wanted:
        raise UnknownNameError("There is no number to learn.")
    space = LabelSpace(f"{name}-degrees", degrees, "instrument", OWN) if degrees else None
    return Task("dimensional", space, wanted)
