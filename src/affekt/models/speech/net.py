"""The network of `speech` and `speech-nano`: residual convolutions over a log-mel spectrum, attentive statistics.

He et al. 2016, "Deep Residual Learning"; Sandler et al. 2018, "MobileNetV2" (the separable blocks); Okabe, Koshinaka &
Shinoda 2018, "Attentive Statistics Pooling". One pass gives the answer for the whole clip and for windows along it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class SpeechConfig:
    """widths: channels of each stage, which halve the frequencies; strides: what each stage divides the frames by.

    separable: blocks of a depthwise and two pointwise convolutions instead of two whole ones, for a small file.
    """

    features: int = 64
    widths: tuple[int, ...] = (24, 32, 64, 96)
    strides: tuple[int, ...] = (2, 2, 2, 1)
    separable: bool = False
    hidden: int = 64
    dropout: float = 0.3

    @property
    def stride(self) -> int:
        """How many frames one step of the answer stands for."""
        product = 1
        for stride in self.strides:
            product *= stride
        return product


class Block(nn.Module):
    """Two convolutions and the way around them; x: (clip, channel, frame, frequency).

    What is no frame stays zero between them as well, so that padding says nothing.
    """

    def __init__(self, inputs: int, outputs: int, stride: tuple[int, int], *, separable: bool) -> None:
        super().__init__()
        if separable:
            wide = 2 * inputs
            self.first = nn.Sequential(
                *(nn.Conv2d(inputs, wide, 1, bias=False), nn.BatchNorm2d(wide), nn.ReLU()),
            )
            self.second = nn.Sequential(
                nn.Conv2d(wide, wide, 3, stride, 1, groups=wide, bias=False),
                *(nn.BatchNorm2d(wide), nn.ReLU()),
                *(nn.Conv2d(wide, outputs, 1, bias=False), nn.BatchNorm2d(outputs)),
            )
        else:
            self.first = nn.Sequential(
                *(nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()),
            )
            self.second = nn.Sequential(
                *(nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs)),
            )
        self.separable = separable
        self.around: nn.Module = nn.Identity()
        if inputs != outputs or stride != (1, 1):
            self.around = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x: Tensor, there: Tensor | None, after: Tensor | None) -> Tensor:
        """there, after: 1 where a frame is, else 0, (clip, 1, frame, 1), before and after the stride.

        Returns (clip, outputs, frame / stride, frequency / stride), rounded up.
        """
        between = self.first(x)
        found = self.second(_kept(between, there if self.separable else after))
        return _kept(F.relu(found + self.around(x)), after)


def _kept(x: Tensor, there: Tensor | None) -> Tensor:
    return x if there is None else x * there


class SpeechNet(nn.Module):
    """From normalised log-mel frames to logits of a clip, and of windows along it."""

    def __init__(self, labels: int, config: SpeechConfig = SpeechConfig()) -> None:
        super().__init__()
        self.config = config
        widths, first = config.widths, config.strides[0]
        self.stem = nn.Sequential(
            nn.Conv2d(1, widths[0], 5, (first, 2), 2, bias=False), nn.BatchNorm2d(widths[0]), nn.ReLU()
        )
        pairs = zip(widths[:-1], widths[1:], config.strides[1:], strict=True)
        self.blocks = nn.Sequential(
            *(Block(a, b, (stride, 2), separable=config.separable) for a, b, stride in pairs),
        )
        bands = -(-config.features // 2 ** len(widths))
        width = 2 * config.hidden
        self.mix = nn.Sequential(nn.Conv1d(widths[-1] * bands, width, 1, bias=False), nn.BatchNorm1d(width), nn.ReLU())
        self.question = nn.Sequential(
            nn.Conv1d(width, config.hidden // 2, 1), nn.Tanh(), nn.Conv1d(config.hidden // 2, 1, 1)
        )
        self.head = nn.Sequential(nn.Dropout(config.dropout), nn.Linear(2 * width, labels))

    def steps(self, x: Tensor, present: Tensor | None = None) -> tuple[Tensor, Tensor | None]:
        """Return the states (clip, width, step) and which steps are there, 1 or 0 (clip, 1, step).

        x: (clip, frame, feature); present: bool (clip, frame). A step stands for `config.stride` frames.
        """
        there = None if present is None else present[:, None, :, None].to(x.dtype)
        maps, first = x.unsqueeze(1), self.config.strides[0]
        there = _shorter(there, first)
        # Channels last: a third of the time saved.
        maps = _kept(self.stem(maps), there).contiguous(memory_format=torch.channels_last)
        for block, stride in zip(self.blocks, self.config.strides[1:], strict=True):
            after = _shorter(there, stride)
            maps, there = block(maps, there, after), after
        mixed: Tensor = self.mix(maps.transpose(2, 3).flatten(1, 2))
        return mixed, None if there is None else there[..., 0]

    def forward(self, x: Tensor, present: Tensor | None = None) -> Tensor:
        """x: (clip, frame, feature); present: bool (clip, frame). Returns logits (clip, label)."""
        states, weight = self._weighted(x, present)
        total = weight.sum(2).clamp_min(1e-6)
        mean = (weight * states).sum(2) / total
        square = (weight * states.square()).sum(2) / total
        logits: Tensor = self.head(_statistics(mean, square))
        return logits

    def trace(self, x: Tensor, present: Tensor | None = None, *, hop: int = 50, reach: int = 100) -> Tensor:
        """Return logits (clip, window, label): window k stands for frames k · hop to (k + 1) · hop.

        The pooling is that of `forward`, over the steps within `reach` frames of the window's middle; what a step has
        heard reaches a little beyond. A window that is all padding or silence has the logits of nothing.
        """
        states, weight = self._weighted(x, present)
        frames, steps = x.shape[1], states.shape[2]
        middles = (torch.arange((frames + hop - 1) // hop, device=x.device) + 0.5) * hop
        places = (torch.arange(steps, device=x.device) + 0.5) * self.config.stride
        near = ((places[None] - middles[:, None]).abs() <= reach).to(x.dtype).T
        total = (weight @ near).clamp_min(1e-6)
        mean, square = ((weight * each) @ near / total for each in (states, states.square()))
        logits: Tensor = self.head(_statistics(mean, square).transpose(1, 2))
        return logits

    def _weighted(self, x: Tensor, present: Tensor | None) -> tuple[Tensor, Tensor]:
        states, there = self.steps(x, present)
        # Bounded, so that sums over windows neither overflow nor vanish.
        weight = torch.exp(3 * torch.tanh(self.question(states) / 3))
        return states, weight if there is None else weight * there


def _shorter(there: Tensor | None, stride: int) -> Tensor | None:
    if there is None or stride == 1:
        return there
    return F.max_pool2d(there, (stride, 1), ceil_mode=True)


class Hearing(nn.Module):
    """A network as it ships: it takes spectra as they are, leaves silence at both ends out, and normalises the rest.

    What `affekt.training.speech.windows` does before a network learns, with ``norm="clip"``, inside the graph.
    """

    def __init__(self, net: SpeechNet, *, quiet_db: float, hop: int = 50, reach: int = 100) -> None:
        super().__init__()
        self.net, self.hop, self.reach = net, hop, reach
        self.quiet = quiet_db / 10 * math.log(10)

    def forward(self, features: Tensor, length: Tensor) -> tuple[Tensor, Tensor]:
        """features: natural log-mel spectra (clip, frame, band); length: int64 (clip,), frames that are no padding.

        Returns logits (clip, label), and (clip, window, label) of a window for every `hop` frames.
        """
        inside = torch.arange(features.shape[1], device=features.device)[None] < length[:, None]
        level = features.logsumexp(2).masked_fill(~inside, -1e4)
        loud = (level > level.amax(1, keepdim=True) - self.quiet).to(torch.int64)
        before, after = loud.cumsum(1), loud.sum(1, keepdim=True) - loud.cumsum(1) + loud
        present = (before > 0) & (after > 0)
        there = present.to(features.dtype).unsqueeze(2)
        count = there.sum(1, keepdim=True).clamp_min(1.0)
        mean = (features * there).sum(1, keepdim=True) / count
        square = ((features - mean).square() * there).sum(1, keepdim=True) / count
        x = (features - mean) / square.sqrt().clamp_min(1e-2) * there
        return self.net(x, present), self.net.trace(x, present, hop=self.hop, reach=self.reach)


def _statistics(mean: Tensor, square: Tensor) -> Tensor:
    return torch.cat([mean, (square - mean.square()).clamp_min(1e-5).sqrt()], 1)
