"""Soft against hard targets: who predicts the distribution of votes better, and who the consensus.

    soft                       cross-entropy to the shares of votes, as it comes out
    soft-temperature           the same, its temperature fitted on dev votes
    hard                       the majority label (or label set), items without one left out, as it comes out
    hard-temperature           the same, its temperature fitted on dev votes: the rival to beat
    hard-tie-broken-temperature  ties broken at random, so that no item is left out
    corpus-mean                the mean of the training votes for every item

All see the same features, grid and dev votes; a hard model's configuration and stopping epoch are chosen by the dev
votes after scaling its temperature, so it has every chance. KL is per item (exclusive: over labels; multi-label:
Bernoulli summed over labels), JS likewise; macro-F1 is against the decided consensus, thresholds of multi-label ones
from dev.
"""

from __future__ import annotations

import numpy as np
import torch
from data import TASKS, Task, load_task, views
from features import features, protocol
from learning import RESAMPLES, SEEDS, Learned, choose, learn, mean_of, named, scored, write
from torch.nn import functional as F

from affekt.evaluation.records import ResultRow
from affekt.metrics.classification import macro_f1
from affekt.metrics.distribution import item_bernoulli_kl, item_js, item_kl
from affekt.metrics.resampling import bootstrap_interval
from affekt.ratings.views import majority, plurality
from affekt.training.opinion import fit_temperature, softmax
from affekt.training.thresholds import fit_global_threshold
from affekt.training.votes import vote_cross_entropy

RIVALS = ("hard-temperature", "hard-tie-broken-temperature", "corpus-mean")
EDGE = 1e-6


def probabilities(task: Task, logits: np.ndarray) -> np.ndarray:
    """What logits say, kept off 0 and 1 by 1e-6."""
    if task.exclusive:
        said = softmax(logits) + EDGE
        return said / said.sum(1, keepdims=True)
    return np.clip(0.5 * (1 + np.tanh(0.5 * logits)), EDGE, 1 - EDGE)


def item_loss(task: Task, shares: np.ndarray, said: np.ndarray) -> np.ndarray:
    """KL of each item."""
    return item_kl(shares, said) if task.exclusive else item_bernoulli_kl(shares, said)


def item_js_loss(task: Task, shares: np.ndarray, said: np.ndarray) -> np.ndarray:
    """JS of each item; of multi-label votes summed over labels."""
    if task.exclusive:
        return item_js(shares, said)
    return sum(item_js(np.stack([t, 1 - t], 1), np.stack([p, 1 - p], 1)) for t, p in zip(shares.T, said.T, strict=True))


