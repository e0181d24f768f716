"""The metric of each group and the gap between them."""

from __future__ import annotations

import numpy as np
import pytest

from affekt.errors import InputError
from affekt.metrics.classification import accuracy
from affekt.metrics.fairness import by_group
from affekt.metrics.regression import ccc, mae
from affekt.metrics.verification import auroc

random = np.random.default_rng(0)


def test_each_group_has_its_own_value_and_interval() -> None:
    groups = np.repeat(["f", "m"], 200)
    truth = np.zeros(400)
    said = np.where(groups == "f", random.random(400) < 0.1, random.random(400) < 0.4).astype(float)
    scores = by_group(accuracy, truth, said, groups=groups, resamples=300)
    for group in ("f", "m"):
        assert scores.groups[group].value == (said[groups == group] == 0).mean()
        assert scores.groups[group].low < scores.groups[group].value < scores.groups[group].high
    assert scores.counts == {"f": 200, "m": 200} and not scores.skipped
    assert scores.overall.value == (said == 0).mean()
    assert scores.gap.value == pytest.approx(scores.groups["f"].value - scores.groups["m"].value)
    assert scores.gap.low > 0.15


def test_equal_groups_have_no_gap_beyond_their_intervals() -> None:
    scores = by_group(mae, np.zeros(600), random.normal(size=600), groups=np.arange(600) % 2, resamples=300)
    assert scores.gap.value < 0.15 and scores.gap.low < 0.05


def test_a_group_without_a_value_is_named() -> None:
    scores = by_group(auroc, [0, 1, 1, 1], [0.1, 0.9, 0.5, 0.5], groups=[0, 0, 1, 1], resamples=20)
    assert list(scores.groups) == [0] and "needs both" in scores.skipped[1]
    scores = by_group(ccc, [0, 1, 1, 1], [0.1, 0.9, 1, 1], groups=[0, 0, 1, 1], resamples=20)
    assert "not defined" in scores.skipped[1]
    with pytest.raises(InputError, match="No group has a value"):
        by_group(auroc, [1, 1], [0.1, 0.9], groups=[0, 0])


def test_items_of_one_speaker_are_drawn_together() -> None:
    speakers = np.repeat(np.arange(20), 10)
    values = np.repeat(random.normal(size=20), 10)
    groups = np.repeat(["a", "b"], 100)
    alone = by_group(mae, np.zeros(200), values, groups=groups, resamples=300)
    whole = by_group(mae, np.zeros(200), values, groups=groups, units=speakers, resamples=300)
    for group in ("a", "b"):
        width = whole.groups[group].high - whole.groups[group].low
        assert width > 2 * (alone.groups[group].high - alone.groups[group].low)


def test_lengths_are_checked() -> None:
    with pytest.raises(InputError, match="for each item"):
        by_group(accuracy, [0, 1], [0, 1], groups=[0])
