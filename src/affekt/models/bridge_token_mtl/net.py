"""Words and sound, each refined by attention to itself, meet in bridge tokens; two heads read what comes of it.

Ispas, Deschamps-Berger & Devillers 2023, "A Multi-Task, Multi-Modal Approach for Predicting Categorical and Dimensional
Emotions", arXiv:2401.00536.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from affekt.layers.bridge_tokens import BridgeTokens
from affekt.layers.cross_attention import CrossBlock
from affekt.layers.pair import Pair
from affekt.layers.pooling import mean_frames


class Both(NamedTuple):
    """Logits of categories, (batch, label), and dimensions in [-1, 1], (batch, dimension)."""

    categories: Tensor
    ratings: Tensor


class BridgeNet(nn.Module):
    """A `Pair` to both answers. tokens: how many bridge tokens; without any (0) the pooled sides are side by side.

    lost: how often, while learning, an utterance loses one of its two sides (the paper's random modality masking).
    """

    def __init__(  # noqa: PLR0913 - sizes and options of one network
        self,
        words: int,
        sound: int,
        labels: int,
        dimensions: int = 3,
        *,
        width: int = 32,
        tokens: int = 4,
        dropout: float = 0.1,
        lost: float = 0.1,
    ) -> None:
        super().__init__()
        self.enter = nn.ModuleDict({"words": nn.Linear(words, width), "sound": nn.Linear(sound, width)})
        self.refine = nn.ModuleDict({side: CrossBlock(width, dropout=dropout) for side in ("words", "sound")})
        self.bridge = BridgeTokens(width, count=tokens, dropout=dropout) if tokens else None
        self.norm = nn.LayerNorm(2 * width + (width if tokens else 0))
        self.categories = nn.Linear(self.norm.normalized_shape[0], labels)
        self.ratings = nn.Linear(self.norm.normalized_shape[0], dimensions)
        self.dropout, self.lost = dropout, lost

    def both(self, pair: Pair) -> Both:
        """Return logits and dimensions."""
        words, words_present = self._refined("words", pair.words, pair.words_present)
        sound, sound_present = self._refined("sound", pair.sound, pair.sound_present)
        if self.training and self.lost:
            draw = torch.rand(len(words))
            words_present = words_present & (draw >= self.lost / 2)[:, None]
            sound_present = sound_present & (draw < 1 - self.lost / 2)[:, None]
        found = []
        if self.bridge is not None:
            bridged = self.bridge(words, words_present, sound, sound_present)
            words, sound = bridged.one, bridged.other
            found.append(bridged.tokens.mean(1))
        found += [mean_frames(words, words_present), mean_frames(sound, sound_present)]
        told = F.dropout(self.norm(torch.cat(found, 1)), self.dropout, self.training)
        return Both(self.categories(told), torch.tanh(self.ratings(told)))

    def _refined(self, side: str, x: Tensor, present: Tensor) -> tuple[Tensor, Tensor]:
        states = self.enter[side](x)
        return self.refine[side](states, states, present).states, present

    def forward(self, pair: Pair) -> Tensor:
        """Return the logits of categories, (batch, label)."""
        return self.both(pair).categories
