"""Sequences of unlike length in one batch: what is there, and their mirror image, padding left out."""

from __future__ import annotations

import torch
from torch import Tensor


def all_present(x: Tensor) -> Tensor:
    """x: (batch, frame, …). Returns bool (batch, frame), all true: nothing is padding."""
    return torch.ones(x.shape[:2], dtype=torch.bool, device=x.device)


def mirrored(x: Tensor, present: Tensor) -> Tensor:
    """Return each sequence from its last frame to its first, its padding still behind, (batch, frame, width).

    present: bool (batch, frame), True first and then False. Twice mirrored is as before.

    >>> mirrored(torch.tensor([[[1.0], [2.0], [0.0]]]), torch.tensor([[True, True, False]])).flatten().tolist()
    [2.0, 1.0, 0.0]
    """
    place = torch.arange(x.shape[1], device=x.device).expand(present.shape)
    back = present.sum(1, keepdim=True) - 1 - place
    return x.gather(1, torch.where(back >= 0, back, place).unsqueeze(-1).expand_as(x))
