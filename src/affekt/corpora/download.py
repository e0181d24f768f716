"""Downloading a corpus from its official home, once its licence has been accepted.

Run as ``python -m affekt.corpora.download emobank --accept-licence``.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import mkstemp

from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.index import find_corpus
from affekt.corpora.read import cache_folder, how_to_get
from affekt.errors import AffektError, CorpusError, LicenceError

_CHUNK = 1 << 16
_PATIENCE = 60.0  # seconds without a byte


def download(
    name: str | CorpusCard,
    *,
    accept_licence: bool = False,
    folder: Path | None = None,
    report: Callable[[SourceFile], None] | None = None,
) -> Path:
    """Return the folder that now holds the corpus's official files: `folder`, or the user's cache.

    Every file arrives under a temporary name and takes its own only when it is whole and its sha256 is
    right, so an interrupted download leaves nothing behind and a second call goes on where it stopped.
    A file the publisher gives no checksum for is checked by its length, and by the number of rows when
    it is read. `report` is called with each file that is in place.

    Raises `LicenceError` until ``accept_licence=True``, and `CorpusError` where the corpus has no
    file addresses, a server does not answer, or a checksum differs.
    """
    card = find_corpus(name)
    if all(file.url is None for file in card.files):
        raise CorpusError(f"The corpus {card.name} cannot be downloaded from here. {how_to_get(card)}")
    if not accept_licence:
        raise LicenceError(
            f"The corpus {card.name} has this licence: {card.licence}. Read it at {card.homepage}; if you accept it, "
            "call download with accept_licence=True (on the command line: --accept-licence)."
        )
    target = cache_folder() / card.name if folder is None else Path(folder)
    for file in card.files:
        path = target / file.name
        if file.url is not None and not _is_there(path, file.sha256):
            _fetch(file.url, path, file.sha256)
        if report is not None and path.is_file():
            report(file)
    return target


def _is_there(path: Path, sha256: str | None) -> bool:
    return path.is_file() and (sha256 is None or hashlib.sha256(path.read_bytes()).hexdigest() == sha256)


def _fetch(url: str, path: Path, sha256: str | None) -> None:
    """Put what `url` answers under `path`, whole and checked, or leave `path` as it was."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    except OSError as error:
        raise CorpusError(f"{path.parent} cannot be written ({error.strerror}). Give another folder.") from error
    try:
        with os.fdopen(handle, "wb") as part:
            digest = _receive(url, part.write)
        if sha256 is not None and digest != sha256:
            raise CorpusError(
                f"{url} is not the file it should be: its sha256 is {digest}, expected {sha256}. Nothing was kept; "
                "the publisher may have changed it, or something stands between you and the server."
            )
        Path(temporary).replace(path)
    finally:
        with suppress(FileNotFoundError):
            Path(temporary).unlink()


def _receive(url: str, write: Callable[[bytes], int]) -> str:
    """Write the answer piece by piece; return its sha256."""
    from http.client import HTTPException
    from urllib.request import Request, urlopen

    digest, received = hashlib.sha256(), 0
    try:
        request = Request(url, headers={"User-Agent": "affekt"})
        with urlopen(request, timeout=_PATIENCE) as answer:
            promised = answer.headers.get("Content-Length")
            while piece := answer.read(_CHUNK):
                write(piece)
                digest.update(piece)
                received += len(piece)
    except (OSError, HTTPException) as error:  # URLError, HTTPError, time-outs and resets are OSErrors
        raise CorpusError(f"{url} could not be fetched ({error}). Nothing was kept; try again later.") from error
    # http.client does not raise when a connection ends early.
    if promised is not None and received != int(promised):
        raise CorpusError(
            f"{url} broke off after {received} of {promised} bytes. Nothing was kept of it; run the download again."
        )
    return digest.hexdigest()


def main(arguments: Sequence[str] | None = None) -> int:
    """Download the named corpora; return 0, or 1 after saying what went wrong."""
    import argparse

    parser = argparse.ArgumentParser(prog="python -m affekt.corpora.download", description=__doc__)
    parser.add_argument("name", nargs="+", help="a corpus, for example emobank")
    parser.add_argument("--accept-licence", action="store_true", help="you have read and accept the licence")
    parser.add_argument("--folder", type=Path, help="where to put the files (one corpus); default: the user's cache")
    options = parser.parse_args(arguments)
    if options.folder is not None and len(options.name) > 1:
        parser.error("--folder takes one corpus at a time")
    try:
        for name in options.name:
            print(download(name, accept_licence=options.accept_licence, folder=options.folder))
    except AffektError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
