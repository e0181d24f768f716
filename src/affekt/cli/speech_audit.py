"""``affekt evaluate --suite speech-robustness``: noise, codecs, rooms; speakers, sexes, languages; other corpora."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from affekt.cli.listing import Listing, print_json, print_listing

if TYPE_CHECKING:
    from affekt.evaluation.audit_scores import Audit
    from affekt.evaluation.scores import Score

SUITE = "speech-robustness"
_WORST = 5  # groups of a kind that are listed one by one are so many at most; of more, the worst and the best


def audit_speech(
    models: str | None, *, on: dict[str, Any], results: Path | None, html: Path | None, as_json: bool
) -> None:
    """Audit methods and models of speech, several with commas between: print what they lose, and for whom.

    on: what `affekt evaluate` was told: corpus, perturb, by, seed, resamples, smoke.
    Answers are kept in runs/speech-robustness, what is learned in runs/ser: a killed run goes on.
    """
    if models is None:
        raise click.UsageError("Say what to audit: a method of the suite ser, a model of speech, or module:callable.")
    from affekt.corpora.joint_clips import read_joint_clips
    from affekt.evaluation.audit_scores import audit_rows
    from affekt.evaluation.listeners import find_listener
    from affekt.evaluation.records import write_results
    from affekt.evaluation.sound_conditions import parse_conditions
    from affekt.evaluation.speech import SpeechBench
    from affekt.evaluation.speech_audit import KINDS, AuditOptions, audit

    def tell(line: str) -> None:
        click.echo(line, err=True)

    conditions = parse_conditions(on["perturb"] or "all")
    kinds = tuple(part.strip() for part in on["by"].split(",") if part.strip()) if on["by"] else KINDS
    corpora = [read_joint_clips(name) for name in (on["corpus"] or "ravdess").split(",")]
    for kind in set(kinds) - set(KINDS):
        corpora[0].condition(kind)
    bench = SpeechBench(smoke=on["smoke"], tell=tell)
    listeners = [find_listener(name, corpora[0], bench, seed=on["seed"]) for name in models.split(",")]
    options = AuditOptions(conditions, kinds, on["resamples"], smoke=on["smoke"], tell=tell)
    found = audit(listeners, corpora, options)
    if results is not None:
        write_results(results, [row for each in found for row in audit_rows(each, seed=on["seed"])])
    if html is not None:
        from affekt.evaluation.audit_page import audit_page
        from affekt.pages.page import write_page

        write_page(audit_page(found), html)
    if as_json:
        print_json({"suite": SUITE, "audits": [_record(each) for each in found]})
        return
    for place, each in enumerate(found):
        if place:
            click.echo()
        _print(each)


def _print(found: Audit) -> None:
    print_listing(_held_listing(found))
    gaps = [*found.gaps, *found.languages]
    if gaps:
        click.echo()
        rows = []
        for gap in gaps:
            over = "all corpora" if gap in found.languages else found.corpus
            place = (found.name, over, gap.kind, gap.metric)
            groups = sorted(gap.groups.items(), key=lambda item: -item[1].value)
            shown = groups if len(groups) <= _WORST else [groups[0], groups[-1]]
            rows += [(*place, name, *_cells(each), "-", "-") for name, each in shown]
            rows.append((*place, "gap", *_cells(gap.gap), number(gap.by_chance), number(gap.p)))
        columns = ("Listener", "On", "By", "Metric", "Group", "Value", "95 %", "By chance", "p")
        print_listing(Listing(columns, tuple(rows)))
    if found.elsewhere:
        click.echo()
        there = [
            (found.name, other.corpus, str(other.labels or "-"), name, *_cells(each), f"{each.n:,}")
            for other in found.elsewhere
            for name, each in other.scores.items()
        ]
        names = ("Listener", "Other corpus", "Labels", "Metric", "Value", "95 %", "Clips")
        print_listing(Listing(names, tuple(there)))
    if found.notes:
        click.echo()
    for note in found.notes:
        click.echo(f"- {note}")


def _held_listing(found: Audit) -> Listing:
    """A row for each sound and metric that is looked at first; further metrics of labels are beside UA.

    Changed: of labels the share of clips that get another one, of ratings how far they moved.
    """
    others = [name for name in found.clean if name not in found.first]
    rows = []
    for metric in found.first:
        beside = [number(found.clean[name].value) for name in others] if metric == "uar" else ["-"] * len(others)
        rows.append((found.name, found.corpus, "clean", metric, *_cells(found.clean[metric]), "-", "-", "-", *beside))
    for held in found.held:
        for metric in found.first:
            score, drop = held.scores[metric], held.drops[metric]
            changed = held.flipped if metric == "uar" else held.moved.get(metric.rpartition(":")[2])
            beside = [number(held.scores[name].value) for name in others] if metric == "uar" else ["-"] * len(others)
            told = "-" if changed is None else number(changed.value)
            rows.append(
                (found.name, found.corpus, held.condition, metric, *_cells(score), *_cells(drop), told, *beside)
            )
    columns = ("Listener", "On", "Sound", "Metric", "Value", "95 %", "Drop", "95 %", "Changed", *others)
    return Listing(columns, tuple(rows))


def _cells(score: Score) -> tuple[str, str]:
    return number(score.value), "-" if math.isnan(score.low) else f"{number(score.low)} to {number(score.high)}"


def number(value: float) -> str:
    """Return a score as it is printed: three places, a dash where it is not defined."""
    return "-" if math.isnan(value) else f"{round(value, 3) + 0.0:.3f}"  # never -0.000


def _record(found: Audit) -> dict[str, Any]:
    """Return an audit as JSON values."""
    return {
        "listener": found.name,
        "version": found.version,
        "corpus": found.corpus,
        "within": found.within or None,
        "clips": found.clips,
        "taught_without_the_speakers": found.learns,
        "clean": _scores(found.clean),
        "conditions": {
            held.condition: {
                "scores": _scores(held.scores),
                "drops": _scores(held.drops),
                "flipped": None if held.flipped is None else _plain(held.flipped),
                "moved": _scores(held.moved),
                "near": _scores(held.near),
            }
            for held in found.held
        },
        "gaps": [
            {
                "by": gap.kind,
                "over": "all corpora" if gap in found.languages else found.corpus,
                "metric": gap.metric,
                "groups": _scores(gap.groups),
                "gap": _plain(gap.gap),
                "by_chance": _or_none(gap.by_chance),
                "p": _or_none(gap.p),
            }
            for gap in (*found.gaps, *found.languages)
        ],
        "elsewhere": [
            {"corpus": other.corpus, "labels": other.labels, "scores": _scores(other.scores)}
            for other in found.elsewhere
        ],
        "notes": list(found.notes),
    }


def _scores(scores: Any) -> dict[str, dict[str, Any]]:
    return {name: _plain(score) for name, score in scores.items()}


def _plain(score: Score) -> dict[str, Any]:
    return {"value": _or_none(score.value), "low": _or_none(score.low), "high": _or_none(score.high), "n": score.n}


def _or_none(value: float) -> float | None:
    return None if math.isnan(value) else value
