"""WESAD: chest and wrist sensors of 15 people at rest, amused, under stress and meditating, with what they said.

Schmidt, Reiss, Duerichen, Marberger & Van Laerhoven 2018, Introducing WESAD, a Multimodal Dataset for Wearable
Stress and Affect Detection, ICMI.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.files import Cells, Row, has_file, read_cells, read_lines
from affekt.errors import CorpusError
from affekt.types import Rating, Record, Signal, Span

SPACE = find_space("wesad")
_CONDITIONS = {
    **{"Base": "baseline", "TSST": "stress", "Fun": "amusement"},
    **{"Medi 1": "meditation", "Medi 2": "meditation"},
}
# Readings in between, which the publisher says to ignore.
_IGNORED = {"bRead", "sRead", "fRead"}
_PANAS = (
    *("active", "distressed", "interested", "inspired", "annoyed", "strong", "guilty", "scared", "hostile"),
    *("excited", "proud", "irritable", "enthusiastic", "ashamed", "alert", "nervous", "determined", "attentive"),
    *("jittery", "afraid", "stressed", "frustrated", "happy", "sad"),
)
# After the stress condition two more were asked, in front of the last.
_PANAS_STRESS = (*_PANAS[:-1], "angry", "irritated", _PANAS[-1])
_STAI = ("at_ease", "nervous", "jittery", "relaxed", "worried", "pleasant")
_SSSQ = ("committed", "wanted_to_succeed", "motivated", "reflected_on_self", "worried_what_others_think", "impression")
_TOLD = {"age": "age", "gender": "sex", "height (cm)": "height_cm", "weight (kg)": "weight_kg"}
_ASKED = {
    "dominant hand": "dominant_hand",
    "did you drink coffee today?": "coffee_today",
    "did you drink coffee within the last hour?": "coffee_last_hour",
    "did you do any sports today?": "sports_today",
    "are you a smoker?": "smoker",
    "did you smoke within the last hour?": "smoked_last_hour",
    "do you feel ill today?": "ill_today",
}
_ANSWER = re.compile(r"([^:?]+\??):?\s*(.+)")

CARD = CorpusCard(
    name="wesad",
    summary="chest signals of 15 people at rest, under stress, amused and meditating, with their questionnaires",
    modality="physiology",
    space=SPACE,
    licence="not verified (from memory: non-commercial, for academic research)",
    permissive=False,
    homepage="https://archive.ics.uci.edu/dataset/465/wesad+wearable+stress+and+affect+detection",
    citation=SPACE.source.partition(";")[0],
    files=(SourceFile("WESAD.zip", None),),
    rows={"all": 75},
    languages=(),
    notes=(
        "A record is one of the five conditions of a person, its label the protocol's (both meditations are "
        "meditation), `turn` its place in time. The signal is the chest recording (SX_respiban.txt, 700 Hz), `part` "
        "the condition's seconds since it began; without that file it has no path. The wrist's files have a clock of "
        "their own, which only SX.pkl brings in line: neither is read, and affekt loads no pickle. `values` are what "
        "the person said right after: valence and arousal, moved from 1-9 to [-1, 1]; panas_… 1-5 (24 items, after "
        "stress 26), stai_… 1-4, sssq_… 1-5 (after stress only); an answer left out is absent. Two orders of "
        "conditions exist, `conditions` order says which; `conditions` also hold what SX_readme.txt tells of the "
        "person. S1 and S12 do not exist. Nothing here is a diagnosis."
    ),
    layout_source=(
        "the publisher's wesad_readme.pdf and SX_quest.csv, SX_readme.txt of all 15 people as kept in "
        "arsen-movsesyan/springboard_WESAD, assets/ and data/, commit f12307abe3ce8572f6edf8009c0436fd07793719; the "
        "reader was run on them"
    ),
    sensitive="signals of people's bodies under stress",
    raters="none: the label is the protocol's; each person rates their own state after each condition",
    speakers="15 people, no published split: leave subjects out",
)


class _Answers(NamedTuple):
    """One line of the questionnaire file: what it is, its cells without the empty end, and where it stands."""

    kind: str
    cells: list[str]
    row: Row


def read(folder: Path) -> Iterator[Record]:
    """Yield the conditions of every person in the order in which they took place.

    Layout: ``S2/S2_quest.csv`` to ``S17`` in `folder` or in its ``WESAD/``; beside each ``S2_readme.txt`` and
    ``S2_respiban.txt``, if they are there. Raises `CorpusError`, naming file and line, where a questionnaire is
    missing or is not what the publisher describes.
    """
    root = folder / "WESAD" if (folder / "WESAD").is_dir() else folder
    people = [each for each in root.glob("S*") if each.is_dir() and each.name[1:].isdigit()]
    if not people:
        raise CorpusError(f"{root} has no folder S2 to S17. Unpack the publisher's WESAD.zip there.")
    for person in sorted(people, key=lambda each: int(each.name[1:])):
        yield from _person(person)


def _person(folder: Path) -> Iterator[Record]:
    name = folder.name
    lines = [_answers(cells) for cells in read_cells(folder, f"{name}_quest.csv", delimiter=";")]
    whose = [line for line in lines if line.kind in ("Subj", "Subj:")]
    if [line.cells for line in whose] != [[name]]:
        raise CorpusError(f"{folder / name}_quest.csv does not say that it is of {name}. Is it the official file?")
    order, start, end = (_only(lines, kind, folder) for kind in ("ORDER", "START", "END"))
    unknown = [each for each in order.cells if each not in _CONDITIONS and each not in _IGNORED]
    conditions = [each for each in order.cells if each in _CONDITIONS]
    if unknown or set(conditions) != set(_CONDITIONS) or len(conditions) != 5 or order.cells[:5] != conditions:
        raise order.row.error(f"the conditions are {', '.join(order.cells)}; expected are {', '.join(_CONDITIONS)}")
    if not len(order.cells) == len(start.cells) == len(end.cells):
        raise end.row.error(f"{len(order.cells)} conditions, {len(start.cells)} starts, {len(end.cells)} ends")
    said = _questionnaires(lines, conditions, folder)
    told = _told(folder)
    chest = folder / f"{name}_respiban.txt"
    for place, condition in enumerate(conditions):
        span = _span(start, end, place)
        yield Record(
            id=f"{name}.{condition.replace(' ', '').lower()}",
            signal=Signal(
                source=order.row.file,
                modality="physiology",
                path=chest if chest.is_file() else None,
                part=span,
            ),
            split="all",
            labels=(_CONDITIONS[condition],),
            ratings=(Rating(name, (), said[place], "writer"),),
            speaker=name,
            group=name,
            values=said[place],
            turn=place,
            conditions={"condition": condition, "order": ", ".join(conditions), **told},
        )


def _answers(cells: Cells) -> _Answers:
    first, *rest = (cell.strip() for cell in cells.cells)
    while rest and not rest[-1]:
        rest.pop()
    return _Answers(first.lstrip("# "), rest, Row(cells.file, cells.line, {}))


def _only(lines: list[_Answers], kind: str, folder: Path) -> _Answers:
    found = [line for line in lines if line.kind == kind]
    if len(found) != 1:
        raise CorpusError(
            f"{folder / folder.name}_quest.csv has {len(found)} lines # {kind}, expected is one. Is it the official "
            "file?"
        )
    return found[0]


def _span(start: _Answers, end: _Answers, place: int) -> Span:
    first, last = _seconds(start, place), _seconds(end, place)
    if last <= first:
        raise end.row.error(f"condition {place + 1} ends at {end.cells[place]}, before it starts")
    return Span(first, last, "second")


def _seconds(line: _Answers, place: int) -> float:
    """Minutes.seconds as seconds: the file dropped closing zeros, so 50.3 is 50 minutes and 30 seconds."""
    minutes, _, seconds = line.cells[place].partition(".")
    seconds = seconds.ljust(2, "0")
    if not (minutes.isdigit() and seconds.isdigit() and len(seconds) == 2 and int(seconds) < 60):
        raise line.row.error(f"{line.cells[place]!r} is no time, allowed is minutes.seconds as in 50.3")
    return 60.0 * int(minutes) + int(seconds)


def _questionnaires(lines: list[_Answers], conditions: list[str], folder: Path) -> list[dict[str, float]]:
    """What the person answered after each condition: the lines of a questionnaire follow the conditions."""
    said: list[dict[str, float]] = [{} for _ in conditions]
    for kind, high in (("PANAS", 5), ("STAI", 4), ("DIM", 9)):
        found = [line for line in lines if line.kind == kind]
        if len(found) != len(conditions):
            raise CorpusError(f"{folder / folder.name}_quest.csv has {len(found)} lines # {kind}, expected are five.")
        for place, line in enumerate(found):
            items = _items(kind, conditions[place])
            numbers = _numbers(line, items, high)
            if kind == "DIM":
                said[place] |= {item: (number - 5) / 4 for item, number in numbers.items()}
            else:
                said[place] |= {f"{kind.lower()}_{item}": number for item, number in numbers.items()}
    stress = conditions.index("TSST")
    sssq = _numbers(_only(lines, "SSSQ", folder), _SSSQ, 5)
    said[stress] |= {f"sssq_{item}": number for item, number in sssq.items()}
    return said


def _items(kind: str, condition: str) -> tuple[str, ...]:
    if kind == "PANAS":
        return _PANAS_STRESS if condition == "TSST" else _PANAS
    return _STAI if kind == "STAI" else ("valence", "arousal")


def _numbers(line: _Answers, items: tuple[str, ...], high: int) -> dict[str, float]:
    if len(line.cells) != len(items):
        raise line.row.error(f"# {line.kind} has {len(line.cells)} answers, expected are {len(items)}")
    cells = dict(zip(items, line.cells, strict=True))
    row = Row(line.row.file, line.row.line, cells)
    # One answer in the release is Nan: it was left out.
    return {item: row.number(item, 1, high) for item in items if cells[item].lower() != "nan"}


def _told(folder: Path) -> dict[str, str]:
    """What the readme tells of the person; nothing where it is not there."""
    if not has_file(folder, f"{folder.name}_readme.txt"):
        return {}
    told = {}
    for line in read_lines(folder, f"{folder.name}_readme.txt"):
        match = _ANSWER.fullmatch(line.text.strip())
        name = (_TOLD | _ASKED).get(match[1].strip().lower()) if match else None
        if match and name:
            told[name] = match[2].strip().lower()
    return told
