"""Scoring a submission to SemEval-2025 Task 11 as its organisers do, and saying what is wrong with it first.

Their rules were taken from emotion-analysis-project/SemEval2025-Task11, Evaluation/check_submission.py and utils.py,
commit 327949dee5f861f2b58eec3855dc145bf21a87d3. Muhammad et al. 2025, SemEval-2025 Task 11: Bridging the Gap in
Text-Based Emotion Detection, SemEval.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple, cast

import numpy as np

from affekt.corpora.brighter import LANGUAGES, SPACE, read_tracks
from affekt.corpora.files import read_cells
from affekt.corpora.read import find_folder
from affekt.errors import InputError, unknown_name
from affekt.evaluation.records import replace_file
from affekt.metrics.classification import label_f1, macro_f1, micro_f1
from affekt.metrics.inputs import Floats
from affekt.metrics.regression import pearson

Track = Literal["a", "b", "c"]
_NAME = re.compile(r"pred_([a-z]+)_([abc])\.csv")
_TOP = {"a": 1, "b": 3, "c": 1}
_LISTED = 3


@dataclass(frozen=True, slots=True)
class Scored:
    """The scores of one submission. `metrics` begins with the one it is ranked by; `emotions` has it per emotion.

    Tracks A and C: ``macro_f1``, ``micro_f1`` and ``jaccard``, in [0, 1]. Track B: ``pearson``, the mean of the
    emotions', in [-1, 1]; an emotion whose answers or intensities never vary has NaN and makes the mean NaN.
    """

    language: str
    track: Track
    items: int
    metrics: Mapping[str, float]
    emotions: Mapping[str, float]


def score_submission(submission: Path, gold: Path | None = None) -> Scored:
    """Return the published scores of a file ``pred_<language>_<track>.csv`` against the gold file of its language.

    Without `gold` it is the published test part in the folder of the corpus ``brighter`` (`published_gold`). Both have
    a column ``id`` and one per emotion with 0 or 1 (Track B: 0 to 3), the submission's in the gold file's order; the
    gold file may have the texts too. The task's own script reads a cell that is no number as 0 and leaves out items
    that a submission does not have; here both are refused.

    Raises `InputError` that says what is wrong with the name, the columns, the ids or a cell; `UnknownNameError` for a
    language that the task does not have; `CorpusError` where a file is absent or unreadable.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     gold, mine = Path(folder, "eng.csv"), Path(folder, "pred_eng_a.csv")
    ...     _ = gold.write_text("id,text,anger,joy\\nx1,Oh!,0,1\\nx2,No.,1,0\\n")
    ...     _ = mine.write_text("id,anger,joy\\nx2,1,1\\nx1,0,1\\n")
    ...     score_submission(mine, gold).metrics["macro_f1"]
    0.8333333333333333
    """
    match = _NAME.fullmatch(submission.name)
    if match is None:
        raise InputError(
            f"{submission.name} is no name of a submission. It has to be pred_<language>_<track>.csv, such as "
            "pred_eng_a.csv, with the track a, b or c."
        )
    language, track = match[1], cast("Track", match[2])
    if language not in LANGUAGES:
        raise unknown_name("language of the task", language, LANGUAGES, "affekt corpora brighter")
    emotions, truth = published_gold(language, track) if gold is None else _table(gold, track)
    named, answers = _table(submission, track)
    if named != emotions:
        raise InputError(
            f"{submission.name} has the columns {', '.join(named)} after id; this gold file asks for "
            f"{', '.join(emotions)}, in this order."
        )
    lacking = [item for item in truth if item not in answers]
    strange = [item for item in answers if item not in truth]
    if lacking or strange:
        problem, items = ("lacks", lacking) if lacking else ("answers items that the gold file lacks,", strange)
        raise InputError(f"{submission.name} {problem} {len(items)} ids: {', '.join(items[:_LISTED])} …")
    t = np.array([truth[item] for item in truth])
    p = np.array([answers[item] for item in truth])
    metrics, each = _intensity_scores(t, p) if track == "b" else _label_scores(t, p)
    return Scored(language, track, len(truth), metrics, dict(zip(emotions, each, strict=True)))


class Gold(NamedTuple):
    """The emotions that were asked, and each item's numbers by its id."""

    emotions: tuple[str, ...]
    items: dict[str, list[float]]


