import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from affekt.errors import InputError
from affekt.evaluation.zero_shot import (
    alternating_split,
    decide_fully_unseen,
    decide_partially_unseen,
    zero_shot_scores,
)

PAPER = ["guilt", "love", "joy", "sadness", "anger", "disgust", "fear", "surprise", "shame"]


def test_the_splits_of_the_paper_are_met_whatever_the_order():
    assert alternating_split(PAPER, 0) == ("sadness", "anger", "fear", "shame", "love")
    assert alternating_split(PAPER, 1) == ("joy", "disgust", "surprise", "guilt")


def test_labels_outside_the_paper_alternate_too():
    seen = alternating_split(["a", "b", "c", "d", "e"], 0), alternating_split(["a", "b", "c", "d", "e"], 1)
    assert seen == (("a", "c", "e"), ("b", "d"))
    with pytest.raises(InputError, match="two splits"):
        alternating_split(PAPER, 2)
    with pytest.raises(InputError, match="two at least"):
        alternating_split(["joy"])


def by_hand(scores, seen, limit, margin):
    """The four cases of the authors' decision, one text at a time."""
    chosen = []
    for row in scores:
        inside = [(p, i) for i, p in enumerate(row) if seen[i]]
        outside = [(p, i) for i, p in enumerate(row) if not seen[i]]
        one, other = max(inside, key=lambda x: x[0]), max(outside, key=lambda x: x[0])
        if one[0] > limit and other[0] > limit:
            chosen.append(one[1] if one[0] - other[0] > margin else other[1])
        elif other[0] > limit:
            chosen.append(other[1])
        elif one[0] > limit:
            chosen.append(one[1])
        else:
            chosen.append(-1)
    return chosen


@given(st.integers(0, 10_000), st.integers(2, 6))
def test_decisions_are_those_of_the_four_cases(seed, labels):
    random = np.random.default_rng(seed)
    scores = random.random((20, labels))
    seen = np.zeros(labels, bool)
    seen[: labels // 2] = True
    expected = by_hand(scores.tolist(), seen, 0.5, 0.05)
    assert decide_partially_unseen(scores, seen).tolist() == expected


def test_fully_unseen_takes_the_best_over_the_limit():
    scores = [[0.2, 0.6], [0.3, 0.4]]
    assert decide_fully_unseen(scores).tolist() == [1, -1]
    assert decide_fully_unseen(scores, limit=None).tolist() == [1, 1]
    assert decide_fully_unseen(np.zeros((0, 2))).tolist() == []


@given(st.integers(0, 10_000))
def test_the_sides_are_support_weighted_f1(seed):
    random = np.random.default_rng(seed)
    labels = ["joy", "fear", "anger", "love"]
    truth = random.choice([*labels, "none"], 40)
    chosen = random.integers(-1, 4, 40)
    said = np.array([*labels, "none"])[chosen]
    found = zero_shot_scores(truth.tolist(), chosen, labels, seen=["joy", "love"], nothing="none")
    each = dict(
        zip(
            [*labels, "none"],
            f1_score(truth, said, labels=[*labels, "none"], average=None, zero_division=0),
            strict=True,
        )
    )
    for side, inside in (("seen", ["joy", "love"]), ("unseen", ["fear", "anger"])):
        counts = np.array([(truth == label).sum() for label in inside])
        expected = np.dot(counts, [each[label] for label in inside]) / counts.sum()
        assert getattr(found, side) == pytest.approx(expected)
    assert found.overall == pytest.approx(
        f1_score(truth, said, labels=[*labels, "none"], average="weighted", zero_division=0)
    )
    low, high = sorted((found.seen, found.unseen))
    assert low - 1e-9 <= found.harmonic <= high + 1e-9


def test_perfect_worst_and_one_sided():
    truth, labels = ["joy", "fear", "joy"], ["joy", "fear"]
    right = zero_shot_scores(truth, [0, 1, 0], labels, seen=["joy"])
    assert (right.seen, right.unseen, right.harmonic, right.overall) == (1, 1, 1, 1)
    wrong = zero_shot_scores(truth, [1, 0, 1], labels, seen=["joy"])
    assert (wrong.seen, wrong.unseen, wrong.harmonic) == (0, 0, 0)
    assert np.isnan(zero_shot_scores(["joy"], [0], labels, seen=["joy"]).harmonic)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((["joy"], [0, 1], ["joy"]), "1 true labels"),
        ((["love"], [0], ["joy"]), "true label 'love'"),
        ((["joy"], [1], ["joy"]), "place of a label"),
        ((["joy"], [0.0], ["joy"]), "place of a label"),
    ],
)
def test_what_cannot_be_scored_is_refused(arguments, told):
    with pytest.raises(InputError, match=told):
        zero_shot_scores(*arguments)
    with pytest.raises(InputError, match="seen label"):
        zero_shot_scores(["joy"], [0], ["joy"], seen=["rage"])
    with pytest.raises(InputError, match="NaN"):
        decide_fully_unseen([[np.nan, 0.1]])
    with pytest.raises(InputError, match="whether it was"):
        decide_partially_unseen([[0.1, 0.2]], [True])
