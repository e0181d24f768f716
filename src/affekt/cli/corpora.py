"""``affekt corpora``: which corpora there are, what one holds, whether it is whole, and getting one."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from affekt.cli.failures import CANNOT
from affekt.cli.listing import Listing, json_option, print_details, print_json, print_listing
from affekt.cli.terminal import is_screen

if TYPE_CHECKING:
    from affekt.cards import CorpusCard, SourceFile
    from affekt.corpora.check import CorpusCheck
    from affekt.corpora.exporting import Format
    from affekt.corpora.view import CorpusView

HEADINGS = {
    "text": "Text",
    "speech": "Speech and voice",
    "face": "Faces",
    "image": "Images",
    "video": "Video and several modalities",
    "music": "Music",
    "physiology": "Body signals",
}
_MOST_LABELS, _MOST_SPLITS, _MOST_FILES = 30, 6, 8
_WIDE, _LICENCE = 76, 18  # columns of a screen for all columns of the table; letters of a licence

folder_option = click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder that holds its files. Default: below AFFEKT_DATA, then affekt's part of your cache.",
)


class _Corpora(click.Group):
    """A group that takes the name of a corpus for a verb: `affekt corpora goemotions` prints its card."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            as_json = ["--json"] if ctx.params.get("as_json") else []
            args = ["show", "--card", *as_json, *args]
        return super().resolve_command(ctx, args)


@click.group("corpora", cls=_Corpora, invoke_without_command=True)
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder that holds your corpora, a folder each. Default: AFFEKT_DATA.",
)
@click.option("--here", "here_alone", is_flag=True, help="List only those whose files are here.")
@json_option
@click.pass_context
def corpora_command(ctx: click.Context, folder: Path | None, here_alone: bool, as_json: bool) -> None:
    """List the corpora, by modality: items, language, licence, access, whether affekt reads it, whether it is here.

    `affekt corpora NAME` prints the card of one.
    """
    from affekt.corpora.index import CORPORA

    if ctx.invoked_subcommand is not None:
        return
    found = {name: is_here(card, data=folder) for name, card in CORPORA.items()}
    cards = [card for name, card in CORPORA.items() if found[name] or not here_alone]
    if as_json:
        print_json([{**_record(card), "here": found[card.name]} for card in cards])
    elif is_screen(sys.stdout):
        for modality, heading in HEADINGS.items():
            some = [card for card in cards if card.modality == modality]
            if some:
                click.echo(f"{click.style(heading, bold=True, underline=True)}")
                print_listing(_short_listing(some, found))
                click.echo()
    else:
        print_listing(corpora_listing(cards, here=found))


@corpora_command.command("show")
@click.argument("name", metavar="CORPUS")
@folder_option
@click.option("--card", "card_alone", is_flag=True, help="The card alone, without reading the corpus.")
@click.option("--examples", type=click.IntRange(0), default=5, show_default=True, help="How many examples.")
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write a page with plots here.")
@json_option
def show_command(
    name: str, folder: Path | None, card_alone: bool, examples: int, html: Path | None, as_json: bool
) -> None:
    """Show a corpus: its card and, where its files are here, what it holds.

    That is its splits, labels, dimensions, speakers, the agreement of its raters where it has their votes, and a few
    examples; no examples of corpora that one has to ask for, that are about health, or that say personal things.
    """
    from affekt.corpora.index import READERS, find_corpus
    from affekt.corpora.read import find_folder, how_to_get
    from affekt.corpora.view import corpus_view

    card = find_corpus(name)
    view = None
    if not card_alone and card.name in READERS and (folder is not None or is_here(card)):
        records = list(READERS[card.name](find_folder(card.name, folder=folder)))
        view = corpus_view(card, records, examples=examples)
    if html is not None:
        from affekt.corpora.view_page import view_page
        from affekt.pages.page import write_page
        from affekt.version import __version__

        about = f"Made with affekt {__version__}."
        # Addresses of files are long, and a page is for looking at.
        told = {key: value for key, value in corpus_details(card).items() if key not in ("Name", "About", "Files")}
        write_page(
            view_page(view, title=card.name, lead=card.summary, card=told, about=about),
            html,
        )
    if as_json:
        seen = {} if card_alone else {"here": view is not None, "view": _plain(view)}
        print_json({**_record(card), **seen})
        return
    print_details(corpus_details(card))
    if view is not None:
        print_view(view)
    elif not card_alone:
        click.echo()
        reader = "" if card.name in READERS else "affekt has no reader for it. "
        click.echo(f"Its files are not here. {reader}{how_to_get(card)}")
    if html is not None and is_screen(sys.stdout):
        click.echo(f"\nWritten: {html}")


