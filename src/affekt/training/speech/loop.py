"""The loop that teaches a network speech: windows, augmentation, early stopping by the recall of other speakers."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from affekt.corpora.clips import Clips
from affekt.corpora.sound_views import Change
from affekt.errors import InputError
from affekt.metrics.classification import unweighted_average_recall
from affekt.training.checkpoints import Checkpoint
from affekt.training.fine_tuning import Plan, Progress, fine_tune, learning_device
from affekt.training.speech.lesson import Floats, Lesson, Taught
from affekt.training.speech.windows import HOP_S, Frames, Norm, Statistics, Variation, cut, vary

_TEMPERATURES = np.exp(np.linspace(math.log(0.3), math.log(5.0), 80))


@dataclass(frozen=True, slots=True)
class SpeechPlan:
    """How a network learns from clips.

    seconds: how long windows are; longer clips are cut anywhere while learning, and read whole (to `longest`) to
    answer. norm: what features are normalised by: the clip's own mean and deviation ("clip"), the speaker's
    ("speaker"), the training clips' after the clip's mean per feature ("clip-mean") or over all features ("level") is
    taken out, or those alone ("train"). mixup: alpha of the Beta distribution that clips are mixed by, 0 for none
    (Zhang et al. 2018). smoothing: of labels. balanced: each label weighs the same. averaging: what share of the
    averaged weights is kept per step, 0 for none; the averaged ones answer. patience: epochs without better recall.
    changes: sounds changed beforehand, `copies` draws of each, of which each epoch draws one per clip.
    temperature: whether the answers' sharpness is fitted to `valid`. anywhere: learn where `learning_device` says,
    which a `batch_loss` with tensors of its own has to follow; else on the processor.
    """

    epochs: int = 40
    batch: int = 32
    learning_rate: float = 1e-3
    weight_decay: float = 0.01
    warmup: float = 0.1
    cosine: bool = True
    averaging: float = 0.0
    patience: int = 12
    seconds: float = 3.0
    longest: float = 12.0
    norm: Norm = "clip"
    trim: bool = True
    vary: Variation = field(default_factory=Variation)
    mixup: float = 0.0
    smoothing: float = 0.05
    balanced: bool = True
    changes: tuple[Change, ...] = ()
    copies: int = 1
    temperature: bool = True
    bfloat16: bool = False
    anywhere: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Windows to learn from: per view `inputs` (clip, frame, feature) and `present` bool (clip, frame).

    targets: (clip, label), which add up to 1, mixed and smoothed; labels, speakers: int64 (clip,), the latter places
    among the training speakers; weights: (clip,), of the label; rows: int64 (clip,), places among the training clips.
    """

    inputs: tuple[Tensor, ...]
    present: tuple[Tensor, ...]
    targets: Tensor
    labels: Tensor
    speakers: Tensor
    weights: Tensor
    rows: NDArray[np.int64] = field(repr=False)

    def to(self, device: torch.device) -> Batch:
        """Return the batch with its tensors on a device."""
        inputs, present = (tuple(each.to(device) for each in side) for side in (self.inputs, self.present))
        targets, labels, speakers, weights = (
            each.to(device) for each in (self.targets, self.labels, self.speakers, self.weights)
        )
        return Batch(inputs, present, targets, labels, speakers, weights, self.rows)

    @property
    def given(self) -> list[Tensor]:
        """What a network is called with: the windows and frames that are there, of each view in turn."""
        return list(chain.from_iterable(zip(self.inputs, self.present, strict=True)))


BatchLoss = Callable[[nn.Module, Batch], Tensor]
Watch = Callable[[Floats], float]


def cross_entropy(net: nn.Module, batch: Batch) -> Tensor:
    """Return the weighted cross entropy of a network's logits (clip, label)."""
    logits: Tensor = net(*batch.given)
    losses = -(batch.targets * F.log_softmax(logits.float(), 1)).sum(1)
    return (losses * batch.weights).sum() / batch.weights.sum()


