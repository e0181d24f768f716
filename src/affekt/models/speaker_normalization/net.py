"""Two heads on one representation: emotion is learned, the speaker unlearned through a reversed gradient.

Gat, Aronowitz, Zhu, Morais & Hoory 2022, "Speaker Normalization for Self-supervised Speech Emotion Recognition",
ICASSP. The paper normalises HuBERT's features; here a small convolutional encoder is trained from scratch, or frames
of any frozen upstream are given.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from affekt.layers.adversary import reverse_gradient
from affekt.layers.padding import all_present


class TwoAnswers(NamedTuple):
    """Logits of either head: (batch, label) and (batch, speaker)."""

    emotion: Tensor
    speaker: Tensor


class SpeakerNormalized(nn.Module):
    """Convolutions over time, mean and deviation of their states, a representation, a head for each task.

    scale: how strongly the speaker is unlearned (λ); 0 trains the speaker head without touching what is below it, so
    that it is a probe. It can be changed while training.
    """

    def __init__(
        self, features: int, labels: int, speakers: int, *, width: int = 64, scale: float = 1.0, dropout: float = 0.2
    ) -> None:
        super().__init__()
        self.scale = scale
        self.convolutions = nn.ModuleList(
            [nn.Conv1d(features, width, 5, padding=2, stride=2), nn.Conv1d(width, width, 5, padding=2, stride=2)]
        )
        self.norms = nn.ModuleList(nn.BatchNorm1d(width) for _ in self.convolutions)
        self.represent = nn.Sequential(nn.Linear(2 * width, width), nn.BatchNorm1d(width, affine=False))
        self.emotion = nn.Linear(width, labels)
        self.speaker = nn.Linear(width, speakers)
        self.dropout = dropout

    def embed(self, x: Tensor, present: Tensor | None = None) -> Tensor:
        """x: (batch, frame, feature); present: bool (batch, frame). Returns the representation, (batch, width)."""
        present = all_present(x) if present is None else present
        states, here = x.transpose(1, 2) * present.unsqueeze(1), present
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            states, here = F.relu(norm(convolution(states))), here[:, ::2]
            states = states * here.unsqueeze(1)
        count = here.sum(1, keepdim=True).clamp_min(1)
        mean = states.sum(-1) / count
        spread = ((states - mean.unsqueeze(-1)).square() * here.unsqueeze(1)).sum(-1) / count
        pooled = torch.cat([mean, (spread + 1e-6).sqrt()], 1)
        state: Tensor = self.represent(F.dropout(pooled, self.dropout, self.training))
        return state

    def both(self, x: Tensor, present: Tensor | None = None) -> TwoAnswers:
        """Return the logits of either head; the speaker's come through the reversed gradient."""
        state = self.embed(x, present)
        return TwoAnswers(self.emotion(state), self.speaker(reverse_gradient(state, self.scale)))

    def forward(self, x: Tensor, present: Tensor | None = None) -> Tensor:
        """Return emotion logits, (batch, label)."""
        logits: Tensor = self.emotion(self.embed(x, present))
        return logits

    def loss(self, x: Tensor, emotion: Tensor, speaker: Tensor, present: Tensor | None = None) -> Tensor:
        """Return the two heads' cross-entropy; emotion, speaker: int64 (batch,), -1 where not known."""
        said = self.both(x, present)
        parts = [(said.emotion, emotion), (said.speaker, speaker)]
        known = [F.cross_entropy(logits, truth, ignore_index=-1) for logits, truth in parts if bool((truth >= 0).any())]
        return torch.stack(known).sum() if known else said.emotion.sum() * 0
