"""Aff-Wild2: videos from the web with valence-arousal, expression and action units of every frame.

Kollias & Zafeiriou 2019, Expression, Affect, Action Unit Recognition: Aff-Wild2, Multi-Task Learning and ArcFace, BMVC.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.files import Row, read_lines
from affekt.corpora.finding import files_in
from affekt.errors import CorpusError
from affekt.types import Record, Signal

_EMOTIONS = ("neutral", "anger", "disgust", "fear", "happiness", "sadness", "surprise", "other")
# Folders of the challenges of 2020, and of those from 2021 on, by what they rate.
_TASKS = {
    "va": ("VA_Estimation_Challenge", "VA_Set"),
    "expression": ("EXPR_Classification_Challenge", "EXPR_Recognition_Challenge", "EXPR_Set"),
    "action_units": ("AU_Detection_Challenge", "AU_Set"),
}
_SPLITS = {"train": ("Train_Set", "Training_Set"), "validation": ("Validation_Set",)}
# Frames that nobody rated.
_UNRATED = {"va": -5.0, "expression": -1.0, "action_units": -1.0}
_VIDEOS = (".mp4", ".avi")
# What else people leave beside the annotations.
_OTHERS = {"license", "readme"}

SPACE = find_space("aff-wild2")

CARD = CorpusCard(
    name="aff_wild2",
    summary="about 600 videos from the web, per frame valence-arousal, expression and twelve action units",
    modality="video",
    space=SPACE,
    licence="own EULA, for non-commercial research, signed by an academic",
    permissive=False,
    homepage="https://sites.google.com/view/dimitrioskollias/databases/aff-wild2",
    citation="Kollias & Zafeiriou 2021, Affect Analysis in-the-wild: Valence-Arousal, Expressions, Action Units "
    "and a Unified Framework; Kollias & Zafeiriou 2019, Expression, Affect, Action Unit Recognition: Aff-Wild2",
    files=(SourceFile("annotations", None),),
    rows={"train": 884, "validation": 246},
    languages=(),
    notes=(
        "A record is a video as one task rates it (`conditions` task: va, expression, action_units): sets differ by "
        "task, so compare within one. `values` are its frames, those rated, the mean valence and arousal (published in "
        "[-1, 1]) and the share of rated frames that show an action unit; `intensities` the share of each expression. "
        "`affekt.corpora.aff_wild2.read_frames` gives every frame; frames that nobody rated (-5, -1) are left out. The "
        "challenge of 2020 had seven expressions and eight action units. Numbers of rows are those of the third "
        "challenge, from memory; editions differ, read others with complete=False. The test sets are not public. One "
        "video may show two people: names that end in _left, _right."
    ),
    access="agreement",
    layout_source=(
        "wtomin/Multitask-Emotion-Recognition-with-Incomplete-Labels, "
        "create_annotation_file/Aff-wild2/create_train_val_annotation_file.py, commit "
        "241033d1c9d9528b849d001b410e618f6b6589a7 (lines, numbers, folders of 2020); th2l/Affwild2-ABAW3-ActionUnit, "
        "tools/data_preparation.py, commit 77a59a089f545db1b33a3c82f5d110986bd6cb30 (folders of 2022, frames that "
        "nobody rated). Never run on the corpus itself"
    ),
    raters="several annotators of valence-arousal, one trace published",
    speakers="subjects are not shared by the sets of one task, as the makers say",
    papers=("affwild-unified",),
)


class Frame(NamedTuple):
    """A rated frame: its video, task and set, its number from 0, and what was rated, by name.

    ``valence`` and ``arousal`` in [-1, 1]; of an expression its name with 1; of action units each with 0 or 1.
    """

    video: str
    task: str
    split: str
    number: int
    rated: dict[str, float]


def read(folder: Path) -> Iterator[Record]:
    """Yield every video of every task.

    Layout: ``VA_Estimation_Challenge/Train_Set/1-30-1280x720.txt`` and so on (first line the columns, then a line per
    frame), in `folder` or in its ``annotations/``; ``videos/``, if they are there. Raises `CorpusError`.
    """
    for task, split, path in _files(folder):
        frames, rated = 0, []
        for frame in _frames(path, task, split):
            frames += 1
            if frame is not None:
                rated.append(frame.rated)
        totals: Counter[str] = Counter()
        for one in rated:
            totals.update(one)
        means = {name: totals[name] / len(rated) for name in totals} if rated else {}
        yield Record(
            id=f"{task}.{path.stem}",
            signal=Signal(source=path.name, modality="video", path=_video(folder, path.stem)),
            split=split,
            group=path.stem.removesuffix("_left").removesuffix("_right"),
            intensities=means if task == "expression" else {},
            values={
                "frames": float(frames),
                "rated": float(len(rated)),
                **({} if task == "expression" else means),
            },
            conditions={"task": task},
        )


def read_frames(folder: Path) -> Iterator[Frame]:
    """Yield every rated frame of every video of every task. Raises `CorpusError`."""
    for task, split, path in _files(folder):
        yield from (frame for frame in _frames(path, task, split) if frame is not None)


def _files(folder: Path) -> Iterator[tuple[str, str, Path]]:
    root = folder / "annotations" if (folder / "annotations").is_dir() else folder
    found = False
    for task, names in _TASKS.items():
        for name in names:
            for split, places in _SPLITS.items():
                for path in (path for place in places for path in files_in(root / name / place, "*.txt")):
                    if path.stem.lower() not in _OTHERS:
                        found = True
                        yield task, split, path
    if not found:
        raise CorpusError(
            f"{root} has no annotations like VA_Estimation_Challenge/Train_Set/….txt. Put the challenge's folders "
            "there."
        )


def _frames(path: Path, task: str, split: str) -> Iterator[Frame | None]:
    """Every frame of one file, None where nobody rated it."""
    lines = read_lines(path.parent, path.name)
    first = next(lines, None)
    columns = [name.strip().lower() for name in first.text.split(",")] if first else []
    if not _expected(task, columns):
        raise CorpusError(f"{path} begins with {', '.join(columns) or 'nothing'}, expected are the columns of {task}.")
    for number, line in enumerate(lines):
        cells = line.text.split(",")
        row = Row(line.file, line.number, dict(zip(columns, cells, strict=False)))
        if len(cells) != (1 if task == "expression" else len(columns)):
            raise row.error(f"{len(cells)} numbers under {len(columns)} columns")
        rated = _rated(task, columns, row, cells)
        yield None if rated is None else Frame(path.stem, task, split, number, rated)


def _expected(task: str, columns: list[str]) -> bool:
    if task == "va":
        return columns == ["valence", "arousal"]
    if task == "expression":
        return tuple(columns) in (_EMOTIONS, _EMOTIONS[:-1])
    return bool(columns) and all(name.startswith("au") and name[2:].isdigit() for name in columns)


def _rated(task: str, columns: list[str], row: Row, cells: list[str]) -> dict[str, float] | None:
    if task == "expression":
        code = Row(row.file, row.line, {"expression": cells[0]}).number("expression", -1, len(columns) - 1)
        return None if code == _UNRATED[task] else {columns[int(code)]: 1.0}
    low = -1 if task == "va" else 0
    rated = {name: row.number(name, _UNRATED[task], 1) for name in columns}
    if _UNRATED[task] in rated.values():
        return None
    if any(value < low for value in rated.values()):
        raise row.error(f"the frame is rated {rated}, allowed are {low} to 1, and {_UNRATED[task]:g} for none")
    return rated


def _video(folder: Path, name: str) -> Path | None:
    stem = name.removesuffix("_left").removesuffix("_right")
    paths = (folder / "videos" / f"{stem}{suffix}" for suffix in _VIDEOS)
    return next((path for path in paths if path.is_file()), None)
