"""gst-speaker-emotion: tokens are shared out, the loss takes the triplets it should, speakers come apart on CPU."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch

from affekt.layers.style_tokens import StyleTokens
from affekt.metrics.verification import equal_error_rate
from affekt.models.gst_speaker_emotion.net import StyleSpeaker, triplet_loss


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Networks as small as these only wait for a second thread."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def test_every_head_shares_out_the_tokens() -> None:
    torch.manual_seed(0)
    layer = StyleTokens(6, 8, tokens=5, heads=2)
    style, weights = layer(torch.randn(3, 6))
    assert style.shape == (3, 8) and weights.shape == (3, 2, 5)
    assert torch.allclose(weights.sum(-1), torch.ones(3, 2))
    values = layer.value(torch.tanh(layer.tokens)).unflatten(1, (2, 4))
    assert torch.allclose(style[1, 4:], weights[1, 1] @ values[:, 1], atol=1e-6)


def test_a_style_is_a_mix_of_the_bank() -> None:
    """However far off the reference, the style stays within what the tokens' values span."""
    layer = StyleTokens(6, 8, tokens=5, heads=1)
    style, _ = layer(1000 * torch.randn(20, 6))
    values = layer.value(torch.tanh(layer.tokens))
    assert (style <= values.amax(0) + 1e-5).all() and (style >= values.amin(0) - 1e-5).all()


def test_a_width_that_heads_cannot_share_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be shared"):
        StyleTokens(6, 10, heads=4)


def reference_loss(x: np.ndarray, who: np.ndarray, margin: float) -> float:
    """FaceNet's semi-hard triplets, written out."""
    losses = []
    for a in range(len(x)):
        for p in range(len(x)):
            if a == p or who[a] != who[p]:
                continue
            near = ((x[a] - x[p]) ** 2).sum()
            others = [((x[a] - x[n]) ** 2).sum() for n in range(len(x)) if who[n] != who[a]]
            semi = [d for d in others if near < d < near + margin]
            losses.append(max(0.0, near - (min(semi) if semi else min(others)) + margin))
    active = [loss for loss in losses if loss > 0]
    return sum(losses) / max(1, len(active))


@pytest.mark.parametrize("seed", range(4))
def test_the_loss_is_that_of_semi_hard_triplets(seed: int) -> None:
    random = np.random.default_rng(seed)
    x = random.normal(size=(9, 3))
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    who = random.integers(0, 3, 9)
    found = triplet_loss(torch.from_numpy(x), torch.from_numpy(who), margin=0.5)
    assert float(found) == pytest.approx(reference_loss(x, who, 0.5))


def test_no_triplet_costs_nothing() -> None:
    x = torch.nn.functional.normalize(torch.randn(4, 3), dim=1)
    assert triplet_loss(x, torch.arange(4)) == 0 and triplet_loss(x, torch.zeros(4, dtype=torch.int64)) == 0


@pytest.mark.parametrize("tokens", [10, 0])
def test_embeddings_have_length_one_and_read_no_padding(tokens: int) -> None:
    torch.manual_seed(0)
    net, x = StyleSpeaker(5, width=16, channels=8, tokens=tokens).eval(), torch.randn(1, 40, 5)
    padded, present = torch.cat([x, torch.randn(1, 24, 5)], 1), torch.arange(64)[None] < 40
    assert torch.allclose(net(x).norm(dim=1), torch.ones(1))
    assert torch.allclose(net(x), net(padded, present), atol=1e-5)


def planted(speakers: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Eight clips of each speaker (synthetic): a spectrum of the speaker's own, in noise."""
    random = np.random.default_rng(seed)
    who = np.repeat(np.arange(speakers), 8)
    x = random.normal(0, 1, (speakers, 1, 8))[who] + random.normal(0, 1.5, (len(who), 24, 8))
    return torch.from_numpy(x.astype(np.float32)), torch.from_numpy(who)


def error_rate(net: StyleSpeaker, seed: int) -> float:
    x, who = planted(10, seed)
    with torch.no_grad():
        said = net.eval()(x)
    pairs = torch.triu_indices(len(who), len(who), 1)
    return equal_error_rate((who[pairs[0]] == who[pairs[1]]).numpy(), (said @ said.T)[pairs[0], pairs[1]].numpy())


@pytest.mark.slow
def test_triplets_teach_speakers_never_heard_before_apart() -> None:
    torch.manual_seed(0)
    net = StyleSpeaker(8, width=16, channels=16, heads=2)
    before = error_rate(net, 9)
    x, who = planted(30, 0)
    optimizer = torch.optim.Adam(net.parameters(), 3e-3)
    net.train()
    for _ in range(40):
        optimizer.zero_grad()
        triplet_loss(net(x), who).backward()
        optimizer.step()
    assert error_rate(net, 9) < min(0.3, before - 0.05)
