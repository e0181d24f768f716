"""`affekt download`: the licence first, then the folder on stdout."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from affekt.cards import SourceFile
from affekt.cli import affekt
from affekt.corpora.index import CORPORA
from affekt.errors import CorpusError


def run(*arguments):
    return CliRunner().invoke(affekt, ["download", *arguments])


@pytest.fixture
def fetched(monkeypatch):
    """Every download asked for, with nothing fetched."""
    calls = []

    def download(name, *, accept_licence, folder, report):
        calls.append((name, accept_licence, folder))
        report(SourceFile("train.tsv", "https://example.org/train.tsv"))
        return Path("/somewhere") / name

    monkeypatch.setattr("affekt.corpora.download.download", download)
    return calls


def test_without_the_licence_accepted_nothing_is_fetched(monkeypatch):
    def reached(*_arguments, **_options):
        raise AssertionError("the network was asked")

    monkeypatch.setattr("urllib.request.urlopen", reached)
    result = run("emobank")
    assert result.exit_code == 2
    assert CORPORA["emobank"].licence in result.stderr
    assert "--accept-licence" in result.stderr
    assert result.stdout == ""


def test_the_folder_is_all_that_goes_to_stdout(fetched, tmp_path):
    result = run("emobank", "--accept-licence", "--folder", str(tmp_path / "x"))
    assert result.exit_code == 0, result.output
    assert result.stdout.strip() == str(Path("/somewhere/emobank"))
    assert result.stderr == ""
    assert fetched == [("emobank", True, tmp_path / "x")]


def test_a_person_sees_each_file_arrive_unless_quiet(fetched, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "train.tsv" in run("emobank", "--accept-licence").stderr
    assert run("emobank", "--accept-licence", "--quiet").stderr == ""


def test_an_unknown_corpus():
    result = run("emobnk", "--accept-licence")
    assert result.exit_code == 2
    assert "Did you mean 'emobank'?" in result.stderr


def test_a_server_that_does_not_answer(monkeypatch):
    def download(*_arguments, **_options):
        raise CorpusError("https://example.org/train.tsv could not be fetched. Nothing was kept; try again later.")

    monkeypatch.setattr("affekt.corpora.download.download", download)
    result = run("emobank", "--accept-licence")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: https://example.org")
