"""What the card of a model of one's own says of its data, and of how they were learned."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from affekt.corpora.opening import OpenCorpus
from affekt.corpora.parts import Parts
from affekt.evaluation.own_options import TrainOptions
from affekt.inference.text import open_reader
from affekt.models.index import find_model
from affekt.training.own_targets import Task
from affekt.types import LabelSpace
from affekt.version import __version__

_GOLDEN = (
    "Thank you so much, this made my day!",
    "I am so angry I could scream.",
    "My sister died last night and I cannot stop crying.",
    "I am scared of what happens next.",
    "The train leaves at noon.",
)


def about_data(corpus: OpenCorpus, parts: Parts, task: Task, options: TrainOptions, method: str) -> dict[str, Any]:
    """Return what the card says of the data and of how they were learned."""
    card = corpus.card
    licence = options.licence or (card.licence if card.layout != "none public" or card.licence != "not said" else "")
    labels = (
        {}
        if task.space is None
        else {label: int(count) for label, count in zip(task.space, parts.train.truth.sum(0).tolist(), strict=False)}
    )
    return {
        "summary": f"{card.name}: {_what(task)}; {method} on {options.base}, {len(parts.train):,} items",
        "kind": task.kind,
        "method": method,
        "licence": licence or "not told (--licence): yours to know",
        "commercial": False,
        "code_licence": "Apache-2.0",
        "paper": "-",
        "recipe": "affekt train",
        "training": {
            "affekt": __version__,
            "data": card.name,
            "sensitive": bool(card.sensitive) or card.access != "open",
            "licence_of_data": licence or "not told",
            "counts": {"train": len(parts.train), "dev": len(parts.dev), "test": len(parts.test)},
            "labels": labels,
            "votes": task.votes,
            "outputs": list(task.outputs),
            "seed": options.seed,
            "split": list(parts.notes),
            "settings": dict(options.settings),
        },
    }


def _what(task: Task) -> str:
    if task.kind == "dimensional":
        return ", ".join(task.outputs)
    assert task.space is not None
    words = {"exclusive": "one of", "multi-label": "any of", "ordinal": "level of"}[task.kind]
    return f"{words} {len(task.space)} labels" + (" from votes" if task.votes else "")


def space_values(space: LabelSpace) -> dict[str, Any]:
    """Return a label space as JSON values."""
    return {
        **{"name": space.name, "labels": list(space.labels), "kind": space.kind},
        **{"source": space.source, "neutral": space.neutral},
    }


def golden_answers(work: Path) -> list[list[str]]:
    """Return sentences of ours, none of the table, with the label that the model gives each."""
    card = find_model(work)
    if not card.space.labels:
        return []
    said = open_reader(card).estimate(list(_GOLDEN), language=next(iter(card.languages), None))
    read = said.supported & ~said.empty
    return [
        [text, card.space.labels[int(row.argmax())]]
        for text, row, good in zip(_GOLDEN, said.probabilities, read.tolist(), strict=True)
        if good
    ]
