"""Which emotion appears when: diarization error, events, overlap of segments, traces with a lag.

A timeline is a sequence of `Segment`s in seconds, in any order; where there is none, it is neutral.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from affekt.errors import InputError
from affekt.metrics.classification import ratio
from affekt.metrics.inputs import number_pair
from affekt.metrics.regression import ccc


class Segment(NamedTuple):
    """A stretch with one label, from `start` to `end` seconds."""

    start: float
    end: float
    label: str


class DiarizationError(NamedTuple):
    """The emotion diarization error rate and its parts; all but `rate` in seconds.

    `false_alarm`: an emotion where the truth is neutral; `missed`: neutral where there is one;
    `confusion`: another emotion; `overlap`: several emotions at once where the truth has one or none.
    """

    rate: float
    false_alarm: float
    missed: float
    confusion: float
    overlap: float
    total: float


class EventScores(NamedTuple):
    """Precision, recall and F1 of events, each in [0, 1], and how many were matched."""

    precision: float
    recall: float
    f1: float
    matched: int


class LaggedScore(NamedTuple):
    """The best score over a range of lags, and the lag, in seconds, at which it is reached."""

    value: float
    lag: float


def emotion_diarization_error(
    truth: Sequence[Segment], prediction: Sequence[Segment], *, duration: float, neutral: str = "neutral"
) -> DiarizationError:
    r"""Return the emotion diarization error rate (EDER) of one recording, at least 0; 0 is best.

    .. math:: EDER = \frac{FA + ME + CF + OL}{\text{duration}}

    Neutral segments and gaps are the same. The truth has one label at a time; a prediction may
    overlap itself, and then all the time of overlap counts as error. Over several recordings, add up the
    parts and divide by the total (`pooled_diarization_error`). Raises `InputError` for segments that
    end before they start, lie outside [0, duration], or a truth that overlaps itself. Wang et al. 2023,
    "Speech Emotion Diarization: Which Emotion Appears When?".

    >>> truth, said = [Segment(1, 3, "anger")], [Segment(2, 4, "anger")]
    >>> emotion_diarization_error(truth, said, duration=5)
    DiarizationError(rate=0.4, false_alarm=1.0, missed=1.0, confusion=0.0, overlap=0.0, total=5.0)
    """
    if not duration > 0:
        raise InputError(f"duration must be above 0 seconds, got {duration}.")
    found = _checked("truth", truth, duration)
    said = _checked("prediction", prediction, duration)
    cuts = np.unique([0.0, duration, *(edge for s in (*found, *said) for edge in (s.start, s.end))])
    parts = dict.fromkeys(("false_alarm", "missed", "confusion", "overlap"), 0.0)
    for start, end in zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True):
        here = {s.label for s in found if s.start <= start and end <= s.end} - {neutral}
        heard = [s.label for s in said if s.start <= start and end <= s.end]
        if len(here) > 1:
            raise InputError(f"truth has {' and '.join(sorted(here))} at {start:g} s. It may have one label at a time.")
        emotions = set(heard) - {neutral}
        if len(set(heard)) > 1:
            parts["overlap"] += end - start
        elif emotions == here:
            continue
        elif not here:
            parts["false_alarm"] += end - start
        else:
            parts["confusion" if emotions else "missed"] += end - start
    return DiarizationError(sum(parts.values()) / duration, **parts, total=float(duration))


def pooled_diarization_error(errors: Sequence[DiarizationError]) -> DiarizationError:
    """Return the error of several recordings together: their parts added up, longer ones weighing more.

    >>> one = DiarizationError(0.5, 1, 0, 0, 0, 2)
    >>> pooled_diarization_error([one, DiarizationError(0.0, 0, 0, 0, 0, 2)]).rate
    0.25
    """
    if not errors:
        raise InputError("There is no recording to pool.")
    parts = [float(sum(column)) for column in zip(*(error[1:] for error in errors), strict=True)]
    return DiarizationError(sum(parts[:4]) / parts[4], *parts)


def event_f1(
    truth: Sequence[Segment],
    prediction: Sequence[Segment],
    *,
    collar: float = 0.2,
    offset_share: float = 0.2,
    overlap: float | None = None,
) -> EventScores:
    """Return precision, recall and F1 of events, matched one to one.

    Two events match where the labels are equal and the onsets at most `collar` seconds apart, and the
    offsets at most `collar` or `offset_share` of the true event's length, whichever is more. With
    `overlap` given they match where labels are equal and intersection over union reaches it instead.
    The most matches that are possible at once are counted. No events on both sides: 1. Raises
    `InputError` for segments that end before they start. Mesaros, Heittola and Virtanen 2016, "Metrics
    for Polyphonic Sound Event Detection".

    >>> event_f1([Segment(1, 3, "joy"), Segment(4, 5, "fear")], [Segment(1.1, 3.1, "joy")])
    EventScores(precision=1.0, recall=0.5, f1=0.6666666666666666, matched=1)
    """
    found, said = _checked("truth", truth), _checked("prediction", prediction)
    if not found and not said:
        return EventScores(1.0, 1.0, 1.0, 0)

    def fits(one: Segment, other: Segment) -> bool:
        if one.label != other.label:
            return False
        if overlap is not None:
            return segment_iou(one, other) >= overlap
        late = max(collar, offset_share * (one.end - one.start))
        return abs(one.start - other.start) <= collar + 1e-9 and abs(one.end - other.end) <= late + 1e-9

    matched = _most_matches([[j for j, other in enumerate(said) if fits(one, other)] for one in found])
    precision, recall = float(ratio(matched, len(said))), float(ratio(matched, len(found)))
    return EventScores(precision, recall, float(ratio(2 * matched, len(found) + len(said))), matched)


def segment_iou(one: Segment, other: Segment) -> float:
    """Return intersection over union of two stretches of time, in [0, 1], whatever their labels.

    >>> segment_iou(Segment(0, 2, "joy"), Segment(1, 3, "joy")).__round__(3)
    0.333
    """
    shared = max(0.0, min(one.end, other.end) - max(one.start, other.start))
    union = (one.end - one.start) + (other.end - other.start) - shared
    return shared / union if union > 0 else float(one.start == other.start)


def label_iou(truth: Sequence[Segment], prediction: Sequence[Segment]) -> dict[str, float]:
    """Return for each label the time both sides give it over the time either does, in [0, 1].

    Raises `InputError` for segments that end before they start. Their mean is the mean IoU.

    >>> label_iou([Segment(0, 2, "joy")], [Segment(1, 2, "joy"), Segment(0, 1, "fear")])
    {'fear': 0.0, 'joy': 0.5}
    """
    found, said = _checked("truth", truth), _checked("prediction", prediction)
    scores = {}
    for label in sorted({segment.label for segment in (*found, *said)}):
        sides = [[s for s in side if s.label == label] for side in (found, said)]
        cuts = np.unique([edge for side in sides for s in side for edge in (s.start, s.end)])
        shared = either = 0.0
        for start, end in zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True):
            covered = [any(s.start <= start and end <= s.end for s in side) for side in sides]
            shared += (end - start) * all(covered)
            either += (end - start) * any(covered)
        scores[label] = float(ratio(shared, either))
    return scores


def lagged_ccc(truth: ArrayLike, prediction: ArrayLike, *, rate: float, max_lag: float) -> LaggedScore:
    """Return the highest CCC of two traces when the prediction may run late or early by up to `max_lag` seconds.

    truth, prediction: (time,), sampled `rate` times a second. A positive lag: what is predicted now is true
    that much later, as where raters react late to what a model sees at once. Each lag is scored on the
    stretch that both cover. Ties go to the smallest lag. NaN where the CCC is at every lag. Raises
    `InputError` for different lengths, NaN, or a lag as long as the traces. Choose the lag on training
    data: chosen on test it flatters. Mariooryad and Busso 2015, "Correcting Time-Continuous Emotional
    Labels by Modeling the Reaction Lag of Evaluators".

    >>> lagged_ccc([0, 0, 1, 2, 1, 0], [1, 2, 1, 0, 0, 0], rate=2, max_lag=1)
    LaggedScore(value=1.0, lag=1.0)
    """
    pair = number_pair(truth, prediction)
    steps = round(max_lag * rate)
    if rate <= 0 or max_lag < 0:
        raise InputError(f"rate must be above 0 and max_lag at least 0; got {rate} and {max_lag}.")
    if steps >= len(pair.truth) - 1:
        raise InputError(f"max_lag of {max_lag:g} s leaves too little of {len(pair.truth) / rate:g} s to compare.")
    best = LaggedScore(float("nan"), 0.0)
    for step in sorted(range(-steps, steps + 1), key=abs):
        late, early = pair.truth[max(0, step) :], pair.prediction[max(0, -step) :]
        shared = min(len(late), len(early))
        value = ccc(late[:shared], early[:shared])
        if np.isnan(best.value) or value > best.value + 1e-12:
            best = LaggedScore(value, step / rate)
    return best


def _checked(name: str, segments: Sequence[Segment], duration: float = float("inf")) -> list[Segment]:
    found = [Segment(*segment) for segment in segments]
    for segment in found:
        if not 0 <= segment.start <= segment.end <= duration + 1e-9:
            limit = "" if duration == float("inf") else f" and end by {duration:g} s"
            raise InputError(f"{name} holds {segment}: a segment must start at 0 or later, before its end{limit}.")
    return found


def _most_matches(choices: list[list[int]]) -> int:
    """Return the size of the largest one-to-one matching (Kuhn's augmenting paths)."""
    taken: dict[int, int] = {}

    def place(one: int, tried: set[int]) -> bool:
        for other in choices[one]:
            if other not in tried:
                tried.add(other)
                if other not in taken or place(taken[other], tried):
                    taken[other] = one
                    return True
        return False

    return sum(place(one, set()) for one in range(len(choices)))
