"""Where output goes: a screen that a person looks at, or a pipe that a program reads."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.console import Console


def is_screen(stream: TextIO) -> bool:
    """Return whether a person looks at `stream`: it is a terminal, or FORCE_COLOR says to treat it as one."""
    return bool(os.environ.get("FORCE_COLOR")) or stream.isatty()


def is_terminal(stream: TextIO) -> bool:
    """Return whether `stream` can show what moves: a bar that is drawn over and over would fill a log."""
    return stream.isatty()


def screen(stream: TextIO | None = None) -> Console:
    """Return a console on `stream` (stdout if None) that takes text as it is: no markup, no emoji codes, no guesses."""
    from rich.console import Console

    stream = stream or sys.stdout
    # A picture asked for in a pipe, without colour: no escape codes at all.
    plain = bool(os.environ.get("NO_COLOR")) and not stream.isatty()
    return Console(file=stream, markup=False, emoji=False, highlight=False, force_terminal=False if plain else None)


def use_replacements() -> None:
    """Let stdout show `?` for what its encoding lacks, instead of failing half way through an answer."""
    if not speaks_unicode(sys.stdout) and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")


def speaks_unicode(stream: TextIO) -> bool:
    """Return whether every character can be written to `stream`."""
    return (stream.encoding or "ascii").lower().replace("-", "").startswith("utf")


def abandon_stdout() -> None:
    """Drop what stdout still holds, so that the interpreter does not complain about it when it ends."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except (OSError, ValueError):  # no file behind it: a test's buffer
        pass
