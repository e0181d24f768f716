"""Conditions: what they choose, and that they can do nothing else."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from affekt.analysis.selecting import parse_condition, select_rows
from affekt.errors import InputError, OutputError, UnknownNameError

ROWS = [
    ("a.wav", 21.5, "anger", "anger|joy", 3.0, True),
    ("b.wav", 12.0, "anger", "anger", 9.0, False),
    ("it's.wav", 30.0, "joy", "joy", None, True),
    ("d.wav", None, None, None, 1.5, None),
    ("e%.wav", -3.5, "fear", "joyful|fear", 20.0, False),
]
KINDS = {"path": "text", "snr": "number", "emotion": "text", "labels": "text", "odd name": "number", "good": "truth"}


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "rows.parquet"
    connection = duckdb.connect()
    connection.execute(
        'CREATE TABLE held (path VARCHAR, snr DOUBLE, emotion VARCHAR, labels VARCHAR, "odd name" DOUBLE, good BOOLEAN)'
    )
    connection.executemany("INSERT INTO held VALUES (?, ?, ?, ?, ?, ?)", ROWS)
    connection.execute(f"COPY held TO '{path}' (FORMAT parquet)")
    return path


@pytest.mark.parametrize(
    ("condition", "chosen"),
    [
        ("snr > 15", [0, 2]),
        ("snr > 15 and emotion = 'anger'", [0]),
        ("SNR_is_no_column = 1", None),
        ("snr>=12 AND NOT emotion == 'joy'", [0, 1]),
        ("snr < 0 or emotion in ('joy', 'x')", [2, 4]),
        ("emotion not in ('joy')", [0, 1, 4]),
        ("snr between 10 and 22", [0, 1]),
        ("snr not between 10 and 22", [2, 4]),
        ("snr is null", [3]),
        ("emotion is not null and snr != 12", [0, 2, 4]),
        ("labels has 'joy'", [0, 2]),
        ("not (labels has 'joy')", [1, 4]),
        ("path like '%.wav' and path like 'e%'", [4]),
        ("path = 'it''s.wav'", [2]),
        ('"odd name" * 2 - 1 > 17', [4]),
        ("snr / 2 + 1 > (3 + 4) * .9 and -snr < 0", [0, 1, 2]),
        ("-(snr) = 3.5e0", [4]),
        ("good", [0, 2]),
        ("not good", [1, 4]),
        ("good = true and snr < 25", [0]),
        ("emotion < 'b' or emotion = 'anger' and snr > 1e9", [0, 1]),
    ],
)
def test_the_exact_rows_are_chosen(table: Path, tmp_path: Path, condition: str, chosen: list[int] | None) -> None:
    output = tmp_path / "chosen.parquet"
    if chosen is None:
        with pytest.raises(UnknownNameError):
            select_rows(table, condition, output)
        return
    found = select_rows(table, condition, output)
    assert (found.rows, found.kept) == (5, len(chosen))
    assert duckdb.sql(f"SELECT * FROM '{output}'").fetchall() == [ROWS[place] for place in chosen]


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "csv.gz", "parquet"])
def test_all_formats_are_read_and_written(table: Path, tmp_path: Path, ending: str) -> None:
    copy, output = tmp_path / f"copy.{ending}", tmp_path / f"chosen.{ending}"
    assert select_rows(table, "snr is null or snr is not null", copy).kept == 5
    assert select_rows(copy, "snr > 15 and good", output).kept == 2
    assert [row[0] for row in duckdb.sql(f"SELECT * FROM '{output}'").fetchall()] == ["a.wav", "it's.wav"]


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("", "ends where a column"),
        ("snr", "is a value"),
        ("snr >", "ends where a column"),
        ("snr > 3 4", "goes on with '4'"),
        ("snr = 'high'", "compares"),
        ("emotion > 3", "compares"),
        ("emotion + 1 > 2", "reckons with"),
        ("snr and good", "takes"),
        ("snr has 'x'", "not text"),
        ("(snr > 3", r"lacks '\)' at its end"),
        ("snr between 3", "lacks 'and'"),
        ("emotion = 'anger", "no closing quote"),
        ("snr > 3; drop table held", "';' means nothing"),
        ("snr > 3 -- all", "No column 'all'"),
        ("path = getenv('HOME')", "No column 'getenv'"),
        ("exists (select 1)", "No column 'exists'"),
        ("snr in (select snr from held)", "No column 'select'"),
        ("(" * 200 + "snr" + ")" * 200, "too many brackets"),
        ("-" * 200 + "1 < snr", "too many signs"),
        ("emotion = anger", "single quotes: 'anger'"),
        ('emotion = "anger"', "single quotes: 'anger'"),
    ],
)
def test_what_is_no_condition_is_said(condition: str, said: str) -> None:
    with pytest.raises((InputError, UnknownNameError), match=said):
        parse_condition(condition, KINDS)


def test_a_column_not_made_says_what_makes_it() -> None:
    with pytest.raises(InputError, match="quality makes: add it with --add quality"):
        parse_condition("bandwidth > 4000", KINDS, makers={"bandwidth": "quality"})


def test_files_are_looked_after(table: Path, tmp_path: Path) -> None:
    before = table.read_bytes()
    with pytest.raises(OutputError, match="exists"):
        select_rows(table, "good", table, overwrite=True)
    (tmp_path / "there.csv").write_text("mine")
    with pytest.raises(OutputError, match="exists"):
        select_rows(table, "good", tmp_path / "there.csv")
    assert select_rows(table, "good", tmp_path / "there.csv", overwrite=True).kept == 2
    with pytest.raises(InputError, match="no file"):
        select_rows(tmp_path / "none.csv", "good", tmp_path / "x.csv")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match="cannot be read"):
        select_rows(tmp_path / "broken.parquet", "good", tmp_path / "x.csv")
    assert table.read_bytes() == before
    assert not (tmp_path / "x.csv").exists()
