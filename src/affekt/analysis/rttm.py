"""RTTM, Rich Transcription Time Marked: a line for each turn, ten fields apart by white space.

NIST 2009, "The 2009 (RT-09) Rich Transcription Meeting Recognition Evaluation Plan", appendix A. The label stands in
the field of the subtype, which scoring tools do not look at, so who speaks when stays theirs to score.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from affekt.analysis.timelines import TimedLabel, Timeline, plain_seconds
from affekt.errors import InputError

_NOTHING = "<NA>"
_ESCAPED = re.compile(r"[\s%\x00-\x1f\x7f]")


def rttm_text(timelines: Sequence[Timeline]) -> str:
    """Return timelines as RTTM: ``SPEAKER file 1 start seconds <NA> label speaker probability <NA>`` each.

    Fields have no white space: it is written as in an address, ``%20``, and so is ``%``.

    >>> rttm_text([Timeline("call 1.wav", (TimedLabel(0, 1.5, "anger", "ann", 0.75),))])
    'SPEAKER call%201.wav 1 0 1.5 <NA> anger ann 0.75 <NA>\\n'
    """
    lines = []
    for timeline in timelines:
        for each in timeline.labels:
            begin, length = plain_seconds(each.start), plain_seconds(round(each.end, 6) - round(each.start, 6))
            sure = _NOTHING if each.probability is None else f"{each.probability:.6g}"
            fields = ("SPEAKER", _field(timeline.source), "1", begin, length, _NOTHING)
            lines.append(" ".join((*fields, _field(each.label), _field(each.speaker), sure, _NOTHING)))
    return "".join(f"{line}\n" for line in lines)


def parse_rttm(text: str) -> list[Timeline]:
    """Return the timelines of RTTM lines, by recording in the order of their first turns. Raises `InputError`.

    Lines of other types than SPEAKER and comments (``;``) are passed over.
    """
    found: dict[str, list[TimedLabel]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        fields = line.split()
        if not fields or fields[0].startswith(";") or fields[0] != "SPEAKER":
            continue
        try:
            source, start, seconds, label, speaker = (fields[place] for place in (1, 3, 4, 6, 7))
            begin, length = float(start), float(seconds)
            sure = None if len(fields) < 9 or fields[8] == _NOTHING else float(fields[8])
            each = TimedLabel(begin, round(begin + length, 6), _name(label), _name(speaker), sure)
        except (IndexError, ValueError) as error:
            raise InputError(f"Line {number} is no turn of RTTM ({error}): {line[:100]!r}.") from error
        found.setdefault(_name(source), []).append(each)
    return [Timeline(source, tuple(labels)) for source, labels in found.items()]


def _field(name: str) -> str:
    written = _ESCAPED.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), name)
    return "%3CNA%3E" if written == _NOTHING else written or _NOTHING


def _name(field: str) -> str:
    from urllib.parse import unquote

    return "" if field == _NOTHING else unquote(field)