@corpora_command.command("check")
@click.argument("name", metavar="CORPUS")
@folder_option
@click.option("--near/--no-near", default=True, help="Look for texts that are nearly the same too. Default: do.")
@click.option("--strict", is_flag=True, help="Fail on warnings too.")
@json_option
def check_command(name: str, folder: Path | None, near: bool, strict: bool, as_json: bool) -> None:
    """Check a corpus at hand: its files, its labels, and what its splits share.

    Errors are files missing or corrupt, rows that cannot be read, labels outside the space, ids given twice. Warnings
    are texts, speakers or groups in several splits, and labels in other shares. Exits with 1 where there are errors.
    """
    from affekt.corpora.check import check_corpus

    found = check_corpus(name, folder=folder, near=near)
    if as_json:
        print_json({**_plain(found), "ok": not found.errors})
    else:
        print_check(found)
    if found.errors or (strict and any(finding.level == "warning" for finding in found.findings)):
        raise click.exceptions.Exit(CANNOT)


@corpora_command.command("export")
@click.argument("name", metavar="CORPUS")
@click.option(
    "--to",
    "target",
    required=True,
    type=click.Choice(("jsonl", "parquet", "hf", "webdataset", "audformat")),
    help="hf is a folder for Hugging Face's datasets; webdataset (tar shards) and audformat take the media along.",
)
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="A new or empty folder for the files.",
)
@click.option("--split", metavar="NAME", help="One split of it. Default: all.")
@folder_option
def export_command(name: str, target: Format, output: Path, split: str | None, folder: Path | None) -> None:
    """Write a corpus at hand in a format that other programs read; print the files.

    A file per split, with every vote, speaker and condition, and card.json with its licence, which binds the export
    as it does the corpus.
    """
    from affekt.corpora.exporting import export_corpus
    from affekt.corpora.index import find_corpus
    from affekt.corpora.read import read_corpus

    records = read_corpus(name, folder=folder, split=split)
    for path in export_corpus(find_corpus(name), records, output, to=target):
        click.echo(path)


@corpora_command.command("get")
@click.argument("name", metavar="CORPUS")
@click.option("--accept-licence", is_flag=True, help="You have read the corpus's licence and accept it.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to put the files. Default: affekt's part of your cache, where they are found again.",
)
@click.option("--quiet", is_flag=True, help="Print nothing but the folder.")
def get_command(name: str, accept_licence: bool, folder: Path | None, quiet: bool) -> None:
    """Download a corpus from its official home and check every file; print the folder it lies in.

    Nothing is fetched before --accept-licence: without it you are shown the licence and where to
    read it. `affekt corpora` lists what there is.
    """
    from affekt.corpora.download import download

    def tell(file: SourceFile) -> None:
        if not quiet and is_screen(sys.stderr):
            click.echo(f"  {file.name}", err=True)

    click.echo(download(name, accept_licence=accept_licence, folder=folder, report=tell))


download_command = click.Command(
    "download",
    params=get_command.params,
    callback=get_command.callback,
    help="The old name of `affekt corpora get`, kept for one release.",
)


def is_here(card: CorpusCard, *, data: Path | None = None) -> bool:
    """Return whether a corpus has a folder where corpora are looked for; `data` stands for ``$AFFEKT_DATA``."""
    from affekt.corpora.read import find_folder
    from affekt.errors import CorpusError

    try:
        find_folder(card.name, data=data)
    except CorpusError:
        return False
    return True


