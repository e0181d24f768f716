"""The nouns everything else speaks in: Signal, Span, LabelSpace, VAD, Evidence, Reading, Report, Record.

All are values: frozen, comparable, cheap. Probabilities are plain floats, so a report can be
pickled, compared and written as JSON without knowing NumPy.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple

from affekt.errors import MissingDependencyError, unknown_name

if TYPE_CHECKING:
    import pandas

SCHEMA = "affekt.report/1"

Kind = Literal["exclusive", "multi-label", "ordinal", "open", "appraisals", "instrument", "wellness", "traits", "tags"]
Modality = Literal["text", "speech", "face", "image", "video", "music", "physiology"]
Status = Literal["ok", "unsupported_language", "no_speech", "overlapped_speech"]
# On whose authority one label space becomes another.
Route = Literal["cited", "vad", "vocabulary", "learned"]


@dataclass(frozen=True, slots=True)
class LabelSpace:
    """A set of names an answer may use.

    `kind` says whether one label holds (exclusive), any number (multi-label), or whether these are
    no emotions at all (appraisals, instrument, wellness, traits, tags). `neutral` names the label that means "none
    of the others", if the space has one. `source` is the citation.
    """

    name: str
    labels: tuple[str, ...]
    kind: Kind
    source: str
    neutral: str | None = None

    def __len__(self) -> int:
        return len(self.labels)

    def __iter__(self) -> Iterator[str]:
        return iter(self.labels)

    def __contains__(self, label: object) -> bool:
        return label in self.labels

    def index(self, label: str) -> int:
        """Return the position of `label`. Raises `UnknownNameError` and offers the nearest."""
        if label not in self.labels:
            raise unknown_name(f"label of {self.name}", label, self.labels, f"affekt spaces {self.name}")
        return self.labels.index(label)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a signal: seconds, or characters of a text (end excluded)."""

    start: float
    end: float
    unit: Literal["character", "second"] = "character"

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"A span runs from start to end, both at least 0; got {self.start} to {self.end}.")


@dataclass(frozen=True, slots=True)
class Signal:
    """Something to read, and where it came from.

    `text` holds the sample of a text signal; of another modality it is the transcript, ``""`` where
    there is none. `source` is the file or name it came from, `language` an ISO 639-1 code if it is
    known. Sound, pictures and biosignals stay in their file: `path`, `member` inside it where it is an
    archive, and `part`, the stretch in seconds that is meant (None: all of it).
    """

    text: str = ""
    source: str | None = None
    language: str | None = None
    modality: Modality = "text"
    path: Path | None = None
    member: str | None = None
    part: Span | None = None


class Interval(NamedTuple):
    """A closed interval."""

    low: float
    high: float


class LabelProbability(NamedTuple):
    """One label and the probability a reading gives it."""

    label: str
    probability: float


def _highest(space: LabelSpace, probabilities: tuple[float, ...], k: int) -> list[LabelProbability]:
    pairs = [LabelProbability(*pair) for pair in zip(space.labels, probabilities, strict=False)]
    return sorted(pairs, key=lambda pair: -pair.probability)[:k]


@dataclass(frozen=True, slots=True)
class VAD:
    """A point in valence-arousal-dominance, each in [-1, 1], with its standard deviation if known.

    A dimension that a model was not taught is NaN.
    """

    valence: float
    arousal: float
    dominance: float
    valence_sd: float | None = None
    arousal_sd: float | None = None
    dominance_sd: float | None = None
    mapped: ClassVar[bool] = False

    def interval(self, dimension: Literal["valence", "arousal", "dominance"], coverage: float = 0.9) -> Interval:
        """Return the central interval that should cover `coverage` of outcomes, cut to [-1, 1].

        Raises `ValueError` where the standard deviation is unknown or `coverage` is not in (0, 1).
        """
        from statistics import NormalDist

        if not 0 < coverage < 1:
            raise ValueError(f"coverage must lie between 0 and 1, got {coverage}.")
        mean, sd = getattr(self, dimension), getattr(self, f"{dimension}_sd")
        if sd is None:
            raise ValueError(f"This VAD has no standard deviation for {dimension}.")
        half = NormalDist().inv_cdf(0.5 + coverage / 2) * sd
        return Interval(max(-1.0, mean - half), min(1.0, mean + half))


