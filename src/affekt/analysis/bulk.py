"""annotate_file(): from a table file of any size to a table file with its readings, surviving a kill."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from affekt.analysis.bulk_delimited import open_delimited
from affekt.analysis.bulk_jsonl import open_jsonl
from affekt.analysis.bulk_merge import Merge, merge_parts, rejects_path
from affekt.analysis.bulk_parquet import open_parquet
from affekt.analysis.bulk_parts import open_parts, remove_parts, source_identity, writing
from affekt.analysis.bulk_source import Chunk, Cut, TableSource, file_format
from affekt.analysis.bulk_work import Done, Job, Worker, do_chunk
from affekt.analysis.columns import Asked, Clash, Opening, added_names, ask, check_names, opened
from affekt.cards import ModelCard
from affekt.compute.ordered import map_in_order
from affekt.errors import InputError, OutputError
from affekt.inference.calibration import Calibration
from affekt.inference.text import open_reader
from affekt.models.index import find_model
from affekt.types import LabelSpace
from affekt.version import __version__

_FORMAT = 1
_OFFER = "a prefix: prefix='affekt_' (`--prefix affekt_`)"


@dataclass(frozen=True, slots=True)
class BulkOptions:
    """How a bulk job works.

    `model`, `space`, `raters`, `language`, `prefix`, `batch_size`, `threads` (of each worker; None: all cores
    for one worker, one for each of several), `device`, `calibration` and `abstain` are those of
    `affekt.annotate`. `workers` processes read chunks of `chunk_rows` rows; a kill loses the chunks under way, no more.
    `encoding` and `delimiter` say how a text table is written where it is not UTF-8, or has no
    commas or tabs. `no_text` keeps the text of rejected rows out of the rejects. `overwrite`
    replaces a finished output, `restart` throws away what an unfinished run has done.
    """

    model: str | ModelCard | None = None
    space: str | LabelSpace | None = None
    raters: bool = False
    language: str | None = None
    prefix: str = ""
    batch_size: int = 64
    threads: int | None = None
    device: str = "cpu"
    workers: int = 1
    chunk_rows: int = 8192
    encoding: str | None = None
    delimiter: str | None = None
    calibration: Path | Calibration | None = None
    abstain: float | None = None
    no_text: bool = False
    overwrite: bool = False
    restart: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is: rows done (rejected ones count), rejected so far, rows in all.

    `resumed` of the rows were done by an earlier run. `total` is exact for Parquet. A text table
    does not say how many rows it has, and is not read twice to count them: there `total` is worked
    out from the share of its bytes that is done, gets exact at the end, and is None at the start.
    """

    rows: int
    rejected: int
    total: int | None
    resumed: int = 0


@dataclass(frozen=True, slots=True)
class BulkSummary:
    """What a job did: rows of the source, rows in the output, rows rejected (in the file `rejects`,
    None where there are none), rows an earlier run had done, and how long this run took."""

    output: Path
    rows: int
    written: int
    rejected: int
    resumed: int
    rejects: Path | None
    seconds: float


def annotate_file(
    source: Path,
    output: Path,
    *,
    column: str,
    options: BulkOptions | None = None,
    progress: Callable[[Progress], None] | None = None,
    opening: Opening = open_reader,
) -> BulkSummary:
    """Return what was done to write the table `source`, with its `column` read, to `output`.

    CSV, TSV, JSONL (each also gzipped) and Parquet, by the file names. The output has the columns
    of the source and the added ones that `affekt.annotate` describes, rows in the order of the
    source. Cells of CSV and TSV are copied as text, columns of Parquet keep their types, lines of
    JSONL stay as written in JSONL; elsewhere their numbers and truth values get a typed column and
    lists and objects become JSON text. Rows that cannot be read (no text, a wrong number of fields,
    undecodable bytes, broken JSON) are left out and go to ``<output>.rejects.jsonl``: ``row`` (data
    rows from 1), ``line``, ``reason``, ``input``. Texts in a language the model does not read stay,
    without scores, with the status ``unsupported_language``.

    Finished chunks lie in ``<output>.parts`` until all are. The same call after a kill, a full disk
    or Ctrl-C does the rest; batch size, threads, workers and device may differ. Memory does not
    grow with the table. With `workers` > 1 a script has to call this under
    ``if __name__ == "__main__":``.

    `progress` is called after every slice or chunk. `opening` opens the model.

    Raises `InputError` for a source that cannot be read or has a column of an added name,
    `UnknownNameError` for a column, model or space, `OutputError` where nothing can be written or an
    unfinished run was another one, `WorkerError` where a worker dies.
    """
    started = time.monotonic()
    options = options or BulkOptions()
    _check_options(source, output, options)
    card = find_model(options.model)
    own = opened(options.calibration)
    asked = ask(card, options.space, raters=options.raters, calibration=own, abstain=options.abstain)
    asked = replace(asked, language=options.language, batch_size=options.batch_size)
    added = added_names(asked, options.prefix)
    table = _open_source(source, column, options, added)
    with closing(table):
        manifest = _manifest(table, column, card, asked, options)
        with open_parts(output, manifest, restart=options.restart, overwrite=options.overwrite) as parts:
            threads = options.threads or (1 if options.workers > 1 else None)
            job = Job(card, opening, threads, options.device, asked, parts)
            tally = _Tally(table.rows, progress)
            _do_chunks(table, job, tally, options.workers)
            if source_identity(source) != manifest["source"]:
                raise InputError(
                    f"{str(source)!r} was changed while it was read. Start over with restart (`--restart`)."
                )
            with writing(parts.folder):
                merge_parts(Merge(parts, range(tally.chunks), table, added), output)
            remove_parts(parts)
    rejects = rejects_path(output) if tally.rejected else None
    seconds = time.monotonic() - started
    return BulkSummary(output, tally.rows, tally.rows - tally.rejected, tally.rejected, tally.resumed, rejects, seconds)


