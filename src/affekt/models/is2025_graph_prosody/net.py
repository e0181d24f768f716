"""is2025-graph-prosody: what audio, words and prosody tell, fused as nodes of a graph; beside two other fusions.

Ferreira et al. 2025, "Enhancing Speech Emotion Recognition with Graph-Based Multimodal Fusion and Prosodic Features for
the Speech Emotion Recognition in Naturalistic Conditions Challenge at Interspeech 2025", arXiv:2506.02088.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from affekt.errors import InputError
from affekt.layers.cross_attention import CrossAttention
from affekt.layers.graph_fusion import GraphLayers, ModalityNodes

Fusion = Literal["graph", "concat", "cross-attention"]
FUSIONS: tuple[Fusion, ...] = ("graph", "concat", "cross-attention")


class GraphProsody(nn.Module):
    """Tokens by modality to label logits, by one of three fusions of like size.

    Every modality is projected to `width`. ``graph``: a node each, all joined, `layers` of graph attention, the nodes
    side by side to the head. ``concat``: the projected means side by side. ``cross-attention``: the tokens of each
    modality ask those of all others, and the means of what they hear stand side by side. Where a modality's features
    are the shares of quantised pitch, its projection is the mean of one learned vector for each bin.
    """

    def __init__(
        self,
        features: Mapping[str, int],
        labels: int,
        *,
        fusion: Fusion = "graph",
        width: int = 64,
        layers: int = 2,
        heads: int = 4,
        dropout: float = 0.3,
    ) -> None:
        super().__init__()
        if fusion not in FUSIONS:
            raise InputError(f"Unknown fusion {fusion!r}. Use {', '.join(FUSIONS)}.")
        self.fusion, self.dropout = fusion, dropout
        self.nodes = ModalityNodes(features, width, dropout=dropout)
        names = tuple(features)
        if fusion == "graph":
            self.graph = GraphLayers(width, layers=layers, heads=heads, dropout=dropout)
        elif fusion == "cross-attention":
            if len(names) < 2:
                raise InputError("Cross-attention needs two modalities at least.")
            self.ask = nn.ModuleDict({name: CrossAttention(width, heads=heads, dropout=dropout) for name in names})
            self.norms = nn.ModuleDict({name: nn.LayerNorm(width) for name in names})
        self.hidden = nn.Linear(width * len(names), width)
        self.head = nn.Linear(width, labels)

    def fused(self, tokens: Mapping[str, Tensor]) -> Tensor:
        """tokens by modality: (batch, token, feature). Returns (batch, modality, width)."""
        if self.fusion == "graph":
            found: Tensor = self.graph(self.nodes(tokens))
            return found
        if self.fusion == "concat":
            nodes: Tensor = self.nodes(tokens)
            return nodes
        told = {name: F.gelu(self.nodes.norms[name](self.nodes.project[name](tokens[name]))) for name in tokens}
        heard = []
        for name in self.nodes.names:
            others = torch.cat([told[other] for other in self.nodes.names if other != name], 1)
            said = self.ask[name](told[name], others, torch.ones_like(others[..., 0], dtype=torch.bool)).states
            heard.append(self.norms[name](told[name] + said).mean(1))
        return F.dropout(torch.stack(heard, 1), self.dropout, self.training)

    def forward(self, tokens: Mapping[str, Tensor]) -> Tensor:
        """tokens by modality: float (batch, token, feature). Returns logits, (batch, label)."""
        hidden = F.gelu(self.hidden(self.fused(tokens).flatten(1)))
        logits: Tensor = self.head(F.dropout(hidden, self.dropout, self.training))
        return logits
