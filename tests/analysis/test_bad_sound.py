"""Files of sound as they come in practice: another rate, many channels, broken, mislabelled, silent."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import tone_reader
from affekt.analysis.listening import Listening, listen
from affekt.cli import affekt as program
from affekt.errors import InputError
from affekt.models.index import MODELS
from affekt.signals.audio import resample

soundfile = pytest.importorskip("soundfile")
RATE = 16_000


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> tone_reader.ToneReader:
    return tone_reader.open_tone(tone_reader.tone_card(tmp_path_factory.mktemp("bad") / "card"))


def call() -> np.ndarray:
    """Calm from .5 to 2.5 s, angry from 3.5 to 5.5, silence to 6 s."""
    samples = np.zeros(6 * RATE, np.float32)
    samples[RATE // 2 : RATE * 5 // 2] = tone_reader.voice(2, level=0.03)
    samples[RATE * 7 // 2 : RATE * 11 // 2] = tone_reader.voice(2, level=0.2)
    return samples + 1e-4 * np.random.default_rng(0).standard_normal(len(samples)).astype(np.float32)


def coded(samples: np.ndarray, rate: int = RATE, kind: str = "WAV", subtype: str = "PCM_16") -> bytes:
    stream = io.BytesIO()
    soundfile.write(stream, samples.T, rate, format=kind, subtype=subtype)
    return stream.getvalue()


def with_holes() -> np.ndarray:
    samples = call()
    samples[::1000] = np.nan
    samples[5] = np.inf
    return samples


BOTH = [("calm", 0.5, 2.5), ("anger", 3.5, 5.5)]
FILES: dict[str, tuple[Callable[[], bytes], str, list[tuple[str, float, float]], str]] = {
    "8 kHz": (
        lambda: coded(resample(call(), RATE, 8000), 8000),
        "call.wav",
        BOTH,
        "8,000 to 16,000 Hz: there is nothing",
    ),
    "96 kHz": (lambda: coded(resample(call(), RATE, 96000), 96000), "call.wav", BOTH, "from 96,000 to 16,000 Hz"),
    "8 channels": (lambda: coded(np.tile(call(), (8, 1))), "call.wav", BOTH, ""),
    "8 channels, 1 speaks": (
        lambda: coded(np.concatenate([call()[None], np.zeros((7, 6 * RATE))])),
        "call.wav",
        [("calm", 0.5, 2.5), ("calm", 3.5, 5.5)],
        "",
    ),
    "float": (lambda: coded(call(), subtype="FLOAT"), "call.wav", BOTH, ""),
    "no numbers": (lambda: coded(with_holes(), subtype="FLOAT"), "call.wav", BOTH, "no numbers (NaN or infinite)"),
    "truncated": (lambda: coded(call())[: 44 + 2 * 3 * RATE], "call.wav", BOTH[:1], "cut off"),
    "truncated FLAC": (lambda: cut(coded(call(), kind="FLAC")), "call.flac", [("calm", 0.5, 2.05)], "broken after"),
    "another name": (lambda: coded(call(), kind="FLAC"), "call.wav", BOTH, "named .wav but is FLAC"),
    "clipped": (
        lambda: coded(np.clip(40 * call(), -1, 1)),
        "call.wav",
        [("anger", 0.5, 2.5), ("anger", 3.5, 5.5)],
        "clipped",
    ),
    "integers as floating point": (
        lambda: coded(32_768 * call(), subtype="FLOAT"),
        "call.wav",
        [("anger", 0.5, 2.5), ("anger", 3.5, 5.5)],
        "far over full scale",
    ),
}


def cut(data: bytes) -> bytes:
    """The first part: the second stretch of speech is not whole."""
    return data[: round(0.62 * len(data))]


@pytest.mark.parametrize("name", FILES)
def test_what_is_odd_is_read_and_said(name: str, tmp_path: Path, reader: tone_reader.ToneReader) -> None:
    make, called, wanted, said = FILES[name]
    path = tmp_path / called
    path.write_bytes(make())
    report = listen(path, reader, Listening("one"))
    found = [(each.labels[0], each.span.start, each.span.end) for each in report.readings if each.status == "ok"]
    assert [label for label, _, _ in found[: len(wanted)]] == [label for label, _, _ in wanted]
    for (_, start, end), (_, begin, until) in zip(found, wanted, strict=False):
        assert (start, end) == (pytest.approx(begin, abs=0.3), pytest.approx(until, abs=0.3))
    assert said in " ".join(report.notes)
    assert len(found) == len(wanted) or "truncated" in name


def test_a_constant_offset_is_no_speech_and_hides_none(tmp_path: Path, reader: tone_reader.ToneReader) -> None:
    path = tmp_path / "offset.wav"
    path.write_bytes(coded(call() + 0.5))
    plain = tmp_path / "plain.wav"
    plain.write_bytes(coded(call()))
    spans = [[each.span for each in listen(one, reader).readings] for one in (path, plain)]
    assert len(spans[0]) == len(spans[1]) == 2
    for one, other in zip(*spans, strict=True):
        assert (one.start, one.end) == (pytest.approx(other.start, abs=0.25), pytest.approx(other.end, abs=0.25))


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(3 * RATE),
        np.full(3 * RATE, 0.5),
        0.05 * np.random.default_rng(1).standard_normal(3 * RATE),
        np.zeros(320),
        np.ones(1),
        np.zeros((8, RATE)),
    ],
    ids=["silence", "an offset", "hiss", "20 ms", "a sample", "8 silent channels"],
)
def test_without_speech_there_is_no_emotion(
    samples: np.ndarray, tmp_path: Path, reader: tone_reader.ToneReader
) -> None:
    path = tmp_path / "nothing.wav"
    path.write_bytes(coded(samples))
    report = listen(path, reader)
    assert [each.status for each in report.readings] == ["no_speech"]
    assert (report.overall.status, report.overall.labels, report.speakers) == ("no_speech", (), ())


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", r"empty \(0 bytes\)"),
        (b"Dear all, this is no sound.", "cannot be read as sound"),
        (bytes(5000), "cannot be read as sound"),
        (coded(np.zeros((1, 0)), kind="WAV"), "holds no samples"),
        (coded(np.full(100, np.nan), subtype="FLOAT"), "no_speech"),
    ],
    ids=["zero bytes", "text", "zeros", "no samples", "no number"],
)
def test_what_is_no_sound_says_so(data: bytes, said: str, tmp_path: Path, reader: tone_reader.ToneReader) -> None:
    path = tmp_path / "call.wav"
    path.write_bytes(data)
    if said == "no_speech":
        assert listen(path, reader).overall.status == said
        return
    with pytest.raises(InputError, match=said):
        listen(path, reader)


def test_a_broken_file_does_not_take_the_others_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MODELS, "speech", tone_reader.tone_card(tmp_path / "card"))
    monkeypatch.setattr("affekt.analysis.analyze.open_speech_reader", tone_reader.open_tone)
    good, empty = tmp_path / "good.wav", tmp_path / "empty.wav"
    good.write_bytes(coded(call()))
    empty.write_bytes(b"")
    result = CliRunner().invoke(program, ["analyze", str(empty), str(good)])
    assert result.exit_code == 1
    assert "empty.wav is empty (0 bytes)" in result.stderr
    assert [line.split("\t")[4] for line in result.stdout.splitlines()[1:3]] == ["calm", "anger"]
    alone = CliRunner().invoke(program, ["analyze", str(empty)])
    assert (alone.exit_code, alone.stdout) == (1, "")


def test_a_file_of_many_speakers_is_decoded_a_few_times_only(
    tmp_path: Path, reader: tone_reader.ToneReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    from affekt.analysis import listening

    path = tmp_path / "table.wav"
    channels = np.zeros((8, 8 * RATE))
    for place in range(8):
        channels[place, place * RATE : place * RATE + 12_000] = tone_reader.voice(
            0.75, level=0.03 if place % 2 else 0.3
        )
    path.write_bytes(coded(channels))
    decoded = []
    plain = listening.sound_blocks

    def counted(*given: object, **options: object) -> object:
        decoded.append(given)
        return plain(*given, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(listening, "sound_blocks", counted)
    report = listen(path, reader)
    assert [each.about for each in report.readings] == [f"channel-{n}" for n in range(1, 9)]
    assert [each.labels[0] for each in report.readings] == ["anger", "calm"] * 4
    assert [trace.about for trace in report.traces] == [f"channel-{n}" for n in range(1, 9)]
    assert len(decoded) == 3  # whose the channels are, where there is speech, what it says
