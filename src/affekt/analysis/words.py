"""The words of a recording beside its voice: each segment gets its words, a text model reads them, a gate joins both.

The rule, which no corpus here could teach (acted speech says the same sentences in every emotion). The voice leads:

    joined_k ∝ voice_k · r_k^g,    r_k = clip(K · words_k, 1/2, 2)

`words_k` is what the text model says in those K labels of the voice that it knows, the share of neutral handed out
evenly: neutral words say nothing of how they are said. Labels that it does not know (calm, boredom) keep r = 1.
g in [0, 1], the gate, is the product of how sure the recogniser is of the words (squared; a recogniser that does not
say so counts 0.5, a transcript that somebody gave 1), how well their number fits the time (from 0.5 to 6 words a second
in full, 0 at none and at 9), how much of the transcript falls where somebody speaks, and 0.5 where the transcript has
no times. So words change the odds of two labels fourfold at most, 4^g: a voice that finds its label more than four
times as probable as any other keeps it, whatever the words are; it may become less sure.
`recipes/asr_transcript_ser` scores this rule beside learned gates on CMU-MOSI.

Modality-gated fusion against recognition errors: Li, Bell & Lai 2024, "Speech Emotion Recognition with ASR Transcripts:
A Comprehensive Study on Word Error Rate and Fusion Techniques".
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.affect.convert import conversion, convert_by
from affekt.affect.mapped import mapped_points
from affekt.analysis.listening import RATE, mean_reading
from affekt.analysis.speakers import cut_stretches
from affekt.analysis.transcripts import Said, Transcript, read_transcript
from affekt.errors import ConversionError, InputError
from affekt.signals.audio import sound_blocks
from affekt.types import LabelSpace, Reading, Report, Span, Words

if TYPE_CHECKING:
    from affekt.cards import ModelCard
    from affekt.inference.text import TextEstimates

Floats = NDArray[np.float64]
MOST = 2.0
"""By how much words raise or lower a label at most."""
UNTOLD = 0.5
"""What the words of a recogniser count that does not say how sure it is."""
_SLOW, _FAST, _TOO_FAST = 0.5, 6.0, 9.0  # words a second
_NEAR = 0.5  # seconds from a segment at which a word is still taken for its own
_AT_ONCE = 30.0  # seconds that are recognised together


class TextReading(Protocol):
    """An opened model of text; `affekt.inference.text.open_reader` opens one."""

    card: ModelCard

    def estimate(self, texts: Sequence[str], *, language: str | None = None) -> TextEstimates:
        """Return the estimates for `texts`, in order."""


@dataclass(frozen=True, slots=True)
class Joining:
    """How words are joined: the reader of text, the language of the words (None: checked), and what a word counts
    whose recogniser does not say how sure it is."""

    reader: TextReading
    language: str | None = None
    untold: float = 1.0


def join_words(report: Report, transcript: Transcript, how: Joining) -> Report:
    """Return the report of a sound with its words: those of each segment in its `words`, both readings joined by the
    rule above; `text` is the transcript. Means over speakers and all are taken anew, traces stay the voice's.

    Words outside every segment, or after the end of the sound, belong to none, and a note says how many. Of a space
    that text is not read into, or whose labels do not exclude each other, the words are shown and not joined.
    """
    heard = [place for place, each in enumerate(report.readings) if each.status == "ok"]
    placed = _place(report, transcript, heard)
    notes = [*report.notes, *placed.notes]
    texts = {place: " ".join(word.text for word in placed.words[place]) for place in heard if placed.words[place]}
    read: dict[int, Floats] = {}
    unknown: list[int] = []
    if texts:
        read, unknown, told = _read(list(texts.items()), report.overall.space, how)
        notes += told
    readings = list(report.readings)
    for place, text in texts.items():
        reading, words = readings[place], placed.words[place]
        sure = _confidence(words, how.untold)
        seconds = reading.span.end - reading.span.start
        weight = round(sure**2 * _pace(len(words), seconds) * placed.share * placed.timing, 4)
        weight = weight if place in read else 0.0
        said = tuple(np.round(read[place], 6).tolist()) if place in read else ()
        known = [word.confidence for word in words if word.confidence is not None]
        mean = round(float(np.mean(known)), 4) if known else None
        said_words = Words(text, reading.space, mean, weight, reading.probabilities, said)
        readings[place] = _joined(reading, said_words, unknown)
    return _anew(replace(report, text=transcript.text, notes=tuple(dict.fromkeys(notes))), readings)


def add_words(
    path: Path,
    report: Report,
    transcript: Path | str,
    *,
    language: str | None = None,
    commercial: bool = False,
) -> Report:
    """Return the report of the sound at `path` with its words: those of a file, or of a recogniser by its name.

    transcript: a file (`affekt.analysis.transcripts`), ``"pocketsphinx"`` or ``"endpoint:URL#MODEL"``
    (`affekt.language.recognition`). The words are read by the model that `language` asks for, ``text`` for English,
    ``text-multi`` for others; by the one that ``"auto"`` chooses where it is not told. Raises `InputError`,
    `MissingDependencyError`, `EndpointError`.
    """
    from affekt.inference.text import open_reader
    from affekt.models.index import find_model

    if isinstance(transcript, Path):
        found, untold = read_transcript(transcript, recording=path.stem), 1.0
    else:
        from affekt.language.recognition import open_recognizer

        found, untold = recognise(path, report, open_recognizer(transcript)), UNTOLD
    card = find_model(
        "auto" if language is None else "text" if language == "en" else "text-multi", commercial=commercial
    )
    return join_words(report, found, Joining(open_reader(card), language, untold))


def gate_words(
    voice: ArrayLike,
    words: ArrayLike,
    weight: ArrayLike,
    *,
    neutral: int | None = None,
    unknown: Sequence[int] = (),
) -> Floats:
    """Return both readings joined by the rule above, float64 (item, label), rows adding up to one.

    voice, words: (item, label), probabilities of labels that exclude each other; weight: (item,), g in [0, 1]; neutral:
    the place of the neutral label, None where there is none; unknown: places of labels that words are not read in.
    Raises `InputError` for shapes that differ.

    >>> gate_words([[0.5, 0.5]], [[0.9, 0.1]], [1.0]).round(2).tolist()
    [[0.78, 0.22]]
    >>> gate_words([[0.9, 0.1]], [[0.0, 1.0]], [1.0]).round(2).tolist()
    [[0.69, 0.31]]
    """
    heard, said, gate = (np.asarray(each, np.float64) for each in (voice, words, weight))
    if heard.shape != said.shape or gate.shape != heard.shape[:1]:
        raise InputError(f"Voice {heard.shape} and words {said.shape} do not go with weights {gate.shape}.")
    known = np.setdiff1d(np.arange(heard.shape[1]), np.asarray(unknown, np.int64))
    told = said[:, known]
    if neutral is not None and neutral in known:
        place = int(np.searchsorted(known, neutral))
        nothing = told[:, place].copy()
        told[:, place] = 0
        told += nothing[:, None] / max(1, len(known))
    ratio = np.ones_like(heard)
    ratio[:, known] = np.clip(len(known) * told, 1 / MOST, MOST)
    joined = heard * ratio ** np.clip(gate, 0, 1)[:, None]
    total = joined.sum(1, keepdims=True)
    return np.asarray(joined / np.where(total > 0, total, 1.0))


def recognise(path: Path, report: Report, recognizer: Callable[[ArrayLike], str]) -> Transcript:
    """Return what a recogniser hears in each segment of a report: words with the segment's times and speaker.

    A segment of a channel's speaker is heard in that channel, others in the mean of all; what is longer than half a
    minute is heard in parts.
    """
    segments = [reading for reading in report.readings if reading.status == "ok"]
    said: list[Said] = []

    def side(reading: Reading) -> int:
        number = reading.about.removeprefix("channel-")
        return int(number) - 1 if number != reading.about and number.isdecimal() else -1

    for channel, of_channel in groupby(sorted(segments, key=side), key=side):
        parts = [(part, each.about) for each in of_channel for part in _cut(each.span)]
        parts.sort(key=lambda part: (part[0].start, part[0].end))
        blocks = (block.mono() if channel < 0 else block.channel(channel) for block in sound_blocks(path, rate=RATE))
        for (part, speaker), samples in zip(parts, cut_stretches(blocks, [each for each, _ in parts]), strict=True):
            text = " ".join(recognizer(samples).split())
            if text:
                said.append(Said(part.start, part.end, text, None, speaker))
    said.sort(key=lambda each: (each.start, each.end))
    return Transcript(tuple(said), " ".join(each.text for each in said))


@dataclass(frozen=True, slots=True)
class _Placed:
    """The words of each segment, by its place; what share of the transcript they are; 0.5 where times were made up."""

    words: dict[int, list[Said]]
    share: float
    timing: float
    notes: list[str]


def _place(report: Report, transcript: Transcript, heard: Sequence[int]) -> _Placed:
    found: dict[int, list[Said]] = {place: [] for place in heard}
    spans = [report.readings[place].span for place in heard]
    if not transcript.text.split():
        return _Placed(found, 0.0, 1.0, ["its transcript is empty: the voice alone is read"])
    if not heard:
        return _Placed(found, 0.0, 1.0, ["its transcript has words, and nobody was heard to speak"])
    if not transcript.timed:
        words = _spread(transcript.text.split(), spans)
        for place, some in zip(heard, words, strict=True):
            found[place] = some
        if len(heard) == 1:
            return _Placed(found, 1.0, 1.0, [])
        return _Placed(found, 1.0, 0.5, ["its transcript has no times: its words were spread evenly over the speech"])
    words_said, notes = transcript.words(), []
    end = report.overall.span.end
    inside = [word for word in words_said if word.start < end + _NEAR]
    if len(inside) < len(words_said):
        after = len(words_said) - len(inside)
        notes.append(f"{after} of the {len(words_said)} words of its transcript come after its end, {end:.2f} s")
    names = {report.readings[place].about for place in heard}
    starts = [span.start for span in spans]
    for word in inside:
        where = _segment_of(word, spans, starts, [report.readings[place].about for place in heard], names)
        if where is not None:
            found[heard[where]].append(word)
    count = sum(map(len, found.values()))
    if count < len(inside):
        notes.append(f"{len(inside) - count} words of its transcript lie where nobody was heard to speak")
    return _Placed(found, count / len(words_said), 1.0, notes)


def _segment_of(
    word: Said, spans: Sequence[Span], starts: Sequence[float], abouts: Sequence[str], names: set[str]
) -> int | None:
    """Return the segment whose time a word's middle falls in, or that is nearest; of its speaker where that is one."""
    middle = (word.start + word.end) / 2
    best, away = None, _NEAR + 1e-9
    # Segments of speakers may overlap, so a few before the last that has begun are looked at.
    at = bisect_right(starts, middle)
    for place in range(max(0, at - 8), min(len(spans), at + 2)):
        if word.speaker in names and abouts[place] != word.speaker:
            continue
        span = spans[place]
        distance = max(span.start - middle, middle - span.end, 0.0)
        if distance < away:
            best, away = place, distance
    return best


