"""Text of several sentences as a strip: a row per sentence, and the course of valence over all of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from affekt.cli.page import FAINT, PRESENT, SIDE_BY_SIDE, Page, marked_text, print_line
from affekt.cli.plane import course, gauge
from affekt.cli.words import marks, signed
from affekt.types import Reading, Report

if TYPE_CHECKING:
    from rich.text import Text

_SHOWN_SENTENCES = 30
_WHOLE_SENTENCES = 10  # up to so many are shown in full, of more only their beginnings
_PLEASANT, _UNPLEASANT = "green", "red"


def draw_sentences(page: Page, report: Report) -> None:
    """Draw a strip with a row per sentence, and the course of valence over all of them."""
    from rich.text import Text

    rows = _chosen(report.readings)
    number = len(str(len(report.readings)))
    label_width = max(len(_label(report.readings[i])) for i in rows)
    one_line = page.width >= SIDE_BY_SIDE - 6
    whole = len(rows) <= _WHOLE_SENTENCES or any(reading.evidence for reading in report.readings)
    if one_line:
        heading = f"{'  top label':<{label_width + 9}}{'valence':<15}" if report.overall.vad else "top label"
        print_line(page, heading.rjust(page.width - 4), FAINT)
    last = -1
    for i in rows:
        if i > last + 1:
            print_line(page, f"{page.glyphs.cut} {i - last - 1} not shown", FAINT)
        last = i
        reading = report.readings[i]
        start, end = int(reading.span.start), int(reading.span.end)
        sentence = marked_text(page, report.text[start:end].rstrip(), marks(reading.evidence, start, end))
        answer = _answer(page, reading, label_width)
        head = Text.assemble((f"{i + 1:>{number}} ", FAINT))
        if one_line:
            room = page.width - 4 - head.cell_len - answer.cell_len - 2
            for j, part in enumerate(_fitted(page, sentence, room, whole=whole)):
                part.append(" " * (room - part.cell_len))
                tail = Text("  ") + answer if j == 0 else Text()
                print_line(page, (head if j == 0 else Text(" " * head.cell_len)) + part + tail)
        else:
            for j, part in enumerate(_fitted(page, sentence, page.width - 4 - head.cell_len, whole=True)):
                print_line(page, (head if j == 0 else Text(" " * head.cell_len)) + part)
            print_line(page, Text(" " * head.cell_len) + answer)
    if last < len(report.readings) - 1:
        print_line(page, f"{page.glyphs.cut} {len(report.readings) - 1 - last} not shown", FAINT)
    page.console.print()
    values = [reading.vad.valence if reading.vad else None for reading in report.readings]
    if any(value is not None for value in values):
        drawn, limit = course(values, max(8, page.width - 44), page.glyphs)
        name, scale = f"valence, {len(report.readings)} sentences  ", f"  {signed(-limit)} to {signed(limit)}"
        print_line(page, Text.assemble((name, FAINT), drawn, (scale, FAINT)))
        page.console.print()


def _chosen(readings: Sequence[Reading]) -> list[int]:
    """Return the places of the sentences to show: all, or those with the strongest valence."""
    if len(readings) <= _SHOWN_SENTENCES:
        return list(range(len(readings)))
    strength = [
        abs(reading.vad.valence) if reading.vad else max(reading.probabilities, default=0.0) for reading in readings
    ]
    return sorted(sorted(range(len(readings)), key=lambda i: -strength[i])[:_SHOWN_SENTENCES])


def _label(reading: Reading) -> str:
    if reading.status != "ok":
        return "not read"
    # A model of dimensions alone has no label.
    return next((each.label for each in reading.top(1)), "")


def _answer(page: Page, reading: Reading, label_width: int) -> Text:
    """Return what a sentence was read as: top label, its probability, valence as number and gauge."""
    from rich.text import Text

    label = _label(reading)
    if reading.status != "ok":
        return Text(f"  {label:<{label_width + 22}}", FAINT)
    here = label in reading.labels
    line = Text.assemble((f"{page.glyphs.present if here else ' '} ", PRESENT))
    said = next((f"{each.probability:.2f}" for each in reading.top(1)), "    ")
    line.append(f"{label:<{label_width}} {said}", "bold" if here else "")
    if reading.vad is not None:
        valence = reading.vad.valence
        left, centre, right = gauge(valence, 4, page.glyphs)
        line.append(f"  {signed(valence)} ")
        line.append(left, _UNPLEASANT).append(centre, FAINT).append(right, _PLEASANT)
    return line


def _fitted(page: Page, text: Text, room: int, *, whole: bool) -> Iterable[Text]:
    """Return `text` in lines of `room` columns: all of it, or its beginning on one line."""
    room = max(8, room)
    if whole:
        lines = list(text.wrap(page.console, room, overflow="fold"))
        for line in lines:
            line.rstrip()
        return lines
    if text.cell_len > room:
        text.truncate(room - len(page.glyphs.cut))
        text.rstrip()
        text.append(page.glyphs.cut)
    return [text]
