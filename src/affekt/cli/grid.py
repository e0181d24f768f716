"""``affekt grid``: learn from each corpus or language, score on each. Does it travel?"""

from __future__ import annotations

import math
import shutil
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from affekt.cli.evaluate import number
from affekt.cli.listing import Listing, json_option, print_json, print_listing
from affekt.cli.terminal import is_screen

if TYPE_CHECKING:
    from affekt.evaluation.grid import Drop, Grid
    from affekt.evaluation.grid_cells import Cell

_TOLD = 8
_SHORT = 5  # letters of a column's head; longer names get a letter


@click.command("grid")
@click.argument("model")
@click.option("--train", "train", multiple=True, metavar="CORPUS[:SPLIT][@LANGUAGE]", help="Learn from this. Repeat.")
@click.option("--test", "test", multiple=True, metavar="CORPUS[:SPLIT][@LANGUAGE]", help="Score on this. Repeat.")
@click.option("--space", metavar="NAME", help="The label space of all; needed where theirs differ.")
@click.option("--by", metavar="NAME", help="Take each corpus apart by language, speaker or a condition.")
@click.option("--leave-one-out", is_flag=True, help="Add a row that learns from all but the column's own.")
@click.option(
    "--metric", metavar="NAME", help="What the cells hold; by default macro_f1, of dimensions pearson:valence."
)
@click.option("--limit", type=click.IntRange(1), help="Score at most so many items of each, drawn at random.")
@click.option(
    *("--train-limit", "learned"),
    type=click.IntRange(10),
    default=10_000,
    show_default=True,
    help="Learn from at most so many items of each.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="For what is drawn.")
@click.option("--resamples", type=click.IntRange(10), default=1000, show_default=True, help="For intervals.")
@click.option("--no-contamination", is_flag=True, help="Do not look for scored items among those learned from.")
@click.option("--results", type=click.Path(dir_okay=False, path_type=Path), help="Add the cells to this results file.")
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write a page with heat maps here.")
@json_option
def grid_command(
    model: str,
    train: tuple[str, ...],
    test: tuple[str, ...],
    results: Path | None,
    html: Path | None,
    as_json: bool,
    **how: Any,
) -> None:
    """Teach MODEL each corpus or language by itself and score it on each: train on X, test on Y.

    MODEL is tfidf, tfidf-words, tfidf-characters, prior, all-positive, or an unfitted scikit-learn estimator
    `module:callable` that takes texts. Of --train and --test each stands for the other where it is not given. A corpus
    is learned from its train split and scored on its test split; one without is divided by groups, a quarter held out.
    `--train brighter --by language` is the grid of all its languages.

    Thresholds are fitted on what is learned from, never on what is scored. Intervals are 95 %, by bootstrap over
    groups. Items that also stand in what was learned from are counted, and the score is given without them too.
    """
    from affekt.evaluation.domains import read_domains
    from affekt.evaluation.grid import GridOptions, make_grid
    from affekt.evaluation.learnable import find_learner

    learner = find_learner(model)
    if not train and not test:
        from affekt.errors import InputError

        raise InputError("Say what to learn from and score on, such as --train isear --train meld --space ekman.")
    options = GridOptions(
        space=how["space"],
        metric=how["metric"],
        limit=how["limit"],
        learned=how["learned"],
        seed=how["seed"],
        resamples=how["resamples"],
        contamination=not how["no_contamination"],
        leave_one_out=how["leave_one_out"],
    )
    sources, targets = train or test, test or train
    both = frozenset(sources) & frozenset(targets)
    found = read_domains([*sources, *targets], both=both, by=how["by"], seed=options.seed)
    learned_from, scored_on = ([each for name in side for each in found[name]] for side in (sources, targets))
    grid = make_grid(learner, learned_from, scored_on, options)
    if results is not None:
        from affekt.evaluation.grid import grid_rows
        from affekt.evaluation.records import write_results

        write_results(results, grid_rows(grid))
    if html is not None:
        from affekt.evaluation.grid_page import grid_page
        from affekt.pages.page import write_page

        write_page(grid_page(grid), html)
    if as_json:
        print_json(grid_record(grid))
        return
    if is_screen(sys.stdout):
        _print_matrix(grid)
    else:
        print_listing(_cells_listing(grid))
    for note in (*_seen(grid), *grid.notes):
        click.echo(f"- {note}")


def _cells_listing(grid: Grid) -> Listing:
    """Return a line per cell, for a program."""
    rows = []
    for source, row in grid.rows.items():
        for target, cell in row.items():
            score, rest, seen = cell.score, cell.without_overlap, cell.overlap
            rows.append(
                (
                    *(source, target, "home" if cell.home else "-"),
                    *(number(score.value), number(score.low), number(score.high), f"{score.n}"),
                    "-" if seen is None else str(int(seen.any.sum())),
                    "-" if rest is None else number(rest.value),
                )
            )
    columns = ("Learned from", "Scored on", "Home", grid.metric, "Low", "High", "Items", "Seen", "Without seen")
    return Listing(columns, tuple(rows))


def _print_matrix(grid: Grid) -> None:
    """Print the matrix in blocks of columns that fit the screen, and what is lost away from home."""
    from affekt.evaluation.grid_page import short_names

    for line in matrix_lines(grid, min(shutil.get_terminal_size().columns, 100)):
        click.echo(line)
    names = short_names([*grid.sources, *grid.targets])
    for title, drops in (("Learned from", grid.drops), ("Scored on", grid.gaps)):
        if drops:
            click.echo()
            rows = tuple((names[name], *_drop_cells(drop)) for name, drop in drops.items())
            print_listing(Listing((title, "At home", "Elsewhere", "Lost", "95 %"), rows))
    click.echo()


def _drop_cells(drop: Drop) -> tuple[str, ...]:
    value, low, high = drop.lost
    return number(drop.home), number(drop.away), f"{value:+.3f}", f"{low:+.3f} to {high:+.3f}"


def matrix_lines(grid: Grid, width: int) -> list[str]:
    """Return the matrix as lines of at most `width` columns: a row per source, a column per target, in hundredths.

    What is at home is in brackets. Columns whose names are long have letters, which stand before the rows they are
    of, or in a line below. Where not all columns fit they come in blocks.
    """
    from affekt.evaluation.grid_page import short_names

    short = short_names([*grid.sources, *grid.targets])
    heads = {target: short[target] for target in grid.targets}
    lettered = any(len(head) > _SHORT for head in heads.values())
    if lettered:
        heads = {target: _letter(place) for place, target in enumerate(grid.targets)}
    named = {row: (f"{heads[row]} " if row in heads and lettered else "") + short.get(row, row) for row in grid.rows}
    left = min(max(map(len, named.values())), 28)
    size = max(6, *(len(head) + 1 for head in heads.values()))
    fits = max(1, (width - left) // size)
    lines = [f"{grid.metric}{'' if grid.space is None else ' in ' + grid.space.name}; rows: learned from; columns: "]
    lines[0] += "scored on; [at home]"
    targets = list(grid.targets)
    for start in range(0, len(targets), fits):
        block = targets[start : start + fits]
        lines += ["", " " * left + "".join(f"{heads[target]} ".rjust(size) for target in block).rstrip()]
        for name, row in grid.rows.items():
            cells = "".join((_shown(row[target]) if target in row else "- ").rjust(size) for target in block)
            lines.append(f"{named[name][:left]:<{left}}{cells}".rstrip())
    # A space that does not break keeps a letter with its name.
    unnamed = "; ".join(f"{heads[target]}\u00a0{short[target]}" for target in targets if target not in grid.rows)
    told = [line.replace("\u00a0", " ") for line in textwrap.wrap(unnamed, width, break_on_hyphens=False)]
    return [*lines, "", *told] if lettered and told else lines


def _letter(place: int) -> str:
    return chr(ord("A") + place) if place < 26 else _letter(place // 26 - 1) + _letter(place % 26)


def _shown(cell: Cell) -> str:
    value = cell.score.value
    text = "-" if math.isnan(value) else f"{value:.2f}".replace("0.", ".", 1)
    return f"[{text}]" if cell.home else f"{text} "


def _seen(grid: Grid) -> list[str]:
    """Return what of the scored items was learned from, most first, the first few in a sentence each."""
    found = [cell for row in grid.rows.values() for cell in row.values() if cell.overlap is not None]
    some = [cell for cell in found if cell.overlap is not None and cell.overlap.any.any()]
    if not found:
        return []
    if not some:
        return ["No scored item stands among those learned from, exactly or nearly."]
    some.sort(key=lambda cell: -float(cell.overlap.any.mean()) if cell.overlap is not None else 0.0)
    lines = []
    for cell in some[:_TOLD]:
        assert cell.overlap is not None
        exact, near = int(cell.overlap.exact.sum()), int(cell.overlap.near.sum())
        said = f"{exact:,} of {cell.score.n:,} items of {cell.target} also stand in what was learned from {cell.source}"
        said += f", {near:,} more nearly" if near else ""
        if cell.without_overlap is not None:
            said += f"; {number(cell.score.value)} with them, {number(cell.without_overlap.value)} without"
        lines.append(f"{said}.")
    if len(some) > _TOLD:
        lines.append(f"{len(some) - _TOLD} more cells hold items that were learned from: see --json or --html.")
    return lines


def grid_record(grid: Grid) -> dict[str, Any]:
    """Return a grid as JSON values."""
    return {
        "model": grid.learner.name,
        "version": grid.learner.version,
        "space": None if grid.space is None else grid.space.name,
        "metric": grid.metric,
        "sources": {name: {"learned": grid.lessons[name]} for name in grid.sources},
        "targets": {
            name: {"split": target.split, "items": len(target), "notes": list(target.notes)}
            for name, target in grid.targets.items()
        },
        "cells": [_cell_record(cell) for row in grid.rows.values() for cell in row.values()],
        "drops": {name: _drop_record(drop) for name, drop in grid.drops.items()},
        "gaps": {name: _drop_record(gap) for name, gap in grid.gaps.items()},
        "notes": list(grid.notes),
    }


def _cell_record(cell: Cell) -> dict[str, Any]:
    record: dict[str, Any] = {"source": cell.source, "target": cell.target, "home": cell.home, **_plain(cell.score)}
    record["untaught"] = list(cell.untaught)
    if cell.overlap is not None:
        record["contamination"] = {
            "exact": int(cell.overlap.exact.sum()),
            "near": int(cell.overlap.near.sum()),
            "without": None if cell.without_overlap is None else _plain(cell.without_overlap),
        }
    return record


def _plain(score: Any) -> dict[str, float | int | None]:
    found = {name: getattr(score, name) for name in ("value", "low", "high")}
    return {**{name: float(v) if math.isfinite(v) else None for name, v in found.items()}, "n": score.n}


def _drop_record(drop: Drop) -> dict[str, float | int | None]:
    value, low, high = (float(each) if math.isfinite(each) else None for each in drop.lost)
    return {"home": drop.home, "away": drop.away, "value": value, "low": low, "high": high, "n": drop.n}
