"""SEED: EEG of 15 people watching 15 film clips in three sessions, positive, neutral or negative.

Zheng & Lu 2015, Investigating Critical Frequency Bands and Channels for EEG-based Emotion Recognition with Deep Neural
Networks, IEEE TAMD 7(3).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from affekt.affect.citations import CITATIONS
from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.finding import files_in
from affekt.corpora.matlab import list_mat, read_mat
from affekt.errors import CorpusError
from affekt.types import Record, Signal

_CODES = {-1: "negative", 0: "neutral", 1: "positive"}
_FILE = re.compile(r"(\d{1,2})_(\d{8})\.mat")
_TRIAL = re.compile(r"\w+_eeg(\d+)")
_HZ = 200

SPACE = find_space("sentiment")

CARD = CorpusCard(
    name="seed",
    summary="EEG of 15 people watching 15 film clips in three sessions, positive, neutral or negative",
    modality="physiology",
    space=SPACE,
    licence="own agreement, for academic research",
    permissive=False,
    homepage="https://bcmi.sjtu.edu.cn/home/seed/",
    citation=CITATIONS["zheng2015"],
    files=(SourceFile("Preprocessed_EEG/label.mat", None),),
    rows={"all": 675},
    languages=(),
    notes=(
        "A record is a trial; the label is the clip's, the same for everybody. The signal is the EEG (62 channels at "
        "200 Hz), `member` the variable of the person's MATLAB file that holds it, `values` its seconds. `conditions` "
        "are session (1 to 3, by date), date and clip. Papers test within or across subjects, which are not "
        "comparable. Eye movements and the features are not read. Needs SciPy; no recording is loaded."
    ),
    access="agreement",
    layout_source=(
        "torcheeg/torcheeg, torcheeg/datasets/module/emotion_recognition/seed.py, commit "
        "b6039b13e701edd860eb054242e64c3ec5a43fdc (file names, variables, labels, rate). Never run on the corpus "
        "itself"
    ),
    sensitive="signals of people's brains",
    raters="none: the label is the clip's",
    speakers="15 people, no official split: leave one subject out",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the trials by person, session and clip.

    Layout: ``Preprocessed_EEG/label.mat`` and ``1_20131027.mat`` (person, date) … with a variable ending in ``_eeg1``
    to ``_eeg15`` each, in `folder` or in its ``Preprocessed_EEG/``. Raises `CorpusError`, `MissingDependencyError`
    without SciPy.
    """
    root = folder / "Preprocessed_EEG" if (folder / "Preprocessed_EEG").is_dir() else folder
    codes = [int(code) for code in read_mat(root / "label.mat", "label")["label"].ravel()]
    if len(codes) != 15 or not set(codes) <= set(_CODES):
        raise CorpusError(f"{root / 'label.mat'} holds {codes}, expected are 15 of {', '.join(map(str, _CODES))}.")
    labels = [_CODES[code] for code in codes]
    for path, person, date, session in sessions(root):
        yield from trials(path, labels, {"session": str(session), "date": date}, f"person-{person:02d}.{session}")


def sessions(root: Path) -> list[tuple[Path, int, str, int]]:
    """Return the recordings in a folder: file, person, date, and which of the person's sessions it is, from 1.

    Raises `CorpusError` where there is none, or a MATLAB file is not named so.
    """
    found: dict[int, list[tuple[str, Path]]] = {}
    for path in files_in(root, "*.mat"):
        if path.name == "label.mat":
            continue
        match = _FILE.fullmatch(path.name)
        if match is None:
            raise CorpusError(f"{path} is not named like 1_20131027.mat. Is it one of the official files?")
        found.setdefault(int(match[1]), []).append((match[2], path))
    if not found:
        raise CorpusError(f"{root} has no file named like 1_20131027.mat. Put the corpus's official files there.")
    return [
        (path, person, date, session)
        for person in sorted(found)
        for session, (date, path) in enumerate(sorted(found[person]), 1)
    ]


def trials(path: Path, labels: Sequence[str], conditions: dict[str, str], name: str) -> Iterator[Record]:
    """Yield the trials of one recording: its variables ``…_eeg1`` and so on, each with the label of its number.

    `name` begins with the person. Raises `CorpusError` where there are others than `labels` tells of.
    """
    found = {}
    for variable in list_mat(path):
        match = _TRIAL.fullmatch(variable.name)
        if match is not None:
            found[int(match[1])] = variable
    if sorted(found) != list(range(1, len(labels) + 1)):
        raise CorpusError(f"{path} has the trials {sorted(found)}, expected are 1 to {len(labels)}.")
    person = name.partition(".")[0]
    for clip, label in enumerate(labels, 1):
        yield Record(
            id=f"{name}.{clip:02d}",
            signal=Signal(source=path.name, modality="physiology", path=path, member=found[clip].name),
            split="all",
            labels=(label,),
            speaker=person,
            group=person,
            values={"seconds": found[clip].shape[-1] / _HZ},
            turn=clip - 1,
            conditions={**conditions, "clip": str(clip)},
        )
