"""Views against loops over the votes, and what holds of any table."""

from __future__ import annotations

import time
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affekt.errors import InputError, UnknownNameError
from affekt.ratings import Ratings, from_values, from_votes
from affekt.ratings.views import (
    all_inclusive,
    answer_counts,
    intersection,
    judged,
    majority,
    one_rater,
    plurality,
    present,
    soft_labels,
    threshold,
    union,
    vote_counts,
)

LABELS = ("anger", "fear", "joy")
RULES = (majority, plurality, all_inclusive, union, intersection, lambda table: threshold(table, 0.5))

exclusive = st.lists(st.tuples(st.integers(0, 4), st.sampled_from([*LABELS, None])), min_size=1, max_size=40).filter(
    lambda votes: any(label for _, label in votes)
)
several = st.lists(
    st.tuples(st.integers(0, 4), st.one_of(st.none(), st.frozensets(st.sampled_from(LABELS)))), min_size=1, max_size=40
)


def _table(votes: list[tuple[int, object]], labels: tuple[str, ...] = LABELS) -> Ratings:
    values = np.full((len(votes), len(labels)), np.nan, np.float32)
    kind = "multi-label"
    for row, (_, said) in enumerate(votes):
        if isinstance(said, str):
            kind = "exclusive"
            values[row] = [label == said for label in labels]
        elif said is not None:
            values[row] = [label in said for label in labels]  # type: ignore[operator]
    items = tuple(f"t{place}" for place in range(5))
    place = np.array([item for item, _ in votes])
    return Ratings(items, (), labels, kind, place, np.full(len(votes), -1), values)  # type: ignore[arg-type]


@given(exclusive)
def test_exclusive_views_against_a_loop(votes: list[tuple[int, str | None]]) -> None:
    made = _table(votes)  # type: ignore[arg-type]
    counts, shares = vote_counts(made), soft_labels(made)
    major, plural, shared = majority(made), plurality(made), plurality(made, ties="shared")
    every, some, all_of = all_inclusive(made), union(made), intersection(made)
    for item in range(5):
        said = Counter(label for place, label in votes if place == item and label)
        total = sum(said.values())
        assert counts[item].tolist() == [said[label] for label in LABELS]
        if not total:
            assert np.isnan(shares[item]).all()
            assert not (major.decided[item] or plural.decided[item] or every.decided[item] or all_of.decided[item])
            continue
        assert shares[item] == pytest.approx([said[label] / total for label in LABELS])
        most = max(said.values())
        top = [label for label in LABELS if said[label] == most]
        assert _names(shared.labels[item]) == top
        assert _names(plural.labels[item]) == (top if len(top) == 1 else [])
        assert plural.decided[item] == (len(top) == 1)
        assert _names(major.labels[item]) == [label for label in LABELS if said[label] * 2 > total]
        assert major.decided[item] == (most * 2 > total)
        assert _names(every.labels[item]) == _names(some.labels[item]) == [label for label in LABELS if said[label]]
        assert _names(all_of.labels[item]) == [label for label in LABELS if said[label] == total]


@given(several)
def test_multi_label_views_against_a_loop(votes: list[tuple[int, frozenset[str] | None]]) -> None:
    made = _table(votes)  # type: ignore[arg-type]
    counts, shares, answers = vote_counts(made), soft_labels(made), answer_counts(made)
    major, half, all_of = majority(made), threshold(made, 0.5), intersection(made)
    for item in range(5):
        said = [labels for place, labels in votes if place == item and labels is not None]
        assert judged(made)[item] == bool(said)
        tie = False
        for column, label in enumerate(LABELS):
            number = sum(label in labels for labels in said)
            assert (counts[item, column], answers[item, column]) == (number, len(said))
            if said:
                assert shares[item, column] == pytest.approx(number / len(said))
            tie |= bool(said) and number * 2 == len(said)
            assert half.labels[item, column] == (bool(said) and number > 0 and number * 2 >= len(said))
            assert all_of.labels[item, column] == (bool(said) and number == len(said))
        assert major.decided[item] == (bool(said) and not tie)


@given(exclusive, st.randoms(use_true_random=False))
def test_the_order_of_votes_says_nothing(votes: list[tuple[int, str | None]], random: object) -> None:
    shuffled = list(votes)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, two = _table(votes), _table(shuffled)  # type: ignore[arg-type]
    np.testing.assert_array_equal(soft_labels(one), soft_labels(two))
    for rule in RULES:
        np.testing.assert_array_equal(rule(one).labels, rule(two).labels)
        np.testing.assert_array_equal(rule(one).decided, rule(two).decided)


@given(exclusive)
def test_no_vote_is_lost_and_the_all_inclusive_rule_keeps_every_judged_item(
    votes: list[tuple[int, str | None]],
) -> None:
    made = _table(votes)  # type: ignore[arg-type]
    assert vote_counts(made).sum() == sum(label is not None for _, label in votes)
    kept = judged(made)
    for rule in (all_inclusive(made), all_inclusive(made, share=1 / 3)):
        assert (rule.decided == kept).all()
        assert rule.labels[kept].any(1).all()
    assert majority(made).decided.sum() <= plurality(made).decided.sum() <= kept.sum()


