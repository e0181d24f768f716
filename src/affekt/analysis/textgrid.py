"""Praat's TextGrid: a tier of intervals for each speaker, without gaps; those without a label are silence.

Boersma & Weenink, Praat manual, "TextGrid file formats". Both the long and the short text format are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from affekt.analysis.timelines import TimedLabel, Timeline, plain_seconds
from affekt.errors import InputError

# What counts in either text format: strings, flags and numbers that stand by themselves; the rest is comment.
_TOKEN = re.compile(r'"((?:[^"]|"")*)"|(<exists>|<absent>)|(?<!\S)(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?!\S)|![^\n]*')


def textgrid_text(timeline: Timeline) -> str:
    """Return a timeline as a TextGrid in the long text format: a tier for each speaker.

    It is called ``label`` where nobody is named. Probabilities are left out. Raises `InputError` where stretches of a
    speaker overlap.
    """
    end = plain_seconds(timeline.end)
    tiers = timeline.tiers()
    lines = ['File type = "ooTextFile"', 'Object class = "TextGrid"', "", "xmin = 0", f"xmax = {end}"]
    lines += ["tiers? <exists>", f"size = {len(tiers)}", "item []:"]
    for place, (speaker, stretches) in enumerate(tiers.items(), 1):
        intervals = list(_tiled(stretches, end))
        lines += [
            f"    item [{place}]:",
            '        class = "IntervalTier"',
            f"        name = {_quoted(speaker or 'label')}",
        ]
        lines += ["        xmin = 0", f"        xmax = {end}", f"        intervals: size = {len(intervals)}"]
        for count, (start, stop, label) in enumerate(intervals, 1):
            lines += [f"        intervals [{count}]:", f"            xmin = {start}", f"            xmax = {stop}"]
            lines.append(f"            text = {_quoted(label)}")
    return "".join(f"{line}\n" for line in lines)


def parse_textgrid(text: str, source: str) -> Timeline:
    """Return the intervals of a TextGrid that have a text, the name of their tier as speaker. Raises `InputError`.

    A tier called ``label`` names nobody. Tiers of points are passed over.
    """
    tokens = _tokens(text)
    try:
        head = [next(tokens) for _ in range(5)]
        if head[:2] != ["ooTextFile", "TextGrid"] or head[4] != "<exists>":
            raise InputError("It is no TextGrid in a text format. Save it as a text file in Praat.")
        end, labels = float(head[3]), []
        for _ in range(int(next(tokens))):
            kind, name = next(tokens), next(tokens)
            next(tokens), next(tokens)
            for _ in range(int(next(tokens))):
                first, second = next(tokens), next(tokens)
                if kind != "IntervalTier":
                    continue
                label = next(tokens)
                if label:
                    labels.append(TimedLabel(float(first), float(second), label, "" if name == "label" else name))
    except (StopIteration, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"It is cut off, or no TextGrid in a text format ({error}).") from error
    return Timeline(source, tuple(labels), end)


def _tiled(stretches: list[TimedLabel], end: str) -> Iterator[tuple[str, str, str]]:
    """Yield the stretches of a tier and the gaps between them: start, end, label."""
    at = "0"
    for each in stretches:
        start, stop = plain_seconds(each.start), plain_seconds(each.end)
        if float(start) > float(at):
            yield at, start, ""
        if float(stop) > float(start):  # Praat knows no interval without length
            yield start, stop, each.label
            at = stop
    if float(end) > float(at) or at == "0":
        yield at, end, ""


def _quoted(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def _tokens(text: str) -> Iterator[str]:
    for found in _TOKEN.finditer(text):
        string, flag, number = found.groups()
        if string is not None:
            yield string.replace('""', '"')
        elif flag or number:
            yield flag or number
