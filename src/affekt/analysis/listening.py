"""listen(): from a file of sound to a Report: speech activity, speakers, segments, readings. All on this page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice, pairwise
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from affekt.analysis.segments import find_segments
from affekt.analysis.smoothing import Smoothing, smooth
from affekt.analysis.speakers import Turn, channels_are_speakers, cut_stretches, find_speakers
from affekt.analysis.timelines import TimedLabel, Timeline
from affekt.cards import ModelCard
from affekt.errors import InputError
from affekt.inference.speech import SoundReader
from affekt.inference.voices import Embedder
from affekt.models.index import MODELS, find_model
from affekt.signals.audio import sound_blocks, sound_facts
from affekt.signals.speech_activity import SpeechActivity
from affekt.types import LabelSpace, Provenance, Reading, Report, Span, Trace
from affekt.version import __version__

Floats = NDArray[np.float32]
RATE = 16_000
_TOGETHER = 16  # turns that go through the model at once
_LONGEST = 30.0  # seconds of a turn that are read as one
_LISTENED = 600.0  # seconds from which channels are told apart


@dataclass(frozen=True, slots=True)
class Listening:
    """How sound is listened to.

    `speakers`: ``"channels"``, each channel has one; ``"one"``; a number of voices to tell apart; ``"many"``, as many
    as there are; ``"auto"``: channels where they differ, else ``"many"`` with an `embedder` and ``"one"`` without.
    `smoothing` says how segments are cut; traces are smoothed by a median of `trace_s` seconds.
    """

    speakers: int | Literal["auto", "channels", "one", "many"] = "auto"
    smoothing: Smoothing = field(default_factory=Smoothing)
    embedder: Embedder | None = None
    trace_s: float = 1.5


@dataclass(frozen=True, slots=True)
class _Line:
    """What is listened to by itself: a channel, or the mean of all (None); its turns."""

    channel: int | None
    seconds: float
    turns: list[Turn]


def speech_card(model: str | Path | ModelCard | None = None) -> ModelCard:
    """Return the card of a model of speech; None is ``"speech"``. Raises `InputError` where there is none."""
    if model is None:
        if "speech" not in MODELS:
            raise InputError(
                "This version of affekt ships no model of speech. Name one with model=… (`--model NAME`): one that "
                "another package adds (`affekt models` lists them), or a ModelCard of modality 'speech'."
            )
        return MODELS["speech"]
    card = find_model(model)
    if card.modality != "speech":
        heard = [name for name, each in MODELS.items() if each.modality == "speech"]
        fix = f"Use {' or '.join(heard)}." if heard else "`affekt models` lists those that read sound."
        raise InputError(f"The model {card.name!r} reads {card.modality}, not sound. {fix}")
    return card


def listen(path: Path, reader: SoundReader, how: Listening | None = None, *, space: LabelSpace | None = None) -> Report:
    """Return what is heard in a file of sound: a reading for each segment, about its speaker, in the order of time.

    Segments are stretches of one speaker with one emotion. `speakers` of the report has a reading for each speaker over
    all they say, `overall` one over all speech, each the mean of the segments by their seconds; `traces` are the
    probabilities of each speaker over time. Without speech there is one reading, of status ``no_speech``; time in which
    several talk in one channel, where that is known, has the status ``overlapped_speech``. `space` is one to convert
    readings to. Memory grows with the number of segments only.

    Raises `InputError` for a file that cannot be read, `ConversionError` for a space that the model's does not become.
    """
    how = how or Listening()
    notes = list(sound_facts(path).notes)
    lines = _lines(path, how, notes)
    found: list[Reading] = []
    traces: list[Trace] = []
    for line in lines:
        readings, drawn = _read_line(path, line, reader, how)
        found += readings
        traces += drawn
    found.sort(key=lambda reading: (reading.span.start, reading.span.end, reading.about))
    model, whole = reader.card, Span(0.0, max(line.seconds for line in lines), "second")
    overall = _mean(found, model.space, whole, "everyone")
    names = dict.fromkeys(reading.about for reading in found if reading.status == "ok")
    speakers = [_mean([each for each in found if each.about == name], model.space, whole, name) for name in names]
    provenance = Provenance(model.name, model.version, model.licence, model.window, __version__)
    report = Report(
        source=str(path),
        text="",
        readings=tuple(found) or (overall,),
        overall=overall,
        provenance=provenance,
        speakers=tuple(speakers),
        traces=tuple(traces),
        notes=tuple(dict.fromkeys(notes)),
    )
    return report if space is None or space == model.space else report.to(space)


def timeline_of_report(report: Report) -> Timeline:
    """Return the segments of a report of sound as a timeline, for RTTM, TextGrid, EAF or CSV."""
    labels = [
        TimedLabel(each.span.start, each.span.end, each.labels[0], each.about, each[each.labels[0]])
        for each in report.readings
        if each.status == "ok" and each.labels
    ]
    return Timeline(Path(report.source or "").name, tuple(labels), report.overall.span.end)


def _lines(path: Path, how: Listening, notes: list[str]) -> list[_Line]:
    """Return what is listened to by itself, and the turns in it."""
    channels = sound_facts(path).channels
    if how.speakers == "channels" and channels < 2:
        raise InputError(f"{path} has one channel: whose is not known. Choose speakers='one', 'many' or a number.")
    apart = how.speakers == "channels"
    if how.speakers == "auto" and channels > 1:
        some = islice(sound_blocks(path, rate=RATE), round(_LISTENED / 30))
        apart = channels_are_speakers((block.samples for block in some), RATE)
        if apart:
            notes.append(f"each of its {channels} channels is taken for a speaker")
    if apart:
        found = [_line(path, channel, notes) for channel in range(channels)]
        return [
            replace(line, turns=[replace(t, speaker=f"channel-{n}") for t in line.turns])
            for n, line in enumerate(found, 1)
        ]
    line = _line(path, None, notes)
    many = how.speakers in ("many",) or isinstance(how.speakers, int) or (how.speakers == "auto" and how.embedder)
    if not many or how.speakers == 1 or not line.turns:
        return [line]
    from affekt.inference.voices import LearnedVoices

    stretches = [Span(turn.start, turn.end, "second") for turn in line.turns]
    count = how.speakers if isinstance(how.speakers, int) else None
    blocks = _samples(path, None, [])
    turns = find_speakers(blocks, stretches, how.embedder or LearnedVoices(), speakers=count)
    return [replace(line, turns=turns)]


def _line(path: Path, channel: int | None, notes: list[str]) -> _Line:
    """Return the speech in a channel, of one speaker for the time being."""
    activity, count = SpeechActivity(RATE), 0
    spans: list[Span] = []
    for block in _samples(path, channel, notes):
        count += len(block)
        spans += activity.push(block)
    spans += activity.finish()
    return _Line(channel, count / RATE, [Turn(span.start, span.end, "speaker-1") for span in spans])


def _samples(path: Path, channel: int | None, notes: list[str]) -> Iterator[Floats]:
    for block in sound_blocks(path, rate=RATE):
        notes += block.notes
        yield block.mono() if channel is None else block.channel(channel)


def _read_line(path: Path, line: _Line, reader: SoundReader, how: Listening) -> tuple[list[Reading], list[Trace]]:
    """Return the readings of a line's segments, and the trace of each of its speakers."""
    model = reader.card
    if model.rate != RATE:
        raise InputError(f"The model {model.name!r} reads {model.rate} Hz; sound is listened to at {RATE} Hz.")
    turns = _cut_long([turn for turn in line.turns if not turn.overlapped])
    found = [
        replace(_unread(model.space, Span(turn.start, turn.end, "second")), status="overlapped_speech")
        for turn in line.turns
        if turn.overlapped
    ]
    moments: dict[str, list[float]] = {}
    rows: dict[str, list[tuple[float, ...]]] = {}
    stretches = [Span(turn.start, turn.end, "second") for turn in turns]
    pieces = zip(turns, cut_stretches(_samples(path, line.channel, []), stretches), strict=True)
    while batch := list(islice(pieces, _TOGETHER)):
        estimates = reader.estimate([samples for _, samples in batch])
        for (turn, samples), whole, frames in zip(batch, estimates.probabilities, estimates.frames, strict=True):
            if not len(samples):
                continue
            found += _segments_of(turn, whole, frames, model, how)
            trace = smooth(frames, Smoothing("median", seconds=how.trace_s), hop_s=model.hop_s)
            starts = moments.setdefault(turn.speaker, [])
            starts += [round(turn.start + place * model.hop_s, 6) for place in range(len(trace))]
            rows.setdefault(turn.speaker, []).extend(tuple(row) for row in np.round(trace, 4).tolist())
    traces = [
        Trace(model.space, speaker, model.hop_s, tuple(starts), tuple(rows[speaker]))
        for speaker, starts in moments.items()
    ]
    return _joined(found), traces


