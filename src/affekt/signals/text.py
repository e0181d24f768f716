"""Text: opened, spelled as the models see it, cut into sentences."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from affekt.errors import InputError
from affekt.types import Signal, Span

# A letter or mark repeated four times or more says "stretched"; three say it just as well.
_STRETCHED = re.compile(r"([^\W\d]|[!?.,])\1{3,}")
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_PLAIN = {
    "\u2018": "'",
    "\u2019": "'",
    "\u201c": '"',
    "\u201d": '"',
    "\u02bc": "'",
    "\u2013": "-",
    "\u2014": "-",
    "\u2026": "...",
}


class _Spellings(dict[int, str]):
    """What stands for each character in normalised text, worked out when the character is first met."""

    def __missing__(self, code: int) -> str:
        found = self[code] = _spelling(chr(code))
        return found


def normalise(text: str) -> str:
    """Return `text` with emoji written as words, quotes made plain, stretched letters cut to three.

    BERT's vocabulary has no emoji, and they carry affect: ``😂`` becomes
    ``face with tears of joy``, the name Unicode gives it.

    >>> normalise("Sooooo good 😂")
    'Sooo good  face with tears of joy '
    """
    if not (text.isascii() and text.isprintable()):
        text = text.translate(_SPELLINGS)
    return _STRETCHED.sub(r"\1\1\1", text)


def _spelling(character: str) -> str:
    if character.isascii():
        return character if character.isprintable() else " "
    if character in _PLAIN:
        return _PLAIN[character]
    category = unicodedata.category(character)
    if category[0] == "Z":
        return " "
    if category[0] == "C" or (category == "Mn" and 0xFE00 <= ord(character) <= 0xFE0F):
        return "" if category != "Cc" else " "
    if ord(character) in _SKIN_TONES and "FITZPATRICK" in unicodedata.name(character, ""):
        return ""
    if category == "So" and (ord(character) >= 0x1F000 or 0x2190 <= ord(character) < 0x27C0):
        name = unicodedata.name(character, "").lower()
        return f" {name.replace('-', ' ')} " if name else " "
    return character


_SPELLINGS = _Spellings()


_SENTENCE_END = re.compile(r"(?:[.!?…]+[\"'”’)\]]*|\n\s*\n|[。！？])(?=\s|$)|\n+")
# Full stops that end no sentence: titles, initials and the commonest abbreviations.
_NO_END = re.compile(
    r"(?:\b(?:[A-Z]|Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|vs|etc|e\.g|i\.e|approx|No|Inc|Ltd|Co|Fig|al|cf|a\.m|p\.m|U\.S|U\.K))\.$"
)


def sentence_spans(text: str) -> list[Span]:
    """Return the sentences of `text` as character spans, without the white space around them.

    A sentence ends at ``. ! ? …`` before white space, or at a line break; not after a title, an
    initial or a common abbreviation.

    >>> [text_of("He left. Dr. Who stayed!", span) for span in sentence_spans("He left. Dr. Who stayed!")]
    ['He left.', 'Dr. Who stayed!']
    """
    spans, start = [], 0
    for match in _SENTENCE_END.finditer(text):
        if match.group() == "." and _NO_END.search(text, max(0, match.end() - 12), match.end()):
            continue
        spans.append(_trimmed(text, start, match.end()))
        start = match.end()
    spans.append(_trimmed(text, start, len(text)))
    return [span for span in spans if span.end > span.start]


def text_of(text: str, span: Span) -> str:
    """Return the characters of `text` inside `span`."""
    return text[int(span.start) : int(span.end)]


def _trimmed(text: str, start: int, end: int) -> Span:
    part = text[start:end]
    left = start + len(part) - len(part.lstrip())
    return Span(left, max(left, start + len(part.rstrip())))


def open_text(x: str | Path | Signal) -> Signal:
    """Return the signal for a text, a file of text, or a signal. A str is always text, never a path.

    Raises `InputError` for anything else, for a text with nothing in it, and as `read_text` does.
    """
    if isinstance(x, Signal):
        signal = x
    elif isinstance(x, Path):
        signal = read_text(x)
    elif isinstance(x, str):
        signal = Signal(x)
    else:
        raise InputError(
            f"Cannot read {x!r}: give a str (text), a pathlib.Path (a file), a Signal, or a list of these."
        )
    if not signal.text.strip():
        where = f"{signal.source} " if signal.source else "The text "
        raise InputError(f"{where}is empty: there is nothing to read.")
    return signal


def read_text(path: Path, *, encoding: str | None = None) -> Signal:
    """Return the text of a file as a signal whose source is the path.

    UTF-8 is read, with or without a byte order mark, and UTF-16 where a mark says so; `encoding`
    names any other. Raises `InputError` for a file that is missing, binary, or not in that encoding.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"Cannot read {path}: {error.strerror or error}.") from error
    return Signal(decode_text(data, source=str(path), encoding=encoding), source=str(path))


def decode_text(data: bytes, *, source: str, encoding: str | None = None) -> str:
    """Return `data` as text; see `read_text` for what is understood and refused."""
    if encoding is None:
        utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
        encoding = "utf-16" if utf16 else "utf-8-sig"
        if not utf16 and b"\0" in data[:65536]:
            raise InputError(f"{source} is a binary file, not text. Give a text file, or its encoding if it is one.")
    try:
        return data.decode(encoding)
    except LookupError as error:
        raise InputError(
            f"Unknown encoding {encoding!r}. Python's names are allowed: utf-8, latin-1, cp1252 …"
        ) from error
    except UnicodeDecodeError as error:
        name = encoding.removesuffix("-sig")
        raise InputError(
            f"{source} is not {name}: byte 0x{data[error.start]:02x} at offset {error.start} cannot be decoded. "
            "Name its encoding (--encoding latin-1, for instance) or convert it to UTF-8."
        ) from error
