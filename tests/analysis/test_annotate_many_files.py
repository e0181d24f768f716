"""A folder of many files: workers, a kill in the middle, broken files among them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pytest

import tone_reader
from affekt.analysis import folders
from affekt.analysis.folders import FolderOptions, annotate_folder
from affekt.analysis.listening import Listening

soundfile = pytest.importorskip("soundfile")
RATE = 16_000
VOICES = {"calm": tone_reader.voice(0.3, level=0.02), "anger": tone_reader.voice(0.3, level=0.3)}
# What listens, and writes down to what: top level, so that worker processes do it, too.
SCRIPT = """
import os, sys
from pathlib import Path
import tone_reader
from affekt.analysis import folders
from affekt.analysis.listening import Listening

real = folders.listen

def listen(path, *rest, **more):
    with open(os.environ["HEARD"], "a") as log:
        log.write(path.name + "\\n")
    return real(path, *rest, **more)

folders.listen = listen

if __name__ == "__main__":
    source, output, card, workers = sys.argv[1:]
    options = folders.FolderOptions(
        model=tone_reader.tone_card(Path(card)), listening=Listening("one"), workers=int(workers)
    )
    folders.annotate_folder(Path(source), Path(output), options=options, opening=tone_reader.open_tone)
"""


def label_of(number: int) -> str:
    return ("calm", "anger")[number % 3 == 0]


def make_files(folder: Path, count: int, *, broken: int = 0) -> Path:
    """Short voices, each loud or not by its number, in folders of a hundred; every so often one is broken."""
    every = count // broken if broken else 0
    for number in range(count):
        place = folder / f"{number // 100:02}"
        place.mkdir(parents=True, exist_ok=True)
        path = place / f"{number:04}.wav"
        if every and number % every == every - 1:
            path.write_bytes((b"", b"RIFF....WAVE", b"no sound at all")[number // every % 3])
        else:
            soundfile.write(path, VOICES[label_of(number)], RATE)
    return folder


def options_of(tmp_path: Path, workers: int = 1) -> FolderOptions:
    card = tone_reader.tone_card(tmp_path / "card")
    return FolderOptions(model=card, listening=Listening("one"), workers=workers)


def rows(path: Path) -> list[tuple[str, ...]]:
    return duckdb.sql(f"SELECT path, speaker, labels, status FROM '{path}'").fetchall()


def rejected(output: Path) -> list[str]:
    lines = output.with_name(f"{output.name}.rejects.jsonl").read_text(encoding="utf-8").splitlines()
    assert all(json.loads(line)["reason"] for line in lines)
    return [json.loads(line)["path"] for line in lines]


def killed(tmp_path: Path, folder: Path, output: Path, *, workers: int, after: int) -> Counter[str]:
    """Annotate in a process of its own, kill -9 it and its workers once so many files were heard, and let another one
    finish. Return how often each file was heard."""
    script, log = tmp_path / "job.py", tmp_path / f"heard-{workers}.log"
    script.write_text(SCRIPT, encoding="utf-8")
    paths = [str(Path(tone_reader.__file__).parent), *sys.path]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "HEARD": str(log)}
    command = [sys.executable, str(script), str(folder), str(output), str(tmp_path / "card"), str(workers)]
    log.touch()
    job = subprocess.Popen(command, env=environment, start_new_session=True)
    end = time.monotonic() + 500
    while log.read_text().count("\n") < after and job.poll() is None and time.monotonic() < end:
        time.sleep(0.005)
    assert job.poll() is None, "it was over before it could be killed"
    os.killpg(job.pid, signal.SIGKILL)
    job.wait()
    assert not output.exists() and log.read_text().count("\n") >= after
    subprocess.run(command, env=environment, check=True)
    return Counter(log.read_text().split())


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_a_killed_run_goes_on_to_the_same_table(tmp_path: Path, workers: int) -> None:
    folder = make_files(tmp_path / "calls", 60, broken=3)
    whole, output = tmp_path / "whole.csv", tmp_path / "out.csv"
    summary = annotate_folder(folder, whole, options=options_of(tmp_path), opening=tone_reader.open_tone)
    assert (summary.files, summary.written, summary.rejected) == (60, 57, 3)
    heard = killed(tmp_path, folder, output, workers=workers, after=20)
    assert output.read_bytes() == whole.read_bytes()
    assert rejected(output) == rejected(whole)
    # What was under way when the run was killed is heard again, one file of each worker at most, and no other.
    assert len(heard) == 60 and max(heard.values()) <= 2
    assert sum(count == 2 for count in heard.values()) <= workers


@pytest.mark.slow
def test_a_thousand_files_with_a_kill_in_the_middle(tmp_path: Path) -> None:
    folder, output = make_files(tmp_path / "calls", 1000, broken=10), tmp_path / "out.parquet"
    heard = killed(tmp_path, folder, output, workers=2, after=400)
    assert len(heard) == 1000 and sum(heard.values()) <= 1002
    table = duckdb.sql(f"SELECT * FROM '{output}'")
    assert table.columns[:4] == ["path", "start", "end", "speaker"]
    assert {"loudness.calm", "loudness.anger", "labels", "valence", "arousal", "dominance", "status"} <= set(
        table.columns
    )
    expected = [(f"{n // 100:02}/{n:04}.wav", "speaker-1", label_of(n), "ok") for n in range(1000) if n % 100 != 99]
    assert rows(output) == expected
    assert rejected(output) == [f"{n:02}/{100 * n + 99:04}.wav" for n in range(10)]
    assert not output.with_name("out.parquet.parts").exists()


@pytest.mark.slow
def test_two_workers_write_what_one_writes(tmp_path: Path) -> None:
    folder = make_files(tmp_path / "calls", 24, broken=2)
    tables = []
    for workers in (1, 2):
        for per in ("segment", "file"):
            output, told = tmp_path / f"{workers}-{per}.csv", []
            options = replace(options_of(tmp_path, workers), per=per)
            summary = annotate_folder(
                folder, output, options=options, progress=told.append, opening=tone_reader.open_tone
            )
            assert (summary.files, summary.written, summary.rejected) == (24, 22, 2)
            assert [each.rows for each in told] == list(range(1, 25))
            tables.append((per, output.read_bytes(), rejected(output)))
    assert tables[:2] == tables[2:]
    assert b"everyone" in tables[1][1] and b"speaker-1" in tables[0][1]


@pytest.mark.parametrize(
    "error", [ZeroDivisionError("by zero"), MemoryError(), KeyError("rate"), OSError(5, "I/O error")]
)
def test_what_one_file_brings_about_does_not_end_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    folder, output, real = make_files(tmp_path / "calls", 3), tmp_path / "out.csv", folders.listen

    def listen(path: Path, *rest: object) -> object:
        if path.name == "0001.wav":
            raise error
        return real(path, *rest)

    monkeypatch.setattr(folders, "listen", listen)
    summary = annotate_folder(folder, output, options=options_of(tmp_path), opening=tone_reader.open_tone)
    assert (summary.written, summary.rejected, rejected(output)) == (2, 1, ["00/0001.wav"])
    assert type(error).__name__ in (tmp_path / "out.csv.rejects.jsonl").read_text(encoding="utf-8")


def test_bad_files_are_told_and_never_end_the_run(tmp_path: Path) -> None:
    """What users' folders hold: each is a row or a reject with its reason, and the good file beside it is read."""
    folder = tmp_path / "calls"
    folder.mkdir()
    voice = tone_reader.voice(1.5, level=0.3)
    soundfile.write(folder / "good.wav", voice, RATE)
    (folder / "zero bytes.wav").write_bytes(b"")
    whole = (folder / "good.wav").read_bytes()
    (folder / "truncated.wav").write_bytes(whole[: len(whole) // 2])
    (folder / "header alone.wav").write_bytes(whole[:44])
    soundfile.write(folder / "flac.flac", voice, RATE)
    flac = (folder / "flac.flac").read_bytes()
    (folder / "truncated.flac").write_bytes(flac[: len(flac) // 2])
    (folder / "mislabelled.mp3").write_bytes(flac)
    (folder / "text.wav").write_text("Call me back, please.\n" * 50, encoding="utf-8")
    # A coding that nobody knows, told in a header that is right otherwise.
    (folder / "strange coding.wav").write_bytes(whole[:20] + b"\x34\x12" + whole[22:])
    (folder / "noise.ogg").write_bytes(np.random.default_rng(0).bytes(5000))
    fast = tone_reader.voice(1.5, level=0.3, rate=96_000)
    soundfile.write(folder / "96 kHz.wav", fast, 96_000)
    soundfile.write(folder / "8 kHz.wav", voice[::2], 8000)
    soundfile.write(folder / "8 channels.wav", np.tile(voice[:, None], (1, 8)), RATE)
    soundfile.write(folder / "20 ms.wav", voice[:320], RATE)
    soundfile.write(folder / "one sample.wav", voice[:1], RATE)
    soundfile.write(folder / "silence.wav", np.zeros(RATE), RATE)
    holes = voice.copy()
    holes[1000:2000] = np.nan
    holes[5000] = np.inf
    soundfile.write(folder / "NaN.wav", holes, RATE, subtype="FLOAT")
    soundfile.write(folder / "all NaN.wav", np.full(RATE, np.nan, np.float32), RATE, subtype="FLOAT")
    soundfile.write(folder / "clipped.wav", np.clip(voice * 20, -1, 1), RATE)
    soundfile.write(folder / "DC.wav", voice * 0.5 + 0.4, RATE)
    output = tmp_path / "out.csv"
    summary = annotate_folder(
        folder, output, options=replace(options_of(tmp_path), per="file"), opening=tone_reader.open_tone
    )
    found = {name: (status, label) for name, _, label, status in rows(output)}
    refused = set(rejected(output))
    assert summary.files == 20 and len(found) + len(refused) == 20 and not set(found) & refused
    assert refused == {
        *("truncated.flac", "header alone.wav", "text.wav", "zero bytes.wav", "noise.ogg", "strange coding.wav")
    }
    silent = {"20 ms.wav", "one sample.wav", "silence.wav", "all NaN.wav"}
    assert {name for name, (status, label) in found.items() if (status, label) == ("no_speech", None)} == silent
    assert {said for name, said in found.items() if name not in silent} == {("ok", "anger")}
    values = duckdb.sql(f"SELECT \"loudness.anger\" FROM '{output}' WHERE status = 'ok'").fetchall()
    assert all(0 <= value <= 1 for (value,) in values)