@given(exclusive)
def test_majority_in_plurality_in_all_inclusive_in_union(votes: list[tuple[int, str | None]]) -> None:
    made = _table(votes)  # type: ignore[arg-type]
    chain = [intersection(made), majority(made), plurality(made, ties="shared"), all_inclusive(made)]
    for narrow, wide in pairwise(chain):
        assert (narrow.labels <= wide.labels).all()


@given(exclusive, st.floats(0, 10))
def test_soft_labels_add_up_to_one_with_any_prior(votes: list[tuple[int, str | None]], prior: float) -> None:
    shares = soft_labels(_table(votes), prior=prior)  # type: ignore[arg-type]
    known = ~np.isnan(shares).any(1)
    np.testing.assert_allclose(shares[known].sum(1), 1)
    assert (shares[known] >= 0).all()


def test_a_prior_is_votes_for_each_label() -> None:
    made = from_votes(["t", "t"], None, ["joy", "joy"], space="ekman")
    prior = np.array([0, 0, 1, 1, 0, 0])
    assert soft_labels(made, prior=prior)[0].tolist() == [0, 0, 0.25, 0.75, 0, 0]
    multi = from_votes(["t", "t", "t"], None, [["joy"], [], ["joy"]], space="ekman")
    assert soft_labels(multi, prior=1)[0, 3] == pytest.approx(3 / 5)
    for wrong in (-1, np.nan, [1.0, 2.0], [[1.0]]):
        with pytest.raises(InputError, match="prior"):
            soft_labels(made, prior=wrong)  # type: ignore[arg-type]


def test_one_rating_table_gives_majority_plurality_and_all_inclusive_sets() -> None:
    votes = {
        "agreed": "joy joy joy",
        "most": "joy joy fear anger",
        "tied": "joy joy fear fear",
        "apart": "joy fear anger",
    }
    items = [item for item, said in votes.items() for _ in said.split()]
    made = from_votes(items, None, [label for said in votes.values() for label in said.split()])
    decided = {rule.__name__: rule(made).decided.tolist() for rule in (majority, plurality, all_inclusive)}
    assert decided == {
        "majority": [True, False, False, False],
        "plurality": [True, True, False, False],
        "all_inclusive": [True, True, True, True],
    }
    assert all_inclusive(made).labels.sum(1).tolist() == [1, 3, 2, 3]
    # A third of four votes is more than one.
    assert all_inclusive(made, share=1 / 3).labels.sum(1).tolist() == [1, 1, 2, 3]
    with pytest.raises(InputError, match="all-inclusive"):
        all_inclusive(made, share=0.5)


def test_partly_asked_multi_label_votes_count_those_asked() -> None:
    values = np.array([[1, np.nan], [0, 1], [np.nan, 1]], np.float32)
    made = Ratings(("t",), (), ("joy", "fear"), "multi-label", [0, 0, 0], [-1] * 3, values)  # type: ignore[arg-type]
    assert soft_labels(made).tolist() == [[0.5, 1.0]]
    assert majority(made).decided.tolist() == [False]
    assert intersection(made).labels.tolist() == [[False, True]]


def test_numbers_have_no_votes_until_a_level_makes_them() -> None:
    levels = from_values(["t", "t"], ["ann", "ben"], [[0, 2], [np.nan, 1]], columns=["fear", "joy"], scale=(0, 3))
    for view in (vote_counts, soft_labels, majority):
        with pytest.raises(InputError, match="numbers, not votes"):
            view(levels)
    said = present(levels, 1)
    assert said.kind == "multi-label"
    np.testing.assert_array_equal(said.values, np.array([[0, 1], [np.nan, 1]], np.float32))
    with pytest.raises(InputError, match="votes already"):
        present(said, 1)
    with pytest.raises(InputError, match="on the scale"):
        present(levels, 4)


def test_one_rater_and_bad_options() -> None:
    made = from_votes(["t", "u"], ["ann", "ben"], ["joy", "fear"])
    assert vote_counts(one_rater(made, "ben")).tolist() == [[0, 0], [1, 0]]
    with pytest.raises(UnknownNameError, match="'bem'"):
        one_rater(made, "bem")
    with pytest.raises(InputError, match="ties"):
        plurality(made, ties="first")  # type: ignore[arg-type]
    for share in (0, 1.5, np.nan):
        with pytest.raises(InputError, match="share"):
            threshold(made, share)


@pytest.mark.slow
def test_views_of_a_million_votes_take_less_than_a_second_each() -> None:
    random = np.random.default_rng(0)
    number, width = 1_000_000, 8
    values = np.zeros((number, width), np.float32)
    values[np.arange(number), random.integers(width, size=number)] = 1
    items = tuple(map(str, range(200_000)))
    made = Ratings(
        *(items, tuple("abcdefgh"), tuple("klmnopqr"), "exclusive"),
        *(random.integers(200_000, size=number), random.integers(8, size=number), values),  # type: ignore[arg-type]
    )
    for view in (soft_labels, majority, plurality, all_inclusive):
        start = time.process_time()
        view(made)  # type: ignore[operator]
        assert time.process_time() - start < 1


def _names(flags: np.ndarray) -> list[str]:
    return [label for label, holds in zip(LABELS, flags, strict=True) if holds]
