"""A bidirectional LSTM trained by connectionist temporal classification; the blank stands for "no emotion here".

Chernykh & Prikhodko 2017, "Emotion Recognition From Speech With Recurrent Neural Networks"; Graves, Fernández, Gomez &
Schmidhuber 2006, "Connectionist Temporal Classification", ICML.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from affekt.layers.padding import all_present
from affekt.layers.pooling import mean_frames
from affekt.layers.recurrent import BiLstm

BLANK = 0


def intervals(frames: Tensor, present: Tensor, *, size: int = 20, step: int = 10) -> tuple[Tensor, Tensor]:
    """Return means and deviations of the features over short intervals, and which intervals hold a frame at least.

    The paper reads features of 0.2 s every 0.1 s: with frames every 0.01 s these are the defaults. frames: (batch,
    frame, feature); present: bool (batch, frame). Returns (batch, interval, 2 · feature) and bool (batch, interval).

    >>> x = torch.arange(8.0).reshape(1, 8, 1)
    >>> found, there = intervals(x, torch.arange(8)[None] < 6, size=4, step=2)
    >>> found[..., 0].tolist(), there.tolist()
    ([[1.5, 3.5, 4.5]], [[True, True, True]])
    """
    size, step = min(size, frames.shape[1]), min(step, frames.shape[1])
    weight = present.to(frames.dtype).unsqueeze(-1)
    cut = (frames * weight).unfold(1, size, step)
    share = weight.unfold(1, size, step)
    count = share.sum(-1)
    mean = cut.sum(-1) / count.clamp_min(1)
    spread = ((cut - mean.unsqueeze(-1) * share).square().sum(-1) / count.clamp_min(1)).clamp_min(1e-8).sqrt()
    return torch.cat([mean, spread], -1), count.squeeze(-1) > 0


class _Intervals(nn.Module):
    """Frames, or what short intervals of them come to: `interval` is (size, step) in frames, None for the frames."""

    def __init__(self, features: int, interval: tuple[int, int] | None) -> None:
        super().__init__()
        self.interval = interval
        self.features = features if interval is None else 2 * features

    def forward(self, x: Tensor, present: Tensor | None) -> tuple[Tensor, Tensor]:
        present = all_present(x) if present is None else present
        if self.interval is None:
            return x, present
        return intervals(x, present, size=self.interval[0], step=self.interval[1])


class CtcRnn(nn.Module):
    """Two layers of bidirectional LSTM, a wide layer of tanh, a soft-max over blank and labels for each frame.

    interval: (size, step), so that intervals of frames are read instead of frames; what is said of frames is then said
    of intervals. neutral: which label, if any, is the absence of emotion: its target is the empty sequence. None, as in
    the paper, makes every label one that is emitted.
    """

    def __init__(
        self,
        features: int,
        labels: int,
        *,
        width: int = 64,
        dropout: float = 0.2,
        interval: tuple[int, int] | None = None,
        neutral: int | None = None,
        memory: float = -2.0,
    ) -> None:
        super().__init__()
        self.labels, self.neutral = labels, neutral
        self.read = _Intervals(features, interval)
        self.recurrent = BiLstm(self.read.features, width, layers=2, dropout=dropout)
        with torch.no_grad():
            for name, bias in self.recurrent.named_parameters():
                if "bias_ih" in name:  # the gates' biases stand in the order input, forget, cell, output
                    bias[width : 2 * width] += memory
        self.hidden = nn.Linear(self.recurrent.width, 8 * width)
        self.head = nn.Linear(8 * width, labels + 1)
        self.dropout = dropout

    def frames(self, x: Tensor, present: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """x: (batch, frame, feature). Returns log-probabilities (batch, frame, 1 + label), and which are there.

        The first is the blank's.
        """
        x, present = self.read(x, present)
        states = F.dropout(self.recurrent(x, present), self.dropout, self.training)
        return F.log_softmax(self.head(torch.tanh(self.hidden(states))), -1), present

    def forward(self, x: Tensor, present: Tensor | None = None) -> Tensor:
        """Return the log-probability of each label's sequence, (batch, label), by the forward algorithm.

        Label k's is Σ over paths of blanks, then k, then blanks; neutral's is blanks alone. What is left of one belongs
        to sequences of several emotions: soft-max of the answers shares it out.
        """
        return sequence_log_probabilities(*self.frames(x, present), neutral=self.neutral)

    def loss(
        self, x: Tensor, target: Tensor, present: Tensor | None = None, *, weights: Tensor | None = None
    ) -> Tensor:
        """Return the mean of -log P(the target's sequence).

        target: int64 (batch,), or (batch, emotion) where several come one after another, neutral ones of which are
        passed over; weights: (batch,), if any.
        """
        frames, present = self.frames(x, present)
        rows = [[k + 1 for k in row if k != self.neutral] for row in target.reshape(len(target), -1).tolist()]
        lengths = torch.tensor([len(row) for row in rows])
        flat = torch.tensor([k for row in rows for k in row], dtype=torch.int64)
        losses = F.ctc_loss(
            frames.transpose(0, 1), flat, present.sum(1), lengths, blank=BLANK, reduction="none", zero_infinity=True
        )
        return losses.mean() if weights is None else (losses * weights).sum() / weights.sum()

    def where(self, x: Tensor, present: Tensor | None = None) -> Tensor:
        """Return how emotional each frame is, (batch, frame) in [0, 1]: one minus the blank; 0 where padded."""
        frames, present = self.frames(x, present)
        return (1 - frames[..., BLANK].exp()) * present


def sequence_log_probabilities(frames: Tensor, present: Tensor, *, neutral: int | None = None) -> Tensor:
    """Return log P of the sequence of each label alone, (batch, label); `neutral` has the empty sequence.

    frames: log-probabilities (batch, frame, 1 + label); present: bool (batch, frame), True first. The forward
    recursion over the three states blank, label, blank, for all labels at once.
    """
    blank, emit = frames[..., :1], frames[..., 1:]
    never = torch.full_like(emit[:, 0], -1e30)
    # Before: blanks so far. Within: the label has begun. After: blanks again.
    before, within, after = blank[:, 0].expand_as(never), emit[:, 0], never
    for t in range(1, frames.shape[1]):
        moved = (
            before + blank[:, t],
            torch.logaddexp(before, within) + emit[:, t],
            torch.logaddexp(within, after) + blank[:, t],
        )
        here = present[:, t, None]
        before, within, after = (
            torch.where(here, new, old) for new, old in zip(moved, (before, within, after), strict=True)
        )
    found = torch.logaddexp(within, after)
    if neutral is None:
        return found
    column = torch.arange(found.shape[1], device=found.device) == neutral
    return torch.where(column, before, found)


class MeanPooledRnn(nn.Module):
    """The baseline: the same recurrent layers, the mean of their states over the utterance, the same layer of tanh."""

    def __init__(
        self,
        features: int,
        labels: int,
        *,
        width: int = 64,
        dropout: float = 0.2,
        interval: tuple[int, int] | None = None,
    ) -> None:
        super().__init__()
        self.read = _Intervals(features, interval)
        self.recurrent = BiLstm(self.read.features, width, layers=2, dropout=dropout)
        self.hidden = nn.Linear(self.recurrent.width, 8 * width)
        self.head = nn.Linear(8 * width, labels)
        self.dropout = dropout

    def forward(self, x: Tensor, present: Tensor | None = None) -> Tensor:
        """x: (batch, frame, feature). Returns logits, (batch, label)."""
        x, present = self.read(x, present)
        states = mean_frames(self.recurrent(x, present), present)
        logits: Tensor = self.head(torch.tanh(self.hidden(F.dropout(states, self.dropout, self.training))))
        return logits

    def where(self, x: Tensor, present: Tensor | None = None) -> Tensor:
        """Return the greatest label probability of each frame read alone, (batch, frame): all it says of the place."""
        x, present = self.read(x, present)
        logits = self.head(torch.tanh(self.hidden(self.recurrent(x, present))))
        return logits.softmax(-1).amax(-1) * present
