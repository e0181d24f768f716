"""Whether a document keeps the rules of EmotionML 1.0 (W3C Recommendation, 22 May 2014).

The rules are those of the recommendation's schema and, beyond it, the assertions of its implementation report that
a document can be held to; `Problem.rule` is the assertion's number, or "schema". Nothing is fetched: names out of a
vocabulary that is neither standard nor defined in the document are not checked. XML with a DOCTYPE is refused, so
no entity is ever expanded.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from xml.etree import ElementTree as Tree

from affekt.affect.emotionml.vocabularies import BASE, VOCABULARIES, VOCABULARY_TYPES, VocabularyType
from affekt.errors import InputError

EMOTIONML = "http://www.w3.org/2009/10/emotionml"
_SETS: Mapping[str, VocabularyType] = MappingProxyType({f"{type_}-set": type_ for type_ in VOCABULARY_TYPES})
_COMMON = frozenset(_SETS)
_ATTRIBUTES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "emotionml": _COMMON | {"version"},
        "emotion": _COMMON
        | {"version", "id", "start", "end", "duration", "time-ref-uri", "time-ref-anchor-point"}
        | {"offset-to-start", "expressed-through"},
        **{type_: frozenset({"name", "value", "confidence"}) for type_ in VOCABULARY_TYPES},
        "trace": frozenset({"freq", "samples"}),
        "reference": frozenset({"uri", "role", "media-type"}),
        "vocabulary": frozenset({"type", "id"}),
        "item": frozenset({"name"}),
        "info": frozenset({"id"}),
    }
)
_ROLES = ("expressedBy", "experiencedBy", "triggeredBy", "targetedAt")
_NAME = r"[^\W\d][\w.\u00b7-]*"
_NMTOKEN = r"[\w.:\u00b7-]+"
_MEDIA_TYPE = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+(\s*;\s*[\w!#$&^.+-]+=(\"[^\"]*\"|[\w!#$&^.+-]+))*", re.ASCII)
# Assertions of the implementation report, by what they are about.
_VOCABULARY_RULES: Mapping[VocabularyType, tuple[str, str, str]] = MappingProxyType(
    {
        "category": ("114", "161", "21"),
        "dimension": ("117", "164", "22"),
        "appraisal": ("120", "167", "23"),
        "action-tendency": ("123", "170", "24"),
    }
)


@dataclass(frozen=True, slots=True)
class Problem:
    """A rule that a document breaks: the rule, the element it happens at, and what is wrong."""

    rule: str
    where: str
    message: str


class _NoDoctype(Tree.TreeBuilder):
    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        """Refuse any DOCTYPE: called before its entities are declared."""
        raise InputError(
            f"XML with a DOCTYPE is not read (here <!DOCTYPE {name}>): it may define entities. Remove the declaration."
        )


def parse_xml(xml: str | bytes) -> Tree.Element:
    """Return the root of an XML document. Raises `InputError` for XML that is not well formed or has a DOCTYPE."""
    parser = Tree.XMLParser(target=_NoDoctype())
    try:
        parser.feed(xml)
        root: Tree.Element = parser.close()
    except Tree.ParseError as error:
        raise InputError(f"This is no well-formed XML: {error}.") from error
    except (ValueError, LookupError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"This XML cannot be decoded: {error}.") from error
    return root


def validate(xml: str | bytes) -> tuple[Problem, ...]:
    """Return the rules of EmotionML 1.0 that a document breaks; none if it is valid.

    Beyond the recommendation, an end before a start is a problem too (rule "span"). Raises
    `InputError` for what is no well-formed XML or has a DOCTYPE.

    >>> validate('<emotionml version="1.0" xmlns="http://www.w3.org/2009/10/emotionml"/>')
    ()
    >>> validate('<emotion xmlns="http://www.w3.org/2009/10/emotionml"/>')[0].rule
    '101'
    """
    return check_document(parse_xml(xml))


def check_document(root: Tree.Element) -> tuple[Problem, ...]:
    """Return what `validate` does, for a document already parsed."""
    if root.tag != f"{{{EMOTIONML}}}emotionml":
        message = f"the root of a document must be <emotionml> in the namespace {EMOTIONML}, not {root.tag}"
        return (Problem("101", _short(root.tag), message),)
    return tuple(_root_problems(root))


def vocabularies_in(root: Tree.Element) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return type and item names of every vocabulary that the document can name, by what a set attribute says."""
    known: dict[str, tuple[str, tuple[str, ...]]] = {
        vocabulary.uri: (vocabulary.type, vocabulary.items) for vocabulary in VOCABULARIES.values()
    }
    for element in root.findall(_tag("vocabulary")):
        items = tuple(item.get("name", "") for item in element.findall(_tag("item")))
        known[f"#{element.get('id', '')}"] = (element.get("type", ""), items)
    return known


def _tag(name: str) -> str:
    return f"{{{EMOTIONML}}}{name}"


def _short(tag: str) -> str:
    return tag.rpartition("}")[2]


