"""Listings: a table for a person, lines between tabs for a program, JSON for either."""

from __future__ import annotations

import json
import os
import shutil
import sys
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import click

from affekt.cli.terminal import is_screen, speaks_unicode
from affekt.cli.words import shown

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")

_GAP = "  "
_NARROWEST = 6  # columns of a column


@dataclass(frozen=True, slots=True)
class Listing:
    """A table of words: column names, and as many cells in each row; `about` is a sentence per row, or nothing."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    about: tuple[str, ...] = ()

    @property
    def complete(self) -> list[tuple[str, ...]]:
        """The names and then the rows, with what they are about as a last column."""
        if not self.about:
            return [self.columns, *self.rows]
        rows = ((*row, about) for row, about in zip(self.rows, self.about, strict=True))
        return [(*self.columns, "About"), *rows]


def print_json(value: Any) -> None:
    """Print `value` as JSON; as ASCII where stdout cannot take every character."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=not speaks_unicode(sys.stdout)))


def print_listing(listing: Listing) -> None:
    """Print a table for a screen, what each row is about below it; else a line of names and a line per row."""
    if not is_screen(sys.stdout):
        for row in listing.complete:
            click.echo("\t".join(shown(cell) or "-" for cell in row))
        return
    width = _width()
    widths = [max(len(row[i]) for row in (listing.columns, *listing.rows)) for i in range(len(listing.columns))]
    while sum(widths) + len(_GAP) * (len(widths) - 1) > width and max(widths) > _NARROWEST:
        # The widest gives way; the name, which one types, only when nothing else can.
        widest = max(range(len(widths)), key=lambda i: widths[i] if i or max(widths[1:]) <= _NARROWEST else 0)
        widths[widest] -= 1
    numbers = [all(row[i].replace(",", "").isdecimal() for row in listing.rows) for i in range(len(widths))]
    _print_row(listing.columns, widths, numbers, head=True)
    for row, about in zip_longest(listing.rows, listing.about):
        _print_row(row, widths, numbers)
        if about:
            for line in textwrap.wrap(shown(about), width - 4):
                click.echo(f"    {_style(line, dim=True)}")


def print_details(details: Mapping[str, str | Sequence[str]]) -> None:
    """Print names and values, a value of several parts on several lines; between tabs where no one looks."""
    parts = {name: [value] if isinstance(value, str) else list(value) for name, value in details.items()}
    if not is_screen(sys.stdout):
        for name, values in parts.items():
            for value in values:
                click.echo(f"{name}\t{shown(value) or '-'}")
        return
    indent = max(len(name) for name in details) + len(_GAP)
    for name, values in parts.items():
        lines = [line for value in values for line in _wrap(value, max(24, _width() - indent), whole_words=True)]
        for i, line in enumerate(lines):
            click.echo(_style(f"{'' if i else name:<{indent}}", bold=True) + line)


def _print_row(row: Sequence[str], widths: Sequence[int], numbers: Sequence[bool], *, head: bool = False) -> None:
    cells = [_wrap(cell, width) for cell, width in zip(row, widths, strict=True)]
    for parts in zip_longest(*cells, fillvalue=""):
        aligned = [
            part.rjust(width) if number else part.ljust(width)
            for part, width, number in zip(parts, widths, numbers, strict=True)
        ]
        click.echo(_style(_GAP.join(aligned).rstrip(), bold=head))


def _wrap(text: str, width: int, *, whole_words: bool = False) -> list[str]:
    """Return `text` in lines; with `whole_words` an address longer than a line stays whole, to be copied."""
    lead = " " * (len(text) - len(text.lstrip()))
    return textwrap.wrap(
        shown(text), width, break_long_words=not whole_words, break_on_hyphens=not whole_words, subsequent_indent=lead
    ) or [""]


def _style(text: str, **style: bool) -> str:
    return text if os.environ.get("TERM") == "dumb" or not text else click.style(text, **style)


def _width() -> int:
    return min(shutil.get_terminal_size().columns, 120)
