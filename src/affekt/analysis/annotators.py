"""What is said of a segment of sound beside its emotion: quality, duration, voice, a second model, plug-ins.

The modules of an annotation pipeline: NaturalVoices (a spontaneous and emotional podcast dataset for voice conversion)
annotates podcasts so and filters by the annotations. A package adds its own by an entry point ``affekt.annotators``
that yields an `Annotator`; events, languages and transcripts, which need networks that we do not ship, come so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from affekt.analysis.speakers import cut_stretches
from affekt.errors import AffektError, InputError, unknown_name
from affekt.plugins import accept, load_plugins
from affekt.signals.audio import sound_blocks, sound_facts
from affekt.signals.resampling import resample
from affekt.types import Reading, Span

Floats = NDArray[np.float32]
RATE = 16_000
MODEL = "model:"
_LONGEST, _PIECE = 60.0, 5.0  # seconds of a segment that are heard, and of a piece where that is less than all
_CHANNEL = "channel-"


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """A segment that is annotated: samples float32 (time,) at the `rate` of the file, what was read in it.

    Of a segment over a minute there are twelve pieces of 5 s, evenly spread and put together, so that memory does not
    grow; `reading.span` says how long it is. A speaker who has a channel is heard in that one, others in the mean.
    """

    path: Path
    samples: Floats
    rate: int
    reading: Reading

    def at(self, rate: int) -> Floats:
        """Return the samples at another rate, float32 (time,)."""
        return self.samples if rate == self.rate else resample(self.samples[None], self.rate, rate)[0]


Measure = Callable[[Stretch], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Annotator:
    """Something that says something of every segment.

    `columns` names what it says and whether it is ``float`` or ``str``. `opening`, a function of a module (worker
    processes import it), loads what is needed once and returns what is called for each `Stretch`: it gives a value for
    each column, None for not known. `version` tells results apart: an unfinished run goes on with the same one only.
    With `always` it is asked of segments without speech too.

    >>> def opening():
    ...     return lambda stretch: {"peak": float(np.abs(stretch.samples).max(initial=0))}
    >>> Annotator("peak", "the highest value", {"peak": float}, opening).columns
    {'peak': <class 'float'>}
    """

    name: str
    summary: str
    columns: Mapping[str, type]
    opening: Callable[[], Measure] = field(repr=False)
    version: str = "1"
    always: bool = False


def _emotion() -> Measure:
    def say(stretch: Stretch) -> Mapping[str, Any]:
        reading = stretch.reading
        if not reading.probabilities:
            return {}
        best = int(np.argmax(reading.probabilities))
        return {"emotion": reading.space.labels[best], "confidence": round(reading.probabilities[best], 4)}

    return say


def _duration() -> Measure:
    return lambda stretch: {"duration": round(stretch.reading.span.end - stretch.reading.span.start, 6)}


def _quality() -> Measure:
    from affekt.signals.quality import quality

    def say(stretch: Stretch) -> Mapping[str, Any]:
        found = quality(stretch.samples, stretch.rate)
        said = {
            "snr": round(found.snr_db, 1) if stretch.reading.status == "ok" else None,
            "bandwidth": found.bandwidth_hz,
            "clipped": round(found.clipped, 6),
            "level": round(found.level_db, 1),
            "peak": round(found.peak_db, 1),
        }
        return said

    return say


def _voice() -> Measure:
    from affekt.signals.pitch import pitch, semitones
    from affekt.signals.speech_rate import speech_rate

    def say(stretch: Stretch) -> Mapping[str, Any]:
        samples = stretch.at(RATE)
        if len(samples) < RATE // 5:
            return {}
        f0 = pitch(samples, RATE).f0
        heard = f0[np.isfinite(f0) & (f0 > 0)]
        said = {"speech_rate": round(float(speech_rate(samples, RATE).speech_rate), 2)}
        if len(heard):
            low, high = np.quantile(semitones(heard), [0.1, 0.9])
            said |= {"pitch": round(float(np.median(heard)), 1), "pitch_range": round(float(high - low), 1)}
        return said

    return say


_numbers = dict.fromkeys
ANNOTATORS: dict[str, Annotator] = {
    each.name: each
    for each in (
        Annotator(
            "emotion",
            "the most probable label and its probability",
            {"emotion": str, "confidence": float},
            _emotion,
        ),
        Annotator("duration", "seconds from start to end", {"duration": float}, _duration, always=True),
        Annotator(
            "quality",
            "signal-to-noise ratio of speech (dB), bandwidth (Hz), share of clipped samples, level and peak (dB)",
            _numbers(("snr", "bandwidth", "clipped", "level", "peak"), float),
            _quality,
            always=True,
        ),
        Annotator(
            "voice",
            "median pitch (Hz), its range (semitones, 10 to 90 %), syllables a second",
            _numbers(("pitch", "pitch_range", "speech_rate"), float),
            _voice,
        ),
    )
}


@cache
def plugin_annotators() -> tuple[dict[str, Annotator], tuple[str, ...]]:
    """Return the annotators that installed packages add, by name, and what is wrong with those left out."""
    found = accept(
        load_plugins("affekt.annotators"),
        "affekt.annotators",
        taken=lambda name: "affekt" if name in ANNOTATORS else None,
        wrong=lambda value: None if isinstance(value, Annotator) else "it is no Annotator",
    )
    return {each.name: each.value for each in found.plugins}, found.problems


def find_annotators(given: str | Iterable[str | Annotator]) -> tuple[Annotator, ...]:
    """Return the annotators that a list names, each once: ours, those of packages, ``model:NAME`` (another model of
    speech, whose label and its probability are the columns ``NAME`` and ``NAME_probability``), or given as they are.

    >>> [each.name for each in find_annotators("quality, duration")]
    ['quality', 'duration']

    Raises `UnknownNameError`, `InputError` where two make a column of one name or nothing is named.
    """
    named = [each.strip() for each in given.split(",")] if isinstance(given, str) else list(given)
    found: dict[str, Annotator] = {}
    for each in named:
        if each:
            one = each if isinstance(each, Annotator) else _named(each)
            found[one.name] = one
    if not found:
        raise InputError(f"There is nothing to annotate. Choose of {', '.join(ANNOTATORS)}, {MODEL}NAME.")
    owners: dict[str, str] = {}
    for name, one in found.items():
        for column, kind in one.columns.items():
            if column in owners:
                raise InputError(f"Both {owners[column]} and {name} make a column {column!r}. Leave one of them out.")
            if kind not in (float, str):
                raise InputError(f"A column is of float or str; {column!r} of {name} is {kind!r}.")
            owners[column] = name
    return tuple(found.values())


def _named(name: str) -> Annotator:
    if name in ANNOTATORS:
        return ANNOTATORS[name]
    if name.startswith(MODEL):
        return _of_model(name)
    others, problems = plugin_annotators()
    if name in others:
        return others[name]
    error = unknown_name("annotator", name, [*ANNOTATORS, *others, f"{MODEL}NAME"], "affekt annotate --help")
    raise type(error)("\n".join([str(error), *problems])) if problems else error


def _of_model(name: str) -> Annotator:
    """Return the annotator that another model of speech is."""
    from affekt.analysis.listening import speech_card

    card = speech_card(name.removeprefix(MODEL))
    columns = {card.name: str, f"{card.name}_probability": float}
    summary = f"the most probable label of {card.name}, and its probability"
    return Annotator(name, summary, columns, partial(_open_model, card), version=card.version)


def _open_model(card: Any) -> Measure:
    from affekt.inference.speech import open_speech_reader

    reader = open_speech_reader(card, threads=1)

    def say(stretch: Stretch) -> Mapping[str, Any]:
        said = reader.estimate([stretch.at(card.rate)]).probabilities[0]
        best = int(np.argmax(said))
        return {card.name: card.space.labels[best], f"{card.name}_probability": round(float(said[best]), 4)}

    return say


class Annotating:
    """Opened annotators, and what they say of the readings of a file."""

    def __init__(self, annotators: Sequence[Annotator]) -> None:
        self.annotators = tuple(annotators)
        self._measures = [each.opening() for each in self.annotators]

    def annotate(self, path: Path, readings: Sequence[Reading]) -> list[dict[str, Any]]:
        """Return the values of all columns for each reading of a file.

        Raises `InputError` where an annotator fails, whatever it raises: then the file is rejected and the job goes on.
        """
        rows: list[dict[str, Any]] = [dict.fromkeys(column_types(self.annotators)) for _ in readings]
        if not self.annotators:
            return rows
        for place, stretch in _stretches(path, readings):
            for each, measure in zip(self.annotators, self._measures, strict=True):
                if stretch.reading.status == "ok" or each.always:
                    rows[place] |= _said(each, measure, stretch)
        return rows


def column_types(annotators: Iterable[Annotator]) -> dict[str, type]:
    """Return the names of the columns that annotators make, in order, and the types of their values."""
    return {name: kind for each in annotators for name, kind in each.columns.items()}


def _said(annotator: Annotator, measure: Measure, stretch: Stretch) -> dict[str, Any]:
    try:
        said = dict(measure(stretch))
    except (AffektError, MemoryError):
        raise
    except Exception as error:  # whatever a stranger's annotator raises
        raise InputError(f"The annotator {annotator.name} failed: {type(error).__name__}: {error}") from error
    if odd := said.keys() - annotator.columns.keys():
        raise InputError(f"The annotator {annotator.name} said {', '.join(sorted(odd))}, which it has no column for.")
    return said


def _stretches(path: Path, readings: Sequence[Reading]) -> Iterable[tuple[int, Stretch]]:
    """Yield the place of each reading and its sound; a pass through the file for each channel that is asked for."""
    if not readings:
        return
    facts = sound_facts(path)
    asked = [
        (_channel(reading, facts.channels), place, piece)
        for place, reading in enumerate(readings)
        for piece in _pieces(reading.span)
    ]
    asked.sort(key=lambda each: (each[0], each[2].start, each[1]))
    for channel, group in groupby(asked, key=lambda each: each[0]):
        wanted = list(group)
        blocks = (
            sound.mono() if channel < 0 else sound.channel(channel)
            for sound in sound_blocks(path, rate=None, seconds=_PIECE)
        )
        cut = cut_stretches(blocks, [piece for _, _, piece in wanted], rate=facts.rate)
        left = {place: 0 for _, place, _ in wanted}
        for _, place, _ in wanted:
            left[place] += 1
        held: dict[int, list[Floats]] = {}
        for (_, place, _), samples in zip(wanted, cut, strict=True):
            held.setdefault(place, []).append(samples.copy())
            left[place] -= 1
            if not left[place]:
                whole = np.concatenate(held.pop(place))
                yield place, Stretch(path, whole, facts.rate, readings[place])


def _channel(reading: Reading, channels: int) -> int:
    """Return the channel that a speaker has, -1 for the mean of all."""
    number = reading.about.removeprefix(_CHANNEL)
    return int(number) - 1 if channels > 1 and number != reading.about and number.isdigit() else -1


def _pieces(span: Span) -> list[Span]:
    length = span.end - span.start
    if length <= _LONGEST:
        return [span]
    starts = np.linspace(span.start, span.end - _PIECE, round(_LONGEST / _PIECE))
    return [Span(float(start), float(start) + _PIECE, "second") for start in starts]


__all__ = [
    "ANNOTATORS",
    "Annotating",
    "Annotator",
    "Measure",
    "Stretch",
    "column_types",
    "find_annotators",
    "plugin_annotators",
]
