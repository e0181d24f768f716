"""What an answer has to hold: labels or numbers, and further strings before them, as a schema, a sentence, a parser."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from affekt.language.answers import Parsed, label_schema, number_schema, parse_labels, parse_numbers, parse_object
from affekt.language.prompts import DIMENSIONS
from affekt.types import LabelSpace


@dataclass(frozen=True, slots=True)
class Said:
    """What a reply says: its labels in the order of the space, or numbers by name, and further strings by name."""

    labels: tuple[str, ...] = ()
    numbers: Mapping[str, float] = field(default_factory=dict, hash=False)
    extras: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Form:
    """The JSON object that is asked for: labels of `space` (None: valence, arousal, dominance) after strings named
    `extras`, such as a translation."""

    space: LabelSpace | None
    extras: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The sentence that asks for it.

        >>> print(Form(None).sentence)
        Answer with one JSON object ... form: {"valence": <number>, "arousal": <number>, "dominance": <number>}
        """
        parts = [f'"{name}": "<{name}>"' for name in self.extras]
        if self.space is None:
            parts += [f'"{name}": <number>' for name in DIMENSIONS]
        else:
            parts.append('"label": "<label>"' if self.space.kind == "exclusive" else '"labels": ["<label>", …]')
        return f"Answer with one JSON object and nothing else, in this form: {{{', '.join(parts)}}}"

    @property
    def schema(self) -> dict[str, Any]:
        """Its JSON schema."""
        schema = number_schema(DIMENSIONS) if self.space is None else label_schema(self.space)
        properties = {name: {"type": "string"} for name in self.extras} | schema["properties"]
        return {**schema, "properties": properties, "required": list(properties)}

    def answer(self, labels: tuple[str, ...] = (), numbers: Mapping[str, float] | None = None) -> str:
        """Return the object that says these labels or numbers, as it is shown in an example; extras are left open.

        >>> from affekt.affect.spaces import find_space
        >>> Form(find_space("ekman"), ("translation",)).answer(("joy",))
        '{"translation": "…", "labels": ["joy"]}'
        """
        told: dict[str, Any] = dict.fromkeys(self.extras, "…")
        if self.space is None:
            told |= dict(numbers or {})
        elif self.space.kind == "exclusive":
            told["label"] = labels[0]
        else:
            told["labels"] = list(labels)
        return json.dumps(told, ensure_ascii=False)

    def parse(self, content: str) -> Parsed[Said]:
        """Return what a reply says. Every extra has to be there and hold something.

        >>> from affekt.affect.spaces import find_space
        >>> form = Form(find_space("ekman"), ("translation",))
        >>> form.parse('{"translation": "Well!", "labels": ["joy"]}').value.extras
        {'translation': 'Well!'}
        >>> form.parse('{"labels": ["joy"]}').reason
        'wrong form'
        """
        extras: dict[str, str] = {}
        if self.extras:
            found = parse_object(content)
            if found.value is None:
                return Parsed(reason=found.reason)
            for name in self.extras:
                told = found.value.get(name)
                if not isinstance(told, str) or not told.strip():
                    return Parsed(reason="wrong form")
                # A model may escape half of a surrogate pair; no table can hold one.
                extras[name] = told.strip().encode("utf-8", "replace").decode()
        if self.space is None:
            numbers = parse_numbers(content, DIMENSIONS)
            return Parsed(reason=numbers.reason) if numbers.value is None else Parsed(Said((), numbers.value, extras))
        labels = parse_labels(content, self.space)
        return Parsed(reason=labels.reason) if labels.value is None else Parsed(Said(labels.value, {}, extras))
