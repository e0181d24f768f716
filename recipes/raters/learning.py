"""What every comparison shares: heads fitted on frozen features, chosen on dev votes; rows of results."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import nn

from affekt.evaluation.records import ResultRow, Scored, run_info, write_results
from affekt.metrics.resampling import Estimate, bootstrap_interval
from affekt.training.fitting import Schedule, fit
from affekt.training.heads import make_head

# A smoke run only shows that a script runs: one seed, one small head, nothing that ships.
SMOKE = "--smoke" in sys.argv
RESULTS = Path("runs/raters/smoke.csv" if SMOKE else "results/raters.csv")
SEEDS = (0,) if SMOKE else (0, 1, 2)
RESAMPLES = 50 if SMOKE else 2000
Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


@dataclass(frozen=True)
class Config:
    """A head and how it is fitted. The grid is small: linear or one hidden layer, two decays."""

    hidden: int
    dropout: float
    schedule: Schedule


GRID = (
    Config(0, 0.2, Schedule(epochs=40, learning_rate=3e-3, weight_decay=0.01)),
    Config(0, 0.2, Schedule(epochs=40, learning_rate=1e-3, weight_decay=0.5)),
    Config(128, 0.4, Schedule(epochs=40, learning_rate=2e-3, weight_decay=0.01)),
    Config(128, 0.4, Schedule(epochs=40, learning_rate=5e-4, weight_decay=0.5)),
)

if SMOKE:
    GRID = (Config(0, 0.2, Schedule(epochs=2)),)


@dataclass(frozen=True)
class Learned:
    """Logits of every item, float64 (item, label), and the dev loss they were chosen by."""

    logits: np.ndarray
    loss: float
    head: nn.Module


def learn(
    x: np.ndarray,
    target: np.ndarray,
    train: np.ndarray,
    loss: Loss,
    judge: Callable[[np.ndarray], float],
    *,
    config: Config,
    seed: int,
) -> Learned:
    """Fit one head on rows `train`; `judge` scores logits of all items on dev votes and stops the training."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    head = make_head(x.shape[1], target.shape[1], hidden=config.hidden, dropout=config.dropout)
    everything = torch.from_numpy(x)
    known, wanted = everything[train], torch.from_numpy(target[train].astype(np.float32))

    def held() -> torch.Tensor:
        return torch.tensor(judge(head(everything).double().numpy()))

    went = fit(
        head,
        lambda rows: loss(head(known[rows]), wanted[rows]),
        held,
        items=len(train),
        schedule=replace(config.schedule, seed=seed),
    )
    with torch.no_grad():
        return Learned(head(everything).double().numpy(), went.loss, head)


def choose(fitted: Callable[[Config], Learned], grid: Sequence[Config] = GRID) -> Config:
    """The configuration with the lowest dev loss."""
    return min(grid, key=lambda config: fitted(config).loss)


def mean_of(values: np.ndarray, groups: np.ndarray) -> Estimate:
    """The mean of one value per item with a 95 % bootstrap interval over groups of like items."""
    sums, counts = (np.bincount(np.unique(groups, return_inverse=True)[1], w) for w in (values, np.ones(len(values))))
    return bootstrap_interval(_ratio, sums, counts, resamples=RESAMPLES)


def _ratio(sums: np.ndarray, counts: np.ndarray) -> float:
    return float(sums.sum() / counts.sum())


def scored(corpus: str, split: str, protocol: str, model: str, *, n: int, seed: int | None = None) -> Scored:
    """Where rows of one model are written; no seed: the mean over `SEEDS`."""
    return Scored(corpus, split, protocol, n, run_info(model, "1", seed=seed))


def write(rows: list[ResultRow]) -> None:
    """Put rows into results/raters.csv."""
    write_results(RESULTS, rows)
    print(f"{len(rows)} rows to {RESULTS}", flush=True)


def named(everything: tuple[str, ...]) -> tuple[str, ...]:
    """The corpora named on the command line, or all."""
    return tuple(name for name in sys.argv[1:] if not name.startswith("--")) or everything
