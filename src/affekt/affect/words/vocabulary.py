"""From any English word to a term of the shared table, or to any other set of words, over WordNet's links.

A word reaches a target over typed links: another form of it, a synonym, a derivation ("joyful",
joy), the participle's verb, the adjective of an adverb, the attribute an adjective is a value of, the head
of its cluster of adjectives, a broader word, "see also", what a verb causes, and the next tier of
Parrott's tree. Each link has a cost, a rarer sense of the word or the target costs more, and the cheapest way wins if
it costs at most `LIMIT`; there are no steps from a broader word to a narrower one. The
costs are affekt's own, ordered by how much meaning a link keeps; they are not fitted to data.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal, NamedTuple

from affekt.affect.terms import TERMS
from affekt.affect.words.lexicon import Lexicon, Relation, Sense, read_lexicon
from affekt.affect.words.morphology import base_forms

LinkKind = Literal[
    "same word",
    "form",
    "usage",
    "synonym",
    "derivation",
    "participle",
    "pertainym",
    "attribute",
    "similar",
    "hypernym",
    "also see",
    "cause",
    "tier",
]
COSTS: Mapping[LinkKind, float] = MappingProxyType(
    {
        "same word": 0.0,
        "form": 0.25,
        "usage": 0.5,
        "synonym": 1.0,
        "derivation": 1.0,
        "participle": 1.0,
        "pertainym": 1.0,
        "attribute": 1.0,
        "similar": 2.0,
        "tier": 0.9,
        "hypernym": 2.0,
        "cause": 2.0,
        "also see": 2.5,
    }
)
LIMIT = 4.5
_RARER_SENSE = 0.5
_RAREST = 2.0
# Worry and to worry: one word in two parts of speech.
_CONVERSION = 0.25
# From word to word by derivation twice leads astray: calm, to sedate, a sedative, a depressant, to depress.
_SECOND_DERIVATION = 1.5
# So broad that two words which only meet here have nothing in common.
_ROOTS = frozenset(
    (
        *("feeling", "feelings", "feel", "emotion", "emotional", "emotionality", "emotive", "emote", "emotional state"),
        *("experience", "spirit", "state", "mental state", "condition", "attribute", "quality", "trait", "change"),
        *("act", "stimulate", "arouse", "excitation", "emotional arousal"),
    )
)
_NEGATIVE = ("un", "in", "im", "ir", "dis", "non")


class Link(NamedTuple):
    """One step from a word to another, and of what kind it is."""

    kind: LinkKind
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class WordPlacement:
    """Which target a word reaches, over which links, and what they cost together (0 is the word itself)."""

    word: str
    target: str
    links: tuple[Link, ...]
    distance: float

    @property
    def kind(self) -> LinkKind:
        """The link that keeps least of the meaning: what the placement rests on."""
        return max((link.kind for link in self.links), key=lambda kind: COSTS[kind], default="same word")

    def __str__(self) -> str:
        steps = "".join(f" -{link.kind}-> {link.target}" for link in self.links)
        return f"{self.word}{steps}" if steps else f"{self.word} (the term itself)"


def place_word(word: str, targets: Collection[str] | None = None) -> WordPlacement | None:
    """Return which of `targets` a word or short phrase reaches; None where it reaches none: it is unplaced.

    `targets` are words in plain spelling; by default the terms of the shared table. Capitals,
    hyphens, underscores and apostrophes make no difference. Of equally near targets the first in
    alphabetical order is taken.

    >>> print(place_word("wistfully", {"sadness", "joy"}))
    wistfully -pertainym-> wistful -similar-> sad -derivation-> sadness
    >>> place_word("table") is None
    True
    """
    wanted = _terms() if targets is None else frozenset(targets)
    return _place(plain_word(word), wanted)


def plain_word(word: str) -> str:
    """Return a word in the spelling of the lexicon: lower case, one space between words, straight apostrophes.

    >>> plain_word(" Broken-Hearted ")
    'broken-hearted'
    """
    return re.sub(r"[\s_]+", " ", word.replace("\u2019", "'")).strip().lower()


def similarity(first: str, second: str) -> float:
    r"""Return how near two words are in the vocabulary, in [0, 1]; symmetric, 1 for the same word.

    .. math:: s(a, b) = \frac{1}{1 + \min_m (d(a, m) + d(b, m))}

    over the words m in which the ways of both meet, d being the cost of the links of this module: path
    similarity (Rada, Mili, Bicknell & Blettner 1989; Pedersen, Patwardhan & Michelizzi 2004,
    WordNet::Similarity, HLT-NAACL Demonstrations, 38-41) with weighted links. Words so broad that
    everything meets there (feeling, emotion, state) do not count. 0 where the ways do not
    meet, where a word is unknown, and for WordNet's antonyms.

    >>> similarity("joy", "joy"), similarity("joy", "sadness"), similarity("joy", "table")
    (1.0, 0.0, 0.0)
    >>> similarity("rage", "anger") > similarity("rage", "irritation") > 0
    True
    """
    one, other = sorted((plain_word(first), plain_word(second)))
    return _similarity(one, other)


def read_usages() -> Mapping[str, str]:
    """Return idioms that are not in WordNet, and words whose links there miss their emotion, with a word for each.

    >>> read_usages()["over the moon"]
    'elated'
    """
    return _usages()


@lru_cache(maxsize=65536)
def _similarity(one: str, other: str) -> float:
    if one == other:
        return 1.0
    lexicon = read_lexicon()
    if other in lexicon.antonyms(one) or one in lexicon.antonyms(other):
        return 0.0
    ways, others = _reached(one), _reached(other)
    meeting = [ways[word] + others[word] for word in ways.keys() & others.keys() if word not in _ROOTS]
    return 1.0 / (1.0 + min(meeting)) if meeting else 0.0


@lru_cache(maxsize=1)
def _usages() -> Mapping[str, str]:
    text = (Path(__file__).parents[1] / "data" / "usages.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines() if not line.startswith("#")][1:]
    return MappingProxyType({row[0]: row[1] for row in rows})


@lru_cache(maxsize=1)
def _terms() -> frozenset[str]:
    return frozenset(TERMS)


@lru_cache(maxsize=1)
def _tiers() -> Mapping[str, tuple[str, ...]]:
    """Return each word of Parrott's tree and the words of the next tier above it."""
    from affekt.affect.words.wheels import WHEELS

    above: dict[str, dict[str, None]] = {}
    for first, groups in WHEELS["parrott"].second.items():
        for second, words in groups.items():
            above.setdefault(second, {})[first] = None
            for word in words:
                above.setdefault(word, {})[second] = None
    return MappingProxyType({word: tuple(w for w in over if w != word) for word, over in above.items()})


