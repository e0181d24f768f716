"""A method beside its own ablation: several seeds of each arm on the same items, and the paired difference."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.errors import InputError
from affekt.evaluation.records import ResultRow, Scored, replace_file, run_info
from affekt.metrics.resampling import Estimate, bootstrap_values, percentile_interval
from affekt.metrics.weighing import Metric

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run answered for the scored items: arrays by what they are (``decided``, ``probabilities``), item first.

    seconds: training and answering together, wall clock; parameters: how many were trained; measured: what else the
    run found out, such as the share of attention on emotion words.
    """

    answers: Mapping[str, NDArray[np.generic]]
    seconds: float
    parameters: int
    measured: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Arm:
    """One way to do it: `run` takes a seed. `settings` is all that shapes its answers, so that a change runs anew."""

    name: str
    run: Callable[[int], Outcome]
    settings: str = ""


@dataclass(frozen=True, slots=True)
class Experiment:
    """What the arms are scored on. `metrics` maps a name to the metric and which answer it takes after the truth.

    truth: (item, …), or by the answer's name where several kinds are scored; groups (item,): what is resampled whole.
    The first arm is the method; it is compared with each of the others.
    """

    name: str
    corpus: str
    split: str
    protocol: str
    truth: ArrayLike | Mapping[str, ArrayLike]
    metrics: Mapping[str, tuple[Metric, str]]
    arms: Sequence[Arm]
    groups: ArrayLike | None = None


def run_experiment(
    experiment: Experiment, *, runs: Path, seeds: Sequence[int] = (0, 1, 2), resamples: int = 1000
) -> list[ResultRow]:
    """Return the rows of every arm: each metric as the mean over seeds, with a 95 % interval, and what it cost.

    The interval resamples items, the same for all arms, and seeds along with them; ``METRIC:minus:ARM`` is the first
    arm's gain over another with the interval of that gain. ``seconds`` is the mean of a run's, ``parameters`` what it
    trained, ``seeds`` how many; what a run measured besides comes with the least and the greatest of the seeds. The
    method's rows are named by the experiment, the others ``NAME:ARM``. Answers are kept in `runs`, one file per arm and
    seed, and taken from there when the same settings are asked for again, so that a killed run goes on. Raises
    `InputError` where an arm answers other items than the truth holds.
    """
    if not experiment.arms or not seeds:
        raise InputError(f"{experiment.name} has nothing to run: give it an arm and a seed at least.")
    draws = {arm.name: [_kept(arm, seed, experiment, runs) for seed in seeds] for arm in experiment.arms}
    rows: list[ResultRow] = []
    first = experiment.arms[0].name
    values = {name: _resampled(experiment, outcomes, resamples) for name, outcomes in draws.items()}
    for arm in experiment.arms:
        name = experiment.name if arm.name == first else f"{experiment.name}:{arm.name}"
        place = _place(experiment, name)
        for metric, (whole, drawn) in values[arm.name].items():
            rows.append(place.row(metric, percentile_interval(whole, drawn)))
        outcomes = draws[arm.name]
        rows.append(place.row("seconds", float(np.mean([o.seconds for o in outcomes]))))
        rows.append(place.row("parameters", float(outcomes[0].parameters)))
        rows.append(place.row("seeds", float(len(seeds))))
        for measured in outcomes[0].measured:
            rows.append(place.row(measured, _over_seeds([o.measured[measured] for o in outcomes])))
        if arm.name != first:
            method = _place(experiment, experiment.name)
            for metric, (whole, drawn) in values[arm.name].items():
                ours, ours_drawn = values[first][metric]
                gain = percentile_interval(ours - whole, ours_drawn - drawn)
                rows.append(method.row(f"{metric}:minus:{arm.name}", gain))
    return rows


def _place(experiment: Experiment, model: str) -> Scored:
    run = run_info(model, "1", seed=None)
    return Scored(experiment.corpus, experiment.split, experiment.protocol, _count(experiment), run)


def _count(experiment: Experiment) -> int:
    truth = experiment.truth
    return len(np.asarray(next(iter(truth.values())) if isinstance(truth, Mapping) else truth))


def _over_seeds(values: Sequence[float]) -> Estimate:
    """The mean with the least and the greatest of the seeds."""
    return Estimate(float(np.mean(values)), float(np.min(values)), float(np.max(values)))


def _resampled(experiment: Experiment, outcomes: Sequence[Outcome], resamples: int) -> dict[str, tuple[float, Floats]]:
    """By metric: the mean over seeds, and for each resample the mean over seeds drawn with replacement."""
    random = np.random.default_rng(0)
    # Every arm meets the same drawn seeds and the same drawn items: the differences are paired.
    times = random.multinomial(len(outcomes), [1 / len(outcomes)] * len(outcomes), size=resamples) / len(outcomes)
    found = {}
    for name, (metric, answer) in experiment.metrics.items():
        truth = experiment.truth[answer] if isinstance(experiment.truth, Mapping) else experiment.truth
        whole, drawn = [], []
        for outcome in outcomes:
            given = outcome.answers[answer]
            if len(given) != len(np.asarray(truth)):
                raise InputError(f"{experiment.name} answers {len(given)} items of {len(np.asarray(truth))}.")
            whole.append(float(np.asarray(metric(truth, given))))
            drawn.append(bootstrap_values(metric, truth, given, resamples=resamples, groups=experiment.groups))
        found[name] = (float(np.mean(whole)), np.einsum("rs,sr->r", times, np.stack(drawn)))
    return found


def _kept(arm: Arm, seed: int, experiment: Experiment, runs: Path) -> Outcome:
    """The outcome of one arm and seed: from its file where the settings are the same, else run and kept."""
    told = json.dumps(
        [experiment.name, experiment.corpus, experiment.split, experiment.protocol, arm.name, arm.settings]
    )
    key = hashlib.sha256(told.encode()).hexdigest()[:12]
    path = runs / experiment.name / f"{experiment.corpus.replace(':', '-')}-{arm.name}-{seed}-{key}.npz"
    if path.exists():
        with np.load(path) as file:
            about = json.loads(str(file["about"]))
            answers = {name.removeprefix("answers."): file[name] for name in file.files if name.startswith("answers.")}
        return Outcome(answers, about["seconds"], about["parameters"], about["measured"])
    outcome = arm.run(seed)
    about = {"seconds": outcome.seconds, "parameters": outcome.parameters, "measured": dict(outcome.measured)}
    content = io.BytesIO()
    arrays = {f"answers.{name}": np.asarray(value) for name, value in outcome.answers.items()}
    np.savez_compressed(content, about=np.array(json.dumps(about)), allow_pickle=False, **arrays)
    replace_file(path, content.getvalue())
    return outcome
