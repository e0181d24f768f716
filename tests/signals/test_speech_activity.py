"""Where someone speaks: silence, streams, noise, and real speech whose ends people marked."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affekt.errors import InputError
from affekt.signals.speech_activity import (
    Detection,
    Spans,
    SpeechActivity,
    frame_labels,
    speech_activity,
    speech_probability,
)
from affekt.types import Span

RATE = 16000
DATA = os.environ.get("AFFEKT_DATA")


def voice(seed: int, seconds: float, rate: int = RATE) -> np.ndarray:
    """Syllables of a harmonic sound, four a second, as a voice has them."""
    generator = np.random.default_rng(seed)
    time = np.arange(int(seconds * rate)) / rate
    pitch = np.interp(time, np.linspace(0, seconds, 9), generator.uniform(100, 250, 9))
    phase = 2 * np.pi * np.cumsum(pitch) / rate
    sound = sum(np.sin(k * phase) / k for k in range(1, min(20, int(rate / 2 / 260)))) * (
        0.1 + np.abs(np.sin(2 * np.pi * 2 * time))
    )
    return (0.1 * sound).astype(np.float32)


def scene(rate: int = RATE, level: float = 1.0) -> np.ndarray:
    """Speech from 1 to 3 and from 4.5 to 6 of 8 seconds."""
    samples = np.zeros(8 * rate, np.float32)
    samples[rate : 3 * rate] = voice(1, 2, rate)
    samples[int(4.5 * rate) : 6 * rate] = voice(2, 1.5, rate)
    return samples * np.float32(level)


def noise(samples: np.ndarray, snr: float) -> np.ndarray:
    power = np.mean(samples[samples != 0] ** 2) * 10 ** (-snr / 10)
    return samples + np.random.default_rng(5).standard_normal(len(samples)).astype(np.float32) * np.float32(
        np.sqrt(power)
    )


NOTHING = {
    "silence": np.zeros(5 * RATE, np.float32),
    "DC": np.full(5 * RATE, 0.3, np.float32),
    "the faintest hiss": np.random.default_rng(0).standard_normal(5 * RATE).astype(np.float32) * np.float32(1e-6),
    "loud hiss": np.random.default_rng(0).standard_normal(5 * RATE).astype(np.float32) * np.float32(0.1),
    "a hum": (0.2 * np.sin(2 * np.pi * 50 * np.arange(5 * RATE) / RATE)).astype(np.float32),
    "no samples": np.zeros(0, np.float32),
    "20 ms of silence": np.zeros(320, np.float32),
}


@pytest.mark.parametrize("samples", NOTHING.values(), ids=NOTHING)
def test_where_nobody_speaks_there_are_no_spans(samples: np.ndarray) -> None:
    assert speech_activity(samples, RATE) == ()


@pytest.mark.parametrize("rate", [8000, 16000, 44100])
@pytest.mark.parametrize("level", [1.0, 0.02])
def test_speech_is_found_at_every_rate_and_level(rate: int, level: float) -> None:
    found = speech_activity(scene(rate, level), rate)
    assert len(found) == 2 and all(span.unit == "second" for span in found)
    for span, (start, end) in zip(found, ((1, 3), (4.5, 6)), strict=True):
        assert (span.start, span.end) == (pytest.approx(start, abs=0.15), pytest.approx(end, abs=0.2))


@pytest.mark.parametrize("snr", [20, 10, 5])
def test_speech_is_found_in_noise(snr: float) -> None:
    samples = noise(scene(), snr)
    truth = [Span(1, 3, "second"), Span(4.5, 6, "second")]
    frames = 780
    wrong = frame_labels(speech_activity(samples, RATE), frames) != frame_labels(truth, frames)
    assert wrong.mean() < 0.1


@given(st.lists(st.integers(1, 30_000), min_size=1, max_size=6), st.sampled_from([8000, 16000, 22050]))
@settings(max_examples=8)
def test_the_stream_says_what_the_whole_says(cuts: list[int], rate: int) -> None:
    samples = noise(scene(rate), 15)
    stream = SpeechActivity(rate)
    found: list[Span] = []
    at, turn = 0, 0
    while at < len(samples):
        step = max(cuts[turn % len(cuts)], 500)
        found += stream.push(samples[at : at + step])
        at, turn = at + step, turn + 1
    assert (*found, *stream.finish()) == speech_activity(samples, rate)


def notes(seconds: int) -> np.ndarray:
    """Chords of a scale, plucked four times a second."""
    generator, time = np.random.default_rng(3), np.arange(RATE) / RATE
    out = np.zeros((seconds + 1) * RATE)
    for beat in range(4 * seconds):
        for step in generator.choice([0, 2, 4, 5, 7, 9, 11, 12, 14, 16], 3, replace=False):
            hz = 196 * 2 ** (step / 12)
            note = sum(np.sin(2 * np.pi * hz * k * time) / k for k in range(1, 6)) * np.exp(-5 * time)
            out[beat * RATE // 4 : beat * RATE // 4 + RATE] += 0.05 * note
    return out[: seconds * RATE].astype(np.float32)


def test_notes_are_no_speech_and_speech_after_them_is() -> None:
    music = notes(12)
    assert sum(span.end - span.start for span in speech_activity(music, RATE)) < 2
    found = speech_activity(np.concatenate([music, scene()]), RATE)
    heard = frame_labels(found, 2000)
    truth = frame_labels([Span(13, 15, "second"), Span(16.5, 18, "second")], 2000)
    assert heard[truth].mean() > 0.95
    stream = SpeechActivity(RATE)
    cut = [span for part in np.split(music, range(999, len(music), 7777)) for span in stream.push(part)]
    assert (*cut, *stream.finish()) == speech_activity(music, RATE)


def test_a_hum_takes_nothing_from_speech() -> None:
    time = np.arange(len(scene())) / RATE
    hum = sum(np.sin(2 * np.pi * 100 * k * time + k) / k for k in range(1, 9))
    loud = (scene() + 0.005 * hum).astype(np.float32)
    truth = frame_labels([Span(1, 3, "second"), Span(4.5, 6, "second")], 780)
    assert frame_labels(speech_activity(loud, RATE), 780)[truth].mean() > 0.9


def test_a_span_comes_out_half_a_second_and_a_pause_after_its_end() -> None:
    stream = SpeechActivity(RATE)
    samples, came = scene(), []
    for at in range(0, len(samples), 1600):
        came += [((at + 1600) / RATE, span) for span in stream.push(samples[at : at + 1600])]
    assert len(came) == 2
    for moment, span in came:
        assert 0 <= moment - span.end <= 0.5 + 0.4 + 0.2


def test_speech_to_the_end_ends_with_the_sound() -> None:
    samples = scene()[: int(5.2 * RATE) + 77]
    found = speech_activity(samples, RATE)
    assert found[-1].end == pytest.approx(len(samples) / RATE, abs=1e-3)
    with pytest.raises(InputError, match="one channel"):
        speech_activity(np.zeros((2, 100), np.float32), RATE)


def test_probabilities_are_by_frames_of_10_ms() -> None:
    likely = speech_probability(scene(), RATE)
    assert likely.dtype == np.float32 and len(likely) == (8 * RATE - 512) // 160 + 1
    assert ((likely >= 0) & (likely <= 1)).all()
    assert likely[:80].max() < 0.5 < likely[110:290].mean()
    assert not speech_probability(NOTHING["silence"], RATE).any()


def reference_spans(likely: np.ndarray, how: Detection, hop: float) -> list[tuple[float, float]]:
    """The rules of Detection, one after the other over the whole."""
    speaking, labels = False, []
    for p in likely:
        speaking = p >= how.begin or (speaking and p >= how.end)
        labels.append(speaking)
    edges = np.flatnonzero(np.diff(np.r_[False, labels, False].astype(int)))
    runs = [[int(a), int(b), int(b - a)] for a, b in zip(edges[::2], edges[1::2], strict=True)]
    joined: list[list[int]] = []
    for run in runs:
        if joined and (run[0] - joined[-1][1]) * hop < how.pause_s:
            joined[-1] = [joined[-1][0], run[1], joined[-1][2] + run[2]]
        else:
            joined.append(run)
    kept = [(a, b) for a, b, n in joined if n * hop >= how.speech_s - 1e-9]
    return [(max(0.0, a * hop - how.around_s), min(len(likely) * hop, b * hop + how.around_s)) for a, b in kept]


@given(
    st.lists(st.sampled_from([0.1, 0.4, 0.45, 0.8]), max_size=80),
    st.integers(1, 9),
    st.sampled_from([Detection(), Detection(0.5, 0.3, 0.02, 0.04, 0.0), Detection(0.5, 0.5, 0.0, 0.0, 0.0)]),
)
def test_spans_follow_the_rules_however_they_come(levels: list[float], step: int, how: Detection) -> None:
    likely = np.array(levels)
    spans = Spans(0.01, detection=how)
    found: list[Span] = []
    for at in range(0, len(likely), step):
        found += spans.push(likely[at : at + step])
    found += spans.finish(len(likely) * 0.01)
    wanted = reference_spans(likely, how, 0.01)
    assert [(s.start, s.end) for s in found] == [pytest.approx(pair, abs=1e-6) for pair in wanted]
    assert all(one.end < other.start + 1e-9 for one, other in pairwise(found))


def test_settings_are_checked() -> None:
    with pytest.raises(InputError, match="begin"):
        Detection(begin=0.3, end=0.5)
    with pytest.raises(InputError, match="half of pause_s"):
        Detection(pause_s=0.1, around_s=0.1)


@pytest.mark.slow
@pytest.mark.skipif(DATA is None, reason="AFFEKT_DATA is not set, so EMO-DB cannot be read")
@pytest.mark.parametrize(("how", "most"), [("", 0.1), ("pink:10", 0.15)])
def test_real_speech_ends_where_people_said_it_does(how: str, most: float) -> None:
    from affekt.corpora.speech_scenes import emodb_utterances, speech_scene

    assert DATA is not None
    unseen = [u for u in emodb_utterances(Path(DATA) / "speech" / "emodb") if u.speaker in ("13", "14", "15", "16")]
    joined = speech_scene(unseen[::16], np.random.default_rng(0), how=how)
    frames = len(joined.samples) // 160 - 3
    truth = frame_labels(joined.speech, frames)
    heard = frame_labels(speech_activity(joined.samples, RATE), frames)
    assert 0.4 < truth.mean() < 0.8
    assert np.mean(heard != truth) < most


def test_what_is_under_way_is_what_ends_as_a_span() -> None:
    samples = scene()
    spans = speech_activity(samples, RATE, detection=Detection(around_s=0.0))
    stream = SpeechActivity(RATE, detection=Detection(around_s=0.0))
    seen, decided = [], []
    for at in range(0, len(samples), 1000):
        stream.push(samples[at : at + 1000])
        decided.append(stream.decided_s)
        if (now := stream.under_way) is not None:
            seen.append(now)
            assert now.end <= stream.decided_s
            assert stream.speaking == (now.end == stream.decided_s)
    # Decisions come half a second after the sound, and every span was told from its start on, growing.
    lags = [at / 16 - one for at, one in enumerate(decided, 1) if at > 32]
    assert 0.5 < min(lags) <= max(lags) < 0.56
    for span in spans:
        parts = [each for each in seen if each.start == span.start]
        assert [each.end for each in parts] == sorted(each.end for each in parts)
        assert parts[-1].end == span.end
    assert {each.start for each in seen} >= {span.start for span in spans}
