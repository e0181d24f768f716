from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from affekt.corpora.files import Row, open_text, read_lines, read_table
from affekt.errors import CorpusError


def test_the_plain_file_is_seen_before_its_gzipped_twin(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text("plain", encoding="utf-8")
    (tmp_path / "a.tsv.gz").write_bytes(gzip.compress(b"packed"))
    with open_text(tmp_path, "a.tsv") as stream:
        assert (Path(stream.name).name, stream.read()) == ("a.tsv", "plain")
    (tmp_path / "a.tsv").unlink()
    with open_text(tmp_path, "elsewhere/a.tsv", "a.tsv") as stream:
        assert (Path(stream.name).name, stream.read()) == ("a.tsv.gz", "packed")


def test_lines_end_with_a_newline_only(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("\ufeffone\x85still one\u2028and on\r\n\ntwo".encode())
    assert [(number, text) for _, number, text in read_lines(tmp_path, "a.txt")] == [
        (1, "one\x85still one\u2028and on"),
        (3, "two"),
    ]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (gzip.compress(b"id,v\n" + b"a,1\n" * 50_000)[:-40], "t.csv.gz"),
        (b"this is no gzip", "t.csv.gz"),
        ("id,v\ncafé,1\n".encode("latin-1"), "t.csv"),
        (b'id,v\n"' + b"x" * 200_000, "t.csv"),
    ],
    ids=["cut short", "not gzip", "Latin-1", "a quote that never ends"],
)
def test_a_broken_file_is_an_error_with_its_name(content: bytes, name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(CorpusError, match=rf"{name}(, line 2:| cannot be read| is no UTF-8 text)"):
        list(read_table(tmp_path, "t.csv", columns=("id", "v")))


def test_a_short_row_and_a_missing_column_are_errors(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("ID,Text\na,fine\nb\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"t\.csv, line 3: 1 cells where at least 2"):
        list(read_table(tmp_path, "t.csv", columns=("id", "text")))
    with pytest.raises(CorpusError, match="has no column label; its first row is"):
        list(read_table(tmp_path, "t.csv", columns=("id", "label")))


@pytest.mark.parametrize("value", ["", "nan", "seven", "5.01", "-inf"])
def test_numbers_outside_the_scale_are_errors(value: str) -> None:
    row = Row("t.csv", 4, {"v": value})
    with pytest.raises(CorpusError, match=r"t\.csv, line 4: v is .*, allowed are numbers from 1 to 5"):
        row.signed("v", 1, 5)


def test_scales_are_moved_linearly() -> None:
    rows = [Row("t.csv", 1, {"v": value}) for value in ("1", "2", "3", "5")]
    assert [row.signed("v", 1, 5) for row in rows] == [-1, -0.5, 0, 1]
    assert [row.share("v", 1, 5) for row in rows] == [0, 0.25, 0.5, 1]
