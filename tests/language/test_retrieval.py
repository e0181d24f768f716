"""Retrieval by emotion: nothing but what carries the labels, nearest first, and what a scripted generator is shown."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affekt.affect.spaces import find_space
from affekt.errors import InputError, UnknownNameError
from affekt.language.echo import Scripted
from affekt.language.retrieval import LabelledLine, ask_to_write, index_lines, parse_poem, write_with

EKMAN = find_space("ekman")
LINES = (
    LabelledLine("a", "The rain sings on the roof", ("joy",)),
    LabelledLine("b", "Rain on the grave, rain on my hands", ("sadness", "fear")),
    LabelledLine("c", "The grave is open", ("fear",)),
    LabelledLine("d", "I laughed and I wept", ("joy", "sadness")),
    LabelledLine("e", "A grey stone", ()),
)
INDEX = index_lines(LINES, EKMAN)


def ids(lines):
    return [line.id for line in lines]


def test_only_lines_that_carry_the_labels_however_near_others_are():
    assert ids(INDEX.find(["fear"], theme="rain sings roof")) == ["b", "c"]
    assert ids(INDEX.find(["fear"], theme="open")) == ["c", "b"]
    assert ids(INDEX.find(["joy", "sadness"])) == ["d"]
    assert ids(INDEX.find(["joy", "sadness"], match="any")) == ["a", "b", "d"]
    assert ids(INDEX.find(["joy"], count=1)) == ["a"]
    assert INDEX.find(["surprise"]) == ()
    # Without the key the nearest comes, whatever it carries.
    assert ids(INDEX.nearest("grey stone", count=1)) == ["e"]


LABELS = st.lists(st.sampled_from(EKMAN.labels), min_size=1, max_size=3, unique=True)
TEXTS = st.text(st.sampled_from("ab c"), max_size=12)


@given(st.lists(st.tuples(TEXTS, LABELS), min_size=1, max_size=12), LABELS, TEXTS, st.integers(1, 5))
def test_whatever_is_asked_all_that_comes_back_carries_it(made, wanted, theme, count):
    index = index_lines([LabelledLine(str(i), text, tuple(labels)) for i, (text, labels) in enumerate(made)], EKMAN)
    for match, enough in (("all", all), ("any", any)):
        found = index.find(wanted, theme=theme, count=count, match=match)
        carry = [line for line in index.lines if enough(label in line.labels for label in wanted)]
        assert len(found) == min(count, len(carry)) and set(found) <= set(carry)
        assert len(set(ids(found))) == len(found)


def test_nearness_is_bm25_by_hand():
    # "grave" stands in 2 of 5 lines: ln(1 + 3.5 / 2.5); line c has 4 words, the mean is 26 / 5.
    expected = 0.8754687373538999 * 2.2 / (1 + 1.2 * (0.25 + 0.75 * 4 / 5.2))
    assert INDEX.mean_length == pytest.approx(26 / 5)
    assert INDEX._nearness(2, "grave") == pytest.approx(expected)


def test_the_generator_sees_the_lines_that_carry_the_labels_and_no_others():
    model = Scripted(["no JSON", json.dumps({"poem": "Stones\nand rain"})])
    written = write_with(model, INDEX, ["fear"], theme="rain")
    assert written.text == "Stones\nand rain" and ids(written.lines) == ["b", "c"]
    shown = model.asked[0][-1].content
    for line in LINES:
        assert (line.text in shown) == ("fear" in line.labels)
    assert len(model.asked) == 2 and ask_to_write(["fear"], written.lines, theme="rain") == model.asked[0]
    lost = write_with(Scripted(["never JSON"]), INDEX, ["fear"])
    assert lost.text is None and lost.reason == "prose"


def test_what_is_refused():
    with pytest.raises(UnknownNameError, match="'gladness'"):
        INDEX.find(["gladness"])
    with pytest.raises(InputError, match="one label"):
        INDEX.find([])
    with pytest.raises(InputError, match="No line carries surprise"):
        write_with(Scripted(["{}"]), INDEX, ["surprise"])
    with pytest.raises(InputError, match="no lines"):
        index_lines([], EKMAN)
    with pytest.raises(InputError, match="id of its own"):
        index_lines([LINES[0], LINES[0]], EKMAN)
    with pytest.raises(UnknownNameError, match="'awe'"):
        index_lines([LabelledLine("x", "Oh", ("awe",))], EKMAN)
    assert parse_poem('{"poem": 3}').reason == "wrong form" and parse_poem("Roses").reason == "prose"
