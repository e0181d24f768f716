"""The space of somebody's own labels: the one they name, a known one of just these labels, or one of their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import NamedTuple

from affekt.affect.spaces import SPACES
from affekt.corpora.own.description import OWN
from affekt.errors import ConversionError, UnknownNameError
from affekt.ratings.layouts import plain
from affekt.types import Kind, LabelSpace

_NEUTRAL = ("neutral", "none", "noemotion", "neutralornone", "nothing")
_LISTED = 8


class Labelling(NamedTuple):
    """The space, what each written label is there (``()``: dropped), and what to say about it."""

    space: LabelSpace | None
    becomes: dict[str, tuple[str, ...]]
    notes: tuple[str, ...]


def settle_labels(
    written: Counter[str],
    *,
    name: str,
    several: bool,
    space: LabelSpace | None = None,
    mapping: Mapping[str, tuple[str, ...]] | None = None,
) -> Labelling:
    """Return which space the labels of a table are in, and what each becomes.

    `written` counts them as they stand in the cells; case and punctuation do not matter. `mapping` goes first. With a
    `space` every label has to be one of its; without, it is the known space of its kind (`several`: an item may have
    more than one) with just these labels, or a space of their own. Raises `UnknownNameError`, which names close labels.
    """
    mapped = {plain(own): to for own, to in (mapping or {}).items()}
    unused = [own for own in mapping or {} if plain(own) not in {plain(label) for label in written}]
    notes = []
    if mapped:
        dropped = sorted(label for label in written if mapped.get(plain(label)) == ())
        rows = sum(written[label] for label in dropped)
        notes += [f"Dropped by the map: {', '.join(dropped)} ({rows:,} times)."] if dropped else []
        notes += [f"Labels of the map that no row has: {', '.join(unused)}."] if unused else []
    names: dict[str, tuple[str, ...]] = {label: mapped.get(plain(label), (label,)) for label in written}
    if space is None:
        targets = tuple(dict.fromkeys(target for to in names.values() for target in to))
        if not targets:
            return Labelling(None, dict.fromkeys(written, ()), tuple(notes))
        space = _fitting(targets, several) or _own_space(targets, name, several)
        notes += _advice(space)
    place = {plain(label): label for label in space}
    unknown = Counter({label: written[label] for label, to in names.items() if any(plain(t) not in place for t in to)})
    if unknown:
        raise _unknown(unknown, names, space, name)
    return Labelling(
        space, {label: tuple(dict.fromkeys(place[plain(t)] for t in to)) for label, to in names.items()}, tuple(notes)
    )


def _fitting(targets: Sequence[str], several: bool) -> LabelSpace | None:
    keys = {plain(label) for label in targets}
    kind = "multi-label" if several else "exclusive"
    for space in SPACES.values():
        if space.kind == kind and len(space) == len(keys) > 1 and {plain(label) for label in space} == keys:
            return space
    return None


def _own_space(targets: Sequence[str], name: str, several: bool) -> LabelSpace:
    written: dict[str, set[str]] = {}
    for label in targets:
        written.setdefault(plain(label), set()).add(label)
    labels = sorted(
        next(iter(forms)) if len(forms) == 1 else min(form.lower() for form in forms) for forms in written.values()
    )
    kind: Kind = "multi-label" if several else "exclusive"
    neutral = next((label for label in labels if plain(label) in _NEUTRAL), None)
    own = f"{name}-labels" if name in SPACES else name
    return LabelSpace(own, tuple(labels), kind, OWN, neutral)


def _advice(space: LabelSpace) -> list[str]:
    if space.name in SPACES:
        return [f"These are the labels of {space.name}, and are taken as such."]
    keys = {plain(label) for label in space}
    holding = [known for known in SPACES.values() if keys <= {plain(label) for label in known}]
    holding = [known for known in holding if known.kind in ("exclusive", "multi-label")]
    if holding:
        least = min(holding, key=len)
        return [
            f"{_its(space)} of their own here. {least.name} has them all, with "
            f"{len(least) - len(space)} more: "
            f"--labels-in {least.name} if raters could choose from those."
        ]
    return [f"{_its(space)} of their own here; --map FILE turns them into those of a known one."]


def _unknown(
    unknown: Counter[str], names: Mapping[str, tuple[str, ...]], space: LabelSpace, name: str
) -> UnknownNameError:
    told = []
    for label, count in unknown.most_common(_LISTED):
        targets = [target for target in names[label] if plain(target) not in {plain(each) for each in space}]
        close = _close(targets[0], space)
        hint = f"; close: {', '.join(close)}" if close else ""
        via = "" if targets[0] == label else f" mapped to {targets[0]!r}"
        told.append(f"{label!r}{via} ({_times(count)}{hint})")
    more = f" and {len(unknown) - _LISTED} more" if len(unknown) > _LISTED else ""
    return UnknownNameError(
        f"{len(unknown)} label{'s' if len(unknown) > 1 else ''} of {name} {'are' if len(unknown) > 1 else 'is'} not in "
        f"{space.name}: {', '.join(told)}{more}. {space.name} has: {', '.join(space.labels[:40])}. Write a map, a "
        "line for each "
        "(own label, tab, label; an empty second part drops it), and give it with --map FILE."
    )


def _its(space: LabelSpace) -> str:
    return f"Its {len(space)} labels are a space" if len(space) > 1 else f"Its one label, {space.labels[0]}, is a space"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"


def _close(label: str, space: LabelSpace) -> tuple[str, ...]:
    """Return the labels a written one may mean: by the term it is named after, else by spelling."""
    from affekt.affect.conversion import conversion

    try:
        found = conversion(
            LabelSpace("one", (label,), "exclusive", ""), LabelSpace("all", space.labels, space.kind, "")
        )
        placed = tuple(target for placement in found.placements for target in placement.targets)
    except ConversionError:
        placed = ()
    return placed[:2] or tuple(get_close_matches(label.lower(), space.labels, n=2, cutoff=0.5))
