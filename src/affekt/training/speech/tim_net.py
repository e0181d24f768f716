"""How TIM-Net is taught: from cepstra, with smoothed labels, as its authors do."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch

from affekt.models.tim_net.net import Fusion, TimNet
from affekt.training.speech.lesson import Lesson, Taught
from affekt.training.speech.loop import SpeechPlan, train_network
from affekt.training.speech.windows import Variation


@dataclass(frozen=True, slots=True)
class Config:
    """The paper's width, dropout and smoothing. Every third frame is read (30 ms); the blocks reach 7.6 s back."""

    width: int = 39
    blocks: int = 7
    dropout: float = 0.1
    fusion: Fusion = "dynamic"
    stride: int = 3
    plan: SpeechPlan = field(
        default_factory=lambda: SpeechPlan(
            epochs=30,
            batch=32,
            learning_rate=3e-3,
            smoothing=0.1,
            norm="clip",
            patience=8,
            vary=Variation(time_masks=1, noise=0.1),
        )
    )


def teach(lesson: Lesson, config: Config = Config()) -> Taught:
    """Return a TIM-Net that has learned from the lesson. Ye et al. 2023."""
    torch.manual_seed(lesson.seed)
    net = TimNet(
        *(lesson.train.view("mfcc")[0].shape[1], lesson.labels),
        width=config.width,
        blocks=config.blocks,
        dropout=config.dropout,
        stride=config.stride,
        fusion=config.fusion,
    )
    return train_network(net, lesson, config.plan, views=("mfcc",))
