"""Two converters of frames, neutral to emotional and back, the critics they are taught by, and a speaker verifier.

Koditala et al. 2024, "Improving speaker verification robustness with synthetic emotional utterances",
arXiv:2412.00319: a CycleGAN for each emotion (adversarial, cycle and identity loss) converts the features of neutral
utterances, which then teach a verifier of several LSTM layers on 40 mel bands. The converters here are gated
convolutions over time with instance norm, as in CycleGAN-VC (Kaneko & Kameoka 2018, EUSIPCO).
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Gated(nn.Module):
    """A convolution over time, normed by clip and channel, gated by another."""

    def __init__(self, enter: int, leave: int, size: int = 5) -> None:
        super().__init__()
        self.conv = nn.Conv1d(enter, 2 * leave, size, padding=size // 2)
        self.norm = nn.InstanceNorm1d(2 * leave, affine=True)

    def forward(self, x: Tensor) -> Tensor:
        """x: (batch, enter, frame). Returns (batch, leave, frame)."""
        return F.glu(self.norm(self.conv(x)), dim=1)


class Converter(nn.Module):
    """Frames of one manner of speaking to frames of another, as long: what changes is added to what was there.

    The last layer starts at nothing, so that an untaught converter returns what it is given.
    """

    def __init__(self, bands: int, *, width: int = 64, blocks: int = 3) -> None:
        super().__init__()
        self.enter = nn.Conv1d(bands, width, 5, padding=2)
        self.blocks = nn.ModuleList(
            nn.Sequential(Gated(width, width), nn.Conv1d(width, width, 5, padding=2)) for _ in range(blocks)
        )
        # By clip and channel the mean is normed away: what a whole clip is like comes in beside.
        self.whole = nn.Linear(2 * bands, width)
        self.leave = nn.Conv1d(width, bands, 5, padding=2)
        for values in self.leave.parameters():
            nn.init.zeros_(values)

    def forward(self, frames: Tensor) -> Tensor:
        """frames: (batch, frame, band), normed by band over the corpus. Returns the same shape."""
        x = frames.transpose(1, 2)
        spread = x.std(2, unbiased=False)
        hidden = F.relu(self.enter(x) + self.whole(torch.cat([x.mean(2), spread], 1)).unsqueeze(2))
        for block in self.blocks:
            hidden = hidden + block(hidden)
        return frames + self.leave(hidden).transpose(1, 2)


class Critic(nn.Module):
    """How real stretches of frames are: a number for every few frames (near 1: real), and one for the whole."""

    def __init__(self, bands: int, *, width: int = 64) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv1d(bands, width, 5, stride=2, padding=2),
            nn.LeakyReLU(0.2),
            nn.Conv1d(width, width, 5, stride=2, padding=2),
            nn.LeakyReLU(0.2),
            nn.Conv1d(width, 1, 3, padding=1),
        )
        self.whole = nn.Sequential(nn.Linear(2 * bands, width), nn.LeakyReLU(0.2), nn.Linear(width, 1))

    def forward(self, frames: Tensor) -> Tensor:
        """frames: (batch, frame, band). Returns (batch, place)."""
        x = frames.transpose(1, 2)
        level = torch.cat([x.mean(2), x.std(2, unbiased=False)], 1)
        return torch.cat([self.layers(x).squeeze(1), self.whole(level)], 1)


class CycleLosses(NamedTuple):
    """What the converters are taught by (scalars): how far the critics see through them, how far there and back ends
    from the start, how far frames of the target's own manner are changed. Before weighing."""

    adversarial: Tensor
    cycle: Tensor
    identity: Tensor


class Cycle(nn.Module):
    """Both converters and both critics of a pair of manners, neutral and one emotion."""

    def __init__(self, bands: int, *, width: int = 64, blocks: int = 3) -> None:
        super().__init__()
        self.there, self.back = (Converter(bands, width=width, blocks=blocks) for _ in range(2))
        self.emotional, self.neutral = (Critic(bands, width=width) for _ in range(2))

    def converter_losses(self, neutral: Tensor, emotional: Tensor) -> CycleLosses:
        """neutral, emotional: (batch, frame, band), unpaired. Least squares against the critics (Mao et al. 2017),
        L1 for the cycle and for identity (Zhu et al. 2017)."""
        made, unmade = self.there(neutral), self.back(emotional)
        adversarial = (self.emotional(made) - 1).square().mean() + (self.neutral(unmade) - 1).square().mean()
        cycle = F.l1_loss(self.back(made), neutral) + F.l1_loss(self.there(unmade), emotional)
        identity = F.l1_loss(self.there(emotional), emotional) + F.l1_loss(self.back(neutral), neutral)
        return CycleLosses(adversarial, cycle, identity)

    def critic_loss(self, neutral: Tensor, emotional: Tensor) -> Tensor:
        """How badly the critics tell real frames (1) from converted ones (0): a scalar; no converter learns of it."""
        with torch.no_grad():
            made, unmade = self.there(neutral), self.back(emotional)
        pairs = ((self.emotional, emotional, made), (self.neutral, neutral, unmade))
        return sum(
            ((critic(real) - 1).square().mean() + critic(false).square().mean() for critic, real, false in pairs),
            start=torch.zeros(()),
        )


class Verifier(nn.Module):
    """Frames to a vector of length 1 that says whose voice it is: LSTM layers, the last state, a linear layer.

    Wan, Wang, Papir & Moreno 2018. With `power` the layers read mel power, as Resemblyzer's do, though frames come as
    logarithms.
    """

    def __init__(self, bands: int = 40, *, width: int = 256, layers: int = 3, power: bool = True) -> None:
        super().__init__()
        self.lstm = nn.LSTM(bands, width, layers, batch_first=True)
        self.linear = nn.Linear(width, width)
        self.scale, self.shift = nn.Parameter(torch.tensor(10.0)), nn.Parameter(torch.tensor(-5.0))
        self.power = power

    def forward(self, frames: Tensor) -> Tensor:
        """frames: (batch, frame, band), logarithms. Returns (batch, width)."""
        return self.vectors(self.states(frames))

    def states(self, frames: Tensor) -> Tensor:
        """Return the last layer's last state, (batch, width)."""
        _, (hidden, _) = self.lstm(frames.exp() if self.power else frames)
        return hidden[-1]

    def vectors(self, states: Tensor) -> Tensor:
        """Return the vectors of states (batch, width)."""
        return F.normalize(torch.relu(self.linear(states)) + 1e-6, dim=-1)


def end_to_end_loss(vectors: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    """Return the generalised end-to-end loss, softmax form: each utterance is to be nearest to its own speaker's mean.

    vectors: (speaker, utterance, feature) of length 1, two utterances or more. The own mean leaves the utterance out.
    Wan et al. 2018, equations 5, 6 and 9.
    """
    speakers, utterances, _ = vectors.shape
    means = F.normalize(vectors.mean(1), dim=-1)
    others = F.normalize((vectors.sum(1, keepdim=True) - vectors) / (utterances - 1), dim=-1)
    alike = torch.einsum("suf,tf->sut", vectors, means)
    own = torch.einsum("suf,suf->su", vectors, others)
    same = torch.eye(speakers, dtype=torch.bool, device=vectors.device).unsqueeze(1)
    logits = scale.clamp_min(1e-6) * torch.where(same, own.unsqueeze(-1), alike) + shift
    target = torch.arange(speakers, device=vectors.device).repeat_interleave(utterances)
    return F.cross_entropy(logits.flatten(0, 1), target)
