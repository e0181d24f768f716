"""What a method of speech learned under one condition is worth under another: acted and natural, near and far.

Grossi & Gasparini 2023, "SER_AMPEL: a multi-source dataset for speech emotion recognition of Italian older adults",
who recorded one corpus by two protocols.
"""

from __future__ import annotations

import re
from itertools import product

import numpy as np

from affekt.corpora.clips import Clips
from affekt.errors import InputError
from affekt.evaluation.records import ResultRow
from affekt.evaluation.speech import Ints, Round, SpeechBench, common_label, in_shared, score_rounds

_MOST = 6


def across_condition(method: str, clips: Clips, condition: str, bench: SpeechBench | None = None) -> list[ResultRow]:
    """Return the rows of a method that learns from the clips of one value of a condition and is scored on another's.

    The row's protocol is ``across-CONDITION``, its split ``natural:from:acted``; each pair of values has both
    directions, and each value rows of its own (``acted:from:acted``) where it has speakers in three folds or more.
    All are over the labels that every value has, and clips without a value are left out. No speaker is on two sides:
    one who is heard under both values is left out of what is learned where his fold is scored. Metrics are those of
    `evaluate_method`.

    Raises `InputError` for a condition that the corpus does not tell, that has one value or more than six, whose
    values share fewer than two labels, or one of which has speakers in one fold alone.
    """
    bench = bench or SpeechBench()
    shared = shared_clips(clips, condition)
    values = shared.condition(condition)
    rows: list[ResultRow] = []
    for one, other in product(np.unique(values).tolist(), repeat=2):
        if one == other and len(np.unique(shared.folds[values == one])) < 3:
            continue
        taken = condition_rounds(shared, condition, one, other)
        rows += score_rounds(method, shared, taken, (f"{other}:from:{one}", f"across-{condition}"), bench)
    return rows


def shared_clips(clips: Clips, condition: str) -> Clips:
    """Return the clips that have a value of the condition, of the labels that all values have. Raises `InputError`."""
    told = clips.condition(condition)
    values = sorted(set(told.tolist()) - {""})
    if not 2 <= len(values) <= _MOST:
        raise InputError(
            f"{condition} has {len(values)} values in {clips.corpus} ({', '.join(values[:8])}); to learn from one and "
            f"be scored on another it takes 2 to {_MOST}."
        )
    names = [common_label(label) for label in clips.space.labels]
    labels = [{names[label] for label in clips.labels[told == value]} for value in values]
    both = sorted(set.intersection(*labels))
    if len(both) < 2:
        parts = "; ".join(f"{value}: {', '.join(sorted(own))}" for value, own in zip(values, labels, strict=True))
        raise InputError(
            f"The values of {condition} in {clips.corpus} share {len(both)} labels, not 2. They have {parts}."
        )
    return in_shared(clips.take(told != ""), both)


def condition_rounds(clips: Clips, condition: str, one: str, other: str) -> list[Round]:
    """Return the folds that learn from the clips of value `one` and score those of value `other`, as places.

    Where nobody is heard under both it is one round, and the last fold of `one` stops; else one for each fold of
    `other`, whose speakers are learned from in none. Raises `InputError` where too few folds are left.
    """
    values, speakers, folds = clips.condition(condition), np.asarray(clips.speakers), clips.folds
    learned, scored = values == one, values == other
    name = re.sub(r"[^\w.-]+", "-", f"{condition}-{one}-to-{other}")
    if not set(speakers[learned]) & set(speakers[scored]):
        own = np.unique(folds[learned])
        if len(own) < 2:
            raise _few(clips, condition, one, len(own), 2)
        return [_round(name, (learned, scored), folds, own[-1:])]
    found = []
    for number, fold in enumerate(np.unique(folds[scored])):
        own = np.unique(folds[learned & (folds != fold)])
        if len(own) < 2:
            raise _few(clips, condition, one, len(own) + 1, 3)
        # The next fold in the order of all, round and round.
        stop = own[np.searchsorted(own, fold) % len(own)]
        apart = learned & (folds != fold)
        found.append(_round(f"{name}-fold-{number}", (apart, scored & (folds == fold)), folds, np.array([stop])))
    return found


def _round(name: str, sides: tuple[np.ndarray, np.ndarray], folds: Ints, stops: Ints) -> Round:
    learned, scored = sides
    stopping = np.isin(folds, stops)
    places = [np.flatnonzero(learned & ~stopping), np.flatnonzero(learned & stopping), np.flatnonzero(scored)]
    return Round(name, *places)


def _few(clips: Clips, condition: str, value: str, folds: int, least: int) -> InputError:
    return InputError(
        f"The clips of {clips.corpus} with {condition} {value} have speakers in {folds} folds; to learn, to stop and "
        f"to score apart it takes {least} at least."
    )
