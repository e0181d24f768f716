"""Attention that is told which pieces carry a polarity: a bias on its logits, learned per head."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

_WORD = re.compile(r"\w+(?:'\w+)?|[^\w\s]+")


class PolarityBias(nn.Module):
    """From the polarity of each piece to what is added to attention's logits towards it, for every head its own.

    bias(h, k) = a_h · max(p_k, 0) + b_h · max(-p_k, 0), with a and b learned, both starting at `scale`: at 0 the
    attention is the plain one. A head may so come to look for praise and another for complaint. Polarity in the
    attention layer is Imran 2024, "Emotion Classification In Software Engineering Texts: A Comparative Analysis of
    Pre-trained Transformers Language Models"; that it is an additive bias with a scale per head and sign is ours, after
    Press et al. 2022, "Train Short, Test Long: Attention with Linear Biases".
    """

    def __init__(self, heads: int, *, scale: float = 2.0) -> None:
        super().__init__()
        # A tenth of a and b: at an encoder's learning rate they would else stay where they begin.
        self.tenths = nn.Parameter(torch.full((2, heads), scale / 10))

    def scales(self) -> Tensor:
        """Return a and b, (2, head)."""
        return 10 * self.tenths

    def forward(self, polarity: Tensor) -> Tensor:
        """polarity: float (batch, token) in [-1, 1], 0 for neutral pieces. Returns (batch, head, 1, token)."""
        signed = torch.stack([polarity.clamp_min(0), (-polarity).clamp_min(0)])
        return torch.einsum("sh,sbt->bht", self.scales(), signed)[:, :, None, :]


def word_polarities(text: str, polarity: Mapping[str, float]) -> list[tuple[int, int, float]]:
    """Return (start, end, polarity) of the words and runs of signs of `text` that the lexicon knows, in characters.

    Words are looked up in lower case; of what stands between blanks the whole goes first, so that emoticons are found.

    >>> word_polarities("It fails :(", {"fails": -0.5, ":(": -0.4})
    [(3, 8, -0.5), (9, 11, -0.4)]
    """
    found = []
    for chunk in re.finditer(r"\S+", text):
        whole = polarity.get(chunk.group().lower())
        if whole is not None:
            found.append((chunk.start(), chunk.end(), whole))
            continue
        for word in _WORD.finditer(chunk.group()):
            value = polarity.get(word.group().lower())
            if value is not None:
                found.append((chunk.start() + word.start(), chunk.start() + word.end(), value))
    return found


def piece_polarities(
    offsets: Sequence[Sequence[tuple[int, int]]],
    texts: Sequence[str],
    polarity: Mapping[str, float],
    *,
    longest: int,
) -> list[list[float]]:
    """Return the polarity of each piece: that of the word it is in, 0 outside the lexicon and for marks of the ends.

    offsets: per text, the characters (start, end) each piece was cut from, end excluded. At most `longest` pieces are
    kept of a text, the last of them being its end mark, as `Start.encode` does.

    >>> piece_polarities([[(0, 0), (0, 2), (2, 5), (0, 0)]], ["fails"], {"fails": -0.5}, longest=8)
    [[0.0, -0.5, -0.5, 0.0]]
    """
    found = []
    for pieces, text in zip(offsets, texts, strict=True):
        known = word_polarities(text, polarity)
        values = [
            next((value for start, end, value in known if first < end and last > start), 0.0) for first, last in pieces
        ]
        found.append(values if len(values) <= longest else [*values[: longest - 1], values[-1]])
    return found


def pad_polarities(rows: Sequence[Sequence[float]]) -> Tensor:
    """Return rows of unlike length as one table, float32 (text, piece), 0 behind their ends.

    >>> pad_polarities([[0.5], [0.0, -1.0]]).tolist()
    [[0.5, 0.0], [0.0, -1.0]]
    """
    table = torch.zeros(len(rows), max(map(len, rows), default=0))
    for place, row in enumerate(rows):
        table[place, : len(row)] = torch.tensor(row)
    return table
