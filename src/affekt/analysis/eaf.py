"""ELAN's annotation files: a tier of time-aligned annotations for each speaker, in milliseconds.

Max Planck Institute for Psycholinguistics, "EAF Annotation Format 3.0", the schema EAFv3.0.xsd.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import PurePath
from urllib.parse import quote, unquote
from xml.etree import ElementTree

from affekt.analysis.timelines import TimedLabel, Timeline
from affekt.errors import InputError

_SCHEMA = "http://www.mpi.nl/tools/elan/EAFv3.0.xsd"
_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
# Characters that XML 1.0 cannot hold at all.
_IMPOSSIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_UNNAMED = "label"


def eaf_text(timeline: Timeline, *, date: datetime | None = None) -> str:
    """Return a timeline as EAF: a tier for each speaker, ``label`` where nobody is named, times to the millisecond.

    `date` stands in its head (None: now). Probabilities are left out; a control character becomes U+FFFD. Raises
    `InputError` where stretches of a speaker overlap.
    """
    tiers = timeline.tiers()
    root = ElementTree.Element(
        "ANNOTATION_DOCUMENT",
        {
            "AUTHOR": "affekt",
            "DATE": (date or datetime.now(UTC)).isoformat(timespec="seconds"),
            "FORMAT": "3.0",
            "VERSION": "3.0",
            "xmlns:xsi": _INSTANCE,
            "xsi:noNamespaceSchemaLocation": _SCHEMA,
        },
    )
    header = ElementTree.SubElement(root, "HEADER", {"MEDIA_FILE": "", "TIME_UNITS": "milliseconds"})
    address = "./" + quote(PurePath(timeline.source).name or timeline.source)
    ending = PurePath(timeline.source).suffix.lower().removeprefix(".") or "wav"
    media = {"MEDIA_URL": address, "RELATIVE_MEDIA_URL": address}
    ElementTree.SubElement(
        header, "MEDIA_DESCRIPTOR", media | {"MIME_TYPE": "audio/x-wav" if ending == "wav" else f"audio/{ending}"}
    )
    order = ElementTree.SubElement(root, "TIME_ORDER")
    moments = sorted({_milli(edge) for each in timeline.labels for edge in (each.start, each.end)})
    slots = {moment: f"ts{place}" for place, moment in enumerate(moments, 1)}
    for moment, slot in slots.items():
        ElementTree.SubElement(order, "TIME_SLOT", {"TIME_SLOT_ID": slot, "TIME_VALUE": str(moment)})
    count = 0
    for speaker, stretches in tiers.items():
        name = _possible(speaker)
        named = {"TIER_ID": name or _UNNAMED, "LINGUISTIC_TYPE_REF": "default-lt"}
        tier = ElementTree.SubElement(root, "TIER", named | ({"PARTICIPANT": name} if name else {}))
        for each in stretches:
            count += 1
            around = ElementTree.SubElement(tier, "ANNOTATION")
            first, last = slots[_milli(each.start)], slots[_milli(each.end)]
            references = {"ANNOTATION_ID": f"a{count}", "TIME_SLOT_REF1": first, "TIME_SLOT_REF2": last}
            inner = ElementTree.SubElement(around, "ALIGNABLE_ANNOTATION", references)
            ElementTree.SubElement(inner, "ANNOTATION_VALUE").text = _possible(each.label)
    kinds = {"LINGUISTIC_TYPE_ID": "default-lt", "TIME_ALIGNABLE": "true", "GRAPHIC_REFERENCES": "false"}
    ElementTree.SubElement(root, "LINGUISTIC_TYPE", kinds)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def parse_eaf(text: str, source: str) -> Timeline:
    """Return the time-aligned annotations of an EAF file, the participant or name of their tier as speaker.

    Annotations without times of their own (of dependent tiers) are passed over. Raises `InputError`.
    """
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise InputError("It declares entities, which EAF has no use for. Save it anew in ELAN.")
    try:
        root = ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError) as error:
        raise InputError(f"It is no XML: {error}.") from error
    if root.tag != "ANNOTATION_DOCUMENT":
        raise InputError(f"It is no EAF: its root is {root.tag!r}, not 'ANNOTATION_DOCUMENT'.")
    described = root.find("HEADER/MEDIA_DESCRIPTOR")
    if described is not None and described.get("MEDIA_URL"):
        source = unquote(PurePath(described.get("MEDIA_URL", "")).name)
    times = {
        slot.get("TIME_SLOT_ID"): int(slot.get("TIME_VALUE", "")) / 1000
        for slot in root.iterfind("TIME_ORDER/TIME_SLOT")
        if slot.get("TIME_VALUE", "").isdecimal()
    }
    labels = []
    for tier in root.iterfind("TIER"):
        tier_id = tier.get("TIER_ID", "")
        speaker = tier.get("PARTICIPANT") or ("" if tier_id == _UNNAMED else tier_id)
        for each in tier.iterfind("ANNOTATION/ALIGNABLE_ANNOTATION"):
            edges = [times.get(each.get(name)) for name in ("TIME_SLOT_REF1", "TIME_SLOT_REF2")]
            if edges[0] is None or edges[1] is None:
                continue
            labels.append(TimedLabel(edges[0], edges[1], each.findtext("ANNOTATION_VALUE") or "", speaker))
    return Timeline(source, tuple(labels))


def _milli(seconds: float) -> int:
    return round(seconds * 1000)


def _possible(text: str) -> str:
    return _IMPOSSIBLE.sub("\ufffd", text)
