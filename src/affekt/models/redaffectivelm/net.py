"""REDAffectiveLM: a contextual encoder beside a Bi-LSTM with attention over word vectors that know emotions.

Kadan, Deepak, Gangan, Abraham & Lajish 2024, "REDAffectiveLM: Leveraging Affect Enriched Embedding and
Transformer-based Neural Language Model for Readers' Emotion Detection", Knowledge and Information Systems 66.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from affekt.layers.recurrent import Attended, BiLstm, WordAttention
from affekt.layers.text_encoder import mean_state


class AffectiveBranch(nn.Module):
    """Word vectors, which stay as they are, a Bi-LSTM, dropout, and attention over the words.

    vectors: float32 (piece, width), row 0 is padding; ends: ids that mark a text's ends: read, but not attended to.
    """

    def __init__(self, vectors: Tensor, ends: Sequence[int], *, width: int = 100, dropout: float = 0.5) -> None:
        super().__init__()
        self.vectors = nn.Embedding.from_pretrained(vectors, freeze=True, padding_idx=0)  # type: ignore[no-untyped-call]
        self.recurrent = BiLstm(vectors.shape[1], width)
        self.attention = WordAttention(self.recurrent.width)
        self.dropout = dropout
        self.width = self.recurrent.width
        self.register_buffer("ends", torch.tensor(list(ends)), persistent=False)

    def forward(self, ids: Tensor) -> Attended:
        """ids: int64 (batch, token), 0 where padded. Returns the state (batch, width) and weights (batch, token)."""
        present = ids != 0
        states = F.dropout(self.recurrent(self.vectors(ids), present), self.dropout, self.training)
        words = present & ~torch.isin(ids, self.ends)  # type: ignore[arg-type]
        # A text without a word is read by its ends.
        found: Attended = self.attention(states, torch.where(words.any(1, keepdim=True), words, present))
        return found


class RedAffectiveLm(nn.Module):
    """Both branches side by side, two dense layers, a logit per emotion; the profile is their soft-max.

    encoder: has `states(ids)`; None for the affective branch alone. `branch`: None for the encoder alone.
    """

    def __init__(
        self,
        encoder: nn.Module | None,
        branch: AffectiveBranch | None,
        outputs: int,
        *,
        encoder_width: int = 384,
        width: int = 128,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.branch = branch
        inputs = (encoder_width if encoder is not None else 0) + (branch.width if branch is not None else 0)
        self.first = nn.Linear(inputs, width)
        self.second = nn.Linear(width, width)
        self.out = nn.Linear(width, outputs)
        self.dropout = dropout

    def forward(self, ids: Tensor) -> Tensor:
        """ids: int64 (batch, token), 0 where padded. Returns (batch, output) logits."""
        parts = []
        if self.encoder is not None:
            parts.append(mean_state(self.encoder.states(ids), ids))  # type: ignore[operator]
        if self.branch is not None:
            parts.append(self.branch(ids).state)
        x = F.dropout(torch.cat(parts, 1), self.dropout, self.training)
        x = F.relu(self.second(F.relu(self.first(x))))
        logits: Tensor = self.out(x)
        return logits

    def attended(self, ids: Tensor) -> Tensor:
        """ids: int64 (batch, token), 0 where padded. Returns each piece's attention, (batch, token)."""
        if self.branch is None:
            raise ValueError("This network has no branch with attention.")
        weights: Tensor = self.branch(ids).weights
        return weights


def profile_loss(logits: Tensor, profiles: Tensor) -> Tensor:
    """Return the squared error between the soft-max and the readers' profile, summed over emotions, mean over items.

    Both (item, emotion).
    """
    return (torch.softmax(logits, 1) - profiles).square().sum(1).mean()
