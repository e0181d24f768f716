"""One table of several corpora, a row per item, with the same columns and label names for all."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

import numpy as np

from affekt.corpora.exporting import COLUMNS, rows_of
from affekt.corpora.index import find_corpus
from affekt.corpora.joint import joint
from affekt.errors import InputError, OutputError
from affekt.types import LabelSpace, Record, Route

Layout = Literal["affekt", "cameo"]
LAYOUTS: tuple[str, ...] = get_args(Layout)
# The columns of the collection, as its dataset card lists them.
CAMEO = (
    *("file_id", "audio", "emotion", "transcription", "speaker_id", "gender", "age", "dataset", "language", "license"),
)
_GENDERS = {"f": "female", "female": "female", "w": "female", "m": "male", "male": "male"}
_LEFT_OUT = ("ratings", "values", "intensities", "conditions", "unrated")


class Written(NamedTuple):
    """How many rows a manifest has, and how many items were left out for having no single emotion."""

    rows: int
    left_out: int


def manifest_rows(
    records: Mapping[str, Sequence[Record]],
    *,
    space: str | LabelSpace | None = None,
    columns: Layout = "affekt",
    via: Route = "cited",
    root: Path | None = None,
) -> list[dict[str, Any]]:
    """Return a row per item of several corpora, called by their names.

    ``"affekt"``: corpus, id, split, modality, language, text, path (below `root` where that is given), member, start
    and end in seconds, labels with their space, valence, arousal, dominance, speaker, group and licence. ``"cameo"``:
    the columns of Christop & Czajka 2025, "CAMEO: Collection of Multilingual Emotional Speech Corpora",
    arXiv:2505.11051 (file_id, audio, emotion, transcription, speaker_id, gender, age, dataset, language, license),
    with split, and only items of one emotion; what a corpus does not say is None. With `space` labels become those of
    that space (`via` says on whose authority); a label without a place there is left out of its item.

    Raises `InputError` for other columns, `UnknownNameError` for a corpus or space, and `ConversionError`.

    >>> from affekt.types import Signal
    >>> said = Record("03a", Signal("Der Lappen …", language="de", modality="speech"), "all", labels=("happiness",),
    ...               speaker="03", conditions={"sex": "male", "age": "31"})
    >>> row = manifest_rows({"emodb": [said]}, space="ekman-neutral", columns="cameo")[0]
    >>> row["emotion"], row["gender"], row["age"], row["dataset"], row["license"][:7]
    ('joy', 'male', '31', 'emodb', 'CC0-1.0')
    """
    if columns not in LAYOUTS:
        raise InputError(f"Unknown columns {columns!r}. Allowed: {', '.join(LAYOUTS)}.")
    found = []
    for name, some in records.items():
        card = find_corpus(name)
        labels = [record.labels for record in some]
        named = card.space.name if card.space else None
        if space is not None:
            view = joint({name: some}, space, via=via)
            named = view.space.name
            held = np.nan_to_num(view.labels) >= 0.5
            labels = [tuple(label for label, on in zip(view.space, row, strict=True) if on) for row in held]
        for record, row, own in zip(some, rows_of(card, some), labels, strict=True):
            row["labels"] = list(own)
            if root is not None and row["path"] is not None and Path(row["path"]).is_relative_to(root):
                row["path"] = Path(row["path"]).relative_to(root).as_posix()
            if columns == "affekt":
                told = {key: row[key] for key in COLUMNS if key not in _LEFT_OUT}
                found.append({**told, "space": named, "licence": card.licence})
            elif len(own) == 1:
                found.append({**_cameo(record, row), "license": card.licence, "split": record.split})
    return found


def write_manifest(
    records: Mapping[str, Sequence[Record]],
    path: Path,
    *,
    space: str | LabelSpace | None = None,
    columns: Layout = "affekt",
    via: Route = "cited",
    root: Path | None = None,
) -> Written:
    """Return how many rows of `manifest_rows` were written to `path`, as JSONL. Raises as that, and `OutputError`."""
    rows = manifest_rows(records, space=space, columns=columns, via=via, root=root)
    try:
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    except OSError as error:
        raise OutputError(f"Cannot write {path}: {error.strerror or error}. Name another file.") from error
    return Written(len(rows), sum(map(len, records.values())) - len(rows))


def _cameo(record: Record, row: Mapping[str, Any]) -> dict[str, Any]:
    said = {key.casefold(): value for key, value in record.conditions.items()}
    sex = said.get("sex", said.get("gender", "")).casefold()
    audio = row["path"] if row["member"] is None else f"{row['path']}::{row['member']}"
    return {
        "file_id": record.id,
        "audio": audio,
        "emotion": row["labels"][0],
        "transcription": row["text"],
        "speaker_id": record.speaker,
        "gender": _GENDERS.get(sex, sex or None),
        "age": said.get("age"),
        "dataset": row["corpus"],
        "language": row["language"],
    }
