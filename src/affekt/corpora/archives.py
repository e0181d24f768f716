"""The files inside zip and tar archives: what they are, and their bytes."""

from __future__ import annotations

import tarfile
import zipfile
import zlib
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import NamedTuple

from affekt.types import Signal

_BROKEN = (OSError, EOFError, zipfile.BadZipFile, tarfile.TarError, zlib.error)


class Content(NamedTuple):
    """What tells one file from another without keeping it: its size and its CRC-32."""

    size: int
    checksum: int


class Media(NamedTuple):
    """A file of sound, pictures or signals: the ending of its name (".wav") and its bytes."""

    ending: str
    content: bytes


def archive_members(path: Path) -> dict[str, Content]:
    """Return the content of each file in a zip or tar archive by name; none where it is no archive or broken."""
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as packed:
                return {info.filename: Content(info.file_size, info.CRC) for info in packed.infolist()}
        if tarfile.is_tarfile(path):
            with tarfile.open(path) as tar:
                found = {info.name: (info.size, tar.extractfile(info)) for info in tar if info.isfile()}
                return {name: Content(size, zlib.crc32(file.read())) for name, (size, file) in found.items() if file}
    except _BROKEN:
        pass
    return {}


def media_reader(stack: ExitStack) -> Callable[[Signal], Media | None]:
    """Return a function from a signal to its media, which keeps archives open until `stack` is closed.

    Of a Parquet file with sounds in it, as Hugging Face stores them, a member is ``COLUMN/ROW``, rows counted from 0.
    It returns None for text, for files that are not here, and for what is no file of its own (a row of a table).
    """
    archives: dict[Path, Callable[[str], bytes] | None] = {}

    def read(signal: Signal) -> Media | None:
        path, member = signal.path, signal.member
        if path is None or not path.is_file():
            return None
        if member is None:
            return Media(path.suffix.lower(), path.read_bytes())
        if path not in archives:
            archives[path] = _opened(path, stack)
        reader = archives[path]
        if reader is None:
            return None
        try:
            return Media(Path(member).suffix.lower(), reader(member))
        except KeyError:
            return None

    return read


def _opened(path: Path, stack: ExitStack) -> Callable[[str], bytes] | None:
    if path.suffix == ".parquet":
        from affekt.corpora.parquet import BytesOfRows

        return stack.enter_context(closing(BytesOfRows(path))).read
    if zipfile.is_zipfile(path):
        return stack.enter_context(zipfile.ZipFile(path)).read
    if not tarfile.is_tarfile(path):
        return None
    tar = stack.enter_context(tarfile.open(path))  # noqa: SIM115  # closed with the stack

    def read(member: str) -> bytes:
        file = tar.extractfile(member)
        if file is None:
            raise KeyError(member)
        return file.read()

    return read
