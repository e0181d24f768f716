"""A folder of sound becomes a table: rows, rejects, a kill, all formats."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pytest

import tone_reader
from affekt.analysis import folders
from affekt.analysis.folders import FolderOptions, annotate_folder
from affekt.analysis.listening import Listening
from affekt.errors import InputError, OutputError

soundfile = pytest.importorskip("soundfile")
RATE = 16_000


@pytest.fixture
def options(tmp_path: Path) -> FolderOptions:
    return FolderOptions(model=tone_reader.tone_card(tmp_path / "card"), listening=Listening("one"))


@pytest.fixture
def sounds(tmp_path: Path) -> Path:
    folder = tmp_path / "calls"
    (folder / "b").mkdir(parents=True)
    rest = np.zeros(RATE)
    soundfile.write(folder / "a.wav", np.concatenate([rest, tone_reader.voice(2, level=0.02), rest,
                                                      tone_reader.voice(2, level=0.3)]), RATE)  # fmt: skip
    soundfile.write(folder / "b" / 'ü, "x".flac', tone_reader.voice(2, level=0.3), RATE)
    soundfile.write(folder / "b" / "silent.wav", rest, RATE)
    (folder / "b" / "broken.wav").write_bytes(b"RIFF....WAVE")
    (folder / "empty.mp3").write_bytes(b"")
    (folder / "notes.txt").write_text("no sound")
    return folder


def rows(path: Path) -> list[tuple]:
    return duckdb.sql(f"SELECT * FROM '{path}'").fetchall()


@pytest.mark.parametrize("ending", ["parquet", "csv", "tsv", "jsonl", "csv.gz"])
def test_a_row_for_each_segment(sounds: Path, tmp_path: Path, options: FolderOptions, ending: str) -> None:
    output = tmp_path / f"out.{ending}"
    told = []
    summary = annotate_folder(sounds, output, options=options, progress=told.append, opening=tone_reader.open_tone)
    assert (summary.files, summary.written, summary.rejected, summary.resumed) == (5, 4, 2, 0)
    assert [each.rows for each in told] == [1, 2, 3, 4, 5]
    table = duckdb.sql(f"SELECT * FROM '{output}'")
    assert table.columns == [
        *("path", "start", "end", "speaker", "loudness.calm", "loudness.anger", "labels"),
        *("valence", "arousal", "dominance", "status", "vad_source"),
    ]
    found = table.fetchall()
    assert [row[0] for row in found] == ["a.wav", "a.wav", "b/silent.wav", 'b/ü, "x".flac']
    assert [row[6] for row in found] == ["calm", "anger", None, "anger"]
    assert [row[3] for row in found] == ["speaker-1", "speaker-1", "nobody", "speaker-1"]
    assert [row[10] for row in found] == ["ok", "ok", "no_speech", "ok"]
    assert [float(row[5]) for row in found if row[5] is not None] == pytest.approx([0.1, 0.9, 0.9], abs=0.2)
    assert (found[2][4], found[2][7], found[2][11]) == (None, None, None)
    # Calm and anger are words with a place: the tone reader says nothing of dimensions, so they are mapped.
    assert [row[11] for row in found if row[10] == "ok"] == ["mapped"] * 3
    assert float(found[0][7]) > 0 > float(found[1][7])
    assert float(found[0][1]) == pytest.approx(1, abs=0.3)
    assert summary.rejects == tmp_path / f"out.{ending}.rejects.jsonl"
    rejects = [json.loads(line) for line in summary.rejects.read_text().splitlines()]
    assert [reject["path"] for reject in rejects] == ["b/broken.wav", "empty.mp3"]
    assert all(reject["reason"] for reject in rejects)
    assert not (tmp_path / f"out.{ending}.parts").exists()


def test_a_row_for_each_file(sounds: Path, tmp_path: Path, options: FolderOptions) -> None:
    output = tmp_path / "out.parquet"
    per_file = replace(options, per="file", prefix="x_")
    assert annotate_folder(sounds, output, options=per_file, opening=tone_reader.open_tone).written == 3
    found = rows(output)
    assert [(row[0], row[3]) for row in found] == [
        ("a.wav", "everyone"),
        ("b/silent.wav", "nobody"),
        ('b/ü, "x".flac', "everyone"),
    ]
    assert [row[1] for row in found] == [0, 0, 0]
    assert found[0][2] == pytest.approx(6)
    assert "x_labels" in duckdb.sql(f"SELECT * FROM '{output}'").columns


def test_it_goes_on_after_a_kill(
    sounds: Path, tmp_path: Path, options: FolderOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, output = tmp_path / "whole.csv", tmp_path / "out.csv"
    annotate_folder(sounds, whole, options=options, opening=tone_reader.open_tone)
    heard = []

    def killed(path: Path, *rest: object) -> object:
        if len(heard) == 2:
            raise KeyboardInterrupt
        heard.append(path.name)
        return real(path, *rest)

    real = folders.listen
    monkeypatch.setattr(folders, "listen", killed)
    with pytest.raises(KeyboardInterrupt):
        annotate_folder(sounds, output, options=options, opening=tone_reader.open_tone)
    assert not output.exists()
    heard.clear()
    monkeypatch.setattr(folders, "listen", lambda path, *rest: heard.append(path.name) or real(path, *rest))
    with pytest.raises(OutputError, match="per was"):
        annotate_folder(sounds, output, options=replace(options, per="file"), opening=tone_reader.open_tone)
    summary = annotate_folder(sounds, output, options=options, opening=tone_reader.open_tone)
    assert (summary.resumed, summary.rejected, len(heard)) == (2, 2, 3)
    assert output.read_bytes() == whole.read_bytes()
    with pytest.raises(OutputError, match="exists"):
        annotate_folder(sounds, output, options=options, opening=tone_reader.open_tone)
    assert (
        annotate_folder(sounds, output, options=replace(options, overwrite=True), opening=tone_reader.open_tone).written
        == 4
    )


def test_many_files_share_parts_and_wrong_options_are_said(
    sounds: Path, tmp_path: Path, options: FolderOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "_MOST_PARTS", 2)
    told = []
    done = annotate_folder(
        sounds, tmp_path / "out.csv", options=options, progress=told.append, opening=tone_reader.open_tone
    )
    assert ([each.rows for each in told], done.written, done.rejected) == ([3, 5], 4, 2)
    with pytest.raises(InputError, match="no ending"):
        annotate_folder(sounds, tmp_path / "out", options=options)
    with pytest.raises(InputError, match="per segment or file"):
        annotate_folder(sounds, tmp_path / "out.csv", options=replace(options, workers=0))
    with pytest.raises(InputError, match="not sound"):
        annotate_folder(sounds, tmp_path / "out.csv", options=replace(options, model="text"))
