"""Which items of a test set a model may have seen: exactly, or nearly, in the corpora its card says it learned from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from affekt.corpora.index import READERS
from affekt.corpora.near_duplicates import Twins, twins
from affekt.corpora.read import read_corpus
from affekt.corpora.targets import Flags
from affekt.errors import CorpusError
from affekt.types import Record

_HELD = ("test",)


@dataclass(frozen=True, slots=True, eq=False)
class Overlap:
    """What of a test set was seen before: `exact` and `near` (item,), the latter without the former; `sources`
    the number of items by the corpus they were found in; `looked` the corpora compared, `absent` those on
    the card that are not here, so that nothing can be said of them."""

    exact: Flags
    near: Flags
    sources: Mapping[str, int]
    looked: tuple[str, ...]
    absent: tuple[str, ...]

    @property
    def any(self) -> Flags:
        """The items that were seen, exactly or nearly."""
        either: Flags = self.exact | self.near
        return either


def find_overlap(corpus: str, records: Sequence[Record], trained_on: Iterable[str]) -> Overlap:
    """Return which of `records`, items of `corpus`, stand in the corpora that a model learned from.

    Of each corpus in `trained_on` everything counts as seen but its test split, and of `corpus` itself everything
    but the splits that `records` are of (all of it, where it has no other split). Texts are compared by
    `affekt.corpora.near_duplicates.twins`. A corpus that cannot be read here is named in `absent`.
    """
    copies: dict[str, Twins] = {}
    absent = []
    scored = frozenset(record.split for record in records)
    texts = [record.signal.text for record in records]
    languages = frozenset(record.signal.language for record in records)
    for name in dict.fromkeys(trained_on):
        if name not in READERS:
            absent.append(name)
            continue
        try:
            copies[name] = _copies(name, _Asked(tuple(texts), scored if name == corpus else None, languages))
        except CorpusError:
            absent.append(name)
    return _gathered(len(records), copies, absent)


def overlap_with(records: Sequence[Record], taught: Mapping[str, Sequence[Record]]) -> Overlap:
    """Return which of `records` stand among those of `taught`, items to learn from by the name of where they are from.

    Texts are compared as in `find_overlap`, within a language.
    """
    texts, languages = [record.signal.text for record in records], {record.signal.language for record in records}
    every = None in languages
    copies = {
        name: twins(texts, [each.signal.text for each in some if every or each.signal.language in languages])
        for name, some in taught.items()
    }
    return _gathered(len(records), copies, ())


def merged(overlaps: Iterable[Overlap]) -> Overlap:
    """Return what several overlaps of the same items, with different sources, come to together."""
    found = list(overlaps)
    exact = np.logical_or.reduce([each.exact for each in found])
    near = np.logical_or.reduce([each.near for each in found]) & ~exact
    sources = {name: count for each in found for name, count in each.sources.items()}
    absent = dict.fromkeys(name for each in found for name in each.absent)
    return Overlap(exact, near, sources, tuple(sources), tuple(absent))


def _gathered(count: int, copies: Mapping[str, Twins], absent: Sequence[str]) -> Overlap:
    exact, near = np.zeros(count, np.bool_), np.zeros(count, np.bool_)
    for found in copies.values():
        exact |= found.exact
        near |= found.found
    sources = {name: int(found.found.sum()) for name, found in copies.items()}
    return Overlap(exact, near & ~exact, sources, tuple(copies), tuple(absent))


class _Asked(NamedTuple):
    """Texts to look for, the splits of the corpus itself that are scored (None: it is another), their languages."""

    texts: tuple[str, ...]
    scored: frozenset[str] | None
    languages: frozenset[str | None]


@lru_cache(maxsize=32)
def _copies(name: str, asked: _Asked) -> Twins:
    """Return the copies of texts in one corpus; kept, since models that learned from the same are scored in a row."""
    seen = _texts_of(name)
    held = frozenset(_HELD)
    if asked.scored is not None:
        held = asked.scored if {each.split for each in seen} - asked.scored else frozenset()
    # A copy is in the same language, and most of a multilingual corpus is in others.
    every = None in asked.languages
    told = [e.text for e in seen if e.split not in held and (every or e.language in asked.languages)]
    return twins(asked.texts, told)


class _Text(NamedTuple):
    text: str
    split: str
    language: str | None


@lru_cache(maxsize=16)
def _texts_of(name: str) -> tuple[_Text, ...]:
    """Return the texts of a corpus; kept, since a suite asks for the same ones again and again."""
    records = read_corpus(name, complete=False)
    return tuple(_Text(record.signal.text, record.split, record.signal.language) for record in records)


def overlap_sentence(overlap: Overlap) -> str:
    """Return what was found, in a sentence or two.

    >>> none = np.zeros(4, bool)
    >>> overlap_sentence(Overlap(none, none, {"goemotions": 0}, ("goemotions",), ()))
    'None of 4 items is in what it learned from (goemotions).'
    """
    count = len(overlap.exact)
    absent = f" Not compared, not here: {', '.join(overlap.absent)}." if overlap.absent else ""
    if not overlap.looked:
        return f"Nothing is known of what it learned from.{absent}" if overlap.absent else "Its card names no corpus."
    where = ", ".join(overlap.looked)
    if not overlap.any.any():
        return f"None of {count:,} items is in what it learned from ({where}).{absent}"
    found = ", ".join(f"{name} {number:,}" for name, number in overlap.sources.items() if number)
    return (
        f"{int(overlap.exact.sum()):,} of {count:,} items are in what it learned from and {int(overlap.near.sum()):,} "
        f"more nearly are ({found}).{absent}"
    )
