"""The direct maps that somebody published, or that follow from what somebody published: label by label.

Roll-ups are the authors' own groups; the wheel is Plutchik's, the tree Parrott's.
"""

from __future__ import annotations

from collections.abc import Mapping

from affekt.affect.citations import CITATIONS
from affekt.affect.maps import LabelMap, Loss, MapKind, Placement
from affekt.affect.spaces import DEMSZKY_2020, PARROTT_2001, PLUTCHIK_2001

# goemotions/data/ekman_mapping.json and sentiment_dict.json of the authors' repository.
GOEMOTIONS_TO_EKMAN = {
    "anger": ("anger", "annoyance", "disapproval"),
    "disgust": ("disgust",),
    "fear": ("fear", "nervousness"),
    "joy": (
        *("joy", "amusement", "approval", "excitement", "gratitude", "love", "optimism", "relief", "pride"),
        *("admiration", "desire", "caring"),
    ),
    "sadness": ("sadness", "disappointment", "embarrassment", "grief", "remorse"),
    "surprise": ("surprise", "realization", "confusion", "curiosity"),
}
GOEMOTIONS_TO_SENTIMENT = {
    "positive": (
        *("amusement", "excitement", "joy", "love", "desire", "optimism", "caring", "pride", "admiration"),
        *("gratitude", "relief", "approval"),
    ),
    "negative": (
        *("fear", "nervousness", "remorse", "embarrassment", "disappointment", "sadness", "grief", "disgust"),
        *("anger", "annoyance", "disapproval"),
    ),
    "ambiguous": ("realization", "surprise", "curiosity", "confusion"),
}
# The wheel: each petal's mild, primary and strong emotion, and the dyads (mixtures of two petals),
# as far as GoEmotions has a label of that name.
WHEEL_PETALS = {
    "joy": ("joy",),
    "trust": ("admiration",),
    "fear": ("fear",),
    "surprise": ("surprise",),
    "sadness": ("sadness", "grief"),
    "disgust": ("disgust",),
    "anger": ("anger", "annoyance"),
}
WHEEL_DYADS = {
    "love": ("joy", "trust"),
    "disapproval": ("surprise", "sadness"),
    "remorse": ("sadness", "disgust"),
    "optimism": ("joy", "anticipation"),
    "curiosity": ("trust", "surprise"),
    "pride": ("joy", "anger"),
}
# Parrott's tree: primary emotion, and the GoEmotions labels among its secondary and tertiary ones.
PARROTT_TREE = {
    "love": ("love", "caring", "desire"),
    "joy": ("joy", "amusement", "excitement", "pride", "optimism", "relief"),
    "surprise": ("surprise",),
    "anger": ("anger", "annoyance", "disgust"),
    "sadness": ("sadness", "grief", "disappointment", "remorse", "embarrassment"),
    "fear": ("fear", "nervousness"),
}

CHEN_2022 = CITATIONS["chen2022"]

_NAMES = "the same English word in both spaces"
_NO_NEUTRAL = "has no label for the absence of emotion; a neutral text shows as low values of all its labels"
_SHARED = ("anger", "disgust", "fear", "joy", "sadness", "surprise")


def _groups(groups: Mapping[str, tuple[str, ...]], kind: MapKind, citation: str) -> tuple[Placement, ...]:
    """Return a placement for every label listed under a target."""
    return tuple(Placement(label, (target,), kind, citation) for target, labels in groups.items() for label in labels)


def _names(labels: tuple[str, ...]) -> tuple[Placement, ...]:
    """Return placements of labels that have the same name in both spaces."""
    return tuple(Placement(label, (label,), "identity of names", _NAMES) for label in labels)


