"""An encoder that learns emotions and, beside them, what the emotions are: their definitions.

Singh, Brahma, Rai & Modi 2021, "Fine-Grained Emotion Prediction by Modeling Emotion Definitions", ACII.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from affekt.layers.masked_words import UNASKED, MaskedWordHead, piece_table
from affekt.layers.text_encoder import mean_state


class Definitions(NamedTuple):
    """The further losses of a batch of texts, each followed by a definition."""

    masked_words: Tensor
    match: Tensor


class DefinitionNet(nn.Module):
    """One encoder with three heads: the emotions of a text; whether a definition is that of a text's class; which
    pieces were hidden in text and definition.

    encoder: has `states(ids)`, int64 (batch, token) to (batch, token, width), 0 where padded.
    """

    def __init__(self, encoder: nn.Module, width: int, outputs: int, *, dropout: float = 0.1) -> None:
        super().__init__()
        self.encoder = encoder
        self.dropout = dropout
        self.emotions = nn.Linear(width, outputs)
        self.matches = nn.Linear(width, 1)
        table = piece_table(encoder)
        self.words = MaskedWordHead(width, len(table.vectors))
        for head in (self.emotions, self.matches):
            nn.init.normal_(head.weight, std=0.02)
            nn.init.zeros_(head.bias)

    def _pooled(self, states: Tensor, ids: Tensor) -> Tensor:
        return F.dropout(mean_state(states, ids), self.dropout, self.training)

    def forward(self, ids: Tensor) -> Tensor:
        """ids: int64 (batch, token), 0 where padded. Returns logits of the emotions, (batch, output)."""
        answers: Tensor = self.emotions(self._pooled(self.encoder.states(ids), ids))  # type: ignore[operator]
        return answers

    def match(self, ids: Tensor) -> Tensor:
        """ids: texts, each followed by a definition. Returns the logit that they belong together, (batch,)."""
        answers: Tensor = self.matches(self._pooled(self.encoder.states(ids), ids))  # type: ignore[operator]
        return answers.squeeze(-1)

    def definition_losses(self, ids: Tensor, asked: Tensor, own: Tensor) -> Definitions:
        """Return both losses of texts followed by definitions, each a mean, of the same hidden pieces.

        ids: int64 (batch, token), with pieces hidden; asked: int64 (batch, token), which they were, `UNASKED`
        elsewhere; own: float (batch,), 1 where the definition is that of a class of the text, 0 where of another.
        """
        states = self.encoder.states(ids)  # type: ignore[operator]
        logits = self.matches(self._pooled(states, ids)).squeeze(-1).float()
        match = F.binary_cross_entropy_with_logits(logits, own)
        if (asked == UNASKED).all():
            return Definitions(torch.zeros(()), match)
        return Definitions(self.words.loss(states, asked, piece_table(self.encoder)), match)
