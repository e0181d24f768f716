"""annotate_file() and what cannot be read: bad rows go to the rejects, bad files get a clear answer."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import toy_reader
from test_bulk_formats import TOY, read, run

from affekt.analysis import bulk_delimited, bulk_source
from affekt.analysis.bulk import BulkOptions
from affekt.errors import InputError, OutputError, UnknownNameError


def rejects(output: Path) -> list[dict[str, Any]]:
    lines = output.with_name(output.name + ".rejects.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


CSV = b'id,text\n1,good\n2,too,many\n3\n4,"two\nlines"\n5,\n6,caf\xe9\n7,"broken" quote\n8,  \n\n9,\xc3\xa9t\xc3\xa9\n'
CSV_REJECTS = [
    (2, 3, "3 fields where the header has 2", "2,too,many"),
    (3, 4, "1 field where the header has 2", "3"),
    (5, 7, "no text", "5,"),
    (6, 8, "bytes that are not utf-8", "6,caf\\xe9"),
    (7, 9, "quotes that are not closed, or not doubled inside a quoted field", '7,"broken" quote'),
    (8, 10, "no text", "8,  "),
]


@pytest.mark.parametrize("chunk_rows", [1, 3, 8192])
def test_bad_csv_rows_are_known_by_number_and_line(tmp_path: Path, chunk_rows: int) -> None:
    (tmp_path / "in.csv").write_bytes(CSV)
    output = tmp_path / "out.csv"
    summary = run(tmp_path / "in.csv", output, BulkOptions(toy_reader.CARD, chunk_rows=chunk_rows))
    assert [row["id"] for row in read(output)] == ["1", "4", "9"]
    assert (summary.rows, summary.written, summary.rejected) == (9, 3, 6)
    assert summary.rejects == tmp_path / "out.csv.rejects.jsonl"
    assert [(r["row"], r["line"], r["reason"], r["input"]) for r in rejects(output)] == CSV_REJECTS


def test_no_text_keeps_row_numbers_only(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(CSV)
    run(tmp_path / "in.csv", tmp_path / "out.csv", BulkOptions(toy_reader.CARD, no_text=True))
    assert [list(reject) for reject in rejects(tmp_path / "out.csv")] == [["row", "line", "reason"]] * 6
    assert "caf" not in (tmp_path / "out.csv.rejects.jsonl").read_text()


def test_an_open_quote_costs_its_row_only(tmp_path: Path) -> None:
    good = "".join(f"{n},row {n}\n" for n in range(2, 500))
    (tmp_path / "in.csv").write_text(f'id,text\n1,"open\n{good}500,"closed"\n')
    run(tmp_path / "in.csv", tmp_path / "out.csv")
    assert [row["id"] for row in read(tmp_path / "out.csv")] == [str(n) for n in range(2, 501)]
    assert [(r["row"], r["input"]) for r in rejects(tmp_path / "out.csv")] == [(1, '1,"open')]


def test_an_open_quote_in_the_last_row(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text('id,text\n1,a\n2,"open\n3,b\n')
    run(tmp_path / "in.csv", tmp_path / "out.csv")
    assert [row["id"] for row in read(tmp_path / "out.csv")] == ["1", "3"]


def test_a_field_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import csv

    before = csv.field_size_limit(1000)
    monkeypatch.setattr(bulk_delimited, "FIELD_CHARACTERS", 1000)
    try:
        (tmp_path / "in.csv").write_text(f"id,text\n1,{'a' * 2000}\n2,b\n")
        run(tmp_path / "in.csv", tmp_path / "out.csv")
    finally:
        csv.field_size_limit(before)
    assert [row["id"] for row in read(tmp_path / "out.csv")] == ["2"]
    assert rejects(tmp_path / "out.csv")[0]["reason"] == "a field of more than 1,000 characters"


def test_a_megabyte_in_one_cell(tmp_path: Path) -> None:
    long = "word " * 200_000
    (tmp_path / "in.csv").write_text(f"id,text\n1,{long}\n2,b\n")
    run(tmp_path / "in.csv", tmp_path / "out.parquet")
    assert [row["text"] for row in read(tmp_path / "out.parquet")] == [long, "b"]


def test_long_texts_make_short_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_source, "CHUNK_CHARACTERS", 100)
    (tmp_path / "in.csv").write_text("text\n" + ("x" * 60 + "\n") * 5)
    sizes = [
        chunk.rows for chunk in bulk_delimited.open_delimited(tmp_path / "in.csv", "text", bulk_source.Cut(99)).chunks
    ]
    assert sizes == [2, 2, 1]


def test_a_table_of_one_column(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text('text\ngood\n\n""\nbad\n')
    run(tmp_path / "in.csv", tmp_path / "out.csv")
    assert [row["text"] for row in read(tmp_path / "out.csv")] == ["good", "bad"]
    assert [(r["row"], r["line"]) for r in rejects(tmp_path / "out.csv")] == [(2, 3), (3, 4)]


JSONL = [
    (b'{"id": 1, "text": "good"}', None),
    (b'{"id": 2, "text": ', "not JSON: Expecting value at character 18"),
    (b"[1, 2]", "not a JSON object"),
    (b'{"id": 4}', "no field 'text'"),
    (b'{"id": 5, "text": null}', "no text"),
    (b'{"id": 6, "text": 6}', "a number in 'text' where text should be"),
    (b'{"id": 7, "text": "caf\xe9"}', "bytes that are not utf-8"),
    (b'{"id": 8, "text": " "}', "no text"),
    (b'{"id": 9, "text": "\\ud800"}', "half of a surrogate pair, which is no character"),
    (b'{"id": NaN, "text": "a"}', "not JSON: NaN is no JSON value"),
    (b'{"id": 11, "text": "\\ud83d\\ude02 \\u00e9"}', None),
]


def test_bad_json_lines(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_bytes(b"\n".join(line for line, _ in JSONL) + b"\n")
    run(tmp_path / "in.jsonl", tmp_path / "out.jsonl", BulkOptions(toy_reader.CARD, encoding="utf-8"))
    assert [row["id"] for row in read(tmp_path / "out.jsonl")] == [1, 11]
    expected = [(row, row, reason) for row, (_, reason) in enumerate(JSONL, 1) if reason]
    assert [(r["row"], r["line"], r["reason"]) for r in rejects(tmp_path / "out.jsonl")] == expected


def test_bad_parquet_rows(tmp_path: Path) -> None:
    pq.write_table(pa.table({"text": ["a", None, " ", "b"], "n": [1, 2, 3, 4]}), tmp_path / "in.parquet")
    run(tmp_path / "in.parquet", tmp_path / "out.csv")
    assert [row["n"] for row in read(tmp_path / "out.csv")] == ["1", "4"]
    assert rejects(tmp_path / "out.csv") == [
        {"row": 2, "reason": "no text", "input": ""},
        {"row": 3, "reason": "no text", "input": " "},
    ]


def test_rejects_of_an_earlier_run_do_not_stay(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(CSV)
    run(tmp_path / "in.csv", tmp_path / "out.csv")
    (tmp_path / "in.csv").write_text("id,text\n1,fine\n")
    run(tmp_path / "in.csv", tmp_path / "out.csv", BulkOptions(toy_reader.CARD, overwrite=True))
    assert not (tmp_path / "out.csv.rejects.jsonl").exists()


UNREADABLE = [
    ("in.csv", b"", "is empty"),
    ("in.csv", b"\n\n", "has no header"),
    ("in.csv", "id,text\n1,good\n".encode("utf-16"), "is in UTF-16.*--encoding utf-16"),
    ("in.csv", "id,text\n1,good\n".encode("utf-16-le"), "looks like UTF-16.*--encoding utf-16-le"),
    ("in.csv", "id,text\n1,très bien\n2,c'est l'été\n".encode("latin-1"), "not in UTF-8.*--encoding cp1252"),
    ("in.csv", bytes(range(256)) * 9, "is binary"),
    ("in.csv", b"PAR1....", "is a Parquet file"),
    ("in.csv", b"PK\x03\x04....", "a spreadsheet"),
    ("in.csv", b"\x1f\x8b\x08....", "is a gzipped file"),
    ("in.csv.gz", b"id,text\n", "is no whole gzip file"),
    ("in.parquet", b"id,text\n1,a\n", "is no Parquet file"),
    ("in.parquet", b"", "is no Parquet file"),
    ("in.jsonl", b"id,text\n1,a\n", "has no JSON object in its first lines. Row 1: not JSON"),
    ("in.csv", b"id,text,text\n1,a,b\n", "'text' appears twice"),
    ("in.csv", b"id,text,Text\n1,a,b\n", "'Text' differs from 'text' only in case"),
    ("in.csv", b"text,valence\na,b\n", "already has a column of the name 'valence'.*--prefix"),
    ("in.jsonl", b'{"text": "a"}\n' * 3 + b'{"text": "a", "labels": 1}\n', "already has a column of the name 'labels'"),
    ("in.xlsx", b"PK\x03\x04", "no ending that says its format"),
    ("in.parquet.gz", b"", "no ending that says its format"),
]


@pytest.mark.parametrize(("name", "content", "said"), UNREADABLE)
def test_files_that_cannot_be_read(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=said):
        run(tmp_path / name, tmp_path / "out.csv", BulkOptions(toy_reader.CARD, chunk_rows=2))
    assert not (tmp_path / "out.csv").exists()


def test_missing_files_and_columns(tmp_path: Path) -> None:
    for name in ("none.csv", "none.parquet", "none.jsonl"):
        with pytest.raises(InputError, match="no file"):
            run(tmp_path / name, tmp_path / "out.csv")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(InputError, match="is a folder"):
        run(tmp_path / "folder.csv", tmp_path / "out.csv")
    (tmp_path / "a.csv").write_text("id,txt,label\n1,a,b\n")
    (tmp_path / "a.jsonl").write_text('{"id": 1, "txt": "a"}\n')
    pq.write_table(pa.table({"id": [1], "txt": ["a"]}), tmp_path / "a.parquet")
    for name in ("a.csv", "a.jsonl", "a.parquet"):
        with pytest.raises(UnknownNameError, match=r"No column 'text' in .*Did you mean 'txt'\? It has: id, txt"):
            run(tmp_path / name, tmp_path / "out.csv")
    (tmp_path / "b.csv").write_text("id;text\n1;a\n")
    with pytest.raises(UnknownNameError, match="give delimiter=';'"):
        run(tmp_path / "b.csv", tmp_path / "out.csv")
    pq.write_table(pa.table({"text": [1]}), tmp_path / "n.parquet")
    with pytest.raises(InputError, match="'text' holds BIGINT, not text"):
        run(tmp_path / "n.parquet", tmp_path / "out.csv")


def test_one_damaged_row_is_no_other_encoding(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(b"id,text\n1,good\n2,\xff\xfe\n")
    assert run(tmp_path / "in.csv", tmp_path / "out.csv").rejected == 1
    latin = "id,text\n1,très\n2,plain\n".encode("latin-1")
    (tmp_path / "latin.csv").write_bytes(latin)
    told = BulkOptions(toy_reader.CARD, encoding="utf-8")
    assert run(tmp_path / "latin.csv", tmp_path / "latin.jsonl", told).rejected == 1


def test_a_cut_gzip_file_is_not_taken_for_whole(tmp_path: Path) -> None:
    whole = gzip.compress("".join(["id,text\n", *(f"{n},row {n * 7919}\n" for n in range(200_000))]).encode())
    (tmp_path / "in.csv.gz").write_bytes(whole[: len(whole) - 1000])
    with pytest.raises(InputError, match="ends in the middle after row"):
        run(tmp_path / "in.csv.gz", tmp_path / "out.csv", BulkOptions(toy_reader.CARD, chunk_rows=100_000))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"encoding": "utf-9"}, "Unknown encoding 'utf-9'"),
        ({"encoding": "base64"}, "Unknown encoding 'base64'"),
        ({"delimiter": "ab"}, "delimiter must be one character"),
        ({"workers": 0}, "workers must be at least 1, got 0"),
        ({"chunk_rows": 0}, "chunk_rows must be at least 1"),
    ],
)
def test_options_out_of_range(tmp_path: Path, options: dict[str, Any], said: str) -> None:
    (tmp_path / "in.csv").write_text("text\na\n")
    with pytest.raises(InputError, match=said):
        run(tmp_path / "in.csv", tmp_path / "out.csv", BulkOptions(toy_reader.CARD, **options))


def test_outputs_that_cannot_be(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("text\na\n")
    (tmp_path / "folder.csv").mkdir()
    cases = [
        (source, "is the source itself"),
        (tmp_path / "none" / "out.csv", "There is no folder"),
        (tmp_path / "folder.csv", "is no file"),
    ]
    for output, said in cases:
        with pytest.raises(OutputError, match=said):
            run(source, output, TOY)
    with pytest.raises(InputError, match=r"The output .* has no ending"):
        run(source, tmp_path / "out.xlsx")
    (tmp_path / "out.csv.parts").mkdir()
    (tmp_path / "out.csv.parts" / "precious").touch()
    with pytest.raises(OutputError, match="is in the way"):
        run(source, tmp_path / "out.csv")
    assert (tmp_path / "out.csv.parts" / "precious").exists()
