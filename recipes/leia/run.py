"""LEIA: does hiding emotion words, more often than others, teach an encoder to read emotions?

    AFFEKT_DATA=… python recipes/leia/run.py

Masked language modelling on self-annotated texts, with emotion words hidden at a higher rate; then fine-tuning; scored
on other users, a later time, both, and on corpora from elsewhere. Against the same number of words hidden uniformly,
and against no such pre-training. Aroyehun et al. 2023. README.md says what is as in the paper.
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
from data import LABELS, Data, load
from torch import nn

from affekt.affect.words.emotional import is_emotion_word
from affekt.evaluation.experiment import Arm, Experiment, Outcome, run_experiment
from affekt.evaluation.records import ResultRow, write_results
from affekt.evaluation.settings import read_settings
from affekt.layers.masked_words import UNASKED, MaskedWordHead, piece_table
from affekt.metrics.classification import accuracy, macro_f1
from affekt.training.fine_tuning import Plan, Rows, fine_tune
from affekt.training.masking import Rates, WordPieces, biased_rates, ends_of, mask_batch, word_pieces
from affekt.training.starting import Start, open_encoder
from affekt.training.text_network import Floats, LabelNet, answer, loss_for, train_labels


@dataclass(frozen=True)
class Config:
    out_of_domain: str = "goemotions,dair_emotion,crowd_envent,enisear_appraisal,stackoverflow_emotion"
    start: str = "minilm"
    layers: int = 3
    emotion_rate: float = 0.5
    mask_rate: float = 0.15
    pretrain_epochs: int = 2
    pretrain_rate: float = 2e-4
    train: int = 1000
    epochs: int = 3
    learning_rate: float = 1e-4
    head_factor: float = 10.0
    scored: int = 500
    seeds: int = 3
    resamples: int = 1000
    smoke: int = 0
    results: str = "results/text-methods.csv"


class Masking(NamedTuple):
    """What was hidden, as counted: share of the emotion words, of the other words, of all; and how many words."""

    emotion_words: float
    other_words: float
    all_words: float
    words: int


class Pretrained(NamedTuple):
    """An encoder's state, what was hidden to get there, and how long it took."""

    state: dict[str, torch.Tensor]
    masking: Masking
    seconds: float


def main() -> None:
    config = read_settings(Config, __doc__)
    if config.smoke:
        config = replace(
            *(config,),
            out_of_domain="crowd_envent",
            layers=1,
            pretrain_epochs=1,
            train=40,
            epochs=1,
            scored=40,
            resamples=20,
        )
    data = load(
        *(config.out_of_domain.split(","),),
        train=config.train,
        scored=config.scored,
        read=300 if config.smoke else None,
    )
    print(f"{len(data.train)} texts to learn from, {len(data.dev)} to tune on")
    rows: list[ResultRow] = []
    for corpus, split in data.tests:
        rows += run_test(data, corpus, split, config)
    write_results(Path(config.results), rows)


def run_test(data: Data, corpus: str, split: str, config: Config) -> list[ResultRow]:
    test = data.tests[corpus, split]
    # Only labels that occur there: an emotion the corpus does not have cannot be found in it.
    columns = np.flatnonzero(test.truth.any(0))
    rows = run_experiment(
        Experiment(
            *("leia", corpus, "test", split),
            truth={"decided": test.truth[:, columns], "label": test.truth.argmax(1)},
            metrics={"macro_f1": (macro_f1, "decided"), "accuracy": (accuracy, "label")},
            arms=arms(data, (corpus, split), columns.tolist(), config),
            groups=test.groups,
        ),
        runs=Path("runs/text-methods"),
        seeds=range(config.seeds),
        resamples=config.resamples,
    )
    for row in rows:
        print(
            f"{corpus:18} {split:18} {row.model:16} {row.metric:24} {row.value:.4g}  {row.low} {row.high}", flush=True
        )
    return rows


def arms(data: Data, test: tuple[str, str], columns: list[int], config: Config) -> list[Arm]:
    settings = str(asdict(config) | {"seeds": 0, "resamples": 0, "results": "", "out_of_domain": ""})

    def masked(emotion_rate: float | None) -> Callable[[int], Outcome]:
        def run(seed: int) -> Outcome:
            said, outcome = taught(data, config, seed, emotion_rate)
            label = said[test].argmax(1)
            decided = np.eye(len(LABELS), dtype=np.bool_)[label][:, columns]
            return replace(outcome, answers={"decided": decided, "label": label})

        return run

    return [
        Arm("emotion-words", masked(config.emotion_rate), settings),
        Arm("uniform", masked(config.mask_rate), settings),
        Arm("no-pretraining", masked(None), settings),
    ]


_TAUGHT: dict[tuple[int, float | None], tuple[dict[tuple[str, str], Floats], Outcome]] = {}


