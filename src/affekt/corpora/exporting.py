"""Corpora out again, in formats other programs read: JSONL, Parquet, Hugging Face, WebDataset, audformat."""

from __future__ import annotations

import io
import json
import re
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Literal, get_args

from affekt.cards import CorpusCard
from affekt.corpora.archives import media_reader
from affekt.corpora.audformat import write_database
from affekt.errors import InputError, OutputError
from affekt.ratings.pseudonyms import pseudonyms
from affekt.types import Record

Format = Literal["jsonl", "parquet", "hf", "webdataset", "audformat"]
FORMATS: tuple[str, ...] = get_args(Format)
_SHARD = 1000  # items of a WebDataset shard
_HF_LICENCES = {
    "CC BY 4.0": "cc-by-4.0",
    "CC BY-SA 4.0": "cc-by-sa-4.0",
    "CC BY-NC 4.0": "cc-by-nc-4.0",
    "CC BY-NC-SA 4.0": "cc-by-nc-sa-4.0",
    "Apache-2.0": "apache-2.0",
    "MIT": "mit",
    "GPL-3.0": "gpl-3.0",
    "CC0-1.0": "cc0-1.0",
}
# What is said by name is a list of names and values: not every reader of Parquet knows maps.
_NUMBERS = 'STRUCT(name VARCHAR, "value" DOUBLE)[]'
# Every column has its type here, so that a corpus without values in one does not change it.
COLUMNS = {
    "id": "VARCHAR",
    "corpus": "VARCHAR",
    "split": "VARCHAR",
    "modality": "VARCHAR",
    "language": "VARCHAR",
    "text": "VARCHAR",
    "path": "VARCHAR",
    "member": "VARCHAR",
    "start": "DOUBLE",
    "end": "DOUBLE",
    "labels": "VARCHAR[]",
    "unrated": "VARCHAR[]",
    "valence": "DOUBLE",
    "arousal": "DOUBLE",
    "dominance": "DOUBLE",
    "intensities": _NUMBERS,
    "values": _NUMBERS,
    "speaker": "VARCHAR",
    "group": "VARCHAR",
    "turn": "BIGINT",
    "conditions": 'STRUCT(name VARCHAR, "value" VARCHAR)[]',
    "ratings": f'STRUCT(rater VARCHAR, labels VARCHAR[], "values" {_NUMBERS}, perspective VARCHAR)[]',
}


