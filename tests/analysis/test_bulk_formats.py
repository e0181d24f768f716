"""annotate_file() from every format to every format: what is in the output, cell by cell."""

from __future__ import annotations

import csv
import gzip
import itertools
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import toy_reader

from affekt.analysis.bulk import BulkOptions, BulkSummary, Progress, annotate_file

TOY = BulkOptions(model=toy_reader.CARD)
ROWS = [
    {"id": "007", "text": "good day", "note": "plain"},
    {"id": "08", "text": 'she said "no", twice', "note": ""},
    {"id": "9", "text": "¿qué?", "note": "  kept  "},
    {"id": "1e5", "text": "déjà vu 😂", "note": "a,b"},
]
FORMATS = ["csv", "tsv", "jsonl", "parquet", "csv.gz", "jsonl.gz"]


def run(source: Path, output: Path, options: BulkOptions = TOY, **more: Any) -> BulkSummary:
    return annotate_file(source, output, column="text", options=options, opening=toy_reader.open_toy, **more)


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    kind = path.suffixes[0].removeprefix(".")
    if kind == "parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
        return path
    opening = gzip.open if path.suffix == ".gz" else open
    with opening(path, "wt", encoding="utf-8", newline="") as file:
        if kind == "jsonl":
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        else:
            writer = csv.DictWriter(file, rows[0], delimiter="\t" if kind == "tsv" else ",")
            writer.writeheader()
            writer.writerows(rows)
    return path


def read(path: Path) -> list[dict[str, Any]]:
    kind = path.suffixes[0].removeprefix(".")
    if kind == "parquet":
        return pq.read_table(path).to_pylist()
    opening = gzip.open if path.suffix == ".gz" else open
    with opening(path, "rt", encoding="utf-8", newline="") as file:
        if kind == "jsonl":
            return [json.loads(line) for line in file]
        return list(csv.DictReader(file, delimiter="\t" if kind == "tsv" else ","))


def check(found: list[dict[str, Any]], rows: list[dict[str, Any]]) -> None:
    assert [{name: row[name] or "" for name in rows[0]} for row in found] == rows
    for row in found:
        assert list(row) == [*rows[0], *toy_reader.ADDED]
        scores = [row[name] for name in [*toy_reader.LABELS, "valence", "arousal", "dominance"]]
        if row["text"].startswith("¿"):
            assert row["status"] == "unsupported_language"
            assert set(scores) <= {None, ""} and not row["labels"]
        else:
            assert row["status"] == "ok"
            assert [float(score) for score in scores] == pytest.approx(toy_reader.numbers(row["text"]), abs=1e-6)
            assert row["labels"] is not None


@pytest.mark.parametrize(("source", "output"), list(itertools.product(FORMATS, FORMATS)))
def test_every_format_to_every_format(tmp_path: Path, source: str, output: str) -> None:
    given = write(tmp_path / f"in.{source}", ROWS)
    summary = run(given, tmp_path / f"out.{output}")
    check(read(tmp_path / f"out.{output}"), ROWS)
    assert (summary.rows, summary.written, summary.rejected, summary.resumed, summary.rejects) == (4, 4, 0, 0, None)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([f"in.{source}", f"out.{output}"])


def test_multi_line_cells_and_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(b'\xef\xbb\xbfid,text\r\n1,"two\r\nlines"\r\n\r\n2,one\r\n')
    run(tmp_path / "in.csv", tmp_path / "out.parquet")
    assert [(row["id"], row["text"]) for row in read(tmp_path / "out.parquet")] == [("1", "two\r\nlines"), ("2", "one")]


@pytest.mark.parametrize(
    ("body", "texts"),
    [
        ('id\ttext\n1\t"Fine" she said\n2\tan " in it\n3\t"open\n', ['"Fine" she said', 'an " in it', '"open']),
        ('id\ttext\n1\t"a ""b"" c"\n2\t"tab\tin it"\n3\tplain\n', ['a "b" c', "tab\tin it", "plain"]),
    ],
)
def test_quotes_in_tsv_are_text_unless_they_all_quote(tmp_path: Path, body: str, texts: list[str]) -> None:
    (tmp_path / "in.tsv").write_text(body)
    summary = run(tmp_path / "in.tsv", tmp_path / "out.jsonl")
    assert summary.rejected == 0
    assert [row["text"] for row in read(tmp_path / "out.jsonl")] == texts


