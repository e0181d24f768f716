"""`affekt ratings summary`: screens, pipes, JSON, pages; the guide quotes what it prints."""

from __future__ import annotations

import json
import os
import re
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner

from affekt.cli import affekt
from affekt.corpora import read as reading

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "samples" / "votes.csv"
ANSI = re.compile(r"\x1b\[[0-9;]*m")


def run(*arguments: str | Path, screen: bool = False) -> str:
    environment = {"FORCE_COLOR": "1" if screen else "", "COLUMNS": "100"}
    found = CliRunner().invoke(affekt, ["ratings", "summary", *map(str, arguments)], env=environment)
    assert found.exit_code == 0, found.output
    return ANSI.sub("", found.stdout)


def failing(*arguments: str | Path) -> tuple[int, str]:
    found = CliRunner().invoke(affekt, ["ratings", "summary", *map(str, arguments)])
    assert found.exit_code != 0
    return found.exit_code, found.output


def test_the_guide_quotes_the_program() -> None:
    guide = (ROOT / "docs/guides/when-raters-disagree.md").read_text(encoding="utf-8")
    block = guide.split("<!-- summary")[1].split("```console\n")[1].split("```")[0]
    command, *quoted = [line for line in block.splitlines() if line.strip()]
    words = command.removeprefix("$ affekt ratings summary samples/votes.csv ").split()
    printed = run(SAMPLE, *words, screen=True).splitlines()
    assert len(quoted) > 12
    for line in quoted:
        assert line in printed, line


def test_a_pipe_gets_plain_lines() -> None:
    printed = run(SAMPLE, "--space", "edos")
    lines = printed.splitlines()
    assert "\x1b" not in printed and "█" not in printed
    assert "Judgements\t60" in lines and "# Agreement" in lines
    labels = lines.index("# Labels")
    assert lines[labels + 1].split("\t") == ["Label", "Votes", "Majority", "Plurality", "Share"]
    assert lines[labels + 2].split("\t")[:2] == ["angry", "7"]


def test_json_holds_everything(tmp_path) -> None:
    record = json.loads(run(SAMPLE, "--space", "edos", "--json", "--resamples", "50"))
    assert record["source"] == "votes.csv" and record["items"] == 20 and record["raters"] == 3
    assert record["overall"]["alpha"]["value"] == pytest.approx(0.6572, abs=0.0001)
    assert record["together"]["pairs"][0][2] == 2 and record["disputed"][0]["item"] == "1"
    assert len(record["labels"]) == 41 and record["rater_rows"][0]["shared"] == 20


def test_a_page_is_written(tmp_path) -> None:
    page = tmp_path / "page.html"
    run(SAMPLE, "--space", "edos", "--html", page)
    html = page.read_text(encoding="utf-8")
    assert html.count("<svg") >= 4 and "Most disputed" in html and "<script" not in html
    code, said = failing(SAMPLE, "--html", tmp_path / "none" / "page.html")
    assert code == 1 and "Cannot write" in said


def test_addresses_never_show(tmp_path) -> None:
    table = tmp_path / "votes.csv"
    rows = [f"t{i},{name}@example.org,{label}" for i in range(4) for name, label in (("ann", "joy"), ("ben", "fear"))]
    table.write_text("item,rater,label\n" + "\n".join(rows) + "\n", encoding="utf-8")
    page = tmp_path / "page.html"
    said = run(table, "--html", page) + run(table, "--json") + run(table, screen=True) + page.read_text("utf-8")
    assert "@" not in said.replace("@media", "") and "rater-001" in said


def test_numbers_have_their_own_columns(tmp_path) -> None:
    table = tmp_path / "grades.csv"
    rows = [f"t{i},r{r},{(i + r) % 4}" for i in range(12) for r in range(3)]
    table.write_text("item,rater,arousal\n" + "\n".join(rows) + "\n", encoding="utf-8")
    said = run(table, "--value", "arousal", "--scale", 0, 3)
    assert "ICC(2,k)" in said and "ordinal, 0 to 3" in said and "# Values" in said


