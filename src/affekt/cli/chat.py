"""Options of `affekt annotate` that say how a chat model is asked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from affekt.cli.endpoints import NAMES, endpoint_options, take_client, take_price

if TYPE_CHECKING:
    from affekt.language.prompts import Example

_TABLE = click.Path(dir_okay=False, exists=True, path_type=Path)
_ONLY = ("template", "definitions", "examples", "dimensions", *NAMES)


def chat_options(command: Any) -> Any:
    """Add the options of chat models; `take_chat` gathers them."""
    options = (
        click.option(
            "--template",
            metavar="NAME|FILE",
            help="Of a chat model: how it is asked: reader, reasoning, cotr (translate and label), or a file of yours "
            "with {text}, {labels} or {definitions}, {examples} and {form}.",
        ),
        click.option(
            "--definitions/--no-definitions", default=True, help="Of a chat model: show what labels mean. Default: yes."
        ),
        click.option(
            "--examples",
            metavar="FILE",
            type=_TABLE,
            help="Of a chat model: a table to show with its answers, in the text column and --gold (or `labels`).",
        ),
        click.option(
            "--dimensions", is_flag=True, help="Of a chat model: ask for valence, arousal, dominance, not labels."
        ),
        click.option("--estimate", is_flag=True, help="Of a chat model: say what it would take, and ask nothing."),
        endpoint_options("a chat model"),
    )
    for option in reversed(options):
        command = option(command)
    return command


def take_chat(options: dict[str, Any], *, column: str, gold: str | None) -> None:
    """Turn the options of `chat_options` among `options` into `asking`, None for a model of ours.

    Raises `InputError` for examples or a price that cannot be read.
    """
    from affekt.analysis.asking import is_endpoint

    given = {name: options.pop(name) for name in _ONLY}
    workers = options.pop("workers")
    options["workers"], options["asking"] = workers or 1, None
    if not is_endpoint(options["model"]):
        if given["template"] or given["examples"] or given["dimensions"]:
            raise click.UsageError("--template, --examples and --dimensions are for --model endpoint:URL#MODEL.")
        return
    if given["dimensions"] and gold is not None:
        raise click.UsageError("--gold compares labels, and --dimensions asks for none. Leave one out.")
    from affekt.analysis.asking import Asking
    from affekt.language.asking import AskOptions

    template = given["template"]
    options["asking"] = Asking(
        template=template if template is None or not Path(template).is_file() else Path(template),
        definitions=given["definitions"],
        examples=_examples(given["examples"], column, gold, options["space"]) if given["examples"] else (),
        dimensions=given["dimensions"],
        tokens=given["answer_tokens"],
        client=take_client(given),
        ask=AskOptions(workers=workers or 4),
        price=take_price(given),
    )


def _examples(path: Path, column: str, gold: str | None, space: str | None) -> tuple[Example, ...]:
    """Return the rows of a table of examples: texts in `column`, labels in `gold` (``labels``)."""
    from affekt.affect.spaces import find_space
    from affekt.analysis.gold import given_labels
    from affekt.errors import InputError
    from affekt.language.prompts import Example
    from affekt.ratings.opening import open_table

    if space is None:
        raise InputError("Examples are shown with labels: say of which space (`--space`).")
    source, target = open_table(path), find_space(space)
    texts, cells = source.texts([source.check(column), source.check(gold or "labels")])
    found = []
    for row, (text, cell) in enumerate(zip(texts, cells, strict=True), 1):
        if text is None:
            raise InputError(f"{path}, row {row}: an example without text.")
        labels = given_labels(cell, target) or ()
        for label in labels:
            target.index(label)
        found.append(Example(text, labels))
    return tuple(found)
