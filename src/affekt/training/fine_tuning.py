"""The loop that trains a network: length-matched batches, a warmed-up rate, early stopping, and no lost work."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from affekt.errors import InputError
from affekt.training.batches import length_batches
from affekt.training.checkpoints import Checkpoint
from affekt.training.fitting import Fitted

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how fast. The rate climbs over `warmup` of the steps and then falls to zero in a line, or a cosine.

    `layer_decay` is how much slower each lower layer learns (1 for alike), `head_factor` how much faster what is no
    part of the encoder does. `patience` is how many epochs without a better held-out loss end it. `bfloat16` halves
    the cost where the processor knows it; elsewhere it is not used. With `averaging` an average of the weights is held
    out and kept: after each step it stays what it was by this share (0 for none; Polyak & Juditsky 1992).
    """

    epochs: int = 4
    batch: int = 32
    learning_rate: float = 2e-4
    weight_decay: float = 0.01
    warmup: float = 0.1
    layer_decay: float = 1.0
    head_factor: float = 1.0
    patience: int = 2
    seed: int = 0
    bfloat16: bool = True
    cosine: bool = False
    averaging: float = 0.0


class Progress(NamedTuple):
    """Where a run is: steps done of all, the mean training loss of late, seconds left at this pace."""

    step: int
    steps: int
    loss: float
    seconds_left: float


def learning_device() -> torch.device:
    """Return where networks learn: a CUDA device where there is one, else the processor."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def fine_tune(
    net: nn.Module,
    loss: Callable[[Rows], Tensor],
    held_out: Callable[[], float],
    *,
    lengths: Sequence[int] | Rows,
    plan: Plan = Plan(),
    checkpoint: Checkpoint | None = None,
    tell: Callable[[Progress], None] | None = None,
) -> Fitted:
    """Train `net` in place by AdamW, leave it at its best held-out loss, and return how that went.

    `loss` takes the places of a batch, int64 (item,), and returns a scalar; `held_out` takes nothing and is called
    after each epoch without gradients and without dropout: lower is better, so hand over minus a score.
    `lengths` (item,) puts texts of like length together. With a `checkpoint` a killed run goes on where it was,
    and ends as it would have ended; the same data and plan have to come with it. `tell` hears of progress once a
    second. Raises `InputError` where there is nothing to train on, the loss is not a number, or the checkpoint is of
    another run.
    """
    items = len(lengths)
    if items < 1 or plan.epochs < 1 or plan.batch < 1:
        raise InputError(f"Nothing to train on: {items} items, {plan.epochs} epochs, batches of {plan.batch}.")
    run = _Run(net, plan, items)
    run.resume(checkpoint)
    started, first, told, late = time.monotonic(), run.step, 0.0, []
    while run.epoch < plan.epochs and not run.over:
        net.train()
        for rows in run.batches(lengths):
            late.append(run.learn(loss, rows))
            now = time.monotonic()
            if tell and now - told > 1:
                left = (now - started) / (run.step - first) * (run.steps - run.step)
                tell(Progress(run.step, run.steps, float(np.mean(late[-100:])), left))
                told = now
            if checkpoint and checkpoint.due():
                checkpoint.save(run.state())
        net.eval()
        with torch.no_grad():
            run.close_epoch(held_out)
    net.load_state_dict(run.best_state)
    net.eval()
    return Fitted(run.best, run.best_epoch, tuple(run.losses))


def parameter_groups(net: nn.Module, plan: Plan) -> list[dict[str, Any]]:
    """Return AdamW's groups: lower layers of ``layers.N`` learn slower, heads faster, vectors do not decay."""
    depth = 1 + max((place for name, _ in net.named_parameters() if (place := _layer(name)) is not None), default=-1)
    groups = []
    for name, parameter in net.named_parameters():
        if not parameter.requires_grad:
            continue
        place, rate = _layer(name), plan.learning_rate
        if place is not None:
            rate *= plan.layer_decay ** (depth - 1 - place)
        elif any(part in _LOWEST for part in name.split(".")):
            rate *= plan.layer_decay**depth
        else:
            rate *= plan.head_factor
        decay = plan.weight_decay if parameter.ndim > 1 else 0.0
        groups.append({"params": [parameter], "lr": rate, "peak": rate, "weight_decay": decay})
    return groups


_LOWEST = (
    *("tokens", "positions", "embedding_norm", "embeddings"),
    # What stands before the layers of encoders of speech, ours and the hub's.
    *("front", "front_norms", "front_project", "position", "position_norm", "masked"),
    *("feature_extractor", "feature_projection", "pos_conv_embed", "conv1", "conv2", "embed_positions"),
)


def _layer(name: str) -> int | None:
    parts = name.split(".")
    for before, part in pairwise(parts):
        if before in ("layers", "layer") and part.isdigit():
            return int(part)
    return None


