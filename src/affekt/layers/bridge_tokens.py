"""Learnable tokens between two sequences: they gather from both, and both read from them."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from affekt.layers.cross_attention import CrossBlock


class Bridged(NamedTuple):
    """The tokens after they have gathered, (batch, token, width), and both sequences after they have read from them."""

    tokens: Tensor
    one: Tensor
    other: Tensor


class BridgeTokens(nn.Module):
    """`count` learned tokens; a layer lets them attend to the one sequence and the other, then both to the tokens.

    All that one modality learns of the other passes through the tokens. Ispas, Deschamps-Berger & Devillers 2023, "A
    Multi-Task, Multi-Modal Approach for Predicting Categorical and Dimensional Emotions"; tokens between modalities
    first in Nagrani et al. 2021, "Attention Bottlenecks for Multimodal Fusion".
    """

    def __init__(self, width: int, *, count: int = 4, layers: int = 1, heads: int = 4, dropout: float = 0.1) -> None:
        super().__init__()
        self.tokens = nn.Parameter(torch.randn(count, width) * 0.02)
        ways = ("gather_one", "gather_other", "read_one", "read_other")
        self.layers = nn.ModuleList(
            nn.ModuleDict({way: CrossBlock(width, heads=heads, dropout=dropout) for way in ways}) for _ in range(layers)
        )

    def forward(self, one: Tensor, one_present: Tensor, other: Tensor, other_present: Tensor) -> Bridged:
        """one, other: (batch, step, width) of any two lengths; present: bool (batch, step) of each."""
        tokens = self.tokens.expand(len(one), -1, -1)
        all_there = torch.ones(tokens.shape[:2], dtype=torch.bool, device=one.device)
        for layer in self.layers:
            assert isinstance(layer, nn.ModuleDict)
            gathered = layer["gather_one"](tokens, one, one_present).states
            tokens = layer["gather_other"](gathered, other, other_present).states
            one = layer["read_one"](one, tokens, all_there).states
            other = layer["read_other"](other, tokens, all_there).states
        return Bridged(tokens, one, other)
