"""The loop that teaches a network to fuse modalities: normalised tokens in, label logits out, classes balanced."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from affekt.corpora.clips import Clips
from affekt.corpora.utterances import Utterances
from affekt.errors import InputError
from affekt.metrics.classification import macro_f1, unweighted_average_recall
from affekt.training.fine_tuning import Plan, fine_tune
from affekt.training.speech.lesson import Lesson, Taught
from affekt.training.speech.loop import fit_temperature, softmax

Floats = NDArray[np.float64]
Balance = Literal["none", "weights", "sampling", "scheduled"]
BALANCES: tuple[Balance, ...] = ("none", "weights", "sampling", "scheduled")
Inputs = dict[str, Tensor]
Scales = Mapping[str, tuple[Tensor, Tensor] | None]
FusedLoss = Callable[[nn.Module, Inputs, Tensor, Tensor], Tensor]


@dataclass(frozen=True, slots=True)
class FusedPlan:
    """How a network learns to fuse.

    balance: "weights" lets each label count alike in the loss; "sampling" draws each label as often; "scheduled" draws
    them alike at first and as they come at the end, along a line; "none" takes them as they come. noise: deviation
    of what is added to normalised tokens while learning. lost: how often a modality of an utterance is blanked while
    learning. raw: modalities taken as they are, such as shares and places in a table. stop: what of the held-out
    utterances chooses the epoch, "last" for nothing: the last is taken.
    """

    epochs: int = 30
    batch: int = 32
    learning_rate: float = 1e-3
    weight_decay: float = 0.01
    patience: int = 8
    balance: Balance = "weights"
    noise: float = 0.1
    lost: float = 0.0
    smoothing: float = 0.0
    raw: tuple[str, ...] = ()
    stop: Literal["uar", "macro-f1", "last"] = "uar"


@dataclass(frozen=True, slots=True, eq=False)
class FusedLesson:
    """What to learn from, and what to stop by: utterances of other speakers, never those that are scored."""

    train: Utterances
    valid: Utterances
    seed: int = 0
    smoke: bool = False

    def __post_init__(self) -> None:
        if not len(self.train) or not len(self.valid):
            raise InputError(f"There are {len(self.train)} utterances to learn from and {len(self.valid)} to stop by.")
        if self.train.space.labels != self.valid.space.labels or set(self.train.tokens) != set(self.valid.tokens):
            raise InputError("What is learned from and what stops it differ in labels or modalities.")


@dataclass(frozen=True, slots=True, eq=False)
class Fused:
    """What came of it: the network, what normalises each modality, the temperature, and what was measured."""

    net: nn.Module
    scales: Scales
    temperature: float
    measured: Mapping[str, float]

    @property
    def parameters(self) -> int:
        """How many numbers were fitted."""
        return sum(each.numel() for each in self.net.parameters() if each.requires_grad)

    def logits(self, utterances: Utterances) -> Floats:
        """Return logits float64 (utterance, label)."""
        self.net.eval()
        with torch.no_grad():
            parts = np.array_split(np.arange(len(utterances)), max(1, -(-len(utterances) // 256)))
            said = [self.net(normalised(utterances, self.scales, rows)).float().numpy() for rows in parts]
        return np.concatenate(said).astype(np.float64)

    def answer(self, utterances: Utterances) -> Floats:
        """Return probabilities float64 (utterance, label)."""
        return softmax(self.logits(utterances) / self.temperature)


def cross_entropy(net: nn.Module, inputs: Inputs, labels: Tensor, weights: Tensor) -> Tensor:
    """Return the weighted cross entropy of a network's logits; labels: int64 (utterance,), weights: (utterance,)."""
    losses = F.cross_entropy(net(inputs), labels, reduction="none")
    return (losses * weights).sum() / weights.sum()


