"""One unseen rater after eight ratings: meta-learning against simpler ways, on BRIGHTER German and Portuguese.

Leave one rater out: the others' votes on training texts make the aggregate model and the meta-training tasks; the
unseen rater's support (8 texts) and query (up to 300 others) are test texts, drawn 20 times.

    aggregate      a model of all training raters, not adapted
    shift          the aggregate's logits moved per label to the support (a rater's yes-rate, nothing else)
    fine-tuned     the aggregate after gradient steps on the support
    maml-first     MAML, first-order, one fixed inner rate
    meta-perser    Meta-PerSER: combined sets, first order annealed into second, a learned rate per layer and step
    meta-start     what Meta-PerSER learned, not adapted: how much of its gain is training rater by rater, not adapting

Steps, rates and ridges are chosen on dev texts with the training raters in the unseen one's place. Intervals resample
raters.

Simulated listeners turn the labels round by a fixed number of places: relabelling that 8 ratings can show. They read
texts of EDOS (`simulated-listeners`) or hear clips of RAVDESS (`ravdess-simulated-listeners`: 88 functionals, actors
1-12 to learn from, 13-16 dev, 17-24 for support and query). A corpus of speech whose audio and named raters you have is
taken likewise by its name, speakers in the order of their names: half to learn from, a sixth dev.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from data import Task, load_task
from features import features, protocol
from learning import SEEDS, Config, learn, named, scored, write
from soft_hard import bce

from affekt.corpora.index import CORPORA, find_corpus
from affekt.evaluation.records import ResultRow
from affekt.metrics.resampling import Estimate, bootstrap_interval
from affekt.ratings.views import plurality
from affekt.training.fitting import Schedule
from affekt.training.personalisation import (
    Judged,
    MetaLearned,
    MetaSchedule,
    layer_of,
    meta_train,
    predict_adapted,
    rater_shift,
)

SUPPORT, QUERY, DRAWS = 8, 300, 20
# A rater with fewer texts in a part is left out of it: there is nothing to draw from.
FEWEST = 60
TASKS = ("brighter_votes:de", "brighter_votes:pt")
METHODS = ("aggregate", "shift", "fine-tuned", "maml-first", "meta-start", "meta-perser")
CONFIG = Config(64, 0.3, Schedule(epochs=40, learning_rate=2e-3, weight_decay=0.1))
RIDGES = (0.5, 1.0, 3.0, 10.0, 30.0)
STEPS, RATES = (1, 5), (0.01, 0.03, 0.1, 0.3, 1.0)
PLAN = MetaSchedule(iterations=150, tasks=4, support=SUPPORT, query=48, steps=5, outer_rate=5e-4)
CACHE = Path("runs/raters/personal")


@dataclass(frozen=True)
class Panel:
    """Raters of one corpus: features (item, width), votes (rater, item, label) with NaN, names, parts of the items."""

    name: str
    protocol: str
    x: np.ndarray
    votes: np.ndarray
    names: tuple[str, ...]
    parts: dict[str, np.ndarray]


SIMULATED = ("simulated-listeners", "ravdess-simulated-listeners")


def main(names: tuple[str, ...] = (*TASKS, *SIMULATED)) -> None:
    """All corpora."""
    for name in names:
        panel = panel_of(name)
        listeners = [r for r, rater in enumerate(panel.names) if rater.startswith("unseen")]
        unseen = listeners or [r for r in range(len(panel.names)) if items_of(panel, r, "test") >= FEWEST]
        write(rows_of(panel, [one_rater(panel, r) for r in unseen]))


def panel_of(name: str) -> Panel:
    """Simulated listeners, the raters of a corpus of speech, or those of texts."""
    if name == SIMULATED[0]:
        return simulated()
    if name == SIMULATED[1] or (
        name.partition(":")[0] in CORPORA and find_corpus(name.partition(":")[0]).modality == "speech"
    ):
        return heard(name)
    return real(load_task(name))


def real(task: Task) -> Panel:
    """The raters of a BRIGHTER language."""
    votes = np.full((len(task.ratings.raters), *task.counts.shape), np.nan, np.float32)
    # Who was shown a text twice is taken at the later word.
    votes[task.ratings.rater, task.ratings.item] = task.ratings.values
    parts = {part: task.rows(part) for part in ("train", "dev", "test")}
    x = features(task, parts["train"])
    return Panel(task.name, protocol(task), x, votes, task.ratings.raters, parts)


def simulated(listeners: int = 30, unseen: int = 12, labels: int = 6) -> Panel:
    """Listeners who turn the six commonest labels of EDOS round by 0 to 5 places, always by the same number."""
    task = load_task("edos")
    rule = plurality(task.ratings)
    common = np.argsort(-rule.labels.sum(0))[:labels]
    kept = np.flatnonzero(rule.labels[:, common].any(1))
    truth = rule.labels[kept][:, common].astype(np.float32)
    random = np.random.default_rng(0)
    # Each unseen listener's turn occurs among the training listeners.
    turns = np.concatenate([np.arange(listeners) % labels, random.integers(0, labels, unseen)])
    votes = np.stack([np.roll(truth, turn, axis=1) for turn in turns])
    names = (*(f"training {n}" for n in range(listeners)), *(f"unseen {n}" for n in range(unseen)))
    parts = {part: np.flatnonzero(task.part[kept] == part) for part in ("train", "dev", "test")}
    x = features(task, task.rows("train"))[kept]
    return Panel("simulated-listeners", protocol(task), x, votes, names, parts)


def heard(name: str = SIMULATED[1], *, known: int = 32, unseen: int = 12) -> Panel:
    """Listeners to RAVDESS who call each of its emotions by the name of one 0 to 7 places on, or a corpus's raters."""
    from affekt.corpora.clips import read_clips
    from affekt.training.speech.functionals_svm import functionals
    from affekt.training.speech.listeners import listeners, simulate_relabelling

    clips = read_clips("ravdess" if name == SIMULATED[1] else name)
    labels, speaker = len(clips.space), clips.speaker_places()
    half, most = (speaker.max() + 1) / 2, (speaker.max() + 1) * 2 / 3
    parts = {"train": speaker < half, "dev": (speaker >= half) & (speaker < most), "test": speaker >= most}
    x = functionals(clips)
    learned = x[parts["train"]]
    x = np.clip((x - learned.mean(0)) / np.maximum(learned.std(0), 1e-6), -10, 10)
    if name == SIMULATED[1]:
        turns = np.concatenate([np.arange(known) % labels, np.random.default_rng(0).integers(0, labels, unseen)])
        votes = listeners(simulate_relabelling(clips, turns.tolist())).votes
        names = (*(f"training {n}" for n in range(known)), *(f"unseen {n}" for n in range(unseen)))
    else:
        names, votes = listeners(clips, fewest=4 * FEWEST)
    places = {part: np.flatnonzero(where) for part, where in parts.items()}
    return Panel(name, "speakers-apart", x.astype(np.float32), votes, names, places)


