"""From probabilities over time to segments: from when to when which label holds, batch or as the sound comes in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.analysis.smoothing import Smoothing, open_smoother
from affekt.errors import InputError
from affekt.metrics.timeline import Segment

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LabelledSegment:
    """A stretch from `start` to `end` seconds in which one label holds.

    `probabilities` are the means over the stretch, before smoothing, in the order of the labels; `probability` is that
    of `label`.
    """

    start: float
    end: float
    label: str
    probability: float
    probabilities: tuple[float, ...]


class SegmentStream:
    """Takes rows of probabilities and gives each segment as soon as nothing can change it any more."""

    def __init__(
        self, labels: Sequence[str], *, hop_s: float, smoothing: Smoothing | None = None, start: float = 0.0
    ) -> None:
        self._labels, self._hop, self._start = tuple(labels), hop_s, start
        self._smoother = open_smoother(smoothing or Smoothing(), labels=len(self._labels), hop_s=hop_s)
        self._raw: list[Floats] = []  # rows whose label is not final
        self._here: list[Floats] = []  # rows of the segment that goes on
        self._label = -1
        self._done = 0  # rows before the segment that goes on

    def push(self, rows: ArrayLike) -> list[LabelledSegment]:
        """Return the segments that ended: rows are (window, label), each of `hop_s` seconds."""
        given = np.asarray(rows, np.float64)
        final = self._smoother.push(given)
        self._raw.extend(given)
        return self._ended(final)

    def finish(self, end: float | None = None) -> list[LabelledSegment]:
        """Return the segments that are left; the last one ends at `end`, where the sound does (None: with its row)."""
        ended = self._ended(self._smoother.finish())
        if self._here:
            ended.append(self._segment(end))
        self._here, self._label, self._done = [], -1, 0
        return ended

    def _ended(self, final: Floats) -> list[LabelledSegment]:
        ended = []
        for row in final:
            label = int(row.argmax())
            if label != self._label and self._here:
                ended.append(self._segment(None))
                self._done += len(self._here)
                self._here = []
            self._label = label
            self._here.append(self._raw.pop(0))
        return ended

    def _segment(self, end: float | None) -> LabelledSegment:
        means = np.mean(self._here, axis=0)
        start, last = self._at(self._done), self._at(self._done + len(self._here))
        last = last if end is None else max(start, min(last, end))
        probabilities = tuple(round(float(value), 6) for value in means)
        return LabelledSegment(start, last, self._labels[self._label], probabilities[self._label], probabilities)

    def _at(self, row: int) -> float:
        return round(self._start + row * self._hop, 6)


def find_segments(
    probabilities: ArrayLike,
    labels: Sequence[str],
    *,
    hop_s: float,
    smoothing: Smoothing | None = None,
    start: float = 0.0,
    end: float | None = None,
) -> list[LabelledSegment]:
    """Return from when to when which label holds, one after the other without gaps.

    probabilities: (window, label), a row for every `hop_s` seconds from `start` on; the last segment ends with its row,
    or at `end` if that is earlier. What `SegmentStream` gives for the same rows is the same. Raises `InputError` for
    rows of another width or with NaN.

    >>> rows = [[0.9, 0.1], [0.4, 0.6], [0.8, 0.2], [0.1, 0.9], [0.2, 0.8], [0.1, 0.9]]
    >>> found = find_segments(rows, ["calm", "anger"], hop_s=0.5, smoothing=Smoothing("viterbi", seconds=1.0))
    >>> [(part.start, part.end, part.label, part.probability) for part in found]
    [(0.0, 1.5, 'calm', 0.7), (1.5, 3.0, 'anger', 0.866667)]
    """
    if not labels:
        raise InputError("Segments need labels: give the names of the columns.")
    stream = SegmentStream(labels, hop_s=hop_s, smoothing=smoothing, start=start)
    return [*stream.push(probabilities), *stream.finish(end)]


def timeline_of(segments: Sequence[LabelledSegment]) -> list[Segment]:
    """Return the segments as `affekt.metrics.timeline` scores them.

    >>> timeline_of([LabelledSegment(0.0, 1.0, "anger", 0.9, (0.1, 0.9))])
    [Segment(start=0.0, end=1.0, label='anger')]
    """
    return [Segment(each.start, each.end, each.label) for each in segments]
