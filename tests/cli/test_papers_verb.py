"""`affekt papers`: the list for a person and for a program, one paper, JSON, filters, what is refused."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from rich.cells import cell_len

from affekt.cli import affekt
from affekt.evaluation.papers import FAMILIES, all_papers, count_by_status, select_papers


def run(*arguments):
    return CliRunner().invoke(affekt, ("papers", *arguments))


def on_screen(monkeypatch, width, *arguments):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("COLUMNS", str(width))
    return run(*arguments).stdout


def test_a_pipe_gets_a_row_of_names_and_a_row_each():
    lines = [line.split("\t") for line in run().stdout.splitlines()]
    assert lines[0][:4] == ["Id", "Family", "Status", "Title"]
    assert [line[0] for line in lines[1:]] == [paper.id for paper in all_papers()]
    assert {len(line) for line in lines} == {len(lines[0])}


def test_json_holds_every_field_and_filters_narrow_it():
    records = json.loads(run("--json").stdout)
    assert [record["id"] for record in records] == [paper.id for paper in all_papers()]
    assert set(records[0]) == {
        *("id", "family", "title", "status", "works", "where", "shown_by", "command", "code", "corpora"),
    }
    for arguments, expected in [
        (("--family", "c"), select_papers(family="C")),
        (("--status", "not-yet"), select_papers(status="not yet")),
        (("--status", "Not Yet", "--family", "A"), ()),
        (("--status", "partly", "--family", "B"), select_papers(family="B", status="partly")),
    ]:
        result = run(*arguments, "--json")
        assert result.exit_code == 0, result.output
        assert [record["id"] for record in json.loads(result.stdout)] == [paper.id for paper in expected]


def test_one_paper():
    said = dict(line.split("\t") for line in run("sed-zed").stdout.splitlines() if not line.startswith("Shown by"))
    assert said["Id"] == "sed-zed"
    assert said["Status"].startswith("works: ")
    assert said["Command"].startswith("python recipes/sed_zed/run.py")
    partly = dict(line.split("\t") for line in run("reccon").stdout.splitlines() if not line.startswith("Shown by"))
    assert partly["Status"].startswith("partly: ") and "Not yet: " in partly["Works today"]
    record = json.loads(run("sed-zed", "--json").stdout)
    assert {"affekt.metrics.timeline", "affekt.corpora.zed"} <= set(record["where"])
    assert "meld" in json.loads(run("meld", "--json").stdout)["corpora"]
    assert "\nCorpora\tmeld" in run("meld").stdout
    missing = select_papers(status="not yet")[0]
    assert "Command" not in run(missing.id).stdout


def test_a_person_sees_the_families_and_the_counts(monkeypatch):
    shown = on_screen(monkeypatch, 100)
    assert [line for line in shown.splitlines() if line[1:3] == ". "] == [f"{k}. {v}" for k, v in FAMILIES.items()]
    counts = count_by_status(all_papers())
    told = ", ".join(f"{status} {count}" for status, count in counts.items())
    assert shown.splitlines()[-1] == f"200 papers: {told}."
    only = on_screen(monkeypatch, 100, "--family", "O", "--status", "works")
    assert only == "0 papers.\n"


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("arguments", [(), ("--family", "K"), ("tone",)])
def test_it_fits_the_screen(width, arguments, monkeypatch):
    for line in on_screen(monkeypatch, width, *arguments).splitlines():
        # The name of a test stays whole, so that it can be copied.
        assert cell_len(line) <= width or "::" in line, line


def test_what_is_refused():
    for arguments, message in [
        (("tones",), "Did you mean 'tone'?"),
        (("--family", "R"), "There is no family 'R'"),
        (("--status", "done"), "There is no status 'done'. Statuses are works, partly, not yet, off-topic."),
        (("tone", "--family", "A"), "leave out --family and --status"),
    ]:
        result = run(*arguments)
        assert result.exit_code == 2
        assert message in result.stderr
        assert "Traceback" not in result.output
