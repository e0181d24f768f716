"""One class an item, and several: scikit-learn as the reference, counting by hand, properties."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn import metrics as sk

from affekt.errors import InputError
from affekt.metrics import multi_label as m
from affekt.metrics import single_label as s

CLASSES = st.lists(st.tuples(st.sampled_from("abcn"), st.sampled_from("abcn")), min_size=1).map(
    lambda items: tuple(np.array(side) for side in zip(*items, strict=True))
)
SHAPES = hnp.array_shapes(min_dims=2, max_dims=2, min_side=2, max_side=8)
SETS = SHAPES.flatmap(lambda shape: st.tuples(hnp.arrays(bool, shape), hnp.arrays(bool, shape)))
RANKINGS = SHAPES.flatmap(
    lambda shape: st.tuples(
        hnp.arrays(bool, shape), hnp.arrays(float, shape, elements=st.sampled_from([0, 0.2, 0.5, 1]))
    )
)


@given(CLASSES, st.sampled_from(["macro", "micro", "weighted"]), st.booleans())
def test_class_f1_equals_scikit_learn(pair: tuple[np.ndarray, np.ndarray], average: str, leave_out: bool) -> None:
    kept = sorted(set(np.concatenate(pair)) - ({"n"} if leave_out else set()))
    exclude = ("n",) if leave_out else ()
    if not kept:
        with pytest.raises(InputError, match="No class is left"):
            s.class_f1(*pair, average=average, exclude=exclude)
        return
    expected = sk.f1_score(*pair, labels=kept, average=average, zero_division=0.0)
    assert math.isclose(s.class_f1(*pair, average=average, exclude=exclude), expected, abs_tol=1e-12)


@given(CLASSES)
def test_recalls_and_confusion_equal_scikit_learn(pair: tuple[np.ndarray, np.ndarray]) -> None:
    matrix = s.confusion_matrix(*pair)
    assert s.weighted_average_recall(*pair) == pytest.approx(sk.accuracy_score(*pair))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a class only predicted, or a single one
        assert (matrix.counts == sk.confusion_matrix(*pair, labels=list(matrix.classes))).all()
        assert s.balanced_accuracy(*pair) == pytest.approx(sk.balanced_accuracy_score(*pair))
        if len(set(pair[0])) > 1:
            expected = sk.balanced_accuracy_score(*pair, adjusted=True)
            assert s.balanced_accuracy(*pair, adjusted=True) == pytest.approx(expected, abs=1e-12)
        else:
            assert math.isnan(s.balanced_accuracy(*pair, adjusted=True))
    recalls = s.class_recall(*pair, ["a", "b", "c", "n"])
    for name, recall in zip("abcn", recalls, strict=True):
        held = pair[0] == name
        assert math.isnan(recall) if not held.any() else recall == pytest.approx((pair[1][held] == name).mean())


@given(RANKINGS, st.integers(1, 2), st.randoms(use_true_random=False))
def test_k_best(ranking: tuple[np.ndarray, np.ndarray], k: int, random: object) -> None:
    scores = ranking[1]
    truth = ranking[0].argmax(axis=1)
    hits = 0
    for place, row in zip(truth.tolist(), scores.tolist(), strict=True):
        hits += place in sorted(range(len(row)), key=lambda label: (-row[label], label))[:k]
    assert s.k_best_accuracy(truth, scores, k=k) == hits / len(truth)
    assert s.k_best_accuracy(truth, scores, k=scores.shape[1]) == 1
    distinct = np.argsort(np.argsort(scores + np.arange(scores.shape[1]) * 1e-3, axis=1), axis=1).astype(float)
    if scores.shape[1] > 2:
        expected = sk.top_k_accuracy_score(truth, distinct, k=k, labels=np.arange(scores.shape[1]))
        assert s.k_best_accuracy(truth, distinct, k=k) == pytest.approx(expected)
    order = list(range(len(truth)))
    random.shuffle(order)  # type: ignore[attr-defined]
    assert s.k_best_accuracy(truth[order], scores[order], k=k) == s.k_best_accuracy(truth, scores, k=k)


def test_k_best_takes_any_true_label() -> None:
    assert s.k_best_accuracy([[1, 0, 1], [0, 0, 0]], [[0.1, 0.7, 0.2], [1, 0, 0]], k=2) == 0.5


@given(SETS)
def test_sets_equal_scikit_learn(pair: tuple[np.ndarray, np.ndarray]) -> None:
    expected = sk.jaccard_score(*pair, average="samples", zero_division=1.0)
    assert m.jaccard(*pair) == pytest.approx(expected)
    assert m.hamming_loss(*pair) == pytest.approx(sk.hamming_loss(*pair))
    assert m.jaccard(pair[0], pair[0]) == 1 and m.hamming_loss(pair[0], ~pair[0]) == 1


@given(RANKINGS)
def test_rankings_equal_scikit_learn(pair: tuple[np.ndarray, np.ndarray]) -> None:
    ours = m.label_ranking_average_precision(*pair)
    assert ours == pytest.approx(sk.label_ranking_average_precision_score(*pair))
    assert 0 < ours <= 1
    distinct = pair[1] + np.arange(pair[1].shape[1]) * 1e-3
    assert m.ranking_loss(pair[0], distinct) == pytest.approx(sk.label_ranking_loss(pair[0], distinct))
    assert m.label_ranking_average_precision(pair[0], pair[0].astype(float)) == 1


def test_ties_count_half_in_the_ranking_loss() -> None:
    assert m.ranking_loss([[1, 0]], [[0.5, 0.5]]) == 0.5


@given(SETS)
def test_impossible_pairs_equal_counting(pair: tuple[np.ndarray, np.ndarray]) -> None:
    said = pair[0]
    labels = said.shape[1]
    never = np.zeros((labels, labels), bool)
    never[0, 1] = never[1, 0] = True
    assert m.impossible_pair_rate(said, never) == pytest.approx((said[:, 0] & said[:, 1]).mean())
    assert m.impossible_pair_rate(said, np.zeros((labels, labels))) == 0


def test_bad_input() -> None:
    with pytest.raises(InputError, match="none of the classes"):
        s.confusion_matrix(["a"], ["b"], classes=["a"])
    with pytest.raises(InputError, match="average must be"):
        s.class_f1(["a"], ["a"], average="samples")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="k must lie"):
        s.k_best_accuracy([0], [[0.5, 0.5]], k=3)
    with pytest.raises(InputError, match="places of labels"):
        s.k_best_accuracy([2], [[0.5, 0.5]], k=1)
    with pytest.raises(InputError, match="symmetric"):
        m.impossible_pair_rate([[1, 0]], [[0, 1], [0, 0]])
    with pytest.raises(InputError, match="NaN"):
        m.label_ranking_average_precision([[1, 0]], [[float("nan"), 0]])
