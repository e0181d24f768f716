"""Emotion in speech as it comes: blocks of sound in, a reading for each quarter of a second out.

Where someone speaks, the last seconds of it are read again at every step: from the first to the last word within the
window, cut where a file's speech is cut, so that a window has the answer it has in `SoundReader.estimate`. What is said
of a moment waits for the sound after it that decides whether it is speech: the look-ahead. Both are the algorithmic
delay, the same on every machine; the time from when that sound is there until the answer is the compute delay.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from affekt.affect.mapped import mapped_points
from affekt.analysis.columns import ask
from affekt.analysis.listening import licence_notes, speech_card
from affekt.analysis.live_readings import LiveDelays, LiveListening, LiveReading, LiveSummary
from affekt.analysis.live_window import Cut, cut_of, open_held
from affekt.analysis.points import point_between
from affekt.analysis.smoothing import Smoother, open_smoother
from affekt.cards import ModelCard
from affekt.errors import AffektError, InputError
from affekt.inference.speech import SoundReader, SpeechEstimates, open_speech_reader
from affekt.signals.arriving import Arrivals, came_as_spoken, is_behind
from affekt.signals.resampling import Resampler
from affekt.signals.speech_activity import SpeechActivity
from affekt.types import VAD, LabelSpace, Provenance, Reading, Span
from affekt.version import __version__

Samples = NDArray[np.float32]
RATE = 16_000
_SPEAKER = "speaker-1"
_LOUD = 4.0  # so far over full scale are integers taken for floating point
_NEW_S = 0.05  # speech beyond the last window by less than this is not read again
_ASK_S = 0.1  # how often it is asked whether to stop


def open_live(
    rate: int,
    how: LiveListening | None = None,
    *,
    model: str | Path | ModelCard | None = None,
    space: str | LabelSpace | None = None,
    commercial: bool = False,
) -> LiveSpeech:
    """Return what reads speech that comes at `rate` Hz, on one core, ready to answer; options as of `affekt.analyze`.

    Raises what `affekt.analyze` does for a model or a space, and what `LiveSpeech` does.
    """
    card = speech_card(model, commercial=commercial)
    target = ask(card, space).space
    live = LiveSpeech(open_speech_reader(card, threads=1), rate, how, space=target)
    live.warm_up()
    return live


def listen_live(
    arrivals: Arrivals, live: LiveSpeech, *, stopped: Callable[[], bool] = lambda: False
) -> Iterator[LiveReading]:
    """Yield a reading for each step of the sound that arrives, until it ends or `stopped` says so.

    Where answering takes longer than the sound, only the newest window is read and the others are counted as skipped;
    what comes through a pipe faster than it was spoken is all read. What the source raises is raised once all that came
    before is read.
    """
    failed: AffektError | None = None
    try:
        while not stopped():
            try:
                blocks = arrivals.take(_ASK_S)
            except AffektError as error:
                failed = error
                break
            if blocks is None:
                break
            late = is_behind(blocks, arrivals.rate, perf_counter(), patience_s=live.how.patience_s)
            spoken = came_as_spoken(blocks, arrivals.rate)
            for block in blocks:
                live.feed(block.samples, at=block.at if spoken else None)
            for answer in live.read(newest_only=late):
                yield answer
                if stopped():
                    break
    finally:
        arrivals.close()
    yield from live.finish(newest_only=stopped())
    if failed is not None:
        raise failed


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A window that was read, until its smoothed answer is final; `missed` were left out before it.

    Without a cut it stands for a window that was left out.
    """

    cut: Cut | None
    estimates: SpeechEstimates
    heard_s: float
    missed: int


