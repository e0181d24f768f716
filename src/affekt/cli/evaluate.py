"""``affekt evaluate``: how well anything that reads emotion does on a corpus, with intervals."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from affekt.cli.listing import Listing, json_option, print_json, print_listing

if TYPE_CHECKING:
    from affekt.evaluation.runner import Evaluation, EvaluationOptions
    from affekt.evaluation.scores import Score


def corpus_options(command: Any) -> Any:
    """Add the options that say what is scored on, which `evaluate` and `compare` share."""
    options = (
        click.option("--on", "corpus", metavar="CORPUS[:SPLIT]", help="What to score on."),
        click.option("--space", metavar="NAME", help="Score in this label space instead of the corpus's own."),
        click.option("--answers-in", metavar="NAME", help="The label space of a table's or a function's answers."),
        click.option("--language", metavar="CODE", help="Only items in this language, as in `de`."),
        click.option("--folder", type=click.Path(file_okay=False, path_type=Path), help="Where the corpus lies."),
        click.option("--limit", type=click.IntRange(1), help="Score at most so many items, drawn at random."),
        click.option("--seed", type=int, default=0, show_default=True, help="For what is drawn."),
        click.option(
            "--resamples", type=click.IntRange(10), default=1000, show_default=True, help="For intervals and tests."
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.command("evaluate")
@click.argument("model")
@corpus_options
@click.option("--suite", metavar="NAME", help="Score on a named set of corpora: text, text-labels, text-dimensions …")
@click.option("--by", metavar="NAME,…", help="Also score subgroups: language, speaker, split or a condition.")
@click.option("--no-contamination", is_flag=True, help="Do not look for items among what the model learned from.")
@click.option("--results", type=click.Path(dir_okay=False, path_type=Path), help="Add the scores to this results file.")
@click.option(
    "--predictions", type=click.Path(file_okay=False, path_type=Path), help="Keep the answers item by item here."
)
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write a page with plots here.")
@json_option
def evaluate_command(
    model: str,
    suite: str | None,
    results: Path | None,
    predictions: Path | None,
    html: Path | None,
    as_json: bool,
    **on: Any,
) -> None:
    """Score MODEL on a corpus: what suits its labels and dimensions, each with a 95 % interval.

    MODEL is one of ours (`affekt models`), a baseline (prior, all-positive, tfidf, vader), a file of predictions
    (.csv, .tsv, .jsonl, .parquet with a column `id`), a function or fitted scikit-learn estimator
    `module:callable`, a Hugging Face checkpoint `hf:NAME_OR_PATH`, or a chat model `endpoint:URL#MODEL`.

    The split is test, else the development split, else everything. Answers in other labels are converted by the
    maps of `affekt spaces`. Items that the model's card says it learned from are counted, and the scores given
    without them too. Intervals resample documents, dialogues or speakers where the corpus names them.
    """
    from affekt.evaluation.runner import evaluate, result_rows
    from affekt.evaluation.subjects import find_subject

    by, contamination = on.pop("by"), not on.pop("no_contamination")
    if suite is not None:
        _evaluate_suite(model, suite, results, as_json, on, contamination=contamination)
        return
    corpus, options = asked(on, by=by, contamination=contamination)
    found = evaluate(find_subject(model, space=_space(on["answers_in"])), corpus, options)
    if results is not None:
        from affekt.evaluation.records import write_results

        write_results(results, result_rows(found))
    if predictions is not None:
        from affekt.evaluation.predictions import write_predictions
        from affekt.evaluation.runner import predictions_of

        write_predictions(predictions_of(found), folder=predictions)
    if html is not None:
        from affekt.evaluation.page import evaluation_page
        from affekt.pages.page import write_page

        write_page(evaluation_page(found), html)
    if as_json:
        print_json(evaluation_record(found))
        return
    print_listing(scores_listing(found))
    for name, groups in found.subgroups.items():
        click.echo()
        print_listing(_subgroup_listing(name, groups))
    click.echo()
    for note in found.notes:
        click.echo(f"- {note}")


def _evaluate_suite(
    model: str, suite: str, results: Path | None, as_json: bool, on: Mapping[str, Any], *, contamination: bool
) -> None:
    """Score a model on each corpus of a suite; one that is not here, or that it cannot answer, is told and left out."""
    from affekt.errors import ConversionError, CorpusError, InputError, UnknownNameError
    from affekt.evaluation.records import write_results
    from affekt.evaluation.runner import evaluate, result_rows
    from affekt.evaluation.subjects import find_subject
    from affekt.evaluation.suites import find_suite

    if on["corpus"] is not None or on["space"] is not None or on["language"] is not None:
        raise InputError("A suite says by itself what is scored: leave --on, --space and --language out.")
    subject = find_subject(model, space=_space(on["answers_in"]))
    records, rows, left_out = [], [], []
    for part in find_suite(suite):
        place = {**on, "corpus": part.corpus, "space": part.space, "language": part.language}
        try:
            found = evaluate(subject, *asked(place, by=None, contamination=contamination))
        except (ConversionError, CorpusError, InputError, UnknownNameError) as error:
            left_out.append(f"{part.corpus}{f' in {part.space}' if part.space else ''}: {error}")
            continue
        if results is not None:
            write_results(results, result_rows(found))
        records.append(evaluation_record(found))
        score = found.scores[found.primary]
        space = "-" if found.target.space is None else found.target.space.name
        bounds = f"{number(score.low)} to {number(score.high)}"
        rows.append((part.corpus, space, found.primary, number(score.value), bounds, f"{score.n:,}"))
    if as_json:
        print_json({"suite": suite, "model": subject.name, "evaluations": records, "left_out": left_out})
        return
    if rows:
        print_listing(Listing(("Corpus", "Space", "Metric", "Value", "95 %", "Items"), tuple(rows)))
    for line in left_out:
        click.echo(f"- left out: {line}", err=True)


def asked(on: Mapping[str, Any], *, by: str | None, contamination: bool) -> tuple[str, EvaluationOptions]:
    """Return the corpus and the options that `corpus_options` gathered."""
    from affekt.errors import InputError
    from affekt.evaluation.runner import EvaluationOptions

    if on["corpus"] is None:
        raise InputError("Say what to score on, such as --on goemotions:test. `affekt corpora` lists what there is.")
    names = tuple(part.strip() for part in (by or "").split(",") if part.strip())
    return on["corpus"], EvaluationOptions(
        space=on["space"],
        by=names,
        language=on["language"],
        limit=on["limit"],
        seed=on["seed"],
        resamples=on["resamples"],
        contamination=contamination,
        folder=on["folder"],
    )


def _space(name: str | None) -> Any:
    from affekt.affect.spaces import find_space

    return None if name is None else find_space(name)


def number(value: float) -> str:
    """Return a score as it is printed: three places, a dash where it is not defined."""
    return "-" if math.isnan(value) else f"{value:.3f}"


def scores_listing(found: Evaluation) -> Listing:
    """Return the table of scores; a column more where some items were seen in training."""
    rest = found.without_overlap
    columns = ("Metric", "Value", "95 %", "Items", *(("Without seen",) if rest else ()))
    rows = []
    for name, score in found.scores.items():
        bounds = "-" if math.isnan(score.low) else f"{number(score.low)} to {number(score.high)}"
        row = [name, number(score.value), bounds, f"{score.n:,}"]
        if rest:
            row.append(number(rest[name].value) if name in rest else "-")
        rows.append(tuple(row))
    return Listing(columns, tuple(rows))


def _subgroup_listing(name: str, groups: Any) -> Listing:
    rows = [
        (str(group), number(each.value), f"{number(each.low)} to {number(each.high)}", f"{groups.counts[group]:,}")
        for group, each in groups.groups.items()
    ]
    gap = groups.gap
    rows.append(("gap, highest to lowest", number(gap.value), f"{number(gap.low)} to {number(gap.high)}", "-"))
    rows += [(str(group), "-", str(reason), "-") for group, reason in groups.skipped.items()]
    return Listing((name.capitalize(), "Value", "95 %", "Items"), tuple(rows))


def evaluation_record(found: Evaluation) -> dict[str, Any]:
    """Return an evaluation as JSON values: `metrics` by name, each with value, low, high and n."""
    target = found.target
    record: dict[str, Any] = {
        "model": found.subject.name,
        "version": found.subject.version,
        "corpus": target.corpus,
        "split": target.split,
        "space": None if target.space is None else target.space.name,
        "items": len(target),
        "protocol": found.protocol,
        "primary": found.primary,
        "metrics": {name: _plain(score) for name, score in found.scores.items()},
        "notes": list(found.notes),
    }
    if found.subgroups:
        record["by"] = {
            name: {
                "metric": found.primary,
                "groups": {
                    str(group): {**_bounds(each), "n": groups.counts[group]} for group, each in groups.groups.items()
                },
                "gap": _bounds(groups.gap),
                "skipped": {str(group): reason for group, reason in groups.skipped.items()},
            }
            for name, groups in found.subgroups.items()
        }
    if found.overlap is not None:
        overlap = found.overlap
        record["contamination"] = {
            "exact": int(overlap.exact.sum()),
            "near": int(overlap.near.sum()),
            "sources": dict(overlap.sources),
            "compared": list(overlap.looked),
            "absent": list(overlap.absent),
            "metrics_without": {name: _plain(score) for name, score in found.without_overlap.items()},
        }
    return record


def _plain(score: Score) -> dict[str, float | int | None]:
    return {**_bounds(score), "n": score.n}


def _bounds(estimate: Any) -> dict[str, float | int | None]:
    named = {"value": estimate.value, "low": estimate.low, "high": estimate.high}
    return {name: None if not math.isfinite(value) else float(value) for name, value in named.items()}
