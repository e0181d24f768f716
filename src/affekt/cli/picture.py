"""A report as a picture for a terminal: the text with its words marked, bars, a plane, sentence by sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from affekt.cli.page import (
    ABSENT,
    AGAINST,
    FAINT,
    FOR,
    PRESENT,
    SIDE_BY_SIDE,
    Page,
    marked_text,
    open_page,
    print_line,
    print_wrapped,
)
from affekt.cli.plane import bar, draw_plane
from affekt.cli.strip import draw_sentences
from affekt.cli.words import marks, shown, signed
from affekt.types import Reading, Report

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_PLANE = 27
_SHOWN_CHARACTERS = 600  # of a text that is one reading
_LABELS, _WORDS = 5, 6  # of evidence: labels, and words for each


def draw_report(report: Report, console: Console, *, top: int = 5) -> None:
    """Draw `report` on `console` with its `top` labels: a picture of one reading, or sentence by sentence.

    Control characters in the text are shown as U+FFFD, never sent. On a console that cannot encode
    box characters everything is drawn in ASCII.
    """
    page = open_page(console)
    page.console.print()
    if report.source is not None:
        print_line(page, shown(report.source), "bold")
    if len(report.readings) > 1:
        draw_sentences(page, report)
        print_line(page, "overall", "bold")
    else:
        _draw_text(page, report)
    draw_reading(page, report.overall, report.provenance.model, top)
    _draw_opinion(page, report.overall, top)
    _draw_evidence(page, report.overall)
    draw_provenance(page, report)


def _draw_text(page: Page, report: Report) -> None:
    text = report.text[:_SHOWN_CHARACTERS]
    line = marked_text(page, text, marks(report.overall.evidence, 0, len(text)))
    if len(text) < len(report.text):
        line.append(f" {page.glyphs.cut} ({len(report.text):,} characters)", FAINT)
    print_wrapped(page, line, 2)
    page.console.print()


def draw_reading(page: Page, reading: Reading, model: str, top: int) -> None:
    """Draw one reading: bars and numbers, and the plane beside or below them."""
    from rich.text import Text

    if reading.status != "ok":
        print_wrapped(page, Text(_unread(model)), 2)
        page.console.print()
        return
    beside = page.width >= SIDE_BY_SIDE and reading.vad is not None
    room = page.width - 4 - (_PLANE + 3 if beside else 0)
    left = [*_bars(page, reading, room, top), Text(), *_numbers(reading)]
    right = _plane(page, reading)
    if not beside:
        lines = [*left, Text(), *right] if right else left
    else:
        lines = []
        for i in range(max(len(left), len(right))):
            line = left[i] if i < len(left) else Text()
            line.append(" " * (room + 3 - line.cell_len))
            lines.append(line + right[i] if i < len(right) else line)
    for line in lines:
        print_line(page, line)
    page.console.print()


def _unread(model: str) -> str:
    return (
        f"Not read: this does not look like a language that the model {model} reads "
        f"(`affekt models {model}` names them), so nothing was estimated. If it is English, say so with --lang en."
    )


def _bars(page: Page, reading: Reading, room: int, top: int) -> list[Text]:
    """Return a bar per label, those over their threshold with a marker and emphasis."""
    from rich.text import Text

    pairs, present = reading.top(top), set(reading.labels)
    longest = min(max((len(pair.label) for pair in pairs), default=0), max(6, room - 16))
    width = min(40, max(4, room - longest - 9))
    lines = []
    for label, probability in pairs:
        here = label in present
        style = PRESENT if here else ABSENT
        strong = "bold" if here else ""
        filled, empty = bar(probability, width, page.glyphs)
        lines.append(
            Text.assemble(
                (f"{page.glyphs.present if here else ' '} ", style),
                (f"{label[:longest]:<{longest}} ", strong),
                (filled, style),
                (empty, FAINT),
                (f" {probability:.2f}", strong),
            )
        )
    if not present:
        lines.append(Text("  no label is over its threshold", FAINT))
    return lines


def _numbers(reading: Reading) -> list[Text]:
    """Return valence, arousal, dominance with their 90 % intervals, and intensity."""
    from rich.text import Text

    lines = []
    if reading.vad is not None:
        known = reading.vad.valence_sd is not None
        lines.append(Text(f"{'':<18}{'90 % interval' if known else ''}", FAINT))
        for name in ("valence", "arousal", "dominance"):
            line = Text(f"  {name:<10} ").append(signed(getattr(reading.vad, name)), "bold")
            if getattr(reading.vad, f"{name}_sd") is not None:
                low, high = reading.vad.interval(name)
                line.append(f" {signed(low)} to {signed(high)}", FAINT)
            lines.append(line)
    if reading.intensity is not None:
        lines.append(Text(f"  {'intensity':<10} ").append(f" {reading.intensity:.2f}", "bold"))
    return lines


def _plane(page: Page, reading: Reading) -> list[Text]:
    """Return the lines of the valence-arousal plane; none where the model gives no dimensions."""
    from rich.text import Text

    if reading.vad is None:
        return []
    plane = draw_plane(reading.vad, page.glyphs, width=_PLANE)

    def style(place: tuple[int, int]) -> str:
        return PRESENT if place == plane.point else "" if place in plane.whiskers else FAINT

    return [
        Text.assemble(*((character, style((y, x))) for x, character in enumerate(row)))
        for y, row in enumerate(plane.rows)
    ]


def _draw_opinion(page: Page, reading: Reading, top: int) -> None:
    """Draw how people's votes would spread, and how likely two of them are to differ."""
    from rich.text import Text

    opinion = reading.opinion
    if opinion is None:
        return
    title = f"what people would say, as shares of their votes ({opinion.space.name}, {len(opinion.space)} labels)"
    print_wrapped(page, Text(title, FAINT), 2)
    pairs = opinion.top(top)
    longest = max(len(pair.label) for pair in pairs)
    width = min(40, max(4, page.width - longest - 13))
    for label, share in pairs:
        filled, empty = bar(share, width, page.glyphs)
        print_line(page, Text.assemble(f"{label:<{longest}} ", (filled, PRESENT), (empty, FAINT), f" {share:.2f}"))
    line = Text("two raters would differ with a probability of ").append(f"{opinion.disagreement:.2f}", "bold")
    print_wrapped(page, line, 2)
    page.console.print()


