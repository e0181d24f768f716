"""emoq: queries prompt a frozen decoder with what neither words nor voice tell alone; each loss can be left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch

from affekt.layers.causal_lm import CausalConfig, CausalLm
from affekt.layers.q_former import QFormer
from affekt.metrics.classification import unweighted_average_recall
from affekt.models.emoq.net import EmoQ
from affekt.training.fused import FusedLesson, FusedPlan
from affekt.training.losses import focal_loss
from affekt.training.speech.emoq import Config, objectives, small_decoder, teach, with_pieces

RECIPE = Path(__file__).parents[2] / "recipes" / "emoq"
ANSWERS = [[3, 2], [4, 5, 2], [6, 2]]


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Networks as small as these only wait for a second thread."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def made() -> EmoQ:
    torch.manual_seed(0)
    decoder = CausalLm(CausalConfig(12, 40, 16, 1, 2, 32, 0.1))
    return EmoQ(decoder, ANSWERS, 5, width=8, queries=3, layers=1, dropout=0.0).eval()


@pytest.mark.slow
def test_prompts_make_a_frozen_decoder_name_what_neither_words_nor_voice_tell(
    recipe: Callable[[str], ModuleType],
) -> None:
    """Words tell valence alone, the voice arousal alone: either would stop at half of the utterances."""
    planted = recipe("planted").planted
    lesson, unseen = FusedLesson(planted(280, 0), planted(80, 1)), planted(200, 2)
    plan = FusedPlan(epochs=14, batch=32, learning_rate=4e-3, balance="none", raw=("pieces",), patience=14)
    config = Config(decoder_width=32, decoder_epochs=6, width=32, queries=4, layers=1, dropout=0.0, plan=plan)
    decoder = small_decoder(lesson, config)
    frozen = {name: value.clone() for name, value in decoder.net.state_dict().items()}
    taught = teach(lesson, config, decoder=decoder)
    answers = taught.answer(with_pieces(unseen, decoder))
    assert unweighted_average_recall(unseen.labels, answers.argmax(1)) > 0.75
    # The decoder was handed over frozen, and is what it was.
    assert all(torch.equal(frozen[name], value) for name, value in decoder.net.state_dict().items())
    deaf = replace(unseen, tokens={"sound": np.zeros_like(unseen.tokens["sound"])})
    said = taught.answer(with_pieces(deaf, decoder)).argmax(1)
    assert unweighted_average_recall(unseen.labels, said) < 0.6


def test_only_queries_projection_and_heads_take_gradients() -> None:
    net = made().train()
    inputs = {"sound": torch.randn(4, 6, 5), "pieces": torch.randint(1, 12, (4, 3, 1)).float()}
    losses = objectives(net, inputs, torch.tensor([0, 1, 2, 0]), Config())
    sum(losses.values()).backward()  # type: ignore[union-attr]
    assert {name.split(".")[0] for name, _ in net.named_parameters()} == {"former", "project", "contrast", "head"}
    assert all(value.grad is not None for value in net.former.parameters())
    decoder = net.decoder
    assert isinstance(decoder, CausalLm) and not decoder.training
    assert all(value.grad is None and not value.requires_grad for value in decoder.parameters())


def test_each_loss_can_be_left_out() -> None:
    net = made()
    inputs = {"sound": torch.randn(4, 6, 5), "pieces": torch.randint(1, 12, (4, 3, 1)).float()}
    labels = torch.tensor([0, 1, 2, 0])
    all_three = objectives(net, inputs, labels, Config())
    assert set(all_three) == {"naming", "contrast", "focal"}
    for name in all_three:
        left = objectives(net, inputs, labels, replace(Config(), **{name: 0.0}))  # type: ignore[arg-type]
        assert set(left) == set(all_three) - {name}
    doubled = objectives(net, inputs, labels, replace(Config(), contrast=1.0))
    assert torch.allclose(doubled["contrast"], 2 * all_three["contrast"])


def test_what_the_decoder_says_is_the_sum_of_its_pieces() -> None:
    """By hand, piece after piece: the prompt, what was said, then the label's name."""
    net, pieces = made(), torch.tensor([[0, 7, 1], [8, 9, 1]])
    prompt = torch.randn(2, 3, 16)
    found = net.label_logits(prompt, pieces)
    decoder = net.decoder
    for row in range(2):
        kept = pieces[row][pieces[row] != 0]
        for label, name in enumerate(ANSWERS):
            total, read = 0.0, [*kept.tolist()]
            for piece in name:
                vectors = torch.cat([prompt[row], decoder.embed(torch.tensor([read]))[0]])[None]
                states = decoder.read_vectors(vectors, torch.ones(1, vectors.shape[1], dtype=torch.bool)).states
                total += float(torch.log_softmax(decoder.pieces(states[:, -1]), -1)[0, piece])
                read.append(piece)
            assert found[row, label].item() == pytest.approx(total, abs=1e-4)


def test_queries_hear_every_frame_and_no_padding() -> None:
    torch.manual_seed(0)
    former = QFormer(5, 6, 8, queries=3, layers=2, dropout=0.0).eval()
    sound, words = torch.randn(1, 4, 5), torch.randn(1, 2, 6)
    there = torch.ones(1, 4, dtype=torch.bool), torch.ones(1, 2, dtype=torch.bool)
    found = former(sound, there[0], words, there[1])
    assert found.shape == (1, 3, 8)
    more = torch.cat([sound, torch.randn(1, 3, 5)], 1), torch.cat([torch.randn(1, 2, 6), words], 1)
    padded = former(more[0], torch.arange(7)[None] < 4, more[1], torch.arange(4)[None] >= 2)
    assert torch.allclose(found, padded, atol=1e-5)
    louder = sound.clone()
    louder[:, 3] += 2
    assert not torch.allclose(found, former(louder, there[0], words, there[1]), atol=1e-3)


def test_vectors_of_pieces_are_read_as_the_pieces() -> None:
    torch.manual_seed(0)
    net, ids = CausalLm(CausalConfig(12, 40, 16, 2, 2, 32, 0.0)).eval(), torch.tensor([[3, 4, 5]])
    here = torch.ones(1, 3, dtype=torch.bool)
    assert torch.equal(net.read_on(ids, here).states, net.read_vectors(net.embed(ids), here).states)


def test_focal_loss_is_its_formula() -> None:
    torch.manual_seed(0)
    logits, labels = torch.randn(5, 3), torch.tensor([0, 2, 1, 1, 0])
    chances = torch.softmax(logits, 1)[torch.arange(5), labels]
    assert torch.allclose(focal_loss(logits, labels, gamma=2), -((1 - chances) ** 2 * chances.log()).mean())
    assert torch.allclose(focal_loss(logits, labels, gamma=0), torch.nn.functional.cross_entropy(logits, labels))
