"""The page of a grid: the heat map, how far each cell lies behind home, what is lost, what was seen before."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np

from affekt.evaluation.grid import Drop, Grid
from affekt.pages.page import Figure, Page, Section, Table, Words
from affekt.pages.plots import heat_map, intervals


def grid_page(grid: Grid) -> Page:
    """Return the page: every score as a heat map, the drop away from home, contamination, what the domains are."""
    space = "" if grid.space is None else f" in {grid.space.name}"
    lead = (
        f"{grid.learner.name} learned from each of {len(grid.sources)} domains and was scored on each of "
        f"{len(grid.targets)}: {grid.metric}{space}."
    )
    sections = [_scores(grid), *_behind(grid), *_lost(grid), *_seen(grid), _domains(grid)]
    told = tuple(Words(note) for note in (*_method(grid), *grid.notes))
    sections += [Section("How this was done", told), _cells(grid)]
    footer = (
        f"Model version {grid.learner.version}. Intervals: 95 %, bootstrap over scored groups that belong together."
    )
    return Page(f"Does {grid.learner.name} travel?", lead, tuple(sections), footer)


def short_names(names: Iterable[str]) -> dict[str, str]:
    """Return what domains are called beside each other: without the corpus where all are of one.

    >>> short_names(["brighter@de", "brighter@yo"]), short_names(["isear", "meld"])
    ({'brighter@de': 'de', 'brighter@yo': 'yo'}, {'isear': 'isear', 'meld': 'meld'})
    """
    given = list(names)
    heads = {name.partition("@")[0] for name in given}
    if len(heads) == 1 and all("@" in name for name in given):
        return {name: name.partition("@")[2] for name in given}
    return {name: name for name in given}


def _names(grid: Grid) -> dict[str, str]:
    known = short_names([*grid.sources, *grid.targets])
    return {**{name: name for name in grid.rows}, **known}


def _scores(grid: Grid) -> Section:
    names, rows = _names(grid), grid.rows
    values = [[row[t].score.value if t in row else math.nan for t in grid.targets] for row in rows.values()]
    drawn = heat_map(values, [names[s] for s in rows], [names[t] for t in grid.targets], title=f"{grid.metric}")
    caption = (
        f"{grid.metric}. Rows are what was learned from, columns what was scored on; colours run from 0 to the highest."
    )
    if grid.others:
        caption += " The last row learned from all but the domain of the column."
    return Section("Scores", (Figure(drawn, caption),))


def _cells(grid: Grid) -> Section:
    rows = []
    for source, row in grid.rows.items():
        for target, cell in row.items():
            value, low, high, count = cell.score
            rows.append(
                (
                    *(source, target, "yes" if cell.home else None, _three(value), _three(low), _three(high), count),
                    ", ".join(cell.untaught) or None,
                )
            )
    columns = ("Learned from", "Scored on", "Home", grid.metric, "Low", "High", "Items", "Labels never taught")
    return Section("Every cell", (Table(columns, tuple(rows), "With 95 % intervals."),))


def _behind(grid: Grid) -> list[Section]:
    """Return the map of how far each cell lies from what was learned at home, of the same items."""
    home = {t: [grid.cells[s, t].score.value for s in grid.sources if grid.cells[s, t].home] for t in grid.targets}
    kept = [target for target, values in home.items() if values]
    if not kept:
        return []
    names = _names(grid)
    values = [
        [row[t].score.value - float(np.mean(home[t])) if t in row and not row[t].home else math.nan for t in kept]
        for row in grid.rows.values()
    ]
    if not np.isfinite(values).any():
        return []
    drawn = heat_map(values, [names[s] for s in grid.rows], [names[t] for t in kept], title="Behind home")
    caption = (
        "What was learned elsewhere minus what was learned at home, on the same items of the column. The colour of the "
        "scores above says better than at home, the other worse."
    )
    return [Section("Behind home", (Figure(drawn, caption),))]


def _lost(grid: Grid) -> list[Section]:
    sections = []
    told = (
        ("Lost away from home", grid.drops, "Score on its own items minus the mean of its scores elsewhere."),
        ("What others lack here", grid.gaps, "What was learned at home minus the mean of what others learned."),
    )
    names = _names(grid)
    for heading, drops, caption in told:
        if drops:
            drawn = _intervals(drops, names, heading)
            sections.append(Section(heading, (Figure(drawn, f"{caption} 95 % intervals."), _drop_table(drops))))
    return sections


def _intervals(drops: Mapping[str, Drop], names: Mapping[str, str], title: str) -> str:
    found = {names[name]: drop.lost for name, drop in drops.items()}
    values, lows, highs = ([each[place] for each in found.values()] for place in range(3))
    return intervals(list(found), values, lows, highs, title=title, bounds=(0.0, 0.1))


def _drop_table(drops: Mapping[str, Drop]) -> Table:
    rows: tuple[tuple[str | int, ...], ...] = tuple(
        (name, *(_three(v) for v in (drop.home, drop.away, *drop.lost)), drop.n) for name, drop in drops.items()
    )
    return Table(("", "At home", "Elsewhere", "Lost", "Low", "High", "Items"), rows)


def _seen(grid: Grid) -> list[Section]:
    rows = []
    for source, row in grid.rows.items():
        for target, cell in row.items():
            found, rest = cell.overlap, cell.without_overlap
            if found is None or not found.any.any():
                continue
            counts = int(found.exact.sum()), int(found.near.sum())
            left = (None, None) if rest is None else (_three(rest.value), rest.n)
            rows.append((source, target, *counts, len(found.exact), _three(cell.score.value), *left))
    if not rows:
        return []
    rows.sort(key=lambda row: -(row[2] + row[3]) / row[4])
    columns = ("Learned from", "Scored on", "Same", "Nearly", "Of", grid.metric, "Without them", "Items left")
    caption = "Scored items whose text stands among those learned from, exactly (spelling aside) or nearly."
    return [Section("Seen before", (Table(columns, tuple(rows), caption),))]


def _domains(grid: Grid) -> Section:
    rows: list[tuple[str | int | None, ...]] = []
    for name in dict.fromkeys([*grid.sources, *grid.targets]):
        target = grid.targets.get(name)
        scored = (None, None, None) if target is None else (target.split, len(target), len(set(target.groups.tolist())))
        rows.append((name, grid.lessons.get(name), *scored))
    table = Table(("Domain", "Learned from", "Scored split", "Items scored", "Groups"), tuple(rows))
    notes = [Words(f"{name}: {note}") for name, target in grid.targets.items() for note in target.notes]
    return Section("Domains", (table, *notes))


def _method(grid: Grid) -> list[str]:
    options = grid.options
    limit = "" if options.limit is None else f" At most {options.limit:,} items of each are scored."
    return [
        f"At most {options.learned:,} items of each are learned from, drawn by seed {options.seed}; thresholds are "
        f"fitted on the source's own held-out items, never on what is scored.{limit}"
    ]


def _three(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.3f}"
