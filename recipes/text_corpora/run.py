"""Every English text corpus that is here, every text model and baseline, one table: results/text-corpora.csv.

AFFEKT_DATA=… python recipes/text_corpora/run.py [--suite text-dimensions] [--limit 5000]
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from affekt.errors import ConversionError, CorpusError, InputError, UnknownNameError
from affekt.evaluation.predictions import write_predictions
from affekt.evaluation.records import write_results
from affekt.evaluation.runner import (
    EvaluationOptions,
    Prepared,
    evaluate_prepared,
    predictions_of,
    prepare,
    result_rows,
)
from affekt.evaluation.subjects import find_subject
from affekt.evaluation.suites import Part, find_suite

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Config:
    """What is run: suite, models, most items per corpus, drawn by seed, resamples of each interval, the corpora of the
    suite to do (none: all)."""

    suite: str = "text"
    models: tuple[str, ...] = ("prior", "all-positive", "vader", "tfidf", "text-nano", "text")
    limit: int = 1000
    seed: int = 0
    resamples: int = 300
    only: tuple[str, ...] = ()
    results: Path = ROOT / "results" / "text-corpora.csv"


def run(config: Config) -> None:
    """Score every model on every part of the suite; what cannot be scored is said and left out."""
    for part in find_suite(config.suite):
        if config.only and part.corpus.partition(":")[0] not in config.only:
            continue
        options = EvaluationOptions(
            space=part.space,
            language=part.language,
            limit=config.limit,
            seed=config.seed,
            resamples=config.resamples,
        )
        try:
            prepared = prepare(part.corpus, options)
        except (CorpusError, UnknownNameError, ConversionError, InputError) as error:
            _tell(f"{part.corpus} {part.space or ''}: left out: {error}")
            continue
        for model in config.models:
            _score(model, part, prepared, options, config.results)


def _score(model: str, part: Part, prepared: Prepared, options: EvaluationOptions, results: Path) -> None:
    started = time.perf_counter()
    place = f"{part.corpus} {part.space or ''}: {model}"
    try:
        found = evaluate_prepared(find_subject(model), prepared, options)
    except (ConversionError, InputError) as error:
        _tell(f"{place}: left out: {error}")
        return
    write_results(results, result_rows(found))
    write_predictions(predictions_of(found), folder=ROOT / "runs" / "text-corpora" / (part.space or "own"))
    value, low, high, count = found.scores[found.primary]
    took = time.perf_counter() - started
    _tell(f"{place}: {found.primary} {value:.3f} ({low:.3f} to {high:.3f}), {count:,} items, {took:.0f} s")


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Read the flags and run."""
    config = Config()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--suite", default=config.suite)
    parser.add_argument("--models", nargs="+", default=config.models)
    parser.add_argument("--only", nargs="+", default=config.only, help="Only these corpora of the suite.")
    parser.add_argument("--limit", type=int, default=config.limit)
    parser.add_argument("--results", type=Path, default=config.results)
    given = parser.parse_args()
    only, models = tuple(given.only), tuple(given.models)
    run(Config(suite=given.suite, models=models, limit=given.limit, only=only, results=given.results))


if __name__ == "__main__":
    main()
