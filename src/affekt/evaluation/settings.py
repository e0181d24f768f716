"""A recipe's settings as flags: the frozen dataclass at its top is all it says of them."""

from __future__ import annotations

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from dataclasses import Field, fields
from typing import Any, ClassVar, Protocol, TypeVar


class _Settings(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


S = TypeVar("S", bound=_Settings)


def read_settings(kind: type[S], about: str | None, arguments: Sequence[str] | None = None) -> S:
    """Return the settings that the command line asks for; what it does not name keeps its default.

    kind: a dataclass whose fields all have defaults. Each is a flag (``--learning-rate`` for `learning_rate`) of its
    default's type; one that is a tuple may be given several times, a text each. about: what ``--help`` says, the
    recipe's docstring. A flag that is not there, or takes another type, ends the program with what is allowed.

    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Config:
    ...     learning_rate: float = 2e-3
    ...     endpoint: tuple[str, ...] = ()
    >>> read_settings(Config, None, ["--learning-rate", "0.1"])
    Config(learning_rate=0.1, endpoint=())
    """
    parser = ArgumentParser(description=about, formatter_class=RawDescriptionHelpFormatter)
    several = {option.name for option in fields(kind) if isinstance(option.default, tuple)}
    for option in fields(kind):
        flag = f"--{option.name.replace('_', '-')}"
        if option.name in several:
            parser.add_argument(flag, action="append", default=[], help="may be given several times")
        else:
            parser.add_argument(flag, type=type(option.default), default=option.default, help=f"{option.default}")
    given = vars(parser.parse_args(arguments))
    return kind(**{name: tuple(value) if name in several else value for name, value in given.items()})
