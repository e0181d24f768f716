"""How terms are related: which is another form of which, or close to it, or a kind of it.

The table of terms says which term another stems from. Groups that are not terms' own come from the tree
and the wheel.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from affekt.affect.spaces import EKMAN_1992
from affekt.affect.terms import TERMS

FORM, CLOSE, KIND = "another form of", "close to", "a kind of"
# Ekman's photographs are of happiness; in 1992 he writes enjoyment. The six here have joy, after GoEmotions.
_SAME = {"happiness": "joy", "enjoyment": "joy"}
_TREES = ("parrott", "plutchik")


class Kin(NamedTuple):
    """A term, how many steps it is away, and what says so."""

    name: str
    steps: int
    said: str


@lru_cache(maxsize=4096)
def kin_of(name: str) -> tuple[Kin, ...]:
    """Return the term itself, then what it is another form of or close to, step by step.

    >>> [kin.name for kin in kin_of("happy")]
    ['happy', 'happiness', 'joy']
    """
    found = [Kin(name, 0, "the same term")]
    while True:
        here = found[-1].name
        said = _said(here)
        if said is not None and said[1] in (FORM, CLOSE):
            onward, why = said
        elif here in _SAME:
            onward, why = _SAME[here], f"a name of the same emotion: {EKMAN_1992}"
        else:
            return tuple(found)
        if any(onward == kin.name for kin in found):
            return tuple(found)
        found.append(Kin(onward, len(found), why))


@lru_cache(maxsize=4096)
def groups_of(name: str) -> tuple[tuple[str, str], ...]:
    """Return what a term is a kind of, closest first, with who says so.

    >>> [group for group, said in groups_of("fury")]
    ['rage', 'anger']
    """
    return tuple(dict.fromkeys(_groups(name, frozenset())))


def _groups(name: str, seen: frozenset[str]) -> Iterator[tuple[str, str]]:
    from affekt.affect.words.wheels import WHEELS

    for kin in kin_of(name):
        said = _said(kin.name)
        if said is not None and said[1] == KIND and said[0] not in seen:
            yield said
            yield from _groups(said[0], seen | {name, kin.name})
        for tree in _TREES:
            wheel = WHEELS[tree]
            first, second = wheel.group(kin.name, 1), wheel.group(kin.name, 2)
            if first is None or kin.name == first:
                continue
            if second is not None and second != kin.name:
                yield second, wheel.source
            yield first, wheel.source


def _said(name: str) -> tuple[str, str] | None:
    """Return the term that a term stems from, and how the two are related."""
    kin = TERMS[name].kin if name in TERMS else None
    return None if kin is None else (kin.name, kin.relation)
