"""The GitHub emotion data: 2,000 comments on issues and pull requests, six emotions, as laid out by their authors.

Imran, Jain, Chatterjee & Damevski 2022, Data Augmentation for Improving Emotion Recognition in Software Engineering
Communication, ASE.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.files import Row, read_table
from affekt.types import Record, Signal

SPACE = find_space("parrott")
_COMMIT = "dbc4b81f21d6c709ef164b14214f74ca3f447725"
_RAW = f"https://raw.githubusercontent.com/imranraad07/SE-Emotion-Study/{_COMMIT}/dataset/experiment_dataset"
_FILES = {"train": "ann-train.csv", "test": "ann-test.csv"}
_SHA256 = {
    "train": "f157de88e96dc5b7c23003843293c3a0e0f1a09fb2bf5bb557c42e7585d2ff0b",
    "test": "53da8b82561dc6c346a6a7cfe06a5b8d5ee5daea744fb164030922c1e84cfca5",
}
_KINDS = ("issue", "pull_request")

CARD = CorpusCard(
    name="github_emotion",
    summary="2,000 GitHub comments of four projects, each with any of six emotions by two judges",
    modality="text",
    space=SPACE,
    licence="none; the comments are their writers', under GitHub's terms",
    permissive=False,
    homepage="https://github.com/imranraad07/SE-Emotion-Study",
    citation="Imran, Jain, Chatterjee & Damevski 2022, Data Augmentation for Improving Emotion Recognition in Software "
    "Engineering Communication, ASE",
    files=tuple(SourceFile(name, f"{_RAW}/{name}", _SHA256[split]) for split, name in _FILES.items()),
    rows={"train": 1600, "test": 400},
    languages=("en",),
    notes=(
        "The splits are the authors'. The text is `modified_comment`: users are [USER], code and links are taken out. "
        "Who wrote a comment stands in the files and is not read. A comment without any emotion is neutral. The "
        "conditions `repository` and `place` (issue or pull_request) are kept, `secondary` is the emotion of the "
        "second tier that the judges named, where they did. The file of all 2,000 (`annoatation-set.csv`, sic) is not "
        "read: it has two comments of fear fewer than the two parts."
    ),
    layout_source=f"imranraad07/SE-Emotion-Study, dataset/experiment_dataset and README.md, {_COMMIT}",
    raters="two judges; only what they agreed on is published",
    speakers="many developers, several of them in both splits",
    papers=("se-emotion-ptm",),
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the comments, train before test; the id is GitHub's number of the comment.

    Layout: ``ann-train.csv`` and ``ann-test.csv``, in `folder` or in the repository's
    ``dataset/experiment_dataset/``. Raises `CorpusError`.
    """
    columns = ("repo", "type", "id", "modified_comment", *SPACE, "emotion 2")
    for split, name in _FILES.items():
        for row in read_table(folder, name, f"dataset/experiment_dataset/{name}", columns=columns):
            yield _record(row, split)


def _record(row: Row, split: str) -> Record:
    if row["type"] not in _KINDS:
        raise row.error(f"type is {row['type']!r}, allowed are {', '.join(_KINDS)}")
    marked = {label: row[label].strip() for label in SPACE}
    wrong = {label: mark for label, mark in marked.items() if mark not in ("0", "1")}
    if wrong:
        raise row.error(f"{', '.join(wrong)} is {', '.join(map(repr, wrong.values()))}, allowed are 0 and 1")
    secondary = row["emotion 2"].strip()
    conditions = {"repository": row["repo"], "place": row["type"]}
    return Record(
        id=row["id"],
        signal=Signal(row["modified_comment"], source=row.file, language="en"),
        split=split,
        labels=tuple(label for label in SPACE if marked[label] == "1"),
        conditions=conditions | ({"secondary": secondary.lower()} if secondary not in ("", "-", "None") else {}),
    )
