"""What a metric accepts: arrays of one shape, not empty, without NaN."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.errors import InputError

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Anything = NDArray[np.generic]


class NumberPair(NamedTuple):
    """Truth and prediction as float64 of one shape."""

    truth: Floats
    prediction: Floats


class FlagPair(NamedTuple):
    """Truth and prediction as yes and no, (item, label)."""

    truth: Flags
    prediction: Flags


class OutcomePair(NamedTuple):
    """What happened, and how probable it was said to be, of one shape."""

    truth: Flags
    probability: Floats


def as_numbers(name: str, values: ArrayLike) -> Floats:
    """Return `values` as float64.

    Raises `InputError` where there are none, or where one is NaN, infinite or no number.
    """
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name} must hold numbers: {error}.") from error
    if array.size == 0:
        raise InputError(f"{name} is empty (shape {array.shape}). A metric needs at least one item.")
    # One NaN or infinity makes the sum of squares one; that may also overflow, hence the second look.
    flat = array.ravel()
    with np.errstate(over="ignore", invalid="ignore"):
        whole = np.isfinite(flat @ flat)
    if not whole and not np.isfinite(array).all():
        wrong = np.argwhere(~np.isfinite(array))
        raise InputError(
            f"{name} holds {len(wrong)} NaN or infinite values, the first at {tuple(wrong[0].tolist())}. "
            "Leave those items out, in truth and prediction alike."
        )
    return array


def as_flags(name: str, values: ArrayLike) -> Flags:
    """Return `values`, each 0 or 1, as booleans. Raises `InputError` for any other value."""
    array = np.asarray(values)
    if array.dtype == np.bool_ and array.size:
        return array
    numbers = as_numbers(name, array)
    flags: Flags = numbers == 1
    other = ~(flags | (numbers == 0))
    if other.any():
        raise InputError(f"{name} must hold 0 and 1 only, got {numbers[other][0]:g}. Apply thresholds first.")
    return flags


def as_probabilities(name: str, values: ArrayLike) -> Floats:
    """Return `values` as float64 in [0, 1]. Raises `InputError` for a value outside."""
    array = as_numbers(name, values)
    if array.min() < 0 or array.max() > 1:
        worst = array.min() if array.min() < 0 else array.max()
        raise InputError(f"{name} must lie in [0, 1], got {worst:g}. Turn logits into probabilities first.")
    return array


def check_shapes(first: Anything, second: Anything, *, names: tuple[str, str] = ("truth", "prediction")) -> None:
    """Raise `InputError` where the two differ in shape."""
    if first.shape != second.shape:
        raise InputError(
            f"{names[0].capitalize()} and {names[1]} differ in shape: {first.shape} and {second.shape}. "
            "They need one value each for the same items, in the same order."
        )


def number_pair(truth: ArrayLike, prediction: ArrayLike) -> NumberPair:
    """Return both as float64 (item,). Raises `InputError` where they are not one value per item."""
    pair = NumberPair(as_numbers("truth", truth), as_numbers("prediction", prediction))
    check_shapes(*pair)
    if pair.truth.ndim != 1:
        raise InputError(f"Truth must be (item,), got shape {pair.truth.shape}. Score one dimension at a time.")
    return pair


def flag_pair(truth: ArrayLike, prediction: ArrayLike) -> FlagPair:
    """Return both as booleans (item, label). Raises `InputError` where they are no such matrices."""
    pair = FlagPair(as_flags("truth", truth), as_flags("prediction", prediction))
    check_shapes(*pair)
    if pair.truth.ndim != 2:
        raise InputError(
            f"Truth must be (item, label) of 0 and 1, got shape {pair.truth.shape}. "
            "Make it from class names with class_matrix."
        )
    return pair


def outcome_pair(truth: ArrayLike, probability: ArrayLike) -> OutcomePair:
    """Return outcomes as booleans and probabilities as float64, of one shape."""
    pair = OutcomePair(as_flags("truth", truth), as_probabilities("probability", probability))
    check_shapes(*pair, names=("truth", "probability"))
    return pair


def outcome_matrix(truth: ArrayLike, probability: ArrayLike) -> OutcomePair:
    """Return `outcome_pair`, and raise `InputError` where it is not (item, label)."""
    pair = outcome_pair(truth, probability)
    if pair.truth.ndim != 2:
        raise InputError(f"Truth must be (item, label), got shape {pair.truth.shape}.")
    return pair
