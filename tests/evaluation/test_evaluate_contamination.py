"""Overlap with what a model learned from."""

from __future__ import annotations

import gzip

import pytest

from affekt.evaluation import contamination
from affekt.evaluation.contamination import find_overlap, overlap_sentence
from affekt.types import Record, Signal

SAID = "I was so happy when the letter from the university came at last"


@pytest.fixture
def corpora(tmp_path, monkeypatch):
    """A corpus of three splits in the official layout."""
    folder = tmp_path / "dair_emotion"
    folder.mkdir()
    for split, text in (("train", SAID), ("val", "nobody ever came back to that house"), ("test", "only here")):
        with gzip.open(folder / f"{split}.txt.gz", "wt", encoding="utf-8") as file:
            file.write(f"{text};joy\n")
    monkeypatch.setenv("AFFEKT_DATA", str(tmp_path))
    contamination._texts_of.cache_clear()
    contamination._copies.cache_clear()
    yield
    contamination._texts_of.cache_clear()
    contamination._copies.cache_clear()


def items(*texts, split="test"):
    return [Record(str(i), Signal(text, language="en"), split) for i, text in enumerate(texts)]


def test_exact_and_near_copies_are_found_and_the_test_split_was_not_seen(corpora):
    found = find_overlap("other", items(SAID.upper() + "!", SAID + " yesterday", "only here", "none"), ["dair_emotion"])
    assert found.exact.tolist() == [True, False, False, False]
    assert found.near.tolist() == [False, True, False, False]
    assert found.sources == {"dair_emotion": 2}
    assert "1 of 4 items are" in overlap_sentence(found)


def test_of_the_corpus_itself_the_other_splits_were_seen(corpora):
    own = items("nobody ever came back to that house", split="val")
    assert not find_overlap("dair_emotion", own, ["dair_emotion"]).any.any()
    assert find_overlap("dair_emotion", items(SAID, split="test"), ["dair_emotion"]).exact.all()


def test_a_corpus_that_is_not_here_is_named(corpora):
    found = find_overlap("other", items(SAID), ["goemotions", "my own tweets"])
    assert found.absent == ("goemotions", "my own tweets")
    assert "Not compared, not here: goemotions, my own tweets" in overlap_sentence(found)


def test_another_language_is_no_copy(corpora):
    other = [Record("1", Signal(SAID, language="de"), "test")]
    assert not find_overlap("other", other, ["dair_emotion"]).any.any()
