"""Dialogues, judges, intensities, conflicts between modalities: hand values and properties."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from affekt.errors import InputError
from affekt.metrics import dialogue as d
from affekt.metrics import intensity as i
from affekt.metrics import judged as j
from affekt.metrics import modalities as m
from affekt.metrics.classification import accuracy
from affekt.metrics.regression import pearson, rmse, spearman

EMOTIONS = np.array(["joy", "joy", "fear", "joy", "fear", "fear"])
DIALOGUES = np.array([1, 1, 1, 1, 2, 2])
SPEAKERS = np.array(["a", "b", "a", "a", "a", "a"])


def test_shifts_by_hand() -> None:
    shifts = d.emotion_shifts(EMOTIONS, DIALOGUES, SPEAKERS)
    # Speaker a of dialogue 1 says joy, fear, joy; the dialogue starts anew at turn 5.
    assert shifts.within.tolist() == [False, False, True, True, False, False]
    assert shifts.first.tolist() == [True, True, False, False, True, False]
    assert shifts.between.tolist() == [False, False, True, False, False, False]


def test_a_metric_at_shifts() -> None:
    said = np.array(["joy", "joy", "joy", "joy", "fear", "fear"])
    scores = d.by_shift(accuracy, EMOTIONS, said, dialogue=DIALOGUES, speaker=SPEAKERS, resamples=20)
    assert (scores.shifts, scores.stays) == (2, 1)
    assert scores.shift is not None and scores.shift.value == 0.5
    assert scores.stay is not None and scores.stay.value == 1
    calm = d.by_shift(accuracy, ["joy", "joy"], ["joy", "joy"], dialogue=[1, 1], speaker=["a", "a"], resamples=5)
    assert calm.shift is None and calm.shifts == 0


def test_cross_turn_reasoning_on_four_turns() -> None:
    delta = [[1.0, 0.5, 0.0], [0.4, 1.0, 0.2], [0.0, 0.3, 1.0]]
    # 0→0: 1, 0→1: 0.5, 1→2: 0.2
    assert d.cross_turn_reasoning_score([0, 0, 1, 2], delta) == pytest.approx((1 + 0.5 + 0.2) / 3)
    soft = np.array([[1, 0, 0], [0.5, 0.5, 0], [0, 1, 0], [0, 1, 0]])
    assert d.cross_turn_reasoning_score(soft, delta) == pytest.approx((0.75 + (0.25 + 0.5) + 1) / 3)


def test_a_coherent_dialogue_ranks_above_its_shuffled_copy() -> None:
    random = np.random.default_rng(0)
    labels = ["joy", "neutral", "anger"]
    stays = [[0.7, 0.3, 0.0], [0.15, 0.7, 0.15], [0.0, 0.3, 0.7]]

    def talk(turns: int) -> list[int]:
        said = [1]
        for _ in range(turns - 1):
            said.append(int(random.choice(3, p=stays[said[-1]])))
        return said

    human = [talk(12) for _ in range(100)]
    names = [labels[turn] for dialogue in human for turn in dialogue]
    delta = d.transition_plausibility(names, np.repeat(np.arange(100), 12), labels)
    assert (delta.max(axis=1) == 1).all() and delta[0, 2] < 0.05
    kept, mixed = [], []
    for _ in range(200):
        turns = np.array(talk(12))
        kept.append(d.cross_turn_reasoning_score(turns, delta))
        mixed.append(d.cross_turn_reasoning_score(random.permutation(turns), delta))
    assert np.mean(kept) > np.mean(mixed) + 0.05 and np.mean(np.array(kept) >= mixed) > 0.8


@given(
    hnp.arrays(int, st.integers(2, 9), elements=st.integers(0, 2)), hnp.arrays(float, (3, 3), elements=st.floats(0, 1))
)
def test_cross_turn_score_range(turns: np.ndarray, delta: np.ndarray) -> None:
    value = d.cross_turn_reasoning_score(turns, delta)
    assert delta.min() - 1e-9 <= value <= delta.max() + 1e-9
    assert value == pytest.approx(np.mean([delta[a, b] for a, b in pairwise(turns)]))


@pytest.mark.parametrize(
    ("answer", "score"),
    [
        ("8", 8),
        ("Score: 7.5", 7.5),
        ("2 of 3 clues match, so I say 6/10.", 6),
        ("I'd give it 9 out of 10", 9),
        ("First 3, then I settle on 4", 4),
        ("-1", math.nan),
        ("11", math.nan),
        ("no idea", math.nan),
        ("GPT4 thinks so", math.nan),
    ],
)
def test_scores_are_read(answer: str, score: float) -> None:
    assert j.read_score(answer, low=0, high=10) == pytest.approx(score, nan_ok=True)


def test_overlap_of_a_scripted_judge() -> None:
    scores = j.overlap_score(["10", "5/10", "sorry"])
    assert scores.mean == 0.75 and (scores.parsed, scores.unparsed) == (2, 1)
    assert math.isnan(j.overlap_score(["?"]).mean)


def test_statements() -> None:
    truth = [True, False] * 4
    yes = j.statement_scores(truth, [True] * 8, facets=["context", "interpretation"] * 4)
    assert (yes.accuracy, yes.yes_bias) == (0.5, 0.5)
    assert yes.by_facet == {"context": 1, "interpretation": 0}
    assert j.statement_scores(truth, list(truth)).yes_bias == 0
    silent = j.statement_scores(truth, [None] * 8)
    assert silent.accuracy == 0 and silent.unanswered == 1 and math.isnan(silent.yes_bias)


@given(hnp.arrays(float, (4, 5), elements=st.floats(0.01, 1)))
def test_expected_rating(weights: np.ndarray) -> None:
    shares = weights / weights.sum(axis=1, keepdims=True)
    ratings = j.expected_rating(shares, [1, 2, 3, 4, 5])
    assert np.allclose(ratings, [sum(p * (k + 1) for k, p in enumerate(row)) for row in shares])
    assert (ratings >= 1).all() and (ratings <= 5).all()


def test_intensities_equal_the_single_metrics() -> None:
    random = np.random.default_rng(1)
    truth = random.integers(0, 3, (50, 4)).astype(float)
    said = truth + random.normal(size=truth.shape)
    said[:10, 1] = np.nan
    said[:, 3] = np.nan
    report = i.intensity_report(truth, said, ["joy", "awe", "sadness", "pain"], groups=["high", "low", "low", "low"])
    for place, label in enumerate(("joy", "awe", "sadness")):
        known = ~np.isnan(said[:, place])
        pair = truth[known, place], said[known, place]
        scores = report.emotions[label]
        assert scores.pearson == pytest.approx(pearson(*pair)) and scores.spearman == pytest.approx(spearman(*pair))
        assert scores.rmse == pytest.approx(rmse(*pair)) and scores.refused == pytest.approx(1 - known.mean())
    assert report.emotions["pain"].refused == 1 and math.isnan(report.emotions["pain"].pearson)
    low = [report.emotions[label].pearson for label in ("awe", "sadness")]
    assert report.groups["low"].pearson == pytest.approx(np.mean(low))
    assert report.groups["low"].refused == pytest.approx((0.2 + 0 + 1) / 3)
    assert report.groups["high"] == report.emotions["joy"]


def test_conflicts_by_hand() -> None:
    audio, video = ["joy", "fear", "joy", "joy"], ["fear", "joy", "fear", "joy"]
    said = ["joy", "fear", "anger", "joy"]
    reliance = m.modality_reliance(said, {"audio": audio, "video": video})
    assert reliance.conflicts == 3
    assert reliance.follows == {"audio": pytest.approx(2 / 3), "video": 0} and reliance.neither == pytest.approx(1 / 3)
    scores = m.conflict_scores(
        ["joy", "joy", "fear", "joy"], said, ["audio-aligned", "video-aligned", "video-aligned", "consistent"]
    )
    assert scores.accuracy == {"audio-aligned": 1, "consistent": 1, "video-aligned": 0} and scores.gap == 1
    assert math.isnan(m.conflict_scores(["joy"], ["joy"], ["consistent"]).gap)


def test_bad_input() -> None:
    with pytest.raises(InputError, match="none of the labels"):
        d.transition_plausibility(["joy"], [1], ["fear"])
    with pytest.raises(InputError, match="two turns"):
        d.cross_turn_reasoning_score([0], [[1.0]])
    with pytest.raises(InputError, match="0 to 0"):
        d.cross_turn_reasoning_score([0, 1], [[1.0]])
    with pytest.raises(InputError, match="No item"):
        m.modality_reliance(["joy"], {"audio": ["joy"], "video": ["joy"]})
    with pytest.raises(InputError, match="compares modalities"):
        m.modality_reliance(["joy"], {"audio": ["joy"]})
    with pytest.raises(InputError, match="high must be above"):
        j.overlap_score(["1"], low=1, high=1)
    with pytest.raises(InputError, match="name a group"):
        i.intensity_report([[1.0]], [[1.0]], ["joy"], groups=["a", "b"])