_STARTS: tuple[LinkKind, ...] = ("form", "usage")


class _Step(NamedTuple):
    cost: float
    kind: LinkKind
    sense: Sense


@lru_cache(maxsize=16384)
def _place(word: str, targets: frozenset[str]) -> WordPlacement | None:
    if word in targets:
        return WordPlacement(word, word, (), 0.0)
    best: tuple[float, str, tuple[Link, ...]] | None = None
    for cost, found, links, rank in _walk(word):
        if best is not None and cost > best[0]:
            break
        reached = (cost + rank, found, links)
        if found in targets and reached[0] <= LIMIT and (best is None or reached[:2] < best[:2]):
            best = reached
    return None if best is None else WordPlacement(word, best[1], best[2], round(best[0], 6))


@lru_cache(maxsize=2048)
def _reached(word: str) -> Mapping[str, float]:
    """Return every word within the limit and its cost."""
    nearest: dict[str, float] = {word: 0.0}
    for cost, found, _, rank in _walk(word):
        nearest[found] = min(cost + rank, nearest.get(found, LIMIT))
    return {found: cost for found, cost in nearest.items() if cost < LIMIT}


def _walk(word: str) -> Iterator[tuple[float, str, tuple[Link, ...], float]]:
    """Yield the words within the limit of a word, nearest first: cost, word, links, and what its rarer sense costs."""
    lexicon = read_lexicon()
    waiting: list[tuple[float, str, tuple[Link, ...], Sense]] = list(_starts(word, lexicon))
    heapq.heapify(waiting)
    seen: set[Sense] = set()
    while waiting:
        cost, found, links, sense = heapq.heappop(waiting)
        if sense in seen:
            continue
        seen.add(sense)
        # The word one starts from has paid for its sense.
        yield cost, found, links, _rarity(sense, lexicon) if links and links[-1].kind not in _STARTS else 0.0
        for step in _steps(sense, lexicon):
            total = cost + step.cost
            if step.kind == "derivation" and any(link.kind == "derivation" for link in links):
                total += _SECOND_DERIVATION
            if total <= LIMIT and step.sense not in seen:
                target = lexicon.word(step.sense)
                onward = links if target == found else (*links, Link(step.kind, found, target))
                heapq.heappush(waiting, (total, target, onward, step.sense))


