"""meralion-ser: both kinds of label, either missing, and one body that serves two heads."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch.nn import functional

from affekt.metrics.classification import unweighted_average_recall
from affekt.metrics.regression import ccc
from affekt.models.meralion_ser.net import Both, Meralion
from affekt.training.concordance import concordance_loss
from affekt.training.speech.meralion_ser import hybrid_loss


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Networks as small as these only wait for a second thread."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def said_and_told() -> tuple[Both, torch.Tensor, torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    said = Both(torch.randn(6, 4, requires_grad=True), torch.randn(6, 3, requires_grad=True))
    return said, functional.one_hot(torch.tensor([0, 1, 2, 3, 0, 1]), 4).float(), torch.randn(6, 3), torch.rand(6) + 0.5


def test_the_loss_is_the_sum_of_both() -> None:
    said, targets, ratings, weights = said_and_told()
    entropy = functional.cross_entropy(said.categories, targets.argmax(1), reduction="none") @ weights / weights.sum()
    expected = 2 * entropy + 0.5 * concordance_loss(said.ratings, ratings)
    found = hybrid_loss(said, targets, ratings, weights=weights, category_weight=2, rating_weight=0.5)
    assert torch.allclose(found, expected)


@pytest.mark.parametrize("lost", ["categories", "ratings", "some of each", "all"])
def test_what_is_missing_teaches_nothing_and_the_rest_does(lost: str) -> None:
    said, targets, ratings, weights = said_and_told()
    without_category = torch.tensor([lost in ("categories", "all")] * 6) | torch.tensor(
        [lost == "some of each"] * 3 + [False] * 3
    )
    without_ratings = torch.tensor([lost in ("ratings", "all")] * 6) | torch.tensor(
        [False] * 4 + [lost == "some of each"] * 2
    )
    hidden = ratings.masked_fill(without_ratings[:, None], torch.nan)
    loss = hybrid_loss(said, targets, hidden, weights=weights * ~without_category)
    loss.backward()
    assert torch.isfinite(loss)
    assert torch.equal(said.categories.grad.abs().sum(1) > 0, ~without_category)
    assert torch.equal(said.ratings.grad.abs().sum(1) > 0, ~without_ratings)


def test_padding_changes_no_answer() -> None:
    torch.manual_seed(0)
    net, x = Meralion(5, 3, width=16, stride=3).eval(), torch.randn(1, 30, 5)
    padded, present = torch.cat([x, torch.randn(1, 12, 5)], 1), torch.arange(42)[None] < 30
    for ours, theirs in zip(net.both(x), net.both(padded, present), strict=True):
        assert torch.allclose(ours, theirs, atol=1e-5)


def test_group_norm_is_torchs_where_nothing_is_padded() -> None:
    from affekt.models.meralion_ser.net import _normed

    norm, x = torch.nn.GroupNorm(4, 8), torch.randn(2, 8, 5)
    torch.nn.init.normal_(norm.weight)
    assert torch.allclose(_normed(norm, x, torch.ones(2, 5, dtype=torch.bool)), norm(x), atol=1e-5)


def test_with_places_the_nearest_label_is_told() -> None:
    places = torch.tensor([[0.9, 0.9, 0.9], [-0.9, -0.9, -0.9]])
    net, x = Meralion(5, 2, width=16, places=places).eval(), torch.randn(4, 30, 5)
    near = (net.both(x).ratings[:, None] - places).norm(dim=-1).argmin(1)
    assert torch.equal(net(x).argmax(1), near)


def planted(count: int, seed: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Clips of three categories at places of their own, and a strength that moves them outwards (synthetic)."""
    random = np.random.default_rng(seed)
    places = np.array([[0.8, 0.6, 0.3], [-0.7, 0.7, 0.5], [-0.5, -0.6, -0.4]])
    truth = np.arange(count) % 3
    ratings = places[truth] * random.uniform(0.3, 1, count)[:, None]
    x = random.normal(0, 1, (count, 12, 6))
    x[..., :3] += ratings[:, None] * 2
    x[np.arange(count), :, 3 + truth] += 0.7
    return tuple(torch.from_numpy(each) for each in (x.astype("f4"), truth, ratings.astype("f4")))  # type: ignore[return-value]


@pytest.mark.slow
def test_one_network_learns_both_from_batches_in_which_either_is_missing() -> None:
    torch.manual_seed(0)
    net = Meralion(6, 3, width=16, dilations=(1, 2), stride=1, dropout=0.0)
    x, truth, ratings = planted(90, 0)
    random = np.random.default_rng(0)
    kind = torch.from_numpy(random.integers(0, 3, 90))  # 0: both, 1: category alone, 2: ratings alone
    told = ratings.masked_fill((kind == 1)[:, None], torch.nan)
    optimizer = torch.optim.Adam(net.parameters(), 5e-3)
    for step in range(45):
        rows = torch.arange(30) * 3 + step % 3 if step % 2 else torch.nonzero(kind == step % 3).squeeze(1)
        optimizer.zero_grad()
        targets = functional.one_hot(truth[rows], 3).float()
        hybrid_loss(net.both(x[rows]), targets, told[rows], weights=(kind[rows] != 2).float()).backward()
        optimizer.step()
    unseen, known, rated = planted(90, 1)
    with torch.no_grad():
        said = net.eval().both(unseen)
    assert unweighted_average_recall(known.numpy(), said.categories.argmax(1).numpy()) > 0.8
    assert np.mean([ccc(rated[:, k].numpy(), said.ratings[:, k].numpy()) for k in range(3)]) > 0.6
