"""Reasons before the label: how they are asked for, how a reasoned answer is written, how its label is read again.

Henrichsen & Krebs 2025, "Two-Stage Reasoning-Infused Learning: Improving Classification with LLM-Generated Reasoning",
arXiv:2507.00214: a model that is given a question and its answer writes the reasoning R between them; a small model
then learns to say R and, right after it, the answer A, from the question alone (Q → RA), instead of A alone (Q → A).
"""

from __future__ import annotations

import json
import re
from typing import Any

from affekt.errors import InputError
from affekt.language.answers import Parsed, parse_object
from affekt.language.chat import Prompt, user
from affekt.types import LabelSpace

MARKER = "Answer:"
REASONING_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"reasoning": {"type": "string"}},
    "required": ["reasoning"],
    "additionalProperties": False,
}
_MARKER = re.compile(r"answer\s*:", re.IGNORECASE)
_WORD = re.compile(r"\w+")


def ask_for_reasoning(text: str, label: str, space: LabelSpace) -> Prompt:
    """Return the prompt that asks why `label` of `space` is what the writer of `text` feels.

    Raises `InputError` for a label outside the space.

    >>> from affekt.affect.spaces import find_space
    >>> print(ask_for_reasoning("Hm.", "neutral", find_space("sentiment"))[0].content)
    Of the labels negative, neutral, positive, this one fits best what the writer of the text feels: neutral.
    Say in one or two sentences why: which words show it, and how. Name the label in the last sentence only.
    Answer with one JSON object and nothing else, in this form: {"reasoning": "<reasoning>"}
    <BLANKLINE>
    Text: "Hm."
    Label: "neutral"
    Answer:
    """
    if label not in space:
        raise InputError(f"{label!r} is no label of {space.name}: {', '.join(space)}.")
    lines = [
        f"Of the labels {', '.join(space)}, this one fits best what the writer of the text feels: {label}.",
        "Say in one or two sentences why: which words show it, and how. Name the label in the last sentence only.",
        'Answer with one JSON object and nothing else, in this form: {"reasoning": "<reasoning>"}',
        "",
        f"Text: {json.dumps(text, ensure_ascii=False)}",
        f"Label: {json.dumps(label, ensure_ascii=False)}",
        "Answer:",
    ]
    return user("\n".join(lines))


def parse_reasoning(content: str) -> Parsed[dict[str, Any]]:
    """Return the reasoning that a reply holds, on one line; a marker of the answer within it is taken out.

    >>> parse_reasoning('{"reasoning": "He laughs.  Answer: joy"}').value
    {'reasoning': 'He laughs. joy'}
    >>> parse_reasoning('{"reasoning": ""}').reason
    'empty'
    """
    found = parse_object(content)
    if found.value is None:
        return Parsed(reason=found.reason)
    told = found.value.get("reasoning")
    if not isinstance(told, str):
        return Parsed(reason="wrong form")
    # The answer is what stands after the marker: a second one inside would make two answers.
    line = " ".join(_MARKER.sub(" ", told).encode("utf-8", "replace").decode().split())
    return Parsed({"reasoning": line}) if line else Parsed(reason="empty")


def reasoned_answer(label: str, reasoning: str = "") -> str:
    """Return what a model learns to say: the reasoning and right after it the answer, or the answer alone.

    >>> reasoned_answer("joy", "He laughs."), reasoned_answer("joy")
    ('He laughs. Answer: joy', 'Answer: joy')
    """
    return f"{reasoning} {MARKER} {label}" if reasoning else f"{MARKER} {label}"


def label_after_reasoning(content: str, space: LabelSpace) -> Parsed[str]:
    """Return the label that stands after the last marker and is followed by nothing.

    Capitals, punctuation and how words are spaced are forgiven, since word pieces keep none of them; labels named in
    the reasoning are not answers. Nothing said is ``"empty"``, no marker ``"cut off"``, nothing after it ``"no
    label"``, anything else than one label of `space` ``"unknown label"``.

    >>> from affekt.affect.spaces import find_space
    >>> label_after_reasoning("Not sadness : he laughs . answer : joy", find_space("ekman")).value
    'joy'
    >>> label_after_reasoning("It is joy", find_space("ekman")).reason
    'cut off'
    """
    if not content.strip():
        return Parsed(reason="empty")
    places = list(_MARKER.finditer(content))
    if not places:
        return Parsed(reason="cut off")
    said = _squeezed(content[places[-1].end() :])
    if not said:
        return Parsed(reason="no label")
    named = [label for label in space if _squeezed(label) == said]
    return Parsed(named[0]) if len(named) == 1 else Parsed(reason="unknown label")


def _squeezed(text: str) -> str:
    return "".join(_WORD.findall(text.casefold()))
