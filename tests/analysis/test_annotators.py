"""The pipeline that annotates and filters: planted noise, bands, lengths, speakers and events are found and chosen."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pytest
from click.testing import CliRunner

import tone_reader
from affekt import plugins
from affekt.analysis import annotators
from affekt.analysis.annotators import ANNOTATORS, Annotator, Stretch, find_annotators, plugin_annotators
from affekt.analysis.folders import FolderOptions, annotate_folder
from affekt.analysis.listening import Listening
from affekt.analysis.selecting import select_rows
from affekt.cli import affekt as program
from affekt.errors import InputError, OutputError, UnknownNameError
from affekt.models.index import MODELS
from affekt.signals.noise import white_noise, with_noise
from affekt.signals.resampling import resample

soundfile = pytest.importorskip("soundfile")
RATE = 16_000
LOUD, SOFT = 0.25, 0.04  # anger and calm to the reader
# name: seconds of voice, its level, dB over noise
PLANTED = {
    "angry-clean": (2.0, LOUD, 30),
    "angry-fair": (4.0, LOUD, 18),
    "angry-noisy": (2.0, LOUD, 5),
    "calm-clean": (6.0, SOFT, 30),
    "calm-noisy": (2.0, SOFT, 5),
}


def talk(seconds: float, *, level: float = LOUD, pitch: float = 120.0) -> np.ndarray:
    """Return a voice with a pause of .2 s after every .4."""
    voice = tone_reader.voice(seconds, level=level, pitch=pitch)
    voice[np.arange(len(voice)) % round(0.6 * RATE) >= 0.4 * RATE] = 0
    return voice


def planted(name: str, generator: np.random.Generator) -> np.ndarray:
    """Return a voice in noise."""
    seconds, level, snr_db = PLANTED[name]
    rest = np.zeros(RATE // 2, np.float32)
    whole = np.concatenate([rest, talk(seconds, level=level), rest])
    return with_noise(whole, RATE, white_noise(len(whole), generator), snr_db=snr_db)


@pytest.fixture
def sounds(tmp_path: Path) -> Path:
    folder, generator = tmp_path / "talks", np.random.default_rng(3)
    folder.mkdir()
    for name in PLANTED:
        soundfile.write(folder / f"{name}.wav", planted(name, generator), RATE, subtype="FLOAT")
    soundfile.write(folder / "silent.wav", np.zeros(RATE), RATE)
    (folder / "broken.wav").write_bytes(b"RIFF....WAVE")
    return folder


@pytest.fixture
def options(tmp_path: Path) -> FolderOptions:
    return FolderOptions(
        model=tone_reader.tone_card(tmp_path / "card"),
        listening=Listening("one"),
        annotators=find_annotators("emotion,quality,duration,voice"),
    )


def annotate(folder: Path, output: Path, options: FolderOptions) -> list[dict[str, object]]:
    annotate_folder(folder, output, options=options, opening=tone_reader.open_tone)
    table = duckdb.sql(f"SELECT * FROM '{output}'")
    return [dict(zip(table.columns, row, strict=True)) for row in table.fetchall()]


def names(rows: list[dict[str, object]]) -> list[str]:
    return [str(row["path"]).removesuffix(".wav") for row in rows]


def test_one_manifest_tells_what_was_planted(sounds: Path, tmp_path: Path, options: FolderOptions) -> None:
    rows = annotate(sounds, tmp_path / "manifest.parquet", options)
    assert names(rows) == [*PLANTED, "silent"]
    for row, (seconds, level, snr_db) in zip(rows, PLANTED.values(), strict=False):
        assert row["emotion"] == ("anger" if level == LOUD else "calm") == row["labels"]
        assert row["confidence"] == pytest.approx(0.9, abs=0.15)
        assert row["duration"] == pytest.approx(seconds, abs=0.6)
        assert row["duration"] == pytest.approx(float(row["end"]) - float(row["start"]))  # type: ignore[arg-type]
        assert row["snr"] == pytest.approx(snr_db, abs=4)
        assert row["bandwidth"] == pytest.approx(RATE / 2, rel=0.02)
        assert row["clipped"] == 0
        assert row["level"] == pytest.approx(20 * np.log10(level), abs=3)
        assert row["pitch"] == pytest.approx(120, rel=0.1)
    silent = rows[-1]
    assert (silent["status"], silent["emotion"], silent["snr"], silent["pitch"]) == ("no_speech", None, None, None)
    assert (silent["duration"], silent["bandwidth"], silent["level"]) == (1, 0, None)
    rejects = [json.loads(line) for line in (tmp_path / "manifest.parquet.rejects.jsonl").read_text().splitlines()]
    assert [each["path"] for each in rejects] == ["broken.wav"]


CHOSEN = {
    "snr > 12 and emotion = 'anger'": ["angry-clean", "angry-fair"],
    "snr > 12 and emotion = 'anger' and duration < 3": ["angry-clean"],
    "snr < 12": ["angry-noisy", "calm-noisy"],
    "duration between 3 and 10 and bandwidth >= 7000": ["angry-fair", "calm-clean"],
    "emotion in ('calm') or status = 'no_speech'": ["calm-clean", "calm-noisy", "silent"],
    "confidence > .5 and not (path like 'angry%' or snr < 10)": ["calm-clean"],
    "snr > 100": [],
}


def test_a_condition_chooses_exactly_what_was_planted(sounds: Path, tmp_path: Path, options: FolderOptions) -> None:
    output, whole, later = (tmp_path / f"{name}.parquet" for name in ("chosen", "whole", "later"))
    annotate(sounds, whole, options)
    for condition, chosen in CHOSEN.items():
        assert select_rows(whole, condition, later, overwrite=True).kept == len(chosen)
        found = duckdb.sql(f"SELECT path FROM '{later}'").fetchall()
        assert [path.removesuffix(".wav") for (path,) in found] == chosen
    condition, chosen = next(iter(CHOSEN.items()))
    assert names(annotate(sounds, output, replace(options, where=condition))) == chosen
    select_rows(whole, condition, later, overwrite=True)
    assert duckdb.sql(f"FROM '{later}'").fetchall() == duckdb.sql(f"FROM '{output}'").fetchall()


def test_narrow_and_clipped_sound_is_known(tmp_path: Path, options: FolderOptions) -> None:
    folder = tmp_path / "talks"
    folder.mkdir()
    narrow = resample(tone_reader.voice(2, rate=8000)[None], 8000, 44_100)[0]
    noise = resample(white_noise(16_000, np.random.default_rng(1))[None] * np.float32(1e-3), 8000, 44_100)[0]
    soundfile.write(folder / "call.wav", narrow + noise, 44_100)
    soundfile.write(folder / "over.wav", np.clip(3 * tone_reader.voice(2, level=LOUD), -1, 1), RATE)
    call, over = annotate(folder, tmp_path / "out.csv", options)
    assert float(call["bandwidth"]) == pytest.approx(4000, abs=200)  # type: ignore[arg-type]
    assert float(call["clipped"]) == 0  # type: ignore[arg-type]
    assert float(over["clipped"]) > 0.02  # type: ignore[arg-type]
    assert float(over["peak"]) == pytest.approx(0, abs=0.1)  # type: ignore[arg-type]


def test_speakers_are_heard_in_their_own_channels(tmp_path: Path, options: FolderOptions) -> None:
    folder = tmp_path / "calls"
    folder.mkdir()
    generator = np.random.default_rng(2)
    sides = np.zeros((8 * RATE, 2), np.float32)
    sides[RATE : 3 * RATE, 0] = talk(2)
    sides[4 * RATE : 7 * RATE, 1] = talk(3, pitch=200)
    noise = white_noise(len(sides), generator)
    sides[:, 1] = with_noise(sides[:, 1], RATE, noise, snr_db=8)
    soundfile.write(folder / "call.flac", sides, RATE)
    two = replace(options, listening=Listening("channels"))
    rows = annotate(folder, tmp_path / "out.parquet", two)
    heard = {str(row["speaker"]): row for row in rows if row["status"] == "ok" and float(row["duration"]) > 1}  # type: ignore[arg-type]
    assert float(heard["channel-1"]["snr"]) > 20  # type: ignore[arg-type]
    assert heard["channel-2"]["snr"] == pytest.approx(8, abs=3)
    assert heard["channel-2"]["pitch"] == pytest.approx(200, rel=0.1)
    chosen = annotate(folder, tmp_path / "one.parquet", replace(two, where="speaker = 'channel-2' and duration > 1"))
    assert {row["speaker"] for row in chosen} == {"channel-2"}


def opening_events() -> annotators.Measure:
    """Open a detector of events of another package: it knows a beep by its pitch."""

    def say(stretch: Stretch) -> Mapping[str, object]:
        samples = stretch.at(8000)
        power = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2
        hz = np.fft.rfftfreq(len(samples), 1 / 8000)
        share = float(power[(hz > 2900) & (hz < 3100)].sum() / max(power.sum(), 1e-12))
        return {"event": "beep" if share > 0.3 else None, "event_share": share}

    return say


def opening_failure() -> annotators.Measure:
    def say(stretch: Stretch) -> Mapping[str, object]:
        if "angry" in stretch.path.name:
            raise KeyError("no weights for that")
        return {"guess": 1}

    return say


EVENTS = Annotator("events", "beeps", {"event": str, "event_share": float}, opening_events, always=True)


@pytest.fixture
def package(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put annotators where those of an installed package would be."""
    thief = replace(EVENTS, name="quality")
    found = (("events", EVENTS), ("quality", thief), ("odd", 3))
    loaded = plugins.Loaded(tuple(plugins.Plugin(name, f"{name}-package", value) for name, value in found), ())
    monkeypatch.setattr(annotators, "load_plugins", lambda group: {"affekt.annotators": loaded}[group])
    plugin_annotators.cache_clear()
    yield
    plugin_annotators.cache_clear()


