"""Speech read as it comes: the windows' answers are the batch's, whatever the blocks, and being late is said."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tone_reader
import toy_speech
from affekt.affect.spaces import find_space
from affekt.analysis.live import LiveReading, LiveSpeech, listen_live
from affekt.analysis.live_readings import LiveListening
from affekt.analysis.smoothing import Smoothing
from affekt.cards import ModelCard
from affekt.errors import ConversionError, InputError
from affekt.inference.speech import SpeechEstimates, open_speech_reader
from affekt.signals.arriving import Arrivals
from affekt.signals.audio import resample
from affekt.signals.speech_activity import speech_activity
from affekt.types import LabelSpace

RATE = 16_000
PLAIN = LiveListening(smoothing=Smoothing("none"))


@pytest.fixture(scope="module")
def tone(tmp_path_factory: pytest.TempPathFactory) -> tone_reader.ToneReader:
    return tone_reader.open_tone(tone_reader.tone_card(tmp_path_factory.mktemp("live") / "card"))


def scene() -> np.ndarray:
    """Calm from 1 to 4 s, angry from 5.5 to 8, a word of .3 s at 9, silence to 11 s."""
    samples = np.zeros(11 * RATE, np.float32)
    for start, seconds, level in ((1.0, 3.0, 0.03), (5.5, 2.5, 0.3), (9.0, 0.3, 0.3)):
        at = round(start * RATE)
        samples[at : at + round(seconds * RATE)] = tone_reader.voice(seconds, level=level)
    return samples + np.float32(1e-4) * np.random.default_rng(0).standard_normal(len(samples)).astype(np.float32)


def answers(live: LiveSpeech, samples: np.ndarray, cuts: Sequence[int] = ()) -> list[LiveReading]:
    found = [answer for part in np.split(samples, cuts, axis=-1) for answer in live.push(part)]
    return [*found, *live.finish()]


def told(found: Sequence[LiveReading]) -> list[tuple[object, ...]]:
    """All that does not depend on the clock."""
    return [(each.reading, each.raw, each.heard_s, each.skipped) for each in found]


def test_what_is_said_when(tone: tone_reader.ToneReader) -> None:
    live = LiveSpeech(tone, RATE, PLAIN)
    found = answers(live, scene())
    assert [round(each.heard_s, 2) for each in found[:44]] == [round(0.25 * n, 2) for n in range(1, 45)]
    truth = [(span.start, span.end) for span in speech_activity(scene(), RATE)]
    assert len(truth) == 3
    delay = live.delays().look_ahead_s
    assert 0.5 < delay < 0.6
    for each in found:
        now, reading = each.heard_s - delay, each.reading
        inside = [place for place, (start, end) in enumerate(truth) if start + 0.52 < now < end]
        outside = all(now < start or now > end + 0.75 for start, end in truth)
        if inside:
            assert reading.status == "ok"
            assert reading.labels == (("calm",), ("anger",), ("anger",))[inside[0]]
            assert truth[inside[0]][0] - 0.05 <= reading.span.start < reading.span.end <= now + 0.011
            assert reading.span.end - reading.span.start <= 3.0
        elif outside and each is not found[-1]:
            assert (reading.status, reading.labels, reading.about) == ("no_speech", (), "nobody")
    # A word too short to be read while it is spoken is read once it is over.
    (word,) = {each.reading.span for each in found if each.reading.status == "ok" and each.reading.span.start > 8.5}
    assert (word.start, word.end) == (pytest.approx(9.0, abs=0.1), pytest.approx(9.3, abs=0.15))
    said = live.summary()
    assert said.seconds == 11
    assert said.speech_s == pytest.approx(5.8, abs=0.4)
    assert said.skipped == 0
    assert sum(said.labels.values()) == pytest.approx(said.readings * 0.25)
    ok = [each for each in found if each.reading.status == "ok"]
    assert said.readings == len(ok)
    assert said.overall.probabilities == pytest.approx(np.mean([each.raw for each in ok], axis=0), abs=1e-5)


@pytest.mark.parametrize("rate", [16_000, 44_100])
def test_windows_have_the_answers_of_the_batch(tmp_path: Path, rate: int) -> None:
    pytest.importorskip("onnx")
    reader = open_speech_reader(toy_speech.write_toy_speech(tmp_path))
    sound = scene() if rate == RATE else resample(scene(), RATE, rate)
    whole = sound if rate == RATE else resample(sound, rate, RATE)
    found = [each for each in answers(LiveSpeech(reader, rate, PLAIN), sound) if each.reading.status == "ok"]
    assert len(found) > 20
    for each in found:
        first, last = (round(edge * RATE) for edge in (each.reading.span.start, each.reading.span.end))
        batch = reader.estimate([whole[first:last]]).probabilities[0]
        np.testing.assert_allclose(each.raw, batch, atol=2e-6)
        assert each.reading.probabilities == each.raw


@settings(max_examples=5, deadline=None)
@given(st.lists(st.integers(0, 11 * RATE), max_size=12), st.sampled_from(["exponential", "median", "none"]))
def test_blocks_of_any_size_give_the_same(tone: tone_reader.ToneReader, cuts: list[int], method: str) -> None:
    how = LiveListening(smoothing=Smoothing(method, seconds=1.0))  # type: ignore[arg-type]
    whole = answers(LiveSpeech(tone, RATE, how), scene())
    assert told(answers(LiveSpeech(tone, RATE, how), scene(), sorted(cuts))) == told(whole)


def test_smoothing_is_the_online_form_of_each_stretch_of_speech(tone: tone_reader.ToneReader) -> None:
    plain = [each for each in answers(LiveSpeech(tone, RATE, PLAIN), scene()) if each.raw]
    live = LiveSpeech(tone, RATE, LiveListening())
    smooth = [each for each in answers(live, scene()) if each.raw]
    assert [each.raw for each in smooth] == [each.raw for each in plain]
    share, last = 1 - np.exp(-0.25), None
    began = -10.0
    for each in smooth:
        row = np.array(each.raw)
        fresh = last is None or each.heard_s - began > 0.26
        last = row if fresh or last is None else last + share * (row - last)
        began = each.heard_s
        assert each.reading.probabilities == pytest.approx(last, abs=1e-5)
    # A median looks ahead, which is part of the delay.
    median = LiveSpeech(tone, RATE, LiveListening(smoothing=Smoothing("median", seconds=1.25)))
    assert median.delays().look_ahead_s == pytest.approx(live.delays().look_ahead_s + 0.5)
    late = [each for each in answers(median, scene()) if each.raw]
    assert [each.reading.span for each in late] == [each.reading.span for each in smooth]


def test_silence_and_bad_sound(tone: tone_reader.ToneReader) -> None:
    random = np.random.default_rng(0)
    sounds = {
        "silence": np.zeros(3 * RATE),
        "dc": np.full(3 * RATE, 0.5),
        "hiss": 0.05 * random.standard_normal(3 * RATE),
        "20 ms": tone_reader.voice(0.02),
        "one sample": np.ones(1),
    }
    for name, samples in sounds.items():
        live = LiveSpeech(tone, RATE)
        found = answers(live, samples.astype(np.float32))
        assert {each.reading.status for each in found} == {"no_speech"}, name
        assert live.summary().overall.status == "no_speech"
        assert live.summary().delays.compute_median_s is None
    nothing = LiveSpeech(tone, RATE)
    assert list(nothing.finish()) == []
    assert nothing.summary().seconds == 0
    # NaN among the samples, clipping, integers taken for floating point, many channels, other rates.
    broken = scene()
    broken[::1000] = np.nan
    live = LiveSpeech(tone, RATE)
    assert any(each.reading.status == "ok" for each in answers(live, broken))
    assert "176 of 176,000 samples are no numbers" in live.summary().notes[0]
    live = LiveSpeech(tone, RATE)
    assert any(each.reading.labels == ("anger",) for each in answers(live, np.clip(40 * scene(), -1, 1)))
    live = LiveSpeech(tone, RATE)
    answers(live, 32_768 * scene())
    assert "is the coding of the samples right?" in live.summary().notes[0]
    for rate in (8_000, 96_000):
        live = LiveSpeech(tone, rate)
        channels = np.tile(resample(scene(), RATE, rate), (8, 1))
        labels = {each.reading.labels for each in answers(live, channels) if each.reading.status == "ok"}
        assert labels == {("calm",), ("anger",)}
        assert live.summary().notes[0] == f"resampled from {rate:,} to 16,000 Hz"


class _Slow:
    """Takes its time, and says what it was asked."""

    def __init__(self, inner: tone_reader.ToneReader, seconds: float) -> None:
        self.card, self._inner, self._seconds, self.asked = inner.card, inner, seconds, 0

    def estimate(self, sounds: Sequence[np.ndarray], *, batch_size: int = 16) -> SpeechEstimates:
        time.sleep(self._seconds)
        self.asked += 1
        return self._inner.estimate(sounds)


def spoken(samples: np.ndarray, block_s: float = 0.05) -> Iterator[np.ndarray]:
    """The sound as fast as it is spoken."""
    began, size = time.perf_counter(), round(block_s * RATE)
    for at in range(0, len(samples), size):
        time.sleep(max(0.0, began + (at + size) / RATE - time.perf_counter()))
        yield samples[None, at : at + size]


def test_what_is_slower_than_the_sound_reads_the_newest_window(tone: tone_reader.ToneReader) -> None:
    slow = _Slow(tone, 0.7)
    live = LiveSpeech(slow, RATE)
    found = list(listen_live(Arrivals(spoken(tone_reader.voice(4.0)), RATE), live))
    said = live.summary()
    assert said.skipped >= 4
    assert sum(each.skipped for each in found) <= said.skipped
    assert slow.asked == said.readings < 12
    assert said.readings + said.skipped >= 10
    assert any("slower than the sound" in note for note in said.notes)
    assert said.delays.compute_worst_s is not None
    assert said.delays.compute_worst_s >= 0.7
    assert said.to_dict()["delay"]["algorithmic"]["seconds"] == pytest.approx(3 + said.delays.look_ahead_s)


def test_a_file_through_a_pipe_is_read_whole(tone: tone_reader.ToneReader) -> None:
    slow = _Slow(tone, 0.03)
    live = LiveSpeech(slow, RATE)
    blocks = (part[None] for part in np.split(scene(), range(800, 11 * RATE, 800)))
    found = list(listen_live(Arrivals(blocks, RATE, most_s=2.0), live))
    assert live.summary().skipped == 0
    assert told(found) == told(answers(LiveSpeech(tone, RATE), scene()))
    assert 0.03 <= (live.delays().compute_median_s or 0) < 1.0


def test_steps_left_out_are_counted_and_smoothing_goes_on(tone: tone_reader.ToneReader) -> None:
    live = LiveSpeech(tone, RATE)
    sound = scene()
    live.feed(sound[: 2 * RATE])
    before = list(live.read())
    live.feed(sound[2 * RATE : 4 * RATE])
    (newest,) = live.read(newest_only=True)
    assert len(before) == 8
    assert (newest.heard_s, newest.skipped) == (4.0, 7)
    assert live.summary().skipped == 7
    live.feed(sound[4 * RATE :])
    assert next(iter(live.read())).skipped == 0


def test_stopping_ends_with_what_there_is(tone: tone_reader.ToneReader) -> None:
    stop, closed = threading.Event(), []

    def endless() -> Iterator[np.ndarray]:
        try:
            while True:
                yield from spoken(tone_reader.voice(2.0))
        finally:
            closed.append(True)

    live = LiveSpeech(tone, RATE)
    found = []
    for answer in listen_live(Arrivals(endless(), RATE), live, stopped=stop.is_set):
        found.append(answer)
        if answer.reading.status == "ok":
            stop.set()
    assert found[-1].reading.status == "ok"
    assert live.summary().seconds == pytest.approx(found[-1].heard_s, abs=0.6)
    for _ in range(100):
        if closed:
            break
        time.sleep(0.02)
    assert closed


class _Dimensions:
    """Says of how loud a sound is that it is its arousal, and has no labels."""

    def __init__(self, card: ModelCard) -> None:
        self.card = replace(card, space=LabelSpace("dimensions", (), "multi-label", "none"))

    def estimate(self, sounds: Sequence[np.ndarray], *, batch_size: int = 16) -> SpeechEstimates:
        arousal = np.array([[np.nan, min(1.0, float(sound.std()) * 3), np.nan] for sound in sounds], np.float32)
        none = np.zeros((len(sounds), 0), np.float32)
        seconds = np.array([len(sound) / RATE for sound in sounds])
        return SpeechEstimates(none, tuple(none), seconds, 0.5, arousal, (), np.full(3, 0.1, np.float32))


def test_a_model_of_dimensions_has_points_and_no_labels(tone: tone_reader.ToneReader) -> None:
    live = LiveSpeech(_Dimensions(tone.card), RATE)
    live.warm_up()
    ok = [each.reading for each in answers(live, scene()) if each.reading.status == "ok"]
    calm, loud = ([each.vad.arousal for each in ok if each.vad and a < each.span.end < b] for a, b in ((2, 4), (6, 8)))
    assert max(calm) < 0.2 < min(loud)
    assert {each.labels for each in ok} == {()}
    overall = live.summary().overall
    assert overall.vad is not None
    assert not overall.vad.mapped
    assert min(calm) < overall.vad.arousal < max(loud)


def test_other_spaces_and_what_cannot_be(tone: tone_reader.ToneReader) -> None:
    with pytest.raises(ConversionError):
        LiveSpeech(tone, RATE, space=find_space("ekman"))
    other = tone_reader.ToneReader(replace(tone.card, rate=8_000))
    with pytest.raises(InputError, match="reads 8000 Hz"):
        LiveSpeech(other, RATE)
    with pytest.raises(InputError, match="reads 30 s at once"):
        LiveSpeech(tone, RATE, LiveListening(window_s=31))
    with pytest.raises(InputError, match="within its window"):
        LiveListening(step_s=4)
    with pytest.raises(InputError, match="known only afterwards"):
        LiveListening(smoothing=Smoothing("viterbi"))
    line = answers(LiveSpeech(tone, RATE), scene())[12].to_dict()
    assert (line["type"], line["space"], line["span"]["unit"]) == ("reading", "loudness", "second")
