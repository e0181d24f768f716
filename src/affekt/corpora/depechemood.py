"""DepecheMood: how much a word belongs to each of eight moods, drawn from news that readers marked.

Staiano & Guerini 2014, DepecheMood: a Lexicon for Emotion Analysis from Crowd-Annotated News, ACL.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard
from affekt.corpora.files import official_files, read_table
from affekt.types import Record, Signal

SPACE = find_space("depechemood")
WEIGHTS = ("normfreq", "tfidf")
_COMMIT = "c12a1780a200b629a23c575ae5ae1977efbdd7c1"

CARD = CorpusCard(
    name="depechemood",
    summary="37,771 English lemmas with a part of speech and their share in each of eight moods, in two weightings",
    modality="text",
    space=SPACE,
    licence='"can be used for research purposes"',
    permissive=False,
    homepage="https://github.com/marcoguerini/DepecheMood",
    citation=SPACE.source.partition(";")[0],
    files=official_files("depechemood", f"https://raw.githubusercontent.com/marcoguerini/DepecheMood/{_COMMIT}"),
    rows={"normfreq": 37771, "tfidf": 37771},
    languages=("en",),
    notes=(
        "An item is a lemma with its part of speech (`pos` in `conditions`: a, n, r or v); the split is the weighting "
        "of words, not a part to test on: both hold the same lemmas, and the group is the lemma. `intensities` are "
        "shares that add up to 1; no label is assigned (all eight are `unrated`). Nobody rated words: readers marked "
        "articles. The third weighting (freq) and DepecheMood++ are not read."
    ),
    layout_source=f"marcoguerini/DepecheMood, DepecheMood/DepecheMood_*.txt and README.txt, {_COMMIT}",
    raters="readers of rappler.com, who marked the mood of articles",
    speakers="single words",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the lemmas; the id is ``<weighting>-<lemma>#<part of speech>``.

    Layout: ``DepecheMood_normfreq.txt`` and ``DepecheMood_tfidf.txt`` in `folder` or in ``DepecheMood/`` (the
    publisher's repository), separated by tabs. Raises `CorpusError`, also where shares do not add up to 1.
    """
    columns = ("lemma#pos", *SPACE.labels)
    for weight in WEIGHTS:
        name = f"DepecheMood_{weight}.txt"
        rows = read_table(folder, f"DepecheMood/{name}", name, columns=columns, delimiter="\t", quoted=False)
        for row in rows:
            lemma, _, pos = row["lemma#pos"].rpartition("#")
            shares = {label: row.number(label, 0, 1) for label in SPACE}
            if not lemma or abs(sum(shares.values()) - 1) > 1e-4:
                raise row.error(f"{row['lemma#pos']!r} with shares that add up to {sum(shares.values()):.4f}")
            yield Record(
                id=f"{weight}-{lemma}#{pos}",
                signal=Signal(lemma, source=row.file, language="en"),
                split=weight,
                intensities=shares,
                group=f"{lemma}#{pos}",
                unrated=SPACE.labels,
                conditions={"pos": pos},
            )
