"""GoEmotions, every rater's answer: 58k Reddit comments, 211,225 answers of 82 people, before any filter.

Demszky et al. 2020, GoEmotions: A Dataset of Fine-Grained Emotions, ACL.
"""

from __future__ import annotations

import codecs
import zlib
from collections.abc import Iterator
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from affekt.cards import CorpusCard, SourceFile
from affekt.corpora import goemotions
from affekt.corpora.files import find_file, open_text
from affekt.errors import CorpusError
from affekt.types import Rating, Record, Signal

SPACE = goemotions.SPACE
FILES = tuple(f"full_dataset/goemotions_{part}.csv" for part in (1, 2, 3))

_META = ("text", "id", "author", "subreddit", "link_id", "parent_id", "created_utc", "rater_id", "example_very_unclear")
_COLUMNS = (*_META, *SPACE.labels)
_UNCLEAR = {**dict.fromkeys(("True", "TRUE", "true"), 1.0), **dict.fromkeys(("False", "FALSE", "false"), 0.0)}
_TAIL = 2 * len(SPACE)  # ",0" or ",1" for each label
_LONGEST = 12  # characters of a rater's id, or of True and False

CARD = CorpusCard(
    name="goemotions_raters",
    summary="the same Reddit comments before any filter: every rater's labels, authors, threads, subreddits",
    modality="text",
    space=SPACE,
    licence="Apache-2.0",
    permissive=True,
    homepage=goemotions.CARD.homepage,
    citation=goemotions.CARD.citation,
    files=tuple(SourceFile(n, f"https://storage.googleapis.com/gresearch/goemotions/data/{n}") for n in FILES),
    rows={"all": 58009},
    copies={"58,011 different ids, as others count them": {"all": 58011}},
    languages=("en",),
    notes=(
        "An item is a comment, in the order of its first vote; its votes are in the files' order. No aggregate is "
        "published here, so `labels` are empty: aggregate the votes as you like (`goemotions` is the makers' own "
        "filter, labels that two raters gave, with the official splits). A vote's `unclear` is 1 where the rater could "
        "not tell and gave no label. `speaker` is the comment's author, `group` its thread, `conditions` its "
        "subreddit. Names and religions are masked as [NAME], [RELIGION]."
    ),
    layout_source=(
        "google-research/google-research, goemotions/README.md (columns of the raw dataset) and analyze_data.py, "
        "commits 018cbe7892d848bc871d482fd2868089037e375f and 0c1bbe5fc971a1de1a427debc814e66ab4f1e7fa"
    ),
    raters="82 English speakers from India: 3 each comment, 5 where no two of the first agreed",
    speakers="no splits here; one author has several comments",
    papers=("goemotions",),
)


class _Answers(dict[bytes, Rating]):
    """What raters answered, by ``,rater,unclear`` and a 0 or 1 per label. Raises `ValueError` for anything else."""

    def __missing__(self, answer: bytes) -> Rating:
        begin, rater, unclear = answer[:-_TAIL].decode().split(",")
        labels, marked = _labels(answer[-_TAIL:].decode()), _UNCLEAR.get(unclear)
        if begin or not rater or marked is None:
            raise ValueError(answer)
        rating = self[answer] = Rating(rater, labels, {"unclear": marked}, "reader")
        return rating


class _Rows(NamedTuple):
    """The rows of one file: its name, its bytes, and where each row begins, is cut and ends; its line."""

    file: str
    content: bytes
    begins: NDArray[np.int64]
    cuts: NDArray[np.int64]
    ends: NDArray[np.int64]
    lines: NDArray[np.int64]

    def pieces(self, begins: NDArray[np.int64], ends: NDArray[np.int64]) -> Iterator[bytes]:
        return map(self.content.__getitem__, map(slice, begins.tolist(), ends.tolist()))


def read(folder: Path) -> Iterator[Record]:
    """Yield the comments in the order of their first vote, each with all its votes.

    Layout: ``full_dataset/goemotions_1.csv`` to ``_3.csv`` in `folder`, in its ``data/``, or right in it, with
    the published columns in the published order. Raises `CorpusError`, naming file and line, where one is
    missing, a column is not where it should be, or a row is cut.

    A row is cut once, before its rater: what stands left of it is the same for all raters of a comment, what
    stands right of it for all comments that a rater answered alike. So both are taken apart once for all rows that
    share them, and two hundred thousand rows are read within a second. Rows stay in columns until a record is made:
    an object for each would be visited again and again by Python's collector of cycles.
    """
    known, starts = _Answers(), dict[bytes, int]()
    answers: list[Rating] = []
    firsts: list[int] = []
    parts: list[tuple[int, _Rows]] = []
    for name in FILES:
        part = _find_rows(folder, name, f"data/{name}", Path(name).name)
        parts.append((len(answers), part))
        firsts += map(starts.setdefault, part.pieces(part.begins, part.cuts), count(len(answers)))
        try:
            answers.extend(map(known.__getitem__, part.pieces(part.cuts, part.ends)))
        except ValueError as error:
            raise _wrong_answer(part) from error
    # Flat, for the same reason: the cells of one comment after those of another.
    cells: list[str] = []
    items: dict[str, int] = {}
    item_of: list[int] = []
    rows: list[int] = []
    for start, row in starts.items():
        meta = _cells(start, row, parts)
        item_of.append(items.setdefault(meta[1], len(items)))
        if len(items) > len(rows):
            rows.append(row)
            cells += meta
    item = np.array(item_of, np.int64)[np.searchsorted(np.array(list(starts.values())), firsts)]
    answers = [answers[row] for row in np.argsort(item, kind="stable").tolist()]
    ends = np.cumsum(np.bincount(item)).tolist()
    of_file = np.searchsorted([first for first, _ in parts], rows, side="right").tolist()
    columns = (cells[place :: len(_META) - 2] for place in range(5))
    places = ([0, *ends][: len(ends)], ends, of_file)
    for text, name, author, subreddit, thread, begin, end, file in zip(*columns, *places, strict=True):
        yield Record(
            id=name,
            signal=Signal(text, source=parts[file - 1][1].file, language="en"),
            split="all",
            ratings=tuple(answers[begin:end]),
            speaker=author or None,
            group=thread or None,
            conditions={"subreddit": subreddit},
        )


