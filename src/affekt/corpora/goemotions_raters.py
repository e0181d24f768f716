"""GoEmotions, every rater's answer: 58k Reddit comments, 211,225 answers of 82 people, before any filter.

Demszky et al. 2020, GoEmotions: A Dataset of Fine-Grained Emotions, ACL.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, TextIO

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


class _Comment(NamedTuple):
    """A comment as its rows begin, where it was first seen, and what its raters answered."""

    file: str
    line: int
    ratings: list[Rating]


def read(folder: Path) -> Iterator[Record]:
    """Yield the comments in the order of their first vote, each with all its votes.

    Layout: ``full_dataset/goemotions_1.csv`` to ``_3.csv`` in `folder`, in its ``data/``, or right in it, with
    the published columns in the published order. Raises `CorpusError`, naming file and line, where one is
    missing, a column is not where it should be, or a row is cut.
    """
    comments: dict[str, _Comment] = {}
    for name in FILES:
        _collect(folder, (name, f"data/{name}", Path(name).name), comments)
    merged: dict[str, tuple[list[str], _Comment]] = {}
    for start, comment in comments.items():
        meta = _cells(start, comment)
        known = merged.get(meta[1])
        if known is None:
            merged[meta[1]] = meta, comment
        else:
            known[1].ratings.extend(comment.ratings)
    for name, (meta, comment) in merged.items():
        yield Record(
            id=name,
            signal=Signal(meta[0], source=comment.file, language="en"),
            split="all",
            ratings=tuple(comment.ratings),
            speaker=meta[2] or None,
            group=meta[4] or None,
            conditions={"subreddit": meta[3]},
        )


def _collect(folder: Path, names: tuple[str, ...], comments: dict[str, _Comment]) -> None:
    """Add the answers of one file to its comments.

    A row is cut once, before its rater: what stands left of it is the same for all raters of a comment, what
    stands right of it for all comments that a rater answered alike. So both are taken apart once for all
    rows that share them, and two hundred thousand rows are read within a second.
    """
    answers: dict[str, Rating] = {}
    with open_text(folder, *names) as stream:
        file = Path(stream.name).name
        try:
            _check_header(stream.readline(), find_file(folder, *names))
            for number, row in _rows(stream):
                cut = row.rfind(",", 0, row.rfind(",", 0, -_TAIL))
                start, answer = row[:cut], row[cut:]
                rating = answers.get(answer)
                if rating is None:
                    rating = answers[answer] = _rating(file, number, answer)
                comment = comments.get(start)
                if comment is None:
                    comment = comments[start] = _Comment(file, number, [])
                comment.ratings.append(rating)
        except (EOFError, UnicodeError, zlib.error) as error:
            raise CorpusError(f"{file} cannot be read ({error}). Fetch it again from the corpus's home.") from error


def _rows(stream: TextIO) -> Iterator[tuple[int, str]]:
    """Yield the rows with their line numbers; one whose text has line breaks takes several lines."""
    begun, first = "", 2
    for number, line in enumerate(stream, 2):
        row, first = (begun + line, first) if begun else (line, number)
        if row[:1] == '"' and row.count('"') % 2:
            begun = row
            continue
        begun = ""
        if row := row.rstrip("\r\n"):
            yield first, row
    if begun:
        yield first, begun


def _rating(file: str, number: int, answer: str) -> Rating:
    """What a rater answered: ``,rater,unclear`` and a 0 or 1 per label."""
    try:
        begin, rater, unclear = answer[:-_TAIL].split(",")
        labels, marked = _labels(answer[-_TAIL:]), _UNCLEAR[unclear]
    except (KeyError, ValueError) as error:
        raise _cut(file, number, answer) from error
    if begin or not rater:
        raise _cut(file, number, answer)
    return Rating(rater, labels, {"unclear": marked}, "reader")


@lru_cache(maxsize=1 << 14)
def _labels(marks: str) -> tuple[str, ...]:
    """The labels that have a 1 in ``,0,1,…``. Raises `ValueError` where that is not what it is."""
    if len(marks) != _TAIL or set(marks[::2]) != {","} or not set(marks[1::2]) <= {"0", "1"}:
        raise ValueError(marks)
    return tuple(label for label, mark in zip(SPACE.labels, marks[1::2], strict=True) if mark == "1")


def _cells(start: str, comment: _Comment) -> list[str]:
    """The cells left of the rater: the text, quoted where it has to be, and six that never are."""
    cells = start.rsplit(",", len(_META) - 3)
    text = cells[0]
    if text[:1] == '"':
        inner = text[1:-1].replace('""', "")
        if len(text) < 2 or text[-1] != '"' or '"' in inner:
            raise _cut(comment.file, comment.line, start)
        cells[0] = text[1:-1].replace('""', '"')
    elif "," in text:
        raise _cut(comment.file, comment.line, start)
    if len(cells) != len(_META) - 2 or not cells[1]:
        raise _cut(comment.file, comment.line, start)
    return cells


def _check_header(header: str, path: Path) -> None:
    found = tuple(header.strip().split(","))
    if found != _COLUMNS:
        wrong = next((pair for pair in zip(found, _COLUMNS, strict=False) if pair[0] != pair[1]), (found[-1], "…"))
        raise CorpusError(
            f"{path} has {len(found)} columns, the official file has {len(_COLUMNS)}; the first that differs is "
            f"{wrong[0]!r}, expected {wrong[1]!r}. Was it saved anew by another program?"
        )


def _cut(file: str, number: int, row: str) -> CorpusError:
    return CorpusError(
        f"{file}, line {number}: expected {len(_META)} cells and {len(SPACE)} answers of 0 or 1, got {row!r:.80}. "
        "Fetch the file again from the corpus's home."
    )
