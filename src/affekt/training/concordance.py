"""The loss of continuous ratings that agreement is measured by: one minus the concordance coefficient."""

from __future__ import annotations

import torch
from torch import Tensor


def concordance_loss(said: Tensor, truth: Tensor, known: Tensor | None = None) -> Tensor:
    """Return the mean over outputs of 1 - CCC, each over the items whose truth is known; a scalar in [0, 2].

    CCC = 2 cov / (var + var + (difference of means)²) over the items of the batch. said, truth: (item, output); known:
    bool, of that shape, None for all. An output of which fewer than two items are known counts for nothing; with none
    left the loss is 0 and its gradient too. Lin 1989; as a loss: Trigeorgis et al. 2016, "Adieu features?".

    >>> one = torch.tensor([[0.0], [1.0], [2.0]])
    >>> float(concordance_loss(one, one)), round(float(concordance_loss(one + 1, one)), 3)
    (0.0, 0.429)
    """
    here = (torch.ones_like(said) if known is None else known.to(said.dtype)).expand_as(said)
    filled = torch.where(here > 0, truth, torch.zeros_like(truth))
    count = here.sum(0)
    share = here / count.clamp_min(1)
    said_mean, true_mean = (said * share).sum(0), (filled * share).sum(0)
    said_off, true_off = said - said_mean, filled - true_mean
    together = (said_off * true_off * share).sum(0)
    spread = (said_off.square() * share).sum(0) + (true_off.square() * share).sum(0)
    lost = 1 - 2 * together / (spread + (said_mean - true_mean).square() + 1e-8)
    # Where all are the same and said so, nothing is lost.
    lost = torch.where(spread + (said_mean - true_mean).square() < 1e-8, torch.zeros_like(lost), lost)
    counted = (count >= 2).to(said.dtype)
    return (lost * counted).sum() / counted.sum().clamp_min(1)
