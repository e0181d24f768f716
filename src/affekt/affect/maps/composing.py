"""One map after another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from affekt.affect.maps import Conversion, Loss, Placement, own_rule
from affekt.errors import ConversionError


def compose(first: Conversion, second: Conversion) -> Conversion:
    """Return the conversion that follows `first` by `second`, whatever the two are.

    Labels placed whole go to every target that any of their steps reaches; as soon as one of the two
    shares labels out, the shares are multiplied and added up (a label placed whole in several then
    counts in even parts). What either loses is lost. Nothing is won on the way: `Conversion.bits_lost`
    is at least that of `first`.

    Raises `ConversionError` where `first` does not end in the space that `second` starts from.

    >>> from affekt.affect.convert import conversion
    >>> found = compose(conversion("goemotions", "ekman"), conversion("ekman", "plutchik"))
    >>> found.path, found.members["joy"][:3]
    (('goemotions', 'ekman', 'plutchik'), ('admiration', 'amusement', 'approval'))
    """
    if first.target != second.source:
        raise ConversionError(
            f"A conversion to {first.target.name!r} cannot be followed by one from {second.source.name!r}. "
            "The second has to start from the space where the first ends."
        )
    if "identity" in (first.kind, second.kind):
        return second if first.kind == "identity" else first
    placements, loses = (_by_shares if first.shared or second.shared else _whole)(first, second)
    order = first.source.index
    return Conversion(
        first.source,
        second.target,
        "composed",
        _joined(first.citation, second.citation),
        own_rule(first.source),
        (*first.path, *second.path[1:]),
        tuple(sorted(placements, key=lambda placement: order(placement.label))),
        tuple(sorted((*first.loses, *loses), key=lambda loss: order(loss.label))),
        {},
    )


def _whole(first: Conversion, second: Conversion) -> tuple[list[Placement], list[Loss]]:
    onward = {placement.label: placement for placement in second.placements}
    placements, loses = [], []
    for placement in first.placements:
        steps = [onward[label] for label in placement.targets if label in onward]
        targets = tuple(dict.fromkeys(target for step in steps for target in step.targets))
        if targets:
            citation = _joined(placement.citation, *(step.citation for step in steps))
            placements.append(Placement(placement.label, targets, "composed", citation))
        else:
            loses.append(_lost(first, second, placement))
    return placements, loses


def _by_shares(first: Conversion, second: Conversion) -> tuple[list[Placement], list[Loss]]:
    table = _shares(first) @ _shares(second)
    placements, loses = [], []
    for placement in first.placements:
        row = table[first.source.index(placement.label)]
        reached = [column for column in np.argsort(-row, kind="stable") if row[column] > 0]
        if reached:
            targets = tuple(second.target.labels[column] for column in reached)
            shares = tuple(float(row[column]) for column in reached)
            citation = _joined(placement.citation, second.citation)
            placements.append(Placement(placement.label, targets, "composed", citation, shares))
        else:
            loses.append(_lost(first, second, placement))
    return placements, loses


def _shares(found: Conversion) -> NDArray[np.float64]:
    """Return the part of each source label (a row) that goes to each target label; at most 1 in all."""
    table = np.zeros((len(found.source), len(found.target)))
    for placement in found.placements:
        shares = placement.shares or (1.0 / len(placement.targets),) * len(placement.targets)
        table[found.source.index(placement.label), [found.target.index(target) for target in placement.targets]] = (
            shares
        )
    return table


def _lost(first: Conversion, second: Conversion, placement: Placement) -> Loss:
    """Return why a label that `first` places goes no further."""
    reasons = {loss.label: loss.reason for loss in second.loses}
    passed = placement.targets[0]
    named = "" if passed == placement.label else f"it goes into {passed!r} of {first.target.name}; "
    return Loss(placement.label, named + reasons[passed])


def _joined(*citations: str) -> str:
    return "; then ".join(dict.fromkeys(citations))
