"""FER+ on FER2013: 35,710 small grey pictures of faces, each judged by ten crowd raters.

Barsoum, Zhang, Canton Ferrer & Zhang 2016, Training Deep Networks for Facial Expression Recognition with
Crowd-Sourced Label Distribution, ICMI; Goodfellow et al. 2013, Challenges in Representation Learning,
arXiv:1307.0414 (the pictures and their first labels).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.files import Row, find_file, has_file, read_table
from affekt.corpora.parquet import read_parquet
from affekt.types import Rating, Record, Signal

SPACE = find_space("ferplus")
# What raters could answer besides an emotion: that they cannot tell, that it is no face.
NO_EMOTION = ("unknown", "NF")
# The answers in the order of the file.
ANSWERS = (*SPACE.labels, *NO_EMOTION)
# The publisher's sets of pictures, our split and his folder of exported pictures.
_SETS = {
    "Training": ("train", "FER2013Train"),
    "PublicTest": ("valid", "FER2013Valid"),
    "PrivateTest": ("test", "FER2013Test"),
}
# The numbers of fer2013.csv.
_FER2013 = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")
_VOTES = "fer2013new.csv"
_PICTURES = "fer2013.csv"
_RAW = "https://raw.githubusercontent.com/microsoft/FERPlus/ae2128abf776409c93e50cf7c9d87180673314e6"

CARD = CorpusCard(
    name="ferplus",
    summary="35,710 pictures of faces (48 x 48, grey) with ten raters' votes over eight emotions, unknown and no face",
    modality="face",
    space=SPACE,
    licence="votes MIT; for the FER2013 pictures their makers state none",
    permissive=False,
    homepage="https://github.com/microsoft/FERPlus",
    citation=SPACE.source,
    files=(
        SourceFile(_VOTES, f"{_RAW}/{_VOTES}", "9206e20d62f56475939f516847d61753e4860caeac9718b560129541b776fc2c"),
        SourceFile(_PICTURES, None),
    ),
    rows={"train": 28558, "valid": 3579, "test": 3573},
    languages=(),
    notes=(
        "The label is the emotion that more than half of the raters named, if there is one. Votes are anonymous; the "
        "answers unknown and NF (no face) are kept as ratings with these names, which the label space lacks. "
        "`conditions` hold FER2013's own label (fer2013), where fer2013.csv is there or the copy recovered it, and its "
        "set (usage): valid is PublicTest, test PrivateTest. Pictures that are the same to the pixel share a group, "
        "named after the first row; 556 such groups span splits, so drop them before claims. 173 rows without a name, "
        "which the publisher leaves out as no faces, are not read, nor the second row of four names that stand twice. "
        "No identities exist: independence of persons cannot be had. fer2013.csv comes from the Kaggle contest; in "
        "it the signal's member is the row from 0, in the copy the name of the picture."
    ),
    layout_source=(
        "microsoft/FERPlus: fer2013new.csv, README.md and src/generate_training_data.py, commit "
        "ae2128abf776409c93e50cf7c9d87180673314e6; columns and numbers of fer2013.csv: the Kaggle contest "
        "challenges-in-representation-learning-facial-expression-recognition-challenge, page Data"
    ),
    raters="ten crowd raters per picture, anonymous (one picture has nine)",
    speakers="unknown: the pictures have no identities",
    papers=("vtff", "neurogaze-distill"),
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the pictures with all their votes in the order of the file.

    Layout: ``fer2013new.csv``, optionally with ``fer2013.csv`` and with the exported pictures
    (``data/FER2013Train/fer0000000.png`` …); or ``train.parquet``, ``valid.parquet``, ``test.parquet``.
    Raises `CorpusError`.
    """
    if (folder / "train.parquet").is_file():
        yield from _copied(folder)
        return
    pictures = _pictures(folder) if has_file(folder, _PICTURES) else None
    columns = ("usage", "image name", *(answer.lower() for answer in ANSWERS))
    seen: set[str] = set()
    first: dict[bytes, int] = {}
    for place, row in enumerate(read_table(folder, _VOTES, columns=columns)):
        picture = None if pictures is None else _next(pictures, row)
        name = row["image name"].strip()
        if not name or name in seen:
            continue
        seen.add(name)
        same = place if picture is None else first.setdefault(picture.pixels, place)
        path, member = _place(folder, row, name, None if picture is None else place)
        fer2013 = {} if picture is None else {"fer2013": picture.label}
        yield _record(row, name, Signal(source=row.file, modality="face", path=path, member=member), same, fer2013)


class _Picture(NamedTuple):
    usage: str
    label: str
    pixels: bytes


def _pictures(folder: Path) -> Iterator[_Picture]:
    for row in read_table(folder, _PICTURES, columns=("emotion", "pixels", "usage")):
        label = _FER2013[int(row.number("emotion", 0, len(_FER2013) - 1))]
        yield _Picture(row["usage"], label, blake2b(row["pixels"].encode(), digest_size=16).digest())


def _next(pictures: Iterator[_Picture], row: Row) -> _Picture:
    """The picture of the same row: both files have the same rows in the same order."""
    picture = next(pictures, None)
    if picture is None or picture.usage != row["usage"]:
        there = "ends there" if picture is None else f"has {picture.usage!r}"
        raise row.error(f"the set is {row['usage']!r}, where {_PICTURES} {there}")
    return picture


def _place(folder: Path, row: Row, name: str, number: int | None) -> tuple[Path | None, str | None]:
    """Where the picture lies: exported by the publisher's script, or as a row of numbers."""
    if row["usage"] in _SETS:
        for parent in (folder / "data", folder):
            path = parent / _SETS[row["usage"]][1] / name
            if path.is_file():
                return path, None
    return (None, None) if number is None else (find_file(folder, _PICTURES), str(number))


def _copied(folder: Path) -> Iterator[Record]:
    columns = ("image", "row", "usage", *ANSWERS, "fer2013_label", "duplicate_of")
    for split, _ in _SETS.values():
        path = folder / f"{split}.parquet"
        for row in read_parquet(path, columns=columns):
            if row["usage"] not in _SETS or _SETS[row["usage"]][0] != split:
                raise row.error(f"the set is {row['usage']!r}, which is not {split}")
            fer2013 = {"fer2013": row["fer2013_label"]} if row["fer2013_label"] else {}
            signal = Signal(source=path.name, modality="face", path=path, member=row["image"])
            yield _record(row, row["image"], signal, int(row["duplicate_of"] or row["row"]), fer2013)


# Votes without a rater are alike: ten values stand for all 357,099.
_ANONYMOUS = {answer: Rating(None, (answer,)) for answer in ANSWERS}


def _record(row: Row, name: str, signal: Signal, same: int, fer2013: Mapping[str, str]) -> Record:
    if row["usage"] not in _SETS:
        raise row.error(f"the set is {row['usage']!r}, allowed are {', '.join(_SETS)}")
    counts = {answer: int(row.number(answer.lower(), 0, 10)) for answer in ANSWERS}
    votes = sum(counts.values())
    if not 0 < votes <= 10:
        raise row.error(f"{votes} votes, allowed are 1 to 10")
    return Record(
        id=Path(name).stem,
        signal=signal,
        split=_SETS[row["usage"]][0],
        labels=tuple(label for label in SPACE if 2 * counts[label] > votes),
        ratings=tuple(_ANONYMOUS[answer] for answer, count in counts.items() for _ in range(count)),
        group=f"row-{same}",
        conditions={**fer2013, "usage": row["usage"]},
    )