def export_corpus(card: CorpusCard, records: Sequence[Record], folder: Path, *, to: Format) -> tuple[Path, ...]:
    """Return the files written to `folder`, which is made: the records of a corpus, a file per split, and its card.

    ``"jsonl"`` and ``"parquet"``: ``<split>.jsonl`` or ``.parquet``, columns as in `COLUMNS` (in JSONL what goes by
    names is an object). ``"hf"``: the
    same Parquet below ``data/`` with a ``README.md`` whose head names splits and licence, which
    `datasets.load_dataset(folder)` reads. ``"webdataset"``: ``<split>-000000.tar`` of 1,000 items, each
    ``<key>.json``, ``<key>.txt`` and its sound or picture. ``"audformat"``: as `write_database` does. Paths of
    media are as on this machine, save in the last two, which hold the media. Rater ids that would tell who
    somebody is are replaced.

    The licence of the corpus binds the export: it stands in ``card.json``. Raises `InputError` for another
    format or no records, `OutputError` where `folder` cannot be written or holds something already.
    """
    if to not in FORMATS:
        raise InputError(f"Unknown format {to!r}. Allowed: {', '.join(FORMATS)}.")
    if not records:
        raise InputError(f"There is no record of {card.name} to export.")
    try:
        if folder.exists() and any(folder.iterdir()):
            raise OutputError(f"{folder} is not empty. Name a new folder, so that nothing is mixed or lost.")
        folder.mkdir(parents=True, exist_ok=True)
        written = _write(card, records, folder, to)
        about = folder / "card.json"
        about.write_text(json.dumps(_about(card, records), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError(f"Cannot write {folder}: {error.strerror or error}. Name another folder.") from error
    return (*written, about)


def rows_of(card: CorpusCard, records: Iterable[Record]) -> list[dict[str, Any]]:
    """Return records as plain rows, a value for each of `COLUMNS`.

    >>> from affekt.corpora.index import CORPORA
    >>> from affekt.types import Signal
    >>> row = rows_of(CORPORA["goemotions"], [Record("a", Signal("Oh!", language="en"), "dev", labels=("joy",))])[0]
    >>> row["corpus"], row["split"], row["text"], row["labels"], row["valence"]
    ('goemotions', 'dev', 'Oh!', ['joy'], None)
    """
    records = list(records)
    ids = list(dict.fromkeys(vote.rater for r in records for vote in r.ratings if vote.rater is not None))
    names = dict(zip(ids, pseudonyms(ids), strict=True))
    return [_row(card, record, names) for record in records]


def _write(card: CorpusCard, records: Sequence[Record], folder: Path, to: Format) -> list[Path]:
    if to == "audformat":
        with ExitStack() as stack:
            return write_database(card, records, folder, media=media_reader(stack))
    splits: dict[str, list[tuple[Record, dict[str, Any]]]] = {}
    for record, row in zip(records, rows_of(card, records), strict=True):
        splits.setdefault(record.split, []).append((record, row))
    if len({_file_name(split) for split in splits}) < len(splits):
        raise InputError(
            f"Two splits of {card.name} would have the same file: {', '.join(splits)}. Export one of them."
        )
    written = []
    for split, pairs in splits.items():
        name = _file_name(split)
        rows = [row for _, row in pairs]
        if to == "jsonl":
            written.append(_jsonl(rows, folder / f"{name}.jsonl"))
        elif to == "parquet":
            written.append(_parquet(rows, folder / f"{name}.parquet"))
        elif to == "hf":
            (folder / "data").mkdir(exist_ok=True)
            written.append(_parquet(rows, folder / "data" / f"{name}.parquet"))
        else:
            written += _shards(pairs, folder, name)
    if to == "hf":
        readme = folder / "README.md"
        readme.write_text(_dataset_card(card, list(splits)), encoding="utf-8")
        written.append(readme)
    return written


def _row(card: CorpusCard, record: Record, names: Mapping[str, str]) -> dict[str, Any]:
    signal, vad = record.signal, record.vad
    return {
        "id": record.id,
        "corpus": card.name,
        "split": record.split,
        "modality": signal.modality,
        "language": signal.language,
        "text": signal.text or None,
        "path": None if signal.path is None else str(signal.path),
        "member": signal.member,
        "start": None if signal.part is None else signal.part.start,
        "end": None if signal.part is None else signal.part.end,
        "labels": list(record.labels),
        "unrated": list(record.unrated),
        **{name: None if vad is None else _number(getattr(vad, name)) for name in ("valence", "arousal", "dominance")},
        "intensities": {name: _number(value) for name, value in record.intensities.items()},
        "values": {name: _number(value) for name, value in record.values.items()},
        "speaker": record.speaker,
        "group": record.group,
        "turn": record.turn,
        "conditions": dict(record.conditions),
        "ratings": [
            {
                "rater": None if vote.rater is None else names[vote.rater],
                "labels": list(vote.labels),
                "values": {name: _number(value) for name, value in vote.values.items()},
                "perspective": vote.perspective,
            }
            for vote in record.ratings
        ],
    }


def _number(value: float) -> float | None:
    """Return the number; None for NaN, which JSON lacks."""
    return float(value) if value == value else None  # noqa: PLR0124  # NaN alone differs from itself


def _jsonl(rows: Iterable[dict[str, Any]], path: Path) -> Path:
    with path.open("w", encoding="utf-8") as stream:
        stream.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return path


def _listed(value: Any) -> Any:
    """Return a value with each mapping in it that goes by names as a list of names and values.

    >>> _listed({"joy": 0.5})
    [{'name': 'joy', 'value': 0.5}]
    """
    return [{"name": name, "value": part} for name, part in value.items()] if isinstance(value, dict) else value


def _parquet(rows: Iterable[dict[str, Any]], path: Path) -> Path:
    """Write Parquet by way of a JSONL file beside it, which is taken away again."""
    import duckdb

    told = (
        {
            **{name: _listed(value) for name, value in row.items()},
            "ratings": [{name: _listed(value) for name, value in vote.items()} for vote in row["ratings"]],
        }
        for row in rows
    )
    between = _jsonl(told, path.with_suffix(".jsonl.part"))
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in COLUMNS.items())
    source, target = (str(each).replace("'", "''") for each in (between, path))
    try:
        with duckdb.connect() as connection:
            connection.execute(
                f"COPY (SELECT * FROM read_json('{source}', format = 'newline_delimited', columns = {{{columns}}}, "
                f"maximum_object_size = 67108864)) TO '{target}' (FORMAT parquet, COMPRESSION zstd)"
            )
    finally:
        between.unlink(missing_ok=True)
    return path


def _shards(pairs: Sequence[tuple[Record, dict[str, Any]]], folder: Path, name: str) -> list[Path]:
    written = []
    with ExitStack() as stack:
        media = media_reader(stack)
        for shard, start in enumerate(range(0, len(pairs), _SHARD)):
            path = folder / f"{name}-{shard:06d}.tar"
            with tarfile.open(path, "w") as tar:
                for place, (record, row) in enumerate(pairs[start : start + _SHARD], start):
                    # A key ends at its first dot, so ids, which may hold dots, stand in the JSON alone.
                    key = f"{name}-{place:08d}"
                    told = {column: value for column, value in row.items() if column not in ("path", "member")}
                    _add(tar, f"{key}.json", json.dumps(told, ensure_ascii=False).encode())
                    if record.signal.text:
                        _add(tar, f"{key}.txt", record.signal.text.encode())
                    found = media(record.signal)
                    if found is not None:
                        _add(tar, f"{key}{found.ending}", found.content)
            written.append(path)
    return written


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    tar.addfile(info, io.BytesIO(content))


def _dataset_card(card: CorpusCard, splits: Sequence[str]) -> str:
    files = "\n".join(
        f"  - split: {re.sub(r'[^A-Za-z0-9_]', '_', split)}\n    path: data/{_file_name(split)}.parquet"
        for split in splits
    )
    languages = "\n".join(f"- {language}" for language in card.languages)
    head = [
        "---",
        f"license: {_HF_LICENCES.get(card.licence, 'other')}",
        *([f"language:\n{languages}"] if languages else []),
        "configs:",
        "- config_name: default",
        f"  data_files:\n{files}",
        "---",
    ]
    labels = f"Labels: {', '.join(card.space.labels)}." if card.space else ""
    body = [f"# {card.name}", card.summary, f"Licence: {card.licence}. Home: {card.homepage}.", labels, card.citation]
    return "\n".join(head) + "\n\n" + "\n\n".join(part for part in body if part) + "\n"


def _about(card: CorpusCard, records: Sequence[Record]) -> dict[str, Any]:
    return {
        "name": card.name,
        "summary": card.summary,
        "licence": card.licence,
        "homepage": card.homepage,
        "citation": card.citation,
        "space": card.space.name if card.space else None,
        "labels": list(card.space.labels) if card.space else [],
        "items": len(records),
        "notes": card.notes,
    }


def _file_name(split: str) -> str:
    return re.sub(r"[^\w-]", "_", split)
