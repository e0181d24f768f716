"""Words and sound of the same utterances as tensors: what every network that joins them takes."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor


class Pair(NamedTuple):
    """What is joined: words (batch, word, width) with their confidence in [0, 1], (batch, word), and sound (batch,
    step, width), each with where it is present, bool (batch, step)."""

    words: Tensor
    words_present: Tensor
    confidence: Tensor
    sound: Tensor
    sound_present: Tensor
