"""Quantification under shifted prevalence: which estimate of "how many" is nearest the truth."""

from __future__ import annotations

import numpy as np
from data import Said

from affekt.errors import InputError
from affekt.evaluation.records import ResultRow, RunInfo, Scored
from affekt.inference.calibration import Calibration
from affekt.metrics.abstention import guaranteed_confidence, top_label_outcomes
from affekt.metrics.prevalence import METHODS, Known, chosen_method, estimate_prevalence
from affekt.metrics.resampling import bootstrap_interval
from affekt.models.index import find_model
from affekt.training.recalibration import fit_calibration

ROWS = 200
SIZE = 500
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


def prevalence_rows(found: dict[str, Said], run: RunInfo, *, seeds: int = 3, groups: int = 4) -> list[ResultRow]:
    """Mean absolute error of each estimate over labels, groups and draws of the labelled rows, and how often its
    95 % interval holds the truth."""
    rows: list[ResultRow] = []
    ours: dict[str, list[float]] = {}
    print(
        f"{run.model}: mean absolute error of prevalence, groups of {SIZE}, {ROWS} labelled rows; in brackets coverage"
    )
    for name, said in found.items():
        errors: dict[str, list[float]] = {}
        holds: dict[str, list[float]] = {}
        for seed in range(seeds):
            random = np.random.default_rng(seed)
            order = random.permutation(len(said.truth))
            labelled, rest = order[:ROWS], order[ROWS:]
            own = fit_calibration(said.truth[labelled], said.probability[labelled], space=said.space, seed=seed)
            known = Known(own.truth, decided(own.held_out, own), own.held_out, said.space.kind == "exclusive")
            truth, moved = said.truth[rest], own.apply(said.probability[rest]).astype(float)
            # What one counts without any of this: the shipped model's labels.
            plain = labelled_as_shipped(said.probability[rest], said, run.model)
            for places in groups_with_shift(truth, random, groups=groups):
                actual = truth[places].mean(0)
                errors.setdefault("plain-count", []).append(abs(plain[places].mean(0) - actual).mean())
                for method in METHODS:
                    estimate = estimate_prevalence(
                        moved[places], decided(moved[places], own), known, method=method, resamples=50
                    )
                    errors.setdefault(method, []).append(abs(estimate.value - actual).mean())
                    inside = (actual >= estimate.low) & (actual <= estimate.high)
                    holds.setdefault(method, []).append(inside.mean())
        best = chosen_method(None, exclusive=said.space.kind == "exclusive")
        errors["chosen"], holds["chosen"] = errors[best], holds[best]
        split = "test" if name == "goemotions" else "all"
        place = Scored(name, split, f"own-space-{said.space.name}", seeds * groups, run)
        line = f"  {name:22}"
        for method, values in errors.items():
            error = bootstrap_interval(np.mean, np.array(values))
            rows.append(place.row(f"prevalence_mae:{method}", error))
            ours.setdefault(method, []).append(error.value)
            line += f" {method} {error.value:.3f}"
            if method in holds:
                rows.append(place.row(f"prevalence_coverage:{method}", float(np.mean(holds[method]))))
                line += f" ({np.mean(holds[method]):.2f})"
        print(line, flush=True)
    place = Scored("mean of corpora", "all", "own-space", len(found), run)
    for method, values in ours.items():
        rows.append(place.row(f"prevalence_mae:{method}", bootstrap_interval(np.mean, np.array(values))))
        nearer = np.mean(np.array(values) < ours["plain-count"])
        print(f"  mean {method:24} {np.mean(values):.4f}, nearer than plain counting on {nearer:.0%} of corpora")
    return rows


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
