"""A speaker recogniser: 1-D convolutions over time, a recurrent reference, style tokens, trained on triplets.

Sandler & Ross 2022, "Is Style All You Need? Dependencies Between Emotion and GST-based Speaker Recognition",
arXiv:2211.08213, on the DeepTalk network of Chowdhury, Ross & David 2021. DeepTalk learns its filters from the
waveform; here log-mel frames are given.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from affekt.layers.padding import all_present
from affekt.layers.style_tokens import Styled, StyleTokens


class StyleSpeaker(nn.Module):
    """Frames to a style embedding of unit length. Without tokens (`tokens` 0) the reference itself is projected."""

    def __init__(
        self, features: int, *, width: int = 128, channels: int = 64, tokens: int = 10, heads: int = 4
    ) -> None:
        super().__init__()
        steps = [(features, channels, 1), (channels, channels, 2), (channels, channels, 4)]
        self.convolutions = nn.ModuleList(
            nn.Conv1d(before, after, 3, dilation=dilation, padding=dilation, stride=2)
            for before, after, dilation in steps
        )
        self.norms = nn.ModuleList(nn.BatchNorm1d(after) for _, after, _ in steps)
        self.reference = nn.GRU(channels, channels, batch_first=True)
        self.style = StyleTokens(channels, width, tokens=tokens, heads=heads) if tokens else None
        self.project = nn.Identity() if tokens else nn.Linear(channels, width)

    def referred(self, x: Tensor, present: Tensor | None = None) -> Tensor:
        """x: (batch, frame, feature). Returns the recurrence's last state of each clip, (batch, width)."""
        present = all_present(x) if present is None else present
        states, here = x.transpose(1, 2) * present.unsqueeze(1), present
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            states, here = F.relu(norm(convolution(states))), here[:, ::2]
            states = states * here.unsqueeze(1)
        told, _ = self.reference(states.transpose(1, 2))
        last = (here.sum(1) - 1).clamp_min(0)
        return told[torch.arange(len(told), device=told.device), last]

    def styled(self, x: Tensor, present: Tensor | None = None) -> Styled:
        """Return style and token weights. Raises `ValueError` for a network without tokens."""
        if self.style is None:
            raise ValueError("The network was made without style tokens.")
        found: Styled = self.style(self.referred(x, present))
        return found

    def forward(self, x: Tensor, present: Tensor | None = None) -> Tensor:
        """Return embeddings, (batch, width), of length one."""
        told = self.referred(x, present)
        return F.normalize(self.project(told) if self.style is None else self.style(told).style, dim=-1)


def triplet_loss(embeddings: Tensor, speakers: Tensor, *, margin: float = 0.3) -> Tensor:
    """Return the mean of max(0, d(a, p) - d(a, n) + margin) over all anchors and positives of a batch.

    d is the squared distance of unit vectors. The negative of each pair is semi-hard where there is one (the nearest
    that is farther than the positive, within the margin), else the nearest of all: Schroff, Kalenichenko & Philbin
    2015, "FaceNet". embeddings: (clip, width) of length one; speakers: int64 (clip,). 0 where there is no triplet.
    """
    distance = 2 - 2 * embeddings @ embeddings.T
    alike = speakers[:, None] == speakers[None]
    anchors, positives = torch.nonzero(alike.triu(1) | alike.tril(-1), as_tuple=True)
    if not len(anchors) or bool(alike.all()):
        return embeddings.sum() * 0
    near = distance[anchors, positives][:, None]
    others = distance[anchors].masked_fill(alike[anchors], torch.inf)
    semi = others.masked_fill((others <= near) | (others >= near + margin), torch.inf)
    nearest = torch.where(torch.isfinite(semi).any(1), semi.amin(1), others.amin(1))
    losses = F.relu(near.squeeze(1) - nearest + margin)
    return losses.sum() / (losses > 0).sum().clamp_min(1)
