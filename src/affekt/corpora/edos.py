"""EDOS, the part labelled by people: film-subtitle dialogues with 32 emotions, 8 intents of empathy and neutral.

Welivita, Xie & Pu 2021, A Large-Scale Dataset for Empathetic Response Generation, EMNLP.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard
from affekt.corpora.files import official_files, read_table
from affekt.types import Rating, Record, Signal

SPACE = find_space("edos")
_WORKERS = tuple(f"worker {number} answer" for number in (1, 2, 3))
_AGREED = "agreed emotion (2/3 vote)"
_RAW = (
    "https://raw.githubusercontent.com/anuradha1992/EDOS/25680d7e6c327a44dbc050198c28cd9dcbcf9000/"
    "Data/Training%20data%20for%20the%20dialogue%20emotion%20classifier"
)

CARD = CorpusCard(
    name="edos",
    summary="10k film-subtitle dialogues, each labelled by three crowd workers with one of 41 emotions and intents",
    modality="text",
    space=SPACE,
    licence="CC BY 4.0",
    permissive=True,
    homepage="https://github.com/anuradha1992/EDOS",
    citation=SPACE.source,
    files=official_files("edos", _RAW),
    rows={"all": 10245},
    languages=("en",),
    notes=(
        "`labels` is the answer of at least two of three workers, empty where they disagree or agreed on a word "
        "outside the space. The three votes are `ratings`; the worker columns are not one person each, so there is "
        "no rater id. Free answers keep the worker's own words, in lower case. Intents are no emotions. Turns are "
        "separated by a newline. No split is published."
    ),
    layout_source="anuradha1992/EDOS, 25680d7e6c327a44dbc050198c28cd9dcbcf9000",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the dialogues in the file's order; the group is the source dialogue.

    Layout: ``1. MTurk_groundtruth_labels_9K.csv``, or the same without the leading number. Raises `CorpusError`.
    """
    names = ("1. MTurk_groundtruth_labels_9K.csv", "mturk_groundtruth_labels_9K.csv")
    for row in read_table(folder, *names, columns=("count", "dialogid", "dialog", _AGREED, *_WORKERS)):
        agreed = _label(row[_AGREED])
        for answer in (row[_AGREED], *(row[worker] for worker in _WORKERS)):
            # A worker's own word is marked; a dash says that no two of the three agreed.
            if _label(answer) not in SPACE and "(other)" not in answer.lower() and (answer, agreed) != ("-", "-"):
                raise row.error(f"an answer is {answer!r}, allowed are {', '.join(SPACE)}, WORD (Other)")
        yield Record(
            id=row["count"],
            signal=Signal(row["dialog"], source=row.file, language="en"),
            split="all",
            labels=(agreed,) if agreed in SPACE else (),
            ratings=tuple(Rating(None, (_label(row[worker]),), perspective="reader") for worker in _WORKERS),
            group=row["dialogid"],
        )


def _label(answer: str) -> str:
    """The answer in lower case, without the mark of the free-text field."""
    return answer.strip().removesuffix("(Other)").strip().lower()