def train_network(
    net: nn.Module,
    lesson: Lesson,
    plan: SpeechPlan = SpeechPlan(),
    *,
    batch_loss: BatchLoss | None = None,
    views: Sequence[str] = ("log-mel",),
    watch: Watch | None = None,
    tell: Callable[[Progress], None] | None = None,
) -> Taught:
    """Train `net` in place and return what it answers: the epoch that recalled the labels of `valid` best.

    The network is called with (clip, frame, feature) and bool (clip, frame) of each view in turn and returns logits
    (clip, label). `batch_loss` takes it and a `Batch`, and returns a scalar; without one it is `cross_entropy`. Seed
    torch before the network is made; what is drawn while learning follows `lesson.seed`. It is on the
    processor afterwards. With a checkpoint in the
    lesson a killed run goes on where it was. With ``norm="speaker"`` the answer normalises by the clips it is given,
    which is transductive, and `answer_knowing` by others. `watch` takes the logits of `valid` and says how wrong they
    are, where that is not what recall says; `tell` hears of progress.
    """
    if not views:
        raise InputError("A network needs a view at least: log-mel, mfcc, prosody, functionals, wave.")
    if plan.vary.babble and set(views) != {"log-mel"}:
        raise InputError(f"Babble is added to a log-mel spectrum alone, and the network sees {', '.join(views)}.")
    started = time.monotonic()
    device = learning_device() if plan.anywhere else torch.device("cpu")
    net.to(device)
    teacher = _Teacher(net, lesson, plan, views)
    chosen = batch_loss or cross_entropy
    epochs = 2 if lesson.smoke else plan.epochs
    how = Plan(
        epochs=epochs,
        batch=plan.batch,
        learning_rate=plan.learning_rate,
        weight_decay=plan.weight_decay,
        warmup=plan.warmup,
        patience=plan.patience,
        seed=lesson.seed,
        bfloat16=plan.bfloat16,
        cosine=plan.cosine,
        averaging=plan.averaging,
    )
    fitted = fine_tune(
        net,
        lambda rows: chosen(net, teacher.batch(rows).to(device)),
        teacher.missed if watch is None else lambda: watch(teacher.watched.logits(lesson.valid)),
        lengths=np.ones(len(lesson.train), np.int64),
        plan=how,
        checkpoint=Checkpoint(lesson.checkpoint) if lesson.checkpoint else None,
        tell=tell,
    )
    reader = teacher.reader(net.to("cpu"))
    if plan.temperature:
        reader.temperature = fit_temperature(reader.logits(lesson.valid), lesson.valid.labels)
    measured = {
        **{"valid-uar": _recall(lesson.valid, reader.answer(lesson.valid)), "epoch": float(fitted.epoch)},
        **{"temperature": reader.temperature, "learning-seconds": time.monotonic() - started},
    }
    parameters = sum(each.numel() for each in net.parameters() if each.requires_grad)
    knowing = reader.answer if plan.norm == "speaker" else None
    return Taught(reader.answer, parameters, measured, knowing, net)


