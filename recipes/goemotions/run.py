"""GoEmotions as a start: how many labels of another corpus does it save? A curve, all layers and frozen.

    AFFEKT_DATA=… python recipes/goemotions/run.py

Demszky et al. 2020, "GoEmotions", section 6: transfer to other corpora from 100 to 1,000 of their labels. README.md
says what is as in the paper.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression

from affekt.corpora.index import find_corpus
from affekt.corpora.parts import Parts, make_parts
from affekt.corpora.read import read_corpus
from affekt.corpora.targets import Target, draw
from affekt.evaluation.experiment import Arm, Experiment, Outcome, run_experiment
from affekt.evaluation.records import ResultRow, write_results
from affekt.evaluation.settings import read_settings
from affekt.metrics.classification import macro_f1, micro_f1
from affekt.training.fine_tuning import Plan
from affekt.training.starting import Start, open_encoder
from affekt.training.text_network import LabelNet, answer, loss_for, train_labels
from affekt.training.thresholds import fit_thresholds

# The encoder of the shipped model, which learned GoEmotions, and the published one that it began from.
STARTS = {"goemotions-first": "text", "plain": "minilm"}


@dataclass(frozen=True)
class Config:
    corpora: str = "isear,dair_emotion"
    sizes: str = "100,300"
    scored: int = 1000
    longest: int = 48
    layers: int = 6
    epochs: int = 3
    least_steps: int = 100
    learning_rate: float = 2e-4
    layer_decay: float = 0.9
    head_factor: float = 10.0
    inverse_penalty: float = 30.0
    seeds: int = 3
    resamples: int = 1000
    smoke: int = 0
    results: str = "results/text-methods.csv"


def main() -> None:
    config = read_settings(Config, __doc__)
    if config.smoke:
        small = {
            "sizes": "100",
            "scored": 100,
            "longest": 16,
            "layers": 1,
            "epochs": 1,
            "least_steps": 1,
            "resamples": 20,
        }
        config = replace(config, corpora=config.corpora.split(",")[0], seeds=1, **small)
    rows: list[ResultRow] = []
    for corpus in config.corpora.split(","):
        records = list(read_corpus(corpus))[: 1000 if config.smoke else None]
        parts = make_parts(corpus, records, find_corpus(corpus).space, seed=0)
        test = draw(parts.test, config.scored, seed=0)
        for size in (int(each) for each in config.sizes.split(",")):
            for way, run in (("frozen", frozen), ("all-layers", fine_tuned)):
                found = run_experiment(
                    Experiment(
                        *("goemotions", corpus, "test", f"transfer-{size}-{way}", test.truth),
                        {"macro_f1": (macro_f1, "decided"), "micro_f1": (micro_f1, "decided")},
                        arms(run, parts, test, size, config),
                        test.groups,
                    ),
                    runs=Path("runs/text-methods"),
                    seeds=range(config.seeds),
                    resamples=config.resamples,
                )
                for row in found:
                    if row.metric.startswith("macro_f1"):
                        told = f"{corpus:14} {row.protocol:26} {row.model:18} {row.metric:20} {row.value:.3f}"
                        print(f"{told}  {row.low:.3f} {row.high:.3f}", flush=True)
                rows += found
    write_results(Path(config.results), rows)


Run = Callable[[str, Target, Target, Target, Config, int], Outcome]


def arms(run: Run, parts: Parts, test: Target, size: int, config: Config) -> list[Arm]:
    """The same texts for both starts; each seed draws its own to learn from and a quarter as many to tune on."""
    unlike = {"seeds": 0, "resamples": 0, "corpora": "", "sizes": "", "results": ""}
    settings = str(asdict(config) | unlike)

    def one(start: str, seed: int) -> Outcome:
        train, dev = draw(parts.train, size, seed=seed), draw(parts.dev, max(size // 4, 20), seed=seed)
        return run(start, train, dev, test, config, seed)

    return [Arm(name, partial(one, start), settings) for name, start in STARTS.items()]


def fine_tuned(name: str, train: Target, dev: Target, test: Target, config: Config, seed: int) -> Outcome:
    """All layers learn, the lower the slower."""
    started = time.monotonic()
    start = open_encoder(name, layers=config.layers, seed=seed)
    torch.manual_seed(seed)
    net = LabelNet(start, train.truth.shape[1])
    kind = "exclusive" if train.exclusive else "multi-label"
    # A hundred texts make seven steps an epoch: few labels are read more often.
    epochs = max(config.epochs, -(-config.least_steps * 16 // len(train)))
    plan = Plan(
        *(epochs, 16, config.learning_rate),
        layer_decay=config.layer_decay,
        head_factor=config.head_factor,
        patience=3,
        seed=seed,
    )
    lesson, held = ((encoded(start, part, config), part.truth) for part in (train, dev))
    train_labels(net, lesson, held, loss=loss_for(kind), plan=plan)
    said = [squashed(answer(net, encoded(start, part, config)), kind) for part in (dev, test)]
    trained = sum(parameter.numel() for parameter in net.parameters())
    return Outcome({"decided": decide(dev, *said)}, time.monotonic() - started, trained)


def frozen(name: str, train: Target, dev: Target, test: Target, config: Config, seed: int) -> Outcome:
    """The encoder stays as it is: a logistic regression on the mean of its states."""
    started = time.monotonic()
    start = opened(name, config.layers)
    known, *asked = (features(start, part, config) for part in (train, dev, test))
    middle, spread = known.mean(0), known.std(0) + 1e-6
    columns, trained = [[], []], 0
    for truth in train.truth.T:
        if truth.all() or not truth.any():
            for column, part in zip(columns, asked, strict=True):
                column.append(np.full(len(part), float(truth.any())))
            continue
        head = LogisticRegression(C=config.inverse_penalty / known.shape[1], max_iter=300)
        head.fit((known - middle) / spread, truth)
        trained += head.coef_.size + 1
        for column, part in zip(columns, asked, strict=True):
            column.append(head.predict_proba((part - middle) / spread)[:, 1])
    said = [np.column_stack(column) for column in columns]
    return Outcome({"decided": decide(dev, *said)}, time.monotonic() - started, trained)


def decide(dev: Target, on_dev: np.ndarray, on_test: np.ndarray) -> np.ndarray:
    """The likeliest label, or where several may hold those above thresholds that suit the tuning texts."""
    if dev.exclusive:
        return np.eye(on_test.shape[1], dtype=bool)[on_test.argmax(1)]
    return on_test >= fit_thresholds(dev.truth, on_dev)


def squashed(logits: np.ndarray, kind: str) -> np.ndarray:
    """Probabilities of multi-label logits; the order is all that exclusive ones are asked for."""
    return logits if kind == "exclusive" else 1 / (1 + np.exp(-logits.astype(np.float64)))


def encoded(start: Start, part: Target, config: Config) -> list[list[int]]:
    return start.encode([record.signal.text for record in part.records], longest=config.longest)


@lru_cache(maxsize=2)
def opened(name: str, layers: int) -> Start:
    return open_encoder(name, layers=layers)


_FEATURES: dict[tuple[str, str], np.ndarray] = {}


def features(start: Start, part: Target, config: Config) -> np.ndarray:
    """The mean state of each text, float32 (text, width); a text's is worked out once."""
    net = LabelNet(start, 1)
    net.eval()
    texts = [record.signal.text for record in part.records]
    new = [place for place, text in enumerate(texts) if (start.name, text) not in _FEATURES]
    if new:
        ids = start.encode([texts[place] for place in new], longest=config.longest)
        for place, row in zip(new, answer(net.pooled, ids), strict=True):
            _FEATURES[start.name, texts[place]] = row
    return np.stack([_FEATURES[start.name, text] for text in texts])


if __name__ == "__main__":
    main()
