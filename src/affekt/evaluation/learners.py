"""What can be taught: learners that are fitted on labelled items, and then answer for any others."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from affekt.corpora.targets import Flags, Floats, Target, draw
from affekt.errors import InputError
from affekt.evaluation.answers import Answers
from affekt.types import Record

MOST = 10_000
"""At most this many texts are learned from, drawn at random."""
_DEVELOPMENT = ("dev", "validation", "valid", "val")

Taught = Callable[[Sequence[Record]], Answers]
"""A learner that has learned: it answers for records."""


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """What is learned from: the items of `train`, and those of `held`, kept apart to fit thresholds on. `languages`
    are those of all that will be asked, `seed` is for what draws."""

    train: Target
    held: Target
    languages: frozenset[str | None] = frozenset()
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Learner:
    """Something that can be taught: its name and version, and how to teach it."""

    name: str
    version: str
    teach: Callable[[Lesson], Taught]


def lesson_of(
    learned: Target, *, languages: frozenset[str | None] = frozenset(), most: int = MOST, seed: int = 0
) -> Lesson:
    """Return items as a lesson: thresholds on the development split among them, else on an eighth of the groups.

    At most `most` items are learned from and a quarter as many held, drawn by `seed`.
    """
    dev = _development(learned, seed)
    train, held = draw(learned.take(~dev), most, seed=seed), draw(learned.take(dev), max(1, most // 4), seed=seed)
    return Lesson(train, held, languages | {record.signal.language for record in train.records}, seed)


def _development(learned: Target, seed: int) -> Flags:
    named = np.array([record.split in _DEVELOPMENT for record in learned.records])
    if named.any() and not named.all():
        return named
    groups = sorted(set(learned.groups.tolist()))
    random.Random(seed).shuffle(groups)
    held = set(groups[: max(1, len(groups) // 8)])
    return np.array([group in held for group in learned.groups.tolist()])


def teach_prior(lesson: Lesson) -> Taught:
    """Return what draws labels at random with the frequencies of the lesson, and says those frequencies.

    Exclusive spaces get one label per item; of dimensions the mean is answered. An item that comes more than once,
    written differently, is given the same every time.
    """
    vad = None if lesson.train.vad is None else [_mean(column) for column in lesson.train.vad.T]
    space = lesson.train.space
    shares = lesson.train.truth.sum(0) / np.maximum(1, lesson.train.rated.sum(0))

    def answer(records: Sequence[Record]) -> Answers:
        count = len(records)
        rng, everything = np.random.default_rng(lesson.seed), np.ones(count, np.bool_)
        means = None if vad is None else np.tile(vad, (count, 1))
        if space is None:
            return Answers(everything, vad=means)
        ids = {name: place for place, name in enumerate(dict.fromkeys(record.id for record in records))}
        if space.kind == "exclusive":
            drawn = rng.choice(len(shares), size=len(ids), p=shares / shares.sum())
            chosen = np.eye(len(shares), dtype=np.bool_)[drawn]
        else:
            chosen = rng.random((len(ids), len(shares))) < shares
        chosen = chosen[[ids[record.id] for record in records]]
        return Answers(everything, space, np.broadcast_to(shares, chosen.shape).copy(), chosen, means)

    return answer


def teach_everything(lesson: Lesson) -> Taught:
    """Return what gives every item every label; in an exclusive space, where one can be said, the most frequent."""
    space = lesson.train.space
    if space is None:
        raise InputError("all-positive answers with labels, and this corpus has none. Use prior.")
    row = np.ones(len(space), np.bool_)
    if space.kind == "exclusive":
        row = np.arange(len(space)) == int(lesson.train.truth.sum(0).argmax())

    def answer(records: Sequence[Record]) -> Answers:
        chosen = np.broadcast_to(row, (len(records), len(row))).copy()
        return Answers(np.ones(len(records), np.bool_), space, chosen=chosen)

    return answer


def _mean(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else float("nan")
