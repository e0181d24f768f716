"""An encoder that learns emotions first, and then whether a text is as a person wrote it.

Cowap, Graham & Foster 2023, "Do Stochastic Parrots have Feelings Too? Improving Neural Detection of Synthetic Text via
Emotion Recognition", Findings of EMNLP. The authors' code is alanagiasi/emoPLMsynth.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F

from affekt.layers.text_encoder import mean_state


class SynthDetector(nn.Module):
    """Piece ids to two logits, as a person wrote it or not: the encoder's mean state, one hidden layer.

    encoder: has `states(ids)`, int64 (batch, token) to (batch, token, width), 0 where padded. The hidden layer is what
    lets a mean tell texts of one emotion from texts of several.
    """

    def __init__(self, encoder: nn.Module, width: int, *, hidden: int = 128, dropout: float = 0.1) -> None:
        super().__init__()
        self.encoder = encoder
        self.hidden = nn.Linear(width, hidden)
        self.out = nn.Linear(hidden, 2)
        self.dropout = dropout

    def forward(self, ids: Tensor) -> Tensor:
        """ids: int64 (batch, token), 0 where padded. Returns (batch, 2) logits."""
        pooled = mean_state(self.encoder.states(ids), ids)  # type: ignore[operator]
        x = F.gelu(self.hidden(F.dropout(pooled, self.dropout, self.training)))
        logits: Tensor = self.out(F.dropout(x, self.dropout, self.training))
        return logits
