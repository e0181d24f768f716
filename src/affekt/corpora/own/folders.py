"""The tables of a folder: one, a table per split, a Hugging Face dataset, an audformat database."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from affekt.affect.spaces import SPACES
from affekt.corpora.own.columns import find_columns, is_table, open_own
from affekt.corpora.own.description import ENDINGS, Description
from affekt.corpora.own.rows import DIMENSIONS, Table
from affekt.errors import InputError, MissingDependencyError
from affekt.ratings.opening import Source

_SHARD = re.compile(r"[-_.]\d{1,6}(?:-of-\d{1,6})?$")
_WORDS = {"train", "training", "dev", "development", "valid", "validation", "val", "test", "testing", "eval", "all"}
_ORDER = {name: place for place, name in enumerate(("train", "dev", "valid", "validation", "val", "test"))}
_NOT_TABLES = ("card.json", "dataset_info.json", "dataset_infos.json", "state.json", "db.json")


def open_tables(path: Path, description: Description) -> tuple[list[Table], Description]:
    """Return the tables of a file or folder, and the description with what the folder's own header says.

    Raises `InputError` where there is no table, or where several are no splits of one corpus.
    """
    if path.is_file():
        source = open_own(path)
        return [Table(source, find_columns(source, description.columns), names=_class_names(path))], description
    if not path.is_dir():
        raise InputError(f"There is no file or folder {path}.")
    if (path / "db.yaml").is_file():
        return _database(path, description)
    files = _tables_in(path)
    splits = _splits_of(files)
    tables = []
    for file in files:
        source = open_own(file)
        roles = find_columns(source, description.columns)
        split = None if "split" in roles or (len(files) == 1 and splits[file] not in _WORDS) else splits[file]
        tables.append(Table(source, roles, split, {**_folder_names(path), **_class_names(file)}))
    odd = [
        file.name for file, table in zip(files, tables, strict=True) if table.split and not _WORDS & _words(table.split)
    ]
    if odd and len(files) > 1:
        raise InputError(
            f"{path} holds several tables that are no splits of one corpus by their names: {', '.join(odd[:8])}. "
            "Name the one "
            "that is meant, or call them after their splits (train.csv, dev.csv, test.csv)."
        )
    if any(table.exported for table in tables):
        description = description.over(_exported(path))
    return tables, description


def _exported(path: Path) -> Description:
    """Return what an export of affekt's says of itself: dimensions are in [-1, 1], the card lies beside it."""
    said = Description(scale=dict.fromkeys(DIMENSIONS, (-1.0, 1.0)))
    try:
        card = json.loads((path / "card.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return said
    told = {key: str(card.get(key) or "") for key in ("name", "summary", "licence", "homepage", "citation")}
    return replace(said, **told, space=SPACES.get(str(card.get("space"))))  # type: ignore[arg-type]


def split_of(file: Path) -> str:
    """Return the split a file is called after: the one word of its name that says so, else its whole name.

    >>> split_of(Path("train-00000-of-00002.parquet")), split_of(Path("dev_sent_emo.csv.gz")), split_of(Path("a.csv"))
    ('train', 'dev', 'a')
    """
    stem = _SHARD.sub("", file.name.partition(".")[0]).lower()
    words = _words(stem) & _WORDS
    return words.pop() if len(words) == 1 else stem


def _words(stem: str) -> set[str]:
    return set(re.split(r"[^a-z0-9]+", stem.lower()))


def _splits_of(files: Sequence[Path]) -> dict[Path, str]:
    """Return the split of each file: short where that tells them apart, shards of one split together."""
    short = {file: split_of(file) for file in files}
    whole = {file: _SHARD.sub("", file.name.partition(".")[0]).lower() for file in files}
    return short if len(set(short.values())) == len(set(whole.values())) else whole


def _tables_in(path: Path) -> list[Path]:
    for place in (path, path / "data"):
        if not place.is_dir():
            continue
        found = sorted(
            file
            for file in place.iterdir()
            if file.is_file()
            and is_table(file)
            and file.name not in _NOT_TABLES
            and not file.name.startswith((".", "_"))
            and not file.name.endswith(ENDINGS)
            and file.suffix != ".txt"
        )
        if found:
            return sorted(found, key=lambda file: _ORDER.get(split_of(file), len(_ORDER)))
    raise InputError(f"{path} holds no table affekt reads: .csv, .tsv, .jsonl or .parquet, there or in data/.")


def _class_names(file: Path) -> dict[str, tuple[str, ...]]:
    """Return the labels behind the numbers of a Parquet file's columns, as Hugging Face's datasets keeps them in it."""
    if file.suffix != ".parquet":
        return {}
    import duckdb

    with duckdb.connect() as connection:
        rows = connection.execute("SELECT key, value FROM parquet_kv_metadata(?)", [str(file)]).fetchall()
    for key, value in rows:
        if bytes(key) == b"huggingface":
            return _features(json.loads(bytes(value)).get("info", {}))
    return {}


def _folder_names(folder: Path) -> dict[str, tuple[str, ...]]:
    try:
        told = json.loads((folder / "dataset_info.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return _features(told) if isinstance(told, dict) else {}


def _features(info: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    found = {}
    for column, feature in (info.get("features") or {}).items():
        inner = feature.get("feature", feature) if isinstance(feature, dict) else feature
        inner = inner[0] if isinstance(inner, list) and inner else inner
        if isinstance(inner, dict) and inner.get("names"):
            found[column] = tuple(str(name) for name in inner["names"])
    return found


def _database(path: Path, description: Description) -> tuple[list[Table], Description]:
    """Return the tables of an audformat database that hold labels or dimensions; scales are those of its schemes."""
    header = _header(path / "db.yaml")
    schemes = header.get("schemes") or {}
    scale = {
        name: (float(schemes[name]["minimum"]), float(schemes[name]["maximum"]))
        for name in DIMENSIONS
        if {"minimum", "maximum"} <= set(schemes.get(name) or {})
    }
    languages = header.get("languages") or []
    described = description.over(
        Description(
            name=str(header.get("name") or ""),
            summary=str(header.get("description") or ""),
            licence=str(header.get("license") or header.get("licence") or ""),
            homepage=str(header.get("source") or ""),
            citation=str(header.get("citation") or ""),
            language=str(languages[0])[:2] if len(languages) == 1 and len(str(languages[0])) == 2 else None,
            scale=scale,
        )
    )
    tables = []
    for name, told in {**(header.get("tables") or {}), **(header.get("misc_tables") or {})}.items():
        source = _stored_table(path, name)
        roles = find_columns(source, _audformat_roles(source, told, schemes, description))
        if {"labels", "votes", *DIMENSIONS} & set(roles):
            split = told.get("split_id")
            tables.append(Table(source, roles, None if split is None else str(split).lower()))
    if not tables:
        raise InputError(
            f"No table of {path / 'db.yaml'} has labels, valence, arousal or dominance. Say which: --column "
            "labels=NAME."
        )
    return tables, described


def _audformat_roles(
    source: Source, told: Mapping[str, Any], schemes: Mapping[str, Any], description: Description
) -> dict[str, tuple[str, ...]]:
    columns = list((told.get("columns") or {}).items())
    flags = tuple(
        name for name, one in columns if (schemes.get(str((one or {}).get("scheme_id"))) or {}).get("dtype") == "bool"
    )
    roles: dict[str, tuple[str, ...]] = dict(description.columns.items())
    if "labels" not in roles and len(flags) > 1 and not {"emotion", "label", "labels"} & {name for name, _ in columns}:
        roles["labels"] = flags
    if "file" in source.columns:
        roles.setdefault("path", ("file",))
    return roles


def _stored_table(path: Path, name: str) -> Source:
    for ending in (".csv", ".parquet"):
        if (path / f"db.{name}{ending}").is_file():
            return open_own(path / f"db.{name}{ending}")
    raise InputError(
        f"db.{name}.csv (or .parquet) is not in {path}, though db.yaml names it. Pickled tables are not read."
    )


def _header(path: Path) -> dict[str, Any]:
    text = path.read_text(encoding="utf-8")
    try:
        told = json.loads(text)  # which is YAML too, and what affekt writes
    except ValueError:
        try:
            import yaml
        except ImportError as error:
            raise MissingDependencyError(
                "Reading an audformat header needs PyYAML. Install it with: pip install pyyaml"
            ) from error
        try:
            told = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise InputError(f"{path} is no YAML: {error}.") from error
    if not isinstance(told, dict):
        raise InputError(f"{path} is no header of an audformat database.")
    return told
