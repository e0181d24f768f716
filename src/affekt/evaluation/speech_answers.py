"""What was answered about clips beside what is true of them, ready to be scored: labels, ratings, or both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from affekt.corpora.clips import UNLABELLED, Clips
from affekt.corpora.targets import DIMENSIONS
from affekt.errors import InputError
from affekt.evaluation.listeners import Heard
from affekt.evaluation.speech import common_label
from affekt.evaluation.speech_arms import METRICS
from affekt.evaluation.speech_gaps import Scored
from affekt.metrics.regression import ccc
from affekt.types import LabelSpace

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
MAPPED = "mapped-"
"""Before the name of a metric whose truth nobody rated: it is where affekt places the clips' labels."""


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """Metrics with what they take, and of which clips: `rows` by metric, int64, places among the clips.

    labels: how many are scored, 0 for none; top: the likeliest of them, int64, of the clips that have one of them
    (`labelled`); ratings: float64 (clip, 3), None where none were told.
    """

    scored: tuple[Scored, ...]
    rows: dict[str, Ints]
    labels: int
    labelled: Ints
    top: Ints | None
    ratings: Floats | None
    notes: tuple[str, ...]


def measured(heard: Heard, space: LabelSpace, clips: Clips, *, among: Sequence[str] | None = None) -> Measured:
    """Return the metrics that suit the answers: UA, WA, macro-F1 and ECE of labels, concordance of each dimension.

    space: what the probabilities are over. Labels are matched as the nouns they are, and what is said of labels that
    only one side has is left out, with the clips of such labels; among: only these nouns, which both have. Raises
    `InputError` for answers that are no numbers, or too few.
    """
    scored: list[Scored] = []
    rows: dict[str, Ints] = {}
    labels: tuple[str, ...] = ()
    top: Ints | None = None
    labelled, notes = np.zeros(0, np.int64), []
    speakers = np.asarray(clips.speakers)
    if heard.probabilities is not None:
        _check(heard.probabilities, len(clips), len(space))
        labels = shared_nouns([space, clips.space]) if among is None else tuple(among)
    if heard.probabilities is not None and len(labels) > 1 and clips.space != UNLABELLED:
        own, told = ([common_label(each) for each in one.labels] for one in (clips.space, space))
        places = np.array([labels.index(each) if each in labels else -1 for each in own])[clips.labels]
        labelled = np.flatnonzero(places >= 0)
        truth = places[labelled].astype(np.int64)
        among_them = heard.probabilities[labelled][:, [told.index(each) for each in labels]]
        # Where all that is shared got nothing, nothing is known.
        total = among_them.sum(1, keepdims=True)
        said = np.where(total > 0, among_them / np.where(total > 0, total, 1), 1 / len(labels))
        top = said.argmax(1)
        kinds = {"decided": (truth, top), "probabilities": (truth, said)}
        kinds["matrix"] = (np.eye(len(labels), dtype=bool)[truth], np.eye(len(labels), dtype=bool)[top])
        for name, (metric, kind) in METRICS.items():
            scored.append(Scored(name, metric, *kinds[kind], speakers[labelled], truth))
            rows[name] = labelled
        if len(labels) < max(len(space), len(clips.space)):
            notes.append(f"{clips.corpus} is answered among the {len(labels)} labels shared: {', '.join(labels)}.")
    if heard.ratings is not None:
        _check(heard.ratings, len(clips), 3, blank=True)
        more, note = _rated(heard.ratings, clips)
        for name, (one, places) in more.items():
            scored.append(one)
            rows[name] = places
        notes += [note] if note and more else []
    count = len(labels) if top is not None else 0
    return Measured(tuple(scored), rows, count, labelled, top, heard.ratings, tuple(notes))


def shared_nouns(spaces: Sequence[LabelSpace]) -> tuple[str, ...]:
    """Return the labels that all spaces have, as nouns, in the order of the first.

    >>> from affekt.affect.spaces import find_space
    >>> shared_nouns([find_space("turev-db"), find_space("ravdess")])
    ('anger', 'calm', 'happiness', 'sadness')
    """
    first, *rest = ([common_label(each) for each in space.labels] for space in spaces)
    return tuple(each for each in dict.fromkeys(first) if all(each in other for other in rest))


def _rated(said: Floats, clips: Clips) -> tuple[dict[str, tuple[Scored, Ints]], str]:
    """Each dimension that is both told and true of two clips at least, by the name of its metric."""
    from affekt.training.speech.rated import rated

    truth, speakers, found = rated(clips), np.asarray(clips.speakers), {}
    for place, dimension in enumerate(DIMENSIONS):
        known = np.flatnonzero(np.isfinite(truth.values[:, place]) & np.isfinite(said[:, place]))
        values = truth.values[known, place]
        if len(known) > 1 and np.ptp(values) > 0:
            name = f"{MAPPED if truth.mapped else ''}ccc:{dimension}"
            scored = Scored(name, ccc, values, said[known, place], speakers[known], clips.labels[known])
            found[name] = (scored, known)
    note = f"Nobody rated {clips.corpus}: its valence, arousal and dominance are mapped from its labels."
    return found, note if truth.mapped else ""


def _check(answers: Floats, clips: int, width: int, *, blank: bool = False) -> None:
    if answers.shape != (clips, width):
        raise InputError(f"The answers have shape {answers.shape}; for these clips it is ({clips}, {width}).")
    if not (np.isfinite(answers) | (np.isnan(answers) if blank else False)).all():
        raise InputError("Some answers are no numbers. Every sound is answered, with probabilities that are finite.")
