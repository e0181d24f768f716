"""``affekt evaluate``: how well anything that reads emotion does on a corpus, with intervals."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from affekt.cli.asking import asking_options, take_asking, take_subjects
from affekt.cli.listing import Listing, json_option, print_json, print_listing
from affekt.cli.own import own_options, take_description
from affekt.cli.speech_audit import SUITE as AUDIT_SUITE
from affekt.cli.speech_audit import audit_speech
from affekt.cli.speech_collection import evaluate_collection
from affekt.cli.speech_suite import SUITE as SPEECH_SUITE
from affekt.cli.speech_suite import evaluate_speech

if TYPE_CHECKING:
    from affekt.evaluation.runner import Evaluation, EvaluationOptions
    from affekt.evaluation.scores import Score


def corpus_options(command: Any) -> Any:
    """Add the options that say what is scored on, which `evaluate` and `compare` share."""
    options = (
        click.option("--on", "corpus", metavar="CORPUS[:SPLIT]", help="What to score on."),
        click.option("--space", metavar="NAME", help="Score in this label space instead of the corpus's own."),
        click.option("--language", metavar="CODE", help="Only items in this language, as in `de`."),
        click.option(
            "--where",
            multiple=True,
            metavar="NAME=VALUE",
            help="Only items whose condition has this value: variety=deu.",
        ),
        click.option("--folder", type=click.Path(file_okay=False, path_type=Path), help="Where the corpus lies."),
        click.option("--limit", type=click.IntRange(1), help="Score at most so many items, drawn at random."),
        click.option("--seed", type=int, default=0, show_default=True, help="For what is drawn."),
        click.option(
            "--resamples", type=click.IntRange(10), default=1000, show_default=True, help="For intervals and tests."
        ),
    )
    command = own_options(asking_options(command))
    for option in reversed(options):
        command = option(command)
    return command


@click.command("evaluate")
@click.argument("model", required=False)
@corpus_options
@click.option(
    "--suite", metavar="NAME", help="Score on a named set: text, text-labels, brighter, ser, speech-robustness …"
)
@click.option(
    "--protocol",
    "protocols",
    multiple=True,
    metavar="NAME",
    help="Of the suite ser: fixed, folds, speakers-mixed, sentences-and-speakers, within-sex, known, cross-corpus, "
    "across:CONDITION.",
)
@click.option("--seeds", type=click.IntRange(1), default=3, show_default=True, help="Of the suite ser: runs of each.")
@click.option("--smoke", is_flag=True, help="Of suites of speech: learn little from few, to see that it runs.")
@click.option(
    "--manifest",
    type=click.Path(exists=True, path_type=Path),
    help="Of speech: a table of several corpora (`affekt corpora manifest`), or the folder of CAMEO's files.",
)
@click.option("--by", metavar="NAME,…", help="Also score subgroups: language, speaker, split or a condition.")
@click.option(
    "--perturb",
    metavar="NAME,…|all",
    help="Ask again with texts changed (typos, upper=0.5) or sounds (noise, room:0.6).",
)
@click.option("--no-contamination", is_flag=True, help="Do not look for items among what the model learned from.")
@click.option("--results", type=click.Path(dir_okay=False, path_type=Path), help="Add the scores to this results file.")
@click.option(
    "--predictions", type=click.Path(file_okay=False, path_type=Path), help="Keep the answers item by item here."
)
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write a page with plots here.")
@click.option("--estimate", is_flag=True, help="Of an endpoint: say what asking would take and cost, and ask nothing.")
@json_option
def evaluate_command(
    model: str | None,
    suite: str | None,
    results: Path | None,
    predictions: Path | None,
    html: Path | None,
    estimate: bool,
    as_json: bool,
    **on: Any,
) -> None:
    """Score MODEL on a corpus: what suits its labels and dimensions, each with a 95 % interval.

    MODEL is one of ours (`affekt models`), a baseline (prior, all-positive, tfidf, vader), a file of predictions
    (.csv, .tsv, .jsonl, .parquet with a column `id`), a function or scikit-learn estimator `module:callable` or
    `path/to/file.py:callable` (one that is not fitted learns from the other splits), a Hugging Face checkpoint
    `hf:NAME_OR_PATH` (`hf:PATH@FILE.onnx`), what knows labels by their names (`text-open`, or `entail:NAME_OR_PATH`, a
    model of entailment), or a chat model `endpoint:URL#MODEL` (`endpoint:echo` needs no server, and
    knows nothing).

    A corpus is one of `affekt corpora`, or a table or folder of your own (mine.csv, mine.csv:test), whose columns are
    found by their names or told by --column.

    The split is test, else the development split, else everything. Answers in other labels are converted by the
    maps of `affekt spaces`. Items that the model's card says it learned from are counted, and the scores given
    without them too. Intervals resample documents, dialogues or speakers where the corpus names them.

    The suite ser teaches methods of speech and scores them on speakers they have not heard: MODEL is then a method, or
    several with commas between, ``best`` for the five whose speakers to stop by were recalled best in --results, or
    left out for all; --on are corpora with commas between (ravdess). What was done is kept in runs/ser. The protocol
    across:CONDITION learns from clips of one value of a condition and scores those of another: acted and natural.

    With --manifest a model of speech is scored on every corpus and language of one table: macro-F1 of each, with the
    licences that bind the clips. MODEL is then a method (functionals-svm), which learns from other speakers of the
    same corpora, a model of speech, `file.py:callable` (of sounds at 16 kHz and their rate), or a table with id and
    label. Paths in the table are below --folder, or the table's own.

    The suite speech-robustness asks what loses how much when the sound changes, and who is heard worse: MODEL is a
    method of the suite ser, taught without the speakers it is scored on, a model of speech (card:NAME, a folder), or
    `module:callable` of a list of sounds and their rate; or several with commas between. Of the corpora named by --on
    the first is changed as --perturb says: conditions such as pink:10 or room:0.6+babble:5, groups of them (noise,
    room, distance, level, clipping, speed, codec, loss), quick, or all (the default); the others are heard as they
    are. Answers are kept in runs/speech-robustness.

    With --perturb the model is asked again with the texts written differently (typos, capitals, no punctuation, as
    recognised speech …), and told are the drop of the first score and how many answers flip.
    """
    protocols, seeds, smoke, manifest = (on.pop(name) for name in ("protocols", "seeds", "smoke", "manifest"))
    if suite == SPEECH_SUITE:
        evaluate_speech(
            model,
            corpora=on["corpus"],
            protocols=protocols,
            how=(seeds, on["resamples"], smoke),
            results=results,
            as_json=as_json,
        )
        return
    if suite == AUDIT_SUITE:
        audit_speech(model, on={**on, "smoke": smoke}, results=results, html=html, as_json=as_json)
        return
    if model is None:
        raise click.UsageError("Say which MODEL to score. `affekt models` lists ours.")
    if manifest is not None:
        how = (on["seed"], on["resamples"], smoke)
        evaluate_collection(model, manifest, root=on["folder"], how=how, results=results, as_json=as_json)
        return
    from affekt.evaluation.runner import evaluate, result_rows

    by, contamination, perturb = on.pop("by"), not on.pop("no_contamination"), on.pop("perturb")
    if estimate:
        _estimate(model, suite, on)
        return
    if suite is not None:
        _evaluate_suite(model, suite, results, as_json, on, contamination=contamination, perturb=perturb)
        return
    find = take_subjects(on)
    corpus, options = asked(on, by=by, contamination=contamination, perturb=perturb)
    found = evaluate(find(model), corpus, options)
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
    if found.perturbed:
        click.echo()
        print_listing(_perturbed_listing(found))
    if found.answers.bill is not None:
        click.echo()
        print_listing(Listing(("Asking", "Took"), found.answers.bill.rows()))
    click.echo()
    for note in found.notes:
        click.echo(f"- {note}")


def _evaluate_suite(
    model: str,
    suite: str,
    results: Path | None,
    as_json: bool,
    on: dict[str, Any],
    *,
    contamination: bool,
    perturb: str | None,
) -> None:
    """Score a model on each corpus of a suite; one that is not here, or that it cannot answer, is told and left out."""
    from affekt.errors import InputError
    from affekt.evaluation.records import write_results
    from affekt.evaluation.runner import result_rows
    from affekt.evaluation.suite_scores import LeftOut, mean_rows, score_suite, suite_means

    if on["corpus"] is not None or on["space"] is not None or on["language"] is not None or on["where"]:
        raise InputError("A suite says by itself what is scored: leave --on, --space, --language and --where out.")
    subject = take_subjects(on)(model)
    _, options = asked({**on, "corpus": ""}, by=None, contamination=contamination, perturb=perturb)
    records, rows, left_out, done = [], [], [], []
    for part, found in score_suite(subject, suite, options):
        if isinstance(found, LeftOut):
            left_out.append(f"{part.name}{f' in {part.space}' if part.space else ''}: {found.reason}")
            continue
        done.append((part, found))
        if results is not None:
            write_results(results, result_rows(found))
        records.append({"part": part.name, **evaluation_record(found)})
        space = "-" if found.target.space is None else found.target.space.name
        answered = number(found.scores["answered"].value)
        rows.append((part.name, space, found.primary, *_cells(found.scores[found.primary]), answered))
    means = suite_means(done, options)
    if results is not None:
        write_results(results, [row for each in means for row in mean_rows(each)])
    if as_json:
        told = [{"name": each.name, "metric": each.metric, **_plain(each.score)} for each in means]
        told_of = {"suite": suite, "model": subject.name, "evaluations": records, "means": told}
        print_json({**told_of, "left_out": left_out})
        return
    rows += [(f"mean of {each.count}: {each.name}", "-", each.metric, *_cells(each.score), "-") for each in means]
    if rows:
        print_listing(Listing(("Corpus", "Space", "Metric", "Value", "95 %", "Items", "Answered"), tuple(rows)))
    for line in left_out:
        click.echo(f"- left out: {line}", err=True)


def _cells(score: Score) -> tuple[str, str, str]:
    return number(score.value), f"{number(score.low)} to {number(score.high)}", f"{score.n:,}"


def _estimate(model: str, suite: str | None, on: dict[str, Any]) -> None:
    """Print what asking an endpoint would take."""
    from affekt.errors import InputError
    from affekt.evaluation.endpoint import estimate_endpoint
    from affekt.evaluation.runner import prepare

    if not model.startswith("endpoint:"):
        raise InputError(f"{model} costs nothing to ask: --estimate is for endpoint:URL#MODEL.")
    if suite is not None:
        raise InputError("--estimate looks at one corpus: name it with --on.")
    how = take_asking(on)
    prepared = prepare(*asked(on, by=None, contamination=False))
    chosen = how["endpoint"]
    found = estimate_endpoint(model.removeprefix("endpoint:"), prepared.question, space=how["space"], options=chosen)
    click.echo(found.sentence(chosen.price))


def asked(
    on: dict[str, Any], *, by: str | None, contamination: bool, perturb: str | None = None
) -> tuple[str, EvaluationOptions]:
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
        perturb=perturb,
        where=_where(on["where"]),
        folder=on["folder"],
        description=take_description(on),
    )


def _where(given: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    from affekt.errors import InputError

    pairs = []
    for each in given:
        name, equals, value = each.partition("=")
        if not (name and equals and value):
            raise InputError(f"--where takes NAME=VALUE, as in variety=deu; got {each!r}.")
        pairs.append((name, value))
    return tuple(pairs)


def number(value: float) -> str:
    """Return a score as it is printed: three places, a dash where it is not defined."""
    return "-" if math.isnan(value) else f"{round(value, 3) + 0.0:.3f}"  # never -0.000


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


def _perturbed_listing(found: Evaluation) -> Listing:
    """Return a row per perturbation: the first score, its drop, and how many answers became others."""
    each = list(found.perturbed.values())
    other = "Flipped" if any(p.flipped is not None for p in each) else "Valence moved"
    rows = []
    for p in each:
        shown = ["-", "-"] if p.told is None else [number(p.told.value), f"{p.told.n:,}"]
        bounds = f"{number(p.drop.low)} to {number(p.drop.high)}"
        rows.append((p.name, number(p.score.value), number(p.drop.value), bounds, *shown))
    return Listing(("Perturbed by", each[0].metric, "Drop", "95 %", other, "Changed items"), tuple(rows))


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
        "metrics": {name: _plain(score) for name, score in found.all_scores.items()},
        "notes": list(found.notes),
    }
    if found.answers.bill is not None:
        record["asking"] = found.answers.bill.to_dict()
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
