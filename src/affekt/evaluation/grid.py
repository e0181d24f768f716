"""Grids: learn from each of several domains, score on each of several. Does what was learned travel?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from affekt.corpora.targets import Target, draw
from affekt.errors import InputError
from affekt.evaluation.contamination import overlap_with
from affekt.evaluation.domains import Domain, common_space
from affekt.evaluation.grid_cells import (
    OTHERS,
    Cell,
    Column,
    GridOptions,
    Row,
    learned_elsewhere,
    make_cell,
    only_known,
    target_of,
)
from affekt.evaluation.learners import Learner, lesson_of
from affekt.evaluation.records import ResultRow, Scored, run_info
from affekt.metrics.resampling import Estimate, percentile_interval
from affekt.types import LabelSpace

__all__ = ["OTHERS", "Drop", "Grid", "GridOptions", "grid_rows", "make_grid"]


@dataclass(frozen=True, slots=True)
class Drop:
    """How much is lost away from home: `home` and `away` are scores, `lost` the difference with its interval."""

    home: float
    away: float
    lost: Estimate
    n: int


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Cells by source and target, in the order asked.

    `drops` by source: its score at home minus the mean of its scores elsewhere. `gaps` by target: what was learned at
    home, minus the mean of what was learned elsewhere, on the same items. `others` by target: learned from all but
    its own domain. `targets` are what was scored, `lessons` how many items each source was learned from.
    """

    learner: Learner
    space: LabelSpace | None
    metric: str
    sources: tuple[str, ...]
    targets: Mapping[str, Target]
    lessons: Mapping[str, int]
    cells: Mapping[tuple[str, str], Cell]
    options: GridOptions
    others: Mapping[str, Cell] = field(default_factory=dict)
    drops: Mapping[str, Drop] = field(default_factory=dict)
    gaps: Mapping[str, Drop] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def rows(self) -> dict[str, dict[str, Cell]]:
        """The cells of each row by target, with what learned from all others last."""
        found = {s: {t: self.cells[s, t] for t in self.targets} for s in self.sources}
        return {**found, **({OTHERS: dict(self.others)} if self.others else {})}


def make_grid(
    learner: Learner, sources: Sequence[Domain], targets: Sequence[Domain], options: GridOptions | None = None
) -> Grid:
    """Return how `learner`, taught each of `sources` by itself, scores on each of `targets`.

    Thresholds are fitted on the source's development split, else on an eighth of what is learned from: nothing of
    the target is looked at. Labels become those of one space by cited maps; a label that a source's own labels
    never become teaches nothing there. Intervals resample groups of what is scored; what was drawn to learn from stays
    as it is. Raises as `common_space` does, `InputError` where
    a domain that was asked for has nothing to learn from or to score, `UnknownNameError` for the metric. Bostan and
    Klinger 2018, "An Analysis of Annotated Corpora for Emotion Classification in Text", compare corpora so.

    >>> from affekt.affect.spaces import find_space
    >>> from affekt.evaluation.domains import domain_of
    >>> from affekt.evaluation.tfidf import TFIDF
    >>> from affekt.types import Record, Signal
    >>> def texts(joy, anger):
    ...     said = {"joy": joy, "anger": anger}
    ...     given = [[*said][i % 2] for i in range(40)]
    ...     return [Record(f"{i}", Signal(f"{said[e]} {i}"), "all", (e,)) for i, e in enumerate(given)]
    >>> space = find_space("ekman")
    >>> mails = domain_of("mails", texts("so glad", "so cross"), space)
    >>> posts = domain_of("posts", texts("glad now", "mad now"), space)
    >>> grid = make_grid(TFIDF["tfidf"], [mails], [mails, posts], GridOptions(resamples=20))
    >>> drop = grid.drops["mails"]
    >>> drop.home, round(drop.lost.value, 2)
    (1.0, 0.17)
    """
    options = options or GridOptions()
    space = common_space([*sources, *targets], options.space)
    notes: list[str] = []
    columns: dict[str, Column] = {}
    for domain in targets:
        target = target_of(domain, domain.scored, space, notes)
        if target is not None:
            drawn = draw(target, options.limit, seed=options.seed)
            columns[domain.name] = Column(domain, drawn, space, options, options.seed + len(columns))
    languages = frozenset(record.signal.language for each in columns.values() for record in each.target.records)
    rows: dict[str, Row] = {}
    for domain in sources:
        learned = target_of(domain, domain.learning, space, notes)
        if learned is not None:
            taught = only_known(learned, domain)
            lesson = lesson_of(taught, languages=languages, most=options.learned, seed=options.seed)
            rows[domain.name] = Row(domain, lesson)
    if not rows or not columns:
        raise InputError(" ".join(["Nothing is left to learn from, or nothing to score.", *notes]))
    cells: dict[tuple[str, str], Cell] = {}
    for source, row in rows.items():
        answer = learner.teach(row.lesson)
        for name, column in columns.items():
            seen = None
            if options.contamination:
                seen = overlap_with(column.target.records, {source: row.seen})
            cells[source, name] = make_cell(
                source, answer, column, row.lesson, overlap=seen, home=row.is_home_of(column)
            )
    others = learned_elsewhere(learner, rows, columns, cells) if options.leave_one_out else {}
    grid = Grid(
        learner,
        space,
        next(iter(cells.values())).metric,
        tuple(rows),
        {name: each.target for name, each in columns.items()},
        {name: len(row.lesson.train) for name, row in rows.items()},
        cells,
        options,
        others,
    )
    return replace(grid, drops=_drops(grid), gaps=_gaps(grid), notes=(*notes, *_notes(grid)))


