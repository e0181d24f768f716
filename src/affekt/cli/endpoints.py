"""Options that every verb with a chat endpoint takes: how long it may answer, how often it is asked, what it costs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from affekt.language.client import ClientOptions
    from affekt.language.usage import Price

_FOLDER = click.Path(file_okay=False, path_type=Path)
NAMES = ("price", "answer_tokens", "timeout", "retries", "replies")


def endpoint_options(of: str) -> Callable[[Any], Any]:
    """Return what adds the options `NAMES` to a command; each help begins with ``Of`` and what asks."""
    options = (
        click.option("--price", metavar="IN,OUT", help=f"Of {of}: what a million tokens cost [AFFEKT_ENDPOINT_PRICE]."),
        click.option(
            "--answer-tokens",
            type=click.IntRange(1),
            default=200,
            show_default=True,
            help=f"Of {of}: longest reply; give one that thinks first thousands.",
        ),
        click.option(
            "--timeout",
            type=click.FloatRange(0, min_open=True),
            metavar="SECONDS",
            default=60.0,
            show_default=True,
            help=f"Of {of}: when a call counts as lost.",
        ),
        click.option(
            "--retries",
            type=click.IntRange(0),
            default=3,
            show_default=True,
            help=f"Of {of}: how often a lost call is made again.",
        ),
        click.option(
            "--replies",
            type=_FOLDER,
            default=Path("runs/endpoint"),
            show_default=True,
            help=f"Of {of}: where replies are kept.",
        ),
    )

    def add(command: Any) -> Any:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def take_client(on: dict[str, Any]) -> ClientOptions:
    """Take what says how an endpoint is called out of `on`."""
    from affekt.language.client import ClientOptions

    return ClientOptions(timeout=on.pop("timeout"), retries=on.pop("retries"), cache=on.pop("replies"))


def take_price(on: dict[str, Any]) -> Price | None:
    """Take the price out of `on`: the option's, else the environment's. Raises `InputError` for no price."""
    from affekt.language.usage import known_price

    return known_price(on.pop("price"))
