"""Maps built from what labels mean: by the same term, by its ancestors, by its place among primary emotions.

A label goes, as far as its terms tell, to the first of

1. the target's label for the same term, or another form of it (angry, anger; mad);
2. the target's label for a closer group than a primary emotion: fury to rage, in Parrott's tree;
3. the target's labels for its place in a hub (Ekman's six, Plutchik's eight, the signs), the hub of
   which the target has most; a label named like a hub's stands for all that the target does not
   name apart;
4. the target's label for a primary emotion of the tree or the wheel.

Otherwise it is lost, and the reason is kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from affekt.affect.maps import Loss, MapKind, Placement
from affekt.affect.maps.kinship import FORM, groups_of, kin_of
from affekt.affect.maps.published import MAPS
from affekt.affect.spaces import SPACES
from affekt.errors import UnknownNameError
from affekt.types import LabelSpace

if TYPE_CHECKING:
    from affekt.affect.terms import Term, TermPlacement

NAMES = "the same term in both spaces"
_HUBS = ("ekman", "plutchik", "sentiment")
# Du, Tao & Martinez (2014): a compound expression shows both of its emotions.
_TOGETHER = frozenset({"c-expr"})


@dataclass(frozen=True, slots=True)
class TermMap:
    """What the terms say of two spaces: places, losses, and the labels that the target tells apart more finely."""

    placements: tuple[Placement, ...]
    loses: tuple[Loss, ...]
    splits: dict[str, tuple[str, ...]]
    kept: int


@dataclass(frozen=True, slots=True)
class _Step:
    """One term's way into the target."""

    targets: tuple[str, ...]
    kind: MapKind
    citation: str


def map_by_terms(source: LabelSpace, target: LabelSpace) -> TermMap:
    """Return where the terms of each source label place it in the target.

    A source label is split if the way back places two or more target labels in it. It then goes to
    the one that stands for the same term, if there is one, and else nowhere. `kept` counts the
    emotion labels that are not split and that the target has, too, under some form of their name.
    """
    forth, back = _claims(source, target), _claims(target, source)
    parts = {
        label: tuple(other for other, claim in back.items() if isinstance(claim, Placement) and label in claim.targets)
        for label in source
    }
    splits = {label: found for label, found in parts.items() if len(found) > 1 and label != source.neutral}
    placements, loses = [], []
    for label, claim in forth.items():
        if isinstance(claim, Placement):
            placements.append(claim)
        elif label in splits:
            shown = ", ".join(splits[label])
            loses.append(Loss(label, f"{target.name} is finer: it would have to be split into {shown}"))
        elif parts[label]:
            wider = f"it says less than {parts[label][0]}, the only label of {target.name} that falls under it"
            loses.append(Loss(label, wider))
        else:
            loses.append(claim)
    way = _way(target)
    kept = sum(
        placement.label not in splits
        and placement.label != source.neutral
        and any(way.named(term.name) for term in terms_behind(source, placement.label))
        for placement in placements
    )
    return TermMap(tuple(placements), tuple(loses), splits, kept)


@lru_cache(maxsize=4096)
def _claims(source: LabelSpace, target: LabelSpace) -> dict[str, Placement | Loss]:
    """Return the place of every source label by its terms, whether or not the target is finer."""
    way = _way(target)
    return {label: _claim(label, source, target, way) for label in source}


@lru_cache(maxsize=256)
def _way(target: LabelSpace) -> _Way:
    return _Way(target)


def _claim(label: str, source: LabelSpace, target: LabelSpace, way: _Way) -> Placement | Loss:
    if label == source.neutral:
        if target.neutral is not None:
            return Placement(label, (target.neutral,), "identity of names", "the absence of emotion in both spaces")
        none = "has no label for the absence of emotion; a neutral text shows as low values of all its labels"
        return Loss(label, f"{target.name} {none}")
    terms = terms_behind(source, label)
    if not terms:
        return Loss(label, "affekt has no term of that name, so nothing says where it goes")
    whole = way.same(terms)
    if whole is not None:
        return Placement(label, whole.targets, whole.kind, whole.citation)
    steps = [step for step in map(way.step, terms) if step is not None]
    targets = tuple(dict.fromkeys(target for step in steps for target in step.targets))
    if targets:
        kinds = {step.kind for step in steps}
        return Placement(
            label,
            targets,
            kinds.pop() if len(kinds) == 1 else "composed",
            "; ".join(dict.fromkeys(step.citation for step in steps)),
        )
    return Loss(label, way.reason(terms[0]))


@lru_cache(maxsize=8192)
def terms_behind(space: LabelSpace, label: str) -> tuple[Term, ...]:
    """Return the terms of a label, none where affekt knows none."""
    from affekt.affect.terms import terms_of

    if SPACES.get(space.name) == space:
        return terms_of(space, label)
    try:
        return terms_of(space, label)
    except UnknownNameError:
        return ()


def holds_together(space: LabelSpace, label: str) -> bool:
    """Return whether a label of several terms means all of them at once ("happily surprised"), not any of them."""
    return space.name in _TOGETHER and len(terms_behind(space, label)) > 1


