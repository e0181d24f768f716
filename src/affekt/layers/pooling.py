"""From the frames of a clip to one vector, in the ways published speech networks do it; and weights over layers."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from affekt.errors import InputError

FramePooling = Literal["mean", "mean+std", "max", "attention", "attentive-statistics", "multi-head"]
FRAME_POOLINGS: tuple[FramePooling, ...] = (
    "mean",
    "mean+std",
    "max",
    "attention",
    "attentive-statistics",
    "multi-head",
)
_TINY = 1e-5


def mean_frames(x: Tensor, present: Tensor) -> Tensor:
    """Return the mean over the frames that are there, (batch, width).

    x: float (batch, frame, width); present: bool (batch, frame), once at least in each clip.

    >>> mean_frames(torch.tensor([[[1.0], [3.0], [9.0]]]), torch.tensor([[True, True, False]])).tolist()
    [[2.0]]
    """
    weight = present.unsqueeze(-1).to(x.dtype)
    return (x * weight).sum(1) / weight.sum(1).clamp_min(1.0)


def mean_and_deviation(x: Tensor, present: Tensor) -> Tensor:
    """Return the mean and the standard deviation (of the frames, not of a sample), side by side: (batch, 2 · width).

    >>> mean_and_deviation(torch.tensor([[[1.0], [3.0], [9.0]]]), torch.tensor([[True, True, False]])).tolist()
    [[2.0, 1.0]]
    """
    mean = mean_frames(x, present)
    spread = mean_frames((x - mean[:, None]).square(), present)
    return torch.cat([mean, spread.clamp_min(_TINY**2).sqrt()], 1)


def greatest_frames(x: Tensor, present: Tensor) -> Tensor:
    """Return the greatest of each number over the frames that are there, (batch, width)."""
    return x.masked_fill(~present[..., None], torch.finfo(x.dtype).min).amax(1)


class FramePool(nn.Module):
    """The frames of each clip to one vector of `width` numbers, by one of `FRAME_POOLINGS`.

    ``mean``, ``mean+std`` and ``max`` learn nothing. ``attention``: a learned question put to every frame through a
    hidden layer, the soft-max of the answers weighs the frames. ``attentive-statistics``: the weighted mean and the
    weighted standard deviation: Okabe, Koshinaka & Shinoda 2018, "Attentive Statistics Pooling for Deep Speaker
    Embedding". ``multi-head``: each of `heads` slices of the width has a question of its own, with the weighted mean
    and deviation of its slice: India, Safari & Hernando 2019, "Self Multi-Head Attention for Speaker Recognition",
    with the statistics of the former.
    """

    def __init__(self, inputs: int, how: FramePooling = "mean", *, hidden: int = 64, heads: int = 4) -> None:
        super().__init__()
        if how not in FRAME_POOLINGS:
            raise InputError(f"Unknown pooling {how!r}. Use {', '.join(FRAME_POOLINGS)}.")
        self.how = how
        self.heads = heads if how == "multi-head" else 1
        if inputs % self.heads:
            raise InputError(f"{self.heads} heads do not share {inputs} numbers evenly.")
        self.width = inputs * (1 if how in ("mean", "max", "attention") else 2)
        self.asks = how in ("attention", "attentive-statistics", "multi-head")
        each = inputs // self.heads
        if self.asks:
            # A question per slice, as one grouped convolution over frames of length one.
            self.project = nn.Conv1d(inputs, hidden * self.heads, 1, groups=self.heads)
            self.question = nn.Conv1d(hidden * self.heads, self.heads, 1, groups=self.heads, bias=False)
        self.each = each

    def weights(self, x: Tensor, present: Tensor) -> Tensor:
        """Return how much each frame counts, (batch, head, frame), adding up to one over the frames that are there."""
        if not self.asks:
            told = x.new_zeros(x.shape[0], 1, x.shape[1])
        else:
            told = self.question(torch.tanh(self.project(x.transpose(1, 2))))
        return torch.softmax(told.masked_fill(~present[:, None], torch.finfo(told.dtype).min), -1)

    def forward(self, x: Tensor, present: Tensor) -> Tensor:
        """x: float (batch, frame, input); present: bool (batch, frame). Returns (batch, `width`)."""
        if self.how == "mean":
            return mean_frames(x, present)
        if self.how == "mean+std":
            return mean_and_deviation(x, present)
        if self.how == "max":
            return greatest_frames(x, present)
        weights = self.weights(x, present)
        sliced = x.reshape(*x.shape[:2], self.heads, self.each)
        mean = torch.einsum("bht,bthw->bhw", weights, sliced)
        if self.how == "attention":
            return mean.flatten(1)
        spread = torch.einsum("bht,bthw->bhw", weights, (sliced - mean[:, None]).square())
        return torch.cat([mean.flatten(1), spread.clamp_min(_TINY**2).sqrt().flatten(1)], 1)


class LayerWeights(nn.Module):
    """The states of several layers as one: their mean, weighed by the soft-max of a learned number each.

    Yang et al. 2021, "SUPERB: Speech processing Universal PERformance Benchmark". All layers weigh alike at first.
    """

    def __init__(self, layers: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(layers))

    def shares(self) -> Tensor:
        """Return what share each layer has, (layer,), adding up to one."""
        return torch.softmax(self.weight, 0)

    def forward(self, states: Tensor) -> Tensor:
        """states: float (batch, layer, frame, width). Returns (batch, frame, width)."""
        return torch.einsum("l,blfw->bfw", self.shares(), states)