def taught(
    data: Data, config: Config, seed: int, emotion_rate: float | None
) -> tuple[dict[tuple[str, str], Floats], Outcome]:
    """What the fine-tuned network says to every test, and what it cost; once for each seed and way of hiding."""
    if (seed, emotion_rate) in _TAUGHT:
        return _TAUGHT[seed, emotion_rate]
    started = time.monotonic()
    start = open_encoder(config.start, layers=config.layers, seed=seed)
    measured = {}
    if emotion_rate is not None:
        pretrained = pretrain(start, data, config, seed, emotion_rate)
        start.encoder.load_state_dict(pretrained.state)
        measured = {
            "emotion_words_hidden": pretrained.masking.emotion_words,
            "words_hidden": pretrained.masking.all_words,
        }
    net = LabelNet(start, len(LABELS))
    freeze_tables(net.encoder)
    counts = np.maximum(data.train.truth.sum(0), 1)
    loss = loss_for("exclusive", weights=(len(data.train) / counts) ** 0.5)
    plan = Plan(config.epochs, 32, config.learning_rate, head_factor=config.head_factor, seed=seed)
    lesson, held = ((start.encode(part.texts), part.truth) for part in (data.train, data.dev))
    train_labels(net, lesson, held, loss=loss, plan=plan)
    said = {name: answer(net, start.encode(test.texts)) for name, test in data.tests.items()}
    trained = sum(parameter.numel() for parameter in net.parameters() if parameter.requires_grad)
    _TAUGHT[seed, emotion_rate] = said, Outcome({}, time.monotonic() - started, trained, measured)
    return _TAUGHT[seed, emotion_rate]


def pretrain(start: Start, data: Data, config: Config, seed: int, emotion_rate: float) -> Pretrained:
    """Masked language modelling on the texts to learn from: whole words, emotion words at a rate of their own."""
    started = time.monotonic()
    texts, dev = (word_pieces(start, part.texts, emotional) for part in (data.train, data.dev))
    rates = rates_for(texts, emotion_rate, config.mask_rate)
    freeze_tables(start.encoder)
    table = piece_table(start.encoder)
    net = nn.ModuleDict({"encoder": start.encoder, "head": MaskedWordHead(start.width, len(table.vectors))})
    generator = torch.Generator().manual_seed(seed)

    def loss_of(batch: list[WordPieces], draw: torch.Generator) -> torch.Tensor:
        masked = mask_batch(batch, rates, start, draw)
        found: torch.Tensor = net["head"].loss(start.encoder.states(masked.ids), masked.asked, table)  # type: ignore[operator]
        return found

    def held_out() -> float:
        # The same words are hidden after each epoch, or the epochs could not be told apart.
        draw = torch.Generator().manual_seed(0)
        return float(np.mean([float(loss_of(dev[i : i + 64], draw)) for i in range(0, len(dev), 64)]))

    def loss(rows: Rows) -> torch.Tensor:
        return loss_of([texts[i] for i in rows], generator)

    plan = Plan(config.pretrain_epochs, 32, config.pretrain_rate, head_factor=5.0, patience=99, seed=seed)
    fine_tune(net, loss, held_out, lengths=[len(text.ids) for text in texts], plan=plan)
    masking = count_hidden(texts, rates, start, seed)
    state = {name: value.detach().clone() for name, value in start.encoder.state_dict().items()}
    return Pretrained(state, masking, time.monotonic() - started)


@lru_cache(maxsize=1 << 17)
def emotional(word: str) -> bool:
    return is_emotion_word(word)


def rates_for(texts: list[WordPieces], emotion_rate: float, overall: float) -> Rates:
    """Emotion words at their rate, and the others so that all words together come to `overall`."""
    meant = sum(len({f for f, told in zip(text.first, text.meant, strict=True) if told}) for text in texts)
    return biased_rates(emotion_rate, meant / max(1, sum(text.words for text in texts)), overall)


def count_hidden(texts: list[WordPieces], rates: Rates, start: Start, seed: int, *, least: int = 10_000) -> Masking:
    """Hide words over and over until `least` emotion words were drawn for, and count what was asked for."""
    generator, ends = torch.Generator().manual_seed(1000 + seed), set(ends_of(start))
    hidden, met = np.zeros(2), np.zeros(2)
    while met[1] < least and met.sum() < 100 * least:
        before = met.copy()
        for begin in range(0, len(texts), 64):
            batch = texts[begin : begin + 64]
            asked = (mask_batch(batch, rates, start, generator).asked != UNASKED).numpy()
            for row, text in enumerate(batch):
                for place in {first for first in text.first if text.ids[first] not in ends}:
                    met[int(text.meant[place])] += 1
                    hidden[int(text.meant[place])] += asked[row, place]
        if (met == before).all():
            break
    shares = hidden / np.maximum(met, 1)
    return Masking(float(shares[1]), float(shares[0]), float(hidden.sum() / met.sum()), int(met.sum()))


def freeze_tables(encoder: nn.Module) -> None:
    """Leave the vectors of pieces and places as published, for speed and for all arms alike."""
    for name, parameter in encoder.named_parameters():
        if name.startswith(("tokens.", "positions.", "model.embeddings.")):
            parameter.requires_grad_(False)


if __name__ == "__main__":
    main()
