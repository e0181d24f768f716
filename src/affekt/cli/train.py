"""``affekt train``: from a labelled table to a model of one's own, scored, in a folder that ``--model`` takes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from affekt.cli.learning import learning, print_made, run_options, told_plan
from affekt.cli.own import own_options, scales_of, take_description
from affekt.errors import InputError

if TYPE_CHECKING:
    from affekt.evaluation.own_model import TrainOptions
    from affekt.evaluation.own_table import Asked

_METHODS = ("frozen", "fine-tune")
_KINDS = ("exclusive", "multi-label", "ordinal", "dimensional", "votes")


@click.command("train")
@click.argument("table", metavar="TABLE|CORPUS")
@click.option(
    "--labels",
    multiple=True,
    metavar="COLUMN[,COLUMN…]",
    help="The column of labels; several: a column of 0 and 1 each, numbers each (valence,arousal), or a rater each.",
)
@own_options
@click.option("--kind", type=click.Choice(_KINDS), help="What the labels are, where the columns do not tell.")
@click.option("--ordinal", metavar="LOW,…,HIGH", help="The labels are levels: all of them, lowest first.")
@click.option("--space", metavar="NAME", help="Learn the labels in this space, by the maps of `affekt spaces`.")
@click.option(
    "--base",
    metavar="NAME",
    default="text",
    show_default=True,
    help="What is built on: text, text-nano, text-multi, minilm, a checkpoint's folder, or hf:NAME. Of sound what the "
    "network looks like: speech, speech-nano, wav2small.",
)
@click.option(
    "--method",
    type=click.Choice(_METHODS),
    help="frozen: a head on the base; fine-tune: the whole encoder. Default: by the number of rows.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="The folder of the model. Default: TABLE-model here.",
)
@click.option("--most", type=click.IntRange(min=1), metavar="N", help="Learn from N rows at most, drawn at random.")
@click.option("--hard", is_flag=True, help="Learn the agreed label even where there are raters' votes.")
@click.option("--licence", metavar="NAME", default="", help="The licence of the data, for the model's card.")
@click.option("--epochs", type=click.IntRange(min=1), help="Of fine-tuning: at most so many.")
@click.option("--batch-size", type=click.IntRange(min=1), help="Of fine-tuning: texts learned from at once.")
@click.option("--learning-rate", type=click.FloatRange(0, min_open=True), help="Of fine-tuning: the highest rate.")
@click.option(
    "--checkpoint-every", type=click.FloatRange(0), default=60.0, show_default=True, help="Of fine-tuning: seconds."
)
@run_options
def train_command(*, table: str, output: Path | None, quiet: bool, as_json: bool, **on: Any) -> None:
    """Train a model on a labelled table, or on a corpus, and score it.

    `--column NAME` is the column of text, `--column ROLE=NAME` another. The rows are parted in three, by the
    column `split` if there is one: no text, near-double, group or speaker is in two. Labels are what the
    columns hold: one label, several (joy|surprise), numbers, raters' votes. Up to some thousand rows train a
    head on what the base sees, in seconds; more fine-tune the encoder. Thresholds and calibration come from
    dev, and test is scored once, beside TF-IDF. A run that was stopped goes on when the same command is given
    again.

    A table whose rows are files of sound (a column `path`, `file`, `audio` …) trains a network of speech from
    scratch; say who speaks (a column `speaker`), so that no voice is in two parts. Labels are one emotion each,
    several, levels, votes, or valence, arousal and dominance.

    The folder holds the weights, card.json and report.html, and is a model wherever one is named.

    \b
    affekt train reviews.csv --column review --labels emotion -o mine
    affekt train posts.csv --labels valence,arousal --scale 1,9 -o mine-va
    affekt analyze "what a day" --model ./mine
    affekt evaluate ./mine --on holdout.csv
    affekt train clips.csv --labels emotion --base speech-nano -o voices
    """
    from affekt.evaluation.own_model import train

    output = output or Path(f"{Path(table).name.partition('.')[0]}-model")
    asked, options = _asked(table, on), _options(on)
    with learning("Training", quiet=quiet or as_json) as tell:
        made = train(asked, output, options, tell)
    print_made(made, as_json=as_json, quiet=quiet)


def _asked(table: str, on: dict[str, Any]) -> Asked:
    """Return what is to be learned, as the options say."""
    from affekt.evaluation.own_table import Asked

    texts = [each for each in on["columns"] if "=" not in each]
    if len(texts) > 1:
        raise InputError(f"The text is in one column, got {', '.join(texts)}. Other roles are told as ROLE=NAME.")
    on["columns"] = tuple(each for each in on["columns"] if "=" in each)
    scale: dict[str, tuple[float, float]] = {}
    for each in on.pop("scale"):
        told = scales_of((each,))
        scale |= told if "=" in each else {"": next(iter(told.values()))}
    labels = tuple(name.strip() for each in on["labels"] for name in each.split(",") if name.strip())
    levels = tuple(name.strip() for name in (on["ordinal"] or "").split(",") if name.strip())
    return Asked(
        source=table,
        labels=labels,
        text=texts[0] if texts else None,
        kind=on["kind"],
        levels=levels,
        scale=scale,
        space=on["space"],
        description=take_description(on),
        folder=on["folder"],
    )


def _options(on: dict[str, Any]) -> TrainOptions:
    """Return how to train, as the options say."""
    from affekt.evaluation.own_model import TrainOptions

    told, plan = told_plan(on, on["base"])
    return TrainOptions(
        base=on["base"],
        method=on["method"],
        most=on["most"],
        seed=on["seed"],
        name=on["name"],
        licence=on["licence"],
        votes=not on["hard"],
        overwrite=on["overwrite"],
        restart=on["restart"],
        plan=plan,
        checkpoint_s=on["checkpoint_every"],
        heard={**told, "checkpoint_s": on["checkpoint_every"]} if told else {},
    )
