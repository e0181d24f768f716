"""The plane and the bars: where the point falls, what a bar is worth."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affekt.cli.plane import FINE, PLAIN, bar, course, draw_plane, gauge
from affekt.types import VAD

unit = st.floats(-1, 1)


@pytest.mark.parametrize(
    ("vad", "place"),
    [
        (VAD(0, 0, 0), (5, 13)),
        (VAD(-1, 1, 0), (1, 1)),
        (VAD(1, 1, 0), (1, 25)),
        (VAD(-1, -1, 0), (9, 1)),
        (VAD(1, -1, 0), (9, 25)),
    ],
)
def test_the_point_stands_where_the_axes_say(vad, place):
    plane = draw_plane(vad)
    assert plane.point == place
    assert plane.rows[place[0]][place[1]] == "●"


@given(unit, unit, st.one_of(st.none(), st.floats(0, 3)), st.sampled_from([FINE, PLAIN]), st.integers(23, 40))
def test_the_frame_is_never_broken(valence, arousal, sd, glyphs, width):
    plane = draw_plane(VAD(valence, arousal, 0, sd, sd, sd), glyphs, width=width)
    assert len(plane.rows) == 11
    assert {len(row) for row in plane.rows} == {width}
    assert all(row[0] == row[-1] == glyphs.frame[5] for row in plane.rows[1:-1])
    assert sum(row.count(glyphs.point) for row in plane.rows[1:-1]) >= 1
    assert "arousal" in plane.rows[0]
    assert "valence" in plane.rows[-1]


def test_whiskers_end_at_the_ninety_percent_interval():
    vad = VAD(0.2, 0.0, 0.0, 0.3, 0.0, None)
    low, high = vad.interval("valence")
    row = draw_plane(vad).rows[5][1:-1]
    places = [i for i, character in enumerate(row) if character in "├─┤●"]
    assert min(places) == round((low + 1) / 2 * 24)
    assert max(places) == round((high + 1) / 2 * 24)


@given(st.floats(0, 1), st.integers(1, 60))
def test_a_bar_is_as_long_as_its_share(share, width):
    filled, empty = bar(share, width)
    assert len(filled) + len(empty) == width
    assert abs(len(filled.replace("╸", "")) + filled.count("╸") / 2 - share * width) <= 0.26


def test_a_gauge_runs_from_its_centre():
    assert gauge(-1, 4) == ("━━━━", "│", "    ")
    assert gauge(0.5, 4) == ("    ", "│", "━━  ")
    assert gauge(0, 4) == ("    ", "│", "    ")


@given(st.lists(st.one_of(st.none(), unit), min_size=1, max_size=300), st.integers(1, 80))
def test_a_course_has_a_mark_per_value_up_to_the_width(values, width):
    drawn, limit = course(values, width)
    assert len(drawn) == min(width, len(values))
    assert 0.25 <= limit <= 1


def test_a_course_keeps_order_and_sign():
    drawn, limit = course([-0.8, -0.4, 0.0, 0.4, 0.8], 20)
    assert list(drawn) == sorted(drawn)
    assert limit == 0.8
    assert course([0.01, -0.01], 20)[0] in ("▅▄", "▄▄", "▅▅")
