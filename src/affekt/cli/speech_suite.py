"""``affekt evaluate --suite ser``: every method of speech on the same speakers, learned and scored."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from affekt.cli.listing import Listing, print_json, print_listing

if TYPE_CHECKING:
    from affekt.evaluation.records import ResultRow

SUITE = "ser"
_SHOWN = ("uar", "accuracy", "macro_f1", "ece", "seconds", "parameters")


def evaluate_speech(
    methods: str | None,
    *,
    corpora: str | None,
    protocols: tuple[str, ...],
    how: tuple[int, int, bool],
    results: Path | None,
    as_json: bool,
) -> None:
    """Learn and score methods of speech (all, or those named with commas between), and print a row for each.

    how: seeds, resamples, and whether it is a smoke run.
    Answers are kept in runs/ser: what was done before is read from there, so that a killed run goes on.
    """
    from affekt.corpora.joint_clips import read_joint_clips
    from affekt.errors import InputError
    from affekt.evaluation.records import read_results, write_results
    from affekt.evaluation.speech import SpeechBench, best_methods, suite_rows
    from affekt.training.speech.index import METHODS, find_method

    seeds, resamples, smoke = how
    bench = SpeechBench(range(seeds), resamples=resamples, smoke=smoke, tell=lambda line: click.echo(line, err=True))
    chosen = tuple((methods or ",".join(METHODS)).split(","))
    if chosen == ("best",):
        if results is None or not results.exists():
            raise InputError("The best are chosen by the speakers to stop by of earlier rows: name those by --results.")
        chosen = best_methods(read_results(results))
    for each in chosen:
        find_method(each)
    read = {name: read_joint_clips(name) for name in (corpora or "ravdess").split(",")}
    rows: list[ResultRow] = []
    for found in suite_rows(read, chosen, protocols or ("fixed",), bench):
        rows += found
        if results is not None:
            write_results(results, found)
    if as_json:
        names = ("corpus", "protocol", "split", "model", "metric", "value", "low", "high", "n")
        print_json({"suite": SUITE, "rows": [{name: getattr(row, name) for name in names} for row in rows]})
        return
    print_listing(Listing(("Corpus", "Protocol", "Method", "UA", "95 %", *_COLUMNS), _lines(rows)))


_COLUMNS = ("WA", "Macro-F1", "ECE", "Seconds", "Parameters", "Clips")


def _lines(rows: list[ResultRow]) -> tuple[tuple[str, ...], ...]:
    """A line per method, corpus and protocol, the best of each corpus and protocol first."""
    found: dict[tuple[str, str, str], dict[str, ResultRow]] = {}
    for row in rows:
        source = f" {row.split.removeprefix('all:')}" if row.split.startswith("all:") else ""
        if ":from:" in row.split and not source:
            source = f": {row.split.replace(':', ' ')}"
        found.setdefault((row.corpus, row.protocol + source, row.model), {})[row.metric] = row
    lines = []
    for (corpus, protocol, model), of in sorted(found.items(), key=lambda each: (*each[0][:2], -each[1]["uar"].value)):
        share = [f"{100 * of[name].value:.1f}" for name in _SHOWN[1:3]]
        low, high = of["uar"].low, of["uar"].high
        bounds = "-" if low is None or high is None else f"{100 * low:.1f} to {100 * high:.1f}"
        cost = (f"{of['seconds'].value:,.0f}", f"{of['parameters'].value:,.0f}", f"{of['uar'].n:,}")
        error = f"{of['ece'].value:.3f}"
        lines.append((corpus, protocol, model, f"{100 * of['uar'].value:.1f}", bounds, *share, error, *cost))
    return tuple(lines)
