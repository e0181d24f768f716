"""The hand-written graph is the network: exactly in float32, closely in int8, whatever the batch."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from affekt.inference.encoder import EncoderNetwork, batches_by_length
from affekt.models.text.net import TextNet, TextNetConfig
from affekt.training.batches import length_batches, pad
from affekt.training.export import activation_ranges, export_encoder

CONFIG = TextNetConfig(vocabulary=300, positions=64, width=48, layers=2, heads=4, feedforward=96)


def some_texts(count: int = 60) -> list[list[int]]:
    random = np.random.default_rng(2)
    return [random.integers(103, 300, random.integers(1, 40)).tolist() for _ in range(count)]


@pytest.fixture(scope="module")
def net():
    torch.manual_seed(0)
    net = TextNet(CONFIG).eval()
    with torch.no_grad():  # heads that say something, and one outlying channel, as real encoders have
        net.labels.weight.normal_(std=0.3)
        net.vad.weight.normal_(std=0.1)
        net.layers[0].attention_norm.weight[3] = 20.0
    return net


def in_torch(net: TextNet, text: list[int]) -> list[np.ndarray]:
    with torch.no_grad():
        return [out.numpy()[0] for out in net(torch.tensor([[101, *text, 102]]))]


def exported(net: TextNet, path, *, quantize: bool) -> EncoderNetwork:
    ranges = activation_ranges(net, [pad([[101, *text, 102] for text in some_texts()])]) if quantize else None
    export_encoder(net, path / "model.onnx", ranges=ranges)
    return EncoderNetwork(path / "model.onnx", threads=1, device="cpu")


def test_float_export_is_the_network(net, tmp_path):
    network, texts = exported(net, tmp_path, quantize=False), some_texts()
    raw = network.run(texts, batch_size=8)
    for i, text in enumerate(texts):
        for ours, theirs in zip(raw[:3], in_torch(net, text), strict=True):
            assert ours[i] == pytest.approx(theirs, abs=1e-4)


def test_int8_export_is_close_and_ranks_alike(net, tmp_path):
    network, texts = exported(net, tmp_path, quantize=True), some_texts()
    raw = network.run(texts, batch_size=8)
    exact = np.array([in_torch(net, text)[0] for text in texts])
    assert np.abs(raw.labels - exact).mean() < 0.05 * exact.std()
    assert np.corrcoef(raw.labels.ravel(), exact.ravel())[0, 1] > 0.99


def test_smoothing_helps_with_outlying_channels(net, tmp_path):
    texts = [[101, *text, 102] for text in some_texts()]
    exact = np.array([in_torch(net, text[1:-1])[0] for text in texts])
    errors = []
    for smoothing in (0.0, 0.6):
        path = tmp_path / f"{smoothing}.onnx"
        export_encoder(net, path, ranges=activation_ranges(net, [pad(texts)], smoothing=smoothing))
        raw = EncoderNetwork(path, threads=1, device="cpu").run([t[1:-1] for t in texts], batch_size=8)
        errors.append(np.abs(raw.labels - exact).mean())
    assert errors[1] < errors[0]


@pytest.mark.parametrize("quantize", [False, True])
def test_a_text_does_not_see_its_batch(net, tmp_path, quantize):
    network, texts = exported(net, tmp_path, quantize=quantize), some_texts()
    together = network.run(texts, batch_size=64)
    backwards = network.run(texts[::-1], batch_size=7)
    for i, text in enumerate(texts):
        alone = network.run([text], batch_size=1)
        for a, b, c in zip(together, backwards, alone, strict=True):
            assert a[i] == pytest.approx(c[0], abs=1e-4)
            assert b[len(texts) - 1 - i] == pytest.approx(c[0], abs=1e-4)


def test_features_are_what_the_heads_read(net, tmp_path):
    network, texts = exported(net, tmp_path, quantize=False), some_texts(10)
    features = network.features(texts, batch_size=4)
    heads = features @ net.labels.weight.detach().numpy().T + net.labels.bias.detach().numpy()
    assert heads == pytest.approx(network.run(texts, batch_size=4).labels, abs=1e-4)


def test_a_masked_piece_is_not_read(net, tmp_path):
    network = exported(net, tmp_path, quantize=False)
    first, second = network.run([[110, 0, 120], [110, 0, 120]], batch_size=2).labels
    other = network.run([[110, 150, 120]], batch_size=1).labels[0]
    assert first == pytest.approx(second) and not np.allclose(first, other, atol=1e-3)


def test_batches_hold_every_text_once_and_stay_small():
    lengths = [5, 400, 3, 500, 1, 2, 512] * 30
    batches = list(batches_by_length(lengths, 32))
    assert sorted(np.concatenate(batches).tolist()) == list(range(len(lengths)))
    assert max(len(b) * max(lengths[i] + 2 for i in b) for b in batches) <= 8192


def test_training_batches_hold_every_text_once():
    lengths = np.random.default_rng(0).integers(1, 60, 1000)
    batches = list(length_batches(lengths, size=32, seed=3))
    assert sorted(np.concatenate(batches).tolist()) == list(range(1000))
    again = list(length_batches(lengths, size=32, seed=3))
    assert all((a == b).all() for a, b in zip(batches, again, strict=True))
    assert [b.tolist() for b in length_batches(lengths, size=32, seed=4)] != [b.tolist() for b in batches]
    spread = np.mean([np.ptp(lengths[b]) for b in batches])
    assert spread < 10
