"""Gradient reversal: what a head learns, the layers below it unlearn."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor


class _Reversed(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, x: Tensor, scale: float) -> Tensor:
        context.scale = scale
        return x.view_as(x)

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return -context.scale * gradients[0], None


def reverse_gradient(x: Tensor, scale: float = 1.0) -> Tensor:
    """Return `x` as it is; on the way back its gradient is multiplied by -scale.

    Ganin & Lempitsky 2015, "Unsupervised Domain Adaptation by Backpropagation", ICML.

    >>> x = torch.ones(2, requires_grad=True)
    >>> (3 * reverse_gradient(x, 0.5)).sum().backward()
    >>> x.grad.tolist()
    [-1.5, -1.5]
    """
    reversed_: Tensor = _Reversed.apply(x, scale)  # type: ignore[no-untyped-call]
    return reversed_


def rising_scale(progress: float, *, highest: float = 1.0, steepness: float = 10.0) -> float:
    """Return the scale at a share of the training done, from 0 up to `highest`: 2 / (1 + e^(-steepness · p)) - 1.

    An adversary that is listened to from the first step on drowns the task before it has begun. Ganin & Lempitsky 2015.

    >>> rising_scale(0.0), round(rising_scale(0.5, highest=2.0), 2)
    (0.0, 1.97)
    """
    return highest * (2 / (1 + math.exp(-steepness * progress)) - 1)