def _root_problems(root: Tree.Element) -> Iterator[Problem]:
    known = vocabularies_in(root)
    if root.get("version") != "1.0":
        yield Problem("schema", "emotionml", f"version must be '1.0', got {root.get('version')!r}")
    yield from _attribute_problems(root, "emotionml")
    yield from _set_problems(root, "emotionml", known)
    yield from _order_problems(root, "emotionml", (("info", 1), ("emotion vocabulary", math.inf)))
    ids = Counter(e.get("id") for e in root.iter() if e.tag.startswith(_tag("")) and e.get("id") is not None)
    for name, count in ids.items():
        if count > 1:
            yield Problem("schema", f"id {name}", f"an id must be unique, {name!r} occurs {count} times")
        if not re.fullmatch(_NAME, str(name)):
            yield Problem("schema", f"id {name}", f"an id must be an XML name without colon, got {name!r}")
    for element in root.findall(_tag("vocabulary")):
        yield from _vocabulary_problems(element)
    for place, element in enumerate(root.findall(_tag("emotion")), start=1):
        where = f"emotion {element.get('id') or place}"
        yield from _emotion_problems(element, root, known, where)
    for element in root.iter(_tag("info")):
        yield from _attribute_problems(element, "info")
        for child in element:
            if not child.tag.startswith("{") or child.tag.startswith(_tag("")):
                message = f"only elements of another namespace stand in <info>, not {_short(child.tag)}"
                yield Problem("schema", "info", message)


def _attribute_problems(element: Tree.Element, where: str) -> Iterator[Problem]:
    allowed = _ATTRIBUTES[_short(element.tag)]
    for name in element.attrib:
        if name not in allowed:
            yield Problem("schema", where, f"no attribute {name!r} is allowed; allowed: {', '.join(sorted(allowed))}")


def _order_problems(element: Tree.Element, where: str, order: tuple[tuple[str, float], ...]) -> Iterator[Problem]:
    """Check that the children are of the named kinds, in order, each group at most so often."""
    texts = (element.text, *(child.tail for child in element))
    if _short(element.tag) not in ("emotionml", "emotion") and any(text and text.strip() for text in texts):
        yield Problem("schema", where, f"<{_short(element.tag)}> may hold no text")
    group = 0
    counts = [0] * len(order)
    for child in element:
        name = _short(child.tag)
        places = [place for place, (names, _) in enumerate(order) if name in names.split() and child.tag == _tag(name)]
        if not places:
            yield Problem("schema", where, f"no <{name}> may stand here")
            continue
        if places[0] < group:
            yield Problem("schema", where, f"<{name}> must stand before <{order[group][0].split()[0]}>")
        group = max(group, places[0])
        counts[places[0]] += 1
        if counts[places[0]] > order[places[0]][1]:
            yield Problem("schema", where, f"at most {order[places[0]][1]:g} <{name}> may stand here")


def _set_problems(
    element: Tree.Element, where: str, known: Mapping[str, tuple[str, tuple[str, ...]]]
) -> Iterator[Problem]:
    for attribute, type_ in _SETS.items():
        value = element.get(attribute)
        if value is None:
            continue
        rule = _VOCABULARY_RULES[type_][0 if _short(element.tag) == "emotionml" else 1]
        if value in known:
            if known[value][0] != type_:
                message = (
                    f"{attribute} must name a vocabulary of type {type_!r}; {value} is of type {known[value][0]!r}"
                )
                yield Problem(rule, where, message)
        elif value.startswith(("#", f"{BASE}#")) or "#" not in value:
            yield Problem(rule, where, f"{attribute} must name the id of a vocabulary; there is none at {value!r}")


def _vocabulary_problems(element: Tree.Element) -> Iterator[Problem]:
    where = f"vocabulary {element.get('id', '')}".strip()
    yield from _attribute_problems(element, where)
    yield from _order_problems(element, where, (("info", 1), ("item", math.inf)))
    if element.get("type") not in VOCABULARY_TYPES:
        yield Problem(
            "schema", where, f"type must be one of {', '.join(VOCABULARY_TYPES)}, got {element.get('type')!r}"
        )
    if element.get("id") is None:
        yield Problem("schema", where, "a vocabulary needs an id")
    items = element.findall(_tag("item"))
    if not items:
        yield Problem("schema", where, "a vocabulary needs at least one <item>")
    for item in items:
        yield from _attribute_problems(item, where)
        yield from _order_problems(item, where, (("info", 1),))
        if not re.fullmatch(_NMTOKEN, item.get("name") or ""):
            yield Problem("schema", where, f"an item's name must be an XML name token, got {item.get('name')!r}")
    for name, count in Counter(item.get("name") for item in items).items():
        if count > 1:
            yield Problem("schema", where, f"item names must be unique, {name!r} occurs {count} times")


