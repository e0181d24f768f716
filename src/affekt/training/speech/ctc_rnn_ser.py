"""How the recurrent network is taught by connectionist temporal classification, and how its baseline is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import torch
from torch import Tensor, nn

from affekt.models.ctc_rnn_ser.net import CtcRnn, MeanPooledRnn
from affekt.training.speech.lesson import Lesson, Taught
from affekt.training.speech.loop import Batch, SpeechPlan, train_network


@dataclass(frozen=True, slots=True)
class Config:
    """head: ``ctc``, or ``mean`` for the mean-pooled network with cross entropy, all else alike.

    neutral: the label, by name, whose target is the empty sequence; "" where each label is emitted.
    """

    head: Literal["ctc", "mean"] = "ctc"
    width: int = 64
    dropout: float = 0.3
    size: int = 20
    step: int = 10
    neutral: str = ""
    plan: SpeechPlan = field(
        default_factory=lambda: SpeechPlan(
            epochs=40,
            batch=32,
            learning_rate=3e-3,
            smoothing=0.0,
            norm="clip",
            patience=12,
            seconds=4.0,
        )
    )


def teach(lesson: Lesson, config: Config = Config()) -> Taught:
    """Return a network that has learned from the lesson; `net` of it says where the emotion is (`where`).

    Chernykh & Prikhodko 2017.
    """
    torch.manual_seed(lesson.seed)
    features = lesson.train.view("mfcc")[0].shape[1]
    shape = {"width": config.width, "dropout": config.dropout}
    interval = (config.size, config.step)
    if config.head == "mean":
        pooled = MeanPooledRnn(features, lesson.labels, interval=interval, **shape)  # type: ignore[arg-type]
        return train_network(pooled, lesson, config.plan, views=("mfcc",))
    neutral = lesson.train.space.index(config.neutral) if config.neutral else None
    net = CtcRnn(features, lesson.labels, interval=interval, neutral=neutral, **shape)  # type: ignore[arg-type]
    return train_network(net, lesson, config.plan, batch_loss=ctc_loss, views=("mfcc",))


def ctc_loss(net: nn.Module, batch: Batch) -> Tensor:
    """Return the weighted loss of a batch, each target being one label or none."""
    assert isinstance(net, CtcRnn)
    return net.loss(batch.inputs[0], batch.labels, batch.present[0], weights=batch.weights)
