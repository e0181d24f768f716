"""Traces as learners take them: labels at a rate of one's choice, cut into segments beside the sound they are of.

Both the label rate and the length of a segment change what a model of continuous emotion learns: Feng & Devillers
2023, "End-to-End Continuous Speech Emotion Recognition in Real-life Customer Service Call Center Conversations".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.errors import InputError

Floats = NDArray[np.float64]
Way = Literal["mean", "linear"]


@dataclass(frozen=True, slots=True, eq=False)
class TraceSegments:
    """Stretches of a trace and of its sound, of one length.

    labels: float64 (segment, step), NaN in gaps; starts: float64 (segment,), seconds; samples: int64 (segment, 2), the
    first sample of each and the one after its last; `rate_hz` labels and `sample_rate` samples come in a second.
    """

    labels: Floats
    starts: Floats
    samples: NDArray[np.int64]
    rate_hz: float
    sample_rate: int

    @property
    def samples_per_label(self) -> float:
        """How many samples a label is of."""
        return self.sample_rate / self.rate_hz


def resample_trace(times: ArrayLike, values: ArrayLike, *, rate_hz: float, seconds: float, way: Way = "mean") -> Floats:
    """Return a trace at `rate_hz` labels a second, float64 (step,): label k is of the time from k to k + 1 steps.

    times, values: (point,), seconds from the start of the sound, rising, and what the rater said. ``"mean"``: the mean
    over the step of the trace drawn as straight lines between its points, exact whatever the rates; ``"linear"``: its
    value in the middle of the step. NaN for a step that the trace does not wholly cover (linear: whose middle it does
    not), or with a NaN at a point it needs. There are ⌊seconds · rate⌋ steps. Raises `InputError`.

    >>> resample_trace([0, 2], [0, 4], rate_hz=2, seconds=2).tolist()
    [0.5, 1.5, 2.5, 3.5]
    """
    at, said = np.asarray(times, np.float64), np.asarray(values, np.float64)
    if at.ndim != 1 or at.shape != said.shape or len(at) < 2:
        raise InputError(f"A trace has two points or more, times and values alike; got {at.shape} and {said.shape}.")
    if not np.isfinite(at).all() or (np.diff(at) <= 0).any():
        raise InputError("The times of a trace rise from point to point, without NaN.")
    if not (rate_hz > 0 and seconds > 0) or way not in ("mean", "linear"):
        raise InputError(
            f"rate_hz and seconds are above 0, way is 'mean' or 'linear'; got {rate_hz}, {seconds}, {way!r}."
        )
    count = int(np.floor(seconds * rate_hz + 1e-9))
    edges = np.arange(count + 1) / rate_hz
    middles = (edges[:-1] + edges[1:]) / 2
    known = np.nan_to_num(said)
    lost = np.isnan(said)
    first, last = (middles, middles) if way == "linear" else (edges[:-1], edges[1:])
    if way == "linear":
        found = np.interp(middles, at, known)
    else:
        # The integral up to each point, and from there on to any time along the straight line.
        whole = np.concatenate([[0.0], np.cumsum(np.diff(at) * (known[:-1] + known[1:]) / 2)])
        place = np.clip(np.searchsorted(at, edges, "right") - 1, 0, len(at) - 2)
        since = np.clip(edges, at[0], at[-1]) - at[place]
        here = known[place] + (known[place + 1] - known[place]) / (at[place + 1] - at[place]) * since / 2
        found = np.diff(whole[place] + here * since) * rate_hz
    # Points needed: from the last one at or before the step to the first one at or after it.
    before = np.searchsorted(at, first + 1e-9, "right") - 1
    after = np.searchsorted(at, last - 1e-9, "left")
    covered = (before >= 0) & (after < len(at))
    gaps = np.concatenate([[0], np.cumsum(lost)])
    missing = gaps[np.clip(after + 1, 0, len(at))] - gaps[np.clip(before, 0, len(at))] > 0
    found[~covered | missing] = np.nan
    return np.asarray(found, np.float64)


def cut_segments(
    trace: ArrayLike,
    *,
    rate_hz: float,
    segment_s: float,
    sample_rate: int = 16_000,
    samples: int,
    hop_s: float | None = None,
) -> TraceSegments:
    """Return a trace and its sound cut into segments of `segment_s` seconds, one every `hop_s` (None: side by side).

    trace: (step,), of `resample_trace` at `rate_hz`; `samples` is how long the sound is. Labels and samples of a
    segment are of the very same time: both lengths must be whole numbers of labels and of samples, or `InputError` is
    raised that says which length would do. What is left over at the end is left out.

    >>> cut = cut_segments([0.1, 0.2, 0.3, 0.4, 0.5], rate_hz=2, segment_s=1, samples=40, sample_rate=16)
    >>> cut.labels.tolist(), cut.starts.tolist(), cut.samples.tolist()
    ([[0.1, 0.2], [0.3, 0.4]], [0.0, 1.0], [[0, 16], [16, 32]])
    """
    labels = np.asarray(trace, np.float64)
    hop = segment_s if hop_s is None else hop_s
    steps, step_hop = _whole("segment_s", segment_s, rate_hz, "labels"), _whole("hop_s", hop, rate_hz, "labels")
    size, sample_hop = (
        _whole("segment_s", segment_s, sample_rate, "samples"),
        _whole("hop_s", hop, sample_rate, "samples"),
    )
    count = max(0, min((len(labels) - steps) // step_hop, (samples - size) // sample_hop) + 1)
    first = np.arange(count)
    rows = first[:, None] * step_hop + np.arange(steps)
    starts = first * sample_hop
    return TraceSegments(
        labels[rows] if count else np.zeros((0, steps)),
        np.asarray(starts / sample_rate, np.float64),
        np.stack([starts, starts + size], axis=1).astype(np.int64),
        rate_hz,
        sample_rate,
    )


def _whole(name: str, seconds: float, rate: float, what: str) -> int:
    count = seconds * rate
    if not count > 0 or abs(count - round(count)) > 1e-6 * max(1.0, count):
        least = max(1, round(count)) / rate
        raise InputError(f"{name} of {seconds:g} s is {count:g} {what} at {rate:g} Hz; {least:g} s is a whole number.")
    return round(count)
