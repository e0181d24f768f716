"""Holding a corpus's files to its card: missing or corrupt files, labels outside the space, leaks between splits."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from glob import escape as glob_escape
from itertools import combinations
from pathlib import Path
from typing import Literal

from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.archives import Content, archive_members
from affekt.corpora.differences import MOST_BYTES, looks_like, saved_anew
from affekt.corpora.dimension_drift import DimensionDrift, dimension_drifts
from affekt.corpora.drift import Drift, label_drift
from affekt.corpora.files import find_file, open_text
from affekt.corpora.index import find_corpus, find_reader
from affekt.corpora.leakage import Overlap, Shared, shared_media, shared_values, text_overlaps
from affekt.corpora.opening import OpenCorpus
from affekt.corpora.own.rows import Rejected
from affekt.corpora.read import check_rows, find_folder
from affekt.corpora.sound_overlaps import Heard, sound_overlaps
from affekt.errors import CorpusError, InputError, MissingDependencyError
from affekt.types import Record

Level = Literal["error", "warning", "note"]
DRIFT_P, DRIFT_BITS = 0.01, 0.01  # from where on a difference of labels is told as a warning
# The same for a dimension: p corrected for all looked at, standard deviations, distance of distributions.
DIMENSION_P, DRIFT_EFFECT, DRIFT_DISTANCE = 0.05, 0.1, 0.1
_LISTED = 5
_MOST_SPLITS = 6  # of more, not every two are compared
_CHUNK = 1 << 20
_HEAD = 256
_CELL = re.compile(r"'[^']*'|-?\d[\d.]*")  # what differs between rows left out for the same reason


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
    dimension_drifts: tuple[DimensionDrift, ...] = ()
    heard: Heard | None = None

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that make the corpus at hand wrong."""
        return tuple(finding for finding in self.findings if finding.level == "error")


