"""Readers from elsewhere: of packages that declare them (entry points ``affekt.corpora``), and in a file by itself."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from affekt.cards import CorpusCard
from affekt.errors import CorpusError, InputError
from affekt.plugins import accept, load_plugins
from affekt.types import Record


class PluginCorpus(NamedTuple):
    """A reader that is not affekt's: its card, how it reads, and which package it is from."""

    card: CorpusCard
    read: Callable[[Path], Iterator[Record]]
    package: str


class PluginCorpora(NamedTuple):
    """The readers of other packages by name, and what is wrong with those that are left out."""

    corpora: dict[str, PluginCorpus]
    problems: tuple[str, ...]


@cache
def plugin_corpora() -> PluginCorpora:
    """Return the corpora that installed packages add.

    They are imported now, and once; broken ones are told, not raised.
    """
    from affekt.corpora.index import CORPORA

    found = accept(
        load_plugins("affekt.corpora"),
        "affekt.corpora",
        taken=lambda name: "affekt" if name.replace("-", "_") in CORPORA else None,
        wrong=_wrong,
    )
    corpora = {each.name: PluginCorpus(each.value.CARD, each.value.read, each.package) for each in found.plugins}
    return PluginCorpora(corpora, found.problems)


def reader_in(path: Path) -> PluginCorpus:
    """Return the reader in a Python file: a module with ``CARD`` and ``read``, which is run. Raises `InputError`."""
    if not path.is_file():
        raise InputError(f"There is no file {path}.")
    spec = importlib.util.spec_from_file_location(f"affekt_reader_{path.stem}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # whatever a stranger's file raises as it runs
        raise InputError(f"{path} fails as it is imported: {type(error).__name__}: {error}.") from error
    matter = _wrong(module)
    if matter is not None:
        raise InputError(f"{path} is no reader of a corpus: {matter}.")
    return PluginCorpus(module.CARD, module.read, path.name)


def check_reader(card: CorpusCard, read: Callable[[Path], Iterator[Record]], folder: Path) -> list[Record]:
    """Return the records that a reader makes of a small tree in the official layout, or raise what it breaks.

    For the tests of a reader. It is held to the same as ours: a complete card; ids that are not empty or twice; a
    split for each record; labels of the card's space; valence, arousal and dominance in [-1, 1]; the same records when
    read again; and a `CorpusError` for a folder that is empty. Raises `CorpusError` that names the first thing wrong.
    """
    from affekt.corpora.check import record_findings

    for key in ("name", "summary", "licence", "citation"):
        if not getattr(card, key):
            raise CorpusError(f"The card says no {key}.")
    if card.layout == "verified" and not card.layout_source:
        raise CorpusError("The card says its layout is verified, and no layout_source says by what.")
    records = list(read(folder))
    if not records:
        raise CorpusError(f"{card.name} reads nothing from {folder}.")
    for record in records:
        if not record.id or not record.split:
            raise CorpusError(
                f"A record of {card.name} has no {'id' if not record.id else 'split'}: {record.signal.text[:40]!r}."
            )
    wrong = [found for found in record_findings(card, records) if found.level == "error"]
    if wrong:
        raise CorpusError(
            f"{card.name}: {wrong[0].what}: {wrong[0].message} For example {', '.join(wrong[0].items[:3])}."
        )
    if list(read(folder)) != records:
        raise CorpusError(f"{card.name} reads other records the second time.")
    _check_refuses_nothing(card, read)
    return records


def _check_refuses_nothing(card: CorpusCard, read: Callable[[Path], Iterator[Record]]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as empty:
        try:
            found = list(read(Path(empty)))
        except CorpusError:
            return
        except Exception as error:  # the point is which error a reader of another's lets through
            raise CorpusError(
                f"Of an empty folder {card.name} raises {type(error).__name__} ({error}); it should be a CorpusError "
                "that says "
                "what is missing, as affekt.corpora.files.find_file raises it."
            ) from error
    raise CorpusError(f"Of an empty folder {card.name} reads {len(found)} records; it should raise a CorpusError.")


def _wrong(value: Any) -> str | None:
    """Return why a value is no reader of a corpus, None where it is one."""
    if not isinstance(getattr(value, "CARD", None), CorpusCard):
        return "it has no CARD, a CorpusCard"
    return None if callable(getattr(value, "read", None)) else "it has no read(folder)"
