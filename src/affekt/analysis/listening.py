"""listen(): from a file of sound to a Report: speech activity, speakers, segments, readings. All on this page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice, pairwise
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from affekt.analysis.points import known_points, mean_point, point_between, points_over_time
from affekt.analysis.segments import find_segments
from affekt.analysis.smoothing import Smoothing, smooth
from affekt.analysis.speakers import StretchCutter, Turn, channels_are_speakers, find_speakers
from affekt.analysis.timelines import TimedLabel, Timeline
from affekt.cards import ModelCard
from affekt.errors import InputError
from affekt.inference.speech import SoundReader, SpeechEstimates
from affekt.inference.voices import Embedder
from affekt.models.index import MODELS, find_model
from affekt.signals.audio import Sound, sound_blocks, sound_facts
from affekt.signals.speech_activity import SpeechActivity
from affekt.types import VAD, LabelSpace, Provenance, Reading, Report, Span, Trace
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


def speech_card(model: str | Path | ModelCard | None = None, *, commercial: bool = False) -> ModelCard:
    """Return the card of a model of speech; None is ``"speech"``, or with `commercial` the first whose weights a
    business may use. Raises `InputError` for a model that reads something else, and where there is none."""
    card = find_model(model, modality="speech", commercial=commercial)
    if card.modality != "speech":
        heard = [name for name, each in MODELS.items() if each.modality == "speech"]
        fix = f"Use {' or '.join(heard)}." if heard else "`affekt models` lists those that read sound."
        raise InputError(f"The model {card.name!r} reads {card.modality}, not sound. {fix}")
    return card


def listen(path: Path, reader: SoundReader, how: Listening | None = None, *, space: LabelSpace | None = None) -> Report:
    """Return what is heard in a file of sound: a reading for each segment, about its speaker, in the order of time.

    Segments are stretches of one speaker with one emotion. `speakers` of the report has a reading for each speaker over
    all they say, `overall` one over all speech, each the mean of the segments by their seconds; `traces` are the
    probabilities of each speaker over time. Readings and traces have valence, arousal and dominance: those that the
    model was taught, else where its labels lie as words, marked `mapped` (`affekt.affect.mapped`). Without speech there
    is one reading, of status ``no_speech``; time in which several talk in one channel, where that is known, has the
    status ``overlapped_speech``. `space` is one to convert readings to. Memory grows with the number of segments only.

    Raises `InputError` for a file that cannot be read, `ConversionError` for a space that the model's does not become.
    """
    how = how or Listening()
    notes = list(sound_facts(path).notes)
    notes += licence_notes(reader.card)
    lines = _lines(path, how, notes)
    found, traces = _read_lines(path, lines, reader, how)
    found.sort(key=lambda reading: (reading.span.start, reading.span.end, reading.about))
    model, whole = reader.card, Span(0.0, max(line.seconds for line in lines), "second")
    overall = mean_reading(found, model.space, whole, "everyone")
    names = dict.fromkeys(reading.about for reading in found if reading.status == "ok")
    speakers = [
        mean_reading([each for each in found if each.about == name], model.space, whole, name) for name in names
    ]
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


def licence_notes(card: ModelCard) -> list[str]:
    """Return what to say of weights that no business may use; nothing of those that a user trained."""
    if card.commercial or card.recipe.startswith("affekt "):
        return []
    return [f"the weights of {card.name} are {card.licence}, not for business use: see --commercial"]


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
        return _heard(path, list(range(channels)), notes)
    (line,) = _heard(path, [None], notes)
    many = how.speakers in ("many",) or isinstance(how.speakers, int) or (how.speakers == "auto" and how.embedder)
    if not many or how.speakers == 1 or not line.turns:
        return [line]
    from affekt.inference.voices import LearnedVoices

    stretches = [Span(turn.start, turn.end, "second") for turn in line.turns]
    count = how.speakers if isinstance(how.speakers, int) else None
    blocks = (block.mono() for block in sound_blocks(path, rate=RATE))
    turns = find_speakers(blocks, stretches, how.embedder or LearnedVoices(), speakers=count)
    return [replace(line, turns=turns)]


def _heard(path: Path, channels: Sequence[int | None], notes: list[str]) -> list[_Line]:
    """Return the speech in each of the channels (None: their mean), one speaker in each for the time being."""
    activities, count = [SpeechActivity(RATE) for _ in channels], 0
    spans: list[list[Span]] = [[] for _ in channels]
    for block in sound_blocks(path, rate=RATE):
        notes += block.notes
        count += block.samples.shape[1]
        for channel, activity, mine in zip(channels, activities, spans, strict=True):
            mine.extend(activity.push(_channel(block, channel)))
    lines = []
    for channel, activity, mine in zip(channels, activities, spans, strict=True):
        speaker = "speaker-1" if channel is None else f"channel-{channel + 1}"
        turns = [Turn(span.start, span.end, speaker) for span in (*mine, *activity.finish())]
        lines.append(_Line(channel, count / RATE, turns))
    return lines


def _channel(block: Sound, channel: int | None) -> Floats:
    return block.mono() if channel is None else block.channel(channel)


def _pieces(path: Path, lines: Sequence[_Line], turns: Sequence[Sequence[Turn]]) -> Iterator[tuple[int, Turn, Floats]]:
    """Yield the sound of every turn of every line, as they end: the file is decoded once for all of them."""
    cutters = [StretchCutter([Span(turn.start, turn.end, "second") for turn in mine]) for mine in turns]
    waiting = [iter(mine) for mine in turns]
    if not any(turns):
        return
    for block in sound_blocks(path, rate=RATE):
        for place, (line, cutter) in enumerate(zip(lines, cutters, strict=True)):
            for samples in cutter.push(_channel(block, line.channel)):
                yield place, next(waiting[place]), samples
        if all(cutter.done for cutter in cutters):
            return
    for place, cutter in enumerate(cutters):
        for samples in cutter.finish():
            yield place, next(waiting[place]), samples


@dataclass(slots=True)
class _Drawn:
    """A trace that grows: moments, probabilities, points."""

    starts: list[float] = field(default_factory=list)
    rows: list[tuple[float, ...]] = field(default_factory=list)
    points: list[VAD | None] = field(default_factory=list)


def _read_lines(
    path: Path, lines: Sequence[_Line], reader: SoundReader, how: Listening
) -> tuple[list[Reading], list[Trace]]:
    """Return the readings of all segments, those of one line after those of another, and the trace of each speaker."""
    model = reader.card
    if model.rate != RATE:
        raise InputError(f"The model {model.name!r} reads {model.rate} Hz; sound is listened to at {RATE} Hz.")
    found: list[list[Reading]] = [
        [
            replace(_unread(model.space, Span(turn.start, turn.end, "second")), status="overlapped_speech")
            for turn in line.turns
            if turn.overlapped
        ]
        for line in lines
    ]
    drawn: list[dict[str, _Drawn]] = [{} for _ in lines]
    turns = [_cut_long([turn for turn in line.turns if not turn.overlapped]) for line in lines]
    pieces = _pieces(path, lines, turns)
    while batch := list(islice(pieces, _TOGETHER)):
        estimates = reader.estimate([samples for _, _, samples in batch])
        for place, (line, turn, samples) in enumerate(batch):
            if not len(samples):
                continue
            frames = estimates.frames[place]
            found[line] += _segments_of(turn, estimates, place, model, how)
            trace = frames.astype(np.float64)
            if len(model.space):
                trace = smooth(frames, Smoothing("median", seconds=how.trace_s), hop_s=model.hop_s)
            mine = drawn[line].setdefault(turn.speaker, _Drawn())
            mine.starts += [round(turn.start + row * model.hop_s, 6) for row in range(len(trace))]
            mine.rows += [tuple(row) for row in np.round(trace, 4).tolist()]
            mine.points += points_over_time(estimates, place, trace, model.space)
    traces = [
        Trace(model.space, speaker, model.hop_s, tuple(one.starts), tuple(one.rows), known_points(one.points))
        for each in drawn
        for speaker, one in each.items()
    ]
    return [reading for mine in found for reading in _joined(mine)], traces


def _cut_long(turns: Sequence[Turn]) -> list[Turn]:
    """Cut turns that are longer than is read as one into even parts."""
    cut = []
    for turn in turns:
        count = max(1, int(np.ceil((turn.end - turn.start) / _LONGEST)))
        edges = np.linspace(turn.start, turn.end, count + 1).round(6).tolist()
        cut += [replace(turn, start=start, end=end) for start, end in pairwise(edges)]
    return cut


def _segments_of(turn: Turn, estimates: SpeechEstimates, place: int, model: ModelCard, how: Listening) -> list[Reading]:
    """Return the readings of a turn: one, of the whole of it, or one for each stretch with another emotion."""
    frames, thresholds = estimates.frames[place], model.fit.thresholds
    segments = []
    if len(model.space):
        segments = find_segments(
            frames, model.space.labels, hop_s=model.hop_s, smoothing=how.smoothing, start=turn.start, end=turn.end
        )
    if len(segments) < 2:
        said = tuple(np.round(estimates.probabilities[place].astype(float), 6).tolist())
        span = Span(turn.start, turn.end, "second")
        vad = point_between(estimates, place, said, model.space)
        return [Reading(model.space, said, span, thresholds, vad, about=turn.speaker, modality="speech")]
    return [
        Reading(
            model.space,
            segment.probabilities,
            # The last window may end before the turn does, by less than a frame.
            Span(segment.start, turn.end if segment is segments[-1] else segment.end, "second"),
            thresholds,
            point_between(
                estimates,
                place,
                segment.probabilities,
                model.space,
                (segment.start - turn.start, segment.end - turn.start),
            ),
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
            joined[-1] = replace(mean_reading([last, reading], reading.space, span, reading.about))
        else:
            joined.append(reading)
    return joined


def mean_reading(readings: Sequence[Reading], space: LabelSpace, span: Span, about: str) -> Reading:
    """Return the mean of readings by their seconds; one of no speech where there are none."""
    read = [each for each in readings if each.status == "ok"]
    if not read:
        return replace(_unread(space, span), about=about if readings else "nobody")
    weights = np.array([each.span.end - each.span.start for each in read])
    rows = np.array([each.probabilities for each in read])
    weights = weights if weights.sum() > 0 else np.ones(len(read))
    mean = np.round(np.average(rows, axis=0, weights=weights), 6)
    vad = mean_point([each.vad for each in read], weights)
    return Reading(space, tuple(mean.tolist()), span, read[0].thresholds, vad, about=about, modality="speech")


def _unread(space: LabelSpace, span: Span) -> Reading:
    return Reading(space, (), span, about="nobody", modality="speech", status="no_speech")
