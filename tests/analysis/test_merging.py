"""Annotators merged: against the rules written with sets, and translate-and-label answers on the way to gold."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affekt.affect.spaces import find_space
from affekt.analysis.asking import Asking, ask_texts, open_interview
from affekt.analysis.gold import gold_agreement
from affekt.analysis.merging import merge_answers
from affekt.errors import InputError
from affekt.language.echo import Scripted

EKMAN, MAHA = find_space("ekman"), find_space("mahaemotions")
several = st.sets(st.sampled_from(EKMAN.labels)).map(lambda found: tuple(x for x in EKMAN if x in found))


@given(st.lists(st.lists(st.none() | several, min_size=3, max_size=3), min_size=1, max_size=4))
def test_several_labels_by_sets(rows):
    answers = {f"r{n}": row for n, row in enumerate(rows)}
    found = {rule: merge_answers(answers, EKMAN, rule) for rule in ("union", "intersection")}
    for place in range(3):
        said = [set(row[place]) for row in rows if row[place] is not None]
        for rule, merge in (("union", set.union), ("intersection", set.intersection)):
            expected = None if not said else tuple(x for x in EKMAN if x in merge(*said))
            assert found[rule][place] == expected


def test_one_label_each():
    said = {"a": [("anger",), ("fear",), None], "b": [("anger",), ("anger",), None], "c": [("anger",), ("fear",), None]}
    assert merge_answers(said, MAHA, "union") == [("anger",), ("anger", "fear"), None]
    assert merge_answers(said, MAHA, "intersection") == [("anger",), None, None]
    assert merge_answers(said, MAHA, "majority") == [("anger",), ("fear",), None]


def test_annotators_that_do_not_fit():
    with pytest.raises(InputError, match="same items"):
        merge_answers({"a": [None], "b": []}, EKMAN, "union")
    with pytest.raises(InputError, match="no rule"):
        merge_answers({"a": [None]}, EKMAN, "vote")


def annotator(labels):
    def reply(prompt):
        text = json.loads(prompt[0].content.rpartition("Text: ")[2].partition("\n")[0])
        return json.dumps({"translation": f"English of {text}", "label": labels[text]}, ensure_ascii=False)

    return Scripted(reply)


def test_two_models_translate_label_are_merged_and_compared_with_gold():
    texts = ["खूप आनंद झाला", "राग आला", "भीती वाटते", "बातमी"]
    gold = ["happiness", "anger", "fear", "neutral"]
    first = dict(zip(texts, ["happiness", "anger", "sadness", "neutral"], strict=True))
    second = dict(zip(texts, ["happiness", "disgust", "fear", "glee"], strict=True))
    answers = {}
    for name, labels in (("one", first), ("two", second)):
        interview = open_interview("endpoint:toy", MAHA, Asking(template="cotr", chat=annotator(labels)))
        asked = ask_texts(interview, texts)
        assert "Translate the text to English" in interview.model.asked[0][0].content
        said = [answer.value for answer in asked.answers]
        assert said[0].extras == {"translation": f"English of {texts[0]}"}
        answers[name] = [None if each is None else each.labels for each in said]
        cells = [None if each is None else "|".join(each) for each in answers[name]]
        found = gold_agreement(cells, gold, MAHA, resamples=20)
        assert found.scores["accuracy"].value == pytest.approx(3 / 4 if name == "one" else 2 / 3)
        assert asked.tally.unparseable == (name == "two")
    assert merge_answers(answers, MAHA, "union") == [
        ("happiness",),
        ("anger", "disgust"),
        ("sadness", "fear"),
        ("neutral",),
    ]
    assert merge_answers(answers, MAHA, "intersection") == [("happiness",), None, None, ("neutral",)]
