"""Emotion definitions: does an encoder that also models what emotions mean need fewer examples of each?

    AFFEKT_DATA=… python recipes/emotion_definitions/run.py

Some examples per class of GoEmotions, and three losses: emotions, hidden words of text and definition, whether the
definition is the text's. Each is left out in turn; emotions alone is the baseline. Singh et al. 2021. README.md says
what is as in the paper.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from affekt.affect.terms import definition_of
from affekt.corpora.index import find_corpus
from affekt.corpora.parts import Parts, make_parts
from affekt.corpora.read import read_corpus
from affekt.evaluation.experiment import Arm, Experiment, Outcome, run_experiment
from affekt.evaluation.learners import Lesson
from affekt.evaluation.records import ResultRow, write_results
from affekt.evaluation.settings import read_settings
from affekt.evaluation.tfidf import teach_tfidf
from affekt.metrics.classification import macro_f1
from affekt.models.emotion_definitions.net import DefinitionNet
from affekt.training.batches import pad
from affekt.training.fine_tuning import Plan, Rows, fine_tune
from affekt.training.masking import ends_of, mask_pieces, uniform_rates
from affekt.training.starting import Start, open_encoder
from affekt.training.text_network import answer, loss_for
from affekt.types import Record


@dataclass(frozen=True)
class Config:
    corpus: str = "goemotions"
    shots: str = "1,5"
    start: str = "minilm"
    layers: int = 4
    mask_rate: float = 0.15
    words_weight: float = 0.1
    match_weight: float = 1.0
    matched_per_text: int = 2
    steps: int = 100
    batch: int = 16
    learning_rate: float = 2e-4
    head_factor: float = 20.0
    scored: int = 1500
    seeds: int = 3
    resamples: int = 1000
    smoke: int = 0
    results: str = "results/text-methods.csv"


class Losses(NamedTuple):
    """Which losses stand beside that of the emotions."""

    words: bool
    match: bool


def main() -> None:
    config = read_settings(Config, __doc__)
    if config.smoke:
        config = replace(config, shots="1", layers=1, steps=4, scored=100, resamples=20)
    records = list(read_corpus(config.corpus))
    rows: list[ResultRow] = []
    for shots in map(int, config.shots.split(",")):
        rows += run_shots(records, shots, config)
    write_results(Path(config.results), rows)


def run_shots(records: Sequence[Record], shots: int, config: Config) -> list[ResultRow]:
    # Each seed draws its own examples; what is scored is the same for all.
    test = few_parts(records, shots, config, 0).test
    parts = {seed: replace(few_parts(records, shots, config, seed), test=test) for seed in range(config.seeds)}
    rows = run_experiment(
        Experiment(
            *("emotion-definitions", config.corpus, "test", f"{shots}-per-class"),
            *(test.truth, {"macro_f1": (macro_f1, "decided")}, arms(parts, shots, config), test.groups),
        ),
        runs=Path("runs/text-methods"),
        seeds=range(config.seeds),
        resamples=config.resamples,
    )
    for row in rows:
        print(f"{row.protocol:12} {row.model:34} {row.metric:28} {row.value:.4g}  {row.low} {row.high}", flush=True)
    return rows


def arms(parts: dict[int, Parts], shots: int, config: Config) -> list[Arm]:
    settings = str(asdict(config) | {"shots": shots, "seeds": 0, "resamples": 0, "results": ""})

    def with_losses(*, words: bool, match: bool) -> Callable[[int], Outcome]:
        return lambda seed: run_arm(parts[seed], config, seed, Losses(words, match))

    return [
        Arm("three-losses", with_losses(words=True, match=True), settings),
        Arm("emotion-only", with_losses(words=False, match=False), settings),
        Arm("without-masked-words", with_losses(words=False, match=True), settings),
        Arm("without-match", with_losses(words=True, match=False), settings),
        Arm("frozen", lambda seed: run_frozen(parts[seed], config, seed), settings),
        Arm("tfidf", lambda seed: run_tfidf(parts[seed], seed), settings),
    ]


def few_parts(records: Sequence[Record], shots: int, config: Config, seed: int) -> Parts:
    """`shots` items of one label for each label to learn from and as many to tune on; of the published test part
    `scored`, the same for all seeds."""
    space = find_corpus(config.corpus).space
    if space is None:
        raise SystemExit(f"{config.corpus} has no labels.")
    test = [record for record in records if record.split == "test"]
    chosen = [test[i] for i in sorted(np.random.default_rng(0).permutation(len(test))[: config.scored])]
    shuffled = [records[i] for i in np.random.default_rng(seed).permutation(len(records))]
    for split in ("train", "dev"):
        for label in space:
            own = [record for record in shuffled if record.split == split and record.labels == (label,)]
            chosen += own[:shots]
    return make_parts(config.corpus, chosen, space)


def run_arm(parts: Parts, config: Config, seed: int, losses: Losses) -> Outcome:
    started = time.monotonic()
    start = open_encoder(config.start, layers=config.layers, seed=seed)
    labels = parts.train.space.labels if parts.train.space else ()
    net = DefinitionNet(start.encoder, start.width, len(labels))
    freeze_tables(net)
    ids = start.encode([record.signal.text for record in parts.train.records])
    dev_ids = start.encode([record.signal.text for record in parts.dev.records])
    # A definition follows its text as the second half of a pair: without the piece that begins a text.
    definitions = [one[1:] for one in start.encode([definition_of(parts.train.space or "", name) for name in labels])]
    truth = torch.from_numpy(parts.train.truth.astype(np.float32))
    dev_truth = torch.from_numpy(parts.dev.truth.astype(np.float32))
    # The examples have one label each.
    emotion_loss = loss_for("exclusive")
    random, generator = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
    ends, pieces = ends_of(start), start.tokenizer.get_vocab_size() + start.shift

    def loss(rows: Rows) -> torch.Tensor:
        found = emotion_loss(net(torch.from_numpy(pad([ids[i] for i in rows]))).float(), truth[rows])
        if not (losses.words or losses.match):
            return found
        pairs, own = paired(rows, parts.train.truth, random, config.matched_per_text)
        plain = torch.from_numpy(pad([[*ids[text], *definitions[label]] for text, label in pairs]))
        rates = uniform_rates(plain, config.mask_rate if losses.words else 0.0, ends)
        masked = mask_pieces(plain, rates, mask_id=mask_of(start), pieces=pieces, generator=generator)
        further = net.definition_losses(masked.ids, masked.asked, own)
        if losses.words:
            found = found + config.words_weight * further.masked_words
        if losses.match:
            found = found + config.match_weight * further.match
        return found

    def held_out() -> float:
        return float(emotion_loss(torch.from_numpy(answer(net, dev_ids)), dev_truth))

    each = -(-len(ids) // config.batch)
    epochs = max(1, config.steps // each)
    plan = Plan(
        *(epochs, config.batch, config.learning_rate),
        head_factor=config.head_factor,
        patience=epochs,
        seed=seed,
    )
    fine_tune(net, loss, held_out, lengths=[len(one) for one in ids], plan=plan)
    said = answer(net, start.encode([record.signal.text for record in parts.test.records]))
    decided = np.eye(len(labels), dtype=np.bool_)[said.argmax(1)]
    trained = sum(parameter.numel() for parameter in net.parameters() if parameter.requires_grad)
    return Outcome({"decided": decided}, time.monotonic() - started, trained)


def paired(
    rows: Rows, truth: NDArray[np.bool_], random: np.random.Generator, each: int
) -> tuple[list[tuple[int, int]], torch.Tensor]:
    """Pairs of a text and a label, and whether the label is its own: of `each` text half so, half of another label."""
    pairs, own = [], []
    for row in rows.tolist():
        for n in range(each):
            places = np.flatnonzero(truth[row] if n % 2 == 0 else ~truth[row])
            pairs.append((row, int(random.choice(places))))
            own.append(float(n % 2 == 0))
    return pairs, torch.tensor(own)


def mask_of(start: Start) -> int:
    if start.mask_id is None:
        raise SystemExit(f"{start.name} has no mask to hide words with. Choose an encoder trained by masking.")
    return start.mask_id


def freeze_tables(net: DefinitionNet) -> None:
    """Leave the vectors of pieces and places as published: a handful of examples can only spoil them."""
    for name, parameter in net.encoder.named_parameters():
        if name.startswith(("tokens.", "positions.", "model.embeddings.")):
            parameter.requires_grad_(False)


def run_frozen(parts: Parts, config: Config, seed: int) -> Outcome:
    """Logistic regression on the mean states of the encoder as it was published: what few examples do without a net."""
    from sklearn.linear_model import LogisticRegression

    started = time.monotonic()
    start = open_encoder(config.start, layers=config.layers, seed=seed)
    start.encoder.eval()
    train, test = (
        answer(start.encoder.pool, start.encode([record.signal.text for record in part.records]))
        for part in (parts.train, parts.test)
    )
    train, test = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (train, test))
    fitted = LogisticRegression(C=10.0, max_iter=500).fit(train, parts.train.truth.argmax(1))
    decided = np.eye(parts.train.truth.shape[1], dtype=np.bool_)[fitted.predict(test)]
    return Outcome({"decided": decided}, time.monotonic() - started, fitted.coef_.size)


def run_tfidf(parts: Parts, seed: int) -> Outcome:
    started = time.monotonic()
    said = teach_tfidf(Lesson(parts.train, parts.dev, frozenset({"en"}), seed), "words")(parts.test.records)
    if said.probabilities is None:
        raise SystemExit("TF-IDF answered nothing.")
    decided = np.eye(said.probabilities.shape[1], dtype=np.bool_)[said.probabilities.argmax(1)]
    return Outcome({"decided": decided}, time.monotonic() - started, 0)


if __name__ == "__main__":
    main()
