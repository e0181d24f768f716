"""A benchmark over instruction tasks: any chat model, or any local system, on the same items with the right metric.

After the affective evaluation benchmark of EmoLLMs (Liu et al. 2024, KDD): labels by accuracy, F1 and Jaccard, levels
and numbers by Pearson's r.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from affekt.corpora.instructions import Task, TaskItems, Value, parser_of
from affekt.corpora.targets import DIMENSIONS, Flags, Floats
from affekt.errors import AffektError, InputError
from affekt.evaluation.answers import Question, Subject, decide
from affekt.evaluation.records import ResultRow, Scored, run_info
from affekt.language.asking import AskOptions, ask_all
from affekt.language.chat import ChatModel, Settings
from affekt.language.tally import Bill
from affekt.language.usage import Price
from affekt.metrics.classification import accuracy, macro_f1
from affekt.metrics.multi_label import jaccard
from affekt.metrics.ordinal import quadratic_weighted_kappa
from affekt.metrics.regression import pearson, spearman
from affekt.metrics.resampling import Estimate, bootstrap_interval
from affekt.metrics.weighing import Metric

_FEWEST = 3


@dataclass(frozen=True, slots=True, eq=False)
class Replies:
    """What was said to a task's items: `values`, None where nothing was or it was no answer; the `bill` of asking."""

    values: tuple[Value | None, ...]
    bill: Bill | None = None


@dataclass(frozen=True, slots=True, eq=False)
class TaskScore:
    """How a system did at one task: `scores` by name with intervals, the task's own metric first, over `n` items, of
    which the share `answered` got an answer. Where it has no answers at all, `reason` says why."""

    task: Task
    n: int
    scores: Mapping[str, Estimate] = field(default_factory=dict)
    answered: float = 0.0
    reason: str | None = None


def ask_task(
    model: ChatModel,
    items: TaskItems,
    *,
    tokens: int = 200,
    options: AskOptions | None = None,
    price: Price | None = None,
) -> Replies:
    """Return what a chat model answers to a task. Raises `EndpointError` where its endpoint refuses or dies."""
    settings = Settings(tokens=tokens, schema=items.task.schema)
    asked = ask_all(model, items.prompts(), parser_of(items.task), settings=settings, options=options)
    return Replies(tuple(answer.value for answer in asked.answers), Bill(asked.tally, price))


def answer_task(subject: Subject, items: TaskItems, *, learning: tuple = (), seed: int = 0) -> Replies:  # type: ignore[type-arg]
    """Return what a system that is no chat model says to a task: of labels what it decides, of dimensions what it
    reads, of an intensity the probability of the label.

    `learning` are the records that a learner may learn from. Raises `InputError` where it cannot say anything to it.
    """
    task, target = items.task, items.target
    space = task.space if target is None else target.space
    scale, _, name = task.name.rpartition(":")
    if task.space is None and scale == "intensity":
        from affekt.affect.spaces import find_space

        space = find_space("ekman")
        if name not in space:
            raise InputError(f"{subject.name} has no way to tell how strong {name} is.")
    question = Question(items.records, space, None if target is None else target.own, learning, seed)
    said = subject.answer(question)
    if task.space is not None:
        assert target is not None and target.space is not None
        decided = decide(said, target.space)
        if decided is None:
            raise InputError(f"{subject.name} answers without labels.")
        rows = zip(said.answered.tolist(), decided.decision.tolist(), strict=True)
        return Replies(tuple(_named(task, row) if known else None for known, row in rows))
    if task.name in DIMENSIONS:
        if said.vad is None:
            raise InputError(f"{subject.name} tells no {task.name}.")
        return Replies(_numbers(said.vad[:, DIMENSIONS.index(task.name)]))
    assert space is not None or scale == "value"
    if scale == "intensity" and space is not None:
        decided = decide(said, space)
        if decided is None or decided.probabilities is None:
            raise InputError(f"{subject.name} tells no probabilities, so not how strong {name} is.")
        return Replies(_numbers(decided.probabilities[:, space.index(name)]))
    raise InputError(f"{subject.name} has no way to tell {name!r}.")


