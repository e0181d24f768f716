"""A gate between two modalities: how much of each goes on, told by both and by what is known of their quality."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn


class Gated(NamedTuple):
    """The joined state, (batch, width), and the share of the first modality in each of its numbers, in [0, 1]."""

    state: Tensor
    share: Tensor


class GatedFusion(nn.Module):
    """state = g ⊙ one + (1 - g) ⊙ other, g = σ(W [one, other, quality] + b).

    Arevalo et al. 2017, "Gated Multimodal Units for Information Fusion", with the states' own quality beside
    them: numbers that tell how far a modality is to be trusted, such as the confidence of a recogniser's words. Both
    weigh alike before anything is learned.
    """

    def __init__(self, width: int, *, qualities: int = 0) -> None:
        super().__init__()
        self.qualities = qualities
        self.one, self.other = nn.Linear(width, width), nn.Linear(width, width)
        self.gate = nn.Linear(2 * width + qualities, width)
        nn.init.zeros_(self.gate.bias)

    def forward(self, one: Tensor, other: Tensor, quality: Tensor | None = None) -> Gated:
        """one, other: (batch, width); quality: (batch, `qualities`), None where there are none."""
        told = [one, other] if quality is None else [one, other, quality]
        share = torch.sigmoid(self.gate(torch.cat(told, -1)))
        return Gated(share * torch.tanh(self.one(one)) + (1 - share) * torch.tanh(self.other(other)), share)
