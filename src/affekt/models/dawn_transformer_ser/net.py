"""From what an upstream says of a clip to valence, arousal and dominance.

Wagner et al. 2023, "Dawn of the transformer era in speech emotion recognition: closing the valence gap", IEEE TPAMI
45(9): the states of the last transformer layer are averaged over time and go through one hidden layer to the three
outputs. Here the layers of the upstream are averaged by learned weights first (Yang et al. 2021, SUPERB), as the
encoder itself stays as it is, and a mean with a deviation may stand for the mean.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from affekt.layers.pooling import LayerWeights


class RatingHead(nn.Module):
    """Statistics of a clip's frames, by layer, to valence, arousal and dominance in (-1, 1)."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, layers: int, features: int, *, hidden: int = 128, dropout: float = 0.5) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(layers, features))
        self.register_buffer("deviation", torch.ones(layers, features))
        self.weights = LayerWeights(layers)
        self.enter, self.leave = nn.Linear(features, hidden), nn.Linear(hidden, 3)
        self.dropout = nn.Dropout(dropout)

    def fit_scale(self, vectors: Tensor) -> None:
        """Bring each number to mean 0 and deviation 1 of these clips, (clip, layer, feature)."""
        self.mean.copy_(vectors.mean(0))
        self.deviation.copy_(vectors.std(0).clamp_min(1e-6))

    def forward(self, vectors: Tensor) -> Tensor:
        """vectors: float (clip, layer, feature). Returns valence, arousal, dominance, (clip, 3)."""
        # What a number never was among the training clips says nothing.
        even = ((vectors - self.mean) / self.deviation).clamp(-10, 10)
        states = self.weights(even.unsqueeze(2)).squeeze(1)
        found: Tensor = self.leave(self.dropout(torch.tanh(self.enter(self.dropout(states)))))
        return torch.tanh(found)
