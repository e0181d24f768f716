"""Asking a chat model how strongly each emotion of a list is felt, in whole levels from none."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from affekt.errors import InputError
from affekt.language.answers import Parsed, number_schema, parse_numbers
from affekt.language.chat import Prompt, user
from affekt.language.prompts import label_lines
from affekt.types import LabelSpace

VERSION = "1"
"""Changes whenever the words do: results name it."""
_LEVELS = ("none", "low", "moderate", "high")


@dataclass(frozen=True, slots=True)
class ShownLevels:
    """A text with the level of each emotion, to be shown as an example."""

    text: str
    levels: tuple[int, ...]


def ask_levels(text: str, space: LabelSpace, *, examples: Sequence[ShownLevels] = ()) -> Prompt:
    """Return the prompt that asks for the level, 0 to 3, of every emotion of `space` in `text`.

    The scale is that of BRIGHTER and EthioEmo (0 none, 1 low, 2 moderate, 3 high). Raises `InputError` where an
    example has not one level per emotion.

    >>> from affekt.affect.spaces import find_space
    >>> print(ask_levels("Oh no!", find_space("sentiment"))[0].content.splitlines()[0])
    How strongly does the writer of the text feel each of these? 0 none, 1 low, 2 moderate, 3 high.
    """
    scale = ", ".join(f"{level} {word}" for level, word in enumerate(_LEVELS))
    form = "{" + ", ".join(f'"{label}": <0-{len(_LEVELS) - 1}>' for label in space) + "}"
    head = [
        f"How strongly does the writer of the text feel each of these? {scale}.",
        "Emotions:",
        label_lines(space),
        f"Answer with one JSON object and nothing else, in this form: {form}",
    ]
    parts = ["\n".join(head)]
    for each in examples:
        if len(each.levels) != len(space):
            raise InputError(f"An example has {len(each.levels)} levels; {space.name} has {len(space)} emotions.")
        answer = json.dumps(dict(zip(space, each.levels, strict=True)), ensure_ascii=False)
        parts.append(f"Text: {json.dumps(each.text, ensure_ascii=False)}\nAnswer: {answer}")
    parts.append(f"Text: {json.dumps(text, ensure_ascii=False)}\nAnswer:")
    return user("\n\n".join(parts))


def parse_levels(content: str, space: LabelSpace) -> Parsed[tuple[int, ...]]:
    """Return the level of each emotion that a reply gives, in the order of `space`; each has to be there, and whole.

    >>> from affekt.affect.spaces import find_space
    >>> parse_levels('{"negative": 2, "neutral": 0, "positive": 0}', find_space("sentiment")).value
    (2, 0, 0)
    >>> parse_levels('{"negative": 1.5, "neutral": 0, "positive": 0}', find_space("sentiment")).reason
    'out of range'
    """
    found = parse_numbers(content, _limits(space))
    if found.value is None:
        return Parsed(reason=found.reason)
    levels = [found.value[label] for label in space]
    if any(level % 1 for level in levels):
        return Parsed(reason="out of range")
    return Parsed(tuple(int(level) for level in levels))


def level_schema(space: LabelSpace) -> dict[str, Any]:
    """Return the JSON schema of an answer to `ask_levels`."""
    schema = number_schema(_limits(space))
    for each in schema["properties"].values():
        each["type"] = "integer"
    return schema


def _limits(space: LabelSpace) -> dict[str, tuple[float, float]]:
    return {label: (0, len(_LEVELS) - 1) for label in space}
