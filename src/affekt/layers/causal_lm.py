"""A decoder of text, GPT-style: piece ids to what comes next, and greedy decoding that computes no state twice.

Radford et al. 2019, "Language Models are Unsupervised Multitask Learners" (pre-norm blocks, tied output table).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from affekt.errors import InputError


@dataclass(frozen=True, slots=True)
class CausalConfig:
    """Sizes of the decoder: pieces it knows, longest text in pieces, width, depth."""

    vocabulary: int
    positions: int = 256
    width: int = 128
    layers: int = 3
    heads: int = 4
    feedforward: int = 512
    dropout: float = 0.1


class Past(NamedTuple):
    """What a layer keeps of the pieces so far: (batch, head, token, width of a head)."""

    keys: Tensor
    values: Tensor


class Continued(NamedTuple):
    """The last state of each piece given, (batch, token, width), and every layer's past."""

    states: Tensor
    past: tuple[Past, ...]


class Decoder(Protocol):
    """What learning and decoding need of a causal language model; shapes as of `CausalLm`."""

    def read_on(self, ids: Tensor, present: Tensor, past: tuple[Past, ...] | None = None) -> Continued:
        """Return a state for each piece, and what to hand over with the next."""

    def pieces(self, states: Tensor) -> Tensor:
        """Return the logits of what comes after each state."""


class PromptedDecoder(Decoder, Protocol):
    """A decoder that also reads vectors which are no piece's: soft prompts."""

    def embed(self, ids: Tensor) -> Tensor:
        """Return the vectors of pieces, (batch, token, width)."""

    def read_vectors(self, vectors: Tensor, present: Tensor, past: tuple[Past, ...] | None = None) -> Continued:
        """Read vectors, (batch, new token, width), as `read_on` reads pieces."""


class CausalLayer(nn.Module):
    """One pre-norm transformer layer that sees nothing to the right."""

    def __init__(self, config: CausalConfig) -> None:
        super().__init__()
        width = config.width
        self.heads = config.heads
        self.attention_norm = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.attention_out = nn.Linear(width, width)
        self.feedforward_norm = nn.LayerNorm(width)
        self.expand = nn.Linear(width, config.feedforward)
        self.contract = nn.Linear(config.feedforward, width)
        self.dropout = config.dropout

    def forward(self, x: Tensor, mask: Tensor, past: Past | None) -> tuple[Tensor, Past]:
        """x: (batch, new token, width); mask: bool (batch, 1, new token, all tokens), True where attention may look."""
        batch, tokens, width = x.shape
        qkv = self.qkv(self.attention_norm(x)).view(batch, tokens, 3, self.heads, -1)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        if past is not None:
            k, v = torch.cat([past.keys, k], 2), torch.cat([past.values, v], 2)
        rate = self.dropout if self.training else 0.0
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, dropout_p=rate)
        mixed = self.attention_out(mixed.transpose(1, 2).reshape(batch, tokens, width))
        x = x + F.dropout(mixed, rate, self.training)
        hidden = self.contract(F.gelu(self.expand(self.feedforward_norm(x))))
        return x + F.dropout(hidden, rate, self.training), Past(k, v)


