"""Who speaks when: channels where each has its speaker, else voices told apart by their vectors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from affekt.analysis.clustering import cluster_vectors
from affekt.analysis.smoothing import Smoothing, smooth
from affekt.errors import InputError
from affekt.inference.voices import Embedder
from affekt.metrics.timeline import Segment
from affekt.types import Span

Floats = NDArray[np.float32]
HOP_S = 0.5
_BATCH = 64
_SHARP = 20.0  # how much nearer in cosine counts, in logarithms of probability
_FRAME_S = 0.1
_APART_DB = 10.0  # a channel this much louder than all others has the one who speaks
_LEAST_DB = -60.0


@dataclass(frozen=True, slots=True)
class Turn:
    """A stretch in which one speaker talks, in seconds; `overlapped` where others talk too: then it is nobody's."""

    start: float
    end: float
    speaker: str
    overlapped: bool = False


def channels_are_speakers(blocks: Iterable[Floats], rate: int) -> bool:
    """Return whether each channel of a recording has a speaker of its own, as calls recorded on both sides have.

    blocks: float32 (channel, time) each, one after the other. So it is where, in six of ten stretches of 0.1 s that
    are not silent, one channel is 10 dB louder than every other, and at least two are so in one of twenty each.
    """
    size = round(_FRAME_S * rate)
    levels = []
    for block in blocks:
        count = block.shape[1] // size
        if len(block) > 1 and count:
            frames = block[:, : count * size].reshape(len(block), count, size)
            levels.append(np.square(frames, dtype=np.float32).mean(2))
    if not levels:
        return False
    power = np.concatenate(levels, axis=1)
    ranked = np.sort(power, axis=0)
    # Not silent: within 30 dB of the loud moments, and over any noise floor of a codec.
    floor = max(float(np.quantile(ranked[-1], 0.95)) * 1e-3, 10 ** (_LEAST_DB / 10))
    heard = ranked[-1] > floor
    clear = heard & (ranked[-1] > ranked[-2] * 10 ** (_APART_DB / 10))
    if clear.sum() < 0.6 * max(1, int(heard.sum())):
        return False
    leaders = np.bincount(power[:, clear].argmax(0), minlength=len(power)) / max(1, int(heard.sum()))
    return bool((leaders >= 0.05).sum() >= 2)


def find_speakers(
    blocks: Iterable[Floats],
    stretches: Sequence[Span],
    embedder: Embedder,
    *,
    speakers: int | None = None,
    threshold: float | None = None,
    least_s: float = 3.0,
) -> list[Turn]:
    """Return who speaks when in one channel: turns in the order of time, speakers called ``speaker-1`` and so on.

    blocks: float32 (time,) at 16 kHz, one after the other; `stretches` are where there is speech, in seconds, in order.
    Every half second of them gets the vector of the window around it; vectors are clustered into `speakers`, or until
    clusters are further apart than `threshold` (None: the embedder's); clusters of less than `least_s` seconds join the
    nearest one. Within a stretch speakers change where the path of vectors does (`affekt.analysis.smoothing`). Memory
    grows by a vector per half second of speech. Raises `InputError` for fewer than one speaker.
    """
    if speakers is not None and speakers < 1:
        raise InputError(f"A recording has one speaker or more, got {speakers}.")
    vectors, owners = _vectors(blocks, stretches, embedder)
    if not len(vectors):
        return []
    limit = embedder.threshold if threshold is None else threshold
    clusters = cluster_vectors(vectors, threshold=limit, clusters=speakers)
    centres = _centres(vectors, clusters)
    if speakers is None:
        kept = np.bincount(clusters) * HOP_S >= least_s
        centres = centres[kept] if kept.any() else centres[[int(np.bincount(clusters).argmax())]]
    turns: list[Turn] = []
    # Owners come in order, so that a stretch's vectors are a slice.
    edges = np.searchsorted(owners, np.arange(len(stretches) + 1))
    for place, stretch in enumerate(stretches):
        alike = vectors[edges[place] : edges[place + 1]] @ centres.T
        if not len(alike):
            continue
        powers = np.exp(_SHARP * (alike - alike.max(1, keepdims=True)))
        path = smooth(powers / powers.sum(1, keepdims=True), _STEADY, hop_s=HOP_S).argmax(1)
        moments = _moments(stretch)
        # A speaker has the time up to half way to the next one's moment.
        cuts = [stretch.start, *((one + other) / 2 for one, other in pairwise(moments)), stretch.end]
        for who, start, end in zip(path.tolist(), cuts[:-1], cuts[1:], strict=True):
            goes_on = turns and turns[-1].end == start and turns[-1].speaker == str(who)
            turns.append(Turn(turns.pop().start if goes_on else start, end, str(who)))
    names = {who: f"speaker-{number}" for number, who in enumerate(dict.fromkeys(turn.speaker for turn in turns), 1)}
    return [Turn(round(turn.start, 6), round(turn.end, 6), names[turn.speaker]) for turn in turns]


