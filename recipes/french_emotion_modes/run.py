"""french-emotion-modes: one model for four questions about a sentence, whose answers cannot contradict each other.

    AFFEKT_DATA=… python recipes/french_emotion_modes/run.py

(A) emotional or not, (B) the mode it shows in, (C) basic or complex, (D) which emotion. A hierarchical head against
one independent output per answer, three seeds, on EmoTextToKids (French) and EDOS (English, whose three workers give
the agreement beside it); then both beside a language model asked with a few examples about the same sentences.
Étienne, Battistelli & Lecorvé 2024. README.md says more.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from questions import Questions, agreements, edos, few_shot, french, truth_of, worker_answers

from affekt.corpora.index import find_corpus
from affekt.corpora.parts import Parts, make_parts
from affekt.corpora.read import read_corpus
from affekt.errors import CorpusError
from affekt.evaluation.experiment import Arm, Experiment, Outcome, run_experiment
from affekt.evaluation.records import ResultRow, write_results
from affekt.evaluation.settings import read_settings
from affekt.layers.hierarchical_head import (
    Answers,
    Limits,
    Logits,
    contradictions,
    decide,
    marginals,
)
from affekt.metrics.classification import macro_f1, micro_f1
from affekt.models.french_emotion_modes.net import FlatNet, ModesNet
from affekt.training.fine_tuning import Plan, fine_tune
from affekt.training.stacked_views import StackedViews, stack_views
from affekt.training.thresholds import fit_thresholds


@dataclass(frozen=True)
class Config:
    corpora: str = "french_emotion_modes,edos"
    labelled: int = 6000
    views: str = "characters,words"
    view_width: int = 200
    width: int = 128
    learning_rate: float = 2e-3
    batch: int = 64
    epochs: int = 15
    asked: int = 200
    shots: int = 8
    endpoint: str = ""
    seeds: int = 3
    resamples: int = 1000
    smoke: int = 0
    results: str = "results/text-methods.csv"


Flags = np.ndarray


def main() -> None:
    config = read_settings(Config, __doc__)
    rows: list[ResultRow] = []
    for corpus in config.corpora.split(","):
        try:
            records = list(read_corpus(corpus))
        except CorpusError as error:
            print(f"{corpus} is left out: {error}")
            continue
        if config.smoke:
            records = random.Random(0).sample(records, 600)
        questions = french() if corpus == "french_emotion_modes" else edos()
        records = [record for record in records if questions.judged(record)]
        parts = make_parts(corpus, records, find_corpus(corpus).space, most=config.labelled)
        rows += experiments(corpus, parts, questions, config)
    for row in rows:
        print(f"{row.corpus:22} {row.protocol:24} {row.model:34} {row.metric:28} {row.value:.3f}  {row.low} {row.high}")
    write_results(Path(config.results), rows)


def experiments(corpus: str, parts: Parts, questions: Questions, config: Config) -> list[ResultRow]:
    """All test sentences, both models (and a worker, where single answers are published); then those also asked."""
    settings = str(
        asdict(config) | {"seeds": 0, "resamples": 0, "corpora": "", "results": "", "endpoint": "", "asked": 0}
    )
    texts = [[r.signal.text for r in part.records] for part in parts]
    views = stack_views(config.views.split(","), texts, width=config.view_width)
    nets = {name: remembered(parts, questions, views, config, flat=name == "flat") for name in ("hierarchical", "flat")}
    truth = truth_of(parts.test.records, questions)
    arms = [Arm(name, run, settings) for name, run in nets.items()]
    given = worker_answers(parts.test.records, questions)
    if given is not None:
        answers = answered(given, questions)
        alphas = agreements(parts.test.records, questions)
        arms.append(Arm("one-worker", lambda seed: Outcome(answers, 0.0, 0, alphas), settings))
    resamples, seeds = config.resamples, range(config.seeds)
    where = {"runs": Path("runs/text-methods"), "seeds": seeds, "resamples": resamples}
    rows = run_experiment(experiment(corpus, "dev-thresholds", truth, arms, parts.test.groups, questions), **where)
    if not config.endpoint:
        return rows
    kept = np.zeros(len(parts.test), np.bool_)
    kept[random.Random(0).sample(range(len(parts.test)), min(config.asked, len(parts.test)))] = True
    asked, tally = few_shot(parts, kept, questions, config.endpoint, config.shots)
    some = [Arm(name, part_of(run, kept), settings) for name, run in nets.items()]
    print(f"{corpus}: {tally.requests} requests, {tally.unparseable_rate:.1%} of the answers unparseable")
    told = answered(asked, questions)
    wrong = {"contradictions": float(contradictions(asked, questions.hierarchy).mean())}
    some.append(Arm("few-shot", lambda seed: Outcome(told, 0.0, 0, wrong), f"{settings}{config.endpoint}"))
    protocol = f"{len(told['A'])}-asked-of-{config.endpoint.rpartition('#')[2].lower()}"
    truth = truth_of([r for r, keep in zip(parts.test.records, kept, strict=True) if keep], questions)
    return rows + run_experiment(experiment(corpus, protocol, truth, some, parts.test.groups[kept], questions), **where)


def experiment(
    corpus: str, protocol: str, truth: Answers, arms: Sequence[Arm], groups: np.ndarray, questions: Questions
) -> Experiment:
    truths = answered(truth, questions)
    metrics = {"f1:A": (macro_f1, "A"), "macro_f1:D": (macro_f1, "D"), "micro_f1:D": (micro_f1, "D")}
    if questions.hierarchy.modes:
        metrics |= {"macro_f1:B": (macro_f1, "B")}
    if questions.hierarchy.types:
        metrics |= {"macro_f1:C": (macro_f1, "C")}
    return Experiment("french-emotion-modes", corpus, "test", protocol, truths, metrics, arms, groups)


def answered(said: Answers, questions: Questions) -> dict[str, Flags]:
    """The four answers by their letters, those of the scheme."""
    found = {"A": said.emotional[:, None], "D": said.categories}
    found |= {"B": said.modes} if questions.hierarchy.modes else {}
    return found | ({"C": said.types} if questions.hierarchy.types else {})


def remembered(
    parts: Parts, questions: Questions, views: StackedViews, config: Config, *, flat: bool
) -> Callable[[int], Outcome]:
    """The run of a network, once per seed, however often it is asked for."""
    kept: dict[int, Outcome] = {}

    def run(seed: int) -> Outcome:
        if seed not in kept:
            kept[seed] = run_network(parts, questions, views, config, seed, flat=flat)
        return kept[seed]

    return run


def part_of(run: Callable[[int], Outcome], kept: Flags) -> Callable[[int], Outcome]:
    def part(seed: int) -> Outcome:
        whole = run(seed)
        answers: Mapping[str, Flags] = {name: value[kept] for name, value in whole.answers.items()}
        return Outcome(answers, whole.seconds, whole.parameters, whole.measured)

    return part


def run_network(
    parts: Parts, questions: Questions, views: StackedViews, config: Config, seed: int, *, flat: bool
) -> Outcome:
    started = time.monotonic()
    torch.manual_seed(seed)
    hierarchy, kind = questions.hierarchy, FlatNet if flat else ModesNet
    net = kind(sum(views.widths), hierarchy, width=config.width)
    train, dev, test = (torch.from_numpy(part) for part in views.parts)
    truth, on_dev = truth_of(parts.train.records, questions), truth_of(parts.dev.records, questions)
    plan = Plan(
        2 if config.smoke else config.epochs, config.batch, config.learning_rate, patience=3, seed=seed, bfloat16=False
    )
    fine_tune(
        net,
        lambda rows: net.loss(train[rows], taken(truth, rows)),
        lambda: float(net.loss(dev, on_dev)),
        lengths=np.ones(len(train), np.int64),
        plan=plan,
    )
    with torch.no_grad():
        held, scored = net(dev), net(test)
    said = flat_answers(held, scored, on_dev, net) if flat else tuned_answers(held, scored, on_dev, questions)
    wrong = contradictions(said, hierarchy).mean()
    trained = sum(parameter.numel() for parameter in net.parameters())
    measured = {"contradictions": float(wrong)}
    return Outcome(answered(said, questions), time.monotonic() - started, trained, measured)


def taken(truth: Answers, rows: np.ndarray) -> Answers:
    return Answers(truth.emotional[rows], truth.modes[rows], truth.types[rows], truth.categories[rows])


def tuned_answers(held: Logits, scored: Logits, on_dev: Answers, questions: Questions) -> Answers:
    """Consistent answers, with the limit of A fitted on dev, and those below it on the emotional sentences of dev."""
    a = float(fit_thresholds(on_dev.emotional[:, None], marginals(held, questions.hierarchy)["emotional"][:, None])[0])
    inside = on_dev.emotional
    limits = Limits(
        a,
        fitted(on_dev.modes[inside], torch.sigmoid(held.modes).numpy()[inside]),
        fitted(on_dev.categories[inside], torch.sigmoid(held.categories).numpy()[inside]),
    )
    return decide(scored, questions.hierarchy, limits)


def fitted(truth: Flags, said: np.ndarray) -> np.ndarray:
    return fit_thresholds(truth, said.astype(np.float64)) if truth.shape[1] else np.zeros(0)


def flat_answers(held: torch.Tensor, scored: torch.Tensor, on_dev: Answers, net: FlatNet) -> Answers:
    """Each answer by a threshold of its own."""
    truth = np.concatenate([on_dev.emotional[:, None], on_dev.modes, on_dev.types, on_dev.categories], 1)
    limits = fit_thresholds(truth, torch.sigmoid(held).numpy().astype(np.float64))
    found = np.split(torch.sigmoid(scored).numpy() >= limits, np.cumsum(net.sizes)[:-1], axis=1)
    return Answers(found[0][:, 0], *found[1:])


if __name__ == "__main__":
    main()