def rate_factor(step: int, steps: int, warmup: float, *, cosine: bool = False) -> float:
    """Return the share of the peak rate at a step: a line up over `warmup` of the steps, a line (a cosine) to zero.

    >>> [round(rate_factor(step, 10, 0.2), 3) for step in range(10)]
    [0.5, 1.0, 1.0, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125]
    """
    done = step / steps
    left = min(1.0, (1 - done) / (1 - warmup))
    if cosine:
        left = 0.5 - 0.5 * math.cos(math.pi * left)
    return min(1.0, (done + 1 / steps) / max(warmup, 1e-9), left)


class _Run:
    """What changes while a network is trained, and how it is kept."""

    def __init__(self, net: nn.Module, plan: Plan, items: int) -> None:
        torch.manual_seed(plan.seed)
        self.net, self.plan, self.items = net, plan, items
        self.optimizer = torch.optim.AdamW(parameter_groups(net, plan))
        self.each = -(-items // plan.batch)
        self.steps = plan.epochs * self.each
        self.step, self.epoch = 0, 0
        self.best, self.best_epoch, self.losses = math.inf, 0, list[float]()
        self.best_state = _copy(net)
        self.mean = _copy(net) if plan.averaging else {}
        self.device = next((each.device.type for each in net.parameters()), "cpu")
        self.narrow = plan.bfloat16 and (self.device != "cpu" or torch.cpu._is_avx512_bf16_supported())

    @property
    def over(self) -> bool:
        return bool(self.losses) and self.epoch - self.best_epoch >= self.plan.patience

    def batches(self, lengths: Sequence[int] | Rows) -> Iterator[Rows]:
        """Yield what is left of this epoch."""
        order = length_batches(lengths, size=self.plan.batch, seed=1000 * self.plan.seed + self.epoch)
        for position, rows in enumerate(order):
            if self.epoch * self.each + position >= self.step:
                yield rows

    def learn(self, loss: Callable[[Rows], Tensor], rows: Rows) -> float:
        for group in self.optimizer.param_groups:
            factor = rate_factor(self.step, self.steps, self.plan.warmup, cosine=self.plan.cosine)
            group["lr"] = group["peak"] * factor
        with torch.autocast(self.device, torch.bfloat16, enabled=self.narrow):
            found = loss(rows)
        if not torch.isfinite(found):
            raise InputError(f"The loss is not a number at step {self.step}. Lower the learning rate.")
        self.optimizer.zero_grad()
        found.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.optimizer.step()
        self.step += 1
        self.average()
        return float(found.detach())

    def average(self) -> None:
        # Early on the average follows faster, so that it does not remember how the weights began.
        kept = min(self.plan.averaging, (1 + self.step) / (10 + self.step))
        for name, value in self.net.state_dict().items():
            if name in self.mean and value.is_floating_point():
                self.mean[name].lerp_(value.detach(), 1 - kept)
            elif name in self.mean:
                self.mean[name].copy_(value)

    def close_epoch(self, held_out: Callable[[], float]) -> None:
        last = _copy(self.net) if self.mean else {}
        self.net.load_state_dict(self.mean or self.net.state_dict())
        reached = float(held_out())
        if math.isnan(reached):
            raise InputError(
                f"The held-out loss is not a number after epoch {self.epoch + 1}. Lower the learning rate."
            )
        self.epoch += 1
        self.losses.append(reached)
        if reached < self.best:
            self.best, self.best_epoch, self.best_state = reached, self.epoch, _copy(self.net)
        if last:
            self.net.load_state_dict(last)

    def state(self) -> dict[str, Any]:
        return {
            **{"net": self.net.state_dict(), "optimizer": self.optimizer.state_dict(), "rng": torch.get_rng_state()},
            **{"best_state": self.best_state, "best": self.best, "best_epoch": self.best_epoch},
            **{
                "mean": self.mean,
                "losses": self.losses,
                "step": self.step,
                "epoch": self.epoch,
                "steps": self.steps,
                "items": self.items,
            },
        }

    def resume(self, checkpoint: Checkpoint | None) -> None:
        state = checkpoint.load() if checkpoint else None
        if state is None:
            return
        if (state["steps"], state["items"]) != (self.steps, self.items):
            raise InputError(
                f"The checkpoint is of another run: {state['items']} items and {state['steps']} steps, here "
                f"{self.items} and {self.steps}. Delete it to begin anew."
            )
        self.net.load_state_dict(state["net"])
        self.optimizer.load_state_dict(state["optimizer"])
        torch.set_rng_state(state["rng"])
        self.best_state, self.best, self.best_epoch = state["best_state"], state["best"], state["best_epoch"]
        # A checkpoint may come from another device than the one that goes on.
        self.mean = {name: value.to(self.device) for name, value in state.get("mean", {}).items()}
        self.losses, self.step, self.epoch = list(state["losses"]), state["step"], state["epoch"]


def _copy(net: nn.Module) -> dict[str, Tensor]:
    return {name: value.detach().clone() for name, value in net.state_dict().items()}
