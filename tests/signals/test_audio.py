"""Files of sound: every kind, every rate, and the broken ones."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from affekt.errors import InputError, MissingDependencyError
from affekt.signals.audio import Sound, open_sound, resample, sound_blocks, sound_facts
from affekt.signals.resampling import Resampler
from affekt.types import Span


def tone(seconds: float = 1.0, rate: int = 16000, channels: int = 1, hz: float = 440) -> np.ndarray:
    """Float32 (channel, time): a tone in the first channel, an octave higher in the next, and so on."""
    time = np.arange(round(seconds * rate)) / rate
    return np.stack([0.5 * np.sin(2 * np.pi * hz * (n + 1) * time) for n in range(channels)]).astype(np.float32)


def packed(samples: np.ndarray, rate: int, kind: str = "WAV", subtype: str | None = "PCM_16") -> bytes:
    stream = io.BytesIO()
    soundfile.write(stream, samples.T, rate, format=kind, subtype=subtype)
    return stream.getvalue()


def loudest(samples: np.ndarray, rate: int) -> float:
    """The frequency with most power in Hz."""
    return float(np.abs(np.fft.rfft(samples * np.hanning(len(samples)))).argmax() * rate / len(samples))


KINDS = [
    ("WAV", "PCM_16"),
    ("WAV", "FLOAT"),
    ("WAV", "PCM_24"),
    ("WAV", "ULAW"),
    ("FLAC", "PCM_16"),
    ("AIFF", "PCM_16"),
]
LOSSY = [("OGG", "OPUS"), ("OGG", "VORBIS"), ("MP3", "MPEG_LAYER_III"), ("WAV", "GSM610")]


@pytest.mark.parametrize(("kind", "subtype"), KINDS + LOSSY)
def test_every_kind_is_read(kind: str, subtype: str) -> None:
    rate = 8000 if subtype in ("GSM610", "ULAW") else 48000
    channels = 1 if subtype == "GSM610" else 2
    data = packed(tone(2.0, rate, channels), rate, kind, subtype)
    facts, sound = sound_facts(data), open_sound(data)
    assert (facts.rate, facts.channels, facts.format, facts.subtype) == (rate, channels, kind, subtype)
    assert facts.seconds == pytest.approx(2.0, abs=0.02)
    assert sound.samples.shape == (channels, round(facts.seconds * 16000))
    assert sound.samples.dtype == np.float32 and sound.rate == 16000 and sound.samples.flags.c_contiguous
    for n in range(channels):
        assert loudest(sound.channel(n), 16000) == pytest.approx(440 * (n + 1), abs=2)
    assert np.sqrt(np.mean(sound.channel(0)[1000:-1000] ** 2)) == pytest.approx(0.5 / np.sqrt(2), rel=0.05)
    assert any("resampled from" in note for note in sound.notes)


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 44100, 48000, 96000, 192000])
def test_every_rate_comes_to_16_khz_and_is_said(rate: int) -> None:
    sound = open_sound(packed(tone(1.0, rate), rate, subtype="FLOAT"))
    np.testing.assert_allclose(sound.samples[0, 400:-400], tone(1.0)[0, 400:-400], atol=2e-4)
    said = " ".join(sound.notes)
    assert ("resampled" in said) == (rate != 16000)
    assert ("nothing above 4,000 Hz" in said) == (rate == 8000)
    assert open_sound(packed(tone(1.0, rate), rate), rate=None).rate == rate


def test_channels_are_kept_and_can_be_averaged() -> None:
    samples = tone(0.5, channels=8)
    sound = open_sound(packed(samples, 16000, subtype="FLOAT"))
    np.testing.assert_array_equal(sound.samples, samples)
    np.testing.assert_allclose(sound.mono(), samples.mean(0), atol=1e-7)
    assert sound.channels == 8 and sound.notes == ()
    with pytest.raises(InputError, match="no channel 8"):
        sound.channel(8)
    against = np.stack([samples[0], -samples[0]])
    assert "cancel" in open_sound(packed(against, 16000)).notes[0]


def test_a_part_is_the_whole_from_there_to_there(tmp_path: Path) -> None:
    path = tmp_path / "long.flac"
    samples = np.random.default_rng(0).uniform(-0.5, 0.5, (2, 32000)).astype(np.float32)
    path.write_bytes(packed(samples, 16000, "FLAC"))
    whole = open_sound(path)
    part = open_sound(path, part=Span(0.5, 1.25, "second"))
    np.testing.assert_array_equal(part.samples, whole.samples[:, 8000:20000])
    assert part.start == 0.5 and part.source == str(path) and part.notes == ()
    late = open_sound(path, part=Span(1.5, 3.0, "second"))
    assert late.seconds == 0.5 and "before the part asked for" in late.notes[0]
    with pytest.raises(InputError, match=r"2\.00 s long"):
        open_sound(path, part=Span(2.0, 3.0, "second"))
    with pytest.raises(InputError, match="'character'"):
        open_sound(path, part=Span(0, 3))


def test_sources_may_be_paths_bytes_files_and_pipes(tmp_path: Path) -> None:
    data = packed(tone(), 16000)
    path = tmp_path / "a tone.wav"
    path.write_bytes(data)
    reader, writer = os.pipe()
    os.write(writer, data[:20000])
    os.close(writer)
    with path.open("rb") as file, os.fdopen(reader, "rb") as pipe:
        wanted = open_sound(path)
        for source in (data, io.BytesIO(data), file):
            np.testing.assert_array_equal(open_sound(source).samples, wanted.samples)
        assert not file.closed  # whoever opened it closes it
        assert "cut off" in open_sound(pipe).notes[0]
    with pytest.raises(InputError, match=r"Path\('a\.wav'\)"):
        open_sound("a.wav")  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["WAV", "OGG"])
@pytest.mark.parametrize("rate", [8000, 16000, 44100])
def test_blocks_joined_are_the_whole(kind: str, rate: int) -> None:
    data = packed(tone(7.3, rate, 2), rate, kind, "VORBIS" if kind == "OGG" else "PCM_16")
    whole = open_sound(data)
    blocks = list(sound_blocks(data, seconds=1.0))
    np.testing.assert_allclose(np.concatenate([b.samples for b in blocks], axis=1), whole.samples, atol=1e-6)
    assert [b.samples.shape[1] for b in blocks[:-1]] == [16000] * 7
    assert [b.start for b in blocks] == [float(n) for n in range(8)]
    assert blocks[0].notes == whole.notes and all(not b.notes for b in blocks[1:])


@given(st.integers(0, 5000), st.integers(1, 997), st.sampled_from([(8000, 16000), (44100, 16000), (16000, 11025)]))
def test_resampling_in_blocks_is_resampling(length: int, step: int, rates: tuple[int, int]) -> None:
    samples = np.random.default_rng(length).standard_normal((2, length)).astype(np.float32)
    stream = Resampler(*rates, channels=2)
    parts = [stream.push(samples[:, at : at + step]) for at in range(0, length, step)]
    joined = np.concatenate([*parts, stream.finish()], axis=1)
    whole = resample(samples, *rates)
    assert abs(whole.shape[1] - length * rates[1] / rates[0]) <= 1
    np.testing.assert_allclose(joined, whole, atol=1e-6)


def test_nothing_is_folded_down() -> None:
    high = tone(1.0, 48000, hz=10_000)[0]
    assert np.abs(resample(high, 48000, 16000)[200:-200]).max() < 1e-4
    with pytest.raises(InputError, match="more than 0 Hz"):
        resample(high, 48000, 0)
    assert resample(high[:0], 48000, 16000).shape == (0,)


def test_numbers_that_are_none_are_set_to_zero_and_said() -> None:
    samples = tone(0.5)
    samples[0, [10, 11, 4000]] = np.nan, np.inf, -np.inf
    data = packed(samples, 16000, subtype="FLOAT")
    sound = open_sound(data)
    assert sound.notes == ("3 of 8,000 samples are no numbers (NaN or infinite): set to 0",)
    assert (sound.samples[0, [10, 11, 4000]] == 0).all() and np.isfinite(sound.samples).all()
    assert "no numbers" in next(sound_blocks(data, seconds=0.2)).notes[0]
    with pytest.raises(InputError, match="no number among its 800"):
        open_sound(packed(np.full((1, 800), np.nan, np.float32), 16000, subtype="FLOAT"))
    assert "are they integers" in open_sound(packed(tone() * 30000, 16000, subtype="FLOAT")).notes[0]


@pytest.mark.parametrize("length", [1, 20, 160, 320])
def test_the_shortest_clips_are_read(length: int) -> None:
    assert open_sound(packed(tone()[:, :length], 16000)).samples.shape == (1, length)
    assert open_sound(packed(tone(rate=8000)[:, :length], 8000)).samples.shape == (1, 2 * length)


def test_silence_is_sound() -> None:
    sound = open_sound(packed(np.zeros((2, 1600), np.float32), 16000))
    assert not sound.samples.any() and sound.notes == ()


CUT = [("WAV", "PCM_16"), ("FLAC", "PCM_16"), ("OGG", "OPUS"), ("MP3", "MPEG_LAYER_III")]


@pytest.mark.parametrize(("kind", "subtype"), CUT)
def test_a_file_cut_off_keeps_what_is_there(kind: str, subtype: str, tmp_path: Path) -> None:
    data = packed(np.random.default_rng(0).uniform(-0.5, 0.5, (1, 480000)).astype(np.float32), 48000, kind, subtype)
    path = tmp_path / f"cut.{kind.lower()}"
    path.write_bytes(data[: len(data) * 6 // 10])
    sound = open_sound(path)
    assert 3 < sound.seconds < 7
    assert kind == "OGG" or any("cut off" in n or "broken after" in n for n in sound.notes)
    blocks = list(sound_blocks(path, seconds=1))
    assert sum(b.seconds for b in blocks) == pytest.approx(sound.seconds)
    assert {n for b in blocks for n in b.notes} == set(sound.notes)


BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "no bytes": (lambda: b"", r"is empty \(0 bytes\)"),
    "text": (lambda: b"Dear all, " * 100, "cannot be read as sound"),
    "zeros": (lambda: bytes(5000), "cannot be read as sound"),
    "noise": (lambda: np.random.default_rng(0).bytes(5000), "cannot be read as sound"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(500), "cannot be read as sound"),
    "a header alone": (lambda: packed(tone()[:, :0], 16000), "holds no samples"),
    "half a header": (lambda: packed(tone(), 16000)[:30], "cannot be read|holds no samples"),
    "the start of an Opus file": (lambda: packed(tone(), 48000, "OGG", "OPUS")[:100], "cannot be read as sound"),
    "the start of a FLAC file": (lambda: packed(tone(), 48000, "FLAC")[:100], "holds no samples.*broken after"),
}


@pytest.mark.parametrize(("make", "message"), BAD.values(), ids=BAD)
@pytest.mark.parametrize("named", ["it.wav", "it.mp3", "it.raw", "it"])
def test_what_is_no_sound_is_refused(make: Callable[[], bytes], message: str, named: str, tmp_path: Path) -> None:
    path = tmp_path / named
    path.write_bytes(make())
    with pytest.raises(InputError, match=message) as told:
        open_sound(path)
    assert str(path) in str(told.value)
    with pytest.raises(InputError, match=message):
        list(sound_blocks(path))


def test_a_path_to_nothing_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no file"):
        open_sound(tmp_path / "none.wav")
    with pytest.raises(InputError, match="is a folder"):
        open_sound(tmp_path)


def test_a_wrong_name_does_not_matter_and_is_said(tmp_path: Path) -> None:
    path = tmp_path / "voice.wav"
    path.write_bytes(packed(tone(), 16000, "FLAC"))
    assert open_sound(path).notes == ("named .wav but is FLAC: read as what it is",)
    raw = tmp_path / "voice.raw"
    raw.write_bytes(packed(tone(), 16000))
    assert open_sound(raw).seconds == 1


def test_a_header_never_finished_is_read_to_the_end(tmp_path: Path) -> None:
    data = bytearray(packed(tone(), 16000))
    data[4:8], data[40:44] = struct.pack("<I", 36), struct.pack("<I", 0)
    path = tmp_path / "crashed.wav"
    path.write_bytes(data)
    for source in (path, bytes(data)):
        sound = open_sound(source)
        assert sound.seconds == 1 and "never finished" in sound.notes[0]
    data[4:8] = data[40:44] = b"\xff" * 4  # what streaming encoders write
    assert open_sound(bytes(data)).seconds == 1


def test_rates_no_header_means_are_refused() -> None:
    with pytest.raises(InputError, match="at 10 Hz"):
        open_sound(packed(tone(), 10))
    with pytest.raises(InputError, match="rate is 1,000"):
        open_sound(packed(tone(), 16000), rate=16)
    with pytest.raises(InputError, match="A block"):
        next(sound_blocks(packed(tone(), 16000), seconds=0))


def test_a_day_is_not_put_into_memory(tmp_path: Path) -> None:
    path = tmp_path / "day.wav"
    length = 24 * 3600 * 8000 * 2
    with path.open("wb") as file:  # a sparse file: a header and a hole
        file.write(
            b"RIFF"
            + struct.pack("<I", 36 + length)
            + b"WAVEfmt "
            + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16000, 2, 16)
        )
        file.write(b"data" + struct.pack("<I", length))
        file.truncate(44 + length)
    assert sound_facts(path).seconds == 24 * 3600
    with pytest.raises(InputError, match="sound_blocks"):
        open_sound(path)
    near_the_end = open_sound(path, part=Span(86390, 86400, "second"))
    assert near_the_end.seconds == 10


CONTAINERS = [
    ("ipod", "aac", "m4a"),
    ("mp4", "aac", "mp4"),
    ("adts", "aac", "aac"),
    ("matroska", "flac", "mkv"),
    ("mov", "pcm_s16le", "mov"),
]


def contained(kind: str, codec: str, samples: np.ndarray, rate: int) -> bytes:
    av = pytest.importorskip("av")
    stream = io.BytesIO()
    layout = "stereo" if len(samples) == 2 else "mono"
    with av.open(stream, "w", format=kind) as container:
        track = container.add_stream(codec, rate=rate, layout=layout)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="fltp", layout=layout)
        frame.sample_rate, frame.pts = rate, 0
        shape = av.AudioResampler(format=track.codec_context.format.name, layout=layout, rate=rate)
        for part in [*shape.resample(frame), *shape.resample(None)]:
            container.mux(track.encode(part))
        container.mux(track.encode(None))
    return stream.getvalue()


@pytest.mark.parametrize(("kind", "codec", "ending"), CONTAINERS)
def test_containers_are_read_by_pyav(kind: str, codec: str, ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"clip.{ending}"
    samples = tone(3.0, 44100, 2)
    samples *= np.linspace(0, 1, 132300, dtype=np.float32) ** 2 + 0.1 * np.sin(np.arange(132300) / 1234) ** 2
    samples += 0.1 * np.sin(2 * np.pi * (200 + 500 * np.arange(132300) / 44100) * np.arange(132300) / 44100)
    path.write_bytes(contained(kind, codec, samples.astype(np.float32), 44100))
    facts = sound_facts(path)
    assert (facts.rate, facts.channels) == (44100, 2) and facts.seconds == pytest.approx(
        3, abs=0.15
    )  # by bit rate, without an index
    sound = open_sound(path)
    assert sound.seconds == pytest.approx(3, abs=0.06)
    assert [loudest(sound.channel(n), 16000) for n in (0, 1)] == [pytest.approx(440, abs=1), pytest.approx(880, abs=1)]
    part = open_sound(path, part=Span(1.0, 2.0, "second"))
    place = np.correlate(sound.samples[0, 15000:34000], part.samples[0, 200:-200], "valid").argmax()
    assert part.seconds == 1 and place - 1200 == pytest.approx(0, abs=16)  # Matroska counts in milliseconds
    joined = np.concatenate([b.samples for b in sound_blocks(path, seconds=0.7)], axis=1)
    np.testing.assert_allclose(joined, sound.samples, atol=1e-6)


def test_containers_without_sound_or_cut_off_are_told(tmp_path: Path) -> None:
    av = pytest.importorskip("av")
    stream = io.BytesIO()
    with av.open(stream, "w", format="mp4") as container:
        track = container.add_stream("mpeg4", rate=10)
        track.width = track.height = 64
        for _ in range(5):
            container.mux(track.encode(av.VideoFrame(64, 64, "yuv420p")))
        container.mux(track.encode(None))
    with pytest.raises(InputError, match="no sound track"):
        open_sound(stream.getvalue())
    data = contained("ipod", "aac", tone(3.0, 44100, 1), 44100)
    with pytest.raises(InputError, match="cannot be read as sound"):
        open_sound(data[: len(data) // 2])  # the index stands at the end
    playlist = tmp_path / "list.m3u8"
    playlist.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n")
    with pytest.raises(InputError, match="cannot be read as sound"):
        open_sound(playlist)


def test_without_pyav_the_install_line_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(MissingDependencyError, match=r"affekt\[video\]"):
        open_sound(b"\x00\x00\x00\x1cftypM4A " + bytes(100))
    with pytest.raises(InputError, match="cannot be read as sound"):
        open_sound(b"plain text" * 10)


def test_opening_loads_no_more_than_it_needs() -> None:
    code = (
        "import sys, io, struct; from affekt.signals.audio import open_sound; "
        "d = b'RIFF' + struct.pack('<I', 3236) + b'WAVEfmt ' + struct.pack('<IHHIIHH', 16, 1, 1, 8000, 16000, 2, 16) "
        "+ b'data' + struct.pack('<I', 3200) + bytes(3200); print(open_sound(d).samples.shape); "
        "print([m for m in ('av', 'torch', 'scipy', 'librosa', 'onnxruntime', 'duckdb') if m in sys.modules])"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).split("\n")[:2] == ["(1, 3200)", "[]"]


def test_a_sound_is_a_value() -> None:
    sound = Sound(np.zeros((1, 8), np.float32), 16000)
    with pytest.raises(AttributeError):
        sound.rate = 8000  # type: ignore[misc]
