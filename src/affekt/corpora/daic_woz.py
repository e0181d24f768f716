"""DAIC-WOZ: interviews led by a virtual agent, with what the interviewee answered in the PHQ-8.

Gratch et al. 2014, The Distress Analysis Interview Corpus of human and computer interviews, LREC; Ringeval et al. 2017,
AVEC 2017: Real-life Depression, and Affect Recognition Workshop and Challenge.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.files import Row, has_file, read_table
from affekt.types import Rating, Record, Signal

_TABLES = (
    ("train_split_Depression_AVEC2017.csv", "train", "phq8_binary", "phq8_score"),
    ("dev_split_Depression_AVEC2017.csv", "dev", "phq8_binary", "phq8_score"),
)
# The answers to the eight questions, 0 (not at all) to 3 (nearly every day).
_ITEMS = ("nointerest", "depressed", "sleep", "tired", "appetite", "failure", "concentrating", "moving")

CARD = CorpusCard(
    name="daic_woz",
    summary="clinical interviews led by a virtual agent, with PHQ-8 depression scores",
    modality="video",
    space=None,
    licence="own EULA, for academic non-profit research",
    permissive=False,
    homepage="https://dcapswoz.ict.usc.edu/",
    citation="Gratch et al. 2014, The Distress Analysis Interview Corpus of human and computer interviews, LREC",
    files=tuple(SourceFile(name, None) for name, *_ in _TABLES),
    rows={"train": 107, "dev": 35},
    languages=("en",),
    notes=(
        "A record is a session; depression is no emotion, so there is no label. `values` are PHQ8_Binary (phq8_binary, "
        "1 from a score of 10 on: a row where the two disagree keeps both), the score (phq8_score, 0 to 24) and the "
        "eight answers (0 to 3), an empty one is absent. Sex is published as a number whose meaning could not be "
        "checked: it stays one (`conditions` gender). The text is what the participant said, where the session's "
        "transcript is there. The test set's labels came later in another form and are not read. Health data: nothing "
        "here is a diagnosis. Numbers of rows are those of AVEC 2017, from memory."
    ),
    access="agreement",
    layout_source=(
        "kykiefer/depression-detect, src/features/dev_data.py, commit 1247b676a8dd2fb33b2f51acdbd2ecfd32c8e3d6 (file "
        "names); adbailey1/DepAudioNet_reproduction, utilities/utilities_main.py, commit "
        "ed09d52f426600b79d253e225bc4160bda1db8ca (columns); Jakidxav/DAIC_WOZ_NLP, "
        "processing_scripts/process_DAIC_WOZ.py, commit 3a4293210a20fc2f92e3f6f5773da234fbb30d84 (transcripts). Never "
        "run on the corpus itself"
    ),
    raters="the interviewee's own questionnaire",
    speakers="one session each person, as far as is known; splits are by person",
    sensitive="people's mental health, with their voice, face and words",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the sessions of training, then of development, in the order of the tables.

    Layout: ``train_split_Depression_AVEC2017.csv`` and ``dev_split_Depression_AVEC2017.csv`` with Participant_ID,
    PHQ8_Binary, PHQ8_Score; ``300_P/300_AUDIO.wav`` and ``300_TRANSCRIPT.csv``, if they are there. Raises
    `CorpusError`.
    """
    for name, split, binary, score in _TABLES:
        for row in read_table(folder, name, columns=("participant_id", binary, score)):
            yield _record(folder, row, split)


def _record(folder: Path, row: Row, split: str) -> Record:
    session = str(int(row.number("participant_id", 300, 999)))
    if row["phq8_binary"] not in ("0", "1"):
        raise row.error(f"PHQ8_Binary is {row['phq8_binary']!r}, allowed are 0 and 1")
    values = {"phq8_binary": float(row["phq8_binary"]), "phq8_score": row.number("phq8_score", 0, 24)}
    for item in _ITEMS:
        if row.cells.get(f"phq8_{item}", "").strip():
            values[f"phq8_{item}"] = row.number(f"phq8_{item}", 0, 3)
    sound = folder / f"{session}_P" / f"{session}_AUDIO.wav"
    return Record(
        id=session,
        signal=Signal(
            text=_said(folder / f"{session}_P", f"{session}_TRANSCRIPT.csv"),
            source=row.file,
            language="en",
            modality="video",
            path=sound if sound.is_file() else None,
        ),
        split=split,
        ratings=(Rating(session, (), values, "writer"),),
        speaker=session,
        group=session,
        values=values,
        conditions={"gender": row.cells["gender"]} if row.cells.get("gender") else {},
    )


def _said(folder: Path, name: str) -> str:
    """What the participant said, without the agent's turns; nothing where there is no transcript."""
    if not has_file(folder, name):
        return ""
    rows = read_table(
        folder, name, columns=("start_time", "stop_time", "speaker", "value"), delimiter="\t", quoted=False
    )
    return " ".join(row["value"].strip() for row in rows if row["speaker"] == "Participant")
