"""Pooling of frames: as by hand, blind to padding, and layers that weigh alike at first."""

from __future__ import annotations

import pytest
import torch

from affekt.errors import InputError
from affekt.layers.pooling import FRAME_POOLINGS, FramePool, FramePooling, LayerWeights


@pytest.mark.parametrize("how", FRAME_POOLINGS)
def test_padding_and_order_of_frames_change_nothing(how: FramePooling) -> None:
    torch.manual_seed(0)
    pool = FramePool(8, how).eval()
    x = torch.randn(1, 5, 8)
    alone = pool(x, torch.ones(1, 5, dtype=torch.bool))
    padded = torch.cat([x, 100 * torch.randn(1, 3, 8)], 1)
    present = torch.tensor([[True] * 5 + [False] * 3])
    assert alone.shape == (1, pool.width)
    assert torch.allclose(alone, pool(padded, present), atol=1e-5)
    assert torch.allclose(alone, pool(x.flip(1), present[:, :5]), atol=1e-5)


def test_attentive_statistics_are_as_by_hand() -> None:
    torch.manual_seed(1)
    pool = FramePool(8, "multi-head", heads=2, hidden=3).eval()
    x = torch.randn(1, 6, 8)
    expected = []
    for part in range(2):
        own = x[0, :, 4 * part : 4 * part + 4]
        project = pool.project.weight[3 * part : 3 * part + 3, :, 0]
        bias = pool.project.bias[3 * part : 3 * part + 3]
        weight = torch.softmax(torch.tanh(own @ project.T + bias) @ pool.question.weight[part, :, 0], 0)
        mean = (weight[:, None] * own).sum(0)
        expected.append((mean, (weight[:, None] * (own - mean) ** 2).sum(0).sqrt()))
    by_hand = torch.cat([*(mean for mean, _ in expected), *(spread for _, spread in expected)])
    assert torch.allclose(pool(x, torch.ones(1, 6, dtype=torch.bool))[0], by_hand, atol=1e-5)


def test_a_single_frame_has_a_gradient_in_every_pooling() -> None:
    for how in FRAME_POOLINGS:
        x = torch.randn(1, 1, 8, requires_grad=True)
        FramePool(8, how)(x, torch.ones(1, 1, dtype=torch.bool)).sum().backward()
        assert x.grad is not None and torch.isfinite(x.grad).all()


def test_an_unknown_pooling_or_an_uneven_share_is_refused() -> None:
    with pytest.raises(InputError, match=r"Use mean, mean\+std"):
        FramePool(8, "median")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="4 heads do not share 6"):
        FramePool(6, "multi-head")


def test_layers_weigh_alike_at_first_and_learn_which_to_read() -> None:
    weigh = LayerWeights(3)
    states = torch.randn(2, 3, 4, 5)
    assert torch.allclose(weigh(states), states.mean(1), atol=1e-6)
    optimizer = torch.optim.Adam(weigh.parameters(), 0.2)
    for _ in range(100):
        optimizer.zero_grad()
        (weigh(states) - states[:, 2]).square().mean().backward()
        optimizer.step()
    assert weigh.shares()[2] > 0.9
