"""Emotion definitions: each loss is what its formula says, and all three reach the one encoder."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional as F

from affekt.layers.masked_words import UNASKED
from affekt.layers.text_encoder import EncoderConfig, TextEncoder
from affekt.metrics.classification import macro_f1
from affekt.models.emotion_definitions.net import DefinitionNet
from affekt.training.masking import mask_pieces, uniform_rates


@pytest.fixture
def net() -> DefinitionNet:
    torch.manual_seed(0)
    encoder = TextEncoder(EncoderConfig(50, 16, 8, 1, 2, 16, 0.0))
    return DefinitionNet(encoder, 8, 3, dropout=0.0)


IDS = torch.tensor([[1, 5, 2, 9, 8], [1, 7, 2, 4, 0]])
ASKED = torch.tensor([[UNASKED, 5, UNASKED, UNASKED, 8], [UNASKED, UNASKED, UNASKED, 4, UNASKED]])


def test_padding_changes_no_answer(net) -> None:
    assert net(IDS).shape == (2, 3)
    assert torch.allclose(net(IDS)[1], net(IDS[1:, :4])[0], atol=1e-6)
    assert torch.allclose(net.match(IDS)[1], net.match(IDS[1:, :4])[0], atol=1e-6)


def test_both_losses_are_what_they_say(net) -> None:
    own = torch.tensor([1.0, 0.0])
    found = net.definition_losses(IDS, ASKED, own)
    said = torch.sigmoid(net.match(IDS)).tolist()
    assert found.match.item() == pytest.approx(-(math.log(said[0]) + math.log(1 - said[1])) / 2, rel=1e-5)
    logits = net.words(net.encoder.states(IDS), net.encoder.tokens.weight)
    expected = F.cross_entropy(torch.stack([logits[0, 1], logits[0, 4], logits[1, 3]]), torch.tensor([5, 8, 4]))
    assert found.masked_words.item() == pytest.approx(expected.item(), rel=1e-5)
    nothing = net.definition_losses(IDS, torch.full_like(IDS, UNASKED), own)
    assert nothing.masked_words == 0
    assert torch.allclose(nothing.match, found.match)


def test_every_loss_reaches_the_encoder(net) -> None:
    weight = net.encoder.layers[0].qkv.weight
    found = net.definition_losses(IDS, ASKED, torch.tensor([1.0, 0.0]))
    for loss in (net(IDS).square().sum(), found.masked_words, found.match):
        (gradient,) = torch.autograd.grad(loss, weight, retain_graph=True)
        assert gradient.abs().sum() > 0


def test_definitions_teach_which_one_belongs(net) -> None:
    """Texts of one word whose definition is told by it: after training the match is read for all of them."""
    texts = torch.tensor([[1, word, 2, 20 + meaning, 2] for word in (5, 6, 7) for meaning in (5, 6, 7)])
    own = torch.tensor([float(i % 4 == 0) for i in range(9)])
    optimizer = torch.optim.AdamW(net.parameters(), 1e-2)
    nothing = torch.full_like(texts, UNASKED)
    for _ in range(150):
        optimizer.zero_grad()
        net.definition_losses(texts, nothing, own).match.backward()
        optimizer.step()
    assert torch.equal(net.match(texts) > 0, own > 0)


CLASSES, WORDS = 5, 6


@pytest.mark.slow
def test_three_losses_beat_emotions_alone_with_two_examples_per_class() -> None:
    """Six words for each of five emotions, all in its definition; two are met in examples, the other four are read."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    alone, all_three = ([score_of(seed, definitions=told) for seed in range(2)] for told in (False, True))
    torch.set_num_threads(before)
    assert sum(all_three) / 2 > sum(alone) / 2 + 0.08


def score_of(seed: int, *, definitions: bool) -> float:
    torch.manual_seed(seed)
    encoder = TextEncoder(EncoderConfig(100, 24, 24, 1, 2, 48, 0.0))
    net = DefinitionNet(encoder, 24, CLASSES, dropout=0.0)
    optimizer = torch.optim.AdamW(net.parameters(), 1e-2)
    random = torch.Generator().manual_seed(seed)
    label = torch.arange(CLASSES).repeat(2)
    ids = told_by(label, torch.arange(len(label)) // CLASSES, random)
    table = torch.tensor([[*range(10 + WORDS * c, 10 + WORDS * (c + 1)), 2] for c in range(CLASSES)])
    for _ in range(300):
        loss = F.cross_entropy(net(ids), label)
        if definitions:
            other = (label + torch.randint(1, CLASSES, label.shape, generator=random)) % CLASSES
            pairs = torch.cat([torch.cat([ids, ids]), table[torch.cat([label, other])]], 1)
            rates = uniform_rates(pairs, 0.3, [1, 2])
            masked = mask_pieces(pairs, rates, mask_id=3, pieces=100, generator=random)
            own = torch.cat([torch.ones(len(label)), torch.zeros(len(label))])
            loss = loss + sum(net.definition_losses(masked.ids, masked.asked, own))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    label = torch.arange(CLASSES).repeat(40)
    ids = told_by(label, torch.randint(2, WORDS, label.shape, generator=random), random)
    with torch.no_grad():
        said = net.eval()(ids).argmax(1)
    return macro_f1(F.one_hot(label, CLASSES).bool().numpy(), F.one_hot(said, CLASSES).bool().numpy())


def told_by(label: torch.Tensor, place: torch.Tensor, random: torch.Generator) -> torch.Tensor:
    """Texts of two words that say nothing and one that tells the class."""
    filler = torch.randint(60, 100, (len(label), 2), generator=random)
    ends = torch.ones(len(label), 1, dtype=torch.int64)
    return torch.cat([ends, filler, (10 + WORDS * label + place)[:, None], 2 * ends], 1)
