"""Where every label lies in valence-arousal-dominance, and how that place was found.

The places are word norms: Scott, Keitel, Becirspahic, Yao & Sereno (2019), The Glasgow Norms:
Ratings of 5,500 words on nine scales, Behavior Research Methods 51, 1258-1270 (CC BY 4.0). Each
word was rated from 1 to 9 by about 34 people; (rating − 5) / 4 brings that to [-1, 1]. A norm says
how people rate the *word*, which for some labels is not how the emotion feels.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal, NamedTuple

from affekt.affect.spaces import find_space
from affekt.errors import InputError, unknown_name
from affekt.types import VAD, LabelSpace

Method = Literal["norm", "lemma/synonym norm", "composed"]
METHODS: tuple[Method, ...] = ("norm", "lemma/synonym norm", "composed")
GLASGOW = (
    "Scott, Keitel, Becirspahic, Yao & Sereno (2019), The Glasgow Norms: Ratings of 5,500 words on nine scales, "
    "Behavior Research Methods 51, 1258-1270, CC BY 4.0"
)
_SCALED = "(rating - 5) / 4"
_POOLED = "mean of the words' (rating - 5) / 4; sd of their raters pooled in equal parts"

# Labels that are no headword as they stand. Pride has two senses in the norms; lions are the other.
_WORDS: dict[str, tuple[Method, tuple[str, ...]]] = {
    "pride": ("norm", ("pride (feeling)",)),
    "admiration": ("lemma/synonym norm", ("admire",)),
    "caring": ("lemma/synonym norm", ("care",)),
    "curiosity": ("lemma/synonym norm", ("curious",)),
    "disappointment": ("lemma/synonym norm", ("disappointed",)),
    "nervousness": ("lemma/synonym norm", ("nervous",)),
    "realization": ("lemma/synonym norm", ("realize",)),
    "relief": ("lemma/synonym norm", ("relieved",)),
    "disapproval": ("composed", ("condemn", "criticize")),
    # The four labels of the group.
    "ambiguous": ("composed", ("confusion", "curious", "realize", "surprise")),
}


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


@lru_cache(maxsize=1)
def read_norms() -> Mapping[str, VAD]:
    """Return the Glasgow norms: headword to `VAD` in [-1, 1], with the standard deviation over raters.

    Headwords are spelled as in the norms; a word with several senses may have the sense in
    brackets: ``"bank (money)"``.

    >>> len(read_norms())
    5553
    """
    text = (Path(__file__).parent / "data" / "glasgow_vad.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    next(rows)
    norms = {}
    for word, *cells in rows:
        v, v_sd, a, a_sd, d, d_sd = (float(cell) for cell in cells)
        norms[word] = VAD((v - 5) / 4, (a - 5) / 4, (d - 5) / 4, v_sd / 4, a_sd / 4, d_sd / 4)
    return MappingProxyType(norms)


def vad_of_word(word: str) -> VAD:
    """Return the norm of one English word, in [-1, 1], with the standard deviation over raters.

    Capitals make no difference unless the norms have the word in both ways. Raises
    `UnknownNameError`, which offers the nearest headword.

    >>> round(vad_of_word("joy").valence, 2)
    0.77
    """
    norms = read_norms()
    for spelling in (word, word.strip().lower(), word.strip().capitalize()):
        if spelling in norms:
            return norms[spelling]
    raise unknown_name("headword of the Glasgow norms", word, norms, "affekt.affect.vad.read_norms()")


def vad_of(space: str | LabelSpace) -> tuple[LabelVAD, ...]:
    """Return the place of every label of a space, in the space's order, with source and method.

    Raises `UnknownNameError` for an unknown space, or for a label of your own space that is no
    headword of the norms.

    >>> place = vad_of("goemotions")[9]
    >>> place.label, place.method, place.words, round(place.vad.valence, 2)
    ('disappointment', 'lemma/synonym norm', ('disappointed',), -0.64)
    """
    return _places(find_space(space))


@lru_cache(maxsize=32)
def _places(space: LabelSpace) -> tuple[LabelVAD, ...]:
    return tuple(_place(label) for label in space)


def _place(label: str) -> LabelVAD:
    method, words = _WORDS.get(label, ("norm", (label,)))
    points = [vad_of_word(word) for word in words]
    if method == "composed":
        return LabelVAD(label, _pool(points), GLASGOW, method, words, _POOLED)
    return LabelVAD(label, points[0], GLASGOW, method, words, _SCALED)


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
