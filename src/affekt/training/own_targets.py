"""What a table asks to be learned, as the targets of a head: labels, soft labels, levels, dimensions, degrees."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

import numpy as np

from affekt.corpora.targets import DIMENSIONS, Target
from affekt.errors import InputError
from affekt.training.frozen_head import Flags, HeadKind, HeadTargets
from affekt.types import LabelSpace, Record

_ALIKE, _RARE = 0.8, 0.05


@dataclass(frozen=True, slots=True)
class Task:
    """What is learned: the kind of target, the space of the labels (or of the degrees; None: dimensions alone), the
    names of the numbers of a ``dimensional`` task, and whether raters' votes are learned rather than one answer."""

    kind: HeadKind
    space: LabelSpace | None
    outputs: tuple[str, ...] = ()
    votes: bool = False

    @property
    def degrees(self) -> tuple[str, ...]:
        """The numbers that are no valence, arousal or dominance."""
        return tuple(name for name in self.outputs if name not in DIMENSIONS)


def head_targets(target: Target, task: Task, *, soft: bool = True) -> HeadTargets:
    """Return the targets of items as `fit_head` takes them; with `soft` the votes where there are any."""
    if task.kind == "dimensional":
        columns = []
        for name in task.outputs:
            if name in DIMENSIONS:
                assert target.vad is not None
                columns.append(target.vad[:, DIMENSIONS.index(name)])
            else:
                columns.append(np.asarray(target.intensities[name], np.float64))
        numbers = np.column_stack(columns)
        known = ~np.isnan(numbers)
        return HeadTargets("dimensional", np.where(known, numbers, 0.0), known)
    values, known = target.truth.astype(np.float64), target.rated.copy()
    if soft and task.votes and target.votes is not None:
        voted = np.flatnonzero(~np.isnan(target.votes.sum(axis=1)))
        values[voted] = target.votes[voted]
    if task.kind == "ordinal":
        # The chance of being above each level but the highest.
        above = 1.0 - np.cumsum(values, axis=1)[:, :-1]
        return HeadTargets(
            "ordinal", np.clip(above, 0.0, 1.0), np.repeat(known.all(axis=1, keepdims=True), above.shape[1], axis=1)
        )
    return HeadTargets(task.kind, values, known)


def check_task(train: Target, task: Task) -> list[str]:
    """Return what is odd about the items to learn from, a sentence each. Raises `InputError` where nothing can be
    learned: all have one label, no number differs, or there are nearly as many labels as texts."""
    if task.kind == "dimensional":
        found = head_targets(train, task)
        for place, name in enumerate(task.outputs):
            column, known = found.values[:, place], np.asarray(found.known[:, place])
            if known.sum() < 2 or np.ptp(column[known]) == 0:
                raise InputError(
                    f"{name} is {'known of fewer than two items' if known.sum() < 2 else 'the same for all items'} to "
                    "learn from, so there is nothing to learn of it. Leave it out, or give rows that differ."
                )
        return []
    assert task.space is not None
    counts = dict(zip(task.space.labels, train.truth.sum(0).tolist(), strict=True))
    seen = [label for label, count in counts.items() if count]
    if len(train) >= 2 and (not seen or (len(seen) < 2 and task.kind != "multi-label")):
        raise InputError(
            f"All {len(train):,} items to learn from have the label {seen[0]!r}, so there is nothing to tell it "
            "from. Give rows with another label."
            if seen
            else f"None of the {len(train):,} items to learn from has a label. Give rows that have one."
        )
    if task.kind == "multi-label" and all(count in (0, len(train)) for count in counts.values()):
        raise InputError(f"All {len(train):,} items to learn from have the labels {', '.join(seen)}: nothing differs.")
    if len(seen) > max(10, len(train) // 2):
        raise InputError(
            f"The labels are {len(seen):,} different ones in {len(train):,} items, such as {seen[0][:60]!r}. Are the "
            "columns mixed up? Say which holds the text (--column) and which the labels (--labels)."
        )
    notes = []
    for wanted, words in ((1, "one example"), (0, "no example")):
        few = [repr(label) for label, count in counts.items() if count == wanted]
        if few:
            named = f"{few[0]} has" if len(few) == 1 else f"{', '.join(few[:5])}{' …' if len(few) > 5 else ''} have"
            notes.append(
                f"{len(few)} label{'s' if len(few) > 1 else ''}: {named} {words} to learn from, so what is said of "
                f"{'it' if len(few) == 1 else 'them'} is worth little. Give more rows, or map to another label (--map)."
            )
    return notes + typo_notes(counts)


def typo_notes(counts: dict[str, int]) -> list[str]:
    """Return a sentence for each rare label that is written nearly like a frequent one.

    >>> typo_notes({"joy": 100, "joyy": 2, "fear": 80})
    ["Label 'joyy' (2 times) looks like 'joy' (100 times). If it is that, map it: --map FILE with joyy, tab, joy."]
    """
    notes = []
    for label, count in counts.items():
        near = [
            other
            for other, more in counts.items()
            if count < _RARE * more and SequenceMatcher(None, label.lower(), other.lower()).ratio() >= _ALIKE
        ]
        if near and count:
            other = max(near, key=lambda name: counts[name])
            times = "once" if count == 1 else f"{count:,} times"
            notes.append(
                f"Label {label!r} ({times}) looks like {other!r} ({counts[other]:,} times). If it is that, map it: "
                f"--map FILE with {label}, tab, {other}."
            )
    return notes


def text_notes(records: tuple[Record, ...]) -> list[str]:
    """Return what is odd about texts: one that stands there with several labels. Raises `InputError` for numbers."""
    texts = [record.signal.text.strip() for record in records]
    if texts and sum(_is_number(text) for text in texts) > 0.5 * len(texts):
        raise InputError(
            f"Most texts are numbers, such as {texts[0][:40]!r}. Are the columns mixed up? Say which holds the text: "
            "--column NAME."
        )
    told: dict[str, set[tuple[str, ...]]] = {}
    for text, record in zip(texts, records, strict=True):
        if record.labels:
            told.setdefault(text, set()).add(record.labels)
    times = Counter(len(each) > 1 for each in told.values())[True]
    return [f"{times:,} texts stand there several times with different labels."] if times else []


def settle_ties(records: list[Record], space: LabelSpace) -> tuple[list[Record], frozenset[str]]:
    """Return the records with a label for those whose raters tie, and the ids of these: they teach, none is scored."""
    settled, tied = [], set()
    for record in records:
        given = Counter(label for rating in record.ratings for label in rating.labels)
        if record.labels or not given or space.kind != "exclusive":
            settled.append(record)
            continue
        settled.append(replace(record, labels=(given.most_common(1)[0][0],), unrated=()))
        tied.add(record.id)
    return settled, frozenset(tied)


def without(target: Target, ids: frozenset[str]) -> Target:
    """Return the target without the items of these ids."""
    kept: Flags = np.array([record.id not in ids for record in target.records], np.bool_)
    return target if kept.all() else target.take(kept)


def _is_number(text: str) -> bool:
    try:
        float(text.replace(",", "."))
    except ValueError:
        return False
    return True
