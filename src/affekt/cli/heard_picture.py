"""A report of sound as a picture for a terminal: a lane for each speaker over time, the segments, the whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from affekt.cli.page import ABSENT, FAINT, PRESENT, SIDE_BY_SIDE, Page, open_page, print_line, print_wrapped
from affekt.cli.picture import draw_provenance, draw_reading
from affekt.cli.plane import PLAIN, bar, course
from affekt.cli.words import shown
from affekt.types import Reading, Report, Trace

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_SHOWN_SEGMENTS = 40
_SCALE = len("valence +-0.25")
_NAMED = 3  # columns from which on a block has its label
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400)  # seconds between ticks
_MILD = 0.2  # valence within so much of 0 has no colour


def draw_heard(report: Report, console: Console, *, notes: Iterable[str], top: int = 5) -> None:
    """Draw what was heard: who speaks when and how, a line for each segment, all of it together, and the notes.

    Names of files and speakers, and words, are shown without control characters. On a console that cannot encode box
    characters everything is drawn in ASCII.
    """
    page = open_page(console)
    page.console.print()
    length = report.overall.span.end
    print_line(page, f"{shown(report.source or '-')}  {clock(length)}", "bold")
    page.console.print()
    heard = [reading for reading in report.readings if reading.status == "ok"]
    if not heard:
        print_line(page, "no speech")
        page.console.print()
    else:
        _draw_lanes(page, report, heard)
        _draw_segments(page, report.readings)
        print_line(page, "overall" if len(report.speakers) < 2 else f"overall, {len(report.speakers)} speakers", "bold")
        draw_reading(page, report.overall, report.provenance.model, top)
    from rich.text import Text

    for note in notes:
        print_wrapped(page, Text(shown(note), FAINT), 2)
    draw_provenance(page, report)


def clock(seconds: float) -> str:
    """Return a time as minutes and seconds, with hours where there are any.

    >>> clock(4.26), clock(75.0), clock(3725.4)
    ('0:04.3', '1:15.0', '1:02:05.4')
    """
    tenths = round(seconds * 10)
    hours, minutes, rest = tenths // 36000, tenths // 600 % 60, tenths % 600
    tail = f"{rest // 10:02}.{rest % 10}"
    return f"{hours}:{minutes:02}:{tail}" if hours else f"{minutes}:{tail}"


def _draw_lanes(page: Page, report: Report, heard: Sequence[Reading]) -> None:
    """Draw a lane of blocks for each speaker, the course of valence below it, and the axis of time."""
    from rich.text import Text

    speakers = list(dict.fromkeys(reading.about for reading in heard))
    name_width = max(_SCALE, min(16, max(len(shown(name)) for name in speakers)))
    room = page.width - 4 - name_width - 2
    length = max(report.overall.span.end, 1e-6)
    traces = {trace.about: trace for trace in report.traces}
    for speaker in speakers:
        line = Text(f"{shown(speaker)[:name_width]:<{name_width}}  ")
        line.append_text(_lane(page, [r for r in heard if r.about == speaker], length, room))
        print_line(page, line)
        trace = traces.get(speaker)
        if trace is not None and trace.vad:
            drawn, limit = course(_valence(trace, length, room), room, page.glyphs)
            said = f"valence {'+-' if page.glyphs is PLAIN else '±'}{limit:.2f}"
            print_line(page, Text(f"{said:<{name_width}}  {drawn}", FAINT))
    print_line(page, Text(f"{'':<{name_width}}  {_axis(length, room)}", FAINT))
    page.console.print()


def _lane(page: Page, readings: Sequence[Reading], length: float, room: int) -> Text:
    """Return the blocks of one speaker over `room` columns, each with its label where that fits."""
    from rich.text import Text

    line, at = Text(), 0
    for reading in readings:
        first = max(at, min(room - 1, int(reading.span.start / length * room)))
        last = max(first + 1, min(room, round(reading.span.end / length * room)))
        if first >= room:
            break
        line.append(" " * (first - at))
        width, name = last - first, _name(reading)
        if page.styled:
            body = f" {name}"[: width - 1].ljust(width) if width >= _NAMED else " " * width
            line.append(body[: width - 1] if width > 1 else body, f"reverse {_colour(reading)}".strip())
            line.append(" " if width > 1 else "")
        else:
            line.append(f"[{name[: width - 2]:<{width - 2}}]" if width >= _NAMED else "#" * width)
        at = last
    return line


def _axis(length: float, room: int) -> str:
    """Return the times below the lanes."""
    step = next((each for each in _STEPS if each / length * room >= 9), _STEPS[-1])
    axis = [" "] * room
    for tick in range(0, int(length) + 1, step):
        place, said = int(tick / length * room), clock(tick)[:-2]
        if place + len(said) <= room:
            axis[place : place + len(said)] = said
    return "".join(axis)


def _valence(trace: Trace, length: float, room: int) -> list[float | None]:
    """Return the mean valence in each column, None where nobody speaks."""
    found: list[list[float]] = [[] for _ in range(room)]
    for start, point in zip(trace.starts, trace.vad, strict=True):
        first = min(room - 1, int(start / length * room))
        last = max(first + 1, min(room, round((start + trace.hop_s) / length * room)))
        for column in found[first:last]:
            column.append(point.valence)
    return [sum(each) / len(each) if each else None for each in found]


def _draw_segments(page: Page, readings: Sequence[Reading]) -> None:
    """Draw a line for each segment: times, speaker, label, how sure, what else it may be, and its words."""
    from rich.text import Text

    some = readings[:_SHOWN_SEGMENTS]
    times = [f"{clock(each.span.start)} - {clock(each.span.end)}" for each in some]
    time_width = max(map(len, times))
    who = max(len(shown(each.about)) for each in some)
    label = max(len(_name(each)) for each in some)
    width = 10 if page.width >= SIDE_BY_SIDE else 5
    for reading, time in zip(some, times, strict=True):
        line = Text.assemble((f"{time:<{time_width}}  ", FAINT), f"{shown(reading.about):<{who}}  ")
        if reading.status != "ok":
            print_line(page, line.append(_name(reading), FAINT))
            continue
        first, *rest = reading.top(3)
        filled, empty = bar(first.probability, width, page.glyphs)
        sure = bool(reading.labels)
        line.append(f"{_name(reading):<{label}} ", "bold" if sure else "")
        line.append(filled, PRESENT if sure else ABSENT).append(empty, FAINT).append(f" {first.probability:.2f}")
        others = ", ".join(f"{each.label} {each.probability:.2f}" for each in rest if each.probability >= 0.1)
        print_line(page, line.append(f"  {others}", FAINT))
        if reading.words is not None and reading.words.text:
            print_wrapped(page, Text(shown(reading.words.text)), 2 + time_width + 4)
    if len(readings) > len(some):
        print_line(page, f"{page.glyphs.cut} {len(readings) - len(some):,} more: --json or --csv has all", FAINT)
    page.console.print()


def _name(reading: Reading) -> str:
    """Return what a segment is called: its likeliest label, or why it has none."""
    if reading.status != "ok":
        return reading.status.replace("_", " ")
    return next((each.label for each in reading.top(1)), "-")


def _colour(reading: Reading) -> str:
    valence = 0.0 if reading.vad is None else reading.vad.valence
    return "green" if valence > _MILD else "red" if valence < -_MILD else ""
