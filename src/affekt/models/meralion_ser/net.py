"""Two heads on a body of time-delay blocks: emotion categories, and valence, arousal and dominance.

MERaLiON Team 2025, "MERaLiON-SER: Robust Speech Emotion Recognition Model for English and SEA Languages",
arXiv:2511.04914: blocks of ECAPA-TDNN (Desplanques et al. 2020) with group norm in place of batch norm, attentive
pooling, two heads. There on a frozen Whisper-Medium with low-rank adapters; here on frames of any front end.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from affekt.layers.padding import all_present
from affekt.layers.pooling import FramePool, mean_frames


class Both(NamedTuple):
    """Logits of categories, (batch, label), and valence, arousal, dominance in [-1, 1], (batch, 3)."""

    categories: Tensor
    ratings: Tensor


class DelayBlock(nn.Module):
    """A dilated convolution between two of one frame, channels weighed by what the whole clip is like, and x again."""

    def __init__(self, width: int, dilation: int, *, groups: int = 8) -> None:
        super().__init__()
        self.enter, self.leave = nn.Conv1d(width, width, 1), nn.Conv1d(width, width, 1)
        self.delay = nn.Conv1d(width, width, 3, dilation=dilation, padding=dilation)
        self.norms = nn.ModuleList(nn.GroupNorm(groups, width) for _ in range(2))
        self.squeeze = nn.Sequential(
            nn.Linear(width, width // 4), nn.ReLU(), nn.Linear(width // 4, width), nn.Sigmoid()
        )

    def forward(self, x: Tensor, present: Tensor) -> Tensor:
        """x: (batch, width, frame); present: bool (batch, frame). Returns the same shape, zero where padded."""
        here = present.unsqueeze(1)
        states = _normed(self.norms[0], F.relu(self.enter(x)), present)
        states = _normed(self.norms[1], F.relu(self.delay(states)), present)
        states = self.leave(states)
        weights = self.squeeze(mean_frames(states.transpose(1, 2), present))
        return (x + states * weights.unsqueeze(-1)) * here


def _normed(norm: nn.Module, x: Tensor, present: Tensor) -> Tensor:
    """Group norm over the frames that are there; padding stays zero."""
    assert isinstance(norm, nn.GroupNorm)
    here = present[:, None, None]
    cut = x.reshape(len(x), norm.num_groups, -1, x.shape[2])
    count = here.sum((2, 3), keepdim=True) * cut.shape[2]
    mean = (cut * here).sum((2, 3), keepdim=True) / count.clamp_min(1)
    spread = ((cut - mean).square() * here).sum((2, 3), keepdim=True) / count.clamp_min(1)
    even = ((cut - mean) / (spread + norm.eps).sqrt()).flatten(1, 2)
    return (even * norm.weight[:, None] + norm.bias[:, None]) * present.unsqueeze(1)


class Meralion(nn.Module):
    """Frames to both answers; `stride` frames are read as one.

    places: (label, 3), where each label lies; given, categories are told by how near the ratings are, which is how a
    network answers that learned ratings alone.
    """

    places: Tensor | None

    def __init__(
        self,
        features: int,
        labels: int,
        *,
        width: int = 64,
        dilations: tuple[int, ...] = (1, 2, 3),
        stride: int = 3,
        dropout: float = 0.3,
        places: Tensor | None = None,
    ) -> None:
        super().__init__()
        self.register_buffer("places", places)
        self.enter = nn.Conv1d(features, width, 5, padding=2, stride=stride)
        self.stride = stride
        self.blocks = nn.ModuleList(DelayBlock(width, dilation) for dilation in dilations)
        self.gather = nn.Conv1d(width * len(dilations), width, 1)
        self.pool = FramePool(width, "attentive-statistics")
        self.categories = nn.Linear(2 * width, labels)
        self.ratings = nn.Linear(2 * width, 3)
        self.dropout = dropout

    def both(self, x: Tensor, present: Tensor | None = None) -> Both:
        """x: (batch, frame, feature); present: bool (batch, frame). Returns logits and ratings."""
        present = all_present(x) if present is None else present
        here = present[:, :: self.stride]
        states = F.relu(self.enter((x * present.unsqueeze(-1)).transpose(1, 2))) * here.unsqueeze(1)
        found = []
        for block in self.blocks:
            states = block(states, here)
            found.append(states)
        told = F.relu(self.gather(torch.cat(found, 1))).transpose(1, 2)
        pooled = F.dropout(self.pool(told, here), self.dropout, self.training)
        return Both(self.categories(pooled), torch.tanh(self.ratings(pooled)))

    def forward(self, x: Tensor, present: Tensor | None = None) -> Tensor:
        """Return the logits of categories, (batch, label)."""
        said = self.both(x, present)
        if self.places is None:
            return said.categories
        return -4 * (said.ratings[:, None] - self.places).square().sum(-1)
