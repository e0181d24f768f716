"""What a corpus says, as arrays to learn from and be scored against, in the label space asked for."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from affekt.affect.convert import Conversion, conversion
from affekt.errors import InputError, UnknownNameError
from affekt.types import LabelSpace, Record

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

DIMENSIONS = ("valence", "arousal", "dominance")

_TESTS = ("test", "validation", "dev", "val", "valid")


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """The truth of some records, item first.

    `space` is what labels are scored in (None: the corpus has none); `truth` (item, label) with `rated`
    (item, label), False where nobody judged; `exclusive` whether every item has exactly one label. `vad`
    (item, 3) in [-1, 1] and `intensities` (item,) by name in [0, 1], NaN where not published; `votes`
    (item, label), the share of raters that gave each label, NaN where there are none. `groups` names
    what resampling keeps together. `notes` say what was left out or treated otherwise. `own` is the corpus's space.
    """

    corpus: str
    split: str
    records: tuple[Record, ...]
    space: LabelSpace | None
    truth: Flags
    rated: Flags
    exclusive: bool
    vad: Floats | None
    intensities: Mapping[str, Floats]
    votes: Floats | None
    groups: NDArray[np.str_]
    notes: tuple[str, ...] = ()
    own: LabelSpace | None = None

    def __len__(self) -> int:
        return len(self.records)

    def take(self, kept: Flags) -> Target:
        """Return the target of the items where `kept` (item,) is True."""
        return Target(
            self.corpus,
            self.split,
            tuple(record for record, keep in zip(self.records, kept.tolist(), strict=True) if keep),
            self.space,
            self.truth[kept],
            self.rated[kept],
            self.exclusive,
            None if self.vad is None else self.vad[kept],
            {name: values[kept] for name, values in self.intensities.items()},
            None if self.votes is None else self.votes[kept],
            self.groups[kept],
            self.notes,
            self.own,
        )


def draw(target: Target, limit: int | None, *, seed: int = 0) -> Target:
    """Return `limit` items drawn at random by `seed`, in their order; all where there are no more than that."""
    if limit is None or len(target) <= limit:
        return target
    kept = np.zeros(len(target), np.bool_)
    kept[random.Random(seed).sample(range(len(target)), limit)] = True
    told = f"{limit:,} of {len(target):,} items were drawn at random (seed {seed})."
    return replace(target.take(kept), notes=(*target.notes, told))


def choose_split(records: Sequence[Record], split: str | None) -> tuple[str, ...]:
    """Return the splits to score: the one named, else test, else the development split, else all.

    Raises `UnknownNameError` for a split the records do not have.
    """
    found = tuple(dict.fromkeys(record.split for record in records))
    if split is not None:
        if split not in found:
            raise UnknownNameError(f"The corpus has no split {split!r} here. It has: {', '.join(found) or 'none'}.")
        return (split,)
    return next(((name,) for name in _TESTS if name in found), found)


def make_target(
    corpus: str, records: Sequence[Record], own: LabelSpace | None, *, split: str, space: LabelSpace | None = None
) -> Target:
    """Return what `records` of a corpus over the space `own` are scored against; `split` is what they are called.

    `space` asks for another space than the corpus's: its labels are converted by the cited map, and an item
    whose label has no place there, or several, is left out and counted. So are items without any target.
    Raises `ConversionError` where the labels cannot become the space, and `InputError` where no item is left.
    """
    inside = list(records)
    notes: list[str] = []
    scored = space if space is not None else own
    found = None
    if own is not None and scored is not None:
        found = conversion(own, scored)
    rows = [_truth(record, own, found) for record in inside]
    several = any(row is not None and row[0].sum() > 1 for row in rows)
    if scored is not None and scored.kind == "exclusive" and several and found is not None:
        if found.kind == "identity":
            notes.append("Some items have several labels though the space is exclusive: scored label by label.")
        else:
            rows = [row if row is None or row[0].sum() <= 1 else None for row in rows]
            several = False
    dimensions = np.array([_vad(record) for record in inside]).reshape(-1, 3)
    kept = [
        place
        for place, record in enumerate(inside)
        if rows[place] is not None or not np.isnan(dimensions[place]).all() or (own is None and record.intensities)
    ]
    if len(kept) < len(inside):
        gone = f"{len(inside) - len(kept):,} of {len(inside):,} items"
        notes.append(f"{gone} have nothing to score here (no agreed label, or none judged): left out.")
    if found is not None and found.kind != "identity":
        gone = ", ".join(loss.label for loss in found.loses) or "none"
        notes.append(
            f"True labels were converted from {own.name if own else ''} to {scored.name if scored else ''} "
            f"({found.citation}); labels without a place there: {gone}."
        )
    if not kept:
        raise InputError(
            f"{corpus} ({split}) has nothing to score"
            f"{'' if scored is None else ' in ' + scored.name}. Choose another split or space."
        )
    chosen = tuple(inside[place] for place in kept)
    width = 0 if scored is None else len(scored)
    truth, rated = np.zeros((len(kept), width), np.bool_), np.zeros((len(kept), width), np.bool_)
    for place, source in enumerate(kept):
        row = rows[source]
        if row is not None:
            truth[place], rated[place] = row
    vad = dimensions[kept]
    plain = found is not None and found.kind == "identity"
    exclusive = scored is not None and scored.kind == "exclusive" and not several and bool((truth.sum(1) == 1).all())
    return Target(
        corpus,
        split,
        chosen,
        scored if rated.any() else None,
        truth if rated.any() else truth[:, :0],
        rated if rated.any() else rated[:, :0],
        exclusive,
        vad if not np.isnan(vad).all() else None,
        _intensities(chosen),
        _votes(chosen, scored) if plain and scored is not None else None,
        np.array([record.id if record.group is None else f"group {record.group}" for record in chosen]),
        tuple(notes),
        own,
    )


def _truth(record: Record, own: LabelSpace | None, found: Conversion | None) -> tuple[Flags, Flags] | None:
    """Return one item's labels and which were judged, in the target space; None where it has nothing to score."""
    if own is None or found is None:
        return None
    unrated = set(record.unrated)
    if unrated.issuperset(own.labels) or (own.kind == "exclusive" and not record.labels):
        return None
    for label in record.labels:
        own.index(label)
    target = found.target
    if found.kind == "identity":
        flags = np.array([label in record.labels for label in target], np.bool_)
        return flags, np.array([label not in unrated for label in target], np.bool_)
    members = found.members
    flags = np.array([any(label in record.labels for label in members[name]) for name in target], np.bool_)
    rated = np.array(
        [bool(flag) or not unrated.intersection(members[name]) for name, flag in zip(target, flags, strict=True)],
        np.bool_,
    )
    if target.kind == "exclusive":
        # One unjudged label of several (English BRIGHTER has no disgust) does not leave a sign unjudged.
        judged = [not members[name] or not unrated.issuperset(members[name]) for name in target]
        rated = flags | np.array(judged, np.bool_)
    told = [label for label in record.labels if label != own.neutral]
    if not flags.any():
        if told:
            return None  # Its label has no place in the target.
        if target.neutral is not None:
            flags[target.index(target.neutral)] = True
        elif target.kind == "exclusive":
            return None
    if target.kind == "exclusive" and not rated.all():
        return None
    return flags, rated


