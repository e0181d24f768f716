"""The concordance loss is one minus the metric, and what is not known is not looked at."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from affekt.metrics.regression import ccc
from affekt.training.concordance import concordance_loss


@pytest.mark.parametrize("seed", range(3))
def test_it_is_one_minus_the_metric(seed: int) -> None:
    said, truth = np.random.default_rng(seed).normal(size=(2, 20, 3))
    expected = np.mean([1 - ccc(truth[:, k], said[:, k]) for k in range(3)])
    assert float(concordance_loss(torch.from_numpy(said), torch.from_numpy(truth))) == pytest.approx(expected, abs=1e-6)


def test_what_is_not_known_is_not_looked_at() -> None:
    said, truth = torch.randn(12, 2, requires_grad=True), torch.randn(12, 2)
    known = torch.rand(12, 2) < 0.6
    known[:3] = True
    hidden = torch.where(known, truth, torch.nan)
    loss = concordance_loss(said, hidden, known)
    loss.backward()
    assert torch.isfinite(said.grad).all() and not said.grad[~known].any()
    parts = [1 - ccc(truth[known[:, k], k].numpy(), said.detach()[known[:, k], k].numpy()) for k in range(2)]
    assert float(loss.detach()) == pytest.approx(np.mean(parts), abs=1e-5)


def test_fewer_than_two_known_items_teach_nothing() -> None:
    said = torch.randn(4, 2, requires_grad=True)
    known = torch.zeros(4, 2, dtype=torch.bool)
    known[0, 0] = True
    loss = concordance_loss(said, torch.zeros(4, 2), known)
    loss.backward()
    assert loss.item() == 0 and not said.grad.any()
