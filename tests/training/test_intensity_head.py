"""A head of forty intensities on cached features: it learns what is planted, and refuses what it was not taught."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from affekt.affect.spaces import find_space
from affekt.errors import InputError
from affekt.evaluation.intensities import GROUPS, arousal_groups, intensity_lines, mean_metric
from affekt.metrics.intensity import intensity_report
from affekt.metrics.regression import pearson, rmse, spearman
from affekt.training.fine_tuning import Plan
from affekt.training.speech.intensity_head import (
    HeadConfig,
    Judged,
    mean_intensities,
    teach_intensities,
)

SPACE = find_space("emonet-voice")
FAST = HeadConfig(hidden=24, dropout=0.1, plan=Plan(epochs=30, batch=64, learning_rate=1e-2, patience=30))
UNTAUGHT = 7


def planted(count: int, seed: int, *, asked: float = 0.3) -> Judged:
    """Forty intensities (synthetic) that follow from twelve features bent by a logistic curve, judged for a share of
    clips and emotions; nobody judged the emotion at `UNTAUGHT`."""
    slopes = np.random.default_rng(0).normal(0, 1.2, (12, len(SPACE)))
    random = np.random.default_rng(seed)
    features = random.standard_normal((count, 12)) * 3 + 5
    wanted = 1 / (1 + np.exp(-((features - 5) / 3) @ slopes))
    wanted = np.clip(wanted + 0.05 * random.standard_normal(wanted.shape), 0, 1)
    wanted[random.random(wanted.shape) > asked] = np.nan
    wanted[:, UNTAUGHT] = np.nan
    return Judged(features, wanted)


TRAIN, VALID, TEST = planted(500, 1), planted(150, 2), planted(300, 3, asked=1.0)


def test_forty_intensities_are_learned_and_reported_by_arousal() -> None:
    head = teach_intensities(TRAIN, VALID, FAST)
    said = head.answer(TEST.features)
    assert said.shape == (300, 40) and np.nanmin(said) >= 0 and np.nanmax(said) <= 1
    truth = np.nan_to_num(TEST.intensities)
    report = intensity_report(truth, said, SPACE.labels, groups=arousal_groups(SPACE))
    # Per emotion, and averaged by arousal: every emotion that was taught is read, the other is refused by all clips.
    refused = report.emotions.pop(SPACE.labels[UNTAUGHT])
    assert refused.refused == 1 and np.isnan(refused.pearson)
    assert min(each.pearson for each in report.emotions.values()) > 0.7
    assert min(each.spearman for each in report.emotions.values()) > 0.7
    assert all(each.refused == 0 for each in report.emotions.values())
    assert set(report.groups) == set(GROUPS)
    group = arousal_groups(SPACE)[0]
    inside = [label for label, name in zip(SPACE, arousal_groups(SPACE), strict=True) if name == group]
    mean = np.mean([report.emotions[label].pearson for label in inside if label in report.emotions])
    assert report.groups[group].pearson == pytest.approx(mean)
    # It beats the mean of each emotion, and not where features belong to other clips.
    told = mean_intensities(TRAIN)
    everywhere = np.arange(40) != UNTAUGHT
    errors = mean_metric("rmse", everywhere)
    assert errors(truth, said) < 0.6 * errors(truth, np.tile(told, (300, 1)))
    mixed = head.answer(np.random.default_rng(0).permutation(TEST.features))
    assert abs(mean_metric("pearson", everywhere)(truth, mixed)) < 0.1
    assert "| *high arousal* |" in intensity_lines(report)


def test_what_is_missing_is_the_mean_and_nothing_breaks() -> None:
    train = replace(TRAIN, features=TRAIN.features.copy())
    train.features[::7, 3] = np.nan
    train.features[:, 5] = 2.0
    head = teach_intensities(train, VALID, replace(FAST, hidden=0, plan=replace(FAST.plan, epochs=2)))
    assert np.isfinite(head.answer(np.full((2, 12), np.nan))[:, 0]).all()


def test_metrics_of_tables_equal_the_single_ones() -> None:
    random = np.random.default_rng(4)
    truth, said = random.random((30, 3)), random.random((30, 3))
    truth[:5, 0], said[5:9, 1] = np.nan, np.nan
    for name, single in (("pearson", pearson), ("spearman", spearman), ("rmse", rmse)):
        wanted = []
        for place in (0, 1):
            known = ~np.isnan(truth[:, place]) & ~np.isnan(said[:, place])
            wanted.append(single(truth[known, place], said[known, place]))
        assert mean_metric(name, [True, True, False])(truth, said) == pytest.approx(np.mean(wanted))
    assert mean_metric("pearson", [True])([[0.0], [1.0]], [[0.5], [0.5]]) == 0


def test_what_cannot_be_learned_is_said() -> None:
    with pytest.raises(
        InputError, match=r"train has features of shape \(500, 12\) and intensities of shape \(499, 40\)"
    ):
        teach_intensities(replace(TRAIN, intensities=TRAIN.intensities[1:]), VALID, FAST)
    with pytest.raises(InputError, match=r"lie in \[0, 1\]; got 0 to 2"):
        teach_intensities(
            replace(TRAIN, intensities=np.where(TRAIN.intensities > 0.9, 2, TRAIN.intensities)), VALID, FAST
        )
    with pytest.raises(InputError, match="No emotion has 900 judgements"):
        teach_intensities(TRAIN, VALID, replace(FAST, least=900))
