"""Joined speech: what is said to be where is there."""

from __future__ import annotations

import numpy as np
import pytest

from affekt.corpora.clips import Clips, make_clips
from affekt.corpora.joined_speech import RATE, join_speech, spoken_part
from affekt.errors import InputError
from affekt.types import LabelSpace

SPACE = LabelSpace("three", ("calm", "joy", "anger"), "exclusive", "none")


@pytest.fixture(scope="module")
def clips() -> Clips:
    """Twelve clips by each of three speakers; the level of a clip tells which it is."""
    random = np.random.default_rng(0)
    sounds, labels, speakers = [], [], []
    for number in range(36):
        speech = np.sign(random.normal(size=8000 + 160 * number)) * (0.1 + number / 100)
        quiet = 1e-4 * random.normal(size=16_000)
        sounds.append(np.concatenate([quiet, speech, quiet]).astype(np.float32))
        labels.append(number % 3)
        speakers.append("abc"[number // 12])
    return make_clips(sounds, labels, SPACE, speakers=speakers)


@pytest.mark.parametrize("speakers", [1, 2, 3])
def test_parts_are_where_they_are_said_to_be(clips: Clips, speakers: int) -> None:
    made = join_speech(clips, recordings=5, parts=6, speakers=speakers, pauses=(0.2, 0.4), seed=3)
    assert [each.name for each in made] == [f"joined-own-{number:04}" for number in range(5)]
    for recording in made:
        assert len(recording.parts) == 6
        assert len({part.speaker for part in recording.parts}) == speakers
        assert len({part.clip for part in recording.parts}) == 6
        before = 0.0
        for part, after in zip(recording.parts, [*recording.parts[1:], None], strict=True):
            assert 0.2 - 1e-3 <= part.start - before <= 0.4 + 1e-3
            before = part.end
            number = int(part.clip.removeprefix("own-"))
            assert (part.label, part.speaker) == (SPACE.labels[number % 3], "abc"[number // 12])
            middle = recording.samples[round((part.start + 0.1) * RATE) : round((part.end - 0.1) * RATE)]
            np.testing.assert_allclose(np.abs(middle), 0.1 + number / 100, atol=1e-6)
            # 0.05 s of what was around the speech stay.
            assert part.end - part.start == pytest.approx(0.5 + 0.01 * number + 0.1, abs=0.011)
            assert after is None or after.label != part.label or after.speaker != part.speaker
            between = recording.samples[round((part.end + 0.01) * RATE) : round((part.end + 0.19) * RATE)]
            assert np.abs(between).max() < 0.01
        assert recording.seconds == len(recording.samples) / RATE


def test_the_same_seed_makes_the_same(clips: Clips) -> None:
    one, other = (join_speech(clips, recordings=2, speakers=2, seed=7) for _ in range(2))
    assert [each.parts for each in one] == [each.parts for each in other]
    assert all((a.samples == b.samples).all() for a, b in zip(one, other, strict=True))
    assert join_speech(clips, recordings=2, speakers=2, seed=8)[0].parts != one[0].parts


def test_too_few_are_said(clips: Clips) -> None:
    with pytest.raises(InputError, match="from 3 speakers"):
        join_speech(clips, speakers=4)
    with pytest.raises(InputError, match="too few clips"):
        join_speech(clips, parts=20)
    with pytest.raises(InputError, match="Pauses run"):
        join_speech(clips, pauses=(1.0, 0.5))
    assert len(spoken_part(np.zeros(500, np.float32))) == 500
