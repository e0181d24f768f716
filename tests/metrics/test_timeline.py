"""Timelines: drawn by hand, sampled on a fine grid, and beside audmetric."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affekt.errors import InputError
from affekt.metrics import timeline as t
from affekt.metrics.regression import ccc
from affekt.metrics.timeline import Segment

LENGTH = 12
LABELS = ("joy", "anger", "neutral")


@st.composite
def partitions(draw: st.DrawFn) -> list[Segment]:
    """Segments with edges at whole seconds that do not overlap."""
    edges = sorted(draw(st.sets(st.integers(0, LENGTH), min_size=2)))
    labels = draw(st.lists(st.sampled_from(LABELS), min_size=len(edges) - 1, max_size=len(edges) - 1))
    return [Segment(a, b, label) for a, b, label in zip(edges[:-1], edges[1:], labels, strict=True)]


SEGMENTS = st.lists(
    st.tuples(st.integers(0, LENGTH), st.integers(0, LENGTH), st.sampled_from(LABELS)).map(
        lambda s: Segment(min(s[:2]), max(s[:2]), s[2])
    ),
    max_size=4,
)


def at(segments: list[Segment], moment: float) -> set[str]:
    return {s.label for s in segments if s.start < moment < s.end}


@given(partitions(), SEGMENTS)
def test_error_equals_looking_at_every_moment(truth: list[Segment], said: list[Segment]) -> None:
    parts = dict.fromkeys(("false_alarm", "missed", "confusion", "overlap"), 0)
    for second in range(LENGTH):
        found, heard = at(truth, second + 0.5) - {"neutral"}, at(said, second + 0.5)
        if len(heard) > 1:
            parts["overlap"] += 1
        elif heard - {"neutral"} == found:
            continue
        elif not found:
            parts["false_alarm"] += 1
        elif not heard - {"neutral"}:
            parts["missed"] += 1
        else:
            parts["confusion"] += 1
    error = t.emotion_diarization_error(truth, said, duration=LENGTH)
    assert error._asdict() == {"rate": sum(parts.values()) / LENGTH, **parts, "total": LENGTH}
    assert 0 <= error.rate <= 1
    assert t.emotion_diarization_error(truth, truth, duration=LENGTH).rate == 0
    twice = t.pooled_diarization_error([error, t.emotion_diarization_error(truth, truth, duration=LENGTH)])
    assert math.isclose(twice.rate, error.rate / 2)


def test_three_drawn_timelines() -> None:
    # Neutral 0-2, anger 2-6, neutral 6-10; what is said starts late and ends late.
    late = t.emotion_diarization_error([Segment(2, 6, "anger")], [Segment(3, 7, "anger")], duration=10)
    assert late == (0.2, 1, 1, 0, 0, 10)
    # The wrong emotion throughout, and a false alarm after it.
    wrong = t.emotion_diarization_error([Segment(0, 4, "anger")], [Segment(0, 5, "joy")], duration=8)
    assert wrong == (5 / 8, 1, 0, 4, 0, 8)
    # Two emotions at once for a second, though one of them is right.
    both = t.emotion_diarization_error(
        [Segment(0, 4, "anger")], [Segment(0, 4, "anger"), Segment(3, 4, "joy")], duration=4
    )
    assert both == (0.25, 0, 0, 0, 1, 4)


def test_speechbrain_example() -> None:
    """The example in the documentation of SpeechBrain's EDER: 0.2 s windows n n n a a a over 1.22 s."""
    error = t.emotion_diarization_error([Segment(0.39, 1.10, "a")], [Segment(0.6, 1.2, "a")], duration=1.22)
    # SpeechBrain leaves the last 0.02 s, which no window covers, without a prediction, and so counts it as error.
    assert error.rate == pytest.approx(0.2704918032786885 - 0.02 / 1.22)


