"""The page of an evaluation: scores, confusion matrix, reliability curve, worst errors."""

from __future__ import annotations

import math

import numpy as np

from affekt.corpora.targets import DIMENSIONS
from affekt.evaluation.perturbation import PERTURBATIONS
from affekt.evaluation.reliability_plot import reliability_plot
from affekt.evaluation.runner import Evaluation
from affekt.evaluation.scores import ECE_MINIMUM
from affekt.metrics.calibration import reliability_curve
from affekt.pages.page import Figure, Page, Section, Table, Words
from affekt.pages.plots import heat_map, intervals, scatter

WORST = 20
_LONGEST, _MOST_LABELS, _MOST_POINTS = 220, 45, 600


def evaluation_page(found: Evaluation) -> Page:
    """Return the page: every score with its interval, where answers went wrong, how far to trust probabilities."""
    target, subject = found.target, found.subject
    space = "" if target.space is None else f", in {target.space.name}"
    lead = f"{len(target):,} items of {target.corpus} ({target.split}){space}. Model version {subject.version}."
    first = found.scores[found.primary]
    if not math.isnan(first.low):
        lead += f" {found.primary}: {_three(first.value)}, 95 % interval {_three(first.low)} to {_three(first.high)}."
    sections = [_scores(found), *_subgroups(found), *_confusions(found), *_reliability(found), *_dimensions(found)]
    sections += [*_perturbed(found), *_worst(found)]
    if found.answers.bill is not None:
        sections.append(Section("What asking took", (Table(("Asking", "Took"), found.answers.bill.rows()),)))
    if found.notes:
        sections.append(Section("How this was done", tuple(Words(note) for note in found.notes)))
    footer = f"Protocol: {found.protocol}. Intervals: 95 %, bootstrap over groups of items that belong together."
    return Page(f"{subject.name} on {target.corpus}", lead, tuple(sections), footer)


def _scores(found: Evaluation) -> Section:
    scores = {name: each for name, each in found.scores.items() if not name.startswith("f1:")}
    rest = found.without_overlap
    columns = ("Metric", "Value", "Low", "High", "Items", *(("Without seen items",) if rest else ()))
    rows = tuple(
        (
            name,
            _three(s.value),
            _three(s.low),
            _three(s.high),
            s.n,
            *((_three(rest[name].value),) if name in rest else ()),
        )
        for name, s in scores.items()
        if not rest or name in rest
    )
    parts: list[Words | Table | Figure] = [Table(columns, rows)]
    labels = {name.removeprefix("f1:"): each for name, each in found.scores.items() if name.startswith("f1:")}
    if labels:
        ranked = sorted(labels.items(), key=lambda item: -item[1].value)
        names, values = [name for name, _ in ranked], [each for _, each in ranked]
        drawn = intervals(
            names,
            [v.value for v in values],
            [v.low for v in values],
            [v.high for v in values],
            title="F1 of each label",
        )
        parts.append(Figure(drawn, "F1 of each label with its 95 % interval; labels that no item has are left out."))
    return Section("Scores", tuple(parts))


def _subgroups(found: Evaluation) -> list[Section]:
    sections = []
    for name, groups in found.subgroups.items():
        each = list(groups.groups.items())
        drawn = intervals(
            [str(group) for group, _ in each],
            [e.value for _, e in each],
            [e.low for _, e in each],
            [e.high for _, e in each],
            title=f"{found.primary} by {name}",
        )
        gap = f"Highest to lowest: {groups.gap.value:.2f} ({groups.gap.low:.2f} to {groups.gap.high:.2f})."
        gap = gap if len(each) > 1 else "There is one only."
        sections.append(Section(f"By {name}", (Figure(drawn, f"{found.primary} of each {name}. {gap}"),)))
    return sections


def _confusions(found: Evaluation) -> list[Section]:
    target, decided = found.target, found.decided
    if target.space is None or decided is None or len(target.space) > _MOST_LABELS:
        return []
    truth, decision = target.truth & target.rated, decided.decision & target.rated
    counts = truth.sum(0)
    shares = (truth.T.astype(float) @ decision.astype(float)) / np.maximum(1, counts)[:, None]
    none = (truth.T.astype(float) @ ~decision.any(axis=1)) / np.maximum(1, counts)
    kept = counts > 0
    labels = list(target.space)
    rows = [f"{label} ({count:,})" for label, count, keep in zip(labels, counts.tolist(), kept, strict=True) if keep]
    table = np.column_stack([shares, none])[kept]
    caption = "Rows are true labels (how many items), columns what was answered: the share of the row's items."
    if not target.exclusive:
        caption += " Items may have several labels, so rows do not add up to one."
    return [Section("Confusions", (Figure(heat_map(table, rows, [*labels, "(none)"], title="Confusions"), caption),))]


