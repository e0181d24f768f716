"""How a model of one's own scores on the part it was tuned on and, once, on the part kept for that."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from affekt.corpora.parts import Parts
from affekt.corpora.targets import DIMENSIONS, Target
from affekt.evaluation.answers import Answers, Question, Subject, decide
from affekt.evaluation.comparison import Comparison, compare
from affekt.evaluation.runner import Evaluation
from affekt.evaluation.scores import Score, primary, score
from affekt.metrics.ordinal import adjacent_accuracy, quadratic_weighted_kappa
from affekt.metrics.regression import ccc, mae, pearson, spearman
from affekt.metrics.resampling import bootstrap_interval
from affekt.metrics.weighing import Metric
from affekt.training.own_targets import Task


@dataclass(frozen=True, slots=True, eq=False)
class OwnScores:
    """The evaluations on dev and test, the same of the contrast on test (None: there is none), and how far apart
    the two are there on the first score. `first` names that score."""

    dev: Evaluation | None
    test: Evaluation
    contrast: Evaluation | None
    gain: Comparison | None
    first: str

    @property
    def beside(self) -> str:
        """What the contrast is called in words."""
        known = {"tfidf": "TF-IDF", "functionals-svm": "Functionals + SVM"}
        return "" if self.contrast is None else known.get(self.contrast.subject.name, self.contrast.subject.name)

    def to_dict(self) -> dict[str, Any]:
        """Return the scores as JSON values, NaN as null."""
        told: dict[str, Any] = {"first": self.first}
        beside = "tfidf" if self.contrast is None else self.contrast.subject.name
        for name, found in (("dev", self.dev), ("test", self.test), (f"test_{beside}", self.contrast)):
            if found is not None:
                told[name] = {metric: _plain(each) for metric, each in found.scores.items()}
        if self.gain is not None:
            told[f"gain_over_{beside}"] = {"metric": self.gain.metric, **self.gain.numbers()}
        return told


def score_own(ours: Subject, contrast: Subject | None, parts: Parts, task: Task, *, resamples: int = 1000) -> OwnScores:
    """Return the scores of the trained model on dev and test, and of the contrast on test."""
    dev = _evaluation(ours, parts.dev, task, resamples) if len(parts.dev) >= 3 else None
    test = _evaluation(ours, parts.test, task, resamples)
    first = "qwk" if "qwk" in test.scores else _first(test.scores)
    theirs = None if contrast is None else _evaluation(contrast, parts.test, task, resamples)
    gain = None
    if theirs is not None and first in theirs.scores and first != "qwk":
        found = compare([test, theirs], metrics=[first], resamples=resamples)
        gain = found[0] if found else None
    return OwnScores(dev, test, theirs, gain, first)


def _first(scores: Mapping[str, Score]) -> str:
    found = primary(scores)
    if found in ("macro_f1", "pearson:valence"):
        return found
    return next((name for name in scores if name.startswith(("pearson:", "ccc:"))), found)


def _evaluation(subject: Subject, target: Target, task: Task, resamples: int) -> Evaluation:
    if task.kind == "dimensional":
        # Labels that stand beside the numbers, or the base's own, are not what was learned.
        target = replace(target, space=None, truth=target.truth[:, :0], rated=target.rated[:, :0])
    answers = subject.answer(Question(target.records, target.space, target.own))
    decided = None if target.space is None else decide(answers, target.space)
    plain = replace(target, intensities={}, vad=_asked_vad(target, task))
    scores = score(plain, answers, decided, resamples=resamples)
    if task.kind == "ordinal" and decided is not None:
        levels = target.truth.argmax(1)
        said = np.where(decided.decision.any(1), decided.decision.argmax(1), 0)
        count = target.truth.shape[1]
        ordered: tuple[tuple[str, Metric], ...] = (
            ("qwk", partial(quadratic_weighted_kappa, levels=count)),
            ("adjacent_accuracy", adjacent_accuracy),
            ("level_error", mae),
        )
        extra = {}
        for name, metric in ordered:
            estimate = bootstrap_interval(metric, levels, said, resamples=min(resamples, 300), groups=target.groups)
            extra[name] = Score(*estimate, len(target))
        scores = {**extra, **scores}
    if task.degrees:
        scores = {**_degrees(target, answers, task, resamples), **scores}
    rule = "dimensions" if decided is None else decided.rule
    return Evaluation(subject, target, answers, decided, scores, rule)


def _asked_vad(target: Target, task: Task) -> Any:
    """Return the dimensions that were learned, the others NaN; None where there are none."""
    if target.vad is None or not any(name in DIMENSIONS for name in task.outputs):
        return None
    kept = [name in task.outputs for name in DIMENSIONS]
    return np.where(kept, target.vad, np.nan)


def _degrees(target: Target, answers: Answers, task: Task, resamples: int) -> dict[str, Score]:
    """Return how the degrees agree with those told: correlation, concordance and mean error, from 0 to 1."""
    found: dict[str, Score] = {}
    if answers.space is None or answers.probabilities is None:
        return found
    for name in task.degrees:
        told, said = target.intensities[name], answers.probabilities[:, answers.space.index(name)]
        rows = np.flatnonzero(~np.isnan(told) & ~np.isnan(said))
        if len(rows) < 3:
            continue
        metrics: tuple[tuple[str, Metric], ...] = (
            ("pearson", pearson), ("spearman", spearman), ("ccc", ccc), ("mae", mae),
        )  # fmt: skip
        for metric, function in metrics:
            estimate = bootstrap_interval(
                function, told[rows], said[rows], resamples=resamples, groups=target.groups[rows]
            )
            found[f"{metric}:{name}"] = Score(*estimate, len(rows))
    return found


def _plain(score: Score) -> dict[str, float | int | None]:
    named = {"value": score.value, "low": score.low, "high": score.high}
    return {**{k: float(v) if math.isfinite(v) else None for k, v in named.items()}, "n": score.n}
