"""RAF-DB: faces from the web, each labelled by about 40 people, the part with one basic expression.

Li, Deng & Du 2017, Reliable Crowdsourcing and Deep Locality-Preserving Learning for Expression Recognition in the
Wild, CVPR.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.files import Row, read_lines
from affekt.types import Record, Signal

# In the order of the file's numbers, from 1.
_EMOTIONS = ("surprise", "fear", "disgust", "happiness", "sadness", "anger", "neutral")
_TABLE = ("EmoLabel/list_patition_label.txt", "list_patition_label.txt")
_LINE = re.compile(r"((train|test)_\d{4,5})\.jpg ([1-7])")
_PICTURES = ("Image/aligned/{}_aligned.jpg", "Image/original/{}.jpg")

SPACE = find_space("raf-db")

CARD = CorpusCard(
    name="raf_db",
    summary="15,339 faces from the web, each labelled by about 40 people with one of seven basic expressions",
    modality="face",
    space=SPACE,
    licence="by request, for non-commercial research",
    permissive=False,
    homepage="http://www.whdeng.cn/raf/model1.html",
    citation=SPACE.source,
    files=(SourceFile(_TABLE[0], None), SourceFile("Image/aligned.zip", None)),
    rows={"train": 12271, "test": 3068},
    languages=(),
    notes=(
        "The basic part. Two official sets. The signal is the aligned face, else the picture it was cut from. Votes, "
        "boxes, landmarks, age, sex and origin, and the compound part, are published too and not read: their form "
        "could not be checked. The password is given by mail to an academic address. The numbers of rows are from "
        "memory."
    ),
    access="request",
    layout_source=(
        "yaoing/DAN, rafdb.py, commit 10179a53f469e03b450148fc0774eaeb4fa27d09 (folders, table, numbers, names). Never "
        "run on the corpus itself"
    ),
    raters="about 40 each face, majority published",
    speakers="no identities: faces of one person may be in both sets",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the faces in the order of the table.

    Layout: ``EmoLabel/list_patition_label.txt`` with ``train_00001.jpg 5`` and so on, and ``Image/aligned/``, in
    `folder` or in its ``basic/``. Raises `CorpusError`.
    """
    root = folder / "basic" if (folder / "basic").is_dir() else folder
    for line in read_lines(root, *_TABLE):
        match = _LINE.fullmatch(line.text.strip())
        if match is None:
            raise Row(line.file, line.number, {}).error(
                f"it is {line.text!r}, allowed is train_00001.jpg 5, and 1 to 7"
            )
        name, split, number = match.groups()
        pictures = (root / place.format(name) for place in _PICTURES)
        yield Record(
            id=name,
            signal=Signal(
                source=line.file, modality="face", path=next((path for path in pictures if path.is_file()), None)
            ),
            split=split,
            labels=(_EMOTIONS[int(number) - 1],),
            group=name,
        )
