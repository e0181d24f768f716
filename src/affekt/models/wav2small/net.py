"""Wav2Small: a log-mel spectrum made by convolutions, seven small 2-D convolutions, attentive pooling, a linear layer.

Kounadis-Bastian et al. 2024, "Wav2Small: Distilling Wav2Vec2 to 72K parameters for Low-Resource Speech emotion
recognition", arXiv:2408.13920; sizes of layers as in the authors' published code. Numbers that change no answer are
left out: the biases of the attention (a soft-max over time does not feel them) and of what it weighs (the last layer
has one), and the imaginary filters of 0 and 8 kHz, which are zero. All numbers together, the filters of the spectrum
too, are then fewer than 72,000.
"""

from __future__ import annotations

import math
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

RATE = 16_000
WINDOW, HOP, BANDS, CHANNELS = 64, 32, 26, 13
_TOKEN = CHANNELS * BANDS // 2  # what is left of the bands after the pooling of squares, side by side


class Wav2Small(nn.Module):
    """16 kHz samples, (batch, time), to `outputs` numbers, (batch, output); any length from 64 samples on.

    outputs: three for arousal, dominance and valence, or one logit per label.
    """

    filters: Tensor
    mel: Tensor

    def __init__(self, outputs: int = 3) -> None:
        super().__init__()
        self.register_buffer("filters", _filters())
        self.register_buffer("mel", _mel())
        widths = [1] + 7 * [CHANNELS]
        self.convolutions = nn.ModuleList(
            nn.Conv2d(before, after, 3, padding=1, bias=False) for before, after in pairwise(widths)
        )
        self.norms = nn.ModuleList(nn.BatchNorm2d(CHANNELS) for _ in self.convolutions)
        self.attend = nn.Linear(_TOKEN, _TOKEN, bias=False)
        self.token = nn.Linear(_TOKEN, _TOKEN, bias=False)
        self.head = nn.Linear(_TOKEN, outputs)

    def spectrum(self, samples: Tensor) -> Tensor:
        """samples: (batch, time). Returns the log-mel spectrum in dB of the samples at unit power: (batch, frame, 26).

        It is the same however loud the samples are.
        """
        centred = samples - samples.mean(1, keepdim=True)
        even = centred / (centred.square().mean(1, keepdim=True) + 1e-7).sqrt()
        waves = F.conv1d(even.unsqueeze(1), self.filters, stride=HOP).square()
        real = WINDOW // 2 + 1
        # The first and the last frequency have no imaginary part.
        power = waves[:, :real] + F.pad(waves[:, real:], (0, 0, 1, 1))
        return 10 * torch.log10((power.transpose(1, 2) @ self.mel).clamp_min(1e-10))

    def forward(self, samples: Tensor) -> Tensor:
        """samples: float32 (batch, time), 16 kHz. Returns (batch, output)."""
        x = self.spectrum(samples).unsqueeze(1)
        for layer, (convolution, norm) in enumerate(zip(self.convolutions, self.norms, strict=True)):
            x = F.relu(norm(convolution(x)))
            if layer == 2:
                x = F.max_pool2d(x, 3, stride=2, padding=1)
        tokens = x.transpose(1, 2).flatten(2)  # (batch, frame, channel · band)
        pooled = (self.token(tokens) * torch.softmax(self.attend(tokens), 1)).sum(1)
        answers: Tensor = self.head(pooled)
        return answers


def numbers(net: Wav2Small) -> int:
    """Return how many numbers answers are made of: filters, mel bands, weights; a batch norm once it is folded in."""
    folded = CHANNELS * len(net.norms)  # what they add; what they multiply is in the convolutions
    weights = [value for name, value in net.named_parameters() if not name.startswith("norms.")]
    return folded + sum(value.numel() for value in (net.filters, net.mel, *weights))


def _filters() -> Tensor:
    """Windowed cosines of 0 … 8 kHz, then windowed sines of all but the two at the ends: (64, 1, 64)."""
    time = torch.arange(WINDOW, dtype=torch.float64)
    window = 0.5 - 0.5 * torch.cos(2 * math.pi * time / WINDOW)
    angle = 2 * math.pi * torch.arange(WINDOW // 2 + 1, dtype=torch.float64)[:, None] * time / WINDOW
    both = torch.cat([torch.cos(angle), torch.sin(angle)[1:-1]]) * window
    return both.float().unsqueeze(1)


def _mel() -> Tensor:
    """Triangles of equal area, evenly spaced in mel (Slaney's scale) from 0 to 8 kHz: (33, 26)."""
    edges = _to_hz(torch.linspace(0.0, _to_mel(RATE / 2), BANDS + 2, dtype=torch.float64))
    at = torch.linspace(0.0, RATE / 2, WINDOW // 2 + 1, dtype=torch.float64)[:, None]
    rising = (at - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - at) / (edges[2:] - edges[1:-1])
    return (torch.minimum(rising, falling).clamp_min(0) * 2 / (edges[2:] - edges[:-2])).float()


def _to_mel(hz: float) -> float:
    return hz * 3 / 200 if hz < 1000 else 15 + 27 * math.log(hz / 1000) / math.log(6.4)


def _to_hz(mel: Tensor) -> Tensor:
    return torch.where(mel < 15, mel * 200 / 3, 1000 * torch.exp((mel - 15) * math.log(6.4) / 27))
