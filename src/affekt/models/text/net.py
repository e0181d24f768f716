"""The network of the `text` model: a MiniLM encoder with one head per thing that is read.

Wang et al. 2020, "MiniLM: Deep Self-Attention Distillation" (the encoder);
Demszky et al. 2020, "GoEmotions" (labels); Buechel & Hahn 2017, "EmoBank" (VAD).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F


@dataclass(frozen=True, slots=True)
class TextNetConfig:
    """Sizes of the encoder and of its heads."""

    vocabulary: int = 30522
    positions: int = 512
    width: int = 384
    layers: int = 6
    heads: int = 12
    feedforward: int = 1536
    labels: int = 28
    intensities: int = 5
    dropout: float = 0.1


class EncoderLayer(nn.Module):
    """One post-norm transformer layer, as BERT has it."""

    def __init__(self, config: TextNetConfig) -> None:
        super().__init__()
        width = config.width
        self.heads = config.heads
        self.qkv = nn.Linear(width, 3 * width)
        self.attention_out = nn.Linear(width, width)
        self.attention_norm = nn.LayerNorm(width, eps=1e-12)
        self.expand = nn.Linear(width, config.feedforward)
        self.contract = nn.Linear(config.feedforward, width)
        self.feedforward_norm = nn.LayerNorm(width, eps=1e-12)
        self.dropout = config.dropout

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """x: (batch, token, width); mask: (batch, 1, 1, token), True where a token is."""
        batch, tokens, width = x.shape
        q, k, v = self.qkv(x).view(batch, tokens, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        rate = self.dropout if self.training else 0.0
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, dropout_p=rate)
        mixed = self.attention_out(mixed.transpose(1, 2).reshape(batch, tokens, width))
        x = self.attention_norm(x + F.dropout(mixed, rate, self.training))
        hidden = self.contract(F.gelu(self.expand(x)))
        return self.feedforward_norm(x + F.dropout(hidden, rate, self.training))


class TextNet(nn.Module):
    """Token ids to label logits, VAD with log-variance, and emotion intensities."""

    def __init__(self, config: TextNetConfig = TextNetConfig()) -> None:
        super().__init__()
        self.config = config
        self.tokens = nn.Embedding(config.vocabulary, config.width)
        self.positions = nn.Embedding(config.positions, config.width)
        self.embedding_norm = nn.LayerNorm(config.width, eps=1e-12)
        self.layers = nn.ModuleList(EncoderLayer(config) for _ in range(config.layers))
        self.labels = nn.Linear(config.width, config.labels)
        self.vad = nn.Linear(config.width, 6)
        self.intensity = nn.Linear(config.width, config.intensities)
        for head in (self.labels, self.vad, self.intensity):
            nn.init.normal_(head.weight, std=0.02)
            nn.init.zeros_(head.bias)

    def pool(self, ids: Tensor) -> Tensor:
        """ids: int64 (batch, token), 0 where padded. Returns (batch, width)."""
        present = ids != 0
        place = torch.arange(ids.shape[1], device=ids.device)
        x = self.embedding_norm(self.tokens(ids) + self.positions(place))
        x = F.dropout(x, self.config.dropout, self.training)
        for layer in self.layers:
            x = layer(x, present[:, None, None, :])
        weight = present.unsqueeze(-1).to(x.dtype)
        return (x * weight).sum(1) / weight.sum(1)

    def forward(self, ids: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Returns label logits (batch, 28), VAD mean and log-variance (batch, 6), intensity (batch, 5)."""
        pooled = F.dropout(self.pool(ids), self.config.dropout, self.training)
        return self.labels(pooled), self.vad(pooled), self.intensity(pooled)


def load_minilm(net: TextNet, weights: dict[str, Tensor]) -> None:
    """Copy the published all-MiniLM-L6-v2 encoder into `net`; the heads keep their initial values.

    The single token type of BERT is folded into the position table.
    """
    state: dict[str, Tensor] = {
        "tokens.weight": weights["embeddings.word_embeddings.weight"],
        "positions.weight": weights["embeddings.position_embeddings.weight"]
        + weights["embeddings.token_type_embeddings.weight"][0],
        "embedding_norm.weight": weights["embeddings.LayerNorm.weight"],
        "embedding_norm.bias": weights["embeddings.LayerNorm.bias"],
    }
    names = {
        "attention_out": "attention.output.dense",
        "attention_norm": "attention.output.LayerNorm",
        "expand": "intermediate.dense",
        "contract": "output.dense",
        "feedforward_norm": "output.LayerNorm",
    }
    for i in range(net.config.layers):
        there, here = f"encoder.layer.{i}", f"layers.{i}"
        for part in ("weight", "bias"):
            state[f"{here}.qkv.{part}"] = torch.cat(
                [weights[f"{there}.attention.self.{name}.{part}"] for name in ("query", "key", "value")]
            )
            for ours, theirs in names.items():
                state[f"{here}.{ours}.{part}"] = weights[f"{there}.{theirs}.{part}"]
    missing, unexpected = net.load_state_dict(state, strict=False)
    if unexpected or any(name.split(".")[0] not in {"labels", "vad", "intensity"} for name in missing):
        raise ValueError(f"These weights are not MiniLM-L6: missing {missing}, unexpected {unexpected}.")