def _rest(placed: tuple[Placement, ...], what: str) -> tuple[Placement, ...]:
    """Return placements, through the published Ekman roll-up, of the GoEmotions labels not placed yet.

    All six names that the roll-up gives exist in the target, or are placed there by `what`.
    """
    known = {placement.label for placement in placed}
    citation = f"not in {what}; by the Ekman roll-up of {DEMSZKY_2020}, then by name"
    return tuple(
        Placement(label, (target,), "composed", citation)
        for target, labels in GOEMOTIONS_TO_EKMAN.items()
        for label in labels
        if label not in known
    )


def _goemotions_maps() -> list[LabelMap]:
    rolled = _groups(GOEMOTIONS_TO_EKMAN, "published roll-up", DEMSZKY_2020)
    sentiment = _groups(GOEMOTIONS_TO_SENTIMENT, "published roll-up", DEMSZKY_2020)
    wheel = _groups(WHEEL_PETALS, "hierarchy", f"a petal of the wheel: {PLUTCHIK_2001}") + tuple(
        Placement(label, targets, "hierarchy", f"a dyad of the wheel: {PLUTCHIK_2001}")
        for label, targets in WHEEL_DYADS.items()
    )
    tree = _groups(PARROTT_TREE, "hierarchy", PARROTT_2001)
    neutral = _names(("neutral",))

    def lost(space: str) -> tuple[Loss, ...]:
        return (Loss("neutral", f"{space} {_NO_NEUTRAL}"),)

    wheel_source = f"{PLUTCHIK_2001}; labels off the wheel by the Ekman roll-up of {DEMSZKY_2020}"
    tree_source = f"{PARROTT_2001}; labels off the tree by the Ekman roll-up of {DEMSZKY_2020}"
    return [
        LabelMap("goemotions", "ekman", "published roll-up", DEMSZKY_2020, rolled, lost("ekman")),
        LabelMap("goemotions", "ekman-neutral", "published roll-up", DEMSZKY_2020, rolled + neutral),
        LabelMap("goemotions", "goemotions-sentiment", "published roll-up", DEMSZKY_2020, sentiment + neutral),
        LabelMap(
            *("goemotions", "plutchik", "hierarchy", wheel_source),
            placements=wheel + _rest(wheel, "the wheel"),
            loses=lost("plutchik"),
        ),
        LabelMap(
            *("goemotions", "parrott", "hierarchy", tree_source),
            placements=tree + _rest(tree, "the tree"),
            loses=lost("parrott"),
        ),
    ]


def _sentiment_maps() -> list[LabelMap]:
    # Each Ekman group lies whole in one sentiment group, so the finer roll-up factors through the coarser.
    factored = f"the Ekman and the sentiment roll-up of {DEMSZKY_2020}: each Ekman group lies in one sentiment group"
    signs = {"positive": ("joy",), "negative": ("anger", "disgust", "fear", "sadness"), "ambiguous": ("surprise",)}
    by_sign = _groups(signs, "derived", factored)
    neutral = _names(("neutral",))
    trust = f"admiration, the strong form of trust ({PLUTCHIK_2001}), is positive in {DEMSZKY_2020}"
    anticipation = (
        f"its dyads on the wheel are optimism with joy and anxiety with fear: no sign of its own ({PLUTCHIK_2001})"
    )
    own = (
        Placement("trust", ("positive",), "derived", trust),
        Placement("anticipation", ("ambiguous",), "derived", anticipation),
    )
    ambiguous = Loss("ambiguous", f"its sign depends on the situation ({DEMSZKY_2020}): neither negative nor positive")
    return [
        LabelMap("ekman", "goemotions-sentiment", "derived", factored, by_sign),
        LabelMap("ekman-neutral", "goemotions-sentiment", "derived", factored, by_sign + neutral),
        LabelMap("plutchik", "goemotions-sentiment", "derived", f"{factored}; {trust}; {anticipation}", by_sign + own),
        LabelMap(
            *("goemotions-sentiment", "sentiment", "identity of names", _NAMES),
            placements=_names(("positive", "negative", "neutral")),
            loses=(ambiguous,),
        ),
        LabelMap(
            *("sentiment", "goemotions-sentiment", "identity of names", _NAMES),
            placements=_names(("positive", "negative", "neutral")),
        ),
    ]


