"""Majority, plurality and the all-inclusive rule, to train by and to be tested by; and the penalty on unlikely pairs.

Chou and Lee 2025 (arXiv:2510.05934): a test set made by a consensus rule leaves out what raters disagree on. Here
each rule makes label sets from the same votes; a head trained on each is tested on each. `items-kept` is the share of
voted items a rule decides.

The penalty (Chou, Lee and Busso 2022): heads trained on all-inclusive sets with `penalized_loss`, against plain
binary cross-entropy. A pair is never-co-occurring where no training item has votes for both. Weight and matrix are
the ones that predict fewest such pairs on dev at a macro-F1 at most 0.01 below the plain head's.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import torch
from data import Task, View, load_task, views
from features import features, protocol
from learning import GRID, SEEDS, Learned, choose, learn, named, scored, write
from soft_hard import bce

from affekt.evaluation.records import ResultRow
from affekt.metrics.classification import macro_f1
from affekt.metrics.resampling import Estimate, bootstrap_interval
from affekt.ratings.co_occurrence import co_occurrence, penalization_matrix
from affekt.ratings.views import Consensus, all_inclusive, majority, plurality
from affekt.training.thresholds import fit_global_threshold
from affekt.training.votes import penalized_loss

RULES = {"majority": majority, "plurality": plurality, "all-inclusive": all_inclusive}
TASKS = ("edos", "stackoverflow_emotion", "x_envent", "brighter_votes:de", "brighter_votes:pt")
PAIR_TASKS = ("edos", "stackoverflow_emotion", "x_envent")
WEIGHTS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
SPARED = 0.01


@dataclass(frozen=True)
class Made:
    """Decisions bool (seed, item, label) of one model, for the items tested."""

    flags: np.ndarray
    test: np.ndarray


def main(names: tuple[str, ...] = TASKS) -> None:
    """All corpora, both comparisons."""
    for name in names:
        task = load_task(name)
        rows = rules(task)
        if name in PAIR_TASKS:
            rows += penalty(task)
        for row in rows:
            print(name, row.model, row.metric, f"{row.value:.4f} [{row.low}, {row.high}]", flush=True)
        write(rows)


def rules(task: Task) -> list[ResultRow]:
    """Three rules to train by, three to be tested by."""
    sets = {name: rule(task.ratings) for name, rule in RULES.items()}
    voted = (task.asked > 0).any(1)
    rows: list[ResultRow] = []
    split = "test" if len(task.texts) >= 1000 else "five-folds"
    for name, rule in sets.items():
        where = scored(task.name, "all", "votes", name, n=int(voted.sum()))
        rows.append(where.row("items-kept", float(rule.decided[voted].mean())))
        rows.append(where.row("labels-per-item", float(rule.labels[rule.decided].sum(1).mean())))
    for trained_by in RULES:
        made = train_and_decide(task, sets[trained_by])
        scores = []
        for tested_by, rule in sets.items():
            kept = rule.decided[made.test]
            truth = rule.labels[made.test[kept]]
            occurring = sets["all-inclusive"].labels[made.test].any(0)
            flags = made.flags[:, kept][:, :, occurring]
            where = scored(
                task.name, split, f"{protocol(task)}:tested-by-{tested_by}", f"trained-by-{trained_by}", n=len(truth)
            )
            groups = task.groups[made.test[kept]]
            score = bootstrap_interval(mean_f1, truth[:, occurring], *flags, groups=groups, resamples=300)
            scores.append(score.value)
            rows.append(where.row("macro-f1", score))
    return rows


def train_and_decide(task: Task, rule: Consensus) -> Made:
    """Decisions of heads trained on what a rule decides; the threshold is the one that suits the rule's dev items."""
    target = rule.labels.astype(float)
    flags = np.zeros((len(SEEDS), *target.shape), bool)
    tested = np.zeros(len(target), bool)
    config = None
    for place, seed in enumerate(SEEDS):
        for view in views(task, seed=seed):
            x = features(task, view.train)
            train, dev = (rows[rule.decided[rows]] for rows in (view.train, view.dev))

            def attempt(chosen, x=x, train=train, dev=dev, seed=seed) -> Learned:  # type: ignore[no-untyped-def]
                return learn(x, target, train, bce, lambda z: dev_bce(z, target, dev), config=chosen, seed=seed)

            config = config or choose(attempt)
            flags[place, view.test] = decided(attempt(config).logits, rule.labels, dev)[view.test]
            tested[view.test] = True
    test = np.flatnonzero(tested)
    return Made(flags[:, test], test)


def dev_bce(logits: np.ndarray, target: np.ndarray, dev: np.ndarray) -> float:
    """Binary cross-entropy on dev."""
    return float(bce(torch.from_numpy(logits[dev]), torch.from_numpy(target[dev])))


def decided(logits: np.ndarray, labels: np.ndarray, dev: np.ndarray) -> np.ndarray:
    """bool (item, label): over the one threshold that suits dev."""
    said = 0.5 * (1 + np.tanh(0.5 * logits))
    return said >= fit_global_threshold(labels[dev], said[dev])


def mean_f1(truth: np.ndarray, *said: np.ndarray) -> float:
    """Macro-F1, the mean over training seeds."""
    return float(np.mean([macro_f1(truth, each) for each in said]))


