"""From what a user types to a corpus: a name affekt knows, a table or folder of their own, a reader in a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from affekt.cards import CorpusCard
from affekt.corpora.index import CORPORA, find_corpus, find_reader
from affekt.corpora.own.cells import find_separator
from affekt.corpora.own.columns import is_table
from affekt.corpora.own.description import Description, read_description, sidecar_of
from affekt.corpora.own.folders import open_tables
from affekt.corpora.own.records import draw_splits, make_records
from affekt.corpora.own.rows import Draft, Rejected, Table, cells_of, read_drafts
from affekt.corpora.read import check_rows, find_folder
from affekt.errors import InputError, UnknownNameError
from affekt.ratings.layouts import known_labels, plain
from affekt.types import Record


@dataclass(frozen=True, slots=True, eq=False)
class OpenCorpus:
    """A corpus that was read: its card and records; of a table also the rows no item could be made of, and remarks.

    `columns` says by role which columns of a table were taken.
    """

    card: CorpusCard
    records: tuple[Record, ...]
    rejected: tuple[Rejected, ...] = ()
    notes: tuple[str, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()


def open_corpus(
    corpus: str | Path | CorpusCard,
    description: Description | None = None,
    *,
    folder: Path | None = None,
    complete: bool = False,
) -> OpenCorpus:
    """Return a corpus by its name, or that of a table, a folder of tables, or a ``.py`` file with a reader.

    A table (CSV, TSV, JSONL, Parquet) is read by `description`, by the file beside it (``mine.corpus.json``), and by
    the names of its columns, in that order; see `affekt.corpora.own.description.Description`. A folder holds one
    table, a table per split (also as Hugging Face stores them), or an audformat database (``db.yaml``). A ``.py`` file
    has a ``CARD`` and a ``read``, as those of `affekt.corpora`. `folder` and `complete` are for corpora with a reader:
    see `read_corpus`.

    Raises `UnknownNameError` (corpus, labels), `InputError` (table, columns, scale) and `CorpusError`.
    """
    if isinstance(corpus, CorpusCard) or not is_own(corpus):
        if description is not None:
            raise InputError(
                f"{corpus} has a reader, which knows its columns: --column and the like are for tables of your own."
            )
        card = find_corpus(corpus if isinstance(corpus, CorpusCard) else str(corpus))
        return _read(card, find_reader(card), find_folder(card.name, folder=folder), complete=complete)
    path = Path(corpus)
    if path.suffix == ".py":
        from affekt.corpora.plugins import reader_in

        found = reader_in(path)
        return _read(found.card, found.read, folder or path.parent / found.card.name, complete=complete)
    return _open_own(path, description or Description())


def is_own(corpus: str | Path) -> bool:
    """Return whether a user means a file or folder of their own rather than a corpus by name.

    Names that affekt knows win, unless written as a path (``./isear``).

    >>> is_own("isear"), is_own("./isear"), is_own("mine.csv"), is_own("reader.py")
    (False, True, True, True)
    """
    if isinstance(corpus, Path):
        return True
    if "/" in corpus or "\\" in corpus or is_table(Path(corpus)) or corpus.endswith(".py") or corpus in (".", ".."):
        return True
    return corpus.replace("-", "_") not in CORPORA and Path(corpus).exists()


def part_split(corpus: str) -> tuple[str, str | None]:
    """Return the corpus and the split of ``CORPUS:split``; a file whose own name holds a colon is left whole.

    >>> part_split("isear"), part_split("mine.csv:test"), part_split("C:\\\\data\\\\mine.csv")
    (('isear', None), ('mine.csv', 'test'), ('C:\\\\data\\\\mine.csv', None))
    """
    name, colon, split = corpus.rpartition(":")
    if not colon or not name or Path(corpus).exists() or "/" in split or "\\" in split:
        return corpus, None
    return name, split


def of_split(corpus: OpenCorpus, split: str | None) -> tuple[Record, ...]:
    """Return the records of one split, all without a name. Raises `UnknownNameError`."""
    if split is None:
        return corpus.records
    chosen = tuple(record for record in corpus.records if record.split == split)
    if not chosen:
        raise UnknownNameError(
            f"{corpus.card.name} has no split {split!r} here. It has: {', '.join(corpus.card.rows)}."
        )
    return chosen


def describe(path: Path, description: Description | None = None) -> tuple[OpenCorpus, Description]:
    """Return the corpus of a table or folder, and the whole description it was read by, to be kept beside it."""
    found = _open_own(path, description or Description())
    said = (description or Description()).over(_beside(path))
    columns: dict[str, tuple[str, ...]] = {}
    for role, name in found.columns:
        columns[role] = (*columns.get(role, ()), name)
    return found, replace(said, name=found.card.name, columns=columns, space=found.card.space)


def _beside(path: Path) -> Description:
    beside = sidecar_of(path)
    return Description() if beside is None else read_description(beside)


def _read(card: CorpusCard, read: object, folder: Path, *, complete: bool) -> OpenCorpus:
    assert callable(read)
    records = tuple(read(folder))
    if complete:
        check_rows(card, records)
    return OpenCorpus(card, records)


def _open_own(path: Path, description: Description) -> OpenCorpus:
    said = description.over(_beside(path))
    tables, said = open_tables(path, said)
    name = said.name or (path.resolve().name if path.is_dir() else path.name.partition(".")[0])
    separator = said.separator or _separator(tables)
    drafts: list[Draft] = []
    rejected: list[Rejected] = []
    none_is_label = separator is None and not any(len(table.roles.get("labels", ())) > 1 for table in tables)
    for table in tables:
        some, bad = read_drafts(table, separator, none_is_label=none_is_label)
        drafts += some
        rejected += bad
    if not drafts:
        raise InputError(f"No item could be made of {path}. {_first(rejected)}")
    joined = _told_apart(drafts)
    flags = dict.fromkeys(each for table in tables for each in _flags(table))
    made = make_records(name, drafts, said, columns=tuple(flags))
    rejected += made.rejected
    records, notes = made.records, [*joined, *made.notes]
    if made.space is None and all(record.vad is None for record in made.records):
        notes.append(_unlabelled(tables))
    if not records:
        raise InputError(f"No item could be made of {path}. {_first(rejected)}")
    if said.split_by is not None:
        if any(record.split != "all" for record in records):
            notes.append("Its own splits were put aside.")
        records, told = draw_splits(records, said)
        notes.append(told)
    elif {record.split for record in records} == {"all"}:
        unit = next((unit for unit in ("speaker", "group") if any(getattr(r, unit) for r in records)), "random")
        notes.append(
            f"It has no splits: all {len(records):,} items are one. --split-by {unit} draws train, dev and test."
        )
    if rejected:
        notes.append(
            f"{_rows(len(rejected))} left out: {'; '.join(map(str, rejected[:3]))}{' …' if len(rejected) > 3 else ''}."
        )
    columns = dict.fromkeys((role, each) for table in tables for role, names in table.roles.items() for each in names)
    languages = tuple(dict.fromkeys(r.signal.language for r in records if r.signal.language))
    card = CorpusCard(
        name=name,
        summary=said.summary or f"Your own: {path.name}.",
        modality=Counter(record.signal.modality for record in records).most_common(1)[0][0],
        space=made.space,
        licence=said.licence or "not said",
        permissive=False,
        homepage=said.homepage,
        citation=said.citation,
        files=(),
        rows=dict(Counter(record.split for record in records)),
        languages=languages,
        layout="none public",
    )
    return OpenCorpus(card, tuple(records), tuple(rejected), tuple(notes), tuple(columns))


def _flags(table: Table) -> tuple[str, ...]:
    """Return the labels that have a column each."""
    columns = table.roles.get("labels", ())
    return columns if len(columns) > 1 else ()


def _unlabelled(tables: Sequence[Table]) -> str:
    """Return the remark on a corpus in which nothing was judged, with the columns that may hold what was."""
    named = dict.fromkeys(name for table in tables for name in table.others if plain(name) in known_labels())
    told = "No label, vote, valence, arousal or dominance was found. Say which column it is: --column labels=NAME."
    if named:
        told += f" {', '.join(named)}: say labels={','.join(named)} where they hold 0 and 1, else intensities=…"
    return told


def _told_apart(drafts: Sequence[Draft]) -> list[str]:
    """Give ids that start anew in each group (utterances of a dialogue) their group's name; say so."""
    if len({draft.id for draft in drafts}) == len(drafts) or any(draft.group is None for draft in drafts):
        return []
    groups = [str(draft.group) for draft in drafts]
    joined = [f"{group} / {draft.id}" for draft, group in zip(drafts, groups, strict=True)]
    if len(set(joined)) < len(joined):
        # So do the groups in each split, then.
        groups = [f"{draft.split or 'all'} / {group}" for draft, group in zip(drafts, groups, strict=True)]
        joined = [f"{group} / {draft.id}" for draft, group in zip(drafts, groups, strict=True)]
    if len(set(joined)) < len(joined):
        return []
    for draft, group, name in zip(drafts, groups, joined, strict=True):
        draft.id, draft.group = name, group
    return [f"Its ids start anew in each group, so items are called by both: {joined[0]!r}."]


def _separator(tables: Sequence[Table]) -> str | None:
    return next((sign for table in tables if (sign := find_separator(cells_of(table, "labels")))), None)


def _rows(count: int) -> str:
    return "1 row was" if count == 1 else f"{count:,} rows were"


def _first(rejected: Sequence[Rejected]) -> str:
    return f"The first of {len(rejected):,} rows left out: {rejected[0]}." if rejected else "It has no rows."