def test_events_come_from_a_package(package: None, sounds: Path, tmp_path: Path, options: FolderOptions) -> None:
    beep = 0.2 * np.sin(np.arange(2 * RATE) / RATE * 2 * np.pi * 3000)
    soundfile.write(sounds / "beep.wav", beep, RATE)
    more = replace(options, annotators=find_annotators("events, duration"), where="event = 'beep'")
    rows = annotate(sounds, tmp_path / "out.parquet", more)
    assert names(rows) == ["beep"]
    assert rows[0]["event_share"] > 0.3  # type: ignore[operator]
    assert find_annotators("quality") == (ANNOTATORS["quality"],)
    with pytest.raises(UnknownNameError, match=r"Did you mean 'events'(.|\n)*odd of odd-package"):
        find_annotators("event")


def test_an_annotator_that_fails_rejects_the_file_only(sounds: Path, tmp_path: Path, options: FolderOptions) -> None:
    bad = Annotator("guess", "", {"guess": float}, opening_failure)
    rows = annotate(sounds, tmp_path / "out.parquet", replace(options, annotators=(bad,)))
    assert names(rows) == ["calm-clean", "calm-noisy", "silent"]
    assert [row["guess"] for row in rows] == [1, 1, None]
    told = (tmp_path / "out.parquet.rejects.jsonl").read_text()
    assert told.count("The annotator guess failed: KeyError") == 3


