"""Write the words and the links of the three-tiered ontology (`affekt.affect.ontology`).

    python recipes/vocabulary/ontology.py [--out FOLDER]

Run it after build.py: it reads the extract of WordNet that build.py writes. The same input gives the same bytes.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path

from affekt.affect.words.lexicon import Lexicon, read_lexicon
from affekt.affect.words.vocabulary import place_word
from affekt.affect.words.wheels import WHEELS

PACKAGE_DATA = Path(__file__).parents[2] / "src" / "affekt" / "affect" / "data"
# A word further off says something else, or says it of something else.
FURTHEST = 2.0
PLUTCHIK = (
    "Plutchik (2001), The nature of emotions, American Scientist 89(4), 344-350; dyads: Plutchik (1991), The Emotions "
    "(revised edition), University Press of America"
)
OPPOSITES = (("joy", "sadness"), ("fear", "anger"))
# The dyads whose name and both parts are in the tree.
DYADS = (
    ("remorse", "sadness", "disgust"),
    ("contempt", "disgust", "anger"),
    ("envy", "sadness", "anger"),
    ("pride", "anger", "joy"),
    ("guilt", "joy", "fear"),
    ("delight", "joy", "surprise"),
    ("despair", "fear", "sadness"),
    ("outrage", "surprise", "anger"),
    ("shame", "fear", "disgust"),
)
STUDIES = (
    (
        "frustration",
        "anger",
        "Berkowitz (1989), Frustration-aggression hypothesis, Psychological Bulletin 106(1), 59-73",
    ),
    (
        *("shame", "anger"),
        "Tangney, Wagner, Fletcher & Gramzow (1992), Shamed into anger?, Journal of Personality and Social Psychology "
        "62(4), 669-675",
    ),
    (
        *("rejection", "anger"),
        "Leary, Twenge & Quinlivan (2006), Interpersonal rejection as a determinant of anger and aggression, "
        "Personality and Social Psychology Review 10(2), 111-132",
    ),
    (
        *("loneliness", "depression"),
        "Cacioppo, Hughes, Waite, Hawkley & Thisted (2006), Loneliness as a specific risk factor for depressive "
        "symptoms, Psychology and Aging 21(1), 140-151",
    ),
    (
        *("hopelessness", "depression"),
        "Abramson, Metalsky & Alloy (1989), Hopelessness depression, Psychological Review 96(2), 358-372",
    ),
)
WORDNET = "WordNet 3.0, Princeton University"


def node_ids() -> dict[str, list[str]]:
    """Return each name and its nodes, the topmost first."""
    ids: dict[str, list[str]] = defaultdict(list)
    for first in WHEELS["parrott"].second:
        ids[first].append(first)
    for first, groups in WHEELS["parrott"].second.items():
        for second in groups:
            ids[second].append(f"{first}/{second}")
    for first, groups in WHEELS["parrott"].second.items():
        for second, thirds in groups.items():
            for third in thirds:
                ids[third].append(f"{first}/{second}/{third}")
    return ids


def words_of_nodes(lexicon: Lexicon) -> dict[str, list[str]]:
    """Return the words of every tertiary node, its name first."""
    leaves = {ids[-1].rpartition("/")[2]: ids[-1] for ids in node_ids().values() if ids[-1].count("/") == 2}
    found: dict[str, list[tuple[float, str]]] = {leaf: [] for leaf in leaves.values()}
    for word in sorted(lexicon.senses):
        placed = place_word(word, leaves)
        if placed is not None and placed.distance <= FURTHEST:
            found[leaves[placed.target]].append((placed.distance, word))
    for name, leaf in leaves.items():
        # Grouchiness: a noun that WordNet lacks, of an adjective that it has.
        adjective = name.removesuffix("iness") + "y"
        if not found[leaf] and adjective in lexicon:
            found = {other: [pair for pair in pairs if pair[1] != adjective] for other, pairs in found.items()}
            found[leaf].append((1.0, adjective))
    return {leaf: [word for _, word in sorted(words)] for leaf, words in found.items()}


def related(lexicon: Lexicon, relation: str) -> set[tuple[str, str]]:
    """Return pairs of names of the tree that a relation links, between the nouns or the words derived from them."""
    names = node_ids()
    forms = {name: {name} | _derived(lexicon, name) for name in names}
    owners = defaultdict(set)
    for name, words in forms.items():
        for word in words:
            owners[word].add(name)
    pairs = set()
    for name, words in forms.items():
        for word in words:
            for sense in lexicon.senses.get(word, ())[:2]:
                for pointer in lexicon.synsets[sense.synset].pointers:
                    if pointer.relation == relation and pointer.source in (-1, sense.place):
                        target = lexicon.synsets[pointer.target].words[max(pointer.target_index, 0)]
                        pairs |= {(name, other) for other in owners[target] if other != name}
    return pairs


def _derived(lexicon: Lexicon, name: str) -> set[str]:
    found = set()
    for sense in lexicon.senses.get(name, ())[:2]:
        for pointer in lexicon.synsets[sense.synset].pointers:
            if pointer.relation == "derivation" and pointer.source == sense.place:
                found.add(lexicon.synsets[pointer.target].words[pointer.target_index])
    return found


def links(lexicon: Lexicon) -> list[tuple[str, str, str, str]]:
    top = {name: ids[0] for name, ids in node_ids().items()}
    rows = [("is opposite of", top[a], top[b], PLUTCHIK) for a, b in OPPOSITES]
    known = {frozenset(pair) for pair in OPPOSITES}
    for a, b in sorted(related(lexicon, "antonym")):
        if frozenset((a, b)) not in known:
            known.add(frozenset((a, b)))
            rows.append(("is opposite of", top[a], top[b], f"antonyms in {WORDNET}"))
    rows += [("is composed of", top[name], f"{top[a]}, {top[b]}", PLUTCHIK) for name, a, b in DYADS]
    rows += [("leads to", top[a], top[b], citation) for a, b, citation in STUDIES]
    for a, b in sorted(related(lexicon, "cause")):
        rows.append(("leads to", top[a], top[b], f"a verb of the one causes a verb of the other in {WORDNET}"))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=PACKAGE_DATA, help="folder to write to")
    out = parser.parse_args().out
    lexicon = read_lexicon()
    words = words_of_nodes(lexicon)
    lines = [
        "# WordNet 3.0 Copyright 2006 by Princeton University. All rights reserved. Licence: wordnet_licence.txt.",
        "# The words that reach each tertiary emotion of Parrott's tree, nearest first.",
        "# Made by recipes/vocabulary/ontology.py.",
        "node\twords",
        *(f"{node}\t{', '.join(found)}" for node, found in words.items()),
    ]
    (out / "ontology_words.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    rows = links(lexicon)
    lines = [
        "# Links between emotions of Parrott's tree. Made by recipes/vocabulary/ontology.py.",
        "sort\tsource\ttargets\tcitation",
        *("\t".join(row) for row in rows),
    ]
    (out / "ontology_links.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{sum(map(len, words.values()))} words of {len(words)} emotions, {len(rows)} links")


if __name__ == "__main__":
    main()
