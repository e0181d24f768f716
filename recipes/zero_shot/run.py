"""zeroshot-entailment: the two protocols of Yin, Hay & Roth 2019 on corpora at hand, any scorer of labels by name.

    AFFEKT_DATA=… python recipes/zero_shot/run.py
    AFFEKT_DATA=… python recipes/zero_shot/run.py --entail FOLDER_OR_NAME     # a model of entailment as well

Label-fully-unseen: nothing of the corpus is learned from. Label-partially-unseen: half of the labels may be learned
from (two ways to halve them), and all are answered; reported are weighted F1 of the seen, the unseen, and their
harmonic mean.
The offline default is the open-vocabulary scorer in the space of `text`; beside it plain cosine of MiniLM. README.md
says what is as in the paper.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "open_vocabulary"))
import data

from affekt.corpora.index import find_corpus
from affekt.corpora.parts import Parts, make_parts
from affekt.corpora.read import read_corpus
from affekt.evaluation.by_name import named_labels
from affekt.evaluation.experiment import Arm, Experiment, Outcome, run_experiment
from affekt.evaluation.records import write_results
from affekt.evaluation.settings import read_settings
from affekt.evaluation.zero_shot import (
    alternating_split,
    decide_fully_unseen,
    decide_partially_unseen,
    zero_shot_scores,
)
from affekt.inference.entailment import entailment_scores, hypotheses_of, open_entailment
from affekt.inference.label_map import LabelMap, load_label_map, unit
from affekt.models.text_open.card import FOLDER
from affekt.training.label_map import LabelledEncodings, MapPlan, fit_label_map

NAME = "zeroshot-entailment"


@dataclass(frozen=True)
class Config:
    corpora: str = "isear,dair_emotion"
    labelled: int = 1000
    most: int = 1500
    margin: float = 0.05
    entail: str = ""
    seeds: int = 1
    resamples: int = 200
    smoke: int = 0
    results: str = "results/text-methods.csv"


def main() -> None:
    config = read_settings(Config, __doc__)
    if config.smoke:
        config = replace(config, corpora=config.corpora.split(",")[0], labelled=200, most=60, resamples=20)
    rows = []
    for corpus in config.corpora.split(","):
        records = list(read_corpus(corpus))
        if config.smoke:
            records = records[:: max(1, len(records) // 400)]
        parts = make_parts(corpus, records, find_corpus(corpus).space, most=config.labelled, seed=0)
        test = parts.test.take(np.arange(len(parts.test)) < config.most)
        parts = replace(parts, test=test)
        labels = tuple(test.space)
        truth = test.truth.argmax(1)
        for seen in (None, alternating_split(labels, 0), alternating_split(labels, 1)):
            name = "label-fully-unseen" if seen is None else f"label-partially-unseen-v{int(labels_seen(seen, labels))}"
            found = run_experiment(
                Experiment(
                    *(NAME, corpus, "test", name, truth),
                    {metric: (score(labels, seen or (), metric), "decided") for metric in metrics(seen)},
                    arms(parts, seen, config),
                ),
                runs=Path("runs/text-methods"),
                seeds=range(config.seeds),
                resamples=config.resamples,
            )
            for row in found:
                print(f"{row.corpus:14} {row.protocol:26} {row.model:32} {row.metric:24} {row.value:.3f}")
            rows += found
    write_results(Path(config.results), rows)


def labels_seen(seen: tuple[str, ...], labels: tuple[str, ...]) -> bool:
    """Whether these are the labels of the second of the two splits."""
    return seen == alternating_split(labels, 1)


def metrics(seen: tuple[str, ...] | None) -> tuple[str, ...]:
    return ("overall",) if seen is None else ("harmonic", "seen", "unseen", "overall")


def score(labels: tuple[str, ...], seen: tuple[str, ...], metric: str) -> Callable:
    """Return a metric of true and chosen places, (item,) each."""

    def of(truth: np.ndarray, chosen: np.ndarray) -> float:
        told = zero_shot_scores([labels[i] for i in truth], chosen, labels, seen=seen)
        return float(getattr(told, metric))

    return of


def arms(parts: Parts, seen: tuple[str, ...] | None, config: Config) -> list[Arm]:
    settings = str(asdict(config) | {"seeds": 0, "resamples": 0, "corpora": "", "results": "", "entail": ""})
    ways = [
        Arm("open-vocabulary", lambda seed: by_map(parts, seen, config, "text"), settings),
        Arm("minilm-cosine", lambda seed: by_cosine(parts, seen, config), settings),
    ]
    if seen is not None:
        ways.append(Arm("unseen-only", lambda seed: by_map(parts, seen, config, "text", learn=False), settings))
    if config.entail:
        ways.append(Arm("entailment", lambda seed: by_entailment(parts, seen, config), settings + config.entail))
    return ways


def by_map(parts: Parts, seen: tuple[str, ...] | None, config: Config, encoding: str, *, learn: bool = True) -> Outcome:
    """Score by the shipped map; with labels seen, heads of them learned from the corpus lend to all labels."""
    started = time.monotonic()
    labels = named_labels(parts.test.space)
    found = load_label_map(FOLDER / "labels.npz")
    if seen is not None and learn:
        found = with_heads(found, parts, seen)
    x = data.kept(encoding, [r.signal.text[:300] for r in parts.test.records])
    directions = found.directions(labels, data.described(encoding, labels))
    said = found.probabilities(found.texts(x) @ directions.T)
    return Outcome({"decided": decide(said, parts, seen, config)}, time.monotonic() - started, 0)


def with_heads(found: LabelMap, parts: Parts, seen: tuple[str, ...]) -> LabelMap:
    """Return the map with heads for the seen labels, learned from the corpus's own texts that have one of them."""
    train = parts.train
    columns = [train.space.index(label) for label in seen]
    kept = train.truth[:, columns].any(1)
    texts = data.kept("text", [r.signal.text[:300] for r, keep in zip(train.records, kept, strict=True) if keep])
    terms = tuple(label.terms[0] for label in named_labels(train.space) if label.name in seen)
    lesson = LabelledEncodings(texts, train.truth[kept][:, columns], terms)
    plan = MapPlan(whitening=1.0, share=found.share, sharpness=found.sharpness)
    own = fit_label_map([lesson], np.zeros((1, 1, texts.shape[1])), plan)
    # Into the shipped map's whitened space: the same directions on plain encodings.
    moved = np.linalg.solve(found.whitening, own.whitening @ own.heads)
    moved = moved / np.sqrt(np.maximum(np.einsum("wh,wv,vh->h", moved, found.spread, moved), 1e-12))
    shown = [term not in own.terms for term in found.terms]
    heads = np.concatenate([found.heads[:, shown], moved], axis=1)
    terms = tuple(term for term, keep in zip(found.terms, shown, strict=True) if keep) + own.terms
    return replace(found, heads=heads, terms=terms)


