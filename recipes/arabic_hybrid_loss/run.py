"""arabic-hybrid-loss: do class weights, label correlations and contrast help the rare emotions of Arabic texts?

    AFFEKT_DATA=… python recipes/arabic_hybrid_loss/run.py

Seven arms on Moroccan and on Algerian Arabic (BRIGHTER, official splits), three seeds, one network: the whole loss;
without each of its terms; class weights alone; binary cross-entropy; and a linear model. Aslam et al. 2024. README.md
says how to read it.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch

from affekt.corpora.index import find_corpus
from affekt.corpora.parts import Parts, make_parts
from affekt.corpora.read import read_corpus
from affekt.evaluation.experiment import Arm, Experiment, Outcome, run_experiment
from affekt.evaluation.learners import lesson_of
from affekt.evaluation.records import ResultRow, write_results
from affekt.evaluation.settings import read_settings
from affekt.evaluation.tfidf import teach_tfidf
from affekt.metrics.classification import macro_f1, mean_average_precision, micro_f1
from affekt.metrics.multi_label import hamming_loss, jaccard
from affekt.models.arabic_hybrid_loss.net import StackedNet
from affekt.training.fine_tuning import Plan, fine_tune
from affekt.training.hybrid_loss import TERMS, HybridLoss, HybridTerms
from affekt.training.stacked_views import StackedViews, stack_views
from affekt.training.thresholds import fit_thresholds


@dataclass(frozen=True)
class Config:
    languages: str = "ary,arq"
    views: str = "characters,words,phrases"
    view_width: int = 200
    width: int = 96
    weighting: float = 0.5
    correlation: float = 1.0
    contrastive: float = 0.1
    temperature: float = 0.2
    learning_rate: float = 2e-3
    batch: int = 64
    epochs: int = 20
    seeds: int = 3
    resamples: int = 1000
    smoke: int = 0
    results: str = "results/text-methods.csv"


Answers = dict[str, np.ndarray]
ON_DEV = "tuned"


def main() -> None:
    config = read_settings(Config, __doc__)
    rows: list[ResultRow] = []
    texts = [r for r in read_corpus("brighter") if r.conditions.get("track") == "a"]
    for language in config.languages.split(","):
        records = [r for r in texts if r.signal.language == language]
        space = find_corpus("brighter").space
        parts = make_parts(f"brighter:{language}", records, space, most=120 if config.smoke else None)
        rows += run_experiment(
            experiment(parts, language, config),
            runs=Path("runs/text-methods"),
            seeds=range(config.seeds),
            resamples=config.resamples,
        )
    for row in rows:
        print(f"{row.corpus:14} {row.model:34} {row.metric:40} {row.value:.3f}  {row.low} {row.high}")
    write_results(Path(config.results), rows)


def experiment(parts: Parts, language: str, config: Config) -> Experiment:
    truth, rare = parts.test.truth, rarer_half(parts.train.truth)
    metrics = {
        "macro_f1": (macro_f1, "decided"),
        "macro_f1:rarer-half": (macro_f1, "rare"),
        "micro_f1": (micro_f1, "decided"),
        "jaccard": (jaccard, "decided"),
        "hamming_loss": (hamming_loss, "decided"),
        "macro_f1:dev-thresholds": (macro_f1, ON_DEV),
        "mean_average_precision": (mean_average_precision, "probabilities"),
    }
    truths = {"decided": truth, "rare": truth[:, rare], ON_DEV: truth, "probabilities": truth}
    return Experiment(
        *("arabic-hybrid-loss", f"brighter:{language}", "test", "from-one-half"),
        *(truths, metrics, arms(parts, config), parts.test.groups),
    )


def rarer_half(truth: np.ndarray) -> np.ndarray:
    """The places of the half of the labels that the fewest items to learn from have."""
    return np.sort(np.argsort(truth.sum(0), kind="stable")[: truth.shape[1] // 2])


def arms(parts: Parts, config: Config) -> list[Arm]:
    settings = str(asdict(config) | {"seeds": 0, "resamples": 0, "languages": "", "results": ""})
    texts = [[r.signal.text for r in part.records] for part in parts]
    views = stack_views(config.views.split(","), texts, width=config.view_width)
    whole = HybridTerms(config.weighting, config.correlation, config.contrastive, config.temperature)
    losses = {
        "hybrid": whole,
        **{f"without-{term}": whole.without(term) for term in TERMS},
        "weighting-alone": whole.without("correlation").without("contrastive"),
        "plain": HybridTerms(0, 0, 0),
    }

    def arm(name: str, terms: HybridTerms) -> Arm:
        return Arm(name, lambda seed: run_network(parts, views, terms, config, seed), settings)

    return [*(arm(*each) for each in losses.items()), Arm("tfidf", lambda seed: run_tfidf(parts, seed), settings)]


def run_network(parts: Parts, made: StackedViews, terms: HybridTerms, config: Config, seed: int) -> Outcome:
    """One network trained by one loss. It stops by the average precision on dev, which no loss is written in."""
    started = time.monotonic()
    train, dev, test = made.parts
    torch.manual_seed(seed)
    net = StackedNet(made.widths, parts.train.truth.shape[1], width=config.width)
    loss = HybridLoss(parts.train.truth, terms)
    views, targets = torch.from_numpy(train), torch.as_tensor(parts.train.truth, dtype=torch.float32)

    def of_batch(rows: np.ndarray) -> torch.Tensor:
        states = net.states(views[rows])
        return loss(net.head(torch.nn.functional.dropout(states, net.dropout, net.training)), states, targets[rows])

    plan = Plan(
        config.smoke or config.epochs, config.batch, config.learning_rate, patience=6, seed=seed, bfloat16=False
    )
    fine_tune(
        *(net, of_batch, lambda: -mean_average_precision(parts.dev.truth, said(net, dev))),
        lengths=np.ones(len(train), np.int64),
        plan=plan,
    )
    trained = sum(parameter.numel() for parameter in net.parameters())
    return Outcome(answers(parts, said(net, dev), said(net, test)), time.monotonic() - started, trained)


def said(net: StackedNet, views: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        return torch.sigmoid(net(torch.from_numpy(views))).numpy().astype(np.float64)


def answers(parts: Parts, on_dev: np.ndarray, on_test: np.ndarray) -> Answers:
    decided = on_test >= 0.5
    tuned = on_test >= fit_thresholds(parts.dev.truth, on_dev)
    rare = decided[:, rarer_half(parts.train.truth)]
    return {"decided": decided, "rare": rare, ON_DEV: tuned, "probabilities": on_test}


def run_tfidf(parts: Parts, seed: int) -> Outcome:
    """Characters inside words with a logistic regression per label."""
    started = time.monotonic()
    taught = teach_tfidf(lesson_of(parts.train, seed=seed), "characters")
    on_dev, on_test = (taught(part.records).probabilities for part in (parts.dev, parts.test))
    return Outcome(answers(parts, on_dev, on_test), time.monotonic() - started, 0)


if __name__ == "__main__":
    main()
