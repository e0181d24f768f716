"""How positive and how opinionated a text is by its words alone: the mean of a lexicon of English adjectives.

The lexicon is that of Pattern (De Smedt & Daelemans 2012, Pattern for Python, Journal of Machine Learning Research 13,
2063-2067; public domain), which TextBlob reads as well. What is counted is simpler than there: words as they are
written, one degree word before a word, and a negation up to three words before it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal, NamedTuple

Polarity = Literal["negative", "neutral", "positive"]
Subjectivity = Literal["least opinionated", "neutral opinionated", "highly opinionated"]
POLARITIES: tuple[Polarity, ...] = ("negative", "neutral", "positive")
SUBJECTIVITIES: tuple[Subjectivity, ...] = ("least opinionated", "neutral opinionated", "highly opinionated")
NEUTRAL = 0.05
"""A polarity this near to zero is neutral: VADER's limit."""
THIRDS = (1 / 3, 2 / 3)
"""Where one subjectivity ends and the next begins. Equal thirds: the paper's limits are not known."""

_DATA = Path(__file__).parents[1] / "data" / "pattern_opinion.tsv"
_TOKEN = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*|[.!?;:,]")
_NEGATIONS = frozenset(("not", "no", "never", "cannot", "without", "hardly"))
_REACH = 3
_REVERSED = -0.5
"""Not good is bad, and less bad than good is good (De Smedt & Daelemans)."""


class WordOpinion(NamedTuple):
    """One word of the lexicon: polarity in [-1, 1], subjectivity in [0, 1], the strength it gives the word after it
    (1 for none), and whether it is such a degree word."""

    polarity: float
    subjectivity: float
    strength: float
    degree: bool


@dataclass(frozen=True, slots=True)
class LexiconOpinion:
    """What the lexicon says of a text: `polarity` in [-1, 1], `subjectivity` in [0, 1], both 0 where it knows none of
    the words, and the `words` that counted."""

    polarity: float
    subjectivity: float
    words: tuple[str, ...]

    @property
    def sign(self) -> Polarity:
        """Negative, neutral or positive, by the limit ±0.05."""
        return polarity_class(self.polarity)

    @property
    def degree(self) -> Subjectivity:
        """Least, neutral or highly opinionated, in equal thirds."""
        return subjectivity_class(self.subjectivity)


def read_opinion(text: str) -> LexiconOpinion:
    """Return the mean polarity and subjectivity of the words of `text` that the lexicon knows.

    A degree word before a word multiplies both (cut to their range) and counts for nothing itself; a negation up to
    three words before, in the same clause, turns the polarity around and halves it.

    >>> read_opinion("A really good, honest film").sign, read_opinion("not good at all").polarity
    ('positive', -0.35)
    >>> read_opinion("The clinic opens at nine").degree
    'least opinionated'
    """
    known = _lexicon()
    tokens = [token.replace("’", "'").lower() for token in _TOKEN.findall(text)]
    polarity, subjectivity, words = [], [], []
    negated, strength = 0, 1.0
    for place, token in enumerate(tokens):
        if not token[0].isalnum():
            negated, strength = 0, 1.0
            continue
        if token in _NEGATIONS or token.endswith("n't"):
            negated, strength = _REACH + 1, 1.0
            continue
        found = known.get(token)
        after = known.get(tokens[place + 1]) if place + 1 < len(tokens) else None
        negated = max(0, negated - 1)
        if found is None:
            strength = 1.0
            continue
        if found.degree and after is not None:
            strength = found.strength
            continue
        sign = found.polarity * strength * (_REVERSED if negated else 1.0)
        polarity.append(max(-1.0, min(1.0, sign)))
        subjectivity.append(min(1.0, found.subjectivity * strength))
        words.append(token)
        strength = 1.0
    if not words:
        return LexiconOpinion(0.0, 0.0, ())
    mean = sum(polarity) / len(words), sum(subjectivity) / len(words)
    return LexiconOpinion(round(mean[0], 6), round(mean[1], 6), tuple(words))


def polarity_class(polarity: float) -> Polarity:
    """Return the sign of a polarity in [-1, 1]; up to ±0.05, and not at it, it is neutral.

    >>> [polarity_class(value) for value in (-0.05, 0.0, 0.05)]
    ['negative', 'neutral', 'positive']
    """
    return "negative" if polarity <= -NEUTRAL else "positive" if polarity >= NEUTRAL else "neutral"


def subjectivity_class(subjectivity: float) -> Subjectivity:
    """Return the third of [0, 1] that a subjectivity lies in.

    >>> [subjectivity_class(value) for value in (0.0, 0.5, 1.0)]
    ['least opinionated', 'neutral opinionated', 'highly opinionated']
    """
    return SUBJECTIVITIES[sum(subjectivity > limit for limit in THIRDS)]


@lru_cache(maxsize=1)
def _lexicon() -> Mapping[str, WordOpinion]:
    rows = [line.split("\t") for line in _DATA.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return MappingProxyType(
        {row[0]: WordOpinion(float(row[1]), float(row[2]), float(row[3]), row[4] == "x") for row in rows[1:]}
    )
