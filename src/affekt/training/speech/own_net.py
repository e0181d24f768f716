"""A network of speech of one's own: taught labels, levels, numbers, or what a teacher says, and written as its file.

`speech` and `speech-nano` are the small networks from scratch that ship (`affekt.models.speech`), `wav2small` one of
fewer than 72 thousand numbers that takes the waveform (`affekt.models.wav2small`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from affekt.corpora.clips import Clips
from affekt.errors import InputError
from affekt.metrics.classification import unweighted_average_recall
from affekt.metrics.regression import ccc
from affekt.models.speech.net import SpeechConfig, SpeechNet
from affekt.models.wav2small.net import RATE, Wav2Small, numbers
from affekt.training.checkpoints import Checkpoint
from affekt.training.concordance import concordance_loss
from affekt.training.fine_tuning import Plan, Progress, fine_tune
from affekt.training.frozen_head import HeadTargets
from affekt.training.speech.changes import everyday
from affekt.training.speech.export import export_speech
from affekt.training.speech.lesson import Floats, Lesson
from affekt.training.speech.log_mel_cnn import BABBLE, plan_of_log_mel
from affekt.training.speech.loop import Batch, SpeechPlan, softmax, train_network
from affekt.training.speech.shipped import NANO
from affekt.training.speech.small_export import export_wav2small, quantize_wav2small
from affekt.training.speech.wav2small import listen

Samples = NDArray[np.float32]
Shape = Literal["speech", "speech-nano", "wav2small"]
SHAPES: tuple[Shape, ...] = get_args(Shape)
_SQUARED = 0.1  # share of the squared error beside the concordance: it keeps ratings from lying far off


@dataclass(frozen=True, slots=True)
class OwnPlan:
    """How it learns: `copies` of each clip changed as sounds are every day, others talking behind a share `babble` of
    them, at most `epochs` passes, with `mixup`."""

    shape: Shape = "speech"
    epochs: int = 60
    batch: int = 32
    learning_rate: float = 2e-3
    patience: int = 20
    copies: int = 1
    mixup: float = 0.3
    babble: float = BABBLE
    seconds: float = 2.0
    seed: int = 0
    checkpoint_s: float = 60.0


@dataclass(frozen=True, slots=True, eq=False)
class OwnLesson:
    """Clips with what is to be said of them, `train` to learn from and `valid` to stop by."""

    train: Clips
    targets: HeadTargets
    valid: Clips
    valid_targets: HeadTargets
    checkpoint: Path | None = None

    def __post_init__(self) -> None:
        for clips, targets in ((self.train, self.targets), (self.valid, self.valid_targets)):
            if len(clips) != len(targets.values) or not len(clips):
                raise InputError(
                    f"A network learns what is said of each clip: got {len(targets.values)} of {len(clips)}."
                )


@dataclass(frozen=True, slots=True, eq=False)
class OwnNet:
    """What came of it: the network, and how it was left. `parameters` counts its numbers."""

    net: SpeechNet | Wav2Small
    parameters: int
    measured: dict[str, float] = field(default_factory=dict)


def learn(lesson: OwnLesson, plan: OwnPlan = OwnPlan(), tell: Callable[[Progress], None] | None = None) -> OwnNet:
    """Return a network that learned the targets; with a checkpoint in the lesson a killed run goes on.

    Labels that exclude each other, or shares of them, are learned by cross entropy, labels that may come together and
    levels by binary cross entropy, numbers by one minus their concordance with what is told of each batch (CCC) and a
    little of the squared error. It is left at the epoch that says `valid` best. Raises `InputError` for other shapes.
    """
    if plan.shape not in SHAPES:
        raise InputError(f"Unknown shape {plan.shape!r}. Choose {', '.join(SHAPES)}.")
    torch.manual_seed(plan.seed)
    outputs = lesson.targets.values.shape[1]
    if plan.shape == "wav2small":
        return _learn_small(lesson, Wav2Small(outputs), plan, tell)
    net = SpeechNet(outputs, NANO if plan.shape == "speech-nano" else SpeechConfig())
    values, known = _tensors(lesson.targets)

    def loss(made: nn.Module, batch: Batch) -> Tensor:
        x, present = batch.given
        told, here = values[batch.rows], known[batch.rows]
        share, other = _mixing(len(told), plan.mixup)
        if other is not None:
            x, present = share * x + (1 - share) * x[other], present | present[other]
            told, here = share * told + (1 - share) * told[other], here & here[other]
        said: Tensor = made(x, present)
        return answer_loss(said.float(), told, here, lesson.targets.kind)

    how = SpeechPlan(
        epochs=plan.epochs,
        batch=_batch(lesson, plan),
        learning_rate=plan.learning_rate,
        weight_decay=0.02,
        # An average of the last hundred steps, where there are many more.
        averaging=0.99 if len(lesson.train) * plan.epochs > 500 * _batch(lesson, plan) else 0.0,
        patience=plan.patience,
        seconds=plan.seconds,
        vary=plan_of_log_mel(babble=plan.babble).vary,
        balanced=False,
        smoothing=0.0,
        changes=(everyday(),) if plan.copies else (),
        copies=plan.copies,
        temperature=False,
        bfloat16=True,
    )
    # As wide a space as there are outputs, and one label for all: nothing but the targets is looked at.
    space = replace(lesson.train.space, name="outputs", labels=tuple(f"output-{i}" for i in range(outputs)))
    train, valid = (replace(c, space=space, labels=np.zeros(len(c), np.int64)) for c in (lesson.train, lesson.valid))
    taught = train_network(
        net,
        Lesson(train, valid, seed=plan.seed, checkpoint=lesson.checkpoint),
        how,
        batch_loss=loss,
        watch=lambda logits: missed(logits, lesson.valid_targets),
        tell=tell,
    )
    measured = {name: taught.measured[name] for name in ("epoch", "learning-seconds")}
    return OwnNet(net, sum(each.numel() for each in net.parameters()), measured)


def answer_loss(said: Tensor, told: Tensor, known: Tensor, kind: str) -> Tensor:
    """Return the loss of raw answers (clip, output) where what is told is known, bool (clip, output); a scalar."""
    if kind == "exclusive":
        each = -(told * F.log_softmax(said, 1)).sum(1)
        here = known.all(1).to(said.dtype)
        return (each * here).sum() / here.sum().clamp_min(1)
    here = known.to(said.dtype)
    if kind == "dimensional":
        squared = ((said - told).square() * here).sum() / here.sum().clamp_min(1)
        return concordance_loss(said, told, known) + _SQUARED * squared
    binary = F.binary_cross_entropy_with_logits(said, told, reduction="none")
    return (binary * here).sum() / here.sum().clamp_min(1)


def missed(raw: Floats, targets: HeadTargets) -> float:
    """Return how wrong raw answers float64 (clip, output) are, lower is better: what ends learning, and is kept.

    Of hard labels one minus their unweighted recall, with a little of the loss; of shares and of several labels the
    loss; of numbers one minus the mean concordance.
    """
    if targets.kind == "dimensional":
        found = [
            ccc(targets.values[known, k], raw[known, k])
            for k, known in enumerate(targets.known.T)
            if known.sum() >= 2 and np.ptp(targets.values[known, k]) > 0 and np.ptp(raw[known, k]) > 0
        ]
        return 1 - float(np.mean(found)) if found else 1.0
    values, known = _tensors(targets)
    loss = float(answer_loss(torch.from_numpy(raw.astype(np.float32)), values, known, targets.kind))
    if targets.kind == "exclusive" and bool((targets.values.max(1) > 1 - 1e-9).all()):
        recall = unweighted_average_recall(targets.values.argmax(1), raw.argmax(1))
        return 1 - float(recall) + 1e-3 * min(loss, 10.0)
    return loss


def export_own(net: SpeechNet | Wav2Small, path: Path, clips: Clips) -> None:
    """Write a network in 8 bits; clips, which nothing is scored on, tell the ranges of what goes on in it."""
    if isinstance(net, SpeechNet):
        export_speech(net, path, spectra=list(clips.view("log-mel")))
        return
    plain = path.with_suffix(".plain.onnx")
    export_wav2small(net, plain)
    try:
        waves = clips.view("wave")
        quantize_wav2small(plain, path, [waves[i][:, 0] for i in range(0, len(clips), max(1, len(clips) // 100))])
    finally:
        plain.unlink(missing_ok=True)


def raw_answers(path: Path, clips: Clips) -> Floats:
    """Return what a file that `export_own` wrote gives for whole clips, before calibration: float64 (clip, output)."""
    from onnxruntime import InferenceSession, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = 1
    session = InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    if session.get_inputs()[0].name == "samples":
        waves = (np.ascontiguousarray(wave[:, 0]) for wave in clips.view("wave"))
        padded = (np.pad(wave, (0, max(0, 64 - len(wave)))).astype(np.float32) for wave in waves)
        return np.asarray([session.run(["answers"], {"samples": wave[None]})[0][0] for wave in padded], np.float64)
    return np.asarray(
        [
            session.run(["logits"], {"features": each[None], "length": np.array([len(each)], np.int64)})[0][0]
            for each in clips.view("log-mel")
        ],
        np.float64,
    )


def _learn_small(lesson: OwnLesson, net: Wav2Small, plan: OwnPlan, tell: Callable[[Progress], None] | None) -> OwnNet:
    """Teach a student that takes the waveform: windows cut anywhere, at unit power."""
    values, known = _tensors(lesson.targets)
    waves = lesson.train.view("wave")
    size = round(plan.seconds * RATE)

    def loss(rows: NDArray[np.int64]) -> Tensor:
        if len(rows) == 1 and len(waves) > 1:
            rows = np.append(rows, (rows[0] + 1) % len(waves))
        x = torch.from_numpy(np.stack([_window(waves[int(row)][:, 0], size) for row in rows]))
        told, here = values[rows], known[rows]
        share, other = _mixing(len(rows), plan.mixup)
        if other is not None:
            x, told = share * x + (1 - share) * x[other], share * told + (1 - share) * told[other]
            here = here & here[other]
        said: Tensor = net(x)
        return answer_loss(said, told, here, lesson.targets.kind)

    heard = [wave[:, 0] for wave in lesson.valid.view("wave")]
    how = Plan(
        epochs=plan.epochs,
        batch=_batch(lesson, plan),
        learning_rate=plan.learning_rate * 1.5,
        patience=plan.patience,
        seed=plan.seed,
        bfloat16=False,
        cosine=True,
    )
    fitted = fine_tune(
        net,
        loss,
        lambda: missed(_listened(net, heard), lesson.valid_targets),
        lengths=np.ones(len(waves), np.int64),
        plan=how,
        checkpoint=Checkpoint(lesson.checkpoint, every_s=plan.checkpoint_s) if lesson.checkpoint else None,
        tell=tell,
    )
    return OwnNet(net, numbers(net), {"epoch": float(fitted.epoch)})


def _batch(lesson: OwnLesson, plan: OwnPlan) -> int:
    """Return how many clips are learned from at once: fewer where there are few, so that there are steps enough."""
    return min(plan.batch, max(8, len(lesson.train) // 8))


def _listened(net: Wav2Small, sounds: Sequence[Samples]) -> Floats:
    was = net.training
    said = listen(net, sounds)
    net.train(was)
    return said


def _mixing(count: int, mixup: float) -> tuple[float, Tensor | None]:
    """Return the share of each clip and what it is mixed with, drawn from torch's own state, which checkpoints keep."""
    if not mixup or count < 2:
        return 1.0, None
    random = np.random.default_rng(int(torch.randint(2**62, (1,))))
    share = float(random.beta(mixup, mixup))
    return max(share, 1 - share), torch.from_numpy(random.permutation(count))


def _window(sound: Samples, size: int) -> Samples:
    """Return a cut of the sound at unit power, from anywhere; a shorter one with silence after it."""
    start = int(torch.randint(0, max(1, len(sound) - size + 1), ()))
    cut = np.asarray(sound[start : start + size], np.float32)
    cut = cut / np.float32(np.sqrt(np.mean(np.square(cut, dtype=np.float64)) + 1e-7))
    return cut if len(cut) >= size else np.pad(cut, (0, size - len(cut))).astype(np.float32)


def _tensors(targets: HeadTargets) -> tuple[Tensor, Tensor]:
    values = np.where(targets.known, targets.values, 0.0).astype(np.float32)
    return torch.from_numpy(values), torch.from_numpy(np.asarray(targets.known, np.bool_))


def own_probabilities(raw: Floats, kind: str) -> Floats:
    """Return raw answers as a teacher's kind of answers: shares, each label's probability, or the numbers."""
    if kind == "exclusive":
        return softmax(raw)
    return raw if kind == "dimensional" else 1 / (1 + np.exp(-raw))