def bce(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Binary cross-entropy summed over labels."""
    return F.binary_cross_entropy_with_logits(logits, target, reduction="none").sum(1).mean()


def hard_targets(task: Task, *, ties: bool, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The consensus (item, label), and which items have one; with `ties` they are broken at random."""
    rule = plurality(task.ratings) if task.exclusive else majority(task.ratings)
    if not ties:
        return rule.labels.astype(float), rule.decided
    random = np.random.default_rng(seed).random(task.counts.shape)
    if task.exclusive:
        best = (task.counts + 0.5 * random).argmax(1)
        return np.eye(task.counts.shape[1])[best], task.counts.sum(1) > 0
    half = (task.counts * 2 == task.asked) & (task.asked > 0)
    return ((task.counts * 2 > task.asked) | (half & (random < 0.5))).astype(float), (task.asked > 0).any(1)


def run_task(name: str) -> list[ResultRow]:
    """All models of one task."""
    task = load_task(name)
    loss = vote_cross_entropy if task.exclusive else bce
    count = len(task.texts)
    said: dict[str, np.ndarray] = {}
    decided_on: dict[str, np.ndarray] = {}
    tested = np.zeros((len(SEEDS), count), bool)
    for place, seed in enumerate(SEEDS):
        for view in views(task, seed=seed):
            x = features(task, view.train)
            tested[place, view.test] = True
            for model, logits in models(task, x, view, loss, seed).items():
                table = said.setdefault(model, np.full((len(SEEDS), *task.counts.shape), np.nan))
                table[place, view.test] = probabilities(task, logits)[view.test]
                flags = decided_on.setdefault(model, np.zeros((len(SEEDS), *task.counts.shape), bool))
                flags[place, view.test] = decisions(task, probabilities(task, logits), view)[view.test]
    assert (tested == tested[0]).all()
    return score(task, said, decided_on, np.flatnonzero(tested[0]))


_CHOSEN: dict[tuple[str, str], object] = {}


def models(task: Task, x: np.ndarray, view, loss, seed: int) -> dict[str, np.ndarray]:  # type: ignore[no-untyped-def]
    """Logits of every item under each model."""
    shares = task.shares

    def raw_judge(logits: np.ndarray) -> float:
        return float(item_loss(task, shares[view.dev], probabilities(task, logits[view.dev])).mean())

    def scaled_judge(logits: np.ndarray) -> float:
        scaled = logits[view.dev] / temperature(logits)
        return float(item_loss(task, shares[view.dev], probabilities(task, scaled)).mean())

    def temperature(logits: np.ndarray) -> float:
        return fit_temperature(shares[view.dev], logits[view.dev], exclusive=task.exclusive)

    def best(label: str, target: np.ndarray, train: np.ndarray, judge) -> Learned:  # type: ignore[no-untyped-def]
        key = (task.name, label)
        if key not in _CHOSEN:
            _CHOSEN[key] = choose(lambda c: learn(x, target, train, loss, judge, config=c, seed=seed))
        return learn(x, target, train, loss, judge, config=_CHOSEN[key], seed=seed)

    soft = best("soft", shares, view.train, raw_judge).logits
    labels, decided = hard_targets(task, ties=False, seed=seed)
    hard = best("hard", labels, view.train[decided[view.train]], scaled_judge).logits
    labels, decided = hard_targets(task, ties=True, seed=seed)
    broken = best("broken", labels, view.train[decided[view.train]], scaled_judge).logits
    counts, asked = task.counts[view.train].sum(0), task.asked[view.train].sum(0)
    if task.exclusive:
        mean = np.log((counts + 0.5) / (counts + 0.5).sum())
    else:
        share = (counts + 0.5) / (asked + 1)
        mean = np.log(share / (1 - share))
    return {
        "soft": soft,
        "soft-temperature": soft / temperature(soft),
        "hard": hard,
        "hard-temperature": hard / temperature(hard),
        "hard-tie-broken-temperature": broken / temperature(broken),
        "corpus-mean": np.broadcast_to(mean, shares.shape).copy(),
    }


def decisions(task: Task, said: np.ndarray, view) -> np.ndarray:  # type: ignore[no-untyped-def]
    """bool (item, label): the most probable label, or those over the threshold that suits dev's consensus."""
    if task.exclusive:
        return np.eye(said.shape[1], dtype=bool)[said.argmax(1)]
    rule = majority(task.ratings)
    dev = view.dev[rule.decided[view.dev]]
    return said >= fit_global_threshold(rule.labels[dev], said[dev])


def score(
    task: Task, said: dict[str, np.ndarray], decided_on: dict[str, np.ndarray], test: np.ndarray
) -> list[ResultRow]:
    """Rows of all models, and of the differences that matter."""
    rows: list[ResultRow] = []
    split = "test" if len(task.texts) >= 1000 else "five-folds"
    shares, groups = task.shares[test], task.groups[test]
    rule = plurality(task.ratings) if task.exclusive else majority(task.ratings)
    agreed = test[rule.decided[test]]
    occurring = rule.labels[agreed].any(0)
    kl: dict[str, np.ndarray] = {}
    for model, table in said.items():
        kl[model] = np.mean([item_loss(task, shares, each[test]) for each in table], 0)
        js = np.mean([item_js_loss(task, shares, each[test]) for each in table], 0)
        where = scored(task.name, split, protocol(task), model, n=len(test))
        rows += [where.row("kl", mean_of(kl[model], groups)), where.row("js", mean_of(js, groups))]
        flags = decided_on[model][:, agreed][:, :, occurring]
        f1 = bootstrap_interval(
            _mean_f1, rule.labels[agreed][:, occurring], *flags, groups=task.groups[agreed], resamples=RESAMPLES // 4
        )
        rows.append(scored(task.name, split, protocol(task), model, n=len(agreed)).row("consensus-macro-f1", f1))
        for place, seed in enumerate(SEEDS):
            each = item_loss(task, shares, table[place][test])
            rows.append(
                scored(task.name, split, protocol(task), model, n=len(test), seed=seed).row("kl", mean_of(each, groups))
            )
    if task.exclusive:
        rows += best_rows(task, said, rule.labels, agreed, split)
    for model in ("soft", "soft-temperature"):
        where = scored(task.name, split, protocol(task), model, n=len(test))
        rows += [where.row(f"kl-minus:{rival}", mean_of(kl[model] - kl[rival], groups)) for rival in RIVALS]
    return rows


def best_rows(
    task: Task, said: dict[str, np.ndarray], labels: np.ndarray, agreed: np.ndarray, split: str
) -> list[ResultRow]:
    """1-, 2- and 3-best accuracy against the consensus; a temperature does not change who is first."""
    rows, hits = [], {}
    for model in ("soft", "hard", "hard-tie-broken-temperature"):
        where = scored(task.name, split, protocol(task), model, n=len(agreed))
        best = np.argsort(-said[model][:, agreed], axis=2, kind="stable")
        for k in (1, 2, 3):
            found = [labels[agreed[:, None], one[:, :k]].any(1) for one in best]
            hits[model, k] = np.mean(found, 0)
            rows.append(where.row(f"{k}-best-accuracy", mean_of(hits[model, k], task.groups[agreed])))
    where = scored(task.name, split, protocol(task), "soft", n=len(agreed))
    for k in (1, 2, 3):
        for rival in ("hard", "hard-tie-broken-temperature"):
            gap = mean_of(hits["soft", k] - hits[rival, k], task.groups[agreed])
            rows.append(where.row(f"{k}-best-accuracy-minus:{rival}", gap))
    return rows


def _mean_f1(truth: np.ndarray, *said: np.ndarray) -> float:
    return float(np.mean([macro_f1(truth, each) for each in said]))


def main(names: tuple[str, ...] = TASKS) -> None:
    """Every corpus; rows are written as each is done."""
    for name in names:
        rows = run_task(name)
        for row in rows:
            if row.seed is None:
                print(name, row.model, row.metric, f"{row.value:.4f} [{row.low:.4f}, {row.high:.4f}]", flush=True)
        write(rows)


if __name__ == "__main__":
    main(named(TASKS))
