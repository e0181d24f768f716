"""What is done to one chunk, here or in a worker process: read it, write its part."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from affekt.analysis.bulk_parquet import text_literal
from affekt.analysis.bulk_parts import Parts, write_whole, writing
from affekt.analysis.bulk_source import Chunk
from affekt.analysis.columns import Asked, Opening, Reader, score_columns
from affekt.cards import ModelCard

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb


@dataclass(frozen=True, slots=True)
class Job:
    """All that a worker needs to know: which model, how it is opened, what is asked of it, where parts go."""

    card: ModelCard
    opening: Opening
    threads: int | None
    device: str
    asked: Asked
    parts: Parts


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a chunk: its rows, and how many of them were rejected."""

    rows: int
    rejected: int


class Worker:
    """An opened model and a connection to write with."""

    def __init__(self, job: Job, tick: Callable[[int], None] | None = None) -> None:
        self.job = job
        self.tick = tick
        self.reader: Reader = job.opening(job.card, threads=job.threads, device=job.device)

    @cached_property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """A connection of one thread."""
        import duckdb

        return duckdb.connect(config={"threads": 1})


def do_chunk(worker: Worker, chunk: Chunk) -> Done:
    """Return what became of `chunk` once its part is on the disk. Raises `OutputError` where it cannot be."""
    scores = score_columns(worker.reader, chunk.texts, worker.job.asked, worker.tick)
    return write_part(worker.job.parts, worker.connection, chunk, scores)


def write_part(parts: Parts, connection: duckdb.DuckDBPyConnection, chunk: Chunk, scores: list[NDArray[Any]]) -> Done:
    """Return what became of `chunk` once it is on the disk with the `scores` of its texts. Raises `OutputError`."""
    if chunk.kept is not None:
        scores = [_spread(values, chunk.kept, chunk.rows) for values in scores]
    columns: dict[str, NDArray[Any]] = {f"s{place}": values for place, values in enumerate(scores)}
    names = ["line"] if chunk.is_lines else [f"c{place}" for place in range(len(chunk.columns))]
    columns |= {name: np.fromiter(cells, object, len(cells)) for name, cells in zip(names, chunk.columns, strict=True)}
    with writing(parts.folder):
        # The rejects go first: where there is a part there are its rejects.
        if chunk.rejects:
            lines = "".join(f"{reject.to_json()}\n" for reject in chunk.rejects)
            write_whole(parts.rejects(chunk.index), lambda path: _write_text(path, lines))
        write_whole(parts.table(chunk.index), lambda path: _write_parquet(connection, columns, path))
    return Done(chunk.rows, len(chunk.rejects))


def _spread(values: NDArray[Any], kept: tuple[int, ...], rows: int) -> NDArray[Any]:
    """Return `values` at the rows `kept`, a missing value at the rejected ones between them."""
    # A row that is not read is not answered: of truth values, abstained, the missing one is True.
    spread = np.full(rows, None if values.dtype == object else np.nan if values.dtype.kind == "f" else 1, values.dtype)
    spread[list(kept)] = values
    return spread


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _write_parquet(connection: duckdb.DuckDBPyConnection, columns: dict[str, NDArray[Any]], path: Path) -> None:
    # Objects without a single value have no type of their own, and all parts need the same.
    listed = ", ".join(
        f"{name}::VARCHAR AS {name}" if values.dtype == object else name for name, values in columns.items()
    )
    connection.register("chunk", columns)
    try:
        connection.execute(
            f"COPY (SELECT {listed} FROM chunk) TO {text_literal(str(path))} (FORMAT parquet, COMPRESSION zstd)"
        )
    finally:
        connection.unregister("chunk")
