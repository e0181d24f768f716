"""Writers against readers: targets by hand, bad input, and planted phrases that have to come first."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affekt.errors import InputError, UnknownNameError
from affekt.ratings.perspectives import (
    Perspectives,
    characteristic_phrases,
    hidden,
    imposed,
    label_gaps,
    perspectives_of,
)
from affekt.types import LabelSpace, Rating, Record, Signal

SPACE = LabelSpace("three", ("anger", "joy", "sadness"), "exclusive", "us")


def record(name, writer, *readers):
    ratings = [Rating(None, (label,), perspective="reader") for label in readers]
    if writer:
        ratings.append(Rating(None, (writer,), perspective="writer"))
    return Record(name, Signal("…"), "all", ratings=tuple(ratings))


RECORDS = [
    record("hidden", "anger", "joy", "joy", "sadness"),
    record("seen by one", "anger", "anger", "joy", "joy"),
    record("seen", "joy", "joy", "joy", "joy"),
    record("few readers", "anger", "joy"),
    record("no writer", None, "joy", "joy", "joy"),
]


def test_one_writer_and_three_readers_give_the_hidden_emotion():
    table = perspectives_of(RECORDS, SPACE, fewest=3)
    assert table.items == ("hidden", "seen by one", "seen")
    assert table.shares[1].tolist() == pytest.approx([1 / 3, 2 / 3, 0])
    assert hidden(table).tolist() == [True, False, False]
    assert hidden(table, label="anger").tolist() == [True, False, False]
    assert hidden(table, label="anger", most=0.4).tolist() == [True, True, False]
    assert hidden(table, label="joy").tolist() == [False] * 3
    assert imposed(table, label="joy").tolist() == [True, True, False]
    assert imposed(table).tolist() == [True, True, False]


def test_label_gaps_count_both_ways():
    gaps = {gap.label: gap for gap in label_gaps(perspectives_of(RECORDS, SPACE, fewest=3))}
    assert gaps["anger"].written == 2
    assert gaps["anger"].seen == pytest.approx(1 / 6)
    assert gaps["anger"].hidden == 0.5
    assert gaps["joy"].imposed == pytest.approx(2 / 3)
    assert np.isnan(gaps["sadness"].seen)


def test_bad_tables_are_refused():
    with pytest.raises(InputError, match="both by its writer and by 9 readers"):
        perspectives_of(RECORDS, SPACE, fewest=9)
    table = perspectives_of(RECORDS, SPACE)
    with pytest.raises(InputError, match="share of readers"):
        hidden(table, most=1.0)
    with pytest.raises(UnknownNameError, match="no label 'envy'"):
        hidden(table, label="envy")


def planted(marked=40, others=160, seed=0):
    """Sentences of random words; the marked ones hold one of two phrases."""
    random = np.random.default_rng(seed)
    words = [f"w{n}" for n in range(60)]
    phrases = (["never", "mind", "me"], ["as", "you", "wish"])
    texts = []
    for place in range(marked + others):
        text = list(random.choice(words, 8))
        at = int(random.integers(0, 8))
        texts.append([*text[:at], *(phrases[place % 2] if place < marked else []), *text[at:]])
    return texts, np.arange(marked + others) < marked


def test_planted_phrases_come_first():
    texts, marked = planted()
    first = [phrase.text for phrase in characteristic_phrases(texts, marked)[:2]]
    assert set(first) == {"never mind me", "as you wish"}


@given(st.integers(0, 9))
def test_phrases_mirror_when_the_mark_is_turned_round_and_do_not_mind_the_order(seed):
    texts, marked = planted(10, 10, seed)
    z = {phrase.text: phrase.z for phrase in characteristic_phrases(texts, marked, least=1)}
    turned = {phrase.text: phrase.z for phrase in characteristic_phrases(texts, ~marked, least=1)}
    assert z.keys() == turned.keys()
    assert all(z[text] == pytest.approx(-turned[text]) for text in z)
    order = np.random.default_rng(seed).permutation(len(texts))
    again = characteristic_phrases([texts[i] for i in order], marked[order], least=1)
    assert {phrase.text: phrase.z for phrase in again} == pytest.approx(z)


def test_z_is_the_formula_of_monroe():
    texts = [["a", "b"]] * 3 + [["a"]] * 5 + [["b"]] * 2
    marked = np.array([True] * 3 + [False] * 7)
    phrase = next(p for p in characteristic_phrases(texts, marked, longest=1, prior=0.1) if p.text == "b")
    a, all_texts = 0.1 * 5, 0.1 * 10
    odds = np.log((3 + a) / (3 + all_texts - 3 - a)) - np.log((2 + a) / (7 + all_texts - 2 - a))
    assert phrase.z == pytest.approx(odds / np.sqrt(1 / (3 + a) + 1 / (2 + a)))
    assert (phrase.inside, phrase.outside) == (3, 2)


@pytest.mark.parametrize("marked", [[True, True], [False, False], [True]])
def test_phrases_need_marked_and_others(marked):
    with pytest.raises(InputError, match="some but not all"):
        characteristic_phrases([["a"], ["b"]], marked)


def test_an_empty_table_of_one_reader_is_no_crash():
    table = Perspectives(("1",), ("joy",), np.array([[True]]), np.array([[0.0]]), np.array([0.0]))
    assert np.isnan(table.shares).all()
    assert hidden(table).tolist() == [False]
