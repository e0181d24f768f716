"""BRIGHTER as ordered levels: per text and emotion the range of intensities 0–3 that is known of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from affekt.corpora.brighter import LANGUAGES, SPACE, SPLITS, read_tracks
from affekt.corpora.near_duplicates import normalised
from affekt.types import Record

TOP = 3
"""The highest intensity; 0 is none."""
Track = Literal["a", "b", "c", "richest"]

# Glottolog's families, and English's creole with English: what may be expected to share words or endings.
_KIN: Mapping[str, tuple[str, ...]] = {
    "Germanic": ("afr", "deu", "eng", "swe", "pcm"),
    "Romance": ("esp", "ptbr", "ptmz", "ron"),
    "East Slavic": ("rus", "ukr"),
    "Indo-Aryan": ("hin", "mar"),
    "Semitic, Ethiopic script": ("amh", "tir"),
    "Semitic, Arabic script": ("arq", "ary"),
    "Cushitic": ("orm", "som"),
    "Bantu": ("kin", "swa", "vmw", "xho", "zul"),
    "Volta-Congo without Bantu": ("ibo", "yor"),
    "Austronesian": ("ind", "jav", "sun"),
}
_SCRIPTS: Mapping[str, tuple[str, ...]] = {
    "Cyrillic": ("rus", "ukr", "tat"),
    "Latin": (
        *("afr", "deu", "eng", "esp", "hau", "ibo", "ind", "jav", "kin", "orm", "pcm", "ptbr", "ptmz", "ron", "som"),
        *("sun", "swa", "swe", "vmw", "xho", "yor", "zul"),
    ),
}


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """Some texts. low, high: int8 (text, emotion), the least and greatest intensity each can have: equal where it was
    rated, 1 and 3 where only the label is known, 0 and 3 where nobody judged."""

    ids: tuple[str, ...]
    texts: tuple[str, ...]
    low: NDArray[np.int8]
    high: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def judged(self) -> NDArray[np.bool_]:
        """Whether an emotion's presence is known, bool (text, emotion)."""
        return np.asarray((self.low > 0) | (self.high == 0), np.bool_)

    @property
    def rated(self) -> NDArray[np.bool_]:
        """Whether an emotion's intensity is known, bool (text, emotion)."""
        return np.asarray(self.low == self.high, np.bool_)

    def take(self, places: Sequence[int] | NDArray[np.int64]) -> Levels:
        """Return the texts at `places`."""
        kept = np.asarray(places, np.int64)
        ids, texts = (tuple(each[i] for i in kept.tolist()) for each in (self.ids, self.texts))
        return Levels(ids, texts, self.low[kept], self.high[kept])


@dataclass(frozen=True, slots=True, eq=False)
class LevelParts:
    """The published parts of one variety; no text of a part stands in a later one."""

    train: Levels
    dev: Levels
    test: Levels


def read_levels(
    folder: Path, *, track: Track = "richest", languages: Collection[str] = LANGUAGES
) -> dict[str, LevelParts]:
    """Return each variety's parts by its publisher's code.

    track: ``a``, labels (where no gold of its test part was published, as of English, the test part is Track B's);
    ``b``, intensities; ``c``, the four languages that only it has, without anything to learn from; ``richest``,
    Track B for the languages that have it and Track A for the others. Romanian has no intensities to learn from: its
    training part is always Track A's. The tracks divide the same texts differently: what stands in a later part of
    those returned is taken out of the earlier. Varieties with nothing to score are left out. Raises `CorpusError`.
    """
    found: dict[tuple[str, str, str], list[Record]] = {}
    for code, record in read_tracks(folder, languages=languages):
        if record.unrated != SPACE.labels:  # no gold was published
            found.setdefault((code, record.conditions["track"], record.split), []).append(record)
    parts = {}
    for code in languages:
        with_levels = bool(found.get((code, "b", "test")))
        chosen = ("b" if with_levels else "a") if track == "richest" else track
        if track == "a" and not found.get((code, "a", "test")):
            sources = ("a", "a", "b")
        else:
            sources = (chosen if found.get((code, chosen, "train")) or chosen == "c" else "a", chosen, chosen)
        records = [found.get((code, *each), []) for each in zip(sources, SPLITS, strict=True)]
        if records[2]:
            later = _texts(records[2])
            dev = [record for record in records[1] if normalised(record.signal.text) not in later]
            later |= _texts(records[1])
            train = [record for record in records[0] if normalised(record.signal.text) not in later]
            parts[code] = LevelParts(_levels(train), _levels(dev), _levels(records[2]))
    return parts


def kin_of(code: str) -> tuple[str, ...]:
    """Return the varieties that a model may travel to `code` from: of its family, else its script, else none.

    Those of the same language (Brazilian and Mozambican Portuguese) are not among them.

    >>> kin_of("tir"), kin_of("tat"), kin_of("ptbr"), kin_of("chn")
    (('amh',), ('rus', 'ukr'), ('esp', 'ron'), ())
    """
    for groups in (_KIN, _SCRIPTS):
        for members in groups.values():
            others = tuple(each for each in members if LANGUAGES[each] != LANGUAGES[code])
            if code in members and others:
                return others
    return ()


def _texts(records: Sequence[Record]) -> set[str]:
    return {normalised(record.signal.text) for record in records}


def _levels(records: Sequence[Record]) -> Levels:
    low, high = (np.zeros((len(records), len(SPACE)), np.int8) for _ in range(2))
    for row, record in enumerate(records):
        for place, label in enumerate(SPACE):
            if label in record.unrated:
                high[row, place] = TOP
            elif label in record.intensities:
                low[row, place] = high[row, place] = round(record.intensities[label] * TOP)
            elif label in record.labels:
                low[row, place], high[row, place] = 1, TOP
    return Levels(tuple(r.id for r in records), tuple(r.signal.text for r in records), low, high)
