"""The real corpora, where AFFEKT_DATA says they lie: official counts, ranges, disjoint slices."""

from __future__ import annotations

import os
from collections import Counter
from functools import lru_cache

import pytest

from affekt.corpora.index import CORPORA, READERS
from affekt.corpora.read import check_rows, find_folder, read_corpus
from affekt.corpora.splits import check_disjoint, hold_out
from affekt.errors import CorpusError
from affekt.types import Record

pytestmark = pytest.mark.skipif("AFFEKT_DATA" not in os.environ, reason="AFFEKT_DATA names no folder of real corpora")


def real(name: str) -> list[Record]:
    try:
        find_folder(name)
    except CorpusError:
        pytest.skip(f"{name} is not in AFFEKT_DATA")
    return read_once(name)


@lru_cache(maxsize=1)
def read_once(name: str) -> list[Record]:
    return read_corpus(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", READERS)
def test_rows_ranges_and_labels(name: str) -> None:
    card, records = CORPORA[name], real(name)
    kind = check_rows(card, records)
    expected = card.rows if kind == "official" else card.copies[kind]
    assert Counter(record.split for record in records) == expected
    assert len({record.id for record in records}) == len(records)
    known = set(card.space.labels) if card.space else set()
    for record in records:
        assert set(record.labels) <= known
        assert set(record.unrated) <= known
        assert record.signal.language in (card.languages or (None,))
        assert all(0 <= degree <= 1 for degree in record.intensities.values())
        if record.vad is not None:
            assert all(-1 <= value <= 1 for value in (record.vad.valence, record.vad.arousal, record.vad.dominance))


def test_a_slice_of_emobank_train_shares_no_document() -> None:
    train = [record for record in real("emobank") if record.split == "train"]
    split = hold_out(train, fraction=0.1, seed=7)
    check_disjoint(split.kept, split.held)
    assert 0.095 <= len(split.held) / len(train) <= 0.1
    assert len({record.group for record in split.held}) > 5


def test_emobank_keeps_every_rating() -> None:
    counts = Counter(rating.perspective for record in real("emobank") for rating in record.ratings)
    assert counts["reader"] >= 45_583 and counts["writer"] >= 45_644


def test_goemotions_counts_of_the_paper() -> None:
    train = [record for record in real("goemotions") if record.split == "train"]
    labels = Counter(label for record in train for label in record.labels)
    assert (labels["neutral"], labels["grief"]) == (14_219, 77)
