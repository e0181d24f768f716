"""mdat-cross-language: two modalities that attend within a graph of their tokens, then to each other.

Zaidi, Latif & Qadir 2023, "Cross-Language Speech Emotion Recognition Using Multimodal Dual Attention Transformers",
arXiv:2306.13804: features of pre-trained models, dual attention (graph attention and co-attention), one layer of a
transformer encoder for each modality, a classification layer.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from affekt.errors import InputError
from affekt.layers.cross_attention import CrossAttention
from affekt.layers.graph_fusion import GraphLayers


class Mdat(nn.Module):
    """Tokens of two modalities to label logits.

    Tokens are projected to `width` and told where in the utterance they stand; a modality of one vector becomes
    `pieces` tokens. `graph`: each modality's tokens are the nodes of a full graph, with attention along its edges.
    `co`: the tokens of each modality ask those of the other, and what they hear is added (co-attention: Lu et al.
    2019, "ViLBERT"). Both off leave two encoders that meet in the head alone. features: how many each modality's
    tokens have. Raises `InputError` unless there are two.
    """

    def __init__(
        self,
        features: Mapping[str, int],
        labels: int,
        *,
        width: int = 48,
        pieces: int = 4,
        dropout: float = 0.2,
        graph: bool = True,
        co: bool = True,
    ) -> None:
        super().__init__()
        if len(features) != 2:
            raise InputError(f"Dual attention takes two modalities, got {len(features)}: {', '.join(features)}.")
        heads = 4
        self.names, self.width, self.dropout = tuple(features), width, dropout
        self.enter = nn.ModuleDict({name: nn.Linear(size, width) for name, size in features.items()})
        # What tells the pieces of one vector apart.
        self.pieces = nn.ModuleDict({name: nn.Linear(size, width * pieces) for name, size in features.items()})
        self.enter_norms = nn.ModuleDict({name: nn.LayerNorm(width) for name in features})
        self.graphs = (
            nn.ModuleDict({name: GraphLayers(width, layers=1, heads=heads, dropout=dropout) for name in features})
            if graph
            else None
        )
        self.co = (
            nn.ModuleDict({name: CrossAttention(width, heads=heads, dropout=dropout) for name in features})
            if co
            else None
        )
        self.co_norms = nn.ModuleDict({name: nn.LayerNorm(width) for name in features})
        self.encoders = nn.ModuleDict(
            {
                name: nn.TransformerEncoderLayer(width, heads, 2 * width, dropout, "gelu", batch_first=True)
                for name in features
            }
        )
        self.hidden = nn.Linear(2 * width, width)
        self.head = nn.Linear(width, labels)

    def enter_tokens(self, name: str, x: Tensor) -> Tensor:
        """x: (batch, token, feature) of one modality. Returns (batch, token, width)."""
        if x.shape[1] == 1:
            x = self.pieces[name](x[:, 0]).view(len(x), -1, self.width)
        else:
            x = self.enter[name](x) + places(x.shape[1], self.width).to(x)
        return F.dropout(F.gelu(self.enter_norms[name](x)), self.dropout, self.training)

    def attended(self, tokens: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return each modality's tokens after both attentions, (batch, token, width)."""
        x = {name: self.enter_tokens(name, tokens[name]) for name in self.names}
        if self.graphs is not None:
            x = {name: self.graphs[name](states) for name, states in x.items()}
        if self.co is None:
            return x
        found = {}
        for name, other in (self.names, self.names[::-1]):
            heard = self.co[name](x[name], x[other], torch.ones_like(x[other][..., 0], dtype=torch.bool)).states
            found[name] = self.co_norms[name](x[name] + heard)
        return found

    def forward(self, tokens: Mapping[str, Tensor]) -> Tensor:
        """tokens by modality: float (batch, token, feature). Returns logits, (batch, label)."""
        attended = self.attended(tokens)
        pooled = torch.cat([self.encoders[name](attended[name]).mean(1) for name in self.names], 1)
        hidden = F.dropout(F.gelu(self.hidden(pooled)), self.dropout, self.training)
        logits: Tensor = self.head(hidden)
        return logits


def places(count: int, width: int) -> Tensor:
    """Return where each of `count` tokens stands, (token, width): sines and cosines of its share of the way.

    Alike for both modalities, whatever number of tokens they have, so that what happens at one time is found.
    """
    at = torch.linspace(0, 1, count)[:, None] * 32
    speed = torch.exp(torch.arange(0, width, 2) * (-math.log(64.0) / width))
    angles = at * speed
    return torch.stack([angles.sin(), angles.cos()], -1).flatten(1)[:, :width]
