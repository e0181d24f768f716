"""``affekt conditions``: how well emotion and words are recognised under each condition of a corpus."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from affekt.cli.listing import Listing, json_option, print_json, print_listing

if TYPE_CHECKING:
    from affekt.evaluation.condition_answers import ConditionAnswers
    from affekt.metrics.resampling import Estimate

_TABLES = (".csv", ".tsv", ".jsonl", ".parquet")


@click.command("conditions")
@click.argument("answers", required=False, metavar="[ANSWERS|MODEL]")
@click.option("--on", "corpus", required=True, metavar="CORPUS[:SPLIT]", help="Which recordings the answers are about.")
@click.option("--by", default="emotion", show_default=True, metavar="NAME,…", help="Conditions, as in position_group.")
@click.option("--label", metavar="COLUMN", help="The column of labels in ANSWERS, if it is not label.")
@click.option("--transcript", metavar="COLUMN", help="The column of words in ANSWERS, if it is not transcript.")
@click.option("--words", metavar="NAME", help="Recognise the words: pocketsphinx, or endpoint:URL#MODEL.")
@click.option("--keep", type=click.Path(dir_okay=False, path_type=Path), help="Write what was answered here (CSV).")
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), help="Where the corpus lies.")
@click.option("--resamples", type=click.IntRange(10), default=1000, show_default=True, help="For intervals.")
@json_option
def conditions_command(
    answers: str | None,
    corpus: str,
    by: str,
    words: str | None,
    keep: Path | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Print UA of emotions and WER of words over all recordings of a corpus and under each of its conditions.

    ANSWERS is a table (.csv, .tsv, .jsonl, .parquet) with the columns id and label, transcript or both; or a model that
    is asked now: a model of speech, a method of the suite ser, which learns from other speakers of the corpus, or
    `file.py:callable`, which is given sounds and their rate. With --words the recordings are transcribed, too.

    Conditions are those of the corpus (`affekt corpora NAME` tells them), and emotion, speaker, split, language. UA is
    the mean recall of the emotions that occur; WER is over all words, in lower case and without signs. Intervals
    resample speakers. Items without an answer count as wrong.
    """
    from affekt.errors import InputError
    from affekt.evaluation.condition_answers import (
        joined,
        read_condition_answers,
        score_by_condition,
        write_condition_answers,
    )

    folder, resamples = options["folder"], options["resamples"]
    columns = {name: options[name] for name in ("label", "transcript")}
    is_table = answers is not None and Path(answers).suffix.lower() in _TABLES
    if answers is None and words is None:
        raise click.UsageError("Say what answered: a table, a MODEL, or --words pocketsphinx.")
    if any(columns.values()) and not is_table:
        raise click.UsageError("--label and --transcript name columns of a table of ANSWERS.")
    told = read_condition_answers(Path(answers), **columns) if answers is not None and is_table else None
    if words is not None or told is None:
        asked = _asked(None if is_table else answers, words, corpus, folder)
        told = asked if told is None else joined(told, asked)
    if keep is not None:
        write_condition_answers(keep, told)
    names = tuple(name.strip() for name in by.split(",") if name.strip())
    if not names:
        raise InputError("--by takes one condition or several, as in --by emotion,sex.")
    scores = score_by_condition(corpus, told, by=names, folder=folder, resamples=resamples)
    if as_json:
        rows = [
            {
                "condition": each.condition,
                "value": each.value,
                "clips": each.clips,
                "ua": None if each.ua is None else each.ua._asdict(),
                "wer": None if each.wer is None else each.wer._asdict(),
            }
            for each in scores
        ]
        print_json({"corpus": corpus, "scores": rows})
        return
    lines = tuple(
        (each.condition, each.value, f"{each.clips:,}", *_cells(each.ua), *_cells(each.wer)) for each in scores
    )
    print_listing(Listing(("Condition", "Value", "Clips", "UA %", "95 %", "WER %", "95 %"), lines))


def _asked(model: str | None, words: str | None, corpus: str, folder: Path | None) -> ConditionAnswers:
    """What a model says of the recordings, and the words that were recognised."""
    from affekt.evaluation.collection import ask
    from affekt.evaluation.condition_answers import ask_about_conditions
    from affekt.language.recognition import open_recognizer

    return ask_about_conditions(
        corpus,
        label=None if model is None else lambda clips: ask(model, clips).labels,
        recognize=None if words is None else open_recognizer(words),
        folder=folder,
        cache=Path("runs/views"),
        tell=lambda done, all_: click.echo(f"{done:,} of {all_:,} transcribed", err=True) if done % 100 == 0 else None,
    )


def _cells(score: Estimate | None) -> tuple[str, str]:
    if score is None:
        return "-", "-"
    value, low, high = (f"{100 * number:.1f}" for number in score)
    return value, f"{low} to {high}"
