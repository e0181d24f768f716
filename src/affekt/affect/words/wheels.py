"""Emotion wheels: published groupings of emotion words, and any word's group in them.

AffectGPT's metrics (Lian et al. 2025, AffectGPT, ICML 2025; after their OV-MER) score open vocabularies through five
wheels: a word is brought back to a wheel's word, and that to its group at the first or second level.
Their wheels and the language model's synonym lists behind them are under a non-commercial licence,
so these are five others, from the published literature, and the way back goes over WordNet and
not over a language model's synonyms: **scores here are not comparable with those printed in their
papers**. The rules are theirs: a word that reaches no word of a wheel is left out there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from affekt.errors import InputError, unknown_name

Level = Literal[1, 2]
_NAMES = ("plutchik", "parrott", "geneva", "atlas", "goemotions")
SOURCES: Mapping[str, str] = MappingProxyType(
    {
        "plutchik": "Plutchik (2001), The nature of emotions, American Scientist 89(4), 344-350",
        "parrott": "Parrott (2001), Emotions in Social Psychology, after Shaver, Schwartz, Kirson & O'Connor (1987), "
        "Emotion knowledge, Journal of Personality and Social Psychology 52(6), 1061-1086",
        "geneva": "Scherer, Shuman, Fontaine & Soriano (2013), The GRID meets the Wheel, in Components of Emotional "
        "Meaning, 281-298 (version 3.0)",
        "atlas": "Ekman & Ekman (2016), The Atlas of Emotions, http://atlasofemotions.org",
        "goemotions": "Demszky et al. (2020), GoEmotions, ACL 2020, 4040-4054, https://aclanthology.org/2020.acl-main.372",
    }
)


@dataclass(frozen=True, slots=True)
class EmotionWheel:
    """A grouping of words at two levels. `second` maps each first-level group to its second-level groups,
    and each of those to its words, in the order of the source."""

    name: str
    source: str
    second: Mapping[str, Mapping[str, tuple[str, ...]]]

    @property
    def words(self) -> tuple[str, ...]:
        """All words of the wheel, groups included, each once."""
        found: dict[str, None] = {}
        for first, groups in self.second.items():
            found[first] = None
            for group, words in groups.items():
                found.update(dict.fromkeys((group, *words)))
        return tuple(found)

    def groups(self, level: Level) -> tuple[str, ...]:
        """Return the names of the groups at a level. Raises `InputError` for a level other than 1 and 2."""
        _check_level(level)
        if level == 1:
            return tuple(self.second)
        return tuple(group for groups in self.second.values() for group in groups)

    def group(self, word: str, level: Level) -> str | None:
        """Return the group of one of the wheel's own words; None where the word is not on the wheel.

        A first-level name without a place of its own below counts as the first second-level group,
        by name, under it, as in AffectGPT's code.
        """
        _check_level(level)
        return _places(self.name)[level].get(word)


class _Wheels(Mapping[str, EmotionWheel]):
    def __getitem__(self, name: str) -> EmotionWheel:
        return _read_wheels()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(_NAMES)

    def __len__(self) -> int:
        return len(_NAMES)


WHEELS: Mapping[str, EmotionWheel] = _Wheels()


def find_wheel(name: str) -> EmotionWheel:
    """Return the wheel of that name. Raises `UnknownNameError`, which offers the nearest.

    >>> find_wheel("plutchik").groups(1)[:3]
    ('joy', 'trust', 'fear')
    """
    if name not in WHEELS:
        raise unknown_name("emotion wheel", name, WHEELS, "affekt.affect.words.wheels.WHEELS")
    return WHEELS[name]


def group_word(word: str, wheel: str, *, level: Level = 1) -> str | None:
    """Return the group that any English word or short phrase belongs to on a wheel, None where it reaches none.

    The word itself counts if it is on the wheel; otherwise the wheel's word that is nearest by form,
    derivation, synonymy, similarity or hypernym (`affekt.affect.words.vocabulary.place_word`). Raises
    `UnknownNameError` for an unknown wheel and `InputError` for another level.

    >>> group_word("ecstatic", "parrott"), group_word("furious", "plutchik", level=2)
    ('joy', 'rage')
    """
    from affekt.affect.words.vocabulary import place_word

    found = find_wheel(wheel)
    placed = place_word(word, _targets(wheel))
    return None if placed is None else found.group(placed.target, level)


def _check_level(level: int) -> None:
    if level not in (1, 2):
        raise InputError(f"A wheel has the levels 1 and 2, got {level!r}.")


@cache
def _targets(name: str) -> frozenset[str]:
    return frozenset(WHEELS[name].words)


@cache
def _places(name: str) -> Mapping[int, Mapping[str, str]]:
    first: dict[str, str] = {}
    second: dict[str, str] = {}
    wheel = WHEELS[name]
    for top, groups in wheel.second.items():
        second.setdefault(top, min(groups))
        first[top] = top
    for top, groups in wheel.second.items():
        for group in groups:
            first[group], second[group] = top, group
    for top, groups in wheel.second.items():
        for group, words in groups.items():
            for word in words:
                first[word], second[word] = top, group
    return MappingProxyType({1: MappingProxyType(first), 2: MappingProxyType(second)})


@lru_cache(maxsize=1)
def _read_wheels() -> Mapping[str, EmotionWheel]:
    text = (Path(__file__).parents[1] / "data" / "wheels.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines() if not line.startswith("#")][1:]
    read: dict[str, dict[str, dict[str, tuple[str, ...]]]] = {name: {} for name in _NAMES}
    for wheel, first, second, words in rows:
        read[wheel].setdefault(first, {})[second] = tuple(words.split(", "))
    return MappingProxyType(
        {
            name: EmotionWheel(name, SOURCES[name], MappingProxyType({k: MappingProxyType(v) for k, v in tree.items()}))
            for name, tree in read.items()
        }
    )