class Reader:
    """A network that answers clips: whole ones, in batches of like length."""

    def __init__(self, net: nn.Module, plan: SpeechPlan, views: Sequence[str], fixed: Sequence[Statistics | None]):
        self.net, self.plan, self.views, self.fixed = net, plan, tuple(views), tuple(fixed)
        self.temperature = 1.0

    def answer(self, clips: Clips, known: Clips | None = None) -> Floats:
        """Return probabilities float64 (clip, label); `known` are clips to normalise the speakers by."""
        return softmax(self.logits(clips, known) / self.temperature)

    def logits(self, clips: Clips, known: Clips | None = None) -> Floats:
        """Return logits float64 (clip, label)."""
        plan = self.plan
        kept = [
            Frames(clips, view, plan.norm, trim=plan.trim, fixed=fixed, known=known)
            for view, fixed in zip(self.views, self.fixed, strict=True)
        ]
        least, most = (max(1, round(each / HOP_S)) for each in (plan.seconds, plan.longest))
        lengths = np.array([len(kept[0].raw(i)) for i in range(len(clips))])
        order = np.argsort(lengths, kind="stable")
        out: Floats = np.zeros((len(clips), len(clips.space)))
        device = next((each.device for each in self.net.parameters()), torch.device("cpu"))
        self.net.eval()
        with torch.no_grad():
            for rows in np.array_split(order, -(-len(order) // 32)):
                given: list[Tensor] = []
                for frames in kept:
                    windows = [frames.clip(int(i)) for i in rows]
                    longest = max(len(each) for each in windows)
                    given += cut(windows, min(most, max(least, longest)) if longest > 1 else 1)
                out[rows] = self.net(*(each.to(device) for each in given)).float().cpu().numpy()
        return out


class _Teacher:
    """The clips of a lesson, as batches."""

    def __init__(self, net: nn.Module, lesson: Lesson, plan: SpeechPlan, views: Sequence[str]) -> None:
        self.lesson, self.plan, self.views, self.net = lesson, plan, tuple(views), net
        whole = [Frames(lesson.train, view, plan.norm, trim=plan.trim) for view in self.views]
        self.fixed = [each.measure() for each in whole]
        for each, fixed in zip(whole, self.fixed, strict=True):
            each.fixed = fixed
        self.sources = [whole]
        for change in plan.changes:
            for draw in range(plan.copies):
                self.sources.append(
                    [
                        Frames(lesson.train, view, plan.norm, trim=plan.trim, fixed=fixed, changed=(change, draw))
                        for view, fixed in zip(self.views, self.fixed, strict=True)
                    ]
                )
        self.labels = torch.from_numpy(lesson.train.labels)
        self.speakers = torch.from_numpy(lesson.train.speaker_places())
        counts = np.bincount(lesson.train.labels, minlength=lesson.labels)
        share = len(lesson.train) / np.maximum(counts, 1) / max(1, (counts > 0).sum())
        self.weights = torch.from_numpy((share if plan.balanced else np.ones(len(counts))).astype(np.float32))
        self.watched = self.reader(net)

    def reader(self, net: nn.Module) -> Reader:
        return Reader(net, self.plan, self.views, self.fixed)

    def missed(self) -> float:
        """One minus the recall of the clips to stop by; of equals the one with less cross entropy is better."""
        logits = self.watched.logits(self.lesson.valid)
        truth = self.lesson.valid.labels
        loss = float(-np.log(softmax(logits)[np.arange(len(truth)), truth] + 1e-9).mean())
        return 1 - _recall(self.lesson.valid, logits) + 1e-3 * min(loss, 10.0)

    def crowds(self, clips: int, generator: torch.Generator) -> list[tuple[list[int], float] | None]:
        """For each clip who else is heard, two to eight others, and how much weaker in dB; None for nobody."""
        how = self.plan.vary
        if not how.babble:
            return [None] * clips
        low, high = how.babble_db
        drawn = torch.rand(clips, 3, generator=generator).tolist()
        return [
            (
                torch.randint(len(self.labels), (2 + int(7 * many),), generator=generator).tolist(),
                low + (high - low) * weak,
            )
            if comes < how.babble
            else None
            for comes, many, weak in drawn
        ]

    def batch(self, rows: NDArray[np.int64]) -> Batch:
        plan = self.plan
        if len(rows) == 1 and len(self.labels) > 1:
            # Normalisation over a batch needs two clips.
            rows = np.append(rows, (rows[0] + 1) % len(self.labels))
        # Drawn from torch's own state, which a checkpoint keeps: a resumed run draws what it would have drawn.
        generator = torch.Generator().manual_seed(int(torch.randint(2**62, (1,))))
        which = torch.randint(len(self.sources), (len(rows),), generator=generator).tolist()
        crowds = self.crowds(len(rows), generator)
        start = generator.get_state()
        inputs, present = [], []
        for place in range(len(self.views)):
            # All views of a clip are cut at one place.
            generator.set_state(start)
            windows = [
                self.sources[source][place].among(int(i), *behind)
                if behind
                else self.sources[source][place].clip(int(i))
                for source, i, behind in zip(which, rows, crowds, strict=True)
            ]
            size = 1 if max(map(len, windows)) == 1 else max(1, round(plan.seconds / HOP_S))
            x, there = cut(windows, size, generator=generator, speed=plan.vary.speed)
            inputs.append(vary(x, there, plan.vary, generator))
            present.append(there)
        labels = self.labels[rows]
        targets = F.one_hot(labels, self.lesson.labels).float()
        weights = self.weights[labels]
        if plan.mixup:
            share = np.random.default_rng(int(torch.randint(2**62, (1,), generator=generator))).beta(
                plan.mixup, plan.mixup
            )
            share = max(share, 1 - share)
            other = torch.randperm(len(rows), generator=generator)
            inputs = [share * x + (1 - share) * x[other] for x in inputs]
            present = [there | there[other] for there in present]
            targets = share * targets + (1 - share) * targets[other]
            weights = share * weights + (1 - share) * weights[other]
        targets = (1 - plan.smoothing) * targets + plan.smoothing / self.lesson.labels
        return Batch(tuple(inputs), tuple(present), targets, labels, self.speakers[rows], weights, rows)


def softmax(logits: Floats) -> Floats:
    """Return probabilities float64 (clip, label) of logits."""
    raised = np.exp(logits - logits.max(1, keepdims=True))
    found: Floats = raised / raised.sum(1, keepdims=True)
    return found


def fit_temperature(logits: Floats, labels: NDArray[np.int64]) -> float:
    """Return what logits are divided by so that the labels are least surprising: Guo et al. 2017.

    >>> fit_temperature(np.array([[9.0, 0.0], [9.0, 0.0]]), np.array([0, 1])) > 4
    True
    """
    rows = np.arange(len(labels))
    losses = [-np.log(softmax(logits / t)[rows, labels] + 1e-12).mean() for t in _TEMPERATURES]
    return float(_TEMPERATURES[int(np.argmin(losses))])


def _recall(clips: Clips, answers: Floats) -> float:
    return unweighted_average_recall(clips.labels, answers.argmax(1))