def penalty(task: Task) -> list[ResultRow]:
    """Plain against penalized, on all-inclusive sets."""
    rule = all_inclusive(task.ratings)
    target = rule.labels.astype(float)
    shape = (len(SEEDS), *target.shape)
    plain, penalized = np.zeros(shape, bool), np.zeros(shape, bool)
    never = np.zeros((len(SEEDS), len(target), *([target.shape[1]] * 2)), bool) if len(target) < 1000 else None
    unlikely = np.zeros((target.shape[1],) * 2, bool)
    tested = np.zeros(len(target), bool)
    settings: tuple | None = None  # type: ignore[type-arg]
    for place, seed in enumerate(SEEDS):
        for view in views(task, seed=seed):
            x = features(task, view.train)
            seen = task.ratings.select(items=[task.ratings.items[row] for row in view.train])
            matrices = {
                "conditional": penalization_matrix(seen),
                "never": penalization_matrix(seen, rare=0.0),
            }
            unlikely = co_occurrence(seen).counts == 0
            np.fill_diagonal(unlikely, False)
            if settings is None:
                settings = choose_penalty(x, view, matrices, unlikely, rule)
            config, kind, weight = settings
            plain[place, view.test] = fitted(x, view, config, seed, None, 0, rule)[view.test]
            flags = fitted(x, view, config, seed, matrices[kind], weight, rule)
            penalized[place, view.test] = flags[view.test]
            if never is not None:
                never[place, view.test] = unlikely
            tested[view.test] = True
    test = np.flatnonzero(tested)
    return pair_rows(task, plain, penalized, never if never is not None else unlikely, test, rule, settings)


def choose_penalty(x, view: View, matrices, unlikely, rule):  # type: ignore[no-untyped-def]
    """Head, matrix and weight: fewest never-pairs on dev at a macro-F1 that is not lost."""
    seed, target = SEEDS[0], rule.labels.astype(float)

    def attempt(config):  # type: ignore[no-untyped-def]
        return learn(x, target, view.train, bce, lambda z: dev_bce(z, target, view.dev), config=config, seed=seed)

    config = choose(attempt, GRID)

    def on_dev(matrix, weight: float) -> tuple[float, float]:  # type: ignore[no-untyped-def]
        flags = fitted(x, view, config, seed, matrix, weight, rule)[view.dev]
        pairs, bad = pair_counts(flags, unlikely)
        return macro_f1(rule.labels[view.dev], flags), bad.sum() / max(1, pairs.sum())

    floor = on_dev(None, 0.0)[0] - SPARED
    tried = {(kind, weight): on_dev(matrices[kind], weight) for kind, weight in product(matrices, WEIGHTS)}
    allowed = [plan for plan, found in tried.items() if found[0] >= floor] or [
        max(tried, key=lambda plan: tried[plan][0])
    ]
    kind, weight = min(allowed, key=lambda plan: tried[plan][1])
    return config, kind, weight


def fitted(x, view: View, config, seed: int, matrix, weight: float, rule: Consensus) -> np.ndarray:  # type: ignore[no-untyped-def]
    """Decisions of every item."""
    target = rule.labels.astype(float)
    if matrix is None:
        loss = bce
    else:
        cost = torch.from_numpy(matrix.astype(np.float32))

        def loss(logits: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
            return penalized_loss(logits, wanted, cost, weight=weight)

    def judge(logits: np.ndarray) -> float:
        if matrix is None:
            return dev_bce(logits, target, view.dev)
        z, wanted = torch.from_numpy(logits[view.dev]), torch.from_numpy(target[view.dev])
        return float(penalized_loss(z, wanted, cost.double(), weight=weight))

    logits = learn(x, target, view.train, loss, judge, config=config, seed=seed).logits
    return decided(logits, rule.labels, view.dev)


def pair_counts(flags: np.ndarray, unlikely: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How many pairs of labels each item was given, and how many of them never co-occur in training; (item,)."""
    given = flags.astype(float)
    count = given.sum(1)
    per_item = unlikely if unlikely.ndim == 3 else np.broadcast_to(unlikely, (len(flags), *unlikely.shape))
    return count * (count - 1) / 2, np.einsum("ij,ik,ijk->i", given, given, per_item, optimize=True) / 2


def pair_rows(task, plain, penalized, unlikely, test, rule, settings) -> list[ResultRow]:  # type: ignore[no-untyped-def]
    """Rate of never-co-occurring pairs among predicted pairs, the mean over seeds, and macro-F1."""
    split = "test" if len(task.texts) >= 1000 else "five-folds"
    rows, counts = [], {}
    groups = task.groups[test]
    for model, flags in (("plain-bce", plain), ("penalized-bce", penalized)):
        each = [
            pair_counts(flags[s, test], unlikely[s, test] if unlikely.ndim == 4 else unlikely)
            for s in range(len(SEEDS))
        ]
        counts[model] = tuple(np.sum([one[part] for one in each], 0) for part in (0, 1))
        where = scored(task.name, split, f"{protocol(task)}:all-inclusive-pairs", model, n=len(test))
        rows.append(where.row("never-co-occurring-pair-rate", bootstrap_interval(_rate, *counts[model], groups=groups)))
        rows.append(where.row("pairs-per-item", float(counts[model][0].mean() / len(SEEDS))))
        f1 = bootstrap_interval(mean_f1, rule.labels[test], *flags[:, test], groups=groups, resamples=300)
        rows.append(where.row("macro-f1", f1))
    where = scored(task.name, split, f"{protocol(task)}:all-inclusive-pairs", "penalized-bce", n=len(test))
    difference: Estimate = bootstrap_interval(
        lambda a, b, c, d: _rate(a, b) - _rate(c, d), *counts["penalized-bce"], *counts["plain-bce"], groups=groups
    )
    rows.append(where.row("never-co-occurring-pair-rate-minus:plain-bce", difference))
    rows.append(where.row("chosen-weight", float(settings[2])))
    rows.append(where.row("chosen-matrix-is-never", float(settings[1] == "never")))
    return rows


def _rate(pairs: np.ndarray, bad: np.ndarray) -> float:
    return float(bad.sum() / max(1.0, pairs.sum()))


if __name__ == "__main__":
    main(named(TASKS))
