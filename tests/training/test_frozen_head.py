"""The head on frozen features: each likelihood against one written from its formula, and what its ridge does."""

from __future__ import annotations

import numpy as np
import pytest

from affekt.errors import InputError
from affekt.training.frozen_head import Head, HeadSettings, HeadTargets, fit_head, head_loss, item_weights

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(240, 6)) * [1, 5, 0.1, 1, 1, 1] + [0, 3, 0, 0, 0, 0]
LEAN = X @ RANDOM.normal(size=(6, 3))
CLASSES = (LEAN + RANDOM.normal(size=LEAN.shape)).argmax(1)
ONE = np.eye(3)[CLASSES]
SURE = np.ones((240, 3), bool)


def weak(strength=1e-4):
    return HeadSettings(strengths=(strength,), steps=2000)


def test_exclusive_is_the_maximum_of_the_penalised_likelihood():
    from scipy.optimize import minimize

    found = fit_head(X, HeadTargets("exclusive", ONE, SURE), HeadSettings(strengths=(6.0,), steps=2000))
    x = (X - X.mean(0)) / X.std(0)

    def loss(flat):
        weight, bias = flat[:18].reshape(6, 3), flat[18:]
        raw = x @ weight + bias
        logs = raw - np.log(np.exp(raw).sum(1, keepdims=True))
        return -(ONE * logs).sum() / len(x) + 0.5 * 6.0 / 6 * (weight**2).sum()

    best = minimize(loss, np.zeros(21), method="BFGS").fun
    ours = head_loss(found.answer(X), HeadTargets("exclusive", ONE, SURE)) + 0.5 * (found.weight**2).sum()
    assert ours == pytest.approx(best, abs=2e-4)


def test_a_new_item_is_scaled_as_those_it_was_fitted_on():
    found = fit_head(X, HeadTargets("exclusive", ONE, SURE), weak())
    moved = fit_head(X * 7 + 3, HeadTargets("exclusive", ONE, SURE), weak())
    np.testing.assert_allclose(found.answer(X[:5]), moved.answer(X[:5] * 7 + 3), atol=1e-6)
    assert (found.answer(X).argmax(1) == CLASSES).mean() > 0.75


def test_levels_share_their_weights_and_their_biases_come_in_order():
    levels = np.digitize(LEAN[:, 0], np.quantile(LEAN[:, 0], [0.25, 0.5, 0.75]))
    above = (levels[:, None] > np.arange(3)).astype(float)
    found = fit_head(X, HeadTargets("ordinal", above, SURE), weak(0.1))
    assert np.ptp(found.weight, axis=1).max() == 0 and (np.diff(found.bias) < 0).all()
    assert np.corrcoef((found.answer(X) > 0).sum(1), levels)[0, 1] > 0.9


def test_numbers_are_ridge_regression():
    values = LEAN[:, :2]
    found = fit_head(X, HeadTargets("dimensional", values, SURE[:, :2]), HeadSettings(strengths=(3.0,), steps=2000))
    x = (X - X.mean(0)) / X.std(0)
    exact = np.linalg.solve(x.T @ x / len(x) + 3.0 / 6 * np.eye(6), x.T @ (values - values.mean(0)) / len(x))
    np.testing.assert_allclose(found.weight, exact, atol=2e-3)


def test_cells_nobody_judged_teach_nothing():
    known = RANDOM.random((240, 3)) < 0.7
    first = fit_head(X, HeadTargets("multi-label", ONE, known), weak(1.0))
    other = fit_head(X, HeadTargets("multi-label", np.where(known, ONE, 1 - ONE), known), weak(1.0))
    np.testing.assert_array_equal(first.weight, other.weight)


def test_soft_labels_draw_the_answers_to_themselves():
    shares = np.full((240, 3), [0.5, 0.3, 0.2])
    raw = fit_head(X, HeadTargets("exclusive", shares, SURE), weak(1.0)).answer(X)
    said = np.exp(raw) / np.exp(raw).sum(1, keepdims=True)
    np.testing.assert_allclose(said, shares, atol=0.01)


def test_noise_asks_for_a_stronger_ridge_than_signal():
    drawn = np.eye(3)[RANDOM.integers(0, 3, 240)]
    settings = HeadSettings(strengths=(100.0, 1.0, 0.01))
    signal = fit_head(X, HeadTargets("exclusive", np.eye(3)[LEAN.argmax(1)], SURE), settings)
    noise = fit_head(X, HeadTargets("exclusive", drawn, SURE), settings)
    assert signal.strength < noise.strength and len(noise.held_out) == 3
    few = fit_head(X[:4], HeadTargets("exclusive", np.eye(3)[[0, 1, 2, 0]], SURE[:4]))
    assert few.strength == HeadSettings().fallback and few.held_out == ()


def test_balance_gives_every_class_the_same_say():
    rare = np.eye(2)[(np.arange(100) < 10).astype(int)]
    targets = HeadTargets("exclusive", rare, rare >= 0)
    weights = item_weights(targets, 1.0)
    assert weights.mean() == pytest.approx(1) and weights[:10].sum() == pytest.approx(weights[10:].sum())
    assert (item_weights(targets, 0.0) == 1).all()


def test_what_cannot_be_fitted_is_refused():
    with pytest.raises(InputError, match="row of each"):
        fit_head(X[:3], HeadTargets("exclusive", ONE, SURE))
    with pytest.raises(InputError, match="nothing to fit"):
        fit_head(X, HeadTargets("multi-label", ONE, ~SURE))
    with pytest.raises(InputError, match="not a number"):
        fit_head(np.where(X > 0, np.nan, X), HeadTargets("exclusive", ONE, SURE))
    constant = fit_head(np.ones((240, 2)), HeadTargets("exclusive", ONE, SURE), weak())
    assert isinstance(constant, Head) and np.isfinite(constant.answer(np.ones((1, 2)))).all()
