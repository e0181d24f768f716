"""Write the pages of docs/ that come from the program itself: verbs, models, label spaces, corpora, papers.

python docs/generate.py           write them
python docs/generate.py --check   fail, naming the pages that are stale
"""

from __future__ import annotations

import argparse
import inspect
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import click

from affekt.cli import affekt
from affekt.cli.corpora import corpora_listing, corpus_details
from affekt.cli.failures import EXIT_CODES
from affekt.cli.lines import FIELDS
from affekt.cli.listing import Listing
from affekt.cli.models import model_details, models_listing
from affekt.cli.papers import status_meanings, told_counts
from affekt.cli.spaces import (
    HEADINGS,
    conversions_listing,
    labels_listing,
    placements_listing,
    space_details,
    spaces_listing,
    terms_listing,
)
from affekt.evaluation.papers import Paper, corpora_of
from affekt.types import LabelSpace

_NOTICE = "<!-- Written by `python docs/generate.py`. Do not edit: change the program or the card. -->"


def cli_page() -> str:
    """Return the page of every verb with its arguments and options, as the program itself declares them."""
    parts = ["# The command `affekt`", _NOTICE, _help(affekt)]
    for name, command in _verbs(affekt):
        parts += [f"## affekt {name}", f"```\n{_usage(name, command)}\n```", _help(command), _options(command)]
    parts += [
        "## What `analyze` prints when nobody is looking",
        "On a terminal `analyze` draws a picture. In a pipe or a file it prints a line per reading: the overall "
        "reading first and, for text of several sentences, a line for each. Fields are between tabs; a field with "
        "nothing in it is `-`.",
        _table(("Field", "Name", "Holds"), ((str(i), name, holds) for i, (name, holds) in enumerate(FIELDS, 1))),
        "`FORCE_COLOR=1` asks for the picture in a pipe too, `NO_COLOR=1` for no colour; together they give a "
        "plain picture.",
        "## Exit codes",
        _table(("Code", "Means"), ((str(code), meaning) for code, meaning in EXIT_CODES.items())),
    ]
    return _page(parts)


def models_page() -> str:
    """Return the page of models: the table, then each card."""
    from affekt.models.index import MODELS

    parts = ["# Models", _NOTICE, _listing(models_listing(MODELS.values()))]
    for card in MODELS.values():
        parts += [f"## {card.name}", _details(model_details(card))]
    return _page(parts)


def spaces_page() -> str:
    """Return the page of label spaces: a table per family, each space with its labels, and the terms behind them."""
    from affekt.affect.spaces import FAMILIES, SPACES
    from affekt.affect.vad import GLASGOW

    parts = ["# Label spaces", _NOTICE]
    for family, spaces in FAMILIES.items():
        parts += [f"## {HEADINGS[family]}", _listing(spaces_listing(spaces))]
    for space in SPACES.values():
        details = {name: value for name, value in space_details(space).items() if name not in ("Name", "Coordinates")}
        parts += [f"## {space.name}", _details(details), _labels(space), _becomes(space)]
    parts += [
        "## The terms behind the labels",
        "Every label of emotions is one of these terms, or several of them. Its place in valence, arousal and "
        f"dominance is that of the words: {GLASGOW}. In brackets: the kind of placement and who says so; what is "
        "derived is placed by affekt, for the reason given.",
        _listing(terms_listing()),
    ]
    return _page(parts)


def _labels(space: LabelSpace) -> str:
    """Return a space's labels, with their coordinates and placements if they are emotions."""
    labels, placements = labels_listing(space), placements_listing(space)
    if not placements.rows:
        return ", ".join(f"`{label}`" for label in space)
    keep = [i for i, name in enumerate(labels.columns) if name != "Taken from"]
    rows = ((*(row[i] for i in keep), *place[1:]) for row, place in zip(labels.rows, placements.rows, strict=True))
    return _table((*(labels.columns[i] for i in keep), *placements.columns[1:]), rows)


def _becomes(space: LabelSpace) -> str:
    """Return what a space can become, with how many labels have no place there."""
    found = [
        f"`{name}`" + (f" (less {lost.count(',') + 1})" if lost != "none" else "")
        for name, _, _, lost in conversions_listing(space).rows
    ]
    return f"Becomes {', '.join(found)}. In brackets, how many labels have no place there." if found else ""


def corpora_page() -> str:
    """Return the page of corpora: the table, then each card."""
    from affekt.corpora.index import CORPORA

    parts = ["# Corpora", _NOTICE, _listing(corpora_listing(CORPORA.values()))]
    for card in CORPORA.values():
        parts += [f"## {card.name}", _details(corpus_details(card))]
    return _page(parts)


