"""Retrieval by emotion: lines that carry the labels asked for, and a prompt that shows a generator these alone."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from affekt.errors import InputError, unknown_name
from affekt.language.answers import Parsed, parse_object
from affekt.language.asking import AskOptions, ask_all
from affekt.language.chat import ChatModel, Prompt, Settings, user
from affekt.types import LabelSpace

Match = Literal["all", "any"]
_WORD = re.compile(r"\w+")
# Okapi's usual constants.
_K1, _B = 1.2, 0.75


@dataclass(frozen=True, slots=True)
class LabelledLine:
    """A line to retrieve: its `text`, the `labels` it carries, and the `id` of where it stands."""

    id: str
    text: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class LineIndex:
    """Lines by label and by word, made by `index_lines`; `find` is what it is for."""

    space: LabelSpace
    lines: tuple[LabelledLine, ...]
    words: tuple[Counter[str], ...]
    rarity: dict[str, float]
    mean_length: float

    def find(
        self, labels: Sequence[str], *, theme: str = "", count: int = 5, match: Match = "all"
    ) -> tuple[LabelledLine, ...]:
        """Return at most `count` lines that carry all (or ``any``) of `labels`, nearest to `theme` first.

        No other line is ever returned, however near it is: fewer come back where there are fewer. Nearness is Okapi
        BM25 over words; equally near lines come in the order of the index. Raises `UnknownNameError` for a label that
        the space does not have, `InputError` for no label or a count below one.

        >>> from affekt.affect.spaces import find_space
        >>> said = {"rain on the grave": ("sadness",), "the rain sings": ("joy",)}
        >>> lines = [LabelledLine(str(n), text, labels) for n, (text, labels) in enumerate(said.items())]
        >>> [line.id for line in index_lines(lines, find_space("ekman")).find(["joy"], theme="grave rain")]
        ['1']
        """
        if not labels or count < 1:
            raise InputError(f"Ask for one label and one line at least; got {list(labels)} and {count}.")
        for label in labels:
            if label not in self.space:
                raise unknown_name("label", label, self.space.labels, f"affekt spaces {self.space.name}")
        wanted, enough = set(labels), all if match == "all" else any
        kept = [i for i, line in enumerate(self.lines) if enough(label in line.labels for label in wanted)]
        near = {i: self._nearness(i, theme) for i in kept}
        return tuple(self.lines[i] for i in sorted(kept, key=lambda i: (-near[i], i))[:count])

    def nearest(self, theme: str, *, count: int = 5) -> tuple[LabelledLine, ...]:
        """Return the lines nearest to `theme` whatever they carry: retrieval without the key, to compare with."""
        order = sorted(range(len(self.lines)), key=lambda i: (-self._nearness(i, theme), i))
        return tuple(self.lines[i] for i in order[:count])

    def _nearness(self, place: int, theme: str) -> float:
        words = self.words[place]
        length = _K1 * (1 - _B + _B * words.total() / self.mean_length)
        return sum(
            self.rarity.get(word, 0.0) * words[word] * (_K1 + 1) / (words[word] + length)
            for word in set(_words(theme))
            if word in words
        )


def index_lines(lines: Iterable[LabelledLine], space: LabelSpace) -> LineIndex:
    """Return the index of `lines`. Raises `InputError` for none, or for two of one id; `UnknownNameError` for a label
    outside `space`. Robertson & Zaragoza 2009, "The Probabilistic Relevance Framework: BM25 and Beyond"."""
    kept = tuple(lines)
    if not kept or len({line.id for line in kept}) < len(kept):
        raise InputError(
            "An index needs lines, each with an id of its own." if kept else "There are no lines to index."
        )
    for line in kept:
        for label in line.labels:
            if label not in space:
                raise unknown_name("label", label, space.labels, f"affekt spaces {space.name}")
    words = tuple(Counter(_words(line.text)) for line in kept)
    seen = Counter(word for each in words for word in each)
    rarity = {word: math.log(1 + (len(kept) - n + 0.5) / (n + 0.5)) for word, n in seen.items()}
    return LineIndex(space, kept, words, rarity, max(1.0, sum(each.total() for each in words) / len(kept)))


@dataclass(frozen=True, slots=True)
class Written:
    """What was written (`text`; None where the model gave no answer, with the `reason`), and the `lines` it saw."""

    text: str | None
    lines: tuple[LabelledLine, ...]
    reason: str | None = None


def ask_to_write(labels: Sequence[str], lines: Sequence[LabelledLine], *, theme: str = "", length: int = 8) -> Prompt:
    """Return the prompt that asks for a poem of `length` lines with these emotions, after `lines` as examples."""
    about = f" about {json.dumps(theme, ensure_ascii=False)}" if theme else ""
    shown = [
        f"- {json.dumps(line.text, ensure_ascii=False)} ({', '.join(line.labels) or 'no emotion'})" for line in lines
    ]
    parts = [
        f"Write a poem of {length} lines{about} that carries these emotions: {', '.join(labels)}.",
        "Lines of others that carry them; take their feeling, not their words:",
        *shown,
        'Answer with one JSON object and nothing else, in this form: {"poem": "<the poem>"}',
    ]
    return user("\n".join(parts))


def write_with(
    model: ChatModel,
    index: LineIndex,
    labels: Sequence[str],
    *,
    theme: str = "",
    count: int = 5,
    options: AskOptions | None = None,
) -> Written:
    """Return what `model` writes when it is shown the lines of `index` that carry all of `labels`, and no others.

    Raises what `LineIndex.find` raises, `InputError` where no line carries them, and `EndpointError` where the model
    refuses. Lim, Ji & Kim 2026, "KPoEM", who retrieve lines of poems by their labels.
    """
    lines = index.find(labels, theme=theme, count=count)
    if not lines:
        raise InputError(f"No line carries {' and '.join(labels)}. Ask for fewer labels at once.")
    schema = {
        "type": "object",
        "properties": {"poem": {"type": "string"}},
        "required": ["poem"],
        "additionalProperties": False,
    }
    settings = Settings(temperature=0.7, tokens=600, seed=0, schema=schema)
    asked = ask_all(model, [ask_to_write(labels, lines, theme=theme)], parse_poem, settings=settings, options=options)
    answer = asked.answers[0]
    return Written(answer.value, lines, answer.reason)


def parse_poem(content: str) -> Parsed[str]:
    """Return the poem that a reply holds.

    >>> parse_poem('{"poem": "Rain, rain"}').value
    'Rain, rain'
    >>> parse_poem('{"poem": " "}').reason
    'wrong form'
    """
    found = parse_object(content)
    if found.value is None:
        return Parsed(reason=found.reason)
    poem = found.value.get("poem")
    return Parsed(poem) if isinstance(poem, str) and poem.strip() else Parsed(reason="wrong form")


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]
