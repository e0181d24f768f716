"""The loop that fits a small head: batches, a held-out loss, and the best state kept."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from affekt.errors import InputError


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long and how fast: `patience` is how many epochs without a better held-out loss end it."""

    epochs: int = 60
    batch: int = 128
    learning_rate: float = 2e-3
    weight_decay: float = 1e-2
    patience: int = 6
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Fitted:
    """What came of it: the best held-out loss, the epoch that reached it (from 1), every epoch's loss."""

    loss: float
    epoch: int
    losses: tuple[float, ...]


def fit(
    head: nn.Module,
    loss: Callable[[Tensor], Tensor],
    held_out: Callable[[], Tensor],
    *,
    items: int,
    schedule: Schedule = Schedule(),
) -> Fitted:
    """Train `head` in place by AdamW, leave it at its best held-out loss, and return how that went.

    `loss` takes the places of a batch, int64 (item,), and returns a scalar; `held_out` takes nothing
    and is called without gradients and without dropout. The rate falls to a tenth along a cosine. Items are
    shuffled by the schedule's seed; what starts the head's weights is the caller's. Raises `InputError`
    where there is nothing to fit or the loss is not a number. Loshchilov and Hutter 2019, "Decoupled Weight Decay
    Regularization".

    >>> head = nn.Linear(1, 1)
    >>> x = torch.linspace(-1, 1, 64)[:, None]
    >>> error = lambda: (head(x) - 2 * x).square().mean()
    >>> fit(head, lambda rows: (head(x[rows]) - 2 * x[rows]).square().mean(), error, items=64,
    ...     schedule=Schedule(epochs=200, learning_rate=0.05, weight_decay=0, patience=50)).loss < 1e-3
    True
    """
    if items < 1 or schedule.epochs < 1 or schedule.batch < 1:
        raise InputError(f"Nothing to fit: {items} items, {schedule.epochs} epochs, batches of {schedule.batch}.")
    optimizer = torch.optim.AdamW(head.parameters(), schedule.learning_rate, weight_decay=schedule.weight_decay)
    shuffle = torch.Generator().manual_seed(schedule.seed)
    best, best_epoch, losses = math.inf, 0, []
    state = {name: value.clone() for name, value in head.state_dict().items()}
    for epoch in range(1, schedule.epochs + 1):
        for group in optimizer.param_groups:
            turn = math.cos(math.pi * (epoch - 1) / schedule.epochs)
            group["lr"] = schedule.learning_rate * (0.55 + 0.45 * turn)
        head.train()
        for rows in torch.split(torch.randperm(items, generator=shuffle), schedule.batch):
            optimizer.zero_grad()
            loss(rows).backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        head.eval()
        with torch.no_grad():
            reached = float(held_out())
        if math.isnan(reached):
            raise InputError(f"The held-out loss is not a number after epoch {epoch}. Lower the learning rate.")
        losses.append(reached)
        if reached < best:
            best, best_epoch = reached, epoch
            state = {name: value.clone() for name, value in head.state_dict().items()}
        elif epoch - best_epoch >= schedule.patience:
            break
    head.load_state_dict(state)
    head.eval()
    return Fitted(best, best_epoch, tuple(losses))