def corpora_listing(cards: Iterable[CorpusCard], *, here: dict[str, bool] | None = None) -> Listing:
    """Return the table of corpus cards: what is in it, its licence, how to come by it, whether affekt reads it.

    `here` says by name whether a corpus is on this machine; without it there is no such column.
    """
    from affekt.corpora.index import READERS

    cards = list(cards)
    columns = ("Name", "Modality", "Labels", "Items", "Language", "Licence", "May ship", "Access", "Layout", "Read")
    return Listing(
        (*columns, *(("Here",) if here is not None else ())),
        tuple(
            (
                card.name,
                card.modality,
                _labels(card),
                _size(card),
                _languages(card),
                card.licence,
                "yes" if card.permissive else "no",
                card.access,
                card.layout,
                "yes" if card.name in READERS else "no",
                *(("yes" if here[card.name] else "no",) if here is not None else ()),
            )
            for card in cards
        ),
        tuple(card.summary for card in cards),
    )


def _short_listing(cards: Iterable[CorpusCard], here: dict[str, bool]) -> Listing:
    """Return the table for a screen: one line each, the licence cut to its name, fewer columns on a narrow one."""
    import shutil

    width = shutil.get_terminal_size().columns
    columns = ("Name", "Items", "Language", "Licence", "Access", "Layout", "Here")
    kept = [i for i, name in enumerate(columns) if width >= _WIDE or name not in ("Licence", "Layout")]
    rows = (
        (
            card.name,
            _size(card),
            _languages(card),
            _short_licence(card.licence),
            card.access,
            card.layout,
            "yes" if here[card.name] else "-",
        )
        for card in cards
    )
    return Listing(tuple(columns[i] for i in kept), tuple(tuple(row[i] for i in kept) for row in rows))


def _size(card: CorpusCard) -> str:
    return f"{sum(card.rows.values()):,}" if card.rows else "-"


def _languages(card: CorpusCard) -> str:
    several = f"{card.languages[0]} +{len(card.languages) - 1}" if card.languages else "-"
    return ", ".join(card.languages) if 1 <= len(card.languages) <= 2 else several


def _short_licence(licence: str) -> str:
    """Return the name of a licence without what is said of it.

    >>> _short_licence("CC BY 4.0 (Amharic: MIT)"), _short_licence("own agreement, for non-commercial research")
    ('CC BY 4.0', 'own agreement')
    """
    name = licence
    for mark in (" (", ", ", "; ", ": ", " for "):
        name = name.partition(mark)[0]
    return name if len(name) <= _LICENCE else name[: _LICENCE - 1].rstrip() + "…"


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
        "Files": _files(card),
    }
    if card.copies:
        details["Known copies"] = [
            f"{copy}: {', '.join(f'{split} {rows:,}' for split, rows in counts.items())}"
            for copy, counts in card.copies.items()
        ]
    if card.notes:
        details["Notes"] = card.notes
    return details


def _files(card: CorpusCard) -> list[str]:
    """Return the names of the official files with their addresses; of many the first, and how many more."""
    shown = card.files if len(card.files) <= _MOST_FILES else card.files[: _MOST_FILES - 1]
    lines = [part for file in shown for part in (file.name, f"  {file.url}" if file.url else "  (no address)")]
    if len(shown) < len(card.files):
        lines.append(f"and {len(card.files) - len(shown)} more; `affekt corpora show {card.name} --json` names all")
    return lines


def _record(card: CorpusCard) -> dict[str, Any]:
    """Return a corpus's card as JSON values."""
    from dataclasses import asdict

    return {**asdict(card), "space": card.space.name if card.space else None}


