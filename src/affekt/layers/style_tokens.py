"""A bank of learned styles that an utterance is told in: global style tokens."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn


class Styled(NamedTuple):
    """The style of each clip, (batch, width), and how much of each token it is, (batch, head, token), adding to one."""

    style: Tensor
    weights: Tensor


class StyleTokens(nn.Module):
    """Attention of a reference vector over learned tokens; each head weighs them in its own slice of the width.

    tanh of the tokens are keys and values, projected for each head; the reference, projected, is the query; soft-max of
    query · key / √(width / heads). Wang, Stanton, Zhang et al. 2018, "Style Tokens: Unsupervised Style Modeling,
    Control and Transfer in End-to-End Speech Synthesis", ICML.
    """

    def __init__(self, reference: int, width: int = 128, *, tokens: int = 10, heads: int = 4) -> None:
        super().__init__()
        if width % heads:
            raise ValueError(f"A width of {width} cannot be shared by {heads} heads.")
        self.heads = heads
        self.tokens = nn.Parameter(torch.randn(tokens, width // heads) * 0.5)
        self.query = nn.Linear(reference, width, bias=False)
        self.key = nn.Linear(width // heads, width, bias=False)
        self.value = nn.Linear(width // heads, width, bias=False)

    def forward(self, reference: Tensor) -> Styled:
        """reference: (batch, width of the reference)."""
        bank = torch.tanh(self.tokens)
        key, value = (self._by_head(layer(bank)) for layer in (self.key, self.value))
        query = self._by_head(self.query(reference))
        weights = torch.softmax(torch.einsum("hbw,htw->bht", query, key) / key.shape[-1] ** 0.5, -1)
        return Styled(torch.einsum("bht,htw->bhw", weights, value).flatten(1), weights)

    def _by_head(self, x: Tensor) -> Tensor:
        """(row, width) to (head, row, width / heads)."""
        return x.reshape(len(x), self.heads, -1).transpose(0, 1)
