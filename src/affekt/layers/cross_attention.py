"""Attention of one sequence to another: the states of one ask, those of the other answer."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Answered(NamedTuple):
    """What comes back to those who ask, (batch, asking, width), and how much each looks where, averaged over heads,
    (batch, asking, answering), adding up to one over what is present."""

    states: Tensor
    weights: Tensor


class CrossAttention(nn.Module):
    """Scaled dot products of queries from one sequence with keys of another, several heads.

    softmax(Q Kᵀ / √d) V: Vaswani et al. 2017, "Attention Is All You Need"; across modalities Tsai et al. 2019,
    "Multimodal Transformer for Unaligned Multimodal Language Sequences". Where nothing of the other sequence is
    present, nothing comes back: zeros, weights of 0.
    """

    def __init__(self, width: int, *, heads: int = 4, dropout: float = 0.0) -> None:
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.asks, self.keys = nn.Linear(width, width), nn.Linear(width, width)
        self.values, self.leaves = nn.Linear(width, width), nn.Linear(width, width)

    def forward(self, asking: Tensor, answering: Tensor, present: Tensor) -> Answered:
        """asking: (batch, asking, width); answering: (batch, answering, width); present: bool (batch, answering)."""
        query, key, value = (
            project(x).unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for project, x in ((self.asks, asking), (self.keys, answering), (self.values, answering))
        )
        told = query @ key.transpose(-1, -2) / math.sqrt(key.shape[-1])
        here = present[:, None, None]
        # Nothing present at all: the soft-max of equal numbers, set to zero afterwards.
        weights = torch.softmax(told.masked_fill(~here, torch.finfo(told.dtype).min), -1) * here
        states = F.dropout(weights, self.dropout, self.training) @ value
        joined = self.leaves(states.transpose(1, 2).flatten(2)) * present.any(1)[:, None, None]
        return Answered(joined, weights.mean(1))


class CrossBlock(nn.Module):
    """Cross attention added to those who ask, then a feed-forward layer added; normalised before each of the two."""

    def __init__(self, width: int, *, heads: int = 4, hidden: int = 0, dropout: float = 0.1) -> None:
        super().__init__()
        self.attention = CrossAttention(width, heads=heads, dropout=dropout)
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(3))
        self.forth = nn.Sequential(
            nn.Linear(width, hidden or 2 * width), nn.GELU(), nn.Dropout(dropout), nn.Linear(hidden or 2 * width, width)
        )
        self.dropout = dropout

    def forward(self, asking: Tensor, answering: Tensor, present: Tensor) -> Answered:
        """asking: (batch, asking, width); answering: (batch, answering, width); present: bool (batch, answering)."""
        found = self.attention(self.norms[0](asking), self.norms[1](answering), present)
        states = asking + F.dropout(found.states, self.dropout, self.training)
        states = states + F.dropout(self.forth(self.norms[2](states)), self.dropout, self.training)
        return Answered(states, found.weights)
