"""Calibration and thresholds of a model of one's own: what is bent is made straight, and little data bends nothing."""

from __future__ import annotations

import numpy as np
import pytest

from affekt.corpora.targets import make_target
from affekt.errors import InputError
from affekt.training.frozen_head import HeadTargets
from affekt.training.own_fit import fit_answers
from affekt.training.own_targets import Task, check_task, head_targets, settle_ties, text_notes, typo_notes
from affekt.types import VAD, LabelSpace, Rating, Record, Signal

RANDOM = np.random.default_rng(0)
SPACE = LabelSpace("toy", ("a", "b", "c"), "exclusive", "none")
MANY = LabelSpace("many", ("a", "b", "c"), "multi-label", "none")


def softmax(raw):
    powers = np.exp(raw - raw.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)


def test_an_overconfident_softmax_is_cooled():
    raw = RANDOM.normal(size=(2000, 3))
    drawn = np.array([RANDOM.choice(3, p=row) for row in softmax(raw)])
    targets = HeadTargets("exclusive", np.eye(3)[drawn], np.ones((2000, 3), bool))
    fit = fit_answers(4 * raw, targets, Task("exclusive", SPACE)).fit
    assert fit.scale == pytest.approx(np.full(3, 0.25), abs=0.04)
    np.testing.assert_allclose(fit.probabilities(4 * raw), softmax(raw), atol=0.06)


def test_labels_that_come_together_get_their_own_thresholds():
    raw = RANDOM.normal(size=(1500, 3)) * 2 - [0, 2, 4]
    truth = RANDOM.random((1500, 3)) < 1 / (1 + np.exp(-raw))
    targets = HeadTargets("multi-label", truth.astype(float), np.ones(truth.shape, bool))
    found = fit_answers(raw + 1, targets, Task("multi-label", MANY))
    said = found.fit.probabilities(raw + 1)
    np.testing.assert_allclose(said.mean(0), truth.mean(0), atol=0.02)
    assert len(found.thresholds) == 3 and max(found.thresholds) < 0.6
    told = found.to_dict(Task("multi-label", MANY), None)
    assert told["thresholds"]["many"] == pytest.approx(list(found.thresholds), abs=1e-6)


def test_levels_keep_one_scale_and_one_shift():
    level = RANDOM.integers(0, 4, 800)
    raw = (level + RANDOM.normal(size=800))[:, None] - np.array([0.5, 1.5, 2.5])
    targets = HeadTargets("ordinal", (level[:, None] > np.arange(3)).astype(float), np.ones((800, 3), bool))
    fit = fit_answers(raw * 5, targets, Task("ordinal", SPACE)).fit
    assert np.ptp(fit.scale) == 0 and np.ptp(fit.shift) == 0 and fit.scale[0] < 1


def test_intervals_of_numbers_cover_nine_of_ten():
    told = RANDOM.uniform(-1, 1, size=(600, 1))
    said = told + RANDOM.normal(scale=0.2, size=told.shape)
    task = Task("dimensional", None, ("valence",))
    fit = fit_answers(said, HeadTargets("dimensional", told, np.ones(told.shape, bool)), task).fit
    assert fit.sd is not None and fit.sd[0] == pytest.approx(0.2, abs=0.03)
    assert (np.abs(said - told) <= 1.645 * fit.sd[0]).mean() == pytest.approx(0.9, abs=0.02)


def test_little_data_leaves_answers_alone():
    targets = HeadTargets("exclusive", np.eye(3)[[0, 1, 2] * 3], np.ones((9, 3), bool))
    found = fit_answers(RANDOM.normal(size=(9, 3)), targets, Task("exclusive", SPACE))
    assert (found.fit.scale == 1).all() and (found.fit.shift == 0).all() and "Only 9 items" in found.notes[0]


def record(place, labels, *votes, vad=None):
    ratings = tuple(Rating(f"r{i}", vote) for i, vote in enumerate(votes))
    return Record(str(place), Signal(f"text number {place}"), "all", labels, vad=vad, ratings=ratings)


def test_votes_are_shares_and_ties_teach():
    some = [record(0, ("a",), ("a",), ("a",), ("b",)), record(1, (), ("b",), ("c",)), record(2, ("c",), ("c",))]
    settled, tied = settle_ties(some, SPACE)
    assert tied == {"1"} and settled[1].labels == ("b",)
    target = make_target("toy", settled, SPACE, split="train")
    soft = head_targets(target, Task("exclusive", SPACE, votes=True))
    np.testing.assert_allclose(soft.values, [[2 / 3, 1 / 3, 0], [0, 0.5, 0.5], [0, 0, 1]])
    hard = head_targets(target, Task("exclusive", SPACE, votes=True), soft=False)
    assert hard.values[0].tolist() == [1, 0, 0]
    above = head_targets(target, Task("ordinal", SPACE, votes=True))
    np.testing.assert_allclose(above.values, [[1 / 3, 0], [1, 0.5], [1, 1]], atol=1e-12)


def test_numbers_that_nobody_gave_are_not_known():
    some = [record(0, (), vad=VAD(0.5, float("nan"), 0.0)), record(1, (), vad=VAD(-0.5, 0.2, 0.0))]
    found = head_targets(
        make_target("toy", some, None, split="train"), Task("dimensional", None, ("valence", "arousal"))
    )
    assert found.known.tolist() == [[True, False], [True, True]] and found.values[1].tolist() == [-0.5, 0.2]
    with pytest.raises(InputError, match="arousal is known of fewer"):
        check_task(make_target("toy", some, None, split="train"), Task("dimensional", None, ("arousal",)))


def test_what_is_odd_is_told():
    assert typo_notes({"joy": 5, "toy": 4}) == []
    twice = (record(0, ("a",)), Record("9", Signal("text number 0"), "all", ("b",)))
    assert "1 texts" in text_notes(twice)[0]
    with pytest.raises(InputError, match="numbers"):
        text_notes(tuple(Record(str(i), Signal(f"{i}.5"), "all", ("a",)) for i in range(4)))
