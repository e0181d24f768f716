"""Timelines in files: RTTM, Praat's TextGrid, ELAN's EAF, and a segmented table of audformat (CSV).

======================  ==============================  =========================================================
File                    Keeps                           Tool
======================  ==============================  =========================================================
``.rttm``               speaker, label, probability     diarization scoring (dscore, md-eval, pyannote)
``.TextGrid``           speaker, label                  Praat
``.eaf``                speaker, label                  ELAN, to the millisecond
``.csv``                speaker, label, probability     audformat, pandas, any spreadsheet
======================  ==============================  =========================================================

RTTM and CSV hold several recordings, TextGrid and EAF one. Times are seconds, kept to the microsecond.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from affekt.errors import InputError, OutputError

ENDINGS = (".rttm", ".textgrid", ".eaf", ".csv")


@dataclass(frozen=True, slots=True)
class TimedLabel:
    """A stretch from `start` to `end` seconds, its label, who it is about, and how probable it is (None: not known)."""

    start: float
    end: float
    label: str = ""
    speaker: str = ""
    probability: float | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end < math.inf:
            raise InputError(f"A stretch runs from a start of at least 0 to its end, got {self.start} to {self.end}.")


@dataclass(frozen=True, slots=True)
class Timeline:
    """The labelled stretches of one recording, which is `seconds` long (None: not known)."""

    source: str
    labels: tuple[TimedLabel, ...]
    seconds: float | None = None

    @property
    def end(self) -> float:
        """Where the recording ends, or the last stretch if that is not known."""
        last = max((each.end for each in self.labels), default=0.0)
        return last if self.seconds is None else max(last, self.seconds)

    def tiers(self) -> dict[str, list[TimedLabel]]:
        """Return the stretches of each speaker in the order of time.

        Raises `InputError` where two of one speaker overlap: a tier has one label at a time.
        """
        found: dict[str, list[TimedLabel]] = {}
        for each in self.labels:
            found.setdefault(each.speaker, []).append(each)
        for speaker, stretches in found.items():
            stretches.sort(key=lambda each: (each.start, each.end))
            for one, other in pairwise(stretches):
                if other.start < one.end - 1e-9:
                    raise InputError(
                        f"Two stretches of {speaker or 'nobody'!r} overlap, {one.start:g} to {one.end:g} s and "
                        f"{other.start:g} to {other.end:g} s, and a tier has one at a time. Write them as RTTM or CSV."
                    )
        return found


def write_timelines(timelines: Sequence[Timeline], path: Path) -> None:
    """Write timelines to a file whose ending says the format: .rttm, .TextGrid, .eaf or .csv.

    Raises `OutputError` for another ending, several recordings in a TextGrid or EAF, and where nothing can be written.
    """
    kind = _kind(path, OutputError)
    if kind in (".textgrid", ".eaf") and len(timelines) != 1:
        raise OutputError(
            f"{path.name} holds one recording, and there are {len(timelines)}. Write a file for each, or .rttm or .csv."
        )
    if kind == ".rttm":
        from affekt.analysis.rttm import rttm_text

        text = rttm_text(timelines)
    elif kind == ".textgrid":
        from affekt.analysis.textgrid import textgrid_text

        text = textgrid_text(timelines[0])
    elif kind == ".eaf":
        from affekt.analysis.eaf import eaf_text

        text = eaf_text(timelines[0])
    else:
        from affekt.analysis.segment_table import table_text

        text = table_text(timelines)
    try:
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise OutputError(
            f"Cannot write {path}: {error.strerror or error}. Choose a folder you may write to."
        ) from error


def read_timelines(path: Path) -> list[Timeline]:
    """Return the timelines in a .rttm, .TextGrid, .eaf or .csv file, of any tool.

    Raises `InputError` where it cannot be read or is no such file.
    """
    kind = _kind(path, InputError)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"Cannot read {path}: {error.strerror or error}.") from error
    try:
        # Praat writes UTF-16 where UTF-8 would be longer than Latin-1.
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8: {error}. Save it as UTF-8.") from error
    try:
        if kind == ".rttm":
            from affekt.analysis.rttm import parse_rttm

            return parse_rttm(text)
        if kind == ".textgrid":
            from affekt.analysis.textgrid import parse_textgrid

            return [parse_textgrid(text, path.stem)]
        if kind == ".eaf":
            from affekt.analysis.eaf import parse_eaf

            return [parse_eaf(text, path.stem)]
        from affekt.analysis.segment_table import parse_table

        return parse_table(text)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def plain_seconds(seconds: float) -> str:
    """Return seconds to the microsecond, without zeros that say nothing.

    >>> plain_seconds(1.5), plain_seconds(2), plain_seconds(0.1234567)
    ('1.5', '2', '0.123457')
    """
    return f"{seconds:.6f}".rstrip("0").rstrip(".")


def _kind(path: Path, error: type[InputError | OutputError]) -> str:
    kind = path.suffix.lower()
    if kind not in ENDINGS:
        raise error(f"A timeline is a .rttm, .TextGrid, .eaf or .csv file, not {path.name!r}.")
    return kind
