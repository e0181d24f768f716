"""Scales and orders: known conversions, round trips, what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from affekt.affect.scales import (
    ORDERS,
    SCALES,
    Scale,
    convert_scale,
    convert_spread,
    dimension_order,
    find_scale,
    read_points,
    reorder,
    vad_points,
    vad_spreads,
    write_points,
)
from affekt.errors import InputError, UnknownNameError
from affekt.types import VAD

NAMES = st.sampled_from(sorted(SCALES))
SHARES = arrays(np.float64, st.integers(0, 8), elements=st.floats(0, 1))


@pytest.mark.parametrize(
    ("values", "source", "target", "expected"),
    [
        ([1, 3, 5], "1-5", "-1..1", [-1, 0, 1]),
        ([1, 4, 7], "1-7", "-1..1", [-1, 0, 1]),
        ([1, 5, 9], "1-9", "-1..1", [-1, 0, 1]),
        ([0, 0.5, 1], "0-1", "-1..1", [-1, 0, 1]),
        ([0, 50, 100], "0-100", "-1..1", [-1, 0, 1]),
        ([-1, 0, 1], "-1..1", "1-9", [1, 5, 9]),
        ([1, 2, 5], "1-5", "1-9", [1, 3, 9]),
        ([0.25], "0-1", "0-100", [25]),
    ],
)
def test_known_conversions(values, source, target, expected) -> None:
    assert convert_scale(values, source, target) == pytest.approx(np.array(expected, float))


@given(SHARES, NAMES, NAMES)
def test_there_and_back(shares, source, target) -> None:
    old = SCALES[source]
    values = old.low + shares * old.width
    there = convert_scale(values, source, target)
    assert ((there >= SCALES[target].low) & (there <= SCALES[target].high)).all()
    assert convert_scale(there, target, source) == pytest.approx(values, abs=1e-9 * old.width)


@given(SHARES, NAMES, NAMES, NAMES)
def test_by_way_of_a_third_scale_is_the_same(shares, source, middle, target) -> None:
    values = SCALES[source].low + shares * SCALES[source].width
    detour = convert_scale(convert_scale(values, source, middle), middle, target)
    assert detour == pytest.approx(convert_scale(values, source, target), abs=1e-9 * SCALES[target].width)


@given(SHARES, NAMES)
def test_reversed_is_mirrored_about_the_middle(shares, source) -> None:
    values = SCALES[source].low + shares * SCALES[source].width
    assert convert_scale(values, source, reverse=True) == pytest.approx(-convert_scale(values, source), abs=1e-9)


@given(st.floats(0, 1), st.floats(0, 1), NAMES, NAMES)
def test_spread_moves_as_differences_do(a, b, source, target) -> None:
    low, width = SCALES[source].low, SCALES[source].width
    pair = convert_scale([low + a * width, low + b * width], source, target)
    moved = convert_spread(abs(a - b) * width, source, target)
    assert abs(pair[0] - pair[1]) == pytest.approx(float(moved), abs=1e-7 * SCALES[target].width)


def test_nan_stays_and_shapes_stay() -> None:
    moved = convert_scale([[1, math.nan], [9, 5]], "1-9")
    assert moved.shape == (2, 2)
    assert np.isnan(moved[0, 1])
    assert convert_scale(5, "1-9").shape == ()
    assert np.isnan(convert_spread([math.nan], "1-9")).all()


def test_what_is_outside_is_refused_and_rounding_is_not() -> None:
    with pytest.raises(InputError, match=r"2 values lie outside 1 to 5, the first is 0 at \(1,\)"):
        convert_scale([3, 0, 9], "1-5")
    assert convert_scale(1 + 4 * (1 + 1e-13), "1-5").item() == 1.0
    with pytest.raises(InputError, match="infinite"):
        convert_scale([math.inf], "1-5")
    with pytest.raises(InputError, match="numbers"):
        convert_scale(["high"], "1-5")
    with pytest.raises(InputError, match="not negative, got -1"):
        convert_spread([-1], "1-5")


@pytest.mark.parametrize("text", ["", "five", "5-1", "1-", "3-3"])
def test_no_scale(text) -> None:
    with pytest.raises(InputError, match="scale"):
        find_scale(text)


def test_own_scales() -> None:
    assert find_scale("0-10").high == 10
    assert find_scale("-3..3").low == -3
    assert find_scale("1 to 6").width == 5
    assert find_scale(Scale("mine", 2, 4)).name == "mine"
    with pytest.raises(InputError):
        find_scale((0.0, math.inf))


@given(
    arrays(np.float64, (4, 3), elements=st.floats(-1, 1)), st.sampled_from([o for o in ORDERS if len(o) == 3]), NAMES
)
def test_points_of_any_convention_there_and_back(points, order, scale) -> None:
    written = write_points(points, scale=scale, order=order)
    assert read_points(written, scale=scale, order=order) == pytest.approx(points, abs=1e-9)


def test_orders() -> None:
    row = [0.1, 0.2, 0.3]  # valence, arousal, dominance
    assert reorder(row, "VAD", "ADV").tolist() == [0.2, 0.3, 0.1]
    assert reorder(row, "PAD", "AVD").tolist() == [0.2, 0.1, 0.3]
    assert reorder(row, "VAD", "EPA").tolist() == [0.1, 0.3, 0.2]
    assert reorder(row, ["pleasure", "activation", "control"], "VA").tolist() == [0.1, 0.2]
    assert dimension_order(["Evaluation", "Potency", "Activity"]) == ORDERS["EPA"]
    with pytest.raises(InputError, match="no dominance"):
        reorder([0.1, 0.2], "VA", "VAD")
    with pytest.raises(InputError, match="3 columns"):
        reorder([0.1, 0.2], "VAD")
    with pytest.raises(InputError, match="twice"):
        dimension_order(["valence", "pleasure"])
    with pytest.raises(UnknownNameError, match="order of dimensions"):
        dimension_order("VXD")
    with pytest.raises(UnknownNameError, match="Did you mean 'arousal'"):
        dimension_order(["arousel"])


def test_reading_points() -> None:
    read = read_points([[9, 1]], scale="1-9", order="AV", reversed_dimensions=["valence"])
    assert read[0, :2].tolist() == [1.0, 1.0]
    assert np.isnan(read[0, 2])


def test_points_of_vads() -> None:
    vads = [VAD(0.1, 0.2, 0.3, 0.4, None, 0.6)]
    assert vad_points(vads).tolist() == [[0.1, 0.2, 0.3]]
    assert vad_spreads(vads).tolist() == [[0.4, 0.0, 0.6]]
    assert vad_points([]).shape == (0, 3)