def _cut_long(turns: Sequence[Turn]) -> list[Turn]:
    """Cut turns that are longer than is read as one into even parts."""
    cut = []
    for turn in turns:
        count = max(1, int(np.ceil((turn.end - turn.start) / _LONGEST)))
        edges = np.linspace(turn.start, turn.end, count + 1).round(6).tolist()
        cut += [replace(turn, start=start, end=end) for start, end in pairwise(edges)]
    return cut


def _segments_of(turn: Turn, whole: Floats, frames: Floats, model: ModelCard, how: Listening) -> list[Reading]:
    """Return the readings of a turn: one, of the whole of it, or one for each stretch with another emotion."""
    segments = find_segments(
        frames, model.space.labels, hop_s=model.hop_s, smoothing=how.smoothing, start=turn.start, end=turn.end
    )
    thresholds = model.fit.thresholds
    if len(segments) < 2:
        said = tuple(np.round(whole.astype(float), 6).tolist())
        span = Span(turn.start, turn.end, "second")
        return [Reading(model.space, said, span, thresholds, about=turn.speaker, modality="speech")]
    return [
        Reading(
            model.space,
            segment.probabilities,
            # The last window may end before the turn does, by less than a frame.
            Span(segment.start, turn.end if segment is segments[-1] else segment.end, "second"),
            thresholds,
            about=turn.speaker,
            modality="speech",
        )
        for segment in segments
    ]


