"""An encoder with a head on its mean state: how most published text classifiers are made, and what they are held to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from affekt.errors import InputError
from affekt.layers.text_encoder import mean_state
from affekt.training.batches import pad
from affekt.training.checkpoints import Checkpoint
from affekt.training.fine_tuning import Plan, Progress, Rows, fine_tune
from affekt.training.fitting import Fitted
from affekt.training.losses import soft_binary_cross_entropy
from affekt.training.starting import Start

Floats = NDArray[np.float32]
Kind = Literal["exclusive", "multi-label", "dimensional"]
_PLAN = Plan()


class LabelNet(nn.Module):
    """Piece ids to one number per output: logits of labels, or dimensions."""

    def __init__(self, start: Start, outputs: int, *, dropout: float = 0.1) -> None:
        super().__init__()
        self.encoder = start.encoder
        self.head = nn.Linear(start.width, outputs)
        self.dropout = dropout
        nn.init.normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)

    def pooled(self, ids: Tensor) -> Tensor:
        """ids: int64 (batch, token), 0 where padded. Returns the mean state, (batch, width)."""
        states: Tensor = self.encoder.states(ids)  # type: ignore[operator]
        return mean_state(states, ids)

    def forward(self, ids: Tensor) -> Tensor:
        """ids: int64 (batch, token), 0 where padded. Returns (batch, output)."""
        head: Tensor = self.head(F.dropout(self.pooled(ids), self.dropout, self.training))
        return head


def loss_for(kind: Kind, *, weights: ArrayLike | None = None) -> Callable[[Tensor, Tensor], Tensor]:
    """Return the loss of (answers, targets), both (item, output): a mean over items.

    ``exclusive``: cross-entropy against probabilities, soft or one-hot; ``multi-label``: binary cross-entropy summed
    over labels; ``dimensional``: squared error. `weights` (output,) weigh the labels of the first two.
    """
    weight = None if weights is None else torch.as_tensor(np.asarray(weights, np.float32))
    if kind == "exclusive":
        return lambda answers, targets: F.cross_entropy(answers, targets, weight=weight)
    if kind == "dimensional":
        return F.mse_loss
    if weight is None:
        return soft_binary_cross_entropy
    return lambda answers, targets: (
        (F.binary_cross_entropy_with_logits(answers, targets, reduction="none") * weight).sum(1).mean()
    )


def train_labels(
    net: nn.Module,
    train: tuple[Sequence[Sequence[int]], ArrayLike],
    dev: tuple[Sequence[Sequence[int]], ArrayLike],
    *,
    loss: Callable[[Tensor, Tensor], Tensor],
    plan: Plan = _PLAN,
    checkpoint: Checkpoint | None = None,
    tell: Callable[[Progress], None] | None = None,
) -> Fitted:
    """Train `net`, piece ids to (batch, output), on (ids, targets) pairs; stop by the loss on `dev`.

    ids: one list per text; targets: float32 (text, output). See `fine_tune` for what comes back and what is raised.
    """
    ids, targets = train[0], torch.as_tensor(np.asarray(train[1], np.float32))
    dev_ids, dev_targets = dev[0], torch.as_tensor(np.asarray(dev[1], np.float32))
    if len(ids) != len(targets) or len(dev_ids) != len(dev_targets):
        raise InputError(f"{len(ids)} and {len(dev_ids)} texts, but {len(targets)} and {len(dev_targets)} targets.")

    def of_batch(rows: Rows) -> Tensor:
        return loss(net(torch.from_numpy(pad([ids[i] for i in rows]))).float(), targets[rows])

    def held_out() -> float:
        return float(loss(torch.from_numpy(answer(net, dev_ids)), dev_targets))

    lengths = [len(text) for text in ids]
    return fine_tune(net, of_batch, held_out, lengths=lengths, plan=plan, checkpoint=checkpoint, tell=tell)


def answer(net: Callable[[Tensor], Tensor], ids: Sequence[Sequence[int]], *, batch: int = 128) -> Floats:
    """Return what `net` answers to each text, float32 (text, output), without gradients, in the given order."""
    order = np.argsort([len(text) for text in ids], kind="stable")
    found: Floats | None = None
    narrow = torch.cpu._is_avx512_bf16_supported()
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=narrow):
        for start in range(0, len(order), batch):
            rows = order[start : start + batch]
            answers = net(torch.from_numpy(pad([ids[i] for i in rows]))).float().numpy()
            if found is None:
                found = np.zeros((len(ids), *answers.shape[1:]), np.float32)
            found[rows] = answers
    if found is None:
        raise InputError("There is no text to answer.")
    return found
