"""Distributions of votes: formulas written out, scipy, properties, degenerate input."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from affekt.errors import InputError
from affekt.metrics import distribution as d

SHAPES = hnp.array_shapes(min_dims=2, max_dims=2, min_side=2, max_side=7)


def shares(array: np.ndarray) -> np.ndarray:
    return array / array.sum(axis=1, keepdims=True)


VOTES = st.integers(0, 6)
PAIRS = SHAPES.flatmap(
    lambda shape: st.tuples(
        hnp.arrays(float, shape, elements=VOTES).filter(lambda a: (a.sum(axis=1) > 0).all()).map(shares),
        hnp.arrays(float, shape, elements=st.integers(1, 6)).map(shares),
    )
)
MEASURES = (d.kl_divergence, d.js_divergence, d.total_variation, d.cross_entropy, d.wasserstein)


@given(PAIRS)
def test_divergences_equal_the_formulas(pair: tuple[np.ndarray, np.ndarray]) -> None:
    kl, entropy, js = [], [], []
    for t_row, p_row in zip(*(side.tolist() for side in pair), strict=True):
        kl.append(sum(t * math.log(t / p) for t, p in zip(t_row, p_row, strict=True) if t))
        entropy.append(sum(-t * math.log(p) for t, p in zip(t_row, p_row, strict=True) if t))
        middle = [(t + p) / 2 for t, p in zip(t_row, p_row, strict=True)]
        js.append(
            sum(t * math.log(t / m) / 2 for t, m in zip(t_row, middle, strict=True) if t)
            + sum(p * math.log(p / m) / 2 for p, m in zip(p_row, middle, strict=True) if p)
        )
    assert np.allclose(d.item_kl(*pair), kl) and math.isclose(d.kl_divergence(*pair), np.mean(kl), abs_tol=1e-12)
    assert np.allclose(d.item_cross_entropy(*pair), entropy)
    assert np.allclose(d.item_js(*pair), js, atol=1e-12)
    assert np.allclose(d.item_cross_entropy(*pair), d.item_kl(*pair) + d.item_entropy(pair[0]))


@given(PAIRS)
def test_divergences_equal_scipy(pair: tuple[np.ndarray, np.ndarray]) -> None:
    from scipy.spatial.distance import jensenshannon

    assert np.allclose(d.item_kl(*pair), stats.entropy(pair[0], pair[1], axis=1))
    assert np.allclose(d.item_entropy(pair[0]), stats.entropy(pair[0], axis=1))
    assert np.allclose(d.item_js(*pair), jensenshannon(*pair, axis=1) ** 2, atol=1e-9)


@given(PAIRS)
def test_wasserstein_on_a_line_equals_scipy_and_the_linear_program(pair: tuple[np.ndarray, np.ndarray]) -> None:
    positions = np.arange(pair[0].shape[1]) ** 1.5
    expected = [stats.wasserstein_distance(positions, positions, *rows) for rows in zip(*pair, strict=True)]
    assert np.allclose(d.item_wasserstein(*pair, positions=positions), expected)
    distances = np.abs(positions[:, None] - positions)
    assert np.allclose(d.item_wasserstein(*pair, distances=distances), expected, atol=1e-8)


@given(PAIRS)
def test_wasserstein_on_a_circle_equals_the_linear_program(pair: tuple[np.ndarray, np.ndarray]) -> None:
    labels = pair[0].shape[1]
    positions = np.arange(labels) * 360 / labels
    apart = np.abs(positions[:, None] - positions)
    expected = d.item_wasserstein(*pair, distances=np.minimum(apart, 360 - apart))
    assert np.allclose(d.item_wasserstein(*pair, positions=positions, circumference=360), expected, atol=1e-6)


@given(PAIRS, st.randoms(use_true_random=False))
def test_ranges_and_order(pair: tuple[np.ndarray, np.ndarray], random: object) -> None:
    order = list(range(len(pair[0])))
    random.shuffle(order)  # type: ignore[attr-defined]
    for measure in MEASURES:
        value = measure(*pair)
        assert value >= 0
        assert math.isclose(value, measure(pair[0][order], pair[1][order]), abs_tol=1e-12)
    assert d.js_divergence(*pair) <= math.log(2) + 1e-12
    assert math.isclose(d.js_divergence(*pair), d.js_divergence(*pair[::-1]), abs_tol=1e-12)
    assert d.total_variation(*pair) <= 1
    # Pinsker: total variation is at most √(KL / 2), item by item.
    assert (d.item_total_variation(*pair) <= np.sqrt(d.item_kl(*pair) / 2) + 1e-9).all()
    scores = d.label_distribution_scores(*pair)
    assert math.isclose(scores.intersection, 1 - d.total_variation(*pair))
    labels = list(range(pair[0].shape[1]))
    random.shuffle(labels)  # type: ignore[attr-defined]
    turned = d.label_distribution_scores(pair[0][:, labels], pair[1][:, labels])
    assert np.allclose(scores, turned)


@given(PAIRS)
def test_perfect(pair: tuple[np.ndarray, np.ndarray]) -> None:
    for measure in (d.kl_divergence, d.js_divergence, d.total_variation, d.wasserstein):
        assert measure(pair[1], pair[1]) == pytest.approx(0, abs=1e-12)


def test_worst() -> None:
    apart = ([[1, 0]], [[0, 1]])
    assert d.kl_divergence(*apart) == math.inf and d.cross_entropy(*apart) == math.inf
    assert d.js_divergence(*apart) == pytest.approx(math.log(2))
    assert d.total_variation(*apart) == 1


def test_label_distribution_measures_equal_the_formulas() -> None:
    t, p = [0.5, 0.3, 0.2, 0.0], [0.4, 0.4, 0.2, 0.0]
    scores = d.label_distribution_scores([t], [p])
    pairs = [(a, b) for a, b in zip(t, p, strict=True) if a + b]
    assert scores.chebyshev == pytest.approx(0.1)
    assert scores.clark == pytest.approx(math.sqrt(sum((a - b) ** 2 / (a + b) ** 2 for a, b in pairs)))
    assert scores.canberra == pytest.approx(sum(abs(a - b) / (a + b) for a, b in pairs))
    assert scores.cosine == pytest.approx(np.dot(t, p) / np.linalg.norm(t) / np.linalg.norm(p))


@given(SHAPES.flatmap(lambda s: st.tuples(*(hnp.arrays(float, s, elements=st.floats(0.01, 0.99)) for _ in "ab"))))
def test_bernoulli_kl_equals_the_formula(pair: tuple[np.ndarray, np.ndarray]) -> None:
    t, p = pair
    expected = (t * np.log(t / p) + (1 - t) * np.log((1 - t) / (1 - p))).sum(axis=1)
    assert np.allclose(d.item_bernoulli_kl(t, p), expected, atol=1e-9)


def test_bernoulli_kl_of_certain_votes() -> None:
    assert d.bernoulli_kl([[0.0, 1.0]], [[0.0, 1.0]]) == 0
    assert d.bernoulli_kl([[0.5]], [[0.0]]) == math.inf


def test_spread_of_raters() -> None:
    assert d.within_rater_spread([0, 0, 0], [0.2, 0.2, 0], [0.1, 0.3, 0]) == pytest.approx(2 / 3)
    with pytest.raises(InputError, match="spread must be at least 0"):
        d.within_rater_spread([0], [-1], [0])


@given(hnp.arrays(int, (5, 3), elements=VOTES).filter(lambda a: (a.sum(axis=1) > 1).all()))
def test_spread_of_votes_equals_counting_pairs(counts: np.ndarray) -> None:
    prediction = np.full((5, 3), 1 / 3)
    inside = 0
    for row in counts:
        votes = [label for label, count in enumerate(row) for _ in range(count)]
        pairs = [a != b for i, a in enumerate(votes) for j, b in enumerate(votes) if i != j]
        inside += abs(row / row.sum() - 1 / 3).sum() / 2 <= np.mean(pairs) + 1e-12
    assert d.within_vote_spread(counts, prediction) == inside / 5


@pytest.mark.parametrize(
    ("truth", "prediction", "message"),
    [
        ([[2, 1]], [[0.5, 0.5]], r"must lie in \[0, 1\]"),
        ([[0.2, 0.2]], [[0.5, 0.5]], "adds up to 0.4"),
        ([0.5, 0.5], [0.5, 0.5], "distributions"),
        ([[0.5, 0.5]], [[0.2, 0.3, 0.5]], "differ in shape"),
        ([[float("nan"), 1]], [[0.5, 0.5]], "NaN"),
        ([], [], "empty"),
    ],
)
def test_bad_input(truth: list, prediction: list, message: str) -> None:
    with pytest.raises(InputError, match=message):
        d.kl_divergence(truth, prediction)


def test_bad_label_metrics() -> None:
    rows = [[0.5, 0.5]], [[1.0, 0.0]]
    with pytest.raises(InputError, match="must be a metric"):
        d.wasserstein(*rows, distances=[[0, 1], [2, 0]])
    with pytest.raises(InputError, match="not both"):
        d.wasserstein(*rows, distances=np.zeros((2, 2)), positions=[0, 1])
    with pytest.raises(InputError, match="span less"):
        d.wasserstein(*rows, positions=[0, 4], circumference=4)
    with pytest.raises(InputError, match="spread needs two"):
        d.within_vote_spread([[1, 0]], [[0.5, 0.5]])
