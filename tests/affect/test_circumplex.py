"""Angle, intensity and the parts that points are sorted into."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from affekt.affect.circumplex import (
    CIRCLE,
    OCTANTS,
    QUADRANTS,
    angular_distance,
    circle_term,
    from_polar,
    level_centres,
    level_edges,
    octant,
    quadrant,
    quantise,
    thirds,
    to_polar,
)
from affekt.errors import InputError

UNIT = st.floats(-1, 1).filter(lambda x: x == 0 or abs(x) > 1e-9)


@given(UNIT, UNIT)
def test_there_and_back(valence: float, arousal: float) -> None:
    angle, intensity = to_polar(valence, arousal)
    v, a = from_polar(angle, intensity)
    assert float(v) == pytest.approx(valence, abs=1e-9)
    assert float(a) == pytest.approx(arousal, abs=1e-9)
    assert 0 <= intensity <= math.sqrt(2)
    assert np.isnan(angle) == (intensity == 0)
    assert np.isnan(angle) or 0 <= angle < 360


@given(st.floats(0, 360, exclude_max=True), st.floats(1e-3, 1))
def test_back_and_there(angle: float, intensity: float) -> None:
    found = to_polar(*from_polar(angle, intensity))
    assert float(found.intensity) == pytest.approx(intensity)
    assert float(angular_distance(found.angle, angle)) == pytest.approx(0, abs=1e-6)


@given(st.floats(0, 360), st.floats(0, 360), st.floats(-720, 720))
def test_angular_distance(a: float, b: float, turn: float) -> None:
    assert float(angular_distance(a, b)) == float(angular_distance(b, a))
    assert 0 <= float(angular_distance(a, b)) <= 180
    assert float(angular_distance(a + turn, b + turn)) == pytest.approx(float(angular_distance(a, b)), abs=1e-6)
    assert float(angular_distance(a, a + 180)) == pytest.approx(180)


def test_russells_eight() -> None:
    points = [(1, 0), (0.7, 0.7), (0, 1), (-0.7, 0.7), (-1, 0), (-0.7, -0.7), (0, -1), (0.7, -0.7)]
    angles = to_polar(*np.array(points).T).angle
    assert angles == pytest.approx(45.0 * np.arange(8))
    assert circle_term(angles).tolist() == list(range(8))
    assert CIRCLE[circle_term(337.4)] == "relaxation"
    assert CIRCLE[circle_term(337.6)] == "pleasure"
    assert circle_term([math.nan]).tolist() == [-1]


def test_intensity_outside_the_square() -> None:
    assert float(from_polar(45, math.sqrt(2)).valence) == pytest.approx(1)
    with pytest.raises(InputError, match="outside"):
        from_polar(0, 1.2)
    with pytest.raises(InputError, match="not negative"):
        from_polar(0, -0.1)
    assert np.isnan(from_polar(math.nan, 0.5).valence)
    assert float(from_polar(math.nan, 0.0).valence) == 0.0


def test_quadrants() -> None:
    assert [QUADRANTS[i] for i in quadrant([0.5, -0.5, -0.5, 0.5], [0.5, 0.5, -0.5, -0.5])] == list(QUADRANTS)
    assert quadrant([0, math.nan], [0, 0.5]).tolist() == [0, -1]


@pytest.mark.parametrize(
    ("signs", "name"),
    [
        ("+++", "exuberant"),
        ("---", "bored"),
        ("++-", "dependent"),
        ("--+", "disdainful"),
        ("+-+", "relaxed"),
        ("-+-", "anxious"),
        ("+--", "docile"),
        ("-++", "hostile"),
    ],
)
def test_mehrabians_temperaments(signs: str, name: str) -> None:
    point = np.array([0.5 if sign == "+" else -0.5 for sign in signs])
    assert OCTANTS[octant(point)] == name
    assert octant(point) + octant(-point) == 7


@given(arrays(np.float64, (6, 3), elements=st.floats(-1, 1)))
def test_an_octant_holds_its_quadrant(points) -> None:
    flat = np.array([2, 1, 3, 0])[octant(points) >> 1]
    assert np.array_equal(flat, quadrant(points[:, 0], points[:, 1]))


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=20), st.integers(1, 9))
def test_levels(values: list[float], levels: int) -> None:
    found = quantise(values, levels)
    assert ((found >= 0) & (found < levels)).all()
    assert (np.abs(level_centres(levels)[found] - values) <= 1 / levels + 1e-12).all()
    order = np.argsort(values)
    assert (np.diff(found[order]) >= 0).all()
    edges = level_edges(levels)
    assert (edges[found] <= np.array(values)).all()
    assert (np.array(values) <= edges[found + 1]).all()
    assert quantise(level_centres(levels), levels).tolist() == list(range(levels))


def test_levels_of_a_scale() -> None:
    assert quantise([1, 2.9, 3, 9], 4, low=1, high=9).tolist() == [0, 0, 1, 3]
    assert quantise([math.nan], 3).tolist() == [-1]
    with pytest.raises(InputError, match="must lie"):
        quantise([1.5], 3)
    with pytest.raises(InputError, match="at least 1"):
        quantise([0.5], 0)


def test_thirds() -> None:
    assert thirds([-1, -0.34, -0.33, 0.33, 0.34, 1, math.nan]).tolist() == [0, 0, 1, 1, 2, 2, -1]
    counts = np.bincount(thirds(np.linspace(0.5, 0.9, 300), cut="count"))
    assert counts.tolist() == [100, 100, 100]
    assert thirds([math.nan], cut="count").tolist() == [-1]


def test_points_need_three_coordinates() -> None:
    with pytest.raises(InputError, match="shape"):
        octant([0.1, 0.2])
    assert octant([[math.nan, 0, 0]]).tolist() == [-1]
