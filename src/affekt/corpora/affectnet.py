"""AffectNet: faces from the web labelled by hand with an expression, valence and arousal.

Mollahosseini, Hasani & Mahoor 2019, AffectNet: A Database for Facial Expression, Valence, and Arousal Computing in the
Wild, IEEE TAC 10(1).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.files import Row, read_table
from affekt.types import Record, Signal

# In the order of the file's numbers; three more say why there is no expression.
_EMOTIONS = ("neutral", "happiness", "sadness", "surprise", "fear", "disgust", "anger", "contempt")
_NONE = ("none", "uncertain", "no face")
_LISTS = "Manually_Annotated_file_lists"
_PICTURES = "Manually_Annotated_Images"
# What stands for valence and arousal where there is no expression to rate.
_UNRATED = -2

SPACE = find_space("affectnet")

CARD = CorpusCard(
    name="affectnet",
    summary="420,000 faces from the web labelled by hand with one of eight expressions, valence and arousal",
    modality="face",
    space=SPACE,
    licence="own agreement, for research only; lab managers or professors may request it",
    permissive=False,
    homepage="http://mohammadmahoor.com/affectnet/",
    citation=SPACE.source,
    files=(SourceFile(f"{_LISTS}/training.csv", None), SourceFile(f"{_LISTS}/validation.csv", None)),
    rows={"train": 414799, "validation": 5500},
    languages=(),
    notes=(
        "The release of 2017 with lists as CSV, its hand-labelled part. `values` hold valence and arousal in [-1, 1] "
        "as published, absent where they are -2; dominance was not asked. Rows that are none, uncertain or no face "
        "have no label; `conditions` expression says which of the eleven it is. Papers use 7 or 8 expressions and "
        "score the validation set, for the test set is not public. The half a million faces labelled by machine are "
        "not read, nor are boxes and landmarks. Numbers of rows are from memory. The group is the picture's folder, "
        "which may hold copies of one picture."
    ),
    access="agreement",
    layout_source=(
        "hcmlab/hcai-datasets, hcai_datasets/hcai_affectnet/hcai_affectnet.py, commit "
        "0278b346b877650efa07f728f8573e3089f36c3e (folders, lists, columns, order of expressions). Never run on the "
        "corpus itself"
    ),
    raters="one of 12 annotators each face",
    speakers="no identities; faces of one person may be in both sets",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the faces of training, then of validation, in the order of the lists.

    Layout: ``Manually_Annotated_file_lists/training.csv`` and ``validation.csv``, whose first column is the picture's
    place in ``Manually_Annotated_Images/``, with expression (0 to 10), valence, arousal. Raises `CorpusError`.
    """
    for name, split in (("training", "train"), ("validation", "validation")):
        for row in read_table(folder, f"{_LISTS}/{name}.csv", columns=("expression", "valence", "arousal")):
            yield _record(folder, row, split)


def _record(folder: Path, row: Row, split: str) -> Record:
    place = PurePosixPath(next(iter(row.cells.values())))
    if len(place.parts) != 2 or ".." in place.parts or place.is_absolute():
        raise row.error(f"the picture is {str(place)!r}, expected is folder/name")
    number = row.number("expression", 0, len(_EMOTIONS + _NONE) - 1)
    expression = (*_EMOTIONS, *_NONE)[int(number)]
    picture = folder / _PICTURES / place
    rated = {name: row.number(name, _UNRATED, 1) for name in ("valence", "arousal")}
    if any(_UNRATED < value < -1 for value in rated.values()):
        raise row.error(f"valence and arousal are {rated}, allowed are -1 to 1, and -2 for none")
    return Record(
        id=str(place),
        signal=Signal(source=row.file, modality="face", path=picture if picture.is_file() else None),
        split=split,
        labels=() if expression in _NONE else (expression,),
        group=place.parts[0],
        values={name: value for name, value in rated.items() if value != _UNRATED},
        conditions={"expression": expression},
    )
