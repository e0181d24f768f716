"""Recurrent layers: padding is never read, order is, and attention's weights add up to one over what is there."""

from __future__ import annotations

import pytest
import torch

from affekt.layers.recurrent import BiLstm, WordAttention


@pytest.fixture(autouse=True)
def same_draw() -> None:
    torch.manual_seed(0)


def test_padding_changes_no_state_from_either_side() -> None:
    layer = BiLstm(3, 4, layers=2).eval()
    x = torch.randn(2, 5, 3)
    present = torch.tensor([[True, True, True, False, False], [True] * 5])
    states = layer(x, present)
    assert states.shape == (2, 5, layer.width)
    alone = layer(x[:1, :3], torch.ones(1, 3, dtype=torch.bool))
    assert torch.allclose(states[0, :3], alone[0], atol=1e-6)
    assert not states[0, 3:].any()


def test_states_know_what_comes_before_and_after() -> None:
    layer = BiLstm(3, 4).eval()
    x = torch.randn(1, 4, 3)
    changed = x.clone()
    changed[0, 3] += 1
    before, after = (layer(each, torch.ones(1, 4, dtype=torch.bool)) for each in (x, changed))
    forwards, backwards = slice(0, 4), slice(4, 8)
    assert torch.equal(before[0, :3, forwards], after[0, :3, forwards])
    assert not torch.allclose(before[0, 0, backwards], after[0, 0, backwards])


def test_attention_weighs_what_is_there() -> None:
    attention = WordAttention(4, 8)
    states = torch.randn(2, 5, 4)
    present = torch.tensor([[True, True, False, False, False], [True] * 5])
    found = attention(states, present)
    assert torch.allclose(found.weights.sum(1), torch.ones(2))
    assert not found.weights[0, 2:].any()
    assert torch.allclose(found.state[0], (found.weights[0, :, None] * states[0]).sum(0), atol=1e-6)
    # Alike states are weighed alike.
    alike = attention(torch.ones(1, 4, 4), torch.ones(1, 4, dtype=torch.bool))
    assert torch.allclose(alike.weights, torch.full((1, 4), 0.25))
