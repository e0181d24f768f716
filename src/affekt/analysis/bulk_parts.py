"""The parts folder beside the output: what is finished survives a kill, and belongs to one command only."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from affekt.errors import OutputError

_HEAD = 1 << 20
_MANIFEST = "manifest.json"
# All that a parts folder ever has in it; a folder with anything else is not ours to empty.
_OURS = re.compile(r"lock|manifest\.json|part-\d+\.(parquet|rejects\.jsonl)|merged|rejects|spill|.+\.tmp-\d+")


@dataclass(frozen=True, slots=True)
class Parts:
    """The folder of one job's parts: a Parquet file for each chunk, and its rejects beside it."""

    folder: Path

    def table(self, index: int) -> Path:
        """Return where the scores of chunk `index` are."""
        return self.folder / f"part-{index:06d}.parquet"

    def rejects(self, index: int) -> Path:
        """Return where the rejects of chunk `index` are, if it has any."""
        return self.folder / f"part-{index:06d}.rejects.jsonl"

    def rejected(self, index: int) -> int:
        """Return how many rows of chunk `index` were rejected, when it was done."""
        path = self.rejects(index)
        return path.read_bytes().count(b"\n") if path.exists() else 0

    def finished(self) -> set[int]:
        """Return the chunks that have their part."""
        return {int(path.stem.removeprefix("part-")) for path in self.folder.glob("part-*.parquet")}


def source_identity(path: Path) -> dict[str, Any]:
    """Return what tells one source from another: its size, when it was changed, a hash of its first MiB."""
    stat = path.stat()
    with path.open("rb") as file:
        head = hashlib.sha256(file.read(_HEAD)).hexdigest()
    return {"size": stat.st_size, "mtime_ns": stat.st_mtime_ns, "head_sha256": head}


@contextmanager
def open_parts(output: Path, manifest: Mapping[str, Any], *, restart: bool, overwrite: bool) -> Iterator[Parts]:
    """Give the parts of the job that writes `output` and is described by `manifest`.

    Those of an unfinished run with the same manifest are kept; `restart` throws them away. While
    they are open no other run can have them.

    Raises `OutputError` where the output exists already, its folder cannot be written, another run
    is at work, or the unfinished run was another one.
    """
    folder = output.with_name(output.name + ".parts")
    unfinished = (folder / _MANIFEST).is_file()
    if output.exists() and not output.is_file():
        raise OutputError(f"The output {str(output)!r} is no file. Give a file name.")
    if output.exists() and not overwrite and (restart or not unfinished):
        raise OutputError(
            f"{str(output)!r} exists. Choose another output, or replace it with overwrite (`--overwrite`)."
        )
    if not output.parent.is_dir():
        raise OutputError(
            f"There is no folder {str(output.parent)!r} to write to. Create it, or choose another output."
        )
    if folder.exists() and (not folder.is_dir() or any(not _OURS.fullmatch(path.name) for path in folder.iterdir())):
        raise OutputError(
            f"{str(folder)!r} is in the way: it holds no parts of affekt. Move it, or choose another output."
        )
    parts = Parts(folder)
    with ExitStack() as stack:
        with writing(folder):
            folder.mkdir(exist_ok=True)
            stack.enter_context(_locked(folder))
            if unfinished and not restart:
                _check_same(folder, manifest)
            else:
                _clear(folder)
                write_whole(folder / _MANIFEST, lambda path: _write_json(path, manifest))
            for path in folder.glob("*.tmp-*"):
                path.unlink(missing_ok=True)
        try:
            yield parts
        except BaseException:
            if folder.is_dir() and not parts.finished():
                remove_parts(parts)
            raise


def remove_parts(parts: Parts) -> None:
    """Remove the folder: the output is whole. The manifest goes first, so no half of it is taken up again."""
    (parts.folder / _MANIFEST).unlink(missing_ok=True)
    shutil.rmtree(parts.folder, ignore_errors=True)


def write_whole(path: Path, write: Callable[[Path], None]) -> None:
    """Have `write` fill a file and put it at `path` only when it is whole and on the disk."""
    temporary = path.with_name(f"{path.name}.tmp-{os.getpid()}")
    try:
        write(temporary)
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Turn a failure to write within into an `OutputError` that says how to go on."""
    import duckdb

    try:
        yield
    except OutputError:
        raise
    except (OSError, duckdb.IOException, duckdb.OutOfMemoryException) as error:
        said = getattr(error, "strerror", None) or str(error).strip().partition("\n")[0]
        kept = (folder / _MANIFEST).is_file()
        advice = (
            f" What is finished is kept in {str(folder)!r}: make room and run the same command again." if kept else ""
        )
        raise OutputError(f"Cannot write {str(folder.with_suffix(''))!r}: {said}.{advice}") from error


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as lock:
        if not _lock(lock):
            raise OutputError(f"Another run is writing to {str(folder)!r}. Wait for it, or choose another output.")
        yield


def _lock(file: TextIO) -> bool:
    """Return whether the lock could be had. The system lets go of it when this process ends, however it ends."""
    try:
        import fcntl
    except ImportError:  # Windows keeps others from files that are being written
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _check_same(folder: Path, manifest: Mapping[str, Any]) -> None:
    try:
        before = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
    except ValueError as error:
        raise OutputError(f"{folder / _MANIFEST} is damaged. Start over with restart (`--restart`).") from error
    if before == manifest:
        return
    if before.get("source") != manifest["source"]:
        change = "the source has changed since"
    else:
        now, was = _flat(manifest), _flat(before)
        keys = sorted(key for key in now.keys() | was.keys() if now.get(key) != was.get(key))
        change = "; ".join(f"{key} was {was.get(key)!r}, now {now.get(key)!r}" for key in keys)
    raise OutputError(
        f"An unfinished run lies in {str(folder)!r}, and it was another one: {change}. Give the same command to "
        "finish it, or start over with restart (`--restart`)."
    )


def _flat(manifest: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in manifest.items():
        flat |= value if isinstance(value, dict) else {key: value}
    return flat


def _clear(folder: Path) -> None:
    for path in folder.iterdir():
        if path.name != "lock":
            path.unlink() if path.is_file() else shutil.rmtree(path)


def _write_json(path: Path, value: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _sync_folder(folder: Path) -> None:
    # Not every system can; the rename is atomic all the same.
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
