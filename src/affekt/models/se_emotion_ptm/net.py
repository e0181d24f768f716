"""A pretrained encoder with polarity in its attention layers, and a head for several labels.

Imran 2024, "Emotion Classification In Software Engineering Texts: A Comparative Analysis of Pre-trained Transformers
Language Models".
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from affekt.layers.polarity_attention import PolarityBias
from affekt.layers.text_encoder import TextEncoder, mean_state


class PolarityNet(nn.Module):
    """Piece ids and their polarities to one logit per label; without `biased`, the identical encoder alone."""

    def __init__(self, encoder: TextEncoder, labels: int, *, biased: bool = True, dropout: float = 0.1) -> None:
        super().__init__()
        self.encoder = encoder
        self.polarity = PolarityBias(encoder.config.heads) if biased else None
        self.head = nn.Linear(encoder.width, labels)
        self.dropout = dropout
        nn.init.normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)

    def forward(self, ids: Tensor, polarity: Tensor) -> Tensor:
        """ids: int64 (text, piece), 0 where padded; polarity: float (text, piece). Returns (text, label)."""
        bias = None if self.polarity is None else self.polarity(polarity)
        state = mean_state(self.encoder.states(ids, bias=bias), ids)
        logits: Tensor = self.head(F.dropout(state, self.dropout, self.training))
        return logits

    @torch.no_grad()
    def attended(self, ids: Tensor, polarity: Tensor) -> float:
        """Return the share of the first layer's attention, over heads and texts, that polar pieces get."""
        layer, config = self.encoder.layers[0], self.encoder.config
        x = self.encoder.embed(ids)
        batch, pieces, _ = x.shape
        q, k, _ = layer.qkv(x).view(batch, pieces, 3, config.heads, -1).permute(2, 0, 3, 1, 4)  # type: ignore[operator]
        logits = q @ k.transpose(-1, -2) / (config.width // config.heads) ** 0.5
        if self.polarity is not None:
            logits = logits + self.polarity(polarity)
        present = ids != 0
        weights = torch.softmax(logits.masked_fill(~present[:, None, None, :], torch.finfo(logits.dtype).min), -1)
        polar = (weights * (polarity != 0)[:, None, None, :]).sum(-1)
        mass: Tensor = (polar * present[:, None, :]).sum() / (present.sum() * config.heads)
        return float(mass)
