"""A page: headings, words, tables and figures, written as one HTML file that needs nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from affekt.errors import OutputError

_STYLE = """
:root { color-scheme: light dark; --paper: #fdfcfa; --ink: #1d1b20; --faint: #6b6672; --line: #d9d5dc;
  --mark: #8e3b8a; --other: #1f7a8c; --on-mark: #ffffff; }
@media (prefers-color-scheme: dark) { :root { --paper: #17151a; --ink: #ebe7ee; --faint: #a29ba9;
  --line: #3b3640; --mark: #d58bd1; --other: #6fc3d3; --on-mark: #17151a; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 62rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .5rem; border-top: 1px solid var(--line); padding-top: 1.25rem; }
p { margin: .5rem 0; max-width: 44rem; }
.lead, figcaption, caption, footer { color: var(--faint); }
figure { margin: 1.25rem 0; }
figcaption, caption { font-size: .9rem; text-align: left; max-width: 44rem; }
caption { padding-bottom: .35rem; }
.wide { overflow-x: auto; margin: 1.25rem 0; }
table { border-collapse: collapse; font-size: .92rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .25rem .9rem .25rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; }
.number { text-align: right; }
.short { white-space: nowrap; }
.long { min-width: 14rem; }
code { font-family: ui-monospace, monospace; font-size: .92em; }
svg { display: block; max-width: 100%; height: auto; overflow: visible; }
svg text { font: 12px system-ui, sans-serif; fill: var(--ink); }
svg .faint { fill: var(--faint); }
svg .line { stroke: var(--line); }
svg .mark { fill: var(--mark); }
svg .other { fill: var(--other); }
svg .stroke { stroke: var(--mark); }
svg .on { fill: var(--on-mark); }
@media (max-width: 40rem) { svg text { font-size: 15px; } }
footer { margin-top: 3rem; font-size: .85rem; }
"""
_NUMBER = re.compile(r"[+−-]?[\d,]*\.?\d+ ?%?|–")
_CODE = re.compile(r"`([^`\n]+)`")
_SHORT, _LONG = 18, 60  # letters of a cell that is not broken over lines; of one that is given room on a phone


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph of plain text."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table: the names of its columns, its rows (None is shown as a dash), and what it is about."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str | int | float | None, ...], ...]
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing, SVG as `affekt.pages.plots` makes it, and the sentence below it."""

    svg: str
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what follows."""

    heading: str
    parts: tuple[Words | Table | Figure, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A whole page: title, a sentence below it, sections, and a last line."""

    title: str
    lead: str
    sections: tuple[Section, ...]
    footer: str = ""


def page_html(page: Page) -> str:
    """Return the page as HTML: one document, styled for light and dark, without script or any address.

    Every text is escaped; only the SVG of a `Figure` is taken as it is.

    >>> print(page_html(Page("Votes <1>", "", ()))[:15], "Votes &lt;1&gt;" in page_html(Page("Votes <1>", "", ())))
    <!doctype html> True
    """
    parts = [
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{_text(page.title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>",
        f"<h1>{_text(page.title)}</h1>",
        f'<p class="lead">{_text(page.lead)}</p>' if page.lead else "",
    ]
    for section in page.sections:
        parts.append(f"<section>\n<h2>{_text(section.heading)}</h2>")
        parts += [_part(part) for part in section.parts]
        parts.append("</section>")
    parts.append(f"</main>\n<footer>{_text(page.footer)}</footer>" if page.footer else "</main>")
    return "\n".join(part for part in parts if part) + "\n</body>\n</html>\n"


def write_page(page: Page, path: Path) -> None:
    """Write the page to `path`, over what was there. Raises `OutputError` where that cannot be done."""
    try:
        path.write_text(page_html(page), encoding="utf-8")
    except OSError as error:
        raise OutputError(
            f"Cannot write {path}: {error.strerror or error}. Name a file in a folder that exists."
        ) from error


def cell(value: str | int | float | None) -> str:
    """Return a cell's text: whole numbers with commas, others to two places, a dash for None and NaN.

    >>> [cell(value) for value in ("joy", 12345, 0.6666, None, float("nan"))]
    ['joy', '12,345', '0.67', '–', '–']
    """
    if value is None or value != value:  # noqa: PLR0124  # NaN alone differs from itself
        return "–"
    if isinstance(value, float):
        return f"{round(value, 2) + 0.0:.2f}"
    return f"{value:,}" if isinstance(value, int) else value


def _part(part: Words | Table | Figure) -> str:
    if isinstance(part, Words):
        return f"<p>{_marked(part.text)}</p>"
    if isinstance(part, Figure):
        caption = f"<figcaption>{_marked(part.caption)}</figcaption>" if part.caption else ""
        return f"<figure>{part.svg}{caption}</figure>"
    caption = f"<caption>{_marked(part.caption)}</caption>" if part.caption else ""
    numeric = [
        bool(part.rows) and all(_NUMBER.fullmatch(cell(row[i])) for row in part.rows) for i in range(len(part.columns))
    ]
    head = _row("th", part.columns, numeric, ' scope="col"')
    body = "\n".join(_row("td", row, numeric) for row in part.rows)
    return f'<div class="wide"><table>{caption}<thead>{head}</thead>\n<tbody>{body}</tbody></table></div>'


def _row(tag: str, cells: Sequence[str | int | float | None], numeric: Sequence[bool], scope: str = "") -> str:
    parts = []
    for value, number in zip(cells, numeric, strict=True):
        text = cell(value)
        length = "short" if len(text) <= _SHORT else "long" if len(text) >= _LONG else ""
        named = "number" if number else length
        style = (f' class="{named}"' if named else "") + ("" if number else ' dir="auto"')
        parts.append(f"<{tag}{scope}{style}>{_text(text)}</{tag}>")
    return f"<tr>{''.join(parts)}</tr>"


def _text(text: str) -> str:
    # What a control character would do in a document is nobody's business here.
    return escape("".join(c if c.isprintable() or c in " \n" else "�" for c in text))


def _marked(text: str) -> str:
    """Return our own words, with what stands between backticks as code."""
    return _CODE.sub(r"<code>\1</code>", _text(text))
