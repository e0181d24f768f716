"""Take the words for emotions out of WordNet 3.0, for `affekt.affect.words.lexicon`.

    python recipes/vocabulary/build.py [--wordnet /usr/share/wordnet] [--out FOLDER]

Reads the database files of WordNet (Debian: wordnet-base), writes ``wordnet.tsv`` and
``wordnet_exceptions.tsv``. The same input gives the same bytes.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from affekt.affect.terms import TERMS
from affekt.affect.words.wheels import WHEELS

PACKAGE_DATA = Path(__file__).parents[2] / "src" / "affekt" / "affect" / "data"
POS = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}
FEELING, EMOTIONAL_STATE = 26192, 13985818
NOUN_FEELING, VERB_EMOTION = 12, 37
# What each pointer is, in wninput(5WN): hypernym, similar to, derivationally related, antonym, attribute,
# pertainym of an adjective or the adjective of an adverb, also see, participle of a verb, what a verb causes.
KEPT = "@&+!=\\^<>"
SENSES_OF_A_NAME = 2


@dataclass(frozen=True)
class Synset:
    pos: str
    kind: str
    file: int
    words: tuple[str, ...]
    pointers: tuple[tuple[str, str, str], ...]

    def targets(self, symbols: str, pos: str = "nvar") -> set[str]:
        return {target for symbol, target, _ in self.pointers if symbol in symbols and target[0] in pos}


def read_synsets(folder: Path) -> dict[str, Synset]:
    synsets = {}
    for pos, name in POS.items():
        for line in (folder / f"data.{name}").read_text(encoding="latin-1").splitlines():
            if line.startswith(" "):
                continue
            cells = line.partition(" | ")[0].split()
            count = int(cells[3], 16)
            words = tuple(cells[4 + 2 * i].partition("(")[0].lower() for i in range(count))
            rest = cells[5 + 2 * count :]
            pointers = []
            for i in range(int(cells[4 + 2 * count])):
                symbol, offset, target, ends = rest[4 * i : 4 * i + 4]
                pointers.append((symbol, target.replace("s", "a") + offset, ends))
            synsets[pos + cells[0]] = Synset(pos, cells[2], int(cells[1]), words, tuple(pointers))
    return synsets


def read_ranks(folder: Path) -> dict[tuple[str, str], list[str]]:
    """Return (part of speech, lemma) to its synsets, the most frequent sense first."""
    ranks = {}
    for pos, name in POS.items():
        for line in (folder / f"index.{name}").read_text(encoding="latin-1").splitlines():
            if line.startswith(" "):
                continue
            cells = line.split()
            ranks[pos, cells[0]] = [pos + offset for offset in cells[-int(cells[2]) :]]
    return ranks


def choose(synsets: dict[str, Synset], ranks: dict[tuple[str, str], list[str]]) -> set[str]:
    """Return the synsets that speak of emotion, and those one lexical link away from them."""
    below = defaultdict(set)
    for name, synset in synsets.items():
        for target in synset.targets("@", "n"):
            below[target].add(name)
    chosen, waiting = set(), [f"n{FEELING:08}", f"n{EMOTIONAL_STATE:08}"]
    while waiting:
        name = waiting.pop()
        if name not in chosen:
            chosen.add(name)
            waiting += below[name]
    chosen |= {name for name, s in synsets.items() if (s.pos, s.file) in (("n", NOUN_FEELING), ("v", VERB_EMOTION))}
    names = sorted({*TERMS, *(word for wheel in WHEELS.values() for word in wheel.words)})
    names += [name.removesuffix("iness") + "y" for name in names if name.endswith("iness")]
    for name in names:
        for pos in POS:
            chosen |= set(ranks.get((pos, name.replace(" ", "_")), [])[:SENSES_OF_A_NAME])
    chosen |= {target for name in chosen for target in synsets[name].targets("+", "nv")}
    adjectives = {name for name, s in synsets.items() if s.pos == "a" and s.targets("+=\\<", "nv") & chosen}
    adjectives |= {target for name in chosen for target in synsets[name].targets("+=", "a")}
    adjectives |= {target for name in adjectives for target in synsets[name].targets("&", "a")}
    chosen |= adjectives | {target for name in adjectives for target in synsets[name].targets("+=", "nv")}
    chosen |= {name for name, s in synsets.items() if s.pos == "r" and s.targets("\\", "a") & chosen}
    return chosen


def write_extract(
    out: Path, chosen: set[str], synsets: dict[str, Synset], ranks: dict[tuple[str, str], list[str]]
) -> None:
    lines = [
        "# WordNet 3.0 Copyright 2006 by Princeton University. All rights reserved. Licence: wordnet_licence.txt.",
        "# An extract: the synsets that speak of emotion, without glosses. Made by recipes/vocabulary/build.py.",
        "# synset (kind and offset; s: an adjective under the head of its cluster), its words (with the rank of this",
        "# sense among the word's, from 0), its pointers (symbol, target, and between words source.target, from 1).",
        "synset\twords\tpointers",
    ]
    for name in sorted(chosen):
        synset = synsets[name]
        words = [f"{word}:{ranks[synset.pos, word].index(name)}" for word in synset.words]
        pointers = []
        for symbol, target, ends in synset.pointers:
            if symbol in KEPT and target in chosen:
                place = "" if ends == "0000" else f":{int(ends[:2], 16)}.{int(ends[2:], 16)}"
                pointers.append(f"{symbol}{synsets[target].kind}{target[1:]}{place}")
        lines.append("\t".join((synset.kind + name[1:], "|".join(words), " ".join(pointers))))
    (out / "wordnet.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_exceptions(out: Path, folder: Path, chosen: set[str], synsets: dict[str, Synset]) -> None:
    known = {(synsets[name].pos, word) for name in chosen for word in synsets[name].words}
    lines = [
        "# WordNet 3.0 Copyright 2006 by Princeton University. All rights reserved. Licence: wordnet_licence.txt.",
        "# Irregular forms of the words in wordnet.tsv: part of speech, form, base form.",
        "pos\tform\tbase",
    ]
    for pos, name in POS.items():
        for line in (folder / f"{name}.exc").read_text(encoding="latin-1").splitlines():
            form, *bases = line.split()
            lines += [f"{pos}\t{form}\t{base}" for base in bases if (pos, base) in known and form != base]
    (out / "wordnet_exceptions.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wordnet", type=Path, default=Path("/usr/share/wordnet"), help="folder of the database files")
    parser.add_argument("--out", type=Path, default=PACKAGE_DATA, help="folder to write to")
    options = parser.parse_args()
    synsets, ranks = read_synsets(options.wordnet), read_ranks(options.wordnet)
    chosen = choose(synsets, ranks)
    write_extract(options.out, chosen, synsets, ranks)
    write_exceptions(options.out, options.wordnet, chosen, synsets)
    size = sum((options.out / f"{name}.tsv").stat().st_size for name in ("wordnet", "wordnet_exceptions"))
    print(f"{len(chosen)} synsets, {len({w for n in chosen for w in synsets[n].words})} words, {size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
