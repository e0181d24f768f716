"""An encoder of speech: convolutions over the wave or over log-mel frames, then transformer layers.

Baevski et al. 2020, "wav2vec 2.0: A Framework for Self-Supervised Learning of Speech Representations"; Hsu et al. 2021,
"HuBERT"; sizes go down to what two processor cores can train.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from affekt.errors import InputError, unknown_name
from affekt.layers.text_encoder import EncoderConfig, EncoderLayer

Front = Literal["log-mel", "wave"]


@dataclass(frozen=True, slots=True)
class SpeechConfig:
    """Sizes of the encoder.

    `front` is what it reads: log-mel frames of `bands` numbers every 10 ms, or samples at 16 kHz. `kernels` and
    `strides` are those of the convolutions, the first of which comes first; the product of the strides is how many
    inputs make a frame. `position_kernel` is the reach, in frames, of the convolution that tells where a frame is.
    """

    front: Front = "log-mel"
    bands: int = 64
    kernels: tuple[int, ...] = (5, 3)
    strides: tuple[int, ...] = (2, 2)
    width: int = 128
    layers: int = 4
    heads: int = 4
    feedforward: int = 512
    position_kernel: int = 31
    dropout: float = 0.1

    def frames(self, inputs: int) -> int:
        """Return how many frames so many inputs make: one at least."""
        for stride in self.strides:
            inputs = -(-inputs // stride)
        return max(1, inputs)


_WAVE = {"front": "wave", "kernels": (10, 3, 3, 3, 3, 2, 2), "strides": (5, 2, 2, 2, 2, 2, 2)}
SPEECH_SIZES: Mapping[str, SpeechConfig] = {
    "tiny": SpeechConfig(width=32, layers=2, heads=2, feedforward=64, position_kernel=7),
    "small": SpeechConfig(),
    "medium": SpeechConfig(width=192, layers=6, heads=6, feedforward=768),
    "tiny-wave": SpeechConfig(width=32, layers=2, heads=2, feedforward=64, position_kernel=7, **_WAVE),  # type: ignore[arg-type]
    "small-wave": SpeechConfig(**_WAVE),  # type: ignore[arg-type]
}
"""Sizes by name: a frame of the log-mel ones is 40 ms, of the wave ones 20 ms (wav2vec 2.0's seven convolutions)."""


def speech_size(name: str) -> SpeechConfig:
    """Return the sizes called `name`. Raises `UnknownNameError`."""
    if name not in SPEECH_SIZES:
        raise unknown_name("size of a speech encoder", name, SPEECH_SIZES, "affekt.layers.speech_encoder.SPEECH_SIZES")
    return SPEECH_SIZES[name]


class States(NamedTuple):
    """What an encoder makes of clips: `layers`, float (batch, frame, width) each, what the first layer reads and then
    what each layer makes of it; `present`, bool (batch, frame); `front`, what the convolutions said, (batch, frame,
    channel)."""

    layers: tuple[Tensor, ...]
    present: Tensor
    front: Tensor

    @property
    def last(self) -> Tensor:
        """What the last layer says, (batch, frame, width)."""
        return self.layers[-1]

    def stacked(self) -> Tensor:
        """All layers as one tensor, (batch, layer, frame, width)."""
        return torch.stack(self.layers, 1)


class SpeechEncoder(nn.Module):
    """Clips to the states of their frames. Networks add heads to it; pretraining masks some of what it reads.

    Inputs are padded at the end with zeros, and no state depends on the padding: `lengths` says how much is there.
    `centre` and `scale` bring the inputs near zero and one; `fit_scale` sets them.
    """

    centre: Tensor
    scale: Tensor

    def __init__(self, config: SpeechConfig = SpeechConfig()) -> None:
        super().__init__()
        if len(config.kernels) != len(config.strides) or not config.kernels:
            raise InputError(f"A kernel needs a stride each, got {config.kernels} and {config.strides}.")
        self.config = config
        self.width = config.width
        self.depth = config.layers
        self.view = config.front
        inputs = config.bands if config.front == "log-mel" else 1
        # Log-mel frames of speech lie about there; `fit_scale` says it of given ones.
        self.register_buffer("centre", torch.full((inputs,), -8.0 if config.front == "log-mel" else 0.0))
        self.register_buffer("scale", torch.full((inputs,), 4.0 if config.front == "log-mel" else 0.1))
        sizes = [inputs, *[config.width] * len(config.kernels)]
        self.front = nn.ModuleList(
            nn.Conv1d(sizes[i], sizes[i + 1], kernel, stride)
            for i, (kernel, stride) in enumerate(zip(config.kernels, config.strides, strict=True))
        )
        self.front_norms = nn.ModuleList(nn.LayerNorm(config.width) for _ in config.kernels)
        self.front_project = nn.Linear(config.width, config.width)
        self.masked = nn.Parameter(torch.empty(config.width).uniform_())
        reach = config.position_kernel
        self.position = nn.Conv1d(config.width, config.width, reach, padding=reach // 2, groups=config.heads)
        self.position_norm = nn.LayerNorm(config.width)
        layer = EncoderConfig(
            width=config.width, heads=config.heads, feedforward=config.feedforward, dropout=config.dropout
        )
        self.layers = nn.ModuleList(EncoderLayer(layer) for _ in range(config.layers))

    @property
    def blocks(self) -> nn.ModuleList:
        """The transformer layers, the lowest first."""
        return self.layers

    def fit_scale(self, x: Tensor) -> None:
        """Set what the inputs are brought to zero and one by. x: float (frame, input), frames of many clips."""
        self.centre = x.mean(0)
        self.scale = x.std(0).clamp_min(1e-3)

    def hear(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Return what the convolutions say, (batch, frame, width), and which frames are there, bool (batch, frame)."""
        if x.ndim != 3 or x.shape[-1] != len(self.centre):
            raise InputError(f"The encoder reads (batch, time, {len(self.centre)}), got {tuple(x.shape)}.")
        x = (x - self.centre) / self.scale
        left = lengths
        for place, (kernel, stride) in enumerate(zip(self.config.kernels, self.config.strides, strict=True)):
            there = torch.arange(x.shape[1], device=x.device)[None] < left[:, None]
            x = x.masked_fill(~there[..., None], 0.0)
            left = -(-left // stride)
            # As many frames as there are strides begun, however long the kernel: silence follows the end.
            wanted = (-(-x.shape[1] // stride) - 1) * stride + kernel
            x = self.front[place](F.pad(x.transpose(1, 2), (0, wanted - x.shape[1]))).transpose(1, 2)
            x = F.gelu(self.front_norms[place](x))
        present = torch.arange(x.shape[1], device=x.device)[None] < left.clamp_min(1)[:, None]
        return x, present

    def forward(
        self, x: Tensor, lengths: Tensor, *, mask: Tensor | None = None, tokens: Tensor | None = None
    ) -> States:
        """Return the states of all layers.

        x: float (batch, time, input); lengths: int64 (batch,), how much of it is there. mask: bool (batch, frame),
        frames that are hidden behind the one learned embedding. tokens: float (token, width), embeddings set before the
        frames of every clip, whose states then come first.
        """
        heard, present = self.hear(x, lengths)
        said = self.front_project(heard)
        if mask is not None:
            said = torch.where(mask[..., None], self.masked.to(said.dtype), said)
        said = said.masked_fill(~present[..., None], 0.0)
        placed = F.gelu(self.position(said.transpose(1, 2))[..., : said.shape[1]].transpose(1, 2))
        state = F.dropout(self.position_norm(said + placed), self.config.dropout, self.training)
        if tokens is not None:
            before = tokens.to(state.dtype)[None].expand(len(state), -1, -1)
            state = torch.cat([before, state], 1)
            present = F.pad(present, (tokens.shape[0], 0), value=True)
        layers = [state]
        for layer in self.layers:
            layers.append(layer(layers[-1], present[:, None, None, :]))
        return States(tuple(layers), present, heard)


def span_mask(
    present: Tensor, *, share: float = 0.5, span: int = 5, generator: torch.Generator | None = None
) -> Tensor:
    """Return which frames to hide: bool (batch, frame), spans of `span` frames that may overlap.

    Of each clip `share` · frames / `span` spans begin anywhere, rounded down or up by chance, and one at least, so that
    about 1 - exp(-`share`) of the frames are hidden; the first frame of a clip too short for a span is. Nothing that is
    padding is hidden. Baevski et al. 2020, section 3.1.

    >>> hidden = span_mask(torch.ones(1, 400, dtype=torch.bool), generator=torch.Generator().manual_seed(0))
    >>> 0.3 < float(hidden.float().mean()) < 0.5
    True
    """
    batch, frames = present.shape
    hidden = torch.zeros(batch, frames, dtype=torch.bool)
    for row, there in zip(hidden, present.sum(1).tolist(), strict=True):
        chance = float(torch.rand((), generator=generator))
        spans = max(1, int(share * there / span + chance))
        starts = torch.randint(0, max(1, there - span + 1), (spans,), generator=generator)
        places = starts[:, None] + torch.arange(min(span, max(1, there - 1)))
        row[places.flatten().clamp_max(there - 1)] = True
    return hidden.to(present.device)
