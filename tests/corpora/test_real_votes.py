"""The votes of the real corpora, where AFFEKT_DATA says they lie, against what their papers say of them."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from functools import lru_cache

import pytest

from affekt.corpora.enisear_appraisal import read_folds
from affekt.corpora.read import find_folder, read_corpus
from affekt.errors import CorpusError
from affekt.types import Record

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("AFFEKT_DATA" not in os.environ, reason="AFFEKT_DATA names no folder of real corpora"),
]


@lru_cache(maxsize=1)
def real(name: str) -> list[Record]:
    try:
        find_folder(name)
    except CorpusError:
        pytest.skip(f"{name} is not in AFFEKT_DATA")
    return read_corpus(name)


def test_brighters_gold_follows_from_the_votes_joined_to_it() -> None:
    # Muhammad et al. 2025, section 2.4: at least two annotators, and a mean intensity above 0.5.
    agree, asked = Counter[str](), Counter[str]()
    for record in real("brighter_votes"):
        for label in set() if record.split == "unassigned" else {"anger", "fear", "joy"} - set(record.unrated):
            votes = [rating.values[label] for rating in record.ratings if label in rating.values]
            if votes and record.signal.language != "af":
                present = sum(vote > 0 for vote in votes) >= 2 and 3 * sum(votes) / len(votes) > 0.5
                agree[str(record.signal.language)] += present == (label in record.labels)
                asked[str(record.signal.language)] += 1
    assert set(asked) == {"arq", "de", "hi", "mr", "pt", "ro", "sv", "uk"}
    assert all(agree[language] / asked[language] > 0.96 for language in asked)


def test_brighters_raters_are_as_many_as_the_paper_says() -> None:
    raters: dict[str, set[str | None]] = defaultdict(set)
    for record in real("brighter_votes"):
        raters[str(record.signal.language)] |= {rating.rater for rating in record.ratings}
    named = {language: len(who) for language, who in raters.items() if who != {None}}
    # Portuguese has six where the paper counts five, Romanian seven of its eight; Hindi's four are numbered twice.
    assert named == {"af": 3, "de": 10, "hi": 9, "mr": 4, "pt": 6, "ro": 7}
    assert not any("@" in str(rater) for who in raters.values() for rater in who)


def test_x_envent_is_read_by_the_same_four_or_two() -> None:
    for record in real("x_envent"):
        raters = {rating.rater for rating in record.ratings if rating.rater}
        # Who saw nobody in a text gave no rating.
        assert raters <= (set("ABCD") if record.split == "corpus" else set("AD"))
    rated = Counter(rating.rater for record in real("x_envent") for rating in record.ratings)
    assert min(rated[rater] for rater in "ABCD") > 500
    said = Counter(rating.perspective for record in real("x_envent") for rating in record.ratings if not rating.rater)
    assert set(said) == {"writer"} and said["writer"] >= 620


def test_stack_overflows_gold_is_what_two_of_three_gave() -> None:
    for record in real("stackoverflow_emotion"):
        votes = Counter(label for rating in record.ratings for label in rating.labels)
        assert {label for label, count in votes.items() if count >= 2} == set(record.labels)


def test_enisears_majorities_and_folds() -> None:
    records = real("enisear_appraisal")
    for record in records:
        for name, majority in record.values.items():
            votes = [rating.values[name] for rating in record.ratings if rating.perspective == "reader"]
            assert majority == (sum(votes) >= 2)
    folds = read_folds(find_folder("enisear_appraisal"))
    for number in range(1, 11):
        tested = Counter(item for fold in folds if fold.round == number for item in fold.ids)
        assert set(tested.values()) == {1} and {record.id for record in records} <= set(tested)
