"""Options that say how a subject of somebody else's is asked: a chat endpoint, a checkpoint with labels of its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from affekt.cli.endpoints import endpoint_options, take_client, take_price

if TYPE_CHECKING:
    from affekt.evaluation.answers import Subject
    from affekt.evaluation.endpoint import EndpointOptions
    from affekt.types import LabelSpace


def asking_options(command: Any) -> Any:
    """Add the options of endpoints and checkpoints; `take_subjects` gathers them."""
    options = (
        click.option("--answers-in", metavar="NAME", help="The label space of a table's or a function's answers."),
        click.option(
            "--answer-labels",
            metavar="OLD=NEW,…",
            help="What a checkpoint's labels are called in the space, as in LABEL_0=negative,LABEL_1=positive.",
        ),
        click.option(
            "--labels",
            metavar="LIST|FILE",
            help="Of text-open and entail: what labels mean, as in `joy: great pleasure`; a list, or a line each.",
        ),
        click.option(
            "--workers",
            type=click.IntRange(1, 256),
            default=4,
            show_default=True,
            help="Of an endpoint: calls at once.",
        ),
        click.option(
            "--shots",
            type=click.IntRange(0),
            default=0,
            show_default=True,
            help="Of an endpoint: examples shown to it.",
        ),
        endpoint_options("an endpoint"),
    )
    for option in reversed(options):
        command = option(command)
    return command


def take_subjects(on: dict[str, Any]) -> Callable[[str], Subject]:
    """Take the options of `asking_options` out of `on`; return what finds a subject by its name with them."""
    from affekt.evaluation.subjects import find_subject

    return partial(find_subject, **take_asking(on))


def take_asking(on: dict[str, Any]) -> dict[str, Any]:
    """Take the options of `asking_options` out of `on`; return them as `find_subject` wants them."""
    from affekt.affect.spaces import find_space

    space: LabelSpace | None = None
    if (named := on.pop("answers_in")) is not None:
        space = find_space(named)
    asked: dict[str, Any] = {"space": space, "endpoint": _endpoint(on), "names": _names(on.pop("answer_labels"))}
    if (labels := on.pop("labels")) is not None:
        from affekt.cli.own_labels import take_labels

        asked["labels"] = take_labels(labels)
    return asked


def _endpoint(on: dict[str, Any]) -> EndpointOptions:
    from affekt.evaluation.endpoint import EndpointOptions
    from affekt.language.asking import AskOptions

    return EndpointOptions(
        client=take_client(on),
        ask=AskOptions(workers=on.pop("workers")),
        tokens=on.pop("answer_tokens"),
        shots=on.pop("shots"),
        price=take_price(on),
        told=lambda sentence: click.echo(sentence, err=True),
    )


def _names(text: str | None) -> dict[str, str]:
    """Return the names that ``OLD=NEW,…`` gives. Raises `InputError`."""
    from affekt.errors import InputError

    names: dict[str, str] = {}
    for part in (text or "").split(",") if text else []:
        old, mark, new = (each.strip() for each in part.partition("="))
        if not mark or not old or not new or old in names:
            raise InputError(f"{part!r} names no label, or one twice. Write --answer-labels OLD=NEW,OLD=NEW.")
        names[old] = new
    return names
