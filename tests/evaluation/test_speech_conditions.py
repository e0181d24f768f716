"""The condition report of BERSt: UA and WER by position, loudness and emotion, on planted answers."""

from __future__ import annotations

import numpy as np
import pytest

from affekt.errors import InputError
from affekt.evaluation.speech_conditions import condition_scores, condition_table

POSITIONS, LEVELS, EMOTIONS = ("near", "other room"), ("spoken", "shouted"), ("joy", "anger")


def planted() -> dict[str, list[str]]:
    """Eighty clips: emotions are lost in the other room, half of the words where somebody shouts."""
    random = np.random.default_rng(0)
    clips: dict[str, list[str]] = {
        name: [] for name in ("position", "level", "emotion", "said", "words", "heard", "who")
    }
    for number in range(80):
        position, level, emotion = POSITIONS[number % 2], LEVELS[number // 2 % 2], EMOTIONS[number // 4 % 2]
        clips["position"].append(position)
        clips["level"].append(level)
        clips["emotion"].append(emotion)
        clips["said"].append(emotion if position == "near" else str(random.choice(EMOTIONS)))
        clips["words"].append("Old dogs, new tricks!")
        clips["heard"].append("old dogs new tricks" if level == "spoken" else "Old tricks")
        clips["who"].append(f"actor {number // 8}")
    return clips


def test_scores_by_position_level_and_emotion() -> None:
    clips = planted()
    found = condition_scores(
        {name: clips[name] for name in ("position", "level", "emotion")},
        emotions=(clips["emotion"], clips["said"]),
        transcripts=(clips["words"], clips["heard"]),
        speakers=clips["who"],
        resamples=200,
    )
    by_name = {(each.condition, each.value): each for each in found}
    assert list(by_name) == [
        ("all", "all"), ("position", "near"), ("position", "other room"), ("level", "spoken"), ("level", "shouted"),
        ("emotion", "joy"), ("emotion", "anger"),
    ]  # fmt: skip
    assert [each.clips for each in found] == [80, 40, 40, 40, 40, 40, 40]
    near, far = by_name["position", "near"].ua, by_name["position", "other room"].ua
    assert near is not None and far is not None
    assert near.value == 1
    assert far.low <= far.value <= far.high < 1
    truth, said = (np.array(clips[name])[1::2] for name in ("emotion", "said"))
    recalls = [(said[truth == emotion] == emotion).mean() for emotion in EMOTIONS]
    assert far.value == pytest.approx(np.mean(recalls))
    joy = by_name["emotion", "joy"].ua
    assert joy is not None
    assert joy.value == pytest.approx((1 + recalls[0]) / 2)
    wers = [by_name[key].wer for key in (("level", "spoken"), ("level", "shouted"), ("all", "all"))]
    assert [each.value for each in wers if each is not None] == [0, 0.5, 0.25]
    table = condition_table(found)
    assert table.count("\n") == 8
    assert "| level | shouted | 40 |" in table
    assert "| 50.0 (50.0 to 50.0) |" in table


def test_one_side_alone_and_wrong_lengths() -> None:
    (whole,) = condition_scores({}, emotions=(["joy"], ["anger"]), resamples=5)
    assert (whole.wer, whole.ua and whole.ua.value) == (None, 0)
    with pytest.raises(InputError, match="emotions or transcripts"):
        condition_scores({"level": ["spoken"]})
    with pytest.raises(InputError, match="lengths"):
        condition_scores({"level": ["spoken"]}, emotions=(["joy", "joy"], ["joy", "joy"]))
