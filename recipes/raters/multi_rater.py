"""A head per rater beside the consensus against one head for all, on BRIGHTER German and Brazilian Portuguese.

    one-head         shares of votes; every rater gets the same answer
    one-head-shift   the same, moved per rater and label to his own training votes
    multi-rater      every rater's votes and the consensus, from one shared layer

All raters are known from training; texts are new. Cross-entropy and macro-F1 per rater (interval over raters), KL of
the consensus (interval over items; `multi-rater-mean` is the mean of the raters' own answers).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from data import load_task
from features import features, protocol
from learning import SEEDS, Config, choose, learn, mean_of, named, scored, write
from personal import TASKS, over_raters, real
from personal import score as rater_score
from soft_hard import bce, item_loss, probabilities

from affekt.evaluation.records import ResultRow
from affekt.training.fitting import Schedule, fit
from affekt.training.heads import MultiRaterHead, multi_rater_loss
from affekt.training.personalisation import rater_shift

GRID = tuple(
    Config(hidden, 0.3, Schedule(epochs=40, learning_rate=2e-3, weight_decay=decay))
    for hidden in (64, 128)
    for decay in (0.01, 0.5)
)
METHODS = ("one-head", "one-head-shift", "multi-rater")


def main(names: tuple[str, ...] = TASKS) -> None:
    """Both languages."""
    for name in names:
        rows = compare(name)
        for row in rows:
            print(name, row.model, row.metric, f"{row.value:.4f} [{row.low:.4f}, {row.high:.4f}]", flush=True)
        write(rows)


def compare(name: str) -> list[ResultRow]:
    """All rows of one language."""
    task = load_task(name)
    panel = real(task)
    train, dev, test = (panel.parts[part] for part in ("train", "dev", "test"))
    x = torch.from_numpy(features(task, train))
    votes = torch.from_numpy(panel.votes)
    per_rater: dict[str, list[list[dict[str, float]]]] = {method: [] for method in METHODS}
    kl: dict[str, list[np.ndarray]] = {"one-head": [], "multi-rater": [], "multi-rater-mean": []}
    chosen: dict[str, Config] = {}
    for seed in SEEDS:
        one = single(task, panel.x, train, dev, seed, chosen)
        many = several(task, x, votes, train, dev, seed, chosen)
        with torch.no_grad():
            said = many(x)
        shift = rater_shift(one[train].expand(len(votes), -1, -1), votes[:, train], ridge=1.0)
        answers = {
            "one-head": one.expand(len(votes), -1, -1),
            "one-head-shift": one + shift[:, None, :],
            "multi-rater": said.raters.transpose(0, 1),
        }
        for method, logits in answers.items():
            per_rater[method].append(
                [rater_score(z[test][None], v[test][None]) for z, v in zip(logits, votes, strict=True)]
            )
        mean = torch.sigmoid(said.raters).mean(1).clamp(1e-6, 1 - 1e-6)
        for method, logits in (("one-head", one), ("multi-rater", said.consensus), ("multi-rater-mean", mean.logit())):
            kl[method].append(item_loss(task, task.shares[test], probabilities(task, logits[test].double().numpy())))
    return rows_of(task, per_rater, kl, test)


def single(task, x, train, dev, seed, chosen) -> torch.Tensor:  # type: ignore[no-untyped-def]
    """Logits of the head that learned the shares."""

    def attempt(config: Config):  # type: ignore[no-untyped-def]
        def judge(logits: np.ndarray) -> float:
            return float(item_loss(task, task.shares[dev], probabilities(task, logits[dev])).mean())

        return learn(x, task.shares, train, bce, judge, config=config, seed=seed)

    if "one" not in chosen:
        chosen["one"] = choose(attempt, GRID)
    return torch.from_numpy(attempt(chosen["one"]).logits).float()


def several(task, x, votes, train, dev, seed, chosen) -> MultiRaterHead:  # type: ignore[no-untyped-def]
    """The head per rater; dev votes of every rater stop it."""
    shares = torch.from_numpy(task.shares).float()
    by_item = votes.transpose(0, 1)

    def attempt(config: Config) -> tuple[float, MultiRaterHead]:
        torch.manual_seed(seed)
        head = MultiRaterHead(x.shape[1], votes.shape[2], len(votes), hidden=config.hidden, dropout=config.dropout)
        went = fit(
            head,
            lambda rows: multi_rater_loss(head(x[train[rows]]), shares[train[rows]], by_item[train[rows]]),
            lambda: multi_rater_loss(head(x[dev]), shares[dev], by_item[dev]),
            items=len(train),
            schedule=replace(config.schedule, seed=seed),
        )
        return went.loss, head

    if "many" not in chosen:
        chosen["many"] = min(GRID, key=lambda config: attempt(config)[0])
    return attempt(chosen["many"])[1]


def rows_of(task, per_rater, kl, test) -> list[ResultRow]:  # type: ignore[no-untyped-def]
    """Means over raters and over items."""
    rows = []
    values = {
        (method, metric): np.array([[one[metric] for one in seed] for seed in seeds]).mean(0)
        for method, seeds in per_rater.items()
        for metric in ("nll", "macro-f1")
    }
    for (method, metric), own in values.items():
        where = scored(task.name, "test", f"{protocol(task)}:known-raters", method, n=len(own))
        rows.append(where.row(f"rater-{metric}", over_raters(own)))
        if method == "multi-rater":
            for rival in METHODS[:2]:
                rows.append(where.row(f"rater-{metric}-minus:{rival}", over_raters(own - values[rival, metric])))
    items = {method: np.mean(each, 0) for method, each in kl.items()}
    for method, each in items.items():
        where = scored(task.name, "test", f"{protocol(task)}:known-raters", method, n=len(test))
        rows.append(where.row("consensus-kl", mean_of(each, task.groups[test])))
        if method != "one-head":
            rows.append(where.row("consensus-kl-minus:one-head", mean_of(each - items["one-head"], task.groups[test])))
    return rows


if __name__ == "__main__":
    main(named(TASKS))
