"""FER2013: 35,887 small grey pictures of faces with one of seven expressions.

Goodfellow et al. 2013, Challenges in Representation Learning: A report on three machine learning contests,
arXiv:1307.0414.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.files import find_file, read_table
from affekt.types import Record, Signal

# In the order of the file's numbers.
_EMOTIONS = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")
_SPLITS = {"Training": "train", "PublicTest": "valid", "PrivateTest": "test"}
_SIDE = 48
_FILE = "fer2013.csv"

SPACE = find_space("fer2013")

CARD = CorpusCard(
    name="fer2013",
    summary="35,887 pictures of faces (48 x 48, grey) with one of seven expressions",
    modality="face",
    space=SPACE,
    licence="none stated",
    permissive=False,
    homepage="https://www.kaggle.com/c/challenges-in-representation-learning-facial-expression-recognition-challenge",
    citation=SPACE.source,
    files=(SourceFile(_FILE, None),),
    rows={"train": 28709, "valid": 3589, "test": 3589},
    languages=(),
    notes=(
        "The labels came with the web search that found the pictures and are known to be poor: `ferplus` has ten votes "
        "on the same pictures, in the same order. The signal's member is the row from 0; its pixels stand in the file. "
        "Pictures that are the same to the pixel share a group, named after the first row, and some span splits. valid "
        "is PublicTest, test PrivateTest."
    ),
    layout_source=(
        "microsoft/FERPlus, src/generate_training_data.py and README.md (columns, sets), commit "
        "ae2128abf776409c93e50cf7c9d87180673314e6; numbers of expressions: the Kaggle contest's page Data"
    ),
    raters="none by hand for each: labels of the web search, cleaned",
    speakers="unknown: the pictures have no identities",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the pictures in the order of the file.

    Layout: ``fer2013.csv`` with emotion (0 to 6), pixels (2,304 numbers), Usage. Raises `CorpusError`.
    """
    path = find_file(folder, _FILE)
    first: dict[bytes, int] = {}
    for number, row in enumerate(read_table(folder, _FILE, columns=("emotion", "pixels", "usage"))):
        if row["usage"] not in _SPLITS:
            raise row.error(f"Usage is {row['usage']!r}, allowed are {', '.join(_SPLITS)}")
        if row["pixels"].count(" ") != _SIDE * _SIDE - 1:
            raise row.error(f"pixels are {row['pixels'].count(' ') + 1} numbers, expected are {_SIDE * _SIDE}")
        same = first.setdefault(blake2b(row["pixels"].encode(), digest_size=16).digest(), number)
        yield Record(
            id=f"fer{number:07d}",
            signal=Signal(source=row.file, modality="face", path=path, member=str(number)),
            split=_SPLITS[row["usage"]],
            labels=(_EMOTIONS[int(row.number("emotion", 0, 6))],),
            group=f"fer{same:07d}",
        )
