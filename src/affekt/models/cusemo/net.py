"""A network for a trace and the context of a conversation: one body, a value for every label step, a level for all.

Feng & Devillers 2023, "End-to-End Continuous Speech Emotion Recognition in Real-life Customer Service Call Center
Conversations": convolutions and a recurrent layer learn from the sound itself, and a second head learns a property of
the conversation beside the trace. Here the sound is a log-mel spectrum.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class TraceConfig:
    """features: of each frame; width: of the states; outputs: dimensions of the trace; levels: of the context."""

    features: int = 64
    width: int = 48
    outputs: int = 2
    levels: int = 3
    dropout: float = 0.2


class TraceAnswer(NamedTuple):
    """trace: (segment, step, output), in [-1, 1]; level: logits (segment, level)."""

    trace: Tensor
    level: Tensor


class TraceNet(nn.Module):
    """From stretches of a spectrum to a trace and the level of the whole stretch."""

    def __init__(self, config: TraceConfig = TraceConfig()) -> None:
        super().__init__()
        width = config.width
        layers: list[nn.Module] = []
        for place, inputs in enumerate((config.features, width, width)):
            layers += [nn.Conv1d(inputs, width, 5, 2, 2), nn.GroupNorm(1, width), nn.GELU()]
            if place:
                layers.append(nn.Dropout(config.dropout))
        self.body = nn.Sequential(*layers)
        self.over_time = nn.GRU(width, width // 2, batch_first=True, bidirectional=True)
        self.trace = nn.Linear(width, config.outputs)
        self.level = nn.Linear(2 * width, config.levels)

    def forward(self, x: Tensor, steps: int) -> TraceAnswer:
        """x: (segment, frame, feature), of which each of `steps` label steps is an equal share; any label rate.

        A step is the mean of the states that lie in it, so a rate is chosen when the network is called.
        """
        states = self.body(x.transpose(1, 2))
        pooled = nn.functional.adaptive_avg_pool1d(states, steps).transpose(1, 2)
        heard, _ = self.over_time(pooled)
        whole = torch.cat([heard.mean(1), heard.std(1, unbiased=False)], 1)
        return TraceAnswer(torch.tanh(self.trace(heard)), self.level(whole))
