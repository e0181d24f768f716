"""Scores that know a dialogue: at emotion shifts, per speaker, and how plausibly emotions follow each other.

Turns are flat arrays, (turn,), in the order they were said; `dialogue` and `speaker` name whose each is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from affekt.errors import InputError
from affekt.metrics.inputs import Anything, Flags, Floats, as_numbers, as_probabilities
from affekt.metrics.resampling import Estimate, bootstrap_interval
from affekt.metrics.weighing import Metric


class Shifts(NamedTuple):
    """Which turns change the emotion, each bool (turn,).

    `within`: other than the same speaker's last turn in the dialogue; `between`: other than the last
    turn of anybody, said by another speaker; `first`: a speaker's first turn, which cannot shift within.
    """

    within: Flags
    between: Flags
    first: Flags


@dataclass(frozen=True, slots=True)
class ShiftScores:
    """A metric at turns where the speaker's emotion changed and where it stayed; None where there is no such turn."""

    shift: Estimate | None
    stay: Estimate | None
    shifts: int
    stays: int


def emotion_shifts(emotion: ArrayLike, dialogue: ArrayLike, speaker: ArrayLike) -> Shifts:
    """Return where emotions shift within a speaker and between speakers.

    emotion, dialogue, speaker: (turn,). Raises `InputError` for different lengths. Poria et al. 2019,
    "Emotion Recognition in Conversation: Research Challenges, Datasets, and Recent Advances".

    >>> found = emotion_shifts(["joy", "fear", "joy", "fear"], [1, 1, 1, 1], ["a", "b", "a", "b"])
    >>> found.within.tolist(), found.between.tolist()
    ([False, False, False, False], [False, True, True, True])
    """
    felt, where, who = _turns(emotion, dialogue, speaker)
    within, between, first = (np.zeros(len(felt), bool) for _ in range(3))
    last_own: dict[tuple[Any, Any], Any] = {}
    last_any: dict[Any, tuple[Any, Any]] = {}
    for turn, (now, place, voice) in enumerate(zip(felt.tolist(), where.tolist(), who.tolist(), strict=True)):
        own = (place, voice)
        first[turn] = own not in last_own
        within[turn] = own in last_own and last_own[own] != now
        before = last_any.get(place)
        between[turn] = before is not None and before[0] != voice and before[1] != now
        last_own[own], last_any[place] = now, (voice, now)
    return Shifts(within, between, first)


def by_shift(
    metric: Metric,
    truth: ArrayLike,
    prediction: ArrayLike,
    *,
    dialogue: ArrayLike,
    speaker: ArrayLike,
    resamples: int = 1000,
    seed: int = 0,
) -> ShiftScores:
    """Return a metric at turns where the speaker's true emotion changed, and where it stayed, with intervals.

    truth: (turn,) classes; prediction: (turn,) or (turn, …), whatever `metric` takes. Speakers' first turns
    are in neither. Whole dialogues are resampled. Raises `InputError` for different lengths.

    >>> from affekt.metrics.classification import accuracy
    >>> scores = by_shift(accuracy, ["joy", "joy", "fear"], ["joy", "joy", "joy"], dialogue=[1, 1, 1],
    ...                   speaker=["a", "a", "a"], resamples=9)
    >>> scores.stay.value, scores.shift.value
    (1.0, 0.0)
    """
    found, said = np.asarray(truth), np.asarray(prediction)
    shifts = emotion_shifts(found, dialogue, speaker)
    if len(said) != len(found):
        raise InputError(f"Truth and prediction hold {len(found)} and {len(said)} turns.")
    where = np.asarray(dialogue)
    masks = (shifts.within, ~shifts.within & ~shifts.first)
    scores = [
        bootstrap_interval(metric, found[mask], said[mask], groups=where[mask], resamples=resamples, seed=seed)
        if mask.any()
        else None
        for mask in masks
    ]
    return ShiftScores(scores[0], scores[1], int(masks[0].sum()), int(masks[1].sum()))


