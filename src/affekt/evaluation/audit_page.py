"""The page of an audit of speech: scores, what each change of the sound costs, who is heard worse, other corpora."""

from __future__ import annotations

import math
from collections.abc import Sequence

from affekt.evaluation.audit_scores import NEAR, Audit
from affekt.evaluation.scores import Score
from affekt.evaluation.speech_gaps import Gap
from affekt.pages.page import Figure, Page, Section, Table, Words
from affekt.pages.plots import intervals

_MOST = 40  # groups that are drawn


def audit_page(found: Sequence[Audit]) -> Page:
    """Return the page of one audit or of several side by side."""
    names = ", ".join(dict.fromkeys(each.name for each in found))
    first = found[0]
    lead = f"{first.clips:,} clips of {first.corpus}, as they are and under {len(first.held)} changes of the sound."
    if any(each.learns for each in found):
        lead += " What learns was taught without the speakers it is scored on."
    sections = [_clean(found)]
    for each in found:
        sections += [_held(each), *_gaps(each, each.gaps), *_gaps(each, each.languages)]
    sections += _elsewhere(found)
    notes = dict.fromkeys(note for each in found for note in each.notes)
    if notes:
        sections.append(Section("Notes", tuple(Words(note) for note in notes)))
    footer = (
        "Intervals: 95 %, bootstrap over speakers; drops are paired. Babble is of five speakers who are not scored."
    )
    return Page(f"How {names} hear" if "," in names else f"How {names} hears", lead, tuple(sections), footer)


def _clean(found: Sequence[Audit]) -> Section:
    rows = tuple(
        (each.name, each.corpus, name, *_cells(score), score.n) for each in found for name, score in each.clean.items()
    )
    return Section("As they are", (Table(("Listener", "On", "Metric", "Value", "95 %", "Clips"), rows),))


def _held(found: Audit) -> Section:
    parts: list[Words | Table | Figure] = []
    for metric in found.first:
        drops = [(held.condition, held.drops[metric]) for held in found.held if metric in held.drops]
        if drops:
            drawn = intervals(
                [name for name, _ in drops],
                *([getattr(drop, what) for _, drop in drops] for what in ("value", "low", "high")),
                title=f"Drop of {metric}",
                bounds=(-0.1, 0.3),
            )
            parts.append(Figure(drawn, f"How much lower {metric} is than on the clean sounds, with its 95 % interval."))
    others = [name for name in found.clean if name not in found.first]
    columns = ["Condition"]
    for metric in found.first:
        columns += [metric, "Drop", "95 %"]
    dimensions = list(found.held[0].moved) if found.held else []
    flips = any(held.flipped is not None for held in found.held)
    columns += [*others, *(["Flipped"] if flips else []), *(f"{name} moved" for name in dimensions)]
    rows = []
    for held in found.held:
        row = [held.condition]
        for metric in found.first:
            row += [_three(held.scores[metric].value), *_cells(held.drops[metric])]
        row += [_three(held.scores[name].value) for name in others]
        row += [_three(held.flipped.value)] if held.flipped is not None else []
        rows.append(tuple(row + [_three(held.moved[name].value) for name in dimensions]))
    about = "Flipped: the share of clips whose likeliest label is another one." if flips else ""
    about += " Moved: how far a rating moved on average." if dimensions else ""
    parts.append(Table(tuple(columns), tuple(rows), about))
    near = [(held.condition, name, _three(each.value)) for held in found.held for name, each in held.near.items()]
    if near:
        caption = f"The share of clips whose rating moved by no more than {NEAR} of the scale from -1 to 1."
        parts.append(Table(("Condition", "Dimension", "Unmoved"), tuple(near), caption))
    return Section(f"{found.name} on {found.corpus}: when the sound changes", tuple(parts))


def _gaps(found: Audit, gaps: Sequence[Gap]) -> list[Section]:
    parts: list[Words | Table | Figure] = []
    for gap in gaps:
        each = list(gap.groups.items())[:_MOST]
        drawn = intervals(
            [name for name, _ in each],
            *([getattr(score, what) for _, score in each] for what in ("value", "low", "high")),
            title=f"{gap.metric} by {gap.kind}",
        )
        parts.append(Figure(drawn, f"{gap.metric} of each {gap.kind}, with its 95 % interval."))
    if not gaps:
        return []
    rows = tuple((gap.kind, gap.metric, *_cells(gap.gap), _three(gap.by_chance), _three(gap.p)) for gap in gaps)
    caption = "Best to worst group. By chance: the same where groups are drawn anew; p: how often it is as great then."
    parts.append(Table(("Groups", "Metric", "Gap", "95 %", "By chance", "p"), rows, caption))
    over = " between languages" if gaps[0].kind == "language" and gaps == found.languages else ""
    return [Section(f"{found.name} on {found.corpus}: is everybody heard alike{over}?", tuple(parts))]


def _elsewhere(found: Sequence[Audit]) -> list[Section]:
    rows = tuple(
        (each.name, other.corpus, other.labels or None, name, *_cells(score), score.n)
        for each in found
        for other in each.elsewhere
        for name, score in other.scores.items()
    )
    columns = ("Listener", "Corpus", "Labels", "Metric", "Value", "95 %", "Clips")
    return [Section("On other corpora", (Table(columns, rows),))] if rows else []


def _cells(score: Score) -> tuple[str, str]:
    return _three(score.value), "–" if math.isnan(score.low) else f"{_three(score.low)} to {_three(score.high)}"


def _three(value: float) -> str:
    return "–" if math.isnan(value) else f"{round(value, 3) + 0.0:.3f}"
