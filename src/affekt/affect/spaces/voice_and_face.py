"""Lists of corpora of voices, faces, images and films."""

from __future__ import annotations

from affekt.affect.citations import CITATIONS, cite
from affekt.types import LabelSpace

ALL = (
    LabelSpace(
        name="emonet-voice",
        labels=(
            *("amusement", "elation", "pleasure/ecstasy", "contentment", "thankfulness/gratitude", "affection"),
            *("infatuation", "hope/enthusiasm/optimism", "triumph", "pride", "interest", "awe"),
            *("astonishment/surprise", "concentration", "contemplation", "relief", "longing", "teasing"),
            *("impatience and irritability", "sexual lust", "doubt", "fear", "distress", "confusion"),
            *("embarrassment", "shame", "disappointment", "sadness", "bitterness", "contempt", "disgust", "anger"),
            *("malevolence/malice", "sourness", "pain", "helplessness", "fatigue/exhaustion", "emotional numbness"),
            *("intoxication/altered states of consciousness", "jealousy & envy"),
        ),
        kind="multi-label",
        source=cite("[schuhmann2025], each judged not present, mild or intense; in the order of the taxonomy's file"),
    ),
    LabelSpace(
        name="emotic",
        labels=(
            *("affection", "anger", "annoyance", "anticipation", "aversion", "confidence", "disapproval"),
            *("disconnection", "disquietment", "doubt/confusion", "embarrassment", "engagement", "esteem"),
            *("excitement", "fatigue", "fear", "happiness", "pain", "peace", "pleasure", "sadness", "sensitivity"),
            *("suffering", "surprise", "sympathy", "yearning"),
        ),
        kind="multi-label",
        source=CITATIONS["kosti2019"],
    ),
    LabelSpace(
        name="c-expr",
        labels=(
            *("fearfully surprised", "happily surprised", "sadly surprised", "disgustedly surprised"),
            *("angrily surprised", "sadly fearful", "sadly angry"),
        ),
        kind="exclusive",
        source=cite("[kollias2023]; the seven of its challenge, out of the compound emotions of [du2014]"),
    ),
    LabelSpace(
        name="ferplus",
        labels=("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt"),
        kind="exclusive",
        source=cite("[barsoum2016]; the answers 'unknown' and 'NF' (not a face) are no emotions and stand outside"),
        neutral="neutral",
    ),
    LabelSpace(
        name="crema-d",
        labels=("anger", "disgust", "fear", "happy", "neutral", "sad"),
        kind="exclusive",
        source=CITATIONS["cao2014"],
        neutral="neutral",
    ),
    LabelSpace(
        name="ravdess",
        # In the order of the numbers in the file names.
        labels=("neutral", "calm", "happy", "sad", "angry", "fearful", "disgust", "surprised"),
        kind="exclusive",
        source=CITATIONS["livingstone2018"],
        neutral="neutral",
    ),
)
