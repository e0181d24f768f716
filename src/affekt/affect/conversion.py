"""How one label space becomes another: the map or the path of maps, its source, what it loses."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from affekt.affect.maps import MAPS, PATHS, LabelMap, Loss, MapKind, Placement
from affekt.affect.roll_up import Rule
from affekt.affect.spaces import SPACES, find_space
from affekt.errors import ConversionError
from affekt.types import LabelSpace


@dataclass(frozen=True, slots=True)
class Conversion:
    """How one label space becomes another, who says so, and what is lost on the way.

    `path` names the spaces passed through, ends included. Every label of `source` is in
    `placements` or in `loses`. `unreached` are target labels that no source label speaks for: they
    are always 0. `rule` combines probabilities unless another is asked for.
    """

    source: LabelSpace
    target: LabelSpace
    kind: MapKind
    citation: str
    rule: Rule
    path: tuple[str, ...]
    placements: tuple[Placement, ...]
    loses: tuple[Loss, ...]

    @property
    def members(self) -> dict[str, tuple[str, ...]]:
        """The source labels placed in each target label, in the order of both spaces."""
        placed = {placement.label: placement.targets for placement in self.placements}
        return {
            target: tuple(label for label in self.source if target in placed.get(label, ())) for target in self.target
        }

    @property
    def merges(self) -> dict[str, tuple[str, ...]]:
        """The target labels that stand for several source labels, which they no longer tell apart."""
        return {target: labels for target, labels in self.members.items() if len(labels) > 1}

    @property
    def neutral_by_absence(self) -> bool:
        """Whether the target's neutral is worked out as "none of the others"."""
        return self.target.neutral is not None and self.source.neutral is None

    @property
    def unreached(self) -> tuple[str, ...]:
        """The target labels that nothing in the source speaks for: always 0."""
        absent = self.target.neutral if self.neutral_by_absence else None
        return tuple(target for target, labels in self.members.items() if not labels and target != absent)


def conversion(source: str | LabelSpace, target: str | LabelSpace) -> Conversion:
    """Return how `source` becomes `target`.

    Raises `UnknownNameError` for a name that is none, and `ConversionError` where the target is
    finer than the source or no cited map exists.

    >>> found = conversion("goemotions", "sentiment")
    >>> " > ".join(found.path)
    'goemotions > goemotions-sentiment > sentiment'
    >>> [loss.label for loss in found.loses]
    ['confusion', 'curiosity', 'realization', 'surprise']
    """
    before, after = find_space(source), find_space(target)
    if before == after:
        same = tuple(Placement(label, (label,), "identity", before.source) for label in before)
        return Conversion(before, after, "identity", before.source, own_rule(before), (before.name,), same, ())
    for space in (before, after):
        if SPACES.get(space.name) != space:
            raise _no_map(before, after, space)
    return _between(before.name, after.name)


@lru_cache(maxsize=64)
def _between(source: str, target: str) -> Conversion:
    path = (source, target) if (source, target) in MAPS else PATHS.get((source, target))
    if path is None:
        raise _too_fine(SPACES[source], SPACES[target])
    steps = [MAPS[pair] for pair in pairwise(path)]
    found = steps[0]
    for step in steps[1:]:
        found = _compose(found, step)
    order = SPACES[source].index
    return Conversion(
        SPACES[source],
        SPACES[target],
        found.kind,
        found.citation,
        own_rule(SPACES[source]),
        path,
        tuple(sorted(found.placements, key=lambda placement: order(placement.label))),
        tuple(sorted(found.loses, key=lambda loss: order(loss.label))),
    )


def _compose(first: LabelMap, second: LabelMap) -> LabelMap:
    """Return the map that follows `first` by `second`."""
    onward = {placement.label: placement for placement in second.placements}
    reasons = {loss.label: loss.reason for loss in second.loses}
    placements, loses = [], list(first.loses)
    for placement in first.placements:
        steps = [onward[label] for label in placement.targets if label in onward]
        targets = tuple(dict.fromkeys(target for step in steps for target in step.targets))
        if targets:
            sources = dict.fromkeys((placement.citation, *(step.citation for step in steps)))
            placements.append(Placement(placement.label, targets, "composed", "; then ".join(sources)))
        else:
            passed = placement.targets[0]
            named = "" if passed == placement.label else f"it goes into {passed!r} of {first.target}; "
            loses.append(Loss(placement.label, named + reasons[passed]))
    citation = "; then ".join(dict.fromkeys((first.citation, second.citation)))
    return LabelMap(first.source, second.target, "composed", citation, tuple(placements), tuple(loses))


def own_rule(source: LabelSpace) -> Rule:
    """Return the rule that suits a source: alternatives add up, independent labels do not."""
    return "sum" if source.kind == "exclusive" else "noisy-or"


def _too_fine(source: LabelSpace, target: LabelSpace) -> ConversionError:
    # Every pair without a map has one the other way round; what that one merges is what would be invented.
    label, parts = max(_between(target.name, source.name).merges.items(), key=lambda item: len(item[1]))
    shown = ", ".join(parts[:4]) + (" …" if len(parts) > 4 else "")
    fix = f"Read the signal with a model that answers in {target.name!r}"
    if target.name != "goemotions":
        fix += " or 'goemotions', and convert from there"
    return ConversionError(
        f"{source.name!r} cannot become {target.name!r}, which is finer: {label} would have to be split into {shown}, "
        f"and nothing says how. {fix}."
    )


def _no_map(source: LabelSpace, target: LabelSpace, space: LabelSpace) -> ConversionError:
    if space.kind in ("appraisals", "instrument", "traits"):
        why = f"{space.name!r} holds {space.kind}, which are no emotions and have no map to or from them"
    elif space.name in SPACES:
        why = f"this {space.name!r} has other labels or another kind than affekt's own"
    else:
        why = f"there is no cited map for {space.name!r}"
    return ConversionError(
        f"{source.name!r} cannot become {target.name!r}: {why}. Spaces that convert: {', '.join(SPACES)}."
    )
