"""`affekt analyze call.wav` and `affekt annotate folder/`, with a reader that tells loud from quiet."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

import tone_reader
from affekt.analysis.folders import annotate_folder
from affekt.analysis.timelines import read_timelines
from affekt.cli import affekt as program
from affekt.models.index import MODELS

soundfile = pytest.importorskip("soundfile")
RATE = 16_000


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    card = tone_reader.tone_card(tmp_path / "card")
    monkeypatch.setitem(MODELS, "speech", card)
    monkeypatch.setattr("affekt.analysis.analyze.open_speech_reader", tone_reader.open_tone)
    monkeypatch.setitem(annotate_folder.__kwdefaults__, "opening", tone_reader.open_tone)
    folder = tmp_path / "calls"
    folder.mkdir()
    rest = np.zeros(8000)
    sides = np.zeros((8 * 8000, 2))
    sides[8000:24000, 0] = tone_reader.voice(2, level=0.03, rate=8000)
    sides[32000:52000, 1] = tone_reader.voice(2.5, level=0.3, pitch=200, rate=8000)
    soundfile.write(folder / "call.wav", sides, 8000)
    soundfile.write(folder / "silent.wav", rest, 8000)
    (folder / "broken.wav").write_bytes(b"broken")
    return folder / "call.wav"


def affekt(*arguments: object) -> Result:
    return CliRunner().invoke(program, [str(each) for each in arguments])


def test_analyze_prints_segments_and_writes_timelines(call: Path, tmp_path: Path) -> None:
    files = [tmp_path / f"call.{ending}" for ending in ("rttm", "TextGrid", "eaf", "csv")]
    options = zip(("--rttm", "--textgrid", "--eaf", "--csv"), files, strict=True)
    result = affekt("analyze", call, *(part for pair in options for part in pair))
    assert result.exit_code == 0, result.output
    rows = [line.split("\t") for line in result.stdout.splitlines()]
    assert rows[0] == ["Source", "Start", "End", "Speaker", "Emotion", "Probabilities", "V A D"]
    assert [row[3:5] for row in rows[1:]] == [
        ["channel-1", "calm"],
        ["channel-2", "anger"],
        ["channel-1", "calm"],
        ["channel-2", "anger"],
    ]
    assert float(rows[1][1]) == pytest.approx(1, abs=0.3)
    assert rows[3][1] == "all"
    assert "8,000 to 16,000 Hz" in result.stderr
    for path in files:
        assert [each.label for each in read_timelines(path)[0].labels] == ["calm", "anger"]


def test_analyze_json_speakers_and_silence(call: Path) -> None:
    result = affekt("analyze", call, "--json", "--speakers", "one")
    assert {reading["about"] for reading in json.loads(result.stdout)["readings"]} == {"speaker-1"}
    result = affekt("analyze", call.with_name("silent.wav"))
    assert result.stdout.splitlines()[1].split("\t")[3:] == ["nobody", "no_speech", "-", "-"]


def test_a_transcript_puts_words_beside_segments(call: Path, tmp_path: Path) -> None:
    path = tmp_path / "call.vtt"
    path.write_text("WEBVTT\n\n00:01.200 --> 00:02.800\nhello there\n\n00:59.000 --> 00:59.500\nlate\n")
    result = affekt("analyze", call, "--transcript", path)
    assert result.exit_code == 0, result.output
    rows = [line.split("\t") for line in result.stdout.splitlines()]
    assert rows[0][-1] == "Words"
    assert [row[-1] for row in rows[1:]] == ["hello there", "-", "-", "-"]
    assert "1 of the 3 words of its transcript come after its end" in result.stderr
    record = json.loads(affekt("analyze", call, "--transcript", path, "--json").stdout)
    assert record["readings"][0]["words"]["text"] == "hello there"
    assert record["text"] == "hello there late"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["analyze", "CALL", "--speakers", "two"], "is none of auto"),
        (["analyze", "some words", "--rttm", "x.rttm"], "--rttm is for files of sound"),
        (["analyze", "CALL", "--transcript", "none.srt"], "There is no file 'none.srt'"),
        (["analyze", "some words", "--transcript", "pocketsphinx"], "--transcript is for files of sound"),
        (["analyze", "CALL", "--eaf", "x.txt"], "writes a .eaf file"),
        (["analyze", "nothing.wav"], "There is no file 'nothing.wav'"),
        (["analyze", "CALL", "--raters"], "raters is for text"),
        (["analyze", "CALL", "CALL", "--eaf", "x.eaf"], "holds one recording"),
        (["annotate", "FOLDER"], "Say where to write"),
        (["annotate", "FOLDER", "-o", "x.csv", "--column", "text"], "--column is for a table"),
        (["annotate", "FOLDER", "-o", "x.csv", "--lang", "en", "--no-text"], "--lang, --no-text is for a table"),
        (["annotate", "x.csv", "-o", "y.csv"], "Say which column"),
        (["annotate", "x.csv", "--column", "a", "-o", "y.csv", "--per", "file"], "--per is for a folder of sound"),
    ],
)
def test_what_cannot_be_is_said(call: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                arguments: list[str], said: str) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    places = {"CALL": call, "FOLDER": call.parent}
    result = affekt(*(places.get(each, each) for each in arguments))
    assert result.exit_code != 0
    assert said in " ".join(result.output.split())


def test_annotate_a_folder(call: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.csv"
    result = affekt("annotate", call.parent, "-o", output)
    assert result.exit_code == 0, result.output
    with output.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["path"], row["speaker"], row["labels"], row["status"]) for row in rows] == [
        ("call.wav", "channel-1", "calm", "ok"),
        ("call.wav", "channel-2", "anger", "ok"),
        ("silent.wav", "nobody", "", "no_speech"),
    ]
    assert "3 rows of 3 files" in result.stderr
    assert "1 files rejected" in result.stderr
    assert "broken.wav" in (tmp_path / "out.csv.rejects.jsonl").read_text()
    again = affekt("annotate", call.parent, "-o", output, "--per", "file", "--overwrite", "--quiet")
    assert again.exit_code == 0
    assert len(output.read_text().splitlines()) == 3