def _emotion_problems(
    element: Tree.Element, root: Tree.Element, known: Mapping[str, tuple[str, tuple[str, ...]]], where: str
) -> Iterator[Problem]:
    yield from _attribute_problems(element, where)
    if element.get("version") not in (None, "1.0"):
        yield Problem("172", where, f"version must be '1.0', got {element.get('version')!r}")
    yield from _set_problems(element, where, known)
    order = (("info", 1), (" ".join(VOCABULARY_TYPES), math.inf), ("reference", math.inf))
    yield from _order_problems(element, where, order)
    yield from _time_problems(element, where)
    described = [child for child in element if child.tag in {_tag(type_) for type_ in VOCABULARY_TYPES}]
    if not described:
        yield Problem("schema", where, f"an emotion needs at least one of {', '.join(VOCABULARY_TYPES)}")
    for type_ in VOCABULARY_TYPES:
        named = element.get(f"{type_}-set") or root.get(f"{type_}-set")
        children = element.findall(_tag(type_))
        if children and named is None:
            rule = f"{_VOCABULARY_RULES[type_][2]}0"
            yield Problem(rule, where, f"<{type_}> needs a {type_}-set on <emotion> or <emotionml>")
        for child in children:
            yield from _description_problems(child, where, type_, None if named is None else known.get(named))
        for name, count in Counter(child.get("name") for child in children).items():
            if count > 1:
                yield Problem(
                    "schema", where, f"a {type_} may be named once in an emotion, {name!r} occurs {count} times"
                )
    for reference in element.findall(_tag("reference")):
        yield from _reference_problems(reference, where)


def _description_problems(
    element: Tree.Element, where: str, type_: VocabularyType, declared: tuple[str, tuple[str, ...]] | None
) -> Iterator[Problem]:
    name = element.get("name")
    here = f"{where}, {type_} {name}"
    number = _VOCABULARY_RULES[type_][2]
    yield from _attribute_problems(element, here)
    yield from _order_problems(element, here, (("trace", 1),))
    if name is None:
        yield Problem("schema", here, f"<{type_}> needs a name")
    elif declared is not None and declared[0] == type_ and " ".join(name.split()) not in declared[1]:
        yield Problem(f"{number}2", here, f"{name!r} is not in the declared vocabulary: {', '.join(declared[1])}")
    traces = element.findall(_tag("trace"))
    if "value" in element.attrib and traces:
        yield Problem("224" if type_ == "dimension" else f"{number}6", here, "a value and a trace exclude each other")
    if type_ == "dimension" and "value" not in element.attrib and not traces:
        yield Problem("224", here, "a dimension needs a value or a trace")
    for attribute in ("value", "confidence"):
        value = element.get(attribute)
        if value is not None and not _on_scale(value):
            yield Problem("schema", here, f"{attribute} must be a number in [0, 1], got {value!r}")
    for trace in traces:
        yield from _attribute_problems(trace, here)
        yield from _order_problems(trace, here, ())
        if not re.fullmatch(r"\d+(\.\d*)?\s*Hz", trace.get("freq") or "", re.ASCII):
            yield Problem("schema", here, f"freq must read like '10 Hz', got {trace.get('freq')!r}")
        samples = (trace.get("samples") or "").split()
        if not samples or not all(map(_on_scale, samples)):
            yield Problem("schema", here, "samples must be at least one number in [0, 1]")


def _time_problems(element: Tree.Element, where: str) -> Iterator[Problem]:
    for name in ("start", "end", "duration"):
        value = element.get(name)
        if value is not None and not re.fullmatch(r"\s*\+?\d+\s*", value, re.ASCII):
            yield Problem("schema", where, f"{name} must be milliseconds as a whole number, at least 0; got {value!r}")
    offset = element.get("offset-to-start")
    if offset is not None and not re.fullmatch(r"\s*[+-]?\d+\s*", offset, re.ASCII):
        yield Problem("schema", where, f"offset-to-start must be milliseconds as a whole number, got {offset!r}")
    anchor = element.get("time-ref-anchor-point")
    if anchor not in (None, "start", "end"):
        yield Problem("schema", where, f"time-ref-anchor-point must be 'start' or 'end', got {anchor!r}")
    through = element.get("expressed-through")
    if through is not None and not (through.split() and all(re.fullmatch(_NMTOKEN, part) for part in through.split())):
        yield Problem("schema", where, f"expressed-through must be name tokens between spaces, got {through!r}")
    start, end = element.get("start", ""), element.get("end", "")
    if start.strip().isdecimal() and end.strip().isdecimal() and int(end) < int(start):
        yield Problem("span", where, f"it ends ({end.strip()}) before it starts ({start.strip()})")


def _reference_problems(element: Tree.Element, where: str) -> Iterator[Problem]:
    yield from _attribute_problems(element, where)
    yield from _order_problems(element, where, ())
    if not element.get("uri"):
        yield Problem("2.4.1", where, "a reference needs a uri")
    if element.get("role") not in (None, *_ROLES):
        yield Problem("schema", where, f"role must be one of {', '.join(_ROLES)}, got {element.get('role')!r}")
    media = element.get("media-type")
    if media is not None and not _MEDIA_TYPE.fullmatch(media.strip()):
        yield Problem("417", where, f"media-type must be a MIME type, got {media!r}")


def _on_scale(text: str) -> bool:
    # xs:float in [0, 1]; Python's float takes more: underscores, "infinity".
    return re.fullmatch(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)([Ee][+-]?\d+)?\s*", text, re.ASCII) is not None and (
        0.0 <= float(text) <= 1.0
    )
