"""Rank-N-Contrast: as a loop does it; and it orders two towers better than the loss of pairs."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from planted_speech import planted

from affekt.errors import InputError, UnknownNameError
from affekt.models.emotionrankclap.net import RankTowers, rank_n_contrast
from affekt.training.speech.emotionrankclap import (
    Config,
    Paired,
    clip_places,
    mean_tau,
    ordinality,
    speaking_styles,
    train_towers,
)
from affekt.types import LabelSpace


def looped(
    anchors: torch.Tensor, others: torch.Tensor, places: torch.Tensor, *, same: bool, temperature: float
) -> float:
    """The loss straight from its formula."""
    losses = []
    for i in range(len(anchors)):
        for j in range(len(others)):
            if same and i == j:
                continue
            far = math.dist(places[i].tolist(), places[j].tolist())
            below = 0.0
            for k in range(len(others)):
                if same and k == i:
                    continue
                if math.dist(places[i].tolist(), places[k].tolist()) >= far:
                    below += math.exp(float(anchors[i] @ others[k]) / temperature)
            losses.append(-math.log(math.exp(float(anchors[i] @ others[j]) / temperature) / below))
    return float(np.mean(losses))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 9), st.booleans(), st.booleans())
def test_the_loss_is_that_of_a_loop(seed: int, items: int, same: bool, tied: bool) -> None:
    torch.manual_seed(seed)
    anchors = torch.nn.functional.normalize(torch.randn(items, 5), dim=1)
    others = anchors if same else torch.nn.functional.normalize(torch.randn(items, 5), dim=1)
    places = torch.randint(0, 3, (items, 2)).float() if tied else torch.randn(items, 2)
    found = rank_n_contrast(anchors, others, places, temperature=0.3)
    assert abs(float(found) - looped(anchors, others, places, same=same, temperature=0.3)) < 1e-4


def test_the_loss_has_a_gradient_and_no_nan_where_all_lie_at_one_place() -> None:
    x = torch.randn(6, 4, requires_grad=True)
    rank_n_contrast(x, x, torch.zeros(6, 2)).backward()
    assert x.grad is not None and torch.isfinite(x.grad).all()


def planted_pairs(items: int, *, seed: int) -> Paired:
    """Clips and texts that both tell valence and arousal, each in its own way, beside what they do not share."""
    random = np.random.default_rng(seed)
    ways = np.random.default_rng(7)
    places = random.uniform(-1, 1, (items, 2)).astype(np.float32)
    sound = np.tanh(places @ ways.standard_normal((2, 12))) + 0.3 * random.standard_normal((items, 12))
    words = np.tanh(places @ ways.standard_normal((2, 10))) + 0.3 * random.standard_normal((items, 10))
    return Paired(sound.astype(np.float32), words.astype(np.float32), places)


def test_ranks_order_two_towers_better_than_pairs_do() -> None:
    train, valid, scored = (planted_pairs(n, seed=s) for n, s in ((300, 0), (60, 1), (80, 2)))
    taus = {}
    for loss in ("rank", "clip"):
        made = train_towers(train, valid, Config(loss, epochs=12, batch=64))  # type: ignore[arg-type]
        taus[loss] = ordinality(made.net, scored)
    assert taus["rank"] > taus["clip"] and taus["rank"] > 0.5


def test_tau_is_that_of_a_loop() -> None:
    random = np.random.default_rng(0)
    a, b = random.standard_normal((3, 8)), random.standard_normal((3, 8))
    expected = []
    for x, y in zip(a, b, strict=True):
        signs = [np.sign((x[i] - x[j]) * (y[i] - y[j])) for i in range(8) for j in range(i)]
        expected.append(np.mean(signs))
    assert abs(mean_tau(a, b) - np.mean(expected)) < 1e-9
    assert mean_tau(np.ones((2, 3)), b[:2, :3]) == 0.0


def test_towers_put_out_vectors_of_length_one() -> None:
    net = RankTowers(4, 3)
    found = net(torch.randn(5, 4), torch.randn(5, 3))
    assert torch.allclose(found.sound.norm(dim=1), torch.ones(5), atol=1e-5)
    with pytest.raises(InputError, match="Use rank or clip"):
        train_towers(planted_pairs(4, seed=0), planted_pairs(4, seed=1), Config("pair"))  # type: ignore[arg-type]


def test_styles_are_told_of_every_clip_and_places_need_a_known_label() -> None:
    clips = planted(8)
    told = speaking_styles(clips)
    assert len(told) == 8 and all(
        clips.space.labels[label] in text for label, text in zip(clips.labels, told, strict=True)
    )
    assert any("woman" in text for text in told)
    unknown = LabelSpace("odd", ("qzx", "xzq"), "exclusive", "planted")
    with pytest.raises(UnknownNameError):
        clip_places(replace(clips, space=unknown))


def test_places_are_mapped_from_labels_and_weaker_where_the_intensity_is() -> None:
    space = LabelSpace("three", ("angry", "sad", "happy"), "exclusive", "planted")
    clips = replace(planted(6), space=space, labels=np.arange(6) % 3)
    clips = replace(clips, conditions={"intensity": ("strong",) * 3 + ("normal",) * 3})
    places = clip_places(clips, weak=0.5)
    assert np.allclose(places[3:], places[:3] / 2)
    angry, sad, happy = places[:3]
    assert angry[0] < 0 < angry[1] and sad[0] < 0 and sad[1] < 0 and happy[0] > 0
