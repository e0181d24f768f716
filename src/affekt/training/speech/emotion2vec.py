"""emotion2vec: pretraining on speech without labels, and what a linear layer reads off it. Ma et al. 2023."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from affekt.corpora.clips import Clips
from affekt.errors import InputError
from affekt.layers.speech_encoder import SpeechEncoder, speech_size
from affekt.models.emotion2vec.net import EmotionPretrainer
from affekt.training.checkpoints import Checkpoint
from affekt.training.fine_tuning import Plan, Progress, fine_tune
from affekt.training.speech.lesson import Lesson, Taught
from affekt.training.speech.probe import probe
from affekt.training.speech.trunk_batches import pad_clips
from affekt.training.speech.upstreams import of_trunk


@dataclass(frozen=True, slots=True)
class Pretraining:
    """How an encoder is pretrained.

    decay: how much of the teacher stays at the first step and at the last; utterance_weight: of the utterance loss
    beside the frame loss; size: of the encoder, where none is given.
    """

    size: str = "small"
    epochs: int = 20
    batch: int = 32
    learning_rate: float = 1e-3
    warmup: float = 0.05
    seconds: float = 3.0
    tokens: int = 10
    top: int = 2
    share: float = 0.5
    span: int = 5
    decay: tuple[float, float] = (0.99, 0.9995)
    utterance_weight: float = 1.0
    frame_weight: float = 1.0
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Pretrained:
    """The encoder; the mean of both losses over the last epoch, and the variance of the targets at its end."""

    encoder: SpeechEncoder
    frame_loss: float
    utterance_loss: float
    variance: float
    seconds: float


def pretrain(
    clips: Clips,
    how: Pretraining = Pretraining(),
    *,
    encoder: SpeechEncoder | None = None,
    checkpoint: Path | None = None,
    tell: Callable[[Progress], None] | None = None,
) -> Pretrained:
    """Return an encoder pretrained on clips, whose labels are not looked at.

    encoder: one to go on from, else a fresh one of `how.size`, its scale fitted to the clips. With a `checkpoint` a
    killed run goes on where it was and ends as it would have ended. Raises `InputError` where nothing is to learn from
    or the targets collapse to one point.
    """
    started = time.monotonic()
    torch.manual_seed(how.seed)
    student = encoder or SpeechEncoder(speech_size(how.size))
    frames = clips.view(student.view)
    if encoder is None:
        step = max(1, len(clips) // 500)
        student.fit_scale(torch.from_numpy(np.concatenate([np.asarray(frames[i]) for i in range(0, len(clips), step)])))
    net = EmotionPretrainer(student, tokens=how.tokens, top=how.top, share=how.share, span=how.span)
    net.teacher.load_state_dict(student.state_dict())
    steps = how.epochs * -(-len(clips) // how.batch)
    late: list[tuple[float, float, float]] = []

    def loss(rows: NDArray[np.int64]) -> Tensor:
        # The teacher follows what the step before made of the student.
        done = min(1.0, float(net.steps) / max(1, steps - 1))
        net.follow(how.decay[0] + done * (how.decay[1] - how.decay[0]))
        x, present = pad_clips([frames[int(i)] for i in rows], seconds=how.seconds, draw=True)
        found = net(x, present.sum(1))
        late.append((float(found.frame.detach()), float(found.utterance.detach()), float(found.variance)))
        return how.frame_weight * found.frame + how.utterance_weight * found.utterance

    plan = Plan(
        epochs=how.epochs,
        batch=how.batch,
        learning_rate=how.learning_rate,
        weight_decay=0.01,
        warmup=how.warmup,
        patience=how.epochs + 1,
        seed=how.seed,
        bfloat16=False,
        cosine=True,
    )
    kept = Checkpoint(checkpoint, every_s=60.0) if checkpoint else None
    # Every epoch counts as better than the one before: what is kept is the last.
    fine_tune(
        net,
        loss,
        lambda: -float(net.steps),
        lengths=np.ones(len(clips), np.int64),
        plan=plan,
        checkpoint=kept,
        tell=tell,
    )
    last = np.array(late[-max(1, len(clips) // how.batch) :]) if late else np.full((1, 3), np.nan)
    if last[-1, 2] < 1e-6:
        raise InputError("The targets collapsed to one point: lower the learning rate or raise the decay.")
    mean = last.mean(0)
    net.student.eval()
    return Pretrained(net.student, float(mean[0]), float(mean[1]), float(last[-1, 2]), time.monotonic() - started)


@dataclass(frozen=True, slots=True)
class Config:
    """unlabelled: pretraining on the training clips, or on none ("" for the untrained encoder)."""

    pretraining: Pretraining = Pretraining()
    untrained: bool = False


def teach(lesson: Lesson, config: Config = Config()) -> Taught:
    """Return a linear layer on an encoder pretrained on the training clips, or left as it was drawn."""
    how = replace(config.pretraining, seed=lesson.seed)
    if lesson.smoke:
        how = replace(how, epochs=2, size="tiny")
    if config.untrained:
        torch.manual_seed(how.seed)
        encoder = SpeechEncoder(speech_size(how.size))
        frames = lesson.train.view(encoder.view)
        encoder.fit_scale(torch.from_numpy(np.concatenate([np.asarray(frames[i]) for i in range(0, len(frames), 4)])))
        measured = {}
    else:
        made = pretrain(lesson.train, how, checkpoint=lesson.checkpoint)
        encoder = made.encoder
        measured = {"frame-loss": made.frame_loss, "utterance-loss": made.utterance_loss, "variance": made.variance}
    taught = probe(of_trunk(encoder, "emotion2vec", "ours"), lesson)
    return replace(taught, measured={**taught.measured, **measured}, net=encoder)
