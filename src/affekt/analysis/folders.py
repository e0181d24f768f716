"""annotate_folder(): from a folder of sound to a table, a row for each segment or file, surviving a kill."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from affekt.analysis.bulk import Progress
from affekt.analysis.bulk_merge import rejects_path
from affekt.analysis.bulk_parquet import parquet_scan, text_literal
from affekt.analysis.bulk_parts import Parts, open_parts, remove_parts, write_whole, writing
from affekt.analysis.bulk_source import file_format, is_gzipped
from affekt.analysis.columns import Asked, added_names, ask, join_labels
from affekt.analysis.listening import Listening, listen, speech_card
from affekt.analysis.sound_files import sound_files
from affekt.analysis.table import quoted
from affekt.cards import ModelCard
from affekt.compute.ordered import map_in_order
from affekt.errors import AffektError, InputError
from affekt.inference.speech import SoundReader, open_speech_reader
from affekt.types import LabelSpace, Reading
from affekt.version import __version__

if TYPE_CHECKING:
    import duckdb

_FORMAT = 1
_MOST_PARTS = 2000
_PLACE = ("path", "start", "end", "speaker")


class SoundOpening(Protocol):
    """What opens a model of speech; `affekt.inference.speech.open_speech_reader` does."""

    def __call__(self, card: ModelCard, *, threads: int | None = None, device: str = "cpu") -> SoundReader:
        """Return the opened model of `card`."""


@dataclass(frozen=True, slots=True)
class FolderOptions:
    """How a folder of sound is annotated.

    `model`, `space`, `listening` are those of `affekt.analyze`. `per`: a row for each ``"segment"``, or one for each
    ``"file"``. `workers` processes listen, each with `threads` cores (None: one). `prefix` is put before the name of
    every added column. `overwrite` replaces a finished output, `restart` throws away what an unfinished run has done.
    """

    model: str | Path | ModelCard | None = None
    space: str | LabelSpace | None = None
    listening: Listening = field(default_factory=Listening)
    per: Literal["segment", "file"] = "segment"
    prefix: str = ""
    threads: int | None = None
    device: str = "cpu"
    workers: int = 1
    overwrite: bool = False
    restart: bool = False


@dataclass(frozen=True, slots=True)
class FolderSummary:
    """What a job did: files found, rows in the output, files rejected (in the file `rejects`, None where there are
    none), files an earlier run had done, and how long this run took."""

    output: Path
    files: int
    written: int
    rejected: int
    resumed: int
    rejects: Path | None
    seconds: float


@dataclass(frozen=True, slots=True)
class _Task:
    """Some files that make a part together."""

    index: int
    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class _Job:
    folder: Path
    card: ModelCard
    opening: SoundOpening
    asked: Asked
    options: FolderOptions
    parts: Parts


class _Worker:
    """An opened model and a connection to write with."""

    def __init__(self, job: _Job) -> None:
        self.job = job
        self.reader = job.opening(job.card, threads=job.options.threads or 1, device=job.options.device)

    @cached_property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """A connection of one thread."""
        import duckdb

        return duckdb.connect(config={"threads": 1})


def annotate_folder(
    folder: Path,
    output: Path,
    *,
    options: FolderOptions | None = None,
    progress: Callable[[Progress], None] | None = None,
    opening: SoundOpening = open_speech_reader,
) -> FolderSummary:
    """Return what was done to write what is heard in the files of sound below `folder` to `output`.

    The output is CSV, TSV, JSONL (each also gzipped) or Parquet, by its name: ``path`` (below the folder), ``start``
    and ``end`` in seconds, ``speaker``, then the columns that annotating text adds (`affekt.annotate`). A file without
    speech has one row, without scores, of the status ``no_speech``. Files that cannot be read go to
    ``<output>.rejects.jsonl``: ``path``, ``reason``.

    Finished files lie in ``<output>.parts`` until all are. The same call after a kill does the rest; workers, threads
    and device may differ. `progress` is called after each file or few. With `workers` > 1 a script has to call this
    under ``if __name__ == "__main__":``.

    Raises `InputError` for a folder without sound and a model that reads none, `UnknownNameError` for a model or space,
    `OutputError` where nothing can be written or an unfinished run was another one.
    """
    started = time.monotonic()
    options = options or FolderOptions()
    file_format(output, "output")
    if options.workers < 1 or options.per not in ("segment", "file"):
        raise InputError(f"A folder is read per segment or file by a worker or more, got {options}.")
    card = speech_card(options.model)
    asked = ask(card, options.space)
    files = sound_files(folder)
    size = -(-len(files) // _MOST_PARTS)
    tasks = [_Task(n, tuple(files[at : at + size])) for n, at in enumerate(range(0, len(files), size))]
    manifest = _manifest(folder, files, card, asked, options)
    with open_parts(output, manifest, restart=options.restart, overwrite=options.overwrite) as parts:
        job = _Job(folder, card, opening, asked, options, parts)
        finished = parts.finished()
        done = resumed = sum(len(task.paths) for task in tasks if task.index in finished)
        rejected = sum(parts.rejected(index) for index in finished)
        left = [task for task in tasks if task.index not in finished]
        answers = map_in_order(_do, left, opening=partial(_Worker, job), workers=options.workers)
        with closing(answers):
            for task, wrong in zip(left, answers, strict=True):
                done, rejected = done + len(task.paths), rejected + wrong
                if progress is not None:
                    progress(Progress(done, rejected, len(files), resumed))
        with writing(parts.folder):
            written = _merge(parts, len(tasks), (*_PLACE, *added_names(asked, options.prefix)), output)
        remove_parts(parts)
    rejects = rejects_path(output) if rejected else None
    return FolderSummary(output, len(files), written, rejected, resumed, rejects, time.monotonic() - started)


def _do(worker: _Worker, task: _Task) -> int:
    """Return how many files were rejected, once the part of these is on the disk."""
    job = worker.job
    rows: list[tuple[str, Reading]] = []
    rejects: list[str] = []
    for path in task.paths:
        name = path.relative_to(job.folder).as_posix()
        try:
            report = listen(path, worker.reader, job.options.listening)
        except (AffektError, OSError, RuntimeError, ValueError) as error:
            rejects.append(json.dumps({"path": name, "reason": str(error)}, ensure_ascii=False))
            continue
        readings = (report.overall,) if job.options.per == "file" else report.readings
        same = job.asked.space == job.card.space
        rows += [(name, each if same or each.status != "ok" else each.to(job.asked.space)) for each in readings]
    columns = {f"s{place}": values for place, values in enumerate(_columns(rows, job.asked))}
    with writing(job.parts.folder):
        if rejects:
            text = "".join(f"{line}\n" for line in rejects).encode("utf-8", "backslashreplace")
            write_whole(job.parts.rejects(task.index), lambda path: _write_bytes(path, text))
        write_whole(job.parts.table(task.index), lambda path: _write_part(worker.connection, columns, path))
    return len(rejects)


def _columns(rows: Sequence[tuple[str, Reading]], asked: Asked) -> Iterator[NDArray[Any]]:
    """Yield the values of the columns, (row,) each: where, whose, probabilities, labels, dimensions, status."""
    readings = [reading for _, reading in rows]
    width = len(asked.space)
    yield np.array([name for name, _ in rows], object)
    yield np.array([reading.span.start for reading in readings], np.float64)
    yield np.array([reading.span.end for reading in readings], np.float64)
    yield np.array([reading.about for reading in readings], object)
    table = np.full((len(rows), width), np.nan, np.float32)
    dimensions = np.full((len(rows), 3), np.nan, np.float32)
    labels = np.full(len(rows), None, object)
    for place, reading in enumerate(readings):
        if reading.status != "ok":
            continue
        table[place] = reading.probabilities
        limits = np.array(reading.thresholds.get(asked.space.name, (0.5,) * width))
        labels[place] = join_labels(table[place : place + 1], asked.space, limits)[0]
        if reading.vad is not None:
            dimensions[place] = (reading.vad.valence, reading.vad.arousal, reading.vad.dominance)
    yield from table.T
    yield labels
    yield from dimensions.T
    yield np.array([reading.status for reading in readings], object)


def _write_bytes(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def _write_part(connection: duckdb.DuckDBPyConnection, columns: dict[str, NDArray[Any]], path: Path) -> None:
    listed = ", ".join(
        # NaN is no number and no missing value of a table: it is written as nothing.
        f"{name}::VARCHAR AS {name}"
        if values.dtype == object
        else f"CASE WHEN isnan({name}) THEN NULL ELSE {name} END AS {name}"
        for name, values in columns.items()
    )
    connection.register("part", {name: np.ascontiguousarray(values) for name, values in columns.items()})
    try:
        connection.execute(
            f"COPY (SELECT {listed} FROM part) TO {text_literal(str(path))} (FORMAT parquet, COMPRESSION zstd)"
        )
    finally:
        connection.unregister("part")


def _merge(parts: Parts, count: int, names: Sequence[str], output: Path) -> int:
    """Return how many rows there are in the output, once it is whole; the rejects are beside it."""
    import duckdb

    target = file_format(output, "output")
    scan = parquet_scan(*(parts.table(index) for index in range(count)))
    compression = f"COMPRESSION {'gzip' if is_gzipped(output) else 'none'}"
    kinds = {
        "parquet": "FORMAT parquet, COMPRESSION zstd",
        "jsonl": f"FORMAT json, {compression}",
        "csv": f"FORMAT csv, HEADER true, DELIMITER ',', {compression}",
        "tsv": f"FORMAT csv, HEADER true, DELIMITER '\t', {compression}",
    }
    connection = duckdb.connect(config={"threads": 1, "temp_directory": str(parts.folder / "spill")})
    merged = parts.folder / "merged"
    try:
        described = connection.sql(f"SELECT * FROM {scan}")
        types = dict(zip(described.columns, map(str, described.types), strict=True))
        # JSON knows doubles only; by way of text a float32 keeps its few digits.
        plain = "::VARCHAR::DOUBLE" if target == "jsonl" else ""
        listed = ", ".join(
            f"s{place}{plain if types[f's{place}'] == 'FLOAT' else ''} AS {quoted(name)}"
            for place, name in enumerate(names)
        )
        query = f"COPY (SELECT {listed} FROM {scan}) TO {{}} ({kinds[target]})"
        write_whole(merged, lambda path: _run(connection, query.format(text_literal(str(path)))))
        found = connection.execute(f"SELECT count(*) FROM {scan}").fetchone()
    finally:
        connection.close()
    wrong = b"".join(path.read_bytes() for index in range(count) if (path := parts.rejects(index)).exists())
    if wrong:
        write_whole(parts.folder / "rejects", lambda path: _write_bytes(path, wrong))
        (parts.folder / "rejects").replace(rejects_path(output))
    else:
        # A file of an earlier run would tell of files that are in this output.
        rejects_path(output).unlink(missing_ok=True)
    merged.replace(output)
    return int(found[0]) if found else 0


def _run(connection: duckdb.DuckDBPyConnection, query: str) -> None:
    connection.execute(query)


def _manifest(
    folder: Path, files: Sequence[Path], card: ModelCard, asked: Asked, options: FolderOptions
) -> dict[str, Any]:
    """Return what makes an unfinished run the same job: the files as they are, the model, how it listens."""
    listing = hashlib.sha256()
    for path in files:
        stat = path.stat()
        listing.update(f"{path.relative_to(folder).as_posix()}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    how = options.listening
    embedder = None if how.embedder is None else type(how.embedder).__name__
    return {
        "format": _FORMAT,
        "affekt": __version__,
        "source": {"files": len(files), "listing": listing.hexdigest()},
        "asked": {
            "model": card.name,
            "version": card.version,
            "space": asked.space.name,
            "per": options.per,
            "prefix": options.prefix,
            "speakers": how.speakers,
            "embedder": embedder,
            "smoothing": [how.smoothing.method, how.smoothing.seconds, how.smoothing.change],
        },
    }
