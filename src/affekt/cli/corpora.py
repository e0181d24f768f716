"""``affekt corpora``: which corpora there are, what one holds, whether it is whole, and getting one."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from affekt.cli.corpus_view import plain_values, print_check, print_view
from affekt.cli.failures import CANNOT
from affekt.cli.listing import Listing, json_option, print_details, print_json, print_listing
from affekt.cli.own import own_options, take_description
from affekt.cli.terminal import is_screen

if TYPE_CHECKING:
    from affekt.cards import CorpusCard, SourceFile
    from affekt.corpora.exporting import Format

HEADINGS = {
    "text": "Text",
    "speech": "Speech and voice",
    "face": "Faces",
    "image": "Images",
    "video": "Video and several modalities",
    "music": "Music",
    "physiology": "Body signals",
}
_MOST_FILES = 8
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

    `affekt corpora NAME` prints the card of one. Corpora that installed packages add are listed with theirs.
    """
    from affekt.corpora.index import CORPORA
    from affekt.corpora.plugins import plugin_corpora

    if ctx.invoked_subcommand is not None:
        return
    added = plugin_corpora()
    for problem in added.problems:
        click.echo(f"Warning: {problem}", err=True)
    known = {**CORPORA, **{name: each.card for name, each in added.corpora.items()}}
    found = {name: is_here(card, data=folder) for name, card in known.items()}
    cards = [card for name, card in known.items() if found[name] or not here_alone]
    if as_json:
        print_json([{**_record(card), "here": found[card.name]} for card in cards])
    elif is_screen(sys.stdout):
        for modality, heading in HEADINGS.items():
            some = [card for card in cards if card.modality == modality]
            if some:
                click.echo(f"{click.style(heading, bold=True, underline=True)}")
                print_listing(_short_listing(some, found))
                click.echo()
        for plugin, each in added.corpora.items():
            click.echo(f"{plugin} is of the package {each.package}.")
    else:
        print_listing(corpora_listing(cards, here=found))


@corpora_command.command("show")
@click.argument("name", metavar="CORPUS")
@folder_option
@own_options
@click.option("--card", "card_alone", is_flag=True, help="The card alone, without reading the corpus.")
@click.option(
    "--examples",
    type=click.IntRange(0),
    help="How many examples. Default: 5, and none of a sensitive corpus; give a number to see some of it too.",
)
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write a page with plots here.")
@json_option
def show_command(
    *,
    name: str,
    folder: Path | None,
    card_alone: bool,
    examples: int | None,
    html: Path | None,
    as_json: bool,
    **own: Any,
) -> None:
    """Show a corpus: its card and, where its files are here, what it holds. A table or folder of your own is one too.

    That is its splits, labels, dimensions, speakers, the agreement of its raters where it has their votes, and a few
    examples; none of corpora that one has to ask for and, unless you give --examples, of those that are sensitive
    (people in distress, health, private conversations) or say personal things.
    """
    from affekt.corpora.index import find_corpus
    from affekt.corpora.opening import is_own, open_corpus
    from affekt.corpora.read import how_to_get
    from affekt.corpora.view import corpus_view

    description = take_description(own)
    view, opened = None, None
    if is_own(name):
        opened = open_corpus(name, description, folder=folder)
        card = opened.card
    else:
        card = find_corpus(name)
        if description is not None or (
            not card_alone and reads(card) is not None and (folder is not None or is_here(card))
        ):
            opened = open_corpus(card, description, folder=folder)
    if opened is not None and not card_alone:
        wanted = 5 if examples is None else examples
        view = corpus_view(card, opened.records, examples=wanted, own=is_own(name), asked=bool(examples))
    notes = () if opened is None else opened.notes
    if html is not None:
        from affekt.corpora.view_page import view_page
        from affekt.pages.page import write_page
        from affekt.version import __version__

        about = f"Made with affekt {__version__}."
        # Addresses of files are long, and a page is for looking at.
        told = {key: value for key, value in corpus_details(card).items() if key not in ("Name", "About", "Files")}
        told |= {"How it was read": " ".join(notes)} if notes else {}
        write_page(
            view_page(view, title=card.name, lead=card.summary, card=told, about=about),
            html,
        )
    if as_json:
        seen = {} if card_alone else {"here": view is not None, "view": plain_values(view), "notes": list(notes)}
        print_json({**_record(card), **seen})
        return
    print_details(corpus_details(card))
    if opened is not None and opened.columns:
        click.echo()
        print_listing(Listing(("Role", "Column"), opened.columns))
    for note in notes:
        click.echo(f"- {note}")
    if view is not None:
        print_view(view)
    elif not card_alone:
        click.echo()
        reader = "" if reads(card) else "affekt has no reader for it. "
        click.echo(f"Its files are not here. {reader}{how_to_get(card)}")
    if html is not None and is_screen(sys.stdout):
        click.echo(f"\nWritten: {html}")


