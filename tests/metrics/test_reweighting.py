"""Reweighted labelled rows against a general optimiser, and their intervals where labels shift together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import multivariate_normal

from affekt.errors import InputError
from affekt.metrics.prevalence import Known, estimate_prevalence
from affekt.metrics.reweighting import SHIFTS, Doubt, Labelled, likely_shift, reweighted_draws, reweighted_shares


def rows_of(random: np.random.Generator, count: int, *, weights: tuple[float, ...] = (0.0, 0.0, 0.0)) -> tuple:
    """Three labels, the second mostly with the first, and what a fair model says; `weights`: logarithms of how many
    times as frequent each label is."""
    truth = np.zeros((20 * count, 3), bool)
    truth[:, 0] = random.random(len(truth)) < 0.3
    truth[:, 1] = random.random(len(truth)) < np.where(truth[:, 0], 0.5, 0.05)
    truth[:, 2] = random.random(len(truth)) < 0.15
    share = np.exp(truth @ np.array(weights))
    truth = truth[random.choice(len(truth), count, p=share / share.sum())]
    base = np.array([0.3, 0.185, 0.15])
    odds = np.log(base / (1 - base)) + 1.5 * (2 * truth - 1) + random.normal(0, 1.2, truth.shape)
    return truth, 1 / (1 + np.exp(-odds))


def test_against_a_general_optimiser() -> None:
    random = np.random.default_rng(0)
    truth, said = rows_of(random, 150)
    _, items = rows_of(random, 400, weights=(1.0, 0.5, -1.0))
    spread = sum((np.cov(each.T, ddof=0) + 1e-5 * np.eye(3)) / len(each) for each in (said, items))

    slope = np.cov(said.T, truth.T.astype(float), ddof=0)[:3, 3:]
    rest = items.mean(0) - said.mean(0)
    likely = [multivariate_normal(cov=spread + s**2 * slope @ slope.T).logpdf(rest) for s in SHIFTS]
    width = np.exp(np.average(np.log(SHIFTS), weights=np.exp(likely)))
    assert likely_shift(items, Labelled(truth, said, exclusive=False)) == pytest.approx(width)

    def weights(beta: np.ndarray) -> np.ndarray:
        found = np.exp(truth @ beta)
        return found / found.sum()

    def loss(beta: np.ndarray) -> float:
        rest = items.mean(0) - weights(beta) @ said
        return float(rest @ np.linalg.solve(spread, rest) + beta @ beta / width**2)

    best = weights(minimize(loss, np.zeros(3), method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12}).x)
    expected = best @ truth + items.mean(0) - best @ said
    assert reweighted_shares(items, Labelled(truth, said, exclusive=False)) == pytest.approx(expected, abs=1e-4)


def test_items_like_the_labelled_rows_get_their_shares() -> None:
    truth, said = rows_of(np.random.default_rng(1), 200)
    assert reweighted_shares(said[::-1], Labelled(truth, said, exclusive=False)) == pytest.approx(truth.mean(0))


def test_the_likely_shift_grows_with_what_is_seen() -> None:
    random = np.random.default_rng(5)
    truth, said = rows_of(random, 200)
    labelled = Labelled(truth, said, exclusive=False)
    shifts = [likely_shift(rows_of(random, 500, weights=(w, -w, w))[1], labelled) for w in (0.0, 1.0, 2.0)]
    assert shifts == sorted(shifts)
    assert shifts[0] < 0.4
    assert shifts[2] > 0.7


def test_intervals_hold_where_labels_shift_together() -> None:
    inside, before = [], []
    for seed in range(25):
        random = np.random.default_rng(seed)
        truth, said = rows_of(random, 200)
        actual, items = rows_of(random, 500, weights=tuple(np.log(8) * random.uniform(-1, 1, 3)))
        known = Known(truth, said > 0.5, said)
        for method, held in (("reweighted", inside), ("adjusted-probabilities", before)):
            found = estimate_prevalence(items, items > 0.5, known, method=method, resamples=100)
            held.append((found.low <= actual.mean(0)) & (actual.mean(0) <= found.high))
    assert np.mean(inside) >= 0.9
    assert np.mean(before) < np.mean(inside)


def test_a_label_that_no_row_has_is_left_open() -> None:
    random = np.random.default_rng(2)
    truth, said = rows_of(random, 200)
    truth[:, 2] = False
    drawn = reweighted_draws(said, Labelled(truth, said, exclusive=False), resamples=200)
    assert np.quantile(drawn[:, 2], 0.975) > 0.05
    sure = reweighted_draws(said, Labelled(truth, said, exclusive=False), resamples=200, doubt=Doubt(0.01, 0.0))
    assert np.ptp(sure[:, 0]) < np.ptp(drawn[:, 0])


def test_many_items_and_few_agree() -> None:
    random = np.random.default_rng(3)
    truth, said = rows_of(random, 200)
    labelled = Labelled(truth, said, exclusive=False)
    _, items = rows_of(random, 900)
    few, many = (reweighted_draws(each, labelled, resamples=300) for each in (items, np.repeat(items, 20, axis=0)))
    assert many.mean(0) == pytest.approx(few.mean(0), abs=0.03)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000), exclusive=st.booleans(), items=st.integers(1, 40))
def test_shares_are_shares(seed: int, exclusive: bool, items: int) -> None:
    random = np.random.default_rng(seed)
    said = random.dirichlet([0.3] * 5, 30) if exclusive else random.random((30, 5))
    truth = np.eye(5, dtype=bool)[random.integers(0, 4, 30)] if exclusive else random.random((30, 5)) < 0.1
    found = reweighted_draws(said[:items], Labelled(truth, said, exclusive), resamples=7, seed=seed)
    assert found.shape == (7, 5)
    assert (found >= 0).all() and (found <= 1).all()
    if exclusive:
        assert found.sum(1) == pytest.approx(1)


def test_nothing_to_count_is_refused() -> None:
    truth, said = rows_of(np.random.default_rng(4), 100)
    with pytest.raises(InputError, match="at least one item"):
        reweighted_shares(said[:0], Labelled(truth, said, exclusive=False))
