"""The terms behind the labels: what each means, what word gives its place in VAD, where it goes.

Every label of every emotion space is one term of one table, ``data/terms.tsv``, or several: "Doubt/Confusion"
is doubt and confusion, "happily surprised" is happiness and surprise. ``data/labels.tsv`` lists the labels
that are not spelled as their terms. A term is placed among Ekman's six, on Plutchik's wheel and
among the signs, each by an authority named in the table; or it has no place there, and the table says why.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeVar, get_args

from affekt.affect.citations import cite
from affekt.affect.spaces import find_space
from affekt.errors import unknown_name
from affekt.types import LabelSpace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from affekt.affect.maps import MapKind

Method = Literal["norm", "lemma/synonym norm", "composed"]
METHODS: tuple[Method, ...] = get_args(Method)
Relation = Literal["another form of", "close to", "a kind of"]
RELATIONS: tuple[Relation, ...] = get_args(Relation)
_Name = TypeVar("_Name", bound=str)
_DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class TermPlacement:
    """Where a term goes in one space: its target labels (it belongs to each in full), how, and who says so.

    Without `targets` it has no place there, and `citation` says why.
    """

    targets: tuple[str, ...]
    kind: MapKind
    citation: str


class Kin(NamedTuple):
    """Which term another stems from: "afraid" is another form of fear, "devastated" a kind of grief."""

    relation: Relation
    name: str


@dataclass(frozen=True, slots=True)
class Term:
    """A word for an affective state. `words` are the headwords of the Glasgow norms that give its place in VAD.

    `method` is ``"norm"`` where the term is such a headword (perhaps in one of its senses),
    ``"lemma/synonym norm"`` where one other form or near synonym is, ``"composed"`` of several. `kin`
    is the term whose placements it shares, except where it has its own.
    """

    name: str
    definition: str
    words: tuple[str, ...]
    method: Method
    ekman: TermPlacement
    plutchik: TermPlacement
    sentiment: TermPlacement
    kin: Kin | None = None


class _Terms(Mapping[str, Term]):
    """All terms by name, read from the table when first asked for."""

    def __getitem__(self, name: str) -> Term:
        return _read_terms()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(_read_terms())

    def __len__(self) -> int:
        return len(_read_terms())


TERMS: Mapping[str, Term] = _Terms()


def find_term(word: str) -> Term:
    """Return the term of that name; capitals, hyphens and underscores make no difference.

    Raises `UnknownNameError`, which offers the nearest term.

    >>> find_term("Anger").ekman.targets
    ('anger',)
    >>> find_term("trust").ekman.targets, find_term("trust").sentiment.targets
    ((), ('positive',))
    """
    found = TERMS.get(word) or TERMS.get(_plain(word))
    if found is None:
        raise unknown_name("term", word, TERMS, "affekt.affect.terms.TERMS")
    return found


def terms_of(space: str | LabelSpace, label: str) -> tuple[Term, ...]:
    """Return the terms that a label of a space stands for, usually one.

    In your own space a label is its term, or several terms between slashes. Raises `UnknownNameError`
    for a label that is not in the space or stands for no term.

    >>> [term.name for term in terms_of("goemotions", "joy")]
    ['joy']
    """
    found = find_space(space)
    found.index(label)
    listed = _read_labels().get((found.name, label))
    if listed is not None:
        return tuple(TERMS[name] for name in listed)
    if label in TERMS or _plain(label) in TERMS:
        return (find_term(label),)
    parts = [part.strip() for part in label.split("/")]
    if len(parts) > 1 and all(_plain(part) in TERMS for part in parts):
        return tuple(find_term(part) for part in parts)
    raise unknown_name(f"term behind a label of {found.name}", label, TERMS, "affekt.affect.terms.TERMS")


def definition_of(space: str | LabelSpace, label: str) -> str:
    """Return what a label means, in plain words. Raises as `terms_of` does.

    >>> definition_of("goemotions", "optimism")
    'Expecting that things will turn out well.'
    """
    terms = terms_of(space, label)
    if len(terms) == 1:
        return terms[0].definition
    return " ".join(f"{term.name.capitalize()}: {term.definition[0].lower()}{term.definition[1:]}" for term in terms)


def _plain(word: str) -> str:
    return re.sub(r"[\s_-]+", " ", word).strip().lower()


def _rows(name: str) -> Iterator[list[str]]:
    """Yield the cells of each row of a bundled table, without its comments and the names of its columns."""
    text = (_DATA / name).read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    next(lines)
    return (line.split("\t") for line in lines)


@lru_cache(maxsize=1)
def _read_terms() -> Mapping[str, Term]:
    terms = {}
    for name, definition, words, method, kin, *cells in _rows("terms.tsv"):
        ekman, plutchik, sentiment = (_placement(*cells[i : i + 3]) for i in (0, 3, 6))
        how, headwords = _one_of(METHODS, method), tuple(words.split(", "))
        terms[name] = Term(name, definition, headwords, how, ekman, plutchik, sentiment, _kin(kin))
    return MappingProxyType(terms)


@lru_cache(maxsize=1)
def _read_labels() -> Mapping[tuple[str, str], tuple[str, ...]]:
    rows = _rows("labels.tsv")
    return MappingProxyType({(space, label): tuple(terms.split(" + ")) for space, label, terms in rows})


def _placement(targets: str, kind: str, citation: str) -> TermPlacement:
    placed = () if targets == "-" else tuple(targets.split(", "))
    return TermPlacement(placed, kind, cite(citation))  # type: ignore[arg-type]  # a test checks the table's kinds


def _kin(cell: str) -> Kin | None:
    if cell == "-":
        return None
    relation = next((relation for relation in RELATIONS if cell.startswith(f"{relation} ")), cell)
    return Kin(_one_of(RELATIONS, relation), cell.removeprefix(relation).strip())


def _one_of(allowed: tuple[_Name, ...], name: str) -> _Name:
    """Return `name` as the one of the allowed that it is. Raises `UnknownNameError`."""
    for one in allowed:
        if name == one:
            return one
    raise unknown_name("word of the table of terms", name, allowed, "affekt.affect.terms")
