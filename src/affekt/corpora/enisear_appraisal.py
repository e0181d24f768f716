"""Appraisal enISEAR: 1,001 self-told events with seven binary appraisals by three annotators.

Hofmann, Troiano, Sassenberg & Klinger 2020, Appraisal Theories for Emotion Classification in Text, COLING;
Troiano, Padó & Klinger 2019, Crowdsourcing and Validating Event-focused Emotion Corpora, ACL.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from affekt.cards import CorpusCard
from affekt.corpora.appraisals import ENISEAR
from affekt.corpora.files import Row, has_file, official_files, read_table
from affekt.corpora.isear import SPACE
from affekt.types import Rating, Record, Signal

_RATERS = ("a1", "a2", "a3")
_ROUNDS, _FOLDS = 10, 10
_TABLE = "enISEAR-appraisal-V1/enISEAR_appraisal.tsv"
_RAW = (
    "https://raw.githubusercontent.com/bluzukk/appraisal-emotion-classification/"
    "999f1ffaf6d03e31397306dd4cff6c2dc7efc53a/corpora"
)

CARD = CorpusCard(
    name="enisear_appraisal",
    summary="1,001 self-told events, the emotion masked, with seven yes-no appraisals by three annotators",
    modality="text",
    space=SPACE,
    licence="GPL-3.0",
    permissive=False,
    homepage="https://github.com/bluzukk/appraisal-emotion-classification",
    citation=(
        "Hofmann et al. 2020, Appraisal Theories for Emotion Classification in Text, COLING; Troiano et al. 2019, "
        "Crowdsourcing and Validating Event-focused Emotion Corpora for German and English, ACL"
    ),
    files=official_files("enisear_appraisal", _RAW),
    rows={"all": 1001},
    languages=("en",),
    notes=(
        "`labels` is the emotion the writer was asked to tell of; the word for it is `...` in the text. Ratings by a1, "
        "a2, a3, the same three for every text, hold the seven appraisals as 0 or 1 under the names of "
        "`affekt.corpora.appraisals` (responsibility is the writer's own, circumstance is control by nobody); `values` "
        "are their majorities as published. There is no train or test part: `read_folds` gives the authors' ten rounds "
        "of ten-fold cross-validation."
    ),
    copies={"without the texts that a redistribution holds back": {"all": 698}},
    layout_source="bluzukk/appraisal-emotion-classification, 999f1ffaf6d03e31397306dd4cff6c2dc7efc53a",
)


class Fold(NamedTuple):
    """The test part of one fold: which round of the cross-validation, which of its folds, the ids of its records."""

    round: int
    fold: int
    ids: frozenset[str]


def read(folder: Path) -> Iterator[Record]:
    """Yield the events in the order of the table; every value is 0 or 1.

    Layout: ``enISEAR-appraisal-V1/enISEAR_appraisal.tsv`` (the publisher's), or that table by itself.
    Raises `CorpusError`.
    """
    dimensions = [f"{name}_{rater}" for name in ENISEAR for rater in (*_RATERS, "majority")]
    columns = ("sentence_id", "prior_emotion", "sentence", *dimensions)
    # A quotation mark is a sign like any other here.
    for row in read_table(folder, _TABLE, Path(_TABLE).name, columns=columns, delimiter="\t", quoted=False):
        yield _record(row)


def read_folds(folder: Path) -> tuple[Fold, ...]:
    """Return the test parts of the authors' ten rounds of ten folds, in order.

    Layout: ``cv_splits/round1/testset1`` and so on (the publisher's), or one table ``cv_splits.csv`` with
    the columns round, testset and Sentence_id. Raises `CorpusError`.
    """
    places = [(number, fold) for number in range(1, _ROUNDS + 1) for fold in range(1, _FOLDS + 1)]
    ids: dict[tuple[int, int], list[str]] = {place: [] for place in places}
    if has_file(folder, "cv_splits.csv"):
        for row in read_table(folder, "cv_splits.csv", columns=("round", "testset", "sentence_id")):
            place = int(row.number("round", 1, _ROUNDS)), int(row.number("testset", 1, _FOLDS))
            ids[place].append(row["sentence_id"])
    else:
        for number, fold in places:
            for row in read_table(folder, f"cv_splits/round{number}/testset{fold}", columns=("sentence_id",)):
                ids[number, fold].append(row["sentence_id"])
    return tuple(Fold(number, fold, frozenset(ids[number, fold])) for number, fold in places)


def _record(row: Row) -> Record:
    emotion = row["prior_emotion"].lower()
    if emotion not in SPACE:
        raise row.error(f"prior_emotion is {row['prior_emotion']!r}, allowed are {', '.join(SPACE)}")

    def answers(who: str) -> dict[str, float]:
        return {shared: row.share(f"{name}_{who}", 0, 1) for name, shared in ENISEAR.items()}

    return Record(
        id=row["sentence_id"],
        signal=Signal(row["sentence"], source=row.file, language="en"),
        split="all",
        labels=(emotion,),
        ratings=(
            Rating(None, (emotion,), perspective="writer"),
            *(Rating(rater, values=answers(rater), perspective="reader") for rater in _RATERS),
        ),
        values=answers("majority"),
    )
