"""Holding a corpus's files to its card: missing or corrupt files, labels outside the space, leaks between splits."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from glob import escape as glob_escape
from itertools import combinations
from pathlib import Path
from typing import Literal

from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.archives import Content, archive_members
from affekt.corpora.drift import Drift, label_drift
from affekt.corpora.files import find_file, open_text
from affekt.corpora.index import find_corpus, find_reader
from affekt.corpora.leakage import Overlap, Shared, shared_media, shared_values, text_overlaps
from affekt.corpora.read import check_rows, find_folder
from affekt.errors import CorpusError, InputError
from affekt.types import Record

Level = Literal["error", "warning", "note"]
DRIFT_P, DRIFT_BITS = 0.01, 0.01  # from where on a difference of labels is told as a warning
_LISTED = 5
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong (error), that a result would suffer from (warning), or to know (note).

    `what` is its kind in a few words, the same for every corpus; `items` are some ids or file names.
    """

    level: Level
    what: str
    message: str
    count: int = 1
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CorpusCheck:
    """What `check_corpus` found. `release` is "official", the name of a known copy, or "unknown"."""

    corpus: str
    release: str
    rows: dict[str, int]
    findings: tuple[Finding, ...]
    overlaps: tuple[Overlap, ...] = ()
    shared: tuple[Shared, ...] = ()
    drifts: tuple[Drift, ...] = ()

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that make the corpus at hand wrong."""
        return tuple(finding for finding in self.findings if finding.level == "error")


def check_corpus(
    name: str | CorpusCard, *, folder: Path | None = None, near: bool = True, seed: int = 0
) -> CorpusCheck:
    """Return what is wrong with a corpus's files, and what its splits share.

    Errors: a file missing or of another sha256 (a warning where somebody packed it anew), a row the reader
    refuses, numbers of records that are neither the official ones nor those of a copy on the card, a label
    outside the space, a value out of range, an id twice, a missing media file. Warnings: the same or (with
    `near`) nearly the same text, media, speaker or group in several splits, labels in other shares (see
    `label_drift`), texts that are empty or were decoded wrongly. Nothing is changed or fetched.

    Raises `UnknownNameError`, and `CorpusError` where the corpus is not here or has no reader.
    """
    card = find_corpus(name)
    read = find_reader(card)
    place = find_folder(card.name, folder=folder)
    files = _file_findings(card, place)
    try:
        records = list(read(place))
    except CorpusError as error:
        wrong = [Finding("error", f.what, f.message, f.count, f.items) for f in files]
        return CorpusCheck(card.name, "unknown", {}, (*wrong, Finding("error", "unreadable", str(error))))
    rows = dict(Counter(record.split for record in records))
    release, row_findings = "unknown", []
    try:
        release = check_rows(card, records)
    except CorpusError as error:
        row_findings.append(Finding("error", "other number of records", str(error)))
    if release not in ("official", "unknown"):
        row_findings.append(Finding("note", "known copy", f"These are the numbers of records of: {release}."))
        files = [Finding("warning", f.what, f.message, f.count, f.items) if f.level == "error" else f for f in files]
    overlaps = text_overlaps(records, near=near)
    shared = (*shared_values(records, "speaker"), *shared_values(records, "group"), *shared_media(records))
    drifts = split_drifts(records, seed=seed)
    return CorpusCheck(
        card.name,
        release,
        rows,
        (
            *files,
            *row_findings,
            *record_findings(card, records),
            *_overlap_findings(card, overlaps),
            *(_shared_finding(one) for one in shared),
            *_drift_findings(drifts),
        ),
        overlaps,
        shared,
        drifts,
    )


def record_findings(card: CorpusCard, records: Sequence[Record]) -> list[Finding]:
    """Return what is wrong with records by themselves: labels, ranges, ids, texts, languages, media files.

    >>> from affekt.corpora.index import CORPORA
    >>> from affekt.types import Signal
    >>> odd = Record("a", Signal("Oh!", language="en"), "train", labels=("glee",))
    >>> [(one.level, one.what, one.items) for one in record_findings(CORPORA["goemotions"], [odd])]
    [('error', 'label outside the space', ('a',))]
    """
    known = set(card.space.labels) if card.space is not None else None
    outside = Counter(
        label for r in records if known is not None for label in (*r.labels, *r.unrated) if label not in known
    )
    named = ", ".join(f"{label!r} ({count:,})" for label, count in outside.most_common(_LISTED))
    ids = Counter(record.id for record in records)
    checks: list[tuple[Level, str, str, Iterable[str]]] = [
        (
            "error",
            "label outside the space",
            f"labels that {card.space.name if card.space else 'no space'} lacks: {named}",
            (r.id for r in records if known is not None and not {*r.labels, *r.unrated} <= known),
        ),
        (
            "error",
            "value out of range",
            "valence, arousal or dominance outside [-1, 1], or an intensity outside [0, 1]",
            (r.id for r in records if not _in_range(r)),
        ),
        (
            "error",
            "label that nobody judged",
            "a label that the same record says nobody judged",
            (r.id for r in records if set(r.labels) & set(r.unrated)),
        ),
        ("error", "id twice", "an id that another record has", (item for item, count in ids.items() if count > 1)),
        ("error", "media missing", "a file of sound, pictures or signals that is not here", _without_media(records)),
        (
            "warning",
            "empty text",
            "no text at all",
            (r.id for r in records if r.signal.modality == "text" and not r.signal.text.strip()),
        ),
        (
            "warning",
            "decoded wrongly",
            "the character U+FFFD, which stands for bytes that could not be decoded",
            (r.id for r in records if "\ufffd" in r.signal.text),
        ),
        (
            "warning",
            "language not on the card",
            f"a language other than {', '.join(card.languages[:_LISTED])}",
            (r.id for r in records if r.signal.language is not None and r.signal.language not in card.languages),
        ),
    ]
    findings = []
    for level, what, message, found in checks:
        items = list(found)
        if items:
            verb = "records have" if len(items) > 1 else "record has"
            findings.append(
                Finding(level, what, f"{len(items):,} {verb} {message}.", len(items), tuple(items[:_LISTED]))
            )
    return findings


def split_drifts(records: Sequence[Record], *, seed: int = 0) -> tuple[Drift, ...]:
    """Return the drift of labels between every two splits that have labels; of more than six splits none."""
    splits: dict[str, list[Record]] = {}
    for record in records:
        splits.setdefault(record.split, []).append(record)
    found = []
    for one, other in combinations(splits, 2) if len(splits) <= 6 else ():
        try:
            found.append(label_drift(splits[one], splits[other], seed=seed))
        except InputError:  # hidden labels, or dimensions alone
            continue
    return tuple(found)


def _file_findings(card: CorpusCard, folder: Path) -> list[Finding]:
    absent: list[str] = []
    corrupt: list[str] = []
    repacked: list[str] = []
    for file in card.files:
        path = _located(folder, file.name)
        if path is None:
            absent.append(file.name)
        elif file.sha256 is not None and _digest(path, file) != file.sha256:
            (corrupt if path.name == Path(file.name).name else repacked).append(file.name)
    total = f"of {len(card.files)} official files"
    findings = []
    for level, what, names, message in (
        ("note", "file missing", absent, "are not here under their own names"),
        ("error", "file corrupt", corrupt, "have another sha256 than the publisher's"),
        ("warning", "file differs", repacked, "are here as a packed copy whose content has another sha256"),
    ):
        if names:
            told = f"{len(names)} {total} {message}."
            findings.append(Finding(level, what, told, len(names), tuple(names[:_LISTED])))  # type: ignore[arg-type]
    return findings


def _located(folder: Path, name: str) -> Path | None:
    """Return where a file lies: by its name, or the one file called so in a folder below (half-moved archives)."""
    try:
        return find_file(folder, name)
    except CorpusError:
        last = Path(name).name
        found = [path for path in folder.rglob(f"{glob_escape(last)}*") if path.name in _packed(last)]
        return found[0] if len(found) == 1 else None


def _packed(name: str) -> tuple[str, str, str]:
    return name, f"{name}.gz", f"{name}.zip"


def _digest(path: Path, file: SourceFile) -> str:
    """Return the sha256 of a file's content, of a packed one's unpacked; "unreadable" where it is broken."""
    name = Path(file.name).name
    digest = hashlib.sha256()
    try:
        stream = path.open("rb") if path.name == name else open_text(path.parent, name).buffer
        with stream as content:
            while chunk := content.read(_CHUNK):
                digest.update(chunk)
    except (OSError, EOFError, ValueError):
        return "unreadable"
    return digest.hexdigest()


def _in_range(record: Record) -> bool:
    dimensions = () if record.vad is None else (record.vad.valence, record.vad.arousal, record.vad.dominance)
    # Not measured is NaN, which is neither inside nor outside.
    return not any(value < -1 or value > 1 for value in dimensions) and all(
        0 <= degree <= 1 for degree in record.intensities.values()
    )


def _without_media(records: Iterable[Record]) -> Iterable[str]:
    archives: dict[Path, dict[str, Content]] = {}
    for record in records:
        for signal in (record.signal, *record.further):
            if signal.path is None:
                continue
            if not signal.path.exists():
                yield record.id
                break
            if signal.member is not None:
                members = archives.setdefault(signal.path, {}) or archive_members(signal.path)
                archives[signal.path] = members
                if members and signal.member not in members:
                    yield record.id
                    break


def _overlap_findings(card: CorpusCard, overlaps: Iterable[Overlap]) -> list[Finding]:
    findings = []
    for one in overlaps:
        total = one.exact + one.near
        message = (
            f"{total:,} of {one.of:,} items of {one.split} ({one.share:.1%}) also stand in {one.other}: "
            f"{one.exact:,} with the same text, {one.near:,} nearly; {one.other_labels:,} of the former with other "
            f"labels; {one.short:,} are short."
        )
        # Actors say the same sentences in every split: that is the design, not a leak.
        level: Level = "warning" if card.modality == "text" and total > one.short else "note"
        findings.append(Finding(level, "text in two splits", message, total, one.items))
    return findings


def _shared_finding(one: Shared) -> Finding:
    message = (
        f"{one.first} and {one.second} share {one.count:,} {one.what}{'' if one.count == 1 else 's'} "
        f"(of {one.of:,} in the one that has fewer)."
    )
    if one.what == "speaker" and one.of <= 2:
        return Finding("note", "speaker in two splits", f"{message} Two may be roles and not people.", one.count)
    return Finding("warning", f"{one.what} in two splits", message, one.count)


def _drift_findings(drifts: Iterable[Drift]) -> list[Finding]:
    return [
        Finding(
            "warning",
            "labels drift",
            f"Labels of {one.first} and {one.second} differ by {one.divergence:.3f} bits (p = {one.p:.3f}), most in "
            f"{one.label} ({one.change:+.1%}).",
        )
        for one in drifts
        if one.p <= DRIFT_P and one.divergence >= DRIFT_BITS
    ]
