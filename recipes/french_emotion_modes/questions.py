"""What is asked of each corpus: its hierarchy, the gold answers, a worker's answers, and a language model's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from affekt.affect.convert import conversion
from affekt.affect.spaces import find_space
from affekt.corpora.french_emotion_modes import BASIC, MODES, TYPES
from affekt.corpora.french_emotion_modes import SPACE as FRENCH
from affekt.corpora.parts import Parts
from affekt.language.answers import parse_labels
from affekt.language.asking import AskOptions, ask_all
from affekt.language.chat import ChatModel
from affekt.language.client import open_endpoint
from affekt.language.echo import Echo
from affekt.language.prompts import Example, Template, ask_about
from affekt.language.tally import Tally
from affekt.layers.hierarchical_head import Answers, Hierarchy
from affekt.metrics.krippendorff import krippendorff_alpha
from affekt.types import LabelSpace, Record

HOW = AskOptions()
Told = Callable[[Record], tuple[tuple[str, ...], tuple[str, ...]]]


@dataclass(frozen=True)
class Questions:
    """A hierarchy, how a record answers it (its modes and categories), whether it was judged, and the spaces that a
    language model is asked in."""

    hierarchy: Hierarchy
    told: Told
    judged: Callable[[Record], bool]
    categories: LabelSpace
    modes: LabelSpace | None


def french() -> Questions:
    """EmoTextToKids: four modes; the types are those of the categories, `other` has none."""
    types = tuple(
        None if label == "other" else TYPES.index("basic" if label in BASIC else "complex") for label in FRENCH
    )

    def told(record: Record) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return tuple(record.conditions.get("modes", "").split()), record.labels

    modes = LabelSpace("emotexttokids-modes", MODES, "tags", FRENCH.source)
    return Questions(Hierarchy(MODES, TYPES, FRENCH.labels, types), told, lambda record: True, FRENCH, modes)


def edos() -> Questions:
    """EDOS: no modes; its eight intents and neutral are no emotions; a type is the one of Ekman's six that the cited
    map gives an emotion, and there is none where it gives none."""
    own = find_space("edos")
    intents = {"acknowledging", "questioning", "encouraging", "agreeing", "suggesting", "sympathizing"}
    intents |= {"wishing", "consoling", "neutral"}
    emotions = tuple(label for label in own if label not in intents)
    members = conversion(own, find_space("ekman")).members
    groups = tuple(name for name, labels in members.items() if set(labels) & set(emotions))
    place = {label: groups.index(group) for group in groups for label in members[group]}
    told = lambda labels: ((), tuple(label for label in labels if label in emotions))  # noqa: E731
    space = LabelSpace("edos-emotions", emotions, "multi-label", own.source)
    return Questions(
        Hierarchy((), groups, emotions, tuple(place.get(label) for label in emotions)),
        lambda record: told(record.labels),
        lambda record: bool(record.labels),
        space,
        None,
    )


def truth_of(records: Sequence[Record], questions: Questions) -> Answers:
    return table([questions.told(record) for record in records], questions.hierarchy)


def table(told: Sequence[tuple[Sequence[str], Sequence[str]]], hierarchy: Hierarchy) -> Answers:
    """(modes, categories) of each item as flags; emotional is what has a category."""
    modes = np.array([[m in item[0] for m in hierarchy.modes] for item in told], np.bool_)
    categories = np.array([[c in item[1] for c in hierarchy.categories] for item in told], np.bool_)
    modes = modes.reshape(len(told), len(hierarchy.modes))
    return Answers(categories.any(1), modes, hierarchy.types_of(categories), categories)


def worker_answers(records: Sequence[Record], questions: Questions) -> Answers | None:
    """What the first worker of each item said, None where single answers are not published.

    The gold is a majority that this worker is part of: the score is what people reach at most, not at least.
    """
    if not all(record.ratings for record in records):
        return None
    known = questions.hierarchy.categories
    said = [tuple(label for label in record.ratings[0].labels if label in known) for record in records]
    return table([((), labels) for labels in said], questions.hierarchy)


def agreements(records: Sequence[Record], questions: Questions) -> dict[str, float]:
    """Krippendorff's alpha of all workers: of A as yes or no, of D as the whole answer."""
    known = set(questions.hierarchy.categories)
    items, emotional, answers = [], [], []
    for place, record in enumerate(records):
        for rating in record.ratings:
            held = sorted(known.intersection(rating.labels))
            items.append(place)
            emotional.append("yes" if held else "no")
            answers.append(" ".join(held) or "none")
    return {"alpha:A": krippendorff_alpha(items, emotional), "alpha:D": krippendorff_alpha(items, answers)}


def few_shot(parts: Parts, kept: np.ndarray, questions: Questions, endpoint: str, shots: int) -> tuple[Answers, Tally]:
    """What a language model says of the test items in `kept`, shown `shots` items of train: D, then B.

    A reply that is no answer counts as none of the emotions. ``echo`` needs no endpoint: it knows words alone.
    """
    model: ChatModel = Echo() if endpoint == "echo" else open_endpoint(endpoint)
    shown = examples(parts.train.records, questions, shots)
    asked = [record for record, keep in zip(parts.test.records, kept, strict=True) if keep]
    spaces = [questions.categories] + ([questions.modes] if questions.modes is not None else [])
    said, tally = [], Tally()
    for which, space in enumerate(spaces):
        given = tuple(Example(r.signal.text, questions.told(r)[1 - which]) for r in shown)
        template = Template(space, definitions=False, examples=given)
        prompts = [ask_about(record.signal.text, template) for record in asked]
        found = ask_all(model, prompts, lambda content, space=space: parse_labels(content, space), options=HOW)
        said.append([answer.value or () for answer in found.answers])
        tally += found.tally
    modes = said[1] if len(said) > 1 else [()] * len(asked)
    # A mode of what is not emotional is dropped, as the scheme has it.
    told = [(mode if label else (), label) for mode, label in zip(modes, said[0], strict=True)]
    return table(told, questions.hierarchy), tally


def examples(records: Sequence[Record], questions: Questions, shots: int) -> list[Record]:
    """Items to show: every other one without emotion, the rest of the most frequent answers, one each, short ones."""
    short = sorted(records, key=lambda record: (abs(len(record.signal.text) - 80), record.id))
    without = [record for record in short if not questions.told(record)[1]][: shots // 2]
    frequent = Counter(label for record in records for label in questions.told(record)[1][:1])
    found = []
    for label, _ in frequent.most_common(shots - len(without)):
        found.append(next(r for r in short if questions.told(r)[1][:1] == (label,)))
    return [record for pair in zip(found, without, strict=False) for record in pair] + found[len(without) :]