def teach_fused(
    net: nn.Module,
    lesson: FusedLesson,
    plan: FusedPlan = FusedPlan(),
    *,
    batch_loss: FusedLoss | None = None,
    scales: Scales | None = None,
) -> Fused:
    """Train `net` in place and return what it answers: the epoch that did best on `valid`.

    The network takes tokens by modality, (utterance, token, feature), each feature of mean 0 and deviation 1 over the
    training utterances (or by `scales`, to go on with a network that was taught before), and returns logits
    (utterance, label). Seed torch before the network is made. Raises `InputError` for an unknown way to balance.
    """
    if plan.balance not in BALANCES:
        raise InputError(f"Unknown balance {plan.balance!r}. Use {', '.join(BALANCES)}.")
    started = time.monotonic()
    train, chosen = lesson.train, batch_loss or cross_entropy
    scales = scales or measure(train, raw=plan.raw)
    counts = np.bincount(train.labels, minlength=len(train.space))
    share = len(train) / np.maximum(counts, 1) / max(1, int((counts > 0).sum()))
    weights = torch.from_numpy((share if plan.balance == "weights" else np.ones(len(counts))).astype(np.float32))
    labels = torch.from_numpy(train.labels)
    epochs = min(2, plan.epochs) if lesson.smoke else plan.epochs
    steps, step = epochs * -(-len(train) // plan.batch), 0

    def loss(rows: NDArray[np.int64]) -> Tensor:
        nonlocal step
        generator = np.random.default_rng(int(torch.randint(2**62, (1,))))
        if plan.balance in ("sampling", "scheduled"):
            rows = _drawn(
                train.labels, counts, len(rows), step / steps if plan.balance == "scheduled" else 0.0, generator
            )
        step += 1
        inputs = varied(normalised(train, scales, rows), plan)
        return chosen(net, inputs, labels[rows], weights[labels[rows]])

    taught, passed = Fused(net, scales, 1.0, {}), 0

    def missed() -> float:
        nonlocal passed
        passed += 1
        if plan.stop == "last":
            return 1 / passed
        logits = taught.logits(lesson.valid)
        surprise = -np.log(softmax(logits)[np.arange(len(logits)), lesson.valid.labels] + 1e-9).mean()
        return 1 - reached(lesson.valid, logits, plan.stop) + 1e-3 * min(float(surprise), 10.0)

    how = Plan(
        epochs=epochs,
        batch=plan.batch,
        learning_rate=plan.learning_rate,
        weight_decay=plan.weight_decay,
        patience=plan.patience,
        seed=lesson.seed,
        bfloat16=False,
        cosine=True,
    )
    fitted = fine_tune(net, loss, missed, lengths=np.ones(len(train), np.int64), plan=how)
    logits = taught.logits(lesson.valid)
    temperature = fit_temperature(logits, lesson.valid.labels)
    watched = "macro-f1" if plan.stop == "macro-f1" else "uar"
    measured = {
        **{f"valid-{watched}": reached(lesson.valid, logits, watched), "epoch": float(fitted.epoch)},
        **{"temperature": temperature, "learning-seconds": time.monotonic() - started},
    }
    return Fused(net, scales, temperature, measured)


def teach_clips(lesson: Lesson, told: Callable[[Clips], Utterances], teach: Callable[[FusedLesson], Fused]) -> Taught:
    """Return what a method of fusion learns from clips alone; `told` makes utterances of several modalities of them."""
    fused = teach(FusedLesson(told(lesson.train), told(lesson.valid), lesson.seed, lesson.smoke))
    return Taught(lambda clips: fused.answer(told(clips)), fused.parameters, fused.measured, net=fused.net)


def measure(utterances: Utterances, *, raw: tuple[str, ...] = ()) -> Scales:
    """Return mean and deviation of each feature over all tokens, (feature,) each; None for `raw` modalities."""
    found: dict[str, tuple[Tensor, Tensor] | None] = dict.fromkeys(utterances.tokens)
    for name, values in utterances.tokens.items():
        if name in raw:
            continue
        flat = values.reshape(-1, values.shape[-1]).astype(np.float64)
        mean, spread = flat.mean(0), flat.std(0)
        spread = np.where(spread > 1e-6, spread, 1.0)
        found[name] = (torch.from_numpy(mean.astype(np.float32)), torch.from_numpy(spread.astype(np.float32)))
    return found


def normalised(utterances: Utterances, scales: Scales, rows: NDArray[np.int64]) -> Inputs:
    """Return tokens by modality, float32 (utterance, token, feature), within ten deviations where normalised."""
    found = {name: torch.from_numpy(utterances.tokens[name][rows]) for name in scales}
    return {
        name: found[name] if scale is None else ((found[name] - scale[0]) / scale[1]).clamp(-10, 10)
        for name, scale in scales.items()
    }


def varied(inputs: Inputs, plan: FusedPlan) -> Inputs:
    """Return inputs with the plan's noise and lost modalities; of each utterance one modality stays at least."""
    names = list(inputs)
    if plan.noise:
        inputs = {name: x if name in plan.raw else x + plan.noise * torch.randn_like(x) for name, x in inputs.items()}
    if plan.lost and len(names) > 1:
        count = len(next(iter(inputs.values())))
        kept = torch.rand(count, len(names)) >= plan.lost
        kept[torch.arange(count), torch.randint(len(names), (count,))] = True
        inputs = {name: inputs[name] * kept[:, i, None, None] for i, name in enumerate(names)}
    return inputs


def reached(utterances: Utterances, logits: Floats, stop: str) -> float:
    """Return recall or macro-F1 of the likeliest labels."""
    said = logits.argmax(1)
    if stop == "uar":
        return float(unweighted_average_recall(utterances.labels, said))
    names = np.eye(logits.shape[1], dtype=bool)
    return float(macro_f1(names[utterances.labels], names[said]))


def _drawn(
    labels: NDArray[np.int64], counts: NDArray[np.int64], size: int, done: float, generator: np.random.Generator
) -> NDArray[np.int64]:
    """Places drawn with each label's weight n^-1 at the beginning and n^0 at the end."""
    chance = np.maximum(counts, 1.0)[labels] ** (done - 1.0)
    return generator.choice(len(labels), size, p=chance / chance.sum()).astype(np.int64)
