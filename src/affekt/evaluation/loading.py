"""From ``module:callable`` or ``path/to/file.py:callable`` to the thing itself."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any

from affekt.errors import InputError


def load_callable(name: str) -> Any:
    """Return what ``module:callable`` or ``path/to/file.py:callable`` names.

    A module is looked for where Python looks, and in the current folder; beside a file its neighbours can be
    imported. Raises `InputError` where it cannot be found or imported.
    """
    module, attribute = _parts(name)
    file = _file(module)
    try:
        with _reachable(Path.cwd() if file is None else file.parent):
            loaded: Any = importlib.import_module(module) if file is None else _run(file)
    except ImportError as error:
        raise InputError(
            f"Cannot load {name}: {error}. Write module:callable, as Python imports it, or path/to/file.py:callable."
        ) from error
    except Exception as error:  # whatever somebody's module raises
        raise InputError(f"Cannot load {name}: importing it raised {type(error).__name__}: {error}.") from error
    for part in attribute.split("."):
        if not hasattr(loaded, part):
            public = [each for each in vars(loaded) if not each.startswith("_") and callable(getattr(loaded, each))]
            raise InputError(
                f"Cannot load {name}: there is no {part!r} in it. It has: {', '.join(public[:12]) or 'nothing'}."
            )
        loaded = getattr(loaded, part)
    return loaded


def load_reader(name: str) -> Any:
    """Return the function or estimator that `name` names; a class, or a function without parameters, makes it.

    Raises `InputError` where it can neither be called nor asked to predict.
    """
    loaded = load_callable(name)
    if isinstance(loaded, type) or (inspect.isfunction(loaded) and not inspect.signature(loaded).parameters):
        try:
            loaded = loaded()
        except TypeError as error:
            raise InputError(f"{name} cannot be made without arguments: {error}. Name a function that makes it.") from (
                error
            )
    if not callable(loaded) and not hasattr(loaded, "predict") and not hasattr(loaded, "predict_proba"):
        raise InputError(
            f"{name} is a {type(loaded).__name__}: neither a function nor an estimator. Name a function of a list of "
            "texts, a scikit-learn estimator, or a function without parameters that makes one."
        )
    return loaded


def needs_fitting(reader: Any) -> bool:
    """Return whether `reader` is a scikit-learn estimator that has not been fitted."""
    if not hasattr(reader, "fit") or not (hasattr(reader, "predict") or hasattr(reader, "predict_proba")):
        return False
    from sklearn.exceptions import NotFittedError
    from sklearn.utils.validation import check_is_fitted

    try:
        check_is_fitted(reader)
    except NotFittedError:
        return True
    except TypeError:
        # Something with the methods of an estimator that is none: it knows by itself whether it can predict.
        return False
    return False


def version_of(name: str) -> str:
    """Return what results call the version of ``file.py:callable``: a hash of the file; ``unversioned`` of a module."""
    file = _file(_parts(name)[0])
    return "unversioned" if file is None else f"sha256-{sha256(file.read_bytes()).hexdigest()[:12]}"


def _parts(name: str) -> tuple[str, str]:
    # The last colon: a path may have one of its own.
    module, _, attribute = name.rpartition(":")
    if not module or not attribute:
        raise InputError(
            f"{name!r} names no function. Write module:callable, such as my_models:read, or path/to/file.py:callable."
        )
    return module, attribute


def _file(module: str) -> Path | None:
    """Return the file that is meant, None where it is a module's name."""
    if not module.endswith(".py"):
        return None
    path = Path(module).expanduser()
    if not path.is_file():
        raise InputError(f"There is no file {module}. Write path/to/file.py:callable.")
    return path.resolve()


def _run(file: Path) -> ModuleType:
    """Return the module that a file is. It runs once: a second look gets the same module."""
    name = f"affekt_file_{sha256(str(file).encode()).hexdigest()[:12]}_{file.stem}"
    text = file.read_bytes()
    known = sys.modules.get(name)
    if known is not None and getattr(known, "__affekt_text__", None) == text:
        return known
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} is no Python")
    module = importlib.util.module_from_spec(spec)
    # Dataclasses and estimators look their module up by name.
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    module.__dict__["__affekt_text__"] = text
    return module


@contextmanager
def _reachable(folder: Path) -> Iterator[None]:
    """Let modules of `folder` be imported for a while."""
    here = str(folder)
    added = here not in sys.path
    if added:
        sys.path.insert(0, here)
    try:
        yield
    finally:
        if added and here in sys.path:
            sys.path.remove(here)