def _vad(record: Record) -> tuple[float, float, float]:
    """Return the published VAD, or the mean of what raters gave on scales of these names."""
    if record.vad is not None:
        return record.vad.valence, record.vad.arousal, record.vad.dominance
    means = [float("nan")] * 3
    for place, name in enumerate(DIMENSIONS):
        given = [rating.values[name] for rating in record.ratings if name in rating.values]
        if given:
            means[place] = sum(given) / len(given)
    return means[0], means[1], means[2]


def _intensities(records: Sequence[Record]) -> dict[str, Floats]:
    names = dict.fromkeys(name for record in records for name in record.intensities)
    return {name: np.array([record.intensities.get(name, np.nan) for record in records], np.float64) for name in names}


def _votes(records: Sequence[Record], space: LabelSpace) -> Floats | None:
    """Return the share of raters that gave each label, (item, label); None where fewer than two rated anything."""
    shares = np.full((len(records), len(space)), np.nan)
    for place, record in enumerate(records):
        said = [rating.labels for rating in record.ratings if rating.labels]
        if space.kind != "exclusive" or not said:
            # Who chose nothing chose none of several labels; of exclusive ones he gave no vote.
            said = [rating.labels for rating in record.ratings]
        if len(said) < 2 or not any(said):
            continue
        row = np.array([sum(label in labels for labels in said) for label in space], np.float64) / len(said)
        if space.kind == "exclusive" and row.sum() > 0:
            row = row / row.sum()
        if space.kind != "exclusive" or row.sum() > 0:
            shares[place] = row
    return None if np.isnan(shares).all() else shares
