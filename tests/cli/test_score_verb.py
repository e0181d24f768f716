"""`affekt score`: files and folders of submissions, JSON, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from affekt.cli import affekt
from affekt.errors import InputError
from affekt.evaluation.submissions import published_gold, write_submission

TEXTS = ("ich bin froh", "du bist gemein", "na ja")


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """German of Tracks A and B, Indonesian of Track C, English of Track A without its gold."""
    said = {"a": ("0,0,0,1,0,0", "1,0,0,0,1,0", "0,0,0,0,0,0"), "b": ("0,0,1,3,0,0", "2,0,0,0,1,0", "0,1,0,0,0,2")}
    for track, code, cells in (("a", "deu", said["a"]), ("b", "deu", said["b"]), ("c", "ind", said["a"])):
        folder = tmp_path / f"text/brighter/track_{track}/test"
        folder.mkdir(parents=True)
        rows = [
            f"{code}_test_track_{track}_{n:05d},{text},{row}"
            for n, (text, row) in enumerate(zip(TEXTS, cells, strict=True))
        ]
        head = "id,text,anger,disgust,fear,joy,sadness,surprise"
        (folder / f"{code}.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    (tmp_path / "text/brighter/track_a/test/eng.csv").write_text(
        "id,text,anger,fear,joy,sadness,surprise\neng_1,Hm,,,,,\n", encoding="utf-8"
    )
    monkeypatch.setenv("AFFEKT_DATA", str(tmp_path))
    return tmp_path


def run(*arguments: object):
    return CliRunner().invoke(affekt, ("score", *map(str, arguments)))


def put(folder: Path, track: str, code: str = "deu") -> Path:
    gold = published_gold(code, track)
    return write_submission(folder, code, track, gold.items, emotions=gold.emotions)


def test_the_gold_of_the_corpus_scores_full(data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    for track, code in (("a", "deu"), ("b", "deu"), ("c", "ind")):
        put(folder, track, code)
    assert published_gold("deu", "b").items["deu_test_track_b_00000"] == [0, 0, 1, 3, 0, 0]
    records = {each["track"]: each for each in json.loads(run(folder, "--json").stdout)}
    assert records["a"]["metrics"]["jaccard"] == pytest.approx(2 / 3)  # the third has no label: counts 0
    assert records["a"]["emotions"]["joy"] == 1 and records["a"]["items"] == 3
    assert records["b"]["metrics"]["pearson"] == pytest.approx(1) and records["c"]["language"] == "ind"
    lines = run(folder, "--track", "a").stdout.splitlines()
    assert lines[0].split("\t")[:3] == ["Language", "Track", "Items"] and len(lines) == 2


def test_a_gold_file_and_a_mean(data: Path, tmp_path: Path) -> None:
    gold = tmp_path / "gold.csv"
    gold.write_text("id,joy\nx1,1\nx2,0\n")
    mine = write_submission(tmp_path, "eng", "a", {"x1": [1], "x2": [1]}, emotions=["joy"])
    assert "macro_f1 0.667" in run(mine, "--gold", gold).stdout
    both = run(put(tmp_path / "one", "a"), put(tmp_path / "two", "a")).stdout
    assert "mean of 2\ta" in both


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("deu_a.csv", "id,joy\nx,1\n", "is no name of a submission"),
        ("pred_xyz_a.csv", "id,joy\nx,1\n", "'xyz'"),
        ("pred_deu_a.csv", "id,joy\nx,1\n", "this gold file asks for anger, disgust"),
        ("pred_eng_a.csv", "id,joy\nx,1\n", "no gold of eng in track A"),
        ("pred_deu_c.csv", "id,joy\nx,1\n", "no gold of deu in track C"),
    ],
)
def test_what_is_wrong_is_said(name: str, content: str, problem: str, data: Path, tmp_path: Path) -> None:
    (tmp_path / name).write_text(content)
    done = run(tmp_path / name)
    assert done.exit_code in (1, 2) and problem in done.stderr


def test_options_that_do_not_go_together(data: Path, tmp_path: Path) -> None:
    mine = put(tmp_path / "mine", "a")
    assert "of another track" in run(mine, "--track", "b").stderr
    assert "true labels of one file" in run(mine, mine, "--gold", mine).stderr
    (tmp_path / "none").mkdir()
    assert "There is no file pred_" in run(tmp_path / "none").stderr


def test_a_submission_that_the_task_would_not_take_is_not_written(tmp_path: Path) -> None:
    for answers in ({"x": [2]}, {"x": [0.5]}, {"x": [1, 1]}):
        with pytest.raises(InputError, match="track A asks for 1 whole numbers"):
            write_submission(tmp_path, "eng", "a", answers, emotions=["joy"])
