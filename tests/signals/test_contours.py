"""What contours do over time."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from affekt.signals.contours import peaks, slopes, smoothed, stretches, turning_points

CONTOURS = arrays(np.float64, st.integers(0, 40), elements=st.integers(-5, 5).map(float))


@given(CONTOURS)
def test_smoothing_is_the_mean_of_known_neighbours(contour):
    values = np.where(contour == 3, np.nan, contour).astype(np.float32)[:, None]
    got = smoothed(values)[:, 0]
    for at, value in enumerate(values[:, 0]):
        near = values[max(0, at - 1) : at + 2, 0]
        expected = np.mean(near[np.isfinite(near)]) if np.isfinite(value) else np.nan
        assert got[at] == pytest.approx(expected, rel=1e-5, abs=1e-6, nan_ok=True)


@given(CONTOURS, st.integers(0, 6))
def test_peaks_stand_out_on_both_sides(contour, prominence):
    found = peaks(contour, prominence=prominence)
    bounds = [0, *found.tolist(), max(0, len(contour) - 1)]
    for number, at in enumerate(found.tolist(), start=1):
        assert contour[at] >= max(contour[at - 1], contour[at + 1])
        assert contour[at] - contour[bounds[number - 1] : at + 1].min() >= max(prominence, 1e-9)
        assert contour[at] - contour[at : bounds[number + 1] + 1].min() >= max(prominence, 1e-9)


@given(CONTOURS)
def test_a_contour_and_its_mirror_rise_and_fall_alike(contour):
    there, back = slopes(contour, prominence=1.0), slopes(contour[::-1], prominence=1.0)
    assert min(there) >= 0
    # A peak with a level top stands where it ends, so only contours without one mirror exactly.
    if len(np.unique(contour)) == len(contour):
        assert there.rising_mean == pytest.approx(back.falling_mean)
        assert there.falling_mean == pytest.approx(back.rising_mean)


def test_slopes_of_a_saw():
    saw = np.tile([0.0, 1.0, 2.0, 3.0, 0.0], 4)
    found = slopes(saw, hop_s=0.01, prominence=1.0)
    assert found.rising_mean == pytest.approx(100.0)
    assert found.falling_mean == pytest.approx(300.0)
    assert found.rising_deviation == found.falling_deviation == pytest.approx(0.0, abs=1e-9)


@given(CONTOURS)
def test_between_turning_points_a_contour_goes_one_way(contour):
    points = turning_points(contour)
    for first, last in pairwise(points):
        step = np.diff(contour[first : last + 1])
        assert (step >= 0).all() or (step <= 0).all()


@given(arrays(np.bool_, st.integers(0, 30)), st.integers(0, 3))
def test_stretches_cover_what_is_inside_and_bridge_short_gaps(inside, bridged):
    found = stretches(inside, bridged=bridged)
    covered = np.zeros(len(inside), bool)
    for first, last in found:
        assert inside[first]
        assert inside[last - 1]
        covered[first:last] = True
    assert covered[inside].all()
    assert (found[1:, 0] - found[:-1, 1] > bridged).all()
    for first, last in stretches(covered & ~inside):
        assert last - first <= bridged
