"""`affekt analyze`: what is a file, what is text, what goes where, and how it fails."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from click.testing import CliRunner
from sample_reports import long_report, short_report, unsupported_report

from affekt.cli import affekt
from affekt.errors import InputError, unknown_name
from affekt.types import Signal


@pytest.fixture
def seen(monkeypatch):
    """Every call of the library that a verb makes, with canned reports as answers."""
    calls = []

    def read(signals, **options):
        calls.append((list(signals), options))
        return [replace(short_report(s.text), source=s.source) for s in signals]

    monkeypatch.setattr("affekt.cli.analyze.read_signals", read)
    return calls


def run(*arguments, **options):
    return CliRunner().invoke(affekt, ["analyze", *arguments], **options)


def test_words_are_read_as_text(seen):
    result = run("I love it")
    assert result.exit_code == 0, result.output
    assert seen == [
        ([Signal("I love it")], {"model": None, "space": None, "explain": False, "raters": False, "language": None})
    ]


def test_an_existing_file_is_a_file_and_text_overrides(seen, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mood").write_text("So glad.", encoding="utf-8")
    run("mood")
    run("mood", "--text")
    assert [calls[0][0].text for calls in seen] == ["So glad.", "mood"]
    assert seen[0][0][0].source == "mood"
    assert seen[1][0][0].source is None


def test_standard_input(seen):
    assert run("-", input="so tired of this\n").exit_code == 0
    assert run(input="so tired of this\n").exit_code == 0
    assert [calls[0][0].text.strip() for calls in seen] == ["so tired of this"] * 2
    assert run("-", "--text").exit_code == 0
    assert seen[2][0][0].text == "-"


def test_options_reach_the_library(seen):
    result = run(
        "Hi there", "--model", "text-nano", "--space", "ekman", "--explain", "--raters", "--lang", "en-GB", "--json"
    )
    assert result.exit_code == 0, result.output
    assert seen == [
        (
            [Signal("Hi there")],
            {"model": "text-nano", "space": "ekman", "explain": True, "raters": True, "language": "en"},
        ),
    ]


def test_json_is_one_object_or_a_list_for_several(seen):
    one = json.loads(run("Hi", "--json").stdout)
    assert one["schema"] == "affekt.report/1"
    assert one["text"] == "Hi"
    several = json.loads(run("Hi", "Ho", "--json").stdout)
    assert [record["text"] for record in several] == ["Hi", "Ho"]
    assert seen[0][1]["explain"] is False


def test_several_arguments_are_one_call_in_order(seen):
    result = run("one", "two", "three")
    assert [s.text for s in seen[0][0]] == ["one", "two", "three"]
    assert len(seen) == 1
    assert [line.split("\t")[-1] for line in result.stdout.splitlines()] == ["one", "two", "three"]


def test_a_pipe_gets_plain_lines_and_nothing_on_stderr(seen):
    result = run("I love it", "--top", "2")
    assert result.stderr == ""
    assert "\x1b" not in result.stdout
    assert len(result.stdout.splitlines()) == 1
    assert result.stdout.count("=0.") >= 2
    assert "anger" not in result.stdout.split("\t")[3]


def test_a_terminal_gets_a_picture_that_explains_short_text(seen, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    result = run("I love it")
    assert "arousal" in result.stdout
    assert "━" in result.stdout
    assert seen[0][1]["explain"] is True
    run("I love it", "--no-explain")
    run("I love it. " * 200)
    run("I love it", "--json")
    assert [call[1]["explain"] for call in seen[1:]] == [False, False, False]


def test_a_terminal_picture_of_a_paragraph(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr("affekt.cli.analyze.read_signals", lambda signals, **options: [long_report()])
    result = run("whatever")
    assert "valence, 5 sentences" in re.sub(r"\x1b\[[0-9;]*m", "", result.stdout)


def test_an_unsupported_language_is_said_in_every_form(monkeypatch):
    monkeypatch.setattr("affekt.cli.analyze.read_signals", lambda signals, **options: [unsupported_report()])
    assert "unsupported_language" in run("Das ist schön").stdout
    assert json.loads(run("Das ist schön", "--json").stdout)["overall"]["status"] == "unsupported_language"
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "--lang en" in run("Das ist schön").stdout


@pytest.mark.parametrize("text", ["", " ", "\n\t "])
def test_empty_text_is_an_error(seen, text):
    result = run(text)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ")
    assert "empty" in result.stderr
    assert seen == []


@pytest.mark.parametrize(
    "content", [b"", b" \n", b"\x00\x01\x02PNG\x89", "Grüße".encode("utf-16-le"), "Grüße".encode("latin-1")]
)
def test_files_and_pipes_that_are_no_text_are_errors(seen, tmp_path, content):
    path = tmp_path / "input.dat"
    path.write_bytes(content)
    for result in (run(str(path)), run("-", input=content)):
        assert result.exit_code == 1, result.output
        assert result.stderr.startswith("Error: ")
        assert "Traceback" not in result.output
        assert result.stdout == ""
    assert seen == []


def test_a_folder_is_an_error(seen, tmp_path):
    result = run(str(tmp_path))
    assert result.exit_code == 1
    assert "is a folder" in result.stderr


@pytest.mark.parametrize("name", ["reviw.txt", "data/notes.md", "table.csv", "https://example.org/a"])
def test_what_looks_like_a_missing_file_is_not_read_as_words(seen, name):
    result = run(name)
    assert result.exit_code == 1
    assert "There is no file" in result.stderr
    assert "--text" in result.stderr
    assert run(name, "--text").exit_code == 0


@pytest.mark.parametrize("text", ["Well...", "I hate file.txt", "e.g.", "v1.2", "🙂", "x" * 5000, "nul\x00byte"])
def test_what_only_resembles_a_file_is_words(seen, text):
    assert run(text).exit_code == 0


def test_one_bad_input_of_several_does_not_stop_the_others(seen, tmp_path):
    bad = tmp_path / "bad.bin"
    bad.write_bytes(b"\x00\x01\x02")
    result = run("fine", str(bad), "also fine")
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 2
    assert result.stderr.startswith("Error: ")
    assert json.loads(run("fine", str(bad), "--json").stdout)[0]["text"] == "fine"


def test_a_million_characters_on_one_line(seen, tmp_path, monkeypatch):
    path = tmp_path / "long.txt"
    path.write_text("good " * 200_000, encoding="utf-8")
    assert run(str(path)).exit_code == 0
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert len(run(str(path)).stdout) < 10_000


def test_unpaired_surrogates_from_a_badly_encoded_command_line(seen):
    result = run("caf\udce9 is nice")
    assert result.exit_code == 1
    assert "not valid UTF-8" in result.stderr


def test_a_language_must_be_a_code(seen):
    result = run("Hi", "--lang", "english!")
    assert result.exit_code == 2
    assert "ISO 639" in result.stderr


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InputError("The text is strange."), 1),
        (unknown_name("model", "txt", ["text"], "affekt models"), 2),
        (unknown_name("label space", "ekmann", ["ekman"], "affekt spaces"), 2),
    ],
)
def test_what_the_library_raises_is_a_message_and_a_code(monkeypatch, error, code):
    def read(signals, **options):
        raise error

    monkeypatch.setattr("affekt.cli.analyze.read_signals", read)
    result = run("Hi")
    assert result.exit_code == code
    assert result.stderr == f"Error: {error}\n"
    assert result.stdout == ""


def test_a_mistake_of_ours_is_not_hidden(monkeypatch):
    def read(signals, **options):
        raise ZeroDivisionError

    monkeypatch.setattr("affekt.cli.analyze.read_signals", read)
    assert isinstance(run("Hi").exception, ZeroDivisionError)


def test_a_table_read_as_text_is_noted_only_to_a_person(seen, tmp_path, monkeypatch):
    path = tmp_path / "t.csv"
    path.write_text("text\nhi\n", encoding="utf-8")
    assert run(str(path)).stderr == ""
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "affekt annotate" in run(str(path)).stderr


def test_an_encoding_can_be_named(seen, tmp_path):
    path = tmp_path / "old.txt"
    path.write_bytes("café".encode("latin-1"))
    assert run(str(path), "--encoding", "latin-1").exit_code == 0
    assert run("-", "--encoding", "latin-1", input="café".encode("latin-1")).exit_code == 0
    assert [call[0][0].text for call in seen] == ["café", "café"]
    result = run(str(path), "--encoding", "klingon")
    assert result.exit_code == 1
    assert "klingon" in result.stderr