def _find_rows(folder: Path, *names: str) -> _Rows:
    """Find where the rows of one file begin, are cut (before the rater) and end, its header checked and left out."""
    with open_text(folder, *names) as stream:
        file = Path(stream.name).name
        try:
            content = stream.buffer.read().removeprefix(codecs.BOM_UTF8)
        except (EOFError, zlib.error) as error:
            raise CorpusError(f"{file} cannot be read ({error}). Fetch it again from the corpus's home.") from error
    _check_header(content[: content.find(b"\n") + 1 or None].decode(errors="replace"), find_file(folder, *names))
    data = np.frombuffer(content, np.uint8)
    ends = np.flatnonzero(data == ord("\n"))
    if not content.endswith(b"\n"):
        ends = np.append(ends, len(data))
    last = _last_lines(data, ends)
    begins, lines = (np.concatenate([[0], each[last][:-1] + 1])[1:] for each in (ends, np.arange(1, len(ends) + 1)))
    ends = ends[last][1:]
    ends = ends - (data[ends - 1] == ord("\r"))
    filled = ends > begins
    begins, lines, ends = begins[filled], lines[filled], ends[filled]
    cuts = _comma_before(data, _comma_before(data, ends - _TAIL))
    return _Rows(file, content, begins, np.maximum(cuts, begins), ends, lines)


def _comma_before(data: NDArray[np.uint8], places: NDArray[np.int64]) -> NDArray[np.int64]:
    """The last comma before each place, or a place that holds none where that is further than a cell is long."""
    places = places - 1
    for _ in range(_LONGEST):
        places = places - (data[places] != ord(","))
    return places


def _last_lines(data: NDArray[np.uint8], ends: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Say of each line whether its row ends with it; a row whose text has line breaks takes several."""
    last = np.ones(len(ends), np.bool_)
    begins = np.concatenate([[0], ends[:-1] + 1])
    quotes = np.searchsorted(np.flatnonzero(data == ord('"')), [begins, ends])
    odd = np.flatnonzero((quotes[1] - quotes[0]) % 2)
    done = -1
    for line in odd.tolist():
        if line > done and data[begins[line]] == ord('"'):
            after = np.searchsorted(odd, line, side="right")
            done = int(odd[after]) if after < len(odd) else len(ends) - 1
            last[line:done] = False
    return last


def _wrong_answer(part: _Rows) -> CorpusError:
    """Return the error of the first row whose answer is none."""
    known = _Answers()
    for line, answer in zip(part.lines.tolist(), part.pieces(part.cuts, part.ends), strict=True):
        try:
            known[answer]
        except ValueError:
            return _cut(part.file, line, answer)
    raise AssertionError("every row has an answer")


@lru_cache(maxsize=1 << 14)
def _labels(marks: str) -> tuple[str, ...]:
    """The labels that have a 1 in ``,0,1,…``. Raises `ValueError` where that is not what it is."""
    if len(marks) != _TAIL or set(marks[::2]) != {","} or not set(marks[1::2]) <= {"0", "1"}:
        raise ValueError(marks)
    return tuple(label for label, mark in zip(SPACE.labels, marks[1::2], strict=True) if mark == "1")


def _cells(start: bytes, row: int, parts: list[tuple[int, _Rows]]) -> list[str]:
    """The cells left of the rater: the text, quoted where it has to be, and six that never are."""
    try:
        cells = start.decode().rsplit(",", len(_META) - 3)
    except UnicodeDecodeError:
        cells = [""]
    text = cells[0]
    fine = len(cells) == len(_META) - 2 and cells[1] != ""
    if "\r\n" in text:
        cells[0] = text = text.replace("\r\n", "\n")
    if text[:1] == '"':
        fine = fine and len(text) > 1 and text[-1] == '"' and '"' not in text[1:-1].replace('""', "")
        cells[0] = text[1:-1].replace('""', '"')
    elif "," in text:
        fine = False
    if not fine:
        first, part = next(each for each in reversed(parts) if each[0] <= row)
        raise _cut(part.file, int(part.lines[row - first]), start)
    return cells


def _check_header(header: str, path: Path) -> None:
    found = tuple(header.strip().split(","))
    if found != _COLUMNS:
        wrong = next((pair for pair in zip(found, _COLUMNS, strict=False) if pair[0] != pair[1]), (found[-1], "…"))
        raise CorpusError(
            f"{path} has {len(found)} columns, the official file has {len(_COLUMNS)}; the first that differs is "
            f"{wrong[0]!r}, expected {wrong[1]!r}. Was it saved anew by another program?"
        )


def _cut(file: str, number: int, row: bytes) -> CorpusError:
    seen = row.decode(errors="replace")
    return CorpusError(
        f"{file}, line {number}: expected {len(_META)} cells and {len(SPACE)} answers of 0 or 1, got {seen!r:.80}. "
        "Fetch the file again from the corpus's home."
    )
