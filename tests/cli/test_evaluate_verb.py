"""`affekt evaluate` and `affekt compare`, on a small corpus in the official layout."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from affekt.cli import affekt
from affekt.evaluation.records import read_results

TEXTS = {
    "joy": ("i am so happy today", "what a wonderful joyful morning", "i feel glad and delighted"),
    "sadness": ("i am so sad and lonely", "i cried because i miss her", "i feel miserable and down"),
    "anger": ("i am furious with him", "this makes me so angry", "i hate that he lied and i am mad"),
}


@pytest.fixture
def corpus(tmp_path, monkeypatch):
    """Twenty-seven texts of dair_emotion's layout; nine in each split."""
    folder = tmp_path / "dair_emotion"
    folder.mkdir()
    for split in ("train", "val", "test"):
        lines = [f"{text} {split if split != 'test' else 'now'};{label}" for label in TEXTS for text in TEXTS[label]]
        (folder / f"{split}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    monkeypatch.setenv("AFFEKT_DATA", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return folder


def run(*arguments, code=0):
    result = CliRunner().invoke(affekt, [*arguments])
    assert result.exit_code == code, result.output
    return result


def test_a_model_is_scored_and_everything_is_written(corpus):
    page, results = Path("page.html"), Path("results.csv")
    said = run(
        *("evaluate", "text-nano", "--on", "dair_emotion:test", "--resamples", "50", "--json", "--html", str(page)),
        *("--results", str(results), "--predictions", "runs"),
    )
    found = json.loads(said.output)
    assert (found["model"], found["split"], found["space"], found["items"]) == ("text-nano", "test", "dair-emotion", 9)
    accuracy = found["metrics"]["accuracy"]
    assert set(accuracy) == {"value", "low", "high", "n"}
    assert accuracy["low"] <= accuracy["value"] <= accuracy["high"]
    assert accuracy["value"] > 0.6
    assert found["metrics"]["answered"] == {"value": 1.0, "low": None, "high": None, "n": 9}
    html = page.read_text(encoding="utf-8")
    assert all(heading in html for heading in ("Scores", "Confusions", "Reliability"))
    assert {row.metric: row.value for row in read_results(results)}["accuracy"] == pytest.approx(accuracy["value"])
    assert list(Path("runs/dair_emotion/test").glob("text-nano-*.npz"))


def test_what_was_seen_is_told_and_scored_apart(corpus, monkeypatch):
    from dataclasses import replace

    from affekt.evaluation import subjects

    (corpus / "val.txt").write_text("i am so happy today now;joy\n", encoding="utf-8")
    card = replace(subjects.MODELS["text-nano"], trained_on=("dair_emotion",))
    monkeypatch.setitem(subjects.MODELS, "text-nano", card)
    from affekt.evaluation.contamination import _copies, _texts_of

    _texts_of.cache_clear()
    _copies.cache_clear()
    found = json.loads(run("evaluate", "text-nano", "--on", "dair_emotion", "--resamples", "20", "--json").output)
    _texts_of.cache_clear()
    _copies.cache_clear()
    assert found["contamination"]["exact"] == 1
    assert found["contamination"]["metrics_without"]["accuracy"]["n"] == 8
    assert any("1 of 9 items are in what it learned from" in note for note in found["notes"])


def test_the_table_is_readable_and_a_bare_table_of_labels_will_do(corpus):
    with Path("said.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("id", "label"))
        writer.writerows((f"test-{i + 1}", label) for i, label in enumerate(name for name in TEXTS for _ in range(3)))
    lines = run("evaluate", "said.csv", "--on", "dair_emotion:test", "--resamples", "20").output.splitlines()
    assert lines[0].split("\t") == ["Metric", "Value", "95 %", "Items"]
    assert lines[1].split("\t")[:2] == ["macro_f1", "1.000"]


def test_two_systems_are_compared_on_the_same_items(corpus):
    found = json.loads(
        run("compare", "text-nano", "prior", "--on", "dair_emotion:test", "--resamples", "50", "--json").output
    )
    accuracy = next(row for row in found["differences"] if row["metric"] == "accuracy")
    scores = found["scores"]
    assert accuracy["difference"] == pytest.approx(scores["text-nano"]["accuracy"] - scores["prior"]["accuracy"])
    assert 0 < accuracy["p"] <= 1
    table = run(
        "compare", "text-nano", "prior", "tfidf", "--on", "dair_emotion", "--metric", "accuracy", "--resamples", "20"
    )
    assert table.output.splitlines()[0].split("\t") == ["Metric", "text-nano", "prior", "tfidf"]


def test_a_suite_leaves_out_what_is_not_here(corpus):
    result = run("evaluate", "prior", "--suite", "text-labels", "--resamples", "20", "--json")
    found = json.loads(result.stdout)
    assert [each["corpus"] for each in found["evaluations"]] == ["dair_emotion"]
    assert any(line.startswith("goemotions:test") for line in found["left_out"])


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("evaluate", "prior"), 1, "--on"),
        (("evaluate", "prior", "--on", "dair_emotion:nope"), 2, "no split 'nope'"),
        (("evaluate", "nothing", "--on", "dair_emotion"), 2, "Unknown model"),
        (("evaluate", "vader", "--on", "dair_emotion"), 1, "--space sentiment"),
        (("evaluate", "prior", "--on", "dair_emotion", "--by", "sex"), 1, "'sex'"),
        (("evaluate", "prior", "--on", "dair_emotion", "--language", "fi"), 1, "'fi'"),
        (("evaluate", "prior", "--suite", "txt"), 2, "Unknown suite"),
        (("compare", "prior", "--on", "dair_emotion"), 1, "two systems"),
        (("compare", "prior", "all-positive", "--on", "dair_emotion", "--metric", "macrof1"), 2, "macro_f1"),
    ],
)
def test_what_cannot_be_done_is_said(corpus, arguments, code, told):
    assert told in run(*arguments, code=code).output
