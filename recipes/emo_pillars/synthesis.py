"""The synthesis: passages to made-up examples, by any chat model; near-doubles and labels of no taxonomy dropped."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from affekt.corpora.near_duplicates import normalised, similar_pairs
from affekt.evaluation.records import replace_file
from affekt.language.asking import AskOptions
from affekt.language.chat import ChatModel, Settings
from affekt.language.collecting import Task, collect_rows
from affekt.language.synthesis import (
    EXAMPLES_SCHEMA,
    MadeUp,
    ask_for_utterances,
    in_taxonomy,
    made_up,
    parse_utterances,
)
from affekt.types import LabelSpace

NEAR = 0.8
"""Utterances whose sets of 5-grams are as alike as this (Jaccard) are one utterance said twice."""


@dataclass(frozen=True, slots=True)
class Synthesis:
    """What was made up: the `examples` kept, and what became of all the others."""

    examples: tuple[MadeUp, ...]
    prompts: int
    refused: dict[str, int]
    written: int
    outside: dict[str, int]
    without_label: int
    doubles: int

    def lines(self) -> list[str]:
        """Return the counts for people."""
        refused = ", ".join(f"{reason} {count}" for reason, count in sorted(self.refused.items())) or "none"
        outside = ", ".join(f"{label} {count}" for label, count in sorted(self.outside.items())) or "none"
        return [
            f"{self.prompts:,} prompts, {self.written:,} examples written; replies that were no answer: {refused}",
            f"labels outside the taxonomy, taken off: {outside}; {self.without_label:,} examples had no other",
            f"{self.doubles:,} said nearly the same as one before; {len(self.examples):,} kept",
        ]


def synthesise(
    folder: Path,
    model: ChatModel,
    passages: Sequence[str],
    space: LabelSpace,
    *,
    count: int = 2,
    options: AskOptions | None = None,
) -> Synthesis:
    """Ask for `count` utterances per passage, for one label each in turn; keep replies and examples in `folder`.

    ``replies.jsonl`` grows as replies come, and the same call goes on from it; ``examples.jsonl`` is made anew.
    """
    texts = list(dict.fromkeys(passage.strip() for passage in passages if passage.strip()))
    tasks = []
    for place, passage in enumerate(texts):
        # Each passage has its label by its place: classes come out balanced, and a rerun asks the same.
        label = space.labels[place % len(space)]
        name = sha256(passage.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        tasks.append(Task(name, ask_for_utterances(passage, label, space, count=count), {"passage": passage}))
    settings = Settings(temperature=0.7, tokens=200 * count, schema=EXAMPLES_SCHEMA)
    found = collect_rows(
        *(folder / "replies.jsonl", model, tasks, parse_utterances), settings=settings, options=options
    )
    written = made_up(found.rows)
    inside = in_taxonomy(written, space)
    kept = without_doubles(inside.examples)
    lines = "".join(json.dumps(asdict(example), ensure_ascii=True) + "\n" for example in kept)
    replace_file(folder / "examples.jsonl", lines.encode())
    return Synthesis(
        examples=kept,
        prompts=len(tasks),
        refused=dict(found.refused),
        written=len(written),
        outside=dict(inside.outside),
        without_label=inside.dropped,
        doubles=len(inside.examples) - len(kept),
    )


def without_doubles(examples: Sequence[MadeUp]) -> tuple[MadeUp, ...]:
    """Return the examples whose utterance none before them says, spelling aside, or nearly says."""
    first = {}
    for example in examples:
        first.setdefault(normalised(example.utterance), example)
    texts = list(first)
    gone: set[int] = set()
    pairs = similar_pairs(texts, threshold=NEAR)
    for one, other in zip(pairs.first.tolist(), pairs.second.tolist(), strict=True):
        if one not in gone:
            gone.add(other)
    return tuple(first[text] for place, text in enumerate(texts) if place not in gone)
