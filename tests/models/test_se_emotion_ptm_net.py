"""Polarity in attention: what the bias does to where attention goes, and to labels that hang on polar words."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from affekt.layers.polarity_attention import PolarityBias, pad_polarities, piece_polarities, word_polarities
from affekt.layers.text_encoder import EncoderConfig, TextEncoder
from affekt.metrics.classification import macro_f1
from affekt.models.se_emotion_ptm.net import PolarityNet
from affekt.training.batches import pad
from affekt.training.fine_tuning import Plan, fine_tune

TINY = EncoderConfig(vocabulary=400, positions=64, width=16, layers=1, heads=4, feedforward=32, dropout=0.0)
POLAR = range(10, 50)


def test_the_bias_is_the_scale_of_the_sign_times_polarity() -> None:
    bias = PolarityBias(2)
    assert bias.scales().tolist() == [[2.0, 2.0], [2.0, 2.0]]
    with torch.no_grad():
        bias.tenths.copy_(torch.tensor([[0.1, 0.2], [0.3, 0.4]]))
    found = bias(torch.tensor([[0.5, -0.5, 0.0]]))
    assert found.shape == (1, 2, 1, 3)
    assert torch.allclose(found[0, :, 0], torch.tensor([[0.5, 1.5, 0.0], [1.0, 2.0, 0.0]]))


def test_without_polar_words_the_biased_encoder_is_the_plain_one() -> None:
    torch.manual_seed(0)
    net = PolarityNet(TextEncoder(TINY), 3).eval()
    ids = torch.tensor([[1, 60, 70, 2], [1, 80, 2, 0]])
    with torch.no_grad():
        biased = net(ids, torch.zeros(2, 4))
        net.polarity = None
        assert torch.allclose(biased, net(ids, torch.zeros(2, 4)), atol=1e-6)


def test_polar_pieces_get_more_attention_than_without_the_bias() -> None:
    torch.manual_seed(0)
    net = PolarityNet(TextEncoder(TINY), 3).eval()
    ids, polarity = torch.tensor([[1, 60, 20, 70, 2, 0]]), torch.tensor([[0.0, 0.0, 0.9, 0.0, 0.0, 0.0]])
    biased = net.attended(ids, polarity)
    net.polarity = None
    plain = net.attended(ids, polarity)
    assert 0 < plain < biased < 1


def test_polarities_lie_on_the_pieces_of_their_word() -> None:
    lexicon = {"awful": -0.8, ":)": 0.5, "thanks": 0.6}
    text = "Thanks, awful bug :)"
    assert [text[a:b] for a, b, _ in word_polarities(text, lexicon)] == ["Thanks", "awful", ":)"]
    offsets = [[(0, 0), (0, 6), (6, 7), (8, 10), (10, 13), (14, 17), (18, 19), (19, 20), (0, 0)]]
    wanted = [0.0, 0.6, 0.0, -0.8, -0.8, 0.0, 0.5, 0.5, 0.0]
    assert piece_polarities(offsets, [text], lexicon, longest=9) == [wanted]
    # The mark of the end stays where a text is cut.
    assert piece_polarities(offsets, [text], lexicon, longest=5) == [[*wanted[:4], 0.0]]


def posts(items: int, seed: int) -> tuple[list[list[int]], list[list[float]], np.ndarray]:
    """Thirty pieces of filler around one polar word, whose sign is the label."""
    random = np.random.default_rng(seed)
    ids, polarities = [], []
    for _ in range(items):
        filler = random.integers(100, 400, 30)
        place, word = int(random.integers(30)), int(random.choice(POLAR))
        filler[place] = word
        ids.append([1, *filler.tolist(), 2])
        values = [0.0] * 32
        values[place + 1] = 1.0 if word % 2 else -1.0
        polarities.append(values)
    label = np.array([max(row) > 0 for row in polarities])
    return ids, polarities, np.stack([label, ~label], 1).astype(np.float32)


def taught(seed: int, *, biased: bool) -> float:
    """The macro-F1 of a tiny encoder on posts it has not seen, with or without the bias."""
    ids, polarities, truth = posts(160, 0)
    test = posts(300, 1)
    table, values, targets = torch.from_numpy(pad(ids)), pad_polarities(polarities), torch.from_numpy(truth)
    torch.manual_seed(seed)
    net = PolarityNet(TextEncoder(TINY), 2, biased=biased, dropout=0.0)

    def loss(rows: np.ndarray) -> torch.Tensor:
        return F.binary_cross_entropy_with_logits(net(table[rows], values[rows]), targets[rows])

    plan = Plan(epochs=10, batch=16, learning_rate=1e-2, patience=10, seed=seed, bfloat16=False)
    fine_tune(net, loss, lambda: float(loss(np.arange(len(ids)))), lengths=[32] * len(ids), plan=plan)
    with torch.no_grad():
        said = net(torch.from_numpy(pad(test[0])), pad_polarities(test[1])).numpy() > 0
    return macro_f1(test[2], said)


@pytest.mark.slow
def test_the_bias_lifts_macro_f1_where_polarity_decides() -> None:
    """The same encoder, data and seeds; the polar words are in both parts, the bias only says where they stand."""
    with_bias = np.mean([taught(seed, biased=True) for seed in (0, 1)])
    without = np.mean([taught(seed, biased=False) for seed in (0, 1)])
    assert with_bias > without + 0.05, (with_bias, without)