def by_cosine(parts: Parts, seen: tuple[str, ...] | None, config: Config) -> Outcome:
    """Score by the cosine of text and label name in the space of MiniLM: nothing is learned."""
    started = time.monotonic()
    labels = named_labels(parts.test.space)
    x = data.kept("minilm", [r.signal.text[:300] for r in parts.test.records])
    said = unit(x) @ unit(data.described("minilm", labels)[0]).T
    return Outcome(
        {"decided": decide((said + 1) / 2, parts, seen, replace(config, margin=0.0))}, time.monotonic() - started, 0
    )


def by_entailment(parts: Parts, seen: tuple[str, ...] | None, config: Config) -> Outcome:
    started = time.monotonic()
    labels = named_labels(parts.test.space)
    asked = hypotheses_of([(label.name, label.definition) for label in labels])
    said = entailment_scores(open_entailment(config.entail), [r.signal.text for r in parts.test.records], asked)
    return Outcome({"decided": decide(said, parts, seen, config)}, time.monotonic() - started, 0)


def decide(said: np.ndarray, parts: Parts, seen: tuple[str, ...] | None, config: Config) -> np.ndarray:
    """Every text of these corpora has a label: there is no limit under which it would have none."""
    if seen is None:
        return decide_fully_unseen(said, limit=None)
    known = np.array([label in seen for label in parts.test.space])
    return decide_partially_unseen(said, known, limit=-1.0, margin=config.margin)


if __name__ == "__main__":
    main()
