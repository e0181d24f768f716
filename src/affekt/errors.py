"""Everything affekt raises on purpose.

AffektError
├── InputError (ValueError)              the thing to read cannot be read: empty, binary, wrong encoding
├── UnknownNameError (KeyError)          no label space, model, corpus … of that name; offers the nearest
├── ConversionError (ValueError)         one label space cannot become another
├── MissingDependencyError (ImportError) an optional package is not installed; gives the install line
├── CorpusError (OSError)                a corpus is absent, incomplete or fails its checksum
├── LicenceError (PermissionError)       a licence has to be accepted first
├── OutputError (OSError)                a result cannot be written
├── EndpointError (ConnectionError)      a chat endpoint refuses, or no longer answers
└── WorkerError (RuntimeError)           a process that did part of the work died
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class AffektError(Exception):
    """The root: catch this to catch whatever affekt raises on purpose."""

    def __str__(self) -> str:
        # KeyError would show the message's repr.
        return str(self.args[0]) if self.args else self.__class__.__name__


class InputError(AffektError, ValueError):
    """What was given to read cannot be read."""


class UnknownNameError(AffektError, KeyError):
    """There is nothing of that name; the message offers the nearest one."""


class ConversionError(AffektError, ValueError):
    """One label space cannot become another."""


class MissingDependencyError(AffektError, ImportError):
    """An optional package is not installed; the message gives the install line."""


class CorpusError(AffektError, OSError):
    """A corpus is absent, incomplete, or not what its checksum says."""


class LicenceError(AffektError, PermissionError):
    """A corpus asks for its licence to be accepted first."""


class OutputError(AffektError, OSError):
    """A result cannot be written."""


class EndpointError(AffektError, ConnectionError):
    """A chat endpoint refuses, or no longer answers; answers that were had are kept."""


class WorkerError(AffektError, RuntimeError):
    """A process that did part of the work died."""


def unknown_name(kind: str, name: str, known: Iterable[str], listing: str) -> UnknownNameError:
    """Return the error for `name`, naming the nearest known one and how to list them all.

    >>> print(unknown_name("label space", "ekmann", ["ekman", "plutchik"], "affekt spaces"))
    Unknown label space 'ekmann'. Did you mean 'ekman'? List them with `affekt spaces`.
    """
    nearest = get_close_matches(name, list(known), n=1, cutoff=0.5)
    hint = f" Did you mean {nearest[0]!r}?" if nearest else ""
    return UnknownNameError(f"Unknown {kind} {name!r}.{hint} List them with `{listing}`.")
