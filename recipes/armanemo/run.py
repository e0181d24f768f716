"""ArmanEmo: learn from one corpus, be scored on another. Within Persian in Ekman's six; across languages in sentiment.

    AFFEKT_DATA=… python recipes/armanemo/run.py

Mirzaee et al. 2022, "ArmanEmo: A Persian Dataset for Text-based Emotion Detection". README.md says what is as in the
paper.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from affekt.evaluation.domains import read_domains
from affekt.evaluation.grid import Grid, GridOptions, grid_rows, make_grid
from affekt.evaluation.learnable import find_learner
from affekt.evaluation.records import ResultRow, write_results
from affekt.evaluation.settings import read_settings
from affekt.metrics.resampling import percentile_interval

# What learns: our method, and what draws labels with the frequencies of what it learned from.
LEARNERS = {"tfidf-characters": "armanemo", "prior": "armanemo:prior"}


@dataclass(frozen=True)
class Config:
    persian: str = "armanemo,xed@fa"
    others: str = "armanemo,xed@fa,xed@ar,xed@tr,mahaemotions,brighter@hi,brighter@en"
    learned: int = 4000
    scored: int = 1500
    resamples: int = 500
    seeds: int = 1
    smoke: int = 0
    results: str = "results/text-methods.csv"


def main() -> None:
    config = read_settings(Config, __doc__)
    if config.smoke:
        config = replace(
            config, persian="armanemo", others="armanemo,mahaemotions", learned=200, scored=100, resamples=20
        )
    rows: list[ResultRow] = []
    for space, names in (("ekman", config.persian), ("sentiment", config.others)):
        # Nothing of the learner is drawn: another seed draws other items.
        for seed in range(config.seeds):
            found = grid(space, tuple(names.split(",")), replace(config, seeds=seed))
            for row in found:
                print(f"{row.corpus:24} {row.model:15} {row.protocol:70} {row.metric:22} {row.value:.3f}", flush=True)
            rows += found
    write_results(Path(config.results), rows)


def grid(space: str, names: tuple[str, ...], config: Config) -> list[ResultRow]:
    """The rows of one grid; `config.seeds` is the seed of what is drawn."""
    domains = [domain for found in read_domains(names, both=frozenset(names)).values() for domain in found]
    options = GridOptions(
        space=space, limit=config.scored, learned=config.learned, seed=config.seeds, resamples=config.resamples
    )
    grids = {
        called: make_grid(find_learner(learner), domains, domains, options) for learner, called in LEARNERS.items()
    }
    rows = [replace(row, model=called) for called, made in grids.items() for row in grid_rows(made)]
    return [*rows, *gains(rows, *grids.values())]


def gains(rows: Sequence[ResultRow], ours: Grid, prior: Grid) -> list[ResultRow]:
    """What each cell gains over the frequencies of its source, on the same items, with the interval of that gain."""
    found = []
    for (source, target), cell in ours.cells.items():
        other = prior.cells[source, target]
        gain = percentile_interval(cell.score.value - other.score.value, cell.values - other.values)
        of = next(
            row
            for row in rows
            if row.model == "armanemo"
            and row.metric == cell.metric
            and row.corpus.split(":")[0].split("@")[0] == target.split("@")[0]
            and row.corpus.partition("@")[2] == target.partition("@")[2]
            and f"-on-{source.replace(' ', '-')}-learned" in row.protocol
            and not row.protocol.endswith("-unseen")
        )
        found.append(replace(of, metric=f"{cell.metric}:minus:prior", value=gain.value, low=gain.low, high=gain.high))
    return found


if __name__ == "__main__":
    main()
