"""Views drawn together clip by clip, and what that gives where labels are few."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from planted_speech import TWO, planted
from torch.nn import functional as F

from affekt.corpora.clips import make_clips
from affekt.models.multiview_contrastive_ser.net import MultiviewNet, ViewEncoder, pairwise_contrast
from affekt.training.speech.lesson import Lesson
from affekt.training.speech.multiview_contrastive_ser import Config, teach, without_pretraining


def test_the_contrast_is_as_by_hand() -> None:
    torch.manual_seed(0)
    a, b = torch.randn(5, 4), torch.randn(5, 4)
    total = 0.0
    for first, second in ((a, b), (b, a)):
        for i in range(5):
            alike = torch.stack([F.cosine_similarity(first[i], second[j], dim=0) / 0.2 for j in range(5)])
            total += float(-torch.log_softmax(alike, 0)[i])
    assert abs(float(pairwise_contrast(a, b, temperature=0.2)) - total / 10) < 1e-5


def test_padding_changes_no_vector_and_one_frame_is_a_view() -> None:
    torch.manual_seed(0)
    encoder = ViewEncoder(6, 8).eval()
    x = torch.randn(1, 16, 6)
    longer = torch.cat([x, torch.randn(1, 8, 6)], 1)
    present = torch.tensor([[True] * 16 + [False] * 8])
    assert torch.allclose(encoder(x, present[:, :16]), encoder(longer, present), atol=1e-5)
    assert ViewEncoder(6, 8, single=True).eval()(x[:, :1], present[:, :1]).shape == (1, 8)


def test_any_views_are_plugged_in_and_read() -> None:
    torch.manual_seed(0)
    net = MultiviewNet({"log-mel": (6, False), "functionals": (5, True), "x": (3, False)}, 4, read=("log-mel", "x"))
    inputs = {
        "log-mel": (torch.randn(3, 9, 6), torch.ones(3, 9, dtype=torch.bool)),
        "functionals": (torch.randn(3, 1, 5), torch.ones(3, 1, dtype=torch.bool)),
        "x": (torch.randn(3, 7, 3), torch.ones(3, 7, dtype=torch.bool)),
    }
    assert net(inputs).shape == (3, 4) and float(net.contrast(inputs).detach()) > 0


def noisy(clips: int, seed: int = 0):
    """Clips of which a fifth have their own pitch and level each, so that few labels tell little of them."""
    made = planted(clips, seed=seed, speakers=10)
    random = np.random.default_rng(seed)
    sounds = [made.view("wave")[i][:, 0] * random.uniform(0.2, 3) for i in range(clips)]
    return make_clips([s.astype(np.float32) for s in sounds], made.labels, TWO, speakers=made.speakers, corpus="noisy")


@pytest.mark.slow
def test_with_one_percent_of_the_labels_pretraining_raises_the_recall() -> None:
    clips = noisy(200)
    lesson = Lesson(clips.take(clips.folds < 6), clips.take(clips.folds == 6), seed=0)
    scored = clips.take(clips.folds > 6)
    recalls: dict[str, list[float]] = {"with": [], "without": []}
    for seed in range(3):
        given = Lesson(lesson.train, lesson.valid, seed=seed)
        config = Config(("log-mel", "functionals"), pretraining=12, epochs=20, batch=32, labelled=0.01, cache="")
        for name, how in (("with", config), ("without", without_pretraining(config))):
            taught = teach(given, how)
            assert taught.measured["labelled-clips"] == 2
            said = taught.answer(scored).argmax(1)
            recalls[name].append(float(np.mean([(said[scored.labels == k] == k).mean() for k in range(2)])))
    assert np.mean(recalls["with"]) > np.mean(recalls["without"])
