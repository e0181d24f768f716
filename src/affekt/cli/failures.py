"""How a command ends when it cannot do what was asked: one message, one exit code, no traceback."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import click

from affekt.cli.terminal import abandon_stdout
from affekt.errors import AffektError, LicenceError, UnknownNameError

CANNOT, WRONG_COMMAND, INTERRUPTED, BROKEN_PIPE = 1, 2, 130, 141

EXIT_CODES = {
    0: "done",
    CANNOT: "could not: the input cannot be read, the output cannot be written, something is not installed",
    WRONG_COMMAND: "wrong command line: an unknown option or name, a licence not accepted",
    INTERRUPTED: "stopped by Ctrl-C",
    BROKEN_PIPE: "whoever read the output stopped reading (`affekt … | head`)",
}


class Failure(click.ClickException):
    """A command that ends: the message goes to stderr after "Error: ", `exit_code` to the shell."""

    def __init__(self, message: str, exit_code: int = CANNOT) -> None:
        super().__init__(message)
        self.exit_code = exit_code  # type: ignore[misc]  # click declares it for the class, and reads it from the value


class Interruption(Failure):
    """A command stopped by Ctrl-C: says how to go on, exits with 130."""

    def __init__(self, message: str = "Interrupted.") -> None:
        super().__init__(message, INTERRUPTED)

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the message by itself: being asked to stop is no error."""
        click.echo(f"\n{self.message}", file=file, err=file is None)


def failure(error: AffektError) -> Failure:
    """Return how a command ends on `error`: 2 where another command line would do, else 1."""
    return Failure(str(error), WRONG_COMMAND if isinstance(error, (UnknownNameError, LicenceError)) else CANNOT)


@contextmanager
def told_plainly() -> Iterator[None]:
    """Turn what affekt and the system raise inside into a message and an exit code.

    A pipe that closes early (``affekt … | head``) ends the command without a word and with 141, as
    the shell reports it of any other program.
    """
    try:
        yield
    except AffektError as error:
        raise failure(error) from error
    except KeyboardInterrupt as error:
        raise Interruption from error
    except BrokenPipeError as error:
        abandon_stdout()
        raise click.exceptions.Exit(BROKEN_PIPE) from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) and not error.filename:
            abandon_stdout()
        where = f" ({error.filename})" if error.filename else ""
        raise Failure(f"The system refused: {error.strerror or error}{where}.") from error
