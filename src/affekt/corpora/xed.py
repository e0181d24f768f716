"""XED: film subtitles with Plutchik's eight emotions, annotated in English and Finnish, projected to 39 languages.

Öhman et al. 2020, XED: A Multilingual Dataset for Sentiment Analysis and Emotion Detection, COLING.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard
from affekt.corpora.files import Line, official_files, read_lines, read_table
from affekt.errors import CorpusError
from affekt.types import Record, Signal

SPACE = find_space("plutchik")
_LABELS = ("anger", "anticipation", "disgust", "fear", "joy", "sadness", "surprise", "trust")
_NUMBERS = re.compile(r" *[1-8](?: *, *[1-8])* *")
# The publisher's codes that are no ISO 639-1: Brazilian, mainland China, Taiwan.
_CODES = {"br": "pt", "cn": "zh", "tw": "zh"}

_RAW = "https://raw.githubusercontent.com/Helsinki-NLP/XED/76666d251f147cf518071bef4f8415dab6b96115"
_FILES = official_files("xed", _RAW)
_PROJECTIONS = {Path(f.name).name[:2]: f.name for f in _FILES if f.name.startswith("Projections/")}

CARD = CorpusCard(
    name="xed",
    summary="Film subtitles with Plutchik's eight emotions: English and Finnish by hand, 39 languages by projection",
    modality="text",
    space=SPACE,
    licence="CC BY 4.0",
    permissive=True,
    homepage="https://github.com/Helsinki-NLP/XED",
    citation="Öhman et al. 2020, XED: A Multilingual Dataset for Sentiment Analysis and Emotion Detection, COLING",
    files=_FILES,
    rows={"en": 17528, "fi": 14449, "en-neutral": 9675, "fi-neutral": 10794, "projections": 180054},
    languages=tuple(sorted({_CODES.get(code, code) for code in _PROJECTIONS})),
    notes=(
        "No train or test split is published: a split here is a file (en, fi, en-neutral, fi-neutral, projections). "
        "The 42 projected files are 39 languages: Portuguese is in two, Chinese in three. Neutral lines have no label. "
        "Projected labels were carried over by sentence alignment, nobody checked them; projection lines without "
        "labels (raw alignments, cut lines) have all eight in `unrated`."
    ),
    layout_source="Helsinki-NLP/XED, AnnotatedData/, 76666d251f147cf518071bef4f8415dab6b96115",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the subtitle lines file by file; the id is ``<language>-<line>``, with the kind before the line.

    Layout: ``AnnotatedData/en-annotated.tsv``, ``neu_en.txt`` … and ``Projections/ar-projections.tsv`` …
    (the publisher's), or ``annotated/`` and one table ``projections.csv``. Raises `CorpusError`.
    """
    for code in ("en", "fi"):
        for line in read_lines(folder, *_places(f"{code}-annotated.tsv")):
            yield _record(line, f"{code}-annotated-{line.number}", code, code, required=True)
    for code in ("en", "fi"):
        for line in read_lines(folder, *_places(f"neu_{code}.txt")):
            text = line.text.split("\t")[1] if "\t" in line.text else ""
            yield Record(f"{code}-neutral-{line.number}", Signal(text, line.file, code), f"{code}-neutral")
    yield from _projections(folder)


def _places(name: str) -> tuple[str, str]:
    return f"AnnotatedData/{name}", f"annotated/{name}"


def _projections(folder: Path) -> Iterator[Record]:
    official = (folder / "Projections").is_dir()
    for code, line in _official(folder) if official else _compact(folder):
        # Turkish alone has a header.
        if line.text != "phrase\temotion":
            yield _record(line, f"{code}-projected-{line.number}", code, "projections", required=False)


def _official(folder: Path) -> Iterator[tuple[str, Line]]:
    for code, name in sorted(_PROJECTIONS.items()):
        for line in read_lines(folder, name):
            yield code, line


def _compact(folder: Path) -> Iterator[tuple[str, Line]]:
    """The lines of all languages out of one table, numbered within their language."""
    numbers: dict[str, int] = {}
    for row in read_table(folder, "projections.csv", columns=("lang", "sentence", "labels")):
        code = row["lang"]
        numbers[code] = numbers.get(code, 0) + 1
        text, labels = (row[column].rstrip("\r\n") for column in ("sentence", "labels"))
        if labels:
            text = f"{text}\t{labels}"
        yield code, Line(row.file, numbers[code], text)


def _record(line: Line, name: str, code: str, split: str, *, required: bool) -> Record:
    *before, last = line.text.split("\t")
    labelled = bool(before) and _NUMBERS.fullmatch(last) is not None
    if required and (not labelled or len(before) > 1):
        raise CorpusError(f"{line.file}, line {line.number}: expected a sentence, a tab and label numbers 1-8.")
    places = sorted({int(number) - 1 for number in last.split(",")}) if labelled else []
    return Record(
        id=name,
        signal=Signal(before[-1] if labelled else last, source=line.file, language=_CODES.get(code, code)),
        split=split,
        labels=tuple(_LABELS[place] for place in places),
        unrated=() if labelled else tuple(SPACE.labels),
    )