def _primary_maps() -> list[LabelMap]:
    five = tuple(label for label in _SHARED if label != "disgust")
    disgust = Placement("disgust", ("anger",), "hierarchy", f"a secondary emotion of anger: {PARROTT_2001}")
    love_joy = Placement("love", ("joy",), "published roll-up", DEMSZKY_2020)
    love_dyad = Placement("love", ("joy", "trust"), "hierarchy", f"a dyad of the wheel: {PLUTCHIK_2001}")
    no_trust = "{} has no primary of that name, and no source places it under one"
    off_wheel = {
        space: tuple(Loss(label, no_trust.format(space)) for label in ("trust", "anticipation"))
        for space in ("ekman", "parrott")
    }
    neutral = Loss("neutral", f"ekman {_NO_NEUTRAL}")
    tree = f"names, and disgust under anger: {PARROTT_2001}"
    return [
        LabelMap("ekman", "ekman-neutral", "identity of names", _NAMES, _names(_SHARED)),
        LabelMap("ekman-neutral", "ekman", "identity of names", _NAMES, _names(_SHARED), (neutral,)),
        LabelMap("ekman", "plutchik", "identity of names", _NAMES, _names(_SHARED)),
        LabelMap("plutchik", "ekman", "identity of names", _NAMES, _names(_SHARED), off_wheel["ekman"]),
        LabelMap("ekman", "parrott", "hierarchy", tree, (*_names(five), disgust)),
        LabelMap("plutchik", "parrott", "hierarchy", tree, (*_names(five), disgust), off_wheel["parrott"]),
        LabelMap(
            *("parrott", "ekman", "published roll-up", f"names, and love in joy: {DEMSZKY_2020}"),
            placements=(*_names(five), love_joy),
        ),
        LabelMap(
            *("parrott", "plutchik", "hierarchy", f"names, and love as a dyad: {PLUTCHIK_2001}"),
            placements=(*_names(five), love_dyad),
        ),
    ]


# In CPED's two splits with both columns at hand, the sentiment of all 38,575 utterances follows from their emotion.
CPED_TO_SENTIMENT = {
    "positive": ("happy", "grateful", "relaxed", "positive-other"),
    "negative": ("anger", "sadness", "fear", "depress", "disgust", "astonished", "worried", "negative-other"),
    "neutral": ("neutral",),
}


def _corpus_maps() -> list[LabelMap]:
    return [
        LabelMap(
            *("cped", "sentiment", "published roll-up", CHEN_2022),
            placements=_groups(
                CPED_TO_SENTIMENT, "published roll-up", f"the sentiment column of the corpus: {CHEN_2022}"
            ),
        )
    ]


MAPS: dict[tuple[str, str], LabelMap] = {
    (found.source, found.target): found
    for found in (*_goemotions_maps(), *_sentiment_maps(), *_primary_maps(), *_corpus_maps())
}

# Through ekman wherever categories meet categories, since its six names are what the others share;
# through goemotions-sentiment to sentiment, since that is where signs are published.
PATHS: dict[tuple[str, str], tuple[str, ...]] = {
    (path[0], path[-1]): path
    for path in (
        ("goemotions", "goemotions-sentiment", "sentiment"),
        ("ekman", "goemotions-sentiment", "sentiment"),
        ("ekman-neutral", "goemotions-sentiment", "sentiment"),
        ("ekman-neutral", "ekman", "plutchik"),
        ("ekman-neutral", "ekman", "parrott"),
        ("plutchik", "ekman", "ekman-neutral"),
        ("plutchik", "goemotions-sentiment", "sentiment"),
        ("parrott", "ekman", "ekman-neutral"),
        ("parrott", "ekman", "goemotions-sentiment"),
        ("parrott", "ekman", "goemotions-sentiment", "sentiment"),
    )
}