@given(SEGMENTS, SEGMENTS)
def test_events_equal_trying_every_matching(truth: list[Segment], said: list[Segment]) -> None:
    from itertools import permutations

    def fits(one: Segment, other: Segment) -> bool:
        late = max(1, 0.2 * (one.end - one.start))
        return (
            one.label == other.label and abs(one.start - other.start) <= 1 and abs(one.end - other.end) <= late + 1e-9
        )

    padded = said + [Segment(0, 0, "nothing")] * len(truth)
    best = max(
        sum(fits(*pair) for pair in zip(truth, order, strict=True)) for order in permutations(padded, len(truth))
    )
    scores = t.event_f1(truth, said, collar=1)
    assert scores.matched == best
    if truth or said:
        assert scores.f1 == pytest.approx(2 * best / (len(truth) + len(said)))
    assert t.event_f1(truth, truth).f1 == 1


def test_events_equal_audmetric() -> None:
    import audmetric
    import pandas as pd

    random = np.random.default_rng(0)

    def series(segments: list[Segment]) -> pd.Series:
        index = pd.MultiIndex.from_arrays(
            [
                ["a.wav"] * len(segments),
                pd.to_timedelta([s.start for s in segments], unit="s"),
                pd.to_timedelta([s.end for s in segments], unit="s"),
            ],
            names=["file", "start", "end"],
        )
        return pd.Series([s.label for s in segments], index=index)

    starts = np.arange(0, 60, 3.0)
    truth = [Segment(s, s + 2, str(random.choice(["joy", "anger"]))) for s in starts]
    said = [Segment(max(0, s + random.normal(scale=0.3)), s + 2 + random.normal(scale=0.3), truth[i].label)
            for i, s in enumerate(starts)]  # fmt: skip
    expected = audmetric.event_fscore_per_class(
        series(truth), series(said), onset_tolerance=0.25, offset_tolerance=0.25, duration_tolerance=0.2
    )
    for label in ("joy", "anger"):
        sides = [[s for s in side if s.label == label] for side in (truth, said)]
        assert t.event_f1(*sides, collar=0.25, offset_share=0.2).f1 == pytest.approx(expected[label])


@given(SEGMENTS, SEGMENTS)
def test_intersection_over_union(truth: list[Segment], said: list[Segment]) -> None:
    scores = t.label_iou(truth, said)
    for label, value in scores.items():
        seconds = [[label in at(side, second + 0.5) for second in range(LENGTH)] for side in (truth, said)]
        shared, either = np.logical_and(*seconds).sum(), np.logical_or(*seconds).sum()
        assert value == pytest.approx(shared / either if either else 0)
    for one in truth:
        for other in said:
            assert 0 <= t.segment_iou(one, other) == t.segment_iou(other, one) <= 1


def test_events_by_overlap() -> None:
    truth, said = [Segment(0, 4, "joy")], [Segment(1, 4, "joy")]
    assert t.event_f1(truth, said, overlap=0.75).f1 == 1 and t.event_f1(truth, said, overlap=0.8).f1 == 0
    assert t.event_f1([], []).f1 == 1 and t.event_f1(truth, []).f1 == 0


@given(st.integers(-5, 5))
def test_a_known_lag_is_found(late: int) -> None:
    trace = np.sin(np.arange(60) / 3) + np.arange(60) / 40
    truth = np.roll(trace, late)
    found = t.lagged_ccc(truth, trace, rate=10, max_lag=0.5)
    assert found.lag == late / 10 and found.value == pytest.approx(1)
    still = t.lagged_ccc(truth, trace, rate=10, max_lag=0)
    assert still == (ccc(truth, trace), 0) and found.value >= still.value


def test_bad_input() -> None:
    with pytest.raises(InputError, match="before its end"):
        t.event_f1([Segment(2, 1, "joy")], [])
    with pytest.raises(InputError, match="end by 3 s"):
        t.emotion_diarization_error([Segment(2, 4, "joy")], [], duration=3)
    with pytest.raises(InputError, match="one label at a time"):
        t.emotion_diarization_error([Segment(0, 2, "joy"), Segment(1, 3, "fear")], [], duration=3)
    with pytest.raises(InputError, match="duration"):
        t.emotion_diarization_error([], [], duration=0)
    with pytest.raises(InputError, match="too little"):
        t.lagged_ccc([0, 1, 2], [0, 1, 2], rate=1, max_lag=2)
    with pytest.raises(InputError, match="no recording"):
        t.pooled_diarization_error([])
