"""Writing readings, reports and traces as EmotionML; `affekt.affect.emotionml` says how."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal
from urllib.parse import quote
from xml.etree import ElementTree as Tree

from affekt.affect.emotionml.rules import EMOTIONML
from affekt.affect.emotionml.vocabularies import VOCABULARIES, VocabularyType
from affekt.errors import InputError
from affekt.types import VAD, LabelSpace, Provenance, Reading, Report, Span

NAMESPACE = "https://w3id.org/affekt/emotionml#"
TraceName = Literal["valence", "arousal", "dominance", "intensity"]
PAD: Mapping[str, str] = MappingProxyType({"valence": "pleasure", "arousal": "arousal", "dominance": "dominance"})
TYPES: Mapping[str, VocabularyType] = MappingProxyType(
    {
        "exclusive": "category",
        "multi-label": "category",
        "ordinal": "category",
        "open": "category",
        "appraisals": "appraisal",
        "instrument": "dimension",
        "wellness": "dimension",
        "traits": "dimension",
        "tags": "category",
    }
)
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class EmotionTrace:
    """One dimension over time: `samples` at `rate` Hz from `start` seconds; VAD in [-1, 1], intensity in [0, 1]."""

    name: TraceName
    rate: float
    samples: tuple[float, ...]
    start: float = 0.0


def write_emotionml(
    source: Report | Iterable[Reading], *, uri: str | None = None, traces: Iterable[EmotionTrace] = ()
) -> str:
    """Return a report, or readings, as an EmotionML 1.0 document; the module says how.

    `uri` is what spans refer to: by default the report's source, else the document itself. Raises
    `InputError` for nothing to write, for a probability or sample outside its range, and for a name
    with a character that XML cannot hold.

    >>> from affekt.affect.spaces import find_space
    >>> glad = Reading(find_space("parrott"), (0.0, 0.75, 0.0, 0.0, 0.0, 0.0), Span(3, 9))
    >>> write_emotionml([glad]).count("<category")
    6
    """
    report = source if isinstance(source, Report) else None
    readings = report.readings if report else tuple(source)  # type: ignore[arg-type]  # a report is no iterable
    drawn = tuple(traces)
    if not readings and report is None and not drawn:
        raise InputError("There is nothing to write: no reading and no trace. Pass a Report, readings or traces.")
    target = uri if uri is not None else (report.source or "" if report else "")
    root = Tree.Element("emotionml", {"version": "1.0", "xmlns": EMOTIONML, "xmlns:affekt": NAMESPACE})
    everything = (*readings, report.overall) if report else readings
    info = Tree.SubElement(root, "info")
    if report is not None:
        _write_report(info, report)
    for space in _own_spaces(everything):
        _write_vocabulary(root, space)
    names = [f"r{place}" for place in range(len(readings))] + (["overall"] if report else [])
    for name, reading in zip(names, everything, strict=True):
        _write_reading(root, info, reading, name, target)
    for place, trace in enumerate(drawn):
        _write_trace(root, trace, f"t{place}", target)
    if not len(info):
        root.remove(info)
    Tree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Tree.tostring(root, encoding="unicode") + "\n"


def _own_spaces(readings: Iterable[Reading]) -> list[LabelSpace]:
    """Return the spaces that need a vocabulary in the document. Raises `InputError` for two of one name."""
    found: dict[str, LabelSpace] = {}
    for reading in readings:
        for space in (reading.space, reading.opinion.space if reading.opinion else None):
            if space is None or _is_standard(space):
                continue
            if found.setdefault(space.name, space) != space:
                raise InputError(f"Two label spaces are named {space.name!r}. Give them different names.")
    return list(found.values())


def _is_standard(space: LabelSpace) -> bool:
    return space.name in VOCABULARIES and VOCABULARIES[space.name].space == space


def _address(space: LabelSpace) -> str:
    return VOCABULARIES[space.name].uri if _is_standard(space) else f"#{token_of_text(space.name, first=True)}"


def _write_vocabulary(root: Tree.Element, space: LabelSpace) -> None:
    attributes = {"type": TYPES[space.kind], "id": token_of_text(space.name, first=True)}
    element = Tree.SubElement(root, "vocabulary", attributes)
    about = {"name": space.name, "kind": space.kind, "source": space.source}
    if space.neutral is not None:
        about["neutral"] = space.neutral
    Tree.SubElement(Tree.SubElement(element, "info"), "affekt:space", _plain(about))
    for label in space:
        Tree.SubElement(element, "item", {"name": token_of_text(label)})


def _write_report(info: Tree.Element, report: Report) -> None:
    made = {name: str(getattr(report.provenance, name)) for name in Provenance.__slots__}
    Tree.SubElement(info, "affekt:provenance", _plain(made))
    element = Tree.SubElement(info, "affekt:report", {"readings": str(len(report.readings))})
    if report.source is not None:
        element.set("source", _json(report.source))
    element.text = _json(report.text)


def _write_reading(root: Tree.Element, info: Tree.Element, reading: Reading, name: str, uri: str) -> None:
    about = {"id": name, "about": reading.about, "modality": reading.modality, "status": reading.status}
    if not reading.probabilities:
        # An <emotion> has to describe one, and here nothing was estimated.
        about |= {"space": _address(reading.space), "span": _fragment(reading.span)}
        _write_rest(Tree.SubElement(info, "affekt:reading", _plain(about)), reading)
        return
    type_ = TYPES[reading.space.kind]
    attributes = {"id": name, f"{type_}-set": _address(reading.space), "expressed-through": reading.modality}
    emotion = Tree.SubElement(root, "emotion", attributes)
    _write_rest(Tree.SubElement(Tree.SubElement(emotion, "info"), "affekt:reading", _plain(about)), reading)
    for label, probability in zip(reading.space.labels, reading.probabilities, strict=True):
        number = "value" if type_ == "dimension" else "confidence"
        Tree.SubElement(emotion, type_, {"name": token_of_text(label), number: _share(label, probability)})
    holder = emotion
    if reading.vad is not None:
        if type_ == "dimension":
            holder = _part(root, name, "vad")
        holder.set("dimension-set", VOCABULARIES["pad-dimensions"].uri)
        for dimension, standard in PAD.items():
            value = getattr(reading.vad, dimension)
            if not math.isnan(value):
                Tree.SubElement(holder, "dimension", {"name": standard, "value": _share(dimension, (value + 1) / 2)})
        if not holder.findall("dimension"):
            raise InputError("A VAD whose three values are NaN cannot be written. Leave it out of the reading.")
    held = [emotion] if holder is emotion else [emotion, holder]
    if reading.intensity is not None:
        held.append(_part(root, name, "intensity"))
        held[-1].set("dimension-set", VOCABULARIES["intensity-dimension"].uri)
        Tree.SubElement(held[-1], "dimension", {"name": "intensity", "value": _share("intensity", reading.intensity)})
    for element in held:
        _write_span(element, reading.span, uri)


def _part(root: Tree.Element, name: str, part: str) -> Tree.Element:
    element = Tree.SubElement(root, "emotion", {"id": f"{name}.{part}"})
    Tree.SubElement(Tree.SubElement(element, "info"), "affekt:part", {"of": name})
    return element


def _write_rest(element: Tree.Element, reading: Reading) -> None:
    """Write what EmotionML has no word for."""
    if reading.vad is not None:
        spreads = {name: repr(getattr(reading.vad, name)) for name in VAD.__slots__ if name.endswith("_sd")}
        Tree.SubElement(element, "affekt:vad", {k: v for k, v in spreads.items() if v != "None"})
    for space, limits in sorted(reading.thresholds.items()):
        Tree.SubElement(element, "affekt:thresholds", _plain({"space": space, "values": _numbers(limits)}))
    for piece in reading.evidence:
        about = {"span": _fragment(piece.span), "label": piece.label, "weight": repr(float(piece.weight))}
        Tree.SubElement(element, "affekt:evidence", _plain(about)).text = _json(piece.text)
    if reading.opinion is not None:
        opinion = reading.opinion
        about = {"space": _address(opinion.space), "disagreement": repr(float(opinion.disagreement))}
        Tree.SubElement(element, "affekt:opinion", {**about, "shares": _numbers(opinion.probabilities)})


def _write_trace(root: Tree.Element, trace: EmotionTrace, name: str, uri: str) -> None:
    if trace.name not in (*PAD, "intensity") or not trace.samples or not trace.rate > 0 or trace.start < 0:
        raise InputError(
            "A trace is of valence, arousal, dominance or intensity, with at least one sample, a rate over 0 Hz and a "
            f"start of at least 0 s; got {trace.name!r} with {len(trace.samples)} samples, {trace.rate} Hz and "
            f"{trace.start} s."
        )
    scaled = [(value + 1) / 2 for value in trace.samples] if trace.name in PAD else trace.samples
    vocabulary = "pad-dimensions" if trace.name in PAD else "intensity-dimension"
    emotion = Tree.SubElement(root, "emotion", {"id": name, "dimension-set": VOCABULARIES[vocabulary].uri})
    dimension = Tree.SubElement(emotion, "dimension", {"name": PAD.get(trace.name, trace.name)})
    samples = " ".join(_share(trace.name, value) for value in scaled)
    Tree.SubElement(dimension, "trace", {"freq": f"{_decimal(trace.rate)} Hz", "samples": samples})
    _write_span(emotion, Span(trace.start, trace.start + len(trace.samples) / trace.rate, "second"), uri)


def _write_span(emotion: Tree.Element, span: Span, uri: str) -> None:
    if span.unit == "second":
        if uri:
            emotion.set("time-ref-uri", quote(uri, safe="/:?&=%#"))
        emotion.set("offset-to-start", str(round(span.start * 1000)))
        emotion.set("duration", str(round((span.end - span.start) * 1000)))
    where = quote(uri.partition("#")[0], safe="/:?&=%")
    Tree.SubElement(emotion, "reference", {"uri": f"{where}#{_fragment(span)}", "role": "expressedBy"})


def _fragment(span: Span) -> str:
    name = "t" if span.unit == "second" else "char"
    return f"{name}={_decimal(span.start)},{_decimal(span.end)}"


def _decimal(number: float) -> str:
    """Return a number without exponent, short where it is whole, exact otherwise."""
    if number == int(number):
        return str(int(number))
    text = repr(float(number))
    return text if "e" not in text else f"{number:.20f}"


def _share(name: str, value: float) -> str:
    if not 0.0 <= value <= 1.0:
        raise InputError(f"EmotionML's scale is [0, 1]; {name} would be {value:g}. Bring it into its range first.")
    return repr(float(value))


def _numbers(values: Iterable[float]) -> str:
    return " ".join(repr(float(value)) for value in values)


def _plain(attributes: Mapping[str, str]) -> dict[str, str]:
    for name, value in attributes.items():
        if _ILLEGAL.search(value):
            raise InputError(f"{name} {value!r} has a character that XML cannot hold. Rename it.")
    return dict(attributes)


def _json(text: str) -> str:
    """Return a JSON string in characters that XML keeps as they are."""
    quoted = json.dumps(text, ensure_ascii=False)
    return re.sub("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]", lambda hit: f"\\u{ord(hit[0]):04x}", quoted)


def token_of_text(text: str, *, first: bool = False) -> str:
    """Return a name token that stands for a text: other characters, and ``_x`` itself, as ``_xHHHH_``.

    With `first` an id comes out: no digit, hyphen or dot in front and no colon.
    """
    kept = re.sub(r"_(?=x)|[^\w.-]", lambda hit: f"_x{ord(hit[0]):04X}_", text, flags=re.ASCII)
    if first and not re.match(r"[A-Za-z_]", kept):
        kept = f"_x{ord(kept[0]):04X}_{kept[1:]}" if kept else "_x_"
    return kept


def text_of_token(token: str) -> str:
    """Return the text that a name token stands for."""
    return re.sub(r"_x([0-9A-F]{4,6})_", lambda hit: chr(int(hit[1], 16)), token)