def _reliability(found: Evaluation) -> list[Section]:
    target, decided = found.target, found.decided
    if target.space is None or decided is None or decided.probabilities is None:
        return []
    cells = target.rated & (np.nan_to_num(decided.probabilities, nan=-1.0) >= ECE_MINIMUM)
    if not cells.any():
        return []
    curve = reliability_curve(target.truth[cells], decided.probabilities[cells], minimum=ECE_MINIMUM)
    drawn = reliability_plot(curve)
    rows = tuple(
        (float(p), float(f), int(n))
        for p, f, n in zip(curve.probability, curve.frequency, curve.count.tolist(), strict=True)
    )
    table = Table(("Said", "True", "Answers"), rows)
    caption = f"Probabilities from {ECE_MINIMUM} up in bins of equally many. Calibrated answers lie on the dotted line."
    return [Section("Reliability", (Figure(drawn, caption), table))]


def _dimensions(found: Evaluation) -> list[Section]:
    if found.answers.vad is None or found.target.vad is None:
        return []
    figures = []
    for place, name in enumerate(DIMENSIONS):
        told, said = found.target.vad[:, place], found.answers.vad[:, place]
        rows = np.flatnonzero(~np.isnan(told) & ~np.isnan(said))
        if len(rows) < 3:
            continue
        rows = rows[:: max(1, len(rows) // _MOST_POINTS)]
        ids = [found.target.records[i].id for i in rows.tolist()]
        drawn = scatter(told[rows].tolist(), said[rows].tolist(), ids, title=name, x_name="true", y_name="answered")
        figures.append(Figure(drawn, f"{name.capitalize()}, {len(rows):,} items."))
    return [Section("Dimensions", tuple(figures))] if figures else []


def _perturbed(found: Evaluation) -> list[Section]:
    """Return what perturbations do to the first score, and an item of each whose answer flipped."""
    each = list(found.perturbed.values())
    if not each:
        return []
    metric = each[0].metric
    drops = [p for p in each if not math.isnan(p.drop.value)]
    drawn = intervals(
        [p.name for p in drops],
        [round(p.drop.value, 4) + 0.0 for p in drops],
        [round(p.drop.low, 4) + 0.0 for p in drops],
        [round(p.drop.high, 4) + 0.0 for p in drops],
        title=f"Drop of {metric} under perturbation",
    )
    rows = tuple(
        (
            p.name,
            PERTURBATIONS[p.name.partition("=")[0]].which,
            _three(p.changed.value),
            _three(p.score.value),
            _three(p.drop.value),
            "–" if p.told is None else _three(p.told.value),
        )
        for p in each
    )
    told = "Valence moved" if all(p.flipped is None for p in each) else "Flipped"
    columns = ("Perturbation", "What is changed", "Texts changed", metric, "Drop", told)
    parts: list[Words | Table | Figure] = [
        Figure(drawn, f"How much lower {metric} is, over all items, with its 95 % interval (paired)."),
        Table(columns, rows, f"{told}: over the items whose text the perturbation changes."),
    ]
    flips = tuple(
        (p.name, _cut(p.example.after), _named(p.example.said_before), _named(p.example.said_after))
        for p in each
        if p.example is not None
    )
    if flips:
        parts.append(Table(("Perturbation", "Text", "Answered before", "Answered now"), flips, "An item of each."))
    return [Section("Does it hold up to noise?", tuple(parts))]


def _worst(found: Evaluation) -> list[Section]:
    """Return the items where what was true got the least probability, or the dimensions are farthest off."""
    target, decided = found.target, found.decided
    records = target.records
    if target.space is not None and decided is not None:
        truth, decision = target.truth & target.rated, decided.decision & target.rated
        wrong = np.flatnonzero((truth != decision).any(axis=1))
        if not len(wrong):
            return []
        if decided.probabilities is None:
            badness = (truth != decision).sum(axis=1)[wrong].astype(float)
        else:
            said = np.clip(np.nan_to_num(decided.probabilities, nan=0.5), 1e-6, 1 - 1e-6)
            loss = -np.where(truth, np.log(said), np.log(1 - said)) * target.rated
            badness = loss.sum(axis=1)[wrong]
        labels = np.array(target.space.labels, object)
        rows: tuple[tuple[str, ...], ...] = tuple(
            (records[i].id, _cut(records[i].signal.text), _named(labels[truth[i]]), _named(labels[decision[i]]))
            for i in wrong[np.argsort(-badness, kind="stable")][:WORST].tolist()
        )
        caption = "The items whose true labels were thought least likely."
        return [Section("Worst errors", (Table(("Item", "Text", "True", "Answered"), rows, caption),))]
    if found.answers.vad is None or target.vad is None:
        return []
    off = np.abs(target.vad - found.answers.vad)
    rows = tuple(
        (records[i].id, _cut(records[i].signal.text), _point(target.vad[i]), _point(found.answers.vad[i]))
        for i in np.argsort(-np.nansum(off, axis=1), kind="stable")[:WORST].tolist()
    )
    return [Section("Worst errors", (Table(("Item", "Text", "True V A D", "Answered V A D"), rows),))]


def _named(labels: object) -> str:
    return ", ".join(labels) or "(none)"  # type: ignore[arg-type]


def _point(values: object) -> str:
    return " ".join("–" if math.isnan(value) else f"{value:+.2f}" for value in values)  # type: ignore[attr-defined]


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _three(value: float) -> str:
    return "–" if math.isnan(value) else f"{round(value, 3) + 0.0:.3f}"
