"""Texts longer than the encoder's window: cut into chunks that overlap, read each, pool what was read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor, nn

from affekt.errors import InputError

Pooling = Literal["mean", "max", "attention"]
POOLINGS: tuple[Pooling, ...] = ("mean", "max", "attention")


def cut_chunks(ids: Sequence[int], *, window: int, overlap: int = 0) -> list[list[int]]:
    """Return the chunks of a text, each of at most `window` pieces with the text's own marks of both ends.

    ids: pieces with one mark before and one behind, as `Start.encode` gives them; neighbouring chunks share `overlap`
    pieces. A text that fits is one chunk, as it is; the last chunk is filled to the window from what stands before it,
    so that no chunk holds a few words only. Raises `InputError` unless 0 <= overlap < window - 2.

    >>> cut_chunks([1, 11, 12, 13, 14, 15, 2], window=5, overlap=1)
    [[1, 11, 12, 13, 2], [1, 13, 14, 15, 2]]
    >>> cut_chunks([1, 11, 12, 13, 14, 2], window=5)
    [[1, 11, 12, 13, 2], [1, 12, 13, 14, 2]]
    """
    room = window - 2
    if not 0 <= overlap < room:
        raise InputError(f"Chunks overlap by less than they hold ({room} pieces and two marks), got {overlap}.")
    if len(ids) <= window:
        return [list(ids)]
    inner = list(ids[1:-1])
    starts = [*range(0, len(inner) - room, room - overlap), len(inner) - room]
    return [[ids[0], *inner[start : start + room], ids[-1]] for start in starts]


class ChunkPool(nn.Module):
    """The state of each text from those of its chunks: their mean, their greatest numbers, or a weighted mean.

    ``attention`` asks every chunk one learned question and weighs by the soft-max of the answers, as sentences are
    weighed in Yang et al. 2016, "Hierarchical Attention Networks for Document Classification"; mean and max are those
    of Sun et al. 2019, "How to Fine-Tune BERT for Text Classification?".
    """

    def __init__(self, width: int, how: Pooling = "attention", *, hidden: int = 64) -> None:
        super().__init__()
        if how not in POOLINGS:
            raise InputError(f"Unknown pooling {how!r}. Use {', '.join(POOLINGS)}.")
        self.how = how
        self.project = nn.Linear(width, hidden) if how == "attention" else None
        self.question = nn.Linear(hidden, 1, bias=False) if how == "attention" else None

    def weights(self, states: Tensor, owner: Tensor, texts: int) -> Tensor:
        """Return each chunk's weight, (chunk,), adding up to one over the chunks of a text."""
        if self.project is None or self.question is None:
            told = states.new_zeros(len(states))
        else:
            told = self.question(torch.tanh(self.project(states))).squeeze(1)
        # The same number off every answer of a text changes no soft-max, and keeps the powers small.
        most = told.new_full((texts,), torch.finfo(told.dtype).min).scatter_reduce(0, owner, told.detach(), "amax")
        power = torch.exp(told - most[owner])
        total = power.new_zeros(texts).index_add(0, owner, power)
        return power / total[owner]

    def forward(self, states: Tensor, owner: Tensor, texts: int) -> Tensor:
        """states: float (chunk, width); owner: int64 (chunk,), the text each is of, every text having one at least.

        Returns (text, width).
        """
        if self.how == "max":
            lowest = states.new_full((texts, states.shape[1]), torch.finfo(states.dtype).min)
            return lowest.scatter_reduce(0, owner[:, None].expand_as(states), states, "amax")
        weighed = self.weights(states, owner, texts)[:, None] * states
        return states.new_zeros(texts, states.shape[1]).index_add(0, owner, weighed)
