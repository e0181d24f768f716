"""A table of one's own in every verb that takes a corpus."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from affekt.cli import affekt

SAID = {
    "happy": ("I am so happy today", "What a wonderful joyful morning", "I feel glad and delighted", "I love this"),
    "sad": ("I am so sad and lonely", "I cried because I miss her", "I feel miserable and down", "My heart is broken"),
    "angry": ("I am furious with him", "This makes me so angry", "I hate that he lied", "How dare you, get out"),
}


@pytest.fixture
def table(tmp_path, monkeypatch):
    """Thirty-six rows with votes, speakers and a condition; two of them bad."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AFFEKT_DATA", raising=False)
    lines, number = ["id;what;votes;speaker;sex"], 0
    for turn in range(3):
        for label, texts in SAID.items():
            for text in texts:
                number += 1
                sex = "fm"[number % 2]
                lines.append(
                    f"{number};{text} ({turn});{label}:2|{'sad' if label != 'sad' else 'angry'}:1;s{number % 6};{sex}"
                )
    lines += ["98;;happy:3;s1;f", "99;Oh;happy:x{;s1;f".replace("happy:x{", '{"happy":')]
    (tmp_path / "mine.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "map.tsv").write_text("happy\tjoy\nsad\tsadness\nangry\tanger\n", encoding="utf-8")
    return tmp_path / "mine.csv"


def run(*arguments, code=0):
    result = CliRunner().invoke(affekt, [*arguments])
    assert result.exit_code == code, result.output
    return result


TEXT = ("--column", "text=what")
MAPPED = (*TEXT, "--map", "map.tsv", "--labels-in", "ekman")


def test_show_check_and_export(table):
    said = run("corpora", "show", "mine.csv", *TEXT, "--html", "show.html").output
    assert "votes\tvotes" in said and "2 rows were left out: mine.csv, row 37: no text" in said
    assert "108 by raters without ids" in said
    assert "<svg" in Path("show.html").read_text(encoding="utf-8")
    found = json.loads(run("corpora", "show", "mine.csv", *TEXT, "--json").output)
    assert found["labels"] == ["angry", "happy", "sad"] and found["view"]["speakers"] == 6
    checked = json.loads(run("corpora", "check", "mine.csv", *TEXT, "--json", "--no-near", code=1).output)
    assert [f["count"] for f in checked["findings"] if f["level"] == "error"] == [1, 1]
    run("corpora", "export", "mine.csv", *MAPPED, "--to", "jsonl", "-o", "out")
    (line, *_) = Path("out/all.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["labels"] == ["joy"]
    assert "Labels\t" in run("corpora", "show", "out").output


def test_evaluate_and_compare(table):
    arguments = ("--on", "mine.csv", *MAPPED, "--resamples", "20")
    found = json.loads(run("evaluate", "text-nano", *arguments, "--by", "sex", "--results", "r.csv", "--json").output)
    assert (found["corpus"], found["space"], found["items"]) == ("mine", "ekman", 36)
    assert found["metrics"]["macro_f1"]["value"] > 0.4
    assert set(found["by"]["sex"]["groups"]) == {"f", "m"}
    assert any("2 rows were left out" in note for note in found["notes"])
    assert "mine,all" in Path("r.csv").read_text(encoding="utf-8")
    said = run("compare", "text-nano", "prior", *arguments).output
    assert "macro_f1" in said and "left out" in said
    own = json.loads(run("evaluate", "tfidf", "--on", "mine.csv", *TEXT, "--resamples", "20", "--json").output)
    assert own["space"] == "mine"


def test_describe_once_and_never_say_it_again(table):
    run(
        "corpora",
        "describe",
        "mine.csv",
        *MAPPED,
        "--split-by",
        "speaker",
        "--licence",
        "CC0-1.0",
        "--row-language",
        "en",
    )
    told = json.loads(Path("mine.corpus.json").read_text(encoding="utf-8"))
    assert told["space"] == "ekman" and told["columns"]["text"] == "what" and told["map"]["happy"] == ["joy"]
    found = json.loads(run("evaluate", "prior", "--on", "mine.csv:test", "--resamples", "20", "--json").output)
    assert (found["split"], found["space"]) == ("test", "ekman")
    assert any("share no speaker" in note for note in found["notes"])
    assert "exists" in run("corpora", "describe", "mine.csv", code=1).output


@pytest.mark.parametrize(
    ("arguments", "message", "code"),
    [
        (("corpora", "show", "mine.csv"), "Say which: --column text=NAME", 1),
        (("corpora", "show", "none.csv"), "There is no file", 1),
        (("corpora", "show", "mine.csv", "--column", "text"), "ROLE=NAME", 1),
        (("corpora", "show", "mine.csv", "--column", "text=wat"), "Did you mean 'what'", 1),
        (("corpora", "show", "mine.csv", "--scale", "9"), "LOW,HIGH", 1),
        (("corpora", "check", "mine.csv", *TEXT, "--labels-in", "ekman"), "'sad' (48 times; close: sadness)", 2),
        (("evaluate", "prior", "--on", "mine.csv:test", *TEXT), "no split 'test' here. It has: all", 2),
        (("corpora", "show", "isear", *TEXT), "has a reader, which knows its columns", 1),
    ],
)
def test_what_cannot_be_is_answered_with_the_fix(table, arguments, message, code):
    assert message in run(*arguments, code=code).output
