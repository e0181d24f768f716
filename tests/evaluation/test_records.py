"""Result rows: round trip, replacement, order, a kill in the middle, bad files; the commit."""

from __future__ import annotations

import os
import subprocess
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affekt.errors import InputError, OutputError
from affekt.evaluation import records
from affekt.evaluation.records import (
    COLUMNS,
    ResultRow,
    RunInfo,
    Scored,
    current_commit,
    read_results,
    run_info,
    write_results,
)
from affekt.metrics.resampling import Estimate

RUN = RunInfo("text", "0.1.0", 7, "abcdef012345", "2025-01-31")
ROW = Scored("goemotions", "test", "dev-label-thresholds", 5427, RUN).row("macro_f1", Estimate(0.53125, 0.51, 0.55))

NAMES = st.text(st.characters(exclude_categories=["C"]), max_size=8)
SCORES = st.floats(-1e6, 1e6).map(lambda value: float(f"{value:.7g}"))
ROWS = st.builds(
    ResultRow,
    **dict.fromkeys(("corpus", "split", "protocol", "model", "version", "metric", "commit", "date"), NAMES),
    value=SCORES,
    low=st.none() | SCORES,
    high=st.none() | SCORES,
    n=st.integers(0, 10**9),
    seed=st.none() | st.integers(0, 10**6),
)


def test_the_columns_are_those_of_the_house() -> None:
    house = "corpus,split,protocol,model,version,metric,value,low,high,n,seed,commit,date"
    assert ",".join(COLUMNS) == house == ",".join(field.name for field in fields(ResultRow))


def test_the_file_is_plain_csv(tmp_path: Path) -> None:
    path = tmp_path / "results" / "goemotions.csv"
    write_results(path, [ROW, replace(ROW, metric="map", low=None, high=None, seed=None, value=1 / 3)])
    assert path.read_text() == (
        ",".join(COLUMNS) + "\n"
        "goemotions,test,dev-label-thresholds,text,0.1.0,macro_f1,0.53125,0.51,0.55,5427,7,abcdef012345,2025-01-31\n"
        "goemotions,test,dev-label-thresholds,text,0.1.0,map,0.3333333,,,5427,,abcdef012345,2025-01-31\n"
    )


@given(rows=st.lists(ROWS, max_size=6, unique_by=lambda row: row.key))
def test_what_is_written_is_read_back(rows: list[ResultRow], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("results") / "any.csv"
    write_results(path, rows)
    assert read_results(path) == sorted(rows, key=lambda row: row.key)
    written = path.read_bytes()
    write_results(path, reversed(rows))
    assert path.read_bytes() == written


def test_the_same_measurement_is_replaced_and_others_stay(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    other = [replace(ROW, **{name: "other"}) for name in COLUMNS[:6]] + [replace(ROW, seed=8), replace(ROW, seed=None)]
    write_results(path, [ROW, *other])
    again = replace(ROW, value=0.54, low=0.52, high=0.56, n=1, commit="new", date="2025-02-01")
    write_results(path, [again])
    rows = read_results(path)
    assert len(rows) == 9 and again in rows and ROW not in rows and set(other) < set(rows)
    with pytest.raises(InputError, match=r"measure the same: .*macro_f1"):
        write_results(path, [ROW, again])
    assert read_results(path) == rows


def test_a_failing_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "r.csv"
    write_results(path, [ROW])
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(records.os, "fsync", full)
    with pytest.raises(OutputError, match=r"Cannot write .*r\.csv: No space left on device"):
        write_results(path, [replace(ROW, value=0.1)])
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


def test_a_folder_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="Choose a folder"):
        write_results(tmp_path / "file" / "r.csv", [ROW])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a,b\n1,2\n", "is no results file"),
        ("", "is no results file"),
        (",".join(COLUMNS) + "\ngoemotions,test\n", "does not have 13 cells"),
        (",".join(COLUMNS) + "\n" + "x," * 13 + "x\n", "does not have 13 cells"),
        (",".join(COLUMNS) + "\na,b,c,d,e,f,high,,,1,,h,i\n", "could not convert string to float: 'high'"),
    ],
)
def test_a_foreign_file_is_neither_read_nor_overwritten(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "r.csv"
    path.write_text(content)
    for act in (lambda: read_results(path), lambda: write_results(path, [ROW])):
        with pytest.raises(InputError, match=message):
            act()
    assert path.read_text() == content


def test_no_file_or_a_binary_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Cannot read results"):
        read_results(tmp_path / "none.csv")
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="Cannot read results"):
        read_results(tmp_path / "binary.csv")


def test_the_commit_says_what_code_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    code, ignored = tmp_path / "src", tmp_path / "ignored"
    code.mkdir()
    ignored.mkdir()

    def git(*command: str) -> None:
        identity = ("-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *identity, *command], cwd=tmp_path, check=True, capture_output=True)

    git("init")
    (code / "a.py").write_text("1")
    assert current_commit(code) == "unknown"  # no commit yet
    (tmp_path / ".gitignore").write_text("ignored/\n")
    git("add", ".")
    git("commit", "-m", "first")
    clean = current_commit(code)
    assert len(clean) == 12 and int(clean, 16) >= 0
    (tmp_path / "results.csv").write_text("changes beside the code do not count")
    assert current_commit(code) == clean
    (code / "b.py").write_text("2")
    assert current_commit(code) == clean + "+"
    assert current_commit(ignored) == "unknown"
    monkeypatch.setenv("PATH", str(tmp_path))
    assert current_commit(code) == "unknown"


def test_run_info_is_of_now() -> None:
    run = run_info("text", "1", seed=None)
    assert run.commit == current_commit() and len(run.date) == 10
