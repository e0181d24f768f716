"""Quantification under shifted prevalence: which estimate of "how many" is nearest the truth."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from data import Said

from affekt.errors import InputError
from affekt.evaluation.records import ResultRow, RunInfo, Scored
from affekt.inference.calibration import Calibration
from affekt.metrics.abstention import guaranteed_confidence, top_label_outcomes
from affekt.metrics.prevalence import METHODS, Known, estimate_prevalence
from affekt.metrics.resampling import bootstrap_interval
from affekt.metrics.reweighting import Doubt, Labelled, reweighted_draws
from affekt.models.index import find_model
from affekt.training.recalibration import fit_calibration

ROWS = 200
SIZE = 500
COVERAGE = 0.95
DOUBTS = [Doubt(shift, relabelled) for shift in (1.0, 1.5, 2.0) for relabelled in (0.0, 0.1, 0.2, 0.3)]
RISKS = (0.1, 0.2, 0.3, 0.4)


def decided(probability: np.ndarray, own: Calibration) -> np.ndarray:
    if own.space.kind == "exclusive":
        return probability == probability.max(1, keepdims=True)
    return probability >= own.thresholds


def labelled_as_shipped(probability: np.ndarray, said: Said, model: str) -> np.ndarray:
    """The labels that `affekt annotate` writes without a calibration."""
    if said.space.kind == "exclusive":
        return probability == probability.max(1, keepdims=True)
    return probability >= np.array(find_model(model).fit.thresholds.get(said.space.name, (0.5,) * len(said.space)))


def groups_with_shift(truth: np.ndarray, random: np.random.Generator, *, groups: int) -> list[np.ndarray]:
    """Items of groups in which some labels are several times as frequent and others several times as rare as in
    the corpus: each label gets a weight of 1/8 to 8, an item the product of its labels', and items are drawn by it."""
    drawn = []
    for _ in range(groups):
        weight = np.exp(np.log(8) * random.uniform(-1, 1, truth.shape[1]))
        of_item = np.where(truth, weight, 1.0).prod(1)
        drawn.append(random.choice(len(truth), SIZE, p=of_item / of_item.sum()))
    return drawn


class Trial(NamedTuple):
    """One group of one corpus: what is counted, by what, and the truth (label,)."""

    plain: np.ndarray
    probability: np.ndarray
    decision: np.ndarray
    known: Known
    actual: np.ndarray


def trials(said: Said, model: str, *, seeds: int, groups: int) -> Iterator[Trial]:
    """Groups of shifted prevalence, with the labelled rows of several draws."""
    for seed in range(seeds):
        random = np.random.default_rng(seed)
        order = random.permutation(len(said.truth))
        labelled, rest = order[:ROWS], order[ROWS:]
        own = fit_calibration(said.truth[labelled], said.probability[labelled], space=said.space, seed=seed)
        known = Known(own.truth, decided(own.held_out, own), own.held_out, said.space.kind == "exclusive")
        truth, moved = said.truth[rest], own.apply(said.probability[rest]).astype(float)
        # What one counts without any of this: the shipped model's labels.
        plain = labelled_as_shipped(said.probability[rest], said, model)
        for places in groups_with_shift(truth, random, groups=groups):
            probability = moved[places]
            yield Trial(plain[places], probability, decided(probability, own), known, truth[places].mean(0))


class Means(NamedTuple):
    """Of one corpus, by method or by doubt: mean absolute errors of its groups, shares of labels inside, widths."""

    errors: dict[str, list[float]]
    inside: dict[str, list[float]]
    widths: dict[str, list[float]]

    def add(self, name: str, value: np.ndarray, actual: np.ndarray, bounds: np.ndarray | None = None) -> None:
        self.errors.setdefault(name, []).append(abs(value - actual).mean())
        if bounds is not None:
            low, high = np.minimum(bounds[0], value), np.maximum(bounds[1], value)
            self.inside.setdefault(name, []).append(((low <= actual) & (actual <= high)).mean())
            self.widths.setdefault(name, []).append((high - low).mean())


def measured(said: Said, model: str, *, seeds: int, groups: int) -> tuple[Means, Means]:
    """Every method, and every doubt that the intervals of the last could allow for."""
    methods, doubts = Means({}, {}, {}), Means({}, {}, {})
    for trial in trials(said, model, seeds=seeds, groups=groups):
        methods.add("plain-count", trial.plain.mean(0), trial.actual)
        for method in METHODS:
            # Of the slow one fewer: its intervals are not what anybody should use.
            many = 50 if method == "em" else 200
            found = estimate_prevalence(trial.probability, trial.decision, trial.known, method=method, resamples=many)
            methods.add(method, found.value, trial.actual, np.stack([found.low, found.high]))
            if method == "reweighted":
                value = found.value
        rows = Labelled(trial.known.truth, trial.known.probability, trial.known.exclusive)
        for doubt in DOUBTS:
            drawn = reweighted_draws(trial.probability, rows, resamples=100, doubt=doubt)
            bounds = np.quantile(drawn, [0.025, 0.975], axis=0)
            doubts.add(f"{doubt.shift:g}/{doubt.relabelled:g}", value, trial.actual, bounds)
    return methods, doubts


def chosen_by_others(name: str, found: dict[str, tuple[Means, Means]]) -> tuple[str, str]:
    """The method nearest the truth, and the doubt with the narrowest intervals that hold it in 95 %, on average over
    all corpora but this one."""
    others = [pair for other, pair in found.items() if other != name]

    def average(part: int, field: str, key: str) -> float:
        return float(np.mean([np.mean(getattr(pair[part], field)[key]) for pair in others]))

    nearest = min(METHODS, key=lambda method: average(0, "errors", method))
    doubts = [key for key in others[0][1].inside if average(1, "inside", key) >= COVERAGE]
    if doubts:
        return nearest, min(doubts, key=lambda key: average(1, "widths", key))
    return nearest, max(others[0][1].inside, key=lambda key: average(1, "inside", key))


