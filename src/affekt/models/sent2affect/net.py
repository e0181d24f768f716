"""The Bi-LSTM of sent2affect: learns sentiment first, then gets a head for emotions.

Kratzwald, Ilić, Kraus, Feuerriegel & Prendinger 2018, "Deep learning for affective computing: Text-based emotion
recognition in decision support", Decision Support Systems 115.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from affekt.layers.recurrent import BiLstm


class Sent2Affect(nn.Module):
    """Word vectors, a bidirectional LSTM, dropout, the greatest of each state's numbers over time, one linear head.

    vectors: float32 (piece, width), published word vectors, which stay as they are; row 0 is padding.
    """

    def __init__(self, vectors: Tensor, outputs: int, *, width: int = 64, dropout: float = 0.3) -> None:
        super().__init__()
        self.vectors = nn.Embedding.from_pretrained(vectors, freeze=True, padding_idx=0)  # type: ignore[no-untyped-call]
        self.recurrent = BiLstm(vectors.shape[1], width)
        self.dropout = dropout
        self.head = nn.Linear(self.recurrent.width, outputs)

    def forward(self, ids: Tensor) -> Tensor:
        """ids: int64 (batch, token), 0 where padded. Returns (batch, output)."""
        present = ids != 0
        x = F.dropout(self.vectors(ids), self.dropout, self.training)
        states = self.recurrent(x, present)
        states = states.masked_fill(~present.unsqueeze(-1), torch.finfo(states.dtype).min)
        answers: Tensor = self.head(F.dropout(states.amax(1), self.dropout, self.training))
        return answers

    def rehead(self, outputs: int, *, freeze: bool = False) -> None:
        """Give the network a new head, for another task; with `freeze` the head alone goes on learning."""
        self.recurrent.requires_grad_(not freeze)
        self.head = nn.Linear(self.recurrent.width, outputs)
