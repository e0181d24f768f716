"""A recogniser's guesses, corrected by a chat model that may also make things up."""

from __future__ import annotations

import json

import pytest

from affekt.errors import InputError
from affekt.language.chat import Prompt
from affekt.language.correction import ask_to_correct, correct_transcripts, is_near, parse_correction
from affekt.language.echo import Scripted


def test_guesses_are_told_once_and_as_json() -> None:
    (message,) = ask_to_correct(['he said "no"', "he said  no", 'he said "no"', ""])
    assert message.content.count("1: ") == 1
    assert '1: "he said \\"no\\""' in message.content
    assert "3: " not in message.content
    assert "this guess at one utterance. Write" in ask_to_correct(["one"])[0].content
    with pytest.raises(InputError, match="nothing to correct"):
        ask_to_correct(["", " "])


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("so mad at you", "prose"),
        ("", "empty"),
        ('{"said": ""}', "wrong form"),
        ('{"said": 3}', "wrong form"),
        ('{"text": "so mad at you"}', "wrong form"),
    ],
)
def test_what_is_no_correction(said: str, reason: str) -> None:
    assert parse_correction(said).reason == reason
    assert not is_near("I understand that you are upset", ["so mad act you", "sew mad at ewe"])
    assert is_near("So mad at you!", ["so mad act you", "the weather"])


def test_corrections_replace_first_guesses_and_inventions_do_not() -> None:
    asked: list[str] = []

    def script(prompt: Prompt) -> str:
        asked.append(prompt[0].content)
        told = "thank you for the pour" if "pour" in prompt[0].content else "As a language model I cannot."
        return json.dumps({"said": told.replace("pour", "tour")})

    guesses = [
        ["thank you for the pour", "thank ewe for the tour"],
        ["leave me a loan"],
        ["", " "],
        ["leave me a loan"],
    ]
    found = correct_transcripts(Scripted(script), guesses)
    assert found == ("thank you for the tour", "leave me a loan", "", "leave me a loan")
    assert len(asked) == 2  # equal ones once, empty ones never
    assert correct_transcripts(Scripted(script), []) == ()
