"""``affekt rank``: systems by their saved free-form answers."""

from __future__ import annotations

from pathlib import Path

import click

from affekt.cli.listing import Listing, json_option, print_json, print_listing
from affekt.errors import InputError

_PATH = click.Path(dir_okay=False, path_type=Path)


@click.command("rank")
@click.argument("truth", type=_PATH)
@click.argument("answers", nargs=-1, required=True, type=_PATH, metavar="ANSWERS…")
@click.option("--item", metavar="COLUMN", default="item", show_default=True, help="Which item a row is about.")
@click.option(
    "--words", metavar="COLUMN", default="words", show_default=True, help="The true words, or label, in TRUTH."
)
@click.option(
    "--answer", metavar="COLUMN", default="answer", show_default=True, help="What a system said, in each of ANSWERS."
)
@click.option(
    "--by",
    type=click.Choice(["sets", "label"]),
    help="Sets of words by F, or one label per item by hit rate. Default: label where every item has one word.",
)
@click.option("--wheel", "wheels", multiple=True, metavar="NAME", help="Compare through this wheel. May be repeated.")
@click.option("--level", type=click.Choice(["1", "2"]), default="1", show_default=True, help="1 coarse, 2 fine.")
@click.option("--resamples", type=click.IntRange(10), default=1000, show_default=True, help="For the intervals.")
@json_option
def rank_command(  # noqa: PLR0913 - click hands over one argument per option
    *,
    truth: Path,
    answers: tuple[Path, ...],
    item: str,
    words: str,
    answer: str,
    by: str | None,
    wheels: tuple[str, ...],
    level: str,
    resamples: int,
    as_json: bool,
) -> None:
    """Rank systems by what they answered, from saved files: emotion words are taken out of free text and compared
    with the true words through emotion wheels.

    TRUTH and each of ANSWERS are tables (CSV, TSV, JSONL, Parquet) with a row per item; a system is called by its
    file. An item without an answer counts as a wrong one. Nothing is asked again and no model runs.
    """
    from affekt.evaluation.saved_answers import rank_answers, read_answers

    names = [path.name.split(".")[0] for path in answers]
    if len(set(names)) < len(names):
        raise InputError("Two files of answers have the same name. Systems are called by their files: rename one.")
    ranked = rank_answers(
        read_answers(truth, item=item, answer=words),
        {name: read_answers(path, item=item, answer=answer) for name, path in zip(names, answers, strict=True)},
        single=None if by is None else by == "label",
        level=1 if level == "1" else 2,
        wheels=wheels or None,
        resamples=resamples,
    )
    if as_json:
        print_json(
            [
                {
                    "system": one.system,
                    "score": one.score._asdict(),
                    "precision": one.precision,
                    "recall": one.recall,
                    "items": one.items,
                    "unanswered": one.unanswered,
                    "wordless": one.wordless,
                }
                for one in ranked
            ]
        )
        return
    rows = tuple(
        (
            one.system,
            f"{one.score.value:.3f}",
            f"{one.score.low:.3f} to {one.score.high:.3f}",
            f"{one.precision:.3f}",
            f"{one.recall:.3f}",
            f"{one.items:,}",
            f"{one.unanswered:,}",
            f"{one.wordless:,}",
        )
        for one in ranked
    )
    columns = ("System", "Score", "95 %", "Precision", "Recall", "Items", "Unanswered", "Without words")
    print_listing(Listing(columns, rows))