def published_gold(language: str, track: Track) -> Gold:
    """Return the published test part of a language as the corpus ``brighter`` has it.

    Raises `CorpusError` where the corpus is not here, `InputError` where it has no gold: of English in Track A none was
    published, and of Track C it holds the four languages that only that track has; the others repeat Track A's
    test texts in another order, so they need the task's own file.
    """
    found: dict[str, list[float]] = {}
    emotions: tuple[str, ...] = ()
    for _, record in read_tracks(find_folder("brighter"), tracks=track, languages=(language,)):
        if record.split == "test" and len(record.unrated) < len(SPACE):
            emotions = tuple(label for label in SPACE if label not in record.unrated)
            top = _TOP[track]
            given = record.intensities or {label: float(label in record.labels) for label in emotions}
            found[record.id] = [float(round(given[label] * top)) for label in emotions]
    if not found:
        raise InputError(
            f"The corpus brighter has no gold of {language} in track {track.upper()}. Give the task's file with --gold."
        )
    return Gold(emotions, found)


def write_submission(
    folder: Path, language: str, track: Track, answers: Mapping[str, Sequence[float]], *, emotions: Sequence[str]
) -> Path:
    """Write ``pred_<language>_<track>.csv`` into `folder` and return its path.

    answers: by the item's id a whole number per emotion, 0 or 1 (Track B: 0 to 3). Raises `InputError` for answers
    that the task would not take, `UnknownNameError` for a language that it does not have, `OutputError`.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = write_submission(Path(folder), "eng", "b", {"x1": [0, 3]}, emotions=["anger", "joy"])
    ...     path.name, path.read_text().splitlines()
    ('pred_eng_b.csv', ['id,anger,joy', 'x1,0,3'])
    """
    if language not in LANGUAGES:
        raise unknown_name("language of the task", language, LANGUAGES, "affekt corpora brighter")
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(("id", *emotions))
    for item, row in answers.items():
        if len(row) != len(emotions) or any(value % 1 or not 0 <= value <= _TOP[track] for value in row):
            raise InputError(
                f"The answer to {item} is {list(row)}; track {track.upper()} asks for {len(emotions)} whole numbers "
                f"from 0 to {_TOP[track]}."
            )
        writer.writerow((item, *(int(value) for value in row)))
    path = folder / f"pred_{language}_{track}.csv"
    replace_file(path, lines.getvalue().encode())
    return path


def _table(path: Path, track: Track) -> Gold:
    """The emotions of a file and each item's numbers."""
    rows = read_cells(path.parent, path.name)
    first = next(rows, None)
    header = [] if first is None else [cell.strip().lower() for cell in first.cells]
    if not header or header[0] != "id" or len(set(header)) < len(header) or len(header) < 2:
        raise InputError(f"{path.name} has to begin with the columns id and one per emotion; it has {header[:8]}.")
    places = [place for place, name in enumerate(header) if name not in ("id", "text")]
    found: dict[str, list[float]] = {}
    for file, line, cells in rows:
        if len(cells) != len(header):
            raise InputError(f"{file}, line {line}: {len(cells)} cells under {len(header)} columns.")
        if cells[0] in found:
            raise InputError(f"{file}, line {line}: the id {cells[0]} is there twice.")
        found[cells[0]] = [_number(cells[place], header[place], track, f"{file}, line {line}") for place in places]
    if not found:
        raise InputError(f"{path.name} has no rows.")
    return Gold(tuple(header[place] for place in places), found)


def _number(cell: str, emotion: str, track: Track, where: str) -> float:
    if not cell.strip().isdecimal() or int(cell) > _TOP[track]:
        raise InputError(f"{where}: {emotion} is {cell!r}, allowed in track {track.upper()} is 0 to {_TOP[track]}.")
    return float(cell)


def _label_scores(truth: Floats, answers: Floats) -> tuple[dict[str, float], list[float]]:
    both, union = (truth * answers).sum(1), np.maximum(truth, answers).sum(1)
    # As the task's script has it, an item that neither side gives a label counts 0 here, not 1.
    shares = np.divide(both, union, out=np.zeros(len(union)), where=union > 0)
    metrics = {
        "macro_f1": macro_f1(truth, answers),
        "micro_f1": micro_f1(truth, answers),
        "jaccard": float(shares.mean()),
    }
    return metrics, [float(f1) for f1 in label_f1(truth, answers)]


def _intensity_scores(truth: Floats, answers: Floats) -> tuple[dict[str, float], list[float]]:
    each = [pearson(truth[:, place], answers[:, place]) for place in range(truth.shape[1])]
    return {"pearson": float(np.mean(each))}, each
