"""tim-net: neither direction sees what comes after it, padding says nothing, and all scales beat the last one."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch.nn import functional

from affekt.metrics.classification import unweighted_average_recall
from affekt.models.tim_net.net import Fusion, TimNet


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Networks as small as these only wait for a second thread."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def made(**options: object) -> TimNet:
    torch.manual_seed(0)
    return TimNet(5, 3, width=7, blocks=5, **options).eval()  # type: ignore[arg-type]


@pytest.mark.parametrize("changed", [0, 13, 39])
def test_either_direction_is_causal(changed: int) -> None:
    """What changes at one frame is felt from there on, in the order that the direction reads, and not before."""
    net, x = made(), torch.randn(2, 40, 5)
    other = x.clone()
    other[:, changed] += 3
    with torch.no_grad():
        before, after = net.scales(x), net.scales(other)
    ahead = (before.forward != after.forward).any((0, 1, 3))
    back = (before.backward != after.backward).any((0, 1, 3))
    assert not ahead[:changed].any() and ahead[changed]
    assert not back[changed + 1 :].any() and back[changed]


def test_a_scale_reaches_as_far_as_its_dilations() -> None:
    """Block j adds 2 · 2^j frames: the first reaches 2 back, the third 2 + 4 + 8."""
    net, x = made(), torch.randn(1, 40, 5)
    other = x.clone()
    other[:, 5] += 3
    with torch.no_grad():
        felt = (net.scales(x).forward != net.scales(other).forward).any(-1)[:, 0]
    for scale, reach in enumerate([2, 6, 14, 30]):
        assert not felt[scale, 5 + reach + 1 :].any()
    assert felt[2, 5 + 7 :].any()


def test_padding_changes_no_answer() -> None:
    net, x = made(), torch.randn(1, 20, 5)
    padded = torch.cat([x, torch.randn(1, 11, 5)], 1)
    present = torch.arange(31)[None] < 20
    assert torch.allclose(net(x), net(padded, present), atol=1e-5)


def test_fusions_and_directions_differ() -> None:
    x = torch.randn(4, 30, 5)
    answers = [made(fusion=fusion)(x) for fusion in ("dynamic", "last")]
    answers += [made(fusion=way)(x) for way in ("forward", "backward")]
    assert all(not torch.allclose(a, b) for place, a in enumerate(answers) for b in answers[place + 1 :])
    assert torch.allclose(made(fusion="mean")(x), made()(x), atol=1e-6)  # alike before anything is learned


def test_the_embedding_is_the_mean_over_time_of_both_directions() -> None:
    net, x = made(fusion="mean"), torch.randn(2, 30, 5)
    ahead, back = net.scales(x)
    assert torch.allclose(net.embed(x), (ahead + back).mean(2).mean(0), atol=1e-6)


def planted(count: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Four classes at two time scales (synthetic): flutter of 2 or of 3 frames, swell of 16 or of 24 frames.

    The phase is drawn anew for each clip, so that no mean over time tells them apart.
    """
    random = np.random.default_rng(seed)
    truth = np.arange(count) % 4
    period = np.array([2.0, 3.0, 16.0, 24.0])[truth]
    angle = 2 * np.pi * (np.arange(48)[None] / period[:, None] + random.random(count)[:, None])
    x = np.stack([np.sin(angle), np.cos(angle)], -1) + random.normal(0, 0.7, (count, 48, 2))
    return torch.from_numpy(x.astype(np.float32)), torch.from_numpy(truth)


def uar(fusion: Fusion, seed: int) -> float:
    torch.manual_seed(seed)
    net = TimNet(2, 4, width=10, blocks=7, dropout=0.0, fusion=fusion)
    x, truth = planted(80, seed)
    optimizer = torch.optim.Adam(net.parameters(), 1e-2)
    for _ in range(40):
        optimizer.zero_grad()
        functional.cross_entropy(net(x), truth).backward()
        optimizer.step()
    net.eval()
    unseen, known = planted(120, 100 + seed)
    with torch.no_grad():
        return unweighted_average_recall(known.numpy(), net(unseen).argmax(1).numpy())


@pytest.mark.slow
def test_all_scales_beat_the_last_alone_where_scales_are_mixed() -> None:
    found = {fusion: [uar(fusion, seed) for seed in range(2)] for fusion in ("dynamic", "last")}
    assert np.mean(found["dynamic"]) > 0.7
    assert np.mean(found["dynamic"]) > np.mean(found["last"]) + 0.05
