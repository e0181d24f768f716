"""emoPLMsynth: does an encoder that learned emotions first tell better whether a text is as a person wrote it?

    AFFEKT_DATA=… python recipes/emoplmsynth/run.py

Two sets. In the first a text differs from a made one in nothing but whether the emotions of its sentences agree; in the
second, conversations go on as they did, or as another about another emotion did. Emotions first, against detection at
once, and against an intermediate task of the same size that has nothing to do with emotions. Cowap et al. 2023.
README.md says what is as in the paper.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from data import Pairs, conversations, emotion_chains, spliced
from torch import nn

from affekt.affect.spaces import find_space
from affekt.corpora.index import find_corpus
from affekt.corpora.read import read_corpus
from affekt.corpora.targets import make_target
from affekt.evaluation.experiment import Arm, Experiment, Outcome, run_experiment
from affekt.evaluation.records import ResultRow, write_results
from affekt.evaluation.settings import read_settings
from affekt.metrics.classification import accuracy, macro_f1
from affekt.models.emoplmsynth.net import SynthDetector
from affekt.training.fine_tuning import Plan
from affekt.training.starting import Start, open_encoder
from affekt.training.text_network import LabelNet, answer, loss_for, train_labels

First = Literal["emotions", "shuffled-emotions", "nothing"]
_DETECT = loss_for("exclusive")


@dataclass(frozen=True)
class Config:
    emotions: str = "goemotions"
    chained: str = "dair_emotion"
    talked: str = "empathetic_dialogues"
    start: str = "minilm"
    layers: int = 3
    taught: int = 3000
    taught_epochs: int = 3
    train: int = 400
    dev: int = 120
    scored: int = 400
    epochs: int = 6
    learning_rate: float = 2e-4
    head_factor: float = 5.0
    read: int = 0
    seeds: int = 3
    resamples: int = 1000
    smoke: int = 0
    results: str = "results/text-methods.csv"


def main() -> None:
    config = read_settings(Config, __doc__)
    if config.smoke:
        small = {"layers": 1, "taught": 60, "taught_epochs": 1, "train": 24, "dev": 12, "scored": 24, "epochs": 1}
        config = replace(config, **small, read=600, resamples=20)  # type: ignore[arg-type]
    counts = (config.train, config.dev, config.scored)
    rows: list[ResultRow] = []
    sets = {(config.chained, "emotions-of-sentences"): emotion_chains(config.chained, counts, read=config.read or None)}
    # The smoke run keeps to one corpus: the conversations alone take seconds to read.
    if not config.smoke:
        sets[config.talked, "spliced-conversations"] = talked(config, counts)
    for (corpus, protocol), parts in sets.items():
        rows += run_set(corpus, protocol, parts, config)
    write_results(Path(config.results), rows)


def talked(config: Config, counts: tuple[int, int, int]) -> list[Pairs]:
    records = list(read_corpus(config.talked))
    names = (("train", "train-turns"), ("valid", "valid-turns"), ("test", "test-turns"))
    return [
        spliced(conversations([r for r in records if r.split in splits]), count)
        for splits, count in zip(names, counts, strict=True)
    ]


def run_set(corpus: str, protocol: str, parts: list[Pairs], config: Config) -> list[ResultRow]:
    test = parts[2]
    settings = str(asdict(config) | {"seeds": 0, "resamples": 0, "results": ""})

    def first(task: First) -> Callable[[int], Outcome]:
        return lambda seed: run_arm(parts, config, seed, task)

    rows = run_experiment(
        Experiment(
            *("emoplmsynth", corpus, "test", protocol),
            truth={"decided": test.truth, "label": test.truth.argmax(1)},
            metrics={"accuracy": (accuracy, "label"), "macro_f1": (macro_f1, "decided")},
            arms=[
                Arm("emotions-first", first("emotions"), settings),
                Arm("direct", first("nothing"), settings),
                Arm("shuffled-emotions-first", first("shuffled-emotions"), settings),
            ],
            groups=test.groups,
        ),
        runs=Path("runs/text-methods"),
        seeds=range(config.seeds),
        resamples=config.resamples,
    )
    for row in rows:
        print(f"{corpus:20} {row.model:36} {row.metric:36} {row.value:.4g}  {row.low} {row.high}", flush=True)
    return rows


def run_arm(parts: list[Pairs], config: Config, seed: int, task: First) -> Outcome:
    started = time.monotonic()
    start = opened(config, seed)
    if task != "nothing":
        start.encoder.load_state_dict(taught_first(config, seed, task))
    # Both ways draw the same heads, see the same texts in the same order, and take as many steps.
    torch.manual_seed(seed)
    net = SynthDetector(start.encoder, start.width)
    train, dev, test = ((start.encode(part.texts), part.truth) for part in parts)
    plan = Plan(
        *(config.epochs, 32, config.learning_rate), head_factor=config.head_factor, patience=config.epochs, seed=seed
    )
    train_labels(net, train, dev, loss=_DETECT, plan=plan)
    label = answer(net, test[0]).argmax(1)
    trained = sum(parameter.numel() for parameter in net.parameters() if parameter.requires_grad)
    return Outcome({"decided": np.eye(2, dtype=np.bool_)[label], "label": label}, time.monotonic() - started, trained)


@lru_cache(maxsize=16)
def taught_first(config: Config, seed: int, task: First) -> dict[str, torch.Tensor]:
    """What an encoder knows once it has learned emotions, or the same texts with their emotions dealt anew."""
    space = find_space("ekman-neutral")
    own = find_corpus(config.emotions).space
    # A little more than is needed: some have no place among the emotions asked for.
    count = config.taught + config.taught // 6
    records = [r for r in read_corpus(config.emotions) if r.split == "train" and len(r.labels) == 1]
    drawn = np.random.default_rng(seed).permutation(len(records))[:count]
    target = make_target(config.emotions, [records[i] for i in drawn], own, split="train", space=space)
    truth = target.truth.copy()
    if task == "shuffled-emotions":
        truth = truth[np.random.default_rng(seed).permutation(len(truth))]
    start = opened(config, seed)
    net = LabelNet(start, truth.shape[1])
    ids = start.encode([record.signal.text for record in target.records])
    cut = len(ids) // 7
    plan = Plan(
        *(config.taught_epochs, 32, config.learning_rate), head_factor=config.head_factor, patience=99, seed=seed
    )
    train_labels(net, (ids[cut:], truth[cut:]), (ids[:cut], truth[:cut]), loss=_DETECT, plan=plan)
    return {name: value.detach().clone() for name, value in start.encoder.state_dict().items()}


def opened(config: Config, seed: int) -> Start:
    start = open_encoder(config.start, layers=config.layers, seed=seed)
    freeze_tables(start.encoder)
    return start


def freeze_tables(encoder: nn.Module) -> None:
    """Leave the vectors of pieces and places as published, in every arm."""
    for name, parameter in encoder.named_parameters():
        if name.startswith(("tokens.", "positions.", "model.embeddings.")):
            parameter.requires_grad_(False)


if __name__ == "__main__":
    main()
