"""Estimates of how many: each against a reference from its formula, and under a shift it is made for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affekt.errors import InputError
from affekt.metrics.prevalence import METHODS, Known, adjusted_count, em_prevalence, estimate_prevalence, held_rates

shares = st.floats(0.0, 1.0)


def drawn(random: np.random.Generator, prevalence: list[float], rows: int, *, base: float = 0.5) -> tuple:
    """Truth, and probabilities that are right where every label has the share `base`: Gaussian scores a unit apart."""
    truth = random.random((rows, len(prevalence))) < prevalence
    score = random.normal(np.where(truth, 1.0, -1.0), 1.2)
    return truth, 1 / (1 + np.exp(-(2 * score / 1.44 + np.log(base / (1 - base)))))


@settings(max_examples=100, deadline=None)
@given(share=shares, hits=shares, alarms=shares)
def test_adjusted_count_undoes_the_errors(share, hits, alarms):
    counted = share * hits + (1 - share) * alarms
    found = float(adjusted_count(counted, hits, alarms))
    assert 0 <= found <= 1
    if hits - alarms > 0.05:
        assert found == pytest.approx(share, abs=1e-9)
    if hits < alarms:
        assert found == pytest.approx(counted)


def test_em_against_the_formula():
    random = np.random.default_rng(0)
    said, prior = random.uniform(0.05, 0.95, (60, 1)), 0.3
    now = prior
    for _ in range(3000):
        raised = [p * now / prior / (p * now / prior + (1 - p) * (1 - now) / (1 - prior)) for p in said[:, 0]]
        now = sum(raised) / len(raised)
    assert em_prevalence(said, [prior])[0] == pytest.approx(now, abs=5e-3)


def test_exclusive_em_against_the_formula():
    random = np.random.default_rng(1)
    said = random.dirichlet([1, 1, 1], 80)
    prior = np.array([0.5, 0.3, 0.2])
    now = prior.copy()
    for _ in range(3000):
        raised = said * now / prior
        now = (raised / raised.sum(1, keepdims=True)).mean(0)
    assert em_prevalence(said, prior, exclusive=True) == pytest.approx(now, abs=5e-3)


def test_em_gives_back_the_prior_where_nothing_shifted():
    said = np.random.default_rng(2).uniform(0.1, 0.9, (500, 3))
    assert em_prevalence(said, said.mean(0)) == pytest.approx(said.mean(0), abs=5e-3)


@pytest.mark.parametrize("shifted", [0.05, 0.3, 0.8])
def test_corrected_estimates_are_nearer_and_their_intervals_hold(shifted):
    random = np.random.default_rng(3)
    truth, said = drawn(random, [0.5], 400)
    known = Known(truth, said > 0.5, said)
    errors: dict[str, list[float]] = {method: [] for method in METHODS}
    inside = dict.fromkeys(METHODS, 0)
    for _ in range(12):
        actual, items = drawn(random, [shifted], 300)
        for method in METHODS:
            found = estimate_prevalence(items, items > 0.5, known, method=method, resamples=40)
            errors[method].append(abs(found.value[0] - actual.mean()))
            inside[method] += bool(found.low[0] <= actual.mean() <= found.high[0])
    plain = np.mean(errors["count"])
    for method in ("adjusted-count", "adjusted-probabilities", "em", "reweighted"):
        assert np.mean(errors[method]) < 0.6 * plain
        assert inside[method] >= 10


@pytest.mark.parametrize("method", METHODS)
def test_order_of_items_makes_no_difference(method):
    random = np.random.default_rng(4)
    truth, said = drawn(random, [0.3, 0.1, 0.6], 200)
    known = Known(truth, said > 0.5, said)
    turn = random.permutation(200)
    one = estimate_prevalence(said, said > 0.5, known, method=method, resamples=2).value
    other = estimate_prevalence(said[turn], said[turn] > 0.5, known, method=method, resamples=2).value
    assert one == pytest.approx(other)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 1000), method=st.sampled_from(METHODS), exclusive=st.booleans())
def test_always_a_share_inside_its_interval(seed, method, exclusive):
    random = np.random.default_rng(seed)
    said = random.dirichlet([0.3] * 4, 30) if exclusive else random.random((30, 4))
    truth = np.eye(4, dtype=bool)[random.integers(0, 3, 30)] if exclusive else random.random((30, 4)) < 0.1
    known = Known(truth, said > 0.5, said, exclusive)
    found = estimate_prevalence(said, said > 0.5, known, method=method, resamples=5, seed=seed)
    for values in (found.low, found.value, found.high):
        assert ((values >= 0) & (values <= 1)).all()
    assert (found.low <= found.value).all()
    assert (found.value <= found.high).all()
    if exclusive and method in ("em", "adjusted-probabilities", "adjusted-count", "reweighted"):
        total = found.value.sum()
        assert total == pytest.approx(1, abs=1e-6) or total == 0


def test_rates_of_a_label_without_rows_are_those_of_all():
    truth = np.array([[True, False], [False, False]] * 50)
    hits, alarms = held_rates(truth, [[0.8, 0.1], [0.2, 0.1]] * 50)
    assert hits.tolist() == pytest.approx([0.8, 0.8])
    assert alarms[0] == pytest.approx((50 * 0.2 + 4 * (0.2 * 50 + 0.1 * 100) / 150) / 54)


def test_bad_input_is_refused():
    said = np.full((4, 2), 0.5)
    known = Known(said > 0.2, said > 0.2, said)
    with pytest.raises(InputError, match="Unknown method 'guess'"):
        estimate_prevalence(said, said > 0, known, method="guess")
    with pytest.raises(InputError, match="have 2 labels, the items 1"):
        estimate_prevalence(said[:, :1], said[:, :1] > 0, known)
    with pytest.raises(InputError, match="prior of 0 or 1"):
        em_prevalence(said, [0.0, 0.5])
    with pytest.raises(InputError, match="level"):
        estimate_prevalence(said, said > 0, known, level=1.0)
