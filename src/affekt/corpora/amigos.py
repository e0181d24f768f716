"""AMIGOS: 40 people watch short and long films, alone and in groups, and rate themselves, with EEG, ECG and GSR.

Miranda-Correa, Abadi, Sebe & Patras 2021, AMIGOS: A Dataset for Affect, Personality and Mood Research on Individuals
and Groups, IEEE TAC 12(2).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.finding import files_in
from affekt.corpora.matlab import read_mat
from affekt.errors import CorpusError
from affekt.types import VAD, Rating, Record, Signal

# The twelve numbers of a trial: five scales from 1 to 9, then seven that are 0 or 1.
_SCALES = ("arousal", "valence", "dominance", "liking", "familiarity")
_EMOTIONS = ("neutral", "disgust", "happiness", "surprise", "anger", "fear", "sadness")
_FILE = re.compile(r"Data_Preprocessed_P(\d\d)\.mat")
_SHORT = 16

SPACE = find_space("amigos")

CARD = CorpusCard(
    name="amigos",
    summary="EEG, ECG and GSR of 40 people watching 16 short and 4 long films, self-rated",
    modality="physiology",
    space=SPACE,
    licence="own EULA, for academic research (wording not verified)",
    permissive=False,
    homepage="http://www.eecs.qmul.ac.uk/mmv/datasets/amigos/",
    citation=SPACE.source,
    files=(SourceFile("data_preprocessed", None),),
    rows={"all": 788},
    languages=(),
    notes=(
        "A record is a trial: one person, one film. Valence, arousal, dominance (`vad`), liking and familiarity "
        "(`values`) are moved from 1-9 to [-1, 1]; the labels are those that the person ticked, any number of them. "
        "Numbers 1 to 16 are short films, watched alone, 17 to 20 long ones, watched alone or in a group (`conditions` "
        "length). The signal is the person's MATLAB file, `member` the cell of joined_data that holds the trial (14 "
        "channels of EEG, 2 of ECG, 1 of GSR, at 128 Hz), counted from 1. Trials without ratings are left out. The "
        "number of rows is that of the design (40 by 16 and 37 by 4); some ratings are missing, so read with "
        "complete=False where it differs. Outsiders' ratings, personality and mood are not read. Needs SciPy."
    ),
    access="agreement",
    layout_source=(
        "torcheeg/torcheeg, torcheeg/datasets/module/emotion_recognition/amigos.py, commit "
        "b6039b13e701edd860eb054242e64c3ec5a43fdc (file names, variables, order of the twelve numbers, scales). Never "
        "run on the corpus itself"
    ),
    raters="each participant their own trials",
    speakers="40 people, no official split: leave one subject out; groups of four watched long films together",
    sensitive="signals of people's bodies and brains",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the rated trials by person and film.

    Layout: ``Data_Preprocessed_P01.mat`` to ``P40`` with labels_selfassessment, a cell of twelve numbers per film, in
    `folder` or in its ``data_preprocessed/``. Raises `CorpusError`, `MissingDependencyError` without SciPy.
    """
    root = folder / "data_preprocessed" if (folder / "data_preprocessed").is_dir() else folder
    found = [(path, match[1]) for path in files_in(root, "*.mat") if (match := _FILE.fullmatch(path.name))]
    if not found:
        raise CorpusError(f"{root} has no file named like Data_Preprocessed_P01.mat. Put the official files there.")
    for path, person in found:
        cells = read_mat(path, "labels_selfassessment")["labels_selfassessment"]
        if cells.ndim != 2 or cells.shape[0] != 1 or cells.dtype != object:
            raise _wrong(path, f"labels_selfassessment is {cells.dtype} {cells.shape}, expected is a row of cells")
        for film, cell in enumerate(cells[0], 1):
            if cell.size:
                yield _record(path, f"person-{person}", film, cell)


def _record(path: Path, person: str, film: int, cell: Any) -> Record:
    numbers = [float(number) for number in cell.ravel()]
    if len(numbers) != len(_SCALES + _EMOTIONS):
        raise _wrong(path, f"film {film} has {len(numbers)} numbers, expected are 12")
    scales, ticks = numbers[: len(_SCALES)], numbers[len(_SCALES) :]
    if not all(1 <= number <= 9 for number in scales) or not set(ticks) <= {0.0, 1.0}:
        raise _wrong(path, f"film {film} is rated {numbers}, expected are five from 1 to 9 and seven of 0 and 1")
    values = {name: (number - 5) / 4 for name, number in zip(_SCALES, scales, strict=True)}
    labels = tuple(name for name, tick in zip(_EMOTIONS, ticks, strict=True) if tick)
    return Record(
        id=f"{person}.{film:02d}",
        signal=Signal(source=path.name, modality="physiology", path=path, member=f"joined_data{{{film}}}"),
        split="all",
        labels=labels,
        vad=VAD(values["valence"], values["arousal"], values["dominance"]),
        ratings=(Rating(person, labels, values, "writer"),),
        speaker=person,
        group=person,
        values=values,
        conditions={"film": str(film), "length": "short" if film <= _SHORT else "long"},
    )


def _wrong(path: Path, problem: str) -> CorpusError:
    return CorpusError(f"{path}: {problem}. Fetch it again from {CARD.homepage}.")
