"""se-emotion-ptm: does an encoder read developers' emotions better when its attention is told which words are polar?

    AFFEKT_DATA=… python recipes/se_emotion_ptm/run.py

Three arms, three seeds: polarity in the attention layers; the identical encoder without; TF-IDF with logistic
regression. Stack Overflow posts (MSR'18), and GitHub comments where they are at hand. Imran 2024. README.md says more.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch

from affekt.affect.norms import load_norms
from affekt.corpora.files import read_lines
from affekt.corpora.index import find_corpus
from affekt.corpora.parts import Parts, make_parts
from affekt.corpora.read import read_corpus
from affekt.errors import InputError
from affekt.evaluation.experiment import Arm, Experiment, Outcome, run_experiment
from affekt.evaluation.learners import lesson_of
from affekt.evaluation.records import ResultRow, write_results
from affekt.evaluation.settings import read_settings
from affekt.evaluation.tfidf import teach_tfidf
from affekt.layers.polarity_attention import pad_polarities, piece_polarities
from affekt.metrics.classification import macro_f1, mean_average_precision, micro_f1
from affekt.models.se_emotion_ptm.net import PolarityNet
from affekt.signals.text import normalise
from affekt.training.batches import pad
from affekt.training.fine_tuning import Plan, fine_tune
from affekt.training.losses import soft_binary_cross_entropy
from affekt.training.starting import Start, open_encoder
from affekt.training.thresholds import fit_thresholds


@dataclass(frozen=True)
class Config:
    corpora: str = "stackoverflow_emotion"
    lexicon: str = "glasgow"
    encoder: str = "minilm"
    layers: int = 2
    labelled: int = 2000
    longest: int = 64
    batch: int = 32
    learning_rate: float = 3e-4
    epochs: int = 4
    seeds: int = 3
    resamples: int = 1000
    smoke: int = 0
    results: str = "results/text-methods.csv"


Read = tuple[list[list[int]], list[list[float]]]


def main() -> None:
    config = read_settings(Config, __doc__)
    rows: list[ResultRow] = []
    for corpus in config.corpora.split(","):
        records = list(read_corpus(corpus))
        records = records[::20] if config.smoke else records
        parts = make_parts(corpus, records, find_corpus(corpus).space, most=config.labelled)
        metrics = {
            "macro_f1": (macro_f1, "decided"),
            "micro_f1": (micro_f1, "decided"),
            "mean_average_precision": (mean_average_precision, "probabilities"),
        }
        rows += run_experiment(
            Experiment(
                *("se-emotion-ptm", corpus, "test", f"dev-label-thresholds-{config.encoder}"),
                *(parts.test.truth, metrics, arms(parts, config), parts.test.groups),
            ),
            runs=Path("runs/text-methods"),
            seeds=range(config.seeds),
            resamples=config.resamples,
        )
    for row in rows:
        print(f"{row.corpus:22} {row.model:26} {row.metric:40} {row.value:.3f}  {row.low} {row.high}")
    write_results(Path(config.results), rows)


def arms(parts: Parts, config: Config) -> list[Arm]:
    settings = str(asdict(config) | {"seeds": 0, "resamples": 0, "corpora": "", "results": ""})
    polarity = open_lexicon(config.lexicon)

    def network(biased: bool) -> Arm:
        name = "polarity-attention" if biased else "plain-attention"
        return Arm(name, lambda seed: run_network(parts, polarity, config, seed, biased=biased), settings)

    return [network(True), network(False), Arm("tfidf", lambda seed: run_tfidf(parts, seed), settings)]


def open_lexicon(name: str) -> dict[str, float]:
    """Words in lower case to polarity in [-1, 1]: ``glasgow``, rated valence (CC BY 4.0, ships with affekt), of words
    a quarter of the scale off its middle; ``vader``, VADER's lexicon (MIT), from ``$AFFEKT_DATA``."""
    if name == "glasgow":
        norms = load_norms("glasgow")
        rated = {word.lower(): row.vad.valence for word, row in norms.items() if " " not in word}
        return {word: value for word, value in rated.items() if abs(value) >= 0.25}
    if name == "vader":
        import os

        folder = Path(os.environ.get("AFFEKT_DATA", "")) / "text" / "vader"
        cells = (line.text.split("\t") for line in read_lines(folder, "vader_lexicon.txt"))
        return {word.lower(): float(mean) / 4 for word, mean, *_ in cells}
    raise InputError(f"Unknown lexicon {name!r}. Use glasgow or vader.")


