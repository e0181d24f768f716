"""Where every label lies in valence-arousal-dominance, and how that place was found.

The places are word norms: Scott, Keitel, Becirspahic, Yao & Sereno (2019), The Glasgow Norms:
Ratings of 5,500 words on nine scales, Behavior Research Methods 51, 1258-1270 (CC BY 4.0). Each
word was rated from 1 to 9 by about 34 people; (rating − 5) / 4 brings that to [-1, 1]. A norm says
how people rate the *word*, which for some labels is not how the emotion feels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from affekt.affect.norms import GLASGOW, read_norms, vad_of_word
from affekt.affect.spaces import require_emotions
from affekt.affect.terms import METHODS, Method, terms_of
from affekt.errors import InputError, UnknownNameError
from affekt.types import VAD, LabelSpace

__all__ = ["GLASGOW", "METHODS", "LabelVAD", "Method", "NearLabel", "nearest", "read_norms", "vad_of", "vad_of_word"]

_SCALED = "(rating - 5) / 4"
_POOLED = "mean of the words' (rating - 5) / 4; sd of their raters pooled in equal parts"


@dataclass(frozen=True, slots=True)
class LabelVAD:
    """One label's place: `words` are the headwords it was taken from, `formula` how."""

    label: str
    vad: VAD
    source: str
    method: Method
    words: tuple[str, ...]
    formula: str


class NearLabel(NamedTuple):
    """A label and its Euclidean distance in VAD, in [0, 2√3]."""

    label: str
    distance: float


def vad_of(space: str | LabelSpace) -> tuple[LabelVAD, ...]:
    """Return the place of every label of a space of emotions, in the space's order, with source and method.

    A label lies where the words of its terms lie (`affekt.affect.terms`); one of several terms, such
    as "happily surprised", in their middle. Raises `UnknownNameError` for an unknown space, or for a
    label of your own space that is neither a term nor a headword of the norms, and `ConversionError`
    for appraisals, instruments, wellness and traits, which have no place among emotions.

    >>> place = vad_of("goemotions")[9]
    >>> place.label, place.method, place.words, round(place.vad.valence, 2)
    ('disappointment', 'lemma/synonym norm', ('disappointed',), -0.64)
    """
    return _places(require_emotions(space))


@lru_cache(maxsize=128)
def _places(space: LabelSpace) -> tuple[LabelVAD, ...]:
    return tuple(_place(space, label) for label in space)


def _place(space: LabelSpace, label: str) -> LabelVAD:
    method, words = _method_and_words(space, label)
    points = [vad_of_word(word) for word in words]
    if method == "composed":
        return LabelVAD(label, _pool(points), GLASGOW, method, words, _POOLED)
    return LabelVAD(label, points[0], GLASGOW, method, words, _SCALED)


def _method_and_words(space: LabelSpace, label: str) -> tuple[Method, tuple[str, ...]]:
    """Return how a label gets its place, from its terms; a label without a term must be a headword itself."""
    try:
        terms = terms_of(space, label)
    except UnknownNameError:
        return "norm", (label,)
    words = tuple(dict.fromkeys(word for term in terms for word in term.words))
    if len(words) > 1:
        return "composed", words
    return ("norm" if words[0] == label else terms[0].method), words


def _pool(points: list[VAD]) -> VAD:
    """Return the mean of the points, with the deviation of all their raters taken together."""
    means, spreads = {}, {}
    for name in ("valence", "arousal", "dominance"):
        values = [getattr(point, name) for point in points]
        within = [getattr(point, f"{name}_sd") ** 2 for point in points]
        means[name] = sum(values) / len(values)
        between = [(value - means[name]) ** 2 for value in values]
        spreads[f"{name}_sd"] = math.sqrt((sum(within) + sum(between)) / len(values))
    return VAD(**means, **spreads)


def nearest(vad: VAD, space: str | LabelSpace, k: int = 3) -> tuple[NearLabel, ...]:
    """Return the `k` labels of a space that lie nearest to a point, nearest first.

    Raises `InputError` where `k` is below 1 or a coordinate is not finite.

    >>> nearest(VAD(0.8, 0.5, 0.4), "ekman", 1)[0].label
    'joy'
    """
    point = (vad.valence, vad.arousal, vad.dominance)
    if k < 1:
        raise InputError(f"nearest needs k of at least 1, got {k}.")
    if not all(math.isfinite(value) for value in point):
        raise InputError(f"nearest needs finite coordinates, got {point}.")
    near = (
        NearLabel(place.label, math.dist(point, (place.vad.valence, place.vad.arousal, place.vad.dominance)))
        for place in vad_of(space)
    )
    return tuple(sorted(near, key=lambda found: found.distance)[:k])