def test_another_delimiter_and_another_encoding(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes("nr;text\n1;Müller, très bien\n".encode("latin-1"))
    run(tmp_path / "in.csv", tmp_path / "out.csv", BulkOptions(toy_reader.CARD, encoding="latin-1", delimiter=";"))
    assert read(tmp_path / "out.csv")[0]["text"] == "Müller, très bien"
    (tmp_path / "wide.csv").write_bytes("nr,text\n1,Müller\n2,😂 ok\n".encode("utf-16"))
    run(tmp_path / "wide.csv", tmp_path / "wide.jsonl", BulkOptions(toy_reader.CARD, encoding="utf-16"))
    assert [row["text"] for row in read(tmp_path / "wide.jsonl")] == ["Müller", "😂 ok"]


def test_a_column_without_a_name_gets_one(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(",text\n0,a day\n")
    run(tmp_path / "in.csv", tmp_path / "out.csv")
    assert read(tmp_path / "out.csv")[0]["column_1"] == "0"


def test_parquet_columns_keep_their_types(tmp_path: Path) -> None:
    table = pa.table(
        {
            "n": pa.array([1, 2, 3], pa.int16()),
            "tags": [["a"], [], None],
            "who": [{"age": 1}, None, {"age": 3}],
            "text": ["a", None, "c"],
            "money": pa.array([1, 2, 3], pa.int16()).cast(pa.decimal128(12, 2)),
        }
    )
    folder = tmp_path / "lang=en [1]"  # neither a partition nor a pattern
    folder.mkdir()
    pq.write_table(table, folder / "in.parquet")
    summary = run(folder / "in.parquet", folder / "out.parquet", BulkOptions(toy_reader.CARD, chunk_rows=1))
    found = pq.read_table(folder / "out.parquet", partitioning=None)
    expected = table.take([0, 2])
    assert (summary.rows, summary.written, summary.rejected) == (3, 2, 1)
    assert found.column_names == [*table.column_names, *toy_reader.ADDED]
    assert found.select(table.column_names).to_pylist() == expected.to_pylist()
    assert [found.schema.field(name).type for name in ("n", "money")] == [pa.int16(), pa.decimal128(12, 2)]
    assert found.schema.field("valence").type == pa.float32()
    run(folder / "in.parquet", folder / "out.csv")
    assert [json.loads(row["tags"] or "null") for row in read(folder / "out.csv")] == [["a"], None]


def test_jsonl_lines_stay_as_written(tmp_path: Path) -> None:
    lines = [
        '{"n": 1.10, "text": "good day", "deep": {"a": [1, 2]}, "big": 123456789012345678901234567890}',
        '{"text": "tab \\t and \\u00e9", "only here": null}',
    ]
    (tmp_path / "in.jsonl").write_text("\n\n".join(lines) + "\n")
    run(tmp_path / "in.jsonl", tmp_path / "out.jsonl")
    written = (tmp_path / "out.jsonl").read_text().splitlines()
    assert [line[: len(given) - 1] for line, given in zip(written, lines, strict=True)] == [g[:-1] for g in lines]
    assert [row["status"] for row in map(json.loads, written)] == ["ok", "ok"]


def test_jsonl_values_get_a_type_where_all_agree(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"text": "a", "n": 1, "x": 1, "flag": True, "mixed": 1, "deep": {"k": [1]}, "none": None, 'a/b~c."d': "007"},
        {"text": "b", "n": -5, "x": 2.5, "flag": None, "mixed": "two", "deep": {"k": []}, "late": 2**70},
    ]
    write(tmp_path / "in.jsonl", rows)
    run(tmp_path / "in.jsonl", tmp_path / "out.parquet", BulkOptions(toy_reader.CARD, chunk_rows=1))
    found = pq.read_table(tmp_path / "out.parquet")
    types = {name: found.schema.field(name).type for name in found.column_names}
    assert (types["n"], types["x"], types["flag"]) == (pa.int64(), pa.float64(), pa.bool_())
    assert found.column("n").to_pylist() == [1, -5]
    assert found.column("x").to_pylist() == [1.0, 2.5]
    assert found.column("flag").to_pylist() == [True, None]
    assert found.column("mixed").to_pylist() == ["1", "two"]
    assert [json.loads(value) for value in found.column("deep").to_pylist()] == [{"k": [1]}, {"k": []}]
    assert found.column('a/b~c."d').to_pylist() == ["007", None]
    assert found.column("none").to_pylist() == [None, None]


def test_another_space_and_a_prefix(tmp_path: Path) -> None:
    rows = [{"text": "good day", "labels": "mine", "valence": "high"}]
    given = write(tmp_path / "in.csv", rows)
    run(given, tmp_path / "out.csv", BulkOptions(toy_reader.CARD, space="sentiment", prefix="x_"))
    (row,) = read(tmp_path / "out.csv")
    assert (row["labels"], row["valence"]) == ("mine", "high")
    assert [name for name in row if name.startswith("x_")][:3] == [
        "x_sentiment.negative",
        "x_sentiment.neutral",
        "x_sentiment.positive",
    ]


def test_progress_counts_up_to_all_rows(tmp_path: Path) -> None:
    rows = [{"text": f"row {n}" if n % 10 else ""} for n in range(1000)]
    for kind in ("csv", "parquet"):
        seen: list[Progress] = []
        given = write(tmp_path / f"in.{kind}", [*rows, {"text": "last"}])
        run(given, tmp_path / f"out.{kind}", BulkOptions(toy_reader.CARD, chunk_rows=100), progress=seen.append)
        done = [step.rows for step in seen]
        assert done == sorted(done) and len(done) >= 10
        assert seen[-1] == Progress(rows=1001, rejected=100, total=1001, resumed=0)
        if kind == "parquet":
            assert {step.total for step in seen} == {1001}


def test_a_header_alone_makes_an_empty_table(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("id,text\n")
    for kind in ("csv", "parquet", "jsonl"):
        summary = run(tmp_path / "in.csv", tmp_path / f"out.{kind}")
        assert summary.rows == 0
        assert read(tmp_path / f"out.{kind}") == []
    assert (tmp_path / "out.csv").read_text().strip() == ",".join(["id", "text", *toy_reader.ADDED])
