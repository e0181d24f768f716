"""Numbers of raters: mean, median, spread, shares, weights; against loops."""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affekt.errors import InputError, UnknownNameError
from affekt.ratings import Ratings, from_values
from affekt.ratings.ordinal import evaluator_weights, level_shares, means, medians, standard_deviations
from affekt.ratings.simulate import simulate_numbers

DATA = os.environ.get("AFFEKT_DATA")
Answer = tuple[int, int, float]

answers = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 2), st.one_of(st.just(float("nan")), st.integers(1, 5).map(float))),
    min_size=1,
    max_size=30,
)


def _table(given_answers: list[Answer]) -> Ratings:
    item, rater, value = (np.array(column) for column in zip(*given_answers, strict=True))
    names = tuple(f"t{place}" for place in range(4))
    return Ratings(
        *(names, ("ann", "ben", "cleo"), ("arousal",), "interval"),
        *(item, rater, value[:, None]),
        scale=(1, 5),  # type: ignore[arg-type]
    )


@given(answers, st.lists(st.integers(0, 3), min_size=3, max_size=3))
def test_mean_median_and_spread_against_a_loop(said: list[Answer], weights: list[int]) -> None:
    made = _table(said)
    mean, spread, median = means(made), standard_deviations(made), medians(made)
    weighed_mean, weighed_median = means(made, weights=weights), medians(made, weights=weights)
    for item in range(4):
        values = [value for place, _, value in said if place == item and not np.isnan(value)]
        assert mean[item, 0] == pytest.approx(np.mean(values) if values else np.nan, nan_ok=True)
        assert median[item, 0] == pytest.approx(np.median(values) if values else np.nan, nan_ok=True)
        expected = np.std(values, ddof=1) if len(values) > 1 else np.nan
        assert spread[item, 0] == pytest.approx(expected, nan_ok=True)
        # A whole weight is as many raters of the same mind.
        copies = [
            value for place, who, value in said if place == item and not np.isnan(value) for _ in range(weights[who])
        ]
        assert weighed_mean[item, 0] == pytest.approx(np.mean(copies) if copies else np.nan, nan_ok=True)
        assert weighed_median[item, 0] == pytest.approx(np.median(copies) if copies else np.nan, nan_ok=True)


@given(answers, st.randoms(use_true_random=False))
def test_the_order_of_answers_says_nothing(said: list[Answer], random: object) -> None:
    shuffled = list(said)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    for view in (means, medians, standard_deviations):
        np.testing.assert_allclose(view(_table(said)), view(_table(shuffled)), atol=1e-6)  # type: ignore[operator]


@given(answers)
def test_shares_of_levels_add_up_and_count(said: list[Answer]) -> None:
    made = _table(said)
    found = level_shares(made, "arousal", levels=range(1, 6))
    known = ~np.isnan(found.shares).any(1)
    np.testing.assert_allclose(found.shares[known].sum(1), 1)
    np.testing.assert_allclose((found.shares * found.levels).sum(1), means(made)[:, 0], rtol=1e-6)


def test_shares_refuse_what_is_no_level() -> None:
    made = from_values(["t"], None, [[2.5]], columns=["arousal"])
    with pytest.raises(InputError, match=r"2.5 is none of the levels 1, 2, 3"):
        level_shares(made, "arousal", levels=[1, 2, 3])
    with pytest.raises(UnknownNameError, match="Did you mean 'arousal'"):
        level_shares(made, "arousel")


def test_evaluator_weights_are_the_published_correlations() -> None:
    panel = simulate_numbers(
        np.linspace(1, 9, 40), shift=[0, 1, -1, 0], noise=[0.3, 0.3, 1.5, 4.0], levels=False, seed=4
    )
    said = panel.ratings.values[:, 0].reshape(40, 4).astype(np.float64)
    weights = evaluator_weights(panel.ratings, "rating")
    expected = [max(0, np.corrcoef(said[:, rater], said.mean(1))[0, 1]) for rater in range(4)]
    np.testing.assert_allclose(weights, expected, atol=1e-9)
    alone = evaluator_weights(panel.ratings, "rating", leave_out=True)
    others = [max(0, np.corrcoef(said[:, r], np.delete(said, r, 1).mean(1))[0, 1]) for r in range(4)]
    np.testing.assert_allclose(alone, others, atol=1e-9)
    assert alone[3] < alone[2] < alone[0]
    estimate = means(panel.ratings, weights=alone)[:, 0]
    plain = means(panel.ratings)[:, 0]
    assert np.corrcoef(estimate, panel.truth)[0, 1] > np.corrcoef(plain, panel.truth)[0, 1]


def test_a_rater_who_always_says_the_same_or_the_opposite_weighs_nothing() -> None:
    said = [[value] for value in (1, 2, 3, 1, 2, 4, 2, 2, 2, 3, 2, 1)]
    made = from_values(["t", "u", "v"] * 4, sorted(["ann", "ben", "cleo", "dan"] * 3), said, columns=["x"])
    assert (evaluator_weights(made, "x", leave_out=True)[2:] == 0).all()


def test_weights_are_checked() -> None:
    made = from_values(["t"], ["ann"], [[1.0]], columns=["x"])
    for wrong in ([1, 2], [-1], [np.nan]):
        with pytest.raises(InputError, match="each of 1 raters"):
            means(made, weights=wrong)
    with pytest.raises(InputError, match="ddof"):
        standard_deviations(made, ddof=2)
    assert np.isnan(means(replace(made, values=[[np.nan]]))).all()  # type: ignore[arg-type]
