"""annotate_file(): from a table file of any size to a table file with its readings, surviving a kill."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from affekt.analysis.additions import Addition
from affekt.analysis.asking import Asking, Interview, answer_names, is_endpoint, open_interview
from affekt.analysis.bulk_asking import CHUNK_ROWS, Interviewer, TableEstimate, ask_chunk, estimate_chunks
from affekt.analysis.bulk_delimited import open_delimited
from affekt.analysis.bulk_jsonl import open_jsonl
from affekt.analysis.bulk_merge import Merge, merge_parts, rejects_path
from affekt.analysis.bulk_parquet import open_parquet
from affekt.analysis.bulk_parts import Parts, open_parts, remove_parts, source_identity, writing
from affekt.analysis.bulk_source import Chunk, Cut, TableSource, file_format
from affekt.analysis.bulk_work import Done, Job, Worker, do_chunk
from affekt.analysis.columns import Asked, Clash, Opening, added_names, ask, check_names, opened, with_additions
from affekt.analysis.own_labels import chosen_card
from affekt.cards import ModelCard
from affekt.compute.ordered import map_in_order
from affekt.errors import InputError, OutputError
from affekt.inference.calibration import Calibration
from affekt.inference.text import open_reader
from affekt.language.tally import Bill
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
    `asking` says how a chat model is asked, where `model` is ``endpoint:URL#MODEL`` or ``endpoint:echo``; it makes
    `workers` calls at once if it says so itself, and chunks of 512 rows at most.
    `labels` are labels of your own to answer in, `add` further judgements (`affekt.analysis.additions`).
    `encoding` and `delimiter` say how a text table is written where it is not UTF-8, or has no
    commas or tabs. `no_text` keeps the text of rejected rows out of the rejects. `overwrite`
    replaces a finished output, `restart` throws away what an unfinished run has done.
    """

    model: str | Path | ModelCard | None = None
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
    asking: Asking | None = None
    labels: str | tuple[str, ...] | None = None
    add: tuple[Addition, ...] = ()


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
    None where there are none), rows an earlier run had done, and how long this run took; the `bill` of a chat model for
    what this run asked."""

    output: Path
    rows: int
    written: int
    rejected: int
    resumed: int
    rejects: Path | None
    seconds: float
    bill: Bill | None = None


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

    A chat model (``endpoint:URL#MODEL``) adds ``labels`` (of `space`, joined by ``|``) or, asked for dimensions,
    ``valence``, ``arousal``, ``dominance``; what its template asks for besides, such as ``translation``; and
    ``status``. It tells no probabilities, so there are no columns of them. Rows whose reply is no answer, or that got
    none, are rejected with the reason. Where the endpoint dies, `EndpointError` is raised; its replies are kept, and
    the same call goes on.

    Raises `InputError` for a source that cannot be read or has a column of an added name,
    `UnknownNameError` for a column, model or space, `OutputError` where nothing can be written or an
    unfinished run was another one, `WorkerError` where a worker dies.
    """
    started = time.monotonic()
    options = options or BulkOptions()
    _check_options(source, output, options)
    if is_endpoint(options.model):
        return _annotate_by_asking(source, output, column, options, progress)
    card = chosen_card(options.model, options.labels, options.space)
    own = opened(options.calibration)
    asked = ask(card, options.space, raters=options.raters, calibration=own, abstain=options.abstain)
    asked = replace(asked, language=options.language, batch_size=options.batch_size)
    asked = with_additions(asked, card, options.add)
    added = added_names(asked, options.prefix)
    table = _open_source(source, column, options, added)
    with closing(table):
        manifest = _manifest(table, column, card, asked, options)
        with open_parts(output, manifest, restart=options.restart, overwrite=options.overwrite) as parts:
            threads = options.threads or (1 if options.workers > 1 else None)
            job = Job(card, opening, threads, options.device, asked, parts)
            tally = _Tally(table.rows, progress)
            start_worker = partial(Worker, job, tick=None if options.workers > 1 else tally.tick)
            with closing(_unfinished(table, parts, tally)) as chunks:
                answers = map_in_order(do_chunk, chunks, opening=start_worker, workers=options.workers)
                with closing(answers):
                    for done in answers:
                        tally.add(done)
            _finish(table, parts, tally, (manifest, added), output)
    return _summary(output, tally, started)


