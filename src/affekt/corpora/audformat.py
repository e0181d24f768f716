"""Corpora as an audformat database: a header, a table of files or segments per split, and the media beside them.

audformat is audEERING's open format of annotated media: ``db.yaml`` describes schemes, splits and tables,
``db.<table>.csv`` holds a table (github.com/audeering/audformat, docs/data-header.rst and docs/data-tables.rst).
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from affekt.cards import CorpusCard
from affekt.corpora.archives import Media
from affekt.types import Record, Signal

_SPLIT_TYPES = {"train": "train", "dev": "dev", "val": "dev", "valid": "dev", "validation": "dev", "test": "test"}
_DIMENSIONS = ("valence", "arousal", "dominance")


def write_database(
    card: CorpusCard,
    records: Sequence[Record],
    folder: Path,
    *,
    media: Callable[[Signal], Media | None],
) -> list[Path]:
    """Return the files written to `folder`: ``db.yaml`` and a table per split; media go below ``media/``.

    `media` returns a signal's file, or None. Records with media make a filewise table,
    segmented where they are stretches of files; records without, texts, a misc table by id. An exclusive corpus has a
    column ``emotion``; others a column of true and false for each label, empty where nobody judged it. The header is
    written as JSON, which is YAML too.
    """
    labels = card.space.labels if card.space else ()
    exclusive = card.space is not None and card.space.kind == "exclusive"
    names = ["emotion"] if exclusive else list(labels)
    columns = [*names, *_DIMENSIONS, "speaker", "text"]
    columns = [name for name in columns if any(_cell(name, record, exclusive) != "" for record in records)]
    header: dict[str, Any] = {
        "name": card.name,
        "source": card.homepage,
        "usage": "unrestricted" if card.permissive else "research",
        "languages": sorted({r.signal.language for r in records if r.signal.language}),
        "description": card.summary,
        "schemes": {name: _scheme(name, labels, exclusive) for name in columns},
        "splits": {split: {"type": _SPLIT_TYPES.get(split, "undefined")} for split in {r.split: None for r in records}},
        "tables": {},
        "misc_tables": {},
        "licence": card.licence,
        "citation": card.citation,
    }
    written: list[Path] = []
    stored: dict[tuple[Path | None, str | None], str] = {}
    for split in header["splits"]:
        some = [record for record in records if record.split == split]
        located = [(record, _stored(record, folder, stored, media)) for record in some]
        for kind in ("filewise", "segmented", "misc"):
            rows = [(record, file) for record, file in located if _kind(record, file) == kind]
            if not rows:
                continue
            name = re.sub(r"\W", "_", split) + {"filewise": "", "segmented": ".segments", "misc": ".texts"}[kind]
            described = {column: {"scheme_id": column} for column in columns}
            if kind == "misc":
                header["misc_tables"][name] = {"split_id": split, "levels": {"id": "str"}, "columns": described}
            else:
                header["tables"][name] = {"type": kind, "split_id": split, "columns": described}
            written.append(_table(rows, kind, columns, folder / f"db.{name}.csv", exclusive=exclusive))
    head = folder / "db.yaml"
    told = {key: value for key, value in header.items() if value not in ({}, [], "")}
    head.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return [head, *written]


def _scheme(name: str, labels: Sequence[str], exclusive: bool) -> Mapping[str, Any]:
    if exclusive and name == "emotion":
        return {"dtype": "str", "labels": list(labels)}
    if name in _DIMENSIONS and name not in labels:
        return {"dtype": "float", "minimum": -1.0, "maximum": 1.0}
    return {"dtype": "bool" if name in labels else "str"}


def _kind(record: Record, file: str | None) -> str:
    if file is None:
        return "misc"
    return "filewise" if record.signal.part is None else "segmented"


def _stored(
    record: Record,
    folder: Path,
    stored: dict[tuple[Path | None, str | None], str],
    media: Callable[[Signal], Media | None],
) -> str | None:
    """Return the path of a record's media below `folder`, copied there once; None where it has none."""
    key = (record.signal.path, record.signal.member)
    if key not in stored:
        found = media(record.signal)
        if found is None:
            return None
        stored[key] = f"media/{len(stored):08d}{found.ending}"
        (folder / "media").mkdir(exist_ok=True)
        (folder / stored[key]).write_bytes(found.content)
    return stored[key]


def _table(
    rows: Sequence[tuple[Record, str | None]], kind: str, columns: Sequence[str], path: Path, *, exclusive: bool
) -> Path:
    index = {"filewise": ["file"], "segmented": ["file", "start", "end"], "misc": ["id"]}[kind]
    with path.open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream, lineterminator="\n")
        table.writerow([*index, *columns])
        for record, file in rows:
            part = record.signal.part
            place: list[str] = [record.id] if file is None else [file]
            if part is not None and file is not None:
                place += [f"0 days {_clock(part.start)}", f"0 days {_clock(part.end)}"]
            table.writerow([*place, *(_cell(name, record, exclusive) for name in columns)])
    return path


def _clock(seconds: float) -> str:
    """Return seconds as hours, minutes and seconds.

    >>> _clock(3661.5)
    '01:01:01.500000'
    """
    whole = round(seconds * 1_000_000)
    minutes, micro = divmod(whole, 60_000_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{micro // 1_000_000:02d}.{micro % 1_000_000:06d}"


def _cell(name: str, record: Record, exclusive: bool) -> str:
    if name == "speaker":
        return record.speaker or ""
    if name == "text":
        return record.signal.text
    if name in _DIMENSIONS and record.vad is not None:
        value = float(getattr(record.vad, name))
        return repr(value) if value == value else ""  # noqa: PLR0124  # NaN alone differs from itself
    if exclusive:
        # audformat has one value to a cell: an item of several labels is one whose label is not settled.
        return record.labels[0] if name == "emotion" and len(record.labels) == 1 else ""
    if name in record.unrated or name in _DIMENSIONS:
        return ""
    return str(name in record.labels)
