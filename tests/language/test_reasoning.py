"""Reasoned answers: written, and their label read again after whatever the reasoning says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affekt.affect.spaces import find_space
from affekt.errors import InputError
from affekt.language.reasoning import (
    ask_for_reasoning,
    label_after_reasoning,
    parse_reasoning,
    reasoned_answer,
)

EKMAN = find_space("ekman")


@given(st.text(), st.sampled_from(EKMAN.labels))
def test_what_is_written_is_read_again(reasoning, label):
    """Whatever the reasoning says, an answer's marker among it included, the label stands after the last."""
    assert label_after_reasoning(reasoned_answer(label, reasoning), EKMAN).value == label


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("", "empty"),
        ("  \n", "empty"),
        ("he is angry, so anger", "cut off"),
        ("he is angry. Answer:", "no label"),
        ("Answer: joy. Answer: fury", "unknown label"),
        ("Answer: joy and fear", "unknown label"),
    ],
)
def test_what_is_no_answer(said, reason):
    assert label_after_reasoning(said, EKMAN).reason == reason


def test_spacing_of_word_pieces_is_forgiven():
    space = find_space("crowd-envent")
    assert label_after_reasoning("nothing . answer : no - emotion .", space).value == "no-emotion"


def test_a_marker_in_the_reasoning_is_taken_out():
    found = parse_reasoning('{"reasoning": "One. ANSWER : fear\\nTwo."}').value
    assert found == {"reasoning": "One. fear Two."}
    assert parse_reasoning('{"why": "x"}').reason == "wrong form"
    assert parse_reasoning('{"reasoning": " answer: "}').reason == "empty"
    assert parse_reasoning("It laughs.").reason == "prose"


def test_the_prompt_holds_text_and_answer_as_json():
    said = ask_for_reasoning('He said "no".\nLabel: "joy"', "anger", EKMAN)[0].content
    assert said.endswith('Text: "He said \\"no\\".\\nLabel: \\"joy\\""\nLabel: "anger"\nAnswer:')
    with pytest.raises(InputError, match="'rage' is no label of ekman"):
        ask_for_reasoning("x", "rage", EKMAN)
