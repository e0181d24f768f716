"""Clips of several corpora from one manifest: the table that `affekt.corpora.manifest` writes, or CAMEO's own files."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from affekt.corpora.clips import Clips, Ints, clips_of, speaker_folds
from affekt.corpora.manifest import CAMEO
from affekt.corpora.parquet import read_parquet
from affekt.errors import CorpusError, InputError
from affekt.types import LabelSpace, Record, Signal, Span

_FOLDS = 5
_OF_CAMEO = tuple(name for name in CAMEO if name != "audio")


def read_collection(path: Path, *, root: Path | None = None, cache: Path | None = None) -> Clips:
    """Return the clips that a manifest lists, of all its corpora, labelled in the names it uses.

    path: JSONL in either form of `affekt.corpora.manifest.write_manifest`; or a folder with the Parquet files of CAMEO
    (``data/*.parquet``, sounds inside), or one of them. root: what paths in it are below, None for the manifest's own
    folder. `conditions` keep where each clip is from: corpus, language, licence, split, and sex and age where told.
    Speakers are called CORPUS/SPEAKER; each of five folds holds some speakers of every corpus. What has no single
    label, or no speaker, is left out. Raises `InputError` for a file that is no manifest, `CorpusError` where nothing
    is left.
    """
    rows = list(_rows(path))
    base = root or (path if path.is_dir() else path.parent)
    records = [record for row in rows if (record := _record(row, base)) is not None]
    if not records:
        raise CorpusError(f"No row of {path} has a sound, one label and a speaker.")
    ids = {record.id for record in records}
    if len(ids) < len(records):
        raise InputError(f"{path} names an item of one corpus twice; there are {len(records)} rows and {len(ids)} ids.")
    labels = tuple(sorted({record.labels[0] for record in records}))
    named = {str(row.get("space") or "") for row in rows}
    source = f"the labels in {path.name}" + (f", those of {min(named)}" if len(named) == 1 and "" not in named else "")
    name = path.stem if path.suffix else path.name
    space = LabelSpace(name, labels, "exclusive", source)
    return clips_of(name, records, space, folds=_folds(records), cache=cache)


def licences(clips: Clips) -> dict[str, tuple[str, ...]]:
    """Return by corpus the licences of its clips, which bind whatever is made of them."""
    found: dict[str, dict[str, None]] = {}
    pairs = zip(clips.conditions["corpus"], clips.conditions["licence"], strict=True)
    for corpus, licence in dict.fromkeys(pairs):
        found.setdefault(corpus, {})[licence or "not said"] = None
    return {corpus: tuple(told) for corpus, told in sorted(found.items())}


def _folds(records: Sequence[Record]) -> Ints:
    corpora = np.array([record.conditions["corpus"] for record in records])
    speakers = np.array([str(record.speaker) for record in records])
    folds = np.zeros(len(records), np.int64)
    for corpus in np.unique(corpora):
        folds[corpora == corpus] = speaker_folds(speakers[corpora == corpus].tolist(), _FOLDS)
    return folds


def _rows(path: Path) -> Iterator[Mapping[str, Any]]:
    if path.is_dir() or path.suffix == ".parquet":
        files = sorted(path.rglob("[!.]*.parquet")) if path.is_dir() else [path]
        if not files:
            raise InputError(f"{path} holds no Parquet file. Name a manifest (JSONL), or the folder of CAMEO's files.")
        for file in files:
            for row in read_parquet(file, columns=_OF_CAMEO):
                name = Path(row["file_id"])
                audio = f"{file.resolve()}::audio/{row.line - 1}{name.suffix}"
                yield {column: row[column] or None for column in _OF_CAMEO} | {"audio": audio}
        return
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"Cannot read the manifest {path}: {error}.") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise InputError(f"Line {number} of {path} is no JSON: {error}.") from error
        if not isinstance(row, dict) or not ({"file_id", "emotion"} <= row.keys() or {"id", "labels"} <= row.keys()):
            raise InputError(f"Line {number} of {path} is no row of a manifest. `affekt corpora manifest` writes one.")
        yield row


def _record(row: Mapping[str, Any], base: Path) -> Record | None:
    if "file_id" in row:
        place, _, member = str(row["audio"] or "").partition("::")
        labels = (str(row["emotion"]),) if row["emotion"] else ()
        told = {name: row.get(name) for name in ("dataset", "transcription", "speaker_id", "license", "file_id")}
        corpus, text, speaker, licence, name = told.values()
        further = {"sex": row.get("gender"), "age": row.get("age")}
    else:
        place, member, labels = str(row.get("path") or ""), row.get("member") or "", tuple(row["labels"])
        corpus, text, speaker, licence, name = (row.get(n) for n in ("corpus", "text", "speaker", "licence", "id"))
        further = {}
    if len(labels) != 1 or speaker is None or not place:
        return None
    start, end = row.get("start"), row.get("end")
    part = None if start is None or end is None else Span(float(start), float(end), "second")
    signal = Signal(
        str(text or ""),
        language=row.get("language"),
        modality="speech",
        path=base / place,
        member=member or None,
        part=part,
    )
    kept = {"corpus": corpus, "licence": licence, "split": row.get("split"), **further}
    return Record(
        id=f"{corpus}/{name}",
        signal=signal,
        split="all",
        labels=labels,
        speaker=f"{corpus}/{speaker}",
        conditions={key: str(value or "") for key, value in kept.items()},
    )
