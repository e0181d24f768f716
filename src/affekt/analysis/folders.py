"""annotate_folder(): from a folder of sound to a table, a row for each segment or file, surviving a kill."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from affekt.analysis.annotators import ANNOTATORS, Annotating, Annotator, column_types
from affekt.analysis.bulk import Progress
from affekt.analysis.bulk_merge import rejects_path
from affekt.analysis.bulk_parquet import parquet_scan, text_literal
from affekt.analysis.bulk_parts import Parts, open_parts, remove_parts, write_whole, writing
from affekt.analysis.bulk_source import file_format
from affekt.analysis.columns import Asked, added_names, ask, join_labels
from affekt.analysis.listening import Listening, listen, speech_card
from affekt.analysis.selecting import Kind, copy_options, parse_condition
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
_SOURCE = "vad_source"
# What one odd file may bring about, which must not end a run of thousands.
_REFUSED = (AffektError, ArithmeticError, EOFError, LookupError, MemoryError, OSError, RuntimeError, ValueError)


class SoundOpening(Protocol):
    """What opens a model of speech; `affekt.inference.speech.open_speech_reader` does."""

    def __call__(self, card: ModelCard, *, threads: int | None = None, device: str = "cpu") -> SoundReader:
        """Return the opened model of `card`."""


@dataclass(frozen=True, slots=True)
class FolderOptions:
    """How a folder of sound is annotated.

    `model`, `space`, `listening` are those of `affekt.analyze`. `per`: a row for each ``"segment"``, or one for each
    ``"file"``. `workers` processes listen, each with `threads` cores (None: one). `prefix` is put before the name of
    every added column. With `commercial` only weights that a business may use listen. `annotators` say more of each
    row (`affekt.analysis.annotators`), and `where` keeps the rows that meet a condition (`affekt.analysis.selecting`).
    `overwrite` replaces a finished output, `restart` throws away what an unfinished run has done.
    """

    model: str | Path | ModelCard | None = None
    space: str | LabelSpace | None = None
    listening: Listening = field(default_factory=Listening)
    per: Literal["segment", "file"] = "segment"
    prefix: str = ""
    threads: int | None = None
    device: str = "cpu"
    workers: int = 1
    commercial: bool = False
    annotators: tuple[Annotator, ...] = ()
    where: str | None = None
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
        self.annotating = Annotating(job.options.annotators)

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
    and ``end`` in seconds, ``speaker``, then the columns that annotating text adds (`affekt.annotate`), and
    ``vad_source``: ``heard`` where the model was taught valence, arousal and dominance, ``mapped`` where they are those
    of the labels' words and claim nothing; then the columns of the annotators. A file without
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
    card = speech_card(options.model, commercial=options.commercial)
    asked = ask(card, options.space)
    columns = _kinds(asked, options)
    chosen = "TRUE" if options.where is None else _condition(options.where, columns, options.prefix)
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
            written = _merge(parts, len(tasks), tuple(columns), output, where=chosen)
        remove_parts(parts)
    rejects = rejects_path(output) if rejected else None
    return FolderSummary(output, len(files), written, rejected, resumed, rejects, time.monotonic() - started)


def _do(worker: _Worker, task: _Task) -> int:
    """Return how many files were rejected, once the part of these is on the disk."""
    job = worker.job
    rows: list[tuple[str, Reading]] = []
    said: list[dict[str, Any]] = []
    rejects: list[str] = []
    for path in task.paths:
        name = path.relative_to(job.folder).as_posix()
        try:
            report = listen(path, worker.reader, job.options.listening)
            readings = (report.overall,) if job.options.per == "file" else report.readings
            if job.asked.space != job.card.space:
                readings = tuple(each.to(job.asked.space) if each.status == "ok" else each for each in readings)
            more = worker.annotating.annotate(path, readings)
        except _REFUSED as error:
            reason = str(error) if isinstance(error, AffektError) else f"{type(error).__name__}: {error}"
            rejects.append(json.dumps({"path": name, "reason": reason}, ensure_ascii=False))
            continue
        rows += [(name, each) for each in readings]
        said += more
    added = (_values([row[name] for row in said], kind) for name, kind in column_types(job.options.annotators).items())
    columns = {f"s{place}": values for place, values in enumerate((*_columns(rows, job.asked), *added))}
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
    sources = np.full(len(rows), None, object)
    labels = np.full(len(rows), None, object)
    for place, reading in enumerate(readings):
        if reading.status != "ok":
            continue
        table[place] = reading.probabilities
        limits = np.array(reading.thresholds.get(asked.space.name, (0.5,) * width))
        labels[place] = join_labels(table[place : place + 1], asked.space, limits)[0]
        if reading.vad is not None:
            dimensions[place] = (reading.vad.valence, reading.vad.arousal, reading.vad.dominance)
            sources[place] = "mapped" if reading.vad.mapped else "heard"
    yield from table.T
    yield labels
    yield from dimensions.T
    yield np.array([reading.status for reading in readings], object)
    yield sources


def _values(values: Sequence[Any], kind: type) -> NDArray[Any]:
    """Return the values of an annotator's column, (row,); what is not known, or infinite, is missing."""
    if kind is float:
        numbers = np.array([np.nan if value is None else value for value in values], np.float64)
        return np.where(np.isfinite(numbers), numbers, np.nan)
    words = np.full(len(values), None, object)
    words[:] = [None if value is None else str(value) for value in values]
    return words


def _kinds(asked: Asked, options: FolderOptions) -> dict[str, Kind]:
    """Return the columns of the output, in order, and what they hold. Raises `InputError` for two of one name."""
    words = {*_PLACE[::3], *(options.prefix + name for name in ("labels", "status", _SOURCE))}
    added = column_types(options.annotators)
    words |= {options.prefix + name for name, kind in added.items() if kind is str}
    ours = (*_PLACE, *added_names(asked, options.prefix), options.prefix + _SOURCE)
    names = [*ours, *(options.prefix + name for name in added)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"Two columns would be called {', '.join(twice)}: leave out an annotator, or give a prefix.")
    return {name: "text" if name in words else "number" for name in names}


def _condition(where: str, columns: Mapping[str, Kind], prefix: str) -> str:
    makers = {prefix + column: each.name for each in ANNOTATORS.values() for column in each.columns}
    return parse_condition(where, columns, makers=makers).sql


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


def _merge(parts: Parts, count: int, names: Sequence[str], output: Path, *, where: str) -> int:
    """Return how many rows there are in the output, once it is whole; the rejects are beside it."""
    import duckdb

    target = file_format(output, "output")
    scan = parquet_scan(*(parts.table(index) for index in range(count)))
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
        query = f"SELECT * FROM (SELECT {listed} FROM {scan}) WHERE {where}"
        write_whole(
            merged,
            lambda path: _run(connection, f"COPY ({query}) TO {text_literal(str(path))} ({copy_options(output)})"),
        )
        found = connection.execute(f"SELECT count(*) FROM ({query})").fetchone()
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
            "annotators": [f"{each.name} {each.version}" for each in options.annotators],
            "speakers": how.speakers,
            "embedder": embedder,
            "smoothing": [how.smoothing.method, how.smoothing.seconds, how.smoothing.change],
        },
    }
