"""What `affekt train` and `affekt distill` share: a run that says how far it is, how it was told, what came of it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from affekt.cli.evaluate import number
from affekt.cli.failures import Interruption
from affekt.cli.listing import Listing, json_option, print_details, print_json, print_listing
from affekt.cli.progress import duration
from affekt.cli.terminal import is_terminal, screen
from affekt.errors import MissingDependencyError

if TYPE_CHECKING:
    from affekt.evaluation.own_model import Step, TrainedModel
    from affekt.training.fine_tuning import Plan


def run_options(command: Any) -> Any:
    """Return the command with the options of a run that makes a model: its name, seed, folder, and how it begins."""
    folder = click.Path(file_okay=False, path_type=Path)
    options = (
        click.option("--name", default="", help="What the model is called. Default: the name of its folder."),
        click.option(
            "--seed", type=int, default=0, show_default=True, help="What draws parts, batches and first weights."
        ),
        click.option("--folder", type=folder, help="Where a corpus by name lies, if elsewhere."),
        click.option("--restart", is_flag=True, help="Begin anew instead of going on where an earlier run stopped."),
        click.option("--overwrite", is_flag=True, help="Replace the model in the folder."),
        click.option("--quiet", is_flag=True, help="No progress and no notes."),
        json_option,
    )
    for option in reversed(options):
        command = option(command)
    return command


@contextmanager
def learning(what: str, *, quiet: bool) -> Iterator[Callable[[Step], None]]:
    """Give a function that draws how far learning is. `what` is called so where something is not installed.

    Raises `MissingDependencyError` with the install line, and `Interruption` on Ctrl-C.
    """
    try:
        with _progress(quiet=quiet) as tell:
            yield tell
    except ModuleNotFoundError as error:
        raise MissingDependencyError(
            f"{what} needs {error.name}. Install what it takes: pip install 'affekt[train]'"
        ) from error
    except KeyboardInterrupt as error:
        raise Interruption("Stopped. Give the same command again to go on, or add --restart to begin anew.") from error


def told_plan(on: Mapping[str, Any], base: str) -> tuple[dict[str, Any], Plan | None]:
    """Return epochs, batch and rate as they were told, and the plan of fine-tuning `base` that they make.

    The plan is None where nothing was told, and of shapes that hear, which take what was told by themselves.
    """
    from affekt.evaluation.own_options import SHAPES

    told = {"epochs": on["epochs"], "batch": on["batch_size"], "learning_rate": on["learning_rate"]}
    told = {name: value for name, value in told.items() if value is not None}
    if not told or base in SHAPES:
        return told, None
    from affekt.training.own_tuning import default_plan

    return told, default_plan(base, seed=on["seed"], **told)


def print_made(made: TrainedModel, *, as_json: bool, quiet: bool) -> None:
    """Print what came of it: the card as JSON, or scores and where the model lies."""
    if as_json:
        print_json({"folder": str(made.folder), **made.card})
    else:
        _show(made, quiet=quiet)


def _show(made: TrainedModel, *, quiet: bool) -> None:
    scores, trained = made.scores, made.card["training"]
    rows = []
    for name, each in scores.test.scores.items():
        dev = "-" if scores.dev is None or name not in scores.dev.scores else number(scores.dev.scores[name].value)
        row = [name, dev, number(each.value), f"{number(each.low)} to {number(each.high)}", f"{each.n:,}"]
        if scores.contrast is not None:
            row.append(number(scores.contrast.scores[name].value) if name in scores.contrast.scores else "-")
        rows.append(tuple(row))
    print_listing(
        Listing(("Metric", "Dev", "Test", "95 %", "Items", *((scores.beside,) if scores.contrast else ())), tuple(rows))
    )
    click.echo()
    counts = ", ".join(f"{name} {count:,}" for name, count in trained["counts"].items())
    what = "your.wav" if made.card.get("modality") == "speech" else '"your words"'
    said: dict[str, str | list[str]] = {
        "Model": str(made.folder),
        "About": str(made.card["summary"]),
        "Items": counts,
        "Report": str(made.folder / "report.html"),
        "Took": duration(trained["seconds"]),
        "Use it": f"affekt analyze {what} --model {'' if made.folder.is_absolute() else './'}{made.folder}",
    }
    if scores.gain is not None:
        found = scores.gain.found
        said[f"Beside {scores.beside}"] = (
            f"{scores.gain.metric} {found.difference:+.3f} ({found.low:+.3f} to {found.high:+.3f}), "
            f"p {found.p_value:.3f}"
        )
    print_details(said)
    if not quiet:
        for note in trained["notes"]:
            click.echo(f"- {note}")


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Callable[[Step], None]]:
    """Give a function that draws what is being done, how far it is and how long it takes; on a terminal only."""
    if quiet or not is_terminal(sys.stderr):
        yield lambda step: None
        return
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    with Bar(
        BarColumn(bar_width=24),
        TextColumn("{task.fields[words]}"),
        console=screen(sys.stderr),
        transient=True,
        refresh_per_second=4,
    ) as bar:
        task = bar.add_task("", total=1.0, words="")

        def draw(step: Step) -> None:
            words = step.doing if step.seconds_left is None else f"{step.doing}  {100 * step.done:.0f} %"
            if step.seconds_left is not None:
                words += f"  {duration(step.seconds_left)} left"
            bar.update(task, completed=step.done, words=words)

        yield draw