def papers_page() -> str:
    """Return the page of papers: what the statuses mean, how many there are of each, then a table per family."""
    from affekt.evaluation.papers import FAMILIES, STATUSES, all_papers, count_by_status, select_papers

    def counts(name: str, papers: Iterable[Paper]) -> tuple[str, ...]:
        found = count_by_status(papers)
        return (name, str(sum(found.values())), *(str(found[status]) for status in STATUSES))

    parts = [
        "# Papers",
        _NOTICE,
        f"What affekt sets out to cover, and how much of each paper it does today. {told_counts(all_papers())}. "
        "`affekt papers` prints them. Every test and row of `results/` that is named here exists: a test checks it.",
        _table(("Status", "Means"), status_meanings().items()),
        _table(
            ("Family", "Papers", *STATUSES),
            [
                *(counts(f"{letter}. {title}", select_papers(family=letter)) for letter, title in FAMILIES.items()),
                counts("All", all_papers()),
            ],
        ),
    ]
    for letter, title in FAMILIES.items():
        rows = (_paper_cells(paper) for paper in select_papers(family=letter))
        parts += [
            f"## {letter}. {title}",
            _table(("Id", "Paper", "Status", "Works today", "Where", "Shown by", "Command", "Corpora"), rows),
        ]
    return _page(parts)


def _paper_cells(paper: Paper) -> tuple[str, ...]:
    """Return a paper's row: code in code type, tests and rows linked to their files."""
    title = f"{paper.title} ([code]({paper.code}))" if paper.code else paper.title
    shown = []
    for place in paper.shown_by:
        file, *names = place.split("::")
        shown.append(f"[{': '.join(names)}](../{file})")
    where = "<br>".join(f"`{place}`" for place in paper.where)
    command = f"`{paper.command}`" if paper.command else ""
    corpora = ", ".join(f"[{card.name}](corpora.md#{card.name})" for card in corpora_of(paper))
    return (f"`{paper.id}`", title, paper.status, paper.works, where, "<br>".join(shown), command, corpora)


PAGES: dict[str, Callable[[], str]] = {
    "cli.md": cli_page,
    "models.md": models_page,
    "spaces.md": spaces_page,
    "corpora.md": corpora_page,
    "papers.md": papers_page,
}


def stale(folder: Path) -> list[str]:
    """Return the names of the pages in `folder` that differ from what the program would write, or are missing."""
    return [
        name
        for name, write in PAGES.items()
        if not (folder / name).is_file() or (folder / name).read_text(encoding="utf-8") != write()
    ]


def _page(parts: Iterable[str]) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"


def _help(command: click.Command) -> str:
    """Return a verb's help as Markdown; click's verbatim paragraphs become code."""
    paragraphs = inspect.cleandoc(command.help or "").split("\n\n")
    return "\n\n".join(
        f"```sh\n{part.removeprefix(chr(8)).strip()}\n```" if part.startswith("\b") else " ".join(part.split())
        for part in paragraphs
    )


def _verbs(group: click.Group, before: str = "") -> Iterable[tuple[str, click.Command]]:
    """Yield every verb with its whole name, a group's own verbs after it."""
    for name, command in group.commands.items():
        yield f"{before}{name}", command
        if isinstance(command, click.Group):
            yield from _verbs(command, f"{before}{name} ")


def _usage(name: str, command: click.Command) -> str:
    arguments = [_metavar(p) for p in command.params if isinstance(p, click.Argument)]
    needed = [f"{p.opts[-1]} {_metavar(p)}" for p in command.params if isinstance(p, click.Option) and p.required]
    rest = "VERB" if isinstance(command, click.Group) else "[options]"
    return " ".join(["affekt", name, *arguments, *needed, rest])


def _metavar(parameter: click.Parameter) -> str:
    if parameter.metavar:
        return parameter.metavar
    if isinstance(parameter.type, click.Choice):
        return "|".join(str(choice) for choice in parameter.type.choices)
    if isinstance(parameter, click.Argument):
        name = (parameter.name or "").upper()
        return name if parameter.required else f"[{name}]"
    return {"integer": "N", "integer range": "N"}.get(parameter.type.name, parameter.type.name.upper())


def _options(command: click.Command) -> str:
    rows = []
    for option in command.params:
        if not isinstance(option, click.Option):
            continue
        names = ", ".join(option.opts) + (f" / {', '.join(option.secondary_opts)}" if option.secondary_opts else "")
        value = "" if option.is_flag else f" {_metavar(option)}"
        default = f" Default: {option.default}." if option.show_default else ""
        needed = " Required." if option.required else ""
        rows.append((f"`{names}{value}`", f"{option.help or ''}{default}{needed}"))
    return _table(("Option", "Does"), rows) if rows else ""


def _listing(listing: Listing) -> str:
    columns, *rows = listing.complete
    return _table(columns, rows)


def _details(details: Mapping[str, str | list[str]]) -> str:
    return _table(("", ""), ((k, v if isinstance(v, str) else "<br>".join(v)) for k, v in details.items()))


def _table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    columns = list(columns)
    lines = [columns, ["---"] * len(columns), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def main() -> int:
    """Write or check the pages; return the exit code."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("--check", action="store_true", help="write nothing; fail if a page is stale")
    folder = Path(__file__).parent
    if not arguments.parse_args().check:
        for name, write in PAGES.items():
            (folder / name).write_text(write(), encoding="utf-8")
        return 0
    names = stale(folder)
    for name in names:
        print(f"docs/{name} is stale. Write it anew with: python docs/generate.py", file=sys.stderr)
    return 1 if names else 0


if __name__ == "__main__":
    sys.exit(main())
