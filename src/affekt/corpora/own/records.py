"""From drafts of items to records: labels in their space, dimensions in [-1, 1], votes counted, splits drawn."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from affekt.corpora.folds import official_split
from affekt.corpora.own.description import Description
from affekt.corpora.own.labels import Labelling, settle_labels
from affekt.corpora.own.rows import DIMENSIONS, Draft, Rejected
from affekt.corpora.splits import By, hold_out
from affekt.errors import InputError
from affekt.types import VAD, LabelSpace, Rating, Record, Signal

_TEST, _DEV = 0.2, 0.1  # of all items


class Made(NamedTuple):
    """The records of a table, the space of their labels (None: no labels), the rows put aside, and remarks."""

    records: list[Record]
    space: LabelSpace | None
    rejected: list[Rejected]
    notes: list[str]


def make_records(name: str, drafts: Sequence[Draft], description: Description, *, columns: Sequence[str] = ()) -> Made:
    """Return the records of a table, and the rows put aside for a value off its scale; `columns` are labels with one
    each.

    Items with votes and no label of their own get the label most raters gave (of several labels: those that half of
    them gave); of a tie none. Their dimensions are the mean over raters. Raises `InputError` where a scale has to be
    told, `UnknownNameError` where a label is not in the space.
    """
    written: Counter[str] = Counter(dict.fromkeys(columns, 0))
    for draft in drafts:
        written.update(draft.labels or ())
        written.update(draft.unrated)
        written.update(label for vote in draft.votes for label in vote.labels)
        written.update(draft.intensities)
    several = any(
        len(draft.labels or ()) > 1 or draft.unrated or any(len(vote.labels) > 1 for vote in draft.votes)
        for draft in drafts
    ) or any(draft.labels == () and not draft.votes for draft in drafts)
    labelling = settle_labels(written, name=name, several=several, space=description.space, mapping=description.mapping)
    _check_scales(name, drafts, description)
    notes = list(labelling.notes)
    records, rejected, ties = [], [], 0
    for draft in drafts:
        try:
            record = _record(draft, labelling, description)
        except ValueError as error:
            rejected.append(Rejected(draft.file, draft.row, str(error)))
            continue
        ties += bool(
            draft.labels is None and draft.votes and not record.labels and any(v.labels for v in record.ratings)
        )
        records.append(record)
    if any(draft.labels is None and draft.votes and any(v.labels for v in draft.votes) for draft in drafts):
        exclusive = labelling.space is not None and labelling.space.kind == "exclusive"
        tied = f"; {ties:,} items are tied and have none" if ties else ""
        notes.append(f"Labels are what {'most raters' if exclusive else 'half the raters or more'} gave{tied}.")
    return Made(records, labelling.space, rejected, notes)


def draw_splits(records: Sequence[Record], description: Description) -> tuple[list[Record], str]:
    """Return the records with train, dev and test (7 : 1 : 2) drawn, and a sentence on what the parts really share.

    ``"speaker"`` and ``"group"`` keep what they name in one part, ``"random"`` knows no such thing. Raises
    `InputError` where records have no speakers or groups, or too few.
    """
    by = description.split_by
    assert by is not None
    unit: By = "id" if by == "random" else by
    if unit != "id":
        lacking = sum(getattr(record, unit) is None for record in records)
        if lacking:
            raise InputError(
                f"{lacking:,} of {len(records):,} items have no {unit}, so they cannot be split by it. Say which "
                "column it is, "
                f"--column {unit}=NAME, or take --split-by random and read its scores as what they are."
            )
    try:
        outer = hold_out(records, fraction=_TEST, seed=description.seed, by=unit)
        inner = hold_out(outer.kept, fraction=_DEV / (1 - _TEST), seed=description.seed, by=unit)
    except ValueError as error:
        raise InputError(f"Too few items or {unit}s to draw train, dev and test: {error}") from error
    part = {id(record): "test" for record in outer.held} | {id(record): "dev" for record in inner.held}
    drawn = [replace(record, split=part.get(id(record), "train")) for record in records]
    disjoint = [key for key in official_split(drawn).disjoint if key != "id"]
    sizes = Counter(record.split for record in drawn)
    told = ", ".join(f"{split} {sizes[split]:,}" for split in ("train", "dev", "test"))
    share = [f"{key}s" for key in ("speaker", "group", "text") if key not in disjoint and _has(drawn, key)]
    no = f"share no {' and no '.join(disjoint)}" if disjoint else ""
    do = f"share {' and '.join(share)}" if share else ""
    return (
        drawn,
        f"Split by {by} (seed {description.seed}): {told}. Train and test {' but '.join(filter(None, (no, do)))}.",
    )


def _has(records: Sequence[Record], key: str) -> bool:
    return key == "text" or any(getattr(record, key) is not None for record in records)


def _check_scales(name: str, drafts: Sequence[Draft], description: Description) -> None:
    """Refuse numbers whose scale is neither told nor plainly [-1, 1]."""
    for dimension in DIMENSIONS:
        if dimension in description.scale:
            continue
        values = [told[dimension] for draft in drafts for _, told in draft.dimensions if dimension in told]
        if values and not (-1 <= min(values) < 0 and max(values) <= 1):
            raise InputError(
                f"{dimension} of {name} runs from {min(values):g} to {max(values):g}, and nothing says on what scale "
                "it was "
                f"asked. Say the lowest and the highest answer, such as --scale 1,9 or --scale {dimension}=0,1."
            )


def _record(draft: Draft, labelling: Labelling, description: Description) -> Record:
    becomes, space = labelling.becomes, labelling.space
    moved = [
        (rater, {name: _moved(name, value, description) for name, value in told.items()})
        for rater, told in draft.dimensions
    ]
    by_rater = {rater: told for rater, told in moved if rater is not None}
    ratings = [
        Rating(vote.rater, _unique(vote.labels, becomes), vote.values or by_rater.get(vote.rater or "", {}))
        for vote in draft.votes
    ]
    labels = _unique(draft.labels, becomes) if draft.labels is not None else _agreed(ratings, space)
    rated = draft.labels is not None or any(vote.labels for vote in draft.votes)
    unrated: tuple[str, ...] = ()
    if space is not None:
        unrated = _unique(draft.unrated, becomes) if rated else space.labels
        if rated and draft.labels and not labels and space.kind == "exclusive":
            unrated = space.labels  # its label was dropped: nothing is known of it in this space
    means = [_mean([told[name] for _, told in moved if name in told]) for name in DIMENSIONS]
    return Record(
        draft.id,
        Signal(
            draft.text,
            language=draft.language or description.language,
            modality=draft.modality,
            path=draft.path,
            part=draft.part,
            source=draft.file,
        ),
        draft.split or "all",
        labels=labels,
        vad=VAD(*means) if not all(map(math.isnan, means)) else None,
        intensities={target: value for own, value in draft.intensities.items() for target in becomes.get(own, ())},
        ratings=tuple(ratings),
        speaker=draft.speaker,
        group=draft.group,
        unrated=tuple(label for label in unrated if label not in labels),
        turn=draft.turn,
        conditions=draft.conditions,
    )


def _unique(labels: Sequence[str], becomes: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(target for label in labels for target in becomes[label]))


def _agreed(ratings: Sequence[Rating], space: LabelSpace | None) -> tuple[str, ...]:
    """Return the label most raters gave, none of a tie; in a space of several those that at least half gave."""
    if space is None or not ratings:
        return ()
    counts = Counter(label for rating in ratings for label in rating.labels)
    if space.kind == "exclusive":
        ranked = counts.most_common(2)
        return (ranked[0][0],) if ranked and (len(ranked) == 1 or ranked[0][1] > ranked[1][1]) else ()
    return tuple(label for label in space if 2 * counts[label] >= len(ratings))


def _moved(name: str, value: float, description: Description) -> float:
    low, high = description.scale.get(name, (-1.0, 1.0))
    if not low <= value <= high:
        raise ValueError(f"{name} is {value:g}, off its scale of {low:g} to {high:g}")
    return 2 * (value - low) / (high - low) - 1


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else math.nan
