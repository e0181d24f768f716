"""An encoder for each view of a clip, a space they share, and a head for labels.

Khaertdinov, Jeuris, Sousa & Hortal 2024, "Exploring Self-Supervised Multi-view Contrastive Learning for Speech Emotion
Recognition with Limited Annotations", Interspeech.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from affekt.layers.pooling import FramePool


class ViewEncoder(nn.Module):
    """Frames of one view to a vector, (clip, width): convolutions over time, mean and deviation; a single frame, as
    functionals are, by a linear layer in place of the convolutions."""

    centre: Tensor
    scale: Tensor

    def __init__(self, features: int, width: int, *, single: bool = False, dropout: float = 0.2) -> None:
        super().__init__()
        self.register_buffer("centre", torch.zeros(features))
        self.register_buffer("scale", torch.ones(features))
        self.single, self.dropout = single, dropout
        kernels = (1,) if single else (5, 5, 3)
        sizes = [features, *[width] * len(kernels)]
        self.convs = nn.ModuleList(
            nn.Conv1d(sizes[i], sizes[i + 1], kernel, padding=kernel // 2) for i, kernel in enumerate(kernels)
        )
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in kernels)
        self.pool = FramePool(width, "mean" if single else "mean+std")
        self.out = nn.Linear(self.pool.width, width)

    def fit_scale(self, frames: Tensor) -> None:
        """Set what features are brought to 0 and 1 by, from (frame, feature)."""
        self.centre, self.scale = frames.mean(0), frames.std(0).clamp_min(1e-3)

    def forward(self, x: Tensor, present: Tensor) -> Tensor:
        """x: float (clip, frame, feature); present: bool (clip, frame)."""
        x = ((x - self.centre) / self.scale).clamp(-8, 8) * present[..., None]
        for place, (conv, norm) in enumerate(zip(self.convs, self.norms, strict=True)):
            x = F.relu(norm(conv(x.transpose(1, 2)).transpose(1, 2))) * present[..., None]
            if not self.single and place < len(self.convs) - 1 and x.shape[1] > 3:
                x = F.max_pool1d(x.transpose(1, 2), 2, ceil_mode=True).transpose(1, 2)
                present = F.max_pool1d(present[:, None].float(), 2, ceil_mode=True)[:, 0] > 0
        pooled = F.dropout(self.pool(x, present), self.dropout, self.training)
        out: Tensor = self.out(pooled)
        return out


class MultiviewNet(nn.Module):
    """View encoders, a projection of each to the shared space, and a head on one view or on all side by side."""

    def __init__(
        self,
        views: Mapping[str, tuple[int, bool]],
        labels: int,
        *,
        read: tuple[str, ...],
        width: int = 96,
        shared: int = 64,
    ) -> None:
        super().__init__()
        self.names, self.read = tuple(views), read
        # Names with hyphens are no names of modules.
        self.encoders = nn.ModuleList(
            ViewEncoder(features, width, single=single) for features, single in views.values()
        )
        self.projections = nn.ModuleList(
            nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Linear(width, shared)) for _ in views
        )
        self.head = nn.Linear(width * len(read), labels)

    def vectors(self, inputs: Mapping[str, tuple[Tensor, Tensor]]) -> dict[str, Tensor]:
        """Return each view's vector, (clip, width), of (frames, what is there) by view."""
        return {
            name: encoder(*inputs[name])
            for name, encoder in zip(self.names, self.encoders, strict=True)
            if name in inputs
        }

    def contrast(self, inputs: Mapping[str, tuple[Tensor, Tensor]], *, temperature: float = 0.1) -> Tensor:
        """Return the mean of `pairwise_contrast` over all pairs of views."""
        found = self.vectors(inputs)
        spaces = [project(found[name]) for name, project in zip(self.names, self.projections, strict=True)]
        losses = [pairwise_contrast(a, b, temperature=temperature) for a, b in combinations(spaces, 2)]
        return torch.stack(losses).mean()

    def forward(self, inputs: Mapping[str, tuple[Tensor, Tensor]]) -> Tensor:
        """Return logits (clip, label) off the views that are read."""
        found = self.vectors({name: inputs[name] for name in self.read})
        logits: Tensor = self.head(torch.cat([found[name] for name in self.read], 1))
        return logits


def pairwise_contrast(first: Tensor, second: Tensor, *, temperature: float = 0.1) -> Tensor:
    """Return how badly the views of a clip find each other among all clips, both ways: the normalised cross entropy.

    first, second: float (clip, width), two views of the same clips. Chen et al. 2020, "SimCLR", across views.

    >>> same = torch.eye(3); float(pairwise_contrast(same, same, temperature=0.01)) < 1e-6
    True
    """
    alike = F.normalize(first, dim=1) @ F.normalize(second, dim=1).T / temperature
    own = torch.arange(len(first))
    return (F.cross_entropy(alike, own) + F.cross_entropy(alike.T, own)) / 2
