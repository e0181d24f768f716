"""The loop that teaches networks of words and sound, and how they answer: batches of pairs, padded."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from affekt.corpora.paired import Floats, Paired
from affekt.layers.pair import Pair
from affekt.metrics.classification import unweighted_average_recall
from affekt.training.fine_tuning import Plan, fine_tune

Loss = Callable[[nn.Module, Pair, NDArray[np.int64]], Tensor]
Read = Callable[[nn.Module, Pair], Tensor]
_PLAN = Plan(epochs=30, batch=32, learning_rate=2e-3, weight_decay=0.01, patience=8, bfloat16=False, cosine=True)


@dataclass(frozen=True, slots=True, eq=False)
class PairedTaught:
    """What came of it: the network at its best epoch, how many numbers were fitted, and what was measured."""

    net: nn.Module
    parameters: int
    measured: Mapping[str, float] = field(default_factory=dict)

    def answer(self, paired: Paired) -> NDArray[np.float64]:
        """Return probabilities float64 (utterance, label)."""
        return probabilities(self.net, paired)


def batch_pair(paired: Paired, rows: NDArray[np.int64]) -> Pair:
    """Return the utterances at `rows` as tensors padded with zeros; confidence is 0 behind the last word."""
    words, words_present = _padded([paired.words[i] for i in rows])
    sound, sound_present = _padded([paired.sounds[i] for i in rows])
    confidence = torch.zeros(words_present.shape)
    for row, place in enumerate(rows):
        confidence[row, : len(paired.confidence[place])] = torch.from_numpy(paired.confidence[place])
    return Pair(words, words_present, confidence, sound, sound_present)


def teach_paired(
    net: nn.Module,
    train: Paired,
    valid: Paired,
    *,
    plan: Plan = _PLAN,
    loss: Loss | None = None,
    missed: Callable[[nn.Module], float] | None = None,
) -> PairedTaught:
    """Train `net`, a `Pair` to logits (batch, label), in place, and return it at its best epoch on `valid`.

    loss: takes the network, a batch and its places in `train`; without one it is the cross entropy of labels that
    weigh alike, and what the network wants learned `aside`. missed: what is kept low on `valid`; without it, the
    share of labels not recalled. Seed torch before the network is made; what is drawn while learning follows the plan.
    """
    started = time.monotonic()
    labels = torch.from_numpy(train.labels)
    counts = np.bincount(train.labels, minlength=len(train.space)).clip(1)
    weights = torch.from_numpy((len(train) / (len(train.space) * counts)).astype(np.float32))

    def plain(net: nn.Module, pair: Pair, rows: NDArray[np.int64]) -> Tensor:
        entropy = F.cross_entropy(net(pair), labels[rows], weight=weights)
        aside = getattr(net, "aside", None)
        return entropy if aside is None else entropy + aside

    def not_recalled(net: nn.Module) -> float:
        said = probabilities(net, valid)
        # The entropy parts what recall leaves alike.
        entropy = -np.log(said[np.arange(len(valid)), valid.labels].clip(1e-9)).mean()
        return 1 - unweighted_average_recall(valid.labels, said.argmax(1)) + 1e-3 * float(entropy)

    chosen, held = loss or plain, missed or not_recalled
    torch.manual_seed(plan.seed)
    fitted = fine_tune(
        net,
        lambda rows: chosen(net, batch_pair(train, rows), rows),
        lambda: held(net),
        lengths=[len(each) for each in train.sounds],
        plan=plan,
    )
    parameters = sum(each.numel() for each in net.parameters() if each.requires_grad)
    return PairedTaught(net, parameters, {"epoch": float(fitted.epoch), "learning-seconds": time.monotonic() - started})


def read_pairs(net: nn.Module, paired: Paired, read: Read | None = None, *, batch: int = 128) -> Floats:
    """Return what `net` (or `read` of it and a `Pair`) gives for each utterance, float32, without gradients."""
    net.eval()
    found = []
    with torch.no_grad():
        for rows in np.array_split(np.arange(len(paired)), -(-len(paired) // batch)):
            pair = batch_pair(paired, rows)
            found.append((net(pair) if read is None else read(net, pair)).float().numpy())
    return np.concatenate(found)


def probabilities(net: nn.Module, paired: Paired) -> NDArray[np.float64]:
    """Return the soft-max of a network's logits, float64 (utterance, label)."""
    logits = read_pairs(net, paired).astype(np.float64)
    powers = np.exp(logits - logits.max(1, keepdims=True))
    return np.asarray(powers / powers.sum(1, keepdims=True))


def _padded(rows: list[Floats]) -> tuple[Tensor, Tensor]:
    longest = max(len(each) for each in rows)
    table, present = (
        torch.zeros(len(rows), longest, rows[0].shape[1]),
        torch.zeros(len(rows), longest, dtype=torch.bool),
    )
    for place, each in enumerate(rows):
        table[place, : len(each)] = torch.from_numpy(each)
        present[place, : len(each)] = True
    return table, present