def _joined(readings: Sequence[Reading]) -> list[Reading]:
    """Return readings in the order of time, those of one speaker that meet and say the same label as one."""
    joined: list[Reading] = []
    for reading in sorted(readings, key=lambda each: (each.span.start, each.span.end)):
        last = joined[-1] if joined else None
        if (
            last is not None
            and last.status == reading.status == "ok"
            and last.about == reading.about
            and abs(last.span.end - reading.span.start) < 1e-6
            and last.labels[:1] == reading.labels[:1]
        ):
            span = Span(last.span.start, reading.span.end, "second")
            joined[-1] = replace(_mean([last, reading], reading.space, span, reading.about))
        else:
            joined.append(reading)
    return joined


def _mean(readings: Sequence[Reading], space: LabelSpace, span: Span, about: str) -> Reading:
    """Return the mean of readings by their seconds; one of no speech where there are none."""
    read = [each for each in readings if each.status == "ok"]
    if not read:
        return replace(_unread(space, span), about=about if readings else "nobody")
    weights = np.array([each.span.end - each.span.start for each in read])
    rows = np.array([each.probabilities for each in read])
    weights = weights if weights.sum() > 0 else np.ones(len(read))
    mean = np.round(np.average(rows, axis=0, weights=weights), 6)
    return Reading(space, tuple(mean.tolist()), span, read[0].thresholds, about=about, modality="speech")


def _unread(space: LabelSpace, span: Span) -> Reading:
    return Reading(space, (), span, about="nobody", modality="speech", status="no_speech")
