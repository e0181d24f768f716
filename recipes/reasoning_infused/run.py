"""Reasoning before the label: a small causal language model learns to say why, and then what.

    AFFEKT_DATA=… python recipes/reasoning_infused/run.py
    AFFEKT_DATA=… python recipes/reasoning_infused/run.py --endpoint http://localhost:8000/v1#org/model

Two steps. Reasoning is written for each text to learn from, given its label, by an endpoint or by our own model's
evidence, into a JSON Lines file that a killed run goes on from. Then one decoder learns question → reasoning + answer
(Q → RA), another of the same sizes question → answer (Q → A), and both are decoded alike. Henrichsen & Krebs 2025.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from writer import EvidenceWriter

from affekt.corpora.index import find_corpus
from affekt.corpora.parts import Parts, make_parts
from affekt.corpora.read import read_corpus
from affekt.corpora.targets import Target, draw
from affekt.evaluation.experiment import Arm, Experiment, Outcome, run_experiment
from affekt.evaluation.learners import lesson_of
from affekt.evaluation.records import write_results
from affekt.evaluation.settings import read_settings
from affekt.evaluation.tfidf import teach_tfidf
from affekt.inference.text import open_reader
from affekt.language.asking import AskOptions
from affekt.language.chat import ChatModel, Settings
from affekt.language.client import open_endpoint
from affekt.language.collecting import Collected, Task, collect_rows
from affekt.language.reasoning import (
    REASONING_SCHEMA,
    ask_for_reasoning,
    label_after_reasoning,
    parse_reasoning,
    reasoned_answer,
)
from affekt.layers.causal_lm import CausalConfig
from affekt.metrics.classification import accuracy, macro_f1
from affekt.models.index import find_model
from affekt.training.causal import Exchange, Speaker, open_speaker, say, teach
from affekt.training.fine_tuning import Plan


@dataclass(frozen=True)
class Config:
    corpus: str = "dair_emotion"
    endpoint: str = ""
    writer: str = "text-nano"
    words: int = 3
    model: str = "words"
    labelled: int = 2500
    dev: int = 200
    tests: int = 1000
    width: int = 128
    layers: int = 2
    epochs: int = 8
    batch: int = 16
    learning_rate: float = 2e-3
    patience: int = 4
    most: int = 28
    workers: int = 4
    seeds: int = 3
    resamples: int = 1000
    smoke: int = 0
    rows: str = "runs/reasoning-infused"
    results: str = "results/text-methods.csv"


def main() -> None:
    config = read_settings(Config, __doc__)
    if config.smoke:
        small = {"labelled": 80, "dev": 10, "tests": 20, "width": 32, "layers": 1, "epochs": 1, "resamples": 20}
        config = replace(config, **small, seeds=1)
    records = list(read_corpus(config.corpus))[: 400 if config.smoke else None]
    parts = make_parts(config.corpus, records, find_corpus(config.corpus).space, most=config.labelled, seed=0)
    parts = replace(parts, dev=draw(parts.dev, config.dev), test=draw(parts.test, config.tests))
    rows = run_experiment(
        Experiment(
            *("reasoning-infused-classification", config.corpus, "test", f"train-{len(parts.train)}"),
            parts.test.truth,
            {"accuracy": (accuracy, "decided"), "macro_f1": (macro_f1, "decided")},
            arms(parts, config),
            parts.test.groups,
        ),
        runs=Path("runs/text-methods"),
        seeds=range(config.seeds),
        resamples=config.resamples,
    )
    for row in rows:
        print(f"{row.corpus:14} {row.model:48} {row.metric:28} {row.value:.3f}  {row.low} {row.high}")
    write_results(Path(config.results), rows)


def arms(parts: Parts, config: Config) -> list[Arm]:
    settings = str(asdict(config) | {"seeds": 0, "resamples": 0, "results": "", "rows": ""})

    def speaking(kind: str) -> Callable[[int], Outcome]:
        return lambda seed: run_speaker(parts, exchanges(parts.train, kind, config), config, seed)

    found = [Arm("q-ra", speaking("reasons"), settings), Arm("q-a", speaking("answers"), settings)]
    if not config.endpoint:
        found.append(Arm("q-random-words-a", speaking("blind"), settings))
    return [*found, Arm("tfidf", lambda seed: run_tfidf(parts, seed), settings)]


def exchanges(train: Target, kind: str, config: Config) -> list[Exchange]:
    """Return what is learned: the question is the text; texts without reasoning are learned without."""
    labels = labels_of(train)
    if kind == "answers":
        reasoning: dict[str, str] = {}
    else:
        reasoning = {row["id"]: row["reasoning"] for row in augmented(train, config, blind=kind == "blind").rows}
    return [
        Exchange(record.signal.text, reasoned_answer(label, reasoning.get(record.id, "")))
        for record, label in zip(train.records, labels, strict=True)
    ]


def augmented(train: Target, config: Config, *, blind: bool = False) -> Collected:
    """The augmentation: a row for each text, question, reasoning and answer, as far as they are written already."""
    assert train.space is not None
    writer: ChatModel
    if config.endpoint:
        writer = open_endpoint(config.endpoint)
    else:
        reader = open_reader(find_model(config.writer))
        writer = EvidenceWriter(reader, train.space, words=config.words, blind=blind)
    tasks = [
        Task(
            record.id,
            ask_for_reasoning(record.signal.text, label, train.space),
            {"question": record.signal.text, "answer": label},
        )
        for record, label in zip(train.records, labels_of(train), strict=True)
    ]
    name = "".join(c if c.isalnum() or c in "-." else "-" for c in writer.name)
    found = collect_rows(
        *(Path(config.rows) / f"{config.corpus}-{name}.jsonl", writer, tasks, parse_reasoning),
        settings=Settings(tokens=150, schema=REASONING_SCHEMA),
        options=AskOptions(workers=config.workers if config.endpoint else 1),
    )
    told = ", ".join(f"{reason}: {count}" for reason, count in found.refused.items()) or "none"
    print(f"{len(found.rows):,} texts have reasoning by {writer.name} ({found.kept:,} had); refused: {told}")
    return found


def labels_of(target: Target) -> list[str]:
    assert target.space is not None
    return [target.space.labels[place] for place in target.truth.argmax(1)]


def run_speaker(parts: Parts, learned: list[Exchange], config: Config, seed: int) -> Outcome:
    """Both sides of the comparison: same decoder, plan, stopping by the label's accuracy on dev, and decoding."""
    started = time.monotonic()
    sizes = CausalConfig(0, 192, config.width, config.layers, 4, 4 * config.width)
    pieces = [part for each in learned for part in each]
    speaker = open_speaker(config.model, pieces, config=sizes, seed=seed)
    plan = Plan(*(config.epochs, config.batch, config.learning_rate), patience=config.patience, seed=seed)
    dev = parts.dev.truth
    teach(speaker, learned, lambda: -accuracy(dev, read(speaker, parts.dev, config)[0]), plan=plan)
    decided, unread = read(speaker, parts.test, config)
    parameters = sum(parameter.numel() for parameter in speaker.net.parameters())
    return Outcome({"decided": decided}, time.monotonic() - started, parameters, {"no_label_rate": unread})


def read(speaker: Speaker, target: Target, config: Config) -> tuple[np.ndarray, float]:
    """Return what is decided for each item, bool (item, label), nothing where no label was said, and how often."""
    space = target.space
    assert space is not None
    said = say(speaker, [record.signal.text for record in target.records], most=config.most)
    decided = np.zeros(target.truth.shape, np.bool_)
    unread = 0
    for row, text in enumerate(said):
        label = label_after_reasoning(text, space).value
        if label is None:
            unread += 1
        else:
            decided[row, space.index(label)] = True
    return decided, unread / len(said)


def run_tfidf(parts: Parts, seed: int) -> Outcome:
    started = time.monotonic()
    said = teach_tfidf(lesson_of(parts.train, seed=seed), "words")(parts.test.records)
    decided = np.eye(said.probabilities.shape[1], dtype=bool)[said.probabilities.argmax(1)]
    return Outcome({"decided": decided}, time.monotonic() - started, 0)


if __name__ == "__main__":
    main()
