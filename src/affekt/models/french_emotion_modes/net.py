"""Embeddings of a sentence, a hidden layer, and either one hierarchical head or an independent output per answer.

Étienne, Battistelli & Lecorvé 2024, "Emotion Identification for French in Written Texts: Considering their Modes of
Expression as a Step Towards Text Complexity Analysis".
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from affekt.layers.hierarchical_head import Answers, HierarchicalHead, Hierarchy, Logits, hierarchical_loss


class ModesNet(nn.Module):
    """Views of a sentence, (sentence, width), to the logits of a hierarchy."""

    def __init__(self, inputs: int, hierarchy: Hierarchy, *, width: int = 128, dropout: float = 0.4) -> None:
        super().__init__()
        self.hidden = nn.Linear(inputs, width)
        self.head = HierarchicalHead(width, hierarchy)
        self.dropout = dropout

    def forward(self, views: Tensor) -> Logits:
        """views: float (sentence, width)."""
        x = F.gelu(self.hidden(F.dropout(views, self.dropout, self.training)))
        logits: Logits = self.head(F.dropout(x, self.dropout, self.training))
        return logits

    def loss(self, views: Tensor, truth: Answers) -> Tensor:
        """Return the hierarchical loss, a scalar."""
        return hierarchical_loss(self(views), truth)


class FlatNet(nn.Module):
    """The same with one independent output per answer, 1 + modes + types + categories, as the paper's model has."""

    def __init__(self, inputs: int, hierarchy: Hierarchy, *, width: int = 128, dropout: float = 0.4) -> None:
        super().__init__()
        self.hidden = nn.Linear(inputs, width)
        self.sizes = (1, len(hierarchy.modes), len(hierarchy.types), len(hierarchy.categories))
        self.outputs = nn.Linear(width, sum(self.sizes))
        self.dropout = dropout

    def forward(self, views: Tensor) -> Tensor:
        """views: float (sentence, width). Returns logits, (sentence, 1 + mode + type + category)."""
        x = F.gelu(self.hidden(F.dropout(views, self.dropout, self.training)))
        logits: Tensor = self.outputs(F.dropout(x, self.dropout, self.training))
        return logits

    def loss(self, views: Tensor, truth: Answers) -> Tensor:
        """Return binary cross-entropy, summed over answers and averaged over sentences."""
        return F.binary_cross_entropy_with_logits(self(views), side_by_side(truth), reduction="none").sum(1).mean()


def side_by_side(truth: Answers) -> Tensor:
    """All answers as one table, float32 (item, 1 + mode + type + category)."""
    columns = [truth.emotional[:, None], truth.modes, truth.types, truth.categories]
    return torch.from_numpy(np.concatenate(columns, 1).astype(np.float32))
