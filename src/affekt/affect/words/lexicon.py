"""The words for emotions in WordNet 3.0 and the links between them, read from a bundled extract.

Miller (1995), WordNet: A Lexical Database for English, Communications of the ACM 38(11), 39-41;
Fellbaum, ed. (1998), WordNet, MIT Press. WordNet 3.0 Copyright 2006 by Princeton University; its
licence is beside the data. `recipes/vocabulary/build.py` says which synsets are in the extract.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal, NamedTuple

PartOfSpeech = Literal["n", "v", "a", "r"]
Relation = Literal[
    "hypernym", "similar", "derivation", "antonym", "attribute", "pertainym", "also see", "participle", "cause"
]
_DATA = Path(__file__).parents[1] / "data"
_SYMBOLS: Mapping[str, Relation] = MappingProxyType(
    {
        "@": "hypernym",
        "&": "similar",
        "+": "derivation",
        "!": "antonym",
        "=": "attribute",
        "\\": "pertainym",
        "^": "also see",
        "<": "participle",
        ">": "cause",
    }
)


class Sense(NamedTuple):
    """One word in one of its meanings: a synset and the word's place in it, from 0."""

    synset: str
    place: int


class Pointer(NamedTuple):
    """A relation from a synset to another. `source` and `target_index` are words' places, from 0, where
    the relation holds between two words only; otherwise both are -1."""

    relation: Relation
    target: str
    source: int
    target_index: int


@dataclass(frozen=True)
class Synset:
    """Words that share one meaning.

    `name` is WordNet 3.0's offset after n, v, a, s or r (s: an adjective under the head of its
    cluster). `ranks` give each word's place of this sense among its senses, the most frequent being 0.
    """

    name: str
    words: tuple[str, ...]
    ranks: tuple[int, ...]
    links: str

    @property
    def pos(self) -> PartOfSpeech:
        """The part of speech: n, v, a or r."""
        return "a" if self.name[0] == "s" else self.name[0]  # type: ignore[return-value]  # the extract has no other

    @cached_property
    def pointers(self) -> tuple[Pointer, ...]:
        """The relations to other synsets of the extract."""
        return tuple(_read_pointer(text) for text in self.links.split())


@dataclass(frozen=True)
class Lexicon:
    """The extract: `synsets` by name, and each word's senses, per part of speech the most frequent first."""

    synsets: Mapping[str, Synset]
    senses: Mapping[str, tuple[Sense, ...]]
    exceptions: Mapping[tuple[str, str], tuple[str, ...]]

    def __contains__(self, word: object) -> bool:
        return word in self.senses

    def knows(self, word: str, pos: PartOfSpeech) -> bool:
        """Return whether the word has a sense of that part of speech."""
        return any(self.synsets[sense.synset].pos == pos for sense in self.senses.get(word, ()))

    def word(self, sense: Sense) -> str:
        """Return the word of a sense."""
        return self.synsets[sense.synset].words[sense.place]

    def synonyms(self, word: str) -> tuple[str, ...]:
        """Return the other words of the word's synsets, each once; none where the word is not there.

        >>> "gladness" in read_lexicon().synonyms("gladfulness")
        True
        """
        found = (other for sense in self.senses.get(word, ()) for other in self.synsets[sense.synset].words)
        return tuple(dict.fromkeys(other for other in found if other != word))

    def antonyms(self, word: str) -> tuple[str, ...]:
        """Return the words that WordNet lists as the word's opposites, each once.

        >>> read_lexicon().antonyms("happiness")
        ('unhappiness', 'sadness')
        """
        found: dict[str, None] = {}
        for sense in self.senses.get(word, ()):
            for pointer in self.synsets[sense.synset].pointers:
                if pointer.relation == "antonym" and pointer.source in (sense.place, -1):
                    found[self.synsets[pointer.target].words[max(pointer.target_index, 0)]] = None
        return tuple(found)


@lru_cache(maxsize=1)
def read_lexicon() -> Lexicon:
    """Return the bundled extract of WordNet 3.0; words have spaces where WordNet has underscores.

    >>> lexicon = read_lexicon()
    >>> lexicon.synsets[lexicon.senses["joyfulness"][0].synset].words
    ('joy', 'joyousness', 'joyfulness')
    """
    synsets: dict[str, Synset] = {}
    senses: dict[str, list[tuple[int, Sense]]] = {}
    for name, cells, links in _rows("wordnet.tsv"):
        pairs = [cell.split(":") for cell in cells.replace("_", " ").split("|")]
        words, ranks = tuple(pair[0] for pair in pairs), tuple(int(pair[1]) for pair in pairs)
        synsets[name] = Synset(name, words, ranks, links)
        for place, word in enumerate(words):
            senses.setdefault(word, []).append((ranks[place], Sense(name, place)))
    exceptions: dict[tuple[str, str], tuple[str, ...]] = {}
    for pos, form, base in _rows("wordnet_exceptions.tsv"):
        exceptions[pos, form] = (*exceptions.get((pos, form), ()), base.replace("_", " "))
    ordered = {word: tuple(sense for _, sense in sorted(found)) for word, found in senses.items()}
    return Lexicon(MappingProxyType(synsets), MappingProxyType(ordered), MappingProxyType(exceptions))


def _rows(name: str) -> list[list[str]]:
    text = (_DATA / name).read_text(encoding="utf-8")
    lines = [line for line in text.split("\n") if line and line[0] != "#"]
    return [line.split("\t") for line in lines[1:]]


def _read_pointer(text: str) -> Pointer:
    target, _, ends = text[1:].partition(":")
    source, _, target_index = ends.partition(".")
    return Pointer(_SYMBOLS[text[0]], target, int(source or 0) - 1, int(target_index or 0) - 1)
