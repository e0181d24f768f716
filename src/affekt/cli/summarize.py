"""``affekt summarize``: how many of each group, corrected for the model's errors."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from affekt.cli.labelled import labels_of, open_labelled
from affekt.cli.listing import Listing, json_option, print_details, print_json, print_listing
from affekt.cli.terminal import is_screen
from affekt.errors import InputError

if TYPE_CHECKING:
    from affekt.analysis.summarize import Annotated, GroupSummary
    from affekt.inference.calibration import Calibration
    from affekt.pages.page import Page
    from affekt.ratings.opening import Source

_PATH = click.Path(dir_okay=False, path_type=Path)
_METHODS = ("count", "adjusted-count", "probabilities", "adjusted-probabilities", "em", "reweighted")
_PERIODS = ("day", "week", "month", "quarter", "year")


@click.command("summarize")
@click.argument("table", type=_PATH)
@click.option(
    "--by", metavar="COLUMN[,TIME]", required=True, help="The column of groups, and one of dates if you like."
)
@click.option("--calibration", metavar="FILE", type=_PATH, help="What `affekt calibrate` wrote for texts like these.")
@click.option("--labels", metavar="COLUMN", help="Or: the column of this table where people labelled some rows.")
@click.option("--space", metavar="NAME", help="Which labels, where the table holds several sets of them.")
@click.option("--label", "only", metavar="NAME", multiple=True, help="Show this label only. May be repeated.")
@click.option(
    "--every", type=click.Choice(_PERIODS), default="month", show_default=True, help="The length of a period."
)
@click.option(
    "--method",
    type=click.Choice(_METHODS),
    default="reweighted",
    show_default=True,
    help="How the share is estimated.",
)
@click.option("--resamples", type=click.IntRange(10), default=200, show_default=True, help="For the intervals.")
@click.option("--html", metavar="FILE", type=_PATH, help="Write a page with plots here.")
@json_option
def summarize_command(  # noqa: PLR0913 - click hands over one argument per option
    *,
    table: Path,
    by: str,
    calibration: Path | None,
    labels: str | None,
    space: str | None,
    only: tuple[str, ...],
    every: str,
    method: str,
    resamples: int,
    html: Path | None,
    as_json: bool,
) -> None:
    """Tell what share of each group has each label, from the TABLE that `affekt annotate` wrote.

    A model errs, and counting its labels counts its errors. The estimate corrects for them by labelled rows: those
    behind a calibration, or at least 100 in the table itself (--labels). Beside it stands the plain count. Intervals
    are 95 %, of the items and the labelled rows.

    \b
    affekt annotate all.csv --column text --calibration calibration.json -o all.parquet
    affekt summarize all.parquet --by product --calibration calibration.json
    affekt summarize all.parquet --by product,date --every week --label anger --calibration calibration.json
    """
    from affekt.analysis.summarize import periods, summarize

    if (calibration is None) == (labels is None):
        raise click.UsageError(
            "Say how often the model errs: --calibration FILE of `affekt calibrate`, or --labels COLUMN of this table."
        )
    source = open_labelled(table)
    annotated, own = _known(source, calibration, labels, space)
    shown = [annotated.space.labels[annotated.space.index(name)] for name in only] or list(annotated.space)
    group, time = _by(source, by)
    (cells,) = source.texts([source.check(group)])
    groups = [None if cell is None else str(cell) for cell in cells]
    times = None if time is None else periods(source, time, every)  # type: ignore[arg-type]  # click checks it
    found = summarize(annotated, own, groups, times, method=method, resamples=resamples)  # type: ignore[arg-type]
    about = {
        "Table": table.name,
        "Labels": f"of {annotated.space.name}",
        "Estimated": f"by {method}, from {len(own.truth):,} labelled rows",
    }
    if html is not None:
        from affekt.pages.page import write_page

        write_page(_page(found, shown, about, group), html)
    if as_json:
        record = {
            "source": table.name,
            "space": annotated.space.name,
            "method": method,
            "rows_labelled": len(own.truth),
        }
        print_json({**record, "groups": [_only(each.to_dict(), shown) for each in found]})
        return
    print_details({**about, **_remarks(found)})
    click.echo()
    print_listing(summary_listing(found, shown, all_labels=bool(only)))
    if html is not None and is_screen(sys.stdout):
        click.echo(f"\nWritten: {html}")


def summary_listing(found: list[GroupSummary], labels: list[str], *, all_labels: bool = False) -> Listing:
    """Return a row per group and label: the estimate, its interval and the plain count; labels under 0.5 % in both are
    left out unless asked for."""
    rows = []
    timed = any(each.time is not None for each in found)
    for each in found:
        for share in each.shares:
            if share.label not in labels or not (all_labels or max(share.value, share.counted) >= 0.005):
                continue
            rows.append(
                (
                    each.group,
                    *((each.time or "",) if timed else ()),
                    f"{each.read:,}",
                    share.label,
                    f"{share.value:.1%}",
                    f"{share.low:.1%} to {share.high:.1%}",
                    f"{share.counted:.1%}",
                )
            )
    return Listing(("Group", *(("From",) if timed else ()), "Rows", "Label", "Share", "95 %", "Counted"), tuple(rows))


def _known(
    source: Source, calibration: Path | None, labels: str | None, name: str | None
) -> tuple[Annotated, Calibration]:
    """Return the annotated columns, and the calibration: of the file, or fitted to the rows labelled in the table."""
    from affekt.affect.spaces import find_space
    from affekt.analysis.summarize import annotated_columns
    from affekt.inference.calibration import read_calibration

    asked = None if name is None else find_space(name)
    if calibration is not None:
        own = read_calibration(calibration)
        return annotated_columns(source, asked or own.space), own
    from dataclasses import replace

    from affekt.training.recalibration import fit_calibration, label_matrix

    annotated = annotated_columns(source, asked)
    given = labels_of(source, str(labels), annotated.space)
    read = annotated.read
    rows = [row for row, names in enumerate(given) if names is not None and read[row]]
    truth = label_matrix([given[row] or [] for row in rows], annotated.space)
    own = fit_calibration(truth, annotated.probability[rows], space=annotated.space)
    # Whatever the table was annotated with, this corrects what it holds.
    return replace(annotated, fingerprint=None), own


def _by(source: Source, by: str) -> tuple[str, str | None]:
    """Return the columns of groups and of time. A column's own name may hold a comma."""
    if by in source.columns or "," not in by:
        return by, None
    group, _, time = by.rpartition(",")
    return group.strip(), time.strip()


