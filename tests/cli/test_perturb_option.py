"""`affekt evaluate --perturb`: the table, JSON, results rows, the page, and what cannot be done."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from affekt.cli import affekt
from affekt.evaluation.records import read_results

TEXTS = (("I am so happy today", "joy"), ("I cried because I miss her", "sadness"), ("He makes me furious", "anger"))


@pytest.fixture
def corpus(tmp_path, monkeypatch):
    """Twenty-seven texts in dair_emotion's layout, nine in each split."""
    folder = tmp_path / "dair_emotion"
    folder.mkdir()
    for split in ("train", "val", "test"):
        lines = [f"{text} {split} {number};{label}" for number in range(3) for text, label in TEXTS]
        (folder / f"{split}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    monkeypatch.setenv("AFFEKT_DATA", str(tmp_path))
    monkeypatch.chdir(tmp_path)


def run(*arguments, code=0):
    given = ("evaluate", *arguments, "--on", "dair_emotion", "--resamples", "20")
    result = CliRunner().invoke(affekt, given)
    assert result.exit_code == code, result.output
    return result.output


def test_a_table_follows_the_scores(corpus):
    lines = run("text-nano", "--perturb", "upper,dropped=1").splitlines()
    head = lines.index("\t".join(("Perturbed by", "macro_f1", "Drop", "95 %", "Flipped", "Changed items")))
    upper, dropped = (line.split("\t") for line in lines[head + 1 : head + 3])
    assert upper[0] == "upper"
    assert upper[2:] == ["0.000", "0.000 to 0.000", "0.000", "9"]
    assert (dropped[0], dropped[5]) == ("dropped=1", "9")
    assert any(line.startswith("- Texts were perturbed by seed 0") for line in lines)


def test_json_rows_and_page_have_it_too(corpus):
    files = ("--json", "--html", "page.html", "--results", "results.csv")
    metrics = json.loads(run("text-nano", "--perturb", "all", *files))["metrics"]
    assert metrics["perturbed:upper/changed"] == {"value": 1.0, "low": None, "high": None, "n": 9}
    assert set(metrics["perturbed:speech/macro_f1_drop"]) == {"value", "low", "high", "n"}
    kept = {row.metric for row in read_results(Path("results.csv"))}
    assert {"perturbed:typos/macro_f1", "perturbed:typos/macro_f1_drop", "perturbed:typos/flipped"} <= kept
    assert "Does it hold up to noise?" in Path("page.html").read_text(encoding="utf-8")


def test_a_suite_can_be_perturbed(corpus):
    result = CliRunner().invoke(
        affekt,
        ["evaluate", "prior", "--suite", "text-labels", "--resamples", "20", "--perturb", "upper", "--json"],
    )
    assert result.exit_code == 0, result.output
    (found,) = json.loads(result.stdout)["evaluations"]
    assert found["metrics"]["perturbed:upper/macro_f1_drop"]["value"] == 0.0


@pytest.mark.parametrize(
    ("model", "perturb", "code", "told"),
    [
        ("text-nano", "typo", 2, "Did you mean 'typos'"),
        ("text-nano", "typos=2", 1, "from 0 to 1"),
        ("text-nano", "typos,typos", 1, "twice"),
        ("said.csv", "typos", 1, "stand in a file"),
    ],
)
def test_what_cannot_be_done_is_said(corpus, model, perturb, code, told):
    Path("said.csv").write_text("id,label\ntest-1,joy\n", encoding="utf-8")
    assert told in run(model, "--perturb", perturb, code=code)
