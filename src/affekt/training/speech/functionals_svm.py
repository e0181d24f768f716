"""functionals-svm: a clip's 88 functionals and a support vector machine, the baseline of the field.

The set is eGeMAPS-like: Eyben et al. 2016, "The Geneva Minimalistic Acoustic Parameter Set (GeMAPS) for Voice Research
and Affective Computing". With ``norm="speaker"`` each speaker's functionals are brought to mean 0 and deviation 1 by
clips of that speaker whose labels are not looked at.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from affekt.corpora.clips import Clips
from affekt.errors import InputError
from affekt.metrics.classification import unweighted_average_recall
from affekt.training.speech.lesson import Floats, Lesson, Taught
from affekt.training.speech.loop import fit_temperature, softmax


@dataclass(frozen=True, slots=True)
class Config:
    """norm: by the training clips, or by speaker; costs, gammas: what is tried on `valid`, gamma in units of one over
    the number of features; prior: how many clips like those of the training speakers a speaker's mean and deviation
    are mixed with, as if they were clips of that speaker; balanced: whether each label weighs the same."""

    norm: Literal["train", "speaker"] = "train"
    costs: tuple[float, ...] = (0.3, 1.0, 3.0, 10.0)
    gammas: tuple[float, ...] = (0.3, 1.0)
    prior: float = 2.0
    view: str = "functionals"
    balanced: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class _Scale:
    mean: Floats
    deviation: Floats

    def __call__(self, values: Floats) -> Floats:
        return (values - self.mean) / self.deviation


def teach(lesson: Lesson, config: Config = Config()) -> Taught:
    """Return a support vector machine with a radial kernel on clips' functionals.

    Cost and gamma are those that recall the labels of `valid` best, the smaller ones of equals; the sharpness of the
    answers is fitted to `valid` too. parameters: the numbers of all support vectors.
    """
    started = time.monotonic()
    learned = functionals(lesson.train, config.view)
    whole = _scale(learned)

    def normalised(clips: Clips, known: Clips | None = None) -> Floats:
        values = whole(functionals(clips, config.view))
        if config.norm == "train":
            return values
        told, speakers = known or clips, np.asarray(clips.speakers)
        of_told = whole(functionals(told, config.view))
        out = np.empty_like(values)
        for speaker in np.unique(speakers):
            own = of_told[np.asarray(told.speakers) == speaker]
            if not len(own):
                raise InputError(f"No clip tells how {speaker} speaks: give some of each speaker to normalise by.")
            out[speakers == speaker] = speaker_scale(own, config.prior)(values[speakers == speaker])
        return out

    train, valid = normalised(lesson.train), normalised(lesson.valid)
    best: tuple[float, Any, Floats, float, float] | None = None
    for gamma in config.gammas[: 1 if lesson.smoke else None]:
        for cost in config.costs[: 1 if lesson.smoke else None]:
            machine = _machine(cost, gamma / train.shape[1], config).fit(train, lesson.train.labels)
            logits = _logits(machine, valid, lesson.labels)
            recall = unweighted_average_recall(lesson.valid.labels, logits.argmax(1))
            if best is None or recall > best[0]:
                best = (recall, machine, logits, cost, gamma)
    if best is None:
        raise InputError("The machine needs a cost and a gamma to try at least.")
    recall, machine, logits, cost, gamma = best
    temperature = fit_temperature(logits, lesson.valid.labels)

    def answer(clips: Clips, known: Clips | None = None) -> Floats:
        return softmax(_logits(machine, normalised(clips, known), lesson.labels) / temperature)

    measured = {
        **{"valid-uar": recall, "cost": cost, "gamma": gamma, "temperature": temperature},
        **{"learning-seconds": time.monotonic() - started},
    }
    knowing: Callable[[Clips, Clips], Floats] | None = answer if config.norm == "speaker" else None
    return Taught(answer, int(machine.support_vectors_.size + machine.dual_coef_.size), measured, knowing)


def teach_normalised(lesson: Lesson) -> Taught:
    """Return the machine on functionals normalised by speaker: by the clips it is given, or by others of theirs."""
    return teach(lesson, Config(norm="speaker"))


def functionals(clips: Clips, view: str = "functionals") -> Floats:
    """Return float64 (clip, feature): the means over frames of a view that has more than one; no NaN, 0 instead."""
    rows = [np.asarray(frames, np.float64).mean(0) for frames in clips.view(view)]
    return np.nan_to_num(np.stack(rows), nan=0.0, posinf=0.0, neginf=0.0)


def speaker_scale(own: Floats, prior: float) -> _Scale:
    """Return what normalises a speaker by clips (clip, feature) that are already on the training clips' scale.

    Mean and variance are those of the clips and of `prior` further ones that lie at the training clips' 0 with
    deviation 1, so that a few clips do not tell too much.
    """
    share = len(own) / (len(own) + prior)
    mean = share * own.mean(0)
    variance = share * own.var(0) + (1 - share)
    return _Scale(mean, np.sqrt(np.maximum(variance, 1e-4)))


def _scale(values: Floats) -> _Scale:
    deviation = values.std(0)
    return _Scale(values.mean(0), np.where(deviation > 1e-9, deviation, 1.0))


def _machine(cost: float, gamma: float, config: Config) -> Any:
    from sklearn.svm import SVC

    # Without probabilities of its own the machine draws nothing: it is the same for every seed.
    weights = "balanced" if config.balanced else None
    return SVC(C=cost, gamma=gamma, class_weight=weights, decision_function_shape="ovr")


def _logits(machine: Any, values: Floats, labels: int) -> Floats:
    """Decision values float64 (clip, label); a label that was not learned is never the answer."""
    found: NDArray[np.float64] = np.asarray(machine.decision_function(values))
    if found.ndim == 1:
        found = np.stack([-found, found], 1)
    out: Floats = np.full((len(values), labels), found.min() - 10.0)
    out[:, machine.classes_] = found
    return out
