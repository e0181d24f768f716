"""Finding a corpus's recordings by their names: in folders, in the publisher's archives, in a compact copy.

Nothing is decoded here: a clip is a name and where its samples lie.
"""

from __future__ import annotations

import re
import tarfile
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from affekt.corpora.files import Row, has_file, read_table
from affekt.errors import CorpusError
from affekt.types import Signal

_TABLE = "metadata.csv"


class Clip(NamedTuple):
    """One recording: its name without the suffix, what a record's signal says of where it lies, and the
    row of the compact copy's table that tells of it (None where the official files were found)."""

    name: str
    signal: Signal
    row: Row | None


def files_in(folder: Path, pattern: str) -> list[Path]:
    """Return the files below `folder` that a glob pattern names, sorted; without hidden ones.

    macOS leaves a hidden ``._a01.wav`` beside every ``a01.wav`` on other file systems and in archives.
    """
    return sorted(path for path in folder.glob(pattern) if path.is_file() and not path.name.startswith("."))


def named_clips(folder: Path, named: re.Pattern[str], *, like: str, columns: Sequence[str]) -> Iterator[Clip]:
    """Yield the recordings whose file name without folders matches `named`.

    In the official layout they lie anywhere below `folder`, or in archives (.zip, .tar) right in it; they
    come in the order of their names, each name once. A compact copy is ``metadata.csv`` with the official
    names in ``original_file`` and the names inside ``audio.tar`` in ``file``, besides `columns`; they come
    in its order. `like` is an example of a name, for the message. Raises `CorpusError`.
    """
    if has_file(folder, _TABLE):
        yield from _copied(folder, named, like, columns)
        return
    if not folder.is_dir():
        raise CorpusError(f"There is no folder {folder}. Put the corpus's official files there.")
    found: dict[str, Signal] = {}
    for path in sorted(folder.rglob("*"), key=lambda path: (len(path.parts), path)):
        if path.is_file() and named.fullmatch(path.name):
            found.setdefault(path.name, Signal(source=path.relative_to(folder).as_posix(), path=path))
    for archive in sorted(folder.glob("*.zip")) + sorted(folder.glob("*.tar")):
        for member in _members(archive):
            name = PurePosixPath(member).name
            if named.fullmatch(name):
                found.setdefault(name, Signal(source=archive.name, path=archive, member=member))
    if not found:
        raise CorpusError(
            f"No recording named like {like} is in {folder}, its folders or its archives (.zip, .tar). "
            "Put the corpus's official files there."
        )
    for name in sorted(found):
        yield Clip(Path(name).stem, found[name], None)


def _copied(folder: Path, named: re.Pattern[str], like: str, columns: Sequence[str]) -> Iterator[Clip]:
    for row in read_table(folder, _TABLE, columns=("file", "original_file", *columns)):
        name = row["original_file"]
        if not named.fullmatch(name):
            raise row.error(f"original_file is {name!r}, allowed are names like {like}")
        yield Clip(Path(name).stem, stored(folder, "audio.tar", row["file"], source=row.file), row)


def stored(folder: Path, archive: str, member: str, *, source: str) -> Signal:
    """Return the signal that lies in an archive as `member`; without a path where the archive is not there."""
    path = folder / archive
    return Signal(source=source, path=path, member=member) if path.is_file() else Signal(source=source)


def agree(row: Row, column: str, expected: str) -> None:
    """Return nothing if the table says what the file name says. Raises `CorpusError`."""
    if row[column] != expected:
        raise row.error(f"{column} is {row[column]!r}, but the name {row['original_file']!r} says {expected!r}")


def _members(archive: Path) -> list[str]:
    try:
        if archive.suffix == ".zip":
            with zipfile.ZipFile(archive) as opened:
                return opened.namelist()
        with tarfile.open(archive) as packed:
            return packed.getnames()
    except (OSError, EOFError, zipfile.BadZipFile, tarfile.TarError) as error:
        raise CorpusError(f"{archive} cannot be read ({error}). Fetch it again from the corpus's home.") from error
