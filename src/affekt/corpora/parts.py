"""A corpus in three parts for one experiment: to learn from, to tune on, and to be scored on once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from affekt.corpora.near_duplicates import normalised, similar_pairs, twins
from affekt.corpora.splits import hold_out
from affekt.corpora.targets import Target, draw, make_target
from affekt.errors import CorpusError
from affekt.types import LabelSpace, Record

_TEST, _DEV = ("test",), ("dev", "validation", "valid", "val", "trial")
NEAR = 0.85
"""Texts whose sets of 5-grams are as alike as this (Jaccard) may not stand in two parts."""


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """What is learned from, tuned on, and scored on, through one label space. `notes` say how they came about."""

    train: Target
    dev: Target
    test: Target
    notes: tuple[str, ...]

    def __iter__(self) -> Iterator[Target]:
        return iter((self.train, self.dev, self.test))


def make_parts(
    corpus: str,
    records: Sequence[Record],
    own: LabelSpace | None,
    *,
    space: LabelSpace | None = None,
    most: int | None = None,
    seed: int = 0,
) -> Parts:
    """Return a corpus in three parts that share no text, no near-double of one, and no group.

    The publisher's splits are kept where they are: what lacks is drawn. Where only train and dev are published, dev is
    scored on and an eighth of train is tuned on; where there is one split alone, a fifth is scored on and an eighth
    of the rest tuned on. What is drawn is drawn by `seed`, whole documents, dialogues or speakers (`Record.group`)
    and whole sets of near-doubles at a time. Of published splits the items to learn from that stand in a later part,
    word for word or nearly, are left out and counted, and so are items to tune on that stand in the test part.
    `most` items at most are learned from, a quarter as many tuned on; all are scored on. Labels become those of
    `space` as `make_target` says. Raises `CorpusError` where there are too few items for three parts, and what
    `make_target` raises.
    """
    named = {record.split for record in records}
    tests, devs = [s for s in _TEST if s in named], [s for s in _DEV if s in named]
    notes: list[str] = []
    if tests or (devs and named - set(devs)):
        test_splits = tests or devs
        test = [record for record in records if record.split in test_splits]
        dev = [record for record in records if tests and record.split in devs]
        rest = [record for record in records if record.split not in {*test_splits, *devs}]
        if not rest:
            raise CorpusError(f"{corpus} has nothing to learn from: all its items are in {', '.join(sorted(named))}.")
        notes.append(f"Scored on the published split {' and '.join(test_splits)}.")
        rest, gone = _without(rest, [*test, *dev])
        dev, more = _without(dev, test)
        if gone or more:
            notes.append(f"{gone:,} items to learn from and {more:,} to tune on stand in a later part: left out.")
    else:
        rest, test = _drawn(list(records), 0.2, seed, corpus)
        dev = []
        notes.append("Scored on a fifth, drawn by group; the corpus has no published test part.")
    if not dev:
        rest, dev = _drawn(rest, 0.125, seed + 1, corpus)
        notes.append("Tuned on an eighth of the rest, drawn by group.")
    parts = [
        make_target(corpus, part, own, split=name, space=space)
        for name, part in (("train", rest), ("dev", dev), ("test", test))
    ]
    train, dev_target = draw(parts[0], most, seed=seed), draw(parts[1], most and max(1, most // 4), seed=seed)
    return Parts(train, dev_target, parts[2], tuple(dict.fromkeys((*notes, *train.notes))))


def _without(records: list[Record], later: Sequence[Record]) -> tuple[list[Record], int]:
    """Return the records that stand in no later part, and how many are gone."""
    if not records or not later:
        return records, 0
    found = twins([r.signal.text for r in records], [r.signal.text for r in later], threshold=NEAR).found
    return [record for record, twin in zip(records, found.tolist(), strict=True) if not twin], int(found.sum())


def _drawn(records: list[Record], fraction: float, seed: int, corpus: str) -> tuple[list[Record], list[Record]]:
    """Return the records in two, groups and near-doubles whole."""
    bound = [replace(record, group=unit) for record, unit in zip(records, _units(records), strict=True)]
    try:
        split = hold_out(bound, fraction=fraction, seed=seed, by="group")
    except ValueError:
        raise CorpusError(
            f"{corpus} cannot be parted: its {len(records)} items are one group or near-doubles of each other."
        ) from None
    held = {record.id for record in split.held}
    return [r for r in records if r.id not in held], [r for r in records if r.id in held]


def _units(records: Sequence[Record]) -> list[str]:
    """Return a name per record, the least of the ids that are bound to it by group or by nearly the same text."""
    parent = np.arange(len(records))

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = int(parent[place])
        return place

    first: dict[tuple[str, str], int] = {}
    for place, record in enumerate(records):
        keys = [("text", text)] if (text := normalised(record.signal.text)) else []
        keys += [("group", record.group)] if record.group is not None else []
        for key in keys:
            parent[root(place)] = root(first.setdefault(key, place))
    texts = {text: place for (kind, text), place in first.items() if kind == "text"}
    pairs = similar_pairs(list(texts), threshold=NEAR)
    places = np.array(list(texts.values()), np.int64)
    for one, other in zip(places[pairs.first].tolist(), places[pairs.second].tolist(), strict=True):
        parent[root(one)] = root(other)
    least: dict[int, str] = {}
    for place, record in enumerate(records):
        least[root(place)] = min(least.get(root(place), record.id), record.id)
    return [least[root(place)] for place in range(len(records))]
