"""What people would say: from a text's encoding to the expected shares of votes, and how far raters would differ."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from affekt.cards import ModelCard
from affekt.errors import InputError
from affekt.types import LabelSpace

Floats = NDArray[np.float32]


class OpinionEstimates(NamedTuple):
    """shares: float32 (text, label), expected shares of votes, rows adding up to one; disagreement:
    float32 (text,), the chance in [0, 1] that two raters differ. NaN where a text was not read."""

    shares: Floats
    disagreement: Floats


@dataclass(frozen=True, slots=True, eq=False)
class OpinionHead:
    """A linear head on the encoding, fitted to the votes of one corpus.

    weight: float64 (label, width), bias: (label,). Shares are softmax(weight · features + bias). The
    chance that two raters differ is σ(by_feature · features + by_share · shares + offset), with
    by_feature (width,) and by_share (label,). Calibration is folded in.
    """

    weight: NDArray[np.float64]
    bias: NDArray[np.float64]
    by_feature: NDArray[np.float64]
    by_share: NDArray[np.float64]
    offset: float

    def estimate(self, features: Floats) -> OpinionEstimates:
        """Return the estimates for encodings, float32 (text, width)."""
        encoded = features.astype(np.float64)
        logits = encoded @ self.weight.T + self.bias
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares = powers / powers.sum(axis=1, keepdims=True)
        leaning = encoded @ self.by_feature + shares @ self.by_share + self.offset
        return OpinionEstimates(shares.astype(np.float32), (1 / (1 + np.exp(-leaning))).astype(np.float32))


def check_votes(card: ModelCard, space: LabelSpace) -> LabelSpace:
    """Return `space` where the model learned people's votes over it. Raises `InputError` where it did not."""
    if space in card.opinions:
        return space
    learned = ", ".join(repr(known.name) for known in card.opinions)
    fix = f"It learned them over {learned}: ask for that." if learned else "Take the model 'text'."
    raise InputError(
        f"The model {card.name!r} did not learn people's votes over {space.name!r}, so it cannot say how they would "
        f"spread. {fix}"
    )


def load_opinion(path: Path, space: str) -> OpinionHead:
    """Return the head over `space` kept in an ``.npz`` file, whose arrays are named ``<space>.weight`` and so on.

    `recipes/raters/ship.py` writes the file and says what is in it.
    """
    with np.load(path, allow_pickle=False) as kept:
        weight, bias, by_feature, by_share, offset = (
            kept[f"{space}.{name}"].astype(np.float64)
            for name in ("weight", "bias", "disagreement_features", "disagreement_labels", "disagreement_bias")
        )
    return OpinionHead(weight, bias, by_feature, by_share, float(offset[0]))
