"""The Stack Overflow emotion gold standard (MSR'18): 4,800 posts, six emotions, three raters each.

Novielli, Calefato & Lanubile 2018, A Gold Standard for Emotion Annotation in Stack Overflow, MSR.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.files import find_file, has_file, read_table
from affekt.corpora.sheets import read_sheets
from affekt.errors import CorpusError
from affekt.types import Rating, Record, Signal

# The first level of Shaver et al. 1987, which Parrott's tree took over.
SPACE = find_space("parrott")
_SHEETS = {f"{label.title()}_all": label for label in SPACE}
_SETS = {"Pilot": "pilot", "Second": "second", "Third": "third"}
_RATERS = ("rater 1", "rater 2", "rater 3")
_XLSX = "Emotions_GoldSandard_andAnnotation.xlsx"
_RAW = "https://raw.githubusercontent.com/collab-uniba/EmotionDatasetMSR18/d6a679f39a198fdb0657a6116d35dd7b92496898"

CARD = CorpusCard(
    name="stackoverflow_emotion",
    summary="4,800 questions, answers and comments of Stack Overflow, each judged for six emotions by three raters",
    modality="text",
    space=SPACE,
    licence="none; to be cited when used for research. The posts are Stack Overflow's, CC BY-SA 3.0",
    permissive=False,
    homepage="https://github.com/collab-uniba/EmotionDatasetMSR18",
    citation="Novielli, Calefato & Lanubile 2018, A Gold Standard for Emotion Annotation in Stack Overflow, MSR",
    files=(SourceFile(_XLSX, f"{_RAW}/{_XLSX}", "29f667701227fc3f1ffc005c5d5364c30f24476005baac23fff8338dbd2f0179"),),
    rows={"pilot": 400, "second": 2400, "third": 2000},
    languages=("en",),
    notes=(
        "No train or test split is published: the splits are the annotation rounds. `labels` are the gold labels, "
        "which two of three raters gave; a post without any is neutral. Four groups of raters, A to D, read 1,200 "
        "posts each; the raters are called by group and number, as A-1. That a number is the same person through a "
        "group's rounds is not stated; the shares of love they give agree in the second and third round. Posts with "
        "the same text share a `group`. Posts may address a user by name."
    ),
    layout_source="collab-uniba/EmotionDatasetMSR18, d6a679f39a198fdb0657a6116d35dd7b92496898",
)


class _Vote(NamedTuple):
    place: str
    sheet: str
    group: str
    round: str
    number: str
    text: str
    marks: tuple[str, ...]
    gold: str


def read(folder: Path) -> Iterator[Record]:
    """Yield the posts with their gold labels and the labels of each rater.

    Layout: the publisher's workbook, a sheet per emotion, or ``annotations.csv`` with all six sheets in
    one table and a column ``sheet``. Raises `CorpusError`.
    """
    file = "annotations.csv" if has_file(folder, "annotations.csv") else _XLSX
    source = find_file(folder, file).name
    posts: dict[str, list[_Vote]] = {}
    for vote in _table(folder) if file == "annotations.csv" else _workbook(folder):
        if vote.sheet not in _SHEETS or vote.round not in _SETS or set(vote.marks) - {"", "x", "X"}:
            raise CorpusError(f"{vote.place}: not a row of the annotation: {vote.sheet}, {vote.round}, {vote.marks}.")
        posts.setdefault(f"{vote.group}-{vote.round.lower()}-{vote.number}", []).append(vote)
    for post, votes in posts.items():
        yield _record(post, votes, source)


def _workbook(folder: Path) -> Iterator[_Vote]:
    columns: dict[str, str] = {}
    for sheet, number, cells in read_sheets(find_file(folder, _XLSX)):
        place = f"{_XLSX}, sheet {sheet}, row {number}"
        if number == 1:
            columns = {name: letter for letter, name in cells.items()}
            missing = [name for name in ("Group", "Set", "Text", *_RATERS, "Gold Label") if name not in columns]
            if missing:
                raise CorpusError(f"{place}: no column {', '.join(missing)}. Is it the official file?")
            # The column of the number has no name.
            columns["No"] = chr(ord(columns["Set"]) + 1)
            continue
        row = {name: cells.get(letter, "") for name, letter in columns.items()}
        marks = tuple(row[name] for name in _RATERS)
        yield _Vote(place, sheet, row["Group"], row["Set"], row["No"], row["Text"], marks, row["Gold Label"])


def _table(folder: Path) -> Iterator[_Vote]:
    columns = ("sheet", "group", "set", "no", "text", *_RATERS, "gold label")
    for row in read_table(folder, "annotations.csv", columns=columns):
        marks = tuple(row[name] for name in _RATERS)
        place = f"{row.file}, line {row.line}"
        yield _Vote(place, row["sheet"], row["group"], row["set"], row["no"], row["text"], marks, row["gold label"])


def _record(post: str, votes: list[_Vote], source: str) -> Record:
    first = votes[0]
    given = {_SHEETS[vote.sheet]: vote for vote in votes}
    if len(given) != len(SPACE) or len(votes) != len(SPACE):
        raise CorpusError(f"{first.place}: post {post} is not in each of the six sheets once.")
    return Record(
        id=post,
        signal=Signal(first.text, source=source, language="en"),
        split=_SETS[first.round],
        labels=tuple(label for label in SPACE if given[label].gold),
        ratings=tuple(
            Rating(f"{first.group}-{n + 1}", tuple(label for label in SPACE if given[label].marks[n]))
            for n in range(len(_RATERS))
        ),
        group=first.text,
    )
