"""Abstaining keeps its promise: over draws of labelled items the risk of what is answered is met as often as said."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affekt.errors import InputError
from affekt.metrics.abstention import binomial_below, guaranteed_confidence, top_label_outcomes


@given(trials=st.integers(1, 60), share=st.floats(0.01, 0.99), data=st.data())
def test_binomial_against_the_formula(trials, share, data):
    count = data.draw(st.integers(0, trials))
    expected = sum(comb(trials, k) * share**k * (1 - share) ** (trials - k) for k in range(count + 1))
    assert binomial_below(count, trials, share) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("risk", [0.1, 0.2, 0.3])
def test_promise_is_kept_on_new_items(risk):
    """Items are wrong with probability (1 - confidence) ** 1.4: badly calibrated, as confidence often is."""
    random = np.random.default_rng(0)
    broken = used = 0
    for _ in range(300):
        sure = random.random(200)
        wrong = random.random(200) < (1 - sure) ** 1.4
        try:
            limit = guaranteed_confidence(wrong, sure, risk=risk)
        except InputError:
            continue
        used += 1
        grid = np.linspace(limit, 1, 2001)
        broken += bool(((1 - grid) ** 1.4).mean() > risk)
    assert broken <= 0.1 * 300
    assert used > (20 if risk == 0.1 else 100)


def test_more_risk_answers_more():
    sure = np.linspace(0, 1, 400)
    wrong = np.random.default_rng(1).random(400) > np.sqrt(sure)
    limits = [guaranteed_confidence(wrong, sure, risk=risk) for risk in (0.2, 0.3, 0.5)]
    assert limits == sorted(limits, reverse=True)


def test_perfect_answers_are_all_but_all_given_and_wrong_ones_refused():
    sure = np.linspace(0, 1, 200)
    assert guaranteed_confidence(np.zeros(200), sure, risk=0.1) < 0.07
    with pytest.raises(InputError, match="No confidence shows a risk"):
        guaranteed_confidence(np.ones(200), sure, risk=0.1)
    with pytest.raises(InputError, match="at least 23 rows are needed"):
        guaranteed_confidence(np.zeros(20), sure[:20], risk=0.1)


def test_ties_are_not_parted():
    sure = np.repeat([0.9, 0.5], 100)
    assert guaranteed_confidence(sure < 0.6, sure, risk=0.2) == 0.9


def test_top_label_of_an_item_without_labels_is_wrong():
    found = top_label_outcomes([[0, 0], [1, 1]], [[0.1, 0.2], [0.4, 0.3]])
    assert found.wrong.tolist() == [True, False]


@pytest.mark.parametrize("options", [{"risk": 0.0}, {"risk": 1.0}, {"risk": 0.1, "level": 1.0}])
def test_bad_options_are_refused(options):
    with pytest.raises(InputError, match="must lie between 0 and 1"):
        guaranteed_confidence([0, 1], [0.1, 0.2], **options)
    with pytest.raises(InputError, match="0 and 1 only"):
        guaranteed_confidence([0.5, 1], [0.1, 0.2], risk=0.1)
