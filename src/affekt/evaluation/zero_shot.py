"""Two protocols for labels that nobody trained: part of them unseen, and all of them.

Yin, Hay & Roth (2019), Benchmarking Zero-shot Text Classification: Datasets, Evaluation and Entailment Approach, EMNLP,
3914-3923. Decisions and scores are as in the authors' code (yinwenpeng/BenchmarkingZeroShot,
``preprocess_emotion.py``): one label per text, F1 of a set of labels weighted by how many texts have each. The code
counts the label for "none of these" with the unseen ones; here it counts with neither. The harmonic mean of seen and
unseen is that of generalised zero-shot learning (Xian, Lampert, Schiele & Akata 2018, Zero-Shot Learning: A
Comprehensive Evaluation, IEEE TPAMI).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.errors import InputError

MARGIN = 0.05
"""A seen label has to be so much more probable than the best unseen one to be chosen where both are entailed."""
LIMIT = 0.5
ORDER = ("sadness", "joy", "anger", "disgust", "fear", "surprise", "shame", "guilt", "love")
"""The emotions of the paper's two splits, in the order of the authors' code: every other one is seen."""


@dataclass(frozen=True, slots=True)
class ZeroShotScores:
    """What a zero-shot reader reached: weighted F1 over the `seen` labels, the `unseen`, their `harmonic` mean, and
    `overall`, over all; `per_label` F1. A set without any text is NaN, and so is the harmonic mean then."""

    seen: float
    unseen: float
    harmonic: float
    overall: float
    per_label: dict[str, float]


def alternating_split(labels: Sequence[str], version: int = 0) -> tuple[str, ...]:
    """Return the labels that may be learned from in split `version`, 0 or 1: every other one, from that place on.

    Labels of the paper are taken in the paper's order, others after them in the order given, so that its splits are
    met: version 0 sees sadness, anger, fear, shame and love, version 1 joy, disgust, surprise and guilt.

    >>> alternating_split(["anger", "joy", "sadness", "fear"])
    ('sadness', 'anger')
    """
    if version not in (0, 1):
        raise InputError(f"There are two splits, 0 and 1, got {version!r}.")
    if len(labels) < 2:
        raise InputError(f"To see some labels and not others takes two at least, got {len(labels)}.")
    ordered = [label for label in ORDER if label in labels] + [label for label in labels if label not in ORDER]
    return tuple(ordered[version::2])


def decide_partially_unseen(
    scores: ArrayLike, seen: ArrayLike, *, limit: float = LIMIT, margin: float = MARGIN
) -> NDArray[np.int64]:
    """Return the label chosen for each text, -1 where none is over the limit.

    scores: float (text, label) in [0, 1]; seen: bool (label,). Where the best label is chosen of the side, seen or
    unseen, that has one over `limit`. Where both have, the seen one wins only if it leads by more than `margin`: what
    was trained is surer of itself. Raises `InputError` for other shapes.

    >>> decide_partially_unseen([[0.80, 0.78], [0.90, 0.60], [0.20, 0.30]], [True, False]).tolist()
    [1, 0, -1]
    """
    said, known = _scores(scores), np.asarray(seen, np.bool_)
    if known.shape != (said.shape[1],):
        raise InputError(f"seen has to say of each of {said.shape[1]} labels whether it was; got shape {known.shape}.")
    chosen = np.full(len(said), -1, np.int64)
    if not len(said):
        return chosen
    best = {}
    for side in (True, False):
        inside = np.where(known == side, said, -np.inf)
        best[side] = inside.argmax(1), inside.max(1)
    over = {side: found[1] > limit for side, found in best.items()}
    lead = best[True][1] - best[False][1] > margin
    by_seen = over[True] & (~over[False] | lead)
    by_unseen = over[False] & ~by_seen
    chosen[by_seen], chosen[by_unseen] = best[True][0][by_seen], best[False][0][by_unseen]
    return chosen


def decide_fully_unseen(scores: ArrayLike, *, limit: float | None = LIMIT) -> NDArray[np.int64]:
    """Return the most probable label of each text, -1 where it is not over the limit (None: there is none).

    scores: float (text, label) in [0, 1]. Raises `InputError` for other shapes.
    """
    said = _scores(scores)
    best = said.argmax(1).astype(np.int64) if len(said) else np.zeros(0, np.int64)
    if limit is None or not len(said):
        return best
    return np.where(said.max(1) > limit, best, -1)


def zero_shot_scores(
    truth: Sequence[str],
    chosen: ArrayLike,
    labels: Sequence[str],
    *,
    seen: Collection[str] = (),
    nothing: str | None = None,
) -> ZeroShotScores:
    r"""Return the scores of choices (text,), places in `labels` or -1, against the true label of each text.

    .. math:: F_S = \sum_{l \in S} n_l F_l \Big/ \sum_{l \in S} n_l, \quad H = 2 F_s F_u / (F_s + F_u)

    n being how many texts have a label. `nothing` is the true label that -1 stands for; it counts with neither side,
    and in `overall`. A label that no text has counts nowhere. Raises `InputError` for a true label that is none of
    `labels`, a seen one that is none, a choice out of range, or other lengths.

    >>> found = zero_shot_scores(["joy", "joy", "fear"], [0, 1, 1], ["joy", "fear"], seen=["joy"])
    >>> round(found.seen, 3), round(found.unseen, 3), round(found.harmonic, 3)
    (0.667, 0.667, 0.667)
    """
    places = np.asarray(chosen)
    if places.shape != (len(truth),):
        raise InputError(f"There are {len(truth)} true labels and choices of shape {places.shape}.")
    if len(places) and (places.dtype.kind not in "iu" or places.min() < -1 or places.max() >= len(labels)):
        raise InputError(f"A choice is the place of a label, 0 to {len(labels) - 1}, or -1 for none.")
    for named, inside in (("true label", set(truth) - {nothing}), ("seen label", set(seen))):
        strange = sorted(inside - set(labels))
        if strange:
            raise InputError(f"The {named} {strange[0]!r} is none of {', '.join(labels)}.")
    said = np.array([nothing if place < 0 else labels[place] for place in places.tolist()], object)
    true = np.array(list(truth), object)
    found: dict[str, float] = {}
    counts: dict[str, int] = {}
    for label in dict.fromkeys((*labels, *(() if nothing is None else (nothing,)))):
        has, told = true == label, said == label
        counts[label] = int(has.sum())
        if counts[label]:
            found[label] = 2 * int((has & told).sum()) / (counts[label] + int(told.sum()))
    sides = [[label for label in found if label != nothing and (label in seen) == side] for side in (True, False)]
    one, other = (_weighted(found, counts, side) for side in sides)
    harmonic = (
        np.nan if np.isnan(one) or np.isnan(other) else 0.0 if one + other == 0 else 2 * one * other / (one + other)
    )
    return ZeroShotScores(one, other, float(harmonic), _weighted(found, counts, list(found)), found)


def _weighted(found: dict[str, float], counts: dict[str, int], labels: Sequence[str]) -> float:
    total = sum(counts[label] for label in labels)
    return sum(found[label] * counts[label] for label in labels) / total if total else float("nan")


def _scores(scores: ArrayLike) -> NDArray[np.float64]:
    said = np.asarray(scores, np.float64)
    if said.ndim != 2 or said.shape[1] < 1:
        raise InputError(f"scores have to be (text, label), got shape {said.shape}.")
    if np.isnan(said).any():
        raise InputError("scores hold NaN: a text that was not read. Leave such texts out first.")
    return said
