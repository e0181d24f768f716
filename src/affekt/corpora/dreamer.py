"""DREAMER: 23 people watch 18 film clips and rate themselves, with EEG and ECG.

Katsigiannis & Ramzan 2018, DREAMER: A Database for Emotion Recognition Through EEG and ECG Signals from Wireless
Low-cost Off-the-Shelf Devices, IEEE JBHI 22(1).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.matlab import read_mat
from affekt.errors import CorpusError
from affekt.types import VAD, Rating, Record, Signal

_FILE = "DREAMER.mat"
_SCALES = {"valence": "ScoreValence", "arousal": "ScoreArousal", "dominance": "ScoreDominance"}
_EEG_HZ = 128

CARD = CorpusCard(
    name="dreamer",
    summary="EEG and ECG of 23 people watching 18 film clips, self-rated",
    modality="physiology",
    space=None,
    licence="by request, for academic research (wording not verified)",
    permissive=False,
    homepage="https://zenodo.org/record/546113",
    citation="Katsigiannis & Ramzan 2018, DREAMER: A Database for Emotion Recognition Through EEG and ECG Signals "
    "from Wireless Low-cost Off-the-Shelf Devices, IEEE JBHI 22(1)",
    files=(SourceFile(_FILE, None),),
    rows={"all": 414},
    languages=(),
    notes=(
        "A record is a trial: one person, one clip. Valence, arousal and dominance are moved from 1-5 to [-1, 1]. The "
        "signal is the EEG (14 channels at 128 Hz) while the clip was shown: a cell of the one MATLAB file, whose "
        "place in it `member` says, counted from 1 as MATLAB does; ECG (2 channels at 256 Hz) and the baselines lie "
        "beside it. `values` hold its seconds. `conditions` clip is the clip's number. The file is read whole, about "
        "half a gigabyte, and needs SciPy."
    ),
    access="request",
    layout_source=(
        "torcheeg/torcheeg, torcheeg/datasets/module/emotion_recognition/dreamer.py, commit "
        "b6039b13e701edd860eb054242e64c3ec5a43fdc (fields, shapes, rates, scale). Never run on the corpus itself"
    ),
    sensitive="signals of people's bodies and brains",
    raters="each participant their own trials",
    speakers="23 people, no official split: leave one subject out",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the trials by person and clip.

    Layout: ``DREAMER.mat``, a struct whose Data holds per person EEG.stimuli (one cell per clip, time by channel),
    ScoreValence, ScoreArousal, ScoreDominance. Raises `CorpusError`, `MissingDependencyError` without SciPy.
    """
    path = folder / _FILE
    data = read_mat(path, "DREAMER")["DREAMER"]
    try:
        people = data[0, 0]["Data"][0]
        for number, person in enumerate(people, 1):
            stimuli = person["EEG"][0, 0]["stimuli"][0, 0]
            scores = {name: person[field][0, 0] for name, field in _SCALES.items()}
            if any(len(score) != len(stimuli) for score in scores.values()):
                raise _wrong(path, f"person {number} has {len(stimuli)} clips and other numbers of scores")
            for clip in range(len(stimuli)):
                values = {name: _score(path, number, clip, score[clip, 0]) for name, score in scores.items()}
                yield _record(path, number, clip, values, len(stimuli[clip, 0]) / _EEG_HZ)
    except (IndexError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise _wrong(path, f"its struct is not as expected ({error!r})") from error


def _record(path: Path, number: int, clip: int, values: dict[str, float], seconds: float) -> Record:
    person = f"person-{number:02d}"
    return Record(
        id=f"{person}.{clip + 1:02d}",
        signal=Signal(
            source=_FILE,
            modality="physiology",
            path=path,
            member=f"DREAMER.Data{{{number}}}.EEG.stimuli{{{clip + 1}}}",
        ),
        split="all",
        vad=VAD(**values),
        ratings=(Rating(person, (), values, "writer"),),
        speaker=person,
        group=person,
        values={**values, "seconds": seconds},
        conditions={"clip": str(clip + 1)},
    )


def _score(path: Path, number: int, clip: int, value: Any) -> float:
    if not 1 <= value <= 5:
        raise _wrong(path, f"person {number} gave clip {clip + 1} a score of {value}, allowed are 1 to 5")
    return (float(value) - 3) / 2


def _wrong(path: Path, problem: str) -> CorpusError:
    return CorpusError(f"{path}: {problem}. Fetch it again from {CARD.homepage}.")
