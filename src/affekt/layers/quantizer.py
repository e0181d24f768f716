"""A learned code book: each frame becomes the nearest of so many combinations of entries, and that can be learned.

Baevski et al. 2020, "wav2vec 2.0", section 2 and equation 4; Jang, Gu & Poole 2017, "Categorical Reparameterization
with Gumbel-Softmax".
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Quantised(NamedTuple):
    """The code of each frame, (…, width), and how far from evenly the entries are used, in [0, 1): 0 for evenly."""

    codes: Tensor
    unevenness: Tensor


class GumbelQuantizer(nn.Module):
    """`groups` code books of `entries` each; a code is one entry of every book, side by side, brought to `width`.

    While training the entry is drawn by the Gumbel soft-max and gradients pass straight through; else it is the most
    likely one.
    """

    def __init__(
        self, inputs: int, width: int, *, groups: int = 2, entries: int = 32, temperature: float = 1.0
    ) -> None:
        super().__init__()
        self.groups, self.entries, self.temperature = groups, entries, temperature
        self.choose = nn.Linear(inputs, groups * entries)
        self.books = nn.Parameter(torch.randn(groups, entries, width // groups))
        self.project = nn.Linear(width // groups * groups, width)

    def forward(self, x: Tensor) -> Quantised:
        """x: float (…, input)."""
        logits = self.choose(x).view(*x.shape[:-1], self.groups, self.entries).float()
        if self.training:
            chosen = F.gumbel_softmax(logits, self.temperature, hard=True)
        else:
            chosen = F.one_hot(logits.argmax(-1), self.entries).to(logits.dtype)
        codes = self.project(torch.einsum("...ge,gew->...gw", chosen, self.books).flatten(-2))
        used = torch.softmax(logits, -1).flatten(0, -3).mean(0)
        perplexity = torch.exp(-(used * torch.log(used + 1e-7)).sum(-1)).sum()
        return Quantised(codes, 1 - perplexity / (self.groups * self.entries))


def masked_contrast(
    context: Tensor, codes: Tensor, hidden: Tensor, *, distractors: int = 20, temperature: float = 0.1
) -> Tensor:
    """Return the contrastive loss of hidden frames: which of the clip's hidden frames' codes is this one's?

    context, codes: float (batch, frame, width); hidden: bool (batch, frame). Similarity is the cosine; the distractors
    are drawn from the other hidden frames of the same clip, by torch's own state. Clips of one hidden frame have
    nothing to be told from and do not count. Baevski et al. 2020, equation 3.
    """
    losses = []
    for row, there in enumerate(hidden):
        said, code = context[row, there], codes[row, there]
        count = len(said)
        if count < 2:
            continue
        drawn = torch.randint(0, count - 1, (count, distractors))
        own = torch.arange(count)[:, None]
        places = torch.cat([own, drawn + (drawn >= own)], 1)
        alike = F.cosine_similarity(said[:, None], code[places], dim=-1) / temperature
        # A distractor with the same code is no other.
        same = (code[places[:, 1:]] == code[:, None]).all(-1)
        alike = torch.cat([alike[:, :1], alike[:, 1:].masked_fill(same, -torch.inf)], 1)
        losses.append(F.cross_entropy(alike, torch.zeros(count, dtype=torch.int64), reduction="none"))
    return torch.cat(losses).mean() if losses else context.sum() * 0.0
