"""Stress-Predict: what a wrist sensor recorded of 35 people through three stressful tasks and the rests between.

Iqbal et al. 2022, Stress Monitoring Using Wearable Sensors: A Pilot Study and Stress-Predict Dataset, Sensors
22(21).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby, pairwise
from pathlib import Path
from typing import NamedTuple

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard
from affekt.corpora.files import Row, has_file, official_files, read_lines, read_table
from affekt.corpora.parquet import read_parquet
from affekt.errors import CorpusError
from affekt.types import Record, Signal, Span

SPACE = find_space("stress-predict")
_ALL = ("Processed_data/Improved_All_Combined_hr_rsp_binary.csv", "Improved_All_Combined_hr_rsp_binary.csv")
_COPY = "per_second_labels.parquet"
# The sensor's channels, the one that the record's signal is first: skin conductance, pulse wave, …
_CHANNELS = ("EDA", "BVP", "HR", "TEMP", "ACC", "IBI")
_RATES = {"heart_rate": "hr", "breaths_per_minute": "respr"}
_RAW = "https://raw.githubusercontent.com/italha-d/Stress-Predict-Dataset/f49d2eae603f90c3f0140fbbbae7c0480d651023"

CARD = CorpusCard(
    name="stress_predict",
    summary="34 people's wrist recordings, an hour each, cut where stressful tasks began and ended",
    modality="physiology",
    space=SPACE,
    licence="MIT",
    permissive=True,
    homepage="https://github.com/italha-d/Stress-Predict-Dataset",
    citation=SPACE.source.partition(";")[0],
    files=official_files("stress_predict", _RAW),
    rows={"all": 238},
    languages=(),
    notes=(
        "A record is a stretch of seconds with one label in the authors' table, which follows the button presses: "
        "stress is the Stroop test, the interview and the hyperventilation, in this order for everybody. So time since "
        "the start tells the task: report a baseline that knows the time alone. The signal is the skin conductance, "
        "further ones are the other channels that are there; `part` is the stretch in seconds since that file began. "
        "`values` are the stretch's mean heart rate (bpm) and breaths per minute, and its seconds. Participant S01 has "
        "no labels. Questionnaires (PSS, STAI) are not read. No split is published: leave subjects out. Nothing here "
        "is a diagnosis."
    ),
    layout_source=(
        "italha-d/Stress-Predict-Dataset, README.md, Processed_data/Improved_All_Combined_hr_rsp_binary.csv and "
        "Raw_data/S02, commit f49d2eae603f90c3f0140fbbbae7c0480d651023"
    ),
    sensitive="signals of people's bodies under stress",
    raters="none: the label is the task at that time",
    speakers="34 people, no published split: leave subjects out",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the stretches of every participant in time.

    Layout: ``Processed_data/Improved_All_Combined_hr_rsp_binary.csv`` and ``Raw_data/S02/EDA.csv`` … (the
    first line is when it began, in Unix seconds); or ``per_second_labels.parquet`` and ``EDA.parquet`` ….
    Raises `CorpusError`.
    """
    tables = _tables(folder) if (folder / _COPY).is_file() else None
    seconds = _official(folder) if tables is None else _copied(folder / _COPY)
    for person, of_person in groupby(seconds, key=lambda second: second.person):
        recordings = _in_files(folder, person) if tables is None else tables.get(person, [])
        stretches = groupby(of_person, key=lambda second: second.label)
        for turn, (label, members) in enumerate(stretches):
            yield _record(person, turn, SPACE.labels[label], list(members), recordings)


class _Second(NamedTuple):
    person: str
    time: int
    label: int
    rates: dict[str, float]
    row: Row


class _Recording(NamedTuple):
    """One channel of one participant: when it began in Unix seconds, and where it lies."""

    began: float
    path: Path
    member: str | None


def _official(folder: Path) -> Iterator[_Second]:
    for row in read_table(folder, *_ALL, columns=("participant", "hr", "respr", "time(sec)", "label")):
        yield _second(row, f"S{int(row.number('participant', 1, 99)):02d}", "time(sec)", "label")


def _copied(path: Path) -> Iterator[_Second]:
    for row in read_parquet(path, columns=("participant", "HR", "respr", "unix", "stress")):
        yield _second(row, row["participant"], "unix", "stress")


def _second(row: Row, person: str, time: str, label: str) -> _Second:
    if row[label] not in ("0", "1"):
        raise row.error(f"{label} is {row[label]!r}, allowed are 0 and 1")
    # Seconds in which a rate could not be estimated have none.
    rates = {name: row.number(column, 0, 300) for name, column in _RATES.items() if row[column]}
    return _Second(person, int(row.number(time, 1e9, 1e10)), int(row[label]), rates, row)


def _in_files(folder: Path, person: str) -> list[_Recording]:
    recordings = []
    for channel in _CHANNELS:
        name = f"Raw_data/{person}/{channel}.csv"
        if has_file(folder, name):
            line = next(read_lines(folder, name), None)
            if line is None:
                raise CorpusError(f"{folder / name} is empty. Fetch the file again from {CARD.homepage}.")
            row = Row(line.file, 1, {"the first cell": line.text.split(",")[0]})
            recordings.append(_Recording(row.number("the first cell", 1e9, 1e10), folder / name, None))
    return recordings


def _tables(folder: Path) -> dict[str, list[_Recording]]:
    """The recordings of every participant, channel by channel, out of the copy's tables."""
    recordings: dict[str, list[_Recording]] = defaultdict(list)
    for path in (folder / f"{channel}.parquet" for channel in _CHANNELS):
        if path.is_file():
            for row in read_parquet(path, columns=("participant", "start_unix")):
                began = row.number("start_unix", 1e9, 1e10)
                recordings[row["participant"]].append(_Recording(began, path, row["participant"]))
    return recordings


def _record(person: str, turn: int, label: str, seconds: list[_Second], recordings: list[_Recording]) -> Record:
    first, last = seconds[0], seconds[-1]
    if any(after.time <= before.time for before, after in pairwise(seconds)):
        raise first.row.error(f"the seconds of {person} from here on do not go forward")
    signals = [
        Signal(
            source=first.row.file,
            modality="physiology",
            path=path,
            member=member,
            part=Span(max(0, first.time - began), max(0, last.time + 1 - began), "second"),
        )
        for began, path, member in recordings
    ]
    return Record(
        id=f"{person}.{turn}",
        signal=signals[0] if signals else Signal(source=first.row.file, modality="physiology"),
        split="all",
        labels=(label,),
        speaker=person,
        group=person,
        values={**_means(seconds), "seconds": float(last.time + 1 - first.time)},
        further=tuple(signals[1:]),
        turn=turn,
    )


def _means(seconds: list[_Second]) -> dict[str, float]:
    """The mean of each rate over the seconds that have one."""
    known = {name: [second.rates[name] for second in seconds if name in second.rates] for name in _RATES}
    return {name: sum(values) / len(values) for name, values in known.items() if values}
