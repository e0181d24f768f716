"""From one label space to another: by cited maps, with a named rule, saying what is lost.

What comes out of a conversion:

- **Into a multi-label space** each target label gets the evidence of the source labels placed in
  it, combined by a rule: ``"noisy-or"`` 1 − Π(1 − pᵢ) (at least one holds, if they are independent;
  the default for multi-label sources), ``"max"`` or ``"sum"`` (at most 1; the default for exclusive
  sources, whose labels are alternatives). All three lie in [max pᵢ, min(1, Σ pᵢ)].
- **Into an exclusive space** (`sentiment`, `ekman-neutral`) that evidence is divided by its sum, so
  a row adds up to one and its largest value is the one label that `Reading.labels` names. A source
  label without a place (surprise has no sign) speaks for neutral as far as no placed label holds:
  neutral = 1 − (1 − n)(1 − l Π(1 − qⱼ)), with n the evidence for neutral itself, l that for the lost
  labels and qⱼ that for the other targets. A row without any evidence is neutral. From an
  exclusive source nothing is divided: lost labels add to neutral, and the mass stays what it was.
- **Where the target has a neutral and the source has none** (ekman to ekman-neutral), neutral
  means none of the others: Π(1 − qⱼ), before the division.
- A label placed in two targets (Plutchik's dyads: love = joy + trust) belongs to each in full.
- Refining is refused: ekman's joy cannot say which of twelve goemotions labels it was.

Thresholds of a model belong to a space by name, so they travel with a reading untouched.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.affect.conversion import Conversion, conversion
from affekt.affect.roll_up import RULES, Rule, check_rule, roll_up
from affekt.errors import ConversionError, InputError
from affekt.types import LabelSpace, Reading

__all__ = ["RULES", "Conversion", "Rule", "conversion", "convert_probabilities", "convert_reading", "roll_up"]

_ROUNDING = 1e-6


def convert_probabilities(
    probabilities: ArrayLike, source: str | LabelSpace, target: str | LabelSpace, *, rule: Rule | None = None
) -> NDArray[Any]:
    """Return probabilities (item, target label), in [0, 1], from those over `source` (item, source label).

    `rule` is the conversion's own if None: ``"noisy-or"`` from a multi-label space, ``"sum"`` from
    an exclusive one. The module's first lines say how exclusive targets and neutral are treated.
    The floating type is kept; rows of NaN stay NaN.

    Raises `ConversionError` where no conversion exists or an exclusive source is asked for a rule
    other than ``"sum"``, and `InputError` for a wrong shape or values outside [0, 1].

    >>> convert_probabilities([[0.8, 0.1, 0.05, 0.05]], "goemotions-sentiment", "sentiment").round(2).tolist()
    [[0.1, 0.06, 0.83]]
    """
    found = conversion(source, target)
    values, kept = _checked(probabilities, found.source)
    chosen = _chosen_rule(found, rule)
    if found.kind == "identity":
        return values.astype(kept)
    column = found.source.index
    members = [[column(label) for label in labels] for labels in found.members.values()]
    rolled = roll_up(values, members, rule=chosen)
    exclusive = found.target.kind == "exclusive"
    if found.target.neutral is not None and (exclusive or found.neutral_by_absence):
        lost = roll_up(values, [[column(loss.label) for loss in found.loses]], rule=chosen)[:, 0]
        place = found.target.index(found.target.neutral)
        rolled[:, place] = _neutral(found, rolled, lost, place)
    if exclusive and found.source.kind != "exclusive":
        rolled = _shares(rolled, found.target)
    return rolled.astype(kept)


def _neutral(
    found: Conversion, rolled: NDArray[np.float64], lost: NDArray[np.float64], place: int
) -> NDArray[np.float64]:
    """Return the evidence for the target's neutral, from what is placed and what is lost."""
    absence: NDArray[np.float64] = np.prod(1.0 - np.delete(rolled, place, axis=1), axis=1)
    if found.neutral_by_absence:
        return absence
    neutral = rolled[:, place]
    if found.source.kind == "exclusive":
        return neutral + lost
    return 1.0 - (1.0 - neutral) * (1.0 - lost * absence)


def _shares(rolled: NDArray[np.float64], target: LabelSpace) -> NDArray[np.float64]:
    """Return rows divided by their sum; a row without evidence is neutral."""
    silent = rolled.sum(axis=1) == 0.0
    if target.neutral is not None:
        rolled[silent, target.index(target.neutral)] = 1.0
    shares: NDArray[np.float64] = rolled / rolled.sum(axis=1, keepdims=True)
    return shares


def _chosen_rule(found: Conversion, rule: Rule | None) -> Rule:
    if rule is None:
        return found.rule
    check_rule(rule)
    if found.source.kind == "exclusive" and rule != "sum":
        raise ConversionError(
            f"The labels of {found.source.name!r} exclude each other, so their probabilities add up: {rule!r} would "
            "lose mass. Use rule='sum', or leave rule out."
        )
    return rule


def _checked(probabilities: ArrayLike, space: LabelSpace) -> tuple[NDArray[np.float64], np.dtype[Any]]:
    """Return the probabilities as float64 in [0, 1], and the floating type to give back."""
    given = np.asarray(probabilities)
    if given.dtype.kind not in "fiub":
        raise InputError(f"Probabilities are numbers; got an array of {given.dtype}.")
    if given.ndim != 2 or given.shape[1] != len(space):
        raise InputError(
            f"Probabilities over {space.name} have the shape (item, {len(space)}), got {given.shape}. "
            "For one item, pass a list that holds its row."
        )
    values = given.astype(np.float64)
    outside = (values < -_ROUNDING) | (values > 1.0 + _ROUNDING)
    if outside.any():
        raise InputError(
            f"Probabilities lie in [0, 1]; row {int(np.argwhere(outside)[0, 0])} holds {values[outside][0]:g}. "
            "Pass probabilities, not logits or percentages."
        )
    return np.clip(values, 0.0, 1.0), given.dtype if given.dtype.kind == "f" else np.dtype(np.float64)


def convert_reading(reading: Reading, space: str | LabelSpace) -> Reading:
    """Return the reading in another label space; span, VAD, intensity and thresholds stay as they were.

    Evidence keeps the labels it was measured on, those of the model's own space. A reading whose
    status is not ``"ok"`` stays without probabilities. Raises as `convert_probabilities` does.

    >>> from affekt.types import Span
    >>> from affekt.affect.spaces import find_space
    >>> joyful = Reading(find_space("parrott"), (0.3, 0.8, 0.0, 0.0, 0.0, 0.1), Span(0, 5))
    >>> convert_reading(joyful, "ekman").labels
    ('joy',)
    """
    found = conversion(reading.space, space)
    if found.kind == "identity":
        return reading
    if not reading.probabilities:
        return replace(reading, space=found.target)
    row = convert_probabilities([reading.probabilities], found.source, found.target)[0]
    return replace(reading, space=found.target, probabilities=tuple(row.tolist()))
