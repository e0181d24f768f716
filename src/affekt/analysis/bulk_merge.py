"""From the parts to the output, in a stream: columns get their names back and the source's columns their place."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from affekt.analysis.bulk_parquet import parquet_scan, parquet_uncompressed, text_literal
from affekt.analysis.bulk_parts import Parts, write_whole
from affekt.analysis.bulk_source import Format, TableSource, file_format, is_gzipped
from affekt.analysis.table import quoted

if TYPE_CHECKING:
    import duckdb

# What a row group of the output may hold uncompressed: DuckDB has it in memory while it fills.
_ROW_GROUP_BYTES = 48 << 20
_MEMORY = "400MB"
_INTEGERS = {"BIGINT", "UBIGINT", "HUGEINT", "UHUGEINT"}


class _Column(NamedTuple):
    """A column of the output: the SQL it comes from and its name."""

    value: str
    name: str

    def __str__(self) -> str:
        return f"{self.value} AS {quoted(self.name)}"


@dataclass(frozen=True, slots=True)
class Merge:
    """What is merged: the finished parts of a source, and the names of the added columns."""

    parts: Parts
    indexes: Sequence[int]
    source: TableSource
    added: tuple[str, ...]

    @property
    def scan(self) -> str:
        """The SQL that scans the parts in order."""
        return parquet_scan(*(self.parts.table(index) for index in self.indexes))


def merge_parts(merge: Merge, output: Path) -> None:
    """Write the rows of all parts to `output`, in order, in the format its name says; then the rejects.

    The output appears only when it is whole. Memory does not grow with the table.
    """
    import duckdb

    parts, target = merge.parts, file_format(output, "output")
    spill = str(parts.folder / "spill")
    connection = duckdb.connect(config={"threads": 1, "memory_limit": _MEMORY, "temp_directory": spill})
    merged = parts.folder / "merged"
    try:
        query = _query(connection, merge, target)
        options = _copy_options(connection, merge, target, gzipped=is_gzipped(output))

        def copy(path: Path) -> None:
            connection.execute(f"COPY ({query}) TO {text_literal(str(path))} ({options})")

        write_whole(merged, copy)
    finally:
        connection.close()
    _merge_rejects(merge, output)
    merged.replace(output)


def rejects_path(output: Path) -> Path:
    """Return where the rejected rows of a job are written."""
    return output.with_name(output.name + ".rejects.jsonl")


def count_rejects(path: Path, kinds: Sequence[str]) -> dict[str, int]:
    """Return how many rejects of a finished job have a reason that begins so, for each of `kinds` that has any."""
    counts = dict.fromkeys(kinds, 0)
    with path.open(encoding="utf-8") as file:
        for line in file:
            reason = json.loads(line)["reason"]
            for kind in kinds:
                counts[kind] += reason.startswith(kind)
    return {kind: count for kind, count in counts.items() if count}


def _query(connection: duckdb.DuckDBPyConnection, merge: Merge, target: Format) -> str:
    source, scores = merge.source, _scores(connection, merge, target)
    if source.format == "jsonl" and target == "jsonl":
        return _query_lines(merge, scores)
    if source.format == "jsonl":
        columns = _json_columns(connection, merge)
        pointers = ", ".join(text_literal(_pointer(name)) for name in source.names)
        scan = f"(SELECT *, json_extract_string(line, [{pointers}]) AS cells FROM {merge.scan})"
    elif source.format == "parquet":
        columns = _parquet_columns(connection, source, target)
        # The parts of a Parquet file have a row for each of its rows, so they lie side by side.
        scan = f"{parquet_scan(source.path)} AS source POSITIONAL JOIN {merge.scan} AS part"
    else:
        # An empty cell is written as nothing, as it was; DuckDB writes an empty string as "".
        blank = "nullif(c{}, '')" if target in ("csv", "tsv") else "c{}"
        columns = [_Column(blank.format(place), name) for place, name in enumerate(source.names)]
        scan = merge.scan
    listed = ", ".join(map(str, columns + scores))
    # A rejected row has no status; only the parts of a Parquet file have such rows.
    return f"SELECT {listed} FROM {scan} WHERE s{len(merge.added) - 1} IS NOT NULL"


def _scores(connection: duckdb.DuckDBPyConnection, merge: Merge, target: Format) -> list[_Column]:
    part = connection.sql(f"SELECT * FROM {merge.scan}")
    kinds = dict(zip(part.columns, map(str, part.types), strict=True))
    # JSON knows doubles only; by way of text a float32 keeps its few digits.
    cast = "::VARCHAR::DOUBLE" if target == "jsonl" else ""
    return [
        _Column(f"s{place}" + (cast if kinds[f"s{place}"] == "FLOAT" else ""), name)
        for place, name in enumerate(merge.added)
    ]


def _query_lines(merge: Merge, scores: list[_Column]) -> str:
    """Return the query for JSONL to JSONL: the line as written, the added fields before its last brace."""
    fields = ", ".join(f"{quoted(score.name)} := {score.value}" for score in scores)
    packed = f"substr(to_json(struct_pack({fields}))::VARCHAR, 2)"
    return f"SELECT rtrim(left(line, length(line) - 1)) || ', ' || {packed} FROM {merge.scan}"


def _json_columns(connection: duckdb.DuckDBPyConnection, merge: Merge) -> list[_Column]:
    """Return the columns of a JSONL source, each of the type that all its values have.

    Lists, objects and values of mixed types become text; of a string that is the string, of all
    else its JSON.
    """
    asked = []
    for name in merge.source.names:
        pointer = text_literal(_pointer(name))
        value = f"json_extract_string(line, {pointer})"
        asked.append(f"list(DISTINCT json_type(line, {pointer})), count({value}) = count(TRY_CAST({value} AS BIGINT))")
    answers = connection.execute(f"SELECT {', '.join(asked)} FROM {merge.scan}").fetchall()[0]
    columns = []
    for place, name in enumerate(merge.source.names):
        kinds, is_bigint = set(answers[2 * place] or ()) - {"NULL", None}, answers[2 * place + 1]
        kind = "VARCHAR"
        if kinds and kinds <= _INTEGERS:
            kind = "BIGINT" if is_bigint else "VARCHAR"
        elif kinds and kinds <= _INTEGERS | {"DOUBLE"}:
            kind = "DOUBLE"
        elif kinds == {"BOOLEAN"}:
            kind = "BOOLEAN"
        columns.append(_Column(f"cells[{place + 1}]::{kind}", name))
    return columns


def _pointer(key: str) -> str:
    return "/" + key.replace("~", "~0").replace("/", "~1")


def _parquet_columns(connection: duckdb.DuckDBPyConnection, source: TableSource, target: Format) -> list[_Column]:
    types = connection.sql(f"SELECT * FROM {parquet_scan(source.path)}").types
    columns = []
    for name, kind in zip(source.names, map(str, types), strict=True):
        is_nested = kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "UNION"))
        value = f"source.{quoted(name)}"
        columns.append(_Column(f"to_json({value})" if is_nested and target in ("csv", "tsv") else value, name))
    return columns


def _copy_options(connection: duckdb.DuckDBPyConnection, merge: Merge, target: Format, *, gzipped: bool) -> str:
    compression = f"COMPRESSION {'gzip' if gzipped else 'none'}"
    if target == "parquet":
        sizes = parquet_uncompressed(connection, *(merge.parts.table(index) for index in merge.indexes))
        row_bytes = sizes.bytes / max(1, sizes.rows)
        if merge.source.format == "parquet":
            sizes = parquet_uncompressed(connection, merge.source.path)
            row_bytes += sizes.bytes / max(1, sizes.rows)
        group = min(122_880, max(2_048, int(_ROW_GROUP_BYTES / max(1.0, row_bytes))))
        return f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {group}"
    if target == "jsonl" and merge.source.format == "jsonl":
        return f"FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\t', {compression}"
    if target == "jsonl":
        return f"FORMAT json, {compression}"
    delimiter = "\t" if target == "tsv" else ","
    return f"FORMAT csv, HEADER true, DELIMITER '{delimiter}', {compression}"


def _merge_rejects(merge: Merge, output: Path) -> None:
    found = [path for index in merge.indexes if (path := merge.parts.rejects(index)).exists()]
    if not found:
        # A file of an earlier run would tell of rows that are in this output.
        rejects_path(output).unlink(missing_ok=True)
        return

    def write(path: Path) -> None:
        with path.open("wb") as merged:
            for part in found:
                with part.open("rb") as file:
                    shutil.copyfileobj(file, merged)

    merged = merge.parts.folder / "rejects"
    write_whole(merged, write)
    merged.replace(rejects_path(output))
