"""Lists of corpora of music and of the body's signals."""

from __future__ import annotations

from affekt.affect.citations import CITATIONS, cite
from affekt.types import LabelSpace

ALL = (
    LabelSpace(
        name="music-emotions",
        # The spelling is the file's.
        labels=("amazed-suprised", "happy-pleased", "relaxing-calm", "quiet-still", "sad-lonely", "angry-aggresive"),
        kind="multi-label",
        source=cite("[trohidis2008]; clusters of the Tellegen-Watson-Clark model of mood"),
    ),
    LabelSpace(
        name="emopia",
        # The quarters of the valence-arousal plane, from pleasant and active against the clock.
        labels=("q1", "q2", "q3", "q4"),
        kind="exclusive",
        source=CITATIONS["hung2021"],
    ),
    LabelSpace(
        name="stress-predict",
        # Without strain is not without emotion, so none of the two is neutral.
        labels=("no stress", "stress"),
        kind="exclusive",
        source=cite("[iqbal2022]; whether a stressful task was being done"),
    ),
    LabelSpace(
        name="wesad",
        # Conditions. The first was meant to be a neutral state, the last to lead back to one.
        labels=("baseline", "stress", "amusement", "meditation"),
        kind="exclusive",
        source=cite("[schmidt2018]; the conditions, not what the people said they felt"),
        neutral="baseline",
    ),
    LabelSpace(
        name="seed-iv",
        labels=("neutral", "sad", "fear", "happy"),
        kind="exclusive",
        source=CITATIONS["zheng2019"],
        neutral="neutral",
    ),
    LabelSpace(
        name="amigos",
        labels=("neutral", "disgust", "happiness", "surprise", "anger", "fear", "sadness"),
        kind="multi-label",
        source=CITATIONS["miranda2021"],
        neutral="neutral",
    ),
)
