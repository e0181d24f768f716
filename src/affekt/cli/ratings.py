"""``affekt ratings summary``: what a table of people's judgements holds, and how far they agree."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from affekt.cli.listing import Listing, json_option, print_details, print_json, print_listing
from affekt.cli.terminal import is_screen, speaks_unicode
from affekt.errors import InputError

if TYPE_CHECKING:
    from affekt.ratings.agreement import Agreement
    from affekt.ratings.summary import LabelRow, Summary
    from affekt.ratings.table import Ratings

_LAYOUTS = ("long", "long by label", "columns", "wide", "wide by label", "counts")
_BAR, _NAME, _LABELS = 12, 28, 40  # columns of a bar and of a name; rows of a table of labels


@click.group("ratings")
def ratings_command() -> None:
    """Look into people's judgements: tables of who said what of which item."""


@ratings_command.command("summary")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--corpus", metavar="NAME", help="Take the votes of a corpus instead of a file.")
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), help="With --corpus: where its files lie.")
@click.option("--split", metavar="NAME", help="With --corpus: one split of it.")
@click.option("--perspective", metavar="NAME", help="With --corpus: whose judgements, `writer` or `reader`.")
@click.option(
    "--item",
    metavar="COLUMN",
    multiple=True,
    help="The column that names the item; given again, columns that name it together.",
)
@click.option("--rater", metavar="COLUMN", multiple=True, help="The column that names the rater, or each rater's own.")
@click.option("--label", metavar="COLUMN", help="The column that holds the label.")
@click.option("--value", metavar="COLUMN", multiple=True, help="A column of numbers to read. May be repeated.")
@click.option("--layout", type=click.Choice(_LAYOUTS), help="How the table is laid out, where the guess is wrong.")
@click.option("--space", metavar="NAME", help="The label space of the votes. `affekt spaces` lists them.")
@click.option("--scale", type=(float, float), metavar="LOW HIGH", help="The lowest and highest answer possible.")
@click.option(
    "--duplicates",
    type=click.Choice(("error", "keep", "last")),
    default="error",
    show_default=True,
    help="What to do where a rater judged an item twice.",
)
@click.option(
    "--top", type=click.IntRange(0), default=10, show_default=True, help="How many disputed items, pairs and raters."
)
@click.option(
    "--resamples", type=click.IntRange(10), default=1000, show_default=True, help="For the intervals of agreement."
)
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write a page with plots here.")
@json_option
def summary_command(
    file: Path | None, corpus: str | None, top: int, resamples: int, html: Path | None, as_json: bool, **reading: Any
) -> None:
    """Tell what a table of ratings holds: size, labels, agreement, disputed items, raters, labels that come together.

    FILE is CSV, TSV, JSONL or Parquet, in any usual layout; the first lines say how it was read. --corpus reads the
    single votes of a corpus that publishes them; --value then names values that its raters gave. Rater ids that
    would tell who somebody is are replaced. Agreement is Krippendorff's alpha with a 95 % interval, beside kappas or
    intraclass correlations.
    """
    from affekt.ratings.summary import summarize

    ratings, name, read_as = _ratings(file, corpus, reading)
    summary = summarize(ratings, resamples=resamples, disputed=top)
    if html is not None:
        from affekt.pages.page import write_page
        from affekt.ratings.summary_page import summary_page
        from affekt.version import __version__

        about = f"{read_as} Made with affekt {__version__}."
        write_page(summary_page(summary, title=f"Ratings: {name}", about=about), html)
    if as_json:
        print_json({"source": name, "read_as": read_as, **summary.to_dict()})
        return
    print_summary(summary, name=name, read_as=read_as, top=top)
    if html is not None and is_screen(sys.stdout):
        click.echo(f"\nWritten: {html}")


def print_summary(summary: Summary, *, name: str, read_as: str, top: int) -> None:
    """Print a summary: facts, then a table for each part that the ratings have."""
    print_details(facts(summary, name=name, read_as=read_as))
    for heading, listing in (
        ("Labels", label_listing(summary)),
        ("Values", level_listing(summary)),
        ("Agreement", agreement_listing(summary)),
        ("Most disputed", disputed_listing(summary)),
        ("Raters", rater_listing(summary, top)),
        ("Labels together, by item", pair_listing(summary, top)),
    ):
        if listing is not None and listing.rows:
            screen = is_screen(sys.stdout)
            click.echo()
            click.echo(click.style(heading, bold=True, underline=True) if screen else f"# {heading}")
            print_listing(listing)


