"""Structured answers, read strictly: what a reply says, or why it says nothing. No guesses are made.

A reply has to be one JSON object and nothing else; a Markdown fence around it and a block of thinking before it are
taken off. Prose around the object makes it no answer: an object can be quoted in order to be denied.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from affekt.errors import InputError
from affekt.types import LabelSpace

T = TypeVar("T")
Reason = Literal[
    "empty", "prose", "cut off", "repeated", "wrong form", "unknown label", "no label", "several labels", "out of range"
]
REASONS: Mapping[Reason, str] = {
    "empty": "it was empty",
    "prose": "there was text outside the JSON object",
    "cut off": "it was cut off",
    "repeated": "something was said twice",
    "wrong form": "it does not have the form asked for",
    "unknown label": "it names a label that is not on the list",
    "no label": "it names no label, and one has to be chosen",
    "several labels": "it names several labels, and only one may be chosen",
    "out of range": "a number lies outside its range",
}
"""Why a reply is no answer, in words that the model is told when it is asked again."""
_THINKING = re.compile(r"\A\s*<(think|thinking|reasoning)>.*?</\1>", re.DOTALL | re.IGNORECASE)
_OPENED = re.compile(r"\A\s*<(think|thinking|reasoning)>", re.IGNORECASE)
_FENCE = re.compile(r"\A```[A-Za-z]*[ \t]*\r?\n(.*?)\r?\n?[ \t]*```\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Parsed(Generic[T]):
    """What a reply says (`value`), or the `reason` why it is no answer."""

    value: T | None = None
    reason: Reason | None = None


class _SaidTwiceError(ValueError):
    """A key stands twice in one object."""


def parse_object(content: str) -> Parsed[dict[str, Any]]:
    """Return the JSON object that a reply is.

    >>> parse_object('{"label": "joy"}').value
    {'label': 'joy'}
    >>> parse_object('I would not say {"label": "joy"}.').reason
    'prose'
    """
    text = _THINKING.sub("", content, count=1).strip()
    if _OPENED.match(text):
        return Parsed(reason="cut off")
    fenced = _FENCE.match(text)
    text = fenced.group(1).strip() if fenced else text
    if not text:
        return Parsed(reason="empty")
    if not text.startswith("{"):
        return Parsed(reason="wrong form" if text.startswith("[") else "prose")
    try:
        value, end = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_number).raw_decode(text)
    except _SaidTwiceError:
        return Parsed(reason="repeated")
    except (ValueError, RecursionError):
        return Parsed(reason="wrong form" if text.endswith("}") else "cut off")
    rest = text[end:]
    if rest.strip():
        return Parsed(reason="repeated" if "{" in rest else "prose")
    return Parsed(value)


def parse_labels(content: str, space: LabelSpace) -> Parsed[tuple[str, ...]]:
    """Return the labels that a reply names under ``labels`` or ``label``, in the order of `space`.

    Capitals and space around a label are forgiven, nothing else. A label outside the space, a label named twice, or in
    an exclusive space any number of them but one, make the whole reply no answer. Where several may hold, an empty
    list is an answer.

    >>> from affekt.affect.spaces import find_space
    >>> parse_labels('{"labels": ["Fear", "anger"]}', find_space("ekman")).value
    ('anger', 'fear')
    >>> parse_labels('{"labels": ["glad"]}', find_space("ekman")).reason
    'unknown label'
    """
    found = parse_object(content)
    if found.value is None:
        return Parsed(reason=found.reason)
    if ("labels" in found.value) == ("label" in found.value):
        return Parsed(reason="wrong form")
    given = found.value.get("labels", found.value.get("label"))
    given = [given] if isinstance(given, str) else given
    if not isinstance(given, list) or not all(isinstance(label, str) for label in given):
        return Parsed(reason="wrong form")
    known = {label.casefold(): label for label in space}
    exact = len(known) < len(space)
    named = [label if label in space else None if exact else known.get(label.strip().casefold()) for label in given]
    if None in named:
        return Parsed(reason="unknown label")
    if len(set(named)) < len(named):
        return Parsed(reason="repeated")
    if space.kind == "exclusive" and len(named) != 1:
        return Parsed(reason="several labels" if named else "no label")
    return Parsed(tuple(label for label in space if label in named))


def parse_numbers(content: str, limits: Mapping[str, tuple[float, float]]) -> Parsed[dict[str, float]]:
    """Return the number that a reply gives each name of `limits`, each inside its closed range.

    >>> parse_numbers('{"valence": 0.4, "arousal": -1}', {"valence": (-1, 1), "arousal": (-1, 1)}).value
    {'valence': 0.4, 'arousal': -1.0}
    >>> parse_numbers('{"valence": 7}', {"valence": (-1, 1)}).reason
    'out of range'
    """
    found = parse_object(content)
    if found.value is None:
        return Parsed(reason=found.reason)
    numbers = {}
    for name, (low, high) in limits.items():
        number = found.value.get(name)
        # A bool is an int to Python, and no number to anybody else.
        if isinstance(number, bool) or not isinstance(number, (int, float)):
            return Parsed(reason="wrong form")
        if not (math.isfinite(number) and low <= number <= high):
            return Parsed(reason="out of range")
        numbers[name] = float(number)
    return Parsed(numbers)


def label_schema(space: LabelSpace) -> dict[str, Any]:
    """Return the JSON schema of an answer in `space`: ``label`` where one holds, ``labels`` where several may."""
    one = {"type": "string", "enum": list(space.labels)}
    if space.kind == "exclusive":
        return _object({"label": one})
    return _object({"labels": {"type": "array", "items": one}})


def number_schema(limits: Mapping[str, tuple[float, float]]) -> dict[str, Any]:
    """Return the JSON schema of an answer that gives each name a number."""
    if not limits:
        raise InputError("No name is given to answer with a number for.")
    return _object({name: {"type": "number", "minimum": low, "maximum": high} for name, (low, high) in limits.items()})


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _SaidTwiceError
    return found


def _no_number(name: str) -> float:
    raise ValueError(name)