def _drops(grid: Grid) -> dict[str, Drop]:
    found = {}
    for source in grid.sources:
        row = [grid.cells[source, target] for target in grid.targets]
        drop = _drop([cell for cell in row if cell.home], [cell for cell in row if not cell.home])
        if drop is not None:
            found[source] = drop
    return found


def _gaps(grid: Grid) -> dict[str, Drop]:
    found = {}
    for target in grid.targets:
        column = [grid.cells[source, target] for source in grid.sources]
        gap = _drop([cell for cell in column if cell.home], [cell for cell in column if not cell.home])
        if gap is not None:
            found[target] = gap
    return found


def _drop(home: Sequence[Cell], away: Sequence[Cell]) -> Drop | None:
    """Return the mean at home minus the mean away; draw by draw, so that cells of one column keep together."""
    if not home or not away:
        return None
    inside, outside = (float(np.mean([cell.score.value for cell in some])) for some in (home, away))
    draws = np.mean([cell.values for cell in home], axis=0) - np.mean([cell.values for cell in away], axis=0)
    items = {cell.target: cell.score.n for cell in (*home, *away)}
    return Drop(inside, outside, percentile_interval(inside - outside, draws), sum(items.values()))


def _notes(grid: Grid) -> list[str]:
    notes = []
    for source in grid.sources:
        lacking = {t: cell.untaught for t in grid.targets if (cell := grid.cells[source, t]).untaught}
        if lacking:
            labels = dict.fromkeys(label for some in lacking.values() for label in some)
            notes.append(f"{source} never teaches {', '.join(labels)}, which {', '.join(lacking)} ask for.")
    return notes


def grid_rows(grid: Grid) -> list[ResultRow]:
    """Return the cells as rows of a results file, those without what was seen with ``-unseen`` on their protocol.

    The corpus is the target's, as in `affekt.evaluation.runner.result_rows`, with ``@language`` where it is one; the
    protocol says what was learned from. ``<metric>_drop`` is of a source, ``<metric>_gap`` of a target.
    """
    run = run_info(grid.learner.name, grid.learner.version, seed=None)
    drawn = f"learned-{grid.options.learned}"
    drawn += "" if grid.options.limit is None else f"-at-most-{grid.options.limit}"
    drawn += f"-seed-{grid.options.seed}"

    def scored(name: str, protocol: str, n: int) -> Scored:
        target = grid.targets[name]
        own = target.own is None or grid.space is None or target.own.name == grid.space.name
        corpus, _, value = name.partition("@")
        called = corpus.partition(":")[0] + ("" if own or grid.space is None else f":{grid.space.name}")
        return Scored(called + (f"@{value}" if value else ""), target.split, protocol, n, run)

    rows = []
    for source, row in grid.rows.items():
        for target, cell in row.items():
            protocol = f"{cell.rule}-trained-on-{source.replace(' ', '-')}-{drawn}"
            for each, suffix in ((cell.score, ""), (cell.without_overlap, "-unseen")):
                if each is not None and not np.isnan(each.value):
                    estimate = Estimate(each.value, each.low, each.high)
                    rows.append(scored(target, protocol + suffix, each.n).row(grid.metric, estimate))
    for what, found in (("drop", grid.drops), ("gap", grid.gaps)):
        for name, drop in found.items():
            # Where a source is no target by that name, the target that is its home says where it belongs.
            home = name if name in grid.targets else next(t for t in grid.targets if grid.cells[name, t].home)
            of = "" if home == name else f"-of-{name}"
            place = scored(home, f"home-minus-away-{len(grid.sources)}-by-{len(grid.targets)}{of}-{drawn}", drop.n)
            rows.append(place.row(f"{grid.metric}_{what}", drop.lost))
    return rows
