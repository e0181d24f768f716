"""The label spaces affekt knows, and how to find one by name.

`theories` holds the lists of emotion theories and of the corpora that are built on them, `text`,
`dialogue`, `voice_and_face` and `music_and_body` those of corpora, `no_emotions` what is typed apart: appraisals,
instruments, dimensions of wellness, traits, tags of music and of attitude. Labels are the source's own, in lower case.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from affekt.affect.citations import CITATIONS
from affekt.affect.spaces import dialogue, music_and_body, no_emotions, text, theories, voice_and_face
from affekt.errors import ConversionError, unknown_name
from affekt.types import Kind, LabelSpace

__all__ = [
    "DEMSZKY_2020",
    "EKMAN_1992",
    "FAMILIES",
    "KINDS_OF_EMOTION",
    "MIKELS_2005",
    "NAKOV_2013",
    "NO_EMOTION",
    "PARROTT_2001",
    "PLUTCHIK_2001",
    "SPACES",
    "find_space",
    "holds_emotions",
    "require_emotions",
]

DEMSZKY_2020 = CITATIONS["demszky2020"]
EKMAN_1992 = CITATIONS["ekman1992"]
PLUTCHIK_2001 = CITATIONS["plutchik2001"]
PARROTT_2001 = CITATIONS["parrott2001"]
NAKOV_2013 = CITATIONS["nakov2013"]
MIKELS_2005 = CITATIONS["mikels2005"]

KINDS_OF_EMOTION: tuple[Kind, ...] = ("exclusive", "multi-label", "ordinal", "open")
# Why a space of that kind neither lies in VAD nor becomes a space of emotions.
NO_EMOTION: Mapping[Kind, str] = MappingProxyType(
    {
        "appraisals": (
            "appraisals, which say how an event is judged (sudden, controllable, one's own doing): they go before "
            "emotions, and one pattern of them may bring several emotions or none"
        ),
        "instrument": (
            "the scales of an instrument that people fill in: each item is a rating of strength, scored as its manual "
            "says, and not a label that holds or does not"
        ),
        "wellness": "dimensions of wellness, which are areas of life and no feelings",
        "traits": "traits, which last for years and describe a person, where an emotion is an episode",
        "tags": (
            "tags of mood, theme or attitude, which say what a piece is like, about or good for, or how somebody "
            "stands to another: some name feelings, but nobody was asked what is felt"
        ),
    }
)

# What a list of spaces is read by.
FAMILIES: Mapping[str, tuple[LabelSpace, ...]] = MappingProxyType(
    {
        "theories": theories.ALL,
        "text": text.ALL,
        "dialogue": dialogue.ALL,
        "voice and face": voice_and_face.ALL,
        "music and body": music_and_body.ALL,
        "no emotions": no_emotions.ALL,
    }
)
SPACES: dict[str, LabelSpace] = {space.name: space for family in FAMILIES.values() for space in family}


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


def holds_emotions(space: str | LabelSpace) -> bool:
    """Return whether the labels of a space are emotions (or none of them), rather than something beside them.

    >>> holds_emotions("ekman"), holds_emotions("panas")
    (True, False)
    """
    return find_space(space).kind in KINDS_OF_EMOTION


def require_emotions(space: str | LabelSpace) -> LabelSpace:
    """Return the space if its labels are emotions. Raises `ConversionError` with the reason if not.

    >>> require_emotions("big-five")
    Traceback (most recent call last):
    affekt.errors.ConversionError: 'big-five' holds traits, which last for years and describe a person, ...
    """
    found = find_space(space)
    if found.kind not in KINDS_OF_EMOTION:
        raise ConversionError(
            f"{found.name!r} holds {NO_EMOTION[found.kind]}. Its labels are no emotions: use it as it is, or read "
            "emotions with a space of emotions, such as 'goemotions'."
        )
    return found
