"""How well a timeline of emotions is drawn from probabilities over time, by recordings whose timeline is known.

Wang, Ravanelli & Yacoubi 2023, "Speech Emotion Diarization: Which Emotion Appears When?".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.analysis.segments import LabelledSegment, find_segments, timeline_of
from affekt.analysis.smoothing import Smoothing
from affekt.analysis.timelines import TimedLabel, Timeline
from affekt.errors import InputError
from affekt.metrics.timeline import Segment, emotion_diarization_error

Floats = NDArray[np.float64]
PARTS = ("false_alarm", "missed", "confusion", "overlap", "total")
SMOOTHINGS: tuple[Smoothing, ...] = (
    Smoothing("none"),
    *(Smoothing("median", seconds=seconds) for seconds in (0.75, 1.25, 1.75, 2.25)),
    *(Smoothing("exponential", seconds=seconds) for seconds in (0.25, 0.5, 1.0)),
    *(
        Smoothing("viterbi", seconds=seconds, change=change)
        for seconds in (0.5, 1.0, 1.5)
        for change in (0.001, 0.02, 0.2)
    ),
)
"""What `choose_smoothing` tries unless told otherwise, simpler ones first."""


@dataclass(frozen=True, slots=True, eq=False)
class ReadRecording:
    """What was answered for a recording, and its timeline.

    probabilities: float64 (window, label), one every `hop_s` seconds; truth: its labelled stretches, the rest neutral.
    """

    name: str
    seconds: float
    truth: tuple[Segment, ...]
    probabilities: Floats
    hop_s: float


def draw(read: ReadRecording, labels: Sequence[str], smoothing: Smoothing) -> list[LabelledSegment]:
    """Return from when to when which label holds, over the whole recording."""
    return find_segments(read.probabilities, labels, hop_s=read.hop_s, smoothing=smoothing, end=read.seconds)


def error_parts(
    recordings: Sequence[ReadRecording], labels: Sequence[str], smoothing: Smoothing, *, neutral: str = "neutral"
) -> Floats:
    """Return float64 (recording, 5): the seconds of false alarm, missed, confusion, overlap, and how long it is.

    >>> read = ReadRecording("a", 2.0, (Segment(1.0, 2.0, "anger"),), np.array([[0.1, 0.9], [0.2, 0.8]]), 1.0)
    >>> error_parts([read], ("neutral", "anger"), Smoothing("none")).tolist()
    [[1.0, 0.0, 0.0, 0.0, 2.0]]
    """
    rows = []
    for read in recordings:
        said = timeline_of(draw(read, labels, smoothing))
        rows.append(emotion_diarization_error(read.truth, said, duration=read.seconds, neutral=neutral)[1:])
    return np.array(rows, np.float64).reshape(-1, len(PARTS))


def pooled_rate(_truth: ArrayLike, parts: ArrayLike) -> float:
    """Return the error rate of several recordings together, from the rows of `error_parts`.

    The first argument is not looked at: `affekt.metrics.resampling` hands every metric a truth.

    >>> pooled_rate([0, 0], [[1, 0, 0, 0, 2], [0, 0, 1, 0, 6]])
    0.25
    """
    sums = np.asarray(parts, np.float64).sum(0)
    return float(sums[:4].sum() / sums[4])


def choose_smoothing(
    recordings: Sequence[ReadRecording],
    labels: Sequence[str],
    *,
    tried: Sequence[Smoothing] = SMOOTHINGS,
    neutral: str = "neutral",
) -> Smoothing:
    """Return the smoothing under which these recordings are drawn best; the first of equals.

    Give recordings of speakers that are not scored. Raises `InputError` where there is none, or nothing to try.
    """
    if not recordings or not tried:
        raise InputError(f"A smoothing is chosen by recordings; there are {len(recordings)}, and {len(tried)} to try.")
    rates = [pooled_rate((), error_parts(recordings, labels, each, neutral=neutral)) for each in tried]
    return tried[int(np.argmin(rates))]


def timeline(read: ReadRecording, labels: Sequence[str], smoothing: Smoothing, *, speaker: str = "") -> Timeline:
    """Return what was drawn as `affekt.analysis.timelines.write_timelines` takes it (RTTM, TextGrid, EAF, CSV)."""
    drawn = draw(read, labels, smoothing)
    timed = tuple(TimedLabel(each.start, each.end, each.label, speaker, each.probability) for each in drawn)
    return Timeline(read.name, timed, read.seconds)
