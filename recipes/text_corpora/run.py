"""Every English text corpus that is here, every text model and baseline, one table: results/text-corpora.csv.

AFFEKT_DATA=… python recipes/text_corpora/run.py [--suite text-dimensions] [--limit 1000] [--resamples 300] [--jobs 2]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from remembered import remembered

from affekt.corpora.index import CORPORA
from affekt.errors import ConversionError, CorpusError, InputError, UnknownNameError
from affekt.evaluation.answers import Subject
from affekt.evaluation.predictions import write_predictions
from affekt.evaluation.records import ResultRow, write_results
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
from affekt.models.index import MODELS

ROOT = Path(__file__).parents[2]
# Corpora whose splits no card counts weigh as much in the estimate of what is left.
USUAL_SIZE = 3000


@dataclass(frozen=True, slots=True)
class Config:
    """What is run: suite, models, most items per corpus (None: all), drawn by seed, resamples of each interval, the
    corpora of the suite to do (none: all), how many of them at once, where rows and answers go."""

    suite: str = "text"
    models: tuple[str, ...] = ("prior", "all-positive", "vader", "tfidf", "text-nano", "text")
    limit: int | None = None
    seed: int = 0
    resamples: int = 1000
    only: tuple[str, ...] = ()
    jobs: int = 2
    results: Path = ROOT / "results" / "text-corpora.csv"
    runs: Path = ROOT / "runs" / "text-corpora"


class Scores(NamedTuple):
    """What came of one corpus: rows of the results file, and lines that say it."""

    rows: list[ResultRow]
    lines: list[str]


def run(config: Config) -> None:
    """Score every model on every part of the suite; what cannot be scored is said and left out.

    A corpus is one job, so that what is compared with it for contamination is read once for all its spaces and models;
    the largest go first. After each, what is left is estimated from the sizes.
    """
    parts: dict[str, list[Part]] = {}
    for part in find_suite(config.suite):
        name = part.corpus.partition(":")[0]
        if not config.only or name in config.only:
            parts.setdefault(part.corpus, []).append(part)
    sizes = {corpus: len(of) * size(corpus, config.limit) for corpus, of in parts.items()}
    _tell(
        f"{len(parts)} corpora, about {sum(sizes.values()):,} items to score with each of {len(config.models)} models"
    )
    started, done = time.perf_counter(), 0
    for corpus, found in _all_scores(dict(sorted(parts.items(), key=lambda each: -sizes[each[0]])), config):
        write_results(config.results, found.rows)
        done += sizes[corpus]
        taken = time.perf_counter() - started
        left = taken * (sum(sizes.values()) / done - 1) / 60
        _tell("\n".join(found.lines))
        _tell(f"{taken / 60:.1f} min; about {left:.1f} min left")


def size(corpus: str, limit: int | None) -> int:
    """About how many items a part has, by its card: of the split, else of what there is."""
    name, _, split = corpus.partition(":")
    rows = CORPORA[name].rows
    many = rows.get(split) or rows.get("test") or sum(rows.values()) or USUAL_SIZE
    return many if limit is None else min(many, limit)


def _all_scores(parts: dict[str, list[Part]], config: Config) -> Iterator[tuple[str, Scores]]:
    """Yield the scores of each corpus as they come."""
    if config.jobs == 1:
        yield from ((corpus, score_corpus(of, config)) for corpus, of in parts.items())
        return
    with ProcessPoolExecutor(config.jobs) as pool:
        jobs: dict[Future[Scores], str] = {pool.submit(score_corpus, of, config): name for name, of in parts.items()}
        yield from ((jobs[job], job.result()) for job in as_completed(jobs))


def score_corpus(parts: list[Part], config: Config) -> Scores:
    """Return the scores of every model on the parts, which are of one corpus."""
    rows: list[ResultRow] = []
    lines: list[str] = []
    for part in parts:
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
            lines.append(f"{part.corpus} {part.space or ''}: left out: {error}")
            continue
        for model in config.models:
            found = _score(subject_of(model, part.corpus, config), part, prepared, options, config.runs)
            rows += found.rows
            lines += found.lines
    return Scores(rows, lines)


def subject_of(model: str, corpus: str, config: Config) -> Subject:
    """The model, one of ours with its answers kept below `runs`."""
    subject = find_subject(model)
    if model not in MODELS:
        return subject
    name = f"{corpus.replace(':', '-')}-{subject.name}-{subject.version}.npz"
    return remembered(subject, config.runs / "answers" / name)


def _score(subject: Subject, part: Part, prepared: Prepared, options: EvaluationOptions, runs: Path) -> Scores:
    started = time.perf_counter()
    place = f"{part.corpus} {part.space or ''}: {subject.name}"
    try:
        found = evaluate_prepared(subject, prepared, options)
    except (ConversionError, InputError) as error:
        return Scores([], [f"{place}: left out: {error}"])
    write_predictions(predictions_of(found), folder=runs / (part.space or "own"))
    value, low, high, count = found.scores[found.primary]
    took = time.perf_counter() - started
    line = f"{place}: {found.primary} {value:.3f} ({low:.3f} to {high:.3f}), {count:,} items, {took:.0f} s"
    return Scores(result_rows(found), [line])


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Read the flags and run."""
    config = Config()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--suite", default=config.suite)
    parser.add_argument("--models", nargs="+", default=config.models)
    parser.add_argument("--only", nargs="+", default=config.only, help="Only these corpora of the suite.")
    parser.add_argument("--limit", type=int, default=config.limit, help="At most so many items of a corpus.")
    parser.add_argument("--resamples", type=int, default=config.resamples)
    parser.add_argument("--jobs", type=int, default=config.jobs, help="Corpora scored at once.")
    parser.add_argument("--results", type=Path, default=config.results)
    parser.add_argument("--runs", type=Path, default=config.runs, help="Where predictions and answers are kept.")
    given = vars(parser.parse_args())
    run(Config(**{name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}))


if __name__ == "__main__":
    main()
