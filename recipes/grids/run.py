"""Does what was learned travel? Train on X, test on Y, over English corpora and over the languages of BRIGHTER.

AFFEKT_DATA=… python recipes/grids/run.py                   # results/cross-corpus.csv and results/cross-language.csv
AFFEKT_DATA=… python recipes/grids/run.py --only cross-language --limit 100 --train-limit 200
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

from affekt.errors import CorpusError
from affekt.evaluation.domains import Domain, read_domains
from affekt.evaluation.grid import Grid, GridOptions, grid_rows, make_grid
from affekt.evaluation.grid_page import grid_page
from affekt.evaluation.learnable import find_learner
from affekt.evaluation.records import write_results
from affekt.pages.page import write_page

ROOT = Path(__file__).parents[2]

ENGLISH = (
    *("goemotions", "brighter@en", "xed:en", "dair_emotion", "crowd_envent", "isear", "stackoverflow_emotion"),
    *("edos", "empathetic_dialogues", "dailydialog", "meld", "emorynlp"),
)


@dataclass(frozen=True, slots=True)
class Study:
    """One file of results: its name, what is learned from and scored on, the learners, the spaces, how."""

    name: str
    domains: tuple[str, ...]
    learners: tuple[str, ...]
    spaces: tuple[str, ...]
    options: GridOptions
    by: str | None = None


# `prior` draws labels with the frequencies of the source: what travels of the frequencies alone.
STUDIES = (
    Study(
        "cross-corpus",
        ENGLISH,
        ("tfidf", "prior"),
        ("ekman", "sentiment"),
        GridOptions(limit=1000, learned=2000, resamples=300, leave_one_out=True),
    ),
    Study(
        "cross-language",
        ("brighter",),
        ("tfidf-characters", "prior"),
        ("ekman",),
        GridOptions(limit=300, learned=1000, resamples=300),
        by="language",
    ),
)


def run(study: Study, results: Path, pages: Path) -> list[Grid]:
    """Make the grids of a study; a corpus that is not here is said and left out."""
    domains = _domains(study)
    grids = []
    for space in study.spaces:
        for learner in study.learners:
            started = time.perf_counter()
            grid = make_grid(find_learner(learner), domains, domains, replace(study.options, space=space))
            write_results(results / f"{study.name}.csv", grid_rows(grid))
            pages.mkdir(parents=True, exist_ok=True)
            write_page(grid_page(grid), pages / f"{study.name}-{space}-{learner}.html")
            _tell(f"{study.name}, {space}, {learner}: {_said(grid)}, {time.perf_counter() - started:.0f} s")
            grids.append(grid)
    return grids


def _domains(study: Study) -> list[Domain]:
    found: list[Domain] = []
    for name in study.domains:
        try:
            found += read_domains([name], both=frozenset(study.domains), by=study.by)[name]
        except CorpusError as error:
            _tell(f"{name}: left out: {error}")
    return found


def _said(grid: Grid) -> str:
    home = [cell.score.value for cell in grid.cells.values() if cell.home]
    away = [cell.score.value for cell in grid.cells.values() if not cell.home]
    others = [cell.score.value for cell in grid.others.values()]
    parts = {"at home": home, "elsewhere": away, "from all others": others}
    return f"mean {grid.metric} " + ", ".join(f"{name} {sum(v) / len(v):.3f}" for name, v in parts.items() if v)


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Read the flags and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=[study.name for study in STUDIES])
    parser.add_argument("--domains", nargs="+", help="These instead of the study's own.")
    parser.add_argument("--limit", type=int, help="Score at most so many items of each domain.")
    parser.add_argument("--train-limit", type=int, help="Learn from at most so many items of each domain.")
    parser.add_argument("--results", type=Path, default=ROOT / "results", help="The folder of the results.")
    parser.add_argument("--pages", type=Path, default=ROOT / "runs" / "grids", help="The folder of the pages.")
    given = parser.parse_args()
    for study in STUDIES:
        if given.only in (None, study.name):
            options = study.options
            limits = {"limit": given.limit or options.limit, "learned": given.train_limit or options.learned}
            domains = tuple(given.domains or study.domains)
            run(replace(study, domains=domains, options=replace(options, **limits)), given.results, given.pages)


if __name__ == "__main__":
    main()
