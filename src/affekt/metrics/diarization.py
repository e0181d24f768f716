"""Who speaks when: diarization error rate and Jaccard error rate, exact, by intervals instead of frames.

A diarization is a sequence of `Segment`s whose label is a speaker; several may speak at once. What the speakers are
called does not matter: true and found ones are paired so that the score is best. Which *emotion* appears when is
`affekt.metrics.timeline.emotion_diarization_error`, where names do matter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.errors import InputError
from affekt.metrics.classification import ratio
from affekt.metrics.timeline import Segment

Floats = NDArray[np.float64]


class SpeakerError(NamedTuple):
    """The diarization error rate and its parts, in seconds but for `rate`, and the pairing it rests on.

    `false_alarm`: a speaker too many; `missed`: one too few; `confusion`: another one than the true one; `total`: the
    time of all true speakers, overlap counted as often as people speak. `pairs` maps a true speaker to a found one.
    """

    rate: float
    false_alarm: float
    missed: float
    confusion: float
    total: float
    pairs: Mapping[str, str]


class _Cut(NamedTuple):
    """Time cut at every edge: `seconds` (interval,), who speaks in each, `truth` and `found` (interval, speaker)."""

    seconds: Floats
    truth: NDArray[np.bool_]
    found: NDArray[np.bool_]
    true_names: tuple[str, ...]
    found_names: tuple[str, ...]


def diarization_error(
    truth: Sequence[Segment], prediction: Sequence[Segment], *, collar: float = 0.0, skip_overlap: bool = False
) -> SpeakerError:
    r"""Return the diarization error rate (DER) of one recording, at least 0; 0 is best, and it may pass 1.

    .. math:: DER = \frac{\sum_t d_t \,[\max(N_t, M_t) - C_t]}{\sum_t d_t N_t}

    over the intervals :math:`t` between edges, :math:`d_t` seconds long, in which :math:`N_t` true and :math:`M_t`
    found speakers talk and :math:`C_t` of the true ones together with the speaker they are paired with. Pairs are one
    to one and make :math:`\sum d_t C_t` largest (the Hungarian method). `collar` seconds on each side of every true
    edge are not scored, nor, with `skip_overlap`, where several true speakers talk. A rate is 1 where nobody talks
    but somebody is found, 0 where neither. Over recordings: `pooled_diarization_error_rate`. Raises `InputError` for
    segments that end before they start and for a collar below 0. NIST 2009, "The 2009 (RT-09) Rich Transcription
    Meeting Recognition Evaluation Plan".

    >>> truth = [Segment(0, 4, "ann"), Segment(4, 6, "ben")]
    >>> diarization_error(truth, [Segment(0, 3, "1"), Segment(3, 7, "2")])[:5]
    (0.3333333333333333, 1.0, 0.0, 1.0, 6.0)
    """
    if not collar >= 0:
        raise InputError(f"collar must be at least 0 seconds, got {collar}.")
    cut = _cut(truth, prediction, collar, skip_overlap)
    weighted = cut.truth * cut.seconds[:, None]
    # float, since a product of truth values counts nothing.
    together = weighted.T @ cut.found.astype(np.float64)
    pairs = [pair for pair in assignment(-together) if together[pair] > 0]
    correct = sum(cut.truth[:, one] & cut.found[:, other] for one, other in pairs) + np.zeros(len(cut.seconds))
    spoken, heard = cut.truth.sum(1), cut.found.sum(1)
    false_alarm = float(cut.seconds @ np.maximum(heard - spoken, 0))
    missed = float(cut.seconds @ np.maximum(spoken - heard, 0))
    confusion = float(cut.seconds @ (np.minimum(spoken, heard) - correct))
    named = {cut.true_names[one]: cut.found_names[other] for one, other in pairs}
    return _error(false_alarm, missed, confusion, float(weighted.sum()), named)


def pooled_diarization_error_rate(errors: Sequence[SpeakerError]) -> SpeakerError:
    """Return the error of several recordings together: their seconds added up; `pairs` is empty.

    >>> one = SpeakerError(0.5, 1.0, 0.0, 0.0, 2.0, {})
    >>> pooled_diarization_error_rate([one, SpeakerError(0.0, 0.0, 0.0, 0.0, 2.0, {})]).rate
    0.25
    """
    if not errors:
        raise InputError("There is no recording to pool.")
    parts = [float(sum(column)) for column in zip(*(error[1:5] for error in errors), strict=True)]
    return _error(parts[0], parts[1], parts[2], parts[3], {})


def jaccard_error(truth: Sequence[Segment], prediction: Sequence[Segment]) -> float:
    r"""Return the Jaccard error rate (JER) of one recording, in [0, 1]; 0 is best. Every true speaker weighs the same.

    .. math:: JER = \frac{1}{N} \sum_{s} \left(1 - \frac{|s \cap f(s)|}{|s \cup f(s)|}\right)

    over the :math:`N` true speakers, each with the found speaker it is paired with, one to one so that the sum is
    smallest; 1 for a speaker without a pair. Found speakers without one are not counted. 1 where nobody talks but
    somebody is found, 0 where neither. Raises `InputError` for segments that end before they start. Ryant et al.
    2019, "The Second DIHARD Diarization Challenge: Dataset, task, and baselines", Interspeech.

    >>> truth = [Segment(0, 4, "ann"), Segment(4, 6, "ben")]
    >>> round(jaccard_error(truth, [Segment(0, 3, "1"), Segment(3, 7, "2")]), 3)
    0.375
    """
    cut = _cut(truth, prediction, 0.0, False)
    kept = np.flatnonzero(cut.seconds @ cut.truth > 0)
    if not len(kept):
        return float(bool((cut.seconds @ cut.found > 0).any()))
    true_time = cut.truth[:, kept] * cut.seconds[:, None]
    together = true_time.T @ cut.found.astype(np.float64)
    either = true_time.sum(0)[:, None] + (cut.seconds @ cut.found)[None, :] - together
    errors = np.ones(len(kept))
    for one, other in assignment(1 - ratio(together, either)):
        errors[one] = 1 - float(ratio(together[one, other], either[one, other]))
    return float(errors.mean())


def assignment(costs: ArrayLike) -> list[tuple[int, int]]:
    """Return the pairs (row, column), rows ascending, of least summed cost: one to one, as many as the shorter side.

    costs: (row, column), finite. Kuhn 1955, "The Hungarian Method for the Assignment Problem", by shortest augmenting
    paths with potentials, O(n² m).

    >>> assignment([[4, 1, 3], [2, 0, 5]])
    [(0, 1), (1, 0)]
    """
    table = np.atleast_2d(np.asarray(costs, np.float64))
    if not np.isfinite(table).all():
        raise InputError("Costs of pairs must be finite numbers.")
    if table.shape[0] > table.shape[1]:
        return sorted((row, column) for column, row in assignment(table.T))
    rows, columns = table.shape
    # Row and column 0 stand for nothing: taken[c] is the row (from 1) that has column c.
    above, left = np.zeros(rows + 1), np.zeros(columns + 1)
    taken = np.zeros(columns + 1, np.int64)
    for row in range(1, rows + 1):
        taken[0], at = row, 0
        least, way = np.full(columns + 1, np.inf), np.zeros(columns + 1, np.int64)
        seen = np.zeros(columns + 1, np.bool_)
        while taken[at]:
            seen[at] = True
            here = taken[at]
            reduced = table[here - 1] - above[here] - left[1:]
            shorter = np.concatenate([[False], (reduced < least[1:]) & ~seen[1:]])
            least[shorter] = reduced[shorter[1:]]
            way[shorter] = at
            nearest = int(np.where(seen, np.inf, least).argmin())
            step = least[nearest]
            above[taken[seen]] += step
            left[seen] -= step
            least[~seen] -= step
            at = nearest
        while at:
            taken[at] = taken[way[at]]
            at = int(way[at])
    return sorted((int(row) - 1, column) for column, row in enumerate(taken[1:].tolist()) if row)


def _error(false_alarm: float, missed: float, confusion: float, total: float, pairs: Mapping[str, str]) -> SpeakerError:
    wrong = false_alarm + missed + confusion
    rate = wrong / total if total > 0 else float(wrong > 0)
    return SpeakerError(rate, false_alarm, missed, confusion, total, pairs)


def _cut(truth: Sequence[Segment], prediction: Sequence[Segment], collar: float, skip_overlap: bool) -> _Cut:
    sides = [[Segment(*segment) for segment in side] for side in (truth, prediction)]
    for name, side in zip(("truth", "prediction"), sides, strict=True):
        for segment in side:
            if not 0 <= segment.start <= segment.end < float("inf"):
                raise InputError(f"{name} holds {segment}: a segment starts at 0 or later, before its end.")
    edges = {edge for segment in (*sides[0], *sides[1]) for edge in (segment.start, segment.end)}
    hidden = []
    if collar > 0:
        hidden = [
            (max(0.0, edge - collar), edge + collar)
            for segment in sides[0]
            if segment.end > segment.start
            for edge in (segment.start, segment.end)
        ]
        edges.update(edge for pair in hidden for edge in pair)
    cuts = np.array(sorted(edges))
    seconds = np.diff(cuts)
    tables, names = [], []
    for side in sides:
        speakers = tuple(dict.fromkeys(segment.label for segment in side))
        table = np.zeros((len(seconds), len(speakers)), np.bool_)
        for segment in side:
            table[_within(cuts, segment.start, segment.end), speakers.index(segment.label)] = True
        tables.append(table)
        names.append(speakers)
    kept = np.ones(len(seconds), np.bool_)
    for start, end in hidden:
        kept[_within(cuts, start, end)] = False
    if skip_overlap:
        kept &= tables[0].sum(1) < 2
    return _Cut(seconds[kept], tables[0][kept], tables[1][kept], names[0], names[1])


def _within(cuts: Floats, start: float, end: float) -> slice:
    """Return the intervals that lie between two of the cuts."""
    return slice(int(np.searchsorted(cuts, start)), int(np.searchsorted(cuts, end)))
