"""A language model as the corrector of a recogniser: one transcript out of several guesses at what was said.

The first half of the error-robust framework of Li, Bell & Lai 2024, "Speech Emotion Recognition with ASR Transcripts: A
Comprehensive Study on Word Error Rate and Fusion Techniques"; the second is a gate (`affekt.layers.gated_fusion`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Any

from affekt.errors import InputError
from affekt.language.answers import Parsed, parse_object
from affekt.language.asking import AskOptions, ask_all
from affekt.language.chat import ChatModel, Prompt, Settings, user

NEAR = 0.5
"""What share of the words a correction has in common, in their order, with the guess that it is nearest to."""


def ask_to_correct(guesses: Sequence[str]) -> Prompt:
    """Return the prompt that asks what was said, given a recogniser's guesses, the likeliest first.

    Raises `InputError` where there is no guess with words.

    >>> print(ask_to_correct(["i am so mad act you", "i am so mat at you"])[0].content)
    A speech recogniser made these 2 guesses at one utterance, the likeliest first. Write what was most probably said.
    Keep its words wherever they make sense, keep fillers and repetitions, add nothing, and do not make it more polite.
    Answer with one JSON object and nothing else, in this form: {"said": "<words>"}
    <BLANKLINE>
    1: "i am so mad act you"
    2: "i am so mat at you"
    Answer:
    """
    different = list(dict.fromkeys(" ".join(guess.split()) for guess in guesses if guess.split()))
    if not different:
        raise InputError("There is nothing to correct: no guess has a word in it.")
    how = (
        f"A speech recogniser made {'this guess' if len(different) == 1 else f'these {len(different)} guesses'} at one "
        f"utterance{', the likeliest first' if len(different) > 1 else ''}. Write what was most probably said.\n"
        "Keep its words wherever they make sense, keep fillers and repetitions, add nothing, and do not make it "
        "more polite."
    )
    form = 'Answer with one JSON object and nothing else, in this form: {"said": "<words>"}'
    lines = [f"{place}: {json.dumps(guess, ensure_ascii=False)}" for place, guess in enumerate(different, 1)]
    return user("\n".join([how, form, "", *lines, "Answer:"]))


def parse_correction(content: str) -> Parsed[str]:
    """Return the transcript of a reply; none where it has no words.

    >>> parse_correction('{"said": "I am so  mad at you"}').value
    'I am so mad at you'
    """
    found = parse_object(content)
    if found.value is None:
        return Parsed(reason=found.reason)
    said = found.value.get("said")
    if not isinstance(said, str) or not said.split():
        return Parsed(reason="wrong form")
    return Parsed(" ".join(said.split()))


def is_near(said: str, guesses: Sequence[str]) -> bool:
    """Return whether a correction has at least `NEAR` of its words in common with one of the guesses, in their order.

    A model that answers something else, or adds a sentence, is not taken at its word.

    >>> is_near("I am so mad at you", ["i am so mad act you"]), is_near("Certainly! Here it is.", ["so mad act you"])
    (True, False)
    """
    return max((_likeness(said, guess) for guess in guesses), default=0.0) >= NEAR


def correction_schema() -> dict[str, Any]:
    """Return the JSON schema of an answer."""
    return {
        "type": "object",
        "properties": {"said": {"type": "string"}},
        "required": ["said"],
        "additionalProperties": False,
    }


def correct_transcripts(
    model: ChatModel,
    guesses: Sequence[Sequence[str]],
    *,
    settings: Settings | None = None,
    options: AskOptions | None = None,
) -> tuple[str, ...]:
    """Return for each utterance what `model` takes to be said, given the recogniser's guesses, the likeliest first.

    Where a reply is no answer, or strays from every guess, it is the first guess; an utterance whose guesses have no
    word is ``""`` and not asked for. Raises `EndpointError` as `ask_all` does.

    >>> from affekt.language.echo import Scripted
    >>> model = Scripted(lambda prompt: '{"said": "so mad at you"}')
    >>> correct_transcripts(model, [["so mad act you"], ["the weather is fine"], [""]])
    ('so mad at you', 'the weather is fine', '')
    """
    known = [[" ".join(guess.split()) for guess in each if guess.split()] for each in guesses]
    places = [place for place, each in enumerate(known) if each]
    asked = ask_all(
        model,
        [ask_to_correct(known[place]) for place in places],
        parse_correction,
        settings=replace(settings or Settings(), schema=correction_schema()),
        options=options,
    )
    found = [each[0] if each else "" for each in known]
    for place, answer in zip(places, asked.answers, strict=True):
        if answer.value is not None and is_near(answer.value, known[place]):
            found[place] = answer.value
    return tuple(found)


def _likeness(one: str, other: str) -> float:
    """Return the share of words that two transcripts have in common, in order: twice the common by all, in [0, 1]."""
    words = [[word.strip(".,;:!?\"'").lower() for word in text.split()] for text in (one, other)]
    return SequenceMatcher(None, words[0], words[1], autojunk=False).ratio()
