"""``affekt distill``: any teacher labels unlabelled sound or text, and a small model of one's own learns from it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from affekt.cli.learning import learning, print_made, run_options, told_plan
from affekt.cli.own import own_options, take_description

if TYPE_CHECKING:
    from affekt.evaluation.own_model import TrainOptions


@click.command("distill")
@click.argument("source", metavar="FOLDER|TABLE|CORPUS")
@click.option(
    "--teacher",
    required=True,
    metavar="NAME",
    help="Who labels: a model or its folder, hf:NAME, a table of scores, endpoint:URL#MODEL, entail:NAME, a function.",
)
@own_options
@click.option(
    "--base",
    "--shape",
    "base",
    metavar="NAME",
    help="The student. Of sound: speech, speech-nano, wav2small (72 thousand numbers at most). Of text as in `affekt "
    "train`. Default: speech, text.",
)
@click.option("--answers-in", metavar="SPACE", help="The labels of a teacher whose answers do not tell theirs.")
@click.option("--dimensions", is_flag=True, help="Learn valence, arousal and dominance where the teacher tells both.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The folder of the model. Default: SOURCE-model.")
@click.option("--most", type=click.IntRange(min=1), metavar="N", help="Learn from N items at most, drawn at random.")
@click.option("--licence", metavar="NAME", default="", help="What the data and answers may be used for, for the card.")
@click.option("--epochs", type=click.IntRange(min=1), help="Of learning: at most so many.")
@click.option("--batch-size", type=click.IntRange(min=1), help="Items learned from at once.")
@click.option("--learning-rate", type=click.FloatRange(0, min_open=True), help="The highest rate.")
@run_options
def distill_command(*, source: str, teacher: str, output: Path | None, quiet: bool, as_json: bool, **on: Any) -> None:
    """Teach a small model what a large one says of sound, or of text, that nobody has labelled.

    FOLDER holds files of sound; long ones are taken where someone speaks. A table names files (`path`) or holds
    texts; labels it may have are not looked at. The teacher is asked once and its answers are kept until the student
    is done; the student learns its probabilities. Scores say how far the student agrees with the teacher on speakers,
    files or texts it has not seen. A run that was stopped goes on when the same command is given again.

    A model of speech and hf: hear; endpoints, entail: and models of text read the words of a table's items (`text`),
    also to teach a student that hears. The folder is a model wherever one is named.

    \b
    affekt distill calls/ --teacher hf:./large-ser -o small
    affekt distill calls/ --teacher speech --shape wav2small -o tiny
    affekt distill clips.csv --teacher scores.parquet --answers-in ekman -o mine
    affekt analyze call.wav --model ./small
    """
    from affekt.affect.spaces import find_space
    from affekt.evaluation.distilling import Distilling, distill

    output = output or Path(f"{Path(source.rstrip('/')).name.partition('.')[0]}-model")
    asked = Distilling(
        source,
        teacher,
        space=find_space(on["answers_in"]) if on["answers_in"] else None,
        dimensions=on["dimensions"],
        description=take_description(on),
        folder=on["folder"],
    )
    with learning("Distilling", quiet=quiet or as_json) as tell:
        made = distill(asked, output, _options(on), tell)
    print_made(made, as_json=as_json, quiet=quiet)


def _options(on: dict[str, Any]) -> TrainOptions:
    from affekt.evaluation.own_model import TrainOptions

    base = on["base"] or "text"
    told, plan = told_plan(on, base)
    return TrainOptions(
        base=base,
        most=on["most"],
        seed=on["seed"],
        name=on["name"],
        licence=on["licence"],
        overwrite=on["overwrite"],
        restart=on["restart"],
        plan=plan,
        contrast=False,
        heard=told,
    )