@dataclass(frozen=True, slots=True)
class MappedVAD(VAD):
    """A point that nobody heard or read: where the labels of a reading lie as words (`affekt.affect.mapped`).

    It claims nothing beyond the labels.
    """

    mapped: ClassVar[bool] = True


def _point(vad: VAD) -> dict[str, float | bool | None]:
    """Return a point as plain JSON values; `mapped` is told where it is."""
    told = {name: getattr(vad, name) for name in VAD.__slots__}
    told = {name: None if value is not None and math.isnan(value) else value for name, value in told.items()}
    return told | ({"mapped": True} if vad.mapped else {})


@dataclass(frozen=True, slots=True)
class Evidence:
    """A part of the signal that moved a reading: `weight` is the change in the probability of
    `label` (in [-1, 1]) when the part is masked; positive speaks for the label."""

    span: Span
    text: str
    label: str
    weight: float


@dataclass(frozen=True, slots=True)
class Opinion:
    """What people would say: the share of votes each label of `space` is expected to get.

    `probabilities` follow `space.labels` and, in an exclusive space, add up to one. `disagreement`
    is the probability, in [0, 1], that two raters drawn at random would answer differently.
    """

    space: LabelSpace
    probabilities: tuple[float, ...]
    disagreement: float

    def __getitem__(self, label: str) -> float:
        """Return the share of votes that `label` is expected to get."""
        return self.probabilities[self.space.index(label)]

    def top(self, k: int = 3) -> list[LabelProbability]:
        """Return the `k` labels expected to get most votes, most first."""
        return _highest(self.space, self.probabilities, k)


