"""A speech encoder fine-tuned with what else is known: the speaker's sex as a task, what is said as a condition.

Diatlova, Udalov, Shutov & Spirin 2024, "Adapting WavLM for Speech Emotion Recognition", Odyssey.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from affekt.layers.pooling import FramePooling
from affekt.layers.speech_classifier import SpeechClassifier


class Said(NamedTuple):
    """Logits of the labels, (clip, label), and of the speaker's sex, (clip, 2), or None without that head."""

    labels: Tensor
    sex: Tensor | None


class AdaptedNet(SpeechClassifier):
    """An encoder, pooled, with a head for labels, perhaps one for the speaker's sex, perhaps told what is said.

    The vector of the text is brought to the pooled state's width, scales it and shifts it (Perez et al. 2018, "FiLM"):
    at first it changes nothing.
    """

    def __init__(
        self,
        trunk: nn.Module,
        labels: int,
        *,
        pooling: FramePooling = "mean+std",
        sex: bool = False,
        text_width: int = 0,
        dropout: float = 0.2,
    ) -> None:
        super().__init__(trunk, labels, pooling=pooling, dropout=dropout)
        self.sex_head = nn.Linear(self.pool.width, 2) if sex else None
        self.text_project = nn.Linear(text_width, 2 * self.pool.width) if text_width else None
        if self.text_project is not None:
            nn.init.zeros_(self.text_project.weight)
            nn.init.zeros_(self.text_project.bias)

    def told(self, x: Tensor, present: Tensor, text: Tensor | None = None) -> Said:
        """Return both answers. text: float (clip, text width), zeros where nothing is known of what is said."""
        pooled = self.pooled(x, present)
        sex = self.sex_head(F.dropout(pooled, self.dropout, self.training)) if self.sex_head is not None else None
        if self.text_project is not None and text is not None:
            scale, shift = self.text_project(text).chunk(2, 1)
            pooled = pooled * (1 + torch.tanh(scale)) + shift
        return Said(self.answer(pooled), sex)

    def forward(self, x: Tensor, present: Tensor, text: Tensor | None = None, there: Tensor | None = None) -> Tensor:
        """x: float (clip, time, input); present: bool (clip, time); text: float (clip, 1, text width), as a view.

        Returns logits (clip, label).
        """
        return self.told(x, present, None if text is None else text[:, 0]).labels
