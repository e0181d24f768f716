"""From the name of a corpus to its records: where its files are looked for, and whether all rows came."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from affekt.cards import CorpusCard
from affekt.corpora.index import find_corpus, find_reader
from affekt.errors import CorpusError, UnknownNameError
from affekt.types import Record

# Folders that are not called as their corpus is.
_OTHER_FOLDERS = {
    "brighter_votes": "brighter",
    "ceap_360vr": "ceap-360vr-annotations",
    "crema_d_votes": "crema-d-ratings",
    "ecf": "ecf-semeval2024-task3",
    "ecf_semeval2024": "ecf-semeval2024-task3",
    "edos": "edos-mturk",
    "eibench": "eibench-text",
    "enisear_appraisal": "appraisal-enisear",
    "ferplus": "fer2013-ferplus",
    "reccon": "reccon-dd",
    "music_emotions": "emotions-multilabel",
    "stackoverflow_emotion": "stackoverflow-emotion-msr18",
    "vader_icwsm": "vader",
}
# The folder of $AFFEKT_DATA that holds corpora of a modality, where it is not called after it.
_ROOMS = {"image": "face", "video": "multimodal", "physiology": "physio"}


def read_corpus(
    name: str | CorpusCard, *, folder: Path | None = None, split: str | None = None, complete: bool = True
) -> list[Record]:
    """Return the records of a corpus in its official order, those of one `split` if one is named.

    Its files are looked for in `folder`; without one in ``$AFFEKT_DATA/text/<name>``
    (``speech``, ``face``, ``music``, ``physio`` or ``multimodal`` for what is no text),
    ``$AFFEKT_DATA/<name>`` and the user's cache, where `affekt.corpora.download` puts them. With
    `complete` the number of records per split has to be the official one, or that of a
    redistribution named on the card, and no id may be there twice; ``complete=False`` reads a part, or what is
    damaged so. Nothing is downloaded.

    Raises `UnknownNameError` (corpus or split) and `CorpusError` (absent, unreadable, incomplete, or a corpus
    that affekt has no reader for).
    """
    card = find_corpus(name)
    read = find_reader(card)
    records = list(read(find_folder(card.name, folder=folder)))
    if complete:
        check_rows(card, records)
        check_ids(card, records)
    if split is None:
        return records
    chosen = [record for record in records if record.split == split]
    if not chosen:
        splits = ", ".join(dict.fromkeys(record.split for record in records)) or "none"
        raise UnknownNameError(f"{card.name} has no split {split!r} here. It has: {splits}.")
    return chosen


def find_folder(name: str, *, folder: Path | None = None, data: Path | None = None) -> Path:
    """Return the folder that holds a corpus; `data` stands for ``$AFFEKT_DATA``.

    Raises `CorpusError` that says where it was looked for and how to get it.
    """
    card = find_corpus(name)
    if folder is not None:
        looked = [Path(folder)]
    else:
        names = dict.fromkeys((card.name, card.name.replace("_", "-"), _OTHER_FOLDERS.get(card.name, card.name)))
        named = os.environ.get("AFFEKT_DATA")
        data = data or (Path(named) if named else None)
        roots = [Path(data) / _ROOMS.get(card.modality, card.modality), Path(data)] if data else []
        looked = [root / each for root in [*roots, cache_folder()] for each in names]
    for place in looked:
        if place.is_dir():
            return place
    places = ", ".join(str(place) for place in looked)
    raise CorpusError(f"The corpus {card.name} is not here. Looked for it in {places}. {how_to_get(card)}")


def how_to_get(card: CorpusCard) -> str:
    """Return the sentence that says where a corpus comes from and what downloads it."""
    target = cache_folder() / card.name
    if not card.files:
        home = card.homepage or f"the authors of: {card.citation}"
        return f"Its access is: {card.access} (licence: {card.licence}). Ask for it at {home}."
    if all(file.url is None for file in card.files):
        names = ", ".join(file.name for file in card.files)
        return (
            f"It cannot be downloaded file by file: get it from {card.homepage} (licence: {card.licence}) "
            f"and put {names} under {target}."
        )
    return (
        f"It is published at {card.homepage} (licence: {card.licence}). Download it with: "
        f"python -m affekt.corpora.download {card.name} --accept-licence"
    )


def cache_folder() -> Path:
    """Return where downloaded corpora lie: ``corpora`` in affekt's part of the user's cache.

    ``$XDG_CACHE_HOME/affekt`` or ``~/.cache/affekt``; ``%LOCALAPPDATA%\\affekt`` on Windows.
    """
    home = Path.home()
    if sys.platform == "win32":
        root = os.environ.get("LOCALAPPDATA") or str(home / "AppData" / "Local")
    else:
        root = os.environ.get("XDG_CACHE_HOME") or str(home / ".cache")
    return Path(root) / "affekt" / "corpora"


def check_ids(card: CorpusCard, records: Iterable[Record]) -> None:
    """Return nothing if every record has an id of its own. Raises `CorpusError`."""
    seen: set[str] = set()
    for record in records:
        if record.id in seen:
            raise CorpusError(
                f"{card.name} has the id {record.id} twice: rows were copied or mixed up. Fetch it again from "
                f"{card.homepage}; `affekt corpora check {card.name}` lists what else is wrong."
            )
        seen.add(record.id)


def check_rows(card: CorpusCard, records: Iterable[Record]) -> str:
    """Return ``"official"``, the name of the redistribution whose numbers of rows these are, or ``"unknown"``.

    It is unknown where the publisher gives no number for any split.

    Splits that the card gives no official number for are not counted. Raises `CorpusError`.
    """
    found = Counter(record.split for record in records)
    for copy, rows in card.copies.items():
        if found == rows != card.rows:
            return copy
    if not card.rows:
        return "unknown"
    counted = {split: rows for split, rows in found.items() if split in card.rows}
    if counted == card.rows:
        return "official"
    raise CorpusError(
        f"{card.name} is incomplete or another release: found {dict(found)} records per split, official are "
        f"{card.rows}. Fetch it again from {card.homepage}, or read what is there with complete=False."
    )
