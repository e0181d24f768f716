"""Graphs of modalities: attention along edges, and nodes made of what each modality tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from affekt.errors import InputError


class GraphAttention(nn.Module):
    r"""A layer of graph attention: each node becomes a weighted sum of its neighbours.

    .. math:: h_i' = \Vert_k \sum_j \alpha_{ij}^k W^k h_j, \quad
              \alpha_{ij} = \mathrm{softmax}_j \, \mathrm{LeakyReLU}(a^T [W h_i \Vert W h_j])

    Veličković et al. 2018, "Graph Attention Networks". With `dynamic` the ranking of neighbours may differ from node
    to node: a^T LeakyReLU(W_l h_i + W_r h_j), Brody, Alon & Yahav 2022, "How Attentive are Graph Attention Networks?".
    Every node is its own neighbour.
    """

    def __init__(
        self,
        inputs: int,
        width: int,
        *,
        heads: int = 4,
        dropout: float = 0.0,
        slope: float = 0.2,
        dynamic: bool = False,
    ) -> None:
        super().__init__()
        if width % heads:
            raise InputError(f"{heads} heads do not share a width of {width} evenly.")
        self.heads, self.slope, self.dropout, self.dynamic = heads, slope, dropout, dynamic
        each = width // heads
        self.project = nn.Linear(inputs, width, bias=False)
        self.ask = nn.Linear(inputs, width, bias=False) if dynamic else None
        self.of_neighbour = nn.Parameter(torch.randn(heads, each) * each**-0.5)
        self.of_node = None if dynamic else nn.Parameter(torch.randn(heads, each) * each**-0.5)
        self.bias = nn.Parameter(torch.zeros(width))

    def weights(self, x: Tensor, edges: Tensor | None = None) -> Tensor:
        """Return how much node i takes from node j, (batch, head, i, j), adding up to one over j.

        x: (batch, node, input); edges: bool (node, node) or (batch, node, node), whether i sees j; None: all see all.
        """
        return self._weigh(x, self._split(self.project(x)), edges)

    def forward(self, x: Tensor, edges: Tensor | None = None) -> Tensor:
        """x: (batch, node, input); edges as for `weights`. Returns (batch, node, width)."""
        sent = self._split(self.project(x))
        weights = F.dropout(self._weigh(x, sent, edges), self.dropout, self.training)
        mixed = torch.einsum("bhij,bjhw->bihw", weights, sent)
        return mixed.flatten(2) + self.bias

    def _split(self, x: Tensor) -> Tensor:
        return x.view(*x.shape[:-1], self.heads, -1)

    def _weigh(self, x: Tensor, sent: Tensor, edges: Tensor | None) -> Tensor:
        if self.of_node is not None:
            told = torch.einsum("bjhw,hw->bhj", sent, self.of_neighbour)[:, :, None]
            told = F.leaky_relu(told + torch.einsum("bihw,hw->bhi", sent, self.of_node)[..., None], self.slope)
        else:
            assert self.ask is not None
            pairs = self._split(self.ask(x))[:, :, None] + sent[:, None]
            told = torch.einsum("bijhw,hw->bhij", F.leaky_relu(pairs, self.slope), self.of_neighbour)
        if edges is not None:
            seen = edges if edges.ndim == 3 else edges[None]
            itself = torch.eye(x.shape[1], dtype=torch.bool, device=x.device)
            told = told.masked_fill(~(seen | itself)[:, None], torch.finfo(told.dtype).min)
        return torch.softmax(told, -1)


class GraphLayers(nn.Module):
    """Layers of graph attention with residual sums and normalisation: (batch, node, width) to the same shape."""

    def __init__(
        self, width: int, *, layers: int = 2, heads: int = 4, dropout: float = 0.1, dynamic: bool = False
    ) -> None:
        super().__init__()
        self.attention = nn.ModuleList(
            GraphAttention(width, width, heads=heads, dropout=dropout, dynamic=dynamic) for _ in range(layers)
        )
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(layers))
        self.dropout = dropout

    def forward(self, x: Tensor, edges: Tensor | None = None) -> Tensor:
        """x: (batch, node, width); edges as for `GraphAttention`."""
        for attention, norm in zip(self.attention, self.norms, strict=True):
            x = norm(x + F.dropout(F.elu(attention(x, edges)), self.dropout, self.training))
        return x


class ModalityNodes(nn.Module):
    """One node for each modality: its tokens projected to one width and averaged, (batch, modality, width).

    features: how many each modality's tokens have. The order of nodes is that of `features`.
    """

    def __init__(self, features: Mapping[str, int], width: int, *, dropout: float = 0.2) -> None:
        super().__init__()
        if not features:
            raise InputError("A graph of modalities needs one modality at least.")
        self.names: Sequence[str] = tuple(features)
        self.project = nn.ModuleDict({name: nn.Linear(size, width) for name, size in features.items()})
        self.norms = nn.ModuleDict({name: nn.LayerNorm(width) for name in features})
        self.dropout = dropout

    def forward(self, tokens: Mapping[str, Tensor]) -> Tensor:
        """tokens by modality: (batch, token, feature)."""
        nodes = [self.norms[name](self.project[name](tokens[name]).mean(1)) for name in self.names]
        return F.dropout(F.gelu(torch.stack(nodes, 1)), self.dropout, self.training)


def span_edges(sizes: Sequence[int], *, across: bool = True, within: bool = True) -> Tensor:
    """Return which of several groups of nodes see each other, bool (node, node): of other groups, of the own.

    >>> span_edges([1, 2], within=False).int().tolist()
    [[1, 1, 1], [1, 1, 0], [1, 0, 1]]
    """
    group = torch.repeat_interleave(torch.arange(len(sizes)), torch.tensor(list(sizes)))
    same = group[:, None] == group[None]
    return (same & within) | (~same & across) | torch.eye(len(group), dtype=torch.bool)
