"""sent2affect: does a Bi-LSTM that learned sentiment first read emotions better when few are labelled?

    AFFEKT_DATA=… python recipes/sent2affect/run.py

Five arms on each corpus, three seeds: sentiment first, then emotions with class weights; the same, only the head
learning emotions; the same without class weights; from scratch; TF-IDF with logistic regression. Kratzwald et al. 2018.
README.md says what is as in the paper.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from affekt.corpora.index import find_corpus
from affekt.corpora.parts import Parts, make_parts
from affekt.corpora.read import read_corpus
from affekt.evaluation.experiment import Arm, Experiment, Outcome, run_experiment
from affekt.evaluation.learners import Lesson
from affekt.evaluation.records import ResultRow, write_results
from affekt.evaluation.settings import read_settings
from affekt.evaluation.tfidf import teach_tfidf
from affekt.metrics.classification import macro_f1, weighted_f1
from affekt.models.sent2affect.net import Sent2Affect
from affekt.training.fine_tuning import Plan
from affekt.training.starting import Start, open_encoder
from affekt.training.text_network import answer, loss_for, train_labels


@dataclass(frozen=True)
class Config:
    corpora: str = "isear,dair_emotion"
    labelled: str = "100,500"
    width: int = 64
    dropout: float = 0.3
    sentiment_rate: float = 2e-3
    sentiment_epochs: int = 4
    learning_rate: float = 2e-3
    head_rate: float = 1e-2
    epochs: int = 15
    patience: int = 5
    seeds: int = 3
    resamples: int = 1000
    smoke: int = 0
    results: str = "results/text-methods.csv"


def main() -> None:
    config = read_settings(Config, __doc__)
    if config.smoke:
        config = replace(
            config, corpora=config.corpora.split(",")[0], labelled="100", sentiment_epochs=1, epochs=2, resamples=20
        )
    rows: list[ResultRow] = []
    for corpus in config.corpora.split(","):
        records = list(read_corpus(corpus))[: 400 if config.smoke else None]
        sizes = [int(size) for size in config.labelled.split(",")]
        most = make_parts(corpus, records, find_corpus(corpus).space, most=max(sizes), seed=0)
        for size in sizes:
            rows += run_size(corpus, size, most, config)
    write_results(Path(config.results), rows)


def run_size(corpus: str, size: int, most: Parts, config: Config) -> list[ResultRow]:
    """Learn from the first `size` labelled texts, tune on a quarter as many."""
    train, dev = (
        part.take(np.arange(len(part)) < count) for part, count in ((most.train, size), (most.dev, size // 4))
    )
    parts = replace(most, train=train, dev=dev)
    metrics = {"macro_f1": (macro_f1, "decided"), "weighted_f1": (weighted_f1, "decided")}
    rows = run_experiment(
        Experiment(
            *("sent2affect", corpus, "test", f"{size}-labels"),
            *(parts.test.truth, metrics, arms(parts, size, config), parts.test.groups),
        ),
        runs=Path("runs/text-methods"),
        seeds=range(config.seeds),
        resamples=config.resamples,
    )
    for row in rows:
        print(f"{row.corpus:14} {row.protocol:12} {row.model:28} {row.metric:32} {row.value:.3f}  {row.low} {row.high}")
    return rows


def arms(parts: Parts, size: int, config: Config) -> list[Arm]:
    settings = str(asdict(config) | {"seeds": 0, "resamples": 0, "corpora": "", "results": "", "labelled": size})

    def bilstm(*, sentiment: bool = True, weighted: bool = True, freeze: bool = False) -> Callable[[int], Outcome]:
        return lambda seed: run_bilstm(parts, config, seed, Way(sentiment, weighted, freeze))

    return [
        Arm("sentiment-first", bilstm(), settings),
        Arm("head-only", bilstm(freeze=True), settings),
        Arm("from-scratch", bilstm(sentiment=False), settings),
        Arm("unweighted", bilstm(weighted=False), settings),
        Arm("tfidf", lambda seed: run_tfidf(parts, seed), settings),
    ]


class Way(NamedTuple):
    """What differs between the arms."""

    sentiment: bool
    weighted: bool
    freeze: bool


def run_bilstm(parts: Parts, config: Config, seed: int, way: Way) -> Outcome:
    """Word vectors are MiniLM's token table, for all: what differs is what the recurrent part has learned before."""
    started = time.monotonic()
    start, vectors = pieces_and_vectors()
    torch.manual_seed(seed)
    net = Sent2Affect(vectors, 2, width=config.width, dropout=config.dropout)
    if way.sentiment:
        net.load_state_dict(learned_sentiment(config, seed), strict=False)
    net.rehead(parts.train.truth.shape[1], freeze=way.freeze)
    train, dev, test = ([r.signal.text for r in part.records] for part in parts)
    counts = parts.train.truth.sum(0)
    weights = len(parts.train) / (len(counts) * np.maximum(counts, 1)) if way.weighted else None
    rate = config.head_rate if way.freeze else config.learning_rate
    plan = Plan(*(config.epochs, 32, rate), patience=config.patience, seed=seed, bfloat16=False)
    lesson, held = (start.encode(train), parts.train.truth), (start.encode(dev), parts.dev.truth)
    train_labels(net, lesson, held, loss=loss_for("exclusive", weights=weights), plan=plan)
    said = answer(net, start.encode(test))
    decided = np.eye(said.shape[1], dtype=bool)[said.argmax(1)]
    trained = sum(parameter.numel() for parameter in net.parameters() if parameter.requires_grad)
    return Outcome({"decided": decided}, time.monotonic() - started, trained)


