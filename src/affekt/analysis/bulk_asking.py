"""What a chat model does to one chunk of a table: answers become its part, rows without an answer its rejects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from affekt.analysis.asking import Interview, answer_columns, ask_texts, why_lost
from affekt.analysis.bulk_parts import Parts
from affekt.analysis.bulk_source import Chunk, Cut, TableSource
from affekt.analysis.bulk_work import Done, write_part
from affekt.language.asking import estimate_asking
from affekt.language.tally import Estimate, Tally
from affekt.language.usage import Usage

if TYPE_CHECKING:
    import duckdb

CHUNK_ROWS = 512
"""Rows of a chunk at most: a chat model takes seconds for each, and what is done of a table should be seen."""


class Interviewer:
    """A chat model, where its parts go, and what asking has taken so far."""

    def __init__(self, interview: Interview, parts: Parts, cut: Cut, tick: Callable[[int], None] | None = None) -> None:
        self.interview = interview
        self.parts = parts
        self.cut = cut
        self.tick = tick
        self.tally = Tally()

    @cached_property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """A connection of one thread."""
        import duckdb

        return duckdb.connect(config={"threads": 1})


def ask_chunk(worker: Interviewer, chunk: Chunk) -> Done:
    """Return what became of `chunk` once its part is on the disk.

    Raises `EndpointError` where the endpoint dies, and `OutputError` where nothing can be written.
    """
    asked = ask_texts(worker.interview, chunk.texts, worker.tick)
    worker.tally += asked.tally
    lost = {
        place: why_lost(answer, quote=not worker.cut.no_text)
        for place, answer in enumerate(asked.answers)
        if answer.value is None
    }
    answers = [answer for answer in asked.answers if answer.value is not None]
    scores = answer_columns(worker.interview.form, answers)
    return write_part(worker.parts, worker.connection, without(chunk, lost, worker.cut), scores)


def without(chunk: Chunk, lost: Mapping[int, str], cut: Cut) -> Chunk:
    """Return `chunk` with the texts at these places rejected for the reasons given. It has to be traced."""
    if not lost:
        return chunk
    origins = [chunk.origins[place] for place in lost]
    more = [cut.reject(o.row, o.line, why, o.written) for o, why in zip(origins, lost.values(), strict=True)]
    kept = [place for place in range(len(chunk.texts)) if place not in lost]
    return replace(
        chunk,
        columns=tuple([cells[place] for place in kept] for cells in chunk.columns),
        texts=[chunk.texts[place] for place in kept],
        rejects=tuple(sorted((*chunk.rejects, *more), key=lambda reject: reject.row)),
        kept=None if chunk.kept is None else tuple(chunk.kept[place] for place in kept),
        origins=tuple(chunk.origins[place] for place in kept),
    )


@dataclass(frozen=True, slots=True)
class TableEstimate:
    """What asking about a table would take: its rows, those that cannot be read, and the rest as `asking` says."""

    rows: int
    rejected: int
    asking: Estimate


def estimate_chunks(interview: Interview, table: TableSource) -> TableEstimate:
    """Return what asking about every text of an opened table would take. Nothing is asked."""
    seen: set[int] = set()
    rows = rejected = prompts = cached = 0
    usage = Usage()
    for chunk in table.chunks:
        rows, rejected, prompts = rows + chunk.rows, rejected + len(chunk.rejects), prompts + len(chunk.texts)
        fresh = list(dict.fromkeys(text for text in chunk.texts if hash(text) not in seen))
        seen.update(map(hash, fresh))
        found = estimate_asking(interview.model, interview.prompts(fresh), settings=interview.settings)
        cached, usage = cached + found.cached, usage + found.usage
    return TableEstimate(rows, rejected, Estimate(prompts, len(seen), cached, usage))