def test_an_unfinished_run_goes_on_with_the_same_annotators_only(
    sounds: Path, tmp_path: Path, options: FolderOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, count = annotators.Annotating.annotate, []

    def killed(self: annotators.Annotating, *rest: object) -> object:
        count.append(1)
        if len(count) == 3:
            raise KeyboardInterrupt
        return real(self, *rest)  # type: ignore[arg-type]

    output = tmp_path / "out.parquet"
    whole = annotate(sounds, tmp_path / "whole.parquet", options)
    monkeypatch.setattr(annotators.Annotating, "annotate", killed)
    with pytest.raises(KeyboardInterrupt):
        annotate(sounds, output, options)
    monkeypatch.setattr(annotators.Annotating, "annotate", real)
    with pytest.raises(OutputError, match="annotators was"):
        annotate(sounds, output, replace(options, annotators=find_annotators("quality")))
    summary = annotate_folder(sounds, output, options=options, opening=tone_reader.open_tone)
    assert summary.resumed >= 2
    assert duckdb.sql(f"FROM '{output}'").fetchall() == [tuple(row.values()) for row in whole]


def test_a_second_model_and_worker_processes(
    sounds: Path, tmp_path: Path, options: FolderOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("affekt.inference.speech.open_speech_reader", tone_reader.open_tone)
    monkeypatch.setitem(MODELS, "tone", replace(tone_reader.tone_card(tmp_path / "card"), rate=RATE))
    second = annotate(sounds, tmp_path / "a.parquet", replace(options, annotators=find_annotators("model:tone")))
    assert [row["tone"] for row in second] == ["anger"] * 3 + ["calm"] * 2 + [None]
    alone = annotate(sounds, tmp_path / "b.parquet", options)
    assert annotate(sounds, tmp_path / "c.parquet", replace(options, workers=2)) == alone


def test_a_long_segment_is_heard_in_pieces(tmp_path: Path, options: FolderOptions) -> None:
    folder = tmp_path / "long"
    folder.mkdir()
    soundfile.write(folder / "a.wav", np.concatenate([tone_reader.voice(10, level=LOUD)] * 9), RATE)
    seen = []

    def opening() -> annotators.Measure:
        return lambda stretch: seen.append(len(stretch.samples)) or {"x": 1}

    row = annotate(
        folder, tmp_path / "o.parquet", replace(options, annotators=(Annotator("x", "", {"x": float}, opening),))
    )
    assert seen == [60 * RATE] and row[0]["end"] == pytest.approx(90, abs=1)


def test_names_that_cannot_be_are_said(sounds: Path, tmp_path: Path, options: FolderOptions) -> None:
    for given, said in (("", "nothing to annotate"), ([EVENTS, replace(EVENTS, name="x")], "Both events and x")):
        with pytest.raises(InputError, match=said):
            find_annotators(given)
    with pytest.raises(InputError, match="not sound"):
        find_annotators("model:text")
    clash = Annotator("status", "", {"status": str}, opening_events)
    with pytest.raises(InputError, match="Two columns would be called status"):
        annotate(sounds, tmp_path / "o.csv", replace(options, annotators=(clash,)))
    with pytest.raises(InputError, match="add it with --add quality"):
        annotate(sounds, tmp_path / "o.csv", replace(options, annotators=(), where="snr > 3"))
    assert not list(tmp_path.glob("o.csv*"))


def test_the_command_line_annotates_and_filters(sounds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MODELS, "speech", tone_reader.tone_card(tmp_path / "card"))
    monkeypatch.setitem(annotate_folder.__kwdefaults__, "opening", tone_reader.open_tone)
    manifest, chosen = tmp_path / "talks.csv", tmp_path / "angry.csv"
    speaker = ("--speakers", "one")
    add = ("--add", "emotion,quality,duration")
    condition = ("--where", "snr > 12 and emotion = 'anger'")

    def affekt(*arguments: object) -> str:
        result = CliRunner().invoke(program, [str(each) for each in arguments])
        assert result.exit_code == 0, result.output
        return result.stderr

    affekt("annotate", sounds, "-o", manifest, *add, *speaker)
    said = affekt("filter", manifest, *condition, "-o", chosen)
    assert "2 of 6 rows" in said
    with chosen.open(newline="") as file:
        assert [row["path"] for row in csv.DictReader(file)] == ["angry-clean.wav", "angry-fair.wav"]
    affekt("annotate", sounds, "-o", tmp_path / "direct.csv", *add, *speaker, *condition)
    assert (tmp_path / "direct.csv").read_text() == chosen.read_text()
    wrong = CliRunner().invoke(program, ["filter", str(manifest), "--where", "snrr > 3", "-o", str(tmp_path / "x.csv")])
    assert wrong.exit_code == 2
    assert "Did you mean 'snr'" in wrong.output
    (tmp_path / "t.csv").write_text("text\nhello\n")
    table = ["annotate", str(tmp_path / "t.csv"), "--column", "text", "-o", str(tmp_path / "y.csv"), *condition]
    assert "--where is for a folder of sound" in CliRunner().invoke(program, table).output
