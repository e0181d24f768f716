"""Reading EmotionML; `affekt.affect.emotionml` says how."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as Tree

from affekt.affect.emotionml.rules import EMOTIONML, check_document, parse_xml
from affekt.affect.emotionml.vocabularies import VOCABULARIES, VOCABULARY_TYPES, find_vocabulary
from affekt.affect.emotionml.writing import NAMESPACE, PAD, TYPES, EmotionTrace, text_of_token
from affekt.affect.spaces import SPACES
from affekt.errors import InputError
from affekt.types import VAD, Evidence, LabelSpace, Opinion, Provenance, Reading, Report, Span


@dataclass(frozen=True, slots=True)
class EmotionDocument:
    """What a document holds. `report` is there where the document was written from one."""

    readings: tuple[Reading, ...]
    traces: tuple[EmotionTrace, ...]
    report: Report | None


def read_emotionml(xml: str | bytes) -> EmotionDocument:
    """Return the readings, traces and report of an EmotionML 1.0 document; the module says how.

    Raises `InputError` for XML that is not well formed or has a DOCTYPE, and for a document that breaks a
    rule of the recommendation (`affekt.affect.emotionml.rules.validate` lists them all).
    """
    root = parse_xml(xml)
    problems = check_document(root)
    if problems:
        more = f" {len(problems) - 1} more: see affekt.affect.emotionml.rules.validate." if len(problems) > 1 else ""
        raise InputError(f"This is no valid EmotionML 1.0: {problems[0].where}: {problems[0].message}.{more}")
    return _Reader(root).document()


def _tag(name: str) -> str:
    return f"{{{EMOTIONML}}}{name}"


def _own(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


class _Reader:
    """Reads one checked document."""

    def __init__(self, root: Tree.Element) -> None:
        self.root = root
        self.spaces: dict[str, LabelSpace] = {vocabulary.uri: vocabulary.space for vocabulary in VOCABULARIES.values()}
        for element in root.findall(_tag("vocabulary")):
            self.spaces[f"#{element.get('id')}"] = self._vocabulary_space(element)
        self.about = {element.get("id"): element for element in root.iter(_own("reading"))}
        self._outside()

    def document(self) -> EmotionDocument:
        found: dict[str, Reading] = {}
        traces: list[EmotionTrace] = []
        # What is part of a reading must find it there already; anyone may have put it in front.
        emotions = self.root.findall(_tag("emotion"))
        for place, emotion in enumerate(sorted(emotions, key=lambda e: self._part_of(e) is not None)):
            traces += self._traces(emotion)
            whole = self._part_of(emotion)
            if whole is not None and whole in found:
                found[whole] = self._joined(found[whole], emotion)
                continue
            for extra, reading in enumerate(self._readings(emotion)):
                name = emotion.get("id") or f"emotion {place}"
                found[name if not extra else f"{name} {extra}"] = reading
        unread = self.root.findall(f"{_tag('info')}/{_own('reading')}")
        for element in unread:
            space, span = self._space(element.get("space", "")), _read_fragment(element.get("span", ""))
            found[element.get("id", "")] = self._rest(Reading(space, (), span, status="unsupported_language"), element)
        if unread:
            found = dict(sorted(found.items(), key=lambda pair: _order(pair[0])))
        return self._report(found, tuple(traces))

    def _report(self, found: dict[str, Reading], traces: tuple[EmotionTrace, ...]) -> EmotionDocument:
        element = self.root.find(f"{_tag('info')}/{_own('report')}")
        made = self.root.find(f"{_tag('info')}/{_own('provenance')}")
        if element is None or made is None or "overall" not in found:
            return EmotionDocument(tuple(found.values()), traces, None)
        overall = found.pop("overall")
        readings = tuple(found.values())
        try:
            provenance = Provenance(**{**made.attrib, "window": int(made.get("window", "0"))})  # type: ignore[arg-type]
            source = element.get("source")
            name = None if source is None else str(json.loads(source))
            report = Report(name, str(json.loads(element.text or '""')), readings, overall, provenance)
        except (TypeError, ValueError) as error:
            raise InputError(f"The report in this document's <info> is damaged: {error}.") from error
        return EmotionDocument(readings, traces, report)

    def _vocabulary_space(self, element: Tree.Element) -> LabelSpace:
        labels = tuple(text_of_token(item.get("name", "")) for item in element.findall(_tag("item")))
        about = element.find(f"{_tag('info')}/{_own('space')}")
        name = text_of_token(element.get("id", "")) if about is None else about.get("name", "")
        kinds = {"category": "multi-label", "dimension": "instrument"}
        kind = kinds.get(element.get("type", ""), "appraisals") if about is None else about.get("kind", "")
        if kind not in TYPES:
            raise InputError(f"Vocabulary {name!r} is of the unknown kind {kind!r}. Allowed: {', '.join(TYPES)}.")
        source = "a vocabulary in an EmotionML document" if about is None else about.get("source", "")
        neutral = None if about is None else about.get("neutral")
        space = LabelSpace(name, labels, kind, source, neutral)  # type: ignore[arg-type]  # checked just above
        return SPACES[name] if SPACES.get(name) == space else space

    def _outside(self) -> None:
        """Make spaces of vocabularies elsewhere, which are not fetched, from what the document says of them."""
        names: dict[str, dict[str, None]] = {}
        for emotion in self.root.findall(_tag("emotion")):
            for type_ in VOCABULARY_TYPES:
                for child in emotion.findall(_tag(type_)):
                    names.setdefault(self._set(emotion, type_), {})[text_of_token(child.get("name", "").strip())] = None
        for address, labels in names.items():
            outside = LabelSpace(address, tuple(labels), "open", "an EmotionML vocabulary that is elsewhere")
            self.spaces.setdefault(address, outside)

    def _space(self, address: str) -> LabelSpace:
        if address not in self.spaces:
            raise InputError(f"This document names a vocabulary that is not in it: {address!r}.")
        return self.spaces[address]

    def _set(self, emotion: Tree.Element, type_: str) -> str:
        return emotion.get(f"{type_}-set") or self.root.get(f"{type_}-set") or ""

    def _part_of(self, emotion: Tree.Element) -> str | None:
        element = emotion.find(f"{_tag('info')}/{_own('part')}")
        return None if element is None else element.get("of")

    def _readings(self, emotion: Tree.Element) -> Iterator[Reading]:
        """Yield a reading for each kind of description; VAD and intensity go with the first."""
        vad, intensity = self._vad(emotion), self._intensity(emotion)
        standard = self._set(emotion, "dimension") in (
            VOCABULARIES[name].uri for name in ("pad-dimensions", "intensity-dimension")
        )
        types = [
            type_ for type_ in ("category", "appraisal", "action-tendency", "dimension") if emotion.findall(_tag(type_))
        ]
        if standard and len(types) > 1:
            types.remove("dimension")
        through: Any = emotion.get("expressed-through", "text")
        for place, type_ in enumerate(types):
            values = {}
            for child in emotion.findall(_tag(type_)):
                if child.find(_tag("trace")) is None:
                    first, second = ("value", "confidence") if type_ == "dimension" else ("confidence", "value")
                    values[text_of_token(child.get("name", "").strip())] = float(
                        child.get(first) or child.get(second) or 1.0
                    )
            if not values:
                continue
            space = self._space(self._set(emotion, type_))
            shares = tuple(values.get(label, 0.0) for label in space)
            reading = Reading(space, shares, self._span(emotion), vad=vad, intensity=intensity, modality=through)
            if place:
                yield replace(reading, vad=None, intensity=None)
            else:
                about = emotion.find(f"{_tag('info')}/{_own('reading')}")
                yield reading if about is None else self._rest(reading, about)

    def _joined(self, reading: Reading, emotion: Tree.Element) -> Reading:
        vad, intensity = self._vad(emotion), self._intensity(emotion)
        if vad is not None:
            reading = self._spread(replace(reading, vad=vad), self.about.get(self._part_of(emotion)))
        return reading if intensity is None else replace(reading, intensity=intensity)

    def _dimensions(self, emotion: Tree.Element, vocabulary: str) -> dict[str, float]:
        if self._set(emotion, "dimension") != find_vocabulary(vocabulary).uri:
            return {}
        children = emotion.findall(_tag("dimension"))
        return {
            child.get("name", "").strip(): float(child.get("value", "0"))
            for child in children
            if "value" in child.attrib
        }

    def _vad(self, emotion: Tree.Element) -> VAD | None:
        found = self._dimensions(emotion, "pad-dimensions")
        if not found:
            return None
        return VAD(
            **{name: 2 * found[standard] - 1 if standard in found else math.nan for name, standard in PAD.items()}
        )

    def _intensity(self, emotion: Tree.Element) -> float | None:
        return self._dimensions(emotion, "intensity-dimension").get("intensity")

    def _traces(self, emotion: Tree.Element) -> Iterator[EmotionTrace]:
        back = {standard: name for name, standard in PAD.items()} | {"intensity": "intensity"}
        named = (VOCABULARIES[name].uri for name in ("pad-dimensions", "intensity-dimension"))
        if self._set(emotion, "dimension") not in named:
            return
        span = self._span(emotion)
        for child in emotion.findall(_tag("dimension")):
            trace = child.find(_tag("trace"))
            if trace is not None:
                name: Any = back[child.get("name", "").strip()]
                samples = [float(value) for value in trace.get("samples", "").split()]
                if name in PAD:
                    samples = [2 * value - 1 for value in samples]
                rate = float(trace.get("freq", "").removesuffix("Hz"))
                yield EmotionTrace(name, rate, tuple(samples), span.start if span.unit == "second" else 0.0)

    def _span(self, emotion: Tree.Element) -> Span:
        for reference in emotion.findall(_tag("reference")):
            fragment = reference.get("uri", "").partition("#")[2]
            if reference.get("role", "expressedBy") == "expressedBy" and re.match(r"(t|char)=", fragment):
                return _read_fragment(fragment)
        if "offset-to-start" in emotion.attrib:
            start = max(0, int(emotion.get("offset-to-start", "0"))) / 1000
            return Span(start, start + int(emotion.get("duration", "0")) / 1000, "second")
        if "start" in emotion.attrib:
            begin = int(emotion.get("start", "0"))
            return Span(
                begin / 1000, int(emotion.get("end", begin + int(emotion.get("duration", "0")))) / 1000, "second"
            )
        return Span(0, 0)

    def _rest(self, reading: Reading, element: Tree.Element) -> Reading:
        """Return the reading with what its info says."""
        given: dict[str, Any] = {
            name: element.attrib[name] for name in ("about", "modality", "status") if name in element.attrib
        }
        try:
            reading = self._spread(reading, element)
            given["thresholds"] = {
                child.get("space", ""): tuple(map(float, child.get("values", "").split()))
                for child in element.findall(_own("thresholds"))
            }
            given["evidence"] = tuple(self._evidence(child) for child in element.findall(_own("evidence")))
            opinion = element.find(_own("opinion"))
            if opinion is not None:
                shares = tuple(map(float, opinion.get("shares", "").split()))
                space = self._space(opinion.get("space", ""))
                given["opinion"] = Opinion(space, shares, float(opinion.get("disagreement", "nan")))
        except (TypeError, ValueError) as error:
            raise InputError(f"The affekt info of a reading in this document is damaged: {error}.") from error
        return replace(reading, **given)

    def _spread(self, reading: Reading, element: Tree.Element | None) -> Reading:
        """Return the reading with the deviations of its VAD."""
        spread = None if element is None else element.find(_own("vad"))
        if spread is None or reading.vad is None:
            return reading
        given = {name: float(value) for name, value in spread.attrib.items() if name in VAD.__slots__}
        return replace(reading, vad=replace(reading.vad, **given))

    def _evidence(self, element: Tree.Element) -> Evidence:
        text = str(json.loads(element.text or '""'))
        span = _read_fragment(element.get("span", ""))
        return Evidence(span, text, element.get("label", ""), float(element.get("weight", "nan")))


def _order(name: str) -> tuple[bool, int]:
    """Return where a reading of ours stands: r0, r1, …, the overall one and strangers' last."""
    number = name.removeprefix("r")
    return (not number.isdecimal(), int(number) if number.isdecimal() else 0)


def _read_fragment(fragment: str) -> Span:
    """Return the span of ``char=10,20`` or ``t=1.5,2.25`` (seconds; also ``t=npt:…`` and ``mm:ss``)."""
    kind, _, rest = unquote(fragment).partition("&")[0].partition("=")
    start, _, end = rest.removeprefix("npt:").partition(",")
    try:
        if kind == "char":
            return Span(int(start or 0), int((end or start or "0").partition(";")[0]))
        begin = _seconds(start or "0")
        return Span(begin, _seconds(end) if end else begin, "second")
    except ValueError as error:
        raise InputError(f"The fragment {fragment!r} of a reference names no span: {error}.") from error


def _seconds(text: str) -> float:
    total = 0.0
    for part in text.removesuffix("s").split(":"):
        total = total * 60 + float(part)
    return total
