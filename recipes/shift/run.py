"""Calibration before and after two hundred labelled rows, on every English corpus that is not Reddit.

python recipes/shift/run.py            calibration, prevalence, abstention -> results/shift.csv
python recipes/shift/run.py --only calibration
"""

from __future__ import annotations

import argparse
import statistics
from pathlib import Path

import numpy as np
from data import Said, corpora_under_shift, said_of
from prevalence import abstention_rows, prevalence_rows

from affekt.errors import CorpusError
from affekt.evaluation.records import ResultRow, RunInfo, Scored, run_info, write_results
from affekt.metrics.calibration import expected_calibration_error
from affekt.metrics.resampling import Estimate
from affekt.models.index import find_model
from affekt.training.recalibration import fit_calibration

RESULTS = Path("results/shift.csv")
SEEDS = 5
ROWS = 200
TARGET = 0.05
METRIC = "ece_0.1"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=("calibration", "prevalence", "abstention"))
    parser.add_argument("--models", default="text,text-nano")
    parser.add_argument("--limit", type=int, default=3000)
    parser.add_argument("--results", type=Path, default=RESULTS)
    asked = parser.parse_args()
    rows: list[ResultRow] = []
    for model in asked.models.split(","):
        found = {name: said for name in corpora_under_shift() if (said := said_or_none(name, model, asked.limit))}
        run = run_info(model, find_model(model).version, seed=None)
        for part, rows_of in PARTS.items():
            # What is done with calibrated probabilities is shown for one model.
            if asked.only == part or (asked.only is None and (part == "calibration" or model == "text")):
                # Only the count of labels shifts in drawn groups of it: the easiest case, and 28 labels.
                near = {"goemotions": said_of("goemotions", model, limit=6000, split="test")}
                rows += rows_of(near | found if part == "prevalence" else found, run)
    write_results(asked.results, rows)


def said_or_none(name: str, model: str, limit: int) -> Said | None:
    try:
        said = said_of(name, model, limit=limit)
    except CorpusError as error:
        print(f"{name} is left out: {error}")
        return None
    return said if len(said.truth) >= ROWS + 100 else None


def calibration_rows(found: dict[str, Said], run: RunInfo) -> list[ResultRow]:
    """Calibration error on the rows that were not drawn, before and after, per corpus and over all of them."""
    before, after, least, rows = {}, {}, {}, []
    print(f"{run.model}: calibration error over probabilities of at least 0.1, {ROWS} rows, {SEEDS} draws")
    print(f"  {'corpus':22} {'items':>6} {'before':>7} {'after':>7} {'least':>7}   lowest to highest draw")
    for name, said in found.items():
        drawn = [one_draw(said, seed) for seed in range(SEEDS)]
        before[name], after[name], least[name] = np.array(drawn).T
        n = len(said.truth) - ROWS
        place = Scored(name, "all", f"own-space-{said.space.name}", n, run)
        for metric, values in ((METRIC, before), (f"{METRIC}:after-{ROWS}", after), (f"{METRIC}:least", least)):
            rows.append(place.row(metric, spread(values[name])))
        shown = " ".join(f"{part[name].mean():7.3f}" for part in (before, after, least))
        print(f"  {name:22} {n:6} {shown}   {after[name].min():.3f} to {after[name].max():.3f}")
    place = Scored("median of corpora", "all", "own-space", len(found), run)
    for metric, values in ((METRIC, before), (f"{METRIC}:least", least), (f"{METRIC}:after-{ROWS}", after)):
        medians = np.median(np.stack(list(values.values())), axis=0)
        # The median of the means is the number; its interval draws corpora anew.
        means = [float(value.mean()) for value in values.values()]
        random = np.random.default_rng(0)
        drawn = [statistics.median(random.choice(means, len(means))) for _ in range(2000)]
        low, high = np.quantile(drawn, [0.025, 0.975])
        rows.append(place.row(metric, Estimate(statistics.median(means), float(low), float(high))))
        print(
            f"  median {metric:18} {statistics.median(means):.3f} [{low:.3f}, {high:.3f}]; "
            f"of single draws {medians.min():.3f} to {medians.max():.3f}"
        )
    print(f"  {'reached' if statistics.median(means) <= TARGET else 'NOT reached'}: at most {TARGET}")
    return rows


def one_draw(said: Said, seed: int) -> tuple[float, float, float]:
    """The error before, after, and the least there could be: of labels drawn from the calibrated probabilities, which
    so many rows make different from them by chance."""
    order = np.random.default_rng(seed).permutation(len(said.truth))
    labelled, rest = order[:ROWS], order[ROWS:]
    fitted = fit_calibration(said.truth[labelled], said.probability[labelled], space=said.space, seed=seed)
    moved = fitted.apply(said.probability[rest])
    judged = (
        (said.truth[rest], said.probability[rest]),
        (said.truth[rest], moved),
        (drawn_labels(moved, said, seed), moved),
    )
    before, after, least = (expected_calibration_error(*pair, minimum=0.1) for pair in judged)
    return before, after, least


def drawn_labels(probability: np.ndarray, said: Said, seed: int) -> np.ndarray:
    """Labels drawn from the probabilities, one where they exclude each other; bool (item, label)."""
    random = np.random.default_rng(seed)
    if said.space.kind != "exclusive":
        return random.random(probability.shape) < probability
    limits = probability.cumsum(1)
    chosen = (random.random((len(limits), 1)) * limits[:, -1:] > limits).sum(1)
    return np.arange(limits.shape[1]) == chosen[:, None]


def spread(values: np.ndarray) -> Estimate:
    """The mean of the draws, with a 95 % interval of that mean by Student's t."""
    half = 2.776 * values.std(ddof=1) / np.sqrt(len(values))
    return Estimate(float(values.mean()), max(0.0, float(values.mean() - half)), float(values.mean() + half))


PARTS = {"calibration": calibration_rows, "prevalence": prevalence_rows, "abstention": abstention_rows}

if __name__ == "__main__":
    main()
