"""How a file differs from the publisher's where only its checksum is known: saved anew, cut, or another thing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

_BOM = b"\xef\xbb\xbf"
# A larger file is not held in memory several times to find out.
MOST_BYTES = 256 * 1024 * 1024


def saved_anew(content: bytes, sha256: str) -> str | None:
    """Return what a program changed when it saved a file whose content is the publisher's; None if that is not it.

    The file is put back in every way it may have been changed (line ends, byte-order mark, encoding, a last
    newline) until its sha256 is `sha256`.

    >>> import hashlib
    >>> official = hashlib.sha256(b"Lovely.\\tjoy\\n").hexdigest()
    >>> saved_anew(b"\\xef\\xbb\\xbfLovely.\\tjoy\\r\\n", official)
    'a byte-order mark, other line ends'
    >>> saved_anew(b"Lovely.\\tlove\\n", official)
    """
    for changed, original in _originals(content):
        if hashlib.sha256(original).hexdigest() == sha256:
            return ", ".join(changed)
    return None


def _originals(content: bytes) -> Iterator[tuple[list[str], bytes]]:
    for encoding, plain in _decoded(content):
        for mark, text in _marked(plain):
            for ends, lines in _ended(text):
                changed = [what for what in (encoding, mark, ends) if what]
                yield changed, lines
                end = b"\r\n" if b"\r\n" in lines else b"\n"
                yield [*changed, "no last newline"], lines + end
                yield [*changed, "empty lines at its end"], lines.rstrip(b"\r\n") + end


def _decoded(content: bytes) -> Iterator[tuple[str, bytes]]:
    yield "", content
    for encoding, name in (("utf-16", "UTF-16"), ("utf-16-le", "UTF-16"), ("cp1252", "Windows-1252"), ("latin-1", "")):
        try:
            again = content.decode(encoding).encode()
        except UnicodeError:
            continue
        if again != content:
            yield name or "Latin-1", again


def _marked(content: bytes) -> Iterator[tuple[str, bytes]]:
    yield "", content
    if content.startswith(_BOM):
        yield "a byte-order mark", content.removeprefix(_BOM)
    else:
        yield "its byte-order mark gone", _BOM + content


def _ended(content: bytes) -> Iterator[tuple[str, bytes]]:
    yield "", content
    plain = content.replace(b"\r\n", b"\n")
    if b"\r" in plain and b"\n" not in plain:
        plain = plain.replace(b"\r", b"\n")
    yield "other line ends", plain
    yield "other line ends", plain.replace(b"\n", b"\r\n")


def looks_like(start: bytes) -> str | None:
    """Return what a file's first bytes say it is instead of a corpus's file: nothing, a page, a pointer.

    >>> looks_like(b"version https://git-lfs.github.com/spec/v1\\noid sha256:00")
    'a Git LFS pointer, whose content `git lfs pull` fetches'
    >>> looks_like(b"id,text")
    """
    text = start.removeprefix(_BOM).lstrip()
    if not text:
        return "empty"
    if text[:14].lower() == b"<!doctype html" or text[:5].lower() == b"<html":
        return "a web page"
    if text.startswith(b"version https://git-lfs"):
        return "a Git LFS pointer, whose content `git lfs pull` fetches"
    return None
