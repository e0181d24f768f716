"""A named synthetic set: the voice tells arousal, the words tell valence, and the emotion needs both."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from affekt.corpora.utterances import Utterances, make_utterances
from affekt.types import LabelSpace

SPACE = LabelSpace("quadrants", ("sad", "calm", "angry", "happy"), "exclusive", "synthetic: arousal by valence")
WORDS = (("terrible", "awful", "broken"), ("lovely", "great", "fine"))


def planted(count: int, seed: int) -> Utterances:
    """Utterances of six frames of voice, one of which is loud or soft, and a sentence with a word of judgement."""
    random = np.random.default_rng(seed)
    labels = np.arange(count) % 4
    arousal, valence = labels // 2, labels % 2
    sound = random.normal(0, 0.4, (count, 6, 5))
    sound[np.arange(count), random.integers(0, 6, count), 0] += 4.0 * arousal - 2.0
    said = [f"the {random.choice(['film', 'house', 'day'])} was {random.choice(WORDS[kind])}" for kind in valence]
    made = make_utterances(
        {"sound": sound}, labels, SPACE, speakers=[str(i % 12) for i in range(count)], corpus="synthetic"
    )
    return replace(made, texts=tuple(said))
