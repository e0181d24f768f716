"""A named synthetic set: two languages whose words differ and whose voices agree."""

from __future__ import annotations

import numpy as np

from affekt.corpora.utterances import Utterances, make_utterances
from affekt.types import LabelSpace

SPACE = LabelSpace("fall-rise", ("fall", "rise"), "exclusive", "synthetic")
ANGLE = {"a": 0.0, "b": 1.0}  # in radians: how far the keyword's vector is turned in each language


def planted(language: str, count: int, seed: int, *, tokens: int = 4) -> Utterances:
    """Utterances of synthetic language "a" or "b": `tokens` words and as many stretches of voice.

    Each stretch rises or falls, and one word is the keyword: the label is what the voice does there. So words alone
    tell nothing, the voice alone little. The keyword has another vector in the other language.
    """
    random = np.random.default_rng([seed, ord(language)])
    rows, labels = np.arange(count), np.arange(count) % 2
    at = random.integers(0, tokens, count)
    ways = random.integers(0, 2, (count, tokens)) * 2 - 1
    ways[rows, at] = 2 * labels - 1
    speech, text = random.normal(0, 0.3, (count, tokens, 4)), random.normal(0, 0.3, (count, tokens, 6))
    speech[..., 0] += ways
    text[rows, at, 0] += 2 * np.cos(ANGLE[language])
    text[rows, at, 1] += 2 * np.sin(ANGLE[language])
    return make_utterances(
        {"speech": speech, "text": text},
        labels,
        SPACE,
        speakers=[f"{language}{i % 12}" for i in rows],
        languages=[language] * count,
        corpus=f"synthetic-{language}",
    )
