"""L3Cube-MahaEmotions: Marathi tweets with eleven emotions, the training part labelled by GPT-4.

Kowtal & Joshi 2025, L3Cube-MahaEmotions, arXiv:2506.00863.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.files import has_file, read_table
from affekt.types import Record, Signal

SPACE = find_space("mahaemotions")
SPLITS = ("train", "validation", "test")
_COMMIT = "8ee29fa1329d6a841030eb46659d3c10614b5e59"
_PLACE = "L3Cube-MahaEmotions/anger-disgust-separate"
_RAW = f"https://raw.githubusercontent.com/l3cube-pune/MarathiNLP/{_COMMIT}"

CARD = CorpusCard(
    name="mahaemotions",
    summary="15k Marathi tweets with eleven emotions: training labels by GPT-4, the others by hand",
    modality="text",
    space=SPACE,
    licence="CC BY 4.0 (Hugging Face card l3cube-pune/MahaEmotions; the repository's other sets are CC BY-NC-SA 4.0)",
    permissive=True,
    homepage="https://github.com/l3cube-pune/MarathiNLP",
    citation="Kowtal & Joshi 2025, L3Cube-MahaEmotions, arXiv:2506.00863",
    files=tuple(SourceFile(f"{_PLACE}/{split}.csv", f"{_RAW}/{_PLACE}/{split}.csv") for split in SPLITS),
    rows={"train": 11998, "validation": 1500, "test": 1500},
    languages=("mr",),
    notes=(
        "The form with anger and disgust apart is read; the publisher's other form joins them, and in validation "
        "differs elsewhere too. `conditions` say who labelled: `labelled_by` is GPT-4 (train) or people. "
        "The publisher says 12,000 training items, the files have 11,998. Texts repeat, within a split (171 in train) "
        "and across: 28 texts of validation are in train, and 248 of train and validation are in test (nearly) and "
        "were taken out of the known copy. Labels in lower case are read as the others. The files that are there "
        "are read."
    ),
    copies={"train and validation without near duplicates of test": {"train": 11785, "validation": 1465}},
    layout_source=f"l3cube-pune/MarathiNLP, L3Cube-MahaEmotions/, {_COMMIT}",
    raters="GPT-4 in train; people in validation and test, how many each is not said in the repository",
    speakers="writers of tweets, not published",
    papers=("mahaemotions",),
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the tweets; the id is ``<split>-<number>``, from 1.

    Layout: ``L3Cube-MahaEmotions/anger-disgust-separate/train.csv``, ``validation.csv``, ``test.csv`` (the
    publisher's repository), or ``anger-disgust-separate_train.csv`` … in `folder`; those that are there are
    read. Raises `CorpusError`.
    """
    places = {split: (f"{_PLACE}/{split}.csv", f"anger-disgust-separate_{split}.csv") for split in SPLITS}
    here = [split for split in SPLITS if has_file(folder, *places[split])]
    for split in here or SPLITS:
        for number, row in enumerate(read_table(folder, *places[split], columns=("tweet", "label")), 1):
            label = row["label"].strip().lower()
            if label not in SPACE:
                raise row.error(f"label is {row['label']!r}, allowed are {', '.join(SPACE)}")
            yield Record(
                id=f"{split}-{number}",
                signal=Signal(row["tweet"], source=row.file, language="mr"),
                split=split,
                labels=(label,),
                conditions={"labelled_by": "GPT-4" if split == "train" else "people"},
            )
