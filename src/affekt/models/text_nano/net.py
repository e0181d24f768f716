"""The network of the `text-nano` model, for training; `inference/static.py` runs it in NumPy.

Static embeddings distilled from a transformer, as in Gupta & Jaggi 2021, "Obtaining Better Static
Word Embeddings Using Contextual Embedding Models", and Model2Vec (Tulkens & van Dongen 2024), with a
convolution of width three, so that "not good" is more than its words.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F


@dataclass(frozen=True, slots=True)
class NanoNetConfig:
    """Sizes of the tables and of the heads."""

    vocabulary: int = 30522
    width: int = 192
    hidden: int = 128
    features: int = 192
    labels: int = 28
    intensities: int = 5
    dropout: float = 0.2


class NanoNet(nn.Module):
    """Piece ids to label logits, VAD with log-variance, and emotion intensities."""

    def __init__(self, config: NanoNetConfig = NanoNetConfig()) -> None:
        super().__init__()
        self.config = config
        self.tokens = nn.Embedding(config.vocabulary, config.width, padding_idx=0)
        nn.init.normal_(self.tokens.weight, std=0.1)
        self.mix = nn.Conv1d(config.width, config.hidden, 3, padding=1)
        self.hidden = nn.Linear(2 * config.hidden, config.features)
        self.labels = nn.Linear(config.features, config.labels)
        self.vad = nn.Linear(config.features, 6)
        self.intensity = nn.Linear(config.features, config.intensities)

    def forward(self, ids: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """ids: int64 (text, piece), 0 where padded. Returns logits (text, 28), VAD (text, 6), (text, 5)."""
        present = (ids != 0).unsqueeze(-1)
        x = F.dropout(self.tokens(ids) * present, self.config.dropout, self.training)
        x = F.relu(self.mix(x.transpose(1, 2)).transpose(1, 2)) * present
        mean = x.sum(1) / present.sum(1).clamp(min=1)
        x = torch.cat([mean, x.amax(1)], 1)
        x = F.relu(self.hidden(F.dropout(x, self.config.dropout, self.training)))
        x = F.dropout(x, self.config.dropout, self.training)
        return self.labels(x), self.vad(x), self.intensity(x)
