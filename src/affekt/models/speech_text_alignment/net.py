"""Each word finds its frames by attention; word and found sound side by side go through a sequence model.

Xu, Zhang, Han, Wang, Peng & Li 2019, "Learning Alignment for Multimodal Emotion Recognition from Speech", Interspeech.
"""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from affekt.layers.pair import Pair
from affekt.layers.pooling import FramePool, greatest_frames
from affekt.layers.recurrent import BiLstm

How = Literal["aligned", "concatenated", "decisions"]


class Aligned(NamedTuple):
    """The sound that each word found, (batch, word, width), and where, (batch, word, frame), adding up to one."""

    sound: Tensor
    weights: Tensor


class WordAlignment(nn.Module):
    """Attention of words to frames: softmax over frames of (Q word) · (K frame) / √d, applied to the frames' states.

    Keys are of the frames' own numbers; what is handed on is their states.
    """

    def __init__(self, word: int, frame: int, width: int) -> None:
        super().__init__()
        self.asks, self.keys = nn.Linear(word, width), nn.Linear(frame, width)

    def forward(self, words: Tensor, frames: Tensor, states: Tensor, present: Tensor) -> Aligned:
        """words: (batch, word, …); frames, states: (batch, frame, …); present: bool (batch, frame)."""
        told = self.asks(words) @ self.keys(frames).transpose(1, 2) / math.sqrt(self.keys.out_features)
        weights = torch.softmax(told.masked_fill(~present[:, None], torch.finfo(told.dtype).min), -1)
        return Aligned(weights @ states, weights)


class FramesAlone(nn.Module):
    """A layer over each frame by itself."""

    def __init__(self, inputs: int, width: int) -> None:
        super().__init__()
        self.project = nn.Linear(inputs, width)

    def forward(self, x: Tensor, present: Tensor) -> Tensor:
        """x: (batch, frame, input); present: bool (batch, frame). Returns (batch, frame, width), 0 where padded."""
        return torch.tanh(self.project(x)) * present.unsqueeze(-1)


class AlignmentNet(nn.Module):
    """Words and frames to logits. how: ``aligned`` is the paper's; ``concatenated`` puts the pooled sides beside each
    other, ``decisions`` averages the logits of a classifier for each: what it is held to. recurrent: whether frames are
    read by an LSTM, as in the paper; else each by itself, so that what a word finds is of the frames it looks at alone.
    """

    def __init__(
        self,
        words: int,
        frames: int,
        labels: int,
        *,
        width: int = 32,
        dropout: float = 0.1,
        how: How = "aligned",
        recurrent: bool = True,
    ) -> None:
        super().__init__()
        self.how, self.dropout = how, dropout
        self.words = BiLstm(words, width)
        side = self.words.width
        self.frames = BiLstm(frames, width) if recurrent else FramesAlone(frames, side)
        if how == "aligned":
            self.alignment = WordAlignment(words, frames, width)
            self.meet = nn.Sequential(nn.Linear(2 * side, 2 * side), nn.ReLU())
            self.joined = BiLstm(2 * side, width)
            self.heads = nn.ModuleList([nn.Linear(side, labels)])
        else:
            self.pools = nn.ModuleList(FramePool(side, "attention", hidden=width) for _ in range(2))
            sizes = [2 * side] if how == "concatenated" else [side, side]
            self.heads = nn.ModuleList(
                nn.Sequential(nn.Linear(size, side), nn.ReLU(), nn.Linear(side, labels)) for size in sizes
            )

    def align(self, pair: Pair) -> Aligned:
        """Return what sound each word finds, and where. Only of a network that is ``aligned``."""
        frames = self.frames(pair.sound, pair.sound_present)
        return self.alignment(pair.words, pair.sound, frames, pair.sound_present)

    def forward(self, pair: Pair) -> Tensor:
        """Return logits, (batch, label)."""
        words = self.words(pair.words, pair.words_present)
        if self.how == "aligned":
            beside = torch.cat([words, self.align(pair).sound], -1)
            met = F.dropout(self.meet(beside), self.dropout, self.training)
            states = self.joined(met, pair.words_present)
            return self.heads[0](greatest_frames(states, pair.words_present))
        frames = self.frames(pair.sound, pair.sound_present)
        sides = [self.pools[0](words, pair.words_present), self.pools[1](frames, pair.sound_present)]
        if self.how == "concatenated":
            return self.heads[0](F.dropout(torch.cat(sides, 1), self.dropout, self.training))
        said = [head(side) for head, side in zip(self.heads, sides, strict=True)]
        return (said[0] + said[1]) / 2
