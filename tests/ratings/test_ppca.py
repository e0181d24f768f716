"""Principal preserved components: recovered dimensions, no false ones, the algebra, what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from affekt.errors import InputError, UnknownNameError
from affekt.ratings import from_values, from_votes
from affekt.ratings.ppca import _rest, preserved_components, principal_preserved, varimax
from affekt.ratings.table import Ratings


def simulated(dimensions: int, *, items: int = 240, raters: int = 8, seed: int = 0) -> Ratings:
    """Levels of four labels; `dimensions` of them are signal that raters share, the rest is each rater's noise."""
    random = np.random.default_rng(seed)
    signal = np.zeros((items, 4))
    signal[:, :dimensions] = random.normal(0, [3.0, 2.0, 1.5, 1.2][:dimensions], (items, dimensions))
    values = signal[:, None, :] + random.normal(0, 1, (items, raters, 4))
    item, rater = np.divmod(np.arange(items * raters), raters)
    return from_values(
        [f"t{i}" for i in item],
        [f"r{r}" for r in rater],
        values.reshape(-1, 4),
        columns=["anger", "fear", "joy", "pride"],
        kind="interval",
    )


@pytest.mark.parametrize("dimensions", [1, 2, 4])
def test_it_finds_as_many_dimensions_as_there_are(dimensions) -> None:
    found = preserved_components(simulated(dimensions, raters=9))
    assert found.significant() == dimensions
    assert found.correlation.shape == found.partial_correlation.shape == (9, 4) and found.items == 240
    assert (np.diff(found.covariance) <= 0).all()
    if dimensions:
        # The directions found span those that hold the signal.
        kept = found.components[:, :dimensions]
        assert np.linalg.norm(kept[:dimensions], 2) > 0.97 and np.abs(kept[dimensions:]).max(initial=0) < 0.2
        assert found.correlation[:, 0].min() > 0.8
        assert np.allclose(found.covariance[0], 9, rtol=0.3)
        assert (np.abs(found.rotated).max(0) > 0.95).all()  # one label each


def test_p_values_are_wilcoxons_with_bonferroni() -> None:
    found = preserved_components(simulated(2, raters=9))
    for i, p in enumerate(found.p_value):
        assert p == pytest.approx(min(1, 4 * stats.wilcoxon(found.partial_correlation[:, i]).pvalue))
    assert np.allclose(found.correlation[:, 0], found.partial_correlation[:, 0])


def test_the_same_seed_gives_the_same() -> None:
    table = simulated(1, items=60, raters=4)
    one, other = (preserved_components(table, seed=3) for _ in range(2))
    assert np.array_equal(one.components, other.components) and np.array_equal(one.p_value, other.p_value)


def test_a_left_out_rater_is_correlated_with_the_mean_of_the_others() -> None:
    """With one column the component is that column: the correlation is plain Spearman."""
    random = np.random.default_rng(1)
    truth = random.normal(0, 1, 50)
    matrix = truth[:, None] + random.normal(0, 1, (50, 4))
    item, rater = np.divmod(np.arange(200), 4)
    table = from_values(
        [f"t{i}" for i in item], [f"r{r}" for r in rater], matrix.reshape(-1, 1), columns=["valence"], kind="interval"
    )
    found = preserved_components(table)
    matrix = matrix.astype(np.float32)
    for i in range(4):
        others = np.delete(matrix, i, axis=1).mean(1)
        assert found.correlation[i, 0] == pytest.approx(stats.spearmanr(matrix[:, i], others)[0], abs=1e-6)


def test_neutral_and_empty_answers_are_left_out() -> None:
    random = np.random.default_rng(2)
    items, raters, labels = [], [], []
    for i in range(120):
        said = ["joy", "anger", "neutral", "sadness"][i % 4]
        for r in range(9):
            items.append(f"t{i}")
            raters.append(f"r{r}")
            labels.append(said if random.random() < 0.8 else random.choice(["joy", "anger", "sadness", "fear"]))
    votes = from_votes(items, raters, labels)
    found = preserved_components(votes, without="neutral")
    assert "neutral" not in found.columns and found.items < 120
    assert found.significant() >= 2
    with pytest.raises(UnknownNameError):
        preserved_components(votes, without="calm")


def test_without_signal_nothing_correlates() -> None:
    """The signed-rank test alone is passed too easily by few raters; the correlations say what it is worth."""
    found = preserved_components(simulated(0, raters=9))
    assert np.abs(found.correlation.mean(0)).max() < 0.1 and np.abs(found.covariance).max() < 0.1


def test_labels_nobody_gave_are_left_out() -> None:
    random = np.random.default_rng(0)
    said = [random.choice(["joy", "anger"]) for _ in range(40)]
    votes = from_votes(
        [f"t{i}" for i in range(40) for _ in range(4)],
        ["ann", "ben", "cy", "di"] * 40,
        [
            said[i] if random.random() < 0.7 else random.choice(["joy", "anger", "fear"])
            for i in range(40)
            for _ in "abcd"
        ],
        space="ekman",
    )
    assert preserved_components(votes).columns == ("anger", "fear", "joy")


def test_what_is_refused() -> None:
    with pytest.raises(InputError, match="at least three raters"):
        preserved_components(from_votes(["t", "t"], ["ann", "ben"], ["joy", "fear"]))
    anonymous = from_votes(["t", "t", "t"], None, ["joy", "fear", "joy"])
    with pytest.raises(InputError, match="anonymous"):
        preserved_components(anonymous)
    thin = from_votes(["t", "t", "u"], ["ann", "ben", "cy"], ["joy", "fear", "joy"])
    with pytest.raises(InputError, match="three raters"):
        preserved_components(thin)
    same = from_votes(["t"] * 3 + ["u"] * 3, ["ann", "ben", "cy"] * 2, ["joy"] * 6)
    with pytest.raises(InputError, match="the same"):
        preserved_components(same)


@given(st.integers(0, 10_000))
def test_components_maximise_covariance_of_the_two_sets(seed) -> None:
    random = np.random.default_rng(seed)
    x = random.normal(0, 1, (30, 4))
    y = x + random.normal(0, 1, (30, 4))
    found = principal_preserved(x, y)
    w = found.components
    assert np.allclose(w.T @ w, np.eye(4))
    scores = [np.cov((x @ w)[:, i], (y @ w)[:, i], bias=True)[0, 1] for i in range(4)]
    assert np.allclose(found.covariance, scores)
    for _ in range(5):  # no other direction has more
        other = random.normal(0, 1, 4)
        other /= np.linalg.norm(other)
        assert np.cov(x @ other, y @ other, bias=True)[0, 1] <= found.covariance[0] + 1e-9
    assert np.allclose(principal_preserved(y, x).covariance, found.covariance)


@given(st.integers(0, 10_000))
def test_varimax_only_turns(seed) -> None:
    loadings = np.linalg.qr(np.random.default_rng(seed).normal(0, 1, (6, 3)))[0]
    turned = varimax(loadings)
    assert np.allclose(turned @ turned.T, loadings @ loadings.T, atol=1e-8)
    assert (turned**2).var(0).sum() >= (loadings**2).var(0).sum() - 1e-9
    assert varimax(np.zeros((6, 0))).shape == (6, 0)


def test_a_partial_correlation_takes_out_what_came_before() -> None:
    random = np.random.default_rng(0)
    before = random.normal(0, 1, (40, 2))
    values = before @ [2.0, -1.0] + random.normal(0, 0.1, 40)
    assert np.abs(before.T @ _rest(values, before)).max() < 1e-9
