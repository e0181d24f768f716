"""Parts that join two sequences: what is padded is never read, and what is absent says nothing."""

from __future__ import annotations

import torch

from affekt.layers.bridge_tokens import BridgeTokens
from affekt.layers.cross_attention import CrossAttention, CrossBlock
from affekt.layers.gated_fusion import GatedFusion


def sequences() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    present = torch.tensor([[True, True, False], [True, True, True]])
    return torch.randn(2, 4, 8), torch.randn(2, 3, 8), present


def test_cross_attention_is_a_mean_of_what_is_present() -> None:
    asking, answering, present = sequences()
    attention = CrossAttention(8, heads=2).eval()
    found = attention(asking, answering, present)
    assert torch.allclose(found.weights.sum(-1), torch.ones(2, 4))
    assert not found.weights[0, :, 2].any()
    changed = answering.clone()
    changed[0, 2] += 100
    assert torch.allclose(attention(asking, changed, present).states, found.states)
    # Nothing to look at: nothing comes back, and no number is lost on the way.
    nobody = attention(asking, answering, torch.zeros(2, 3, dtype=torch.bool))
    assert not nobody.states.any() and not nobody.weights.any()
    # One head, one key: its value whole.
    single = CrossAttention(8, heads=1)
    one = single(asking, answering[:, :1], torch.ones(2, 1, dtype=torch.bool)).states
    assert torch.allclose(one, single.leaves(single.values(answering[:, :1])).expand(-1, 4, -1), atol=1e-6)
    assert CrossBlock(8)(asking, answering, present).states.shape == asking.shape


def test_a_gate_shares_out_and_can_close() -> None:
    torch.manual_seed(0)
    fusion = GatedFusion(4, qualities=1)
    one, other, quality = torch.randn(3, 4), torch.randn(3, 4), torch.ones(3, 1)
    with torch.no_grad():
        fusion.gate.weight.zero_()
        assert torch.allclose(fusion(one, other, quality).share, torch.full((3, 4), 0.5))
        fusion.gate.weight[:, -1] = 50.0
    assert torch.allclose(fusion(one, other, -quality).state, torch.tanh(fusion.other(other)), atol=1e-6)
    assert torch.allclose(fusion(one, other, quality).state, torch.tanh(fusion.one(one)), atol=1e-6)


def test_modalities_hear_of_each_other_through_the_tokens_alone() -> None:
    one, other, present = sequences()
    torch.manual_seed(1)
    bridge = BridgeTokens(8, count=3, heads=2).eval()
    there = torch.ones(2, 4, dtype=torch.bool)
    found = bridge(one, there, other, present)
    assert found.tokens.shape == (2, 3, 8) and found.one.shape == one.shape and found.other.shape == other.shape
    changed = other.clone()
    changed[1] = changed[1].flip(-1)
    moved = bridge(one, there, changed, present)
    assert torch.allclose(moved.one[0], found.one[0]) and not torch.allclose(moved.one[1], found.one[1])
    padded = other.clone()
    padded[0, 2] += 100
    assert torch.allclose(bridge(one, there, padded, present).tokens, found.tokens)
    # Cut the tokens off from the one side, and the other no longer hears of it.
    deaf = bridge(one, ~there, other, present).other
    assert torch.allclose(bridge(one.flip(-1), ~there, other, present).other, deaf)
    found.tokens.sum().backward()
    assert bridge.tokens.grad is not None and bridge.tokens.grad.any()
