"""mahaemotions: annotators of Marathi tweets, merged by union and intersection, against labels given by hand.

    AFFEKT_DATA=… python recipes/mahaemotions/run.py [--endpoint URL#MODEL --endpoint URL#MODEL]

Endpoints are asked by chain of translation: translate to English and label, in one prompt. Learners are taught the
labels that GPT-4 gave the training part. Kowtal & Joshi 2025, arXiv:2506.00863. README.md says what is shown.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from affekt.analysis.asking import Asking, ask_texts, open_interview
from affekt.analysis.gold import gold_agreement
from affekt.analysis.merging import merge_answers
from affekt.corpora.index import find_corpus
from affekt.corpora.parts import Parts, make_parts
from affekt.corpora.read import read_corpus
from affekt.evaluation.answers import Question, decide
from affekt.evaluation.experiment import Arm, Experiment, Outcome, run_experiment
from affekt.evaluation.records import write_results
from affekt.evaluation.settings import read_settings
from affekt.evaluation.subjects import find_subject
from affekt.language.tally import Bill
from affekt.metrics.classification import macro_f1, micro_f1
from affekt.metrics.multi_label import jaccard

Answered = list[tuple[str, ...] | None]


@dataclass(frozen=True)
class Config:
    learners: str = "tfidf-characters,tfidf-words"
    learned: int = 6000
    scored: int = 100_000
    template: str = "cotr"
    seeds: int = 3
    resamples: int = 1000
    endpoint: tuple[str, ...] = ()
    smoke: int = 0
    results: str = "results/text-methods.csv"


def main() -> None:
    config = read_settings(Config, __doc__)
    if config.smoke:
        config = replace(config, learned=300, scored=60, seeds=1, resamples=50)
    parts = read_parts(config)
    asked = [f"cotr:{address.partition('#')[2] or address}" for address in config.endpoint]
    names = [*asked, *config.learners.split(",")]
    settings = str(config)
    rules = ("union", "intersection", "majority") if len(names) > 2 else ("union", "intersection")
    arms = [
        *(Arm(rule, lambda seed, rule=rule: run_merged(parts, config, rule, seed), settings) for rule in rules),
        *(
            Arm(
                name.replace("/", "-"),
                lambda seed, place=place: run_one(parts, config, place, seed),
                settings,
            )
            for place, name in enumerate(names)
        ),
    ]
    metrics = {
        "jaccard": (jaccard, "decided"),
        "micro_f1": (micro_f1, "decided"),
        "macro_f1": (macro_f1, "decided"),
        "precision": (precision, "decided"),
        "recall": (recall, "decided"),
    }
    rows = run_experiment(
        Experiment(
            "mahaemotions",
            "mahaemotions",
            "validation",
            "merged-" + "-".join(names),
            parts.test.truth,
            metrics,
            arms,
            parts.test.groups,
        ),
        runs=Path("runs/text-methods"),
        seeds=range(config.seeds),
        resamples=config.resamples,
    )
    for row in rows:
        print(f"{row.model:36} {row.metric:30} {row.value:.3f}  {row.low} {row.high}")
    gold = ["|".join(record.labels) for record in parts.test.records]
    for name, (said, _) in zip(names, annotations(parts, config, 0), strict=True):
        cells = [None if labels is None else "|".join(labels) for labels in said]
        print(name, *gold_agreement(cells, gold, parts.test.space).sentences(), sep="\n  ")
    write_results(Path(config.results), rows)


def read_parts(config: Config) -> Parts:
    """Taught on what GPT-4 labelled, scored on what people did."""
    corpus = find_corpus("mahaemotions")
    records = list(read_corpus(corpus))
    held = [r for r in records if r.split != "train"][: config.scored]
    return make_parts(
        corpus.name, [*(r for r in records if r.split == "train"), *held], corpus.space, most=config.learned, seed=0
    )


@lru_cache(maxsize=4)
def annotations(parts: Parts, config: Config, seed: int) -> list[tuple[Answered, float]]:
    """What every annotator says of each item to score, and the seconds it took: endpoints first."""
    found = []
    for address in config.endpoint:
        started = time.monotonic()
        interview = open_interview(f"endpoint:{address}", parts.test.space, Asking(template=config.template))
        asked = ask_texts(interview, [record.signal.text for record in parts.test.records])
        said: Answered = [None if a.value is None else a.value.labels for a in asked.answers]
        print(address, *(f"{name}: {value}" for name, value in Bill(asked.tally).rows()), sep="\n  ")
        found.append((said, time.monotonic() - started))
    for name in config.learners.split(","):
        started = time.monotonic()
        records = parts.train.records
        kept = np.random.default_rng(seed).random(len(records)) < 0.8
        learning = tuple(r for r, keep in zip(records, kept.tolist(), strict=True) if keep) + parts.dev.records
        space = parts.test.space
        answers = find_subject(name).answer(Question(parts.test.records, space, space, learning, seed))
        chosen = decide(answers, space).decision.tolist()
        said = [tuple(label for label, given in zip(space, row, strict=True) if given) or None for row in chosen]
        found.append((said, time.monotonic() - started))
    return found


def run_merged(parts: Parts, config: Config, rule: str, seed: int) -> Outcome:
    each = annotations(parts, config, seed)
    merged = merge_answers({str(i): said for i, (said, _) in enumerate(each)}, parts.test.space, rule)
    return outcome(merged, parts, sum(seconds for _, seconds in each))


def run_one(parts: Parts, config: Config, place: int, seed: int) -> Outcome:
    return outcome(*_with(parts, annotations(parts, config, seed)[place]))


def _with(parts: Parts, each: tuple[Answered, float]) -> tuple[Answered, Parts, float]:
    return each[0], parts, each[1]


def outcome(said: Answered, parts: Parts, seconds: float) -> Outcome:
    """Items without a label, where annotators do not agree, count as missed; their share is measured."""
    flags = np.array([[label in (labels or ()) for label in parts.test.space] for labels in said], bool)
    kept = float(np.mean([labels is not None for labels in said]))
    return Outcome({"decided": flags}, seconds, 0, {"labelled": kept})


def precision(truth: np.ndarray, said: np.ndarray) -> float:
    """The share of labels given that are right; 1 where none is given."""
    return float((truth & said).sum() / max(1, said.sum())) if said.any() else 1.0


def recall(truth: np.ndarray, said: np.ndarray) -> float:
    """The share of labels that are found."""
    return float((truth & said).sum() / max(1, truth.sum()))


if __name__ == "__main__":
    main()
