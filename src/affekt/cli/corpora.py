"""``affekt corpora`` and ``affekt download``: which corpora there are, under what licence, and getting one."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from affekt.cli.listing import Listing, json_option, print_details, print_json, print_listing
from affekt.cli.terminal import is_screen

if TYPE_CHECKING:
    from affekt.cards import CorpusCard, SourceFile


@click.command("corpora")
@click.argument("name", required=False)
@json_option
def corpora_command(name: str | None, as_json: bool) -> None:
    """List the corpora that can be read, or everything on the card of one."""
    from affekt.corpora.index import CORPORA, find_corpus

    if name is None:
        if as_json:
            print_json([_record(card) for card in CORPORA.values()])
        else:
            print_listing(corpora_listing(CORPORA.values()))
        return
    card = find_corpus(name)
    if as_json:
        print_json(_record(card))
    else:
        print_details(corpus_details(card))


@click.command("download")
@click.argument("name", metavar="CORPUS")
@click.option("--accept-licence", is_flag=True, help="You have read the corpus's licence and accept it.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to put the files. Default: affekt's part of your cache, where they are found again.",
)
@click.option("--quiet", is_flag=True, help="Print nothing but the folder.")
def download_command(name: str, accept_licence: bool, folder: Path | None, quiet: bool) -> None:
    """Download a corpus from its official home and check every file; print the folder it lies in.

    Nothing is fetched before --accept-licence: without it you are shown the licence and where to
    read it. `affekt corpora` lists what there is.
    """
    from affekt.corpora.download import download

    def tell(file: SourceFile) -> None:
        if not quiet and is_screen(sys.stderr):
            click.echo(f"  {file.name}", err=True)

    click.echo(download(name, accept_licence=accept_licence, folder=folder, report=tell))


def corpora_listing(cards: Iterable[CorpusCard]) -> Listing:
    """Return the table of corpus cards: labels, size, language, licence, and whether weights trained on it may ship."""
    cards = list(cards)
    return Listing(
        ("Name", "Labels", "Items", "Language", "Licence", "May ship"),
        tuple(
            (
                card.name,
                _labels(card),
                f"{sum(card.rows.values()):,}",
                ", ".join(card.languages) if len(card.languages) <= 3 else f"{len(card.languages)} languages",
                card.licence,
                "yes" if card.permissive else "no",
            )
            for card in cards
        ),
        tuple(card.summary for card in cards),
    )


def _labels(card: CorpusCard) -> str:
    """Return how many labels a corpus has, and of which space where it is not its own."""
    if card.space is None:
        return "-"
    own = card.space.name.replace("-", "_") == card.name
    return f"{'own' if own else card.space.name} ({len(card.space)})"


def corpus_details(card: CorpusCard) -> dict[str, str | list[str]]:
    """Return what a corpus's card says, by name."""
    details: dict[str, str | list[str]] = {
        "Name": card.name,
        "About": card.summary,
        "Items": [f"{split} {rows:,}" for split, rows in card.rows.items()],
        "Labels": f"{card.space.name}: {', '.join(card.space.labels)}" if card.space else "-",
        "Language": ", ".join(card.languages),
        "Licence": card.licence,
        "Weights trained on it may ship": "yes" if card.permissive else "no",
        "Home": card.homepage,
        "Cite": card.citation,
        "Files": [
            part for file in card.files for part in (file.name, f"  {file.url}" if file.url else "  (no address)")
        ],
    }
    if card.copies:
        details["Known copies"] = [
            f"{copy}: {', '.join(f'{split} {rows:,}' for split, rows in counts.items())}"
            for copy, counts in card.copies.items()
        ]
    if card.notes:
        details["Notes"] = card.notes
    return details


def _record(card: CorpusCard) -> dict[str, Any]:
    """Return a corpus's card as JSON values."""
    from dataclasses import asdict

    return {**asdict(card), "space": card.space.name if card.space else None}
