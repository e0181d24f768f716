"""The label spaces affekt answers in, and how to find one by name."""

from __future__ import annotations

from affekt.errors import unknown_name
from affekt.types import LabelSpace

DEMSZKY_2020 = (
    "Demszky, Movshovitz-Attias, Ko, Cowen, Nemade & Ravi (2020), GoEmotions: A Dataset of Fine-Grained Emotions, "
    "ACL 2020, 4040-4054, https://aclanthology.org/2020.acl-main.372"
)
EKMAN_1992 = "Ekman (1992), An argument for basic emotions, Cognition and Emotion 6(3-4), 169-200"
PLUTCHIK_2001 = (
    "Plutchik (1980), A general psychoevolutionary theory of emotion, in Emotion: Theory, Research, and Experience, "
    "vol. 1, 3-33; Plutchik (2001), The nature of emotions, American Scientist 89(4), 344-350"
)
PARROTT_2001 = (
    "Parrott (2001), Emotions in Social Psychology: Essential Readings, Psychology Press; after Shaver, Schwartz, "
    "Kirson & O'Connor (1987), Emotion knowledge, Journal of Personality and Social Psychology 52(6), 1061-1086"
)
NAKOV_2013 = "Nakov, Rosenthal, Kozareva, Stoyanov, Ritter & Wilson (2013), SemEval-2013 Task 2, SemEval 2013, 312-320"

# Spaces without a neutral label are multi-label: a text may well hold none of their emotions, and
# an exclusive space always answers with one.
_ALL = (
    LabelSpace(
        name="goemotions",
        # The order of the corpus's emotions.txt: the integers in its files index this tuple.
        labels=(
            *("admiration", "amusement", "anger", "annoyance", "approval", "caring", "confusion", "curiosity"),
            *("desire", "disappointment", "disapproval", "disgust", "embarrassment", "excitement", "fear"),
            *("gratitude", "grief", "joy", "love", "nervousness", "optimism", "pride", "realization", "relief"),
            *("remorse", "sadness", "surprise", "neutral"),
        ),
        kind="multi-label",
        source=DEMSZKY_2020,
        neutral="neutral",
    ),
    LabelSpace(
        name="ekman",
        labels=("anger", "disgust", "fear", "joy", "sadness", "surprise"),
        kind="multi-label",
        source=EKMAN_1992,
    ),
    LabelSpace(
        name="ekman-neutral",
        labels=("anger", "disgust", "fear", "joy", "sadness", "surprise", "neutral"),
        kind="exclusive",
        source=f"{EKMAN_1992}; with neutral, as in the Ekman level of {DEMSZKY_2020}",
        neutral="neutral",
    ),
    LabelSpace(
        name="sentiment",
        labels=("negative", "neutral", "positive"),
        kind="exclusive",
        source=NAKOV_2013,
        neutral="neutral",
    ),
    LabelSpace(
        name="goemotions-sentiment",
        labels=("positive", "negative", "ambiguous", "neutral"),
        kind="multi-label",
        source=DEMSZKY_2020,
        neutral="neutral",
    ),
    LabelSpace(
        name="plutchik",
        # Round the wheel: opposites are four apart.
        labels=("joy", "trust", "fear", "surprise", "sadness", "disgust", "anger", "anticipation"),
        kind="multi-label",
        source=PLUTCHIK_2001,
    ),
    LabelSpace(
        name="parrott",
        labels=("love", "joy", "surprise", "anger", "sadness", "fear"),
        kind="multi-label",
        source=PARROTT_2001,
    ),
)
SPACES: dict[str, LabelSpace] = {space.name: space for space in _ALL}


def find_space(space: str | LabelSpace) -> LabelSpace:
    """Return the label space of that name; a `LabelSpace` comes back as it is.

    Raises `UnknownNameError`, which offers the nearest name.

    >>> find_space("sentiment").labels
    ('negative', 'neutral', 'positive')
    """
    if isinstance(space, LabelSpace):
        return space
    if space not in SPACES:
        raise unknown_name("label space", space, SPACES, "affekt spaces")
    return SPACES[space]
