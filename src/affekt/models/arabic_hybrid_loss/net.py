"""Several embeddings of one text, stacked: a meta-learner over each, a Bi-LSTM over the stack, labels.

Aslam et al. 2024, "Improving Arabic Multi-Label Emotion Classification using Stacked Embeddings and Hybrid Loss
Function", where the embeddings are of ArabicBERT, MarBERT and AraBERT.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from affekt.layers.recurrent import BiLstm


class StackedNet(nn.Module):
    """Views of a text to one logit per label.

    widths: how wide each view is. Each goes through a meta-learner of its own to `width`, with dropout; the stack is
    read by a Bi-LSTM, view by view; its states, side by side, go through a hidden layer to the labels.
    """

    def __init__(self, widths: Sequence[int], labels: int, *, width: int = 96, dropout: float = 0.3) -> None:
        super().__init__()
        self.widths = tuple(widths)
        self.meta = nn.ModuleList(nn.Sequential(nn.Linear(w, width), nn.LayerNorm(width), nn.GELU()) for w in widths)
        self.recurrent = BiLstm(width, width // 2)
        self.hidden = nn.Linear(len(self.widths) * self.recurrent.width, width)
        self.head = nn.Linear(width, labels)
        self.dropout = dropout

    def states(self, views: Tensor) -> Tensor:
        """views: float (text, sum of widths), side by side. Returns what the head reads, (text, width)."""
        parts = torch.split(views, list(self.widths), dim=1)
        stack = torch.stack([meta(part) for meta, part in zip(self.meta, parts, strict=True)], 1)
        stack = F.dropout(stack, self.dropout, self.training)
        present = torch.ones(stack.shape[:2], dtype=torch.bool, device=stack.device)
        mixed = self.recurrent(stack, present).flatten(1)
        hidden: Tensor = F.gelu(self.hidden(F.dropout(mixed, self.dropout, self.training)))
        return hidden

    def forward(self, views: Tensor) -> Tensor:
        """Return logits, (text, label)."""
        logits: Tensor = self.head(F.dropout(self.states(views), self.dropout, self.training))
        return logits