def facts(summary: Summary, *, name: str, read_as: str) -> dict[str, str | list[str]]:
    """Return the size of the table and what is odd about it, by name."""
    from affekt.metrics.inputs import Floats
    from affekt.ratings.summary import disagreement_words

    def mean(values: Floats) -> str:
        known = values[values == values]  # noqa: PLR0124  # NaN alone differs from itself
        return f"{known.mean():.2f}" if known.size else "-"

    scale = "" if summary.scale is None else f", {summary.scale.low:g} to {summary.scale.high:g}"
    raters = f"{summary.raters:,}" if summary.raters else "anonymous"
    per_item = "least {:g}, median {:g}, most {:g}".format(*summary.per_item)
    said: dict[str, str | list[str]] = {
        "Ratings": name,
        "Read": read_as,
        "Kind": f"{summary.kind}{scale}" + (f", labels of {summary.space}" if summary.space else ""),
        "Items": f"{summary.items:,}",
        "Without votes": f"{summary.without_votes:,}",
        "Raters": raters + (" and anonymous ones" if summary.anonymous and summary.raters else ""),
        "Judgements": f"{summary.judgements:,}",
        "Per item": per_item,
    }
    if summary.labels:
        said["Undecided"] = (
            f"majority {_share(summary.undecided_majority)}, plurality {_share(summary.undecided_plurality)}"
        )
        several = " per label" if summary.kind == "multi-label" else ""
        said["Entropy"] = f"{mean(summary.entropy)} bits{several}, mean of items"
    said["Disagreement"] = f"{mean(summary.disagreement)}, {disagreement_words(summary)}, mean of items"
    if summary.remarks:
        said["Note"] = list(summary.remarks)
    return said


def label_listing(summary: Summary) -> Listing:
    """Return the table of labels that got votes: how many, items by majority and plurality; most votes first."""
    rows = sorted((row for row in summary.labels if row.votes), key=lambda row: -row.votes)
    most = max((row.share for row in rows), default=1.0)
    rest = rows[_LABELS:]
    bar = is_screen(sys.stdout) and speaks_unicode(sys.stdout)
    return Listing(
        ("Label", "Votes", "Majority", "Plurality", "Share", *(("",) if bar else ())),
        tuple(
            (
                _short(row.label),
                f"{row.votes:,}",
                f"{row.majority:,}",
                f"{row.plurality:,}",
                _share(row.share),
                *(("█" * round(_BAR * row.share / most),) if bar else ()),
            )
            for row in rows[:_LABELS]
        )
        + ((_rest(rest, bar=bar),) if rest else ()),
    )


def _rest(rows: list[LabelRow], *, bar: bool) -> tuple[str, ...]:
    """Return the last row of a long table: what the labels that are not shown add up to."""
    votes, strict, most = (sum(getattr(row, name) for row in rows) for name in ("votes", "majority", "plurality"))
    return (
        f"{len(rows):,} more label{'s' if len(rows) > 1 else ''}",
        f"{votes:,}",
        f"{strict:,}",
        f"{most:,}",
        "",
        *(("",) if bar else ()),
    )


def level_listing(summary: Summary) -> Listing:
    """Return the table of columns of numbers."""
    return Listing(
        ("Column", "Answers", "Mean", "SD", "Lowest", "Highest", "SD in item"),
        tuple(
            (row.column, f"{row.answers:,}", *map(_number, (row.mean, row.sd, row.low, row.high, row.sd_within)))
            for row in summary.levels
        ),
    )


def agreement_listing(summary: Summary) -> Listing:
    """Return the table of agreement: all labels first, then each column, of many those with most votes."""
    from affekt.ratings.summary import shown_agreements

    found = shown_agreements(summary, _LABELS)
    if summary.labels:
        return Listing(
            ("", "Level", "Items", "Alpha", "95 %", "Agree", "Fleiss", "Cohen", "AC1"),
            tuple(
                (
                    *_alpha(one),
                    _share(one.pairs_agreeing),
                    _number(one.fleiss),
                    _number(one.kappa),
                    _number(one.ac1),
                )
                for one in found
            ),
        )
    return Listing(
        ("", "Level", "Items", "Alpha", "95 %", "ICC(1,1)", "ICC(2,1)", "ICC(2,k)", "k", "of items"),
        tuple(
            (
                *_alpha(one),
                _number(one.icc_1.value),
                *(
                    _number(next((i.value for i in one.icc_2 if i.form == form), float("nan")))
                    for form in ("2,1", "2,k")
                ),
                f"{one.regulars:,}",
                f"{one.complete:,}",
            )
            for one in found
        ),
    )


def disputed_listing(summary: Summary) -> Listing:
    """Return the items raters differ about most: ids, how much, what was said."""
    return Listing(
        ("Item", "Differ", "Said"),
        tuple(
            (
                _short(one.item),
                _number(one.disagreement),
                ", ".join(
                    f"{name} {value:.0f}" if summary.labels else f"{name} {value:.2f}" for name, value in one.said
                ),
            )
            for one in summary.disputed
        ),
    )


