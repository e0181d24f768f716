"""Best-worst scaling: balanced tuples, scores, and a noisy judge who gives the true ranking back."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affekt.errors import InputError
from affekt.metrics.regression import spearman
from affekt.ratings.best_worst import (
    Choice,
    Choices,
    balanced_tuples,
    bradley_terry_scores,
    choices_of,
    counting_scores,
    judge_tuples,
    split_half_reliability,
)
from affekt.ratings.simulate import noisy_judge


@settings(max_examples=12)
@given(st.integers(4, 24), st.integers(1, 6), st.integers(2, 4), st.integers(0, 99))
def test_tuples_are_balanced(count: int, appearances: int, size: int, seed: int) -> None:
    items = [f"t{place}" for place in range(count)]
    tuples = balanced_tuples(items, size=size, appearances=appearances, seed=seed)
    assert len(tuples) == -(-count * appearances // size)
    assert all(len(set(one)) == len(one) == size for one in tuples)
    shown = Counter(name for one in tuples for name in one)
    assert set(shown) == set(items)
    assert set(shown.values()) <= {appearances, appearances + 1}
    assert tuples == balanced_tuples(items, size=size, appearances=appearances, seed=seed)


@pytest.mark.parametrize(("count", "excess"), [(9, 1), (60, 0), (200, 0), (41, 0), (40, 1)])
def test_pairs_meet_no_more_often_than_they_have_to(count: int, excess: int) -> None:
    tuples = balanced_tuples([str(place) for place in range(count)], seed=1)
    met = Counter(frozenset(pair) for one in tuples for pair in combinations(one, 2))
    assert max(met.values()) <= -(-len(tuples) * 6 // (count * (count - 1) // 2)) + excess


def test_a_noisy_judge_gives_the_true_ranking_back() -> None:
    truth = {f"sentence {place}": value for place, value in enumerate(np.random.default_rng(7).normal(size=60))}
    for seed in range(3):
        choices = judge_tuples(balanced_tuples(list(truth), seed=seed), noisy_judge(truth, noise=0.4, seed=seed))
        true = [truth[name] for name in choices.items]
        assert spearman(true, counting_scores(choices)) > 0.9
        assert spearman(true, bradley_terry_scores(choices)) > 0.9


def test_without_noise_every_judge_agrees() -> None:
    truth = {str(place): float(place) for place in range(30)}
    tuples = balanced_tuples(list(truth))
    choices = judge_tuples(tuples, [noisy_judge(truth, noise=0)] * 2, names=["ann", "ben"])
    assert choices.raters == ("ann", "ben")
    found = split_half_reliability(choices, trials=5)
    assert found.spearman == pytest.approx(1)
    assert found.pearson == pytest.approx(1)
    scores = bradley_terry_scores(choices)
    assert spearman([truth[name] for name in choices.items], scores) > 0.99


def test_split_half_reliability_falls_with_noise() -> None:
    truth = {str(place): float(place) for place in range(40)}
    tuples = balanced_tuples(list(truth))
    found = [
        split_half_reliability(
            judge_tuples(tuples, [noisy_judge(truth, noise=noise, seed=seed) for seed in (1, 2)]), trials=10
        ).spearman
        for noise in (1.0, 20.0, 1000.0)
    ]
    assert 1 > found[0] > found[1] > found[2]
    assert abs(found[2]) < 0.5


def test_counting_against_a_loop() -> None:
    random = np.random.default_rng(2)
    tuples = balanced_tuples([str(place) for place in range(12)])
    answers = [Choice(*random.choice(one, 2, replace=False).tolist()) for one in tuples]
    choices = choices_of(tuples, answers)
    for place, name in enumerate(choices.items):
        best, worst = (sum(answer[side] == name for answer in answers) for side in (0, 1))
        assert counting_scores(choices)[place] == pytest.approx((best - worst) / sum(name in one for one in tuples))
    assert counting_scores(choices).sum() == pytest.approx(0)


def test_bradley_terry_solves_its_equations() -> None:
    random = np.random.default_rng(5)
    tuples = balanced_tuples([str(place) for place in range(8)], size=3, appearances=9)
    answers = [Choice(*random.choice(one, 2, replace=False).tolist()) for one in tuples]
    choices = choices_of(tuples, answers)
    scores = bradley_terry_scores(choices, prior=0.5)
    place = {name: at for at, name in enumerate(choices.items)}
    surplus = np.zeros(len(scores))
    for shown, answer in zip(tuples, answers, strict=True):
        pairs = {(answer.best, name) for name in shown if name != answer.best}
        pairs |= {(name, answer.worst) for name in shown if name != answer.worst}
        for winner, loser in pairs:
            chance = 1 / (1 + np.exp(scores[place[loser]] - scores[place[winner]]))
            surplus[place[winner]] += 1 - chance
            surplus[place[loser]] -= 1 - chance
    # The prior: half a comparison won and half one lost against an average item.
    surplus += 0.5 - 1 / (1 + np.exp(-scores))
    np.testing.assert_allclose(surplus, 0, atol=1e-6)
    assert (1 / (1 + np.exp(-scores))).mean() == pytest.approx(0.5)


def test_the_order_of_judgements_says_nothing() -> None:
    truth = {str(place): float(place) for place in range(10)}
    tuples = balanced_tuples(list(truth))
    judge = noisy_judge(truth, noise=2.0)
    answers = [judge(one) for one in tuples]
    one, two = choices_of(tuples, answers), choices_of(tuples[::-1], answers[::-1])
    for scores in (counting_scores, bradley_terry_scores):
        ours, theirs = (dict(zip(made.items, scores(made), strict=True)) for made in (one, two))
        assert ours == pytest.approx(theirs)


def test_raters_get_pseudonyms_and_items_never_shown_no_score() -> None:
    choices = choices_of([("a", "b", "c")], [("a", "c")], raters=["someone@example.org"])
    assert choices.raters == ("rater-001",)
    more = Choices((*choices.items, "d"), (), choices.shown, choices.best, choices.worst, np.array([-1], np.int32))
    assert np.isnan(counting_scores(more)[3])
    assert np.isnan(bradley_terry_scores(more)[3])


def test_what_is_refused() -> None:
    with pytest.raises(InputError, match="names 'z', which is none of 'a', 'b'"):
        choices_of([("a", "b")], [("a", "z")])
    with pytest.raises(InputError, match="'a' best and worst"):
        choices_of([("a", "b")], [("a", "a")])
    with pytest.raises(InputError, match="different sizes"):
        choices_of([("a", "b"), ("a", "b", "c")], [("a", "b"), ("a", "b")])
    with pytest.raises(InputError, match="2 tuples and 1 answers"):
        choices_of([("a", "b"), ("a", "c")], [("a", "b")])
    with pytest.raises(InputError, match="as many different items"):
        balanced_tuples(["a", "b", "c"])
    with pytest.raises(InputError, match="as many different items"):
        balanced_tuples(["a", "a", "b", "c", "d"])
    for options in ({"size": 1}, {"appearances": 0}):
        with pytest.raises(InputError, match="two items at least"):
            balanced_tuples(["a", "b", "c", "d"], **options)
    once = choices_of([("a", "b", "c")], [("a", "c")])
    with pytest.raises(InputError, match="No tuple was judged twice"):
        split_half_reliability(once)
    with pytest.raises(InputError, match="prior"):
        bradley_terry_scores(once, prior=0)
    with pytest.raises(InputError, match="trials"):
        split_half_reliability(once, trials=0)
    with pytest.raises(InputError, match="1 judges and 2 names"):
        judge_tuples([("a", "b")], lambda shown: Choice(*shown), names=["x", "y"])
