"""Six ways to join words and sound, and a gate that heeds how sure the words are, all with one interface.

Li, Bell & Lai 2024, "Speech Emotion Recognition with ASR Transcripts: A Comprehensive Study on Word Error Rate and
Fusion Techniques", SLT: early and late fusion, cross attention, tensor fusion, a non-local gate, modality-invariant
and -specific fusion; the modality gate is what the paper proposes against recognition errors.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from affekt.errors import InputError
from affekt.layers.cross_attention import CrossAttention
from affekt.layers.gated_fusion import GatedFusion
from affekt.layers.pair import Pair
from affekt.layers.pooling import FramePool, mean_frames

FusionName = Literal["early", "late", "cross-attention", "tensor", "nl-gate", "misa", "gated", "words", "sound"]
FUSIONS: tuple[FusionName, ...] = ("early", "late", "cross-attention", "tensor", "nl-gate", "misa", "gated")


class Fusion(nn.Module):
    """The one interface: a `Pair` to logits, (batch, label).

    Either side is first projected to `width`; `pooled` is its learned mean over steps. What else a way of joining
    wants learned beside the labels is `aside`, a scalar of the last call.
    """

    def __init__(self, words: int, sound: int, labels: int, *, width: int = 32, dropout: float = 0.3) -> None:
        super().__init__()
        self.enter = nn.ModuleDict({"words": nn.Linear(words, width), "sound": nn.Linear(sound, width)})
        self.pool = nn.ModuleDict({side: FramePool(width, "attention", hidden=width) for side in ("words", "sound")})
        self.width, self.labels, self.dropout = width, labels, dropout
        self.aside: Tensor = torch.zeros(())

    def steps(self, pair: Pair) -> tuple[Tensor, Tensor]:
        """Return the steps of words and of sound, (batch, step, width) each."""
        return self._enter("words", pair.words), self._enter("sound", pair.sound)

    def pooled(self, pair: Pair) -> tuple[Tensor, Tensor]:
        """Return words and sound as one vector each, (batch, width)."""
        words, sound = self.steps(pair)
        return self.pool["words"](words, pair.words_present), self.pool["sound"](sound, pair.sound_present)

    def head(self, inputs: int) -> nn.Sequential:
        """Return a hidden layer and logits."""
        return nn.Sequential(
            nn.Linear(inputs, self.width), nn.ReLU(), nn.Dropout(self.dropout), nn.Linear(self.width, self.labels)
        )

    def _enter(self, side: str, x: Tensor) -> Tensor:
        return F.dropout(torch.relu(self.enter[side](x)), self.dropout, self.training)

    @abstractmethod
    def forward(self, pair: Pair) -> Tensor:
        """Return logits, (batch, label)."""


class Single(Fusion):
    """One side alone, which the others are held to: ``words`` or ``sound``."""

    def __init__(self, side: Literal["words", "sound"], *sizes: int, **options: float) -> None:
        super().__init__(*sizes, **options)  # type: ignore[arg-type]
        self.side = side
        self.answer = self.head(self.width)

    def forward(self, pair: Pair) -> Tensor:
        """Return logits, (batch, label)."""
        words, sound = self.pooled(pair)
        return self.answer(words if self.side == "words" else sound)


class EarlyFusion(Fusion):
    """Both vectors side by side, one classifier."""

    def __init__(self, *sizes: int, **options: float) -> None:
        super().__init__(*sizes, **options)  # type: ignore[arg-type]
        self.answer = self.head(2 * self.width)

    def forward(self, pair: Pair) -> Tensor:
        """Return logits, (batch, label)."""
        return self.answer(torch.cat(self.pooled(pair), 1))


class LateFusion(Fusion):
    """A classifier for each; the mean of their logits decides."""

    def __init__(self, *sizes: int, **options: float) -> None:
        super().__init__(*sizes, **options)  # type: ignore[arg-type]
        self.answers = nn.ModuleList(self.head(self.width) for _ in range(2))

    def forward(self, pair: Pair) -> Tensor:
        """Return logits, (batch, label)."""
        said = [answer(side) for answer, side in zip(self.answers, self.pooled(pair), strict=True)]
        return (said[0] + said[1]) / 2


class CrossAttentionFusion(Fusion):
    """Words attend to sound and sound to words; the means of both, side by side. Tsai et al. 2019."""

    def __init__(self, *sizes: int, heads: int = 4, **options: float) -> None:
        super().__init__(*sizes, **options)  # type: ignore[arg-type]
        self.across = nn.ModuleList(CrossAttention(self.width, heads=heads) for _ in range(2))
        self.answer = self.head(2 * self.width)

    def forward(self, pair: Pair) -> Tensor:
        """Return logits, (batch, label)."""
        words, sound = self.steps(pair)
        heard = words + self.across[0](words, sound, pair.sound_present).states
        read = sound + self.across[1](sound, words, pair.words_present).states
        both = [self.pool["words"](heard, pair.words_present), self.pool["sound"](read, pair.sound_present)]
        return self.answer(torch.cat(both, 1))


class TensorFusion(Fusion):
    """All products of a number of one and a number of the other, and each alone: [words, 1] ⊗ [sound, 1].

    Zadeh et al. 2017, "Tensor Fusion Network for Multimodal Sentiment Analysis". `part` numbers of each side go in.
    """

    def __init__(self, *sizes: int, part: int = 12, **options: float) -> None:
        super().__init__(*sizes, **options)  # type: ignore[arg-type]
        self.parts = nn.ModuleList(nn.Linear(self.width, part) for _ in range(2))
        self.answer = self.head((part + 1) ** 2)

    def forward(self, pair: Pair) -> Tensor:
        """Return logits, (batch, label)."""
        one, other = (
            F.pad(torch.relu(part(side)), (0, 1), value=1.0)
            for part, side in zip(self.parts, self.pooled(pair), strict=True)
        )
        return self.answer(torch.einsum("bi,bj->bij", one, other).flatten(1))


class NonLocalGateFusion(Fusion):
    """Each side attends to the steps of both, and a gate says how much of that is added, in every number.

    After the non-local gate that the paper compares: query, key and value in both directions, at both places.
    """

    def __init__(self, *sizes: int, heads: int = 4, **options: float) -> None:
        super().__init__(*sizes, **options)  # type: ignore[arg-type]
        self.across = nn.ModuleList(CrossAttention(self.width, heads=heads) for _ in range(2))
        self.gates = nn.ModuleList(nn.Linear(2 * self.width, self.width) for _ in range(2))
        self.answer = self.head(2 * self.width)

    def forward(self, pair: Pair) -> Tensor:
        """Return logits, (batch, label)."""
        words, sound = self.steps(pair)
        steps, present = torch.cat([words, sound], 1), torch.cat([pair.words_present, pair.sound_present], 1)
        sides = ((words, pair.words_present, "words"), (sound, pair.sound_present, "sound"))
        found = []
        for (side, there, name), across, gate in zip(sides, self.across, self.gates, strict=True):
            seen = across(side, steps, present).states
            gated = side + torch.sigmoid(gate(torch.cat([side, seen], -1))) * seen
            found.append(self.pool[name](gated, there))
        return self.answer(torch.cat(found, 1))


class InvariantSpecificFusion(Fusion):
    """What both sides share and what each has alone; shared parts are drawn together, own parts apart from them.

    Hazarika, Zimmermann & Poria 2020, "MISA: Modality-Invariant and -Specific Representations for Multimodal Sentiment
    Analysis". `aside` is the distance of the two shared parts, the overlap of own and shared, and what is missed when
    each side is made again from its two parts; what is to be made is held still, else all would shrink to one point.
    """

    def __init__(self, *sizes: int, **options: float) -> None:
        super().__init__(*sizes, **options)  # type: ignore[arg-type]
        self.shared = nn.Linear(self.width, self.width)
        self.own = nn.ModuleList(nn.Linear(self.width, self.width) for _ in range(2))
        self.again = nn.Linear(self.width, self.width)
        self.answer = self.head(4 * self.width)

    def forward(self, pair: Pair) -> Tensor:
        """Return logits, (batch, label)."""
        sides = self.pooled(pair)
        shared = [torch.tanh(self.shared(side)) for side in sides]
        own = [torch.tanh(layer(side)) for layer, side in zip(self.own, sides, strict=True)]
        together = (shared[0] - shared[1]).square().mean()
        overlap = sum(
            (F.normalize(a - a.mean(0), dim=1) * F.normalize(b - b.mean(0), dim=1)).sum(1).square().mean()
            for a, b in ((shared[0], own[0]), (shared[1], own[1]), (own[0], own[1]))
        )
        missed = sum(
            F.mse_loss(self.again(a + b), side.detach()) for a, b, side in zip(shared, own, sides, strict=True)
        )
        self.aside = 0.1 * (together + overlap + missed)
        return self.answer(torch.cat([*shared, *own], 1))


class ModalityGatedFusion(Fusion):
    """A gate between words and sound that is told how sure the words are.

    Words count in their mean by their confidence. The gate gets both vectors, and of the confidences the mean, the
    least, and the share under one half.
    """

    def __init__(self, *sizes: int, **options: float) -> None:
        super().__init__(*sizes, **options)  # type: ignore[arg-type]
        self.gate = GatedFusion(self.width, qualities=3)
        self.answer = self.head(self.width)

    def shares(self, pair: Pair) -> Tensor:
        """Return the share of the words in what is joined, (batch,), a mean over its numbers."""
        return self._joined(pair)[1].mean(1)

    def _joined(self, pair: Pair) -> tuple[Tensor, Tensor]:
        words, sound = self.steps(pair)
        sure = pair.confidence * pair.words_present
        heard = words * sure.unsqueeze(-1)
        pooled = self.pool["words"](heard, pair.words_present)
        low = (pair.confidence < 0.5).to(words.dtype) * pair.words_present
        least = pair.confidence.masked_fill(~pair.words_present, 1.0).amin(1)
        quality = torch.stack(
            [
                mean_frames(sure.unsqueeze(-1), pair.words_present)[:, 0],
                least,
                mean_frames(low.unsqueeze(-1), pair.words_present)[:, 0],
            ],
            1,
        )
        return self.gate(pooled, self.pool["sound"](sound, pair.sound_present), 4 * quality - 2)

    def forward(self, pair: Pair) -> Tensor:
        """Return logits, (batch, label)."""
        return self.answer(self._joined(pair)[0])


_KINDS: dict[str, type[Fusion]] = {
    "early": EarlyFusion,
    "late": LateFusion,
    "cross-attention": CrossAttentionFusion,
    "tensor": TensorFusion,
    "nl-gate": NonLocalGateFusion,
    "misa": InvariantSpecificFusion,
    "gated": ModalityGatedFusion,
}


def make_fusion(
    name: FusionName, words: int, sound: int, labels: int, *, width: int = 32, dropout: float = 0.3
) -> Fusion:
    """Return the network of a way of joining, untrained; words, sound: how many numbers a step of each has.

    Raises `InputError` for a name that is none of `FUSIONS`, ``words`` or ``sound``.
    """
    if name in ("words", "sound"):
        return Single(name, words, sound, labels, width=width, dropout=dropout)
    if name not in _KINDS:
        raise InputError(f"Unknown fusion {name!r}. Use {', '.join((*FUSIONS, 'words', 'sound'))}.")
    return _KINDS[name](words, sound, labels, width=width, dropout=dropout)