def test_wrong_command_lines() -> None:
    assert failing()[0] == 2
    assert failing(SAMPLE, "--corpus", "edos")[0] == 2
    assert failing(SAMPLE, "--split", "all")[0] == 2
    code, said = failing("--corpus", "edos", "--item", "Count")
    assert code == 2 and "--item" in said
    code, said = failing("--corpus", "nothing-of-the-kind")
    assert code == 2 and "Unknown corpus" in said
    code, said = failing(SAMPLE, "--space", "ekman")
    assert code == 2 and "Unknown label" in said
    code, said = failing("absent.csv")
    assert code == 1 and "absent.csv" in said


def test_a_corpus_is_read_by_its_reader(tmp_path, monkeypatch) -> None:
    # Two rows are no whole corpus, which is what the reader would say.
    monkeypatch.setattr(reading, "read_corpus", partial(reading.read_corpus, complete=False))
    names = "Count,Index,DialogID,Dialog,Agreed emotion (2/3 vote),Worker 1 answer,Worker 2 answer,Worker 3 answer"
    rows = ["1,a,7,Oh no.,Afraid,Afraid,Afraid,Anxious", "2,b,8,Well.,-,Sad,Lonely,puzzled (Other)"]
    (tmp_path / "mturk_groundtruth_labels_9K.csv").write_text("\n".join([names, *rows]) + "\n", encoding="utf-8")
    found = CliRunner().invoke(affekt, ["ratings", "summary", "--corpus", "edos", "--folder", str(tmp_path), "--json"])
    assert found.exit_code == 0, found.output
    record = json.loads(found.stdout)
    assert record["judgements"] == 6 and record["anonymous"] and "own words: 1 different" in record["read_as"]
    assert "puzzled" in [row["label"] for row in record["labels"] if row["votes"]]


DATA = os.environ.get("AFFEKT_DATA")
real = pytest.mark.skipif(not DATA, reason="AFFEKT_DATA names no folder of real corpora")


@real
@pytest.mark.slow
def test_real_tables(tmp_path) -> None:
    """Files as they are published: single annotators of BRIGHTER, EDOS' three workers."""
    text = Path(DATA or "") / "text"
    german = text / "brighter/individual/deu_individual_intensities.csv.gz"
    edos = text / "edos-mturk/mturk_groundtruth_labels_9K.csv.gz"
    if not german.exists() or not edos.exists():
        pytest.skip("the two files are not there")
    page = tmp_path / "page.html"
    said = run(german, "--space", "brighter", "--json", "--resamples", "50", "--html", page)
    record = json.loads(said)
    assert (record["items"], record["raters"], record["judgements"]) == (5407, 10, 32351)
    alphas = {one["column"]: one["alpha"]["value"] for one in record["by_column"]}
    assert alphas["joy"] == pytest.approx(0.552, abs=0.001) and alphas["surprise"] == pytest.approx(0.226, abs=0.001)
    assert {one["regulars"] for one in record["by_column"]} == {5}
    # The file names its annotators by address.
    assert "@" not in said and "@" not in page.read_text(encoding="utf-8").replace("@media", "")
    record = json.loads(run(edos, "--item", "Count", "--json", "--resamples", "50"))
    assert record["overall"]["alpha"]["value"] == pytest.approx(0.455, abs=0.01)


@real
@pytest.mark.slow
def test_real_corpora() -> None:
    for name in ("x_envent", "stackoverflow_emotion"):
        arguments = ["--perspective", "reader"] if name == "x_envent" else []
        environment = {"AFFEKT_DATA": DATA}
        found = CliRunner().invoke(
            affekt, ["ratings", "summary", "--corpus", name, *arguments, "--json", "--resamples", "50"], env=environment
        )
        if "is not here" in found.output:
            pytest.skip(f"{name} is not there")
        record = json.loads(found.stdout)
        assert record["raters"] == {"x_envent": 4, "stackoverflow_emotion": 12}[name]
        assert 0.5 < record["overall"]["alpha"]["low"] < record["overall"]["alpha"]["high"] < 0.75
