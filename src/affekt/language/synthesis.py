"""Examples that a language model makes up, grounded in a narrative: a character's utterance, its context, its labels.

Shvets 2025, "Emo Pillars: Knowledge Distillation to Support Fine-Grained Context-Aware and Context-Less Emotion
Classification", Findings of ACL: passages of a corpus of narratives keep utterances from repeating themselves, each
utterance comes with a context of its own, and labels outside the taxonomy have to be dealt with.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from affekt.errors import InputError
from affekt.language.answers import Parsed, parse_object
from affekt.language.chat import Prompt, user
from affekt.language.prompts import label_lines
from affekt.types import LabelSpace

PARTS = ("context", "utterance", "alone")
_TEXT = {"type": "string"}
EXAMPLES_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "examples": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    **dict.fromkeys(PARTS, _TEXT),
                    "labels": {"type": "array", "items": _TEXT},
                },
                "required": [*PARTS, "labels"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["examples"],
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True)
class MadeUp:
    """A made-up example: what happened before (`context`), what a character says then (`utterance`), the same said so
    that it is understood without the context (`alone`), and the character's emotions; `passage` is what it is from."""

    passage: str
    context: str
    utterance: str
    alone: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InTaxonomy:
    """Examples with labels of the taxonomy alone; the labels that were taken off, counted (`outside`), and how many
    examples had no other (`dropped`)."""

    examples: tuple[MadeUp, ...]
    outside: Mapping[str, int] = field(default_factory=dict, hash=False)
    dropped: int = 0


def ask_for_utterances(passage: str, label: str, space: LabelSpace, *, count: int = 2) -> Prompt:
    """Return the prompt that asks for `count` utterances of characters of `passage` who feel `label`.

    Raises `InputError` for a label outside the space, an empty passage, or a count below one.

    >>> from affekt.affect.spaces import find_space
    >>> said = ask_for_utterances("Ann lost her key.", "neutral", find_space("sentiment"))[0].content
    >>> print(said.splitlines()[-1])
    Passage: "Ann lost her key."
    """
    if label not in space:
        raise InputError(f"{label!r} is no label of {space.name}: {', '.join(space)}.")
    if not passage.strip() or count < 1:
        raise InputError(f"An utterance needs a passage, and one utterance at least: {passage!r}, {count}.")
    form = {"examples": [{**{part: f"<{part}>" for part in PARTS}, "labels": ["<label>", "…"]}]}
    lines = [
        f"Read the passage and choose {count} characters or moments of it, different ones where there are several.",
        f"For each make up something the character says then, feeling {label}:",
        "- context: one to three sentences on what has happened to the character; no feeling is named in it;",
        "- utterance: what the character says, short, no feeling named, and fully understood only with the context;",
        "- alone: the same said so that it is understood without the context;",
        f"- labels: everything the character feels, {label} first where it holds, only of these:",
        label_lines(space, definitions=False),
        "Answer with one JSON object and nothing else, in this form: " + json.dumps(form, ensure_ascii=False),
        "",
        f"Passage: {json.dumps(passage, ensure_ascii=False)}",
    ]
    return user("\n".join(lines))


def parse_utterances(content: str) -> Parsed[dict[str, Any]]:
    """Return the examples that a reply holds, each with its parts and its labels as they were given.

    An example that lacks a part or a label makes the whole reply no answer; labels are not checked here, since those
    outside the taxonomy are to be counted.

    >>> parse_utterances('{"examples": [{"context": "c", "utterance": "u", "alone": "a", "labels": "joy"}]}').reason
    'wrong form'
    """
    found = parse_object(content)
    if found.value is None:
        return Parsed(reason=found.reason)
    examples = found.value.get("examples")
    if not isinstance(examples, list) or not examples:
        return Parsed(reason="wrong form")
    kept = []
    for each in examples:
        if not isinstance(each, dict) or not all(_holds(each.get(part)) for part in PARTS):
            return Parsed(reason="wrong form")
        labels = each.get("labels")
        if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
            return Parsed(reason="wrong form")
        plain = {part: " ".join(each[part].encode("utf-8", "replace").decode().split()) for part in PARTS}
        kept.append({**plain, "labels": [str(label).strip() for label in labels]})
    return Parsed({"examples": kept})


def in_taxonomy(examples: Iterable[MadeUp], space: LabelSpace) -> InTaxonomy:
    """Return the examples with labels of `space` alone, in its order; capitals are forgiven, nothing else.

    Of an exclusive space the first label is kept.

    >>> from affekt.affect.spaces import find_space
    >>> told = [MadeUp("p", "c", "u", "a", ("Joy", "glee")), MadeUp("p", "c", "v", "b", ("glee",))]
    >>> found = in_taxonomy(told, find_space("ekman"))
    >>> [example.labels for example in found.examples], dict(found.outside), found.dropped
    ([('joy',)], {'glee': 2}, 1)
    """
    known = {label.casefold(): label for label in space}
    outside: Counter[str] = Counter()
    kept, dropped = [], 0
    for example in examples:
        named = [known.get(label.casefold(), "") for label in example.labels]
        outside.update(label for label, own in zip(example.labels, named, strict=True) if not own)
        inside = [label for label in named if label]
        labels = tuple(inside[:1]) if space.kind == "exclusive" else tuple(name for name in space if name in inside)
        if labels:
            kept.append(MadeUp(example.passage, example.context, example.utterance, example.alone, labels))
        else:
            dropped += 1
    return InTaxonomy(tuple(kept), dict(outside), dropped)


def made_up(rows: Sequence[Mapping[str, Any]]) -> tuple[MadeUp, ...]:
    """Return the examples of rows that hold a `passage` and what `parse_utterances` returned."""
    return tuple(
        MadeUp(row["passage"], each["context"], each["utterance"], each["alone"], tuple(each["labels"]))
        for row in rows
        for each in row["examples"]
    )


def _holds(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
