"""What a method of speech is given and gives back: the same for all, so that one bench runs them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from affekt.corpora.clips import Clips
from affekt.errors import InputError

Floats = NDArray[np.float64]
Answer = Callable[[Clips], Floats]


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """What to learn from: `train`, and `valid` of other speakers, to stop and to choose by; never what is scored.

    smoke: seconds are all there is, learn little. checkpoint: where a long run may keep itself, None for nowhere.
    """

    train: Clips
    valid: Clips
    seed: int = 0
    smoke: bool = False
    checkpoint: Path | None = None

    def __post_init__(self) -> None:
        if self.train.space.labels != self.valid.space.labels:
            raise InputError(
                f"The clips to learn from are labelled in {self.train.space.name}, those to stop by in "
                f"{self.valid.space.name}. Bring them into one space first."
            )
        if not len(self.train) or not len(self.valid):
            raise InputError(f"There are {len(self.train)} clips to learn from and {len(self.valid)} to stop by.")

    @property
    def labels(self) -> int:
        """How many labels there are."""
        return len(self.train.space)


@dataclass(frozen=True, slots=True, eq=False)
class Taught:
    """What came of it. `answer` takes clips and returns probabilities float64 (clip, label).

    parameters: how many numbers were fitted; measured: what else is worth a row, such as seconds or the epoch.
    `answer_knowing`, of a method that normalises speakers: takes clips, and further clips of the same speakers whose
    labels it does not look at. `rate`, of a method that rates: takes clips, returns valence, arousal, dominance,
    float64 (clip, 3) in [-1, 1]. `net` is the network, where it is one; `file` is it as ONNX, where it answers by
    that, with the temperature under that name in `measured`.
    """

    answer: Answer
    parameters: int
    measured: Mapping[str, float] = field(default_factory=dict)
    answer_knowing: Callable[[Clips, Clips], Floats] | None = None
    net: object = None
    file: bytes | None = None
    rate: Answer | None = None
