"""Where someone speaks: a detector that looks at energy, spectrum and pitch, with nothing to load.

For each frame of 10 ms six things are measured, all of them against what is around: how far three bands rise over
their noise floor (the minimum of the last 1.5 s and the next .5 s), how periodic the sound is, how much its level
moves, and how far below the loudest of the last seconds it is. A logistic function of them says how
likely someone speaks; its numbers were set by hand, with an eye to six of EMO-DB's speakers in noise. Sound made of
notes is no speech: spectra that stay alike over .1 s for two seconds, as a gliding voice's do not, and not over 2 s, as
a hum's do. Those numbers are from made-up music; music with a voice in it is speech.
`bench/speech_activity.py` says how often it errs on others, beside a network, and what it cannot do: other people's
talk is speech to it. Whoever has more to spend runs a network: `affekt.inference.speech_detector`.

What comes out does not depend on how the sound is cut: the stream and the whole give the same spans.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from affekt.errors import InputError
from affekt.signals.resampling import Resampler
from affekt.types import Span

Samples = NDArray[np.float32]
Doubles = NDArray[np.float64]
RATE, HOP, WINDOW, SIZE = 16_000, 160, 512, 1024  # Hz; samples from frame to frame, of a frame, of its transform
HOP_S = HOP / RATE
# Frames looked at before and after each: 1.5 s of noise floor, 5 s of loudest; half a second ahead.
_FLOOR, _LOUD, _AHEAD = 150, 500, 50
_STEADY, _LEAST = 250, 200  # frames before each over which the sound is asked for notes, and how many it takes
_APART, _LATER = 10, 200  # frames between two whose spectra are compared: longer than a packet of a codec, than a note
_AUDIBLE = 25.0  # dB below the loudest: what is softer is not asked
_SMOOTH, _NEAR, _WIDE = 2, 15, 25  # frames to either side
_EDGES = (
    np.array([100, 200, 300, 420, 560, 720, 920, 1170, 1480, 1860, 2320, 2900, 3600, 4500, 5600, 7000]) * SIZE / RATE
)
_GROUPS = (slice(0, 5), slice(5, 11), slice(11, 15))  # 100 to 720, to 2900, to 7000 Hz
_QUIET = 1e-8  # mean square of a band that counts as silence: -80 dB re full scale
_BELOW = 10**-5.5  # of the loudest: what is so far below is no speech
_LAGS = slice(RATE // 400, RATE // 70 + 1)  # of voices, 70 to 400 Hz
_BLOCK = 1 << 12  # frames worked on at once


@dataclass(frozen=True, slots=True)
class Detection:
    """How probabilities become spans.

    Speech begins at `begin` and ends below `end`. Pauses shorter than `pause_s` are within speech, speech shorter
    than `speech_s` is none, and `around_s` is added before and after (at most half of `pause_s`).
    """

    begin: float = 0.5
    end: float = 0.35
    speech_s: float = 0.1
    pause_s: float = 0.4
    around_s: float = 0.02

    def __post_init__(self) -> None:
        if not 0 < self.end <= self.begin < 1:
            raise InputError(f"Thresholds are 0 < end <= begin < 1, got end {self.end} and begin {self.begin}.")
        if self.speech_s < 0 or self.pause_s < 0 or not 0 <= self.around_s <= self.pause_s / 2:
            raise InputError(
                "Durations are at least 0 and around_s at most half of pause_s; got "
                f"speech_s {self.speech_s}, pause_s {self.pause_s}, around_s {self.around_s}."
            )


def speech_activity(samples: Samples, rate: int, *, detection: Detection | None = None) -> tuple[Span, ...]:
    """Return the stretches, in seconds, in which someone speaks; none for silence.

    `samples` are float32 (time,) at any `rate`, full scale at 1. Spans come in order and do not touch. Raises
    `InputError` for samples with more than one axis.

    >>> speech_activity(np.zeros(16000, np.float32), 16000)
    ()
    """
    stream = SpeechActivity(rate, detection=detection)
    return (*stream.push(samples), *stream.finish())


def speech_probability(samples: Samples, rate: int) -> NDArray[np.float32]:
    """Return how likely someone speaks, float32 (frame,) in [0, 1], a frame each 10 ms; frame 0 is about 0.011 to
    0.021 s. A sound shorter than a frame (32 ms) is taken as one."""
    stream = _Frames(rate)
    parts = [stream.push(_one_channel(samples)), stream.finish()]
    return _probability(np.concatenate(parts))


class SpeechActivity:
    """The detector on a stream: spans come out when it is sure that they have ended, half a second and a pause later.

    >>> stream = SpeechActivity(8000)
    >>> [*stream.push(np.zeros(4000, np.float32)), *stream.push(np.zeros(100, np.float32)), *stream.finish()]
    []
    """

    def __init__(self, rate: int, *, detection: Detection | None = None) -> None:
        self._frames = _Frames(rate)
        self._spans = Spans(HOP_S, detection=detection, offset_s=(WINDOW - HOP) / 2 / RATE)

    def push(self, samples: Samples) -> tuple[Span, ...]:
        """Return the spans that ended, after the next float32 (time,) samples."""
        return self._spans.push(_probability(self._frames.push(_one_channel(samples))))

    def finish(self) -> tuple[Span, ...]:
        """Return the rest of the spans, after the last samples."""
        rest = self._spans.push(_probability(self._frames.finish()))
        return (*rest, *self._spans.finish(self._frames.seconds))

    @property
    def speaking(self) -> bool:
        """Whether someone speaks at the last moment that was decided upon."""
        return self._spans.speaking

    @property
    def decided_s(self) -> float:
        """Up to where it is decided, in seconds; the rest of the sound waits for what comes after it."""
        return self._spans.decided_s

    @property
    def under_way(self) -> Span | None:
        """The speech that may still go on, so far: to its last word in a short pause; None in a longer one.

        `Detection.around_s` is not added, and speech shorter than `Detection.speech_s` is told as well.

        >>> stream = SpeechActivity(16000)
        >>> stream.push(np.zeros(16000, np.float32)), stream.under_way, stream.decided_s
        ((), None, 0.461)
        """
        return self._spans.under_way


class Spans:
    """Spans out of probabilities that come frame by frame, `hop_s` seconds each, the first at `offset_s`."""

    def __init__(self, hop_s: float, *, detection: Detection | None = None, offset_s: float = 0.0) -> None:
        self._how = detection or Detection()
        self._hop, self._offset = hop_s, offset_s
        self._at = 0
        self._begin: int | None = None  # of the run that goes on
        self._open: list[int] = []  # begin, end and frames of speech of the span that may still grow

    @property
    def speaking(self) -> bool:
        """Whether the last frame was one of speech."""
        return self._begin is not None

    @property
    def decided_s(self) -> float:
        """Where the last frame ends, in seconds."""
        return round(self._offset + self._at * self._hop, 6)

    @property
    def under_way(self) -> Span | None:
        """The span that may still grow, so far; None where there is none."""
        if self._begin is not None:
            joins = self._open and (self._begin - self._open[1]) * self._hop < self._how.pause_s
            edges = (self._open[0] if joins else self._begin, self._at)
        elif self._open:
            edges = (self._open[0], self._open[1])
        else:
            return None
        start, end = (round(self._offset + at * self._hop, 6) for at in edges)
        return Span(start, end, "second")

    def push(self, probabilities: NDArray[np.floating]) -> tuple[Span, ...]:
        """Return the spans that can no longer grow, after the next probabilities (frame,)."""
        done: list[Span] = []
        # Between the thresholds nothing changes, so only crossings are walked.
        likely, unlikely = probabilities >= self._how.begin, probabilities < self._how.end
        for place in np.flatnonzero(np.where(likely, 1, np.where(unlikely, -1, 0))).tolist():
            frame = self._at + place
            if likely[place] and self._begin is None:
                self._begin = frame
            elif unlikely[place] and self._begin is not None:
                self._join(self._begin, frame, done)
                self._begin = None
        self._at += len(probabilities)
        quiet = self._at if self._begin is None else self._begin
        if self._open and (quiet - self._open[1]) * self._hop >= self._how.pause_s:
            self._close(done)
        return tuple(done)

    def _join(self, begin: int, end: int, done: list[Span]) -> None:
        if self._open and (begin - self._open[1]) * self._hop < self._how.pause_s:
            self._open = [self._open[0], end, self._open[2] + end - begin]
        else:
            self._close(done)
            self._open = [begin, end, end - begin]

    def _close(self, done: list[Span], until: float = np.inf) -> None:
        if self._open and self._open[2] * self._hop >= self._how.speech_s - 1e-9:
            begin, end = (self._offset + at * self._hop for at in self._open[:2])
            start = max(0.0, begin - self._how.around_s)
            done.append(Span(round(start, 6), round(max(start, min(until, end + self._how.around_s)), 6), "second"))
        self._open = []

    def finish(self, seconds: float) -> tuple[Span, ...]:
        """Return the last spans of a sound that is `seconds` long."""
        done: list[Span] = []
        if self._begin is not None:
            self._join(self._begin, self._at, done)
            # Half a frame at the end belongs to no frame of its own: speech goes on to the end.
            self._open[1] = max(self._open[1], int(np.ceil((seconds - self._offset) / self._hop)))
        self._begin = None
        self._close(done, seconds)
        return tuple(done)


class _Frames:
    """Measurements (frame, feature) from samples, as soon as all that a frame looks at is there."""

    def __init__(self, rate: int) -> None:
        self._stream = Resampler(rate, RATE)
        self._rate, self._count = rate, 0
        self._samples = np.zeros(0, np.float32)
        self._spectra: Doubles | None = None  # of the last frames, for comparing with those to come
        # Before the sound there is nothing: NaN, which all that looks around leaves out.
        self._rows = np.full((_LOUD + _SMOOTH, len(_EDGES) + 2), np.nan)
        self._shown = 0

    @property
    def seconds(self) -> float:
        return self._count / self._rate

    def push(self, samples: Samples) -> Doubles:
        self._count += len(samples)
        return self._grown(self._stream.push(samples[None])[0])

    def finish(self) -> Doubles:
        last = self._stream.finish()[0] if self._count else np.zeros(0, np.float32)
        parts = [self._grown(last)]
        if not self._shown and len(self._rows) == _LOUD + _SMOOTH and len(self._samples):
            parts.append(self._grown(np.zeros(WINDOW - len(self._samples), np.float32)))
        self._rows = np.concatenate([self._rows, np.full((_AHEAD + _SMOOTH, len(_EDGES) + 2), np.nan)])
        return np.concatenate([*parts, self._measured()])

    def _grown(self, samples: Samples) -> Doubles:
        self._samples = np.concatenate([self._samples, samples])
        count = max(0, (len(self._samples) - WINDOW) // HOP + 1)
        parts = []
        for begin in range(0, count, _BLOCK):
            size = min(_BLOCK, count - begin)
            part = self._samples[begin * HOP : (begin + size - 1) * HOP + WINDOW]
            self._rows = np.concatenate([self._rows, self._row(sliding_window_view(part, WINDOW)[::HOP])])
            parts.append(self._measured())
        self._samples = self._samples[count * HOP :]
        return np.concatenate(parts) if parts else np.zeros((0, FEATURES))

    def _row(self, frames: Samples) -> Doubles:
        """Return the row of each frame, with how like its spectrum is to those `_APART` and `_LATER` frames before."""
        rows, flat = _row(frames)
        centred = flat - flat.mean(axis=1, keepdims=True)
        centred /= np.maximum(np.sqrt(np.einsum("ij,ij->i", centred, centred)), 1e-12)[:, None]
        before = np.full((_LATER, centred.shape[1]), np.nan) if self._spectra is None else self._spectra
        joined = np.concatenate([before, centred])
        self._spectra = joined[-_LATER:].copy()
        ago = (joined[_LATER - by : len(joined) - by] for by in (_APART, _LATER))
        alike = [np.einsum("ij,ij->i", other, centred)[:, None] for other in ago]
        return np.concatenate([rows, *alike], axis=1)

    def _measured(self) -> Doubles:
        """Return what can be measured now, and forget the rows that nothing looks at any more."""
        count = len(self._rows) - (_LOUD + _SMOOTH) - (_AHEAD + _SMOOTH)
        if count <= 0:
            return np.zeros((0, FEATURES))
        found = _features(self._rows, count)
        self._rows = self._rows[count:]
        self._shown += count
        return found


def _row(frames: Samples) -> tuple[Doubles, Doubles]:
    """Return the mean squares of the bands, and how periodic the sound is, of each frame (frame, 16), and the
    compressed spectrum that says so (frame, bin)."""
    spectrum = np.fft.rfft(frames * _HANN, SIZE, axis=1)
    power = np.square(spectrum.real) + np.square(spectrum.imag)
    starts = np.round(_EDGES).astype(int)
    bands = np.add.reduceat(power[:, : starts[-1]], starts[:-1], axis=1) * (2 / SIZE / float(np.sum(_HANN**2)))
    # The autocorrelation of the compressed spectrum, which a coloured noise does not make periodic: Tolonen &
    # Karjalainen 2000, IEEE TSAP 8(6). Up to 4 kHz, so that all rates look alike.
    # Complex and filled up here: left to the transform, both take twice as long.
    flat = np.zeros((len(power), SIZE // 2 + 1), np.complex64)
    low, high = int(80 * SIZE / RATE), SIZE // 4
    flat[:, low:high] = power[:, low:high] ** 0.33
    lagged = np.fft.irfft(flat, SIZE, axis=1)
    total = np.where(lagged[:, 0] > 0, lagged[:, 0], 1.0)
    periodic = lagged[:, _LAGS].max(axis=1) / total
    return np.concatenate([bands, periodic[:, None]], axis=1), flat[:, low:high].real.astype(np.float64)


def _features(rows: Doubles, count: int) -> Doubles:
    """Return the features of the `count` frames that have all they look at around them (frame, feature)."""
    first = _LOUD + _SMOOTH
    bands = rows[:, :-3]
    # Smoothed over five frames, from row _SMOOTH on.
    smooth = _mean(bands, 2 * _SMOOTH + 1)
    at = first - _SMOOTH
    loudest = _extreme(np.fmax, smooth, _LOUD + 1 + _AHEAD)[:count]
    floor = _extreme(np.fmin, smooth, _FLOOR + 1 + _AHEAD)[at - _FLOOR : at - _FLOOR + count]
    floor = np.maximum(floor, np.maximum(_QUIET, _BELOW * np.nanmax(loudest, axis=1, keepdims=True)))
    rise = 10 * np.log10(np.maximum(smooth[at : at + count], floor) / floor)
    rises = np.stack([np.minimum(rise[:, group].mean(axis=1), 30) for group in _GROUPS], axis=1)
    periodic, alike, later = rows[:, -3:].T
    near = _mean(periodic[:, None], 2 * _NEAR + 1)[first - _NEAR : first - _NEAR + count, 0]
    level = 10 * np.log10(np.maximum(np.nansum(smooth, axis=1), _QUIET))
    level[np.isnan(smooth).all(axis=1)] = np.nan
    wide = sliding_window_view(level, 2 * _WIDE + 1)[at - _WIDE : at - _WIDE + count]
    moves = np.nanstd(wide, axis=1)
    top = _extreme(np.fmax, level[:, None], _LOUD + 1 + _AHEAD)[:count, 0]
    here = level[at : at + count]
    before, after = first - _STEADY, first + count + _AHEAD
    loud = level[before - _SMOOTH : after - _SMOOTH]
    notes = _notes(alike[before:after], later[before:after], loud, top)
    heard = _extreme(np.fmax, level[:, None], 2 * _NEAR + 1)[at - _NEAR : at - _NEAR + count, 0]
    return np.stack(
        [
            *rises.T,
            periodic[first : first + count],
            near,
            np.minimum(moves, 15),
            np.maximum(here - top, -60),
            np.maximum(heard - top, -60),
            notes,
        ],
        axis=1,
    )


def _mean(rows: Doubles, size: int) -> Doubles:
    """Return the mean of each `size` rows in a row, of those that are there."""
    there = ~np.isnan(rows[:, 0])
    summed = sliding_window_view(np.where(there[:, None], rows, 0.0), size, axis=0).sum(axis=-1)
    count = sliding_window_view(there, size).sum(axis=-1)
    middle = there[size // 2 : size // 2 + len(count)]
    return np.where(middle[:, None], summed / np.maximum(count, 1)[:, None], np.nan)


def _notes(alike: Doubles, later: Doubles, level: Doubles, top: Doubles) -> Doubles:
    """Return how much the sound around each frame is made of notes, in [0, 1] (frame,).

    Speech glides: spectra that stay `alike` (row,) over .1 s, for seconds, are notes, unless they stay so `later` too,
    over 2 s: that is a hum. Asked is where `level` (row,) is not far below the loudest around each frame, `top`
    (frame,); what is missing counts as nothing, so that short sounds have no notes.
    """
    size = _STEADY + 1 + _AHEAD
    heard = sliding_window_view(level, size) > top[:, None] - _AUDIBLE
    said = []
    for each, least in ((alike, _LEAST), (later, 1)):
        values = sliding_window_view(each, size)
        there = heard & ~np.isnan(values)
        said.append(np.where(there, values, 0.0).sum(axis=1) / np.maximum(there.sum(axis=1), least))
    stays, hums = said
    lasting = np.clip((stays - _GLIDES) / (_STAYS - _GLIDES), 0, 1)
    return np.asarray(lasting * np.clip((_HUMS - hums) / (_HUMS - _CHANGES), 0, 1), np.float64)


def _extreme(take: np.ufunc, rows: Doubles, size: int) -> Doubles:
    """Return the least or greatest of each `size` rows in a row, of those that are there: by doubling."""
    have = 1
    while have < size:
        step = min(have, size - have)
        rows = take(rows[: len(rows) - step], rows[step:])
        have += step
    return rows


def _one_channel(samples: Samples) -> Samples:
    if samples.ndim != 1:
        raise InputError(f"Speech is looked for in one channel, (time,); got {samples.shape}. Take .mono() or each.")
    return samples


_HANN = np.hanning(WINDOW + 1)[:-1].astype(np.float32)
FEATURES = 9
# By hand: centre, spread and weight of each feature, and the constant; recipes/speech_activity/fit.py fits others.
_CENTRE = np.array([9.0, 9.0, 9.0, 0.12, 0.12, 3.0, -20.0, -20.0])
_SPREAD = np.array([8.0, 8.0, 8.0, 0.1, 0.1, 3.0, 15.0, 15.0])
_WEIGHT = np.array([0.67, 0.67, 0.67, 0.0, 0.8, 0.4, 0.25, 0.5])
_CONSTANT = 0.7
_GLIDES, _STAYS = (
    0.845,
    0.865,
)  # mean likeness of spectra over .1 s up to which there are no notes, from which there are
_CHANGES, _HUMS = 0.78, 0.82  # that over 2 s up to which there may be notes, from which it is a hum
_NOTES = 8.0  # what notes take off


def _probability(features: Doubles) -> NDArray[np.float32]:
    """Return the logistic function of the features; 0 where no band rises over its floor: silence."""
    score = np.clip((features[:, :-1] - _CENTRE) / _SPREAD, -3, 3) @ _WEIGHT + _CONSTANT
    score = score - _NOTES * features[:, -1]
    likely = 1 / (1 + np.exp(-score))
    return np.where(features[:, :3].any(axis=1), likely, 0).astype(np.float32)


def frame_labels(spans: Sequence[Span], frames: int) -> NDArray[np.bool_]:
    """Return which frames of 10 ms, as `speech_probability` has them, have their middle in one of the spans."""
    middle = (np.arange(frames) * HOP + WINDOW / 2) / RATE
    labels = np.zeros(frames, np.bool_)
    for span in spans:
        labels |= (middle >= span.start) & (middle < span.end)
    return labels
