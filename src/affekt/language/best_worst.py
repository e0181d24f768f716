"""A language model as a best-worst judge: which of these texts shows most of something, which least."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from affekt.errors import InputError
from affekt.language.answers import Parsed, parse_object
from affekt.language.chat import Prompt, user


class BestWorst(NamedTuple):
    """The places, from 0, of the texts that were named."""

    best: int
    worst: int


def ask_best_worst(texts: Sequence[str], quality: str) -> Prompt:
    """Return the prompt that asks which of `texts` shows most `quality`, and which least.

    Raises `InputError` for fewer than two texts.

    >>> print(ask_best_worst(["Hm.", "Hooray!"], "joy")[0].content)
    Which of these 2 texts shows most joy, and which least? Choose exactly one each.
    Answer with one JSON object and nothing else, in this form: {"most": <number>, "least": <number>}
    <BLANKLINE>
    1: "Hm."
    2: "Hooray!"
    Answer:
    """
    if len(texts) < 2:
        raise InputError(f"Best and worst are chosen of two texts or more, got {len(texts)}.")
    how = f"Which of these {len(texts)} texts shows most {quality}, and which least? Choose exactly one each."
    form = 'Answer with one JSON object and nothing else, in this form: {"most": <number>, "least": <number>}'
    lines = [f"{place}: {json.dumps(text, ensure_ascii=False)}" for place, text in enumerate(texts, 1)]
    return user("\n".join([how, form, "", *lines, "Answer:"]))


def parse_best_worst(content: str, size: int) -> Parsed[BestWorst]:
    """Return which of `size` texts a reply names; none where it names one of no text, or the same one twice.

    >>> parse_best_worst('{"most": 2, "least": 1}', 2).value
    BestWorst(best=1, worst=0)
    >>> parse_best_worst('{"most": 2, "least": 2}', 2).reason
    'repeated'
    """
    found = parse_object(content)
    if found.value is None:
        return Parsed(reason=found.reason)
    places = []
    for name in ("most", "least"):
        number = found.value.get(name)
        if isinstance(number, bool) or not isinstance(number, int):
            return Parsed(reason="wrong form")
        if not 1 <= number <= size:
            return Parsed(reason="out of range")
        places.append(number - 1)
    if places[0] == places[1]:
        return Parsed(reason="repeated")
    return Parsed(BestWorst(*places))


def best_worst_schema(size: int) -> dict[str, Any]:
    """Return the JSON schema of an answer about `size` texts."""
    number = {"type": "integer", "enum": list(range(1, size + 1))}
    names = ["most", "least"]
    return {
        "type": "object",
        "properties": dict.fromkeys(names, number),
        "required": names,
        "additionalProperties": False,
    }
