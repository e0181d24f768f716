"""Labels: an independent reference from the formulas, scikit-learn, properties, degenerate input."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn import metrics as sk

from affekt.errors import InputError
from affekt.metrics import classification as c

SHAPES = hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=12)
PAIRS = SHAPES.flatmap(lambda shape: st.tuples(hnp.arrays(bool, shape), hnp.arrays(bool, shape)))
# Few distinct values, so that ties are common.
RANKINGS = SHAPES.flatmap(
    lambda shape: st.tuples(
        hnp.arrays(bool, shape), hnp.arrays(float, shape, elements=st.sampled_from([0, 0.2, 0.5, 1]))
    )
)


def f1_by_counting(truth: list[bool], prediction: list[bool]) -> float:
    hits = sum(t and p for t, p in zip(truth, prediction, strict=True))
    if hits == 0:
        return 0.0
    precision, recall = hits / sum(prediction), hits / sum(truth)
    return 2 * precision * recall / (precision + recall)


def average_precision_by_definition(truth: list[bool], probability: list[float]) -> float:
    """Sum over thresholds, highest first, of the recall gained times the precision there."""
    area, recall_before = 0.0, 0.0
    for threshold in sorted(set(probability), reverse=True):
        taken = [t for t, p in zip(truth, probability, strict=True) if p >= threshold]
        recall = sum(taken) / sum(truth)
        area += (recall - recall_before) * sum(taken) / len(taken)
        recall_before = recall
    return area


@given(PAIRS)
def test_f1_equals_the_formula(pair: tuple[np.ndarray, np.ndarray]) -> None:
    truth, prediction = pair
    expected = [f1_by_counting(t, p) for t, p in zip(truth.T.tolist(), prediction.T.tolist(), strict=True)]
    assert np.allclose(c.label_f1(truth, prediction), expected)
    assert math.isclose(c.macro_f1(truth, prediction), sum(expected) / len(expected))
    assert math.isclose(
        c.micro_f1(truth, prediction), f1_by_counting(truth.ravel().tolist(), prediction.ravel().tolist())
    )


@given(PAIRS)
def test_scores_equal_scikit_learn(pair: tuple[np.ndarray, np.ndarray]) -> None:
    truth, prediction = pair
    # A single column is "binary" to scikit-learn, which then scores label 1 alone: the same for us.
    kind = (
        {"average": None, "zero_division": 0.0} if truth.shape[1] > 1 else {"average": "binary", "zero_division": 0.0}
    )
    scores = c.label_scores(truth, prediction)
    for name, function in (("precision", sk.precision_score), ("recall", sk.recall_score), ("f1", sk.f1_score)):
        assert np.allclose(getattr(scores, name), function(truth, prediction, **kind)), name
    assert scores.support.tolist() == truth.sum(0).tolist()
    if truth.shape[1] > 1:
        ours = c.f1_scores(truth, prediction)
        for name in ("macro", "micro", "weighted"):
            expected = sk.f1_score(truth, prediction, average=name, zero_division=0.0)
            assert math.isclose(getattr(ours, name), expected, abs_tol=1e-12), name
    assert math.isclose(c.accuracy(truth, prediction), sk.accuracy_score(truth, prediction))


@given(RANKINGS)
def test_average_precision_equals_definition_and_scikit_learn(pair: tuple[np.ndarray, np.ndarray]) -> None:
    truth, probability = pair
    ours = c.label_average_precision(truth, probability)
    for outcome, said, score in zip(truth.T, probability.T, ours, strict=True):
        if outcome.any():
            assert math.isclose(score, average_precision_by_definition(outcome.tolist(), said.tolist()))
            assert math.isclose(score, sk.average_precision_score(outcome, said))
        else:
            assert math.isnan(score)
    mean = c.mean_average_precision(truth, probability)
    if truth.any(0).all():
        assert math.isclose(mean, sk.average_precision_score(truth, probability, average="macro"))
    elif not truth.any():
        assert math.isnan(mean)


@given(RANKINGS, st.randoms(use_true_random=False))
def test_the_order_of_items_does_not_matter(pair: tuple[np.ndarray, np.ndarray], random: object) -> None:
    truth, probability = pair
    order = list(range(len(truth)))
    random.shuffle(order)  # type: ignore[attr-defined]
    shuffled = c.label_average_precision(truth[order], probability[order])
    assert np.allclose(shuffled, c.label_average_precision(truth, probability), equal_nan=True)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abcd")), min_size=1))
def test_classes(items: list[tuple[str, str]]) -> None:
    truth, prediction = [list(column) for column in zip(*items, strict=True)]
    assert math.isclose(c.accuracy(truth, prediction), sum(t == p for t, p in items) / len(items))
    recalls = [sum(t == p for t, p in items if t == name) / truth.count(name) for name in set(truth)]
    assert math.isclose(c.unweighted_average_recall(truth, prediction), sum(recalls) / len(recalls))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert math.isclose(
            c.unweighted_average_recall(truth, prediction), sk.balanced_accuracy_score(truth, prediction)
        )
    matrices = (c.class_matrix(truth, "abcd"), c.class_matrix(prediction, "abcd"))
    expected = sk.f1_score(truth, prediction, labels=list("abcd"), average=None, zero_division=0.0)
    assert np.allclose(c.label_f1(*matrices), expected)


def test_nothing_divided_by_nothing_is_zero() -> None:
    scores = c.label_scores([[0, 1, 0]], [[0, 0, 1]])
    assert scores.precision.tolist() == scores.recall.tolist() == scores.f1.tolist() == [0, 0, 0]
    assert c.f1_scores([[0]], [[0]]) == (0, 0, 0)


PAIRED: list[Callable[..., object]] = [c.label_scores, c.f1_scores, c.mean_average_precision]
FLAT: list[Callable[..., object]] = [c.average_precision, c.accuracy, c.unweighted_average_recall]


@pytest.mark.parametrize("metric", [*PAIRED, *FLAT])
def test_bad_input_is_named(metric: Callable[..., object]) -> None:
    wrap = (lambda values: np.array([values])) if metric in PAIRED else np.array
    with pytest.raises(InputError, match=r"differ in shape: .*2.* and .*3"):
        metric(wrap([0, 1]), wrap([0, 1, 1]))
    with pytest.raises(InputError, match="is empty"):
        metric(np.zeros((0, 2) if metric in PAIRED else 0), np.zeros((0, 2) if metric in PAIRED else 0))
    with pytest.raises(InputError, match="NaN"):
        metric(wrap([0.0, np.nan]), wrap([0.0, 1.0]))


def test_other_bad_input_is_named() -> None:
    with pytest.raises(InputError, match=r"0 and 1 only, got 0\.5"):
        c.f1_scores([[0.5]], [[1]])
    with pytest.raises(InputError, match=r"\(item, label\)"):
        c.f1_scores([1, 0], [1, 0])
    with pytest.raises(InputError, match=r"\[0, 1\], got 3"):
        c.average_precision([1, 0], [0.5, 3])
    with pytest.raises(InputError, match="'rage' is none of the classes joy, fear"):
        c.class_matrix(["joy", "rage"], ["joy", "fear"])
    with pytest.raises(InputError, match="1 NaN or None"):
        c.accuracy(["joy", None], ["joy", "joy"])
    with pytest.raises(InputError, match="must hold numbers"):
        c.f1_scores([["x"]], [[1]])
    with pytest.raises(InputError, match="For matrices take label_scores"):
        c.unweighted_average_recall([[1, 0]], [[1, 0]])
