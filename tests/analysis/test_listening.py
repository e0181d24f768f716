"""From files of sound to reports: planted voices, loud and quiet, read by a reader that tells loud from quiet."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import affekt
import tone_reader
from affekt.affect.geometry import gaussians_of
from affekt.analysis.listening import Listening, listen, speech_card, timeline_of_report
from affekt.analysis.sound_files import sound_files
from affekt.analysis.timelines import read_timelines, write_timelines
from affekt.errors import InputError
from affekt.inference.speech import SpeechEstimates
from affekt.metrics.timeline import Segment, emotion_diarization_error
from affekt.types import Report

soundfile = pytest.importorskip("soundfile")
RATE = 16_000


@pytest.fixture
def reader(tmp_path: Path) -> tone_reader.ToneReader:
    return tone_reader.open_tone(tone_reader.tone_card(tmp_path / "card"))


def write(path: Path, samples: np.ndarray, rate: int = RATE) -> Path:
    noise = 1e-4 * np.random.default_rng(0).standard_normal(samples.shape)
    soundfile.write(path, samples + noise, rate)
    return path


def call() -> np.ndarray:
    """Calm from 1 to 4 s, angry from 5 to 7 s and calm again to 9.5 s without a pause."""
    quiet, loud = tone_reader.voice(3, level=0.03), tone_reader.voice(2, level=0.3)
    rest = np.zeros(RATE, np.float32)
    return np.concatenate([rest, quiet, rest, loud, tone_reader.voice(2.5, level=0.03), rest / 2])


def test_segments_of_one_voice(tmp_path: Path, reader: tone_reader.ToneReader) -> None:
    report = listen(write(tmp_path / "call.wav", call()), reader, Listening("one"))
    said = [(each.labels, each.about, each.status, each.modality) for each in report.readings]
    assert said == [((label,), "speaker-1", "ok", "speech") for label in ("calm", "anger", "calm")]
    spans = [edge for each in report.readings for edge in (each.span.start, each.span.end)]
    assert spans == pytest.approx([1, 4, 5, 7, 7, 9.5], abs=0.3)
    assert {each.span.unit for each in report.readings} == {"second"}
    truth = [Segment(5, 7, "anger")]
    found = [Segment(each.span.start, each.span.end, each.labels[0]) for each in report.readings]
    assert emotion_diarization_error(truth, found, duration=10.5, neutral="calm").rate < 0.06
    # Overall: the mean by seconds.
    weights = [each.span.end - each.span.start for each in report.readings]
    mean = np.average([each.probabilities for each in report.readings], axis=0, weights=weights)
    assert report.overall.probabilities == pytest.approx(mean, abs=1e-5)
    assert (report.overall.about, report.overall.span.end) == ("everyone", pytest.approx(10.5))
    (speaker,) = report.speakers
    assert (speaker.about, speaker.probabilities) == ("speaker-1", report.overall.probabilities)
    (trace,) = report.traces
    assert len(trace.starts) == len(trace.probabilities) >= 14
    assert np.allclose(np.sum(trace.probabilities, axis=1), 1, atol=1e-3)
    assert (report.provenance.model, report.text) == ("tone", "")


def test_points_are_mapped_from_the_labels_and_say_so(tmp_path: Path, reader: tone_reader.ToneReader) -> None:
    report = listen(write(tmp_path / "call.wav", call()), reader, Listening("one"))
    calm, anger = (gaussians_of(tone_reader.SPACE)[label] for label in ("calm", "anger"))
    for reading in (*report.readings, *report.speakers, report.overall):
        share = reading["anger"] / sum(reading.probabilities)
        valence = (1 - share) * calm.valence + share * anger.valence
        within = (1 - share) * calm.valence_sd**2 + share * anger.valence_sd**2
        between = share * (1 - share) * (calm.valence - anger.valence) ** 2
        assert reading.vad is not None
        assert reading.vad.mapped
        assert reading.vad.valence == pytest.approx(valence, abs=2e-3)
        assert reading.vad.valence_sd == pytest.approx(np.sqrt(within + between), abs=2e-3)
    (trace,) = report.traces
    assert len(trace.vad) == len(trace.starts)
    angry = [point.arousal > 0 for point in trace.vad]
    assert angry == [row[1] > 0.5 for row in trace.probabilities]
    record = report.to_dict()
    assert record["overall"]["vad"]["mapped"] is True
    assert record["traces"][0]["vad"]["mapped"] is True
    assert len(record["traces"][0]["vad"]["arousal"]) == len(trace.starts)
    # A space whose labels are no words has no place.
    reader.card = replace(reader.card, space=replace(tone_reader.SPACE, name="xy", labels=("xqz", "zqx")))
    bare = listen(write(tmp_path / "call.wav", call()), reader, Listening("one"))
    assert bare.overall.vad is None
    assert bare.to_dict()["traces"][0]["vad"] is None


class _Taught(tone_reader.ToneReader):
    """Says arousal besides, high where it is loud; of dominance it was taught nothing."""

    def estimate(self, sounds: list[np.ndarray], *, batch_size: int = 16) -> SpeechEstimates:
        said = super().estimate(sounds)
        points = [np.column_stack([0 * f[:, 1], 2 * f[:, 1] - 1, np.full(len(f), np.nan)]) for f in said.frames]
        whole = np.array([each.mean(0) for each in points], np.float32)
        spread = np.array([0.2, 0.3, np.nan], np.float32)
        return replace(said, vad=whole, vad_frames=tuple(each.astype(np.float32) for each in points), vad_sd=spread)


def test_points_of_a_model_that_was_taught_them(tmp_path: Path, reader: tone_reader.ToneReader) -> None:
    report = listen(write(tmp_path / "call.wav", call()), _Taught(reader.card), Listening("one"))
    first, second, _ = report.readings
    assert first.vad is not None
    assert second.vad is not None
    assert (first.vad.mapped, first.vad.arousal_sd) == (False, 0.3)
    assert first.vad.arousal < -0.5 < 0.5 < second.vad.arousal
    told = report.to_dict()["readings"][0]["vad"]
    assert (told["dominance"], told["dominance_sd"], "mapped" in told) == (None, None, False)
    assert report.traces[0].to_dict()["vad"]["mapped"] is False


def test_sides_of_a_call_are_speakers_at_any_rate(tmp_path: Path, reader: tone_reader.ToneReader) -> None:
    one, other = np.zeros((2, 9 * 8000), np.float32)
    one[8000:24000] = tone_reader.voice(2, level=0.03, rate=8000)
    other[32000:56000] = tone_reader.voice(3, level=0.3, pitch=210, rate=8000)
    one[48000:60000] = tone_reader.voice(1.5, level=0.03, rate=8000)  # both talk from 6 to 7 s
    path = write(tmp_path / "sides.wav", np.stack([one, other], 1), 8000)
    report = listen(path, reader)
    assert [(each.about, each.labels[0]) for each in report.readings] == [
        ("channel-1", "calm"),
        ("channel-2", "anger"),
        ("channel-1", "calm"),
    ]
    assert [each.about for each in report.speakers] == ["channel-1", "channel-2"]
    assert any("8,000 to 16,000 Hz" in note for note in report.notes)
    assert any("2 channels is taken for a speaker" in note for note in report.notes)
    assert {each.about for each in listen(path, reader, Listening("one")).readings} == {"speaker-1"}
    # The same voice on both channels is one.
    both = write(tmp_path / "both.wav", np.stack([one, one], 1), 8000)
    assert [each.about for each in listen(both, reader).speakers] == ["speaker-1"]
    with pytest.raises(InputError, match="one channel"):
        listen(write(tmp_path / "mono.wav", one, 8000), reader, Listening("channels"))


class _ByPitch:
    """An embedder of planted voices: where in the spectrum they repeat."""

    window_s = 1.0
    threshold = 0.3

    def embed(self, windows: np.ndarray) -> np.ndarray:
        spectrum = np.abs(np.fft.rfft(windows, axis=1))[:, : windows.shape[1] // 32]
        bands = np.add.reduceat(spectrum, np.arange(0, spectrum.shape[1], 8), axis=1)
        return (bands / np.linalg.norm(bands, axis=1, keepdims=True)).astype(np.float32)


def test_voices_are_told_apart_by_an_embedder(tmp_path: Path, reader: tone_reader.ToneReader) -> None:
    pause = np.zeros(RATE, np.float32)
    low, high = tone_reader.voice(4, pitch=100), tone_reader.voice(4, pitch=230)
    path = write(tmp_path / "two.wav", np.concatenate([pause, low, pause, high, pause, low, pause]))
    for how in (Listening(2, embedder=_ByPitch()), Listening("auto", embedder=_ByPitch())):
        report = listen(path, reader, how)
        assert [each.about for each in report.readings] == ["speaker-1", "speaker-2", "speaker-1"]
        assert len(report.traces) == 2
    assert [each.about for each in listen(path, reader, Listening(1)).speakers] == ["speaker-1"]


def test_silence_short_clips_and_long_turns(tmp_path: Path, reader: tone_reader.ToneReader) -> None:
    silent = listen(write(tmp_path / "silent.wav", np.zeros(RATE * 2)), reader)
    assert [each.status for each in silent.readings] == ["no_speech"]
    assert (silent.overall.about, silent.overall.labels, silent.overall.span.end) == ("nobody", (), 2.0)
    assert silent.to_dict()["readings"][0]["status"] == "no_speech"
    assert silent.speakers == silent.traces == ()
    tiny = listen(write(tmp_path / "tiny.wav", tone_reader.voice(0.02)), reader)
    assert tiny.overall.span.end == pytest.approx(0.02)
    # A turn of 70 s is read in parts, and is one segment all the same.
    before = reader.asked
    long = listen(write(tmp_path / "long.wav", tone_reader.voice(70)), reader)
    assert reader.asked - before >= 3
    assert len(long.readings) == 1
    assert long.readings[0].span.end == pytest.approx(70, abs=0.3)


def test_report_as_record_frame_timeline_and_other_space(tmp_path: Path, reader: tone_reader.ToneReader) -> None:
    report = listen(write(tmp_path / "call.wav", call()), reader)
    record = report.to_dict()
    assert record["readings"][1]["span"]["unit"] == "second"
    assert record["traces"][0]["about"] == "speaker-1"
    assert set(record["traces"][0]["probabilities"]) == {"calm", "anger"}
    assert record["speakers"][0]["about"] == "speaker-1"
    frame = pytest.importorskip("pandas") and report.to_frame()
    assert frame["speaker"].tolist() == ["speaker-1"] * 3
    timeline = timeline_of_report(report)
    assert (timeline.source, [each.label for each in timeline.labels]) == ("call.wav", ["calm", "anger", "calm"])
    for ending in ("rttm", "TextGrid", "eaf", "csv"):
        path = tmp_path / f"call.{ending}"
        write_timelines([timeline], path)
        (found,) = read_timelines(path)
        assert [each.label for each in found.labels] == ["calm", "anger", "calm"]
    assert "traces" not in Report(None, "x", (), affekt.Reading(tone_reader.SPACE, (0.5, 0.5), affekt.Span(0, 1)),
                                  report.provenance).to_dict()  # fmt: skip


def test_analyze_takes_paths_of_sound(
    tmp_path: Path, reader: tone_reader.ToneReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("affekt.analysis.analyze.open_speech_reader", lambda card: reader)
    path = write(tmp_path / "call.WAV", call())
    report = affekt.analyze(path, model=reader.card, listening=Listening("one"))
    assert len(report.readings) == 3
    assert len(affekt.analyze([path, path], model=reader.card)) == 2
    with pytest.raises(InputError, match="raters is for text"):
        affekt.analyze(path, model=reader.card, raters=True)
    with pytest.raises(InputError, match="reads text, not sound"):
        affekt.analyze(path, model="text")
    # A file of text stays text.
    letter = tmp_path / "letter.txt"
    letter.write_text("Thank you so much, this made my day!")
    assert affekt.analyze(letter).overall.modality == "text"


def test_without_a_model_of_speech_the_fix_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("affekt.analysis.listening.MODELS", {})
    with pytest.raises(InputError, match="ships no model of speech"):
        speech_card()


def test_other_rates_of_models_and_files_that_are_no_sound(tmp_path: Path, reader: tone_reader.ToneReader) -> None:
    reader.card = replace(reader.card, rate=8000)
    with pytest.raises(InputError, match="reads 8000 Hz"):
        listen(write(tmp_path / "call.wav", call()), reader)
    wrong = tmp_path / "wrong.wav"
    wrong.write_bytes(b"no sound at all")
    with pytest.raises(InputError):
        listen(wrong, reader)
    (tmp_path / "deep" / ".hidden").mkdir(parents=True)
    for name in ("deep/b.flac", "deep/.hidden/c.wav", "deep/notes.txt"):
        (tmp_path / name).write_bytes(b"")
    assert [path.name for path in sound_files(tmp_path / "deep")] == ["b.flac"]
    with pytest.raises(InputError, match="no file of sound"):
        sound_files(tmp_path / "card")
    with pytest.raises(InputError, match="no folder"):
        sound_files(tmp_path / "none")
