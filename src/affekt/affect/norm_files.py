"""How the published norm tables lie on disk: one parser per layout, all to the same rows on [-1, 1].

Warriner: ``Ratings_Warriner_et_al.csv`` (``BRM-emot-submit.csv`` in the article's supplement), commas,
a nameless first column, ``Word``, then ``{V,A,D}.{Mean,SD,Rat}.Sum`` on 1-9. NRC VAD: tabs; version 1
is ``NRC-VAD-Lexicon.txt`` on 0-1, with or without a first line ``Word Valence Arousal Dominance``, and
``NRC-VAD-Lexicon-ForVariousLanguages.txt`` with a column per language; version 2 is
``NRC-VAD-Lexicon-v2.1.txt`` on -1 to 1, with a first line ``term valence arousal dominance``.
"""

from __future__ import annotations

import csv
import gzip
import io
import math
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from affekt.errors import CorpusError, UnknownNameError
from affekt.types import VAD

_DIMENSIONS = ("valence", "arousal", "dominance")
_BUNDLED = Path(__file__).parent / "data" / "glasgow_vad.tsv"


class Raters(NamedTuple):
    """How many people rated a word, dimension by dimension."""

    valence: int
    arousal: int
    dominance: int


class NormRow(NamedTuple):
    """One row of a table: the headword, its place in [-1, 1], and how many people said so if known."""

    headword: str
    vad: VAD
    raters: Raters | None


class NormFile(NamedTuple):
    """What a file holds: rows in its order, in one of its `languages`."""

    rows: tuple[NormRow, ...]
    language: str
    languages: tuple[str, ...]


def read_glasgow(path: Path | None, language: str) -> NormFile:
    """Return the bundled Glasgow norms, or a file of the same columns."""
    table = path or _BUNDLED
    _only_english("glasgow", language)
    lines = [line for line in _lines(table) if not line.startswith("#")]
    reader = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    columns = ["word", *(f"{name}{part}" for name in _DIMENSIONS for part in ("", "_sd", "_n"))]
    return NormFile(tuple(_rated(table, reader, columns)), "en", ("en",))


def read_warriner(path: Path | None, language: str) -> NormFile:
    """Return the table of Warriner, Kuperman & Brysbaert (2013) as published."""
    assert path is not None
    _only_english("warriner", language)
    columns = ["Word", *(f"{name}.{part}.Sum" for name in "VAD" for part in ("Mean", "SD", "Rat"))]
    return NormFile(tuple(_rated(path, csv.reader(_lines(path)), columns)), "en", ("en",))


def read_nrc(path: Path | None, language: str) -> NormFile:
    """Return the NRC VAD lexicon, any version; see the module for its layouts.

    In another language than English a word is a translation, and where several English words have the
    same translation it gets the mean of theirs.
    """
    assert path is not None
    table = [line.split("\t") for line in _lines(path) if line.strip()]
    if not table:
        raise CorpusError(f"{path} is empty. Get the lexicon again from its home page.")
    first = [cell.strip() for cell in table[0]]
    headed = [cell.lower() for cell in first[1:4]] == list(_DIMENSIONS)
    others = first[4:] if headed else []
    column = _language_column(path, others, language)
    signed = headed and first[0].lower() == "term"
    places: dict[str, list[list[float]]] = defaultdict(list)
    for number, cells in enumerate(table[headed:], start=1 + headed):
        if len(cells) != (len(first) if headed else 4):
            raise CorpusError(f"{path}, line {number}: {len(cells)} columns, expected {len(first) if headed else 4}.")
        values = [_number(path, number, cell, -1, 1) for cell in cells[1:4]]
        signed = signed or min(values) < 0
        word = cells[column].strip()
        if word and word != "NO TRANSLATION":
            places[word].append(values)
    low = -1.0 if signed else 0.0
    rows = []
    for word, found in places.items():
        means = [sum(place[i] for place in found) / len(found) for i in range(3)]
        rows.append(NormRow(word, VAD(*(2 * (mean - low) / (1 - low) - 1 for mean in means)), None))
    return NormFile(tuple(rows), others[column - 4] if column else "en", ("en", *others))


def _rated(path: Path, reader: Iterator[list[str]], columns: Sequence[str]) -> Iterator[NormRow]:
    """Yield rows of means, deviations and rater counts on 1-9: (x - 5) / 4 and sd / 4."""
    try:
        header = next(reader, [])
        missing = [name for name in columns if name not in header]
        if missing:
            raise CorpusError(f"{path} has no column {missing[0]!r}. Its columns are: {', '.join(header[:12])} ...")
        word, *places = [header.index(name) for name in columns]
        for number, cells in enumerate(reader, start=2):
            if len(cells) != len(header):
                raise CorpusError(f"{path}, row {number}: {len(cells)} columns, expected {len(header)}.")
            means = [(_number(path, number, cells[place], 1, 9) - 5) / 4 for place in places[::3]]
            spreads = [_number(path, number, cells[place], 0, 8) / 4 for place in places[1::3]]
            counts = [int(_number(path, number, cells[place], 1, math.inf)) for place in places[2::3]]
            yield NormRow(cells[word], VAD(*means, *spreads), Raters(*counts))
    except csv.Error as error:
        raise CorpusError(f"{path} is no table: {error}. Get the file again.") from error


def _lines(path: Path) -> list[str]:
    try:
        content = path.read_bytes()
        if path.suffix == ".gz":
            content = gzip.decompress(content)
        return io.StringIO(content.decode("utf-8-sig"), newline=None).read().splitlines()
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise CorpusError(f"Cannot read norms from {path}: {error}.") from error


def _number(path: Path, line: int, cell: str, low: float, high: float) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not low <= value <= high:
        raise CorpusError(f"{path}, line {line}: {cell!r} is no number from {low:g} to {high:g}. Get the file again.")
    return value


def _only_english(name: str, language: str) -> None:
    if language != "en":
        raise UnknownNameError(f"The {name} norms are in English only, not {language!r}. Leave language out.")


def _language_column(path: Path, others: Sequence[str], language: str) -> int:
    """Return the place of a language's words: by column name (``Spanish``, ``Spanish-es``) or code (``es``)."""
    wanted = language.lower()
    if wanted in {"en", "english"}:
        return 0
    for place, name in enumerate(others, start=4):
        if wanted in {name.lower(), *name.lower().rsplit("-", 1)}:
            return place
    known = ", ".join(("en", *others))
    raise UnknownNameError(f"{path} has no words in {language!r}. It has: {known}.")
