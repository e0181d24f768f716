"""Ways to join words and sound: one interface, and a gate that loses less as words go wrong (planted)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from affekt.corpora.paired import Paired
from affekt.corpora.toned_words import TonedWords, Toning, toned_words
from affekt.errors import InputError
from affekt.layers.pair import Pair
from affekt.models.asr_transcript_ser.net import FUSIONS, ModalityGatedFusion, make_fusion
from affekt.training.asr_transcript_ser import Config, as_recognised, at_mixed_rates, teach
from affekt.training.paired import batch_pair, read_pairs

SMALL = Toning("apart", vocabulary=12, noise=1.5)


def share_of_words(net: torch.nn.Module, pair: Pair) -> torch.Tensor:
    assert isinstance(net, ModalityGatedFusion)
    return net.shares(pair)


def heard(made: TonedWords, wer: float) -> Paired:
    return as_recognised(made.paired, wer, made.encode, vocabulary=list(made.vectors), seed=9)


@pytest.mark.parametrize("name", [*FUSIONS, "words", "sound"])
def test_every_way_of_joining_has_one_interface_and_reads_no_padding(name: str) -> None:
    made = toned_words(6, Toning(words=3, vocabulary=8))
    torch.manual_seed(0)
    net = make_fusion(name, 16, 16, 2, width=16).eval()  # type: ignore[arg-type]
    together = batch_pair(made.paired, np.arange(6))
    logits = net(together)
    assert logits.shape == (6, 2)
    assert torch.isfinite(net.aside)
    for row in range(6):
        alone = net(batch_pair(made.paired, np.array([row])))
        assert torch.allclose(alone[0], logits[row], atol=1e-5)
    logits.sum().backward()
    assert sum(each.grad is not None and bool(each.grad.any()) for each in net.parameters()) >= 4
    with pytest.raises(InputError, match="Unknown fusion 'sum'"):
        make_fusion("sum", 16, 16, 2)  # type: ignore[arg-type]


def test_words_are_encoded_as_they_were_misheard_with_their_confidence() -> None:
    made = toned_words(40, SMALL)
    spoilt = heard(made, 0.5)
    assert spoilt.texts != made.paired.texts
    assert [len(each) for each in spoilt.words] == [max(1, len(text.split())) for text in spoilt.texts]
    assert np.array_equal(spoilt.words[0], made.encode(spoilt.texts[:1])[0])
    assert 0 < np.concatenate(spoilt.confidence).mean() < 0.9
    assert all((one == other).all() for one, other in zip(spoilt.sounds, made.paired.sounds, strict=True))
    # With a step that tells of the whole text, that is as sure as its words are on average.
    whole = as_recognised(made.paired, 0.2, lambda texts: [np.ones((1 + len(t.split()), 3)) for t in texts], seed=9)
    assert whole.confidence[0][0] == pytest.approx(whole.confidence[0][1:].mean(), abs=1e-6)
    mixed = at_mixed_rates(made.paired, made.encode, seed=1)
    changed = [one != other for one, other in zip(mixed.texts, made.paired.texts, strict=True)]
    assert 10 < sum(changed) < 38


@pytest.mark.slow
def test_a_gate_loses_less_than_concatenation_as_words_go_wrong() -> None:
    """Planted: words and tones tell half each; recognisers are surer of right words. One run, the same utterances."""
    train, valid, test = (toned_words(size, SMALL, seed=seed) for seed, size in enumerate((500, 200, 800)))
    known = list(train.vectors)
    taught, stop = (
        at_mixed_rates(each.paired, each.encode, vocabulary=known, seed=seed) for seed, each in ((5, train), (6, valid))
    )
    levels = (0.0, 0.4, 0.6, 0.8)
    tests = [heard(test, wer) for wer in levels]
    plan = replace(Config().plan, epochs=8, learning_rate=5e-3)
    right = {}
    for fusion in ("gated", "early"):
        net = teach(taught, stop, Config(fusion, width=16, dropout=0.1, plan=plan))  # type: ignore[arg-type]
        right[fusion] = [float((net.answer(each).argmax(1) == each.labels).mean()) for each in tests]
        if fusion == "gated":
            gate = net.net
            assert isinstance(gate, ModalityGatedFusion)
            shares = [float(read_pairs(gate, each, share_of_words).mean()) for each in tests]
    lost = {fusion: told[0] - np.mean(told[1:]) for fusion, told in right.items()}
    assert lost["gated"] < lost["early"], right
    assert min(right["gated"]) > 0.6, right
    # The more goes wrong, the less the words count.
    assert shares[0] > shares[1] > shares[3], shares
