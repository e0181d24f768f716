"""V-FT, TAPT and P-TAPT as stages of one trainer, and the pieces they are made of."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from planted_speech import planted
from torch.nn import functional as F

from affekt.errors import InputError
from affekt.layers.quantizer import GumbelQuantizer, masked_contrast
from affekt.training.speech.lesson import Lesson
from affekt.training.speech.wav2vec2_ptapt import STAGES, Config, cluster_frames, few_labels, teach


def test_codes_are_entries_and_even_use_has_no_unevenness() -> None:
    torch.manual_seed(0)
    quantizer = GumbelQuantizer(6, 8, groups=2, entries=4).eval()
    x = torch.randn(3, 5, 6)
    found = quantizer(x)
    logits = quantizer.choose(x).view(3, 5, 2, 4)
    entry = torch.cat([quantizer.books[g][logits[..., g, :].argmax(-1)] for g in range(2)], -1)
    assert torch.allclose(found.codes, quantizer.project(entry), atol=1e-6)
    quantizer.choose.weight.data.zero_()
    quantizer.choose.bias.data.zero_()
    assert abs(float(quantizer(x).unevenness.detach())) < 1e-5
    quantizer.choose.bias.data[::4] = 50.0
    assert float(quantizer(x).unevenness.detach()) > 0.7
    quantizer.train()
    quantizer(x).codes.sum().backward()
    assert quantizer.choose.weight.grad is not None


def test_contrast_is_least_where_each_frame_knows_its_own_code() -> None:
    torch.manual_seed(0)
    codes = torch.randn(2, 12, 8)
    hidden = torch.ones(2, 12, dtype=torch.bool)
    hidden[1, 1:] = False  # One frame has nothing to be told from.
    knows, not_ = masked_contrast(codes, codes, hidden), masked_contrast(torch.randn(2, 12, 8), codes, hidden)
    assert float(knows) < 0.6 and float(not_) > 2.0
    same = torch.ones(1, 4, 8)
    assert float(masked_contrast(same, same, torch.ones(1, 4, dtype=torch.bool))) < 1e-6  # Like codes are no others.


def test_contrast_is_as_by_hand_with_every_distractor() -> None:
    torch.manual_seed(0)
    said, code = torch.randn(1, 2, 4), torch.randn(1, 2, 4)
    hidden = torch.ones(1, 2, dtype=torch.bool)
    alike = F.cosine_similarity(said[0][:, None], code[0][None], dim=-1) / 0.1
    by_hand = F.cross_entropy(torch.stack([alike[0], alike[1].flip(0)]), torch.tensor([0, 0]))
    assert torch.allclose(masked_contrast(said, code, hidden, distractors=1), by_hand, atol=1e-5)


def test_clusters_of_several_sizes_tell_blobs_apart() -> None:
    random = np.random.default_rng(0)
    blobs = (random.standard_normal((90, 3)) + 20 * np.eye(3)[np.arange(90) % 3]).astype(np.float32)
    three, six = cluster_frames(blobs, (3, 6))
    assert len(np.unique(three)) == 3 and all(len(np.unique(three[i::3])) == 1 for i in range(3))
    assert len(np.unique(six)) == 6


def test_few_labels_have_one_of_each_at_least() -> None:
    clips = planted(40)
    places = few_labels(clips, 0.01, seed=3)
    assert sorted(clips.labels[places]) == [0, 1] and np.array_equal(places, few_labels(clips, 0.01, seed=3))
    with pytest.raises(InputError, match="share of labelled clips"):
        few_labels(clips, 0.0)


@pytest.mark.parametrize("strategy", STAGES)
def test_each_strategy_goes_through_its_stages(strategy: str) -> None:
    clips = planted(24)
    lesson = Lesson(clips.take(clips.folds < 4), clips.take(clips.folds >= 4), smoke=True)
    taught = teach(lesson, Config(strategy, "fresh:tiny", labelled=0.5, clusters=(4, 8), batch=8))
    assert {f"{stage}-loss" for stage in STAGES[strategy]} <= set(taught.measured)
    assert taught.answer(lesson.valid).shape == (len(lesson.valid), 2)


@pytest.mark.slow
def test_low_resource_recall_of_the_three_from_one_seed() -> None:
    clips = planted(64, speakers=8, by="colour")
    lesson = Lesson(clips.take(clips.folds < 6), clips.take(clips.folds >= 6), seed=1)
    epochs = {"contrast": 2, "label-frames": 4, "predict-clusters": 2, "classify": 6}
    config = Config("v-ft", "fresh:tiny", labelled=0.25, clusters=(4, 8), epochs=epochs, batch=8, learning_rate=2e-3)
    found = {}
    for strategy in STAGES:
        taught = teach(lesson, replace(config, strategy=strategy))
        found[strategy] = float((taught.answer(lesson.valid).argmax(1) == lesson.valid.labels).mean())
    print(found)
    assert set(found) == {"v-ft", "tapt", "p-tapt"} and max(found.values()) > 0.7


def test_an_unknown_strategy_is_refused() -> None:
    clips = planted(12)
    with pytest.raises(InputError, match="Use v-ft, tapt, p-tapt"):
        teach(Lesson(clips, clips), Config("dapt"))
