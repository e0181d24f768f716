"""A Q-Former: a few learned queries that ask the frames of a sound, beside the words, and stand for them afterwards.

Li et al. 2023, "BLIP-2: Bootstrapping Language-Image Pre-training with Frozen Image Encoders and Large Language
Models".
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from affekt.layers.cross_attention import CrossAttention


class QFormerLayer(nn.Module):
    """Queries and words attend to each other, the queries to the sound, and each goes through a feed-forward part.

    All residual, normalised before each part; queries and words have feed-forward parts of their own.
    """

    def __init__(self, width: int, *, heads: int = 4, dropout: float = 0.1) -> None:
        super().__init__()
        self.among = CrossAttention(width, heads=heads, dropout=dropout)
        self.sound = CrossAttention(width, heads=heads, dropout=dropout)
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(4))
        self.forth = nn.ModuleList(
            nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width)) for _ in range(2)
        )
        self.dropout = dropout

    def forward(self, x: Tensor, here: Tensor, sound: Tensor, sound_here: Tensor, queries: int) -> Tensor:
        """x: (batch, query then word, width); here: bool (batch, query then word); sound: (batch, frame, width)."""
        normed = self.norms[0](x)
        x = x + F.dropout(self.among(normed, normed, here).states, self.dropout, self.training)
        asking, words = x[:, :queries], x[:, queries:]
        heard = self.sound(self.norms[1](asking), sound, sound_here).states
        asking = asking + F.dropout(heard, self.dropout, self.training)
        asking = asking + F.dropout(self.forth[0](self.norms[2](asking)), self.dropout, self.training)
        words = words + F.dropout(self.forth[1](self.norms[3](words)), self.dropout, self.training)
        return torch.cat([asking, words], 1)


class QFormer(nn.Module):
    """Frames of sound, and words, to `queries` vectors of `width`, whatever their number.

    features: of a frame; words: the width of a word's vector.
    """

    def __init__(
        self,
        features: int,
        words: int,
        width: int = 64,
        *,
        queries: int = 8,
        layers: int = 2,
        heads: int = 4,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self.count, self.width = queries, width
        self.queries = nn.Parameter(torch.randn(queries, width) * width**-0.5)
        self.enter_sound, self.enter_words = nn.Linear(features, width), nn.Linear(words, width)
        self.sound_norm, self.last_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.layers = nn.ModuleList(QFormerLayer(width, heads=heads, dropout=dropout) for _ in range(layers))

    def forward(self, sound: Tensor, sound_here: Tensor, words: Tensor, words_here: Tensor) -> Tensor:
        """sound: (batch, frame, feature); words: (batch, word, width of a word); the others bool, whether there is
        one. Returns (batch, query, width)."""
        frames = self.sound_norm(self.enter_sound(sound))
        asking = self.queries.expand(len(sound), -1, -1)
        x = torch.cat([asking, self.enter_words(words)], 1)
        here = torch.cat([torch.ones_like(x[:, : self.count, 0], dtype=torch.bool), words_here], 1)
        for layer in self.layers:
            x = layer(x, here, frames, sound_here, self.count)
        found: Tensor = self.last_norm(x[:, : self.count])
        return found
