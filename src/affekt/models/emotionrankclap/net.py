"""Two towers in one space, and the losses that bring them together: by rank in valence and arousal, or pair by pair.

Chandra, Goncalves, Lu, Busso & Sisman 2025, "EmotionRankCLAP: Bridging Natural Language Speaking Styles and Ordinal
Speech Emotion via Rank-N-Contrast", Interspeech; Zha, Cao, Son, Yang & Katabi 2023, "Rank-N-Contrast: Learning
Continuous Representations for Regression", NeurIPS.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Embedded(NamedTuple):
    """Both in the shared space, of length 1: float (clip, width)."""

    sound: Tensor
    words: Tensor


class RankTowers(nn.Module):
    """Vectors of clips and of texts about them, each through a small network of its own, to a shared space."""

    centre: Tensor
    scale: Tensor

    def __init__(self, sound: int, words: int, *, width: int = 128, shared: int = 64, dropout: float = 0.1) -> None:
        super().__init__()
        self.register_buffer("centre", torch.zeros(sound))
        self.register_buffer("scale", torch.ones(sound))
        self.sound = _tower(sound, width, shared, dropout)
        self.words = _tower(words, width, shared, dropout)
        self.sharpness = nn.Parameter(torch.tensor(math.log(1 / 0.1)))

    def fit_scale(self, vectors: Tensor) -> None:
        """Set what clips' vectors are brought to 0 and 1 by, from (clip, number)."""
        self.centre, self.scale = vectors.mean(0), vectors.std(0).clamp_min(1e-4)

    def hear(self, vectors: Tensor) -> Tensor:
        """Return clips in the shared space, (clip, width), of length 1."""
        return F.normalize(self.sound(((vectors - self.centre) / self.scale).clamp(-8, 8)), dim=1)

    def read(self, vectors: Tensor) -> Tensor:
        """Return texts in the shared space, (text, width), of length 1."""
        return F.normalize(self.words(vectors), dim=1)

    def forward(self, sound: Tensor, words: Tensor) -> Embedded:
        """sound: float (clip, number); words: float (clip, number)."""
        return Embedded(self.hear(sound), self.read(words))


def _tower(inputs: int, width: int, shared: int, dropout: float) -> nn.Sequential:
    return nn.Sequential(nn.Linear(inputs, width), nn.GELU(), nn.Dropout(dropout), nn.Linear(width, shared))


def rank_n_contrast(
    anchors: Tensor, others: Tensor, places: Tensor, other_places: Tensor | None = None, *, temperature: float = 0.1
) -> Tensor:
    """Return the Rank-N-Contrast loss of anchors against others, a mean over pairs.

    For anchor i and other j the negatives are all k at least as far from i in valence and arousal as j is:
    -log exp(a_i · o_j / τ) / Σ_{k: d(i, k) >= d(i, j)} exp(a_i · o_k / τ). anchors, others: float (item, width), of
    length 1; places: float (item, 2), valence and arousal; other_places: of the others, the same where None. Where
    anchors and others are one, an item is not its own pair.
    """
    same = anchors is others
    # Exact, so that items of one place are equally far.
    others_at = places if other_places is None else other_places
    far = torch.cdist(places, others_at, compute_mode="donot_use_mm_for_euclid_dist")
    alike = anchors @ others.T / temperature
    count = len(others)
    keep = (
        ~torch.eye(len(anchors), count, dtype=torch.bool) if same else torch.ones(len(anchors), count, dtype=torch.bool)
    )
    # Sorted from far to near, the negatives of a pair are all that came before it, and those just as far.
    hidden = alike.masked_fill(~keep, -1e4)
    order = far.argsort(dim=1, descending=True, stable=True)
    sorted_far, sorted_alike = far.gather(1, order), hidden.gather(1, order)
    so_far = sorted_alike.logcumsumexp(1)
    last = count - 1 - torch.searchsorted(sorted_far.flip(1).contiguous(), sorted_far.contiguous(), right=False)
    against = so_far.gather(1, last)
    losses = (against - sorted_alike)[keep.gather(1, order)]
    return losses.mean()


def cross_modal_rank_loss(found: Embedded, places: Tensor, *, temperature: float = 0.1) -> Tensor:
    """Return Rank-N-Contrast from sound to words and from words to sound, their mean."""
    there = rank_n_contrast(found.sound, found.words, places, places, temperature=temperature)
    back = rank_n_contrast(found.words, found.sound, places, places, temperature=temperature)
    return (there + back) / 2


def clip_loss(found: Embedded, sharpness: Tensor) -> Tensor:
    """Return the symmetric cross entropy of pairs, which knows no order: Radford et al. 2021; Elizalde et al. 2023,
    "CLAP". sharpness: the logarithm of one over the temperature."""
    alike = found.sound @ found.words.T * sharpness.exp().clamp_max(100.0)
    own = torch.arange(len(alike))
    return (F.cross_entropy(alike, own) + F.cross_entropy(alike.T, own)) / 2
