"""What a corpus holds as a page with plots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from affekt.corpora.view import CorpusView
from affekt.pages.page import Figure, Page, Section, Table, Words
from affekt.pages.plots import bars, heat_map, intervals

_MOST_LABELS, _MOST_SPLITS = 60, 12


def view_page(
    view: CorpusView | None, *, title: str, lead: str, card: Mapping[str, str | Sequence[str]], about: str = ""
) -> Page:
    """Return the page of a corpus: its card, then splits, labels, dimensions, agreement and examples.

    `card` is what the card says, by name. Without a `view` (the corpus is not here) the page is the card.
    """
    joined = ((name, value if isinstance(value, str) else "; ".join(value)) for name, value in card.items())
    told = tuple((name, value.replace("`", "")) for name, value in joined)
    sections = [Section("The card", (Table(("", ""), told),))]
    if view is not None:
        sections += [_splits(view)]
        sections += [_labels(view)] if view.labels else []
        sections += [_dimensions(view)] if view.dimensions else []
        sections += [_agreement(view)] if view.agreement else []
        sections += [_examples(view)]
    return Page(title, lead, tuple(sections), about)


def _splits(view: CorpusView) -> Section:
    rows = tuple(
        (split, size, size - none) for (split, size), none in zip(view.rows.items(), view.unlabelled, strict=True)
    )
    words = f"{view.words[0]:,} to {view.words[2]:,}, median {view.words[1]:g}" if view.words else "no text"
    facts: tuple[tuple[str, str], ...] = (
        ("Words of a text", words),
        ("Languages", ", ".join(f"{name} {count:,}" for name, count in view.languages.items()) or "not said"),
        ("Speakers", f"{view.speakers:,}, {view.in_several:,} in several splits" if view.speakers else "not said"),
        ("Groups", f"{view.groups:,}" if view.groups else "none"),
        ("Judgements", f"{view.judgements:,}" if view.judgements else "none here, the aggregate alone"),
    )
    if view.judgements:
        facts = (*facts, ("Raters", f"{view.raters:,}" if view.raters else "without ids"))
    return Section("Items", (Table(("Split", "Items", "With labels"), rows), Table(("", ""), facts)))


def _labels(view: CorpusView) -> Section:
    ranked = sorted((row for row in view.labels if row.share), key=lambda row: -row.share)[:_MOST_LABELS]
    names = [row.label for row in ranked]
    parts: list[Words | Table | Figure] = [
        Figure(bars(names, [row.share for row in ranked], share=True, title="Share of items with each label")),
    ]
    sizes = list(view.rows.values())
    if 1 < len(sizes) <= _MOST_SPLITS:
        shares = [[count / size for count, size in zip(row.counts, sizes, strict=True)] for row in ranked]
        plot = heat_map(shares, names, list(view.rows), title="Share of each label by split")
        parts.append(Figure(plot, "Shares that differ between splits are drift: see `affekt corpora check`."))
    never = [row.label for row in view.labels if not row.share]
    if never:
        parts.append(Words(f"Never given: {', '.join(never)}."))
    table = Table(
        ("Label", *list(view.rows)[:_MOST_SPLITS], "Share"),
        tuple((row.label, *row.counts[:_MOST_SPLITS], f"{row.share:.1%}") for row in ranked),
    )
    return Section("Labels", (*parts, table))


def _dimensions(view: CorpusView) -> Section:
    columns = ("Dimension", "Items", "Mean", "SD", "Lowest", "Highest")
    return Section("Dimensions", (Table(columns, tuple(tuple(row) for row in view.dimensions), "In [-1, 1]."),))


def _agreement(view: CorpusView) -> Section:
    rows = view.agreement
    plot = intervals(
        [row.of for row in rows],
        [row.alpha for row in rows],
        [row.low for row in rows],
        [row.high for row in rows],
        title="Krippendorff's alpha",
    )
    table = Table(("Of", "Level", "Items", "Alpha", "Low", "High"), tuple(tuple(row) for row in rows))
    return Section("Agreement of raters", (Figure(plot, "Krippendorff's alpha with its 95 % interval."), table))


def _examples(view: CorpusView) -> Section:
    if not view.examples:
        return Section("Examples", (Words(f"None are shown: {view.withheld or 'no text is fit to be one'}."),))
    rows = tuple((row.split, ", ".join(row.labels) or "–", row.text) for row in view.examples)
    return Section("Examples", (Table(("Split", "Labels", "Text"), rows),))
