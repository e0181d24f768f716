"""The head of masked language modelling: from a state to the piece that stood there."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

UNASKED = -100
"""What stands in place of a piece that is not asked for."""


class PieceTable(NamedTuple):
    """The vectors of an encoder's pieces, (piece, width), and how much higher our ids are than its rows."""

    vectors: Tensor
    shift: int


def piece_table(encoder: nn.Module) -> PieceTable:
    """Return the piece vectors of one of our encoders, or of a published one behind our convention."""
    tokens = getattr(encoder, "tokens", None)
    if isinstance(tokens, nn.Embedding):
        return PieceTable(tokens.weight, 0)
    return PieceTable(encoder.model.get_input_embeddings().weight, 1)  # type: ignore[operator,union-attr]


class MaskedWordHead(nn.Module):
    """States to a logit per piece: dense, GELU, layer norm, and the encoder's own piece vectors as the last map.

    Devlin et al. 2019, "BERT"; the tied last map is Press & Wolf 2017, "Using the Output Embedding to Improve Language
    Models". The table is handed over with each call, so that it is held, saved and trained in one place.
    """

    def __init__(self, width: int, pieces: int) -> None:
        super().__init__()
        self.dense = nn.Linear(width, width)
        self.norm = nn.LayerNorm(width, eps=1e-12)
        self.bias = nn.Parameter(torch.zeros(pieces))

    def forward(self, states: Tensor, vectors: Tensor) -> Tensor:
        """states: (…, width); vectors: (piece, width). Returns (…, piece)."""
        return F.linear(self.norm(F.gelu(self.dense(states))), vectors, self.bias)

    def loss(self, states: Tensor, asked: Tensor, table: PieceTable) -> Tensor:
        """Return the mean cross-entropy over the pieces asked for, 0 where none is.

        states: (batch, token, width); asked: int64 (batch, token), our ids, `UNASKED` where not asked.
        """
        there = asked != UNASKED
        if not there.any():
            return states.sum() * 0
        return F.cross_entropy(self(states[there], table.vectors).float(), asked[there] - table.shift)