def one_rater(panel: Panel, unseen: int) -> dict[str, dict[str, float]]:
    """Scores of every method for one unseen rater, means over training seeds and draws; kept in runs/."""
    path = CACHE / f"{panel.name.replace(':', '-')}-{unseen}.json"
    if path.exists():
        return json.loads(path.read_text())
    training = [
        r
        for r, name in enumerate(panel.names)
        if r != unseen and not name.startswith("unseen") and items_of(panel, r, "train") >= FEWEST
    ]
    each = [one_seed(panel, training, unseen, seed) for seed in SEEDS]
    scores = {
        method: {metric: float(np.mean([s[method][metric] for s in each])) for metric in each[0][method]}
        for method in METHODS
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(scores))
    print(
        panel.name,
        panel.names[unseen],
        {m: {k: round(v, 4) for k, v in s.items()} for m, s in scores.items()},
        flush=True,
    )
    return scores


def one_seed(panel: Panel, training: list[int], unseen: int, seed: int) -> dict[str, dict[str, float]]:
    """Scores of every method, one training seed."""
    models = trained(panel, tuple(training), seed)
    supports, queries, answers = draw(panel, unseen, "test", seed, draws=DRAWS, query=QUERY)
    with torch.no_grad():
        said = {
            "aggregate": models.head(queries),
            "shift": shifted(models.head, supports, queries, models.ridge),
            "fine-tuned": predict_adapted(models.head, models.tuned, supports, queries),
            "maml-first": predict_adapted(models.head, models.plain, supports, queries),
            "meta-start": torch.func.functional_call(models.head, models.whole.parameters, (queries,)),
            "meta-perser": predict_adapted(models.head, models.whole, supports, queries),
        }
    return {method: score(logits, answers) for method, logits in said.items()}


@dataclass(frozen=True)
class Models:
    """What the training raters gave: the aggregate, and every way to leave it."""

    head: torch.nn.Module
    ridge: float
    tuned: MetaLearned
    plain: MetaLearned
    whole: MetaLearned


_TRAINED: dict[tuple[str, tuple[int, ...], int], Models] = {}


def trained(panel: Panel, training: tuple[int, ...], seed: int) -> Models:
    """The models of one set of training raters."""
    key = (panel.name, training, seed)
    if key not in _TRAINED:
        torch.set_num_threads(1)
        head = aggregate(panel, list(training), seed)
        start = {name: value.detach() for name, value in head.named_parameters()}
        known = [r for r in training if items_of(panel, r, "dev") > 2 * SUPPORT]
        rehearsal = [draw(panel, r, "dev", seed, draws=4, query=60) for r in known[:12]]
        ridge = min(RIDGES, key=lambda value: mean_loss(rehearsal, lambda s, q: shifted(head, s, q, value)))
        plans = [(steps, rate) for steps in STEPS for rate in RATES]
        tuned = {plan: constant_rates(start, *plan) for plan in plans}
        lost = {plan: mean_loss(rehearsal, partial(predict_adapted, head, one)) for plan, one in tuned.items()}
        best = min(plans, key=lambda plan: lost[plan])
        rate = min(RATES, key=lambda value: lost[PLAN.steps, value])
        raters = [judged(panel, r, "train") for r in training]
        first = replace(PLAN, seed=seed, rate=rate, order="first", learn_rates=False)
        whole = replace(PLAN, seed=seed, rate=rate, anneal_at=0.4, combined=True)
        _TRAINED[key] = Models(
            head,
            ridge,
            tuned[best],
            meta_train(head, raters, schedule=first),
            meta_train(head, raters, schedule=whole),
        )
    return _TRAINED[key]


