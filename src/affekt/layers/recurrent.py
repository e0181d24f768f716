"""Recurrent layers over the pieces of a text, and attention that weighs their states."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class BiLstm(nn.Module):
    """States of a bidirectional LSTM, (batch, token, 2 · width); padding is never read, from neither side.

    Hochreiter & Schmidhuber 1997, "Long Short-Term Memory"; Schuster & Paliwal 1997, "Bidirectional recurrent neural
    networks".
    """

    def __init__(self, inputs: int, width: int, *, layers: int = 1, dropout: float = 0.0) -> None:
        super().__init__()
        between = dropout if layers > 1 else 0.0
        self.lstm = nn.LSTM(inputs, width, layers, batch_first=True, bidirectional=True, dropout=between)
        self.width = 2 * width

    def forward(self, x: Tensor, present: Tensor) -> Tensor:
        """x: (batch, token, input); present: bool (batch, token), True first and then False, once at least."""
        lengths = present.sum(1).clamp_min(1).cpu()
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        states, _ = pad_packed_sequence(self.lstm(packed)[0], batch_first=True, total_length=x.shape[1])
        return states


class Attended(NamedTuple):
    """What attention makes of a text: its state, (batch, width), and each piece's weight, (batch, token)."""

    state: Tensor
    weights: Tensor


class WordAttention(nn.Module):
    """A learned question put to every state; the answers' soft-max weighs them.

    u = tanh(W h + b), α = softmax(uᵀ q), state = Σ α h: Yang et al. 2016, "Hierarchical Attention Networks for Document
    Classification".
    """

    def __init__(self, inputs: int, width: int = 64) -> None:
        super().__init__()
        self.project = nn.Linear(inputs, width)
        self.question = nn.Linear(width, 1, bias=False)

    def forward(self, states: Tensor, present: Tensor) -> Attended:
        """states: (batch, token, input); present: bool (batch, token). Weights add up to one over what is present."""
        told = self.question(torch.tanh(self.project(states))).squeeze(-1)
        weights = torch.softmax(told.masked_fill(~present, torch.finfo(told.dtype).min), 1)
        return Attended(torch.einsum("bt,btw->bw", weights, states), weights)
