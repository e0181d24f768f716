"""The cumulative link: against its formula, against logistic regression, with ranges, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import check_grad
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from affekt.errors import InputError
from affekt.training.cumulative_link import CumulativeLink, LinkOptions, _likelihood, fit_cumulative_link

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(400, 5))
WEIGHTS = RANDOM.normal(size=(5, 2))
LEVELS = (((X @ WEIGHTS + RANDOM.logistic(size=(400, 2)))[:, :, None]) > np.array([-0.5, 1.0, 2.0])).sum(2)


def plain(score, level, cuts):
    """Minus the log-likelihood, straight from P(y >= k) = sigma(s - theta_k)."""
    at_least = [1.0, *(1 / (1 + np.exp(cut - score)) for cut in cuts), 0.0]
    return -np.log(at_least[level] - at_least[level + 1])


def test_the_likelihood_is_the_formulas_and_its_slopes_are_right():
    cuts = np.array([[-0.5, 0.1], [1.0, 0.4], [2.0, 2.5]])
    score = X @ WEIGHTS
    loss, by_score, by_cut = _likelihood(score, LEVELS, LEVELS, cuts)
    expected = sum(plain(score[i, e], LEVELS[i, e], cuts[:, e]) for i in range(400) for e in range(2))
    assert loss == pytest.approx(expected)
    of_score = check_grad(
        lambda s: _likelihood(s.reshape(400, 2), LEVELS, LEVELS, cuts)[0], lambda s: by_score.ravel(), score.ravel()
    )
    of_cut = check_grad(
        lambda c: _likelihood(score, LEVELS, LEVELS, c.reshape(3, 2))[0], lambda c: by_cut.ravel(), cuts.ravel()
    )
    assert of_score < 1e-3 and of_cut < 1e-3


def test_it_finds_what_was_planted_from_sparse_features_too():
    model = fit_cumulative_link(csr_matrix(X), LEVELS, LEVELS, options=LinkOptions(penalty=0.01, steps=300))
    assert np.allclose(model.weights, WEIGHTS, atol=0.35)
    assert np.allclose(model.cuts, [[-0.5, 1.0, 2.0]] * 2, atol=0.5)
    assert (np.diff(model.cuts, axis=1) > 0).all()
    levels = model.probabilities(X)
    assert np.allclose(levels.sum(2), 1) and (levels >= 0).all()
    assert np.allclose(model.expected(X), levels @ np.arange(4))


def test_with_two_levels_it_is_logistic_regression():
    held = (LEVELS > 0).astype(int)
    model = fit_cumulative_link(X, held, held, options=LinkOptions(levels=2, penalty=1.0, steps=500))
    for place in range(2):
        peer = LogisticRegression(C=1.0, tol=1e-8, max_iter=1000).fit(X, held[:, place])
        assert np.allclose(model.weights[:, place], peer.coef_[0], atol=0.02)
        assert model.cuts[place, 0] == pytest.approx(-peer.intercept_[0], abs=0.02)


def test_labels_without_intensity_teach_presence_and_unjudged_items_nothing():
    low, high = LEVELS.copy(), LEVELS.copy()
    low[:200], high[:200] = np.minimum(LEVELS[:200], 1), np.where(LEVELS[:200] > 0, 3, 0)
    whole = fit_cumulative_link(X, low, high)
    assert np.corrcoef(whole.expected(X)[:, 0], LEVELS[:, 0])[0, 1] > 0.6
    added = np.concatenate([X, RANDOM.normal(size=(100, 5))])
    nothing = [np.concatenate([side, np.full((100, 2), end)]) for side, end in ((low, 0), (high, 3))]
    settled, again = (
        fit_cumulative_link(*data, options=LinkOptions(steps=500)) for data in ((X, low, high), (added, *nothing))
    )
    assert np.allclose(settled.weights, again.weights, atol=0.02)


def test_a_level_nobody_gave_and_a_start():
    level = np.minimum(LEVELS, 1)
    model = fit_cumulative_link(X, level, level)
    assert np.isfinite(model.cuts).all() and (model.probabilities(X)[:, :, 3] < 0.05).all()
    again = fit_cumulative_link(X, level, level, start=model)
    assert np.allclose(again.at_least(X), model.at_least(X), atol=0.02)


def test_scores_far_out_stay_finite():
    cuts = np.array([[0.0], [1.0], [2.0]])
    for score in (-800.0, 800.0):
        for level in range(4):
            levels = np.array([[level]])
            assert all(np.isfinite(each).all() for each in _likelihood(np.array([[score]]), levels, levels, cuts))


def test_what_is_refused():
    with pytest.raises(InputError, match="low never above high"):
        fit_cumulative_link(X, LEVELS + 1, LEVELS)
    with pytest.raises(InputError, match="from 0 to 3"):
        fit_cumulative_link(X, LEVELS, LEVELS + 3)
    with pytest.raises(InputError, match="400 items"):
        fit_cumulative_link(X, LEVELS[:5], LEVELS[:5])
    with pytest.raises(InputError, match="penalty"):
        fit_cumulative_link(X, LEVELS, LEVELS, options=LinkOptions(penalty=0))
    assert CumulativeLink(np.zeros((1, 1)), np.zeros((1, 3))).expected([[1.0]]) == pytest.approx(1.5)
