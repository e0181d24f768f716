"""Bridge tokens between words and sound, and two kinds of answer learned together (planted)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from affekt.corpora.paired import even, speaker_fold
from affekt.corpora.toned_words import Toning, toned_words
from affekt.metrics.regression import ccc
from affekt.models.bridge_token_mtl.net import BridgeNet
from affekt.training.bridge_token_mtl import Config, answers, teach
from affekt.training.paired import batch_pair

SMALL = Toning("apart", vocabulary=12, quadrants=True)


@pytest.mark.parametrize("tokens", [0, 3])
def test_both_answers_come_of_what_is_there_alone(tokens: int) -> None:
    paired = toned_words(5, SMALL).paired
    torch.manual_seed(0)
    net = BridgeNet(16, 16, 4, width=8, tokens=tokens).eval()
    said = net.both(batch_pair(paired, np.arange(5)))
    assert said.categories.shape == (5, 4) and said.ratings.shape == (5, 3)
    assert said.ratings.abs().max() <= 1
    for row in range(5):
        alone = net.both(batch_pair(paired, np.array([row])))
        assert torch.allclose(alone.categories[0], said.categories[row], atol=1e-5)
    # While learning, an utterance may lose a side, never both: nothing becomes undefined.
    net.train().lost = 1.0
    for _ in range(5):
        assert torch.isfinite(net(batch_pair(paired, np.arange(5)))).all()


@pytest.mark.slow
def test_joint_learning_answers_both_where_one_objective_answers_one() -> None:
    """Toned words, a synthetic set with four categories, valence and arousal, speakers apart."""
    paired = toned_words(700, SMALL, seed=3).paired
    fold = speaker_fold(paired.speakers, 10)
    assert len(set(fold.tolist())) == 10
    assert not set(np.asarray(paired.speakers)[fold == 0]) & set(np.asarray(paired.speakers)[fold != 0])
    train, valid, test = even(paired.take(fold > 2), paired.take(fold == 2), paired.take(fold < 2))
    plan = replace(Config().plan, epochs=6, learning_rate=5e-3)
    found = {}
    for objective in ("joint", "categories", "ratings"):
        config = Config(objective=objective, width=16, tokens=2, plan=plan)  # type: ignore[arg-type]
        taught = teach(train, valid, config)
        assert isinstance(taught.net, BridgeNet)
        said = answers(taught.net, test, train, config)
        right = float((said.categories.argmax(1) == test.labels).mean())
        rated = [ccc(test.ratings[:, place], said.ratings[:, place]) for place in (0, 1)]
        found[objective] = (right, float(np.mean(rated)))
    assert found["joint"][0] > 0.5 and found["joint"][1] > 0.5, found
    # Dimensions are told better than where the categories lie, categories better than which place is nearest.
    assert found["joint"][1] > found["categories"][1] + 0.02, found
    assert found["joint"][0] > found["ratings"][0], found
