"""A speech encoder with a head: layers weighed, frames pooled, labels told apart. What most published networks are."""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from affekt.layers.pooling import FramePool, FramePooling, LayerWeights
from affekt.layers.speech_encoder import States


class Trunk(Protocol):
    """What a network needs of the encoder under it: `SpeechEncoder`, `HubEncoder`, or one of another maker.

    `view` names what it reads ("log-mel" or "wave"), `blocks` are its transformer layers, the lowest first.
    """

    width: int
    depth: int
    view: str

    @property
    def blocks(self) -> nn.ModuleList:
        """The transformer layers."""
        ...

    def __call__(
        self, x: Tensor, lengths: Tensor, *, mask: Tensor | None = None, tokens: Tensor | None = None
    ) -> States:
        """x: float (batch, time, input); lengths: int64 (batch,)."""
        ...


class SpeechClassifier(nn.Module):
    """Clips to logits. Called as the networks of the speech loop are: with (clip, frame, feature) and what is there."""

    def __init__(
        self,
        trunk: nn.Module,
        labels: int,
        *,
        pooling: FramePooling = "mean+std",
        weighed: bool = True,
        hidden: int = 0,
        dropout: float = 0.2,
    ) -> None:
        super().__init__()
        self.trunk = trunk
        width: int = trunk.width  # type: ignore[assignment]
        depth: int = trunk.depth  # type: ignore[assignment]
        self.weigh = LayerWeights(depth + 1) if weighed else None
        self.pool = FramePool(width, pooling)
        self.hidden = nn.Linear(self.pool.width, hidden) if hidden else None
        self.head = nn.Linear(hidden or self.pool.width, labels)
        self.dropout = dropout

    def states(self, x: Tensor, present: Tensor) -> tuple[Tensor, Tensor]:
        """Return the weighed states, (batch, frame, width), and which frames are there."""
        said: States = self.trunk(x, present.sum(1))
        return (self.weigh(said.stacked()) if self.weigh is not None else said.last), said.present

    def pooled(self, x: Tensor, present: Tensor) -> Tensor:
        """Return a vector per clip, (batch, width of the pooling)."""
        found: Tensor = self.pool(*self.states(x, present))
        return found

    def answer(self, pooled: Tensor) -> Tensor:
        """Return logits (batch, label) of pooled vectors."""
        x = F.dropout(pooled, self.dropout, self.training)
        if self.hidden is not None:
            x = F.dropout(F.relu(self.hidden(x)), self.dropout, self.training)
        logits: Tensor = self.head(x)
        return logits

    def forward(self, x: Tensor, present: Tensor) -> Tensor:
        """x: float (clip, time, input); present: bool (clip, time). Returns logits, (clip, label)."""
        return self.answer(self.pooled(x, present))


def trainable(net: nn.Module) -> list[str]:
    """Return the names of the parameters that training would change.

    >>> layer = nn.Linear(2, 1); _ = layer.bias.requires_grad_(False); trainable(layer)
    ['weight']
    """
    return [name for name, parameter in net.named_parameters() if parameter.requires_grad]


def changed(before: dict[str, Tensor], net: nn.Module) -> set[str]:
    """Return the names of the parameters that differ from what they were, by ``state_dict`` copies."""
    return {name for name, value in net.named_parameters() if not torch.equal(before[name], value.detach())}
