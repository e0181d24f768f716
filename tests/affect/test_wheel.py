"""Plutchik's model: the whole table of dyads, opposites, angles, and the arithmetic on scores."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from affekt.affect.spaces import SPACES
from affekt.affect.wheel import (
    ALIASES,
    DYADS,
    INTENSITIES,
    PRIMARIES,
    angle_of,
    at_depth,
    cancel_opposites,
    decompose,
    direction,
    distance,
    dyad_strengths,
    mix,
    opposite,
    petal_of,
    primaries_of_dyads,
    similarities,
)
from affekt.errors import InputError, UnknownNameError

SCORES = arrays(np.float64, (3, 8), elements=st.floats(0, 1))
TERMS = [*DYADS, *(term for terms in INTENSITIES.values() for term in terms)]
# Written out on its own from the published table, not from the module's rows.
TABLE = [
    "joy+trust=love",
    "trust+fear=submission",
    "fear+surprise=awe",
    "surprise+sadness=disapproval",
    "sadness+disgust=remorse",
    "disgust+anger=contempt",
    "anger+anticipation=aggressiveness",
    "anticipation+joy=optimism",
    "joy+fear=guilt",
    "trust+surprise=curiosity",
    "fear+sadness=despair",
    "surprise+disgust=unbelief",
    "sadness+anger=envy",
    "disgust+anticipation=cynicism",
    "anger+joy=pride",
    "anticipation+trust=hope",
    "joy+surprise=delight",
    "trust+sadness=sentimentality",
    "fear+disgust=shame",
    "surprise+anger=outrage",
    "sadness+anticipation=pessimism",
    "disgust+joy=morbidness",
    "anger+trust=dominance",
    "anticipation+fear=anxiety",
]
OPPOSITES = [("joy", "sadness"), ("trust", "disgust"), ("fear", "anger"), ("surprise", "anticipation")]


@pytest.mark.parametrize("row", TABLE)
def test_the_published_table_of_dyads(row: str) -> None:
    parts, name = row.split("=")
    first, second = parts.split("+")
    assert mix(first, second).name == mix(second, first).name == name
    assert set(decompose(name).parts) == {first, second}


def test_the_table_is_whole() -> None:
    assert len(DYADS) == len(TABLE) == 24
    named = {frozenset(dyad.parts) for dyad in DYADS.values()}
    across = {frozenset(pair) for pair in OPPOSITES}
    assert named | across == {frozenset(pair) for pair in combinations(PRIMARIES, 2)}
    assert not named & across
    steps = {"primary": 45, "secondary": 90, "tertiary": 135}
    for dyad in DYADS.values():
        assert distance(*dyad.parts) == steps[dyad.order]


@pytest.mark.parametrize(("first", "second"), OPPOSITES)
def test_opposites_cancel(first: str, second: str) -> None:
    assert opposite(first) == second
    assert opposite(second) == first
    with pytest.raises(InputError, match="opposites"):
        mix(first, second)


@pytest.mark.parametrize("term", TERMS)
def test_opposite_is_an_involution_half_way_round(term: str) -> None:
    assert opposite(opposite(term)) == term
    assert distance(term, opposite(term)) == 180
    if term not in DYADS:
        assert petal_of(opposite(term)).depth == petal_of(term).depth


def test_depths() -> None:
    assert INTENSITIES["joy"] == ("serenity", "joy", "ecstasy")
    assert opposite("ecstasy") == "grief"
    assert opposite("boredom") == "acceptance"
    assert [at_depth("rage", depth) for depth in range(3)] == ["annoyance", "anger", "rage"]
    assert mix("annoyance", "vigilance").name == "aggressiveness"
    with pytest.raises(InputError, match="one petal"):
        mix("rage", "annoyance")
    with pytest.raises(InputError, match="got 3"):
        at_depth("joy", 3)


def test_the_spaces_are_the_wheel() -> None:
    assert SPACES["plutchik"].labels == PRIMARIES
    assert SPACES["plutchik-dyads"].labels == tuple(DYADS)
    assert SPACES["plutchik-intensities"].labels == tuple(term for terms in INTENSITIES.values() for term in terms)
    assert len({term for terms in INTENSITIES.values() for term in terms}) == 24


def test_names_that_books_differ_in() -> None:
    for alias, name in ALIASES.items():
        assert decompose(alias) == DYADS[name]
        assert angle_of(alias) == angle_of(name)


def test_unknown_names() -> None:
    for call in (petal_of, decompose, angle_of, opposite):
        with pytest.raises(UnknownNameError):
            call("ennui")
    with pytest.raises(UnknownNameError, match="Did you mean 'love'"):
        decompose("lovee")


@given(st.sampled_from(TERMS), st.sampled_from(TERMS), st.sampled_from(TERMS))
def test_distance_is_a_metric_on_the_circle(a: str, b: str, c: str) -> None:
    assert distance(a, b) == distance(b, a)
    assert 0 <= distance(a, b) <= 180
    assert distance(a, a) == 0
    assert distance(a, c) <= distance(a, b) + distance(b, c) + 1e-9
    assert distance(opposite(a), opposite(b)) == pytest.approx(distance(a, b))


@given(st.lists(st.sampled_from(TERMS), min_size=1, max_size=12))
def test_similarities(terms: list[str]) -> None:
    alike = similarities(terms)
    assert ((alike >= -1e-12) & (alike <= 1 + 1e-12)).all()
    assert alike == pytest.approx(alike.T)
    assert np.diag(alike) == pytest.approx(np.ones(len(terms)))
    assert np.linalg.eigvalsh(alike)[0] > -1e-9
    for i, first in enumerate(terms):
        for j, second in enumerate(terms):
            assert alike[i, j] == pytest.approx((1 + np.cos(np.radians(distance(first, second)))) / 2)


def test_similarities_are_circulant() -> None:
    alike = similarities()
    for row in range(8):
        assert alike[row] == pytest.approx(np.roll(alike[0], row))
    assert (np.diff(alike[0, :5]) < 0).all()


@given(SCORES)
def test_dyad_strengths(scores) -> None:
    product, minimum, geometric = (dyad_strengths(scores, rule=rule) for rule in ("product", "minimum", "geometric"))
    assert minimum.shape == (3, 24)
    assert (product <= minimum + 1e-12).all()
    assert (minimum <= geometric + 1e-12).all()
    for place, dyad in enumerate(DYADS.values()):
        first, second = (scores[:, PRIMARIES.index(part)] for part in dyad.parts)
        assert minimum[:, place] == pytest.approx(np.minimum(first, second))
        assert product[:, place] == pytest.approx(first * second)
        assert geometric[:, place] == pytest.approx(np.sqrt(first * second), abs=1e-7)


@given(arrays(np.float64, (2, 24), elements=st.floats(0, 1)))
def test_primaries_of_dyads_keep_the_sum(shares) -> None:
    parts = primaries_of_dyads(shares)
    assert parts.sum(-1) == pytest.approx(shares.sum(-1))
    for row in range(24):
        own = primaries_of_dyads(np.eye(24)[row])
        assert {PRIMARIES[i] for i in np.flatnonzero(own)} == set(list(DYADS.values())[row].parts)


@given(SCORES)
def test_cancelling_leaves_at_most_one_of_a_pair(scores) -> None:
    left = cancel_opposites(scores)
    assert (np.minimum(left[:, :4], left[:, 4:]) == 0).all()
    assert (left <= scores).all()
    assert left[:, :4] - left[:, 4:] == pytest.approx(scores[:, :4] - scores[:, 4:])


@given(SCORES, st.integers(0, 7))
def test_direction_turns_with_the_wheel(scores, steps: int) -> None:
    angle, length = direction(scores)
    turned = direction(np.roll(scores, steps, -1))
    assert turned.length == pytest.approx(length, abs=1e-9)
    assert ((length >= 0) & (length <= 1)).all()
    for before, after, size in zip(angle, turned.angle, length, strict=True):
        if size > 1e-6:
            assert (after - before - 45 * steps + 180) % 360 == pytest.approx(180, abs=1e-3)


def test_direction_of_one_and_of_none() -> None:
    assert direction(np.eye(8)).angle == pytest.approx(45.0 * np.arange(8))
    assert direction(np.eye(8)).length == pytest.approx(np.ones(8))
    angle, length = direction([[0.0] * 8, [1.0] * 8])
    assert np.isnan(angle).all()
    assert length.tolist() == [0.0, 0.0]


def test_scores_that_are_none() -> None:
    with pytest.raises(InputError, match="shape"):
        cancel_opposites([0.1] * 7)
    with pytest.raises(InputError, match=r"\[0, 1\]"):
        dyad_strengths([1.1] * 8)
    with pytest.raises(InputError, match="rule"):
        dyad_strengths([0.1] * 8, rule="sum")  # type: ignore[arg-type]
    assert np.isnan(cancel_opposites([np.nan] * 8)).all()