@dataclass(frozen=True, slots=True)
class Words:
    """The words said in a stretch of sound, and what they did to its reading.

    `confidence` is how sure the recogniser is of them, a mean in [0, 1], None where nobody says. `read` is what the
    words by themselves say, `voice` what was heard before they were joined, probabilities over `space` (``()`` where
    words were not read); `weight` in [0, 1] is how much the words counted: 0 leaves the voice alone.
    """

    text: str
    space: LabelSpace
    confidence: float | None = None
    weight: float = 0.0
    voice: tuple[float, ...] = ()
    read: tuple[float, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the words as plain JSON values."""
        said = {name: dict(zip(self.space.labels, getattr(self, name), strict=False)) for name in ("voice", "read")}
        return {
            "text": self.text,
            "confidence": self.confidence,
            "weight": self.weight,
            "space": self.space.name,
            **said,
        }


@dataclass(frozen=True, slots=True)
class Reading:
    """One estimate of affect over one span of one signal.

    `probabilities` follow `space.labels`. `thresholds` maps the name of a space to where each of its
    labels counts as present, in that space's order: a model fits them for its own space and for
    every space its answers are rolled up into, so they travel with the reading. `about` says whose
    affect it is. Where `status` is not ``"ok"`` nothing was estimated: `probabilities` is empty.
    `opinion` is the expected distribution of human votes, where it was asked for; `words` are those said in a stretch
    of sound that has a transcript.
    """

    space: LabelSpace
    probabilities: tuple[float, ...]
    span: Span
    thresholds: Mapping[str, tuple[float, ...]] = field(default_factory=dict, hash=False, repr=False)
    vad: VAD | None = None
    intensity: float | None = None
    evidence: tuple[Evidence, ...] = ()
    about: str = "writer"
    modality: Modality = "text"
    status: Status = "ok"
    opinion: Opinion | None = None
    words: Words | None = None

    def __post_init__(self) -> None:
        if self.status == "ok" and len(self.probabilities) != len(self.space):
            raise ValueError(
                f"A reading over {self.space.name} has {len(self.space)} probabilities, got {len(self.probabilities)}."
            )

    def __getitem__(self, label: str) -> float:
        """Return the probability of `label`; NaN where nothing was estimated."""
        place = self.space.index(label)
        return self.probabilities[place] if self.probabilities else math.nan

    def top(self, k: int = 3) -> list[LabelProbability]:
        """Return the `k` most probable labels, highest first."""
        return _highest(self.space, self.probabilities, k)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels at or over their threshold, most probable first.

        An exclusive space has one, the most probable; a multi-label reading may have none.
        """
        if self.space.kind == "exclusive":
            return tuple(pair.label for pair in self.top(1))
        limits = self.thresholds.get(self.space.name, (0.5,) * len(self.space))
        over = dict(zip(self.space.labels, limits, strict=True))
        return tuple(label for label, p in self.top(len(self.space)) if p >= over[label])

    def to(self, space: LabelSpace | str, *, via: Route = "cited") -> Reading:
        """Return this reading in another label space, by the map that `via` names; see `affekt.affect.convert`."""
        from affekt.affect.convert import convert_reading

        return convert_reading(self, space, via=via)

    def to_dict(self) -> dict[str, Any]:
        """Return the reading as plain JSON values."""
        return {
            "space": self.space.name,
            "status": self.status,
            "span": {"start": self.span.start, "end": self.span.end, "unit": self.span.unit},
            "about": self.about,
            "modality": self.modality,
            "labels": list(self.labels),
            "probabilities": dict(zip(self.space.labels, self.probabilities, strict=False)),
            "vad": None if self.vad is None else _point(self.vad),
            "intensity": self.intensity,
            "evidence": [
                {"start": e.span.start, "end": e.span.end, "text": e.text, "label": e.label, "weight": e.weight}
                for e in self.evidence
            ],
            "opinion": None
            if self.opinion is None
            else {
                "space": self.opinion.space.name,
                "probabilities": dict(zip(self.opinion.space.labels, self.opinion.probabilities, strict=True)),
                "disagreement": self.opinion.disagreement,
            },
            **({} if self.words is None else {"words": self.words.to_dict()}),
        }


@dataclass(frozen=True, slots=True)
class Trace:
    """Probabilities over time, made smooth: whose they are, and a row for each stretch of `hop_s` seconds.

    `starts` are where the stretches begin, in seconds, those without speech left out; the rows of `probabilities`
    follow `space.labels`. `vad` has a point for each stretch, or nothing where labels have no place.
    """

    space: LabelSpace
    about: str
    hop_s: float
    starts: tuple[float, ...]
    probabilities: tuple[tuple[float, ...], ...]
    vad: tuple[VAD, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the trace as plain JSON values: a list over time for each label."""
        columns = zip(*self.probabilities, strict=True) if self.probabilities else ((),) * len(self.space)
        return {
            "space": self.space.name,
            "about": self.about,
            "hop": self.hop_s,
            "starts": list(self.starts),
            "probabilities": {label: list(column) for label, column in zip(self.space.labels, columns, strict=True)},
            "vad": self._points(),
        }

    def _points(self) -> dict[str, Any] | None:
        if not self.vad:
            return None
        points = [_point(each) for each in self.vad]
        names = ("valence", "arousal", "dominance")
        return {**{name: [each[name] for each in points] for name in names}, "mapped": self.vad[0].mapped}


@dataclass(frozen=True, slots=True)
class Provenance:
    """What made a report: model, its version and licence, its window (tokens; of sound seconds), affekt's version."""

    model: str
    model_version: str
    licence: str
    window: int
    affekt_version: str


@dataclass(frozen=True, slots=True)
class Report:
    """All readings of one source, the overall reading, and what made them.

    Of sound there is a reading for each segment, `speakers` has one for each speaker over all they say, `traces` their
    probabilities over time, and `notes` say what is odd about the file.
    """

    source: str | None
    text: str
    readings: tuple[Reading, ...]
    overall: Reading
    provenance: Provenance
    speakers: tuple[Reading, ...] = ()
    traces: tuple[Trace, ...] = ()
    notes: tuple[str, ...] = ()

    def top(self, k: int = 3) -> list[LabelProbability]:
        """Return the `k` most probable labels of the overall reading."""
        return self.overall.top(k)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of the overall reading."""
        return self.overall.labels

    @property
    def vad(self) -> VAD | None:
        """The valence-arousal-dominance of the overall reading."""
        return self.overall.vad

    def to(self, space: LabelSpace | str, *, via: Route = "cited") -> Report:
        """Return the report with every reading in another label space, as `Reading.to` does it."""
        readings = tuple(reading.to(space, via=via) for reading in self.readings)
        speakers = tuple(reading.to(space, via=via) for reading in self.speakers)
        # Traces stay in the model's own space: they are what it said.
        return replace(self, readings=readings, overall=self.overall.to(space, via=via), speakers=speakers)

    def to_dict(self) -> dict[str, Any]:
        """Return the stable record (schema ``affekt.report/1``) that CLI, API and exports share.

        That of sound has ``speakers``, ``traces`` and ``notes`` besides.
        """
        heard = {
            "speakers": [reading.to_dict() for reading in self.speakers],
            "traces": [trace.to_dict() for trace in self.traces],
            "notes": list(self.notes),
        }
        return {
            "schema": SCHEMA,
            "source": self.source,
            "text": self.text,
            "overall": self.overall.to_dict(),
            "readings": [reading.to_dict() for reading in self.readings],
            "provenance": {name: getattr(self.provenance, name) for name in Provenance.__slots__},
            **(heard if self.overall.modality == "speech" else {}),
        }

    def to_json(self, path: Path | None = None, *, indent: int | None = 2) -> str:
        """Return the record as JSON text, and write it to `path` if one is given."""
        text = json.dumps(self.to_dict(), ensure_ascii=False, indent=indent)
        if path is not None:
            path.write_text(text + "\n", encoding="utf-8")
        return text

    def to_frame(self) -> pandas.DataFrame:
        """Return a pandas frame, a row per reading, indexed by (source, start, end).

        Columns: ``speaker`` (of sound), ``words`` (with a transcript), ``status``, ``<space>.<label>`` probabilities,
        ``labels`` (joined by ``|``), ``valence``, ``arousal``, ``dominance``, ``intensity``. Raises
        `MissingDependencyError`.
        """
        try:
            import pandas
        except ImportError as error:
            raise MissingDependencyError(
                "Report.to_frame needs pandas. Install it with: pip install 'affekt[frames]'"
            ) from error
        rows = []
        worded = any(reading.words is not None for reading in self.readings)
        for reading in self.readings:
            row: dict[str, Any] = {"source": self.source, "start": reading.span.start, "end": reading.span.end}
            if reading.modality == "speech":
                row["speaker"] = reading.about
            if worded:
                row["words"] = "" if reading.words is None else reading.words.text
            row["status"] = reading.status
            for label in reading.space:
                row[f"{reading.space.name}.{label}"] = reading[label]
            row["labels"] = "|".join(reading.labels)
            for name in ("valence", "arousal", "dominance"):
                row[name] = getattr(reading.vad, name) if reading.vad else math.nan
            row["intensity"] = math.nan if reading.intensity is None else reading.intensity
            rows.append(row)
        return pandas.DataFrame(rows).set_index(["source", "start", "end"])


@dataclass(frozen=True, slots=True)
class Rating:
    """What one rater said of one item: labels, or values on named scales, or both.

    `rater` is the corpus's own id, None where the corpus publishes no ids. `perspective` is
    ``"writer"`` or ``"reader"`` where a corpus keeps them apart.
    """

    rater: str | None
    labels: tuple[str, ...] = ()
    values: Mapping[str, float] = field(default_factory=dict, hash=False)
    perspective: str | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """An annotated part of an item: which label, where in its signal, about which other item.

    A cause span is a mark with its characters; an emotion-cause pair a mark whose `about` is the id of
    the item that holds the cause.
    """

    label: str
    span: Span | None = None
    about: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One item of a corpus: its signal, every rating it was given, and where it belongs.

    `labels`, `vad` and `intensities` are the published aggregate, in affekt's units (VAD in
    [-1, 1], intensity in [0, 1]); `ratings` are the votes behind it, where the corpus has them.
    `group` is what a split must keep together (a document, a dialogue, a speaker). `values` are
    published aggregates on further named scales (units: the card's notes). `unrated` names labels of
    the corpus's space that nobody judged for this item: their absence from `labels` says nothing.
    `further` are signals of the same item in other modalities; `turn` is its place in the dialogue that
    `group` names; `conditions` say how it came about (intended emotion, intensity asked for, sex of the
    speaker, how a clip was shown); `marks` are annotated parts.
    """

    id: str
    signal: Signal
    split: str
    labels: tuple[str, ...] = ()
    vad: VAD | None = None
    intensities: Mapping[str, float] = field(default_factory=dict, hash=False)
    ratings: tuple[Rating, ...] = ()
    speaker: str | None = None
    group: str | None = None
    values: Mapping[str, float] = field(default_factory=dict, hash=False)
    unrated: tuple[str, ...] = ()
    further: tuple[Signal, ...] = ()
    turn: int | None = None
    conditions: Mapping[str, str] = field(default_factory=dict, hash=False)
    marks: tuple[Mark, ...] = ()
