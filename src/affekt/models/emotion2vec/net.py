"""A student that hears speech with gaps and a teacher, its moving average, that hears all of it.

Ma, Zheng, Ye, Li, Gao, Zhang & Chen 2023, "emotion2vec: Self-Supervised Pre-Training for Speech Emotion
Representation"; on data2vec 2.0: Baevski, Babu, Hsu & Auli 2022, "Efficient Self-supervised Learning with
Contextualized Target Representations".
"""

from __future__ import annotations

from copy import deepcopy
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from affekt.layers.pooling import mean_frames
from affekt.layers.speech_encoder import SpeechEncoder, span_mask


class Losses(NamedTuple):
    """The frame loss, over hidden frames; the utterance loss; how much the targets vary, 0 where they collapsed."""

    frame: Tensor
    utterance: Tensor
    variance: Tensor


class EmotionPretrainer(nn.Module):
    """An encoder under pretraining: `student` is what is kept.

    The teacher's target of a frame is the mean over its uppermost `top` layers, each normalised over time, as in
    data2vec 2.0. The student hears the clip with spans hidden and, before the frames, `tokens` learned embeddings (the
    "chunk embedding" of the paper). Frame loss: squared error of the hidden frames, read off by two convolutions.
    Utterance loss: squared error between the mean of the tokens' states and the teacher's mean over time; its layers
    are normalised frame by frame for that, as over time every mean is 0.
    """

    steps: Tensor

    def __init__(
        self, student: SpeechEncoder, *, tokens: int = 10, top: int = 2, share: float = 0.5, span: int = 5
    ) -> None:
        super().__init__()
        self.student = student
        self.teacher = deepcopy(student).requires_grad_(False)
        self.tokens = nn.Parameter(0.02 * torch.randn(tokens, student.width))
        self.top, self.share, self.span = min(top, student.depth), share, span
        width = student.width
        self.decode = nn.ModuleList(
            nn.Conv1d(width, width, 7, padding=3, groups=16 if width % 16 == 0 else 1) for _ in range(2)
        )
        self.decode_norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(2))
        self.read_frame = nn.Linear(width, width)
        self.read_utterance = nn.Linear(width, width)
        self.register_buffer("steps", torch.zeros((), dtype=torch.int64))

    @torch.no_grad()
    def follow(self, decay: float) -> None:
        """Move the teacher towards the student: `decay` of it stays."""
        for slow, fast in zip(self.teacher.parameters(), self.student.parameters(), strict=True):
            slow.lerp_(fast, 1 - decay)
        for kept, given in zip(self.teacher.buffers(), self.student.buffers(), strict=True):
            kept.copy_(given)
        self.steps += 1

    @torch.no_grad()
    def targets(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return the teacher's target of each frame, (batch, frame, width), of each clip, (batch, width), and which
        frames are there."""
        self.teacher.eval()
        said = self.teacher(x, lengths)
        there = said.present[..., None].to(x.dtype)
        count = there.sum(1, keepdim=True).clamp_min(1)
        over_time, over_width = [], []
        for layer in said.layers[-self.top :]:
            mean = (layer * there).sum(1, keepdim=True) / count
            spread = ((layer - mean).square() * there).sum(1, keepdim=True) / count
            over_time.append((layer - mean) * (spread + 1e-5).rsqrt())
            over_width.append(F.layer_norm(layer, layer.shape[-1:]))
        frames = torch.stack(over_time).mean(0)
        return frames, mean_frames(torch.stack(over_width).mean(0), said.present), said.present

    def forward(self, x: Tensor, lengths: Tensor) -> Losses:
        """x: float (batch, time, input); lengths: int64 (batch,). Hidden frames are drawn from torch's own state."""
        frames, clips, present = self.targets(x, lengths)
        hidden = span_mask(present, share=self.share, span=self.span)
        said = self.student(x, lengths, mask=hidden, tokens=self.tokens).last
        count = len(self.tokens)
        told = said[:, count:] * present[..., None]
        for conv, norm in zip(self.decode, self.decode_norms, strict=True):
            told = told + F.gelu(norm(conv(told.transpose(1, 2)).transpose(1, 2)))
        error = (self.read_frame(told) - frames).square().mean(-1)
        frame = error[hidden].mean()
        utterance = (self.read_utterance(said[:, :count].mean(1)) - clips).square().mean()
        return Losses(frame, utterance, clips.var(0).mean() if len(clips) > 1 else clips.new_zeros(()))
