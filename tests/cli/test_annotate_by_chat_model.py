"""``affekt annotate --model endpoint:…``: the echo model and a scripted endpoint, as a user meets them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from affekt.cli import affekt
from chat_server import Refuse, last

ECHO = ("--column", "text", "--model", "endpoint:echo")


@pytest.fixture
def table(tmp_path: Path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "in.csv"
    lines = ["text,gold", "pure joy,joy", "such anger,joy", '"joy, and fear",joy|fear', "a table,", "some fear,feer"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def run(*arguments: object, code: int = 0) -> tuple[str, str]:
    done = CliRunner().invoke(affekt, ["annotate", *map(str, arguments)])
    assert done.exit_code == code, done.output + repr(done.exception)
    return done.stdout, done.stderr


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_echo_model_labels_a_table_and_agreement_is_told(table: Path) -> None:
    _, said = run(table, *ECHO, "--space", "ekman", "-o", "out.csv", "--gold", "gold", "--price", "1,2")
    assert [row["labels"] for row in rows(Path("out.csv"))] == ["joy", "anger", "fear|joy", "", "fear"]
    assert "unparseable 0 of 5 rows" in said and "cost: " in said
    assert "agreement with 3 labelled rows: jaccard 0.667" in said and "'feer' (1)" in said


def test_an_estimate_writes_nothing_and_needs_no_output(table: Path) -> None:
    said, _ = run(table, *ECHO, "--space", "ekman", "--estimate", "--price", "0.15,0.6")
    assert said.startswith("5 prompts to ask (5 texts, 5 different") and "cost at most about" in said
    assert sorted(path.name for path in Path().iterdir()) == ["in.csv"]
    run(table, "--column", "text", "--estimate", code=2)
    run(table, *ECHO, "--space", "ekman", code=2)


def test_a_template_of_ones_own_and_examples(table: Path) -> None:
    Path("mine.txt").write_text("Labels:\n{labels}\n{form: why}\n{examples}\nText: {text}\n")
    Path("shown.csv").write_text("text,gold\npure joy,joy\nrage,Anger\n")
    more = ("--template", "mine.txt", "--examples", "shown.csv", "--gold", "gold")
    _, said = run(table, *ECHO, "--space", "ekman", "-o", "out.csv", *more)
    assert rows(Path("out.csv"))[0]["why"] == "pure joy"
    assert "agreement with 2 labelled rows" in said and "shown as examples: 1" in said


def test_dimensions(table: Path) -> None:
    run(table, *ECHO, "--dimensions", "-o", "out.csv")
    assert list(rows(Path("out.csv"))[0]) == ["text", "gold", "valence", "arousal", "dominance", "status"]


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        ((), 1, "no labels of its own"),
        (("--space", "ekman", "--raters"), 1, "raters is for models of ours"),
        (("--space", "ekman", "--template", "cottr"), 2, "Did you mean 'cotr'"),
        (("--dimensions", "--gold", "gold"), 2, "--gold compares labels"),
        (("--space", "ekman", "--gold", "golden"), 2, "Did you mean 'gold'"),
        (("--space", "ekman", "--price", "cheap"), 1, "is no price"),
    ],
)
def test_what_cannot_be_asked(table: Path, more: tuple[str, ...], code: int, said: str) -> None:
    assert said in run(table, *ECHO, "-o", "out.csv", *more, code=code)[1]


def test_an_endpoint_that_dies_half_way(table: Path, chat_server) -> None:
    table.write_text("text\n" + "".join(f"joy {n}\n" for n in range(40)), encoding="utf-8")
    chat_server.script = lambda body, count: '{"labels": ["joy"]}' if count <= 20 else Refuse(503)
    command = (table, "--column", "text", "--model", f"endpoint:{chat_server.url}#toy", "--space", "ekman", "-o")
    command = (*command, "out.csv", "--retries", "0", "--workers", "2")
    _, said = run(*command, code=1)
    assert "gave nothing for 10 texts in a row" in said and "the same command goes on" in said
    chat_server.bodies.clear()
    chat_server.script = lambda body, count: json.dumps({"labels": ["joy"] if "3" not in last(body) else ["glee"]})
    _, said = run(*command)
    assert "unparseable" in said and "out.csv.rejects.jsonl" in said
    assert len(rows(Path("out.csv"))) + len(Path("out.csv.rejects.jsonl").read_text().splitlines()) == 40


def test_gold_is_for_models_of_ours_too(table: Path) -> None:
    _, said = run(table, "--column", "text", "--space", "ekman", "-o", "out.csv", "--gold", "gold")
    assert "agreement with 3 labelled rows" in said
