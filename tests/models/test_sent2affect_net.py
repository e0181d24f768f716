"""sent2affect: vectors stay as they are, padding says nothing, and a new head leaves what was learned."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch.nn import functional

from affekt.models.sent2affect.net import Sent2Affect


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Networks as small as these only wait for a second thread."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def made() -> Sent2Affect:
    torch.manual_seed(0)
    vectors = torch.randn(20, 6)
    vectors[0] = 0
    return Sent2Affect(vectors, 2, width=4, dropout=0.5)


def test_padding_changes_no_answer() -> None:
    net = made().eval()
    alone, padded = torch.tensor([[5, 6, 7]]), torch.tensor([[5, 6, 7, 0, 0], [9, 8, 7, 6, 5]])
    assert torch.allclose(net(alone)[0], net(padded)[0], atol=1e-6)
    assert not torch.allclose(net(torch.tensor([[5, 6, 7]])), net(torch.tensor([[7, 6, 5]])))


def test_the_word_vectors_are_not_trained() -> None:
    net = made()
    net(torch.tensor([[5, 6, 7]])).square().sum().backward()
    assert net.vectors.weight.grad is None
    assert all(p.grad is not None for p in net.recurrent.parameters())


def test_a_new_head_keeps_what_the_recurrent_part_knows() -> None:
    net = made()
    known = {name: value.clone() for name, value in net.recurrent.state_dict().items()}
    net.rehead(7)
    assert net(torch.tensor([[5, 6, 7]])).shape == (1, 7)
    assert all(torch.equal(value, known[name]) for name, value in net.recurrent.state_dict().items())
    assert all(p.requires_grad for p in net.recurrent.parameters())


def test_a_frozen_body_leaves_only_the_head_to_learn() -> None:
    net = made()
    net.rehead(7, freeze=True)
    net(torch.tensor([[5, 6, 7]])).square().sum().backward()
    assert all(p.grad is None for p in net.recurrent.parameters())
    assert net.head.weight.grad is not None
    net.rehead(3)
    assert all(p.requires_grad for p in net.recurrent.parameters())


def test_sentiment_first_beats_from_scratch_with_few_emotion_labels() -> None:
    """Forty words of either sign, all known from the sentiment task; eight texts tell which sign is which emotion."""
    for seed in range(2):
        scores = {first: score_of(first, seed) for first in (True, False)}
        assert scores[True] > scores[False] + 0.05
        assert scores[True] > 0.8


def score_of(sentiment: bool, seed: int) -> float:
    torch.manual_seed(seed)
    vectors = torch.randn(82, 16)
    vectors[0] = 0
    net = Sent2Affect(vectors, 2, width=12, dropout=0.0)
    if sentiment:
        learn(net, *planted(200, 1), steps=60)
    torch.manual_seed(9)
    net.rehead(2)
    learn(net, *planted(8, 2), steps=40)
    ids, sign = planted(200, 3)
    with torch.no_grad():
        return float((net.eval()(ids).argmax(1) == sign).float().mean())


def planted(count: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Texts of three words of one sign, and the sign."""
    sign = torch.arange(count) % 2
    words = torch.randint(0, 40, (count, 3), generator=torch.Generator().manual_seed(seed)) + 2 + 40 * sign[:, None]
    return torch.cat([torch.ones(count, 1, dtype=torch.int64), words], 1), sign


def learn(net: Sent2Affect, ids: torch.Tensor, truth: torch.Tensor, *, steps: int) -> None:
    optimizer = torch.optim.AdamW([p for p in net.parameters() if p.requires_grad], 1e-2)
    net.train()
    for _ in range(steps):
        optimizer.zero_grad()
        functional.cross_entropy(net(ids), truth).backward()
        optimizer.step()