def score_task(items: TaskItems, replies: Replies, *, resamples: int = 1000, seed: int = 0) -> TaskScore:
    """Return the scores of what was said to a task.

    One label: ``accuracy``, ``macro_f1``; several: ``jaccard``, ``macro_f1``;
    an item that was not answered is missed. Levels: ``pearson``, and ``quadratic_kappa`` where levels were answered;
    numbers: ``pearson``, ``spearman``; over the items that were answered, which is why their share is told. Intervals
    resample groups. A number that is the same for every item correlates with nothing: NaN becomes 0, as an answer
    that tells nothing apart.
    """
    task, values = items.task, replies.values
    known = np.array([value is not None for value in values], np.bool_)
    share = float(known.mean()) if len(known) else 0.0
    if items.target is not None and task.space is not None:
        target = items.target
        truth = np.asarray(target.truth & target.rated, np.bool_)
        said = _flags(task, values) & target.rated
        occurs = truth.any(0)
        named: dict[str, tuple[Metric, tuple[NDArray[np.generic], ...]]] = {}
        if task.kind == "label":
            named["accuracy"] = (accuracy, (_places(truth), _places(said)))
        else:
            named["jaccard"] = (jaccard, (truth, said))
        if occurs.any():
            named["macro_f1"] = (macro_f1, (truth[:, occurs], said[:, occurs]))
        scores = {
            name: bootstrap_interval(metric, *arrays, resamples=resamples, seed=seed, groups=target.groups)
            for name, (metric, arrays) in named.items()
        }
        return TaskScore(task, len(items), scores, share)
    if known.sum() < _FEWEST:
        return TaskScore(task, len(items), {}, share, f"{int(known.sum())} of {len(items)} items were answered")
    true, told = (np.array(each, np.float64)[known] for each in (items.values, _or_nan(values)))
    groups = np.array([record.group or record.id for record in items.records])[known]
    metrics: dict[str, Metric] = {"pearson": _correlation, "spearman": _rank_correlation}
    if task.kind == "level" and (told == np.round(told)).all():
        metrics["quadratic_kappa"] = _levels_agree(int(task.high) + 1)
    found = {
        name: bootstrap_interval(metric, true, told, resamples=resamples, seed=seed, groups=groups)
        for name, metric in metrics.items()
    }
    return TaskScore(task, len(items), found, share)


def benchmark(
    system: ChatModel | Subject,
    tasks: Sequence[TaskItems],
    *,
    learning: Mapping[str, tuple] | None = None,  # type: ignore[type-arg]
    options: AskOptions | None = None,
    resamples: int = 1000,
) -> list[TaskScore]:
    """Return how a chat model, or a system of another kind, does at every task; one it cannot answer has the reason.

    `learning` are, by corpus, the records that a learner may learn from. Raises `EndpointError` where an endpoint
    dies: what it replied is kept, and the same call goes on.
    """
    found = []
    for items in tasks:
        try:
            if isinstance(system, Subject):
                known = (learning or {}).get(items.task.corpus, ())
                replies = answer_task(system, items, learning=known)
            else:
                replies = ask_task(system, items, options=options)
        except ConnectionError:
            raise
        except AffektError as error:
            found.append(TaskScore(items.task, len(items), {}, 0.0, str(error)))
            continue
        found.append(score_task(items, replies, resamples=resamples))
    return found


def benchmark_rows(name: str, version: str, scores: Sequence[TaskScore]) -> list[ResultRow]:
    """Return the scores as rows of a results file: a row per metric, ``answered`` too; the protocol names the task."""
    run = run_info(name, version, seed=None)
    rows = []
    for each in scores:
        protocol = f"instruction-{each.task.kind}-{each.task.name.replace(':', '-').replace('_', '-').lower()}"
        place = Scored(each.task.corpus, "test", protocol, each.n, run)
        rows += [place.row(metric, estimate) for metric, estimate in each.scores.items()]
        rows += [place.row("answered", each.answered)] if each.scores else []
    return rows


def _named(task: Task, row: Sequence[bool]) -> tuple[str, ...]:
    assert task.space is not None
    return tuple(label for label, given in zip(task.space, row, strict=True) if given)


def _numbers(values: Floats) -> tuple[float | None, ...]:
    return tuple(float(value) if np.isfinite(value) else None for value in values)


def _or_nan(values: Sequence[Value | None]) -> list[float]:
    return [float("nan") if value is None else float(value) for value in values]  # type: ignore[arg-type]


def _flags(task: Task, values: Sequence[Value | None]) -> Flags:
    assert task.space is not None
    said = [value if isinstance(value, tuple) else () for value in values]
    flags: Flags = np.array([[label in labels for label in task.space] for labels in said], np.bool_)
    return flags.reshape(len(values), len(task.space))


def _places(flags: Flags) -> NDArray[np.int64]:
    places: NDArray[np.int64] = np.where(flags.any(1), flags.argmax(1), -1)
    return places


def _correlation(truth: NDArray[np.generic], said: NDArray[np.generic]) -> float:
    return float(np.nan_to_num(pearson(truth, said)))


def _rank_correlation(truth: NDArray[np.generic], said: NDArray[np.generic]) -> float:
    return float(np.nan_to_num(spearman(truth, said)))


def _levels_agree(levels: int) -> Metric:
    def metric(truth: NDArray[np.generic], said: NDArray[np.generic]) -> float:
        return float(np.nan_to_num(quadratic_weighted_kappa(truth.astype(int), said.astype(int), levels=levels)))

    return metric
