"""From one label space to another, by a named map and a named rule, saying what is lost.

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
- **An exclusive space without neutral** takes what would have gone to neutral in even parts, over
  all labels that the map reaches: a flat row says that nothing is known.
- **Where the target has a neutral and the source has none** (ekman to ekman-neutral), neutral
  means none of the others: Π(1 − qⱼ), before the division; from an exclusive source, the mass of the lost labels.
- A label placed in two targets (Plutchik's dyads: love = joy + trust) belongs to each in full;
  between two exclusive spaces, in even parts, so that mass is kept.
- **Shared maps** (``via="vad"``, ``"vocabulary"``, ``"learned"``) give each target its share of a label: pᵢ
  above is then wᵢpᵢ, and the missing part of a label is lost like a label.
- Refining is refused: ekman's joy cannot say which of twelve goemotions labels it was.
  `affekt.affect.maps.refine` splits by shares that you name.

Thresholds of a model belong to a space by name, so they travel with a reading untouched.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.affect.conversion import ROUTES, Route, conversion
from affekt.affect.maps import Conversion
from affekt.affect.maps.composing import compose
from affekt.affect.maps.roll_up import RULES, Rule, check_rule, roll_up
from affekt.errors import ConversionError, InputError
from affekt.types import LabelSpace, Reading

__all__ = [
    "ROUTES",
    "RULES",
    "Conversion",
    "Route",
    "Rule",
    "check_probabilities",
    "compose",
    "conversion",
    "convert_by",
    "convert_probabilities",
    "convert_reading",
    "roll_up",
]

_ROUNDING = 1e-6


def convert_probabilities(
    probabilities: ArrayLike,
    source: str | LabelSpace,
    target: str | LabelSpace,
    *,
    rule: Rule | None = None,
    via: Route = "cited",
) -> NDArray[Any]:
    """Return probabilities (item, target label), in [0, 1], from those over `source` (item, source label).

    `rule` is the conversion's own if None: ``"noisy-or"`` from a multi-label space, ``"sum"`` from
    an exclusive one. `via` names the map, see `conversion`. The module's first lines say how
    exclusive targets and neutral are treated. The floating type is kept; rows of NaN stay NaN.

    Raises `ConversionError` where no conversion exists or an exclusive source is asked for a rule
    other than ``"sum"``, and `InputError` for a wrong shape or values outside [0, 1].

    >>> convert_probabilities([[0.8, 0.1, 0.05, 0.05]], "goemotions-sentiment", "sentiment").round(2).tolist()
    [[0.1, 0.06, 0.83]]
    """
    return convert_by(conversion(source, target, via=via), probabilities, rule=rule)


def convert_by(found: Conversion, probabilities: ArrayLike, *, rule: Rule | None = None) -> NDArray[Any]:
    """Return probabilities (item, target label) by a conversion of your own making; as `convert_probabilities`.

    >>> found = compose(conversion("goemotions", "ekman"), conversion("ekman", "plutchik"))
    >>> convert_by(found, [[0.5] * 28], rule="max").round(2).tolist()
    [[0.5, 0.0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.0]]
    """
    values, kept = check_probabilities(probabilities, found.source)
    chosen = _chosen_rule(found, rule)
    if found.kind == "identity":
        return values.astype(kept)
    weights = found.weights
    members: list[list[int]] = [np.flatnonzero(column).tolist() for column in weights.T]
    parts: list[list[float]] = [weights[rows, column].tolist() for column, rows in enumerate(members)]
    rolled = roll_up(values, members, rule=chosen, weights=None if (weights[weights > 0] == 1).all() else parts)
    exclusive = found.target.kind == "exclusive"
    if exclusive or found.neutral_by_absence:
        missing = np.clip(1.0 - weights.sum(axis=1), 0.0, 1.0)
        missing[missing < _ROUNDING] = 0.0
        gone: list[int] = np.flatnonzero(missing).tolist()
        lost = roll_up(values, [gone], rule=chosen, weights=[missing[gone].tolist()])[:, 0]
        rolled = _with_rest(found, rolled, lost)
    if exclusive and found.source.kind != "exclusive":
        rolled = rolled / rolled.sum(axis=1, keepdims=True)
    rolled[np.isnan(values).all(axis=1)] = np.nan
    return rolled.astype(kept)


def _with_rest(found: Conversion, rolled: NDArray[np.float64], lost: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the evidence with that for "none of these": in neutral, or evenly over an exclusive space without it."""
    reached = [column for column, label in enumerate(found.target) if label not in found.unreached]
    if found.target.neutral is None:
        rest = _rest(found, rolled, lost, np.zeros(len(rolled)))
        # A row without any evidence says nothing either.
        rest = np.where((rest == 0.0) & (rolled.sum(axis=1) == 0.0), 1.0, rest)
        rolled[:, reached] += rest[:, None] / len(reached)
        return rolled
    place = found.target.index(found.target.neutral)
    others = np.delete(rolled, place, axis=1)
    if found.neutral_by_absence and found.source.kind != "exclusive":
        absence: NDArray[np.float64] = np.prod(1.0 - others, axis=1)
        rolled[:, place] = absence
    else:
        rolled[:, place] = _rest(found, others, lost, rolled[:, place])
    if found.source.kind != "exclusive" and found.target.kind == "exclusive":
        rolled[rolled.sum(axis=1) == 0.0, place] = 1.0
    return rolled


def _rest(
    found: Conversion, others: NDArray[np.float64], lost: NDArray[np.float64], neutral: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the evidence for none of the others: neutral's own, and the lost labels' as far as no other holds."""
    if found.source.kind == "exclusive":
        return neutral + lost
    absence: NDArray[np.float64] = np.prod(1.0 - others, axis=1)
    return 1.0 - (1.0 - neutral) * (1.0 - lost * absence)


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


def check_probabilities(probabilities: ArrayLike, space: LabelSpace) -> tuple[NDArray[np.float64], np.dtype[Any]]:
    """Return the probabilities as float64 in [0, 1], and the floating type to give back. Raises `InputError`."""
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


def convert_reading(reading: Reading, space: str | LabelSpace, *, via: Route = "cited") -> Reading:
    """Return the reading in another label space; span, VAD, intensity and thresholds stay as they were.

    Evidence keeps the labels it was measured on, those of the model's own space. A reading whose
    status is not ``"ok"`` stays without probabilities. Raises as `convert_probabilities` does.

    >>> from affekt.types import Span
    >>> from affekt.affect.spaces import find_space
    >>> joyful = Reading(find_space("parrott"), (0.3, 0.8, 0.0, 0.0, 0.0, 0.1), Span(0, 5))
    >>> convert_reading(joyful, "ekman").labels
    ('joy',)
    """
    found = conversion(reading.space, space, via=via)
    if found.kind == "identity":
        return reading
    if not reading.probabilities:
        return replace(reading, space=found.target)
    row = convert_by(found, [reading.probabilities])[0]
    return replace(reading, space=found.target, probabilities=tuple(row.tolist()))
