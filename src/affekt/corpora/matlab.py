"""Reading MATLAB files that hold a corpus's labels, without the recordings beside them where that can be."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from affekt.errors import CorpusError, MissingDependencyError


class Variable(NamedTuple):
    """A variable of a MATLAB file that was not loaded: its name and its shape."""

    name: str
    shape: tuple[int, ...]


def list_mat(path: Path) -> list[Variable]:
    """Return the variables of a MATLAB file by name and shape, without loading them.

    Raises `CorpusError` (absent, unreadable, MATLAB 7.3), `MissingDependencyError` without SciPy.
    """
    return [Variable(name, tuple(shape)) for name, shape, _ in _opened(path, "whosmat")]


def read_mat(path: Path, *names: str) -> dict[str, Any]:
    """Return the named variables of a MATLAB file as NumPy arrays (structs as arrays with field names).

    SciPy's reader makes arrays and never runs code. Raises `CorpusError` (absent, unreadable, MATLAB 7.3, a
    variable missing), `MissingDependencyError` without SciPy.
    """
    found: dict[str, Any] = _opened(path, "loadmat", variable_names=list(names))
    missing = [name for name in names if name not in found]
    if missing:
        raise CorpusError(f"{path} has no variable {', '.join(missing)}. Is it the official file?")
    return found


def _opened(path: Path, how: str, **options: Any) -> Any:
    try:
        import scipy.io
    except ImportError as error:
        raise MissingDependencyError(
            f"Reading {path.name} needs SciPy. Install it with: pip install 'affekt[train]'"
        ) from error
    if not path.is_file():
        raise CorpusError(f"{path.name} is not in {path.parent}. Put the corpus's official files there.")
    try:
        return getattr(scipy.io, how)(str(path), **options)
    except NotImplementedError as error:
        raise CorpusError(f"{path} is of MATLAB 7.3, expected is an older format, as the publisher's.") from error
    except Exception as error:  # SciPy raises whatever the broken bytes lead it to.
        raise CorpusError(f"{path} cannot be read ({error}). Fetch it again from the corpus's home.") from error