class _Tally:
    """Counts what is done and tells `progress`."""

    def __init__(self, total: int | None, progress: Callable[[Progress], None] | None) -> None:
        self.rows = self.rejected = self.resumed = self.chunks = 0
        self._is_exact = total is not None
        self._total = total
        self._progress = progress
        self._met = self._ticked = 0

    def meet(self, chunk: Chunk) -> None:
        """Count a chunk that has come from the source, and so what share of its rows has."""
        self.chunks += 1
        self._met += chunk.rows
        if not self._is_exact:
            self._total = max(self._met, round(self._met / max(chunk.fraction, 1e-9)))

    def tick(self, texts: int) -> None:
        """Count texts that are read, of a chunk that is not done yet."""
        self._ticked += texts
        self._tell()

    def add(self, done: Done, *, resumed: bool = False) -> None:
        """Count a chunk that is done."""
        self.rows += done.rows
        self.rejected += done.rejected
        self.resumed += done.rows if resumed else 0
        self._ticked = 0
        self._tell()

    def _tell(self) -> None:
        if self._progress is not None:
            self._progress(Progress(self.rows + self._ticked, self.rejected, self._total, self.resumed))


def _do_chunks(table: TableSource, job: Job, tally: _Tally, workers: int) -> None:
    finished = job.parts.finished()

    def unfinished() -> Iterator[Chunk]:
        # A finished chunk is cut from the source again: cheap, and the only way to know where the next begins.
        for chunk in table.chunks:
            tally.meet(chunk)
            if chunk.index in finished:
                tally.add(Done(chunk.rows, len(chunk.rejects)), resumed=True)
            else:
                yield chunk

    start_worker = partial(Worker, job, tick=None if workers > 1 else tally.tick)
    with closing(map_in_order(do_chunk, unfinished(), opening=start_worker, workers=workers)) as answers:
        for done in answers:
            tally.add(done)


def _check_options(source: Path, output: Path, options: BulkOptions) -> None:
    file_format(output, "output")
    for name in ("batch_size", "workers", "chunk_rows"):
        if getattr(options, name) < 1:
            raise InputError(f"{name} must be at least 1, got {getattr(options, name)}.")
    if output.exists() and source.exists() and output.samefile(source):
        raise OutputError(f"The output {str(output)!r} is the source itself. Choose another output.")


def _open_source(source: Path, column: str, options: BulkOptions, added: tuple[str, ...]) -> TableSource:
    cut = Cut(options.chunk_rows, options.no_text)
    kind = file_format(source)
    if kind == "jsonl":
        return open_jsonl(source, column, cut, encoding=options.encoding, clash=Clash(added, _OFFER))
    if kind == "parquet":
        table = open_parquet(source, column, cut)
    else:
        table = open_delimited(source, column, cut, encoding=options.encoding, delimiter=options.delimiter)
    try:
        check_names(table.names, Clash(added, _OFFER))
    except InputError:
        table.close()
        raise
    return table


def _manifest(table: TableSource, column: str, card: ModelCard, asked: Asked, options: BulkOptions) -> dict[str, Any]:
    """Return what decides the content of the parts: a run that differs in it cannot go on with them."""
    return {
        "format": _FORMAT,
        "affekt": __version__,
        "source": source_identity(table.path),
        "model": {"name": card.name, "version": card.version},
        "asked": {
            "column": column,
            "space": asked.space.name,
            "votes": None if asked.votes is None else asked.votes.name,
            "language": asked.language,
            "calibration": None if asked.calibration is None else asked.calibration.fingerprint,
            "surest": asked.surest,
            "prefix": options.prefix,
            "encoding": options.encoding,
            "delimiter": options.delimiter,
            "chunk_rows": options.chunk_rows,
            "no_text": options.no_text,
        },
    }
