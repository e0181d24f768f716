"""The folder a model of one's own is kept in while it is trained, and after: written whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from affekt.errors import AffektError, OutputError
from affekt.models.own import CARD, FORMAT

_RUN = "run.json"
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def written(folder: Path) -> Iterator[None]:
    """Turn what the system says when it cannot write into an `OutputError` that says what is kept."""
    try:
        yield
    except AffektError:
        raise
    except OSError as error:
        full = " Make room on the disk." if error.errno in _FULL else ""
        raise OutputError(
            f"Cannot write {folder}: {error.strerror or error}.{full} What was done is kept in {folder}; the same "
            "command goes on from there."
        ) from error
    except RuntimeError as error:
        # torch says of a full disk no more than that a stream failed.
        if "file" not in str(error).lower() and "write" not in str(error).lower():
            raise
        raise OutputError(
            f"Cannot write {folder}: {error}. Is the disk full? The same command goes on from what is kept there."
        ) from error


def open_work(output: Path, run: Mapping[str, Any], *, overwrite: bool = False, restart: bool = False) -> Path:
    """Return the folder to train in, ``OUTPUT.partial``; one that is there already is gone on with.

    `run` is all that shapes the result. Raises `OutputError` where the output exists, or what is there is of another
    run, or nothing can be written.
    """
    if output.exists() and not overwrite:
        raise OutputError(f"{str(output)!r} exists. Choose another folder, or replace it with `--overwrite`.")
    if output.exists() and not (output / CARD).is_file() and (output.is_file() or any(output.iterdir())):
        raise OutputError(f"{str(output)!r} exists and holds no model, so it is not replaced. Choose another folder.")
    work = output.with_name(f"{output.name}.partial")
    told = json.dumps(run, sort_keys=True, indent=1)
    with written(work):
        if restart and work.exists():
            shutil.rmtree(work)
        if (work / _RUN).is_file() and (work / _RUN).read_text(encoding="utf-8") != told:
            raise OutputError(
                f"{work} holds an unfinished run of other data or options. Give the same command as then to go on, or "
                "begin anew with `--restart`."
            )
        work.mkdir(parents=True, exist_ok=True)
        write_whole(work / _RUN, told.encode())
    return work


def keep_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays as ``.npz``, whole or not at all."""
    content = io.BytesIO()
    np.savez_compressed(content, allow_pickle=False, **arrays)
    write_whole(path, content.getvalue())


def write_whole(path: Path, content: bytes) -> None:
    """Write a file in one step, so that a kill never leaves half of it."""
    partial = path.with_name(path.name + ".part")
    partial.write_bytes(content)
    partial.replace(path)


def write_json(path: Path, told: Mapping[str, Any]) -> None:
    """Write JSON, whole or not at all."""
    write_whole(path, (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode())


def checksums(folder: Path, names: tuple[str, ...]) -> dict[str, str]:
    """Return the sha256 of those of the files that are there."""
    return {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names if (folder / name).is_file()
    }


def write_card(folder: Path, told: Mapping[str, Any]) -> None:
    """Write the card; its version is a fingerprint of the files it names."""
    version = hashlib.sha256("".join(sorted(told["files"].values())).encode()).hexdigest()[:8]
    write_json(folder / CARD, {"affekt_model": FORMAT, **told, "version": version})


def finish(work: Path, output: Path, keep: tuple[str, ...]) -> None:
    """Make the folder of the work the output: what is not to be kept goes, an output that is there is replaced."""
    with written(work):
        for path in work.iterdir():
            if path.name not in keep:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        old = output.with_name(f"{output.name}.replaced")
        if old.exists():
            shutil.rmtree(old)
        if output.exists():
            output.rename(old)
        work.rename(output)
        if old.exists():
            shutil.rmtree(old)
