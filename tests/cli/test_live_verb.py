"""`affekt analyze --live`: raw samples on standard input, a microphone that is made up, Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from click.testing import CliRunner, Result

import tone_reader
from affekt.cli import affekt as program
from affekt.models.index import MODELS

RATE = 16_000


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MODELS, "speech", tone_reader.tone_card(tmp_path / "card"))
    monkeypatch.setattr("affekt.analysis.live.open_speech_reader", tone_reader.open_tone)


def call() -> np.ndarray:
    """Calm from .5 to 2 s, angry from 3 to 4.5, silence to 6 s."""
    samples = np.zeros(6 * RATE, np.float32)
    samples[RATE // 2 : 2 * RATE] = tone_reader.voice(1.5, level=0.03)
    samples[3 * RATE : round(4.5 * RATE)] = tone_reader.voice(1.5, level=0.3)
    return samples


def s16(samples: np.ndarray) -> bytes:
    return np.round(np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()


def wav(samples: np.ndarray) -> bytes:
    data = s16(samples)
    form = struct.pack("<IHHIIHH", 16, 1, 1, RATE, 2 * RATE, 2, 16)
    # As a recorder writes into a pipe: it does not know how long it will be.
    return b"RIFF\xff\xff\xff\xffWAVEfmt " + form + b"data\xff\xff\xff\xff" + data


def live(*arguments: object, sound: bytes | None = None) -> Result:
    return CliRunner().invoke(program, ["analyze", "--live", *map(str, arguments)], input=sound)


def lines(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.usefixtures("model")
def test_raw_samples_become_lines_of_json_and_a_log(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    result = live("-", "-o", log, sound=s16(call()))
    assert result.exit_code == 0, result.output
    start, *readings, summary = lines(result.stdout)
    assert (start["type"], start["schema"], start["rate"], start["channels"]) == ("start", "affekt.live/1", RATE, 1)
    assert start["provenance"]["model"] == "tone"
    assert start["delay"]["algorithmic"]["seconds"] == pytest.approx(3.54, abs=0.01)
    assert start["delay"]["compute"] == {"median": None, "worst": None}
    assert {each["type"] for each in readings} == {"reading"}
    assert [each["heard"] for each in readings[:24]] == [0.25 * n for n in range(1, 25)]
    heard = [each for each in readings if each["status"] == "ok"]
    assert {each["labels"][0] for each in heard if each["span"]["end"] < 2.1} == {"calm"}
    assert {each["labels"][0] for each in heard if each["span"]["end"] > 4} == {"anger"}
    assert {each["status"] for each in readings} == {"ok", "no_speech"}
    assert (summary["type"], summary["seconds"], summary["skipped"]) == ("summary", 6.0, 0)
    assert summary["delay"]["compute"]["worst"] >= summary["delay"]["compute"]["median"] > 0
    assert "Algorithmic delay 3.54 s: a window of 3 s and 0.54 s of look-ahead" in result.stderr
    assert "Compute delay" in result.stderr
    assert lines(log.read_text()) == lines(result.stdout)
    again = live("-", "-o", log, sound=s16(call()))
    assert again.exit_code == 1
    assert "is there already" in again.stderr


@pytest.mark.usefixtures("model")
@pytest.mark.parametrize(
    ("options", "coded"),
    [
        (("--format", "f32le"), lambda sound: sound.astype("<f4").tobytes()),
        (("--format", "s32be", "--channels", 2), lambda s: np.repeat(s * 2**30, 2).astype(">i4").tobytes()),
        (("--rate", 8000), lambda sound: s16(sound[::2])),
        ((), wav),
    ],
)
def test_what_samples_are_is_told_or_in_a_header(options: tuple, coded: Callable[[np.ndarray], bytes]) -> None:
    result = live("-", *options, sound=coded(call()))
    assert result.exit_code == 0, result.output
    summary = lines(result.stdout)[-1]
    assert summary["seconds"] == pytest.approx(6, abs=0.01)
    assert set(summary["labels"]) == {"calm", "anger"}


@pytest.mark.usefixtures("model")
def test_silence_is_no_speech() -> None:
    result = live("-", sound=bytes(4 * RATE))
    readings = lines(result.stdout)[1:-1]
    assert len(readings) == 8
    assert {each["status"] for each in readings} == {"no_speech"}
    assert lines(result.stdout)[-1]["overall"]["status"] == "no_speech"
    assert "Overall: no speech." in result.stderr


@pytest.mark.usefixtures("model")
@pytest.mark.parametrize(
    ("arguments", "sound", "said"),
    [
        (["-"], b"", "the pipe was empty"),
        (["-"], b"fLaC" + bytes(100), "is a file (FLAC)"),
        (["-"], b"RIFF\x10\x00\x00\x00WAVEfmt ", "ends before any samples"),
        (["-", "--format", "s17"], b"0" * 100, "Unknown coding 's17'"),
        (["-", "--rate", "10"], b"0" * 100, "1,000 to 1,000,000 Hz"),
        (["-", "--channels", "0"], b"0" * 100, "1 to 64 channels"),
        (["-", "--device", "1"], b"0" * 100, "--device is a microphone"),
        (["-", "--window", "99"], b"0" * 100, "reads 30 s at once"),
        (["-", "--speakers", "many"], b"0" * 100, "--speakers and --live do not go together"),
        (["-", "--raters"], b"0" * 100, "--raters and --live"),
        (["-", "--model", "text"], b"0" * 100, "reads text, not sound"),
        (["-", "-o", "x.csv"], b"0" * 100, "a line of JSON for each reading"),
        (["-", "-o", "none/x.jsonl"], b"0" * 100, "cannot be written"),
        (["call.wav"], b"0" * 100, "Files are read without it"),
        (["--format", "f32le"], b"", "--format is for raw samples"),
    ],
)
def test_what_cannot_be_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], sound: bytes, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    result = live(*arguments, sound=sound)
    assert result.exit_code in (1, 2)
    assert said in " ".join(result.stderr.split())
    other = CliRunner().invoke(program, ["analyze", "some words", "--rate", "8000"])
    assert "--rate is for --live" in other.stderr


class _FaultError(Exception):
    pass


def sounddevice(samples: np.ndarray, devices: list[dict]) -> SimpleNamespace:
    """A made-up sounddevice: what is played into it comes in blocks of 50 ms, and then the stream stops."""

    class InputStream:
        def __init__(self, *, samplerate: int, blocksize: int, device: object, channels: int, dtype: str,
                     callback: Callable[..., None]) -> None:  # fmt: skip
            if samplerate == 12_345:
                raise _FaultError("Invalid sample rate")
            assert dtype == "float32"
            self.active, self._call, self._size, self._channels = True, callback, blocksize, channels

        def __enter__(self) -> None:
            for number, at in enumerate(range(0, len(samples), self._size)):
                block = np.repeat(samples[at : at + self._size, None], self._channels, axis=1)
                self._call(block, len(block), None, SimpleNamespace(input_overflow=number == 3))
            self.active = False

        def __exit__(self, *_: object) -> None:
            pass

    def query(device: object = None, kind: str | None = None) -> object:
        if kind is None:
            return devices
        for place, each in enumerate(devices):
            if each["max_input_channels"] and (device in (None, place) or str(device) in each["name"]):
                return each
        raise ValueError(f"No input device matching {device!r}")

    return SimpleNamespace(query_devices=query, InputStream=InputStream, PortAudioError=_FaultError)


DEVICES = [
    {"name": "Speakers", "max_input_channels": 0, "default_samplerate": 48_000.0},
    {"name": "Headset", "max_input_channels": 1, "default_samplerate": 16_000.0},
]


@pytest.mark.usefixtures("model")
def test_the_microphone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", sounddevice(call(), DEVICES))
    result = live("--device", "Head")
    # It stopped by itself, which a microphone does not: what was heard is there all the same.
    assert result.exit_code == 1
    assert "The microphone 'Headset' stopped" in result.stderr
    start, *readings, summary = lines(result.stdout)
    assert (summary["seconds"], summary["type"]) == (6.0, "summary")
    assert summary["notes"][0] == "the system threw sound away 1 time"
    assert (start["source"], start["rate"]) == ("Headset", RATE)
    assert {each["labels"][0] for each in readings if each["status"] == "ok"} == {"calm", "anger"}


@pytest.mark.usefixtures("model")
def test_without_a_microphone_the_way_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", sounddevice(call(), DEVICES[:1]))
    assert "The system has no input device at all. Or pipe raw samples in: arecord" in live().stderr
    monkeypatch.setitem(sys.modules, "sounddevice", sounddevice(call(), DEVICES))
    assert "There are 1: Headset." in live("--device", "Studio").stderr
    assert "cannot be listened to at 12,345 Hz" in live("--rate", "12345").stderr
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    result = live()
    assert result.exit_code == 1
    assert "pip install 'affekt[live]'" in result.stderr


PROGRAM = """
import sys
sys.path.insert(0, sys.argv.pop(1))
from pathlib import Path
import tone_reader
from affekt.analysis import live
from affekt.models.index import MODELS
MODELS["speech"] = tone_reader.tone_card(Path(sys.argv.pop(1)))
live.open_speech_reader = tone_reader.open_tone
from affekt.cli import main
main()
"""


@pytest.fixture
def running(tmp_path: Path) -> Iterator[subprocess.Popen]:
    here = str(Path(tone_reader.__file__).parent)
    command = [sys.executable, "-c", PROGRAM, here, str(tmp_path / "card"), "analyze", "--live", "-"]
    process = subprocess.Popen(
        [*command, "-o", str(tmp_path / "log.jsonl")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    yield process
    process.kill()
    process.communicate()


@pytest.mark.skipif(os.name == "nt", reason="signals are sent another way there")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_with_the_summary(tmp_path: Path, running: subprocess.Popen, number: int) -> None:
    assert running.stdin is not None
    running.stdin.write(s16(call()))
    running.stdin.flush()
    log = tmp_path / "log.jsonl"
    for _ in range(1200):  # the log is written as it goes
        if log.exists() and len(log.read_text().splitlines()) > 20:
            break
        time.sleep(0.05)
    running.send_signal(number)
    # Standard input stays open: nobody said that the sound has ended.
    assert running.wait(60) == 0
    assert running.stdout is not None
    assert running.stderr is not None
    out, errors = running.stdout.read().decode(), running.stderr.read().decode()
    assert lines(out)[-1]["type"] == "summary"
    assert lines(out)[-1]["seconds"] > 4
    assert "Algorithmic delay" in errors
    assert "Traceback" not in errors
    assert lines(log.read_text()) == lines(out)


@pytest.mark.skipif(os.name == "nt", reason="no pseudo-terminals there")
def test_on_a_terminal_one_line_changes(tmp_path: Path) -> None:
    import pty

    here = str(Path(tone_reader.__file__).parent)
    command = [sys.executable, "-c", PROGRAM, here, str(tmp_path / "card"), "analyze", "--live", "-"]
    ours, theirs = pty.openpty()
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=theirs, stderr=subprocess.PIPE)
    os.close(theirs)
    assert process.stdin is not None
    process.stdin.write(s16(call()))
    process.stdin.close()
    shown = b""
    try:
        while part := os.read(ours, 65536):
            shown += part
    except OSError:  # the end of a terminal
        pass
    finally:
        os.close(ours)
        process.stdin = None
        process.communicate()
    text = shown.decode()
    head, *_ = text.split("\r\n")
    assert head.startswith("Listening to standard input, 16,000 Hz, by tone 1")
    drawn = text.split("\r\n")[1].split("\r")
    assert any("no speech" in line for line in drawn)
    assert any("anger 0.9" in line and "█" in line for line in drawn)
    assert "6.0 s of sound" in text
    assert "Compute delay" in text
