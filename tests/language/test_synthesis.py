"""Made-up examples: what is asked for, what is read, and which labels are taken off."""

from __future__ import annotations

import json

import pytest

from affekt.affect.spaces import find_space
from affekt.errors import InputError
from affekt.language.synthesis import MadeUp, ask_for_utterances, in_taxonomy, made_up, parse_utterances

GOEMOTIONS, EKMAN = find_space("goemotions"), find_space("ekman")
ONE = {"context": "She  waited.\n", "utterance": "At last!", "alone": "At last the bus is here!", "labels": [" relief"]}


def test_the_prompt_names_the_label_the_taxonomy_and_the_passage():
    said = ask_for_utterances('He said "go".', "relief", GOEMOTIONS, count=3)[0].content
    assert "feeling relief" in said and all(f"- {label}\n" in said for label in GOEMOTIONS)
    assert said.endswith('Passage: "He said \\"go\\"."')
    assert "choose 3 characters" in said


@pytest.mark.parametrize(("passage", "label", "count"), [("x", "glee", 1), (" ", "joy", 1), ("x", "joy", 0)])
def test_what_cannot_be_asked(passage, label, count):
    with pytest.raises(InputError):
        ask_for_utterances(passage, label, GOEMOTIONS, count=count)


def test_what_is_read():
    found = parse_utterances(json.dumps({"examples": [ONE, ONE]})).value
    assert found is not None and found["examples"][0] == {**ONE, "context": "She waited.", "labels": ["relief"]}
    rows = [{"id": "a", "passage": "p", **found}]
    assert made_up(rows)[1] == MadeUp("p", "She waited.", "At last!", "At last the bus is here!", ("relief",))


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("Sure! Here you are.", "prose"),
        ('{"examples": []}', "wrong form"),
        (json.dumps({"examples": [{**ONE, "alone": " "}]}), "wrong form"),
        (json.dumps({"examples": [ONE, {**ONE, "labels": [1]}]}), "wrong form"),
        (json.dumps({"examples": [ONE]})[:-4], "cut off"),
    ],
)
def test_what_is_no_answer(said, reason):
    assert parse_utterances(said).reason == reason


def test_labels_outside_are_counted_and_taken_off():
    told = [
        MadeUp("p", "c", "one", "a", ("Sadness", "melancholy", "joy")),
        MadeUp("p", "c", "two", "a", ("melancholy",)),
        MadeUp("p", "c", "three", "a", ()),
    ]
    found = in_taxonomy(told, EKMAN)
    assert [example.labels for example in found.examples] == [("joy", "sadness")]
    assert found.outside == {"melancholy": 2} and found.dropped == 2
    assert in_taxonomy(told[:1], find_space("dair-emotion")).examples[0].labels == ("sadness",)
