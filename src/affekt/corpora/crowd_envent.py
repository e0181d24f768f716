"""crowd-enVENT: events told by those who lived them, with the emotion, its strength and 21 appraisals.

Troiano, Oberländer & Klinger 2023, Dimensional Modeling of Emotions in Text with Appraisal
Theories, Computational Linguistics 49(1).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.files import Row, has_file, read_table
from affekt.errors import CorpusError
from affekt.types import Rating, Record, Signal

SPACE = find_space("crowd-envent")
RATED = tuple(label for label in SPACE if label != SPACE.neutral)
APPRAISALS = find_space("crowd-envent-appraisals").labels
_FURTHER = ("intensity", "confidence")
# The authors' scripts/create_splits.py draws the split with this seed.
_SEED = 3141592654
_GENERATION, _VALIDATION = "crowd-enVent_generation.tsv", "crowd-enVent_validation.tsv"

CARD = CorpusCard(
    name="crowd_envent",
    summary="6,600 self-told events with the writer's emotion and 21 appraisals; 1,200 of them judged by 5 readers",
    modality="text",
    space=SPACE,
    licence="unconfirmed (the archive's own terms could not be read; a mirror sets it beside CC BY 4.0)",
    permissive=False,
    homepage="https://www.ims.uni-stuttgart.de/data/appraisalemotion",
    citation=SPACE.source,
    files=(SourceFile(f"corpus/{_GENERATION}", None), SourceFile(f"corpus/{_VALIDATION}", None)),
    rows={"train": 4320, "val": 540, "test": 540, "validated": 1200},
    languages=("en",),
    notes=(
        "In https://www.romanklinger.de/data-sets/crowd-enVent2022.zip. train, val, test are the split of the "
        "authors' script; `validated` are the texts that readers judged too. `intensities` are the writer's ratings "
        "of twelve emotions, 1-5 moved to [0, 1]; ratings hold the appraisals, intensity and confidence, 1-5 moved "
        "to [0, 1]. The speaker and group is the writer's pseudonym: the authors' split is not writer-disjoint. Age, "
        "gender, ethnicity and personality are in the files and are not read: do not try to re-identify people."
    ),
    copies={"the three splits without the readers' part": {"train": 4320, "val": 540, "test": 540}},
    layout_source="alokdebnath/appraise-PLM, data/, 4297ee3f4083fc679a71102e2685663f9858b6b6",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the events; ratings of 1-5 are moved to [0, 1].

    Layout: ``crowd-enVent_generation.tsv`` and ``crowd-enVent_validation.tsv`` (the publisher's, in
    `folder` or its ``corpus/``; the split is drawn again as the authors' script draws it), or that
    script's ``crowd-enVent-train.tsv``, ``-val.tsv``, ``-test.tsv``. Raises `CorpusError`.
    """
    if has_file(folder, _GENERATION, f"corpus/{_GENERATION}"):
        yield from _official(folder)
        return
    for split in ("train", "val", "test"):
        for row in _table(folder, f"crowd-enVent-{split}.tsv", ("emotion", "generated_text", *RATED, *APPRAISALS)):
            yield _record(row, split, [])


def _official(folder: Path) -> Iterator[Record]:
    readers: dict[str, list[Rating]] = defaultdict(list)
    for row in _table(folder, _VALIDATION, ("emotion", *APPRAISALS)):
        readers[row["text_id"]].append(_rating(row, "reader"))
    rows = list(_table(folder, _GENERATION, ("emotion", "generated_text", *RATED, *APPRAISALS)))
    rest = [row for row in rows if row["text_id"] not in readers]
    told = {row["text_id"] for row in rows}
    strange = next((number for number in readers if number not in told), None)
    if strange is not None:
        raise CorpusError(f"{_VALIDATION} reads text {strange}, which {_GENERATION} does not have. Fetch both again.")
    for split, places in authors_split(len(rest)).items():
        for place in places:
            yield _record(rest[place], split, [])
    for row in rows:
        if row["text_id"] in readers:
            yield _record(row, "validated", readers[row["text_id"]])


def authors_split(count: int) -> dict[str, list[int]]:
    """Return the places of train, val and test among `count` texts, as the authors' script draws them.

    It calls scikit-learn's ``train_test_split`` twice, which permutes with NumPy's legacy generator
    and takes the first part as test; checked against their files for the 5,400 texts.

    >>> {split: len(places) for split, places in authors_split(5400).items()}
    {'train': 4320, 'val': 540, 'test': 540}
    """
    import numpy as np

    order = np.random.RandomState(_SEED).permutation(count)
    away = -(-count // 5)
    rest = order[:away]
    again = np.random.RandomState(_SEED).permutation(away)
    half = -(-away // 2)
    return {
        "train": order[away:].tolist(),
        "val": rest[again[:half]].tolist(),
        "test": rest[again[half:]].tolist(),
    }


def _table(folder: Path, name: str, columns: tuple[str, ...]) -> Iterator[Row]:
    columns = ("text_id", "prolific_id", *columns)
    return read_table(folder, name, f"corpus/{name}", columns=columns, delimiter="\t")


def _record(row: Row, split: str, readers: list[Rating]) -> Record:
    writer = row["prolific_id"]
    return Record(
        id=row["text_id"],
        signal=Signal(row["generated_text"], source=row.file, language="en"),
        split=split,
        labels=(_emotion(row),),
        intensities={label: row.share(label, 1, 5) for label in RATED},
        ratings=(_rating(row, "writer"), *readers),
        speaker=writer,
        group=writer,
    )


def _rating(row: Row, perspective: str) -> Rating:
    scales = (*APPRAISALS, *(name for name in _FURTHER if name in row.cells))
    values = {name: row.share(name, 1, 5) for name in scales}
    return Rating(row["prolific_id"], (_emotion(row),), values, perspective)


def _emotion(row: Row) -> str:
    emotion = row["emotion"].replace("no emotion", "no-emotion")
    if emotion not in SPACE:
        raise CorpusError(f"{row.file}, line {row.line}: {emotion!r} is none of {', '.join(SPACE)}.")
    return emotion