def encode(start: Start, texts: Sequence[str], polarity: Mapping[str, float], longest: int) -> Read:
    """Pieces of each text and their polarities, aligned."""
    kept = [normalise(text) if start.lower else text for text in texts]
    offsets = [encoding.offsets for encoding in start.tokenizer.encode_batch(kept)]
    return start.encode(texts, longest=longest), piece_polarities(offsets, kept, polarity, longest=longest)


def run_network(parts: Parts, polarity: Mapping[str, float], config: Config, seed: int, *, biased: bool) -> Outcome:
    started = time.monotonic()
    start = open_encoder(config.encoder, layers=config.layers, seed=seed)
    train, dev, test = (
        encode(start, [r.signal.text for r in part.records], polarity, config.longest) for part in parts
    )
    torch.manual_seed(seed)
    net = PolarityNet(start.encoder, parts.train.truth.shape[1], biased=biased)  # type: ignore[arg-type]
    targets = torch.as_tensor(parts.train.truth, dtype=torch.float32)
    on_dev = torch.as_tensor(parts.dev.truth, dtype=torch.float32)

    def of_batch(rows: np.ndarray) -> torch.Tensor:
        return soft_binary_cross_entropy(net(*batch(train, rows)).float(), targets[rows])

    plan = Plan(
        *(1 if config.smoke else config.epochs, config.batch, config.learning_rate),
        **{"layer_decay": 0.9, "head_factor": 3.0, "seed": seed},
    )
    fine_tune(
        *(net, of_batch, lambda: float(soft_binary_cross_entropy(answer(net, dev), on_dev))),
        lengths=[len(ids) for ids in train[0]],
        plan=plan,
    )
    held, scored = (torch.sigmoid(answer(net, read)).numpy().astype(np.float64) for read in (dev, test))
    decided = scored >= fit_thresholds(parts.dev.truth, held)
    trained = sum(parameter.numel() for parameter in net.parameters() if parameter.requires_grad)
    measured = {"attention-on-polar-pieces": net.attended(*batch(test, np.arange(min(256, len(test[0])))))}
    if net.polarity is not None:
        praise, complaint = net.polarity.scales().detach().mean(1).tolist()
        measured |= {"praise-scale": praise, "complaint-scale": complaint}
    return Outcome({"decided": decided, "probabilities": scored}, time.monotonic() - started, trained, measured)


def batch(read: Read, rows: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
    ids, polarities = read
    return torch.from_numpy(pad([ids[i] for i in rows])), pad_polarities([polarities[i] for i in rows])


def answer(net: PolarityNet, read: Read, *, size: int = 128) -> torch.Tensor:
    """Logits of all texts, (text, label), texts of like length together."""
    order = np.argsort([len(ids) for ids in read[0]], kind="stable")
    found = []
    with torch.no_grad():
        for place in range(0, len(order), size):
            found.append(net(*batch(read, order[place : place + size])).float())
    return torch.cat(found)[torch.from_numpy(np.argsort(order, kind="stable"))]


def run_tfidf(parts: Parts, seed: int) -> Outcome:
    started = time.monotonic()
    taught = teach_tfidf(lesson_of(parts.train, seed=seed), "words")
    held, scored = (taught(part.records).probabilities for part in (parts.dev, parts.test))
    decided = scored >= fit_thresholds(parts.dev.truth, held)
    return Outcome({"decided": decided, "probabilities": scored}, time.monotonic() - started, 0)


if __name__ == "__main__":
    main()