def prevalence_rows(found: dict[str, Said], run: RunInfo, *, seeds: int = 3, groups: int = 4) -> list[ResultRow]:
    """Mean absolute error of each estimate over labels, groups and draws of the labelled rows, and how often its
    95 % interval holds the truth; then the same for what the other corpora choose."""
    rows: list[ResultRow] = []
    print(
        f"{run.model}: mean absolute error of prevalence, groups of {SIZE}, {ROWS} labelled rows; in brackets coverage"
    )
    results: dict[str, tuple[Means, Means]] = {}
    for name, said in found.items():
        results[name] = measured(said, run.model, seeds=seeds, groups=groups)
        methods = results[name][0]
        holds = {method: f" ({np.mean(inside):.2f})" for method, inside in methods.inside.items()}
        said_of = (
            f"{method} {np.mean(errors):.3f}{holds.get(method, '')}" for method, errors in methods.errors.items()
        )
        print(f"  {name:22} {', '.join(said_of)}", flush=True)
    for name, (methods, doubts) in results.items():
        if len(results) > 1:
            nearest, doubt = chosen_by_others(name, results)
            methods.errors["loco"] = methods.errors[nearest]
            methods.inside["loco"], methods.widths["loco"] = doubts.inside[doubt], doubts.widths[doubt]
            print(
                f"  {name:22} the others choose {nearest}, doubt {doubt}: coverage {np.mean(doubts.inside[doubt]):.2f}"
            )
        split = "test" if name == "goemotions" else "all"
        rows += _prevalence_rows(
            Scored(name, split, f"own-space-{found[name].space.name}", seeds * groups, run), methods
        )
    # A corpus is one item of these.
    averages = Means(*(_averages([getattr(pair[0], field) for pair in results.values()]) for field in Means._fields))
    for method, values in averages.errors.items():
        nearer = np.mean(np.array(values) < averages.errors["plain-count"])
        held = f", holds {np.mean(averages.inside[method]):.3f}" if method in averages.inside else ""
        print(f"  mean {method:24} {np.mean(values):.4f}{held}, nearer than plain counting on {nearer:.0%} of corpora")
    for doubt in results[next(iter(results))][1].inside:
        inside = np.mean([np.mean(pair[1].inside[doubt]) for pair in results.values()])
        width = np.mean([np.mean(pair[1].widths[doubt]) for pair in results.values()])
        print(f"  doubt {doubt:10} holds {inside:.3f}, width {width:.3f}")
    return rows + _prevalence_rows(Scored("mean of corpora", "all", "own-space", len(found), run), averages)


def _averages(parts: list[dict[str, list[float]]]) -> dict[str, list[float]]:
    return {key: [float(np.mean(part[key])) for part in parts] for key in parts[0]}


def _prevalence_rows(place: Scored, means: Means) -> list[ResultRow]:
    return [
        place.row(f"prevalence_{what}:{method}", bootstrap_interval(np.mean, np.array(values)))
        for what, part in (("mae", means.errors), ("coverage", means.inside), ("width", means.widths))
        for method, values in part.items()
    ]


def abstention_rows(found: dict[str, Said], run: RunInfo, *, seeds: int = 40) -> list[ResultRow]:
    """How often the risk among answered new rows was at most the one asked for, over draws of the labelled rows."""
    rows: list[ResultRow] = []
    print(f"{run.model}: --abstain RISK on rows that were not labelled, {seeds} draws of {ROWS}, promised: 90 %")
    for name, said in found.items():
        met: dict[float, list[tuple[float, float]]] = {risk: [] for risk in RISKS}
        for seed in range(seeds):
            order = np.random.default_rng(seed).permutation(len(said.truth))
            labelled, rest = order[:ROWS], order[ROWS:]
            own = fit_calibration(said.truth[labelled], said.probability[labelled], space=said.space, seed=seed)
            seen = top_label_outcomes(own.truth, own.held_out)
            new = top_label_outcomes(said.truth[rest], own.apply(said.probability[rest]))
            for risk in RISKS:
                try:
                    surest = guaranteed_confidence(seen.wrong, seen.confidence, risk=risk)
                except InputError:
                    continue
                answered = new.confidence >= surest
                if answered.any():
                    met[risk].append((float(new.wrong[answered].mean()), float(answered.mean())))
        line = f"  {name:22}"
        for risk, values in met.items():
            if len(values) < seeds // 4:
                line += f" {risk}: refused"
                continue
            reached, coverage = np.array(values).T
            kept = Scored(name, "all", f"own-space-{said.space.name}", len(values), run)
            held = (reached <= risk).astype(float)
            rows += [
                kept.row(f"risk:abstain-{risk}", bootstrap_interval(np.mean, reached)),
                kept.row(f"risk_met:abstain-{risk}", bootstrap_interval(np.mean, held)),
                kept.row(f"answered:abstain-{risk}", bootstrap_interval(np.mean, coverage)),
            ]
            # Refusing answers nothing, and so breaks no promise.
            kept_promise = 1 - (held == 0).sum() / seeds
            line += f" {risk}: risk {reached.mean():.3f}, met {kept_promise:.2f}, answered {coverage.mean():.2f};"
            tried = Scored(name, "all", f"own-space-{said.space.name}", seeds, run)
            rows.append(tried.row(f"promise_kept:abstain-{risk}", float(kept_promise)))
        print(line, flush=True)
    return rows
