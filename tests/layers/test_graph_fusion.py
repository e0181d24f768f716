"""Graph attention is what its formula says, sees along its edges alone, and tells fusions apart from their parts."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from affekt.errors import InputError
from affekt.layers.graph_fusion import GraphAttention, GraphLayers, ModalityNodes, span_edges


def made(*, dynamic: bool = False) -> GraphAttention:
    torch.manual_seed(0)
    return GraphAttention(3, 4, heads=2, dynamic=dynamic).eval()


@pytest.mark.parametrize("dynamic", [False, True])
def test_graph_attention_is_its_formula(dynamic: bool) -> None:
    """Node by node and head by head, from the papers: LeakyReLU before the soft-max, or before the question."""
    layer, x = made(dynamic=dynamic), torch.randn(2, 5, 3)
    edges = torch.rand(5, 5) < 0.5
    found, weights = layer(x, edges).detach().numpy(), layer.weights(x, edges).detach().numpy()
    w = layer.project.weight.detach().numpy().reshape(2, 2, 3)
    asks = layer.ask.weight.detach().numpy().reshape(2, 2, 3) if layer.ask is not None else None
    for b in range(2):
        for i in range(5):
            for head in range(2):
                neighbours = [j for j in range(5) if edges[i, j] or i == j]
                told = []
                for j in neighbours:
                    mine, theirs = w[head] @ x[b, i].numpy(), w[head] @ x[b, j].numpy()
                    question = layer.of_neighbour[head].detach().numpy()
                    if asks is None:
                        assert layer.of_node is not None
                        score = question @ theirs + layer.of_node[head].detach().numpy() @ mine
                        told.append(score if score > 0 else 0.2 * score)
                    else:
                        pair = asks[head] @ x[b, i].numpy() + theirs
                        told.append(question @ np.where(pair > 0, pair, 0.2 * pair))
                alpha = np.exp(told) / np.exp(told).sum()
                assert np.allclose(weights[b, head, i, neighbours], alpha, atol=1e-5)
                expected = sum(a * (w[head] @ x[b, j].numpy()) for a, j in zip(alpha, neighbours, strict=True))
                assert np.allclose(found[b, i, 2 * head : 2 * head + 2], expected, atol=1e-5)


def test_a_node_hears_along_its_edges_alone() -> None:
    layer, x = made(), torch.randn(1, 4, 3)
    other = x.clone()
    other[:, 3] += 5
    edges = span_edges([2, 2], across=False)
    before, after = layer(x, edges), layer(other, edges)
    assert torch.equal(before[:, :2], after[:, :2])
    assert not torch.allclose(before[:, 2], after[:, 2])


def test_the_order_of_nodes_changes_nothing_but_their_order() -> None:
    torch.manual_seed(0)
    layers, x, order = GraphLayers(8).eval(), torch.randn(2, 4, 8), torch.tensor([2, 0, 3, 1])
    assert torch.allclose(layers(x)[:, order], layers(x[:, order]), atol=1e-5)


def test_nodes_are_the_means_of_their_tokens() -> None:
    torch.manual_seed(0)
    nodes = ModalityNodes({"f0": 3, "cepstra": 2}, 6).eval()
    shares = torch.rand(4, 1, 3)
    one = nodes({"f0": shares, "cepstra": torch.ones(4, 5, 2)})
    assert one.shape == (4, 2, 6)
    # The same tokens more often: the same mean.
    again = nodes({"f0": shares.repeat(1, 7, 1), "cepstra": torch.ones(4, 2, 2)})
    assert torch.allclose(one, again, atol=1e-5)


def test_heads_that_do_not_share_the_width_are_refused() -> None:
    with pytest.raises(InputError, match="evenly"):
        GraphAttention(3, 5, heads=2)
    with pytest.raises(InputError, match="one modality"):
        ModalityNodes({}, 4)
