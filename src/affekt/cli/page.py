"""The page a picture is drawn on: its width, its characters, its styles, and lines that stay inside it.

Colours are the terminal's own sixteen, so they follow a light or a dark theme, and none of them
carries meaning alone: signs, weights and markers say the same without colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from affekt.cli.plane import FINE, PLAIN, Glyphs
from affekt.cli.words import Mark, bracketed, shown

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_WIDEST = 100  # columns; longer lines are hard to read
SIDE_BY_SIDE = 70  # columns from which on things stand beside each other
PRESENT, ABSENT, FAINT = "bold magenta", "dim", "dim"
FOR, AGAINST = "magenta", "cyan"  # not green and red: a word that speaks for anger is no good news


@dataclass(frozen=True, slots=True)
class Page:
    """Where a picture is drawn: width in columns, its characters, and whether styles can be seen."""

    console: Console
    width: int
    glyphs: Glyphs
    styled: bool


def open_page(console: Console) -> Page:
    """Return the page of a console: at most 100 columns wide, in ASCII where it cannot encode box characters."""
    return Page(
        console,
        min(console.width, _WIDEST),
        PLAIN if console.options.ascii_only else FINE,
        console.is_terminal and not console.is_dumb_terminal,
    )


def print_line(page: Page, text: str | Text, style: str = "") -> None:
    """Print one line with the margin, cut to the page."""
    from rich.text import Text

    line = Text("  ") + (text if isinstance(text, Text) else Text(text, style))
    line.rstrip()
    line.truncate(page.width, overflow="ellipsis" if page.glyphs is FINE else "crop")
    line.rstrip()
    page.console.print(line, no_wrap=True, crop=False, overflow="ignore")


def marked_text(page: Page, text: str, marked: Sequence[Mark]) -> Text:
    """Return shown text with its marks: underlined and coloured by sign, bold where strong."""
    from rich.text import Text

    if not page.styled:
        return Text(bracketed(shown(text), marked))
    line = Text(shown(text))
    for mark in marked:
        style = f"underline {FOR if mark.strength > 0 else AGAINST}"
        line.stylize(f"bold {style}" if abs(mark.strength) >= 0.5 else style, mark.start, mark.end)
    return line


def print_wrapped(page: Page, text: Text, indent: int) -> None:
    """Print `text` wrapped between an indent and the right margin; words longer than a line are broken."""
    for line in text.wrap(page.console, max(8, page.width - indent - 2), overflow="fold"):
        line.rstrip()
        page.console.print(" " * indent, line, sep="", no_wrap=True, crop=False, overflow="ignore")
