"""``affekt papers``: the papers affekt sets out to cover, and what of each works today."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

from affekt.cli.listing import Listing, json_option, print_details, print_json, print_listing
from affekt.cli.terminal import is_screen

if TYPE_CHECKING:
    from affekt.evaluation.papers import Paper

_MEANINGS = {
    "works": "all that is asked of it is shown by the tests and result rows named",
    "partly": "the part named is shown so, the rest is not",
    "not yet": "nothing of what is asked of it is shown",
    "off-topic": "not about affect: read, and not built",
}


@click.command("papers")
@click.argument("name", metavar="[ID]", required=False)
@click.option("--family", metavar="LETTER", help="Only the papers of one family, such as A.")
@click.option("--status", metavar="STATUS", help="Only papers of one status: works, partly, not-yet or off-topic.")
@json_option
def papers_command(name: str | None, family: str | None, status: str | None, as_json: bool) -> None:
    """List the 200 papers affekt sets out to cover and what of each works, or show one.

    A paper works when all that is asked of it is shown by tests and rows of results/; where only part
    of it is, it works partly, and what is there is said.
    """
    from affekt.evaluation.papers import find_paper, select_papers

    if name is not None:
        if family is not None or status is not None:
            raise click.UsageError("An ID names one paper already: leave out --family and --status.")
        paper = find_paper(name)
        if as_json:
            print_json(_record(paper))
        else:
            print_details(paper_details(paper))
        return
    papers = select_papers(family=family, status=status)
    if as_json:
        print_json([_record(paper) for paper in papers])
    elif is_screen(sys.stdout):
        _print_families(papers)
    else:
        print_listing(papers_listing(papers))


def papers_listing(papers: Iterable[Paper]) -> Listing:
    """Return the table of papers for a program: id, family, status, title, what works, where, what shows it, how."""
    from affekt.evaluation.papers import corpora_of

    return Listing(
        ("Id", "Family", "Status", "Title", "Works today", "Where", "Shown by", "Command", "Corpora", "Authors' code"),
        tuple(
            (
                *(paper.id, paper.family, paper.status, paper.title, paper.works),
                *(", ".join(paper.where), ", ".join(paper.shown_by), paper.command),
                *(", ".join(card.name for card in corpora_of(paper)), paper.code),
            )
            for paper in papers
        ),
    )


def paper_details(paper: Paper) -> dict[str, str | list[str]]:
    """Return everything known of a paper, by name; what it does not have is left out."""
    from affekt.evaluation.papers import FAMILIES, corpora_of

    details: dict[str, str | list[str]] = {
        "Id": paper.id,
        "Title": paper.title,
        "Family": f"{paper.family}. {FAMILIES[paper.family]}",
        "Status": f"{paper.status}: {_MEANINGS[paper.status]}",
        "Works today": paper.works,
        "Where": list(paper.where),
        "Shown by": list(paper.shown_by),
        "Command": paper.command,
        "Corpora": ", ".join(card.name for card in corpora_of(paper)),
        "Authors' code": paper.code,
    }
    return {name: value for name, value in details.items() if value}


def status_meanings() -> dict[str, str]:
    """Return what each status means, in a sentence without its full stop."""
    return dict(_MEANINGS)


def told_counts(papers: Iterable[Paper]) -> str:
    """Return how many papers there are and of which status, in words: ``7 papers: works 5, partly 2``."""
    from affekt.evaluation.papers import count_by_status

    counts = {status: count for status, count in count_by_status(papers).items() if count}
    total = sum(counts.values())
    parts = ", ".join(f"{status} {count}" for status, count in counts.items())
    return f"{total} paper{'' if total == 1 else 's'}" + (f": {parts}" if parts else "")


def _print_families(papers: tuple[Paper, ...]) -> None:
    """Print a table per family, what works of a paper below it, and how many have each status at the end."""
    from affekt.evaluation.papers import FAMILIES

    for letter, title in FAMILIES.items():
        members = [paper for paper in papers if paper.family == letter]
        if not members:
            continue
        click.echo("\n".join(textwrap.wrap(f"{letter}. {title}", shutil.get_terminal_size().columns)))
        rows = tuple((paper.id, paper.status, paper.title) for paper in members)
        print_listing(Listing(("Id", "Status", "Title"), rows, tuple(paper.works for paper in members)))
        click.echo()
    click.echo(f"{told_counts(papers)}.")


def _record(paper: Paper) -> dict[str, Any]:
    """Return a paper as JSON values, with the names of its corpora."""
    from dataclasses import asdict

    from affekt.evaluation.papers import corpora_of

    return {**asdict(paper), "corpora": [card.name for card in corpora_of(paper)]}
