"""Losses, each a function of (prediction, target) that returns a scalar tensor."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def soft_binary_cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """Return the cross-entropy against probabilities, summed over labels and averaged over items.

    logits: (item, label); targets: (item, label) in [0, 1], hard votes or a teacher's opinion.
    """
    return F.binary_cross_entropy_with_logits(logits, targets, reduction="none").sum(1).mean()


def mean_and_variance_loss(mean: Tensor, log_variance: Tensor, target: Tensor, *, variance_weight: float) -> Tensor:
    """Return squared error of the mean plus the Gaussian likelihood of its residual.

    All three: (item, dimension). The likelihood sees the residual detached, so that an item the
    model finds hard is not learned less: the failure of plain Gaussian likelihood described by
    Seitzer et al. 2022, "On the Pitfalls of Heteroscedastic Uncertainty Estimation".
    """
    squared = (mean - target).square()
    likelihood = log_variance + squared.detach() * torch.exp(-log_variance)
    return squared.mean() + variance_weight * likelihood.mean()


def focal_loss(logits: Tensor, labels: Tensor, *, gamma: float = 2.0) -> Tensor:
    r"""Return the cross-entropy in which items that are already told well count less, averaged over items.

    .. math:: -\frac{1}{n} \sum_i (1 - p_i)^\gamma \ln p_i

    logits: (item, label); labels: int64 (item,). gamma 0 is plain cross-entropy. Lin et al. 2017, "Focal Loss for Dense
    Object Detection".

    >>> told, half = torch.tensor([[9.0, 0.0]]), torch.tensor([[0.0, 0.0]])
    >>> sure, unsure = (focal_loss(x, torch.tensor([0])).item() for x in (told, half))
    >>> sure < 1e-9, round(unsure / 0.6931, 2)
    (True, 0.25)
    """
    logs = F.log_softmax(logits, 1).gather(1, labels[:, None])[:, 0]
    return -((1 - logs.exp()).clamp_min(0) ** gamma * logs).mean()
