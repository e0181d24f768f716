"""The summary of a table of ratings as a page with plots."""

from __future__ import annotations

import numpy as np

from affekt.pages.page import Figure, Page, Section, Table, Words, cell
from affekt.pages.plots import bars, heat_map, histogram, intervals, scatter
from affekt.ratings.agreement import Agreement
from affekt.ratings.summary import Summary, disagreement_words, judged_words, shown_agreements

_MOST_LABELS = 60
_MOST_RATERS = 200


def summary_page(summary: Summary, *, title: str, about: str = "") -> Page:
    """Return the page of a summary: facts, then a section with plots for each part that the table has.

    `about` stands in the last line: how the table was read, with what.
    """
    sections = [
        _size(summary),
        _labels(summary) if summary.labels else _levels(summary),
        _agreement(summary),
        _disputed(summary),
        _raters(summary),
        _together(summary),
    ]
    return Page(title, judged_words(summary), tuple(s for s in sections if s is not None), about)


def _size(summary: Summary) -> Section:
    scale = "" if summary.scale is None else f" from {summary.scale.low:g} to {summary.scale.high:g}"
    rows = (
        ("Kind", f"{summary.kind}{scale}"),
        ("Label space", summary.space or "none named"),
        ("Items", summary.items),
        ("Items without votes", summary.without_votes),
        ("Raters", "anonymous" if summary.anonymous and not summary.raters else summary.raters),
        ("Judgements", summary.judgements),
        ("Judgements per item", "least {:g}, median {:g}, most {:g}".format(*summary.per_item)),
    )
    shown = tuple((name, f"{value:,}" if isinstance(value, int) else value) for name, value in rows)
    parts: list[Words | Table | Figure] = [Table(("", ""), shown)]
    if summary.per_item.low < summary.per_item.high:
        plot = histogram(summary.judgement_counts, title="How many items got how many judgements", x_name="judgements")
        parts.append(Figure(plot, "Items by how many judgements they got."))
    return Section("The table", (*parts, *(Words(remark) for remark in summary.remarks)))


def _labels(summary: Summary) -> Section | None:
    rows = sorted((row for row in summary.labels if row.votes), key=lambda row: -row.votes)
    if not rows:
        return None
    shown = rows[:_MOST_LABELS]
    judged = max(1, summary.items - summary.without_votes)
    plot = bars(
        [row.label for row in shown],
        [row.share for row in shown],
        beside=[row.plurality / judged for row in shown],
        series=("share of answers", "share of items, by plurality"),
        share=True,
        title="Share of each label by vote and by plurality",
    )
    table = Table(
        ("Label", "Votes", "Share of answers", "Items by majority", "Items by plurality"),
        tuple((row.label, row.votes, f"{row.share:.1%}", row.majority, row.plurality) for row in shown),
        "" if len(shown) == len(rows) else f"The {len(shown)} labels with most votes of {len(rows):,}.",
    )
    words = Words(
        f"Majority leaves {summary.undecided_majority:.1%} of the judged items undecided, plurality (ties) "
        f"{summary.undecided_plurality:.1%}. What the bars of a label differ by is what a rule takes from its minority."
    )
    return Section("Labels", (Figure(plot), words, table))


def _levels(summary: Summary) -> Section:
    table = Table(
        ("Column", "Answers", "Mean", "SD", "Lowest", "Highest", "SD within an item"),
        tuple((r.column, r.answers, r.mean, r.sd, r.low, r.high, r.sd_within) for r in summary.levels),
        "The spread within an item is between its raters; beside the spread of all answers it shows what is theirs.",
    )
    return Section("Values", (table,))


