"""KPoEM: from a general corpus to a small one of its own kind, against the small one alone; and lines by their emotion.

    AFFEKT_DATA=… python recipes/kpoem/run.py [--endpoint http://host:port/v1#MODEL]

Lim, Ji & Kim 2026, "KPoEM". Its poems are not here: the general corpus is GoEmotions, the small one BRIGHTER's English.
README.md says what is as in the paper.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
import torch

from affekt.affect.spaces import find_space
from affekt.corpora.index import find_corpus
from affekt.corpora.near_duplicates import twins
from affekt.corpora.parts import NEAR, Parts, make_parts
from affekt.corpora.read import read_corpus
from affekt.corpora.targets import Target, draw
from affekt.evaluation.endpoint import open_model
from affekt.evaluation.experiment import Arm, Experiment, Outcome, run_experiment
from affekt.evaluation.records import write_results
from affekt.evaluation.settings import read_settings
from affekt.language.client import ClientOptions
from affekt.language.retrieval import LabelledLine, LineIndex, index_lines, write_with
from affekt.metrics.classification import accuracy, macro_f1, micro_f1
from affekt.training.fine_tuning import Plan
from affekt.training.starting import open_encoder
from affekt.training.text_network import LabelNet, answer, loss_for, train_labels
from affekt.training.thresholds import fit_thresholds

EKMAN = find_space("ekman")
# What nobody was asked in English BRIGHTER.
ASKED = [place for place, label in enumerate(EKMAN) if label != "disgust"]
LABELS = tuple(EKMAN.labels[place] for place in ASKED)
THEMES = ("mother and home", "rain at night", "a war far away", "school and work", "the end of love")


@dataclass(frozen=True)
class Config:
    encoder: str = "minilm"
    layers: int = 3
    general: int = 4000
    general_epochs: int = 3
    domain: int = 300
    epochs: int = 10
    learning_rate: float = 2e-4
    general_rate: float = 2e-4
    shown: int = 5
    endpoint: str = ""
    cache: str = "runs/endpoint"
    seeds: int = 3
    resamples: int = 1000
    smoke: int = 0
    results: str = "results/text-methods.csv"


def main() -> None:
    config = read_settings(Config, __doc__)
    if config.smoke:
        small = {"layers": 1, "general": 100, "general_epochs": 1, "domain": 60, "epochs": 1, "resamples": 20}
        config = replace(config, encoder="fresh", seeds=1, **small)
    parts = domain_parts()
    if config.smoke:
        parts = replace(parts, test=draw(parts.test, 100))
    metrics = {"micro_f1": (micro_f1, "decided"), "macro_f1": (macro_f1, "decided")}
    place = ("kpoem", "brighter:eng", "test")
    runs = Path("runs/text-methods")
    options = {"runs": runs, "seeds": range(config.seeds), "resamples": config.resamples}
    truth = parts.test.truth[:, ASKED]
    ways = arms(parts, config)
    rows = run_experiment(Experiment(*place, f"from-goemotions-to-{config.domain}", truth, metrics, ways), **options)
    # The lines are the scored part's, keyed by what the sequential model says of them; truth is what people said.
    right = np.ones(len(LABELS) * len(THEMES) * config.shown, dtype=bool)
    keyed = {"keyed": partial(retrieved, parts, ways[0], config), "theme-only": partial(by_theme, parts, config)}
    rows += run_experiment(
        Experiment(
            *place,
            f"lines-by-emotion-{config.shown}",
            right,
            {"label_precision": (accuracy, "carries")},
            [Arm(name, run, ways[0].settings) for name, run in keyed.items()],
            np.repeat(np.arange(len(right) // config.shown), config.shown),
        ),
        **options,
    )
    for row in rows:
        bounds = "" if row.low is None else f"{row.low:.3f} {row.high:.3f}"
        print(f"{row.protocol:26} {row.model:20} {row.metric:28} {row.value:.3f}  {bounds}")
    write_results(Path(config.results), rows)
    if config.endpoint:
        write_poems(parts, config)


@lru_cache(maxsize=1)
def domain_parts() -> Parts:
    """English BRIGHTER: Track A to learn from, Track B's test part, which alone has its gold, to be scored on."""
    records = [
        record
        for record in read_corpus("brighter")
        if record.conditions["variety"] == "eng"
        and record.conditions["track"] == ("b" if record.split == "test" else "a")
    ]
    return make_parts("brighter", records, find_corpus("brighter").space, space=EKMAN)


def general_parts(config: Config) -> Parts:
    """GoEmotions through its authors' map to Ekman's six, without what stands in the domain's scored part."""
    whole = [record for record in read_corpus("goemotions") if record.split != "test"]
    # Three times what is learned from is enough to draw from, and near-doubles are quickly found among them.
    order = np.random.default_rng(0).permutation(len(whole))[: 3 * config.general]
    records = [whole[i] for i in np.sort(order)]
    scored = [record.signal.text for record in domain_parts().test.records]
    again = twins([record.signal.text for record in records], scored, threshold=NEAR).found
    records = [record for record, twin in zip(records, again.tolist(), strict=True) if not twin]
    return make_parts("goemotions", records, find_corpus("goemotions").space, space=EKMAN, most=config.general)


