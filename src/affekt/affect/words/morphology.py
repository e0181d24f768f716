"""From an inflected form to its base form, by WordNet's own rules (morphy(7WN)) and exception lists."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple, get_args

from affekt.affect.words.lexicon import Lexicon, PartOfSpeech, read_lexicon

# The detachment rules of morphy(7WN), in its order: suffix, and what takes its place.
_RULES: Mapping[PartOfSpeech, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        "n": (
            *(("s", ""), ("ses", "s"), ("xes", "x"), ("zes", "z"), ("ches", "ch"), ("shes", "sh")),
            *(("men", "man"), ("ies", "y")),
        ),
        "v": (
            *(("s", ""), ("ies", "y"), ("es", "e"), ("es", ""), ("ed", "e"), ("ed", "")),
            *(("ing", "e"), ("ing", "")),
        ),
        "a": (("er", ""), ("est", ""), ("er", "e"), ("est", "e")),
        "r": (),
    }
)


class BaseForm(NamedTuple):
    """A base form and its part of speech."""

    word: str
    pos: PartOfSpeech


def base_forms(word: str) -> tuple[BaseForm, ...]:
    """Return the base forms that a form may have among the emotion words of WordNet, the form itself first.

    Irregular forms come from the exception lists, others from the detachment rules; a result is kept
    only if the lexicon has it in that part of speech. Morphy has no rule for adverbs; where the
    lexicon lacks one in -ly, the adjective it is made from is given. Doubled consonants
    ("sobbed") are in the exception lists.

    >>> [found.word for found in base_forms("worries")]
    ['worry', 'worry']
    >>> base_forms("saddest")[0]
    BaseForm(word='sad', pos='a')
    """
    lexicon = read_lexicon()
    found: dict[BaseForm, None] = {}
    parts: tuple[PartOfSpeech, ...] = get_args(PartOfSpeech)
    for pos in parts:
        if lexicon.knows(word, pos):
            found[BaseForm(word, pos)] = None
    for pos in parts:
        for base in (*lexicon.exceptions.get((pos, word), ()), *_detached(word, pos, lexicon)):
            found[BaseForm(base, pos)] = None
    if not found:
        found.update(dict.fromkeys(BaseForm(base, "a") for base in _adjectives(word) if lexicon.knows(base, "a")))
    return tuple(found)


def _detached(word: str, pos: PartOfSpeech, lexicon: Lexicon) -> list[str]:
    bases = [
        word[: len(word) - len(suffix)] + ending
        for suffix, ending in _RULES[pos]
        if word.endswith(suffix) and len(word) > len(suffix)
    ]
    return [base for base in bases if lexicon.knows(base, pos)]


def _adjectives(word: str) -> tuple[str, ...]:
    if not word.endswith("ly"):
        return ()
    stem = word[:-2]
    return (stem, f"{stem}le", f"{stem[:-1]}y" if stem.endswith("i") else stem, stem.removesuffix("al"))
