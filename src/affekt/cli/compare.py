"""``affekt compare``: two or more systems on the same items, with paired tests."""

from __future__ import annotations

from typing import Any

import click

from affekt.cli.asking import take_subjects
from affekt.cli.evaluate import asked, corpus_options, number
from affekt.cli.listing import Listing, json_option, print_json, print_listing


@click.command("compare")
@click.argument("models", nargs=-1, required=True, metavar="A B [C…]")
@corpus_options
@click.option("--metric", multiple=True, metavar="NAME", help="Compare by this metric only. May be repeated.")
@json_option
def compare_command(models: tuple[str, ...], metric: tuple[str, ...], as_json: bool, **on: Any) -> None:
    """Compare two or more systems on the same items of a corpus; each may be whatever `affekt evaluate` takes.

    For every pair and metric: how much higher the first scores, its 95 % interval, and a two-sided p by approximate
    randomization over groups (documents, dialogues, speakers). With several pairs p is Holm-corrected, metric by
    metric.
    """
    from affekt.errors import InputError, unknown_name
    from affekt.evaluation.comparison import compare, holm
    from affekt.evaluation.runner import evaluate_prepared, prepare

    if len(models) < 2:
        raise InputError("Name two systems or more to compare, such as: affekt compare text text-nano --on goemotions")
    find = take_subjects(on)
    corpus, options = asked(on, by=None, contamination=False)
    subjects = [find(name) for name in models]
    prepared = prepare(corpus, options)
    found = [evaluate_prepared(subject, prepared, options) for subject in subjects]
    known = [name for name in found[0].scores if all(name in each.scores for each in found)]
    for name in metric:
        if name not in known:
            raise unknown_name("metric", name, known, f"affekt evaluate {models[0]} --on {corpus}")
    rows = holm(compare(found, metrics=metric, resamples=options.resamples, seed=options.seed))
    shown = [name for name in known if not metric or name in metric]
    bills = {model: each.answers.bill for model, each in zip(models, found, strict=True) if each.answers.bill}
    if as_json:
        target = prepared.target
        print_json(
            {
                "corpus": target.corpus,
                "split": target.split,
                "space": None if target.space is None else target.space.name,
                "items": len(target),
                "scores": {
                    model: {name: float(each.scores[name].value) for name in shown}
                    for model, each in zip(models, found, strict=True)
                },
                "differences": [
                    {"a": models[row.first], "b": models[row.second], "metric": row.metric, **row.numbers()}
                    for row in rows
                ],
                "asking": {model: bill.to_dict() for model, bill in bills.items()},
                "notes": list(prepared.target.notes),
            }
        )
        return
    columns = ("Metric", *models)
    print_listing(
        Listing(columns, tuple((name, *(number(each.scores[name].value) for each in found)) for name in shown))
    )
    click.echo()
    print_listing(
        Listing(
            ("Metric", "A", "B", "A − B", "95 %", "p", "Items"),
            tuple(
                (
                    row.metric,
                    models[row.first],
                    models[row.second],
                    f"{row.found.difference:+.3f}",
                    f"{number(row.found.low)} to {number(row.found.high)}",
                    f"{row.p_value:.3g}",
                    f"{row.n:,}",
                )
                for row in rows
            ),
        )
    )
    if bills:
        click.echo()
        each_row = zip(*(bill.rows() for bill in bills.values()), strict=True)
        took = tuple((row[0][0], *(value for _, value in row)) for row in each_row)
        print_listing(Listing(("Asking", *bills), took))
    for note in prepared.target.notes:
        click.echo(f"- {note}")