def arms(parts: Parts, config: Config) -> list[Arm]:
    unlike = {"seeds": 0, "resamples": 0, "results": "", "endpoint": "", "cache": "", "shown": 0}
    settings = str(asdict(config) | unlike)
    ways = {"sequential": (True, True), "domain-only": (False, True), "general-only": (True, False)}
    return [Arm(name, partial(run, parts, config, way), settings) for name, way in ways.items()]


def run(parts: Parts, config: Config, way: tuple[bool, bool], seed: int) -> Outcome:
    """Learn the general corpus first, the domain's few texts then, or one of the two alone."""
    started = time.monotonic()
    general, domain = way
    net = new_net(config, seed)
    if general:
        net.load_state_dict(learned_general(config, seed))
    train, dev = draw(parts.train, config.domain, seed=seed), draw(parts.dev, config.domain // 2, seed=seed)
    if domain:
        plan = Plan(*(config.epochs, 16, config.learning_rate), head_factor=5.0, patience=4, seed=seed)
        loss = loss_for("multi-label")
        train_labels(net, lesson(train, config), lesson(dev, config), loss=loss, plan=plan)
    on_dev, on_test = (probabilities(net, part, config) for part in (dev, parts.test))
    decided = on_test >= fit_thresholds(dev.truth[:, ASKED], on_dev)
    if general and domain:
        _DECIDED[seed] = decided  # the lines are keyed by it, without learning again
    trained = sum(parameter.numel() for parameter in net.parameters())
    return Outcome({"decided": decided, "probabilities": on_test}, time.monotonic() - started, trained)


@lru_cache(maxsize=4)
def learned_general(config: Config, seed: int) -> dict[str, torch.Tensor]:
    """The network once it knows the general corpus; the same for every arm of a seed."""
    net = new_net(config, seed)
    parts = general_parts(config)
    plan = Plan(*(config.general_epochs, 32, config.general_rate), head_factor=5.0, patience=1, seed=seed)
    train_labels(net, lesson(parts.train, config), lesson(parts.dev, config), loss=loss_for("multi-label"), plan=plan)
    return {name: value.clone() for name, value in net.state_dict().items()}


@lru_cache(maxsize=1)
def tokens(config: Config):  # type: ignore[no-untyped-def]
    return open_encoder(config.encoder, layers=1)


def new_net(config: Config, seed: int) -> LabelNet:
    net_start = open_encoder(config.encoder, layers=config.layers, seed=seed)
    torch.manual_seed(seed)
    return LabelNet(net_start, len(ASKED))


def lesson(part: Target, config: Config) -> tuple[list[list[int]], np.ndarray]:
    texts = [record.signal.text for record in part.records]
    return tokens(config).encode(texts, longest=64), part.truth[:, ASKED]


def probabilities(net: LabelNet, part: Target, config: Config) -> np.ndarray:
    logits = answer(net, lesson(part, config)[0]).astype(np.float64)
    return 1 / (1 + np.exp(-logits))


def index_of(parts: Parts, decided: np.ndarray) -> LineIndex:
    """The scored part's texts as lines, with the labels that were decided for them."""
    rows = zip(parts.test.records, decided, strict=True)
    lines = (
        LabelledLine(
            record.id, record.signal.text, tuple(label for label, held in zip(LABELS, row, strict=True) if held)
        )
        for record, row in rows
    )
    return index_lines(lines, EKMAN)


_DECIDED: dict[int, np.ndarray] = {}


def retrieved(parts: Parts, method: Arm, config: Config, seed: int) -> Outcome:
    """Whether lines found by an emotion and a theme carry the emotion, as people say; keyed by what the model says."""
    started = time.monotonic()
    if seed not in _DECIDED:
        _DECIDED[seed] = np.asarray(method.run(seed).answers["decided"], bool)
    index = index_of(parts, _DECIDED[seed])
    found = [index.find([label], theme=theme, count=config.shown) for label in LABELS for theme in THEMES]
    return carried(parts, found, config, started)


def by_theme(parts: Parts, config: Config, seed: int) -> Outcome:
    """The same question without the key: what is nearest to the theme, whatever it carries."""
    started = time.monotonic()
    index = index_of(parts, parts.test.truth[:, ASKED])
    found = [index.nearest(theme, count=config.shown) for _ in LABELS for theme in THEMES]
    return carried(parts, found, config, started)


def carried(parts: Parts, found: Sequence[Sequence[LabelledLine]], config: Config, started: float) -> Outcome:
    """A flag for each place of each answer; a place that stays empty carries nothing."""
    gold = {record.id: record.labels for record in parts.test.records}
    wanted = [label for label in LABELS for _ in THEMES]
    flags = [
        [label in gold[line.id] for line in lines] + [False] * (config.shown - len(lines))
        for label, lines in zip(wanted, found, strict=True)
    ]
    return Outcome({"carries": np.array(flags).ravel()}, time.monotonic() - started, 0)


def write_poems(parts: Parts, config: Config) -> None:
    """A poem per emotion by the endpoint, shown lines that people gave this emotion."""
    model = open_model(config.endpoint, ClientOptions(cache=Path(config.cache)))
    index = index_of(parts, parts.test.truth[:, ASKED])
    for label, theme in zip(LABELS, THEMES, strict=True):
        written = write_with(model, index, [label], theme=theme, count=config.shown)
        shown = ", ".join(line.id for line in written.lines)
        print(f"\n{label}, {theme}: shown {shown}\n{written.text or written.reason}")


if __name__ == "__main__":
    main()
