"""Damaged files: a reader reads the same or refuses and says where; it never yields other labels in silence.

Every reader meets every way a file gets damaged (`damage.py`) on its five-row tree; a few dozen of some
hundred copies in the fast test, all of them in the slow one.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import test_published_layouts
from damage import DAMAGES, Damage, litter

from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.check import Finding, check_corpus
from affekt.corpora.index import CORPORA, READERS
from affekt.corpora.read import check_rows, read_corpus
from affekt.errors import AffektError, CorpusError
from affekt.types import Record

Tree = Callable[[Path], None]
TREES: dict[str, Tree] = dict(test_published_layouts.TREES)
for _path in sorted(Path(__file__).parent.glob("*_trees.py")):
    _trees = import_module(_path.stem)
    TREES |= getattr(_trees, "OFFICIAL", {}) | getattr(_trees, "TREES", {})
NAMES = [name for name in READERS if name in TREES]
FEW = 45  # copies per reader in the fast test
# What cannot be told from the file alone, and why; the publisher's checksum tells it.
UNTOLD = {
    "mtg_jamendo_moodtheme": "a row has as many tags as its song: one less is another row as good",
    "x_envent": "the experiencer may be any words; WRITER alone is the one whose emotion is the label",
    "aff_wild2": "a line is a frame: one less is a shorter video",
    "brighter_votes": "an empty cell says that the annotator did not answer",
}


@dataclass(frozen=True, slots=True)
class Undamaged:
    """One tree as it was read whole."""

    name: str
    folder: Path
    files: dict[str, bytes]
    records: list[Record]
    card: CorpusCard

    def read(self) -> list[Record]:
        """The records, after what `read_corpus` holds them to."""
        records = list(READERS[self.name](self.folder))
        check_rows(self.card, records)
        if len({record.id for record in records}) < len(records):
            raise CorpusError(f"{self.name}: an id twice.")
        return records


def grow(name: str, folder: Path) -> Undamaged:
    """A tree, with a card that knows its numbers of records and its checksums."""
    TREES[name](folder)
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    records = list(READERS[name](folder))
    official = tuple(SourceFile(file, None, hashlib.sha256(content).hexdigest()) for file, content in files.items())
    rows = dict(Counter(record.split for record in records))
    return Undamaged(name, folder, files, records, replace(CORPORA[name], files=official, rows=rows, copies={}))


def known(number: float | None) -> float | None:
    return None if number is None or math.isnan(number) else number


def told(record: Record) -> tuple[Any, ...]:
    """What a score would rest on."""
    vad = None if record.vad is None else tuple(known(getattr(record.vad, name)) for name in type(record.vad).__slots__)
    votes = tuple(rating.labels for rating in record.ratings)
    return record.labels, vad, dict(record.intensities), record.unrated, votes


def all_of(record: Record) -> tuple[Any, ...]:
    values = {name: known(value) for name, value in record.values.items()}
    rest = (record.id, record.split, record.signal.text, record.signal.path, record.signal.member, record.speaker)
    more = (record.ratings, record.group, record.turn, dict(record.conditions), record.marks, len(record.further))
    return (*told(record), *rest, *more, values)


def damages(files: dict[str, bytes], kind: str) -> Iterator[tuple[str, Damage]]:
    """The damaged copies, of two files of each sort: many trees hold dozens of recordings named alike."""
    seen: dict[tuple[str, str], int] = defaultdict(int)
    for file, content in sorted(files.items()):
        folder, _, last = file.rpartition("/")
        sort = (folder if len(files) > 12 else file, last.rpartition(".")[2])
        seen[sort] += 1
        if seen[sort] <= 2:
            yield from ((file, damage) for damage in DAMAGES[kind](last, content))


def thin(copies: list[tuple[str, Damage]], most: int) -> list[tuple[str, Damage]]:
    step = max(1, len(copies) / most)
    return [copies[int(place * step)] for place in range(min(most, len(copies)))]


def put(tree: Undamaged, file: str, content: bytes | None) -> None:
    path = tree.folder / file
    if content is None:
        path.unlink()
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def faults(tree: Undamaged, kind: str, most: int) -> list[str]:
    """What a reader does wrong with damaged copies of its files."""
    found = []
    before, labels = [all_of(record) for record in tree.records], [told(record) for record in tree.records]
    for file, damage in thin(list(damages(tree.files, kind)), most):
        put(tree, file, damage.content)
        try:
            after = tree.read()
            if kind == "same but rewritten" and [all_of(record) for record in after] != before:
                found.append(f"{file}, {damage.what}: other records")
            # Some releases come without the single votes; what stands in their file must not be lost.
            known_votes = labels if damage.content is not None else [one[:-1] for one in labels]
            now = [told(record)[: len(one)] for record, one in zip(after, known_votes, strict=True)]
            if tree.name not in UNTOLD and now != known_votes:
                found.append(f"{file}, {damage.what}: other labels in silence")
        except AffektError as error:
            # Where two tables disagree, nobody can tell which of them is wrong.
            where = (*(Path(each).stem for each in tree.files), str(Path(file).parent), tree.name)
            if kind == "same but rewritten" or not any(word in str(error) for word in where):
                found.append(f"{file}, {damage.what}: {error}")
        finally:
            put(tree, file, tree.files[file])
    return found


def test_every_reader_has_a_tree() -> None:
    assert sorted(set(READERS) - set(TREES)) == []
    assert set(UNTOLD) <= set(READERS)


@pytest.mark.parametrize("name", NAMES)
def test_a_reader_reads_the_same_or_says_what_is_wrong(name: str, tmp_path: Path) -> None:
    tree = grow(name, tmp_path)
    assert [fault for kind in DAMAGES for fault in faults(tree, kind, FEW // len(DAMAGES))] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_damaged_copy(name: str, tmp_path: Path) -> None:
    tree = grow(name, tmp_path)
    assert [fault for kind in DAMAGES for fault in faults(tree, kind, 10**6)] == []


@pytest.mark.parametrize("name", NAMES)
def test_files_that_do_not_belong_to_it_do_no_harm(name: str, tmp_path: Path) -> None:
    tree = grow(name, tmp_path)
    sound = check_corpus(tree.card, folder=tmp_path, near=False)
    # The trees' recordings are a few made-up bytes; all else about them is sound.
    assert {finding.what for finding in sound.errors} <= {"recording broken"}
    for file, content in litter(list(tree.files)):
        if not (tmp_path / file).exists():
            put(tree, file, content)
    assert [all_of(record) for record in tree.read()] == [all_of(record) for record in tree.records]
    assert check_corpus(tree.card, folder=tmp_path, near=False).errors == sound.errors


def names_it(finding: Finding, file: str) -> bool:
    told_of = (finding.message, *finding.items)
    return any(Path(file).stem in text for text in told_of) or finding.what == "media missing"


@pytest.mark.parametrize("name", NAMES)
def test_check_names_the_file(name: str, tmp_path: Path) -> None:
    tree = grow(name, tmp_path)
    file = max(tree.files, key=lambda each: (len(tree.files[each]), each))
    content = tree.files[file]
    for damaged, levels in (
        (None, ("error", "note")),
        (b"", ("error",)),
        (content[: len(content) // 2], ("error",)),
        (b"<!DOCTYPE html>\n<p>Page not found</p>\n", ("error",)),
    ):
        if damaged == content:
            continue
        put(tree, file, damaged)
        found = check_corpus(tree.card, folder=tmp_path, near=False)
        assert any(names_it(finding, file) for finding in found.findings if finding.level in levels), damaged
        errors = [finding for finding in found.errors if finding.what != "recording broken"]
        assert errors or (damaged is None and file not in {record.signal.source for record in tree.records})
        put(tree, file, content)


def test_check_says_how_a_file_was_saved_anew(tmp_path: Path) -> None:
    tree = grow("goemotions", tmp_path)
    train = tree.files["data/train.tsv"]
    text = train.decode()
    for content, what in (
        (train.replace(b"\n", b"\r\n"), "other line ends"),
        (b"\xef\xbb\xbf" + train, "a byte-order mark"),
        (train.rstrip(b"\n"), "no last newline"),
        (text.encode("utf-16"), "UTF-16"),
    ):
        put(tree, "data/train.tsv", content)
        found = check_corpus(tree.card, folder=tmp_path, near=False)
        (finding,) = (one for one in found.findings if one.what == "file saved anew")
        assert finding.items == (f"data/train.tsv ({what})",)
        assert bool(found.errors) == (what == "UTF-16")
    put(tree, "data/train.tsv", train.replace(b"aaa1", b"aab1"))
    found = check_corpus(tree.card, folder=tmp_path, near=False)
    assert [(one.what, one.items) for one in found.errors] == [("file corrupt", ("data/train.tsv",))]


def test_an_id_twice_is_refused(tmp_path: Path) -> None:
    tree = grow("goemotions", tmp_path)
    put(tree, "data/train.tsv", tree.files["data/train.tsv"].replace(b"aaa2", b"aaa1"))
    with pytest.raises(CorpusError, match=r"goemotions has the id aaa1 twice"):
        read_corpus(tree.card, folder=tmp_path)
    assert len(read_corpus(tree.card, folder=tmp_path, complete=False)) == len(tree.records)
    errors = {finding.what: finding.items for finding in check_corpus(tree.card, folder=tmp_path, near=False).errors}
    assert errors["id twice"] == ("aaa1",)
