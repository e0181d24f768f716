"""What a reply says, and that nothing is ever made of a reply that says nothing."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affekt.affect.spaces import find_space
from affekt.errors import InputError
from affekt.language.answers import (
    REASONS,
    label_schema,
    number_schema,
    parse_labels,
    parse_numbers,
    parse_object,
)
from affekt.types import LabelSpace

SIGNS, EKMAN = find_space("sentiment"), find_space("ekman")
VALENCE = {"valence": (-1.0, 1.0)}


@pytest.mark.parametrize(
    ("content", "labels"),
    [
        ('{"label": "positive"}', ("positive",)),
        ('  {"labels": ["Positive "]}\n', ("positive",)),
        ('{"labels": "negative"}', ("negative",)),
        ('```json\n{"label": "NEGATIVE"}\n```', ("negative",)),
        ('```\n{"label": "neutral"}```', ("neutral",)),
        ('<think>Perhaps {"label": "negative"}? No.</think>\n{"label": "positive"}', ("positive",)),
        ('{"label": "positive", "why": "so kind"}', ("positive",)),
    ],
)
def test_what_is_said_is_read(content, labels):
    assert parse_labels(content, SIGNS).value == labels


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "empty"),
        ("   \n", "empty"),
        ("```json\n```", "empty"),
        ("<think>done</think>", "empty"),
        ("positive", "prose"),
        ("I feel it is rather positive.", "prose"),
        ('I would not say {"label": "positive"}', "prose"),
        ('{"label": "positive"} is what some would say.', "prose"),
        ('Either\n```json\n{"label": "positive"}\n```', "prose"),
        ('{"label": "positive"', "cut off"),
        ('{"label": "posi', "cut off"),
        ('<think>Hm. {"label": "positive"}', "cut off"),
        ('{"label": "positive"} {"label": "positive"}', "repeated"),
        ('{"label": "positive"}\n{"label": "negative"}', "repeated"),
        ('{"label": "positive"}{"label": "pos', "repeated"),
        ('{"label": "positive", "label": "negative"}', "repeated"),
        ('{"labels": ["positive", "positive"]}', "repeated"),
        ('{"label": "glad"}', "unknown label"),
        ('{"labels": ["positive", "glad"]}', "unknown label"),
        ('{"label": "posit"}', "unknown label"),
        ('{"label": ""}', "unknown label"),
        ('{"labels": ["positive", "negative"]}', "several labels"),
        ('{"labels": []}', "no label"),
        ('{"label": "positive", "labels": ["negative"]}', "wrong form"),
        ('{"labels": [1]}', "wrong form"),
        ('{"label": null}', "wrong form"),
        ('{"labels": {"positive": 0.9}}', "wrong form"),
        ('{"mood": "positive"}', "wrong form"),
        ('["positive"]', "wrong form"),
        ("{positive}", "wrong form"),
        ('{"label": ' * 100_000, "cut off"),
    ],
)
def test_nothing_else_is_an_answer(content, reason):
    found = parse_labels(content, SIGNS)
    assert (found.value, found.reason) == (None, reason)
    assert reason in REASONS


def test_several_or_no_labels_are_answers_where_several_may_hold():
    assert parse_labels('{"labels": ["fear", "anger"]}', EKMAN).value == ("anger", "fear")
    assert parse_labels('{"labels": []}', EKMAN).value == ()
    assert parse_labels('{"label": "joy"}', EKMAN).value == ("joy",)


def test_where_capitals_tell_labels_apart_they_are_not_forgiven():
    space = LabelSpace("codes", ("A", "a", "b"), "multi-label", "made for this test")
    assert parse_labels('{"labels": ["a"]}', space).value == ("a",)
    assert parse_labels('{"labels": ["B"]}', space).reason == "unknown label"


@pytest.mark.parametrize(
    ("content", "value", "reason"),
    [
        ('{"valence": 0.5}', {"valence": 0.5}, None),
        ('{"valence": -1, "arousal": 3}', {"valence": -1.0}, None),
        ('{"valence": 1.01}', None, "out of range"),
        ('{"valence": 1e400}', None, "out of range"),
        ('{"valence": NaN}', None, "wrong form"),
        ('{"valence": "0.5"}', None, "wrong form"),
        ('{"valence": true}', None, "wrong form"),
        ('{"arousal": 0.5}', None, "wrong form"),
        ("0.5", None, "prose"),
        ("{" + '"valence": ' + "9" * 5000 + "}", None, "wrong form"),
    ],
)
def test_numbers_are_numbers_inside_their_range(content, value, reason):
    found = parse_numbers(content, VALENCE)
    assert (found.value, found.reason) == (value, reason)


@given(st.text())
def test_no_text_makes_a_parser_fail_or_a_label_up(text):
    found = parse_labels(text, EKMAN)
    assert (found.value is None) == (found.reason is not None)
    assert found.value is None or set(found.value) <= set(EKMAN)
    parse_numbers(text, VALENCE)


@given(st.sets(st.sampled_from(EKMAN.labels)), st.text(alphabet=st.characters(exclude_characters="{` \t\r\n<\x0b\x0c")))
def test_labels_survive_and_anything_around_them_does_not(labels, around):
    said = json.dumps({"labels": sorted(labels)})
    assert set(parse_labels(said, EKMAN).value) == labels
    if around.strip():
        assert parse_labels(around + said, EKMAN).value is None
        assert parse_labels(said + around, EKMAN).value is None


def test_schemas_hold_the_answers_they_are_for():
    assert label_schema(SIGNS)["properties"]["label"]["enum"] == list(SIGNS.labels)
    assert label_schema(EKMAN)["properties"]["labels"]["items"]["enum"] == list(EKMAN.labels)
    assert number_schema(VALENCE)["required"] == ["valence"]
    with pytest.raises(InputError):
        number_schema({})


def test_an_object_may_hold_anything():
    assert parse_object('{"a": {"b": [1]}}').value == {"a": {"b": [1]}}
