"""Valence, arousal and dominance of clips: what people rated them at, else where affekt places their labels."""

from __future__ import annotations

from typing import NamedTuple

from affekt.corpora.clips import Clips
from affekt.training.speech.lesson import Floats
from affekt.training.speech.meralion_ser import mapped


class Rated(NamedTuple):
    """values: valence, arousal, dominance, float64 (clip, 3) in [-1, 1], NaN where nobody rated them; mapped: whether
    they are where labels lie rather than what people rated."""

    values: Floats
    mapped: bool


def rated(clips: Clips) -> Rated:
    """Return the ratings of a corpus that has them, else its labels mapped, nearer to neutral for a normal intensity.

    Raises `UnknownNameError` for a label to map that is no known word.
    """
    if clips.ratings is not None:
        return Rated(clips.ratings, mapped=False)
    return Rated(mapped(clips).ratings, mapped=True)