def _starts(word: str, lexicon: Lexicon) -> Iterator[tuple[float, str, tuple[Link, ...], Sense]]:
    spellings: dict[str, tuple[float, tuple[Link, ...]]] = {word: (0.0, ())}
    for spelling in (word.replace("-", " "), word.replace(" ", "-"), re.sub("[ -]", "", word)):
        spellings.setdefault(spelling, (COSTS["form"], (Link("form", word, spelling),)))
    usage = next((_usages()[spelling] for spelling in spellings if spelling in _usages()), None)
    if usage is not None:
        spellings[usage] = (COSTS["usage"], (Link("usage", word, usage),))
    for spelling, (cost, links) in spellings.items():
        yield from _senses(spelling, cost, links, lexicon)
        for base in base_forms(spelling):
            if base.word != spelling:
                onward = (*links, Link("form", spelling, base.word))
                yield from _senses(base.word, cost + COSTS["form"], onward, lexicon, pos=base.pos)


def _senses(
    word: str, cost: float, links: tuple[Link, ...], lexicon: Lexicon, *, pos: str | None = None
) -> Iterator[tuple[float, str, tuple[Link, ...], Sense]]:
    for sense in lexicon.senses.get(word, ()):
        synset = lexicon.synsets[sense.synset]
        if pos is None or synset.pos == pos:
            yield cost + _rarity(sense, lexicon), word, links, sense


def _rarity(sense: Sense, lexicon: Lexicon) -> float:
    return min(_RARER_SENSE * lexicon.synsets[sense.synset].ranks[sense.place], _RAREST)


_KINDS: Mapping[Relation, LinkKind] = MappingProxyType(
    {
        "derivation": "derivation",
        "participle": "participle",
        "pertainym": "pertainym",
        "attribute": "attribute",
        "similar": "similar",
        "hypernym": "hypernym",
        "also see": "also see",
        "cause": "cause",
    }
)


def _steps(sense: Sense, lexicon: Lexicon) -> Iterator[_Step]:
    synset = lexicon.synsets[sense.synset]
    for index in range(len(synset.words)):
        if index != sense.place:
            yield _Step(COSTS["synonym"], "synonym", Sense(synset.name, index))
    for pointer in synset.pointers:
        kind = _KINDS.get(pointer.relation)
        if kind is None or pointer.source not in (-1, sense.place):
            continue
        if kind == "attribute" and not _names_its_pole(sense, pointer.target, lexicon):
            continue
        # A head lists the adjectives of its cluster: that way leads from broader to narrower.
        if kind == "similar" and not (synset.name[0] == "s" and pointer.target[0] == "a"):
            continue
        if pointer.target_index >= 0:
            other = Sense(pointer.target, pointer.target_index)
            same = lexicon.word(other) == synset.words[sense.place]
            yield _Step(_CONVERSION if same else COSTS[kind], kind, other)
        else:
            for index in range(len(lexicon.synsets[pointer.target].words)):
                yield _Step(COSTS[kind], kind, Sense(pointer.target, index))
    if synset.pos == "n":
        for above in _tiers().get(synset.words[sense.place], ()):
            for target in lexicon.senses.get(above, ())[:1]:
                yield _Step(COSTS["tier"] + _rarity(sense, lexicon), "tier", target)


def _names_its_pole(sense: Sense, noun: str, lexicon: Lexicon) -> bool:
    """Return whether the noun an adjective is a value of means that end of the scale, not the other.

    WordNet has humble and proud as values of pride, unafraid and afraid of fear. An adjective is taken
    for the end that gives the scale its name if it begins like the noun or if its antonym is itself
    with a negative prefix or with -less.
    """
    if sense.synset[0] == "n":
        return False
    adjective = lexicon.word(sense)
    if adjective.startswith(_NEGATIVE) or adjective.endswith("less"):
        return False
    opposites = lexicon.antonyms(adjective)
    named = any(word[:2] == adjective[:2] for word in lexicon.synsets[noun].words)
    return named or any(opposite == prefix + adjective for opposite in opposites for prefix in _NEGATIVE)
