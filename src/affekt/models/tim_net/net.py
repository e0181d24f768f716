"""TIM-Net: temporal-aware blocks forwards and backwards in time, and a learned sum over their time scales.

Ye, Wen, Wei, Xu, Liu & Shan 2023, "Temporal Modeling Matters: A Novel Temporal Emotional Modeling Approach for Speech
Emotion Recognition", ICASSP.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from affekt.layers.padding import all_present, mirrored
from affekt.layers.pooling import mean_frames

Fusion = Literal["dynamic", "mean", "last", "forward", "backward"]


class TemporalAwareBlock(nn.Module):
    """A gate on its own input: x ⊙ σ(A(A(x))), A a dilated causal convolution, batch norm, ReLU, dropout of channels.

    What comes out at a frame depends on that frame and on earlier ones, 2 · (kernel - 1) · dilation back at most.
    """

    def __init__(self, width: int, dilation: int, *, kernel: int = 2, dropout: float = 0.1) -> None:
        super().__init__()
        self.reach = (kernel - 1) * dilation
        self.convolutions = nn.ModuleList(nn.Conv1d(width, width, kernel, dilation=dilation) for _ in range(2))
        self.norms = nn.ModuleList(nn.BatchNorm1d(width) for _ in range(2))
        self.dropout = dropout

    def forward(self, x: Tensor) -> Tensor:
        """x: (batch, width, frame). Returns the same shape."""
        gate = x
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            gate = F.relu(norm(convolution(F.pad(gate, (self.reach, 0)))))
            gate = F.dropout1d(gate, self.dropout, self.training)
        return x * torch.sigmoid(gate)


class Scales(NamedTuple):
    """The states of each time scale, from the finest, (scale, batch, frame, width) at the frames they belong to."""

    forward: Tensor
    backward: Tensor


class TimNet(nn.Module):
    """Frames to label logits. Block j has dilation 2^j in either direction; g_j is the mean over time of the two added.

    Fusion ``dynamic`` is the paper's: Σ w_j g_j with learned w. The others are ablations: ``mean`` weighs all alike,
    ``last`` keeps the coarsest scale alone, ``forward`` and ``backward`` one direction. stride: every so many-th frame
    is read.
    """

    def __init__(
        self,
        features: int,
        labels: int,
        *,
        width: int = 39,
        blocks: int = 8,
        dropout: float = 0.1,
        fusion: Fusion = "dynamic",
        stride: int = 1,
    ) -> None:
        super().__init__()
        self.fusion, self.stride = fusion, stride
        self.enter = nn.ModuleDict({way: nn.Conv1d(features, width, 1) for way in ("ahead", "back")})
        self.blocks = nn.ModuleDict(
            {
                way: nn.ModuleList(TemporalAwareBlock(width, 2**j, dropout=dropout) for j in range(blocks))
                for way in ("ahead", "back")
            }
        )
        # Every scale counts alike before anything is learned.
        self.weights = nn.Parameter(torch.full((blocks,), 1.0 / blocks))
        self.head = nn.Linear(width, labels)

    def scales(self, x: Tensor, present: Tensor | None = None) -> Scales:
        """x: (batch, frame, feature); present: bool (batch, frame). The backward states stand in the order of time."""
        present = all_present(x) if present is None else present
        ahead = self._states("ahead", x, present)
        back = self._states("back", mirrored(x, present), present)
        return Scales(torch.stack(ahead), torch.stack([mirrored(states, present) for states in back]))

    def _states(self, way: str, x: Tensor, present: Tensor) -> list[Tensor]:
        states, found = self.enter[way](x.transpose(1, 2)), []
        for block in self.blocks[way].children():
            # Padding stays zero, so that no block reads it.
            states = block(states) * present.unsqueeze(1)
            found.append(states.transpose(1, 2))
        return found

    def embed(self, x: Tensor, present: Tensor | None = None) -> Tensor:
        """Return the fused state of each clip, (batch, width)."""
        present = all_present(x) if present is None else present
        x, present = x[:, :: self.stride], present[:, :: self.stride]
        ways = {"forward": ("ahead",), "backward": ("back",)}.get(self.fusion, ("ahead", "back"))
        read = {"ahead": x, "back": mirrored(x, present)}
        # A mean over time does not feel which way its frames stand: nothing is mirrored back.
        pooled = torch.stack(
            [
                torch.stack([mean_frames(scale, present) for scale in self._states(way, read[way], present)])
                for way in ways
            ]
        ).sum(0)
        if self.fusion == "last":
            return pooled[-1]
        return pooled.mean(0) if self.fusion == "mean" else torch.einsum("sbw,s->bw", pooled, self.weights)

    def forward(self, x: Tensor, present: Tensor | None = None) -> Tensor:
        """x: (batch, frame, feature); present: bool (batch, frame). Returns logits, (batch, label)."""
        logits: Tensor = self.head(self.embed(x, present))
        return logits
