"""Which column a written label belongs to: matched without case and punctuation, to a space or to each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from affekt.ratings.layouts import plain
from affekt.types import LabelSpace


class Matched(NamedTuple):
    """The columns, the column of each name, and the space the columns are labels of."""

    columns: tuple[str, ...]
    place: NDArray[np.int64]
    space: LabelSpace | None


def match_labels(names: Sequence[str], space: LabelSpace | None = None, *, ordered: bool = False) -> Matched:
    """Return the columns for labels as a file writes them.

    With a space they are its labels (`UnknownNameError` for a name it lacks); without one, those of
    a known space that has just these labels (of several the first listed), or else the names
    themselves: sorted, or in their order where `ordered`; names that differ in case alone are one,
    in small letters.

    >>> match_labels(["Joy", "fear", "JOY"]).columns
    ('fear', 'joy')
    """
    keys = [plain(name) or name for name in names]
    found = space or _fitting_space(frozenset(keys))
    if found is not None:
        place_of = {plain(label): place for place, label in enumerate(found.labels)}
        places = [
            place_of[key] if key in place_of else found.index(name) for key, name in zip(keys, names, strict=True)
        ]
        return Matched(found.labels, np.array(places, np.int64), found)
    written: dict[str, set[str]] = {}
    for key, name in zip(keys, names, strict=True):
        written.setdefault(key, set()).add(name)
    shown = {
        key: next(iter(forms)) if len(forms) == 1 else min(form.lower() for form in forms)
        for key, forms in written.items()
    }
    order = list(shown) if ordered else sorted(shown, key=shown.__getitem__)
    place_of = {key: place for place, key in enumerate(order)}
    return Matched(tuple(shown[key] for key in order), np.array([place_of[key] for key in keys], np.int64), None)


def _fitting_space(keys: frozenset[str]) -> LabelSpace | None:
    from affekt.affect.spaces import SPACES

    kinds = ("exclusive", "multi-label")
    for space in SPACES.values():
        if space.kind in kinds and len(space) == len(keys) > 1 and frozenset(map(plain, space.labels)) == keys:
            return space
    return None
