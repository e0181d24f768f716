"""log-mel-cnn: a small convolutional network on a log-mel spectrum, from scratch."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import torch

from affekt.models.speech.net import SpeechConfig, SpeechNet
from affekt.training.speech.lesson import Lesson, Taught
from affekt.training.speech.loop import SpeechPlan, train_network
from affekt.training.speech.windows import Variation

BABBLE = 0.6
"""How many of the clips have others talking behind them, where a model is to stand a full room."""


def plan_of_log_mel(*, babble: float = 0.0) -> SpeechPlan:
    """Return how the network learns; `babble` is `Variation.babble`."""
    return SpeechPlan(
        epochs=60,
        learning_rate=2e-3,
        weight_decay=0.02,
        averaging=0.99,
        patience=25,
        seconds=2.0,
        mixup=0.3,
        smoothing=0.1,
        bfloat16=True,
        anywhere=True,
        vary=Variation(speed=0.15, warp=0.1, gain=0.1, time_masks=2, frequency_masks=2, noise=0.05, babble=babble),
    )


@dataclass(frozen=True, slots=True)
class Config:
    """The network and how it learns."""

    net: SpeechConfig = field(default_factory=SpeechConfig)
    plan: SpeechPlan = field(default_factory=plan_of_log_mel)


def teach(lesson: Lesson, config: Config = Config()) -> Taught:
    """Return a network of residual convolutions with attentive statistics, on 64 mel bands normalised by clip."""
    torch.manual_seed(lesson.seed)
    net = SpeechNet(lesson.labels, config.net)
    return train_network(net, lesson, config.plan)


def teach_normalised(lesson: Lesson) -> Taught:
    """Return the same network on bands that are normalised by speaker."""
    return teach(lesson, Config(plan=replace(plan_of_log_mel(), norm="speaker")))
