"""A linear probe: what one linear layer reads off an upstream, the encoder left as it is."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from affekt.corpora.clips import Clips
from affekt.errors import MissingDependencyError
from affekt.metrics.classification import unweighted_average_recall
from affekt.training.speech.lesson import Floats, Lesson, Taught
from affekt.training.speech.loop import softmax
from affekt.training.speech.upstreams import Upstream, upstream_frames


@dataclass(frozen=True, slots=True)
class Probing:
    """costs: how little the layer is held back, tried on `valid`; layers: which of the upstream's are tried, all where
    none is named; statistics: the frames' mean, or their mean and deviation; cache: where frames are kept."""

    costs: tuple[float, ...] = (0.003, 0.03, 0.3)
    layers: tuple[int, ...] = ()
    statistics: str = "mean"
    cache: str = ""


def probe(upstream: Upstream, lesson: Lesson, how: Probing = Probing()) -> Taught:
    """Return multinomial logistic regression on the frames' statistics of one layer.

    Layer and cost are those that recall the labels of `valid` best, the lower ones of equals. Alain & Bengio 2016,
    "Understanding intermediate layers using linear classifier probes".
    """
    started = time.monotonic()
    train, valid = (vectors(upstream, clips, how) for clips in (lesson.train, lesson.valid))
    best = None
    for layer in how.layers or range(train.shape[1]):
        for cost in how.costs[: 1 if lesson.smoke else None]:
            found = fit_linear(train[:, layer], lesson.train.labels, lesson.labels, cost=cost)
            recall = float(unweighted_average_recall(lesson.valid.labels, found(valid[:, layer]).argmax(1)))
            if best is None or recall > best[0]:
                best = (recall, layer, cost, found)
    assert best is not None
    recall, layer, cost, found = best

    def answer(clips: Clips) -> Floats:
        return softmax(found(vectors(upstream, clips, how)[:, layer]))

    measured = {
        "valid-uar": recall,
        "layer": float(layer),
        "cost": cost,
        "learning-seconds": time.monotonic() - started,
    }
    return Taught(answer, (train.shape[2] + 1) * lesson.labels, measured)


def vectors(upstream: Upstream, clips: Clips, how: Probing = Probing()) -> Floats:
    """Return float64 (clip, layer, number): the statistics of each clip's frames."""
    frames = upstream_frames(upstream, clips, cache=Path(how.cache) if how.cache else None)
    means = np.stack([each.mean(1) for each in frames]).astype(np.float64)
    if how.statistics == "mean":
        return means
    return np.concatenate([means, np.stack([each.std(1) for each in frames])], 2)


@dataclass(frozen=True, slots=True, eq=False)
class Linear:
    """A linear layer on features brought to mean 0 and deviation 1."""

    mean: Floats
    deviation: Floats
    weight: Floats
    bias: Floats

    def __call__(self, x: Floats) -> Floats:
        """Return logits float64 (item, label) of x, (item, number)."""
        return (x - self.mean) / self.deviation @ self.weight.T + self.bias


def fit_linear(x: Floats, labels: NDArray[np.int64], count: int, *, cost: float = 0.03) -> Linear:
    """Return the layer fitted to x, float64 (item, number), and labels, int64 (item,), of which there are `count`.

    Rare labels weigh more, so that all count alike; a label without an item is never the answer.
    """
    try:
        from sklearn.linear_model import LogisticRegression
    except ImportError as error:
        raise MissingDependencyError("Probing needs scikit-learn: pip install 'affekt[train]'") from error
    mean, deviation = x.mean(0), np.maximum(x.std(0), 1e-6)
    made = LogisticRegression(C=cost, class_weight="balanced", max_iter=400, tol=1e-3)
    made.fit((x - mean) / deviation, labels)
    weight, bias = np.zeros((count, x.shape[1])), np.full(count, -1e3)
    if len(made.classes_) == 2:
        weight[made.classes_[1]], bias[made.classes_] = made.coef_[0], (0.0, made.intercept_[0])
    else:
        weight[made.classes_], bias[made.classes_] = made.coef_, made.intercept_
    return Linear(mean, deviation, weight, bias)
