"""emoq: a Q-Former hears the speech beside the words, and its queries are soft prompts of a frozen language model.

Yang & Mak 2025, "EmoQ: Speech Emotion Recognition via Speech-Aware Q-Former and Large Language Model",
arXiv:2509.15775.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from affekt.layers.causal_lm import PromptedDecoder
from affekt.layers.padding import all_present
from affekt.layers.q_former import QFormer


class Heard(NamedTuple):
    """What the queries made of utterances: the prompt, (batch, query, width of the decoder), a unit vector for
    contrast, (batch, contrast), and logits of a head of its own, (batch, label)."""

    prompt: Tensor
    contrast: Tensor
    logits: Tensor


class EmoQ(nn.Module):
    """Frames of speech and the pieces of what was said to logits of labels: how likely the decoder names each.

    The decoder reads the prompt, then the pieces, then says the label's name. It is frozen: its numbers take no
    gradient, it never drops out, and it is no part of what is saved with the network. answers: the pieces of every
    label's name with the end mark, by label.
    """

    answers: Tensor

    def __init__(
        self,
        decoder: PromptedDecoder,
        answers: Sequence[Sequence[int]],
        features: int,
        *,
        width: int = 64,
        queries: int = 8,
        layers: int = 2,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        if isinstance(decoder, nn.Module):
            decoder.requires_grad_(False).eval()
        decoder_width = decoder.embed(torch.ones(1, 1, dtype=torch.int64)).shape[-1]
        # In a list, so that neither `train` nor `state_dict` reaches it.
        self._decoder = [decoder]
        self.former = QFormer(features, decoder_width, width, queries=queries, layers=layers, dropout=dropout)
        self.project = nn.Linear(width, decoder_width)
        self.contrast = nn.Linear(width, width)
        self.head = nn.Linear(width, len(answers))
        longest = max(map(len, answers))
        padded = torch.tensor([[*each, *[0] * (longest - len(each))] for each in answers])
        self.register_buffer("answers", padded)

    @property
    def decoder(self) -> PromptedDecoder:
        """The frozen language model."""
        return self._decoder[0]

    def hear(self, sound: Tensor, pieces: Tensor) -> Heard:
        """sound: (batch, frame, feature); pieces: int64 (batch, piece), 0 where padded."""
        with torch.no_grad():
            words = self.decoder.embed(pieces)
        found = self.former(sound, all_present(sound), words, pieces != 0)
        pooled = found.mean(1)
        return Heard(self.project(found), F.normalize(self.contrast(pooled), dim=1), self.head(pooled))

    def said(self, prompt: Tensor, pieces: Tensor, answers: Tensor) -> Tensor:
        """Return how likely the decoder says each answer, in nats, (batch,).

        prompt: (batch, query, width); pieces: (batch, piece), padded on the left; answers: (batch, piece), on the
        right.
        """
        vectors = torch.cat([prompt, self.decoder.embed(torch.cat([pieces, answers], 1))], 1)
        asked = torch.ones_like(prompt[..., 0], dtype=torch.bool)
        present = torch.cat([asked, pieces != 0, answers != 0], 1)
        states = self.decoder.read_vectors(vectors, present).states[:, -answers.shape[1] - 1 : -1]
        logs = torch.log_softmax(self.decoder.pieces(states).float(), -1)
        return (logs.gather(-1, answers[..., None])[..., 0] * (answers != 0)).sum(1)

    def label_logits(self, prompt: Tensor, pieces: Tensor) -> Tensor:
        """Return how likely the decoder names each label, in nats, (batch, label)."""
        labels = len(self.answers)
        rows = torch.arange(len(prompt)).repeat_interleave(labels)
        said = self.said(prompt[rows], pieces[rows], self.answers.repeat(len(prompt), 1))
        return said.view(-1, labels)

    def forward(self, tokens: Mapping[str, Tensor]) -> Tensor:
        """tokens: ``sound`` (batch, frame, feature) and ``pieces`` (batch, piece, 1). Returns logits (batch, label)."""
        pieces = tokens["pieces"][..., 0].long()
        return self.label_logits(self.hear(tokens["sound"], pieces).prompt, pieces)
