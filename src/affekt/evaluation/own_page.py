"""The report of a model of one's own: what it is, how it scores, where it goes wrong, how it came about."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from affekt.corpora.parts import Parts
from affekt.evaluation.own_scores import OwnScores
from affekt.evaluation.page import evaluation_page
from affekt.pages.page import Figure, Page, Section, Table, Words
from affekt.pages.plots import bars, intervals


def training_page(card: Mapping[str, Any], scores: OwnScores, parts: Parts) -> Page:
    """Return the page of a trained model: its card, its scores beside the contrast's, then those of its evaluation."""
    trained, first = card["training"], scores.first
    value = scores.test.scores[first]
    lead = f"{card['summary']}. Version {card['version']}. {first} on {value.n:,} test items: {_bounds(value)}."
    if scores.gain is not None:
        found = scores.gain.found
        sure = "above it" if found.low > 0 else "below it" if found.high < 0 else "no further than chance may be"
        lead += (
            f" That is {found.difference:+.3f} ({found.low:+.3f} to {found.high:+.3f}) beside {scores.beside}: {sure}."
        )
    evaluated = evaluation_page(scores.test).sections
    if trained["sensitive"]:
        # Whoever is handed the report is not handed people's own words.
        evaluated = tuple(each for each in evaluated if each.heading != "Worst errors")
    sections = [_scores(scores), *_labels(trained), *evaluated, _how(card, trained, parts)]
    footer = (
        f"Trained by affekt {trained['affekt']} in {trained['seconds']:g} s, seed {trained['seed']}. Test items were "
        "scored once; intervals are 95 %, by bootstrap over groups of items that belong together."
    )
    return Page(f"The model {card['name']}", lead, tuple(sections), footer)


def _scores(scores: OwnScores) -> Section:
    names = [name for name in scores.test.scores if not name.startswith("f1:") and name != "answered"]
    columns, rows = ["Metric", "Dev", "Test", "95 %"], []
    if scores.contrast is not None:
        columns.append(f"{scores.beside}, test")
    for name in names:
        test = scores.test.scores[name]
        dev = "–" if scores.dev is None or name not in scores.dev.scores else _three(scores.dev.scores[name].value)
        row = [name, dev, _three(test.value), f"{_three(test.low)} to {_three(test.high)}"]
        if scores.contrast is not None:
            other = scores.contrast.scores.get(name)
            row.append("–" if other is None else _three(other.value))
        rows.append(tuple(row))
    parts: list[Words | Table | Figure] = [Table(tuple(columns), tuple(rows))]
    beside = {"this model": scores.test, scores.beside: scores.contrast}
    shown = {name: each.scores[scores.first] for name, each in beside.items() if each and scores.first in each.scores}
    if len(shown) > 1:
        values = list(shown.values())
        drawing = intervals(
            list(shown),
            [v.value for v in values],
            [v.low for v in values],
            [v.high for v in values],
            title=scores.first,
        )
        parts.append(Figure(drawing, f"{scores.first} on the same test items, with 95 % intervals."))
    return Section(f"Dev, test and {scores.beside}" if scores.beside else "Dev and test", tuple(parts))


def _labels(trained: Mapping[str, Any]) -> list[Section]:
    counts: Mapping[str, int] = trained["labels"]
    if not counts:
        return []
    ranked = sorted(counts.items(), key=lambda item: -item[1])[:40]
    drawing = bars([name for name, _ in ranked], [float(count) for _, count in ranked], title="Items to learn from")
    return [Section("Items to learn from, by label", (Figure(drawing, "Labels with few are answered worst."),))]


def _how(card: Mapping[str, Any], trained: Mapping[str, Any], parts: Parts) -> Section:
    base = card["base"]
    counts = ", ".join(f"{name} {count:,}" for name, count in trained["counts"].items())
    rows = (
        ("Base", f"{base['name']} {base['version']}, {base['licence']}"),
        ("Method", str(card["method"])),
        ("Data", f"{trained['data']}: {counts}"),
        ("Licence of the data", str(trained["licence_of_data"])),
        ("Raters' votes", "learned" if trained["votes"] else "none, or not learned"),
        ("Reads", ", ".join(card["languages"]) or "any language its encoder knows"),
        *((name.replace("_", " ").capitalize(), str(value)) for name, value in card["fitted"].items()),
    )
    notes = dict.fromkeys((*parts.notes, *trained["notes"]))
    return Section("How it came about", (Table(("", ""), rows), *(Words(note) for note in notes)))


def _bounds(score: Any) -> str:
    return f"{_three(score.value)} ({_three(score.low)} to {_three(score.high)})"


def _three(value: float) -> str:
    return "–" if math.isnan(value) else f"{round(value, 3) + 0.0:.3f}"