def print_view(view: CorpusView) -> None:
    """Print what a corpus holds: facts, then a table of splits, labels, dimensions, agreement and examples."""
    print_details(view_facts(view))
    for heading, listing in (
        ("Labels", label_listing(view)),
        (
            "Dimensions, in [-1, 1]",
            Listing(
                ("Dimension", "Items", "Mean", "SD", "Lowest", "Highest"),
                tuple((row.name, f"{row.items:,}", *(f"{value:.2f}" for value in row[2:])) for row in view.dimensions),
            ),
        ),
        (
            "Agreement of raters, Krippendorff's alpha with its 95 % interval",
            Listing(
                ("Of", "Level", "Items", "Alpha", "Low", "High"),
                tuple(
                    (row.of, row.level, f"{row.items:,}", f"{row.alpha:.3f}", f"{row.low:.3f}", f"{row.high:.3f}")
                    for row in view.agreement
                ),
            ),
        ),
        (
            "Examples",
            Listing(
                ("Split", "Labels", "Text"),
                tuple((row.split, ", ".join(row.labels) or "-", row.text) for row in view.examples),
            ),
        ),
    ):
        if listing.rows:
            click.echo()
            click.echo(click.style(heading, bold=True, underline=True) if is_screen(sys.stdout) else f"# {heading}")
            print_listing(listing)


def view_facts(view: CorpusView) -> dict[str, str | list[str]]:
    """Return what a corpus holds that needs no table, by name."""
    facts: dict[str, str | list[str]] = {
        "Here": [
            f"{split} {size:,}" + (f" ({none:,} without a label)" if none and view.labels else "")
            for (split, size), none in zip(view.rows.items(), view.unlabelled, strict=True)
        ]
    }
    if view.words:
        facts["Words of a text"] = f"{view.words[0]:,} to {view.words[2]:,}, median {view.words[1]:g}"
    if view.speakers:
        facts["Speakers here"] = f"{view.speakers:,}, of them {view.in_several:,} in several splits"
    if view.groups:
        facts["Groups"] = f"{view.groups:,}, each to be kept in one split"
    if view.judgements:
        who = f"{view.raters:,} raters" if view.raters else "raters without ids"
        facts["Judgements"] = f"{view.judgements:,} by {who}"
    if not view.examples:
        facts["Examples"] = f"none are shown: {view.withheld or 'no text is fit to be one'}"
    return facts


def label_listing(view: CorpusView) -> Listing:
    """Return the most frequent labels with their counts in each split."""
    splits = list(view.rows)[:_MOST_SPLITS]
    ranked = sorted((row for row in view.labels if row.share), key=lambda row: -row.share)
    rows = tuple(
        (row.label, *(f"{count:,}" for count in row.counts[: len(splits)]), f"{row.share:.1%}")
        for row in ranked[:_MOST_LABELS]
    )
    if len(ranked) > _MOST_LABELS:
        rest = ranked[_MOST_LABELS:]
        sums = (f"{sum(row.counts[i] for row in rest):,}" for i in range(len(splits)))
        rows = (*rows, (f"({len(rest)} more)", *sums, f"{sum(row.share for row in rest):.1%}"))
    return Listing(("Label", *splits, "Share"), rows)


def print_check(found: CorpusCheck) -> None:
    """Print what a check found: the release, then a row per finding, errors first."""
    order = {"error": 0, "warning": 1, "note": 2}
    counts = {level: sum(finding.level == level for finding in found.findings) for level in order}
    print_details(
        {
            "Corpus": found.corpus,
            "Release": found.release,
            "Records": [f"{split} {size:,}" for split, size in found.rows.items()] or "none could be read",
            "Found": ", ".join(f"{count} {level}{'' if count == 1 else 's'}" for level, count in counts.items()),
        }
    )
    if found.findings:
        ranked = sorted(found.findings, key=lambda finding: order[finding.level])
        click.echo()
        print_listing(
            Listing(
                ("Level", "What", "Finding", "For example"),
                tuple((f.level, f.what, f.message, ", ".join(f.items[:3]) or "-") for f in ranked),
            )
        )


def _plain(value: Any) -> Any:
    """Return a value of ours as JSON values: NaN as None, named tuples and dataclasses by name."""
    from dataclasses import fields, is_dataclass

    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: _plain(part) for name, part in value._asdict().items()}
    if isinstance(value, (tuple, list)):
        return [_plain(part) for part in value]
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    return None if isinstance(value, float) and value != value else value  # noqa: PLR0124  # NaN alone differs