class CausalLm(nn.Module):
    """Token and position tables, layers, and the token table again to say what comes next."""

    def __init__(self, config: CausalConfig) -> None:
        super().__init__()
        self.config = config
        self.tokens = nn.Embedding(config.vocabulary, config.width)
        self.positions = nn.Embedding(config.positions, config.width)
        self.layers = nn.ModuleList(CausalLayer(config) for _ in range(config.layers))
        self.last_norm = nn.LayerNorm(config.width)
        # By width, not one small number: at a width of 32 attention would else begin flat and stay so for long.
        for name, module in self.named_modules():
            if isinstance(module, nn.Embedding):
                nn.init.normal_(module.weight, std=module.embedding_dim**-0.5)
            if isinstance(module, nn.Linear):
                ends = name.endswith(("attention_out", "contract"))
                depth = 2 * config.layers if ends else 1
                nn.init.normal_(module.weight, std=(module.in_features * depth) ** -0.5)
                nn.init.zeros_(module.bias)

    def forward(self, ids: Tensor) -> Tensor:
        """ids: int64 (batch, token), 0 where padded. Returns the logits of what comes next, (batch, token, piece)."""
        return self.pieces(self.read_on(ids, ids != 0).states)

    def pieces(self, states: Tensor) -> Tensor:
        """states: (…, width). Returns the logits of what comes after each, (…, piece)."""
        return F.linear(self.last_norm(states), self.tokens.weight)

    def read_on(self, ids: Tensor, present: Tensor, past: tuple[Past, ...] | None = None) -> Continued:
        """ids: int64 (batch, new token); present: bool (batch, all tokens so far and these), False where padded.

        Positions count what is present, so padding may stand on either side. Raises `InputError` for texts longer than
        the position table.
        """
        return self.read_vectors(self.embed(ids), present, past)

    def embed(self, ids: Tensor) -> Tensor:
        """Return the vectors of pieces, (batch, token, width)."""
        found: Tensor = self.tokens(ids)
        return found

    def read_vectors(self, vectors: Tensor, present: Tensor, past: tuple[Past, ...] | None = None) -> Continued:
        """Read vectors, float (batch, new token, width), as `read_on` reads the pieces that have them: soft prompts
        need be no piece's. Lester, Al-Rfou & Constant 2021, "The Power of Scale for Parameter-Efficient Prompt
        Tuning"."""
        new, all_tokens = vectors.shape[1], present.shape[1]
        place = (present.long().cumsum(1) - 1).clamp_min(0)[:, all_tokens - new :]
        if int(place.max()) >= self.config.positions:
            raise InputError(f"A text of {int(place.max()) + 1} pieces; this decoder reads {self.config.positions}.")
        order = torch.arange(all_tokens, device=vectors.device)
        causal = order[None, :] <= order[all_tokens - new :, None]
        mask = causal[None] & present[:, None, :]
        # A padded place looks at itself: a row without anything to look at would be not a number.
        mask = (mask | (order[None, :] == order[all_tokens - new :, None])[None]).unsqueeze(1)
        x = F.dropout(vectors + self.positions(place), self.config.dropout, self.training)
        kept = []
        for i, layer in enumerate(self.layers):
            x, here = layer(x, mask, None if past is None else past[i])
            kept.append(here)
        return Continued(x, tuple(kept))


def next_piece_loss(net: Decoder, ids: Tensor, learned: Tensor) -> Tensor:
    """Return the mean negative log-likelihood, in nats, of the pieces that are to be learned.

    ids: int64 (batch, token), 0 where padded; learned: bool (batch, token), True where a piece is to be said and not
    only read: a question is given, its answer learned. A first piece has nothing before it and is never learned.
    Logits are made for what is learned alone, since vocabularies are large. Raises `InputError` where nothing is.
    """
    wanted = learned[:, 1:]
    if not wanted.any():
        raise InputError("There is nothing to learn: no piece after the first is to be said.")
    states = net.read_on(ids, ids != 0).states[:, :-1][wanted]
    return F.cross_entropy(net.pieces(states).float(), ids[:, 1:][wanted])


def decode_greedily(
    net: Decoder, prompts: Sequence[Sequence[int]], *, end: int, most: int = 64, batch: int = 64
) -> list[list[int]]:
    """Return how `net` goes on from each prompt: the likeliest piece each time, until `end` or `most` pieces.

    `end` itself is left out. Prompts are lists of ids without padding, none of them empty; they are answered in
    batches of like length, in the order given. Each piece is read once: the layers keep their keys and values. Raises
    `InputError` for an empty prompt.
    """
    if any(not prompt for prompt in prompts):
        raise InputError("A prompt is empty: there is nothing to go on from.")
    order = sorted(range(len(prompts)), key=lambda i: len(prompts[i]))
    found: list[list[int]] = [[] for _ in prompts]
    for start in range(0, len(order), batch):
        rows = order[start : start + batch]
        with torch.no_grad():
            for place, said in zip(rows, _continue(net, [prompts[i] for i in rows], end, most), strict=True):
                found[place] = said
    return found


def _continue(net: Decoder, prompts: Sequence[Sequence[int]], end: int, most: int) -> list[list[int]]:
    longest = max(len(prompt) for prompt in prompts)
    # Padded on the left, so that what is new stands at the same place in every row.
    ids = torch.tensor([[0] * (longest - len(prompt)) + list(prompt) for prompt in prompts])
    present = torch.tensor([[False] * (longest - len(prompt)) + [True] * len(prompt) for prompt in prompts])
    said: list[list[int]] = [[] for _ in prompts]
    open_rows = torch.ones(len(prompts), dtype=torch.bool)
    past: tuple[Past, ...] | None = None
    for _ in range(most):
        continued = net.read_on(ids, present, past)
        past = continued.past
        best = net.pieces(continued.states[:, -1])[:, 1:].argmax(-1) + 1  # 0 is padding, which nobody says
        open_rows &= best != end
        if not open_rows.any():
            break
        for row in torch.nonzero(open_rows).flatten().tolist():
            said[row].append(int(best[row]))
        ids = best.unsqueeze(1)
        present = torch.cat([present, torch.ones(len(prompts), 1, dtype=torch.bool)], 1)
    return said