def _remarks(found: list[GroupSummary]) -> dict[str, str]:
    from affekt.analysis.summarize import FEW

    few = [each for each in found if each.read < FEW]
    unread = sum(each.rows - each.read for each in found)
    said = {}
    if few:
        said["Note"] = f"{len(few):,} of {len(found):,} groups have fewer than {FEW} rows read: look at the intervals."
    if unread:
        said["Not read"] = f"{unread:,} rows, which count for nothing here."
    return said


def _only(record: dict[str, Any], labels: list[str]) -> dict[str, Any]:
    return {**record, "labels": {name: share for name, share in record["labels"].items() if name in labels}}


def _page(found: list[GroupSummary], labels: list[str], about: dict[str, str], group: str) -> Page:
    from affekt.pages.page import Figure, Page, Section, Table
    from affekt.pages.plots import intervals
    from affekt.version import __version__

    sections = []
    for label in labels:
        kept = [(each, share) for each in found for share in each.shares if share.label == label]
        if not kept or max(max(share.value, share.counted) for _, share in kept) < 0.005:
            continue
        names = [each.group + (f", {each.time}" if each.time else "") for each, _ in kept]
        top = max(share.high for _, share in kept)
        figure = intervals(
            names,
            *([getattr(share, name) for _, share in kept] for name in ("value", "low", "high")),
            title=f"Share of {label}",
            bounds=(0.0, min(1.0, top)),
        )
        rows = tuple(
            (name, each.read, f"{share.value:.1%}", f"{share.low:.1%} to {share.high:.1%}", f"{share.counted:.1%}")
            for name, (each, share) in zip(names, kept, strict=True)
        )
        table = Table((group, "Rows", "Share", "95 %", "Counted"), rows)
        sections.append(Section(label, (Figure(figure, "The estimated share with its 95 % interval."), table)))
    if not sections:
        raise InputError("There is nothing to draw: no label reaches 0.5 % anywhere.")
    lead = ". ".join(f"{name} {value}" for name, value in about.items())
    return Page(f"How many: {about['Table']}", f"{lead}.", tuple(sections), f"Made with affekt {__version__}.")