def transition_plausibility(
    emotion: ArrayLike, dialogue: ArrayLike, labels: Sequence[str], *, prior: float = 0.5
) -> Floats:
    """Return how usual it is that one emotion follows another, float64 (label, label), highest in each row 1.

    Counted over adjacent turns of human dialogues, `prior` added to each count, each row divided by its
    largest entry: 1 is the most usual answer to that emotion. emotion: (turn,) names; dialogue: (turn,).
    Raises `InputError` for a name that is none of `labels`.

    >>> transition_plausibility(["joy", "joy", "fear"], [1, 1, 1], ["joy", "fear"]).tolist()
    [[1.0, 1.0], [1.0, 1.0]]
    """
    felt, where, _ = _turns(emotion, dialogue, dialogue)
    index = {label: place for place, label in enumerate(labels)}
    unknown = sorted({str(label) for label in felt.tolist()} - set(index))
    if unknown:
        raise InputError(f"{unknown[0]!r} is none of the labels {', '.join(labels)}.")
    counts = np.full((len(labels), len(labels)), float(prior))
    for before, after, same in zip(
        felt[:-1].tolist(), felt[1:].tolist(), (where[:-1] == where[1:]).tolist(), strict=True
    ):
        counts[index[before], index[after]] += same
    highest = counts.max(axis=1, keepdims=True)
    plausible: Floats = counts / np.where(highest > 0, highest, 1.0)
    return plausible


def cross_turn_reasoning_score(turns: ArrayLike, plausibility: ArrayLike) -> float:
    r"""Return how plausibly the emotions of one dialogue follow each other, in [0, 1] (CERS).

    .. math:: \frac{1}{T - 1} \sum_{t=1}^{T-1} \sum_{ij} p_{t,i} \, \Delta_{ij} \, p_{t+1,j}

    the mean over adjacent turns of :math:`\Delta`, which says how reasonable it is that emotion j
    follows emotion i. turns: (turn, label), distributions, or (turn,) places of labels; plausibility: :math:`\Delta`,
    (label, label) in [0, 1], such as `transition_plausibility` of human dialogues. Raises `InputError` for other
    shapes or fewer than two turns. After the Cross-turn Emotion Reasoning Score of Liu et al. 2025, "EMO-Reasoning", of
    which we could read only that it is a normalised mean of a delta function over adjacent turns: the paper's
    own delta may differ.

    >>> cross_turn_reasoning_score([0, 0, 1, 1], [[1.0, 0.5], [0.0, 1.0]]).__round__(3)
    0.833
    """
    delta = as_probabilities("plausibility", plausibility)
    if delta.ndim != 2 or delta.shape[0] != delta.shape[1]:
        raise InputError(f"plausibility must be (label, label), got shape {delta.shape}.")
    rows = as_numbers("turns", turns)
    if rows.ndim == 1:
        if ((rows != np.round(rows)) | (rows < 0) | (rows >= len(delta))).any():
            raise InputError(f"turns must hold places of labels, 0 to {len(delta) - 1}.")
        rows = np.eye(len(delta))[rows.astype(np.int64)]
    if rows.ndim != 2 or rows.shape[1] != len(delta):
        raise InputError(f"turns must be (turn, {len(delta)}), got shape {rows.shape}.")
    if len(rows) < 2:
        raise InputError("A dialogue needs two turns before one can follow another.")
    return float(np.einsum("ti,ij,tj->t", rows[:-1], delta, rows[1:]).mean())


def _turns(*columns: ArrayLike) -> tuple[Anything, ...]:
    arrays = tuple(np.asarray(column) for column in columns)
    lengths = [len(array) for array in arrays]
    if len(set(lengths)) > 1 or not lengths[0]:
        raise InputError(f"Turns need an emotion, a dialogue and a speaker each; got {', '.join(map(str, lengths))}.")
    return arrays
