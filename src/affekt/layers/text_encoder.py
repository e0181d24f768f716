"""A BERT-style encoder of text: piece ids to a state per piece, and their mean.

Devlin et al. 2019, "BERT"; the sizes default to Wang et al. 2020, "MiniLM: Deep Self-Attention Distillation".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from affekt.errors import InputError


@dataclass(frozen=True, slots=True)
class EncoderConfig:
    """Sizes of the encoder: pieces it knows, longest text in pieces, width, depth."""

    vocabulary: int = 30522
    positions: int = 512
    width: int = 384
    layers: int = 6
    heads: int = 12
    feedforward: int = 1536
    dropout: float = 0.1


class EncoderLayer(nn.Module):
    """One post-norm transformer layer, as BERT has it."""

    def __init__(self, config: EncoderConfig) -> None:
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
        """x: (batch, token, width); mask: what attention may see, bool (batch, 1, 1, token), or is told, float
        (batch, 1 or head, 1 or token, token), added to its logits."""
        batch, tokens, width = x.shape
        q, k, v = self.qkv(x).view(batch, tokens, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        rate = self.dropout if self.training else 0.0
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, dropout_p=rate)
        mixed = self.attention_out(mixed.transpose(1, 2).reshape(batch, tokens, width))
        x = self.attention_norm(x + F.dropout(mixed, rate, self.training))
        hidden = self.contract(F.gelu(self.expand(x)))
        out: Tensor = self.feedforward_norm(x + F.dropout(hidden, rate, self.training))
        return out


class TextEncoder(nn.Module):
    """Piece ids to states: token and position tables, then the layers. Networks add heads to it."""

    def __init__(self, config: EncoderConfig = EncoderConfig()) -> None:
        super().__init__()
        self.config = config
        self.width = config.width
        self.tokens = nn.Embedding(config.vocabulary, config.width)
        self.positions = nn.Embedding(config.positions, config.width)
        self.embedding_norm = nn.LayerNorm(config.width, eps=1e-12)
        self.layers = nn.ModuleList(EncoderLayer(config) for _ in range(config.layers))

    def embed(self, ids: Tensor) -> Tensor:
        """ids: int64 (batch, token), 0 where padded or masked. Returns what the first layer sees, (batch, token,
        width)."""
        place = torch.arange(ids.shape[1], device=ids.device)
        x = self.embedding_norm(self.tokens(ids) + self.positions(place))
        return F.dropout(x, self.config.dropout, self.training)

    def states(self, ids: Tensor, *, bias: Tensor | None = None) -> Tensor:
        """ids: int64 (batch, token), 0 where padded or masked. Returns (batch, token, width).

        bias: float (batch, 1 or head, 1 or token, token), added to the attention logits of every layer, as a method
        does that tells attention where to look; None for plain attention.
        """
        mask = (ids != 0)[:, None, None, :]
        if bias is not None:
            mask = bias.masked_fill(~mask, torch.finfo(bias.dtype).min)
        x = self.embed(ids)
        for layer in self.layers:
            x = layer(x, mask)
        return x

    def pool(self, ids: Tensor, *, bias: Tensor | None = None) -> Tensor:
        """Return the mean state of each text's pieces, (batch, width)."""
        return mean_state(self.states(ids, bias=bias), ids)


def mean_state(states: Tensor, ids: Tensor) -> Tensor:
    """Return the mean over the pieces that are there. states: (batch, token, width); ids: (batch, token), 0 where
    padded.

    >>> mean_state(torch.tensor([[[1.0], [3.0], [9.0]]]), torch.tensor([[5, 6, 0]])).tolist()
    [[2.0]]
    """
    weight = (ids != 0).unsqueeze(-1).to(states.dtype)
    return (states * weight).sum(1) / weight.sum(1).clamp_min(1.0)


def load_bert(encoder: TextEncoder, weights: Mapping[str, Tensor]) -> None:
    """Copy a published BERT-style encoder (MiniLM, BERT) into `encoder`; heads keep their initial values.

    `weights` are named as Hugging Face names them, with or without the leading ``bert.``. An encoder of fewer layers
    takes the lowest. The single token type of BERT is folded into the position table. Raises `InputError` where
    a part is missing or of another size.
    """
    given = {name.removeprefix("bert."): value for name, value in weights.items()}
    state: dict[str, Tensor] = {}
    try:
        state["tokens.weight"] = given["embeddings.word_embeddings.weight"]
        types = given["embeddings.token_type_embeddings.weight"]
        state["positions.weight"] = given["embeddings.position_embeddings.weight"] + types[0]
        for part in ("weight", "bias"):
            state[f"embedding_norm.{part}"] = given[f"embeddings.LayerNorm.{part}"]
            for i in range(encoder.config.layers):
                there, here = f"encoder.layer.{i}", f"layers.{i}"
                parts = [given[f"{there}.attention.self.{name}.{part}"] for name in ("query", "key", "value")]
                state[f"{here}.qkv.{part}"] = torch.cat(parts)
                for ours, theirs in _BERT_NAMES.items():
                    state[f"{here}.{ours}.{part}"] = given[f"{there}.{theirs}.{part}"]
    except KeyError as error:
        raise InputError(
            f"These weights are no BERT-style encoder of {encoder.config.layers} layers: {error}."
        ) from None
    load_trunk(encoder, state)


_BERT_NAMES = {
    "attention_out": "attention.output.dense",
    "attention_norm": "attention.output.LayerNorm",
    "expand": "intermediate.dense",
    "contract": "output.dense",
    "feedforward_norm": "output.LayerNorm",
}
_TRUNK = ("tokens", "positions", "embedding_norm", "layers")


def load_trunk(encoder: TextEncoder, state: Mapping[str, Tensor]) -> None:
    """Copy the encoder's own parameters from `state`, by our names; heads, and layers `encoder` lacks, are left out.

    Raises `InputError` where a part is missing or of another size.
    """
    wanted = {name: value for name, value in encoder.state_dict().items() if name.split(".")[0] in _TRUNK}
    for name, value in wanted.items():
        if name not in state or state[name].shape != value.shape:
            found = tuple(state[name].shape) if name in state else "nothing"
            raise InputError(f"The encoder needs {name} of shape {tuple(value.shape)}; the weights hold {found}.")
    encoder.load_state_dict({name: state[name] for name in wanted}, strict=False)
