"""The networks of the study: a 2-D convolutional one of four layers, a recurrent one, a plain one on statistics.

Venkataramanan & Rajamohan 2019, "Emotion Recognition from Speech", arXiv:1912.10458; layers as in the authors'
published notebooks (github.com/rajamohanharesh/Emotion-Recognition).
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from affekt.layers.padding import all_present
from affekt.layers.pooling import mean_frames
from affekt.layers.recurrent import BiLstm

_POOLS = (2, 4, 4, 4)
_DROPOUTS = (0.5, 0.25, 0.25, 0.25)


class StudyCnn(nn.Module):
    """Four times: 3 x 3 convolution, batch norm, ELU, the greatest of each square, dropout; then one linear layer.

    The squares are 2 x 2, then 4 x 4 three times, as published for 128 bands; a side that is shorter than a square is
    pooled whole. The last layer reads the mean over what time is left, so that clips may be of any length; the authors
    flatten clips of 3 s. widths: the authors' are 128, 64, 64, 64. stride: every so many-th frame is read.
    """

    def __init__(
        self, features: int, labels: int, *, widths: tuple[int, ...] = (16, 32, 32, 32), stride: int = 1
    ) -> None:
        super().__init__()
        self.stride = stride
        channels = (1, *widths)
        self.convolutions = nn.ModuleList(
            nn.Conv2d(before, after, 3, padding=1) for before, after in pairwise(channels)
        )
        self.norms = nn.ModuleList(nn.BatchNorm2d(width) for width in widths)
        self.bands = features
        for pool in _POOLS[: len(widths)]:
            self.bands = max(1, self.bands // pool)
        self.head = nn.Linear(widths[-1] * self.bands, labels)

    def forward(self, x: Tensor, present: Tensor | None = None) -> Tensor:
        """x: (batch, frame, feature); present: bool (batch, frame). Returns logits, (batch, label)."""
        here = (all_present(x) if present is None else present)[:, :: self.stride]
        states = (x[:, :: self.stride] * here.unsqueeze(-1)).unsqueeze(1)
        for layer, (convolution, norm) in enumerate(zip(self.convolutions, self.norms, strict=True)):
            square = (min(_POOLS[layer], states.shape[2]), min(_POOLS[layer], states.shape[3]))
            states = F.elu(norm(convolution(states))) * here[:, None, :, None]
            states = F.dropout(F.max_pool2d(states, square), _DROPOUTS[layer], self.training)
            here = here[:, :: square[0]][:, : states.shape[2]]
        flat = states.permute(0, 2, 1, 3).flatten(2)
        logits: Tensor = self.head(mean_frames(flat, here))
        return logits


class StudyLstm(nn.Module):
    """A bidirectional LSTM over the frames, the mean of its states, one linear layer."""

    def __init__(self, features: int, labels: int, *, width: int = 64, stride: int = 4, dropout: float = 0.3) -> None:
        super().__init__()
        self.stride = stride
        self.recurrent = BiLstm(features, width)
        self.head = nn.Linear(self.recurrent.width, labels)
        self.dropout = dropout

    def forward(self, x: Tensor, present: Tensor | None = None) -> Tensor:
        """x: (batch, frame, feature); present: bool (batch, frame). Every `stride`-th frame is read."""
        present = all_present(x) if present is None else present
        here = present[:, :: self.stride]
        states = mean_frames(self.recurrent(x[:, :: self.stride], here), here)
        logits: Tensor = self.head(F.dropout(states, self.dropout, self.training))
        return logits


class StudyDnn(nn.Module):
    """Mean, deviation, least and greatest of each feature over time; two layers of ReLU; one linear layer."""

    def __init__(self, features: int, labels: int, *, width: int = 128, dropout: float = 0.3) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            *(nn.BatchNorm1d(4 * features), nn.Linear(4 * features, width), nn.ReLU(), nn.Dropout(dropout)),
            *(nn.Linear(width, width), nn.ReLU(), nn.Dropout(dropout), nn.Linear(width, labels)),
        )

    def forward(self, x: Tensor, present: Tensor | None = None) -> Tensor:
        """x: (batch, frame, feature); present: bool (batch, frame). Returns logits, (batch, label)."""
        present = all_present(x) if present is None else present
        away, mean = ~present.unsqueeze(-1), mean_frames(x, present)
        spread = (mean_frames((x - mean.unsqueeze(1)).square(), present) + 1e-6).sqrt()
        least, greatest = x.masked_fill(away, torch.inf).amin(1), x.masked_fill(away, -torch.inf).amax(1)
        logits: Tensor = self.layers(torch.cat([mean, spread, least, greatest], 1))
        return logits