def check_corpus(
    name: str | CorpusCard, *, folder: Path | None = None, near: bool = True, sound: bool = True, seed: int = 0
) -> CorpusCheck:
    """Return what is wrong with a corpus's files, and what its splits share.

    Errors: a file missing or of another sha256 (a warning where somebody packed it anew, or a program saved the
    same content with other line ends or in another encoding), a web page in its place, a row the reader
    refuses, numbers of records that are neither the official ones nor those of a copy on the card, a label
    outside the space, a value out of range, an id twice, a missing media file. Warnings: the same or (with
    `near`) nearly the same text or (with `sound`) recording, media, speaker or group in several splits, labels in
    other shares (see `label_drift`), dimensions elsewhere (`dimension_drift`), texts that are empty or were decoded
    wrongly. Nothing is changed or fetched.

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
    release, row_findings = "unknown", []
    try:
        release = check_rows(card, records)
    except CorpusError as error:
        row_findings.append(Finding("error", "other number of records", str(error)))
    if release not in ("official", "unknown"):
        row_findings.append(Finding("note", "known copy", f"These are the numbers of records of: {release}."))
        files = [Finding("warning", f.what, f.message, f.count, f.items) if f.level == "error" else f for f in files]
    found = check_records(card, records, near=near, sound=sound, seed=seed)
    return replace(found, release=release, findings=(*files, *row_findings, *found.findings))


def check_records(
    card: CorpusCard, records: Sequence[Record], *, near: bool = True, sound: bool = True, seed: int = 0
) -> CorpusCheck:
    """Return what is wrong with records that were read, and what their splits share; see `check_corpus`."""
    overlaps = text_overlaps(records, near=near)
    shared = (*shared_values(records, "speaker"), *shared_values(records, "group"), *shared_media(records))
    drifts = split_drifts(records, seed=seed)
    splits = _by_split(records)
    moved = dimension_drifts(splits, seed=seed) if len(splits) <= _MOST_SPLITS else ()
    heard, sound_findings = _heard(records, near=near) if sound else (None, [])
    return CorpusCheck(
        card.name,
        "unknown",
        dict(Counter(record.split for record in records)),
        (
            *record_findings(card, records),
            *_overlap_findings(card, overlaps),
            *(_shared_finding(one) for one in shared),
            *sound_findings,
            *_drift_findings(drifts),
            *_dimension_findings(moved),
        ),
        overlaps,
        shared,
        drifts,
        moved,
        heard,
    )


def check_opened(found: OpenCorpus, *, near: bool = True, seed: int = 0) -> CorpusCheck:
    """Return what is wrong with a table or folder of your own: its rows left out, its records, its splits."""
    reasons: dict[str, list[Rejected]] = {}
    for one in found.rejected:
        reasons.setdefault(_CELL.sub("…", one.reason), []).append(one)
    findings = []
    for some in reasons.values():
        message = f"{len(some):,} {'rows were' if len(some) > 1 else 'row was'} left out: {some[0].reason}."
        rows = tuple(f"{one.file} row {one.row}" for one in some[:_LISTED])
        findings.append(Finding("error", "row left out", message, len(some), rows))
    findings += [Finding("note", "as it was read", note) for note in found.notes if "left out" not in note]
    checked = check_records(found.card, found.records, near=near, seed=seed)
    return replace(checked, release="your own", findings=(*findings, *checked.findings))


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
    splits = _by_split(records)
    found = []
    for one, other in combinations(splits, 2) if len(splits) <= _MOST_SPLITS else ():
        try:
            found.append(label_drift(splits[one], splits[other], seed=seed))
        except InputError:  # hidden labels, or dimensions alone
            continue
    return tuple(found)


def _by_split(records: Iterable[Record]) -> dict[str, list[Record]]:
    splits: dict[str, list[Record]] = {}
    for record in records:
        splits.setdefault(record.split, []).append(record)
    return splits


def _file_findings(card: CorpusCard, folder: Path) -> list[Finding]:
    absent: list[str] = []
    corrupt: list[str] = []
    repacked: list[str] = []
    anew: list[str] = []
    for file in card.files:
        path = _located(folder, file.name)
        if path is None:
            absent.append(file.name)
            continue
        if file.sha256 is not None and _digest(path, file) == file.sha256:
            continue
        strange = _strange(path)
        changed = None if strange or file.sha256 is None else _changed(path, file.sha256)
        if strange is not None:
            corrupt.append(f"{file.name} ({strange})")
        elif changed is not None:
            anew.append(f"{file.name} ({changed})")
        elif file.sha256 is not None:
            (corrupt if path.name == Path(file.name).name else repacked).append(file.name)
    total = f"of {len(card.files)} official files"
    findings = []
    for level, what, names, message in (
        ("note", "file missing", absent, "are not here under their own names"),
        ("error", "file corrupt", corrupt, "have another sha256 than the publisher's, or are another thing"),
        ("warning", "file saved anew", anew, "were saved anew by a program; the content is the publisher's"),
        ("warning", "file differs", repacked, "are here as a packed copy whose content has another sha256"),
    ):
        if names:
            told = f"{len(names)} {total} {message}."
            findings.append(Finding(level, what, told, len(names), tuple(names[:_LISTED])))  # type: ignore[arg-type]
    return findings


def _strange(path: Path) -> str | None:
    """What the file is instead of data."""
    try:
        with path.open("rb") as stream:
            return looks_like(stream.read(_HEAD))
    except OSError as error:
        return str(error)


def _changed(path: Path, sha256: str) -> str | None:
    if path.suffix in (".gz", ".zip") or path.stat().st_size > MOST_BYTES:
        return None
    return saved_anew(path.read_bytes(), sha256)


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


def _dimension_findings(drifts: Iterable[DimensionDrift]) -> list[Finding]:
    findings = []
    for one in drifts:
        in_mean = one.p <= DIMENSION_P and abs(one.effect) >= DRIFT_EFFECT
        in_shape = one.p_distance <= DIMENSION_P and one.distance >= DRIFT_DISTANCE
        if in_mean or in_shape:
            message = (
                f"{one.dimension.capitalize()} of {one.second} lies {one.change:+.3f} "
                f"[{one.low:+.3f}, {one.high:+.3f}] from that of {one.first} ({one.effect:+.2f} standard deviations, "
                f"p = {one.p:.3f}; distributions {one.distance:.2f} apart, p = {one.p_distance:.3f})."
            )
            findings.append(Finding("warning", "dimensions drift", message))
    return findings


def _heard(records: Sequence[Record], *, near: bool) -> tuple[Heard | None, list[Finding]]:
    """Return which recordings are the same as others, and what to say of it."""
    try:
        heard = sound_overlaps(records, near=near)
    except MissingDependencyError as error:
        return None, [Finding("note", "recordings not compared", str(error))]
    findings = []
    for one in heard.overlaps:
        where = f"{one.split} and {one.other}" if one.split != one.other else f"{one.split}, in itself"
        message = f"{where}: {one.exact:,} pairs of recordings with the same samples, {one.near:,} nearly the same."
        level: Level = "warning" if one.split != one.other else "note"
        what = "recording in two splits" if one.split != one.other else "recording twice"
        findings.append(Finding(level, what, message, one.exact + one.near, one.items))
    if heard.broken:
        told = "recordings that cannot be decoded"
        findings.append(Finding("error", "recording broken", told, len(heard.broken), heard.broken[:_LISTED]))
    return heard, findings
