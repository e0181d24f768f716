"""How one label space becomes another: the map or the path of maps, its source, what it loses."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache, reduce
from itertools import pairwise
from typing import get_args

from affekt.affect.maps import Conversion, LabelMap, Placement, own_rule
from affekt.affect.maps.composing import compose
from affekt.affect.maps.placing import TermMap, map_by_terms, terms_behind
from affekt.affect.maps.published import MAPS, PATHS
from affekt.affect.spaces import NO_EMOTION, SPACES, find_space
from affekt.errors import ConversionError
from affekt.types import LabelSpace, Route

__all__ = ["ROUTES", "Conversion", "Route", "compose", "conversion"]

ROUTES: tuple[Route, ...] = get_args(Route)

# Where to go with labels that are no emotions.
_INSTEAD = {
    "appraisals": "Which emotion follows is for a model to learn, from a corpus that has both, such as crowd-enVENT or "
    "x-enVENT.",
    "instrument": "Score it by its own key; ratings of valence, arousal and dominance are moved to affekt's scale by "
    "affekt.affect.scales.",
    "wellness": "Keep its scores beside the emotions, as a column of their own.",
    "traits": "Keep its scores beside the emotions, as a column of their own.",
    "tags": "Keep its tags beside the emotions, as a column of their own.",
}


def conversion(source: str | LabelSpace, target: str | LabelSpace, *, via: Route = "cited") -> Conversion:
    """Return how `source` becomes `target`.

    `via` says on whose authority. ``"cited"``: a published roll-up where there is one, else what the
    terms of the labels say (`affekt.affect.maps.placing`), and an error where the target is finer.
    ``"vad"`` and ``"vocabulary"``: the nearest labels by the places of the words or by WordNet
    (`affekt.affect.maps.nearness`). ``"learned"``: shares counted in a corpus that has both
    (`affekt.affect.maps.learned`). In your own `LabelSpace` labels are placed by the terms they are named after.

    Raises `UnknownNameError` for a name that is none, and `ConversionError` where the target is
    finer than the source, holds no emotions, or no such map exists.

    >>> found = conversion("goemotions", "sentiment")
    >>> " > ".join(found.path)
    'goemotions > goemotions-sentiment > sentiment'
    >>> [loss.label for loss in found.loses]
    ['confusion', 'curiosity', 'realization', 'surprise']
    >>> round(found.bits_lost(), 2)
    3.77
    """
    before, after = _own(find_space(source)), _own(find_space(target))
    if via not in ROUTES:
        raise ConversionError(f"Unknown route {via!r} from one label space to another. Allowed: {', '.join(ROUTES)}.")
    if before == after:
        same = tuple(Placement(label, (label,), "identity", before.source) for label in before)
        return Conversion(before, after, "identity", before.source, own_rule(before), (before.name,), same, (), {})
    for space in (before, after):
        if space.kind in NO_EMOTION or (space.name in SPACES and SPACES[space.name] != space):
            raise _no_map(before, after, space)
    return _route(before, after, via)


def _own(space: LabelSpace) -> LabelSpace:
    """Return affekt's own space for one that differs from it in the citation alone."""
    known = SPACES.get(space.name, space)
    same = (known.labels, known.kind, known.neutral) == (space.labels, space.kind, space.neutral)
    return known if same else space


@lru_cache(maxsize=4096)
def _route(source: LabelSpace, target: LabelSpace, via: Route) -> Conversion:
    if via == "cited":
        return _cited(source, target)
    if via == "learned":
        from affekt.affect.maps.learned import learned_conversion

        return learned_conversion(source, target)
    from affekt.affect.maps.nearness import nearest_in_vad, nearest_in_vocabulary

    return (nearest_in_vad if via == "vad" else nearest_in_vocabulary)(source, target)


def _cited(source: LabelSpace, target: LabelSpace) -> Conversion:
    path = (source.name, target.name)
    steps = pairwise(PATHS.get(path, path))
    if path in MAPS or path in PATHS:
        published = reduce(compose, (_built(MAPS[pair]) for pair in steps))
        return replace(published, splits=map_by_terms(source, target).splits)
    for space in (source, target):
        if SPACES.get(space.name) != space and not any(terms_behind(space, label) for label in space):
            raise _no_map(source, target, space)
    found = map_by_terms(source, target)
    if len(found.splits) > found.kept:
        raise _too_fine(source, target, found)
    if not any(placement.label != source.neutral for placement in found.placements):
        raise _nothing_placed(source, target, found)
    citation = "; ".join(dict.fromkeys(placement.citation for placement in found.placements))
    rule = own_rule(source)
    return Conversion(source, target, "by terms", citation, rule, path, found.placements, found.loses, found.splits)


def _built(found: LabelMap) -> Conversion:
    """Return the conversion of one published map."""
    source, target = SPACES[found.source], SPACES[found.target]
    return Conversion(
        source,
        target,
        found.kind,
        found.citation,
        own_rule(source),
        (found.source, found.target),
        tuple(sorted(found.placements, key=lambda placement: source.index(placement.label))),
        tuple(sorted(found.loses, key=lambda loss: source.index(loss.label))),
        {},
    )


def _too_fine(source: LabelSpace, target: LabelSpace, found: TermMap) -> ConversionError:
    label, parts = max(found.splits.items(), key=lambda item: len(item[1]))
    shown = ", ".join(parts[:4]) + (" …" if len(parts) > 4 else "")
    fix = f"Read the signal with a model that answers in {target.name!r}"
    if target.name != "goemotions":
        fix += " or 'goemotions', and convert from there"
    return ConversionError(
        f"{source.name!r} cannot become {target.name!r}, which is finer: {label} would have to be split into {shown}, "
        f"and nothing says how. {fix}. {_GUESS}"
    )


_GUESS = "For a guess on other grounds, name them: via='vad', 'vocabulary' or 'learned', or affekt.affect.maps.refine."


def _nothing_placed(source: LabelSpace, target: LabelSpace, found: TermMap) -> ConversionError:
    loss = next((loss for loss in found.loses if loss.label != source.neutral), None)
    why = (
        "it has no emotion labels"
        if loss is None
        else f"none of its labels has a place there ({loss.label}: {loss.reason})"
    )
    return ConversionError(f"{source.name!r} cannot become {target.name!r}: {why}. {_GUESS}")


def _no_map(source: LabelSpace, target: LabelSpace, space: LabelSpace) -> ConversionError:
    if space.kind in NO_EMOTION:
        why = f"{space.name!r} holds {NO_EMOTION[space.kind]}. {_INSTEAD[space.kind]}"
    elif space.name in SPACES:
        why = f"this {space.name!r} has other labels or another kind than affekt's own."
    else:
        why = f"there is no cited map for {space.name!r}, and none of its labels is a term that affekt knows."
    return ConversionError(
        f"{source.name!r} cannot become {target.name!r}: {why} `affekt spaces` lists the spaces that convert."
    )