class LiveSpeech:
    """Reads speech as it comes, at any `rate`, in blocks of any size; what it says does not depend on their size.

    `space` is one to convert readings to. Raises `InputError` for a model of another rate, and a window longer than the
    model's; `ConversionError` for a space that the model's does not become.
    """

    def __init__(
        self, reader: SoundReader, rate: int, how: LiveListening | None = None, *, space: LabelSpace | None = None
    ) -> None:
        self.how = how or LiveListening()
        self.reader, self.rate = reader, rate
        card = reader.card
        if card.rate != RATE:
            raise InputError(f"The model {card.name!r} reads {card.rate} Hz; sound is listened to at {RATE} Hz.")
        if self.how.window_s > card.window:
            raise InputError(
                f"The model {card.name!r} reads {card.window} s at once, less than a window of {self.how.window_s:g} s."
            )
        self._space = None if space == card.space else space
        self._labels = len(card.space)
        if self._space is not None:  # raises where it cannot be
            Reading(card.space, (), Span(0.0, 0.0, "second"), modality="speech", status="no_speech").to(self._space)
        self._stream, self._activity, self._sound = Resampler(rate, RATE), SpeechActivity(RATE), open_held(reader)
        self._step = round(self.how.step_s * RATE)
        self._look_ahead = self._probe()
        self._held: Samples = np.zeros(0, np.float32)  # samples of a step that is not whole
        self._marks: deque[tuple[int, float]] = deque()  # samples that had come, and when
        self._came = self._heard = self._seen = self._strange = 0
        self._peak = 0.0
        self._until = 0.0  # where the last window that was read ends
        self._smoother: Smoother | None = None
        self._began = -1.0  # of the speech that is being smoothed
        self._waiting: deque[_Waiting] = deque()
        self._missed = 0  # windows left out since the last reading
        self._skipped = self._answers = 0
        self._speech_s = 0.0
        self._compute = array("d")
        self._sum, self._point, self._mapped = np.zeros(self._labels), np.zeros(3), True
        self._first = dict.fromkeys((space or card.space).labels, 0)

    def push(self, samples: Samples, *, at: float | None = None) -> list[LiveReading]:
        """Return the readings that float32 (time,) or (channel, time) samples complete; `feed` and `read` in one."""
        self.feed(samples, at=at)
        return list(self.read())

    def feed(self, samples: Samples, *, at: float | None = None) -> None:
        """Take samples in, the mean of their channels.

        `at` is when they came, in seconds of `time.perf_counter`, for the compute delay; None: it counts from when work
        on them begins. What is no number becomes 0, and the summary says so.
        """
        both = np.atleast_2d(np.asarray(samples, np.float32))
        self._seen += both.size
        finite = np.isfinite(both)
        if not finite.all():
            self._strange += int(both.size - finite.sum())
            both = np.where(finite, both, np.float32(0))
        self._peak = max(self._peak, float(np.abs(both).max(initial=0.0)))
        self._take(self._stream.push(both.mean(axis=0, dtype=np.float32)[None])[0], at)

    def read(self, *, newest_only: bool = False) -> Iterator[LiveReading]:
        """Yield the readings of all steps that are whole by now, with `newest_only` of the last of them."""
        for left in range(len(self._held) // self._step - 1, -1, -1):
            part, self._held = self._held[: self._step], self._held[self._step :]
            yield from self._read_step(part, skip=newest_only and left > 0)

    def warm_up(self) -> None:
        """Do once, before any sound comes, what takes longer the first time: the first answer is not late for it."""
        sound, window = open_held(self.reader), self.how.window_s
        sound.push(np.zeros(round(window * RATE), np.float32))
        estimates = sound.estimate(self.reader, cut_of(Span(0.0, window, "second"), window))
        said = tuple(estimates.probabilities[0].astype(np.float64).tolist())
        point_between(estimates, 0, said, self.reader.card.space)

    def finish(self, *, newest_only: bool = False) -> Iterator[LiveReading]:
        """Yield what is left at the end of the sound; of any sound there is one reading at least, if of no speech."""
        if self._seen:
            self._take(self._stream.finish()[0], None)
        yield from self.read(newest_only=newest_only)
        began = perf_counter()
        self._sound.push(self._held)
        self._heard += len(self._held)
        ended = (*self._activity.push(self._held), *self._activity.finish())
        self._held = self._held[:0]
        self._speech_s += sum(span.end - span.start for span in ended)
        if ended and ended[-1].end > self._until + _NEW_S:
            yield from self._read_window(ended[-1], began)
        yield from self._flush(began)
        if self._heard and not self._answers:
            yield self._silent(Span(0.0, self._seconds, "second"), began)

    def summary(self, notes: tuple[str, ...] = ()) -> LiveSummary:
        """Return what was heard so far; the `notes` of the source come first."""
        card = self.reader.card
        mine = [] if self.rate == RATE else [f"resampled from {self.rate:,} to {RATE:,} Hz"]
        if self._strange:
            mine.append(f"{self._strange:,} of {self._seen:,} samples are no numbers (NaN or infinite): set to 0")
        if self._peak > _LOUD:
            mine.append(f"values of {self._peak:.4g} far over full scale (1): is the coding of the samples right?")
        if self._skipped:
            mine.append(f"reading was slower than the sound: {self._skipped:,} windows were left out for newer ones")
        mine += licence_notes(card)
        return LiveSummary(
            seconds=self._seconds,
            speech_s=round(self._speech_s, 3),
            readings=len(self._compute),
            skipped=self._skipped,
            labels={label: round(n * self.how.step_s, 3) for label, n in self._first.items() if n},
            overall=self._overall(),
            delays=self.delays(),
            provenance=Provenance(card.name, card.version, card.licence, card.window, __version__),
            notes=(*notes, *mine),
        )

    def delays(self) -> LiveDelays:
        """Return how late answers are so far."""
        taken = np.array(self._compute)
        found = (round(float(take(taken)), 6) if len(taken) else None for take in (np.median, np.max))
        return LiveDelays(self.how.window_s, self._look_ahead, self.how.step_s, *found)

    @property
    def _seconds(self) -> float:
        return round(self._heard / RATE, 6)

    def _probe(self) -> float:
        """Return how much later sound decides about a moment: of the resampler, the detector and the smoothing."""
        stream, activity = Resampler(self.rate, RATE), SpeechActivity(RATE)
        resampling = max(0.0, 1 - stream.push(np.zeros((1, self.rate), np.float32)).shape[1] / RATE)
        steps = max(1, round(2 / self.how.step_s))
        activity.push(np.zeros(steps * self._step, np.float32))
        rows = 0
        if self._labels:
            smoother = self._open_smoother()
            while not len(smoother.push(np.full((1, self._labels), 1 / self._labels))):
                rows += 1
        detecting = steps * self._step / RATE - activity.decided_s
        return round(float(resampling + detecting + rows * self.how.step_s), 3)

    def _open_smoother(self) -> Smoother:
        return open_smoother(self.how.smoothing, labels=self._labels, hop_s=self.how.step_s)

    def _take(self, samples: Samples, at: float | None) -> None:
        self._came += len(samples)
        self._held = np.concatenate([self._held, samples])
        if at is not None:
            self._marks.append((self._came, at))

    def _read_step(self, part: Samples, *, skip: bool) -> Iterator[LiveReading]:
        at = perf_counter()
        self._heard += len(part)
        while self._marks and self._marks[0][0] < self._heard:
            self._marks.popleft()
        if self._marks:
            at = self._marks[0][1]
        self._sound.push(part)
        ended = self._activity.push(part)
        self._speech_s += sum(span.end - span.start for span in ended)
        span, here = self._speech(ended), self._activity.decided_s
        if span is not None and skip:
            self._skipped += 1
            self._missed += 1
        elif span is not None:
            yield from self._read_window(span, at)
        elif not skip:
            yield from self._flush(at)
            yield self._silent(Span(max(0.0, round(here - self.how.step_s, 6)), max(0.0, here), "second"), at)
        self._sound.forget(here - self.how.window_s - self.how.step_s - 1.0)

    def _speech(self, ended: tuple[Span, ...]) -> Span | None:
        """Return the speech to read now: what is under way, or what ended before it was long enough to be read."""
        now = self._activity.under_way
        if now is not None and now.end - now.start >= self.how.least_s - 1e-9:
            return now
        return ended[-1] if ended and ended[-1].end > self._until + _NEW_S else None

    def _read_window(self, span: Span, at: float) -> Iterator[LiveReading]:
        if span.start != self._began:
            yield from self._flush(at)
        cut = cut_of(span, self.how.window_s)
        estimates = self._sound.estimate(self.reader, cut)
        missed, self._missed = self._missed, 0
        waiting = _Waiting(cut, estimates, self._seconds, missed)
        self._began, self._until = span.start, span.end
        if not self._labels:
            yield self._answer(waiting, (), at)
            return
        rows = 1
        if self._smoother is None:
            self._smoother = self._open_smoother()
        else:
            # The windows that were left out count as this one: to smoothing they are time that went by.
            self._waiting.extend([_Waiting(None, estimates, self._seconds, 0)] * missed)
            rows += missed
        self._waiting.append(waiting)
        yield from self._final(self._smoother.push(np.tile(estimates.probabilities[:1], (rows, 1))), at)

    def _final(self, rows: NDArray[np.float64], at: float) -> Iterator[LiveReading]:
        """Yield the answers whose smoothing is final."""
        for row in rows:
            waiting = self._waiting.popleft()
            if waiting.cut is not None:
                yield self._answer(waiting, tuple(np.round(row, 6).tolist()), at)

    def _flush(self, at: float) -> Iterator[LiveReading]:
        """Yield the answers that wait: what someone says has ended."""
        if self._smoother is not None:
            yield from self._final(self._smoother.finish(), at)
        self._smoother, self._began = None, -1.0

    def _answer(self, waiting: _Waiting, said: tuple[float, ...], at: float) -> LiveReading:
        assert waiting.cut is not None
        card, estimates = self.reader.card, waiting.estimates
        point = point_between(estimates, 0, said, card.space)
        thresholds = card.fit.thresholds
        reading = Reading(card.space, said, waiting.cut.span, thresholds, point, about=_SPEAKER, modality="speech")
        self._sum += estimates.probabilities[0]
        if estimates.vad is not None:
            self._point += estimates.vad[0]
            self._mapped = False
        reading = reading if self._space is None else reading.to(self._space)
        for label in reading.labels[:1]:
            self._first[label] += 1
        raw = tuple(np.round(estimates.probabilities[0].astype(np.float64), 6).tolist())
        taken = perf_counter() - at
        self._compute.append(taken)
        self._answers += 1
        return LiveReading(reading, raw, waiting.heard_s, taken, waiting.missed)

    def _silent(self, span: Span, at: float) -> LiveReading:
        self._answers += 1
        missed, self._missed = self._missed, 0
        return LiveReading(self._unread(span), (), self._seconds, perf_counter() - at, missed)

    def _unread(self, span: Span) -> Reading:
        space = self._space or self.reader.card.space
        return Reading(space, (), span, about="nobody", modality="speech", status="no_speech")

    def _overall(self) -> Reading:
        """Return the mean of all windows, over all of the sound."""
        card, count = self.reader.card, len(self._compute)
        span = Span(0.0, self._seconds, "second")
        if not count:
            return self._unread(span)
        mean = tuple(np.round(self._sum / count, 6).tolist())
        point: VAD | None
        if self._mapped:
            point = mapped_points([mean], card.space)[0]
        else:
            point = VAD(*np.round(self._point / count, 4).tolist())
        reading = Reading(card.space, mean, span, card.fit.thresholds, point, about=_SPEAKER, modality="speech")
        return reading if self._space is None else reading.to(self._space)
