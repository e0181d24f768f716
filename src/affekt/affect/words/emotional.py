"""Is a word an emotion word? The offline lexicon that methods of text lean on."""

from __future__ import annotations

from functools import lru_cache

from affekt.affect.words.vocabulary import place_word

FARTHEST = 1.5
"""How much the links from a word to the term of an emotion may cost; 0 is the term itself."""


@lru_cache(maxsize=100_000)
def is_emotion_word(word: str, *, farthest: float = FARTHEST) -> bool:
    """Return whether a word lies near a term of the shared table of emotions, over links that cost `farthest` at most.

    The links are those of `affekt.affect.words.vocabulary`: inflection, derivation, near synonyms in WordNet. With the
    default some 4 of 100 words of running English text are emotion words.

    >>> [word for word in ("terrified", "gladly", "table", "yesterday") if is_emotion_word(word)]
    ['terrified', 'gladly']
    """
    placed = place_word(word)
    return placed is not None and placed.distance <= farthest
