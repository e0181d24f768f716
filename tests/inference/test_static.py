"""text-nano in NumPy says what its network says in torch, one text at a time or many."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from affekt.inference.static import StaticNetwork
from affekt.models.text_nano.net import NanoNet, NanoNetConfig
from affekt.training.export import save_nano

CONFIG = NanoNetConfig(vocabulary=200, width=12, hidden=8, features=10)


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    torch.manual_seed(0)
    net = NanoNet(CONFIG).eval()
    path = tmp_path_factory.mktemp("nano") / "model.npz"
    save_nano(net, path)
    return net, StaticNetwork.load(path)


def some_texts(count: int = 40) -> list[list[int]]:
    random = np.random.default_rng(1)
    return [random.integers(1, 200, random.integers(1, 30)).tolist() for _ in range(count)]


def in_torch(net: NanoNet, text: list[int]) -> list[np.ndarray]:
    with torch.no_grad():
        return [out.numpy()[0] for out in net(torch.tensor([text]))]


def test_numpy_agrees_with_torch(both):
    net, static = both
    texts = some_texts()
    for i, text in enumerate(texts):
        for ours, theirs in zip(static.run(texts)[:3], in_torch(net, text), strict=True):
            # The token table is int8 in the file.
            assert ours[i] == pytest.approx(theirs, abs=0.02)


def test_masked_pieces_agree_too(both):
    net, static = both
    text = [5, 0, 7, 9, 0, 0, 3]
    for ours, theirs in zip(static.run([text])[:3], in_torch(net, text), strict=True):
        assert ours[0] == pytest.approx(theirs, abs=0.02)


def test_a_text_does_not_see_its_neighbours(both):
    _, static = both
    texts = [*some_texts(200), list(range(1, 199)) * 20]
    together = static.run(texts)
    for i in range(0, len(texts), 7):
        alone = static.run([texts[i]])
        for ours, theirs in zip(together, alone, strict=True):
            assert ours[i] == pytest.approx(theirs[0], abs=1e-5)
