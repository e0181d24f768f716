"""What a corpus holds, and what a check of it found, as `affekt corpora` prints them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from affekt.cli.listing import Listing, print_details, print_listing
from affekt.cli.terminal import is_screen

if TYPE_CHECKING:
    from affekt.corpora.check import CorpusCheck
    from affekt.corpora.view import CorpusView

_MOST_LABELS, _MOST_SPLITS = 30, 6


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
            "Dimensions between splits, with 95 % intervals and p corrected for all",
            Listing(
                ("Dimension", "From", "To", "Change", "Low", "High", "SDs", "P"),
                tuple(
                    (
                        d.dimension,
                        d.first,
                        d.second,
                        *(f"{v:+.3f}" for v in (d.change, d.low, d.high, d.effect)),
                        f"{d.p:.3f}",
                    )
                    for d in view.drifts
                ),
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


def plain_values(value: Any) -> Any:
    """Return a value of ours as JSON values: NaN as None, named tuples and dataclasses by name."""
    from dataclasses import fields, is_dataclass

    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain_values(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: plain_values(part) for name, part in value._asdict().items()}
    if isinstance(value, (tuple, list)):
        return [plain_values(part) for part in value]
    if isinstance(value, dict):
        return {name: plain_values(part) for name, part in value.items()}
    return None if isinstance(value, float) and value != value else value  # noqa: PLR0124  # NaN alone differs
