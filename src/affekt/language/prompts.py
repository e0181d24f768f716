"""How a language model is asked: labels with their definitions, numbers, examples, and asking again.

A prompt is one message of the user: some models know no system role. What is the same for all texts comes first, so
that an endpoint may keep it. Texts stand as JSON strings, so that they cannot pass for instructions' layout.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from affekt.affect.spaces import holds_emotions
from affekt.affect.terms import definition_of
from affekt.errors import UnknownNameError
from affekt.language.answers import REASONS, Reason
from affekt.language.chat import Message, Prompt, user
from affekt.types import LabelSpace

VERSION = "2"
"""Changes whenever the words of a template do: results name it."""
Whose = Literal["writer", "reader"]
DIMENSIONS: Mapping[str, tuple[float, float]] = {"valence": (-1, 1), "arousal": (-1, 1), "dominance": (-1, 1)}
_ENDS = {
    "valence": "-1 very unpleasant, 0 neither, 1 very pleasant",
    "arousal": "-1 very calm, 0 neither, 1 very excited",
    "dominance": "-1 entirely controlled, 0 neither, 1 entirely in control",
}
_FEELER: Mapping[Whose, str] = {"writer": "the writer of the text", "reader": "a typical reader of the text"}
_LONGEST_BACK = 2000


@dataclass(frozen=True, slots=True)
class Example:
    """A text with its answer, to be shown: its labels, or its numbers by name."""

    text: str
    labels: tuple[str, ...] = ()
    numbers: Mapping[str, float] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Template:
    """How a text is asked about: in the labels of `space` (None: valence, arousal, dominance), with their
    `definitions`, after `examples`; `whose` feeling is meant."""

    space: LabelSpace | None
    definitions: bool = True
    examples: tuple[Example, ...] = ()
    whose: Whose = "writer"

    @property
    def version(self) -> str:
        """What results say of how was asked."""
        parts = [f"prompt-{VERSION}", *([] if self.definitions or self.space is None else ["bare"])]
        parts += [f"{len(self.examples)}-shot"] if self.examples else []
        return "-".join(parts)


def ask_about(text: str, template: Template, *, context: Sequence[str] = ()) -> Prompt:
    """Return the prompt that asks about `text`; `context` is what was said before it, oldest first.

    >>> from affekt.affect.spaces import find_space
    >>> asked = ask_about("Hm.", Template(find_space("sentiment"), definitions=False))
    >>> print(asked[0].content)
    Which of these labels fits best what the writer of the text feels? Choose exactly one.
    Labels:
    - negative
    - neutral
    - positive
    Answer with one JSON object and nothing else, in this form: {"label": "<label>"}
    <BLANKLINE>
    Text: "Hm."
    Answer:
    """
    parts = [_labels(template) if template.space is not None else _numbers(template)]
    parts += [f"Text: {_quoted(each.text)}\nAnswer: {_answer(each, template.space)}" for each in template.examples]
    before = f"Before it was said: {json.dumps(list(context), ensure_ascii=False)}\n" if context else ""
    parts.append(f"{before}Text: {_quoted(text)}\nAnswer:")
    return user("\n\n".join(parts))


def label_lines(space: LabelSpace, *, definitions: bool = True) -> str:
    """Return the labels of `space` as they are shown, a line each, with what each means.

    >>> from affekt.affect.spaces import find_space
    >>> print(label_lines(find_space("sentiment"), definitions=False))
    - negative
    - neutral
    - positive
    """
    return "\n".join(f"- {label}{_definition(space, label) if definitions else ''}" for label in space)


def ask_again(prompt: Prompt, content: str, reason: Reason) -> Prompt:
    """Return `prompt` with the reply that was no answer, and why it was none."""
    said = Message("assistant", content[:_LONGEST_BACK] or "(nothing)")
    asked = f"That is no answer: {REASONS[reason]}. Answer again with the JSON object alone, in the form asked for."
    return (*prompt, said, Message("user", asked))


def _labels(template: Template) -> str:
    space = template.space
    assert space is not None
    what = f"what {_FEELER[template.whose]} feels" if holds_emotions(space) else "the text"
    if space.kind == "exclusive":
        how, form = f"Which of these labels fits best {what}? Choose exactly one.", '{"label": "<label>"}'
    else:
        how = f"Which of these labels fit {what}? Choose all that do; an empty list if none does."
        form = '{"labels": ["<label>", …]}'
    return "\n".join([how, "Labels:", label_lines(space, definitions=template.definitions), _form(form)])


def _numbers(template: Template) -> str:
    how = f"How does {_FEELER[template.whose]} feel, in numbers between -1 and 1?"
    lines = [f"- {name}: {ends}" for name, ends in _ENDS.items()]
    form = "{" + ", ".join(f'"{name}": <number>' for name in DIMENSIONS) + "}"
    return "\n".join([how, "Numbers:", *lines, _form(form)])


def _form(form: str) -> str:
    return f"Answer with one JSON object and nothing else, in this form: {form}"


def _definition(space: LabelSpace, label: str) -> str:
    """Return ``: definition``, nothing for a label that no term stands behind or that its definition repeats."""
    try:
        return f": {definition_of(space, label)}"
    except UnknownNameError:
        return ""


def _answer(example: Example, space: LabelSpace | None) -> str:
    if space is None:
        return json.dumps(dict(example.numbers))
    if space.kind == "exclusive":
        return json.dumps({"label": example.labels[0]}, ensure_ascii=False)
    return json.dumps({"labels": list(example.labels)}, ensure_ascii=False)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
