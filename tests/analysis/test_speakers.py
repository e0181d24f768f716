"""Who speaks when: channels, planted voices, and real voices of unseen speakers joined."""

from __future__ import annotations

import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affekt.analysis.speakers import (
    Turn,
    channels_are_speakers,
    cut_stretches,
    find_speakers,
    mark_overlaps,
    turns_of,
)
from affekt.errors import InputError
from affekt.metrics.diarization import diarization_error, pooled_diarization_error_rate
from affekt.metrics.timeline import Segment
from affekt.types import Span

RATE = 16_000


class _Planted:
    """An embedder whose vector is what is planted in the samples: the speaker's number, with some noise."""

    window_s = 1.0
    threshold = 0.3

    def __init__(self) -> None:
        self.random = np.random.default_rng(0)

    def embed(self, windows: np.ndarray) -> np.ndarray:
        who = np.round(np.median(windows, axis=1)).astype(int)
        vectors = np.eye(4)[who] + 0.2 * self.random.normal(size=(len(who), 4))
        return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def planted(turns: list[Segment], seconds: float) -> np.ndarray:
    samples = np.zeros(round(seconds * RATE), np.float32)
    for turn in turns:
        samples[round(turn.start * RATE) : round(turn.end * RATE)] = int(turn.label)
    return samples


def test_planted_speakers_are_found_with_and_without_their_number() -> None:
    truth = [Segment(1, 4, "1"), Segment(4, 8, "2"), Segment(9, 12, "3"), Segment(12.5, 16, "1"), Segment(16, 19, "2")]
    samples = planted(truth, 20)
    stretches = [Span(1, 8, "second"), Span(9, 12, "second"), Span(12.5, 19, "second")]
    blocks = np.split(samples, range(30_000, len(samples), 30_000))
    for number in (3, None):
        found = find_speakers(blocks, stretches, _Planted(), speakers=number)
        error = diarization_error(truth, turns_of(found))
        assert error.rate < 0.05
        assert error.pairs == {"1": "speaker-1", "2": "speaker-2", "3": "speaker-3"}
        assert len(found) == 5
    assert {turn.speaker for turn in find_speakers(blocks, stretches, _Planted(), speakers=1)} == {"speaker-1"}
    # Who says less than `least_s` is taken for the nearest one.
    few = find_speakers(blocks, stretches, _Planted(), least_s=3.3)
    assert len({turn.speaker for turn in few}) == 2
    assert find_speakers(blocks, [], _Planted()) == []
    with pytest.raises(InputError, match="one speaker or more"):
        find_speakers(blocks, stretches, _Planted(), speakers=0)


@given(st.lists(st.tuples(st.integers(0, 90), st.integers(1, 30)), max_size=5), st.integers(1, 50))
def test_stretches_are_cut_out_of_blocks_as_out_of_the_whole(drawn: list[tuple[int, int]], size: int) -> None:
    samples = np.arange(100, dtype=np.float32)
    spans = [Span(start / 10, (start + length) / 10, "second") for start, length in sorted(drawn)]
    blocks = np.split(samples, range(size, 100, size))
    cut = list(cut_stretches(blocks, spans, rate=10))
    expected = [samples[round(span.start * 10) : round(span.end * 10)] for span in spans]
    assert [part.tolist() for part in cut] == [part.tolist() for part in expected]


def test_channels_of_a_call_and_of_a_room() -> None:
    random = np.random.default_rng(0)
    speech = random.normal(0, 0.1, (2, 10 * RATE)).astype(np.float32)
    talks = np.repeat(np.arange(10) % 2, RATE)
    call = speech * (talks == np.array([[0], [1]])) + random.normal(0, 1e-4, speech.shape)
    blocks = np.array_split(call.astype(np.float32), 7, axis=1)
    assert channels_are_speakers(blocks, RATE)
    room = np.stack([speech[0], 0.6 * speech[0]])
    assert not channels_are_speakers([room], RATE)
    assert not channels_are_speakers([np.stack([speech[0], np.zeros_like(speech[0])])], RATE)  # one side is empty
    assert not channels_are_speakers([speech[:1]], RATE)
    assert not channels_are_speakers([np.zeros((2, RATE), np.float32)], RATE)
    assert not channels_are_speakers([], RATE)


def test_overlaps_are_marked_and_nobodys() -> None:
    turns = [Turn(0, 4, "ann"), Turn(3, 6, "ben"), Turn(5, 5.5, "cid"), Turn(8, 9, "ann")]
    marked = mark_overlaps(turns)
    assert marked == [
        Turn(0, 3, "ann"),
        Turn(3, 4, "", True),
        Turn(4, 5, "ben"),
        Turn(5, 5.5, "", True),
        Turn(5.5, 6, "ben"),
        Turn(8, 9, "ann"),
    ]
    assert [turn.label for turn in turns_of(marked)] == ["ann", "ben", "ben", "ann"]
    assert mark_overlaps([]) == []
    assert mark_overlaps([Turn(0, 2, "ann"), Turn(1, 3, "ann")]) == [Turn(0, 3, "ann")]


@pytest.mark.slow
@pytest.mark.skipif("AFFEKT_DATA" not in os.environ, reason="AFFEKT_DATA names no folder of corpora")
def test_real_voices_of_unseen_speakers() -> None:
    """The encoder was never trained on these; its threshold was chosen on folds 0 and 1 of RAVDESS."""
    pytest.importorskip("torch")
    pytest.importorskip("soundfile")
    from affekt.corpora.clips import read_clips
    from affekt.corpora.joined_speech import join_speech
    from affekt.errors import CorpusError, MissingDependencyError
    from affekt.inference.voices import LearnedVoices

    try:
        voices, clips = LearnedVoices(), read_clips("emodb", cache=None)
    except (CorpusError, MissingDependencyError) as error:
        pytest.skip(str(error))
    held = clips.take(clips.folds >= 5)
    errors = []
    for joined in join_speech(held, recordings=4, parts=8, speakers=2, seed=5):
        truth = [Segment(part.start, part.end, part.speaker) for part in joined.parts]
        spans = [Span(part.start, part.end, "second") for part in joined.parts]
        errors.append(diarization_error(truth, turns_of(find_speakers([joined.samples], spans, voices, speakers=2))))
    assert pooled_diarization_error_rate(errors).rate < 0.3