def aggregate(panel: Panel, training: list[int], seed: int) -> torch.nn.Module:
    """The head that learned the shares of the training raters' votes."""
    votes = panel.votes[training]
    asked = (~np.isnan(votes)).sum(0)
    shares = np.nansum(votes, 0) / np.maximum(asked, 1)
    known = {part: rows[(asked[rows] > 0).any(1)] for part, rows in panel.parts.items()}
    dev = known["dev"]

    def judge(logits: np.ndarray) -> float:
        return float(bce(torch.from_numpy(logits[dev]), torch.from_numpy(shares[dev])))

    return learn(panel.x, shares, known["train"], bce, judge, config=CONFIG, seed=seed).head.eval()


def constant_rates(start: dict[str, torch.Tensor], steps: int, rate: float) -> MetaLearned:
    """Plain fine-tuning as a `MetaLearned`: one rate everywhere."""
    return MetaLearned(start, {layer_of(name): torch.full((steps,), rate) for name in start}, ())


def items_of(panel: Panel, rater: int, part: str) -> int:
    """How many texts of a part the rater judged."""
    return len(judged(panel, rater, part).features)


def judged(panel: Panel, rater: int, part: str) -> Judged:
    """What one rater judged of one part."""
    rows = panel.parts[part]
    rows = rows[~np.isnan(panel.votes[rater, rows]).all(1)]
    return Judged(torch.from_numpy(panel.x[rows]), torch.from_numpy(panel.votes[rater, rows]))


def draw(panel: Panel, rater: int, part: str, seed: int, *, draws: int, query: int):  # type: ignore[no-untyped-def]
    """Supports as `Judged` (draw, 8, …), queries (draw, item, width) and the rater's answers to them."""
    whole = judged(panel, rater, part)
    size = min(query, len(whole.features) - SUPPORT)
    random = np.random.default_rng([seed, rater])
    order = np.stack([random.permutation(len(whole.features))[: SUPPORT + size] for _ in range(draws)])
    x, y = whole.features[order], whole.votes[order]
    return Judged(x[:, :SUPPORT], y[:, :SUPPORT]), x[:, SUPPORT:], y[:, SUPPORT:]


def shifted(head: torch.nn.Module, support: Judged, query: torch.Tensor, ridge: float) -> torch.Tensor:
    """The aggregate's logits, moved by what the support shows of the rater."""
    with torch.no_grad():
        return head(query) + rater_shift(head(support.features), support.votes, ridge=ridge)[:, None, :]


def mean_loss(drawn, predict) -> float:  # type: ignore[no-untyped-def]
    """The mean cross-entropy over training raters in the unseen one's place."""
    return float(np.mean([score(predict(s, q), answers)["nll"] for s, q, answers in drawn]))


def score(logits: torch.Tensor, answers: torch.Tensor) -> dict[str, float]:
    """Cross-entropy per judgement in nats, and macro-F1 at 0.5 over labels the rater ever gave; means over draws."""
    asked = ~answers.isnan()
    truth = answers.nan_to_num(0.0)
    loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, truth, reduction="none")
    nll = ((loss * asked).sum((1, 2)) / asked.sum((1, 2))).mean()
    said = (logits > 0) & asked
    hits, yes, given = ((a).sum(1).float() for a in (said & (truth > 0.5), said, (truth > 0.5) & asked))
    f1 = torch.where(given > 0, 2 * hits / (yes + given).clamp(min=1), torch.nan)
    return {"nll": float(nll), "macro-f1": float(f1.nanmean(1).nanmean())}


def rows_of(panel: Panel, scores: list[dict[str, dict[str, float]]]) -> list[ResultRow]:
    """Means over unseen raters, and differences to the aggregate and to the shift."""
    rows = []
    for method in METHODS:
        where = scored(panel.name, "test", f"{panel.protocol}:leave-one-rater-out-8", method, n=len(scores))
        for metric in ("nll", "macro-f1"):
            own = np.array([one[method][metric] for one in scores])
            rows.append(where.row(f"rater-{metric}", over_raters(own)))
            for rival in ("aggregate", "shift", "fine-tuned", "meta-start"):
                if method != rival and METHODS.index(method) > METHODS.index(rival):
                    gap = own - np.array([one[rival][metric] for one in scores])
                    rows.append(where.row(f"rater-{metric}-minus:{rival}", over_raters(gap)))
    return rows


def over_raters(values: np.ndarray) -> Estimate:
    """Mean and interval over raters."""
    return bootstrap_interval(_mean, values, resamples=2000)


def _mean(values: np.ndarray) -> float:
    return float(values.mean())


if __name__ == "__main__":
    main(named((*TASKS, *SIMULATED)))
