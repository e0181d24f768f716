"""`affekt grid`, on small corpora in the official layouts and on a table of one's own."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from affekt.cli import affekt
from affekt.cli.grid import matrix_lines
from affekt.evaluation.domains import domain_of
from affekt.evaluation.grid import GridOptions, make_grid
from affekt.evaluation.learnable import find_learner
from affekt.evaluation.records import read_results
from affekt.types import LabelSpace, Record, Signal

TEXTS = {
    "joy": ("i am so happy today", "what a wonderful joyful morning", "i feel glad and happy"),
    "sadness": ("i am so sad and lonely", "i cried because i am sad", "i feel miserable and lonely"),
    "anger": ("i am furious with him", "this makes me so furious", "i hate that and i am mad"),
}
FEW = ("--resamples", "20")


@pytest.fixture
def corpora(tmp_path, monkeypatch):
    """dair_emotion in its official layout, and a table of one's own in two languages, with other words for joy."""
    folder = tmp_path / "dair_emotion"
    folder.mkdir()
    for split in ("train", "val", "test"):
        lines = [f"{text} {split} {n};{label}" for label in TEXTS for text in TEXTS[label] for n in range(3)]
        (folder / f"{split}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with Path(tmp_path / "mine.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("text", "label", "split", "language"))
        for split in ("train", "test"):
            for n in range(4):
                for label, texts in TEXTS.items():
                    for text in texts:
                        writer.writerow((f"{text.replace('happy', 'chuffed')} {split}{n}", label, split, "en"))
                        writer.writerow((f"{text[::-1]} {split}{n}", label, split, "de"))
    monkeypatch.setenv("AFFEKT_DATA", str(tmp_path))
    monkeypatch.chdir(tmp_path)


def run(*arguments, code=0):
    result = CliRunner().invoke(affekt, ["grid", *arguments])
    assert result.exit_code == code, result.output
    return result


def test_a_grid_is_made_and_everything_is_written(corpora):
    found = json.loads(
        run(
            *("tfidf", "--train", "dair_emotion", "--train", "mine.csv", "--space", "ekman", "--leave-one-out"),
            *("--json", "--html", "grid.html", "--results", "grid.csv", *FEW),
        ).output
    )
    cells = {(cell["source"], cell["target"]): cell for cell in found["cells"]}
    assert set(cells) == {(s, t) for s in ("dair_emotion", "mine") for t in ("dair_emotion", "mine")}
    assert cells["mine", "mine"]["home"] is True
    assert cells["mine", "mine"]["value"] > 0.9 > cells["dair_emotion", "mine"]["value"]
    assert set(cells["mine", "mine"]) == {
        *("source", "target", "home", "value", "low", "high", "n", "untaught", "contamination"),
    }
    assert (found["metric"], found["space"]) == ("macro_f1", "ekman")
    assert found["drops"]["mine"]["value"] == pytest.approx(
        cells["mine", "mine"]["value"] - cells["mine", "dair_emotion"]["value"]
    )
    html = Path("grid.html").read_text(encoding="utf-8")
    assert all(heading in html for heading in ("Behind home", "Lost away from home", "Every cell", "Domains"))
    assert html.count('role="img"') == 4
    rows = {(row.corpus, row.protocol): row.value for row in read_results(Path("grid.csv"))}
    assert rows["mine:ekman", "own-thresholds-trained-on-dair_emotion-learned-10000-seed-0"] == pytest.approx(
        cells["dair_emotion", "mine"]["value"], abs=1e-6
    )


def test_languages_of_one_corpus(corpora, monkeypatch):
    lines = run("tfidf-characters", "--test", "mine.csv", "--by", "language", *FEW).output.splitlines()
    head, *rows = [line.split("\t") for line in lines if "\t" in line]
    assert head[:4] == ["Learned from", "Scored on", "Home", "macro_f1"]
    assert [row[:3] for row in rows] == [
        ["mine@de", "mine@de", "home"],
        ["mine@de", "mine@en", "-"],
        ["mine@en", "mine@de", "-"],
        ["mine@en", "mine@en", "home"],
    ]
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    shown = run("tfidf-characters", "--train", "mine.csv", "--by", "language", *FEW).output
    assert "[1.00]" in shown
    assert "Elsewhere" in shown
    one = run("tfidf-characters", "--train", "mine.csv@en", "--test", "mine.csv@de", *FEW).output
    assert "mine@en  [" not in one


def test_the_matrix_fits_the_screen():
    space = LabelSpace("mood", ("up", "down"), "exclusive", "a test")
    names = [f"corpus_of_some_name_{i}" for i in range(30)]
    some = [
        Record(str(i), Signal(f"{'up' if i % 2 else 'down'} {i}"), "all", ("up" if i % 2 else "down",))
        for i in range(12)
    ]
    domains = [domain_of(name, some, space) for name in names]
    grid = make_grid(find_learner("prior"), domains[:2], domains, GridOptions(resamples=10, contamination=False))
    lines = matrix_lines(grid, 80)
    assert max(map(len, lines)) <= 80
    assert sum(line.startswith("A corpus_of_some_name_0 ") for line in lines) == 4  # blocks of columns
    assert "AD corpus_of_some_name_29" in lines[-1]
    assert all(line.count("[") == 1 for line in lines[3:4])


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("tfidf",), 1, "--train"),
        (("tfidf", "--train", "dair_emotion:nope"), 2, "no split 'nope'"),
        (("tfidf", "--train", "nothing_here"), 2, "nothing_here"),
        (("text", "--train", "dair_emotion"), 1, "has learned already"),
        (("tfidff", "--train", "dair_emotion"), 2, "Did you mean 'tfidf'"),
        (("tfidf", "--train", "mine.csv@fr"), 1, "de, en"),
        (("tfidf", "--train", "dair_emotion", "--train", "mine.csv"), 1, "--space"),
        (("tfidf", "--train", "dair_emotion", "--metric", "f2"), 2, "macro_f1"),
    ],
)
def test_what_cannot_be_is_told(corpora, arguments, code, told):
    result = run(*arguments, *FEW, code=code)
    assert told in result.output
    assert "Traceback" not in result.output
