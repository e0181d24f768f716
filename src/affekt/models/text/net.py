"""The network of the `text` model: a MiniLM encoder with one head per thing that is read.

Wang et al. 2020, "MiniLM: Deep Self-Attention Distillation" (the encoder);
Demszky et al. 2020, "GoEmotions" (labels); Buechel & Hahn 2017, "EmoBank" (VAD).
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional as F

from affekt.layers.text_encoder import EncoderConfig, TextEncoder


@dataclass(frozen=True, slots=True)
class TextNetConfig(EncoderConfig):
    """Sizes of the encoder and of its heads."""

    labels: int = 28
    intensities: int = 5


class TextNet(TextEncoder):
    """Token ids to label logits, VAD with log-variance, and emotion intensities."""

    def __init__(self, config: TextNetConfig = TextNetConfig()) -> None:
        super().__init__(config)
        self.labels = nn.Linear(config.width, config.labels)
        self.vad = nn.Linear(config.width, 6)
        self.intensity = nn.Linear(config.width, config.intensities)
        for head in (self.labels, self.vad, self.intensity):
            nn.init.normal_(head.weight, std=0.02)
            nn.init.zeros_(head.bias)

    def forward(self, ids: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """ids: int64 (batch, token), 0 where padded.

        Returns label logits (batch, 28), VAD mean and log-variance (batch, 6), intensity (batch, 5).
        """
        pooled = F.dropout(self.pool(ids), self.config.dropout, self.training)
        return self.labels(pooled), self.vad(pooled), self.intensity(pooled)
