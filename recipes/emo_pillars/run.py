"""Emotion with and without context: the same small encoder reads an utterance alone, or after what was said before.

    AFFEKT_DATA=… python recipes/emo_pillars/run.py
    AFFEKT_DATA=… python recipes/emo_pillars/run.py --endpoint http://localhost:8000/v1#org/model --passages FILE

The first line compares students on real dialogues. The second has an endpoint make up examples first (`synthesis.py`)
and compares students on those. Shvets 2025, "Emo Pillars". README.md says what differs from the paper.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import torch
from synthesis import synthesise

from affekt.affect.spaces import find_space
from affekt.corpora.index import find_corpus
from affekt.corpora.parts import Parts, make_parts
from affekt.corpora.read import read_corpus
from affekt.corpora.targets import draw
from affekt.evaluation.experiment import Arm, Experiment, Outcome, run_experiment
from affekt.evaluation.records import write_results
from affekt.evaluation.settings import read_settings
from affekt.language.asking import AskOptions
from affekt.language.client import open_endpoint
from affekt.metrics.classification import macro_f1, weighted_f1
from affekt.training.fine_tuning import Plan
from affekt.training.pairs import encode_pairs
from affekt.training.starting import Start, open_encoder
from affekt.training.text_network import LabelNet, answer, loss_for, train_labels
from affekt.types import Record, Signal


@dataclass(frozen=True)
class Config:
    corpora: str = "empathetic_dialogues,meld"
    endpoint: str = ""
    passages: str = ""
    space: str = "goemotions"
    base: str = "minilm"
    labelled: int = 1500
    dev: int = 400
    tests: int = 1000
    turns: int = 2
    layers: int = 2
    longest: int = 64
    epochs: int = 4
    learning_rate: float = 3e-4
    patience: int = 2
    workers: int = 4
    seeds: int = 3
    resamples: int = 1000
    smoke: int = 0
    folder: str = "runs/emo-pillars"
    results: str = "results/text-methods.csv"


def main() -> None:
    config = read_settings(Config, __doc__)
    if config.smoke:
        small = {"labelled": 60, "dev": 20, "tests": 40, "layers": 1, "longest": 32, "epochs": 1, "resamples": 20}
        config = replace(config, corpora=config.corpora.split(",")[-1], **small, seeds=1)
    rows = []
    for corpus in ["made-up"] if config.endpoint else config.corpora.split(","):
        parts = made_up_parts(config) if config.endpoint else dialogue_parts(corpus, config)
        metrics = {"macro_f1": (macro_f1, "decided"), "weighted_f1": (weighted_f1, "decided")}
        found = run_experiment(
            Experiment(
                *("emo-pillars", corpus, "test", f"{config.turns}-turns-before-train-{len(parts.train)}"),
                *(parts.test.truth, metrics, arms(parts, config), parts.test.groups),
            ),
            runs=Path("runs/text-methods"),
            seeds=range(config.seeds),
            resamples=config.resamples,
        )
        for row in found:
            print(f"{row.corpus:22} {row.model:32} {row.metric:36} {row.value:.3f}  {row.low} {row.high}")
        rows += found
    write_results(Path(config.results), rows)


def dialogue_parts(corpus: str, config: Config) -> Parts:
    """Labelled turns with what was said before them in `conditions`; published splits."""
    records = in_dialogue(list(read_corpus(corpus)), config.turns)
    if config.smoke:
        wanted = sorted({record.split for record in records})
        records = [record for name in wanted for record in [r for r in records if r.split == name][:120]]
    parts = make_parts(corpus, records, find_corpus(corpus).space, most=config.labelled, seed=0)
    return replace(parts, dev=draw(parts.dev, config.dev), test=draw(parts.test, config.tests))


def in_dialogue(records: Sequence[Record], turns: int) -> list[Record]:
    """Return the labelled turns, each with the `turns` before it in `conditions`.

    Of EmpatheticDialogues the label is that of the conversation, and the turn the speaker's second, the third of all:
    the situation, which the label was chosen for, is read by nobody.
    """
    before: dict[str, list[str]] = {}
    emotion = {record.group: record.labels for record in records if record.id.endswith("/situation")}
    found = []
    for record in records:
        if record.group is None or record.id.endswith("/situation"):
            continue
        said = before.setdefault(record.group, [])
        if record.group in emotion:
            if len(said) == 2:
                told = {"labels": emotion[record.group], "unrated": (), "split": record.split.removesuffix("-turns")}
                found.append(replace(record, **told, conditions=_context(said, turns)))
        elif len(record.labels) == 1:
            found.append(replace(record, conditions=_context(said, turns)))
        said.append(record.signal.text)
    return found


def _context(said: Sequence[str], turns: int) -> dict[str, str]:
    return {"context": "\n".join(said[-turns:] if turns else [])}


def made_up_parts(config: Config) -> Parts:
    """What the endpoint makes up from the passages, parted by passage; a row is an utterance with its context."""
    space = find_space(config.space)
    passages = Path(config.passages).read_text(encoding="utf-8").splitlines()
    made = synthesise(
        Path(config.folder),
        open_endpoint(config.endpoint),
        passages[: 8 if config.smoke else None],
        space,
        options=AskOptions(workers=config.workers),
    )
    print("\n".join(made.lines()))
    records = [
        Record(
            id=str(place),
            signal=Signal(example.utterance, language="en"),
            split="all",
            labels=example.labels,
            group=sha256(example.passage.encode()).hexdigest()[:12],
            conditions={"context": example.context},
        )
        for place, example in enumerate(made.examples)
    ]
    return make_parts("made-up", records, space, most=config.labelled, seed=0)


def arms(parts: Parts, config: Config) -> list[Arm]:
    settings = str(asdict(config) | {"seeds": 0, "resamples": 0, "corpora": "", "results": "", "folder": ""})

    def student(kind: str) -> Callable[[int], Outcome]:
        return lambda seed: run_student(parts, config, seed, kind)

    return [Arm(kind, student(kind), settings) for kind in ("with-context", "without-context", "others-context")]


def run_student(parts: Parts, config: Config, seed: int, kind: str) -> Outcome:
    """An encoder and a head; what differs is what stands before the utterance: its context, nothing, another's."""
    started = time.monotonic()
    start = open_encoder(config.base, layers=config.layers, seed=seed)
    torch.manual_seed(seed)
    net = LabelNet(start, parts.train.truth.shape[1])
    # The table is nine tenths of the parameters, and few of its words are met: kept as it is.
    for name, parameter in start.encoder.named_parameters():
        if name.endswith(("tokens.weight", "word_embeddings.weight")):
            parameter.requires_grad_(False)
    loss = loss_for("exclusive" if parts.train.exclusive else "multi-label")
    plan = Plan(config.epochs, 32, config.learning_rate, patience=config.patience, seed=seed, head_factor=5.0)
    train, dev, test = (ids_of(start, part.records, kind, config.longest) for part in parts)
    train_labels(net, (train, parts.train.truth), (dev, parts.dev.truth), loss=loss, plan=plan)
    said = answer(net, test)
    exclusive = np.eye(said.shape[1], dtype=bool)[said.argmax(1)]
    decided = exclusive if parts.train.exclusive else (said > 0) | exclusive
    parameters = sum(parameter.numel() for parameter in net.parameters() if parameter.requires_grad)
    return Outcome({"decided": decided}, time.monotonic() - started, parameters)


def ids_of(start: Start, records: Sequence[Record], kind: str, longest: int) -> list[list[int]]:
    texts = [record.signal.text for record in records]
    contexts = [record.conditions.get("context", "") for record in records]
    if kind == "without-context":
        contexts = [""] * len(texts)
    elif kind == "others-context":
        # As long as a context and of the same corpus, only not this one's.
        order = np.random.default_rng(0).permutation(len(texts))
        contexts = [contexts[place] for place in order]
    return encode_pairs(start, contexts, texts, longest=longest)


if __name__ == "__main__":
    main()