def run_tfidf(parts: Parts, seed: int) -> Outcome:
    started = time.monotonic()
    said = teach_tfidf(Lesson(parts.train, parts.dev, frozenset({"en"}), seed), "words")(parts.test.records)
    if said.probabilities is None:
        raise SystemExit("TF-IDF answered nothing.")
    decided = np.eye(said.probabilities.shape[1], dtype=bool)[said.probabilities.argmax(1)]
    return Outcome({"decided": decided}, time.monotonic() - started, 0)


@lru_cache(maxsize=8)
def learned_sentiment(config: Config, seed: int) -> dict[str, torch.Tensor]:
    """The recurrent part once it knows sentiment; the same for every corpus and arm of a seed."""
    _, vectors = pieces_and_vectors()
    net = Sent2Affect(vectors, 2, width=config.width, dropout=config.dropout)
    lesson, held = sentiment_data(200 if config.smoke else 0)
    plan = Plan(*(config.sentiment_epochs, 64, config.sentiment_rate), patience=1, seed=seed, bfloat16=False)
    train_labels(net, lesson, held, loss=loss_for("exclusive"), plan=plan)
    return {name: value for name, value in net.state_dict().items() if name.startswith("recurrent.")}


@lru_cache(maxsize=1)
def pieces_and_vectors() -> tuple[Start, torch.Tensor]:
    start = open_encoder("minilm", layers=1)
    return start, start.encoder.tokens.weight.detach()


Examples = tuple[list[list[int]], np.ndarray]


@lru_cache(maxsize=1)
def sentiment_data(limit: int) -> tuple[Examples, Examples]:
    """VADER's rated sentences: negative or positive where some 20 raters' mean is off zero by a fifth; a tenth held."""
    start, _ = pieces_and_vectors()
    clear = [r for r in read_corpus("vader_icwsm") if abs(r.values["valence"]) >= 0.2]
    order = np.random.default_rng(0).permutation(len(clear))[: limit or None]
    ids = start.encode([clear[i].signal.text for i in order])
    signs = np.eye(2, dtype=np.float32)[[int(clear[i].values["valence"] > 0) for i in order]]
    cut = len(ids) // 10
    return (ids[cut:], signs[cut:]), (ids[:cut], signs[:cut])


if __name__ == "__main__":
    main()
