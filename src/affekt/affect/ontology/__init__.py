"""A three-tiered ontology of emotions: Parrott's tree, the words of each node, and links between nodes.

After TONE (Gupta, Garg & Dandapat 2024, "TONE: A 3-Tiered ONtology for Emotion analysis",
arXiv:2401.06810), which builds on the same tree and draws three sorts of links: is opposite of, is
composed of, leads to. The tree is that of Parrott (2001), after Shaver, Schwartz, Kirson & O'Connor
(1987): 6 primary, 25 secondary and 135 tertiary emotions. TONE fills its vocabulary from a dictionary and a
thesaurus and gives a word claimed by several emotions to the most similar; here the words are those of
WordNet 3.0 and each goes to the one tertiary emotion it reaches at least cost (`affekt.affect.words.vocabulary`).
The links are taken from WordNet's antonyms and causes, from Plutchik and from the studies each names;
they are not TONE's own, whose list was not at hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from affekt.affect.terms import TERMS
from affekt.affect.words.vocabulary import place_word, plain_word
from affekt.affect.words.wheels import SOURCES, WHEELS
from affekt.errors import ConversionError, unknown_name

LinkSort = Literal["is opposite of", "is composed of", "leads to"]
Tier = Literal[1, 2, 3]
LINK_SORTS: tuple[LinkSort, ...] = ("is opposite of", "is composed of", "leads to")


@dataclass(frozen=True, slots=True)
class OntologyNode:
    """One emotion at one tier. `id` is the way from the top ("joy/zest/thrill"): a name may occur at several tiers.

    `vocabulary` holds words that say this emotion; those of a node in tier 1 or 2 are those of all below it.
    """

    id: str
    name: str
    tier: Tier
    parent: str | None
    vocabulary: tuple[str, ...]

    @property
    def primary(self) -> str:
        """The name of the one node of tier 1 that this node is, or is under."""
        return self.id.partition("/")[0]


@dataclass(frozen=True, slots=True)
class EmotionLink:
    """A link between nodes, by their ids, and who says so. Only what is composed has several `targets`."""

    sort: LinkSort
    source: str
    targets: tuple[str, ...]
    citation: str


@dataclass(frozen=True, slots=True)
class Ontology:
    """The whole: nodes by id, from the top, and the links between them."""

    nodes: Mapping[str, OntologyNode]
    links: tuple[EmotionLink, ...]
    source: str

    def __iter__(self) -> Iterator[OntologyNode]:
        return iter(self.nodes.values())

    def __len__(self) -> int:
        return len(self.nodes)

    def tier(self, tier: Tier) -> tuple[OntologyNode, ...]:
        """Return the nodes of one tier."""
        return tuple(node for node in self if node.tier == tier)

    def node(self, name: str) -> OntologyNode:
        """Return the node of an id, or the topmost of a name. Raises `UnknownNameError`, which offers the nearest.

        >>> read_ontology().node("thrill").id
        'joy/zest/thrill'
        """
        wanted = plain_word(name)
        for node in self:
            if wanted in (node.id, node.name):
                return node
        names = sorted({node.name for node in self})
        raise unknown_name("emotion of the ontology", name, names, "affekt.affect.ontology.read_ontology()")

    def children(self, name: str) -> tuple[OntologyNode, ...]:
        """Return the nodes directly under one. Raises as `node` does."""
        above = self.node(name).id
        return tuple(node for node in self if node.parent == above)

    def links_of(self, name: str, sort: LinkSort | None = None) -> tuple[EmotionLink, ...]:
        """Return the links that start or end at the nodes of a name, of one sort if it is given.

        >>> [link.targets for link in read_ontology().links_of("contempt", "is composed of")]
        [('anger/disgust', 'anger')]
        """
        ids = {node.id for node in self if self.node(name).name == node.name}
        return tuple(
            link for link in self.links if (sort is None or link.sort == sort) and ids & {link.source, *link.targets}
        )


def primary_emotion(word: str) -> str:
    """Return the primary emotion (love, joy, surprise, anger, sadness or fear) that a word belongs to.

    An emotion of the tree belongs where it stands; another term of the shared table goes by its cited
    place among Ekman's six, disgust being under anger in the tree; any other word by what it reaches in
    the vocabulary. Every emotion of GoEmotions has one. Raises `ConversionError` for a word that
    reaches none ("neutral", "table").

    >>> primary_emotion("gratitude"), primary_emotion("remorse"), primary_emotion("gloomy")
    ('joy', 'sadness', 'sadness')
    """
    plain = plain_word(word)
    wheel = WHEELS["parrott"]
    first = wheel.group(plain, 1)
    if first is None and plain in TERMS and TERMS[plain].ekman.targets:
        first = wheel.group(TERMS[plain].ekman.targets[0], 1)
    if first is None:
        reached = place_word(plain, _names())
        first = None if reached is None else wheel.group(reached.target, 1)
    if first is None:
        raise ConversionError(
            f"{word!r} reaches no emotion of Parrott's tree. What it does reach: "
            "affekt.affect.words.vocabulary.place_word."
        )
    return first


@lru_cache(maxsize=1)
def read_ontology() -> Ontology:
    """Return the bundled ontology.

    >>> ontology = read_ontology()
    >>> len(ontology.tier(1)), len(ontology.tier(2)), len(ontology.tier(3))
    (6, 25, 135)
    """
    words = _vocabulary()
    nodes: dict[str, OntologyNode] = {}
    for first, groups in WHEELS["parrott"].second.items():
        below_first: dict[str, None] = {}
        seconds = []
        for second, thirds in groups.items():
            leaves = [
                OntologyNode(
                    f"{first}/{second}/{third}", third, 3, f"{first}/{second}", words[f"{first}/{second}/{third}"]
                )
                for third in thirds
            ]
            below = tuple(dict.fromkeys(word for leaf in leaves for word in leaf.vocabulary))
            below_first.update(dict.fromkeys(below))
            seconds += [OntologyNode(f"{first}/{second}", second, 2, first, below), *leaves]
        nodes[first] = OntologyNode(first, first, 1, None, tuple(below_first))
        nodes.update({node.id: node for node in seconds})
    return Ontology(MappingProxyType(nodes), _read_links(), SOURCES["parrott"])


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset(WHEELS["parrott"].words)


@lru_cache(maxsize=1)
def _vocabulary() -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType({node: tuple(words.split(", ")) for node, words in _rows("ontology_words.tsv")})


@lru_cache(maxsize=1)
def _read_links() -> tuple[EmotionLink, ...]:
    links = []
    for sort, source, targets, citation in _rows("ontology_links.tsv"):
        named: LinkSort = next(known for known in LINK_SORTS if known == sort)
        links.append(EmotionLink(named, source, tuple(targets.split(", ")), citation))
    return tuple(links)


def _rows(name: str) -> list[list[str]]:
    text = (Path(__file__).parents[1] / "data" / name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if not line.startswith("#")][1:]