def estimate_file(source: Path, *, column: str, options: BulkOptions) -> TableEstimate:
    """Return what asking a chat model about the table `source` would take. Nothing is asked and nothing written.

    Raises what `annotate_file` raises for a source, column, space or template.
    """
    interview = _interview(options)
    added = answer_names(interview.form, options.prefix)
    with closing(_open_source(source, column, _asking_options(options), added)) as table:
        return estimate_chunks(interview, table)


def table_columns(source: Path, *, column: str, options: BulkOptions) -> tuple[str, ...]:
    """Return the names of the columns of the table `source`, of JSONL those of its first rows. Raises as above."""
    with closing(_open_source(source, column, _asking_options(options), ())) as table:
        return tuple(table.names)


def _interview(options: BulkOptions) -> Interview:
    for name in ("raters", "calibration", "abstain", "language", "labels", "add"):
        if getattr(options, name):
            raise InputError(f"{name} is for models of ours: a chat model tells labels alone. Leave it out.")
    assert isinstance(options.model, str)
    return open_interview(options.model, options.space, options.asking)


def _asking_options(options: BulkOptions) -> BulkOptions:
    return replace(options, chunk_rows=min(options.chunk_rows, CHUNK_ROWS))


def _annotate_by_asking(
    source: Path,
    output: Path,
    column: str,
    options: BulkOptions,
    progress: Callable[[Progress], None] | None,
) -> BulkSummary:
    """Do what `annotate_file` says, with a chat model: one process, several calls at once."""
    started, options, interview = time.monotonic(), _asking_options(options), _interview(options)
    added = answer_names(interview.form, options.prefix)
    table = _open_source(source, column, options, added)
    with closing(table):
        manifest = {
            "format": _FORMAT,
            "affekt": __version__,
            "source": source_identity(source),
            "asked": {"column": column, **interview.identity(), **_layout(options)},
        }
        with open_parts(output, manifest, restart=options.restart, overwrite=options.overwrite) as parts:
            tally = _Tally(table.rows, progress)
            worker = Interviewer(interview, parts, _cut(options), tally.tick)
            for chunk in _unfinished(table, parts, tally):
                tally.add(ask_chunk(worker, chunk))
            _finish(table, parts, tally, (manifest, added), output)
    return replace(_summary(output, tally, started), bill=Bill(worker.tally, interview.how.price))


def _finish(
    table: TableSource, parts: Parts, tally: _Tally, made: tuple[dict[str, Any], tuple[str, ...]], output: Path
) -> None:
    """Put the parts together, and remove them. `made` are the manifest and the names of the added columns."""
    manifest, added = made
    if source_identity(table.path) != manifest["source"]:
        raise InputError(f"{str(table.path)!r} was changed while it was read. Start over with restart (`--restart`).")
    with writing(parts.folder):
        merge_parts(Merge(parts, range(tally.chunks), table, added), output)
    remove_parts(parts)


def _summary(output: Path, tally: _Tally, started: float) -> BulkSummary:
    rejects = rejects_path(output) if tally.rejected else None
    written, seconds = tally.rows - tally.rejected, time.monotonic() - started
    return BulkSummary(output, tally.rows, written, tally.rejected, tally.resumed, rejects, seconds)


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


def _unfinished(table: TableSource, parts: Parts, tally: _Tally) -> Generator[Chunk]:
    """Yield the chunks that have no part yet."""
    finished = parts.finished()
    # A finished chunk is cut from the source again: cheap, and the only way to know where the next begins.
    for chunk in table.chunks:
        tally.meet(chunk)
        if chunk.index in finished:
            tally.add(Done(chunk.rows, parts.rejected(chunk.index)), resumed=True)
        else:
            yield chunk


def _check_options(source: Path, output: Path, options: BulkOptions) -> None:
    file_format(output, "output")
    for name in ("batch_size", "workers", "chunk_rows"):
        if getattr(options, name) < 1:
            raise InputError(f"{name} must be at least 1, got {getattr(options, name)}.")
    if output.exists() and source.exists() and output.samefile(source):
        raise OutputError(f"The output {str(output)!r} is the source itself. Choose another output.")


def _open_source(source: Path, column: str, options: BulkOptions, added: tuple[str, ...]) -> TableSource:
    cut = _cut(options)
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


def _cut(options: BulkOptions) -> Cut:
    return Cut(options.chunk_rows, options.no_text, traced=is_endpoint(options.model))


def _layout(options: BulkOptions) -> dict[str, Any]:
    """Return how the table is read and written."""
    names = ("prefix", "encoding", "delimiter", "chunk_rows", "no_text")
    return {name: getattr(options, name) for name in names}


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
            "add": list(asked.add),
            **_layout(options),
        },
    }
