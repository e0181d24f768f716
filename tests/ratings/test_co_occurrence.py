"""Co-occurrence and the penalization matrix: counted by hand, and their bounds."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affekt.errors import InputError
from affekt.ratings import from_values, from_votes
from affekt.ratings.co_occurrence import co_occurrence, penalization_matrix

NAMES = ("anger", "fear", "joy", "pride")
VOTES = st.lists(
    st.tuples(st.integers(0, 4), st.sets(st.sampled_from(NAMES), min_size=0, max_size=3)), min_size=1, max_size=20
)


def table(votes):
    values = [[label in said for label in NAMES] for _, said in votes]
    return from_values([f"t{i}" for i, _ in votes], None, np.array(values, float), columns=NAMES, kind="multi-label")


@pytest.mark.parametrize("within", ["answer", "item"])
@given(VOTES)
def test_counts_are_those_by_hand(within, votes) -> None:
    units: list[set[str]] = [said for _, said in votes]
    if within == "item":
        units = [set().union(*(said for i, said in votes if i == item)) for item in {i for i, _ in votes}]
    found = co_occurrence(table(votes), within=within)
    for a, one in enumerate(NAMES):
        for b, other in enumerate(NAMES):
            both = sum(one in unit and other in unit for unit in units)
            either = sum(one in unit or other in unit for unit in units)
            single = [sum(name in unit for unit in units) for name in (one, other)]
            assert found.counts[a, b] == both and found.asked[a, b] == len(units)
            assert _same(found.conditional[a, b], both / single[0] if single[0] else math.nan)
            assert _same(found.jaccard[a, b], both / either if either else math.nan)
            chance = single[0] * single[1] / len(units)
            pmi = math.nan if not chance else math.log2(both / chance) if both else -math.inf
            assert _same(found.pmi[a, b], pmi)
    pairs = {(a, b): n for a, b, n in found.pairs()}
    assert len(pairs) == 6 and list(pairs.values()) == sorted(pairs.values(), reverse=True)
    assert all(pairs[a, b] == sum({a, b} <= unit for unit in units) for a, b in combinations(NAMES, 2))


def _same(ours: float, theirs: float) -> bool:
    return bool(np.isclose(ours, theirs, equal_nan=True))


@pytest.mark.parametrize("measure", ["conditional", "jaccard"])
@given(VOTES)
def test_penalties_are_bounded_and_full_for_what_never_comes_together(measure, votes) -> None:
    ratings = table(votes)
    penalty, counts = penalization_matrix(ratings, measure=measure), co_occurrence(ratings).counts
    assert penalty.shape == (4, 4) and ((penalty >= 0) & (penalty <= 1)).all()
    assert (np.diag(penalty) == 0).all()
    apart = (counts == 0) & ~np.eye(4, dtype=bool)
    assert (penalty[apart] == 1).all() and (penalty[(counts > 0) & ~np.eye(4, dtype=bool)] < 1).all()
    strict = penalization_matrix(ratings, measure=measure, rare=0.0)
    assert np.array_equal(strict == 1, apart) and set(np.unique(strict)) <= {0.0, 1.0}
    # More tolerance never takes a penalty away.
    assert (penalization_matrix(ratings, measure=measure, rare=0.5) >= strict).all()


def test_a_row_is_scaled_by_its_closest_label() -> None:
    votes = from_votes(["t", "t", "u", "u", "v", "v"], None, ["joy", "pride", "joy", "pride", "joy", "fear"])
    fear, joy, pride = penalization_matrix(votes)
    assert joy.tolist() == pytest.approx([0.5, 0.0, 0.0])  # fear once, pride twice
    assert fear.tolist() == [0.0, 0.0, 1.0] and pride.tolist() == [1.0, 0.0, 0.0]


def test_levels_count_above_the_lowest() -> None:
    levels = from_values(
        ["t", "t"], ["a", "b"], [[1, 2], [3, 1]], columns=["fear", "joy"], scale=(1, 5), kind="ordinal"
    )
    assert co_occurrence(levels).counts[0, 1] == 1
    assert co_occurrence(levels, within="answer").counts[0, 1] == 0


def test_a_label_nobody_was_asked_about_is_no_absence() -> None:
    values = [[1, np.nan], [1, 1]]
    votes = from_values(["t", "u"], None, np.array(values), columns=["fear", "joy"], kind="multi-label")
    found = co_occurrence(votes)
    assert found.asked[0, 1] == 1 and found.asked[0, 0] == 2


def test_what_is_refused() -> None:
    votes = from_votes(["t"], None, ["joy"])
    with pytest.raises(InputError, match="holds one label"):
        co_occurrence(votes, within="answer")
    with pytest.raises(InputError, match="within must"):
        co_occurrence(votes, within="rater")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="share of co-occurrence"):
        penalization_matrix(votes, rare=2)
    with pytest.raises(InputError, match="measure must"):
        penalization_matrix(votes, measure="lift")  # type: ignore[arg-type]
    numbers = from_values(["t"], None, [[0.3]], columns=["valence"], kind="interval")
    with pytest.raises(InputError, match="numbers, not labels"):
        co_occurrence(numbers)