def _draw_evidence(page: Page, reading: Reading) -> None:
    """Draw the words behind each label, strongest first."""
    from rich.text import Text

    if not reading.evidence:
        return
    print_wrapped(page, Text("words that count (change in the label's probability when the word is hidden)", FAINT), 2)
    by_label: dict[str, list[Text]] = {}
    for e in sorted(reading.evidence, key=lambda e: -abs(e.weight)):
        word = Text.assemble(shown(e.text), (f" {signed(e.weight)}", FOR if e.weight > 0 else AGAINST))
        by_label.setdefault(e.label, []).append(word)
    longest = max(len(label) for label in list(by_label)[:_LABELS])
    for label, words in list(by_label.items())[:_LABELS]:
        line = Text.assemble((f"{label:<{longest}}", "bold"), "  ")
        print_wrapped(page, line + Text(f" {page.glyphs.between} ").join(words[:_WORDS]), 4)
    page.console.print()


def draw_provenance(page: Page, report: Report) -> None:
    """Draw which model, space and licence the answer is of."""
    made, space = report.provenance, report.overall.space
    parts = [
        f"model {made.model} {made.model_version}",
        f"space {space.name} ({len(space)})",
        made.licence,
        f"affekt {made.affekt_version}",
    ]
    from rich.text import Text

    print_wrapped(page, Text(f" {page.glyphs.between} ".join(parts), FAINT), 2)
