"""Segments as the segmented table of an audformat database: a CSV of file, start, end and what was found.

audEERING's open format of annotated media: github.com/audeering/audformat, docs/data-tables.rst. Times are written as
``0 days 00:00:01.500000``; the header ``db.yaml`` that a whole database needs comes from `database_header`.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Sequence
from typing import Any

from affekt.analysis.timelines import TimedLabel, Timeline
from affekt.errors import InputError

_COLUMNS = ("file", "start", "end", "emotion", "probability", "speaker")
_CLOCK = re.compile(r"(?:(\d+) days? )?(\d+):(\d\d):(\d\d(?:\.\d+)?)")


def table_text(timelines: Sequence[Timeline]) -> str:
    """Return timelines as a segmented table: file, start, end, emotion, probability, speaker.

    >>> print(table_text([Timeline("call.wav", (TimedLabel(0, 1.5, "anger", "ann", 0.75),))]).splitlines()[1])
    call.wav,0 days 00:00:00.000000,0 days 00:00:01.500000,anger,0.75,ann
    """
    stream = io.StringIO()
    table = csv.writer(stream, lineterminator="\n")
    table.writerow(_COLUMNS)
    for timeline in timelines:
        for each in timeline.labels:
            sure = "" if each.probability is None else f"{each.probability:.6g}"
            row = (timeline.source, _clock(each.start), _clock(each.end), each.label, sure, each.speaker)
            table.writerow(row)
    return stream.getvalue()


def database_header(timelines: Sequence[Timeline], *, name: str, table: str = "emotion") -> str:
    """Return the ``db.yaml`` that makes ``db.<table>.csv`` beside it a database (as JSON, which is YAML too)."""
    labels = sorted({each.label for timeline in timelines for each in timeline.labels if each.label})
    schemes: dict[str, Any] = {
        "emotion": {"dtype": "str", "labels": labels} if labels else {"dtype": "str"},
        "probability": {"dtype": "float", "minimum": 0.0, "maximum": 1.0},
        "speaker": {"dtype": "str"},
    }
    columns = {column: {"scheme_id": column} for column in schemes}
    header = {
        "name": name,
        "source": "affekt",
        "usage": "unrestricted",
        "languages": [],
        "schemes": schemes,
        "tables": {table: {"type": "segmented", "columns": columns}},
    }
    return json.dumps({key: value for key, value in header.items() if value}, ensure_ascii=False, indent=2) + "\n"


def parse_table(text: str) -> list[Timeline]:
    """Return the timelines of a segmented table; times also as plain seconds. Raises `InputError`.

    Columns may come in any order and others are passed over; ``label`` stands for ``emotion`` if there is none.
    """
    rows = csv.DictReader(io.StringIO(text, newline=""))
    names = rows.fieldnames or []
    lacking = [name for name in _COLUMNS[:3] if name not in names]
    if lacking:
        raise InputError(f"It lacks the column {', '.join(lacking)} of a segmented table; it has {', '.join(names)}.")
    labelled = "emotion" if "emotion" in names else "label"
    found: dict[str, list[TimedLabel]] = {}
    try:
        for row in rows:
            label, speaker, sure = (row.get(name) or "" for name in (labelled, "speaker", "probability"))
            each = TimedLabel(
                _seconds(row["start"]), _seconds(row["end"]), label, speaker, float(sure) if sure else None
            )
            found.setdefault(row["file"], []).append(each)
    except (ValueError, csv.Error) as error:
        raise InputError(f"Row {rows.line_num} is no segment: {error}") from error
    return [Timeline(source, tuple(labels)) for source, labels in found.items()]


def _clock(seconds: float) -> str:
    whole = round(seconds * 1_000_000)
    minutes, micro = divmod(whole, 60_000_000)
    days, minutes = divmod(minutes, 24 * 60)
    return f"{days} days {minutes // 60:02d}:{minutes % 60:02d}:{micro // 1_000_000:02d}.{micro % 1_000_000:06d}"


def _seconds(clock: str | None) -> float:
    found = _CLOCK.fullmatch((clock or "").strip())
    if found is None:
        seconds = float(clock or "nan")
        if not math.isfinite(seconds):
            raise ValueError(f"{clock!r} is no time")
        return seconds
    days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return round(((days * 24 + hours) * 60 + minutes) * 60 + seconds, 6)
