"""CEAP-360VR: how 32 viewers felt in eight 360-degree films, moment by moment and as a whole.

Xue, El Ali, Zhang, Ding & Cesar 2021, CEAP-360VR: A Continuous Physiological and Behavioral Emotion
Annotation Dataset for 360° Videos, IEEE Transactions on Multimedia.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from affekt.cards import CorpusCard
from affekt.corpora.files import Row, has_file, official_files, read_table
from affekt.corpora.parquet import read_parquet
from affekt.errors import CorpusError
from affekt.types import Rating, Record, Signal

_VIEWERS, _VIDEOS = 32, 8
_ASKED = "2_QuestionnaireData/P{}_Questionnaire_Data.json"
_TRACED = "3_AnnotationData/Transformed/P{}_Annotation_TransData.json"
_BODY = "5_PhysioData/Transformed/P{}_Physio_TransData.json"
_COPY = "post_video_ratings.csv"
_RAW = (
    "https://raw.githubusercontent.com/cwi-dis/CEAP-360VR-Dataset/d41a82128542f404d5022ca336bc4efd2910d165/CEAP-360VR"
)

CARD = CorpusCard(
    name="ceap_360vr",
    summary="32 viewers of eight 360-degree films: valence and arousal by joystick and, once per film, by SAM",
    modality="physiology",
    space=None,
    licence="CC BY-NC 4.0 (the publisher's link leads to BY-NC-SA; respect both)",
    permissive=False,
    homepage="https://github.com/cwi-dis/CEAP-360VR-Dataset",
    citation="Xue et al. 2021, CEAP-360VR, IEEE Transactions on Multimedia",
    files=official_files("ceap_360vr", _RAW),
    rows={"all": _VIEWERS * _VIDEOS},
    languages=(),
    notes=(
        "A record is one viewer in one film. `values` and the viewer's rating hold the SAM answers given after it, "
        "valence and arousal moved linearly from 1-9 to [-1, 1]; dominance was not asked, so there is no vad. "
        "`affekt.corpora.ceap_360vr.read_traces` gives what the joystick said, some eight points a second at uneven "
        "times, on the same scale; `of_films` puts all viewers' ratings of a film together. `conditions` hold the "
        "film, and the viewer's age, sex and experience with virtual reality. The signal's path is the viewer's "
        "physiology, where it is there. No split is published: leave viewers out, or films."
    ),
    layout_source=(
        "cwi-dis/CEAP-360VR-Dataset, README.md, CEAP-360VR/2_QuestionnaireData and "
        "CEAP-360VR/3_AnnotationData/Transformed, commit d41a82128542f404d5022ca336bc4efd2910d165"
    ),
    sensitive="signals of people's bodies",
    raters="32 viewers, each of every film",
    speakers="32 viewers, no published split: leave viewers out",
)


class Point(NamedTuple):
    """One moment: who watched which film, its time in seconds, valence and arousal in [-1, 1]."""

    viewer: str
    film: str
    time: float
    valence: float
    arousal: float


def read(folder: Path) -> Iterator[Record]:
    """Yield what every viewer said of every film, viewer by viewer.

    Layout: ``2_QuestionnaireData/P1_Questionnaire_Data.json`` … ``P32`` (also under ``CEAP-360VR/``); or
    ``post_video_ratings.csv`` and ``participants.csv``. Raises `CorpusError`.
    """
    if has_file(folder, _COPY):
        people = {row["participantid"]: row.cells for row in read_table(folder, "participants.csv", columns=_PERSON)}
        for row in read_table(folder, _COPY, columns=("participant", "video", "sam_valence", "sam_arousal")):
            viewer = f"P{row['participant']}"
            if viewer not in people:
                raise row.error(f"participants.csv says nothing of {viewer}")
            answers = {"valence": row["sam_valence"], "arousal": row["sam_arousal"]}
            yield _record(Row(row.file, row.line, people[viewer] | answers), viewer, row["video"], None)
        return
    root = _root(folder)
    for number in range(1, _VIEWERS + 1):
        path = root / _ASKED.format(number)
        for person in _entries(path, "QuestionnaireData"):
            told = {name.lower(): str(value) for name, value in person.items()}
            body = root / _BODY.format(number)
            for film in _list(path, person, "Video_SAMRating_VideoTime_Data"):
                answers = {"valence": str(film.get("ValenceValue")), "arousal": str(film.get("ArousalValue"))}
                row = Row(path.name, 1, told | answers)
                yield _record(row, f"P{number}", str(film.get("VideoID")), body if body.is_file() else None)


def read_traces(folder: Path) -> Iterator[Point]:
    """Yield every point of every trace, viewer by viewer and film by film, in time.

    Layout: ``3_AnnotationData/Transformed/P1_Annotation_TransData.json`` … (also under ``CEAP-360VR/``); or
    ``continuous_annotations.parquet``. Raises `CorpusError`.
    """
    copy = folder / "continuous_annotations.parquet"
    if copy.is_file():
        for row in read_parquet(copy, columns=("participant", "video", "t", "valence", "arousal")):
            yield _point(row, f"P{row['participant']}", row["video"], "t")
        return
    root = _root(folder)
    for viewer in range(1, _VIEWERS + 1):
        path = root / _TRACED.format(viewer)
        for person in _entries(path, "ContinuousAnnotation_TransData"):
            for film in _list(path, person, "Video_Annotation_TransData"):
                for moment in _list(path, film, "TimeStamp_Valence_Arousal"):
                    row = Row(path.name, 1, {str(name).lower(): str(value) for name, value in moment.items()})
                    yield _point(row, f"P{viewer}", str(film.get("VideoID")), "timestamp")


def of_films(records: Iterable[Record]) -> list[Record]:
    """Return one record per film with the ratings of all its viewers, ready for a table of ratings.

    >>> said = [Rating(name, values={"valence": 0.5}) for name in ("P1", "P2")]
    >>> watched = [
    ...     Record(f"{one.rater}.V3", Signal(), "all", ratings=(one,), conditions={"film": "V3"}) for one in said
    ... ]
    >>> [(film.id, len(film.ratings)) for film in of_films(watched)]
    [('V3', 2)]
    """
    by_film = sorted(records, key=lambda record: record.conditions["film"])
    films = []
    for film, members in groupby(by_film, key=lambda record: record.conditions["film"]):
        first, *others = members
        ratings = (*first.ratings, *(rating for record in others for rating in record.ratings))
        signal = Signal(source=first.signal.source, modality="video")
        films.append(
            replace(
                first,
                id=film,
                signal=signal,
                ratings=ratings,
                group=film,
                speaker=None,
                values={},
                conditions={"film": film},
            )
        )
    return films


_PERSON = ("participantid", "age", "gender", "vr experience")


def _record(row: Row, viewer: str, film: str, body: Path | None) -> Record:
    if row.cells.get("participantid") != viewer or film not in {f"V{number}" for number in range(1, _VIDEOS + 1)}:
        raise row.error(f"this is {row.cells.get('participantid')!r} in {film!r}, expected is {viewer} in V1 to V8")
    missing = [name for name in _PERSON if name not in row.cells]
    if missing:
        raise row.error(f"nothing is said of {', '.join(missing)}")
    values = {name: row.signed(name, 1, 9) for name in ("valence", "arousal")}
    return Record(
        id=f"{viewer}.{film}",
        signal=Signal(source=row.file, modality="physiology", path=body),
        split="all",
        ratings=(Rating(viewer, (), values),),
        speaker=viewer,
        group=viewer,
        values=values,
        conditions={
            **{"film": film, "sex": row["gender"].lower()},
            **{"age": row["age"], "vr_experience": row["vr experience"]},
        },
    )


def _point(row: Row, viewer: str, film: str, time: str) -> Point:
    absent = [name for name in (time, "valence", "arousal") if name not in row.cells]
    if absent:
        raise row.error(f"a moment lacks {', '.join(absent)}")
    return Point(viewer, film, row.number(time, 0, 1e4), row.signed("valence", 1, 9), row.signed("arousal", 1, 9))


def _root(folder: Path) -> Path:
    return folder / "CEAP-360VR" if (folder / "CEAP-360VR").is_dir() else folder


def _entries(path: Path, key: str) -> list[dict[str, Any]]:
    if not path.is_file():
        raise CorpusError(f"{path.name} is not in {path.parent}. Put the corpus's official files there.")
    try:
        whole = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise CorpusError(f"{path} cannot be read ({error}). Fetch the file again from {CARD.homepage}.") from error
    return _list(path, whole, key)


def _list(path: Path, holder: Any, key: str) -> list[dict[str, Any]]:
    found = holder.get(key) if isinstance(holder, dict) else None
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise CorpusError(f"{path} holds no list {key!r}. Fetch the file again from {CARD.homepage}.")
    return found
