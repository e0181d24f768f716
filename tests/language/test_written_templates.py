"""Templates in files and those that ship: what is asked, in what form the answer is read."""

from __future__ import annotations

import json

import pytest

from affekt.affect.spaces import find_space
from affekt.errors import InputError, UnknownNameError
from affekt.language.chat import Settings
from affekt.language.echo import Echo
from affekt.language.forms import Form
from affekt.language.prompts import Example
from affekt.language.templates import SHIPPED, ask_written, find_template, written

EKMAN, SIGNS = find_space("ekman"), find_space("sentiment")


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("space", [EKMAN, SIGNS], ids=lambda space: space.name)
def test_shipped_templates_are_answered_by_the_echo_model_and_read(name, space):
    template = find_template(name)
    prompt = ask_written('Pure joy, "they" said.', template, space, examples=[Example("Oh.", (space.labels[0],))])
    form = Form(space, template.extras)
    asked = prompt[0].content
    assert form.sentence in asked and '"Pure joy, \\"they\\" said."' in asked and '"Oh."' in asked
    assert all(f"- {label}" in asked for label in space)
    said = form.parse(Echo().reply(prompt, Settings()).content)
    assert said.reason is None and set(said.value.extras) == set(template.extras)
    if space is EKMAN:
        assert said.value.labels == ("joy",)


def test_a_file_is_a_template_and_its_words_are_its_version(tmp_path):
    path = tmp_path / "mine.txt"
    path.write_text('Say what {text} feels: {labels} {form: reasoning, doubt} {"not": "a field"}\n')
    template = find_template(path)
    assert template.name == "mine" and template.extras == ("reasoning", "doubt")
    assert '{"not": "a field"}' in ask_written("Hm", template, EKMAN)[0].content
    before = template.version
    path.write_text("Other words: {text} {labels} {form}\n")
    assert find_template(path).version != before


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("{text} {label} {form}", "{label}"),
        ("{labels} {form}", "no {text}"),
        ("{text} {labels}", "no {form}"),
        ("{text} {form: labels}", "'labels'"),
        ("{text} {form: why, why}", "'why'"),
        ("{text: x} {form}", "{text: x}"),
    ],
)
def test_what_is_no_template_says_why(body, said):
    with pytest.raises(InputError, match=said.replace("{", r"\{").replace("}", r"\}")):
        written("mine", body)


def test_neither_name_nor_file():
    with pytest.raises(UnknownNameError, match="cotr"):
        find_template("cottr")
    with pytest.raises(InputError, match=r"no \{examples\}"):
        ask_written("Hm", written("m", "{text}{labels}{form}"), EKMAN, examples=[Example("Oh", ("joy",))])


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"translation": "Hm"}, "wrong form"),
        ({"translation": "", "labels": ["joy"]}, "wrong form"),
        ({"translation": 7, "labels": ["joy"]}, "wrong form"),
        ({"translation": "Hm", "labels": ["glee"]}, "unknown label"),
        ({"translation": "Hm", "labels": []}, None),
    ],
)
def test_every_extra_has_to_be_said(said, reason):
    assert Form(EKMAN, ("translation",)).parse(json.dumps(said)).reason == reason


def test_the_schema_asks_for_extras_first():
    schema = Form(SIGNS, ("translation",)).schema
    assert list(schema["properties"]) == schema["required"] == ["translation", "label"]
