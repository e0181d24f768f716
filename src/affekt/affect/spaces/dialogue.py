"""Lists of dialogue corpora."""

from __future__ import annotations

from affekt.affect.citations import CITATIONS, cite
from affekt.types import LabelSpace

_EMPATHETIC = (
    *("afraid", "angry", "annoyed", "anticipating", "anxious", "apprehensive", "ashamed", "caring"),
    *("confident", "content", "devastated", "disappointed", "disgusted", "embarrassed", "excited"),
    *("faithful", "furious", "grateful", "guilty", "hopeful", "impressed", "jealous", "joyful", "lonely"),
    *("nostalgic", "prepared", "proud", "sad", "sentimental", "surprised", "terrified", "trusting"),
)
_INTENTS = (
    *("acknowledging", "agreeing", "consoling", "encouraging"),
    *("questioning", "suggesting", "sympathizing", "wishing"),
)

ALL = (
    LabelSpace("empathetic-dialogues", _EMPATHETIC, "exclusive", CITATIONS["rashkin2019"]),
    LabelSpace(
        name="edos",
        # 32 emotions and the intents of a listener, which are none.
        labels=(*_EMPATHETIC, *_INTENTS, "neutral"),
        kind="exclusive",
        source=CITATIONS["welivita2021"],
        neutral="neutral",
    ),
    LabelSpace(
        name="dailydialog",
        # The publisher's order: the number in the emotion files is the place here.
        labels=("no emotion", "anger", "disgust", "fear", "happiness", "sadness", "surprise"),
        kind="exclusive",
        source=CITATIONS["li2017"],
        neutral="no emotion",
    ),
    LabelSpace(
        name="meld",
        labels=("neutral", "surprise", "fear", "sadness", "joy", "disgust", "anger"),
        kind="exclusive",
        source=CITATIONS["poria2019"],
        neutral="neutral",
    ),
    LabelSpace(
        name="emorynlp",
        labels=("neutral", "joyful", "peaceful", "powerful", "scared", "mad", "sad"),
        kind="exclusive",
        source=cite("[zahiri2018]; six emotions of the inner ring of [willcox1982]"),
        neutral="neutral",
    ),
    LabelSpace(
        name="iemocap-4",
        labels=("happy", "sad", "neutral", "angry"),
        kind="exclusive",
        source=cite("[busso2008]; the four-way task, in which excited counts as happy"),
        neutral="neutral",
    ),
    LabelSpace(
        name="iemocap-6",
        labels=("happy", "sad", "neutral", "angry", "excited", "frustrated"),
        kind="exclusive",
        source=cite("[busso2008]; the six-way task"),
        neutral="neutral",
    ),
    LabelSpace(
        name="emoinhindi",
        labels=(
            *("anger", "annoyed", "anticipation", "apprehensive", "compassion", "confident", "disgusted", "fear"),
            *("grateful", "guilty", "hopeful", "impressed", "joy", "sad", "surprised", "neutral"),
        ),
        kind="multi-label",
        source=cite(
            "[singh2022], each with an intensity; the names are those that public code reads from the corpus's file, "
            "and have not been compared with the paper's table"
        ),
        neutral="neutral",
    ),
    LabelSpace(
        name="cped",
        labels=(
            *("neutral", "happy", "grateful", "relaxed", "positive-other", "anger", "sadness", "fear", "depress"),
            *("disgust", "astonished", "worried", "negative-other"),
        ),
        kind="exclusive",
        source=CITATIONS["chen2022"],
        neutral="neutral",
    ),
    LabelSpace(
        name="mer",
        labels=("neutral", "angry", "happy", "sad", "worried", "surprise"),
        kind="exclusive",
        source=cite("[lian2023]; in the order of the challenge's code"),
        neutral="neutral",
    ),
    LabelSpace(
        name="iemocap",
        labels=(
            *("angry", "happy", "sad", "neutral", "frustrated", "excited", "fearful", "surprised", "disgusted"),
            "other",
        ),
        kind="exclusive",
        source=cite("[busso2008]; all categories of its forms, in which an utterance without a majority has none"),
        neutral="neutral",
    ),
    LabelSpace(
        name="emowoz",
        labels=("neutral", "fearful", "dissatisfied", "apologetic", "abusive", "excited", "satisfied"),
        kind="exclusive",
        source=CITATIONS["feng2022"],
        neutral="neutral",
    ),
    LabelSpace(
        name="emocontext",
        labels=("others", "happy", "sad", "angry"),
        kind="exclusive",
        source=CITATIONS["chatterjee2019"],
    ),
    LabelSpace(
        name="emotionlines",
        # The order of the counts in the files' annotations, then the answer where no emotion had a majority.
        labels=("neutral", "joy", "sadness", "fear", "anger", "surprise", "disgust", "non-neutral"),
        kind="exclusive",
        source=CITATIONS["chen2018"],
        neutral="neutral",
    ),
)