@corpora_command.command("check")
@click.argument("name", metavar="CORPUS")
@folder_option
@own_options
@click.option("--near/--no-near", default=True, help="Look for texts that are nearly the same too. Default: do.")
@click.option("--sound/--no-sound", default=True, help="Compare recordings too. Default: do.")
@click.option("--strict", is_flag=True, help="Fail on warnings too.")
@json_option
def check_command(
    *, name: str, folder: Path | None, near: bool, sound: bool, strict: bool, as_json: bool, **own: Any
) -> None:
    """Check a corpus at hand, or a table of your own: its files, its labels, and what its splits share.

    Errors are files missing or corrupt, rows that cannot be read, labels outside the space, ids given twice. Warnings
    are texts, recordings, speakers or groups in several splits, labels in other shares, and dimensions that lie
    elsewhere. Recordings are the same whatever their level, codec or trim. Exits with 1 where there are errors.
    """
    from affekt.corpora.check import check_corpus, check_opened
    from affekt.corpora.opening import is_own, open_corpus

    description = take_description(own)
    if is_own(name) or description is not None:
        found = check_opened(open_corpus(name, description, folder=folder), near=near)
    else:
        found = check_corpus(name, folder=folder, near=near, sound=sound)
    if as_json:
        print_json({**plain_values(found), "ok": not found.errors})
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
@own_options
def export_command(
    *, name: str, target: Format, output: Path, split: str | None, folder: Path | None, **own: Any
) -> None:
    """Write a corpus at hand in a format that other programs read; print the files.

    A file per split, with every vote, speaker and condition, and card.json with its licence, which binds the export
    as it does the corpus.
    """
    from affekt.corpora.exporting import export_corpus
    from affekt.corpora.opening import is_own, of_split, open_corpus

    found = open_corpus(name, take_description(own), folder=folder, complete=not is_own(name))
    for path in export_corpus(found.card, of_split(found, split), output, to=target):
        click.echo(path)
    for note in found.notes:
        click.echo(f"- {note}", err=True)


@corpora_command.command("describe")
@click.argument("path", metavar="TABLE", type=click.Path(path_type=Path))
@own_options
@click.option("--name", metavar="NAME", default="", help="What the corpus is called. Default: as its file.")
@click.option("--licence", metavar="TEXT", default="", help="Its licence, which stands on its card and in exports.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write the description. Default: beside the table, as NAME.corpus.json, where it is found again.",
)
@click.option("--overwrite", is_flag=True, help="Replace the description if it exists.")
def describe_command(*, path: Path, name: str, licence: str, output: Path | None, overwrite: bool, **own: Any) -> None:
    """Write down how a table or folder of your own is read, so that options need not be repeated.

    The file says which column is what, the labels and their space, scales and splits. It is JSON: open it and mend it.
    """
    from dataclasses import replace

    from affekt.corpora.opening import describe
    from affekt.corpora.own.description import Description, sidecar_for, write_description
    from affekt.errors import OutputError

    target = output or sidecar_for(path)
    if target.exists() and not overwrite:
        raise OutputError(f"{str(target)!r} exists. Choose another output, or replace it with `--overwrite`.")
    said = replace(take_description(own) or Description(), name=name, licence=licence)
    found, description = describe(path, said)
    write_description(description, target)
    print_listing(Listing(("Role", "Column"), found.columns))
    for note in found.notes:
        click.echo(f"- {note}")
    click.echo(f"Written: {target}")


@corpora_command.command("manifest")
@click.argument("names", metavar="CORPUS...", nargs=-1, required=True)
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="A JSONL file.")
@click.option("--space", metavar="NAME", help="Labels in this space for all. Default: each corpus's own.")
@click.option(
    "--columns",
    type=click.Choice(("affekt", "cameo")),
    default="affekt",
    show_default=True,
    help="cameo: file_id, audio, emotion, … of items with one emotion, as the CAMEO collection of speech has them.",
)
@click.option("--split", metavar="NAME", help="This split of each. Default: all.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder that holds your corpora, a folder each; paths are written below it. Default: AFFEKT_DATA.",
)
def manifest_command(
    *, names: tuple[str, ...], output: Path, space: str | None, columns: str, split: str | None, folder: Path | None
) -> None:
    """Write one table of several corpora at hand, a row per item with the same columns; print how many rows.

    A row tells where the item is, what it says, its labels, speaker, language, split and the licence that binds it.
    """
    from affekt.corpora.index import READERS, find_corpus, find_reader
    from affekt.corpora.manifest import write_manifest
    from affekt.corpora.read import find_folder

    records = {}
    for name in dict.fromkeys(find_corpus(name).name for name in names):
        find_reader(find_corpus(name))
        found = READERS[name](find_folder(name, data=folder))
        records[name] = [record for record in found if split is None or record.split == split]
    written = write_manifest(records, output, space=space, columns=columns, root=folder)  # type: ignore[arg-type]
    click.echo(f"{written.rows:,} rows of {len(records)} corpora: {output}")
    if written.left_out:
        click.echo(f"{written.left_out:,} items with no single emotion left out", err=True)


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


def reads(card: CorpusCard) -> str | None:
    """Return ``"yes"`` where affekt reads a corpus, the package that does where it is a plugin, else None."""
    from affekt.corpora.index import CORPORA, READERS
    from affekt.corpora.plugins import plugin_corpora

    if card.name in CORPORA:
        return "yes" if card.name in READERS else None
    added = plugin_corpora().corpora.get(card.name)
    return f"by {added.package}" if added is not None else None


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
                reads(card) or "no",
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
        **({"Sensitive": card.sensitive} if card.sensitive else {}),
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
    # A card of one's own says what its owner said, and no more.
    return {name: value for name, value in details.items() if value}


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

    labels = list(card.space.labels) if card.space else []
    return {**asdict(card), "space": card.space.name if card.space else None, "labels": labels}