def _spread(words: Sequence[str], spans: Sequence[Span]) -> list[list[Said]]:
    """Return words without times for each segment: as many letters a second everywhere."""
    letters = np.array([len(word) for word in words], np.float64)
    middles = (np.cumsum(letters) - letters / 2) / letters.sum()
    seconds = np.array([span.end - span.start for span in spans])
    seconds = seconds if seconds.sum() > 0 else np.ones(len(spans))
    ends = np.cumsum(seconds) / seconds.sum()
    owners = np.minimum(np.searchsorted(ends, middles), len(spans) - 1).tolist()
    found: list[list[Said]] = [[] for _ in spans]
    for word, owner in zip(words, owners, strict=True):
        found[owner].append(Said(spans[owner].start, spans[owner].end, word))
    return found


def _read(
    texts: Sequence[tuple[int, str]], space: LabelSpace, how: Joining
) -> tuple[dict[int, Floats], list[int], list[str]]:
    """Return what the words of each segment say in the labels of the voice, the places of labels that they cannot say,
    and notes of what could not be done."""
    source = how.reader.card.space
    if space.kind != "exclusive":
        return {}, [], [f"its words are shown and not joined: labels of {space.name} do not exclude each other"]
    estimates = how.reader.estimate([text for _, text in texts], language=how.language)
    read = estimates.supported & ~estimates.empty
    notes = []
    if not read.all():
        notes.append(
            f"the words of {int((~read).sum())} segments are not in a language that {how.reader.card.name} reads"
        )
    if not read.any():
        return {}, [], notes
    try:
        found = conversion(source, space)
        rows = convert_by(found, np.asarray(estimates.probabilities[read], np.float64))
    except ConversionError:
        return {}, [], [f"its words are shown and not joined: text is not read in the labels of {space.name}"]
    places = [place for (place, _), known in zip(texts, read.tolist(), strict=True) if known]
    return dict(zip(places, rows, strict=True)), [space.index(label) for label in found.unreached], notes


