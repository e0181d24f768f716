"""DEAP: 32 people watch 40 music videos and rate themselves, with EEG and signals of the body.

Koelstra et al. 2012, DEAP: A Database for Emotion Analysis using Physiological Signals, IEEE TAC 3(1).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.files import Row, has_file, read_table
from affekt.errors import CorpusError
from affekt.types import VAD, Rating, Record, Signal

_RATINGS = ("metadata_csv/participant_ratings.csv", "participant_ratings.csv")
_PEOPLE = ("metadata_csv/participant_questionnaire.csv", "participant_questionnaire.csv")
_VIDEOS = ("metadata_csv/video_list.csv", "video_list.csv")
_SCALES = ("valence", "arousal", "dominance", "liking")
# Pickles (data_preprocessed_python/s01.dat) are left where they are.
_RECORDINGS = ("data_preprocessed_matlab/{}.mat", "data_original/{}.bdf")

CARD = CorpusCard(
    name="deap",
    summary="EEG and peripheral signals of 32 people watching 40 music videos, self-rated",
    modality="physiology",
    space=None,
    licence="own EULA, for academic research",
    permissive=False,
    homepage="http://www.eecs.qmul.ac.uk/mmv/datasets/deap/",
    citation="Koelstra et al. 2012, DEAP: A Database for Emotion Analysis using Physiological Signals, IEEE TAC 3(1)",
    files=(SourceFile(_RATINGS[0], None),),
    rows={"all": 1280},
    languages=(),
    notes=(
        "A record is a trial: one person, one video. Valence, arousal and dominance (`vad`) and liking (`values`) are "
        "moved from 1-9 to [-1, 1], familiarity from 1-5; three people were not asked for familiarity. The signal is "
        "the person's whole recording, data_preprocessed_matlab/s01.mat or data_original/s01.bdf; which stretch of it "
        "is the trial is not said, for it could not be checked: by the makers' page (from memory) the preprocessed "
        "trials are in the order of the video's number, `conditions` video. The pickles of data_preprocessed_python "
        "are never loaded. `conditions` also hold trial, and title, artist, tag of the video, sex and age of the "
        "person, where their tables are there. Face videos of 22 people and online ratings are not read."
    ),
    access="agreement",
    layout_source=(
        "dweidai/DEAP-JRP-Emotion-Classification, participant_ratings.csv, commit "
        "7c34612f7da98b63c4b9133e787f4e219cd69dcd, and valadhi/deap_emotion_prediction, metadata_csv, commit "
        "95cad0c43d5453ae6ebc33da03cc4f1d2f92e1a6, on which the reader was run; torcheeg/torcheeg, "
        "torcheeg/datasets/module/emotion_recognition/deap.py, commit b6039b13e701edd860eb054242e64c3ec5a43fdc (order "
        "of scales, file names); WCL-26/EEG-Based-Emotion-Recognition-via-Deep-Learning, 1D_dataset.py, commit "
        "4e0ddae131b23d3a918181cd5d2cec78f9fb4930 (MATLAB files)"
    ),
    sensitive="signals of people's bodies and brains",
    raters="each participant their own trials",
    speakers="32 people, no official split: leave one subject out",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the trials by person, in the order in which they took place.

    Layout: ``metadata_csv/participant_ratings.csv``; beside it ``participant_questionnaire.csv`` and
    ``video_list.csv``, and ``data_preprocessed_matlab/`` or ``data_original/``, if they are there. Raises
    `CorpusError`.
    """
    people = _people(folder)
    videos = _videos(folder)
    columns = ("participant_id", "trial", "experiment_id", *_SCALES, "familiarity")
    for row in read_table(folder, *_RATINGS, columns=columns):
        person = f"s{int(row.number('participant_id', 1, 32)):02d}"
        trial, video = int(row.number("trial", 1, 40)), int(row.number("experiment_id", 1, 40))
        if people and person not in people:
            raise row.error(f"the questionnaires say nothing of {person}")
        values = {name: row.signed(name, 1, 9) for name in _SCALES}
        if row["familiarity"].strip():
            values["familiarity"] = row.signed("familiarity", 1, 5)
        yield Record(
            id=f"{person}.{video:02d}",
            signal=Signal(source=row.file, modality="physiology", path=_recording(folder, person)),
            split="all",
            vad=VAD(values["valence"], values["arousal"], values["dominance"]),
            ratings=(Rating(person, (), values, "writer"),),
            speaker=person,
            group=person,
            values=values,
            turn=trial - 1,
            conditions={
                "trial": str(trial),
                "video": str(video),
                **videos.get(video, {}),
                **people.get(person, {}),
            },
        )


def _recording(folder: Path, person: str) -> Path | None:
    paths = (folder / name.format(person) for name in _RECORDINGS)
    return next((path for path in paths if path.is_file()), None)


def _people(folder: Path) -> dict[str, dict[str, str]]:
    """Sex and age of every person; nothing where their table is not there."""
    if not has_file(folder, *_PEOPLE):
        return {}
    rows = read_table(folder, *_PEOPLE, columns=("participant_id", "age", "gender"))
    return {row["participant_id"].lower(): {"sex": row["gender"].lower(), "age": row["age"]} for row in rows}


def _videos(folder: Path) -> dict[int, dict[str, str]]:
    """Title, artist and tag of the 40 videos; nothing where their table is not there."""
    if not has_file(folder, *_VIDEOS):
        return {}
    videos: dict[int, dict[str, str]] = {}
    # The table has the 120 videos of the online ratings; those that were shown have a number.
    for row in read_table(folder, *_VIDEOS, columns=("experiment_id", "lastfm_tag", "artist", "title")):
        if row["experiment_id"].strip():
            videos[_video(row)] = {"title": row["title"].strip(), "artist": row["artist"].strip()}
            if row["lastfm_tag"].strip():
                videos[_video(row)]["tag"] = row["lastfm_tag"].strip()
    if len(videos) != 40:
        raise CorpusError(f"{folder} has a list of {len(videos)} videos that were shown, expected are 40.")
    return videos


def _video(row: Row) -> int:
    return int(row.number("experiment_id", 1, 40))
