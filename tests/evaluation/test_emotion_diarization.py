"""Timelines drawn from probabilities: the parts of the error by hand, and smoothing chosen where it is not scored."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from affekt.analysis.smoothing import Smoothing
from affekt.analysis.timelines import read_timelines, write_timelines
from affekt.errors import InputError
from affekt.evaluation.emotion_diarization import (
    SMOOTHINGS,
    ReadRecording,
    choose_smoothing,
    draw,
    error_parts,
    pooled_rate,
    timeline,
)
from affekt.metrics.timeline import Segment, emotion_diarization_error, pooled_diarization_error

LABELS = ("neutral", "happy", "angry")


def noisy(recordings: int, seed: int, *, wrong: float = 0.2, hop_s: float = 0.25) -> list[ReadRecording]:
    """Recordings of 10 s with stretches of 2 s (synthetic), read right but for single windows."""
    random = np.random.default_rng(seed)
    made = []
    for number in range(recordings):
        labels = random.integers(0, 3, 5)
        truth = tuple(Segment(2.0 * i, 2.0 * i + 2, LABELS[label]) for i, label in enumerate(labels))
        windows = np.repeat(labels, round(2 / hop_s))
        flipped = random.random(len(windows)) < wrong
        windows = np.where(flipped, (windows + random.integers(1, 3, len(windows))) % 3, windows)
        made.append(ReadRecording(f"planted-{number}", 10.0, truth, 0.8 * np.eye(3)[windows] + 0.2 / 3, hop_s))
    return made


def test_parts_equal_hand_values() -> None:
    """Truth: neutral to 1 s, angry to 3 s, neutral; said: happy to .5 s, neutral to 1.5 s, angry to 2.5 s, happy."""
    rows = [1, 0, 0, 2, 2, 1, 1, 1]
    read = ReadRecording("a", 4.0, (Segment(1.0, 3.0, "angry"),), np.eye(3)[rows], 0.5)
    parts = error_parts([read], LABELS, Smoothing("none"))
    # False alarm: 0 to .5 and 3 to 4; missed: 1 to 1.5; confused: 2.5 to 3.
    assert parts.tolist() == [[1.5, 0.5, 0.5, 0.0, 4.0]]
    assert pooled_rate([0], parts) == 2.5 / 4


def test_pooling_is_that_of_the_metric() -> None:
    recordings = noisy(4, 0)
    parts = error_parts(recordings, LABELS, Smoothing("median", seconds=0.75))
    each = [
        emotion_diarization_error(
            read.truth,
            [Segment(s.start, s.end, s.label) for s in draw(read, LABELS, Smoothing("median", seconds=0.75))],
            duration=read.seconds,
        )
        for read in recordings
    ]
    assert pooled_rate(np.zeros(4), parts) == pytest.approx(pooled_diarization_error(each).rate)


def test_the_last_window_ends_with_the_recording() -> None:
    read = ReadRecording("a", 1.1, (), np.eye(3)[[0, 0, 0, 0, 1]], 0.25)
    assert draw(read, LABELS, Smoothing("none"))[-1].end == 1.1


@pytest.mark.parametrize("method", ["median", "viterbi"])
def test_smoothing_chosen_on_others_draws_noisy_readings_better(method: str) -> None:
    tried = [each for each in SMOOTHINGS if each.method in ("none", method)]
    chosen = choose_smoothing(noisy(10, 1), LABELS, tried=tried)
    assert chosen.method == method
    rates = {each: pooled_rate((), error_parts(noisy(10, 2), LABELS, each)) for each in (Smoothing("none"), chosen)}
    assert rates[chosen] < 0.6 * rates[Smoothing("none")]


def test_where_readings_are_right_nothing_is_smoothed() -> None:
    assert choose_smoothing(noisy(5, 1, wrong=0.0), LABELS) == Smoothing("none")
    assert pooled_rate((), error_parts(noisy(5, 2, wrong=0.0), LABELS, Smoothing("none"))) == 0
    with pytest.raises(InputError, match="0, and"):
        choose_smoothing([], LABELS)


def test_what_is_drawn_goes_through_rttm(tmp_path: Path) -> None:
    smoothing = Smoothing("viterbi", seconds=1.0, change=0.02)
    recordings = noisy(3, 3)
    write_timelines([timeline(each, LABELS, smoothing, speaker="ann") for each in recordings], tmp_path / "a.rttm")
    for back, read in zip(read_timelines(tmp_path / "a.rttm"), recordings, strict=True):
        segments = draw(read, LABELS, smoothing)
        assert [(each.start, each.end, each.label) for each in back.labels] == [
            (each.start, each.end, each.label) for each in segments
        ]
        assert {each.speaker for each in back.labels} == {"ann"} and back.labels[-1].end == 10.0
