"""A passage in chunks: an encoder's state of each, pooled, to one logit per emotion.

For passages such as those of Liu, Osama & de Andrade 2019, "DENS: A Dataset for Multi-class Emotion Analysis".
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pad_sequence

from affekt.layers.chunks import ChunkPool, Pooling, cut_chunks
from affekt.layers.text_encoder import TextEncoder


class PassageNet(nn.Module):
    """A pooling over chunks and a head; with an encoder it reads pieces, without one the states of chunks."""

    def __init__(
        self,
        width: int,
        labels: int,
        *,
        how: Pooling = "attention",
        dropout: float = 0.2,
        encoder: TextEncoder | None = None,
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.pool = ChunkPool(width, how)
        self.head = nn.Linear(width, labels)
        self.dropout = dropout

    def forward(self, states: Tensor, owner: Tensor, texts: int) -> Tensor:
        """states: (chunk, width); owner: int64 (chunk,), the text of each. Returns logits, (text, label)."""
        x = F.dropout(states, self.dropout, self.training)
        logits: Tensor = self.head(F.dropout(self.pool(x, owner, texts), self.dropout, self.training))
        return logits

    def read(self, texts: Sequence[Sequence[int]], *, window: int, overlap: int = 0) -> Tensor:
        """texts: pieces of each, however many. Returns logits, (text, label), through the encoder."""
        assert self.encoder is not None, "The network was made without an encoder."
        chunks = [cut_chunks(ids, window=window, overlap=overlap) for ids in texts]
        owner = torch.tensor([place for place, cut in enumerate(chunks) for _ in cut])
        pieces = pad_sequence([torch.tensor(chunk) for cut in chunks for chunk in cut], batch_first=True)
        states = self.encoder.pool(pieces)
        return self.forward(states, owner, len(texts))
