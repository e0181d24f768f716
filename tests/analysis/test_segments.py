"""Smoothing and segments: against definitions written out, and streams against the whole."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affekt.analysis.segments import SegmentStream, find_segments, timeline_of
from affekt.analysis.smoothing import Method, Smoothing, open_smoother, smooth
from affekt.errors import InputError
from affekt.metrics.timeline import Segment, emotion_diarization_error

LABELS = ("calm", "joy", "anger")


@st.composite
def tables(draw: st.DrawFn, most: int = 8, labels: int = 3) -> np.ndarray:
    count = draw(st.integers(0, most))
    rows = np.random.default_rng(draw(st.integers(0, 10**6))).dirichlet(np.full(labels, 0.5), count)
    return rows.reshape(count, labels)


def pushed(table: np.ndarray, cuts: list[int], how: Smoothing) -> np.ndarray:
    smoother = open_smoother(how, labels=table.shape[1], hop_s=0.5)
    parts = [smoother.push(part) for part in np.split(table, sorted(min(cut, len(table)) for cut in cuts))]
    return np.concatenate([*parts, smoother.finish()])


@settings(max_examples=60, deadline=None)
@given(
    tables(40),
    st.lists(st.integers(0, 40), max_size=6),
    st.sampled_from(["none", "median", "exponential", "viterbi"]),
    st.sampled_from([0.4, 1.0, 2.6]),
)
def test_a_stream_is_the_whole_to_the_last_bit(
    table: np.ndarray, cuts: list[int], method: Method, seconds: float
) -> None:
    how = Smoothing(method, seconds=seconds, change=0.2)
    whole = pushed(table, [], how)
    np.testing.assert_array_equal(pushed(table, cuts, how), whole)
    np.testing.assert_array_equal(pushed(table, list(range(len(table))), how), whole)
    assert whole.shape == table.shape
    assert np.allclose(whole.sum(1), 1)
    stream = SegmentStream(LABELS, hop_s=0.5, smoothing=how, start=3.0)
    found = [segment for row in table for segment in stream.push([row])]
    assert [*found, *stream.finish()] == find_segments(table, LABELS, hop_s=0.5, smoothing=how, start=3.0)


def best_path_of_all(table: np.ndarray, least: int, change: float) -> float:
    """The score of the best labelling whose runs are all long enough, trying every one."""
    best = -np.inf
    for path in product(range(table.shape[1]), repeat=len(table)):
        edges = [0, *(at for at in range(1, len(path)) if path[at] != path[at - 1]), len(path)]
        runs = np.diff(edges)
        if (runs < least).any():
            continue
        # A label may change or stay only from its `least`-th row on.
        stays = sum(run - least for run in runs)
        score = np.log(table[np.arange(len(path)), path]).sum() + stays * np.log(1 - change)
        best = max(best, score + (len(runs) - 1) * np.log(change / (table.shape[1] - 1)))
    return best


@settings(max_examples=60, deadline=None)
@given(tables(7), st.integers(1, 3), st.sampled_from([0.05, 0.4]))
def test_viterbi_finds_the_best_of_all_labellings(table: np.ndarray, least: int, change: float) -> None:
    table = np.maximum(table, 1e-6)
    path = smooth(table, Smoothing("viterbi", seconds=least * 0.5, change=change), hop_s=0.5).argmax(1)
    if len(table) < least:
        assert len(set(path.tolist())) <= 1
        if len(table):
            assert path[0] == np.log(table).sum(0).argmax()
        return
    runs = np.diff([0, *(np.flatnonzero(np.diff(path)) + 1), len(path)])
    assert (runs >= least).all()
    score = np.log(table[np.arange(len(path)), path]).sum() + (runs - least).sum() * np.log(1 - change)
    score += (len(runs) - 1) * np.log(change / 2)
    assert score == pytest.approx(best_path_of_all(table, least, change))


def test_median_and_exponential_by_their_definitions() -> None:
    table = np.random.default_rng(3).dirichlet(np.ones(3), 12)
    middle = np.stack([np.median(table[max(0, at - 1) : at + 2], axis=0) for at in range(12)])
    middle /= middle.sum(1, keepdims=True)
    np.testing.assert_allclose(smooth(table, Smoothing("median", seconds=1.5), hop_s=0.5), middle)
    fade, last, expected = np.exp(-0.5 / 2.0), table[0], []
    for row in table:
        last = fade * last + (1 - fade) * row
        expected.append(last)
    np.testing.assert_allclose(smooth(table, Smoothing("exponential", seconds=2.0), hop_s=0.5), expected)
    np.testing.assert_array_equal(smooth(table, Smoothing("none"), hop_s=0.5), table)
    # Three one-hot rows have the median 0 everywhere: their mean stands in.
    assert smooth(np.eye(3), Smoothing("median", seconds=1.5), hop_s=0.5)[1].tolist() == pytest.approx([1 / 3] * 3)


def test_segments_drawn_by_hand() -> None:
    table = np.array([[0.8, 0.1, 0.1]] * 3 + [[0.1, 0.8, 0.1]] + [[0.8, 0.1, 0.1]] * 2 + [[0.0, 0.0, 1.0]] * 4)
    found = find_segments(table, LABELS, hop_s=0.5, smoothing=Smoothing("viterbi", seconds=1.0), start=10, end=14.9)
    assert timeline_of(found) == [Segment(10, 13, "calm"), Segment(13, 14.9, "anger")]
    assert found[0].probability == pytest.approx((5 * 0.8 + 0.1) / 6, abs=1e-6)
    assert found[1].probabilities == (0.0, 0.0, 1.0)
    as_is = find_segments(table, LABELS, hop_s=0.5, smoothing=Smoothing("none"))
    assert [part.label for part in as_is] == ["calm", "joy", "calm", "anger"]
    truth = [Segment(0, 3, "calm"), Segment(3, 5, "anger")]
    jumpy = emotion_diarization_error(truth, timeline_of(as_is), duration=5, neutral="calm")
    assert jumpy.rate == pytest.approx(0.1)
    assert find_segments(np.zeros((0, 3)), LABELS, hop_s=0.5) == []


def test_wrong_input_is_said() -> None:
    with pytest.raises(InputError, match="Rows of 3"):
        find_segments([[0.5, 0.5]], LABELS, hop_s=0.5)
    with pytest.raises(InputError, match="NaN"):
        find_segments([[0.5, 0.5, float("nan")]], LABELS, hop_s=0.5)
    with pytest.raises(InputError, match="one of none, median"):
        Smoothing("mean")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="between 0 and 1"):
        Smoothing(change=1)
    with pytest.raises(InputError, match="hop above 0"):
        find_segments([[1.0]], ["calm"], hop_s=0)
    with pytest.raises(InputError, match="need labels"):
        find_segments([], [], hop_s=1)
