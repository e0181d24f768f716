"""A report as plain lines, for when nobody is looking: files, pipes, logs.

A line per reading, the fields of `FIELDS` between tabs, no colour, no bars. A field with nothing in
it is ``-``. A text of one reading has one line; longer text has the overall line first (its text is
``-``, for the sentences follow), then a line per sentence.
"""

from __future__ import annotations

from collections.abc import Iterator

from affekt.cli.words import shown, signed
from affekt.types import Reading, Report

FIELDS = (
    ("source", "the file; `-` where the words came from the command line or standard input"),
    ("span", "`all` for the overall reading, else the characters it is about, end excluded: `0-23`"),
    ("labels", "those over their threshold joined by `|`; `unsupported_language` where nothing was estimated"),
    ("top", "the most probable labels: `joy=0.71 anger=0.05`"),
    ("valence", "`valence=+0.34`, in [-1, 1]"),
    ("arousal", "`arousal=+0.21`, in [-1, 1]"),
    ("dominance", "`dominance=-0.08`, in [-1, 1]"),
    ("intensity", "`intensity=0.55`, in [0, 1]"),
    ("evidence", "with `--explain`, the words that count and by how much: `joy:love=+0.42 joy:but=-0.12`"),
    ("opinion", "with `--raters`, the expected votes: `surprised=0.28 impressed=0.26 disagreement=0.44`"),
    ("text", "what was read, line breaks and tabs as spaces"),
)


def report_lines(report: Report, *, top: int = 5) -> Iterator[str]:
    """Yield the lines of `report` without line ends; `FIELDS` names what is between the tabs."""
    source = shown(report.source) if report.source is not None else "-"
    several = len(report.readings) > 1
    yield _line(source, "all", report.overall, "-" if several else report.text, top)
    for reading in report.readings if several else ():
        start, end = int(reading.span.start), int(reading.span.end)
        yield _line(source, f"{start}-{end}", reading, report.text[start:end], top)


def _line(source: str, span: str, reading: Reading, text: str, top: int) -> str:
    labels = "|".join(reading.labels) if reading.status == "ok" else reading.status
    vad = reading.vad
    fields = [
        source,
        span,
        labels,
        " ".join(f"{label}={probability:.2f}" for label, probability in reading.top(top)),
        *("" if vad is None else f"{d}={signed(getattr(vad, d))}" for d in ("valence", "arousal", "dominance")),
        "" if reading.intensity is None else f"intensity={reading.intensity:.2f}",
        " ".join(f"{e.label}:{shown(e.text)}={signed(e.weight)}" for e in reading.evidence),
        _opinion(reading, top),
        shown(text).strip(),
    ]
    return "\t".join(field or "-" for field in fields)


def _opinion(reading: Reading, top: int) -> str:
    if reading.opinion is None:
        return ""
    votes = " ".join(f"{label}={share:.2f}" for label, share in reading.opinion.top(top))
    return f"{votes} disagreement={reading.opinion.disagreement:.2f}"
