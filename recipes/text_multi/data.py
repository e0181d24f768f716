"""The texts `text-multi` learns from: BRIGHTER's Track A by language, XED for the language check alone."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from affekt.affect.spaces import find_space
from affekt.corpora.brighter import LANGUAGES, read_tracks
from affekt.corpora.read import find_folder, read_corpus
from affekt.types import Record

SPACE = find_space("brighter")
# Track A's 28, in the publisher's codes. Track C's four have no train split.
VARIETIES = tuple(code for code in LANGUAGES if code not in ("ind", "jav", "xho", "zul"))
# Of a language without tables, at most this many texts teach the language check.
_MOST = 4_000


@dataclass(frozen=True)
class Texts:
    """One split of one variety. truth: float32 (text, label), NaN in the column of a label nobody rated."""

    texts: list[str]
    truth: NDArray[np.float32]

    @property
    def rated(self) -> NDArray[np.bool_]:
        """Which labels were rated, bool (label,)."""
        return ~np.isnan(self.truth).any(0)


@lru_cache(maxsize=4)
def load_split(split: str) -> dict[str, Texts]:
    """Return the texts of a Track A split by variety; English test is Track B's, which alone has its gold."""
    folder = find_folder("brighter")
    kept: dict[str, list[Record]] = {code: [] for code in VARIETIES}
    for code, record in read_tracks(folder, tracks="ab"):
        own_track = "track_b" if (code, split) == ("eng", "test") else "track_a"
        if record.split == split and own_track in record.id:
            kept[code].append(record)
    return {code: _texts(records) for code, records in kept.items()}


def _texts(records: list[Record]) -> Texts:
    truth = np.array([[float(label in record.labels) for label in SPACE] for record in records], np.float32)
    for row, record in zip(truth, records, strict=True):
        row[[SPACE.index(label) for label in record.unrated]] = np.nan
    return Texts([record.signal.text for record in records], truth)


def load_language_texts() -> dict[str, list[str]]:
    """Return training texts by class of the language check: the varieties, then languages that are to be refused.

    Subtitles (XED) for both, so that a register is not taken for a language; Track C's dev split for Indonesian,
    Javanese, isiXhosa and isiZulu. No text of a test split.
    """
    texts = {code: list(split.texts) for code, split in load_split("train").items()}
    by_language = {LANGUAGES[code]: code for code in reversed(VARIETIES)}
    found: dict[str, list[str]] = {}
    for record in read_corpus("xed"):
        found.setdefault(str(record.signal.language), []).append(record.signal.text)
    for code, record in read_tracks(find_folder("brighter"), tracks="c"):
        if record.split == "dev":
            found.setdefault(LANGUAGES[code], []).append(record.signal.text)
    chosen = random.Random(0)
    for language, lines in sorted(found.items()):
        # A language with a handful of lines would be a class of accidents.
        if language in by_language or len(lines) >= 60:
            some = chosen.sample(lines, min(_MOST, len(lines)))
            texts.setdefault(by_language.get(language, language), []).extend(some)
    return texts