def mark_overlaps(turns: Sequence[Turn]) -> list[Turn]:
    """Return the turns without the time in which several people talk, which becomes turns of its own, of nobody.

    >>> mark_overlaps([Turn(0, 4, "ann"), Turn(3, 5, "ben")])
    [Turn(start=0, end=3, speaker='ann', overlapped=False), Turn(start=3, end=4, speaker='', overlapped=True), \
Turn(start=4, end=5, speaker='ben', overlapped=False)]
    """
    edges = sorted({edge for turn in turns for edge in (turn.start, turn.end)})
    out: list[Turn] = []
    open_turns: list[Turn] = []
    waiting = sorted(turns, key=lambda turn: turn.start, reverse=True)
    for start, end in pairwise(edges):
        while waiting and waiting[-1].start <= start:
            open_turns.append(waiting.pop())
        open_turns = [turn for turn in open_turns if turn.end > start]
        who = sorted({turn.speaker for turn in open_turns})
        if not who:
            continue
        here = Turn(start, end, who[0] if len(who) == 1 else "", len(who) > 1)
        last = out[-1] if out else None
        if last and last.end == start and (last.speaker, last.overlapped) == (here.speaker, here.overlapped):
            out[-1] = Turn(last.start, end, last.speaker, last.overlapped)
        else:
            out.append(here)
    return out


def turns_of(turns: Sequence[Turn]) -> list[Segment]:
    """Return the turns as `affekt.metrics.diarization` scores them; overlapped ones, which are nobody's, are left out.

    >>> turns_of([Turn(0.0, 1.0, "ann"), Turn(1.0, 2.0, "", True)])
    [Segment(start=0.0, end=1.0, label='ann')]
    """
    return [Segment(turn.start, turn.end, turn.speaker) for turn in turns if not turn.overlapped]


_STEADY = Smoothing("viterbi", seconds=1.0, change=0.05)


def _moments(stretch: Span) -> list[float]:
    count = max(1, round((stretch.end - stretch.start) / HOP_S))
    step = (stretch.end - stretch.start) / count
    return [stretch.start + (place + 0.5) * step for place in range(count)]


def _vectors(
    blocks: Iterable[Floats], stretches: Sequence[Span], embedder: Embedder
) -> tuple[Floats, NDArray[np.int64]]:
    """Return the vectors of all windows, and which stretch each is of."""
    found: list[Floats] = []
    owners: list[int] = []
    batch: list[Floats] = []
    for place, samples in enumerate(cut_stretches(blocks, stretches)):
        stretch = stretches[place]
        for moment in _moments(stretch):
            batch.append(_window(samples, moment - stretch.start, embedder.window_s))
            owners.append(place)
        while len(batch) >= _BATCH:
            found.append(embedder.embed(np.stack(batch[:_BATCH])))
            batch = batch[_BATCH:]
    if batch:
        found.append(embedder.embed(np.stack(batch)))
    return (np.concatenate(found) if found else np.zeros((0, 1), np.float32)), np.array(owners, np.int64)


def _window(samples: Floats, moment: float, window_s: float) -> Floats:
    """Return the window around a moment, within the stretch; a shorter stretch is repeated."""
    size = round(window_s * 16_000)
    if len(samples) <= size:
        return np.resize(samples, size) if len(samples) else np.zeros(size, np.float32)
    start = min(max(0, round(moment * 16_000) - size // 2), len(samples) - size)
    return samples[start : start + size]


def cut_stretches(blocks: Iterable[Floats], stretches: Sequence[Span], *, rate: int = 16_000) -> Iterator[Floats]:
    """Yield the samples of each stretch (seconds, in order of their starts), of a sound that comes in blocks (time,).

    Memory holds what the stretches under way need.
    """
    cutter = StretchCutter(stretches, rate=rate)
    for block in blocks:
        yield from cutter.push(block)
        if cutter.done:
            return
    yield from cutter.finish()


class StretchCutter:
    """Cuts stretches (seconds, in order of their starts) out of samples that come block by block.

    >>> cutter = StretchCutter([Span(0, 2, "second"), Span(1, 3, "second")], rate=1)
    >>> [part.tolist() for at in range(4) for part in cutter.push(np.array([at], np.float32))], cutter.done
    ([[0.0, 1.0], [1.0, 2.0]], True)
    """

    def __init__(self, stretches: Sequence[Span], *, rate: int = 16_000) -> None:
        self._edges = [(round(each.start * rate), round(each.end * rate)) for each in stretches]
        self._next = 0
        self._held, self._at = np.zeros(0, np.float32), 0  # samples from `at` on

    @property
    def done(self) -> bool:
        """Whether all stretches are cut."""
        return self._next == len(self._edges)

    def push(self, samples: Floats) -> list[Floats]:
        """Return the stretches that end with these float32 (time,) samples."""
        end = self._at + len(self._held) + len(samples)
        if self.done or end <= self._edges[self._next][0]:
            self._held, self._at = self._held[:0], end
            return []
        self._held = np.concatenate([self._held, np.asarray(samples, np.float32)])
        cut = []
        while not self.done and self._edges[self._next][1] <= end:
            cut.append(self._cut())
        start = end if self.done else self._edges[self._next][0]
        drop = min(max(0, start - self._at), len(self._held))
        self._held, self._at = self._held[drop:], self._at + drop
        return cut

    def finish(self) -> list[Floats]:
        """Return the stretches that the sound ends in or before, as much as there is of each."""
        return [self._cut() for _ in range(len(self._edges) - self._next)]

    def _cut(self) -> Floats:
        first, last = self._edges[self._next]
        self._next += 1
        # A copy, so that it does not hold on to the blocks it was cut from.
        return self._held[max(0, first - self._at) : max(0, last - self._at)].copy()


def _centres(vectors: Floats, clusters: NDArray[np.int64]) -> Floats:
    sums = np.zeros((int(clusters.max()) + 1, vectors.shape[1]), np.float64)
    np.add.at(sums, clusters, vectors)
    return np.asarray(sums / np.linalg.norm(sums, axis=1, keepdims=True).clip(1e-9), np.float32)