def _joined(reading: Reading, words: Words, unknown: Sequence[int]) -> Reading:
    if not words.read or not words.weight:
        return replace(reading, words=words)
    space = reading.space
    neutral = None if space.neutral is None else space.index(space.neutral)
    row = gate_words([words.voice], [words.read], [words.weight], neutral=neutral, unknown=unknown)[0]
    vad = reading.vad
    if vad is not None and vad.mapped:
        vad = mapped_points([row], space)[0]
    return replace(reading, probabilities=tuple(np.round(row, 6).tolist()), vad=vad, words=words)


def _anew(report: Report, readings: Sequence[Reading]) -> Report:
    """Return the report with these readings, and its means taken of them."""
    space, whole = report.overall.space, report.overall.span
    speakers = [
        mean_reading([each for each in readings if each.about == old.about], space, whole, old.about)
        for old in report.speakers
    ]
    overall = mean_reading(readings, space, whole, report.overall.about) if report.speakers else report.overall
    return replace(report, readings=tuple(readings), speakers=tuple(speakers), overall=overall)


def _confidence(words: Sequence[Said], untold: float) -> float:
    return float(np.mean([untold**0.5 if word.confidence is None else word.confidence for word in words]))


def _pace(count: int, seconds: float) -> float:
    """Return how well so many words fit so many seconds, in [0, 1]."""
    rate = count / max(seconds, 1e-9)
    return float(np.clip(min(rate / _SLOW, (_TOO_FAST - rate) / (_TOO_FAST - _FAST)), 0, 1))


def _cut(span: Span) -> list[Span]:
    count = max(1, int(np.ceil((span.end - span.start) / _AT_ONCE)))
    edges = np.linspace(span.start, span.end, count + 1).tolist()
    return [Span(start, end, "second") for start, end in pairwise(edges)]
