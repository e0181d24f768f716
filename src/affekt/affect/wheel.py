"""Plutchik's structural model: eight primaries in a circle, three depths, opposites, and what mixes to what.

Plutchik (1980), A general psychoevolutionary theory of emotion; Plutchik (2001), The nature of emotions,
American Scientist 89(4), 344-350. Neighbours are 45 degrees apart, opposites 180. Two primaries mix to a
dyad: primary from neighbours, secondary with one between them, tertiary with two; opposites cancel.
Plutchik's books differ in some names of dyads; here are those in general use, the others in `ALIASES`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.affect.circumplex import angular_distance
from affekt.errors import InputError, unknown_name

Floats = NDArray[np.float64]
Order = Literal["primary", "secondary", "tertiary"]

PRIMARIES = ("joy", "trust", "fear", "surprise", "sadness", "disgust", "anger", "anticipation")
DEPTHS = ("mild", "basic", "intense")
# Mild, basic, intense; the petals of the wheel from the rim to the centre.
INTENSITIES: dict[str, tuple[str, str, str]] = {
    "joy": ("serenity", "joy", "ecstasy"),
    "trust": ("acceptance", "trust", "admiration"),
    "fear": ("apprehension", "fear", "terror"),
    "surprise": ("distraction", "surprise", "amazement"),
    "sadness": ("pensiveness", "sadness", "grief"),
    "disgust": ("boredom", "disgust", "loathing"),
    "anger": ("annoyance", "anger", "rage"),
    "anticipation": ("interest", "anticipation", "vigilance"),
}
# Each row starts at joy: its dyad with the primary one, two or three petals on.
_DYADS: dict[Order, tuple[str, ...]] = {
    "primary": ("love", "submission", "awe", "disapproval", "remorse", "contempt", "aggressiveness", "optimism"),
    "secondary": ("guilt", "curiosity", "despair", "unbelief", "envy", "cynicism", "pride", "hope"),
    "tertiary": ("delight", "sentimentality", "shame", "outrage", "pessimism", "morbidness", "dominance", "anxiety"),
}
ALIASES: dict[str, str] = {
    "alarm": "awe",
    "disappointment": "disapproval",
    "aggression": "aggressiveness",
    "fatalism": "hope",
    "disbelief": "unbelief",
    "shock": "unbelief",
}


class Dyad(NamedTuple):
    """A mixture of two primaries: its name, its parts in the order of the circle, and how far apart they are."""

    name: str
    parts: tuple[str, str]
    order: Order


class Petal(NamedTuple):
    """A term on a petal: its primary, and how deep it is (0 mild, 1 basic, 2 intense)."""

    primary: str
    depth: int


class Direction(NamedTuple):
    """Where scores point together on the circle: degrees from joy on, and how much they agree, in [0, 1]."""

    angle: Floats
    length: Floats


DYADS: dict[str, Dyad] = {
    name: Dyad(name, (PRIMARIES[place], PRIMARIES[(place + steps) % 8]), order)
    for steps, (order, names) in enumerate(_DYADS.items(), start=1)
    for place, name in enumerate(names)
}
_PETALS = {term: Petal(primary, depth) for primary, terms in INTENSITIES.items() for depth, term in enumerate(terms)}
_BY_PARTS = {frozenset(dyad.parts): dyad for dyad in DYADS.values()}


def petal_of(term: str) -> Petal:
    """Return the primary and depth of a term on a petal. Raises `UnknownNameError`, also for a dyad.

    >>> petal_of("rage")
    Petal(primary='anger', depth=2)
    """
    name = term.strip().lower()
    if name not in _PETALS:
        raise unknown_name("term on a petal of Plutchik's wheel", term, _PETALS, "affekt.affect.wheel.INTENSITIES")
    return _PETALS[name]


def at_depth(term: str, depth: int) -> str:
    """Return the term of the same petal at a depth: 0 mild, 1 basic, 2 intense. Raises `InputError` for another.

    >>> at_depth("anger", 0), at_depth("terror", 1)
    ('annoyance', 'fear')
    """
    if depth not in (0, 1, 2):
        raise InputError(f"A depth is 0 (mild), 1 (basic) or 2 (intense), got {depth}.")
    return INTENSITIES[petal_of(term).primary][depth]


def decompose(name: str) -> Dyad:
    """Return a dyad by its name, with its two parts. Raises `UnknownNameError`.

    >>> decompose("love").parts, decompose("shame").order
    (('joy', 'trust'), 'tertiary')
    """
    found = ALIASES.get(name.strip().lower(), name.strip().lower())
    if found not in DYADS:
        raise unknown_name("dyad of Plutchik's wheel", name, (*DYADS, *ALIASES), "affekt.affect.wheel.DYADS")
    return DYADS[found]


def mix(first: str, second: str) -> Dyad:
    """Return the dyad that two terms mix to, whichever comes first; a mild or intense term counts as its primary.

    Raises `InputError` for opposites, which cancel, and for two terms of one petal; `UnknownNameError`.

    >>> mix("anger", "anticipation").name, mix("ecstasy", "trust").name
    ('aggressiveness', 'love')
    """
    parts = (petal_of(first).primary, petal_of(second).primary)
    if parts[0] == parts[1]:
        raise InputError(f"{first!r} and {second!r} are on one petal, {parts[0]}: a dyad needs two.")
    dyad = _BY_PARTS.get(frozenset(parts))
    if dyad is None:
        raise InputError(f"{first!r} and {second!r} are opposites, which cancel instead of mixing.")
    return dyad


def angle_of(term: str) -> float:
    """Return where a term lies on the circle, degrees in [0, 360) from joy on: a dyad half way between its parts.

    >>> angle_of("joy"), angle_of("fear"), angle_of("love"), angle_of("optimism")
    (0.0, 90.0, 22.5, 337.5)
    """
    name = term.strip().lower()
    if name in _PETALS:
        return 45.0 * PRIMARIES.index(_PETALS[name].primary)
    if ALIASES.get(name, name) not in DYADS:
        known = (*_PETALS, *DYADS, *ALIASES)
        raise unknown_name("term of Plutchik's wheel", term, known, "affekt.affect.wheel.INTENSITIES")
    dyad = decompose(name)
    start = 45.0 * PRIMARIES.index(dyad.parts[0])
    return (start + 22.5 * (1 + tuple(_DYADS).index(dyad.order))) % 360.0


def opposite(term: str) -> str:
    """Return the term across the circle: of a petal at the same depth, of a dyad the dyad of the opposite parts.

    Raises `UnknownNameError`.

    >>> opposite("joy"), opposite("rage"), opposite("love"), opposite("guilt")
    ('sadness', 'terror', 'remorse', 'envy')
    """
    name = term.strip().lower()
    if name in _PETALS:
        primary, depth = _PETALS[name]
        return INTENSITIES[PRIMARIES[(PRIMARIES.index(primary) + 4) % 8]][depth]
    angle_of(name)
    first, second = decompose(name).parts
    return mix(opposite(first), opposite(second)).name


def distance(first: str, second: str) -> float:
    """Return how far apart two terms lie on the circle, in degrees, [0, 180].

    >>> distance("joy", "sadness"), distance("joy", "trust"), distance("joy", "ecstasy")
    (180.0, 45.0, 0.0)
    """
    return float(angular_distance(angle_of(first), angle_of(second)))


def similarities(terms: Sequence[str] = PRIMARIES) -> Floats:
    """Return how alike terms are by their place on the circle: float64 (term, term), (1 + cos θ) / 2 in [0, 1].

    1 at the same angle, 1/2 at right angles, 0 for opposites: the correlation that a circumplex
    has between its terms, moved to [0, 1]. Plutchik & Conte 1997, *Circumplex Models of Personality and
    Emotions*. It sees no depth: joy and ecstasy are alike.

    >>> similarities(["joy", "trust", "sadness"])[0].round(2).tolist()
    [1.0, 0.85, 0.0]
    """
    angles = np.radians([angle_of(term) for term in terms])
    return np.asarray((1 + np.cos(angles[:, None] - angles[None])) / 2)


def dyad_strengths(primaries: ArrayLike, *, rule: Literal["minimum", "geometric", "product"] = "minimum") -> Floats:
    """Return how strongly each dyad is there, float64 (..., 24) in the order of `DYADS`, from its two parts.

    primaries: (..., 8) in [0, 1], in the order of `PRIMARIES`. ``"minimum"``: no stronger than the
    weaker part; ``"geometric"``: √(p q); ``"product"``: p q, were the parts independent. All are 0 where
    a part is 0 and symmetric in the parts; product ≤ minimum ≤ geometric. NaN stays NaN. Plutchik gives no
    rule: these are three usual conjunctions. Raises `InputError` outside [0, 1].

    >>> strong = dyad_strengths([0.8, 0.6, 0, 0, 0, 0, 0, 0])
    >>> list(DYADS)[int(strong.argmax())], float(strong.max())
    ('love', 0.6)
    """
    scores = _scores(primaries, len(PRIMARIES))
    places = np.array([[PRIMARIES.index(part) for part in dyad.parts] for dyad in DYADS.values()])
    first, second = scores[..., places[:, 0]], scores[..., places[:, 1]]
    if rule == "minimum":
        return np.asarray(np.minimum(first, second))
    if rule not in ("geometric", "product"):
        raise InputError(f"Unknown rule {rule!r}. Choose 'minimum', 'geometric' or 'product'.")
    return np.asarray(np.sqrt(first) * np.sqrt(second) if rule == "geometric" else first * second)


def primaries_of_dyads(shares: ArrayLike) -> Floats:
    """Return shares of dyads (..., 24) as shares of primaries, float64 (..., 8): half of each to each part.

    The sum stays as it is. Raises `InputError` for shares outside [0, 1].

    >>> love = np.eye(24)[list(DYADS).index("love")]
    >>> primaries_of_dyads(love).tolist()[:2]
    [0.5, 0.5]
    """
    scores = _scores(shares, len(DYADS))
    halves = np.zeros((len(DYADS), len(PRIMARIES)))
    for row, dyad in enumerate(DYADS.values()):
        for part in dyad.parts:
            halves[row, PRIMARIES.index(part)] = 0.5
    return np.asarray(scores @ halves)


def cancel_opposites(primaries: ArrayLike) -> Floats:
    """Return primaries (..., 8) less their opposites: what is left where two that exclude each other both score.

    max(0, p - opposite's p); NaN stays NaN. Of a pair at most one is left. Raises `InputError` outside [0, 1].

    >>> cancel_opposites([0.9, 0, 0, 0, 0.4, 0, 0, 0]).round(2).tolist()[::4]
    [0.5, 0.0]
    """
    scores = _scores(primaries, len(PRIMARIES))
    return np.maximum(scores - np.roll(scores, 4, -1), 0.0)


def direction(primaries: ArrayLike) -> Direction:
    """Return where primaries (..., 8) point together: angle in degrees from joy on, and length in [0, 1].

    The mean of the eight directions, weighted by the scores. A length of 1 is one primary alone, 0 is
    balance, where the angle is NaN. All scores 0 gives NaN and 0. Mardia & Jupp 2000, *Directional Statistics*.

    >>> angle, length = direction([1, 1, 0, 0, 0, 0, 0, 0])
    >>> round(float(angle), 1), round(float(length), 2)
    (22.5, 0.92)
    """
    scores = _scores(primaries, len(PRIMARIES))
    turns = np.radians(45.0 * np.arange(8))
    total = scores.sum(-1)
    with np.errstate(invalid="ignore"):
        x, y = scores @ np.cos(turns) / total, scores @ np.sin(turns) / total
    length = np.where(total == 0, 0.0, np.minimum(np.hypot(x, y), 1.0))
    length = np.where(length < 1e-12, 0.0, length)
    angle = np.degrees(np.arctan2(y, x)) % 360.0
    return Direction(np.where(length == 0, np.nan, np.where(angle >= 360.0, 0.0, angle)), length)


def _scores(values: ArrayLike, width: int) -> Floats:
    scores = np.asarray(values, np.float64)
    if scores.ndim == 0 or scores.shape[-1] != width:
        raise InputError(f"Scores must be (..., {width}), got shape {scores.shape}.")
    if (scores < 0).any() or (scores > 1).any():
        raise InputError("Scores must lie in [0, 1].")
    return scores