def _agreement(summary: Summary) -> Section | None:
    found = shown_agreements(summary, _MOST_LABELS)
    if not found:
        return None
    votes = bool(summary.labels)
    rows = tuple(
        (
            one.column or "all labels",
            one.level,
            one.items,
            _interval(one),
            None if np.isnan(one.pairs_agreeing) else f"{one.pairs_agreeing:.1%}",
            *((one.fleiss, one.kappa, one.ac1) if votes else ()),
        )
        for one in found
    )
    kappas = ("Fleiss", "Cohen, mean", "AC1") if votes else ()
    parts: list[Words | Table | Figure] = [
        Figure(
            intervals(
                [one.column or "all labels" for one in found],
                [one.alpha.value for one in found],
                [one.alpha.low for one in found],
                [one.alpha.high for one in found],
                title="Krippendorff's alpha with its interval",
            ),
            "Krippendorff's alpha, 95 % interval from a bootstrap over items. 1 is agreement, 0 what chance gives.",
        ),
        Table(("", "Level", "Items", "Alpha", "Pairs agreeing", *kappas), rows),
    ]
    if any(not np.isnan(one.icc_1.value) for one in found):
        numbers = tuple(
            (
                one.column or "",
                f"{one.icc_1.value:.2f} [{one.icc_1.low:.2f}, {one.icc_1.high:.2f}]",
                *(
                    next((f"{i.value:.2f} [{i.low:.2f}, {i.high:.2f}]" for i in one.icc_2 if i.form == form), None)
                    for form in ("2,1", "2,k")
                ),
                one.regulars,
                one.complete,
            )
            for one in found
        )
        caption = (
            "Intraclass correlations. 2,1 and 2,k are of the k raters who rated nine items in ten, over the items that "
            "all of them rated."
        )
        parts.append(Table(("", "ICC(1,1)", "ICC(2,1)", "ICC(2,k)", "k", "Complete items"), numbers, caption))
    known = summary.disagreement[~np.isnan(summary.disagreement)]
    if known.size:
        plot = histogram(
            known,
            title="Items by disagreement",
            x_name=disagreement_words(summary),
            bounds=(0.0, max(1.0, float(known.max()))) if votes else (0.0, float(known.max()) or 1.0),
        )
        parts.append(Figure(plot, "Items by how much their raters disagree."))
    return Section("Agreement", tuple(parts))


def _interval(one: Agreement) -> str | None:
    alpha = one.alpha
    return None if np.isnan(alpha.value) else f"{cell(alpha.value)} [{cell(alpha.low)}, {cell(alpha.high)}]"


def _disputed(summary: Summary) -> Section | None:
    if not summary.disputed:
        return None
    votes = bool(summary.labels)
    rows = tuple(
        (
            one.item if len(one.item) <= 60 else one.item[:59] + "…",
            one.disagreement,
            ", ".join(f"{name} {value:.0f}" if votes else f"{name} {value:.2f}" for name, value in one.said[:8]),
        )
        for one in summary.disputed
    )
    return Section("Most disputed", (Table(("Item", "Disagreement", "Votes" if votes else "Means"), rows),))


def _raters(summary: Summary) -> Section | None:
    rows = summary.rater_rows
    if not rows:
        return None
    some = len({row.judgements for row in rows}) > 1
    if some:
        plot = scatter(
            [row.judgements for row in rows],
            [row.reliability for row in rows],
            [row.rater for row in rows],
            title="Raters by judgements and reliability",
            x_name="judgements",
            y_name="reliability",
        )
    else:
        best = sorted(rows, key=lambda row: -np.nan_to_num(row.reliability, nan=-2.0))[:_MOST_LABELS]
        nothing = [float("nan")] * len(best)
        reliability = [row.reliability for row in best]
        plot = intervals([r.rater for r in best], reliability, nothing, nothing, title="Reliability of each rater")
    shown = sorted(rows, key=lambda row: -row.judgements)[:_MOST_RATERS]
    table = Table(
        ("Rater", "Judgements", "Shared items", "Agreement", "Reliability", "Leans most"),
        tuple(
            (row.rater, row.judgements, row.shared, row.agreement, row.reliability, leaning(row.bias, summary.columns))
            for row in shown
        ),
        "" if len(shown) == len(rows) else f"The {len(shown)} raters with most judgements of {len(rows):,}.",
    )
    words = Words(
        "Reliability is kappa of a rater against the others on the same items (for numbers: the correlation with the "
        "others' mean). A rater who sees something else is not thereby wrong."
    )
    return Section("Raters", (Figure(plot), words, table))


def leaning(bias: tuple[float, ...], columns: tuple[str, ...]) -> str | None:
    """Return the column a rater is furthest from the others in, and by how much; None where nothing is shared.

    >>> leaning((0.1, -0.25), ("joy", "fear"))
    'fear -0.25'
    """
    known = [(abs(value), name, value) for value, name in zip(bias, columns, strict=True) if not np.isnan(value)]
    if not known:
        return None
    _, name, value = max(known)
    return f"{name} {value:+.2f}"


def _together(summary: Summary) -> Section | None:
    found = summary.together
    if found is None:
        return None
    used = np.flatnonzero(np.diag(found.counts) > 0)
    if len(used) < 2:
        return None
    used = used[np.argsort(-np.diag(found.counts)[used], kind="stable")][:40]
    names = [found.columns[i] for i in used]
    matrix = found.conditional[np.ix_(used, used)]
    np.fill_diagonal(matrix, np.nan)
    plot = heat_map(matrix, names, names, title="Share of a row's items that also got the column's label")
    pairs = tuple(pair for pair in found.pairs()[:15] if pair[2])
    return Section(
        "Labels together",
        (
            Figure(plot, "Of the items with a vote for the row's label, the share with a vote for the column's."),
            Table(("", "with", "Items"), pairs),
        ),
    )