class _Way:
    """The ways into one target space, worked out once for all source labels."""

    def __init__(self, target: LabelSpace) -> None:
        self.target = target
        self.kin: dict[str, list[tuple[int, str, str]]] = {}
        self.wholes: dict[frozenset[str], str] = {}
        self._named: dict[str, _Step | None] = {}
        self._steps: dict[str, _Step | None] = {}
        for label in target:
            if label == target.neutral:
                continue
            terms = terms_behind(target, label)
            self.wholes.setdefault(frozenset(term.name for term in terms), label)
            if not holds_together(target, label):
                for term in terms:
                    for kin in kin_of(term.name):
                        self.kin.setdefault(kin.name, []).append((kin.steps, label, kin.said))
        known = SPACES.get(target.name) == target
        self.direct = {hub: MAPS[hub, target.name] for hub in _HUBS if known and (hub, target.name) in MAPS}
        self.hubs = tuple(sorted(_HUBS, key=lambda hub: (-self._coverage(hub), -len(SPACES[hub]))))
        self.is_hub = known and target.name in _HUBS

    def _coverage(self, hub: str) -> float:
        """Return the share of a hub's emotion labels that the target has."""
        labels = [label for label in SPACES[hub] if label != SPACES[hub].neutral]
        return sum(self.named(label) is not None for label in labels) / len(labels)

    def same(self, terms: tuple[Term, ...]) -> _Step | None:
        """Return the label with exactly these terms."""
        found = self.wholes.get(frozenset(term.name for term in terms))
        return None if found is None else _Step((found,), "identity of names", NAMES)

    def named(self, name: str) -> _Step | None:
        """Return the labels that stand for a term, or for what it is another form of or close to."""
        if name not in self._named:
            self._named[name] = self._find_named(name)
        return self._named[name]

    def _find_named(self, name: str) -> _Step | None:
        met = [
            (kin.steps + steps, label, kin.said if kin.steps else said)
            for kin in kin_of(name)
            for steps, label, said in self.kin.get(kin.name, ())
        ]
        if not met:
            return None
        least = min(met)[0]
        labels = tuple(dict.fromkeys(label for steps, label, _ in met if steps == least))
        if least == 0:
            return _Step(labels, "identity of names", NAMES)
        said = next(said for steps, _, said in met if steps == least)
        return _Step(labels, "identity of names" if said == FORM else "derived", said)

    def step(self, term: Term) -> _Step | None:
        """Return the first way that leads into the target."""
        if term.name not in self._steps:
            self._steps[term.name] = self._find_step(term)
        return self._steps[term.name]

    def _find_step(self, term: Term) -> _Step | None:
        if self.is_hub:
            place = _place(term, self.target.name)
            return _Step(place.targets, place.kind, place.citation) if place.targets else None
        hub = SPACES[self.hubs[0]].labels
        groups = groups_of(term.name)
        return (
            self.named(term.name)
            or self._up(group for group in groups if group[0] not in hub)
            or self._through_hubs(term)
            or self._up(group for group in groups if group[0] in hub)
        )

    def _up(self, groups: Iterable[tuple[str, str]]) -> _Step | None:
        for name, citation in groups:
            found = self.named(name)
            if found is not None:
                return _Step(found.targets, "hierarchy", f"under {name}: {citation}")
        return None

    def _through_hubs(self, term: Term) -> _Step | None:
        hubs = list(self.hubs)
        while hubs:
            hub = hubs.pop(0)
            place = _place(term, hub)
            if not place.targets:
                # Where the target has the whole hub, "no place" is an answer; only a published map may know better.
                if self._coverage(hub) == 1:
                    hubs = [other for other in hubs if other in self.direct]
                continue
            targets, onward = self._onward(hub, place.targets)
            if targets:
                there = f"in {hub} {' and '.join(place.targets)}: {place.citation}; then {onward}"
                return _Step(targets, "composed", there)
        return None

    def _onward(self, hub: str, labels: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
        """Return the target labels of a hub's labels: by the direct map if there is one, else by name."""
        if hub in self.direct:
            direct = self.direct[hub]
            placed = {placement.label: placement.targets for placement in direct.placements}
            reached = (target for label in labels for target in placed.get(label, ()))
            return tuple(dict.fromkeys(reached)), direct.citation
        found = [self.named(label) or self._up(groups_of(label)) for label in labels]
        steps = [step for step in found if step is not None]
        said = dict.fromkeys("by name" if step.kind != "hierarchy" else step.citation for step in steps)
        return tuple(dict.fromkeys(target for step in steps for target in step.targets)), "; ".join(said)

    def reason(self, term: Term) -> str:
        """Return why a term has no place: what the hub says that the target has most of."""
        hub = self.target.name if self.is_hub else self.hubs[0]
        place = _place(term, hub)
        if not place.targets:
            return f"no label of {self.target.name} stands for {term.name} or what it falls under; {place.citation}"
        shown = " and ".join(place.targets)
        return f"no label of {self.target.name} stands for {term.name}, nor for {shown}, its place in {hub}"


def place_label(source: LabelSpace, label: str, target: LabelSpace) -> Placement | Loss:
    """Return where the terms of one label place it in the target, or why nowhere, also where `conversion` refuses.

    >>> place_label(SPACES["goemotions"], "gratitude", SPACES["ekman"]).targets
    ('joy',)
    >>> place_label(SPACES["sentiment"], "negative", SPACES["ekman"]).reason[:45]
    'no label of ekman stands for negative or what'
    """
    source.index(label)
    return _claims(source, target)[label]


def _place(term: Term, hub: str) -> TermPlacement:
    places: dict[str, TermPlacement] = {"ekman": term.ekman, "plutchik": term.plutchik, "sentiment": term.sentiment}
    return places[hub]