def rater_listing(summary: Summary, top: int) -> Listing:
    """Return the raters with most judgements: how alike the others, and what they lean to."""
    from affekt.ratings.summary_page import leaning

    rows = sorted(summary.rater_rows, key=lambda row: -row.judgements)
    shown = Listing(
        ("Rater", "Judgements", "Shared", "Agreement", "Reliability", "Leans most"),
        tuple(
            (
                row.rater,
                f"{row.judgements:,}",
                f"{row.shared:,}",
                _share(row.agreement),
                _number(row.reliability),
                leaning(row.bias, summary.columns) or "-",
            )
            for row in rows[: top or None]
        ),
    )
    return shown


def pair_listing(summary: Summary, top: int) -> Listing | None:
    """Return the pairs of labels that come together on most items."""
    found = summary.together
    if found is None:
        return None
    place = {name: i for i, name in enumerate(found.columns)}
    shares, information = found.jaccard, found.pmi
    rows = []
    for one, other, count in found.pairs()[:top]:
        if count:
            at = place[one], place[other]
            rows.append(
                (
                    f"{_short(one)} + {_short(other)}",
                    f"{count:,}",
                    _number(float(shares[at])),
                    f"{information[at]:+.2f}",
                )
            )
    return Listing(("Pair", "Items", "Jaccard", "PMI, bits"), tuple(rows))


def _ratings(file: Path | None, corpus: str | None, reading: dict[str, Any]) -> tuple[Ratings, str, str]:
    """Return the table, its name, and how it was read."""
    if (file is None) == (corpus is None):
        raise click.UsageError("Give a FILE, or --corpus NAME; not both.")
    if file is None:
        return _of_corpus(str(corpus), reading)
    for option in ("folder", "split", "perspective"):
        if reading[option] is not None:
            raise click.UsageError(f"--{option} goes with --corpus.")
    from affekt.ratings.reading import guess_layout, read_ratings

    columns = {name: reading[name] for name in ("item", "label") if reading[name]}
    raters, values = reading["rater"], reading["value"]
    if raters:
        columns["rater"] = raters[0] if len(raters) == 1 else raters
    if values:
        columns["value"] = values
    guess = guess_layout(file, layout=reading["layout"], **columns)
    options = {name: reading[name] for name in ("space", "scale", "duplicates")}
    return read_ratings(file, layout=guess, **options), file.name, str(guess)


def _of_corpus(name: str, reading: dict[str, Any]) -> tuple[Ratings, str, str]:
    given = [f"--{option}" for option in ("item", "rater", "label", "layout") if reading[option]]
    if given:
        raise click.UsageError(f"{', '.join(given)} say how to read a file; a corpus says so itself.")
    from dataclasses import replace

    from affekt.affect.spaces import find_space
    from affekt.corpora.index import find_corpus
    from affekt.corpora.read import read_corpus
    from affekt.ratings.records import ratings_of

    records = read_corpus(name, folder=reading["folder"], split=reading["split"])
    options = {option: reading[option] for option in ("perspective", "scale", "duplicates")}
    if reading["value"]:
        return ratings_of(records, reading["value"], **options), name, f"Read {', '.join(reading['value'])}."
    space = find_space(reading["space"]) if reading["space"] else find_corpus(name).space
    if space is None:
        raise InputError(f"The corpus {name!r} has no labels. Name the values to read: --value valence.")
    own = sorted({label for record in records for one in record.ratings for label in one.labels} - {*space.labels})
    said = f"Read as votes over {space.name}."
    if own and not reading["space"]:
        # No vote is dropped: what raters wrote in their own words stands beside the labels they were offered.
        space = replace(space, labels=(*space.labels, *own))
        said += f" Answers in raters' own words: {len(own)} different ones."
    return ratings_of(records, space, **options), name, said


def _alpha(one: Agreement) -> Iterable[str]:
    alpha = one.alpha
    interval = "-" if alpha.low != alpha.low else f"{_number(alpha.low)} to {_number(alpha.high)}"
    return _short(one.column or "all labels"), one.level, f"{one.items:,}", _number(alpha.value, "undefined"), interval


def _number(value: float, otherwise: str = "-") -> str:
    return otherwise if value != value else f"{round(value, 2) + 0.0:.2f}"  # noqa: PLR0124


def _short(name: str) -> str:
    return name if len(name) <= _NAME else name[: _NAME - 3] + "..."


def _share(value: float) -> str:
    return "-" if value != value else f"{value:.1%}"  # noqa: PLR0124
